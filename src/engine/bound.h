/* bound.h - how large the rounding errors of J and GRAD may be, for the gradient check.

   These are running error bounds (Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition,
   chapter 3): one forward and one backward pass over absolute values, computed in double whatever the
   network's type is. u is half the distance from 1 to the next number of the network's type; ez is the bound
   of the error of z, and ea, ey, ed, eG, eJ likewise of a, yhat, delta, GRAD, J; n is the number of inputs of
   a layer, N the number of rows; a prime marks the layer above, but g' is the derivative of g:

     ez  = (n + 2) u (|a| |W| + |bias|) + ea |W|      ea' = |g'| ez (1 + min(ez, 1)) + 4 u |a'|
     eJ  = factor * sum(2 |r| ey + ey^2 + 4 u r^2) + (4 + N K) 2^-53 J, r = yhat - y, for the squares
     ed  = ed' |W'| + (n' + 1) u d' |W'|, then ed |g'| + d eg + u d |g'|, d = |delta|
     eG  = ed |a| + d ea + (N + 1) u d |a| + 2 u (l2 |w| + l1) */

#ifndef MG_BOUND_H
#define MG_BOUND_H

#include "network.h"

typedef struct mg_bound {
  double j;       /* bound of the error of J, for each evaluation near THETA */
  bool is_known;  /* false: the cost or an activation is not built in, and j leaves its error out */
  double u, tiny; /* half a unit in the last place of 1, and the smallest number, of the network's type */
  mg_mat *grad;   /* [L] bounds of the errors of GRAD, shaped as theta[l], doubles */
  double largest; /* the largest number that may appear in the backward pass, GRAD not counted */
} mg_bound;

/* Bytes of memory that mg_bound_make needs; 0 when the count overflows. */
size_t mg_bound_bytes(const mg_network *net);

/* Fills bound for j, which is J by cost, and for GRAD, which is by the network's own cost. The batch's
   forward pass must be in z and a of net. memory: mg_bound_bytes, aligned to 64; bound->grad lies in it. A
   bound that overflows is infinite or NaN. Returns MG_STOPPED when asked to stop, MG_FAILED when a function
   of the caller failed. */
mg_status mg_bound_make(mg_network *net, const mg_cost *cost, double j, void *memory, mg_bound *bound);

#endif
