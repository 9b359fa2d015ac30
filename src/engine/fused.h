/* fused.h - faster passes that do not store results which nobody will look at.

   In a run of many passes only the last must leave A, Z, DELTA, GRAD and DTHETA behind. The passes before it
   may be fused, which means that operations are combined and intermediate results not stored. THETA after
   each fused pass equals that of mg_pass (plan.h) in every bit; tests/engine/test_kernels.c checks it. */

#ifndef MG_FUSED_H
#define MG_FUSED_H

#include "network.h"

typedef enum mg_fusion {
  MG_PLAIN,      /* passes cannot be fused: use mg_pass */
  MG_FUSE_TINY,  /* tiny.c does the whole pass: it stores GRAD and DTHETA, and A, Z, DELTA in the last pass */
  MG_FUSE_UPDATE /* THETA is updated while GRAD is computed: A, Z, DELTA are stored, GRAD and DTHETA not */
} mg_fusion;

/* Returns how passes over the staged batch can be fused, and prepares them. outputs: must each pass store
   A[L+1]? */
mg_fusion mg_fuse(mg_network *net, bool outputs);

/* One pass, as mg_fuse said. last: a pass of MG_FUSE_TINY stores A, Z and DELTA, too, as mg_pass does.
   MG_NONFINITE leaves THETA unchanged; mg_unfuse and then mg_pass find out where the number is. */
mg_status mg_pass_fused(mg_network *net, mg_fusion how, bool last);

/* After mg_fuse returned MG_FUSE_TINY: returns J of THETA on the batch. *yhat becomes a view of the network's
   scratch memory that holds the output, rows x K. */
double mg_cost_fused(mg_network *net, mg_mat *yhat);

/* To be called after a run of fused passes and before a plain one: moves THETA back to its own memory,
   net->home. */
void mg_unfuse(mg_network *net);

#endif
