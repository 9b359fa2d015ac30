/* cost.c - the costs: factor, sum of losses and output delta of each; and the sums for the metrics.

   To add one: write its three functions, the two on vectors, and a line in each of the two tables. */

#include "cost.h"

#include <math.h>

#include "kernels.h"
#include "vectors.h"

static const real *row_of(const mg_mat *m, size_t r) { return (const real *)m->data + (ptrdiff_t)r * m->rs; }

/* The index of the largest of n numbers; of equal ones, the first. */
static size_t largest(const real *v, size_t n) {
  size_t best = 0;
  for (size_t k = 1; k < n; k++)
    if (v[k] > v[best]) best = k;
  return best;
}

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

/* --- costs with kinks -------------------------------------------------------- */

/* x above 0, else 0; fmax would hide a NaN */
static inline double positive(double x) { return x <= 0 ? 0 : x; }

static inline double apart(const real *yhat, const real *y, size_t k) {
  return (double)yhat[k] - (double)y[k];
}

static mg_status mae_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                         size_t from, size_t to, double *sum) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++)
    for (size_t k = 0; k < ys->ncols; k++) *sum += fabs(apart(row_of(yhats, r), row_of(ys, r), k));
  return MG_OK;
}

/* dJ/dyhat = factor sign(yhat - y), 0 at the kink */
static mg_status mae_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                           mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++)
    for (size_t k = 0; k < ys->ncols; k++) {
      const double d = apart(row_of(yhats, r), row_of(ys, r), k);
      ((real *)row_of(ds, r))[k] = (real)(factor * ((d > 0) - (d < 0)));
    }
  return MG_OK;
}

static int mae_side(const mg_mat *yhats, const mg_mat *ys, size_t r, size_t k) {
  return apart(row_of(yhats, r), row_of(ys, r), k) > 0;
}

static mg_status huber_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                           size_t from, size_t to, double *sum) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++)
    for (size_t k = 0; k < ys->ncols; k++) {
      const double d = fabs(apart(row_of(yhats, r), row_of(ys, r), k));
      *sum += d <= 1 ? d * d / 2 : d - 0.5;
    }
  return MG_OK;
}

/* dJ/dyhat = factor (yhat - y), which is cut off at -factor and factor */
static mg_status huber_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                             mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++)
    for (size_t k = 0; k < ys->ncols; k++) {
      const double d = apart(row_of(yhats, r), row_of(ys, r), k);
      ((real *)row_of(ds, r))[k] = (real)(factor * (d < -1 ? -1 : d > 1 ? 1 : d));
    }
  return MG_OK;
}

static int huber_side(const mg_mat *yhats, const mg_mat *ys, size_t r, size_t k) {
  const double d = apart(row_of(yhats, r), row_of(ys, r), k);
  return (d > 1) - (d < -1) + 1;
}

static inline double margin(const real *yhat, const real *y, size_t k) {
  return 1 - (double)y[k] * (double)yhat[k];
}

static mg_status hinge_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                           size_t from, size_t to, double *sum) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++)
    for (size_t k = 0; k < ys->ncols; k++) *sum += positive(margin(row_of(yhats, r), row_of(ys, r), k));
  return MG_OK;
}

/* dJ/dyhat = -factor y where 1 - y yhat > 0, else 0 */
static mg_status hinge_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                             mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++) {
    const real *yhat = row_of(yhats, r), *y = row_of(ys, r);
    real *d = (real *)row_of(ds, r);
    for (size_t k = 0; k < ys->ncols; k++) d[k] = margin(yhat, y, k) > 0 ? (real)(-factor * (double)y[k]) : 0;
  }
  return MG_OK;
}

static int hinge_side(const mg_mat *yhats, const mg_mat *ys, size_t r, size_t k) {
  return margin(row_of(yhats, r), row_of(ys, r), k) > 0;
}

/* yhat_k - yhat_c + 1, c the class of the row; -1 for c itself, which has no loss */
static double above(const real *yhat, size_t c, size_t k) {
  return k == c ? -1 : (double)yhat[k] - (double)yhat[c] + 1;
}

static mg_status svm_sum(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                         size_t from, size_t to, double *sum) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++) {
    const size_t c = largest(row_of(ys, r), ys->ncols);
    for (size_t k = 0; k < ys->ncols; k++) *sum += positive(above(row_of(yhats, r), c, k));
  }
  return MG_OK;
}

/* dJ/dyhat_k = factor for each k whose loss is above 0; dJ/dyhat_c = -factor times how many these are */
static mg_status svm_delta(const mg_cost *cost, const mg_mat *zs, const mg_mat *yhats, const mg_mat *ys,
                           mg_mat *ds, double factor, size_t from, size_t to) {
  (void)cost, (void)zs;
  for (size_t r = from; r < to; r++) {
    const size_t c = largest(row_of(ys, r), ys->ncols);
    real *d = (real *)row_of(ds, r);
    double count = 0;
    for (size_t k = 0; k < ys->ncols; k++) {
      const bool counts = above(row_of(yhats, r), c, k) > 0;
      d[k] = counts ? (real)factor : 0;
      count += counts;
    }
    d[c] = (real)(-factor * count);
  }
  return MG_OK;
}

static int svm_side(const mg_mat *yhats, const mg_mat *ys, size_t r, size_t k) {
  return above(row_of(yhats, r), largest(row_of(ys, r), ys->ncols), k) > 0;
}

const mg_cost_kind MG_VARIANT(mg_costs)[] = {
    {"sse", NULL, sse_factor, squares_sum, squares_delta, NULL, false},
    {"mse", NULL, mse_factor, squares_sum, squares_delta, NULL, false},
    {"quadratic", NULL, quadratic_factor, squares_sum, squares_delta, NULL, false},
    {"squares", NULL, squares_factor, squares_sum, squares_delta, NULL, false},
    {"cross-entropy", "sigmoid", mean_factor, cross_entropy_sum, cross_entropy_delta, NULL, false},
    {"softmax", "softmax", mean_factor, softmax_sum, softmax_delta, NULL, false},
    {"mae", NULL, mse_factor, mae_sum, mae_delta, mae_side, false},
    {"huber", NULL, mse_factor, huber_sum, huber_delta, huber_side, false},
    {"hinge", NULL, mse_factor, hinge_sum, hinge_delta, hinge_side, true},
    {"svm", NULL, mean_factor, svm_sum, svm_delta, svm_side, true},
    {NULL, NULL, NULL, NULL, NULL, NULL, false},
};

#define SQUARES \
  { squares_losses, squares_delta_v }
const mg_cost_vectors MG_VARIANT(mg_cost_vectors)[] = {
    SQUARES,      SQUARES,      SQUARES,      SQUARES,      {cross_entropy_losses, cross_entropy_delta_v},
    {NULL, NULL},                                           /* softmax */
    {NULL, NULL}, {NULL, NULL}, {NULL, NULL}, {NULL, NULL}, /* those with kinks */
};

_Static_assert(sizeof MG_VARIANT(mg_costs) / sizeof(mg_cost_kind) ==
                   sizeof MG_VARIANT(mg_cost_vectors) / sizeof(mg_cost_vectors) + 1,
               "both tables have a line for each cost");

/* --- metrics ---------------------------------------------------------------- */

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
