/* differ.c - slopes of J along one element of THETA, by finite differences. */

#include "differ.h"

#include <math.h>

#include "evaluate.h"
#include "plan.h"

/* J at one point of a difference. kinks is equal at two points that lie on the same side of every kink. */
typedef struct point {
  double j;
  uint64_t kinks;
} point;

/* A method: it evaluates J at w + at[k] h, and its slope is the sum of weight[k] J over divisor * h. */
typedef struct stencil {
  size_t n;
  double at[MG_PERTURBATIONS], weight[MG_PERTURBATIONS], divisor;
} stencil;

static const stencil stencils[] = {
    [MG_CENTRAL] = {2, {1, -1}, {1, -1}, 2},
    [MG_ONE_SIDED] = {2, {1, 0}, {1, -1}, 1},
    [MG_FIVE_POINT] = {4, {-2, -1, 1, 2}, {1, -8, 8, -1}, 12},
};

/* --- J near THETA, from what one perturbed weight changes ---------------------------------------- */

/* The fast way: the batch's pass at THETA is in z and a of the network. Perturbing theta[l](i, j) by h adds
   h a_j to column i of z, so only that column and the layers above are computed again. {64, 64, 10} on 32
   rows: all 4,810 differences take 1.95 ms, 51 ms by whole passes. */

/* Are all activations built in? */
static bool custom_activations(const mg_network *net) {
  for (size_t l = 0; l < net->n_layers; l++)
    if (!mg_builtin_activation(net->kernels, net->layer[l].activation)) return false;
  return true;
}

mg_status mg_differ_layer(mg_differ *d, size_t l) {
  mg_network *net = d->net;
  const size_t last = net->n_layers - 1;
  const size_t most = net->scratch_rows < net->block ? net->scratch_rows : net->block;
  d->l = l;
  d->is_top = l == last;
  d->is_next = l + 1 == last && !net->layer[last].activation->kink;
  d->rest = 0;
  d->penalty = mg_penalty(net);
  d->rows = (most < MG_PERTURB_ROWS ? most : MG_PERTURB_ROWS) / 16 * 16;
  d->is_fast = d->room != NULL && d->rows > 0 && mg_builtin_cost(net->kernels, d->cost.kind) &&
               d->cost.kind->side == NULL && custom_activations(net) && !net->layer[l].activation->by_row &&
               !net->layer[last].activation->by_row;
  if (!d->is_fast) return MG_OK;
  mg_draw_masks(net); /* none: check draws nothing */
  const mg_status status = mg_run_plan(net, 0, mg_ops_through(net, MG_OP_A));
  if (status == MG_OK) net->kernels->perturb->begin(net, d->room);
  return status;
}

mg_status mg_differ_unit(mg_differ *d, size_t i) {
  mg_network *net = d->net;
  const mg_layer *y = &net->layer[net->n_layers - 1];
  d->i = i;
  d->rest = 0;
  if (!d->is_fast) return MG_OK;
  net->kernels->perturb->unit(net, d->l, i, d->room);
  for (size_t k = 0; d->is_top && k < y->n_out; k++) {
    if (k == i) continue;
    const mg_mat z = mg_mat_cols(y->z, k, 1), a = mg_mat_cols(y->out, k, 1), t = mg_mat_cols(net->y, k, 1);
    const mg_status status = d->cost.kind->sum(&d->cost, &z, &a, &t, 0, net->rows, &d->rest);
    if (status != MG_OK) return status;
  }
  return MG_OK;
}

/* Notes in p on which side of 0 each z lies, when the activation has a kink there. */
static void fold(const mg_layer *y, const mg_mat *z, point *p) {
  if (y->activation->kink) mg_fold_sides(z, &p->kinks);
}

/* *sum += the losses of rows from .. from + rows - 1 when column replaces the column of a of d's unit. */
static mg_status follow(const mg_differ *d, const mg_mat *column, size_t from, size_t rows, point *p,
                        double *sum) {
  mg_network *net = d->net;
  const size_t last = net->n_layers - 1;
  const mg_mat ys = mg_mat_rows(net->y, from, rows);
  mg_scratch s = {0};
  for (size_t l = d->l + 1; l <= last; l++) {
    const mg_layer *y = &net->layer[l];
    mg_scratch_room(net, &s, l, rows);
    if (l == d->l + 1)
      net->kernels->perturb->rows(&y->z, &net->layer[l - 1].out, &y->theta, d->i, column, from, &s.z);
    else
      mg_layer_z(net, l, &s.in, &s.z, 0, rows);
    fold(y, &s.z, p);
    const mg_status status = mg_layer_a(net, l, &s.z, &s.out, 0, rows);
    if (status != MG_OK) return status;
  }
  return d->cost.kind->sum(&d->cost, &s.z, &s.out, &ys, 0, rows, sum);
}

/* sum[k] += the losses of rows from .. from + rows - 1 when d's weight is perturbed by by[k], k < n. */
static mg_status perturbed_rows(const mg_differ *d, const double *by, size_t n, size_t from, size_t rows,
                                point *p, double *sum) {
  mg_network *net = d->net;
  const mg_layer *y = &net->layer[d->l];
  const mg_perturb_kernel *perturb = net->kernels->perturb;
  mg_mat columns = perturb->columns(net, by, n, from, rows, d->room);
  for (size_t k = 0; k < n; k++) {
    const mg_mat column =
        mg_mat_of(mg_at(columns.data, (ptrdiff_t)k * columns.rs, net->type), 1, rows, rows, net->type);
    fold(y, &column, &p[k]);
  }
  if (d->is_top) return perturb->last_unit(net, d->cost.kind, d->i, &columns, from, rows, d->room, sum);
  mg_mat all = mg_mat_of(columns.data, 1, n * columns.ncols, n * columns.ncols, net->type);
  mg_status status = y->activation->forward(y->activation, &all, &all, 0, 1);
  if (status == MG_OK && d->is_next)
    return perturb->last(net, d->cost.kind, d->i, &columns, from, rows, d->room, sum);
  for (size_t k = 0; k < n && status == MG_OK; k++) {
    const mg_mat column = mg_mat_rows(columns, k, 1);
    status = follow(d, &column, from, rows, &p[k], &sum[k]);
  }
  return status;
}

