/* step.h - training: epochs over one batch, and epochs of mini-batches. */

#ifndef MG_STEP_H
#define MG_STEP_H

#include "evaluate.h"

/* Where a number first became NaN or infinite. */
typedef struct mg_where {
  const char *quantity; /* "THETA" "Z" "A" "J" "DELTA" "GRAD" "DTHETA", or NULL: no such number */
  size_t layer, i, j;   /* the element: quantity[layer](i, j), all from 0 */
  double value;
} mg_where;

/* The result of a run of epochs. */
typedef struct mg_run {
  uint64_t done;      /* complete epochs */
  uint64_t batches;   /* of an epoch of several that was stopped: those that are done and stay */
  mg_metrics metrics; /* of THETA after the run; NaN after a stop in a large pass */
  mg_where where;     /* after MG_NONFINITE: the number */
  bool refused;       /* after MG_NONFINITE: was an update undone? If not, THETA was bad before the run */
} mg_run;

/* Runs n epochs over the staged batch, one pass each. MG_STOPPED: THETA is that of the last complete epoch.
   MG_NONFINITE: the next THETA (where.quantity "DELTA", "GRAD", "DTHETA") or its J ("Z", "A", "J")
   would not be finite; THETA is the last one whose J was, and a, z, delta, grad are of a pass at it. */
mg_status mg_step(mg_network *net, uint64_t n, mg_run *run);

/* After mg_update returned MG_NONFINITE: the first quantity of the backward pass or the update that is not
   finite. It looks at DELTA from the last layer down, then at GRAD, then at DTHETA. */
mg_where mg_bad_update(mg_network *net);

/* One epoch of mini-batches: rows order[0 .. n - 1] of x and y, batch at a time, the last one short
   (order NULL: as they lie). metrics: the batches as they passed, cost their mean. The caller has
   given room for batch rows, and knows the targets' kind; net->training is what else is asked. before: room for the
   arrays of MG_NEEDED as they were, aligned to 64 bytes; not looked at when one batch holds all rows.
   Whatever is not MG_OK leaves THETA and the epoch as they were before, but MG_STOPPED leaves THETA of the
   last whole batch, and of several batches there is no pass and no DTHETA then. MG_NONFINITE: J of a batch, or of the last one once more after the last update, or
   THETA would not be finite. */
mg_status mg_epoch(mg_network *net, const mg_mat *x, const mg_mat *y, const uint32_t *order, size_t batch,
                   mg_targets targets, void *before, mg_run *run);

#endif
