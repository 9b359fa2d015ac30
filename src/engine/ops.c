/* ops.c - the operations of a training step. Together they are backpropagation:

     Z[l]     = A[l] THETA[l]^T                        A[l+1] = [1 g(Z[l])], times a mask where there is dropout
     DELTA[L] = dJ/dyhat * g'(Z[L])                    (g' cancels for the logarithmic costs)
     DELTA[l] = (DELTA[l+1] THETA[l+1] without its bias column) * g'(Z[l])
     GRAD[l]  = DELTA[l]^T A[l] + l1 sign(W[l]) + l2 W[l], and bias_l1, bias_l2 of the biases
     DTHETA   = -ETA GRAD,  THETA = THETA + DTHETA */

#include "ops.h"

#include <math.h>
#include <string.h>

#include "arrays.h"

/* The weights of a layer without its biases, as one range of a flat array: its length, padding included; its
   address in theta or grad. */
static size_t weights_count(const mg_layer *y) { return (size_t)y->theta.cs * y->n_in; }
static void *weights_of(const mg_mat *m) { return mg_at(m->data, m->cs, m->type); }

void mg_layer_z(mg_network *net, size_t l, const mg_mat *in, mg_mat *z, size_t from, size_t to) {
  if (from == 0) mg_clear_bias(net, l);
  net->kernels->products->z(in, &net->layer[l].theta, z, from, to, net->room);
}

mg_status mg_layer_a(mg_network *net, size_t l, const mg_mat *z, mg_mat *a, size_t from, size_t to) {
  const mg_activation *g = net->layer[l].activation;
  return g->forward(g, z, a, from, to);
}

static mg_status op_z(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  mg_layer_z(net, l, &y->in, &y->z, from, to);
  return MG_OK;
}

static mg_status op_a(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  return mg_layer_a(net, l, &y->z, &y->out, from, to);
}

void mg_draw_masks(mg_network *net) {
  net->dropped = net->rng != NULL && net->n_dropouts > 0;
  for (size_t l = 0; l < net->n_layers && net->dropped; l++) {
    mg_layer *y = &net->layer[l];
    for (size_t r = 0; r < net->rows && y->dropout > 0; r++)
      for (size_t j = 0; j < y->n_out; j++)
        mg_mat_set(&y->mask, r, j, mg_rng_uniform(net->rng) < y->dropout ? 0 : 1 / (1 - y->dropout));
  }
}

static void *row_of(const mg_mat *m, size_t r) { return mg_at(m->data, (ptrdiff_t)r * m->rs, m->type); }

static mg_status op_dropout(mg_network *net, size_t l, size_t from, size_t to) {
  const mg_layer *y = &net->layer[l];
  const mg_mat out = mg_mat_rows(y->out, from, to - from);
  mg_mat whole = mg_mat_rows(y->whole, from, to - from);
  if (!net->dropped) return MG_OK;
  mg_mat_copy(&whole, &out);
  for (size_t r = from; r < to; r++)
    net->kernels->flat->multiply(row_of(&y->out, r), row_of(&y->whole, r), row_of(&y->mask, r), y->n_out);
  return MG_OK;
}

mg_status mg_through_activation(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  const bool dropped = y->dropout > 0 && net->dropped;
  for (size_t r = from; r < to && dropped; r++)
    net->kernels->flat->multiply(row_of(&y->delta, r), row_of(&y->delta, r), row_of(&y->mask, r), y->n_out);
  return y->activation->backward(y->activation, &y->z, dropped ? &y->whole : &y->out, &y->delta, from, to);
}

double mg_j_of(const mg_network *net) {
  return net->cost.kind->factor(&net->cost, net->rows, mg_network_n_out(net)) * net->sum + mg_penalty(net);
}

/* The weight of the loss of row r of the batch. */
static double weight_of(const mg_training *t, size_t r) {
  return mg_mat_get(t->weights, t->order != NULL ? t->order[r] : t->first + r, 0);
}

static bool is_weighted(const mg_network *net) {
  return net->training != NULL && net->training->weights != NULL;
}

