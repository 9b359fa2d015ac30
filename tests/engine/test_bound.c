/* test_bound.c - the bounds of rounding errors hold. The same network is computed in single and in double
   precision; J and GRAD then differ by the rounding of the single one. For each activation with each cost. */

#include "bound.h"
#include "fixture.h"
#include "rounding.h"

typedef struct pair {
  mg_network net[2]; /* double, single */
  void *parameters[2], *batch[2];
} pair;

static void make_one(pair *p, mg_type type, size_t n_layers, const size_t *sizes, const char *const *g) {
  mg_layer_spec spec[8];
  mg_network *net = &p->net[type];
  for (size_t l = 0; l < n_layers; l++)
    spec[l] = (mg_layer_spec){sizes[l + 1], mg_activation_find(g[l], type), true, 0};
  p->parameters[type] = zeroed(mg_network_bytes(type, 1, sizes[0], n_layers, spec));
  mg_network_make(net, type, 1, sizes[0], n_layers, spec, p->parameters[type]);
}

/* Rounds n numbers to single precision, so that both networks have the same. */
static void round_all(double *v, size_t n) {
  for (size_t k = 0; k < n; k++) v[k] = (float)v[k];
}

static void stage(pair *p, mg_type type, const mg_mat *x, const mg_mat *y) {
  mg_network *net = &p->net[type];
  p->batch[type] = zeroed(mg_batch_bytes(net, x->nrows));
  mg_network_room(net, x->nrows, p->batch[type]);
  assert_int_equal(mg_network_stage(net, x, y, x->nrows, NULL), MG_OK);
  assert_int_equal(mg_forward(net), MG_OK);
  assert_int_equal(mg_backward(net), MG_OK);
}

/* Gives both networks the same random THETA, times a factor; with a large factor units saturate. */
static void draw(pair *p, mg_rng *g, double factor) {
  for (size_t l = 0; l < p->net[0].n_layers; l++) {
    const mg_mat *theta = &p->net[0].layer[l].theta;
    for (size_t i = 0; i < theta->nrows; i++)
      for (size_t j = 0; j < theta->ncols; j++) {
        const double w = (float)(factor * mg_rng_normal(g));
        for (int t = 0; t < 2; t++) mg_mat_set(&p->net[t].layer[l].theta, i, j, w);
      }
  }
}

static double j_of(mg_network *net) {
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  mg_metrics m = {0};
  assert_int_equal(mg_evaluate(net, &x, &net->y, &net->cost, MG_VALUES, &m, NULL), MG_OK);
  return m.cost;
}

/* Is the error of J and GRAD in single precision within the bound? *share becomes at least the largest error
   / bound. */
static void assert_bound(pair *p, const char *what, uint32_t seed, double *share) {
  mg_network *exact = &p->net[0], *net = &p->net[1];
  mg_bound bound;
  void *memory = zeroed(mg_bound_bytes(net));
  const double j = j_of(net), wanted = j_of(exact);
  assert_int_equal(mg_bound_make(net, &net->cost, j, memory, &bound), MG_OK);
  assert_true(bound.is_known);
  if (!(fabs(j - wanted) <= bound.j))
    fail_msg("%s, seed %u: J is off by %.3g, its bound is %.3g", what, seed, fabs(j - wanted), bound.j);
  for (size_t l = 0; l < net->n_layers; l++)
    for (size_t i = 0; i < net->layer[l].n_out; i++)
      for (size_t k = 0; k <= net->layer[l].n_in; k++) {
        const double b = mg_mat_get(&bound.grad[l], i, k);
        const double off =
            fabs(mg_mat_get(&net->layer[l].grad, i, k) - mg_mat_get(&exact->layer[l].grad, i, k));
        if (!(off <= b))
          fail_msg("%s, seed %u: GRAD[%d](%d, %d) is off by %.3g, its bound is %.3g", what, seed, (int)l,
                   (int)i, (int)k, off, b);
        if (b > 0) *share = fmax(*share, off / b);
      }
  free(memory);
}

static void check_pair(const char *inner, const char *output, const char *cost_name, uint32_t seed,
                       double *share) {
  pair p;
  mg_rng g;
  mg_rng_seed(&g, seed);
  const size_t n_layers = 1 + seed % 4, rows = 1 + seed % 70; /* bound.c takes 64 rows at a time */
  const char *names[4];
  size_t sizes[5];
  for (size_t l = 0; l <= n_layers; l++) sizes[l] = 1 + mg_rng_u32(&g) % 11;
  for (size_t l = 0; l < n_layers; l++) names[l] = l + 1 < n_layers ? inner : output;
  for (size_t l = 1; l <= n_layers; l++) sizes[l] += strcmp(names[l - 1], "softmax") == 0;
  const size_t n = rows * sizes[0], k = rows * sizes[n_layers];
  double *x = normals(&g, n), *y = normals(&g, k);
  for (size_t i = 0; i < k; i++)
    if (strcmp(output, "sigmoid") == 0 || strcmp(output, "softmax") == 0) y[i] = mg_rng_uniform(&g);
  round_all(x, n);
  round_all(y, k);
  const mg_mat xs = mg_mat_of(x, rows, sizes[0], sizes[0], MG_DOUBLE);
  const mg_mat ys = mg_mat_of(y, rows, sizes[n_layers], sizes[n_layers], MG_DOUBLE);
  for (int t = 0; t < 2; t++) {
    make_one(&p, (mg_type)t, n_layers, sizes, names);
    p.net[t].cost = (mg_cost){.kind = mg_cost_find(cost_name, (mg_type)t), .scale = 0.25};
    if (seed % 3 == 0) p.net[t].l1 = p.net[t].l2 = 0.125;
  }
  draw(&p, &g, seed % 5 == 0 ? 8 : 0.5);
  for (int t = 0; t < 2; t++) stage(&p, (mg_type)t, &xs, &ys);
  assert_bound(&p, inner, seed, share);
  for (int t = 0; t < 2; t++) {
    free(p.parameters[t]);
    free(p.batch[t]);
  }
  free(x);
  free(y);
}

/* Each hidden activation, with every allowed pair of output and cost. In single precision the z of a relu may
   lie on the other side of 0, which the bound does not cover: so relus have no large weights, and the seeds
   are fixed. Costs with kinks have no bound: yhat may lie on the other side of a kink. */
static void bounds_hold(void **state) {
  (void)state;
  double share = 0;
  uint32_t seed = 0;
  for (const mg_activation *in = mg_activations(MG_DOUBLE); in->name != NULL; in++)
    for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL; c++)
      for (const mg_activation *out = mg_activations(MG_DOUBLE); out->name != NULL; out++)
        if (mg_cost_allows(c, out->name) && c->side == NULL)
          for (int k = 0; k < 4; k++) check_pair(in->name, out->name, c->name, ++seed, &share);
  assert_true(share > 0.05); /* a bound far above all errors would be useless */
}

static void every_function_has_its_rounding(void **state) {
  (void)state;
  const mg_kernels *kernels = mg_kernels_for(MG_DOUBLE);
  for (const mg_activation *g = mg_activations(MG_DOUBLE); g->name != NULL; g++)
    if (!g->by_row) assert_string_equal(mg_rounding_of(kernels, g)->name, g->name);
  for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL; c++)
    assert_true((mg_family_of(kernels, c) == MG_OTHER_COST) == (c->side != NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(bounds_hold),
                                     cmocka_unit_test(every_function_has_its_rounding)};
  return cmocka_run_group_tests_name("bound", tests, NULL, NULL);
}
