/* noise.c - measures how far evaluations of J scatter by rounding, for functions whose bound is not known. */

#include <math.h>

#include "check.h"

enum { POINTS = 8, UNITS = 4 };

/* The scatter of J at POINTS points in equal, tiny steps. Differences of order k remove a smooth function,
   and turn independent errors of variance 1 into one of variance (2k)! / (k!)^2 (Hamming; Moré and Wild,
   Estimating computational noise, 2011). Returns the largest estimate of orders 4 to 6; overwrites J. */
static double scatter(double *J) {
  double most = 0, variance = 1; /* (2k)! / (k!)^2 */
  for (size_t k = 1; k <= 6; k++) {
    const size_t n = POINTS - k;
    double squares = 0;
    for (size_t p = 0; p < n; p++) J[p] = J[p + 1] - J[p];
    for (size_t p = 0; p < n; p++) squares += J[p] * J[p];
    variance *= (double)(2 * (2 * k - 1)) / (double)k;
    if (k >= 4) most = fmax(most, sqrt(squares / ((double)n * variance)));
  }
  return most;
}

/* *noise = the scatter of J along one weight, when it is larger. The steps are so tiny that J itself hardly
   changes. */
static mg_status scatter_at(mg_differ *d, size_t j, double *noise) {
  const double w = fabs(mg_mat_get(&d->net->layer[d->l].theta, d->i, j));
  const double step = (d->net->type == MG_SINGLE ? 1e-5 : 1e-10) * fmax(w, 1);
  double J[POINTS], by[MG_PERTURBATIONS];
  for (size_t from = 0; from < POINTS; from += MG_PERTURBATIONS) {
    for (size_t k = 0; k < MG_PERTURBATIONS; k++) by[k] = (double)(from + k) * step;
    const mg_status status = mg_differ_points(d, j, by, MG_PERTURBATIONS, J + from);
    if (status != MG_OK) return status;
  }
  const double s = scatter(J);
  if (!isnan(*noise) && !(s <= *noise)) *noise = s; /* a NaN stays one */
  return MG_OK;
}

mg_status mg_measured_noise(mg_network *net, const mg_check *how, double *noise) {
  mg_differ d = {.net = net, .cost = how->cost, .room = how->room};
  *noise = 0;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    mg_status status = mg_differ_layer(&d, l);
    for (size_t i = 0; i < y->n_out && i < UNITS && status == MG_OK; i++) {
      status = mg_differ_unit(&d, i);
      if (status == MG_OK) status = scatter_at(&d, y->bias ? 0 : 1, noise);
    }
    if (status != MG_OK) return status;
  }
  return MG_OK;
}
