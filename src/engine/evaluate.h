/* evaluate.h - predictions, J and the metrics of THETA as it is; the live a, z, delta, grad stay. */

#ifndef MG_EVALUATE_H
#define MG_EVALUATE_H

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

/* --- the forward pass beside the live one, layer by layer ------------------------------ */

/* A block of rows at one layer. Two layers' inputs take turns in the network's scratch room. */
typedef struct mg_scratch {
  mg_mat in;     /* rows x (1 + n_in), with its ones */
  mg_mat z, out; /* rows x n_out; out is the next layer's in without its ones */
} mg_scratch;

/* Most rows of such a block: those between two questions whether to stop. */
size_t mg_scratch_block(const mg_network *net);

/* Rows x become the input of layer 0. */
mg_scratch mg_scratch_begin(mg_network *net, const mg_mat *x);

/* Where in, z and out of layer l are, for rows rows; the numbers stay. */
void mg_scratch_room(mg_network *net, mg_scratch *s, size_t l, size_t rows);

/* z and out of layer l, from the out of the layer before. */
mg_status mg_scratch_layer(mg_network *net, mg_scratch *s, size_t l);

#endif
