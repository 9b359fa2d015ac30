/* planted.c - the backward pass with a planted mistake. */

#include "planted.h"

const char *const mg_bug_names[] = {"none",
                                    "stale-weights",
                                    "missing-factor",
                                    "no-output-derivative",
                                    "extra-output-derivative",
                                    "derivative-of-a",
                                    "no-hidden-derivative",
                                    "shifted-bias",
                                    "dropped-row",
                                    "wrong-sign",
                                    NULL};

/* part, but at least a tiny number: published code does so before it divides by yhat or 1 - yhat. */
static double away_from_0(double part, mg_type type) {
  const double least = type == MG_DOUBLE ? 1e-15 : 1e-7;
  return part > least ? part : least;
}

/* For the logarithmic costs, whose dJ/dz = factor (yhat - y) has g' in it already: changes DELTA[L] from
   dJ/dz to dJ/dyhat (no-output-derivative) or to dJ/dz * yhat (1 - yhat) (extra-output-derivative). */
static void without_cancelling(mg_network *net, double factor, size_t from, size_t to) {
  mg_layer *last = &net->layer[net->n_layers - 1];
  const bool is_softmax = last->activation->by_row;
  for (size_t r = from; r < to; r++)
    for (size_t k = 0; k < last->n_out; k++) {
      const double a = mg_mat_get(&last->out, r, k), d = mg_mat_get(&last->delta, r, k);
      const double above = away_from_0(a, net->type), below = away_from_0(1 - a, net->type);
      double wrong = d * a * (1 - a);
      if (net->bug == MG_NO_OUTPUT_DERIVATIVE)
        wrong = is_softmax ? -factor * mg_mat_get(&net->y, r, k) / above : d / (above * below);
      mg_mat_set(&last->delta, r, k, wrong);
    }
}

/* DELTA[L] = dJ/dyhat, or dJ/dz for the logarithmic costs, with a mistake that concerns the cost. */
static mg_status from_cost(mg_network *net, size_t from, size_t to) {
  mg_layer *y = &net->layer[net->n_layers - 1];
  double factor = net->cost.kind->factor(&net->cost, net->rows, y->n_out);
  if (net->bug == MG_MISSING_FACTOR) factor = 1;
  if (net->bug == MG_WRONG_SIGN) factor = -factor;
  const mg_status status =
      net->cost.kind->delta(&net->cost, &y->z, &y->out, &net->y, &y->delta, factor, from, to);
  const bool is_of_slope = net->bug == MG_NO_OUTPUT_DERIVATIVE || net->bug == MG_EXTRA_OUTPUT_DERIVATIVE;
  if (status == MG_OK && is_of_slope && net->cost.kind->output != NULL)
    without_cancelling(net, factor, from, to);
  return status;
}

/* The wrong weights by which the deltas of layer l are propagated back. They are stored in flat.previous,
   which is not used between a backward pass and the update after it. */
static mg_mat wrong_weights(mg_network *net, size_t l) {
  const mg_layer *y = &net->layer[l];
  mg_mat wrong = y->theta;
  wrong.data = (char *)wrong.data + ((char *)net->flat.previous - (char *)net->flat.theta);
  for (size_t i = 0; i < y->n_out; i++)
    for (size_t j = 1; j <= y->n_in; j++) {
      mg_update_of_one next = {.theta = mg_mat_get(&y->theta, i, net->bug == MG_SHIFTED_BIAS ? j - 1 : j)};
      if (net->bug == MG_STALE_WEIGHTS && !(y->frozen & MG_FROZEN_WEIGHTS))
        mg_update_of(net, mg_place(net, l, i, j), false, &next);
      mg_mat_set(&wrong, i, j, next.theta);
    }
  return wrong;
}

/* DELTA[l] = dJ/da from the layer above, by wrong weights if that is the mistake. */
static mg_status from_above(mg_network *net, size_t l, size_t from, size_t to) {
  const mg_layer *above = &net->layer[l + 1];
  mg_mat theta = above->theta;
  if (net->bug == MG_STALE_WEIGHTS && from == 0) {
    const mg_status status = mg_op_blocks(net, (mg_op){MG_OP_GRAD, l + 1}, mg_op_rows);
    if (status != MG_OK) return status;
  }
  if (net->bug == MG_STALE_WEIGHTS || net->bug == MG_SHIFTED_BIAS) theta = wrong_weights(net, l + 1);
  net->kernels->products->back(&above->delta, &theta, &net->layer[l].delta, from, to, net->room);
  return MG_OK;
}

/* DELTA[l] *= g'(A[l+1]) */
static mg_status slope_of_a(mg_network *net, size_t l, size_t from, size_t to) {
  const mg_layer *y = &net->layer[l];
  mg_status status = MG_OK;
  for (size_t r = from, count; r < to && status == MG_OK; r += count) {
    count = to - r < net->scratch_rows ? to - r : net->scratch_rows;
    const mg_mat a = mg_mat_rows(y->out, r, count);
    mg_mat delta = mg_mat_rows(y->delta, r, count), g = mg_first(net->scratch_z, count, y->n_out);
    status = y->activation->forward(y->activation, &a, &g, 0, count);
    if (status == MG_OK) status = y->activation->backward(y->activation, &a, &g, &delta, 0, count);
  }
  return status;
}

static mg_status delta(mg_network *net, size_t l, size_t from, size_t to) {
  const bool last = l + 1 == net->n_layers;
  const mg_status status = last ? from_cost(net, from, to) : from_above(net, l, from, to);
  if (status != MG_OK || (last && net->cost.kind->output != NULL)) return status;
  if (net->bug == (last ? MG_NO_OUTPUT_DERIVATIVE : MG_NO_HIDDEN_DERIVATIVE)) return MG_OK;
  if (net->bug == MG_DERIVATIVE_OF_A) return slope_of_a(net, l, from, to);
  return mg_through_activation(net, l, from, to);
}

/* GRAD[l] over all rows but the last. */
static mg_status grad_without_last(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  const size_t end = to < net->rows ? to : net->rows - 1;
  if (from < end)
    net->kernels->products->grad(&y->delta, &y->in, &y->grad, from, end, net->room);
  else if (from == 0)
    mg_mat_fill(&y->grad, 0);
  if (to == net->rows) mg_finish_grad(net, l);
  return MG_OK;
}

mg_status mg_bug_rows(mg_network *net, mg_op op, size_t from, size_t to) {
  if (op.kind == MG_OP_DELTA) return delta(net, op.layer, from, to);
  if (op.kind == MG_OP_GRAD && net->bug == MG_DROPPED_ROW) return grad_without_last(net, op.layer, from, to);
  return mg_op_rows(net, op, from, to);
}
