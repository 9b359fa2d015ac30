/* bound.h - how far rounding may have moved J and GRAD.

   Running error bounds (Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, chapter 3): one
   forward and one backward pass in absolute values, in double whatever the network's numbers are. u is half
   the distance from 1 to the next number of the network's type, e. is the bound of an error, n the inputs and
   N the rows:

     ez  = (n + 2) u (|a| |W| + |bias|) + ea |W|      ea' = |g'| ez (1 + min(ez, 1)) + 4 u |a'|
     eJ  = factor * sum(2 |r| ey + ey^2 + 4 u r^2) + (4 + N K) 2^-53 J, r = yhat - y, for the squares
     ed  = ed' |W'| + (n' + 1) u d' |W'|, then ed |g'| + d eg + u d |g'|, d = |delta|
     eG  = ed |a| + d ea + (N + 1) u d |a| + 2 u (l2 |w| + l1) */

#ifndef MG_BOUND_H
#define MG_BOUND_H

#include "network.h"

typedef struct mg_bound {
  double j;       /* of J, that is of each evaluation near THETA */
  bool is_known;  /* false: the cost or an activation is not the engine's, and j holds the rest only */
  double u, tiny; /* of the network's type: half a unit in the last place of 1; the smallest number */
  mg_mat *grad;   /* [L] of GRAD, as theta[l], doubles */
  double largest; /* number that the backward pass may come by, GRAD apart */
} mg_bound;

/* Bytes that a bound of net needs; 0 when the count overflows. */
size_t mg_bound_bytes(const mg_network *net);

/* Fills bound for j, which is J by cost, and for GRAD by the network's own cost, over the batch whose pass is
   in the live z and a. memory: mg_bound_bytes, aligned to 64, which the bound's views lie in. A bound that
   overflows is infinite or NaN. MG_STOPPED; MG_FAILED: a function given by the caller failed. */
mg_status mg_bound_make(mg_network *net, const mg_cost *cost, double j, void *memory, mg_bound *bound);

#endif
