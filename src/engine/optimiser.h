/* optimiser.h - optimisers: the rules that compute DTHETA from GRAD, such as "sgd".

   An update is a loop over ranges of the flat arrays; it knows nothing of layers. An optimiser may have
   states: arrays shaped as THETA that it keeps from one update to the next. They begin at 0. */

#ifndef MG_OPTIMISER_H
#define MG_OPTIMISER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mat.h"
#include "status.h"

enum { MG_MAX_STATES = 4, MG_MAX_NUMBERS = 6 };

/* A setting that the user may choose: least <= number < end; standard is its default. */
typedef struct mg_number {
  const char *name;
  double standard, least, end;
  bool is_choice; /* 1 or 0, which users write as true or false */
} mg_number;

/* A stretch of the flat arrays that updates may touch. */
typedef struct mg_range {
  size_t from, count;
  bool biases;      /* all of it, for an optimiser that tells biases apart */
  double eta_scale; /* of its layer */
} mg_range;

/* The flat arrays that updates work on, all of the same length. */
typedef struct mg_flats {
  void *theta, *grad, *dtheta, *previous;              /* previous: theta before the last update */
  void *state[MG_MAX_STATES], *earlier[MG_MAX_STATES]; /* the states; their values before the last update */
} mg_flats;

struct mg_network;

typedef struct mg_optimiser {
  const char *name;
  size_t n_states;
  const char *state[MG_MAX_STATES];     /* their names: "v" is a mean of gradients, "s" one of squares */
  mg_number number[MG_MAX_NUMBERS + 1]; /* its settings; the last entry has no name */
  bool fused;                           /* does descend of mg_products compute this update? */
  bool tells_biases;                    /* does it update biases in another way than weights? */

  /* Updates the parameters of a stretch: previous = theta, earlier = state, dtheta and state as the formula
     says, theta += dtheta. number: the user's; t: which update this is since the states were 0, from 1.
     False when a theta is no longer finite. */
  bool (*update)(const mg_flats *flat, const mg_range *range, double eta, const double *number, uint64_t t);

  /* Or, of a caller's own, updates all of the network, or fails with nothing changed; else NULL. */
  mg_status (*whole)(struct mg_network *net);
} mg_optimiser;

/* The optimisers for elements of type, "sgd" first. The last entry has no name and ends the list. */
const mg_optimiser *mg_optimisers(mg_type type);

/* The optimiser called name, or NULL when there is none. */
const mg_optimiser *mg_optimiser_find(const char *name, mg_type type);

#endif
