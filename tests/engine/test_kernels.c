/* test_kernels.c - products, activation functions and fused passes, in both precisions, with the kernels that
   are chosen on this processor.

   make test runs all of the engine's tests again with MOONGRAD_KERNELS=avx2 and =base. */

#include <float.h>

#include "fixture.h"
#include "fused.h"

static const mg_type types[] = {MG_DOUBLE, MG_SINGLE};

/* The rounding of a type. */
static double unit(mg_type type) { return type == MG_DOUBLE ? DBL_EPSILON : FLT_EPSILON; }

static void typed_make(fixture *f, mg_type type, size_t n_layers, const size_t *sizes, const char *hidden,
                       const char *output, uint32_t seed) {
  mg_layer_spec spec[8];
  for (size_t l = 0; l < n_layers; l++) {
    spec[l] =
        (mg_layer_spec){sizes[l + 1], mg_activation_find(l + 1 < n_layers ? hidden : output, type), true, 0};
    assert_non_null(spec[l].activation);
  }
  f->parameters = zeroed(mg_network_bytes(type, 1, sizes[0], n_layers, spec));
  f->batch = f->before = NULL;
  mg_network_make(&f->net, type, 1, sizes[0], n_layers, spec, f->parameters);
  mg_rng g;
  mg_rng_seed(&g, seed);
  mg_init(&f->net, MG_INIT_NORMAL, 0.7, &g);
}

/* Makes rows rows of random x and y the batch. */
static void random_data(fixture *f, size_t rows, uint32_t seed) {
  const size_t n_in = mg_network_n_in(&f->net), n_out = mg_network_n_out(&f->net);
  mg_rng g;
  mg_rng_seed(&g, seed);
  double *x = normals(&g, rows * n_in), *y = normals(&g, rows * n_out);
  for (size_t i = 0; i < rows * n_out; i++) y[i] = y[i] > 0;
  const mg_mat xs = mg_mat_of(x, rows, n_in, n_in, MG_DOUBLE),
               ys = mg_mat_of(y, rows, n_out, n_out, MG_DOUBLE);
  fixture_data(f, &xs, &ys);
  free(x);
  free(y);
}

/* --- products ------------------------------------------------------------------------------ */

/* n terms in any order differ by at most n u times the sum of their absolute values; n <= 151. */
static void check_products(mg_type type, size_t n_in, size_t n_out, size_t rows) {
  fixture f;
  typed_make(&f, type, 2, (const size_t[]){n_in, n_out, 1}, "linear", "linear", 6);
  random_data(&f, rows, 1);
  const mg_products *p = f.net.kernels->products;
  mg_layer *l = &f.net.layer[0];
  const double tolerance = 152 * unit(type);
  mg_rng g;
  mg_rng_seed(&g, 2);
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < n_out; i++) mg_mat_set(&l->delta, r, i, mg_rng_normal(&g));
  double *e_numbers = zeroed((rows * n_in + 64) * sizeof *e_numbers);
  mg_mat e = mg_mat_of(e_numbers, rows, n_in, n_in, type);
  p->z(&l->in, &l->theta, &l->z, 0, rows, f.net.room);
  p->back(&l->delta, &l->theta, &e, 0, rows, f.net.room);
  p->grad(&l->delta, &l->in, &l->grad, 0, rows, f.net.room);
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < n_out; i++) {
      double sum = 0, terms = 0;
      for (size_t j = 0; j <= n_in; j++) {
        const double t = mg_mat_get(&l->in, r, j) * mg_mat_get(&l->theta, i, j);
        sum += t, terms += fabs(t);
      }
      assert_near(mg_mat_get(&l->z, r, i), sum, tolerance * terms);
    }
    for (size_t j = 0; j < n_in; j++) {
      double sum = 0, terms = 0;
      for (size_t i = 0; i < n_out; i++) {
        const double t = mg_mat_get(&l->delta, r, i) * mg_mat_get(&l->theta, i, j + 1);
        sum += t, terms += fabs(t);
      }
      assert_near(mg_mat_get(&e, r, j), sum, tolerance * terms);
    }
  }
  for (size_t i = 0; i < n_out; i++)
    for (size_t j = 0; j <= n_in; j++) {
      double sum = 0, terms = 0;
      for (size_t r = 0; r < rows; r++) {
        const double t = mg_mat_get(&l->delta, r, i) * mg_mat_get(&l->in, r, j);
        sum += t, terms += fabs(t);
      }
      assert_near(mg_mat_get(&l->grad, i, j), sum, tolerance * terms);
    }
  free(e_numbers);
  fixture_free(&f);
}

