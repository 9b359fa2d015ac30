/* flat.c - kernels over stretches of the flat arrays. An optimiser is such a loop, and sees no layer. */

#include "kernels.h"
#include "simd.h"

static bool descend(const void *grad, double eta, void *theta, void *dtheta, void *previous, size_t count) {
  const real *g = grad;
  real *w = theta, *d = dtheta, *p = previous;
  const vec rate = all((real)-eta);
  vec zero = {0}; /* 0 * w is 0 unless w is infinite or NaN */
  for (size_t i = 0; i < count; i += VL) {
    const size_t n = count - i;
    const vec before = load_upto(w + i, n), step = rate * load_upto(g + i, n), after = before + step;
    store_upto(p + i, before, n);
    store_upto(d + i, step, n);
    store_upto(w + i, after, n);
    zero += 0 * after;
  }
  real sum = 0;
  for (int k = 0; k < VL; k++) sum += zero[k];
  return sum == 0;
}

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

const mg_flat MG_VARIANT(mg_flat) = {descend, regularise, penalty};