/* p[k] = J when d's weight is perturbed by by[k], k < n: the fast way. */
static mg_status perturbed(const mg_differ *d, const double *by, size_t n, point *p) {
  mg_network *net = d->net;
  double sum[MG_PERTURBATIONS];
  for (size_t k = 0; k < n; k++) {
    sum[k] = d->rest;
    p[k].kinks = MG_NO_SIDES;
  }
  net->kernels->perturb->input(net, d->l, d->j, d->room);
  for (size_t from = 0; from < net->rows; from += d->rows) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t rows = net->rows - from < d->rows ? net->rows - from : d->rows;
    const mg_status status = perturbed_rows(d, by, n, from, rows, p, sum);
    if (status != MG_OK) return status;
  }
  const double factor = d->cost.kind->factor(&d->cost, net->rows, mg_network_n_out(net));
  const double w = mg_mat_get(&net->layer[d->l].theta, d->i, d->j);
  for (size_t k = 0; k < n; k++) {
    const double to = w + by[k];
    double penalty = d->penalty;
    if (mg_l1(net, d->j) != 0 || mg_l2(net, d->j) != 0)
      penalty += mg_l1(net, d->j) * (fabs(to) - fabs(w)) + mg_l2(net, d->j) / 2 * (to * to - w * w);
    p[k].j = factor * sum[k] + penalty;
  }
  return MG_OK;
}

/* p[k] = J when d's weight is perturbed by by[k], k < n: by whole forward passes at a changed THETA. On
   return THETA is what it was. */
static mg_status passed(const mg_differ *d, const double *by, size_t n, point *p) {
  mg_network *net = d->net;
  mg_mat *theta = &net->layer[d->l].theta;
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  const double w = mg_mat_get(theta, d->i, d->j);
  mg_status status = MG_OK;
  for (size_t k = 0; k < n && status == MG_OK; k++) {
    mg_metrics metrics = {0};
    mg_mat_set(theta, d->i, d->j, w + by[k]);
    status = mg_evaluate(net, &x, &net->y, &d->cost, MG_VALUES, &metrics, &p[k].kinks);
    p[k].j = metrics.cost;
  }
  mg_mat_set(theta, d->i, d->j, w);
  return status;
}

static mg_status evaluate(mg_differ *d, size_t j, const double *by, size_t n, point *p) {
  d->j = j;
  return d->is_fast ? perturbed(d, by, n, p) : passed(d, by, n, p);
}

/* --- differences --------------------------------------------------------------------------------- */

mg_status mg_differ_at(mg_differ *d, size_t j, mg_difference method, double step, mg_slope *s) {
  const stencil *at = &stencils[method];
  double by[MG_PERTURBATIONS], sum = 0, weights = 0;
  point p[MG_PERTURBATIONS];
  for (size_t k = 0; k < at->n; k++) by[k] = at->at[k] * step;
  const mg_status status = evaluate(d, j, by, at->n, p);
  if (status != MG_OK) return status;
  const double w = mg_mat_get(&d->net->layer[d->l].theta, d->i, j);
  *s = (mg_slope){.step = step, .below = NAN, .above = NAN};
  for (size_t k = 0; k < at->n; k++) {
    if (p[k].kinks != p[0].kinks) s->is_kinked = true;
    if (mg_l1(d->net, j) != 0 && w * (w + by[k]) <= 0) s->is_kinked = true;
    sum += at->weight[k] * p[k].j;
    weights += fabs(at->weight[k]);
    if (!(fabs(p[k].j) <= s->largest)) s->largest = fabs(p[k].j);
  }
  s->slope = sum / (at->divisor * step);
  s->share = weights / at->divisor;
  if (method == MG_FIVE_POINT) {
    s->below = (p[1].j - p[0].j) / step;
    s->above = (p[3].j - p[2].j) / step;
  }
  return MG_OK;
}

mg_status mg_differ_points(mg_differ *d, size_t j, const double *by, size_t n, double *J) {
  point p[MG_PERTURBATIONS];
  const mg_status status = evaluate(d, j, by, n, p);
  for (size_t k = 0; k < n && status == MG_OK; k++) J[k] = p[k].j;
  return status;
}

size_t mg_differ_room(const mg_network *net) { return net->kernels->perturb->room(net); }

mg_status mg_differ_each(mg_differ *d, size_t l, const mg_mat *chosen,
                         mg_status (*each)(mg_differ *d, void *context), void *context) {
  const mg_layer *y = &d->net->layer[l];
  mg_status status = mg_differ_layer(d, l);
  for (size_t i = 0; i < y->n_out && status == MG_OK; i++) {
    status = mg_differ_unit(d, i);
    for (size_t j = y->bias ? 0 : 1; j <= y->n_in && status == MG_OK; j++) {
      if (chosen != NULL && mg_mat_get(chosen, i, j) == 0) continue;
      d->j = j;
      status = each(d, context);
    }
  }
  return status;
}
