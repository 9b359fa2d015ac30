/* test_network.c - sizes, layout, data, freezing, drawing THETA; the published examples. */

#include "fixture.h"

/* --- sizes and layout ------------------------------------------------------------------ */

static void impossible_sizes_are_refused(void **state) {
  (void)state;
  const mg_activation *g = activation("sigmoid");
  assert_int_equal(mg_network_bytes(MG_DOUBLE, 1, 0, 1, (mg_layer_spec[]){{1, g, true, 0}}), 0);
  assert_int_equal(mg_network_bytes(MG_DOUBLE, 1, 1, 1, (mg_layer_spec[]){{0, g, true, 0}}), 0);
  assert_int_equal(mg_network_bytes(MG_DOUBLE, 1, 1, 0, NULL), 0);
  assert_int_equal(mg_network_bytes(MG_DOUBLE, 1, SIZE_MAX, 1, (mg_layer_spec[]){{1, g, true, 0}}), 0);
  assert_int_equal(mg_network_bytes(MG_DOUBLE, 1, 2, 1, (mg_layer_spec[]){{SIZE_MAX, g, true, 0}}), 0);
  assert_int_equal(mg_network_bytes(MG_DOUBLE, 1, 1 << 30, 2,
                                    (mg_layer_spec[]){{1 << 30, g, true, 0}, {1 << 30, g, true, 0}}),
                   0);
  assert_true(mg_network_bytes(MG_DOUBLE, 1, 2, 1, (mg_layer_spec[]){{1, g, true, 0}}) > 0);
  fixture f;
  fixture_xor(&f, 1);
  assert_int_equal(mg_batch_bytes(&f.net, 0), 0);
  assert_int_equal(mg_batch_bytes(&f.net, SIZE_MAX / 8), 0);
  fixture_free(&f);
}

static void wide_layers_lie_on_cache_lines_behind_their_ones(void **state) {
  (void)state;
  fixture f;
  fixture_make(&f, 2, (const size_t[]){9, 17, 3}, "tanh", "linear", 1);
  mg_rng g;
  mg_rng_seed(&g, 1);
  double *x = normals(&g, 5 * 9), *y = normals(&g, 5 * 3);
  const mg_mat xs = mg_mat_of(x, 5, 9, 9, MG_DOUBLE), ys = mg_mat_of(y, 5, 3, 3, MG_DOUBLE);
  fixture_data(&f, &xs, &ys);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  for (size_t l = 0; l < 2; l++) {
    const mg_mat a = mg_network_a(&f.net, l);
    for (size_t r = 0; r < 5; r++) {
      assert_true(mg_mat_get(&a, r, 0) == 1);
      assert_int_equal((uintptr_t)((double *)a.data + (ptrdiff_t)r * a.rs + 1) % 64, 0);
    }
  }
  assert_int_equal(mg_network_a(&f.net, 2).ncols, 3);
  free(x);
  free(y);
  fixture_free(&f);
}

static void a_larger_batch_wants_new_room(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 1);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(f.net.capacity, 4);
  void *old = f.batch;
  f.batch = zeroed(mg_batch_bytes(&f.net, 9));
  mg_network_room(&f.net, 9, f.batch);
  free(old);
  assert_int_equal(f.net.made, MG_NOTHING);
  assert_int_equal(f.net.rows, 0);
  fixture_free(&f);
}

static void rows_are_staged_in_any_order(void **state) {
  (void)state;
  fixture f;
  fixture_xor(&f, 1);
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  const uint32_t order[] = {3, 1};
  assert_int_equal(mg_network_stage(&f.net, &x, &y, 2, order), MG_OK);
  assert_int_equal(f.net.layer[0].z.nrows, 2);
  assert_true(mg_mat_get(&f.net.layer[0].in, 0, 1) == 1 && mg_mat_get(&f.net.layer[0].in, 1, 1) == 0);
  assert_true(mg_mat_get(&f.net.y, 0, 0) == 0 && mg_mat_get(&f.net.y, 1, 0) == 1);
  fixture_free(&f);
}

/* --- frozen parts and missing biases ------------------------------------------------------ */

