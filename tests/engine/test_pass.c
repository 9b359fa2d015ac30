/* test_pass.c - operations and steps: all ways to run them give the same bits, and a network that was stopped
   can go on. */

#include "fixture.h"

/* Networks with random data: narrow layers, and wide ones whose rows are padded. */
static const struct {
  size_t n_layers, sizes[5], rows;
} shapes[] = {{3, {2, 2, 2, 1}, 4},
              {1, {3, 1}, 1},
              {2, {5, 9, 3}, 17},
              {4, {4, 8, 16, 7, 2}, 33},
              {2, {70, 80, 10}, 50}};
#define N_SHAPES (sizeof shapes / sizeof *shapes)

static double *shared_x, *shared_y; /* 4000 numbers each */

static int make_data(void **state) {
  (void)state;
  mg_rng g;
  mg_rng_seed(&g, 1);
  shared_x = normals(&g, 4000);
  shared_y = normals(&g, 4000);
  return 0;
}

static int free_data(void **state) {
  (void)state;
  free(shared_x);
  free(shared_y);
  return 0;
}

static void open_shape(fixture *f, size_t k) {
  const size_t n_in = shapes[k].sizes[0], n_out = shapes[k].sizes[shapes[k].n_layers], rows = shapes[k].rows;
  fixture_make(f, shapes[k].n_layers, shapes[k].sizes, "tanh", "sigmoid", 3);
  const mg_mat x = mg_mat_of(shared_x, rows, n_in, n_in, MG_DOUBLE);
  const mg_mat y = mg_mat_of(shared_y, rows, n_out, n_out, MG_DOUBLE);
  fixture_data(f, &x, &y);
  f->net.l2 = 1e-3;
}

static void n_steps_are_n_times_one(void **state) {
  (void)state;
  for (size_t k = 0; k < N_SHAPES; k++) {
    fixture a, b;
    mg_run run_a, run_b;
    open_shape(&a, k);
    open_shape(&b, k);
    assert_int_equal(mg_step(&a.net, 20, &run_a), MG_OK);
    for (int i = 0; i < 20; i++) assert_int_equal(mg_step(&b.net, 1, &run_b), MG_OK);
    assert_same_state(&a, &b);
    assert_memory_equal(&run_a.metrics.cost, &run_b.metrics.cost, sizeof(double));
    assert_int_equal(run_a.done, 20);
    fixture_free(&a);
    fixture_free(&b);
  }
}

static void operations_one_by_one_are_a_step(void **state) {
  (void)state;
  for (size_t k = 0; k < N_SHAPES; k++)
    for (size_t block = 1; block <= 64; block *= 4) {
      fixture a, b;
      open_shape(&a, k);
      open_shape(&b, k);
      a.net.block = b.net.block = block;
      assert_int_equal(mg_pass(&a.net), MG_OK);
      for (size_t i = 0; i < mg_op_count(&b.net); i++)
        assert_int_equal(mg_op_run(&b.net, mg_op_at(&b.net, i)), MG_OK);
      assert_same_state(&a, &b);
      fixture_free(&a);
      fixture_free(&b);
    }
}

/* A row's numbers depend on that row only; sums over rows depend on the order of the rows. */
static void kernels_do_not_see_row_blocks(void **state) {
  (void)state;
  for (size_t k = 0; k < N_SHAPES; k++)
    for (size_t block = 1; block <= 50; block += 7) {
      fixture a, b;
      mg_run run;
      open_shape(&a, k);
      open_shape(&b, k);
      b.net.block = block;
      assert_int_equal(mg_step(&a.net, 5, &run), MG_OK);
      assert_int_equal(mg_step(&b.net, 5, &run), MG_OK);
      assert_same_state(&a, &b);
      fixture_free(&a);
      fixture_free(&b);
    }
}

static void the_plan_is_in_order(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 0);
  static const mg_op plan[] = {{MG_OP_Z, 0},     {MG_OP_A, 0},     {MG_OP_Z, 1},    {MG_OP_A, 1},
                               {MG_OP_Z, 2},     {MG_OP_A, 2},     {MG_OP_COST, 0}, {MG_OP_DELTA, 2},
                               {MG_OP_DELTA, 1}, {MG_OP_DELTA, 0}, {MG_OP_GRAD, 2}, {MG_OP_GRAD, 1},
                               {MG_OP_GRAD, 0},  {MG_OP_UPDATE, 0}};
  assert_int_equal(mg_op_count(&f.net), 14);
  for (size_t k = 0; k < 14; k++) {
    assert_int_equal(mg_op_at(&f.net, k).kind, plan[k].kind);
    assert_int_equal(mg_op_at(&f.net, k).layer, plan[k].layer);
    assert_int_equal(mg_op_index(&f.net, plan[k]), k);
    assert_true(k < mg_ops_through(&f.net, plan[k].kind));
    assert_int_equal(mg_made_by(&f.net, k), k < 6 ? MG_NOTHING : k < 13 ? MG_FORWARD : MG_BACKWARD);
  }
  fixture_free(&f);
}

