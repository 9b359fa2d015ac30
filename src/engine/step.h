/* step.h - training and evaluating: epochs of passes, and J and the metrics of THETA as it is. */

#ifndef MG_STEP_H
#define MG_STEP_H

#include "network.h"

/* What reports carry. NaN where there is nothing to say. */
typedef struct mg_metrics {
  double cost;     /* J, l1 and l2 included */
  double mse, tss; /* mean and sum of (yhat - y)^2 */
  double accuracy; /* share of right rows; NaN when the targets are no classes */
} mg_metrics;

/* The metrics of THETA on rows x, y (any strides, targets of the kind given), by cost;
   the live a, z, delta, grad stay as they are. kinks, when not NULL, receives a number
   that two evaluations share when, and almost only when, every z of every layer whose
   g' jumps at 0 lies on the same side of 0 in both. */
mg_status mg_evaluate(mg_network *net, const mg_mat *x, const mg_mat *y, const mg_cost *cost,
                      mg_targets targets, mg_metrics *metrics, uint64_t *kinks);

/* What kinks counts from, and what each z adds. */
#define MG_NO_SIDES UINT64_C(14695981039346656037)
void mg_fold_sides(const mg_mat *z, uint64_t *kinks);

/* yhat = the network's output for rows x. The live state stays as it is. */
mg_status mg_predict(mg_network *net, const mg_mat *x, mg_mat *yhat);

/* Where a number first went wrong. */
typedef struct mg_where {
  const char *quantity; /* "THETA" "Z" "A" "J" "DELTA" "GRAD" "DTHETA", or NULL: nowhere */
  size_t layer, i, j;   /* layer as a[l], z[l], theta[l] are counted, from 0 */
  double value;
} mg_where;

/* What came of a run of epochs. */
typedef struct mg_run {
  uint64_t done;      /* whole epochs */
  mg_metrics metrics; /* of THETA as it now is; NaN after a stop in a large pass */
  mg_where where;     /* of MG_NONFINITE */
  bool refused;       /* of MG_NONFINITE: was an update taken back? else THETA was bad before */
} mg_run;

/* n epochs of the staged batch. MG_STOPPED after some of them leaves THETA of the last whole one.
   MG_NONFINITE: the next THETA (where->quantity "DELTA", "GRAD", "DTHETA") or its J ("Z", "A", "J")
   would not be finite; THETA is the last whose J was, and a z delta grad are of the pass there. */
mg_status mg_step(mg_network *net, uint64_t n, mg_run *run);

/* After mg_update gave MG_NONFINITE: the first quantity of the backward pass or the update that is not
   finite, DELTA from the last layer down, then GRAD, then DTHETA. */
mg_where mg_bad_update(mg_network *net);

/* One epoch of mini-batches: rows order[0 .. n - 1] of x and y, batch at a time, the last one short
   (order NULL: as they lie). metrics: the batches as they passed, cost their mean. The caller has
   given room for batch rows, and knows the targets' kind. before: mg_theta_bytes of room for THETA as
   it was, aligned to 64 bytes; not looked at when one batch holds all rows.
   Whatever is not MG_OK leaves THETA and the epoch as they were before, and of several batches no
   pass and no DTHETA. MG_NONFINITE: J of a batch, or of the last one once more after the last update, or
   THETA would not be finite. */
mg_status mg_epoch(mg_network *net, const mg_mat *x, const mg_mat *y, const uint32_t *order, size_t batch,
                   mg_targets targets, void *before, mg_run *run);

#endif