static void products_are_sums_of_products(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 70, 150};
  enum { N = sizeof sizes / sizeof *sizes };
  for (int t = 0; t < 2; t++)
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++)
        check_products(types[t], sizes[i], sizes[j], 1 + (size_t)(i * 5 + j * 3) % 29);
}

/* One more term of a sum, as the kernels of this processor add it. */
static double add(const mg_mat *of, double a, double b, double sum) {
#if defined __aarch64__
  const bool once = true; /* rounded once */
#else
  const bool once = strstr(mg_kernels_for(of->type)->name, "base") == NULL;
#endif
  if (of->type == MG_DOUBLE) return once ? fma(a, b, sum) : (double)(a * b) + sum;
  const float x = (float)a, y = (float)b, z = (float)sum;
  return once ? fmaf(x, y, z) : (float)(x * y) + z;
}

/* Every sum is one chain in the order of its terms, read in place or from a packed copy, whatever its length. */
static void check_chains(mg_type type, size_t n_in, size_t n_out, size_t rows) {
  fixture f;
  typed_make(&f, type, 2, (const size_t[]){n_in, n_out, 1}, "linear", "linear", 6);
  random_data(&f, rows, 1);
  const mg_products *p = f.net.kernels->products;
  mg_layer *l = &f.net.layer[0];
  mg_rng g;
  mg_rng_seed(&g, 2);
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < n_out; i++) mg_mat_set(&l->delta, r, i, mg_rng_normal(&g));
  double *e_numbers = zeroed((rows * n_in + 64) * sizeof *e_numbers);
  mg_mat e = mg_mat_of(e_numbers, rows, n_in, n_in, type);
  p->z(&l->in, &l->theta, &l->z, 0, rows, f.net.room);
  p->back(&l->delta, &l->theta, &e, 0, rows, f.net.room);
  p->grad(&l->delta, &l->in, &l->grad, 0, rows, f.net.room);
  assert_true(p->descend(&l->delta, &l->in, &l->theta, &l->dtheta, rows, true, 1, 0, 0, f.net.room));
  for (size_t r = 0; r < rows; r += 5)
    for (size_t i = 0; i < n_out; i += 7) {
      double sum = mg_mat_get(&l->theta, i, 0);
      for (size_t j = 1; j <= n_in; j++)
        sum = add(&l->z, mg_mat_get(&l->in, r, j), mg_mat_get(&l->theta, i, j), sum);
      assert_true(mg_mat_get(&l->z, r, i) == sum);
    }
  for (size_t r = 0; r < rows; r += 5)
    for (size_t j = 0; j < n_in; j += 7) {
      double sum = 0;
      for (size_t i = 0; i < n_out; i++)
        sum = add(&e, mg_mat_get(&l->delta, r, i), mg_mat_get(&l->theta, i, j + 1), sum);
      assert_true(mg_mat_get(&e, r, j) == sum);
    }
  for (size_t i = 0; i < n_out; i += 5)
    for (size_t j = 0; j <= n_in; j += 7) {
      double sum = 0;
      for (size_t r = 0; r < rows; r++)
        sum = add(&l->grad, mg_mat_get(&l->in, r, j), mg_mat_get(&l->delta, r, i), sum);
      assert_true(mg_mat_get(&l->grad, i, j) == sum);
      const double next = mg_mat_get(&l->theta, i, j) - sum;
      assert_true(mg_mat_get(&l->dtheta, i, j) == (type == MG_DOUBLE ? next : (float)next));
    }
  free(e_numbers);
  fixture_free(&f);
}

static void packed_or_not_sums_are_chains(void **state) {
  (void)state;
  static const size_t shapes[][3] = {{2100, 70, 14}, {530, 300, 300}, {60, 2100, 13}, {140, 33, 600},
                                     {127, 600, 11}, {128, 9, 47},    {128, 9, 48}};
  for (int t = 0; t < 2; t++)
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
      check_chains(types[t], shapes[k][0], shapes[k][1], shapes[k][2]);
}

