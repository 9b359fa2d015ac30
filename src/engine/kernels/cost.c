/* cost.c - the costs: factor, sum of losses and output delta of each; and the sums for the metrics.

   To add one: write its three functions, the two on vectors, and a line in each of the two tables. */

#include "cost.h"

#include <math.h>

#include "kernels.h"
#include "vectors.h"

static const real *row_of(const mg_mat *m, size_t r) { return (const real *)m->data + (ptrdiff_t)r * m->rs; }

/* --- squares: "sse", "mse", "quadratic", "squares" ------------------------- */

static double sse_factor(const mg_cost *cost, size_t n_rows, size_t n_out) {
  (void)cost, (void)n_rows, (void)n_out;
  return 0.5;
}

static double mse_factor(const mg_cost *cost, size_t n_rows, size_t n_out) {
  (void)cost;
  return 1 / ((double)n_rows * (double)n_out);
}

static double quadratic_factor(const mg_cost *cost, size_t n_rows, size_t n_out) {
  (void)cost, (void)n_out;
  return 0.5 / (double)n_rows;
}

static double squares_factor(const mg_cost *cost, size_t n_rows, size_t n_out) {
  (void)n_rows, (void)n_out;
  return cost->scale;
}

static inline double square(real yhat, real y) {
  const double apart = yhat - y;
  return apart * apart;
}

/* sum of (yhat - y)^2 */
static mg_status squares_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                             size_t from, size_t to, double *sum) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++) {
    const real *yhat = row_of(yhats, r), *y = row_of(ys, r);
    double s = 0;
    for (size_t k = 0; k < ys->ncols; k++) s += square(yhat[k], y[k]);
    *sum += s;
  }
  return MG_OK;
}

static void squares_losses(const vec *z, const vec *yhat, const vec *y, size_t n_out, size_t count,
                           double *sum) {
  (void)z, (void)count;
  double s[VL]; /* a copy of sum that the compiler can keep in registers */
  memcpy(s, sum, sizeof s);
  for (size_t k = 0; k < n_out; k++)
    for (int r = 0; r < VL; r++) s[r] += square(yhat[k][r], y[k][r]);
  memcpy(sum, s, sizeof s);
}

/* dJ/dyhat = 2 factor (yhat - y) */
static mg_status squares_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                               mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  const real twice = (real)(2 * factor);
  for (size_t r = from; r < to; r++) {
    const real *yhat = row_of(yhats, r), *y = row_of(ys, r);
    real *d = (real *)row_of(ds, r);
    for (size_t k = 0; k < ys->ncols; k++) d[k] = twice * (yhat[k] - y[k]);
  }
  return MG_OK;
}

static vec squares_delta_v(vec yhat, vec y, real factor) { return 2 * factor * (yhat - y); }

/* --- the logarithmic costs, computed from z -------------------------------- */

static double mean_factor(const mg_cost *cost, size_t n_rows, size_t n_out) {
  (void)cost, (void)n_out;
  return 1 / (double)n_rows;
}

/* -y ln sigmoid(z) - (1 - y) ln(1 - sigmoid(z)) = max(z, 0) - y z + ln(1 + e^-|z|), without the
   cancellation of two large numbers: for z > 0 the first two are z (1 - y). */
static inline double entropy(double z, double y) {
  const double linear = z > 0 ? z * (1 - y) : -z * y;
  return linear + log1p(exp(-fabs(z)));
}

static mg_status cross_entropy_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats,
                                   const mg_mat *ys, size_t from, size_t to, double *sum) {
  (void)cost, (void)yhats;
  for (size_t r = from; r < to; r++) {
    const real *z = row_of(zs, r), *y = row_of(ys, r);
    double s = 0;
    for (size_t k = 0; k < ys->ncols; k++) s += entropy(z[k], y[k]);
    *sum += s;
  }
  return MG_OK;
}

static void cross_entropy_losses(const vec *z, const vec *yhat, const vec *y, size_t n_out, size_t count,
                                 double *sum) {
  (void)yhat;
  for (size_t k = 0; k < n_out; k++)
    for (size_t r = 0; r < count; r++) sum[r] += entropy(z[k][r], y[k][r]);
}

