/* reach.h - how much one weight can change the network, and so how large the truncation error of a difference
   by that weight may be; for the gradient check. */

#ifndef MG_REACH_H
#define MG_REACH_H

#include "differ.h"

typedef struct mg_reach {
  const mg_network *net;
  double **above;     /* [L][n_out]: the largest change of any z when that unit's z changes by 1 */
  double **input;     /* [L][1 + n_in]: the largest |a| in that column of the layer's input */
  size_t smooth_from; /* from this layer on, g'' has no jump but where g' jumps (elu's g'' has one) */
  double scale;       /* the size of J's derivatives by an output: 2 (|J| + factor N K) */
} mg_reach;

/* Bytes of memory that mg_reach_make needs, a multiple of 64. */
size_t mg_reach_bytes(const mg_network *net);

/* Fills r for j, which is J by cost. The batch's forward pass must be in a of net. memory: mg_reach_bytes,
   aligned to 8; above and input lie in it. */
void mg_reach_make(const mg_network *net, const mg_cost *cost, double j, void *memory, mg_reach *r);

/* The largest change of any z of the network when theta[l](i, j) changes by 1. */
double mg_reach_of(const mg_reach *r, size_t l, size_t i, size_t j);

/* An upper estimate of the truncation error of a difference at theta[l](i, j). It takes J's derivatives by
   the z that changes most as 10 times scale, the fifth as 100 times; where g'' may jump it uses only the
   second derivative. A one-sided difference also has half the second derivative of l2/2 w^2. Infinite when
   some z changes by more than some hundredths, where the estimate does not hold. */
double mg_truncation(const mg_reach *r, size_t l, size_t i, size_t j, mg_difference method, double step);

#endif
