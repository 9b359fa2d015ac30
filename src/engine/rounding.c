/* rounding.c - bounds of the rounding errors of each activation and each cost. */

#include "rounding.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* --- activations --------------------------------------------------------------------------------- */

/* Some units in the last place, plus the second-order part of what z's error makes of a. */
static double usual(mg_unit x) { return 4 * x.u * fabs(x.a) + x.g * x.ez * fmin(x.ez, 1); }

/* The relative error of erfc grows with z^2, and g'' does not follow g'. */
static double gelu(mg_unit x) { return usual(x) + x.ez * x.ez / 2 + x.z * x.z * x.u * fabs(x.a); }

static double none(mg_unit x) { return (void)x, 0; }

/* g'' is at most |g'|; near a = 1 the rounding of a is one of 1 - a. */
static double sigmoid_slope(mg_unit x) { return x.g * (4 * x.u + 2 * x.ez) + 4 * x.u * x.a * x.a; }

/* g'' = -2 a g' */
static double tanh_slope(mg_unit x) { return 8 * x.u * x.a * x.a + 2 * x.g * x.ez; }

/* g' = a + 1 and g'' = g' below 0 */
static double elu_slope(mg_unit x) { return x.z > 0 ? 0 : 4 * x.u * fabs(x.a) + x.g * (x.u + x.ez); }

/* g' = sigmoid(z), g'' <= g' */
static double softplus_slope(mg_unit x) { return x.g * (4 * x.u + x.ez); }

/* g'' = phi(z) (2 - z^2); phi(0) < 0.4 */
static double gelu_slope(mg_unit x) {
  const double phi = exp(-x.z * x.z / 2) * 0.4;
  return (4 + x.z * x.z) * x.u * (x.g + 2 * fabs(x.z) * phi) + x.ez * (phi * fabs(2 - x.z * x.z) + x.ez);
}

static double other_slope(mg_unit x) { return (4 * x.u + 2 * x.ez) * (1 + x.g); }

static const mg_rounding roundings[] = {
    {"linear", usual, none, false},     {"sigmoid", usual, sigmoid_slope, false},
    {"tanh", usual, tanh_slope, false}, {"relu", usual, none, false},
    {"leaky-relu", usual, none, false}, {"elu", usual, elu_slope, true},
    {"gelu", gelu, gelu_slope, false},  {"softplus", usual, softplus_slope, false},
    {NULL, usual, other_slope, true},
};

const mg_rounding *mg_rounding_of(const mg_kernels *kernels, const mg_activation *g) {
  const mg_rounding *r = roundings;
  const bool is_own = mg_builtin_activation(kernels, g);
  while (r->name != NULL && !(is_own && strcmp(g->name, r->name) == 0)) r++;
  return r;
}

/* --- costs --------------------------------------------------------------------------------------- */

/* Costs with kinks are in no family: check measures the noise of their J, as of a user's own cost. */
mg_family mg_family_of(const mg_kernels *kernels, const mg_cost_kind *kind) {
  static const struct {
    const char *name;
    mg_family family;
  } families[] = {{"sse", MG_SQUARES},     {"mse", MG_SQUARES},           {"quadratic", MG_SQUARES},
                  {"squares", MG_SQUARES}, {"cross-entropy", MG_ENTROPY}, {"softmax", MG_SOFTMAX}};
  for (size_t k = 0; k < sizeof families / sizeof *families; k++)
    if (mg_builtin_cost(kernels, kind) && strcmp(kind->name, families[k].name) == 0)
      return families[k].family;
  return MG_OTHER_COST;
}

double mg_yhat_share(mg_family f, const double *y, size_t n) {
  double sum = 0;
  for (size_t k = 0; k < n; k++) sum += y[k];
  return f == MG_SOFTMAX ? sum : 1;
}

/* The error of sum of (yhat - y)^2; the difference is rounded, too. */
static double squares_error(const double *yhat, const double *ey, const double *y, size_t n, double u) {
  double error = 0;
  for (size_t k = 0; k < n; k++) {
    const double r = fabs(yhat[k] - y[k]);
    error += 2 * r * ey[k] + ey[k] * ey[k] + 4 * u * r * r;
  }
  return error;
}

/* The error of the logarithmic costs. Errors of z count by dloss/dz = yhat - y and by a second derivative
   below 1; the terms of the loss are rounded: max(z, 0) - y z + ln(1 + e^-|z|), or for softmax
   y (ln sum of e^(z - m) - (z - m)), m the largest z. */
static double logarithmic_error(mg_family f, const double *z, const double *ez, const double *yhat,
                                const double *y, size_t n) {
  const double share = mg_yhat_share(f, y, n);
  double error = 0, terms = 0, m = z[0], e = 0;
  for (size_t k = 0; k < n; k++) {
    m = fmax(m, z[k]);
    error += fabs(yhat[k] * share - y[k]) * ez[k] + fabs(share) * ez[k] * ez[k] / 2;
    if (f == MG_ENTROPY) terms += fabs(z[k]) * (fabs(y[k]) + fabs(1 - y[k])) + log1p(exp(-fabs(z[k])));
  }
  for (size_t k = 0; f == MG_SOFTMAX && k < n; k++) e += exp(z[k] - m);
  for (size_t k = 0; f == MG_SOFTMAX && k < n; k++)
    terms += fabs(y[k]) * (fabs(z[k] - m) + log(e) + (double)n + 1);
  return error + 2 * DBL_EPSILON * terms;
}

double mg_loss_error(mg_family f, const double *z, const double *ez, const double *yhat, const double *ey,
                     const double *y, size_t n, double u) {
  if (f == MG_SQUARES) return squares_error(yhat, ey, y, n, u);
  return f == MG_OTHER_COST ? 0 : logarithmic_error(f, z, ez, yhat, y, n);
}
