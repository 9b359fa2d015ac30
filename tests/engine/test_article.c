/* test_article.c - the article's example: a network that trains as its NumPy program does, to the digits. */

#include "check.h"
#include "fixture.h"

#include "../golden/article.h"

#define RUNS (sizeof articles / sizeof *articles)

static void open_run(fixture *f, const article *run) {
  fixture_make(f, run->n_layers, run->sizes, "sigmoid", "sigmoid", run->seed);
  const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE), y = mg_mat_of(xor_y, 4, 1, 1, MG_DOUBLE);
  fixture_data(f, &x, &y);
}

static void initial_theta_is_equal_in_every_bit(void **state) {
  (void)state;
  for (const article *run = articles; run < articles + RUNS; run++) {
    fixture f;
    open_run(&f, run);
    const double *wanted = run->theta_initial;
    for (size_t l = 0; l < run->n_layers; l++) {
      const mg_mat *theta = &f.net.layer[l].theta;
      for (size_t i = 0; i < theta->nrows; i++)
        for (size_t j = 0; j < theta->ncols; j++) {
          const double got = mg_mat_get(theta, i, j);
          assert_memory_equal(&got, wanted++, sizeof got);
        }
    }
    fixture_free(&f);
  }
}

/* Sums of products must agree to 1e-12 of the sum of their terms' absolute values: rounding in another order
   stays below n u = 5 * 2.2e-16 of that. */
static void the_first_pass_is_numpys(void **state) {
  (void)state;
  for (const article *run = articles; run < articles + RUNS; run++) {
    fixture f;
    open_run(&f, run);
    assert_int_equal(mg_forward(&f.net), MG_OK);
    assert_int_equal(mg_backward(&f.net), MG_OK);
    const double *z = run->z, *delta = run->delta, *grad = run->grad_sse;
    for (size_t l = 0; l < run->n_layers; l++) {
      const mg_layer *y = &f.net.layer[l];
      for (size_t r = 0; r < 4; r++)
        for (size_t i = 0; i < y->n_out; i++) {
          double terms = 0;
          for (size_t j = 0; j <= y->n_in; j++)
            terms += fabs(mg_mat_get(&y->in, r, j) * mg_mat_get(&y->theta, i, j));
          assert_near(mg_mat_get(&y->z, r, i), *z++, 1e-12 * terms);
          terms = fabs(mg_mat_get(&y->delta, r, i)); /* the last layer's delta is one product */
          if (l + 1 < run->n_layers) {
            const mg_layer *above = y + 1;
            terms = 0;
            for (size_t k = 0; k < above->n_out; k++)
              terms += fabs(mg_mat_get(&above->delta, r, k) * mg_mat_get(&above->theta, k, i + 1));
          }
          assert_near(mg_mat_get(&y->delta, r, i), *delta++, 1e-12 * terms);
        }
      for (size_t i = 0; i < y->n_out; i++)
        for (size_t j = 0; j <= y->n_in; j++) {
          double terms = 0;
          for (size_t r = 0; r < 4; r++)
            terms += fabs(mg_mat_get(&y->delta, r, i) * mg_mat_get(&y->in, r, j));
          assert_near(mg_mat_get(&y->grad, i, j), *grad++, 1e-12 * terms);
        }
    }
    for (size_t r = 0; r < 4; r++)
      assert_relative(mg_mat_get(&f.net.layer[run->n_layers - 1].out, r, 0), run->yhat[r], 1e-12);
    assert_relative(f.net.j, run->mse[0] * 2, 1e-12); /* sse is 1/2 of 4 times the mean */
    fixture_free(&f);
  }
}

static void the_gradient_of_mse_is_half_of_that_of_sse_here(void **state) {
  (void)state;
  for (const article *run = articles; run < articles + RUNS; run++) {
    fixture f;
    open_run(&f, run);
    f.net.cost = cost("mse");
    assert_int_equal(mg_forward(&f.net), MG_OK);
    assert_int_equal(mg_backward(&f.net), MG_OK);
    const double *grad = run->grad_mse;
    for (size_t l = 0; l < run->n_layers; l++) {
      const mg_mat *got = &f.net.layer[l].grad;
      for (size_t i = 0; i < got->nrows; i++)
        for (size_t j = 0; j < got->ncols; j++) assert_near(mg_mat_get(got, i, j), *grad++, 1e-13);
    }
    fixture_free(&f);
  }
}

