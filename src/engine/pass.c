/* pass.c - the operations of a training step. This is backpropagation:

     Z[l]     = A[l] THETA[l]^T                        A[l+1] = [1 g(Z[l])]
     DELTA[L] = dJ/dyhat * g'(Z[L])                    (g' cancels for the logarithmic costs)
     DELTA[l] = (DELTA[l+1] THETA[l+1] without its bias column) * g'(Z[l])
     GRAD[l]  = DELTA[l]^T A[l] + l1 sign(W[l]) + l2 W[l]
     DTHETA   = -ETA GRAD,  THETA = THETA + DTHETA */

#include "pass.h"

#include <math.h>
#include <string.h>

#include "bug.h"
#include "split.h"

/* --- the plan --------------------------------------------------------------------- */

size_t mg_op_count(const mg_network *net) { return 4 * net->n_layers + 2; }

mg_op mg_op_at(const mg_network *net, size_t k) {
  const size_t L = net->n_layers;
  if (k < 2 * L) return (mg_op){k % 2 == 0 ? MG_OP_Z : MG_OP_A, k / 2};
  if (k == 2 * L) return (mg_op){MG_OP_COST, 0};
  k -= 2 * L + 1;
  if (k < L) return (mg_op){MG_OP_DELTA, L - 1 - k};
  if (k < 2 * L) return (mg_op){MG_OP_GRAD, 2 * L - 1 - k};
  return (mg_op){MG_OP_UPDATE, 0};
}

/* --- the operations ------------------------------------------------------------------ */

/* How many numbers the weights of a layer are, biases and padding excluded; the first of them in a view. */
static size_t weights_count(const mg_layer *y) { return (size_t)y->theta.cs * y->n_in; }
static void *weights_of(const mg_mat *m) { return mg_at(m->data, m->cs, m->type); }

static mg_status op_z(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  if (from == 0) mg_clear_bias(net, l);
  net->kernels->products->z(&y->in, &y->theta, &y->z, from, to);
  return MG_OK;
}

static mg_status op_a(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  return y->activation->forward(y->activation, &y->z, &y->out, from, to);
}

double mg_j_of(const mg_network *net) {
  return net->cost.kind->factor(&net->cost, net->rows, mg_network_n_out(net)) * net->sum + mg_penalty(net);
}

static mg_status op_cost(mg_network *net, size_t from, size_t to) {
  const mg_layer *last = &net->layer[net->n_layers - 1];
  if (from == 0) net->sum = 0;
  mg_status status = net->cost.kind->sum(&net->cost, &last->z, &last->out, &net->y, from, to, &net->sum);
  if (to == net->rows) net->j = mg_j_of(net);
  return status;
}

static mg_status op_delta(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  if (l + 1 == net->n_layers) {
    const double factor = net->cost.kind->factor(&net->cost, net->rows, y->n_out);
    mg_status status =
        net->cost.kind->delta(&net->cost, &y->z, &y->out, &net->y, &y->delta, factor, from, to);
    if (status != MG_OK || net->cost.kind->output != NULL) return status;
  } else {
    const mg_layer *above = &net->layer[l + 1];
    net->kernels->products->back(&above->delta, &above->theta, &y->delta, from, to, net->turned);
  }
  return y->activation->backward(y->activation, &y->z, &y->out, &y->delta, from, to);
}

void mg_finish_grad(mg_network *net, size_t l) {
  mg_layer *y = &net->layer[l];
  if (!y->bias) {
    mg_mat column = mg_mat_cols(y->grad, 0, 1);
    mg_mat_fill(&column, 0);
  }
  if (net->l1 != 0 || net->l2 != 0)
    net->kernels->flat->regularise(weights_of(&y->theta), net->l1, net->l2, weights_of(&y->grad),
                                   weights_count(y));
}

static mg_status op_grad(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  net->kernels->products->grad(&y->delta, &y->in, &y->grad, from, to);
  if (to == net->rows) mg_finish_grad(net, l);
  return MG_OK;
}

/* From number at of a flat array. */
static void *from(const mg_network *net, void *flat, size_t at) {
  return mg_at(flat, (ptrdiff_t)at, net->type);
}

static mg_status op_update(mg_network *net) {
  bool finite = true;
  for (size_t k = 0; k < net->n_ranges; k++) {
    const size_t at = net->range[k].from;
    finite &= net->kernels->flat->descend(from(net, net->grad, at), net->eta, from(net, net->theta, at),
                                          from(net, net->dtheta, at), from(net, net->previous, at),
                                          net->range[k].count);
  }
  net->updated = true;
  if (!finite) {
    mg_take_back(net);
    return MG_NONFINITE;
  }
  net->epoch++;
  return MG_OK;
}

