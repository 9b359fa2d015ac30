/* check.c - the gradient by differences of J. */

#include "check.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "pass.h"
#include "step.h"

/* J at one point of a difference, and on which side of every kink it lies. */
typedef struct point {
  double j;
  uint64_t kinks;
} point;

static mg_status evaluate_at(mg_network *net, const mg_check *how, point *p) {
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  mg_metrics metrics = {0};
  const mg_status status = mg_evaluate(net, &x, &net->y, &how->cost, MG_VALUES, &metrics, &p->kinks);
  p->j = metrics.cost;
  return status;
}

/* Where a method looks, in steps of epsilon from w, and what each J counts for; over divisor * epsilon. */
typedef struct stencil {
  size_t n;
  double at[MG_NUDGES], weight[MG_NUDGES], divisor;
} stencil;

static const stencil stencils[] = {
    [MG_CENTRAL] = {2, {1, -1}, {1, -1}, 2},
    [MG_ONE_SIDED] = {2, {1, 0}, {1, -1}, 1},
    [MG_FIVE_POINT] = {4, {-2, -1, 1, 2}, {1, -8, 8, -1}, 12},
};

/* --- J near THETA, from what one nudged weight changes ---------------------------------------- */

/* The batch's own pass, at THETA, is in the live z and a. A weight into unit i of layer l, nudged by h, adds
   h a_j to column i of z; the layers above follow. {64, 64, 10} on 32 rows: 51 to 1.95 ms for all 4,810. */
typedef struct base {
  bool usable;    /* is each a of these layers its z's alone, and the cost the engine's? */
  bool top;       /* is the layer the last? */
  bool next;      /* is it the one before, and the last has no kinks to tell? */
  double rest;    /* losses of the other columns, when it is */
  double penalty; /* l1 and l2 at THETA */
  size_t rows;    /* of the batch at a time */
} base;

/* Are all activations the engine's? */
static bool own_activations(const mg_network *net) {
  for (size_t l = 0; l < net->n_layers; l++)
    if (!mg_own_activation(net->kernels, net->layer[l].activation)) return false;
  return true;
}

static mg_status base_make(mg_network *net, const mg_check *how, size_t l, base *b) {
  const size_t last = net->n_layers - 1;
  const size_t most = net->scratch_rows < net->block ? net->scratch_rows : net->block;
  *b = (base){.top = l == last,
              .next = l + 1 == last && !net->layer[last].activation->kink,
              .penalty = mg_penalty(net)};
  b->rows = (most < MG_NUDGE_ROWS ? most : MG_NUDGE_ROWS) / 16 * 16;
  b->usable = how->room != NULL && b->rows > 0 && mg_own_cost(net->kernels, how->cost.kind) &&
              own_activations(net) && !net->layer[l].activation->by_row &&
              !net->layer[last].activation->by_row;
  if (!b->usable) return MG_OK;
  const mg_status status = mg_run_plan(net, 0, 2 * net->n_layers);
  if (status == MG_OK) net->kernels->nudges->begin(net, how->room);
  return status;
}

/* Losses of all columns of the last layer but column i. */
static mg_status base_column(mg_network *net, const mg_check *how, size_t i, base *b) {
  const mg_layer *y = &net->layer[net->n_layers - 1];
  b->rest = 0;
  for (size_t k = 0; k < y->n_out; k++) {
    if (k == i) continue;
    const mg_mat z = mg_mat_cols(y->z, k, 1), a = mg_mat_cols(y->out, k, 1), t = mg_mat_cols(net->y, k, 1);
    const mg_status status = how->cost.kind->sum(&how->cost, &z, &a, &t, 0, net->rows, &b->rest);
    if (status != MG_OK) return status;
  }
  return MG_OK;
}

/* Folds the sides of 0 of z into p, where it matters. */
static void fold(const mg_layer *y, const mg_mat *z, point *p) {
  if (y->activation->kink) mg_fold_sides(z, &p->kinks);
}

/* The losses when column, of rows from.., stands for a's column i of layer k's input, row by row. */
static mg_status follow(mg_network *net, const mg_check *how, size_t k, size_t i, const mg_mat *column,
                        size_t from, size_t rows, point *p, double *sum) {
  const size_t last = net->n_layers - 1;
  const mg_mat ys = mg_mat_rows(net->y, from, rows);
  mg_mat in = {0}, z, out;
  for (size_t l = k; l <= last; l++) {
    const mg_layer *y = &net->layer[l];
    const mg_mat next = mg_first(net->scratch_in[l % 2], rows, 1 + y->n_out);
    z = mg_first(net->scratch_z, rows, y->n_out);
    out = mg_mat_cols(next, 1, y->n_out);
    if (l == k)
      net->kernels->nudges->rows(&y->z, &net->layer[l - 1].out, &y->theta, i, column, from, &z);
    else
      net->kernels->products->z(&in, &y->theta, &z, 0, rows);
    fold(y, &z, p);
    const mg_status status = y->activation->forward(y->activation, &z, &out, 0, rows);
    if (status != MG_OK) return status;
    in = next;
  }
  return how->cost.kind->sum(&how->cost, &z, &out, &ys, 0, rows, sum);
}

