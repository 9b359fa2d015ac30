/* flat.c - what l1 and l2 add to GRAD and to J, and norms, over ranges of the flat arrays. */

#include <math.h>

#include "kernels.h"
#include "simd.h"

static void regularise(const void *weights, double l1, double l2, void *grad, size_t count) {
  const real *restrict w = weights;
  real *restrict g = grad;
  for (size_t i = 0; i < count; i++) g[i] += (real)l1 * (real)((w[i] > 0) - (w[i] < 0)) + (real)l2 * w[i];
}

static double penalty(const void *weights, double l1, double l2, size_t count) {
  const real *w = weights;
  double absolute = 0, squares = 0;
  for (size_t i = 0; i < count; i++) {
    absolute += w[i] < 0 ? -(double)w[i] : (double)w[i];
    squares += (double)w[i] * (double)w[i];
  }
  return l1 * absolute + l2 / 2 * squares;
}

static void scale(void *numbers, double factor, size_t count) {
  real *v = numbers;
  for (size_t i = 0; i < count; i++) v[i] *= (real)factor;
}

static double squares(const void *numbers, size_t count) {
  const real *v = numbers;
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)v[i] * (double)v[i];
  return sum;
}

static void multiply(void *to, const void *from, const void *mask, size_t count) {
  const real *a = from, *m = mask;
  real *b = to;
  for (size_t i = 0; i < count; i++) b[i] = a[i] * m[i];
}

enum { UNITS = 64 }; /* at a time */

/* Units from .. from + n - 1: they lie side by side, one input's weights after the other's. */
static void shorten_units(const mg_mat *theta, const mg_mat *dtheta, double most, size_t from, size_t n) {
  double factor[UNITS] = {0};
  for (size_t j = 1; j < theta->ncols; j++) {
    const real *w = (const real *)theta->data + (ptrdiff_t)j * theta->cs + from;
    for (size_t i = 0; i < n; i++) factor[i] += (double)w[i] * (double)w[i];
  }
  for (size_t i = 0; i < n; i++) factor[i] = factor[i] > most * most ? most / sqrt(factor[i]) : 1;
  for (size_t j = 1; j < theta->ncols; j++) {
    real *w = (real *)theta->data + (ptrdiff_t)j * theta->cs + from;
    real *d = (real *)dtheta->data + (ptrdiff_t)j * dtheta->cs + from;
    for (size_t i = 0; i < n; i++) {
      const real was = w[i];
      w[i] *= (real)factor[i];
      d[i] += w[i] - was;
    }
  }
}

static void shorten(const mg_mat *theta, const mg_mat *dtheta, double most) {
  for (size_t i = 0; i < theta->nrows; i += UNITS)
    shorten_units(theta, dtheta, most, i, theta->nrows - i < UNITS ? theta->nrows - i : UNITS);
}

const mg_flat MG_VARIANT(mg_flat) = {scale, squares, multiply, shorten, regularise, penalty};
