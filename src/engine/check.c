/* check.c - the gradient by differences of J. */

#include "check.h"

#include <float.h>
#include <math.h>

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

/* The difference for element (i, j) of theta, which is as it was on return. */
static mg_status difference(mg_network *net, const mg_check *how, mg_mat *theta, size_t i, size_t j,
                            double *slope, bool *kinked) {
  const stencil *s = &stencils[how->method];
  const double w = mg_mat_get(theta, i, j);
  double sum = 0, low = w, high = w;
  uint64_t kinks = 0;
  *kinked = false;
  mg_status status = MG_OK;
  for (int k = 0; k < s->n && status == MG_OK; k++) {
    const double at = w + s->at[k] * how->epsilon;
    point p;
    mg_mat_set(theta, i, j, at);
    status = evaluate_at(net, how, &p);
    if (k > 0 && p.kinks != kinks) *kinked = true;
    kinks = p.kinks;
    sum += s->weight[k] * p.j;
    low = fmin(low, at);
    high = fmax(high, at);
  }
  mg_mat_set(theta, i, j, w);
  if (net->l1 != 0 && j > 0 && low <= 0 && high >= 0) *kinked = true;
  *slope = sum / (s->divisor * how->epsilon);
  return status;
}

mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked) {
  mg_layer *y = &net->layer[l];
  mg_mat_fill(numeric, NAN);
  mg_mat_fill(kinked, 0);
  for (size_t i = 0; i < y->n_out; i++)
    for (size_t j = y->bias ? 0 : 1; j <= y->n_in; j++) {
      if (chosen != NULL && mg_mat_get(chosen, i, j) == 0) continue;
      double slope;
      bool kink;
      const mg_status status = difference(net, how, &y->theta, i, j, &slope, &kink);
      if (status != MG_OK) return status;
      mg_mat_set(numeric, i, j, slope);
      mg_mat_set(kinked, i, j, kink);
    }
  return MG_OK;
}

double mg_relative(double backprop, double numeric, double floor) {
  const double apart = fabs(backprop - numeric);
  const double size = fmax(fmax(fabs(backprop), fabs(numeric)), floor);
  return apart == 0 ? 0 : apart / size;
}

double mg_check_floor(double j, double epsilon, double tolerance) {
  return 16 * DBL_EPSILON * fabs(j) / (epsilon * tolerance);
}
