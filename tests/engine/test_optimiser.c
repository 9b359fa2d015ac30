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

/* DTHETA of one parameter by an optimiser of the table, in plain C; s: its states, which it gives the next
   value. */
static double plain(const char *name, double g, double w, double *s, double eta, const double *n, double t) {
  const double step = eta * g;
  if (strcmp(name, "momentum") == 0) return s[0] = n[0] * s[0] - step;
  if (strcmp(name, "nesterov") == 0) return s[0] = n[0] * s[0] - step, n[0] * s[0] - step;
  if (strcmp(name, "adagrad") == 0) return s[0] += g * g, -step / (sqrt(s[0]) + n[0]);
  if (strcmp(name, "rmsprop") == 0)
    return s[0] = n[0] * s[0] + (1 - n[0]) * g * g, -step / (sqrt(s[0]) + n[1]);
  if (strcmp(name, "rprop") == 0) {
    const double turn = g * s[1], before = s[0] == 0 ? eta : s[0];
    s[0] = fmin(fmax(before * (turn > 0 ? n[0] : turn < 0 ? n[1] : 1), n[2]), n[3]);
    s[1] = turn < 0 ? 0 : g;
    return s[1] > 0 ? -s[0] : s[1] < 0 ? s[0] : 0;
  }
  s[0] = n[0] * s[0] + (1 - n[0]) * g;
  s[1] = n[1] * s[1] + (1 - n[1]) * g * g;
  const double decay = strcmp(name, "adamw") == 0 ? eta * n[3] * w : 0;
  return -eta * s[0] / (1 - pow(n[0], t)) / (sqrt(s[1] / (1 - pow(n[1], t))) + n[2]) - decay;
}

/* Gives net that optimiser with its standard numbers. Returns the memory of its states, to be freed. */
static void *give(mg_network *net, const mg_optimiser *of, double *number) {
  for (size_t k = 0; of->number[k].name != NULL; k++) number[k] = of->number[k].standard;
  const size_t bytes = mg_states_bytes(net, of);
  void *room = bytes > 0 ? zeroed(bytes) : NULL;
  mg_network_optimise(net, of, number, room);
  return room;
}

static void each_of_the_table_is_its_formula(void **state) {
  (void)state;
  for (const mg_optimiser *of = mg_optimisers(MG_DOUBLE) + 1; of->name != NULL; of++) {
    fixture f;
    double number[MG_MAX_NUMBERS];
    fixture_xor(&f, 4);
    f.net.eta = .05;
    void *room = give(&f.net, of, number);
    double *s = zeroed(2 * f.net.n_theta * sizeof *s);
    for (int t = 1; t <= 30; t++) {
      assert_int_equal(mg_forward(&f.net), MG_OK);
      assert_int_equal(mg_backward(&f.net), MG_OK);
      double *before = needed(&f.net);
      assert_int_equal(mg_update(&f.net), MG_OK);
      const double *g = f.net.flat.grad, *w = f.net.flat.theta;
      for (size_t i = 0; i < f.net.n_theta; i++) {
        const double step = plain(of->name, g[i], before[i], s + 2 * i, f.net.eta, number, t);
        if (g[i] != 0) assert_near(w[i], before[i] + step, 1e-13 * (1 + fabs(before[i])));
      }
      free(before);
    }
    free(s);
    free(room);
    fixture_free(&f);
  }
}

/* An epoch's clip shortens GRAD to its norm; its max_norm the weights into each unit, biases left alone. */
static void clip_and_max_norm_shorten(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 4);
  mg_training training = {.clip = 1e-3, .max_norm = .5};
  f.net.training = &training;
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  mg_clip(&f.net);
  double squares = 0;
  for (size_t i = 0; i < f.net.n_theta; i++)
    squares += ((double *)f.net.flat.grad)[i] * ((double *)f.net.flat.grad)[i];
  assert_near(sqrt(squares), 1e-3, 1e-15);
  assert_int_equal(training.clipped, 1);
  mg_clip(&f.net);
  assert_int_equal(training.clipped, 1);
  const double bias = mg_mat_get(&f.net.layer[0].theta, 1, 0);
  mg_shorten(&f.net);
  for (size_t l = 0; l < 3; l++)
    for (size_t i = 0; i < f.net.layer[l].n_out; i++)
      assert_true(hypot(mg_mat_get(&f.net.layer[l].theta, i, 1), mg_mat_get(&f.net.layer[l].theta, i, 2)) <
                  .5 + 1e-12);
  assert_true(mg_mat_get(&f.net.layer[0].theta, 1, 0) == bias);
  f.net.training = NULL;
  fixture_free(&f);
}