/* *sum += the losses of rows from .. to - 1, each times its weight. */
static mg_status sum_weighted(const mg_network *net, size_t from, size_t to, double *sum) {
  const mg_layer *last = &net->layer[net->n_layers - 1];
  mg_status status = MG_OK;
  for (size_t r = from; r < to && status == MG_OK; r++) {
    double loss = 0;
    status = net->cost.kind->sum(&net->cost, &last->z, &last->out, &net->y, r, r + 1, &loss);
    *sum += weight_of(net->training, r) * loss;
  }
  return status;
}

static mg_status op_cost(mg_network *net, size_t from, size_t to) {
  const mg_layer *last = &net->layer[net->n_layers - 1];
  mg_status status;
  if (from == 0) net->sum = 0;
  if (is_weighted(net))
    status = sum_weighted(net, from, to, &net->sum);
  else
    status = net->cost.kind->sum(&net->cost, &last->z, &last->out, &net->y, from, to, &net->sum);
  if (to == net->rows) net->j = mg_j_of(net);
  return status;
}

static mg_status op_delta(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  if (l + 1 == net->n_layers) {
    const double factor = net->cost.kind->factor(&net->cost, net->rows, y->n_out);
    mg_status status =
        net->cost.kind->delta(&net->cost, &y->z, &y->out, &net->y, &y->delta, factor, from, to);
    for (size_t r = from; r < to && is_weighted(net); r++)
      net->kernels->flat->scale(row_of(&y->delta, r), weight_of(net->training, r), y->n_out);
    if (status != MG_OK || net->cost.kind->output != NULL) return status;
  } else {
    const mg_layer *above = &net->layer[l + 1];
    net->kernels->products->back(&above->delta, &above->theta, &y->delta, from, to, net->room);
  }
  return mg_through_activation(net, l, from, to);
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
  if (y->bias && (net->bias_l1 != 0 || net->bias_l2 != 0))
    net->kernels->flat->regularise(y->theta.data, net->bias_l1, net->bias_l2, y->grad.data, y->n_out);
}

static mg_status op_grad(mg_network *net, size_t l, size_t from, size_t to) {
  mg_layer *y = &net->layer[l];
  net->kernels->products->grad(&y->delta, &y->in, &y->grad, from, to, net->room);
  if (to == net->rows) mg_finish_grad(net, l);
  return MG_OK;
}

void mg_clip(mg_network *net) {
  mg_training *t = net->training;
  double squares = 0;
  for (size_t k = 0; k < net->n_ranges; k++)
    squares += net->kernels->flat->squares(mg_at(net->flat.grad, (ptrdiff_t)net->range[k].from, net->type),
                                           net->range[k].count);
  if (!(squares > t->clip * t->clip)) return;
  t->clipped++;
  for (size_t k = 0; k < net->n_ranges; k++)
    net->kernels->flat->scale(mg_at(net->flat.grad, (ptrdiff_t)net->range[k].from, net->type),
                              t->clip / sqrt(squares), net->range[k].count);
}

void mg_shorten(mg_network *net) {
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    if (!(y->frozen & MG_FROZEN_WEIGHTS))
      net->kernels->flat->shorten(&y->theta, &y->dtheta, net->training->max_norm);
  }
}

bool mg_update_range(const mg_network *net, const mg_range *range) {
  const double eta = net->eta * range->eta_scale;
  return net->optimiser->update(&net->flat, range, eta, net->number, net->t + 1);
}

mg_status mg_update(mg_network *net) {
  bool finite = true;
  if (net->optimiser->whole != NULL) {
    const mg_status status = net->optimiser->whole(net);
    return status == MG_OK ? mg_end_update(net, true) : status;
  }
  for (size_t k = 0; k < net->n_ranges; k++) finite &= mg_update_range(net, &net->range[k]);
  return mg_end_update(net, finite);
}

mg_status mg_end_update(mg_network *net, bool finite) {
  net->updated = true;
  if (!finite) {
    mg_arrays_back(net);
    return MG_NONFINITE;
  }
  net->t++;
  net->epoch++;
  return MG_OK;
}

