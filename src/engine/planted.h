/* planted.h - classic mistakes of backpropagation, planted in a network's backward pass as an exercise: the
   user looks for them with the gradient check.

   net->bug says which mistake a network has. A pass with a mistake runs the operations of plan.h in their
   order, each over all rows before the next, and nothing is fused. ops.c itself has no mistake in it:
   planted.c computes DELTA or GRAD instead.

   What each mistake computes, with N rows, L layers (counted from 1 here), J = factor * sum of losses:

     stale-weights            l < L: DELTA[l] = (DELTA[l+1] (THETA[l+1] - ETA GRAD[l+1])) * g'(Z[l])
                              THETA[l+1] is updated before DELTA[l] is computed; frozen parts stay.
     missing-factor           DELTA[L] = (d sum of losses / dyhat) * g'(Z[L])
                              The factor before the sum is forgotten.
     no-output-derivative     DELTA[L] = dJ/dyhat
                              With a logarithmic cost, dJ/dyhat has a division by yhat (1 - yhat), or by yhat;
                              each factor of the divisor is at least 1e-15 (single precision: 1e-7).
     extra-output-derivative  DELTA[L] = dJ/dZ[L] * yhat (1 - yhat)
                              Logarithmic costs only: g' has cancelled in dJ/dZ[L], and is multiplied again.
     derivative-of-a          g'(A[l+1]) in place of g'(Z[l])
                              In every layer whose DELTA has a factor g'.
     no-hidden-derivative     l < L: DELTA[l] = DELTA[l+1] THETA[l+1]
     shifted-bias             l < L: columns 1 .. n of THETA[l+1] in place of columns 2 .. n + 1
                              The column of the biases is propagated back as if it were the first weights.
     dropped-row              GRAD[l] = sum of DELTA^T A over rows 1 .. N - 1
     wrong-sign               DELTA[L] = -dJ/dyhat * g'(Z[L])
                              y - yhat in place of yhat - y.

   What l1 and l2 add to GRAD is right in all of them. */

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

/* The names of the mistakes in that order, "none" first; NULL ends the list. */
extern const char *const mg_bug_names[];

/* mg_op_rows, but with the network's mistake. The caller must run the blocks of an operation in order, over
   all rows. Returns MG_STOPPED when asked to stop. */
mg_op_runner mg_bug_rows;

#endif
