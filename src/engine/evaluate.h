/* evaluate.h - J, metrics and predictions of a network's THETA on any rows.

   They are made in scratch memory: a, z, delta and grad of the network's batch stay as they are. */

#ifndef MG_EVALUATE_H
#define MG_EVALUATE_H

#include "network.h"

/* The numbers of a report. NaN where a number is not known. */
typedef struct mg_metrics {
  double cost;     /* J, l1 and l2 included */
  double mse, tss; /* mean and sum of (yhat - y)^2 */
  double accuracy; /* the share of rows whose prediction is right; NaN for MG_VALUES targets */
} mg_metrics;

/* The metrics of THETA on rows x (N x n_in) and y (N x K), of any strides; targets is the kind of y. J is by
   cost. kinks may be NULL; else *kinks gets a number that is equal in two evaluations when, and almost only
   when, every z of every layer whose g' jumps at 0 lies on the same side of 0 in both. */
mg_status mg_evaluate(mg_network *net, const mg_mat *x, const mg_mat *y, const mg_cost *cost,
                      mg_targets targets, mg_metrics *metrics, uint64_t *kinks);

/* The first value of such a number, and the function that adds the sides of all elements of z to it. */
#define MG_NO_SIDES UINT64_C(14695981039346656037)
void mg_fold_sides(const mg_mat *z, uint64_t *kinks);

/* yhat (N x K) = the network's output for rows x (N x n_in). */
mg_status mg_predict(mg_network *net, const mg_mat *x, mg_mat *yhat);

/* --- a forward pass in scratch memory, layer by layer ----------------------------------- */

/* A block of rows at one layer. The inputs of two adjacent layers alternate between scratch_in[0] and [1]. */
typedef struct mg_scratch {
  mg_mat in;     /* rows x (1 + n_in), with its ones */
  mg_mat z, out; /* rows x n_out; out is the next layer's in without its ones */
} mg_scratch;

/* The most rows of such a block, so that mg_stopped is asked often enough. */
size_t mg_scratch_block(const mg_network *net);

/* Copies rows x to where the input of layer 0 is. */
mg_scratch mg_scratch_begin(mg_network *net, const mg_mat *x);

/* Points in, z and out of s to the memory of layer l, for rows rows. No number changes. */
void mg_scratch_room(mg_network *net, mg_scratch *s, size_t l, size_t rows);

/* Computes z and out of layer l, whose input is the out of the layer before. */
mg_status mg_scratch_layer(mg_network *net, mg_scratch *s, size_t l);

#endif
