/* reach.h - how far one weight moves the network: what truncation of a difference may amount to. */

#ifndef MG_REACH_H
#define MG_REACH_H

#include "differ.h"

typedef struct mg_reach {
  const mg_network *net;
  double **above;     /* [L][n_out]: the furthest that some z moves when that of a unit is moved by 1 */
  double **input;     /* [L][1 + n_in]: the largest |a| of a column of the input */
  size_t smooth_from; /* the layer from which on no g'' jumps where nothing says so (elu's does) */
  double scale;       /* of J's derivatives by an output: 2 (|J| + factor N K) */
} mg_reach;

/* Bytes that the reach of net needs, a multiple of 64. */
size_t mg_reach_bytes(const mg_network *net);

/* Fills r for j, which is J by cost, over the batch whose pass is in the live a. memory: mg_reach_bytes,
   aligned to 8. */
void mg_reach_make(const mg_network *net, const mg_cost *cost, double j, void *memory, mg_reach *r);

/* How far some z of the network is moved, at most, when theta[l](i, j) is moved by 1. */
double mg_reach_of(const mg_reach *r, size_t l, size_t i, size_t j);

/* What truncation may make of a difference there: J's derivatives are some 10 times its scale (the fifth:
   100), by the z that moves furthest; where g'' jumps unseen, the second is all there is to go by. One-sided, the
   second derivative of l2 / 2 w^2 comes to it. Infinite where some z moves by more than some hundredths. */
double mg_truncation(const mg_reach *r, size_t l, size_t i, size_t j, mg_difference method, double step);

#endif
