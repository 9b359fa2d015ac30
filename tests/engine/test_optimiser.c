/* test_optimiser.c - optimisers as a network uses them: their states are copied, restored and reset with
   THETA.

   Optimisers of the table are compared with their formulas in plain C; one with a state and a setting is made
   here. */

#include "arrays.h"
#include "fixture.h"
#include "fused.h"

/* v = mu v - eta g, theta += v (Polyak, 1964); one number after the other. */
static bool heavy_ball(const mg_flats *flat, const mg_range *range, double eta, const double *number,
                       uint64_t t) {
  (void)t;
  const double *g = flat->grad;
  double *w = flat->theta, *d = flat->dtheta, *v = flat->state[0], sum = 0;
  double *before = flat->previous, *v_before = flat->earlier[0];
  for (size_t i = range->from; i < range->from + range->count; i++) {
    before[i] = w[i];
    v_before[i] = v[i];
    d[i] = v[i] = number[0] * v[i] - eta * g[i];
    w[i] += d[i];
    sum += 0 * w[i];
  }
  return sum == 0;
}

static const mg_optimiser ball = {
    .name = "ball", .n_states = 1, .state = {"v"}, .number = {{"mu", .9, 0, 1}}, .update = heavy_ball};
static const double mu = .9;

/* Makes an XOR network of these sizes with that optimiser. Returns the memory of its states, to be freed. */
static void *open_ball(fixture *f, size_t width, uint32_t seed) {
  fixture_make(f, 3, (const size_t[]){2, width, 2, 1}, "sigmoid", "sigmoid", seed);
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  fixture_data(f, &x, &y);
  void *room = zeroed(mg_states_bytes(&f->net, &ball));
  mg_network_optimise(&f->net, &ball, &mu, room);
  return room;
}

static double *needed(const mg_network *net) {
  double *copy = zeroed(mg_arrays_bytes(net, MG_NEEDED));
  mg_arrays_take(net, MG_NEEDED, copy);
  return copy;
}

static void assert_same_needed(const mg_network *a, const mg_network *b) {
  double *x = needed(a), *y = needed(b);
  assert_memory_equal(x, y, mg_arrays_bytes(a, MG_NEEDED));
  assert_int_equal(a->t, b->t);
  free(x);
  free(y);
}

static void descent_is_its_formula(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 4);
  assert_int_equal(mg_states_bytes(&f.net, f.net.optimiser), 0);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  double *before = needed(&f.net);
  assert_int_equal(mg_update(&f.net), MG_OK);
  const double *g = f.net.flat.grad, *w = f.net.flat.theta;
  for (size_t i = 0; i < f.net.n_theta; i++) assert_true(w[i] == before[i] - f.net.eta * g[i]);
  free(before);
  fixture_free(&f);
}

/* Fused passes, where they apply, give the bits of plain ones, in narrow layers and in wide ones. */
static void many_steps_are_single_steps(void **state) {
  (void)state;
  for (size_t width = 2; width <= 9; width += 7) {
    fixture f, g;
    mg_run run;
    void *rooms[] = {open_ball(&f, width, 5), open_ball(&g, width, 5)};
    assert_int_equal(mg_fuse(&f.net, true), MG_PLAIN);
    assert_int_equal(mg_step(&f.net, 7, &run), MG_OK);
    for (int k = 0; k < 7; k++) assert_int_equal(mg_pass(&g.net), MG_OK);
    assert_same_state(&f, &g);
    assert_same_needed(&f.net, &g.net);
    assert_int_equal(f.net.t, 7);
    for (int k = 0; k < 2; k++) free(rooms[k]);
    fixture_free(&f);
    fixture_free(&g);
  }
}

static void an_update_taken_back_takes_the_states_back(void **state) {
  (void)state;
  fixture f, g;
  mg_run run;
  void *rooms[] = {open_ball(&f, 3, 6), open_ball(&g, 3, 6)};
  for (int frozen = 0; frozen < 2; frozen++) {
    if (frozen) mg_network_freeze(&f.net, 1, MG_FROZEN_BIAS), mg_network_freeze(&g.net, 1, MG_FROZEN_BIAS);
    assert_int_equal(mg_step(&f.net, 3, &run), MG_OK);
    assert_int_equal(mg_step(&g.net, 2, &run), MG_OK);
    mg_take_back(&f.net);
    assert_same_needed(&f.net, &g.net);
    assert_int_equal(mg_update(&f.net), MG_OK); /* again with the same GRAD */
    assert_int_equal(mg_step(&g.net, 1, &run), MG_OK);
    assert_same_needed(&f.net, &g.net);
  }
  for (int k = 0; k < 2; k++) free(rooms[k]);
  fixture_free(&f);
  fixture_free(&g);
}

