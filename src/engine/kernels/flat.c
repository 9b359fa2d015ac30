/* flat.c - what l1 and l2 add to GRAD and to J, over ranges of the flat arrays. */

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

const mg_flat MG_VARIANT(mg_flat) = {regularise, penalty};
