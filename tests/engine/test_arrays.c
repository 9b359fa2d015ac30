/* test_arrays.c - the list of a network's flat arrays: a copy taken by it restores everything. */

#include "arrays.h"
#include "fixture.h"

/* Sets every number of the arrays, one array after the other. */
static double *all_of(const mg_network *net) {
  double *copy = zeroed(mg_arrays_bytes(net, MG_WHOLE));
  mg_arrays_take(net, MG_WHOLE, copy);
  return copy;
}

/* The layers' views lie in the arrays of the list, so that the list lacks none. */
static void the_list_holds_all_that_layers_see(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 1);
  void *list[MG_MAX_ARRAYS];
  const size_t n = mg_arrays(&f.net, MG_WHOLE, list), bytes = mg_array_bytes(&f.net);
  for (size_t l = 0; l < f.net.n_layers; l++) {
    const mg_layer *y = &f.net.layer[l];
    const void *views[] = {y->theta.data, y->grad.data, y->dtheta.data};
    for (size_t v = 0; v < 3; v++) {
      size_t homes = 0;
      for (size_t i = 0; i < n; i++)
        homes +=
            (const char *)views[v] >= (char *)list[i] && (const char *)views[v] < (char *)list[i] + bytes;
      assert_int_equal(homes, 1);
    }
  }
  fixture_free(&f);
}

/* A restored network goes on with the same bits, whatever has been done to it before. */
static void what_is_taken_comes_back(void **state) {
  (void)state;
  for (int extent = MG_NEEDED; extent <= MG_WHOLE; extent++) {
    fixture f, g;
    mg_run run;
    fixture_xor(&f, 2);
    fixture_xor(&g, 2);
    assert_int_equal(mg_step(&f.net, 5, &run), MG_OK);
    assert_int_equal(mg_step(&g.net, 5, &run), MG_OK);
    void *taken = zeroed(mg_arrays_bytes(&f.net, (mg_extent)extent));
    mg_arrays_take(&f.net, (mg_extent)extent, taken);
    double *before = all_of(&f.net);
    if (extent == MG_UPDATED)
      assert_int_equal(mg_update(&f.net), MG_OK);
    else
      assert_int_equal(mg_step(&f.net, 3, &run), MG_OK);
    mg_arrays_put(&f.net, (mg_extent)extent, taken);
    f.net.epoch = g.net.epoch;
    double *after = all_of(&f.net);
    if (extent != MG_NEEDED) assert_memory_equal(after, before, mg_arrays_bytes(&f.net, MG_WHOLE));
    assert_int_equal(mg_step(&f.net, 4, &run), MG_OK);
    assert_int_equal(mg_step(&g.net, 4, &run), MG_OK);
    assert_same_state(&f, &g);
    free(taken);
    free(before);
    free(after);
    fixture_free(&f);
    fixture_free(&g);
  }
}

/* Undoing an update, in the network or in a copy, restores what was there before; frozen parts stay. */
static void an_update_is_taken_back(void **state) {
  (void)state;
  fixture f;
  mg_run run;
  fixture_xor(&f, 3);
  mg_network_freeze(&f.net, 1, MG_FROZEN_WEIGHTS);
  assert_int_equal(mg_step(&f.net, 1, &run), MG_OK);
  const size_t bytes = mg_arrays_bytes(&f.net, MG_NEEDED);
  void *before = zeroed(bytes), *after = zeroed(bytes);
  mg_arrays_take(&f.net, MG_NEEDED, before);
  assert_int_equal(mg_step(&f.net, 1, &run), MG_OK);
  mg_arrays_take(&f.net, MG_NEEDED, after);
  assert_memory_not_equal(after, before, bytes);
  mg_arrays_before(&f.net, after);
  assert_memory_equal(after, before, bytes);
  mg_arrays_back(&f.net);
  mg_arrays_take(&f.net, MG_NEEDED, after);
  assert_memory_equal(after, before, bytes);
  free(before);
  free(after);
  fixture_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_list_holds_all_that_layers_see),
      cmocka_unit_test(what_is_taken_comes_back),
      cmocka_unit_test(an_update_is_taken_back),
  };
  return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
