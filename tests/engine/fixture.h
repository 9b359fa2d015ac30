/* fixture.h - for the engine's tests: making small networks, comparing numbers and states. */

#ifndef FIXTURE_H
#define FIXTURE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrays.h"
#include "batch.h"
#include "init.h"
#include "network.h"
#include "plan.h"
#include "step.h"

/* A network, its memory, and the memory that mg_epoch needs. */
typedef struct fixture {
  mg_network net;
  void *parameters, *batch, *before;
} fixture;

static inline void *zeroed(size_t bytes) {
  bytes = (bytes + 63) / 64 * 64;
  void *memory = aligned_alloc(64, bytes);
  assert_non_null(memory);
  return memset(memory, 0, bytes);
}

static inline const mg_activation *activation(const char *name) {
  const mg_activation *g = mg_activation_find(name, MG_DOUBLE);
  assert_non_null(g);
  return g;
}

static inline mg_cost cost(const char *name) {
  const mg_cost_kind *kind = mg_cost_find(name, MG_DOUBLE);
  assert_non_null(kind);
  return (mg_cost){.kind = kind, .scale = 0.3};
}

static inline void fixture_free(fixture *f) {
  free(f->parameters);
  free(f->batch);
  free(f->before);
}

/* Makes a network. sizes: n_layers + 1 numbers of units, the input first. THETA is drawn as U[0, 1) from
   seed. */
static inline void fixture_make(fixture *f, size_t n_layers, const size_t *sizes, const char *hidden,
                                const char *output, uint32_t seed) {
  mg_layer_spec spec[8];
  for (size_t l = 0; l < n_layers; l++)
    spec[l] = (mg_layer_spec){sizes[l + 1], activation(l + 1 < n_layers ? hidden : output), true, 0};
  f->parameters = zeroed(mg_network_bytes(MG_DOUBLE, 1, sizes[0], n_layers, spec));
  f->batch = NULL;
  mg_network_make(&f->net, MG_DOUBLE, 1, sizes[0], n_layers, spec, f->parameters);
  f->before = zeroed(mg_arrays_bytes(&f->net, MG_NEEDED));
  mg_rng g;
  mg_rng_seed(&g, seed);
  mg_init(&f->net, MG_INIT_UNIFORM, 1, &g);
}

/* Makes room for x and y and copies them into the batch. */
static inline void fixture_data(fixture *f, const mg_mat *x, const mg_mat *y) {
  if (f->net.capacity < x->nrows) {
    free(f->batch);
    f->batch = zeroed(mg_batch_bytes(&f->net, x->nrows));
    mg_network_room(&f->net, x->nrows, f->batch);
  }
  assert_int_equal(mg_network_stage(&f->net, x, y, x->nrows, NULL), MG_OK);
  f->net.targets = mg_targets_of(y);
}

static double xor_x[] = {0, 0, 0, 1, 1, 0, 1, 1}, xor_y[] = {0, 1, 1, 0};

static inline void fixture_xor(fixture *f, uint32_t seed) {
  fixture_make(f, 3, (const size_t[]){2, 2, 2, 1}, "sigmoid", "sigmoid", seed);
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  fixture_data(f, &x, &y);
}

/* n numbers of N(0, 1). */
static inline double *normals(mg_rng *g, size_t n) {
  double *v = zeroed(n * sizeof *v);
  for (size_t i = 0; i < n; i++) v[i] = mg_rng_normal(g);
  return v;
}

static inline void assert_near(double got, double wanted, double tolerance) {
  if (!(fabs(got - wanted) <= tolerance)) fail_msg("got %.17g, wanted %.17g to %.3g", got, wanted, tolerance);
}

static inline void assert_relative(double got, double wanted, double tolerance) {
  assert_near(got, wanted, tolerance * fabs(wanted));
}

static inline bool same_mat(const mg_mat *a, const mg_mat *b) {
  for (size_t i = 0; i < a->nrows; i++)
    for (size_t j = 0; j < a->ncols; j++) {
      const double x = mg_mat_get(a, i, j), y = mg_mat_get(b, i, j);
      if (memcmp(&x, &y, sizeof x) != 0) return false;
    }
  return a->nrows == b->nrows && a->ncols == b->ncols;
}

/* Asserts that all that a step changes is equal in every bit. */
static inline void assert_same_state(const fixture *a, const fixture *b) {
  assert_int_equal(a->net.epoch, b->net.epoch);
  for (size_t l = 0; l < a->net.n_layers; l++) {
    const mg_layer *x = &a->net.layer[l], *y = &b->net.layer[l];
    assert_true(same_mat(&x->theta, &y->theta));
    assert_true(same_mat(&x->in, &y->in));
    assert_true(same_mat(&x->z, &y->z));
    assert_true(same_mat(&x->out, &y->out));
    assert_true(same_mat(&x->delta, &y->delta));
    assert_true(same_mat(&x->grad, &y->grad));
    assert_true(same_mat(&x->dtheta, &y->dtheta));
  }
}

#endif