static void frozen_parameters_stay(void **state) {
  (void)state;
  for (unsigned parts = 0; parts <= 3; parts++) {
    fixture f, before;
    mg_run run;
    fixture_xor(&f, 2);
    fixture_xor(&before, 2);
    mg_network_freeze(&f.net, 1, parts);
    assert_int_equal(mg_step(&f.net, 3, &run), MG_OK);
    for (size_t l = 0; l < 3; l++)
      for (size_t i = 0; i < f.net.layer[l].n_out; i++)
        for (size_t j = 0; j <= f.net.layer[l].n_in; j++) {
          const bool frozen = l == 1 && (parts & (j == 0 ? MG_FROZEN_BIAS : MG_FROZEN_WEIGHTS));
          const double moved =
              mg_mat_get(&f.net.layer[l].theta, i, j) - mg_mat_get(&before.net.layer[l].theta, i, j);
          assert_int_equal(moved == 0, frozen);
          assert_int_equal(mg_mat_get(&f.net.layer[l].dtheta, i, j) == 0, frozen);
          assert_true(mg_mat_get(&f.net.layer[l].grad, i, j) != 0);
        }
    fixture_free(&f);
    fixture_free(&before);
  }
}

static void a_layer_without_bias_has_none(void **state) {
  (void)state;
  const mg_activation *g = activation("tanh");
  const mg_layer_spec spec[] = {{9, g, false, 0}, {1, g, true, 0}};
  fixture f = {.parameters = zeroed(mg_network_bytes(MG_DOUBLE, 1, 2, 2, spec))};
  mg_network_make(&f.net, MG_DOUBLE, 1, 2, 2, spec, f.parameters);
  mg_rng rng;
  mg_rng_seed(&rng, 1);
  mg_init(&f.net, MG_INIT_UNIFORM, 1, &rng);
  mg_rng_seed(&rng, 1); /* nothing is drawn for the missing bias */
  assert_true(mg_mat_get(&f.net.layer[0].theta, 0, 1) == mg_rng_uniform(&rng));
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  fixture_data(&f, &x, &y);
  mg_run run;
  assert_int_equal(mg_step(&f.net, 5, &run), MG_OK);
  for (size_t i = 0; i < 9; i++) {
    assert_true(mg_mat_get(&f.net.layer[0].theta, i, 0) == 0);
    assert_true(mg_mat_get(&f.net.layer[0].grad, i, 0) == 0);
    assert_true(mg_mat_get(&f.net.layer[0].grad, i, 1) != 0);
  }
  fixture_free(&f);
}

/* --- drawing THETA -------------------------------------------------------------------------- */

static void theta_is_drawn_row_by_row_bias_first(void **state) {
  (void)state;
  static const struct {
    mg_init_method method;
    double value;
  } draws[] = {{MG_INIT_UNIFORM, 1}, {MG_INIT_EPSILON, 0.12}, {MG_INIT_NORMAL, 0.5},
               {MG_INIT_XAVIER, 1},  {MG_INIT_HE, 1},         {MG_INIT_CONSTANT, 0.25},
               {MG_INIT_LECUN, 1},   {MG_INIT_HE_UNIFORM, 1}, {MG_INIT_XAVIER_NORMAL, 1}};
  for (size_t k = 0; k < sizeof draws / sizeof *draws; k++) {
    fixture f;
    fixture_xor(&f, 0);
    const double v = draws[k].value;
    mg_rng g;
    mg_rng_seed(&g, 4);
    mg_init(&f.net, draws[k].method, v, &g);
    mg_rng_seed(&g, 4);
    for (size_t l = 0; l < 3; l++) {
      const mg_layer *y = &f.net.layer[l];
      for (size_t i = 0; i < y->n_out; i++)
        for (size_t j = 0; j <= y->n_in; j++) {
          double wanted = 0;
          switch (draws[k].method) {
          case MG_INIT_UNIFORM: wanted = mg_rng_uniform(&g); break;
          case MG_INIT_EPSILON: wanted = mg_rng_uniform(&g) * 2 * v - v; break;
          case MG_INIT_NORMAL: wanted = v * mg_rng_normal(&g); break;
          case MG_INIT_XAVIER:
            wanted = j == 0 ? 0 : sqrt(6. / (double)(y->n_in + y->n_out)) * (2 * mg_rng_uniform(&g) - 1);
            break;
          case MG_INIT_HE: wanted = j == 0 ? 0 : sqrt(2. / (double)y->n_in) * mg_rng_normal(&g); break;
          case MG_INIT_XAVIER_NORMAL:
            wanted = j == 0 ? 0 : sqrt(2. / (double)(y->n_in + y->n_out)) * mg_rng_normal(&g);
            break;
          case MG_INIT_HE_UNIFORM:
            wanted = j == 0 ? 0 : sqrt(6. / (double)y->n_in) * (2 * mg_rng_uniform(&g) - 1);
            break;
          case MG_INIT_LECUN: wanted = j == 0 ? 0 : sqrt(1. / (double)y->n_in) * mg_rng_normal(&g); break;
          case MG_INIT_CONSTANT: wanted = v; break;
          }
          assert_near(mg_mat_get(&y->theta, i, j), wanted, 1e-15);
        }
    }
    fixture_free(&f);
  }
}