/* --- stopping -------------------------------------------------------------------------- */

static bool after_some(void *context) {
  int *left = context;
  return (*left)-- <= 0;
}

/* Wherever a run is stopped, THETA is that after a whole number of steps. */
static void a_stop_keeps_a_whole_network(void **state) {
  (void)state;
  for (int calls = 0; calls < 120; calls += 5) {
    fixture f, whole;
    mg_run run, other;
    int left = calls;
    open_shape(&f, 3);
    open_shape(&whole, 3);
    f.net.block = 9; /* 4 blocks a pass */
    f.net.stop = (mg_stop){after_some, &left};
    assert_int_equal(mg_step(&f.net, 1000, &run), MG_STOPPED);
    assert_int_equal(f.net.epoch, run.done);
    assert_int_equal(mg_step(&whole.net, run.done, &other), MG_OK);
    for (size_t l = 0; l < f.net.n_layers; l++)
      assert_true(same_mat(&f.net.layer[l].theta, &whole.net.layer[l].theta));
    fixture_free(&f);
    fixture_free(&whole);
  }
}

/* A pass of some 10^8 multiply-adds asks many times whether to stop. */
static void a_big_pass_is_asked_often(void **state) {
  (void)state;
  enum { ROWS = 512, N = 300 };
  fixture f;
  mg_rng g;
  mg_rng_seed(&g, 1);
  double *x = normals(&g, ROWS * N), *y = normals(&g, ROWS);
  fixture_make(&f, 3, (const size_t[]){N, N, N, 1}, "sigmoid", "sigmoid", 1);
  const mg_mat xs = mg_mat_of(x, ROWS, N, N, MG_DOUBLE), ys = mg_mat_of(y, ROWS, 1, 1, MG_DOUBLE);
  fixture_data(&f, &xs, &ys);
  int left = 1 << 30;
  f.net.stop = (mg_stop){after_some, &left};
  assert_int_equal(mg_pass(&f.net), MG_OK);
  assert_true((1 << 30) - left > 12); /* it asked at least once for each operation */
  free(x);
  free(y);
  fixture_free(&f);
}

static void a_stop_while_staging_leaves_no_batch(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 1);
  int left = 0;
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  f.net.stop = (mg_stop){after_some, &left};
  assert_int_equal(mg_network_stage(&f.net, &x, &y, 4, NULL), MG_STOPPED);
  assert_int_equal(f.net.rows, 0);
  fixture_free(&f);
}

static void evaluation_can_be_stopped(void **state) {
  (void)state;
  fixture f;
  mg_metrics m;
  double yhat[4];
  int left = 0;
  fixture_xor(&f, 1);
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  mg_mat out = mg_mat_of(yhat, 4, 1, 1, MG_DOUBLE);
  f.net.stop = (mg_stop){after_some, &left};
  assert_int_equal(mg_evaluate(&f.net, &x, &y, &f.net.cost, MG_BINARY, &m, NULL), MG_STOPPED);
  left = 0;
  assert_int_equal(mg_predict(&f.net, &x, &out), MG_STOPPED);
  left = 0;
  assert_int_equal(mg_forward(&f.net), MG_STOPPED);
  left = 0;
  assert_int_equal(mg_op_run(&f.net, (mg_op){MG_OP_Z, 0}), MG_STOPPED);
  f.net.made = MG_FORWARD;
  left = 0;
  assert_int_equal(mg_backward(&f.net), MG_STOPPED);
  fixture_free(&f);
}

/* --- numbers that are not finite -------------------------------------------------------------- */

/* A linear unit with a huge eta: THETA and J grow until they overflow. */
static void open_diverging(fixture *f) {
  static double x[] = {1, 2}, y[] = {1, 0};
  fixture_make(f, 2, (const size_t[]){1, 2, 1}, "relu", "linear", 1);
  const mg_mat xs = mg_mat_of(x, 2, 1, 1, MG_DOUBLE), ys = mg_mat_of(y, 2, 1, 1, MG_DOUBLE);
  fixture_data(f, &xs, &ys);
}