/* 10,000 epochs: rounding grows along the way, so mse to 1e-12 and at the end 1e-11, THETA to 1e-9. */
static void training_is_numpys(void **state) {
  (void)state;
  for (const article *run = articles; run < articles + RUNS; run++) {
    fixture f;
    mg_run got;
    open_run(&f, run);
    for (int k = 0; k <= 10; k++) {
      assert_int_equal(mg_step(&f.net, k == 0 ? 0 : 1000, &got), MG_OK);
      assert_relative(got.metrics.mse, run->mse[k], k == 10 ? 1e-11 : 1e-12);
    }
    assert_int_equal(f.net.epoch, 10000);
    const double *theta = run->theta_after;
    for (size_t l = 0; l < run->n_layers; l++) {
      const mg_mat *m = &f.net.layer[l].theta;
      for (size_t i = 0; i < m->nrows; i++)
        for (size_t j = 0; j < m->ncols; j++) assert_near(mg_mat_get(m, i, j), *theta++, 1e-9);
    }
    double yhat[4];
    const mg_mat x = mg_mat_of(xor_x, 4, 2, 2, MG_DOUBLE);
    mg_mat out = mg_mat_of(yhat, 4, 1, 1, MG_DOUBLE);
    assert_int_equal(mg_predict(&f.net, &x, &out), MG_OK);
    for (int r = 0; r < 4; r++) assert_near(yhat[r], run->yhat_after[r], 1e-9);
    fixture_free(&f);
  }
}

/* numeric = the differences of the mse for layer 1 (6 numbers), at the current THETA. */
static void differences(fixture *f, double epsilon, double *numeric) {
  double kinks[6];
  mg_mat n = mg_mat_of(numeric, 2, 3, 3, MG_DOUBLE), k = mg_mat_of(kinks, 2, 3, 3, MG_DOUBLE);
  const mg_check how = {MG_CENTRAL, epsilon, cost("mse"), NULL};
  assert_int_equal(mg_check_layer(&f->net, &how, 0, NULL, &n, &k), MG_OK);
}

/* The article checks its gradient after the update. The numbers that it prints are differences of a cost near
   .3; its rounding of 1e-16, divided by 2 epsilon = .02, leaves 1e-14. */
static void the_articles_own_check_comes_out(void **state) {
  (void)state;
  for (const article *run = articles; run < articles + RUNS; run++) {
    fixture f;
    double numeric[6];
    open_run(&f, run);
    assert_int_equal(mg_pass(&f.net), MG_OK);
    differences(&f, 0.01, numeric);
    for (int i = 0; i < 6; i++) assert_near(numeric[i], run->article_check[i], 1e-13);
    fixture_free(&f);
  }
}

/* The same check done right, at the THETA that the gradient is of: rounding, divided by 2 epsilon = 2e-5,
   leaves 1e-11. */
static void a_check_at_the_same_point_comes_out(void **state) {
  (void)state;
  for (const article *run = articles; run < articles + RUNS; run++) {
    fixture f;
    double numeric[6];
    open_run(&f, run);
    differences(&f, 1e-5, numeric);
    for (int i = 0; i < 6; i++) assert_near(numeric[i], run->same_point_check[i], 3e-11);
    fixture_free(&f);
  }
}

/* Seeds 0 .. 199 of {2,2,2,1}: 2 reach an mse under .01 in 10,000 epochs, 14 put all outputs on the right
   side of .5. The counts are those of the article's program in NumPy. */
static void as_many_seeds_solve_it_as_in_numpy(void **state) {
  (void)state;
  int small = 0, right = 0;
  for (uint32_t seed = 0; seed < 200; seed++) {
    fixture f;
    mg_run run;
    fixture_xor(&f, seed);
    assert_int_equal(mg_step(&f.net, 10000, &run), MG_OK);
    small += run.metrics.mse < 0.01;
    right += run.metrics.accuracy == 1;
    fixture_free(&f);
  }
  assert_int_equal(small, 2);
  assert_int_equal(right, 14);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(initial_theta_is_equal_in_every_bit),
      cmocka_unit_test(the_first_pass_is_numpys),
      cmocka_unit_test(the_gradient_of_mse_is_half_of_that_of_sse_here),
      cmocka_unit_test(training_is_numpys),
      cmocka_unit_test(the_articles_own_check_comes_out),
      cmocka_unit_test(a_check_at_the_same_point_comes_out),
      cmocka_unit_test(as_many_seeds_solve_it_as_in_numpy),
  };
  return cmocka_run_group_tests_name("article", tests, NULL, NULL);
}
