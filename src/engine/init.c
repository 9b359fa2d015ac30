/* init.c - drawing the initial THETA. */

#include "init.h"

#include <math.h>

const char *const mg_init_names[] = {"uniform",       "epsilon",    "normal", "xavier",   "he",
                                     "xavier-normal", "he-uniform", "lecun",  "constant", NULL};

/* Draws one weight of layer y; U[-1, 1) is 2 U[0, 1) - 1. */
static double draw(const mg_layer *y, mg_init_method method, double value, mg_rng *g) {
  switch (method) {
  case MG_INIT_UNIFORM: return value * mg_rng_uniform(g);
  case MG_INIT_EPSILON: return mg_rng_uniform(g) * 2 * value - value;
  case MG_INIT_NORMAL: return value * mg_rng_normal(g);
  case MG_INIT_XAVIER:
    return value * sqrt(6 / ((double)y->n_in + (double)y->n_out)) * (2 * mg_rng_uniform(g) - 1);
  case MG_INIT_HE: return value * sqrt(2 / (double)y->n_in) * mg_rng_normal(g);
  case MG_INIT_XAVIER_NORMAL:
    return value * sqrt(2 / ((double)y->n_in + (double)y->n_out)) * mg_rng_normal(g);
  case MG_INIT_HE_UNIFORM: return value * sqrt(6 / (double)y->n_in) * (2 * mg_rng_uniform(g) - 1);
  case MG_INIT_LECUN: return value * sqrt(1 / (double)y->n_in) * mg_rng_normal(g);
  case MG_INIT_CONSTANT: return value;
  }
  return 0;
}

void mg_init_part(const mg_layer *y, mg_init_method method, double value, mg_rng *g, size_t i, size_t from,
                  size_t count, mg_mat *theta) {
  const bool biases = method < MG_INIT_XAVIER || method == MG_INIT_CONSTANT;
  for (size_t j = from; j < from + count; j++)
    mg_mat_set(theta, i, j, j > 0 || (biases && y->bias) ? draw(y, method, value, g) : 0);
}

void mg_init_layer(mg_network *net, size_t l, mg_init_method method, double value, mg_rng *g) {
  mg_layer *y = &net->layer[l];
  for (size_t i = 0; i < y->n_out; i++) mg_init_part(y, method, value, g, i, 0, 1 + y->n_in, &y->theta);
}

void mg_init(mg_network *net, mg_init_method method, double value, mg_rng *g) {
  for (size_t l = 0; l < net->n_layers; l++) mg_init_layer(net, l, method, value, g);
  mg_init_forget(net);
}

void mg_init_forget(mg_network *net) {
  mg_network_forget(net);
  net->epoch = 0;
  net->made = MG_NOTHING;
  net->updated = false;
}