static void divergence_keeps_the_last_finite_theta(void **state) {
  (void)state;
  static const double etas[] = {0.5, 3, 1e3, 1e30, 1e150, 1e300};
  for (size_t k = 0; k < sizeof etas / sizeof *etas; k++) {
    fixture a, b;
    mg_run run_a, run_b = {0};
    mg_status status = MG_OK;
    open_diverging(&a);
    open_diverging(&b);
    a.net.eta = b.net.eta = etas[k];
    const mg_status at_once = mg_step(&a.net, 5000, &run_a);
    for (int i = 0; i < 5000 && status == MG_OK; i++) status = mg_step(&b.net, 1, &run_b);
    assert_int_equal(at_once, status);
    if (etas[k] > 1) assert_int_equal(status, MG_NONFINITE);
    assert_same_state(&a, &b);
    if (status != MG_NONFINITE) {
      fixture_free(&a);
      fixture_free(&b);
      continue;
    }
    assert_string_equal(run_a.where.quantity, run_b.where.quantity);
    assert_int_equal(run_a.where.layer, run_b.where.layer);
    assert_true(run_a.refused && run_b.refused);
    mg_metrics m;
    const mg_mat x = mg_mat_cols(a.net.layer[0].in, 1, 1);
    assert_int_equal(mg_evaluate(&a.net, &x, &a.net.y, &a.net.cost, MG_VALUES, &m, NULL), MG_OK);
    assert_true(isfinite(m.cost));
    size_t i, j;
    for (size_t l = 0; l < 2; l++) assert_true(mg_mat_finite(&a.net.layer[l].theta, &i, &j));
    fixture_free(&a);
    fixture_free(&b);
  }
}

static void bad_theta_is_named_and_left(void **state) {
  (void)state;
  fixture f;
  mg_run run;
  fixture_xor(&f, 1);
  mg_mat_set(&f.net.layer[1].theta, 1, 2, NAN);
  assert_int_equal(mg_step(&f.net, 5, &run), MG_NONFINITE);
  assert_string_equal(run.where.quantity, "Z");
  assert_int_equal(run.where.layer, 1);
  assert_int_equal(run.where.j, 1);
  assert_false(run.refused);
  assert_int_equal(f.net.epoch, 0);
  assert_true(isnan(mg_mat_get(&f.net.layer[1].theta, 1, 2)));
  assert_int_equal(mg_epoch(&f.net, &(mg_mat){xor_x, 4, 2, 2, 1, MG_DOUBLE},
                            &(mg_mat){xor_y, 4, 1, 1, 1, MG_DOUBLE}, NULL, 2, MG_BINARY, f.before, &run),
                   MG_NONFINITE);
  assert_false(run.refused);
  fixture_free(&f);
}

/* Each backward quantity in turn is the first to overflow. */
static void the_first_bad_quantity_is_named(void **state) {
  (void)state;
  fixture f;
  mg_run run;
  open_diverging(&f);
  mg_mat_fill(&f.net.layer[0].theta, 1e100);
  mg_mat_fill(&f.net.layer[1].theta,
              1e30); /* yhat is 1e130; J 1e260; delta 1 1e160; with x 1e160 grad overflows */
  mg_mat_set(&f.net.layer[0].in, 0, 1, 1);
  f.net.eta = 1e200;
  assert_int_equal(mg_step(&f.net, 1, &run), MG_NONFINITE);
  assert_string_equal(run.where.quantity, "DTHETA");
  f.net.cost = (mg_cost){.kind = mg_cost_find("squares", MG_DOUBLE), .scale = 1e48};
  mg_mat_fill(&f.net.layer[0].theta, 1e20);
  mg_mat_fill(&f.net.layer[1].theta, 1e108); /* yhat 4e128, J 1e305, delta 2 1e177, delta 1 1e285 */
  mg_mat_set(&f.net.layer[0].in, 1, 1, 1e24);
  assert_int_equal(mg_step(&f.net, 1, &run), MG_NONFINITE);
  assert_true(run.where.quantity != NULL);
  fixture_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(n_steps_are_n_times_one),
      cmocka_unit_test(operations_one_by_one_are_a_step),
      cmocka_unit_test(kernels_do_not_see_row_blocks),
      cmocka_unit_test(the_plan_is_in_order),
      cmocka_unit_test(a_stop_keeps_a_whole_network),
      cmocka_unit_test(a_big_pass_is_asked_often),
      cmocka_unit_test(a_stop_while_staging_leaves_no_batch),
      cmocka_unit_test(evaluation_can_be_stopped),
      cmocka_unit_test(divergence_keeps_the_last_finite_theta),
      cmocka_unit_test(bad_theta_is_named_and_left),
      cmocka_unit_test(the_first_bad_quantity_is_named),
  };
  return cmocka_run_group_tests_name("pass", tests, make_data, free_data);
}