mg_status mg_op_rows(mg_network *net, mg_op op, size_t from, size_t to) {
  switch (op.kind) {
  case MG_OP_Z: return op_z(net, op.layer, from, to);
  case MG_OP_A: return op_a(net, op.layer, from, to);
  case MG_OP_COST: return op_cost(net, from, to);
  case MG_OP_DELTA: return op_delta(net, op.layer, from, to);
  case MG_OP_GRAD: return op_grad(net, op.layer, from, to);
  case MG_OP_UPDATE: return op_update(net);
  }
  return MG_OK;
}

/* --- the operations from first to last - 1 of the plan, block by block ------------------ */

/* Multiply-adds of a pass below which it is asked only once whether to stop: some ms. */
#define QUICK ((size_t)1 << 22)

bool mg_is_quick(const mg_network *net) { return net->rows <= QUICK / net->n_theta; }

/* With a mistake planted: an operation over all rows before the next. */
static mg_status run_bugged(mg_network *net, size_t first, size_t last) {
  mg_status status = MG_OK;
  for (size_t k = first; k < last && status == MG_OK; k++) status = mg_op_run(net, mg_op_at(net, k));
  return status;
}

mg_status mg_run_plan(mg_network *net, size_t first, size_t last) {
  if (net->bug != MG_NO_BUG) return run_bugged(net, first, last);
  const bool quick = mg_is_quick(net);
  for (size_t from = 0; from < net->rows; from += net->block) {
    const size_t to = net->rows - from < net->block ? net->rows : from + net->block;
    for (size_t k = first; k < last; k++) {
      if (!quick && mg_stopped(&net->stop)) return MG_STOPPED;
      mg_status status = mg_split_op(net, mg_op_at(net, k), from, to);
      if (status != MG_OK) return status;
    }
  }
  return MG_OK;
}

mg_status mg_op_run(mg_network *net, mg_op op) {
  if (op.kind == MG_OP_UPDATE) return op_update(net);
  for (size_t from = 0; from < net->rows; from += net->block) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t to = net->rows - from < net->block ? net->rows : from + net->block;
    mg_status status =
        net->bug == MG_NO_BUG ? mg_split_op(net, op, from, to) : mg_bug_rows(net, op, from, to);
    if (status != MG_OK) return status;
  }
  return MG_OK;
}

/* --- forward, backward, update ------------------------------------------------------------ */

/* Where the parts of the plan end. */
static size_t end_of_outputs(const mg_network *net) { return 2 * net->n_layers; }
static size_t end_of_forward(const mg_network *net) { return 2 * net->n_layers + 1; }
static size_t end_of_backward(const mg_network *net) { return 4 * net->n_layers + 1; }

mg_status mg_forward(mg_network *net) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_NOTHING;
  mg_status status = mg_run_plan(net, 0, end_of_outputs(net));
  if (status == MG_OK) net->made = MG_FORWARD;
  return status;
}

mg_status mg_backward(mg_network *net) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_FORWARD;
  mg_status status = mg_run_plan(net, end_of_outputs(net), end_of_backward(net));
  if (status == MG_OK) net->made = MG_BACKWARD;
  return status;
}

mg_status mg_update(mg_network *net) { return op_update(net); }

mg_status mg_pass(mg_network *net) {
  if (mg_stopped(&net->stop)) return MG_STOPPED;
  net->made = MG_NOTHING;
  mg_status status = mg_run_plan(net, 0, end_of_forward(net));
  if (status != MG_OK) return status;
  net->made = MG_FORWARD;
  if (!isfinite(net->j)) return MG_NONFINITE;
  status = mg_run_plan(net, end_of_forward(net), end_of_backward(net));
  if (status != MG_OK) return status;
  net->made = MG_BACKWARD;
  return mg_update(net);
}

void mg_take_back(mg_network *net) {
  for (size_t k = 0; k < net->n_ranges; k++) {
    const mg_range r = net->range[k];
    memcpy(from(net, net->theta, r.from), from(net, net->previous, r.from),
           r.count * mg_type_size(net->type));
  }
}

double mg_penalty(const mg_network *net) {
  if (net->l1 == 0 && net->l2 == 0) return 0;
  double sum = 0;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    sum += net->kernels->flat->penalty(weights_of(&y->theta), net->l1, net->l2, weights_count(y));
  }
  return sum;
}
