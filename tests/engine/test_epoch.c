/* test_epoch.c - epochs of mini-batches: they give the bits of single batches, and an epoch that ends early
   changes nothing. */

#include "fixture.h"

static void an_epoch_is_its_batches(void **state) {
  (void)state;
  enum { ROWS = 33, BATCH = 10 };
  fixture a, b;
  mg_run run;
  mg_rng g;
  uint32_t order[ROWS];
  mg_rng_seed(&g, 8);
  double *numbers = normals(&g, ROWS * 6);
  const mg_mat x = mg_mat_of(numbers, ROWS, 4, 4, MG_DOUBLE),
               y = mg_mat_of(numbers + ROWS * 4, ROWS, 2, 2, MG_DOUBLE);
  for (fixture *f = &a; f != NULL; f = f == &a ? &b : NULL) {
    fixture_make(f, 4, (const size_t[]){4, 8, 16, 7, 2}, "tanh", "sigmoid", 3);
    fixture_data(f, &x, &y);
    f->net.l2 = 1e-3;
  }
  double costs = 0;
  for (int epoch = 0; epoch < 3; epoch++) {
    mg_rng_permutation(&g, ROWS, order);
    assert_int_equal(mg_epoch(&a.net, &x, &y, order, BATCH, MG_VALUES, a.before, &run), MG_OK);
    costs = 0;
    for (size_t r = 0; r < ROWS; r += BATCH) { /* the last batch has 3 rows */
      const size_t count = ROWS - r < BATCH ? ROWS - r : BATCH;
      assert_int_equal(mg_network_stage(&b.net, &x, &y, count, order + r), MG_OK);
      assert_int_equal(mg_pass(&b.net), MG_OK);
      costs += b.net.j;
    }
    b.net.epoch = (uint64_t)epoch + 1;
  }
  assert_same_state(&a, &b);
  assert_near(run.metrics.cost, costs / 4, 0);
  assert_near(run.metrics.mse, run.metrics.tss / (ROWS * 2), 0);
  assert_true(isnan(run.metrics.accuracy));
  fixture_free(&a);
  fixture_free(&b);
  free(numbers);
}

static void an_epoch_without_an_order_takes_rows_as_they_lie(void **state) {
  (void)state;
  fixture a, b;
  mg_run run;
  fixture_xor(&a, 1);
  fixture_xor(&b, 1);
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  const uint32_t order[] = {0, 1, 2, 3};
  assert_int_equal(mg_epoch(&a.net, &x, &y, NULL, 3, MG_BINARY, a.before, &run), MG_OK);
  assert_int_equal(mg_epoch(&b.net, &x, &y, order, 3, MG_BINARY, b.before, &run), MG_OK);
  assert_same_state(&a, &b);
  assert_true(run.metrics.accuracy >= 0 && run.metrics.accuracy <= 1);
  fixture_free(&a);
  fixture_free(&b);
}

/* --- epochs that end early ---------------------------------------------------------------------------- */

static void a_diverging_epoch_keeps_the_theta_before_it(void **state) {
  (void)state;
  for (int power = 0; power < 300; power += 25) {
    fixture f;
    mg_run run;
    fixture_make(&f, 2, (const size_t[]){1, 2, 1}, "relu", "linear", 1);
    f.net.eta = pow(10, power);
    const mg_mat x = mg_mat_of((double[]){1, 2}, 2, 1, 1, MG_DOUBLE),
                 y = mg_mat_of((double[]){1, 0}, 2, 1, 1, MG_DOUBLE);
    fixture_data(&f, &x, &y);
    double *kept = zeroed(mg_array_bytes(&f.net));
    mg_status status = MG_OK;
    for (int i = 0; i < 2000 && status == MG_OK; i++) {
      memcpy(kept, f.net.flat.theta, mg_array_bytes(&f.net));
      status = mg_epoch(&f.net, &x, &y, NULL, 1, MG_VALUES, f.before, &run);
    }
    if (power >= 25) assert_int_equal(status, MG_NONFINITE);
    if (status == MG_NONFINITE) assert_memory_equal(f.net.flat.theta, kept, mg_array_bytes(&f.net));
    free(kept);
    fixture_free(&f);
  }
}

static bool after_some(void *left) { return (*(int *)left)-- == 0; }

/* tanh, but it fails after a number of calls. */
static int calls_left;

static mg_status failing(const mg_activation *self, const mg_mat *z, mg_mat *a, size_t from, size_t to) {
  (void)self;
  const mg_activation *g = activation("tanh");
  return calls_left-- == 0 ? MG_FAILED : g->forward(g, z, a, from, to);
}

/* The ways in which an epoch of 33 rows, in batches of 5 or so, ends early. */
enum { STOP, BAD_ROW, FAIL, N_ENDS };

