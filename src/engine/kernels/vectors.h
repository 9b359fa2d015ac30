/* vectors.h - the activations and costs as functions of vectors, for the kernels tiny.c and perturb.c. */

#ifndef MG_VECTORS_H
#define MG_VECTORS_H

#include "activation.h"
#include "cost.h"
#include "simd.h"

typedef struct mg_vectors {
  vec (*g)(vec z);
  vec (*slope)(vec z, vec a); /* both are NULL for softmax, which does not work element by element */
} mg_vectors;

/* In the order of the table mg_activations. */
extern const mg_vectors MG_VARIANT(mg_vectors)[];
extern const mg_activation MG_VARIANT(mg_activations)[];

/* Two of them by name, so that a kernel can recognise them. */
#define mg_sigmoid_g MG_VARIANT(mg_sigmoid_g_)
#define mg_tanh_g    MG_VARIANT(mg_tanh_g_)
vec mg_sigmoid_g(vec z);
vec mg_tanh_g(vec z);

/* The costs of cost.c for outputs that are one vector for each unit, with rows in the lanes. */
typedef struct mg_cost_vectors {
  /* sum[r] += the losses of lane r, for the first count lanes; the other elements of sum[VL] may change,
     too. */
  void (*losses)(const vec *z, const vec *yhat, const vec *y, size_t n_out, size_t count, double *sum);
  vec (*delta)(vec yhat, vec y, real factor); /* both are NULL for softmax and for costs with kinks */
} mg_cost_vectors;

extern const mg_cost_vectors MG_VARIANT(mg_cost_vectors)[];
extern const mg_cost_kind MG_VARIANT(mg_costs)[];

static inline const mg_cost_vectors *mg_cost_vectors_of(const mg_cost_kind *kind) {
  return &MG_VARIANT(mg_cost_vectors)[kind - MG_VARIANT(mg_costs)];
}

static inline const mg_vectors *mg_vectors_of(const mg_activation *g) {
  return &MG_VARIANT(mg_vectors)[g - MG_VARIANT(mg_activations)];
}

#endif
