/* test_planted.c - passes with a planted mistake: what each computes, by all ways with the same bits, and
   that nothing of it remains when it is removed. tests/lua/bug_spec.lua compares the numbers with the
   formulas. */

#include "fixture.h"
#include "planted.h"

/* Three layers and five rows, so that the last of the blocks of 2 rows is shorter. */
static void open_net(fixture *f, const char *cost_name, mg_bug bug) {
  fixture_make(f, 3, (const size_t[]){3, 4, 9, 2}, "tanh", "sigmoid", 7);
  mg_rng g;
  mg_rng_seed(&g, 8);
  double *x = normals(&g, 15), *y = normals(&g, 10);
  const mg_mat xs = mg_mat_of(x, 5, 3, 3, MG_DOUBLE), ys = mg_mat_of(y, 5, 2, 2, MG_DOUBLE);
  fixture_data(f, &xs, &ys);
  free(x);
  free(y);
  f->net.cost = cost(cost_name);
  f->net.bug = bug;
}

static void open_backward(fixture *f, const char *cost_name, mg_bug bug) {
  open_net(f, cost_name, bug);
  assert_int_equal(mg_forward(&f->net), MG_OK);
  assert_int_equal(mg_backward(&f->net), MG_OK);
}

/* Asserts that every element of GRAD of a is that of b times `times`. */
static void assert_times(const fixture *a, const fixture *b, double times) {
  for (size_t l = 0; l < a->net.n_layers; l++) {
    const mg_mat *x = &a->net.layer[l].grad, *y = &b->net.layer[l].grad;
    for (size_t i = 0; i < x->nrows; i++)
      for (size_t j = 0; j < x->ncols; j++)
        assert_relative(mg_mat_get(x, i, j), times * mg_mat_get(y, i, j), 1e-13); /* some roundings */
  }
}

static bool same_grads(const fixture *a, const fixture *b) {
  bool same = true;
  for (size_t l = 0; l < a->net.n_layers; l++)
    same = same && same_mat(&a->net.layer[l].grad, &b->net.layer[l].grad);
  return same;
}

static void each_is_a_mistake(void **state) {
  (void)state;
  fixture right, wrong;
  open_backward(&right, "mse", MG_NO_BUG);
  for (mg_bug bug = MG_STALE_WEIGHTS; mg_bug_names[bug] != NULL; bug++) {
    if (bug == MG_EXTRA_OUTPUT_DERIVATIVE) continue; /* for logarithmic costs only */
    open_backward(&wrong, "mse", bug);
    assert_false(same_grads(&right, &wrong));
    wrong.net.bug = MG_NO_BUG;
    assert_int_equal(mg_backward(&wrong.net), MG_OK);
    assert_true(same_grads(&right, &wrong));
    fixture_free(&wrong);
  }
  fixture_free(&right);
}

static void factors_and_signs(void **state) {
  (void)state;
  fixture right, wrong;
  open_backward(&right, "mse", MG_NO_BUG);
  open_backward(&wrong, "mse", MG_MISSING_FACTOR);
  assert_times(&wrong, &right, 5 * 2);
  fixture_free(&wrong);
  open_backward(&wrong, "mse", MG_WRONG_SIGN);
  assert_times(&wrong, &right, -1);
  fixture_free(&wrong);
  fixture_free(&right);
}

/* With a logarithmic cost, no-output-derivative gives dJ/dz / sigmoid' and extra-output-derivative dJ/dz *
   sigmoid': they differ by the square of sigmoid'. */
static void the_slope_has_cancelled(void **state) {
  (void)state;
  fixture right, without, twice;
  open_backward(&right, "cross-entropy", MG_NO_BUG);
  open_backward(&without, "cross-entropy", MG_NO_OUTPUT_DERIVATIVE);
  open_backward(&twice, "cross-entropy", MG_EXTRA_OUTPUT_DERIVATIVE);
  for (size_t r = 0; r < 5; r++)
    for (size_t k = 0; k < 2; k++) {
      const double a = mg_mat_get(&right.net.layer[2].out, r, k), slope = a * (1 - a);
      const double d = mg_mat_get(&right.net.layer[2].delta, r, k);
      assert_relative(mg_mat_get(&without.net.layer[2].delta, r, k) * slope, d, 1e-13); /* some roundings */
      assert_relative(mg_mat_get(&twice.net.layer[2].delta, r, k), d * slope, 1e-13);
    }
  fixture_free(&right);
  fixture_free(&without);
  fixture_free(&twice);
}

