/* reach.c - how much one weight can change the z of the layers above it. */

#include "reach.h"

#include <math.h>

#include "rounding.h"

#define STEEPEST 1.13 /* the largest |g'| of any activation, gelu */

static size_t lists(const mg_network *net) { return 2 * net->n_layers * sizeof(double *); }

size_t mg_reach_bytes(const mg_network *net) {
  size_t bytes = lists(net); /* less than the parameters take, so it does not overflow */
  for (size_t l = 0; l < net->n_layers; l++)
    bytes += (1 + net->layer[l].n_in + net->layer[l].n_out) * sizeof(double);
  return (bytes + 63) / 64 * 64;
}

/* Computes above of layer l from above of the next layer: sums of |g'| |W| above. A unit of a softmax changes
   every a of its row, so all its units get the largest. */
static void from_above(const mg_reach *r, size_t l) {
  const mg_layer *y = &r->net->layer[l], *next = &r->net->layer[l + 1];
  double most = 1;
  for (size_t i = 0; i < y->n_out; i++) {
    double sum = 0;
    for (size_t k = 0; k < next->n_out; k++)
      sum += STEEPEST * fabs(mg_mat_get(&next->theta, k, 1 + i)) * r->above[l + 1][k];
    r->above[l][i] = fmax(1, sum);
    most = fmax(most, sum);
  }
  for (size_t i = 0; i < y->n_out && y->activation->by_row; i++) r->above[l][i] = most;
}

static void largest_inputs(const mg_reach *r, size_t l) {
  const mg_mat *a = &r->net->layer[l].in;
  for (size_t j = 0; j < a->ncols; j++) r->input[l][j] = 0;
  for (size_t row = 0; row < a->nrows; row++)
    for (size_t j = 0; j < a->ncols; j++) r->input[l][j] = fmax(r->input[l][j], fabs(mg_mat_get(a, row, j)));
}

void mg_reach_make(const mg_network *net, const mg_cost *cost, double j, void *memory, mg_reach *r) {
  const size_t last = net->n_layers - 1, n = net->layer[last].n_out;
  double *numbers = (double *)(void *)((char *)memory + lists(net));
  *r = (mg_reach){.net = net, .above = memory, .input = (double **)memory + net->n_layers};
  for (size_t l = 0; l <= last; l++) {
    r->above[l] = numbers;
    r->input[l] = numbers + net->layer[l].n_out;
    numbers = r->input[l] + 1 + net->layer[l].n_in;
  }
  for (size_t l = last + 1; l-- > 0;) {
    const mg_activation *g = net->layer[l].activation;
    for (size_t i = 0; i < n && l == last; i++) r->above[l][i] = 1;
    if (l < last) from_above(r, l);
    largest_inputs(r, l);
    if (r->smooth_from == 0 && !g->by_row && mg_rounding_of(net->kernels, g)->jumps) r->smooth_from = l + 1;
  }
  r->scale = 2 * (fabs(j) + fabs(cost->kind->factor(cost, net->rows, n)) * (double)(net->rows * n));
}

double mg_reach_of(const mg_reach *r, size_t l, size_t i, size_t j) {
  return r->input[l][j] * r->above[l][i];
}

double mg_truncation(const mg_reach *r, size_t l, size_t i, size_t j, mg_difference method, double step) {
  const double path = mg_reach_of(r, l, i, j), moved = 2 * step * path;
  const double of_penalty = method == MG_ONE_SIDED ? fabs(mg_l2(r->net, j)) * step : 0;
  if (!(moved < 0.05)) return INFINITY;
  if (l < r->smooth_from || method == MG_ONE_SIDED) return 10 * r->scale * path * moved + of_penalty;
  return r->scale * path * (method == MG_FIVE_POINT ? 100 * pow(moved, 4) : 10 * moved * moved);
}