/* dJ/dz = factor (yhat - y); the derivative of sigmoid has cancelled */
static mg_status cross_entropy_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats,
                                     const mg_mat *ys, mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++) {
    const real *yhat = row_of(yhats, r), *y = row_of(ys, r);
    real *d = (real *)row_of(ds, r);
    for (size_t k = 0; k < ys->ncols; k++) d[k] = (real)factor * (yhat[k] - y[k]);
  }
  return MG_OK;
}

static vec cross_entropy_delta_v(vec yhat, vec y, real factor) { return factor * (yhat - y); }

/* -sum of y ln softmax(z) = sum of y (ln sum of e^(z - m) - (z - m)), where m is the row's maximum */
static mg_status softmax_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                             size_t from, size_t to, double *sum) {
  (void)cost, (void)yhats;
  for (size_t r = from; r < to; r++) {
    const real *z = row_of(zs, r), *y = row_of(ys, r);
    double m = z[0], e = 0, s = 0;
    for (size_t k = 1; k < ys->ncols; k++)
      if (z[k] > m) m = z[k];
    for (size_t k = 0; k < ys->ncols; k++) e += exp(z[k] - m);
    for (size_t k = 0; k < ys->ncols; k++)
      if (y[k] != 0) s += y[k] * (log(e) - (z[k] - m));
    *sum += s;
  }
  return MG_OK;
}

/* dJ/dz_k = factor (yhat_k * sum of the row's y - y_k); the sum is 1 for one-hot rows */
static mg_status softmax_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                               mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++) {
    const real *yhat = row_of(yhats, r), *y = row_of(ys, r);
    real *d = (real *)row_of(ds, r), total = 0;
    for (size_t k = 0; k < ys->ncols; k++) total += y[k];
    for (size_t k = 0; k < ys->ncols; k++) d[k] = (real)factor * (yhat[k] * total - y[k]);
  }
  return MG_OK;
}

const mg_cost_kind MG_VARIANT(mg_costs)[] = {
    {"sse", NULL, sse_factor, squares_sum, squares_delta},
    {"mse", NULL, mse_factor, squares_sum, squares_delta},
    {"quadratic", NULL, quadratic_factor, squares_sum, squares_delta},
    {"squares", NULL, squares_factor, squares_sum, squares_delta},
    {"cross-entropy", "sigmoid", mean_factor, cross_entropy_sum, cross_entropy_delta},
    {"softmax", "softmax", mean_factor, softmax_sum, softmax_delta},
    {NULL, NULL, NULL, NULL, NULL},
};

#define SQUARES \
  { squares_losses, squares_delta_v }
const mg_cost_vectors MG_VARIANT(mg_cost_vectors)[] = {
    SQUARES,     SQUARES, SQUARES, SQUARES, {cross_entropy_losses, cross_entropy_delta_v},
    {NULL, NULL} /* softmax */
};

_Static_assert(sizeof MG_VARIANT(mg_costs) / sizeof(mg_cost_kind) ==
                   sizeof MG_VARIANT(mg_cost_vectors) / sizeof(mg_cost_vectors) + 1,
               "both tables have a line for each cost");

/* --- metrics ---------------------------------------------------------------- */

/* The index of the largest of n numbers; of equal ones, the first. */
static size_t largest(const real *v, size_t n) {
  size_t best = 0;
  for (size_t k = 1; k < n; k++)
    if (v[k] > v[best]) best = k;
  return best;
}

static size_t score(const mg_mat *yhats, const mg_mat *ys, mg_targets targets, size_t from, size_t to,
                    double *tss) {
  squares_sum(NULL, NULL, yhats, ys, from, to, tss);
  if (targets == MG_VALUES) return 0;
  const real middle = targets == MG_BINARY ? (real)0.5 : 0;
  size_t right = 0;
  for (size_t r = from; r < to; r++) {
    const real *yhat = row_of(yhats, r), *y = row_of(ys, r);
    if (targets == MG_ONE_HOT)
      right += largest(yhat, ys->ncols) == largest(y, ys->ncols);
    else
      right += (yhat[0] > middle) == (y[0] > middle);
  }
  return right;
}

const mg_score MG_VARIANT(mg_score) = score;