/* The first batches of an epoch alone, which is not counted. */
static void first_batches(mg_network *net, const mg_mat *x, const mg_mat *y, uint64_t batches, size_t batch) {
  for (size_t b = 0; b < batches; b++) {
    const mg_mat xs = mg_mat_rows(*x, b * batch, batch), ys = mg_mat_rows(*y, b * batch, batch);
    assert_int_equal(mg_network_stage(net, &xs, &ys, batch, NULL), MG_OK);
    net->targets = MG_VALUES;
    assert_int_equal(mg_pass(net), MG_OK);
    net->epoch--;
  }
}

/* One epoch of which what comes the at-th time is an end; false when it came to its own. What stays of it is done
   in the other network, too. */
static bool ends_early(fixture *f, fixture *other, const mg_mat *x, const mg_mat *y, const mg_activation *own,
                       int end, int at, size_t batch) {
  static const mg_status wanted[N_ENDS] = {MG_STOPPED, MG_NONFINITE, MG_FAILED};
  int left = at;
  mg_run run;
  double *bad = mg_at(y->data, (at % 33) * y->rs, MG_DOUBLE), was = *bad;
  calls_left = end == FAIL ? at : -1;
  if (end == STOP) f->net.stop = (mg_stop){after_some, &left};
  if (end == BAD_ROW) *bad = at < 33 ? 1e300 : was; /* the loss is its square */
  if (end == FAIL) mg_network_activate(&f->net, 0, own);
  const mg_status status = mg_epoch(&f->net, x, y, NULL, batch, MG_VALUES, f->before, &run);
  f->net.stop = (mg_stop){NULL, NULL};
  *bad = was;
  mg_network_activate(&f->net, 0, activation("tanh"));
  if (status != MG_OK) {
    assert_int_equal(status, wanted[end]);
    assert_true(run.batches == 0 || (end == STOP && run.batches <= 33 / batch));
    first_batches(&other->net, x, y, run.batches, batch);
    assert_memory_equal(f->net.flat.theta, other->net.flat.theta, mg_array_bytes(&f->net));
    assert_int_equal(f->net.epoch, 0);
    assert_int_equal(run.done, 0);
    if (batch < x->nrows) assert_true(f->net.made == MG_NOTHING && !f->net.updated);
    if (end == BAD_ROW) assert_string_equal(run.where.quantity, "J");
  }
  return status != MG_OK;
}

/* Wherever an epoch ends early, THETA and the epoch number are as before it, or THETA is of the last whole batch, and the next epoch gives the
   same bits as without it. */
static void an_epoch_that_ends_early_leaves_whole_batches(void **state) {
  (void)state;
  static const size_t narrow[] = {3, 5, 2}, wide[] = {3, 9, 2};
  mg_rng g;
  mg_rng_seed(&g, 5);
  double *numbers = normals(&g, 33 * 5);
  const mg_mat x = mg_mat_of(numbers, 33, 3, 3, MG_DOUBLE), y = mg_mat_of(numbers + 99, 33, 2, 2, MG_DOUBLE);
  const mg_activation own = {.name = "failing", .forward = failing, .backward = activation("tanh")->backward};
  for (int k = 0; k < 12; k++) {
    const size_t batch = k % 3 == 0 ? 5 : k % 3 == 1 ? 32 : 33;
    int early = 0;
    for (int end = 0; end < N_ENDS; end++)
      for (int at = 0;; at++) {
        fixture f, whole;
        mg_run run;
        for (fixture *one = &f; one != NULL; one = one == &f ? &whole : NULL) {
          fixture_make(one, 2, k < 6 ? narrow : wide, "tanh", "linear", 3);
          fixture_data(one, &x, &y);
          if (k % 2 == 1) mg_network_freeze(&one->net, 1, MG_FROZEN_BIAS); /* no fused update */
        }
        const bool ended = ends_early(&f, &whole, &x, &y, &own, end, at, batch);
        if (ended) {
          early++;
          assert_int_equal(mg_epoch(&f.net, &x, &y, NULL, batch, MG_VALUES, f.before, &run), MG_OK);
          assert_int_equal(mg_epoch(&whole.net, &x, &y, NULL, batch, MG_VALUES, whole.before, &run), MG_OK);
          assert_same_state(&f, &whole);
        }
        fixture_free(&f);
        fixture_free(&whole);
        if (!ended) break;
      }
    assert_true(early > 30);
  }
  free(numbers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_epoch_is_its_batches),
      cmocka_unit_test(an_epoch_without_an_order_takes_rows_as_they_lie),
      cmocka_unit_test(a_diverging_epoch_keeps_the_theta_before_it),
      cmocka_unit_test(an_epoch_that_ends_early_leaves_whole_batches),
  };
  return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