/* When the cost is a sum, dropping the last row is the same as a batch without that row. */
static void the_last_row_is_dropped(void **state) {
  (void)state;
  fixture four, dropped;
  open_backward(&dropped, "sse", MG_DROPPED_ROW);
  open_net(&four, "sse", MG_NO_BUG);
  mg_mat x = mg_mat_cols(dropped.net.layer[0].in, 1, 3), y = dropped.net.y;
  assert_int_equal(mg_network_stage(&four.net, &x, &y, 4, NULL), MG_OK);
  assert_int_equal(mg_forward(&four.net), MG_OK);
  assert_int_equal(mg_backward(&four.net), MG_OK);
  assert_true(same_grads(&four, &dropped));
  x = mg_mat_cols(four.net.layer[0].in, 1, 3);
  y = four.net.y;
  assert_int_equal(mg_network_stage(&dropped.net, &x, &y, 1, NULL), MG_OK);
  assert_int_equal(mg_forward(&dropped.net), MG_OK);
  assert_int_equal(mg_backward(&dropped.net), MG_OK);
  for (size_t l = 0; l < 3; l++)
    for (size_t i = 0; i < dropped.net.layer[l].n_out; i++)
      assert_near(mg_mat_get(&dropped.net.layer[l].grad, i, 0), 0, 0);
  fixture_free(&four);
  fixture_free(&dropped);
}

/* When weights are frozen, or eta is 0, updated weights equal the old ones, and stale-weights is no
   mistake. */
static void weights_that_stay_are_not_stale(void **state) {
  (void)state;
  fixture right, wrong;
  open_backward(&right, "sse", MG_NO_BUG);
  open_net(&wrong, "sse", MG_STALE_WEIGHTS);
  mg_network_freeze(&wrong.net, 1, MG_FROZEN_WEIGHTS);
  mg_network_freeze(&wrong.net, 2, MG_FROZEN_WEIGHTS | MG_FROZEN_BIAS);
  assert_int_equal(mg_pass(&wrong.net), MG_OK);
  assert_true(same_grads(&right, &wrong));
  fixture_free(&wrong);
  open_net(&wrong, "sse", MG_STALE_WEIGHTS);
  wrong.net.eta = 0;
  assert_int_equal(mg_pass(&wrong.net), MG_OK);
  assert_true(same_grads(&right, &wrong));
  fixture_free(&wrong);
  fixture_free(&right);
}

static void row_blocks_and_paths_leave_the_same_bits(void **state) {
  (void)state;
  for (mg_bug bug = MG_STALE_WEIGHTS; mg_bug_names[bug] != NULL; bug++) {
    fixture a, b, c;
    mg_run run;
    open_net(&a, "quadratic", bug);
    open_net(&b, "quadratic", bug);
    open_net(&c, "quadratic", bug);
    a.net.l2 = b.net.l2 = c.net.l2 = 1e-3;
    b.net.block = 2;
    c.net.scratch_rows = 2;
    assert_int_equal(mg_step(&a.net, 3, &run), MG_OK);
    for (int n = 0; n < 3; n++)
      for (size_t k = 0; k < mg_op_count(&b.net); k++)
        assert_int_equal(mg_op_run(&b.net, mg_op_at(&b.net, k)), MG_OK);
    assert_int_equal(mg_step(&c.net, 3, &run), MG_OK);
    assert_same_state(&a, &b);
    assert_same_state(&a, &c);
    fixture_free(&a);
    fixture_free(&b);
    fixture_free(&c);
  }
}

static bool stop_at_last(void *context) { return --*(int *)context == 0; }

/* Wherever a pass is stopped, THETA is as before. */
static void a_stop_keeps_theta(void **state) {
  (void)state;
  for (int at = 1; at < 40; at++) {
    fixture a, b;
    int left = at;
    open_net(&a, "sse", MG_STALE_WEIGHTS);
    open_net(&b, "sse", MG_STALE_WEIGHTS);
    b.net.block = 2;
    b.net.stop = (mg_stop){stop_at_last, &left};
    if (mg_pass(&b.net) == MG_STOPPED)
      for (size_t l = 0; l < 3; l++) assert_true(same_mat(&a.net.layer[l].theta, &b.net.layer[l].theta));
    else
      assert_int_equal(b.net.epoch, 1);
    fixture_free(&a);
    fixture_free(&b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_is_a_mistake),
      cmocka_unit_test(factors_and_signs),
      cmocka_unit_test(the_slope_has_cancelled),
      cmocka_unit_test(the_last_row_is_dropped),
      cmocka_unit_test(weights_that_stay_are_not_stale),
      cmocka_unit_test(row_blocks_and_paths_leave_the_same_bits),
      cmocka_unit_test(a_stop_keeps_theta),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