/* The bits of a row depend neither on its place nor on the number of rows. */
static void a_row_has_its_own_bits(void **state) {
  (void)state;
  static const size_t shapes[][3] = {{3, 2, 1}, {9, 17, 4}, {70, 80, 10}, {33, 64, 1}};
  for (int t = 0; t < 2; t++)
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
      fixture f;
      typed_make(&f, types[t], 2, shapes[k], "tanh", "sigmoid", 3);
      random_data(&f, 29, 4);
      const size_t n_out = shapes[k][2];
      const mg_mat x = mg_mat_cols(f.net.layer[0].in, 1, shapes[k][0]);
      double *all = zeroed(29 * n_out * sizeof *all), *some = zeroed(29 * n_out * sizeof *some);
      mg_mat whole = mg_mat_of(all, 29, n_out, n_out, MG_DOUBLE);
      assert_int_equal(mg_predict(&f.net, &x, &whole), MG_OK);
      for (size_t from = 0; from < 29; from++)
        for (size_t count = 1; from + count <= 29; count += 5) {
          const mg_mat rows = mg_mat_rows(x, from, count), wanted = mg_mat_rows(whole, from, count);
          mg_mat part = mg_mat_of(some, count, n_out, n_out, MG_DOUBLE);
          assert_int_equal(mg_predict(&f.net, &rows, &part), MG_OK);
          assert_true(same_mat(&part, &wanted));
        }
      free(all);
      free(some);
      fixture_free(&f);
    }
}

/* --- functions --------------------------------------------------------------------------------- */

/* a = g(z) for n numbers. */
static void apply(mg_type type, const char *name, const double *z, double *a, size_t n) {
  const mg_activation *g = mg_activation_find(name, type);
  double z_room[64], a_room[64];
  mg_mat zs = mg_mat_of(z_room, 1, n, n, type), as = mg_mat_of(a_room, 1, n, n, type);
  for (size_t i = 0; i < n; i++) mg_mat_set(&zs, 0, i, z[i]);
  assert_int_equal(g->forward(g, &zs, &as, 0, 1), MG_OK);
  for (size_t i = 0; i < n; i++) a[i] = mg_mat_get(&as, 0, i);
}

/* Errors against long double, in units in the last place of the result, are within the bounds of
   elementary.h. */
static void sigmoid_and_tanh_are_exact_to_some_ulps(void **state) {
  (void)state;
  mg_rng g;
  mg_rng_seed(&g, 1);
  for (int t = 0; t < 2; t++)
    for (int k = 0; k < 20000; k++) {
      static const double widths[] = {1400, 60, 4, 0.02};
      double z[8], s[8], h[8];
      for (int i = 0; i < 8; i++) {
        z[i] = (mg_rng_uniform(&g) - 0.5) * widths[k % 4];
        if (types[t] == MG_SINGLE) z[i] = (float)z[i];
      }
      apply(types[t], "sigmoid", z, s, 8);
      apply(types[t], "tanh", z, h, 8);
      for (int i = 0; i < 8; i++) {
        const long double sigmoid = 1 / (1 + expl(-(long double)z[i])), tangent = tanhl((long double)z[i]);
        const double least =
            types[t] == MG_DOUBLE ? DBL_MIN : FLT_MIN; /* smaller, subnormal results have fewer digits */
        assert_near(s[i], (double)sigmoid, 2.5 * unit(types[t]) * (double)sigmoid + least);
        assert_near(h[i], (double)tangent, 2 * unit(types[t]) * fabs((double)tangent) + least);
      }
    }
}

/* Equal arguments give equal bits in any place of a row; the limits are exact. */
static void places_do_not_matter_and_limits_are_exact(void **state) {
  (void)state;
  for (int t = 0; t < 2; t++)
    for (const mg_activation *g = mg_activations(types[t]); g->name != NULL; g++) {
      if (g->by_row) continue;
      double z[37], a[37], one;
      for (int i = 0; i < 37; i++) z[i] = (i % 5 - 2) * 0.7 + (i % 3) * 0.01;
      apply(types[t], g->name, z, a, 37);
      for (int i = 0; i < 37; i++) {
        apply(types[t], g->name, &z[i], &one, 1);
        assert_memory_equal(&one, &a[i], sizeof one);
      }
    }
  for (int t = 0; t < 2; t++) {
    const double z[] = {0, INFINITY, -INFINITY, NAN, -0.0};
    double a[5];
    apply(types[t], "sigmoid", z, a, 5);
    assert_true(a[0] == 0.5 && a[1] == 1 && a[2] == 0 && isnan(a[3]) && a[4] == 0.5);
    apply(types[t], "tanh", z, a, 5);
    assert_true(a[0] == 0 && a[1] == 1 && a[2] == -1 && isnan(a[3]) && a[4] == 0 && signbit(a[4]));
  }
}