/* Adds the losses of rows from.. for each of n nudges of a weight into unit i of layer l. */
static mg_status nudged_rows(mg_network *net, const mg_check *how, const base *b, size_t l, size_t i,
                             const double *by, size_t n, size_t from, size_t rows, point *p, double *sum) {
  const mg_layer *y = &net->layer[l];
  const mg_nudges *nudges = net->kernels->nudges;
  mg_mat columns = nudges->columns(net, by, n, from, rows, how->room);
  for (size_t k = 0; k < n; k++) {
    const mg_mat column =
        mg_mat_of(mg_at(columns.data, (ptrdiff_t)k * columns.rs, net->type), 1, rows, rows, net->type);
    fold(y, &column, &p[k]);
  }
  if (b->top) return nudges->own(net, how->cost.kind, i, &columns, from, rows, how->room, sum);
  mg_mat all = mg_mat_of(columns.data, 1, n * columns.ncols, n * columns.ncols, net->type);
  mg_status status = y->activation->forward(y->activation, &all, &all, 0, 1);
  if (status == MG_OK && b->next)
    return nudges->last(net, how->cost.kind, i, &columns, from, rows, how->room, sum);
  for (size_t k = 0; k < n && status == MG_OK; k++) {
    const mg_mat column = mg_mat_rows(columns, k, 1);
    status = follow(net, how, l + 1, i, &column, from, rows, &p[k], &sum[k]);
  }
  return status;
}

/* J when theta[l](i, j) is nudged by each of n numbers. */
static mg_status nudged(mg_network *net, const mg_check *how, const base *b, size_t l, size_t i, size_t j,
                        const double *by, size_t n, point *p) {
  double sum[MG_NUDGES];
  for (size_t k = 0; k < n; k++) {
    sum[k] = b->rest;
    p[k].kinks = MG_NO_SIDES;
  }
  net->kernels->nudges->input(net, l, j, how->room);
  for (size_t from = 0; from < net->rows; from += b->rows) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t rows = net->rows - from < b->rows ? net->rows - from : b->rows;
    const mg_status status = nudged_rows(net, how, b, l, i, by, n, from, rows, p, sum);
    if (status != MG_OK) return status;
  }
  const double factor = how->cost.kind->factor(&how->cost, net->rows, mg_network_n_out(net));
  const double w = mg_mat_get(&net->layer[l].theta, i, j);
  for (size_t k = 0; k < n; k++) {
    const double to = w + by[k];
    double penalty = b->penalty;
    if (j > 0 && (net->l1 != 0 || net->l2 != 0))
      penalty += net->l1 * (fabs(to) - fabs(w)) + net->l2 / 2 * (to * to - w * w);
    p[k].j = factor * sum[k] + penalty;
  }
  return MG_OK;
}

/* The same by whole passes at a THETA that has been nudged, which is as it was on return. */
static mg_status passed(mg_network *net, const mg_check *how, size_t l, size_t i, size_t j, const double *by,
                        size_t n, point *p) {
  mg_mat *theta = &net->layer[l].theta;
  const double w = mg_mat_get(theta, i, j);
  mg_status status = MG_OK;
  for (size_t k = 0; k < n && status == MG_OK; k++) {
    mg_mat_set(theta, i, j, w + by[k]);
    status = evaluate_at(net, how, &p[k]);
  }
  mg_mat_set(theta, i, j, w);
  return status;
}

/* --- differences --------------------------------------------------------------------------------- */

/* The difference for element (i, j) of layer l. */
static mg_status difference(mg_network *net, const mg_check *how, const base *b, size_t l, size_t i, size_t j,
                            double *slope, bool *kinked) {
  const stencil *s = &stencils[how->method];
  const double w = mg_mat_get(&net->layer[l].theta, i, j);
  double by[MG_NUDGES], sum = 0;
  point p[MG_NUDGES];
  for (size_t k = 0; k < s->n; k++) by[k] = s->at[k] * how->epsilon;
  const mg_status status =
      b->usable ? nudged(net, how, b, l, i, j, by, s->n, p) : passed(net, how, l, i, j, by, s->n, p);
  if (status != MG_OK) return status;
  *kinked = false;
  for (size_t k = 0; k < s->n; k++) {
    if (p[k].kinks != p[0].kinks) *kinked = true;
    if (net->l1 != 0 && j > 0 && w * (w + by[k]) <= 0) *kinked = true;
    sum += s->weight[k] * p[k].j;
  }
  *slope = sum / (s->divisor * how->epsilon);
  return MG_OK;
}

size_t mg_check_room(const mg_network *net) { return net->kernels->nudges->room(net); }

mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked) {
  mg_layer *y = &net->layer[l];
  base b;
  mg_mat_fill(numeric, NAN);
  mg_mat_fill(kinked, 0);
  mg_status status = base_make(net, how, l, &b);
  for (size_t i = 0; i < y->n_out && status == MG_OK; i++) {
    if (b.usable) net->kernels->nudges->unit(net, l, i, how->room);
    if (b.usable && b.top) status = base_column(net, how, i, &b);
    for (size_t j = y->bias ? 0 : 1; j <= y->n_in && status == MG_OK; j++) {
      if (chosen != NULL && mg_mat_get(chosen, i, j) == 0) continue;
      double slope = NAN;
      bool kink = false;
      status = difference(net, how, &b, l, i, j, &slope, &kink);
      if (status != MG_OK) break;
      mg_mat_set(numeric, i, j, slope);
      mg_mat_set(kinked, i, j, kink);
    }
  }
  return status;
}

double mg_relative(double backprop, double numeric, double floor) {
  const double apart = fabs(backprop - numeric);
  const double larger = fabs(backprop) > fabs(numeric) ? fabs(backprop) : fabs(numeric);
  return apart == 0 ? 0 : apart / (larger > floor ? larger : floor);
}

double mg_check_floor(double j, double epsilon, double tolerance) {
  return 16 * DBL_EPSILON * fabs(j) / (epsilon * tolerance);
}
