/* test_trace.c - the thinned trace of a network's cost: at most 1000 points, evenly spaced. */

#include "fixture.h"
#include "trace.h"

/* Adds each epoch that is due, up to this one. */
static void train_to(mg_trace *t, uint64_t from, uint64_t to) {
  for (uint64_t e = from; e <= to; e++)
    if (mg_trace_due(t, e)) mg_trace_add(t, e, 1 / (double)e);
}

static void it_is_thinned_by_halves(void **state) {
  (void)state;
  mg_trace *t = zeroed(sizeof *t);
  t->stride = 1;
  t->due = 1;
  train_to(t, 1, 100000);
  assert_true(t->n > MG_TRACE_POINTS / 2 && t->n <= MG_TRACE_POINTS);
  assert_int_equal(t->stride & (t->stride - 1), 0);
  assert_int_equal(t->point[0].epoch, 1);
  for (size_t i = 1; i < t->n; i++) {
    assert_int_equal(t->point[i].epoch - t->point[i - 1].epoch, t->stride);
    assert_true(t->point[i].cost == 1 / (double)t->point[i].epoch);
  }
  free(t);
}

static void going_back_forgets_what_came_later(void **state) {
  (void)state;
  mg_trace *t = zeroed(sizeof *t);
  t->stride = 1;
  t->due = 1;
  train_to(t, 1, 10);
  assert_true(mg_trace_due(t, 4));
  mg_trace_add(t, 4, .5);
  assert_int_equal(t->n, 4);
  assert_true(t->point[3].epoch == 4 && t->point[3].cost == .5);
  assert_int_equal(t->due, 5);
  free(t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_thinned_by_halves),
      cmocka_unit_test(going_back_forgets_what_came_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