/* An update whose THETA would not be finite changes neither THETA nor the states nor the count of updates. */
static void a_refused_update_changes_nothing(void **state) {
  (void)state;
  fixture f;
  mg_run run;
  void *room = open_ball(&f, 3, 7);
  assert_int_equal(mg_step(&f.net, 2, &run), MG_OK);
  double *before = needed(&f.net);
  f.net.eta = 1e308;
  mg_mat grad = f.net.layer[0].grad;
  mg_mat_set(&grad, 0, 0, 1e10);
  assert_int_equal(mg_update(&f.net), MG_NONFINITE);
  double *after = needed(&f.net);
  assert_memory_equal(after, before, mg_arrays_bytes(&f.net, MG_NEEDED));
  assert_int_equal(f.net.t, 2);
  free(before);
  free(after);
  free(room);
  fixture_free(&f);
}

/* mg_update_of says what the update does to one parameter, before the update and after it. */
static void the_update_of_one_is_the_updates(void **state) {
  (void)state;
  fixture f;
  mg_run run;
  void *room = open_ball(&f, 3, 8);
  assert_int_equal(mg_step(&f.net, 2, &run), MG_OK);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  mg_update_of_one next[3];
  for (size_t l = 0; l < 3; l++) mg_update_of(&f.net, mg_place(&f.net, l, 0, 1), false, &next[l]);
  assert_int_equal(mg_update(&f.net), MG_OK);
  for (size_t l = 0; l < 3; l++) {
    mg_update_of_one again;
    mg_update_of(&f.net, mg_place(&f.net, l, 0, 1), true, &again);
    assert_true(again.was == next[l].was && again.state[0] == next[l].state[0]);
    assert_true(next[l].theta == mg_mat_get(&f.net.layer[l].theta, 0, 1) && again.theta == next[l].theta);
    assert_true(next[l].dtheta == mg_mat_get(&f.net.layer[l].dtheta, 0, 1) && again.dtheta == next[l].dtheta);
    assert_int_equal(next[l].t, 3);
    assert_int_equal(again.t, 3);
  }
  free(room);
  fixture_free(&f);
}

/* The states are 0 at the start, after drawing THETA, and with another optimiser; new settings keep them. */
static void states_begin_at_0(void **state) {
  (void)state;
  fixture f;
  mg_run run;
  mg_rng g;
  void *room = open_ball(&f, 3, 9);
  assert_int_equal(mg_step(&f.net, 2, &run), MG_OK);
  const double half = .5;
  mg_network_optimise(&f.net, &ball, &half, NULL);
  assert_int_equal(f.net.t, 2);
  assert_true(((double *)f.net.flat.state[0])[0] != 0);
  mg_rng_seed(&g, 1);
  mg_init(&f.net, MG_INIT_UNIFORM, 1, &g);
  assert_int_equal(f.net.t, 0);
  for (size_t i = 0; i < f.net.n_theta; i++) assert_true(((double *)f.net.flat.state[0])[i] == 0);
  assert_int_equal(mg_step(&f.net, 1, &run), MG_OK);
  mg_network_optimise(&f.net, mg_optimiser_find("sgd", MG_DOUBLE), NULL, NULL);
  assert_int_equal(f.net.t, 0);
  assert_int_equal(mg_arrays_bytes(&f.net, MG_WHOLE), 4 * mg_array_bytes(&f.net));
  free(room);
  fixture_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(descent_is_its_formula),
      cmocka_unit_test(many_steps_are_single_steps),
      cmocka_unit_test(an_update_taken_back_takes_the_states_back),
      cmocka_unit_test(a_refused_update_changes_nothing),
      cmocka_unit_test(the_update_of_one_is_the_updates),
      cmocka_unit_test(states_begin_at_0),
  };
  return cmocka_run_group_tests_name("optimiser", tests, NULL, NULL);
}