/* --- fused passes --------------------------------------------------------------------------------- */

static void fused_passes_leave_the_bits_of_plain_ones(void **state) {
  (void)state;
  uint32_t seed = 0;
  int narrow = 0;
  for (int t = 0; t < 2; t++)
    for (const mg_cost_kind *c = mg_costs(types[t]); c->name != NULL; c++)
      for (const mg_activation *out = mg_activations(types[t]); out->name != NULL; out++)
        for (const mg_activation *in = mg_activations(types[t]); in->name != NULL; in++) {
          if (!mg_cost_allows(c, out->name)) continue;
          fixture a, b;
          seed++;
          /* every other network is too wide for tiny.c */
          const size_t sizes[] = {1 + seed % 7, 1 + seed % 5 + seed % 2 * 9, 1 + seed % 6, 1 + seed % 3};
          const size_t n_layers = 1 + seed % 3, rows = 1 + seed * 7 % 64;
          typed_make(&a, types[t], n_layers, sizes, in->name, out->name, seed);
          typed_make(&b, types[t], n_layers, sizes, in->name, out->name, seed);
          random_data(&a, rows, seed);
          random_data(&b, rows, seed);
          a.net.cost = b.net.cost = (mg_cost){.kind = c, .scale = 0.3};
          a.net.eta = b.net.eta = 1e-3;
          if (seed % 4 == 0) a.net.l1 = b.net.l1 = a.net.l2 = b.net.l2 = 0.01;
          if (seed % 5 == 0) mg_network_freeze(&a.net, 0, seed % 4), mg_network_freeze(&b.net, 0, seed % 4);
          mg_run run;
          assert_int_equal(mg_step(&a.net, 5, &run), MG_OK);
          for (int i = 0; i < 5; i++) assert_int_equal(mg_pass(&b.net), MG_OK);
          assert_same_state(&a, &b);
          const mg_fusion how = mg_fuse(&a.net, false);
          narrow += how == MG_FUSE_TINY;
          if (how != MG_PLAIN) { /* J and THETA of fused passes themselves */
            for (int i = 0; i < 3; i++) {
              assert_int_equal(mg_pass_fused(&a.net, how, i == 2), MG_OK);
              assert_int_equal(mg_pass(&b.net), MG_OK);
              assert_memory_equal(&a.net.j, &b.net.j, sizeof(double));
              for (size_t l = 0; l < n_layers; l++)
                assert_true(same_mat(&a.net.layer[l].theta, &b.net.layer[l].theta));
            }
            mg_unfuse(&a.net);
            assert_ptr_equal(a.net.flat.theta, a.net.home);
            for (size_t l = 0; l < n_layers; l++)
              assert_true(same_mat(&a.net.layer[l].theta, &b.net.layer[l].theta));
          }
          fixture_free(&a);
          fixture_free(&b);
        }
  assert_true(narrow > 200);
}

/* A step may reuse the evaluation after the step before as its forward pass, unless something has changed. */
static void what_happens_between_steps_is_seen(void **state) {
  (void)state;
  for (int t = 0; t < 2; t++) {
    fixture f[2]; /* steps, passes */
    mg_run run;
    for (int k = 0; k < 2; k++) {
      typed_make(&f[k], types[t], 2, (const size_t[]){2, 3, 1}, "tanh", "sigmoid", 7);
      random_data(&f[k], 4, 7);
    }
    for (int change = 0; change < 6; change++) {
      for (int k = 0; k < 2; k++) {
        mg_network *net = &f[k].net;
        if (change == 1) mg_mat_set(&net->layer[0].theta, 1, 2, 0.25);
        if (change == 2) mg_network_activate(net, 0, mg_activation_find("softplus", types[t]));
        if (change == 3) random_data(&f[k], 4, 8);
        if (change == 4) random_data(&f[k], 3, 9);
        if (change == 5) mg_take_back(net);
        for (int i = 0; i < 3; i++) assert_int_equal(k == 0 ? mg_step(net, 1, &run) : mg_pass(net), MG_OK);
      }
      assert_same_state(&f[0], &f[1]);
    }
    for (int k = 0; k < 2; k++) fixture_free(&f[k]);
  }
}