mg_status mg_op_rows(mg_network *net, mg_op op, size_t from, size_t to) {
  switch (op.kind) {
  case MG_OP_Z: return op_z(net, op.layer, from, to);
  case MG_OP_A: return op_a(net, op.layer, from, to);
  case MG_OP_DROPOUT: return op_dropout(net, op.layer, from, to);
  case MG_OP_COST: return op_cost(net, from, to);
  case MG_OP_DELTA: return op_delta(net, op.layer, from, to);
  case MG_OP_GRAD: return op_grad(net, op.layer, from, to);
  case MG_OP_UPDATE: return mg_update(net);
  }
  return MG_OK;
}

mg_status mg_op_blocks(mg_network *net, mg_op op, mg_op_runner *run) {
  if (op.kind == MG_OP_UPDATE) return mg_update(net);
  for (size_t from = 0; from < net->rows; from += net->block) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t to = net->rows - from < net->block ? net->rows : from + net->block;
    const mg_status status = run(net, op, from, to);
    if (status != MG_OK) return status;
  }
  return MG_OK;
}

void mg_take_back(mg_network *net) {
  mg_arrays_back(net);
  net->t--;
}

/* copy_one copies the number at index at of a flat array into *to, in the network's type, and returns to;
   value_of returns such a number as a double. */
static void *copy_one(const mg_network *net, const void *flat, size_t at, double *to) {
  const size_t size = mg_type_size(net->type);
  return memcpy(to, (const char *)flat + at * size, size);
}
static double value_of(const mg_network *net, double *one) {
  const mg_mat m = mg_mat_of(one, 1, 1, 1, net->type);
  return mg_mat_get(&m, 0, 0);
}

/* The stretch of one parameter, alone in its arrays, as that which holds it at a place. */
static mg_range range_of(const mg_network *net, size_t at) {
  mg_range one = {0, 1, false, 1};
  for (size_t k = 0; k < net->n_ranges; k++)
    if (at - net->range[k].from < net->range[k].count) {
      one = net->range[k];
      one.from = 0;
      one.count = 1;
    }
  return one;
}

void mg_update_of(const mg_network *net, size_t at, bool again, mg_update_of_one *one) {
  const mg_flats *all = &net->flat;
  double grad, theta, dtheta, previous, state[MG_MAX_STATES], earlier[MG_MAX_STATES];
  mg_flats flat = {.grad = copy_one(net, all->grad, at, &grad),
                   .theta = copy_one(net, again ? all->previous : all->theta, at, &theta),
                   .dtheta = &dtheta,
                   .previous = &previous};
  /* A caller's own optimiser updates whole matrices: of one parameter plain descent stands for it. */
  const mg_optimiser *optimiser = net->optimiser->whole != NULL ? net->kernels->optimisers : net->optimiser;
  for (size_t k = 0; k < optimiser->n_states; k++) {
    flat.state[k] = copy_one(net, again ? all->earlier[k] : all->state[k], at, &state[k]);
    flat.earlier[k] = &earlier[k];
    one->state[k] = value_of(net, &state[k]);
  }
  one->was = value_of(net, &theta);
  one->t = again ? net->t : net->t + 1;
  const mg_range range = range_of(net, at);
  optimiser->update(&flat, &range, net->eta * range.eta_scale, net->number, one->t);
  one->theta = value_of(net, &theta);
  one->dtheta = value_of(net, &dtheta);
}

double mg_penalty(const mg_network *net) {
  const bool of_weights = net->l1 != 0 || net->l2 != 0, of_biases = net->bias_l1 != 0 || net->bias_l2 != 0;
  double sum = 0;
  for (size_t l = 0; l < net->n_layers && (of_weights || of_biases); l++) {
    const mg_layer *y = &net->layer[l];
    if (of_weights)
      sum += net->kernels->flat->penalty(weights_of(&y->theta), net->l1, net->l2, weights_count(y));
    if (of_biases && y->bias)
      sum += net->kernels->flat->penalty(y->theta.data, net->bias_l1, net->bias_l2, y->n_out);
  }
  return sum;
}
