/* init.h - drawing the initial THETA.

   Numbers are drawn layer by layer, in a layer unit by unit, for a unit its bias and then its weights. */

#ifndef MG_INIT_H
#define MG_INIT_H

#include "network.h"

/* The methods. Each has one number, value:
     "uniform"   U[0, value), biases too (the article's np.random.rand: value 1)
     "epsilon"   U[-value, value), biases too (Ng, machine learning course, week 5)
     "normal"    value * N(0, 1), biases too
     "xavier"    value * U[-r, r), r = sqrt(6 / (n_in + n_out)), biases 0 (Glorot and Bengio, 2010)
     "he"        value * N(0, 1) * sqrt(2 / n_in), biases 0 (He et al., 2015)
     "xavier-normal"  value * N(0, 1) * sqrt(2 / (n_in + n_out)), biases 0
     "he-uniform"     value * U[-r, r), r = sqrt(6 / n_in), biases 0
     "lecun"     value * N(0, 1) / sqrt(n_in), biases 0 (LeCun et al., 1998)
     "constant"  value, biases too */
typedef enum mg_init_method {
  MG_INIT_UNIFORM,
  MG_INIT_EPSILON,
  MG_INIT_NORMAL,
  MG_INIT_XAVIER,
  MG_INIT_HE,
  MG_INIT_XAVIER_NORMAL,
  MG_INIT_HE_UNIFORM,
  MG_INIT_LECUN,
  MG_INIT_CONSTANT
} mg_init_method;

/* Names of the methods, in the order above, ended by NULL. */
extern const char *const mg_init_names[];

/* Draws THETA of every layer from g. Sets the epoch and the optimiser's states to 0; the network then has no
   pass and no update. In a layer without biases column 0 is 0, and nothing is drawn for it. */
void mg_init(mg_network *net, mg_init_method method, double value, mg_rng *g);

/* That of layer l alone, nothing forgotten. */
void mg_init_layer(mg_network *net, size_t l, mg_init_method method, double value, mg_rng *g);

/* mg_init in parts, so that a caller may stop between them. mg_init_part draws columns from ..
   from + count - 1 of row i of theta, which will be THETA of layer y; mg_init_forget, called once at the end,
   does the rest. */
void mg_init_part(const mg_layer *y, mg_init_method method, double value, mg_rng *g, size_t i, size_t from,
                  size_t count, mg_mat *theta);
void mg_init_forget(mg_network *net);

#endif