/* --- published examples, to their printed digits ----------------------------------------------------- */

static void set(mg_mat *m, const double *rows) {
  for (size_t i = 0; i < m->nrows; i++)
    for (size_t j = 0; j < m->ncols; j++) mg_mat_set(m, i, j, *rows++);
}

static void assert_mat(const mg_mat *m, const double *rows, double tolerance) {
  for (size_t i = 0; i < m->nrows; i++)
    for (size_t j = 0; j < m->ncols; j++) assert_near(mg_mat_get(m, i, j), *rows++, tolerance);
}

/* Mazur, "A step by step backpropagation example" (2015), recomputed in float64 where his program used
   weights that were already updated. Tolerance: 1 in the last digit given, as some digits are cut off, not
   rounded. */
static void mazurs_example_comes_out(void **state) {
  (void)state;
  fixture f;
  fixture_make(&f, 2, (const size_t[]){2, 2, 2}, "sigmoid", "sigmoid", 1);
  mg_layer *l = f.net.layer;
  set(&l[0].theta, (double[]){.35, .15, .20, .35, .25, .30});
  set(&l[1].theta, (double[]){.60, .40, .45, .60, .50, .55});
  f.net.eta = 0.5;
  mg_network_freeze(&f.net, 0, MG_FROZEN_BIAS);
  mg_network_freeze(&f.net, 1, MG_FROZEN_BIAS);
  const mg_mat x = mg_mat_of((double[]){.05, .10}, 1, 2, 2, MG_DOUBLE);
  const mg_mat y = mg_mat_of((double[]){.01, .99}, 1, 2, 2, MG_DOUBLE);
  fixture_data(&f, &x, &y);
  mg_run run;
  assert_int_equal(mg_step(&f.net, 1, &run), MG_OK);
  assert_mat(&l[0].z, (double[]){.3775, .3925}, 1e-12);
  assert_mat(&l[0].out, (double[]){.593269992, .596884378}, 1e-9);
  assert_mat(&l[1].z, (double[]){1.105905967, 1.224921404}, 1e-9);
  assert_mat(&l[1].out, (double[]){.75136507, .772928465}, 1e-8);
  assert_near(f.net.j, .298371109, 1e-9);
  assert_mat(&l[1].delta, (double[]){.138498562, -.038098237}, 1e-9);
  assert_near(mg_mat_get(&l[1].grad, 0, 1), .082167041, 1e-9);
  assert_near(mg_mat_get(&l[0].delta, 0, 0), .008771354, 1e-9);
  assert_near(mg_mat_get(&l[0].grad, 0, 1), .000438568, 1e-9);
  assert_mat(&l[1].theta, (double[]){.60, .35891648, .408666186, .60, .511301270, .561370121}, 1e-8);
  assert_mat(&l[0].theta, (double[]){.35, .149780716, .19956143, .35, .24975114, .29950229}, 1e-8);
  assert_near(run.metrics.cost, .291027773694, 5e-13);
  assert_int_equal(mg_step(&f.net, 9999, &run), MG_OK);
  assert_near(run.metrics.cost, 3.51018778e-05, 5e-14);
  double yhat[2];
  mg_mat out = mg_mat_of(yhat, 1, 2, 2, MG_DOUBLE);
  assert_int_equal(mg_predict(&f.net, &x, &out), MG_OK);
  assert_mat(&out, (double[]){.015913620, .984064274}, 1e-9);
  fixture_free(&f);
}