/* --- single precision ----------------------------------------------------------------------------- */

/* Gradients of single and double agree to 1e-5 of the sum of the absolute values of their terms. */
static void single_agrees_with_double(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= 20; seed++) {
    fixture a, b;
    const size_t sizes[] = {1 + seed % 30, 2 + seed % 20, 1 + seed % 10};
    typed_make(&a, MG_DOUBLE, 2, sizes, "tanh", "sigmoid", seed);
    typed_make(&b, MG_SINGLE, 2, sizes, "tanh", "sigmoid", seed);
    random_data(&a, 40, seed);
    random_data(&b, 40, seed);
    assert_int_equal(mg_forward(&a.net), MG_OK);
    assert_int_equal(mg_backward(&a.net), MG_OK);
    assert_int_equal(mg_forward(&b.net), MG_OK);
    assert_int_equal(mg_backward(&b.net), MG_OK);
    for (size_t l = 0; l < 2; l++) {
      const mg_layer *x = &a.net.layer[l], *y = &b.net.layer[l];
      for (size_t i = 0; i < x->n_out; i++)
        for (size_t j = 0; j <= x->n_in; j++) {
          double terms = 0;
          for (size_t r = 0; r < 40; r++)
            terms += fabs(mg_mat_get(&x->delta, r, i) * mg_mat_get(&x->in, r, j));
          assert_near(mg_mat_get(&y->grad, i, j), mg_mat_get(&x->grad, i, j), 1e-5 * terms);
        }
    }
    assert_relative(b.net.j, a.net.j, 1e-5);
    fixture_free(&a);
    fixture_free(&b);
  }
}

/* mg_evaluate reads targets of any layout and type. */
static void targets_may_lie_in_any_way(void **state) {
  (void)state;
  for (int t = 0; t < 2; t++) {
    fixture f;
    typed_make(&f, types[t], 1, (const size_t[]){2, 2}, "tanh", "sigmoid", 1);
    double x[] = {1, 2, 3, 4, 5, 6}, by_row[] = {1, 0, 0, 1, 1, 1}, by_column[] = {1, 0, 1, 0, 1, 1};
    const mg_mat xs = mg_mat_of(x, 3, 2, 2, MG_DOUBLE), ys = mg_mat_of(by_row, 3, 2, 2, MG_DOUBLE);
    const mg_mat turned = mg_mat_t(mg_mat_of(by_column, 2, 3, 3, MG_DOUBLE));
    mg_metrics a, b;
    assert_int_equal(mg_evaluate(&f.net, &xs, &ys, &f.net.cost, MG_VALUES, &a, NULL), MG_OK);
    assert_int_equal(mg_evaluate(&f.net, &xs, &turned, &f.net.cost, MG_VALUES, &b, NULL), MG_OK);
    assert_memory_equal(&a.cost, &b.cost, sizeof a.cost);
    fixture_free(&f);
  }
}

static void the_portable_set_can_be_had(void **state) {
  (void)state;
  const char *portable = getenv("MOONGRAD_PORTABLE"), *most = getenv("MOONGRAD_KERNELS");
  const bool base = (portable != NULL && *portable == '1') || (most != NULL && strcmp(most, "base") == 0);
  if (base) assert_string_equal(mg_kernels_for(MG_DOUBLE)->name, "double_base");
  assert_int_equal(strncmp(mg_kernels_for(MG_SINGLE)->name, "single_", 7), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_are_sums_of_products),
      cmocka_unit_test(packed_or_not_sums_are_chains),
      cmocka_unit_test(a_row_has_its_own_bits),
      cmocka_unit_test(sigmoid_and_tanh_are_exact_to_some_ulps),
      cmocka_unit_test(places_do_not_matter_and_limits_are_exact),
      cmocka_unit_test(fused_passes_leave_the_bits_of_plain_ones),
      cmocka_unit_test(what_happens_between_steps_is_seen),
      cmocka_unit_test(single_agrees_with_double),
      cmocka_unit_test(targets_may_lie_in_any_way),
      cmocka_unit_test(the_portable_set_can_be_had),
  };
  return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
