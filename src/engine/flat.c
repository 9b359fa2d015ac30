/* flat.c - kernels over stretches of the flat arrays. An optimiser is such a loop, and sees no layer. */

#include "flat.h"

#include <math.h>

#include "real.h"

bool mg_descend(const void *grad, double eta, void *theta, void *dtheta, void *previous, size_t count) {
  const real *restrict g = grad;
  real *restrict w = theta, *restrict d = dtheta, *restrict p = previous;
  const real rate = (real)-eta;
  real zero = 0; /* 0 * w is 0 unless w is infinite or NaN */
  for (size_t i = 0; i < count; i++) {
    p[i] = w[i];
    d[i] = rate * g[i];
    w[i] += d[i];
    zero += 0 * w[i];
  }
  return zero == 0;
}

void mg_regularise(const void *weights, double l1, double l2, void *grad, size_t count) {
  const real *restrict w = weights;
  real *restrict g = grad;
  for (size_t i = 0; i < count; i++) g[i] += (real)l1 * ((w[i] > 0) - (w[i] < 0)) + (real)l2 * w[i];
}

double mg_penalty_of(const void *weights, double l1, double l2, size_t count) {
  const real *w = weights;
  double absolute = 0, squares = 0;
  for (size_t i = 0; i < count; i++) {
    absolute += fabs((double)w[i]);
    squares += (double)w[i] * w[i];
  }
  return l1 * absolute + l2 / 2 * squares;
}
