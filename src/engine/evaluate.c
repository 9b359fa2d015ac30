/* evaluate.c - J, metrics and predictions of THETA on any rows, by a forward pass in scratch memory. */

#include "evaluate.h"

#include <math.h>

#include "ops.h"

mg_scratch mg_scratch_begin(mg_network *net, const mg_mat *x) {
  mg_scratch s = {.in = mg_first(net->scratch_in[0], x->nrows, 1 + x->ncols)};
  mg_mat inner = mg_mat_cols(s.in, 1, x->ncols);
  mg_mat_copy(&inner, x);
  return s;
}

void mg_scratch_room(mg_network *net, mg_scratch *s, size_t l, size_t rows) {
  const mg_layer *y = &net->layer[l];
  const mg_mat next = mg_first(net->scratch_in[(l + 1) % 2], rows, 1 + y->n_out);
  s->in = mg_first(net->scratch_in[l % 2], rows, 1 + y->n_in);
  s->z = mg_first(net->scratch_z, rows, y->n_out);
  s->out = mg_mat_cols(next, 1, y->n_out);
}

mg_status mg_scratch_layer(mg_network *net, mg_scratch *s, size_t l) {
  const size_t rows = s->in.nrows;
  mg_scratch_room(net, s, l, rows);
  mg_layer_z(net, l, &s->in, &s->z, 0, rows);
  return mg_layer_a(net, l, &s->z, &s->out, 0, rows);
}

/* Hashes on which side of 0 each z lies into *kinks (FNV-1a, one step for each sign). */
void mg_fold_sides(const mg_mat *z, uint64_t *kinks) {
  for (size_t r = 0; r < z->nrows; r++)
    for (size_t j = 0; j < z->ncols; j++)
      *kinks = (*kinks ^ (mg_mat_get(z, r, j) > 0 ? 2 : 1)) * UINT64_C(1099511628211);
}

size_t mg_scratch_block(const mg_network *net) {
  return net->block < net->scratch_rows ? net->block : net->scratch_rows;
}

/* The same of the sides of the losses of a cost with kinks. */
static void fold_losses(const mg_cost_kind *kind, const mg_mat *yhat, const mg_mat *y, uint64_t *kinks) {
  for (size_t r = 0; r < y->nrows; r++)
    for (size_t k = 0; k < y->ncols; k++)
      *kinks = (*kinks ^ (uint64_t)(3 + kind->side(yhat, y, r, k))) * UINT64_C(1099511628211);
}

static size_t upto(size_t n, size_t most) { return n < most ? n : most; }

mg_status mg_evaluate(mg_network *net, const mg_mat *x, const mg_mat *y, const mg_cost *cost,
                      mg_targets targets, mg_metrics *metrics, uint64_t *kinks) {
  const double N = (double)x->nrows, K = (double)y->ncols;
  double sum = 0, tss = 0;
  size_t right = 0;
  if (kinks != NULL) *kinks = MG_NO_SIDES;
  for (size_t r = 0; r < x->nrows;) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t count = upto(x->nrows - r, mg_scratch_block(net));
    const mg_mat xs = mg_mat_rows(*x, r, count), given = mg_mat_rows(*y, r, count);
    mg_mat ys = mg_first(net->scratch_y, count, y->ncols); /* of the network's type, row-major */
    mg_mat_copy(&ys, &given);
    mg_scratch s = mg_scratch_begin(net, &xs);
    for (size_t l = 0; l < net->n_layers; l++) {
      const mg_status status = mg_scratch_layer(net, &s, l);
      if (status != MG_OK) return status;
      if (kinks != NULL && net->layer[l].activation->kink) mg_fold_sides(&s.z, kinks);
    }
    const mg_status status = cost->kind->sum(cost, &s.z, &s.out, &ys, 0, count, &sum);
    if (status != MG_OK) return status;
    if (kinks != NULL && cost->kind->side != NULL) fold_losses(cost->kind, &s.out, &ys, kinks);
    right += (*net->kernels->score)(&s.out, &ys, targets, 0, count, &tss);
    r += count;
  }
  metrics->cost = cost->kind->factor(cost, x->nrows, y->ncols) * sum + mg_penalty(net);
  metrics->tss = tss;
  metrics->mse = tss / (N * K);
  metrics->accuracy = targets == MG_VALUES ? NAN : (double)right / N;
  return MG_OK;
}

mg_status mg_predict(mg_network *net, const mg_mat *x, mg_mat *yhat) {
  for (size_t r = 0; r < x->nrows;) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t count = upto(x->nrows - r, mg_scratch_block(net));
    const mg_mat xs = mg_mat_rows(*x, r, count);
    mg_scratch s = mg_scratch_begin(net, &xs);
    for (size_t l = 0; l < net->n_layers; l++) {
      const mg_status status = mg_scratch_layer(net, &s, l);
      if (status != MG_OK) return status;
    }
    mg_mat out = mg_mat_rows(*yhat, r, count);
    mg_mat_copy(&out, &s.out);
    r += count;
  }
  return MG_OK;
}
