/* optimiser.h - optimisers: the rules that compute DTHETA from GRAD, such as "sgd".

   An update is a loop over ranges of the flat arrays; it knows nothing of layers. An optimiser may have
   states: arrays shaped as THETA that it keeps from one update to the next. They begin at 0. */

#ifndef MG_OPTIMISER_H
#define MG_OPTIMISER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mat.h"

enum { MG_MAX_STATES = 4, MG_MAX_NUMBERS = 6 };

/* A setting that the user may choose: least <= number < end; standard is its default. */
typedef struct mg_number {
  const char *name;
  double standard, least, end;
} mg_number;

/* The flat arrays that updates work on, all of the same length. */
typedef struct mg_flats {
  void *theta, *grad, *dtheta, *previous;              /* previous: theta before the last update */
  void *state[MG_MAX_STATES], *earlier[MG_MAX_STATES]; /* the states; their values before the last update */
} mg_flats;

typedef struct mg_optimiser {
  const char *name;
  size_t n_states;
  mg_number number[MG_MAX_NUMBERS + 1]; /* its settings; the last entry has no name */
  bool fused;                           /* does descend of mg_products compute this update? */

  /* Updates the count parameters from index from on: previous = theta, earlier = state, dtheta and state by
     the formula, theta += dtheta. number: the settings, as the user chose them; t: the number of updates
     since the states were 0, this one included. Returns false when a theta is no longer finite. */
  bool (*update)(const mg_flats *flat, size_t from, size_t count, double eta, const double *number,
                 uint64_t t);
} mg_optimiser;

/* The optimisers for elements of type, "sgd" first. The last entry has no name and ends the list. */
const mg_optimiser *mg_optimisers(mg_type type);

/* The optimiser called name, or NULL when there is none. */
const mg_optimiser *mg_optimiser_find(const char *name, mg_type type);

#endif
