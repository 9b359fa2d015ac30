/* arrays.h - the list of a network's flat arrays (THETA, GRAD, the optimiser's states, ...).

   All code that saves, copies or restores a network uses this list, so a new array is added here and
   nowhere else. */

#ifndef MG_ARRAYS_H
#define MG_ARRAYS_H

#include "network.h"

/* How many arrays of the list are meant. Each value includes the arrays of the one before it. */
typedef enum mg_extent {
  MG_NEEDED,  /* THETA and the optimiser's states: what is needed to continue training */
  MG_UPDATED, /* also their values before the last update, and DTHETA: all that an update writes */
  MG_WHOLE    /* also GRAD */
} mg_extent;

enum { MG_MAX_ARRAYS = 4 + 2 * MG_MAX_STATES };

/* Writes the addresses of the arrays of an extent into list; returns how many there are. */
size_t mg_arrays(const mg_network *net, mg_extent extent, void *list[MG_MAX_ARRAYS]);

/* Bytes of one array, padding included; bytes of all arrays of an extent. */
size_t mg_array_bytes(const mg_network *net);
size_t mg_arrays_bytes(const mg_network *net, mg_extent extent);

/* Copies the arrays, one after the other, to memory of mg_arrays_bytes; copies them back from it. */
void mg_arrays_take(const mg_network *net, mg_extent extent, void *to);
void mg_arrays_put(mg_network *net, mg_extent extent, const void *from);

/* Restore the arrays of MG_NEEDED to their values before the last update. mg_arrays_back does so in the
   network, mg_arrays_before in a copy that mg_arrays_take made. Frozen parts stay: they did not change. */
void mg_arrays_back(mg_network *net);
void mg_arrays_before(const mg_network *net, void *copy);

#endif
