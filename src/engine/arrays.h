/* arrays.h - a network's flat arrays, in the order of need.

   What keeps, copies or puts back a network goes by this list: a new array has its place here and
   nowhere else. */

#ifndef MG_ARRAYS_H
#define MG_ARRAYS_H

#include "network.h"

/* How far down the list: each of these holds the one before. */
typedef enum mg_extent {
  MG_NEEDED,  /* THETA, the optimiser's states: what passes and updates go on from */
  MG_UPDATED, /* what these were before the last update, DTHETA: all that an update writes to */
  MG_WHOLE    /* GRAD */
} mg_extent;

enum { MG_MAX_ARRAYS = 4 + 2 * MG_MAX_STATES };

/* Their addresses; returns how many. */
size_t mg_arrays(const mg_network *net, mg_extent extent, void *list[MG_MAX_ARRAYS]);

/* Bytes of one of them, padding included; of all. */
size_t mg_array_bytes(const mg_network *net);
size_t mg_arrays_bytes(const mg_network *net, mg_extent extent);

/* Copies them one behind the other to a place of so many bytes, and back. */
void mg_arrays_take(const mg_network *net, mg_extent extent, void *to);
void mg_arrays_put(mg_network *net, mg_extent extent, const void *from);

/* Makes the arrays of MG_NEEDED what they were before the last update: the network's own, or, the second,
   a copy that mg_arrays_take made. What is frozen did not change. */
void mg_arrays_back(mg_network *net);
void mg_arrays_before(const mg_network *net, void *copy);

#endif
