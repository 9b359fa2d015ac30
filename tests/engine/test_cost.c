/* test_cost.c - factors, values and deltas of the costs, computed by hand; and the metrics. */

#include <float.h>

#include "fixture.h"

/* Two rows, two outputs. */
static double z4[] = {0.5, -1, 2, 0.25}, y4[] = {1, 0, 0, 1};

static double value(const char *name, const mg_mat *z, const mg_mat *yhat, const mg_mat *y) {
  const mg_cost c = cost(name);
  double sum = 0;
  assert_int_equal(c.kind->sum(&c, z, yhat, y, 0, y->nrows, &sum), MG_OK);
  return c.kind->factor(&c, y->nrows, y->ncols) * sum;
}

static void squares_have_their_scales(void **state) {
  (void)state;
  const mg_mat yhat = mg_mat_of(z4, 2, 2, 2, MG_DOUBLE), y = mg_mat_of(y4, 2, 2, 2, MG_DOUBLE);
  const double squares = 0.25 + 1 + 4 + 0.5625;
  assert_near(value("sse", &yhat, &yhat, &y), squares / 2, 1e-15);
  assert_near(value("mse", &yhat, &yhat, &y), squares / 4, 1e-15);
  assert_near(value("quadratic", &yhat, &yhat, &y), squares / 4, 1e-15);
  assert_near(value("squares", &yhat, &yhat, &y), 0.3 * squares, 1e-15);
}

/* J from the definitions, with yhat computed here. */
static void logarithmic_costs_are_their_definitions(void **state) {
  (void)state;
  const mg_mat z = mg_mat_of(z4, 2, 2, 2, MG_DOUBLE), y = mg_mat_of(y4, 2, 2, 2, MG_DOUBLE);
  double entropy = 0, softmax = 0;
  for (int r = 0; r < 2; r++) {
    const double e0 = exp(z4[2 * r]), e1 = exp(z4[2 * r + 1]);
    softmax -= y4[2 * r] * log(e0 / (e0 + e1)) + y4[2 * r + 1] * log(e1 / (e0 + e1));
    for (int k = 0; k < 2; k++) {
      const double yhat = 1 / (1 + exp(-z4[2 * r + k]));
      entropy -= y4[2 * r + k] * log(yhat) + (1 - y4[2 * r + k]) * log(1 - yhat);
    }
  }
  assert_near(value("cross-entropy", &z, &z, &y), entropy / 2, 1e-14);
  assert_near(value("softmax", &z, &z, &y), softmax / 2, 1e-14);
}

static void logarithmic_costs_stay_finite(void **state) {
  (void)state;
  for (double size = 1; size < 1e300; size *= 1e10) {
    double z[] = {size, -size}, right[] = {1, 0}, wrong[] = {0, 1};
    const mg_mat zs = mg_mat_of(z, 1, 2, 2, MG_DOUBLE), ys = mg_mat_of(right, 1, 2, 2, MG_DOUBLE);
    const mg_mat ws = mg_mat_of(wrong, 1, 2, 2, MG_DOUBLE);
    if (size > 50) {
      assert_true(value("cross-entropy", &zs, &zs, &ys) < 1e-20);
      assert_relative(value("cross-entropy", &zs, &zs, &ws), 2 * size, 1e-15);
      assert_relative(value("softmax", &zs, &zs, &ws), 2 * size, 1e-15);
    }
    assert_true(isfinite(value("softmax", &zs, &zs, &ys)));
  }
}

static void a_nan_is_never_hidden(void **state) {
  (void)state;
  for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL; c++)
    for (int k = 0; k < 2; k++) {
      double z[] = {1, 1}, y[] = {1, 0.5};
      z[k] = NAN;
      const mg_mat zs = mg_mat_of(z, 1, 2, 2, MG_DOUBLE), ys = mg_mat_of(y, 1, 2, 2, MG_DOUBLE);
      assert_true(isnan(value(c->name, &zs, &zs, &ys)));
    }
}

static void pairs_are_those_allowed(void **state) {
  (void)state;
  for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL; c++)
    for (const mg_activation *g = mg_activations(MG_DOUBLE); g->name != NULL; g++) {
      bool wanted = strcmp(g->name, "softmax") != 0;
      if (strcmp(c->name, "softmax") == 0) wanted = !wanted;
      if (strcmp(c->name, "cross-entropy") == 0) wanted = strcmp(g->name, "sigmoid") == 0;
      if (strcmp(c->name, "hinge") == 0 || strcmp(c->name, "svm") == 0)
        wanted = strcmp(g->name, "linear") == 0 || strcmp(g->name, "tanh") == 0;
      assert_int_equal(mg_cost_allows(c, g->name), wanted);
    }
  assert_null(mg_cost_find("hinges", MG_DOUBLE));
}

static mg_targets targets(double a, double b, double c, double d, size_t ncols) {
  double y[] = {a, b, c, d};
  const mg_mat m = mg_mat_of(y, 4 / ncols, ncols, ncols, MG_DOUBLE);
  return mg_targets_of(&m);
}

static void targets_are_recognised(void **state) {
  (void)state;
  assert_int_equal(targets(0, 1, 1, 0, 1), MG_BINARY);
  assert_int_equal(targets(-1, 1, 1, -1, 1), MG_SIGNS);
  assert_int_equal(targets(1, 1, 1, 1, 1), MG_BINARY);
  assert_int_equal(targets(0, 1, -1, 0, 1), MG_VALUES);
  assert_int_equal(targets(0, 0.5, 1, 0, 1), MG_VALUES);
  assert_int_equal(targets(0, 1, 1, 0, 2), MG_ONE_HOT);
  assert_int_equal(targets(-1, 1, 1, -1, 2), MG_ONE_HOT);
  assert_int_equal(targets(1, 1, 1, 0, 2), MG_VALUES);
  assert_int_equal(targets(0, 0, 1, 0, 2), MG_VALUES);
}

static size_t score(double *yhat, double *y, size_t n, size_t k, double *tss) {
  const mg_mat a = mg_mat_of(yhat, n, k, k, MG_DOUBLE), b = mg_mat_of(y, n, k, k, MG_DOUBLE);
  return (*mg_kernels_for(MG_DOUBLE)->score)(&a, &b, mg_targets_of(&b), 0, n, tss);
}

static void scores_count_right_rows(void **state) {
  (void)state;
  double tss = 0;
  assert_int_equal(score((double[]){.4, .6, .5, .9}, (double[]){0, 1, 1, 0}, 4, 1, &tss), 2);
  assert_near(tss, .16 + .16 + .25 + .81, 1e-15);
  assert_int_equal(score((double[]){-.4, .6, .5, -.9}, (double[]){-1, 1, -1, -1}, 4, 1, &tss), 3);
  assert_int_equal(score((double[]){.4, .6, .9, .5}, (double[]){0, 1, 0, 1}, 2, 2, &tss), 1);
  assert_int_equal(score((double[]){.4, .6}, (double[]){.4, .6}, 2, 1, &tss), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(squares_have_their_scales),
      cmocka_unit_test(logarithmic_costs_are_their_definitions),
      cmocka_unit_test(logarithmic_costs_stay_finite),
      cmocka_unit_test(a_nan_is_never_hidden),
      cmocka_unit_test(pairs_are_those_allowed),
      cmocka_unit_test(targets_are_recognised),
      cmocka_unit_test(scores_count_right_rows),
  };
  return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
