/* planted.h - classic mistakes, planted in a network's backward pass for someone to find.

   A pass with one is made of the same operations as any, in the same order, each over all rows before the
   next; net->bug says which mistake, and nothing is fused. The plain pass knows of none. What each computes
   instead, N rows, L layers, J = factor * sum of losses:

     stale-weights         DELTA[l] carried back by weights that are updated already, l < L:
                           DELTA[l] = (DELTA[l+1] (THETA[l+1] - ETA GRAD[l+1])) * g'(Z[l]), where what is
                           frozen stays: the layers are updated one by one, from the last down, as the
                           deltas go
     missing-factor        DELTA[L] = (d sum of losses / dyhat) * g'(Z[L]): the factor before the sum is
                           forgotten
     no-output-derivative  DELTA[L] = dJ/dyhat; for the logarithmic costs it divides by yhat (1 - yhat), or by
                           yhat, each kept away from 0 by 1e-15 (single precision: 1e-7)
     extra-output-derivative
                           logarithmic costs: DELTA[L] = dJ/dZ[L] * yhat (1 - yhat), though g' has cancelled
     derivative-of-a       g'(A[l+1]) for g'(Z[l]), in every layer whose delta has one
     no-hidden-derivative  DELTA[l] = DELTA[l+1] THETA[l+1], l < L
     shifted-bias          the bias's column goes back in place of the first weights', those in place of the
                           second's: columns 1 .. n of THETA[l+1] for 2 .. n + 1, l < L
     dropped-row           GRAD[l] = sum of DELTA^T A over rows 1 .. N - 1
     wrong-sign            DELTA[L] = -dJ/dyhat * g'(Z[L]): y - yhat for yhat - y

   What l1 and l2 add to GRAD stays right. */

#ifndef MG_PLANTED_H
#define MG_PLANTED_H

#include "ops.h"

typedef enum mg_bug {
  MG_NO_BUG,
  MG_STALE_WEIGHTS,
  MG_MISSING_FACTOR,
  MG_NO_OUTPUT_DERIVATIVE,
  MG_EXTRA_OUTPUT_DERIVATIVE,
  MG_DERIVATIVE_OF_A,
  MG_NO_HIDDEN_DERIVATIVE,
  MG_SHIFTED_BIAS,
  MG_DROPPED_ROW,
  MG_WRONG_SIGN
} mg_bug;

/* Their names in that order, "none" first, ended by NULL. */
extern const char *const mg_bug_names[];

/* mg_op_rows with the network's mistake in it; blocks of all rows come in order. MG_STOPPED. */
mg_op_runner mg_bug_rows;

#endif