/* Rows of weight 2 and 0 count twice and not at all, in J and in GRAD. */
static void weights_of_rows_are_of_their_losses(void **state) {
  (void)state;
  fixture f, g;
  double weights[] = {2, 0, 1, 1}, x[] = {0, 0, 0, 0, 1, 0, 1, 1}, y[] = {0, 0, 1, 0};
  const mg_mat w = mg_mat_of(weights, 4, 1, 1, MG_DOUBLE);
  const mg_mat xs = mg_mat_of(x, 4, 2, 2, MG_DOUBLE), ys = mg_mat_of(y, 4, 1, 1, MG_DOUBLE);
  mg_training training = {.weights = &w};
  fixture_xor(&f, 3);
  fixture_xor(&g, 3);
  fixture_data(&g, &xs, &ys); /* the first row twice in place of the second */
  f.net.training = &training;
  for (int k = 0; k < 2; k++) {
    mg_network *net = k == 0 ? &f.net : &g.net;
    assert_int_equal(mg_forward(net), MG_OK);
    assert_int_equal(mg_backward(net), MG_OK);
  }
  assert_near(f.net.j, g.net.j, 1e-15);
  for (size_t i = 0; i < f.net.n_theta; i++)
    assert_near(((double *)f.net.flat.grad)[i], ((double *)g.net.flat.grad)[i], 1e-15);
  f.net.training = NULL;
  fixture_free(&f);
  fixture_free(&g);
}

/* Masks leave out about their share, and scale up the rest; without a generator nothing is left out. */
static void dropout_leaves_out_its_share(void **state) {
  (void)state;
  enum { N = 200, WIDE = 20 };
  const mg_layer_spec spec[2] = {{WIDE, activation("sigmoid"), true, .25},
                                 {1, activation("sigmoid"), true, 0}};
  fixture f = {.parameters = zeroed(mg_network_bytes(MG_DOUBLE, 1, 2, 2, spec))};
  mg_rng g;
  mg_network_make(&f.net, MG_DOUBLE, 1, 2, 2, spec, f.parameters);
  mg_rng_seed(&g, 1);
  mg_init(&f.net, MG_INIT_NORMAL, .5, &g);
  double *x = normals(&g, 2 * N), *y = zeroed(N * sizeof *y);
  const mg_mat xs = mg_mat_of(x, N, 2, 2, MG_DOUBLE), ys = mg_mat_of(y, N, 1, 1, MG_DOUBLE);
  fixture_data(&f, &xs, &ys);
  const mg_layer *l = &f.net.layer[0];
  for (int draws = 0; draws < 2; draws++) {
    f.net.rng = draws ? &g : NULL;
    mg_draw_masks(&f.net);
    assert_int_equal(mg_forward(&f.net), MG_OK);
    assert_int_equal(mg_backward(&f.net), MG_OK);
    size_t out = 0;
    for (size_t r = 0; r < N; r++)
      for (size_t j = 0; j < WIDE; j++) {
        const double a = mg_mat_get(&l->out, r, j), z = mg_mat_get(&l->z, r, j), whole = 1 / (1 + exp(-z));
        assert_true(a == 0 || fabs(a - (draws ? whole / .75 : whole)) < 1e-14);
        assert_true(a != 0 || mg_mat_get(&l->delta, r, j) == 0);
        out += a == 0;
      }
    assert_true(draws ? fabs((double)out / (N * WIDE) - .25) < .03 : out == 0); /* 4 standard deviations */
  }
  free(x);
  free(y);
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
      cmocka_unit_test(each_of_the_table_is_its_formula),
      cmocka_unit_test(clip_and_max_norm_shorten),
      cmocka_unit_test(weights_of_rows_are_of_their_losses),
      cmocka_unit_test(dropout_leaves_out_its_share),
  };
  return cmocka_run_group_tests_name("optimiser", tests, NULL, NULL);
}
