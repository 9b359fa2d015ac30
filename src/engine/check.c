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
  int n;
  double at[4], weight[4], divisor;
} stencil;

static const stencil stencils[] = {
    [MG_CENTRAL] = {2, {1, -1}, {1, -1}, 2},
    [MG_ONE_SIDED] = {2, {1, 0}, {1, -1}, 1},
    [MG_FIVE_POINT] = {4, {-2, -1, 1, 2}, {1, -8, 8, -1}, 12},
};

/* --- J near THETA, from what one nudged weight changes ---------------------------------------- */

/* The batch's own pass, at THETA, is in the live z and a. A weight into unit i of layer l, nudged by h, adds
   h a_j to column i of z; the layers above follow. {64, 64, 10} on 32 rows: 51 to 4 ms for all 4,810. */
typedef struct base {
  bool usable;    /* is each a of the layer its z's alone, and can a column's cost be told apart? */
  bool top;       /* is the layer the last? */
  double rest;    /* losses of the other columns, when it is */
  double penalty; /* l1 and l2 at THETA */
} base;

static mg_status base_make(mg_network *net, const mg_check *how, size_t l, base *b) {
  *b = (base){.top = l + 1 == net->n_layers, .penalty = mg_penalty(net)};
  b->usable = !net->layer[l].activation->by_row;
  const mg_cost_kind *kind = how->cost.kind;
  if (b->top && kind->output != NULL && strcmp(kind->output, "softmax") == 0) b->usable = false;
  return b->usable ? mg_run_plan(net, 0, 2 * net->n_layers) : MG_OK;
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

/* A matrix of rows x n numbers in the first places of m's memory, without gaps. */
static mg_mat dense(const mg_mat *m, size_t rows, size_t n) {
  return mg_mat_of(m->data, rows, n, n, m->type);
}

/* z and a of layer k from a nudged column of the layer below, then of the layers above it; *z, *out: the
 * last. */
static mg_status follow(mg_network *net, size_t k, size_t i, const mg_mat *column, size_t from, mg_mat *z,
                        mg_mat *out, point *p) {
  const size_t rows = column->nrows, last = net->n_layers - 1;
  mg_mat in = {0};
  for (size_t l = k; l <= last; l++) {
    const mg_layer *y = &net->layer[l];
    const mg_mat next = mg_first(net->scratch_in[l % 2], rows, 1 + y->n_out);
    *z = l == last ? dense(&net->scratch_z, rows, y->n_out) : mg_first(net->scratch_z, rows, y->n_out);
    *out = l == last ? dense(&net->scratch_in[l % 2], rows, y->n_out) : mg_mat_cols(next, 1, y->n_out);
    if (l == k)
      net->kernels->nudges->rows(&y->z, &net->layer[l - 1].out, &y->theta, i, column, from, z);
    else
      net->kernels->products->z(&in, &y->theta, z, 0, rows);
    fold(y, z, p);
    mg_mat flat_z = *z, flat_out = *out;
    if (l == last && !y->activation->by_row) { /* no gaps: one long row */
      flat_z = dense(z, 1, rows * y->n_out);
      flat_out = dense(out, 1, rows * y->n_out);
    }
    const mg_status status = y->activation->forward(y->activation, &flat_z, &flat_out, 0, flat_z.nrows);
    if (status != MG_OK) return status;
    in = next;
  }
  return MG_OK;
}

/* J when theta[l](i, j) is nudged by h. */
static mg_status nudged(mg_network *net, const mg_check *how, const base *b, size_t l, size_t i, size_t j,
                        double h, point *p) {
  const mg_layer *y = &net->layer[l];
  const size_t most = net->scratch_rows < net->block ? net->scratch_rows : net->block;
  double sum = b->rest;
  p->kinks = MG_NO_SIDES;
  for (size_t from = 0; from < net->rows; from += most) {
    if (mg_stopped(&net->stop)) return MG_STOPPED;
    const size_t rows = net->rows - from < most ? net->rows - from : most;
    mg_mat column = dense(&net->scratch_y, rows, 1), z, out, t = mg_mat_rows(net->y, from, rows);
    net->kernels->nudges->column(&y->z, &y->in, i, j, h, from, &column);
    fold(y, &column, p);
    if (b->top) {
      z = column;
      out = dense(&net->scratch_z, rows, 1);
      t = mg_mat_cols(t, i, 1);
    }
    mg_mat *a = b->top ? &out : &column;
    mg_status status = y->activation->forward(y->activation, &column, a, 0, rows);
    if (status == MG_OK && !b->top) status = follow(net, l + 1, i, &column, from, &z, &out, p);
    if (status == MG_OK) status = how->cost.kind->sum(&how->cost, &z, &out, &t, 0, rows, &sum);
    if (status != MG_OK) return status;
  }
  const double w = mg_mat_get(&y->theta, i, j), to = w + h;
  double penalty = b->penalty;
  if (j > 0) penalty += net->l1 * (fabs(to) - fabs(w)) + net->l2 / 2 * (to * to - w * w);
  p->j = how->cost.kind->factor(&how->cost, net->rows, mg_network_n_out(net)) * sum + penalty;
  return MG_OK;
}

/* The same by a whole pass at the THETA that has been nudged, which is as it was on return. */
static mg_status passed(mg_network *net, const mg_check *how, mg_mat *theta, size_t i, size_t j, double h,
                        point *p) {
  const double w = mg_mat_get(theta, i, j);
  mg_mat_set(theta, i, j, w + h);
  const mg_status status = evaluate_at(net, how, p);
  mg_mat_set(theta, i, j, w);
  return status;
}

/* --- differences --------------------------------------------------------------------------------- */

/* The difference for element (i, j) of layer l. */
static mg_status difference(mg_network *net, const mg_check *how, const base *b, size_t l, size_t i, size_t j,
                            double *slope, bool *kinked) {
  const stencil *s = &stencils[how->method];
  mg_mat *theta = &net->layer[l].theta;
  const double w = mg_mat_get(theta, i, j);
  double sum = 0, low = w, high = w;
  uint64_t kinks = 0;
  *kinked = false;
  for (int k = 0; k < s->n; k++) {
    const double h = s->at[k] * how->epsilon;
    point p;
    const mg_status status =
        b->usable ? nudged(net, how, b, l, i, j, h, &p) : passed(net, how, theta, i, j, h, &p);
    if (status != MG_OK) return status;
    if (k > 0 && p.kinks != kinks) *kinked = true;
    kinks = p.kinks;
    sum += s->weight[k] * p.j;
    low = fmin(low, w + h);
    high = fmax(high, w + h);
  }
  if (net->l1 != 0 && j > 0 && low <= 0 && high >= 0) *kinked = true;
  *slope = sum / (s->divisor * how->epsilon);
  return MG_OK;
}

mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked) {
  mg_layer *y = &net->layer[l];
  base b;
  mg_mat_fill(numeric, NAN);
  mg_mat_fill(kinked, 0);
  mg_status status = base_make(net, how, l, &b);
  for (size_t i = 0; i < y->n_out && status == MG_OK; i++) {
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
  const double size = fmax(fmax(fabs(backprop), fabs(numeric)), floor);
  return apart == 0 ? 0 : apart / size;
}

double mg_check_floor(double j, double epsilon, double tolerance) {
  return 16 * DBL_EPSILON * fabs(j) / (epsilon * tolerance);
}
