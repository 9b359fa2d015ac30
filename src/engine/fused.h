/* fused.h - passes that leave out what nobody will see.

   Of a long run only the last pass need leave A Z DELTA GRAD DTHETA behind. The passes before may be
   fused; THETA after each is that of mg_pass in every bit, which tests/engine/test_kernels.c shows. */

#ifndef MG_FUSED_H
#define MG_FUSED_H

#include "network.h"

typedef enum mg_fusion {
  MG_PLAIN,      /* no fused way: use mg_pass */
  MG_FUSE_TINY,  /* a small network, the whole pass in vectors: leaves GRAD and DTHETA, A Z DELTA when last
                   */
  MG_FUSE_UPDATE /* GRAD goes into THETA as it is made: leaves A Z DELTA, no GRAD and DTHETA */
} mg_fusion;

/* The way that fits the staged batch, readied. outputs: must A[L+1] be left? */
mg_fusion mg_fuse(mg_network *net, bool outputs);

/* One pass; the last of a run of MG_FUSE_TINY may leave A Z DELTA, too, and so be whole.
   MG_NONFINITE leaves THETA untouched: mg_unfuse, then mg_pass says where. */
mg_status mg_pass_fused(mg_network *net, mg_fusion how, bool last);

/* After mg_fuse said MG_FUSE_TINY: J of THETA on the batch, and yhat, a view of the network's own. */
double mg_cost_fused(mg_network *net, mg_mat *yhat);

/* After a run of fused passes, and before a plain one: THETA is back where its views look. */
void mg_unfuse(mg_network *net);

#endif