/* Ng, machine learning course, exercise 4, checkNNGradients: sin(1), sin(2), ... / 10, column by column. */
static void ngs_example_comes_out(void **state) {
  (void)state;
  fixture f;
  fixture_make(&f, 2, (const size_t[]){3, 5, 3}, "sigmoid", "sigmoid", 1);
  f.net.cost = cost("cross-entropy");
  for (size_t l = 0; l < 2; l++) {
    mg_mat *theta = &f.net.layer[l].theta;
    int k = 1;
    for (size_t j = 0; j < theta->ncols; j++)
      for (size_t i = 0; i < theta->nrows; i++) mg_mat_set(theta, i, j, sin(k++) / 10);
  }
  double x[15], y[15] = {0};
  for (int k = 0; k < 15; k++) x[k % 5 * 3 + k / 5] = sin(k + 1) / 10;
  for (int r = 0; r < 5; r++) y[r * 3 + (r + 1) % 3] = 1;
  const mg_mat xs = mg_mat_of(x, 5, 3, 3, MG_DOUBLE), ys = mg_mat_of(y, 5, 3, 3, MG_DOUBLE);
  fixture_data(&f, &xs, &ys);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  const mg_mat *g1 = &f.net.layer[0].grad, *g2 = &f.net.layer[1].grad;
  assert_near(f.net.j, 2.10095056990246, 5e-14);
  static const double first[] = {-9.2783e-3, 8.8991e-3, -8.3601e-3, 7.6281e-3, -6.7480e-3};
  for (size_t i = 0; i < 5; i++) assert_near(mg_mat_get(g1, i, 0), first[i], 5e-8);
  static const double second[] = {.314545, .111057, .097401};
  for (size_t i = 0; i < 3; i++) assert_near(mg_mat_get(g2, i, 0), second[i], 5e-7);
  f.net.l2 = 3. / 5; /* his lambda 3, over 2m with m = 5 */
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  assert_near(f.net.j, 2.14635981502436, 5e-14);
  static const double sixth[] = {-.016768, .039433, .059336};
  for (size_t i = 0; i < 3; i++) assert_near(mg_mat_get(g1, i, 1), sixth[i], 5e-7);
  fixture_free(&f);
}

/* scikit-learn, MLPClassifier, test_fit: one step with l2. To the last digit given. */
static void scikit_learns_example_comes_out(void **state) {
  (void)state;
  fixture f;
  fixture_make(&f, 2, (const size_t[]){3, 2, 1}, "sigmoid", "sigmoid", 1);
  f.net.cost = cost("cross-entropy");
  f.net.l2 = 0.1;
  set(&f.net.layer[0].theta, (double[]){.1, .1, .3, .5, .1, .2, .1, 0});
  set(&f.net.layer[1].theta, (double[]){1, .1, .2});
  const mg_mat x = mg_mat_of((double[]){.6, .8, .7}, 1, 3, 3, MG_DOUBLE);
  const mg_mat y = mg_mat_of((double[]){0}, 1, 1, 1, MG_DOUBLE);
  fixture_data(&f, &x, &y);
  mg_run run;
  assert_int_equal(mg_step(&f.net, 1, &run), MG_OK);
  assert_mat(&f.net.layer[0].theta,
             (double[]){.0983321, .0979993, .2956657, .4938325, .0962576, .1957546, .0960061, -.0026197},
             1e-7);
  assert_mat(&f.net.layer[1].theta, (double[]){.9234548, .0470121, .1540292}, 1e-7);
  double yhat;
  mg_mat out = mg_mat_of(&yhat, 1, 1, 1, MG_DOUBLE);
  assert_int_equal(mg_predict(&f.net, &x, &out), MG_OK);
  assert_near(yhat, .7394919, 1e-7);
  fixture_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(impossible_sizes_are_refused),
      cmocka_unit_test(wide_layers_lie_on_cache_lines_behind_their_ones),
      cmocka_unit_test(a_larger_batch_wants_new_room),
      cmocka_unit_test(rows_are_staged_in_any_order),
      cmocka_unit_test(frozen_parameters_stay),
      cmocka_unit_test(a_layer_without_bias_has_none),
      cmocka_unit_test(theta_is_drawn_row_by_row_bias_first),
      cmocka_unit_test(mazurs_example_comes_out),
      cmocka_unit_test(ngs_example_comes_out),
      cmocka_unit_test(scikit_learns_example_comes_out),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
