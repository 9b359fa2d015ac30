/* test_gradients.c - GRAD against differences of J, for each activation with each cost; and wrong gradients,
   which the same comparison must find. */

#include <float.h>

#include "check.h"
#include "fixture.h"

#define EPSILON   1e-5
#define TOLERANCE 1e-6

/* A network and its random data. */
typedef struct problem {
  fixture f;
  double *x, *y;
} problem;

static const char *const hidden[] = {"linear", "sigmoid", "tanh",     "relu",   "leaky-relu",
                                     "elu",    "gelu",    "softplus", "softmax"};
#define N_HIDDEN (sizeof hidden / sizeof *hidden)

/* Random targets that suit an output: from 0 to 1 for sigmoid and softmax, else any numbers. */
static void make_targets(mg_rng *g, const char *output, double *y, size_t n, size_t k) {
  for (size_t r = 0; r < n; r++)
    for (size_t j = 0; j < k; j++) {
      if (strcmp(output, "sigmoid") == 0)
        y[r * k + j] = mg_rng_uniform(g) < 0.5;
      else if (strcmp(output, "softmax") == 0)
        y[r * k + j] = mg_rng_uniform(g); /* the sum of a row need not be 1 */
      else
        y[r * k + j] = mg_rng_normal(g);
    }
}

static void problem_make(problem *p, const char *inner, const char *output, const char *cost_name,
                         uint32_t seed) {
  mg_rng g;
  mg_rng_seed(&g, seed);
  const size_t n_layers = 1 + seed % 4, rows = 1 + seed % 7;
  size_t sizes[5];
  for (size_t l = 0; l <= n_layers; l++) sizes[l] = 1 + mg_rng_u32(&g) % 5;
  if (strcmp(inner, "softmax") == 0)
    for (size_t l = 1; l < n_layers; l++) sizes[l] += 2; /* one unit of softmax is always 1 */
  fixture_make(&p->f, n_layers, sizes, inner, output, seed);
  mg_init(&p->f.net, MG_INIT_NORMAL, 0.7, &g);
  p->f.net.cost = cost(cost_name);
  if (seed % 3 == 0) p->f.net.l2 = 0.1;
  if (seed % 5 == 0) p->f.net.l1 = 0.01;
  const size_t k = sizes[n_layers];
  p->x = normals(&g, rows * sizes[0]);
  p->y = zeroed(rows * k * sizeof *p->y);
  make_targets(&g, output, p->y, rows, k);
  const mg_mat x = mg_mat_of(p->x, rows, sizes[0], sizes[0], MG_DOUBLE);
  const mg_mat y = mg_mat_of(p->y, rows, k, k, MG_DOUBLE);
  fixture_data(&p->f, &x, &y);
}

static void problem_free(problem *p) {
  fixture_free(&p->f);
  free(p->x);
  free(p->y);
}

static void pass(problem *p) {
  assert_int_equal(mg_forward(&p->f.net), MG_OK);
  assert_int_equal(mg_backward(&p->f.net), MG_OK);
}

/* The size of gradient that differences resolve to the tolerance where J is rounded like a sum of its size.
 */
static double resolved(double j, double epsilon, double tolerance) {
  return 16 * DBL_EPSILON * fabs(j) / (epsilon * tolerance);
}

/* mg_check_layer by the fast way (perturb.c) and by whole passes gives the same differences, to the rounding
   of J, which is a few dozen u J / epsilon, or of the root of J where squares are small: yhat - y is rounded
   like yhat. They give the same kinks. */
static mg_status differences(mg_network *net, mg_check how, size_t l, const mg_mat *chosen, mg_mat *numeric,
                             mg_mat *kinked) {
  const size_t size = numeric->nrows * numeric->ncols;
  double *n = zeroed(size * sizeof *n), *k = zeroed(size * sizeof *k);
  mg_mat slow = mg_mat_of(n, numeric->nrows, numeric->ncols, numeric->ncols, MG_DOUBLE), slow_kinked = slow;
  slow_kinked.data = k;
  how.room = zeroed(mg_differ_room(net));
  const mg_status status = mg_check_layer(net, &how, l, chosen, numeric, kinked);
  free(how.room);
  how.room = NULL;
  assert_int_equal(mg_check_layer(net, &how, l, chosen, &slow, &slow_kinked), status);
  const mg_mat x = mg_mat_cols(net->layer[0].in, 1, net->layer[0].n_in);
  mg_metrics m = {0};
  assert_int_equal(mg_evaluate(net, &x, &net->y, &how.cost, MG_VALUES, &m, NULL), MG_OK);
  const double rounding = 4 * resolved(fmax(m.cost, sqrt(fabs(m.cost))), how.epsilon, 1);
  for (size_t i = 0; i < numeric->nrows; i++)
    for (size_t j = 0; j < numeric->ncols; j++) {
      const double fast = mg_mat_get(numeric, i, j), plain = mg_mat_get(&slow, i, j);
      assert_true(isnan(fast) == isnan(plain));
      assert_true(isnan(fast) || fabs(fast - plain) <= rounding);
      assert_true(mg_mat_get(kinked, i, j) == mg_mat_get(&slow_kinked, i, j));
    }
  free(n);
  free(k);
  return status;
}

/* The largest relative error of the current GRAD, elements at kinks left out. */
static double largest(problem *p) {
  mg_network *net = &p->f.net;
  const double floor = resolved(net->j, EPSILON, TOLERANCE);
  double worst = 0;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    double *n = zeroed(y->n_out * (1 + y->n_in) * sizeof *n),
           *k = zeroed(y->n_out * (1 + y->n_in) * sizeof *k);
    mg_mat numeric = mg_mat_of(n, y->n_out, 1 + y->n_in, 1 + y->n_in, MG_DOUBLE);
    mg_mat kinked = mg_mat_of(k, y->n_out, 1 + y->n_in, 1 + y->n_in, MG_DOUBLE);
    const mg_check how = {MG_CENTRAL, EPSILON, net->cost, NULL};
    assert_int_equal(differences(net, how, l, NULL, &numeric, &kinked), MG_OK);
    for (size_t i = 0; i < y->n_out; i++)
      for (size_t j = 0; j <= y->n_in; j++) {
        if (mg_mat_get(&kinked, i, j) != 0) continue;
        const double r = mg_relative(mg_mat_get(&y->grad, i, j), mg_mat_get(&numeric, i, j), floor);
        if (!(r <= worst)) worst = r;
      }
    free(n);
    free(k);
  }
  return worst;
}

/* 500 networks, fresh and after 25 epochs, with every activation, and every allowed pair of output and cost.
   1e-6 is the tolerance that users are promised: truncation is epsilon^2 = 1e-10 of the third derivative, and
   the floor covers the rounding of J. */
static void gradients_agree_with_differences(void **state) {
  (void)state;
  int count = 0;
  for (uint32_t seed = 1; count < 500; seed++)
    for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL && count < 500; c++)
      for (const mg_activation *out = mg_activations(MG_DOUBLE); out->name != NULL && count < 500; out++) {
        if (!mg_cost_allows(c, out->name)) continue;
        const char *inner = hidden[(size_t)count % N_HIDDEN];
        const uint32_t k = seed * 1000 + (uint32_t)count;
        problem p;
        mg_run run;
        problem_make(&p, inner, out->name, c->name, k);
        pass(&p);
        double r = largest(&p);
        if (!(r < TOLERANCE))
          fail_msg("%s, %s output, %s, fresh, seed %u: %.3g", inner, out->name, c->name, k, r);
        p.f.net.eta = 0.01;
        mg_step(&p.f.net, 25, &run);
        pass(&p);
        r = largest(&p);
        if (!(r < TOLERANCE))
          fail_msg("%s, %s output, %s, trained, seed %u: %.3g", inner, out->name, c->name, k, r);
        problem_free(&p);
        count++;
      }
}

/* --- wrong gradients ------------------------------------------------------------------- */

static void missing_factor(mg_network *net) {
  for (size_t l = 0; l < net->n_layers; l++)
    for (size_t i = 0; i < net->layer[l].n_out; i++)
      for (size_t j = 0; j <= net->layer[l].n_in; j++)
        mg_mat_set(&net->layer[l].grad, i, j, 2 * mg_mat_get(&net->layer[l].grad, i, j));
}

static mg_status identity(const mg_activation *self, const mg_mat *z, const mg_mat *a, mg_mat *delta,
                          size_t from, size_t to) {
  (void)self, (void)z, (void)a, (void)delta, (void)from, (void)to;
  return MG_OK;
}

/* Runs the backward pass again, with g' of layer l left out. */
static void without_derivative(mg_network *net, size_t l) {
  const mg_activation *right = net->layer[l].activation;
  mg_activation wrong = *right;
  wrong.backward = identity;
  mg_network_activate(net, l, &wrong);
  assert_int_equal(mg_backward(net), MG_OK);
  mg_network_activate(net, l, right);
}

static void missing_output_derivative(mg_network *net) { without_derivative(net, net->n_layers - 1); }
static void missing_hidden_derivative(mg_network *net) { without_derivative(net, 0); }

/* Computes the deltas below the last layer with weights that are already updated. */
static void stale_weights(mg_network *net) {
  const size_t last = net->n_layers - 1;
  mg_layer *y = &net->layer[last];
  for (int sign = -1; sign <= 1; sign += 2) {
    for (size_t i = 0; i < y->n_out; i++)
      for (size_t j = 0; j <= y->n_in; j++)
        mg_mat_set(&y->theta, i, j, mg_mat_get(&y->theta, i, j) + sign * 0.5 * mg_mat_get(&y->grad, i, j));
    if (sign < 0)
      for (size_t l = last; l-- > 0;) {
        assert_int_equal(mg_op_run(net, (mg_op){MG_OP_DELTA, l}), MG_OK);
        assert_int_equal(mg_op_run(net, (mg_op){MG_OP_GRAD, l}), MG_OK);
      }
  }
}

/* Computes the delta below from columns 0 .. n_in - 1 of THETA: the column of biases is used as weights. */
static void shifted_bias(mg_network *net) {
  const size_t last = net->n_layers - 1;
  mg_mat *theta = &net->layer[last].theta;
  double *data = theta->data;
  theta->data = data - theta->cs;
  assert_int_equal(mg_op_run(net, (mg_op){MG_OP_DELTA, last - 1}), MG_OK);
  theta->data = data;
  for (size_t l = last; l-- > 0;) {
    if (l + 1 < last) assert_int_equal(mg_op_run(net, (mg_op){MG_OP_DELTA, l}), MG_OK);
    assert_int_equal(mg_op_run(net, (mg_op){MG_OP_GRAD, l}), MG_OK);
  }
}

static void dropped_row(mg_network *net) {
  for (size_t l = 0; l < net->n_layers; l++)
    assert_int_equal(mg_op_rows(net, (mg_op){MG_OP_GRAD, l}, 0, net->rows - 1), MG_OK);
}

static void planted_mistakes_are_found(void **state) {
  (void)state;
  static const struct {
    const char *name;
    void (*plant)(mg_network *net);
  } mistakes[] = {{"missing factor", missing_factor},
                  {"missing output derivative", missing_output_derivative},
                  {"missing hidden derivative", missing_hidden_derivative},
                  {"stale weights", stale_weights},
                  {"shifted bias", shifted_bias},
                  {"dropped row", dropped_row}};
  for (uint32_t seed = 0; seed < 100; seed++)
    for (size_t m = 0; m < sizeof mistakes / sizeof *mistakes; m++) {
      problem p;
      mg_rng g;
      mg_rng_seed(&g, seed);
      fixture_make(&p.f, 3, (const size_t[]){3, 4, 3, 2}, "tanh", "sigmoid", seed);
      mg_init(&p.f.net, MG_INIT_NORMAL, 0.7, &g);
      p.x = normals(&g, 15);
      p.y = normals(&g, 10);
      const mg_mat x = mg_mat_of(p.x, 5, 3, 3, MG_DOUBLE), y = mg_mat_of(p.y, 5, 2, 2, MG_DOUBLE);
      fixture_data(&p.f, &x, &y);
      pass(&p);
      double r = largest(&p);
      if (!(r < TOLERANCE)) fail_msg("seed %u: false alarm before %s: %.3g", seed, mistakes[m].name, r);
      mistakes[m].plant(&p.f.net);
      r = largest(&p);
      if (!(r > TOLERANCE)) fail_msg("seed %u: %s not found: %.3g", seed, mistakes[m].name, r);
      problem_free(&p);
    }
}

/* --- the check itself ---------------------------------------------------------------------- */

/* J = 1/2 (yhat - y)^2 of one linear unit is a parabola in each weight: central and five-point differences
   are exact except for rounding; the one-sided one is off by epsilon / 2 times the second derivative x^2. */
static void methods_have_their_known_errors(void **state) {
  (void)state;
  fixture f;
  double x[] = {3}, y[] = {0.5}, n[2], k[2];
  fixture_make(&f, 1, (const size_t[]){1, 1}, "linear", "linear", 1);
  const mg_mat xs = mg_mat_of(x, 1, 1, 1, MG_DOUBLE), ys = mg_mat_of(y, 1, 1, 1, MG_DOUBLE);
  fixture_data(&f, &xs, &ys);
  mg_mat numeric = mg_mat_of(n, 1, 2, 2, MG_DOUBLE), kinked = mg_mat_of(k, 1, 2, 2, MG_DOUBLE);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  const double exact = mg_mat_get(&f.net.layer[0].grad, 0, 1);
  const double epsilon = 1e-3;
  for (int method = MG_CENTRAL; method <= MG_FIVE_POINT; method++) {
    const mg_check how = {(mg_difference)method, epsilon, f.net.cost, NULL};
    assert_int_equal(differences(&f.net, how, 0, NULL, &numeric, &kinked), MG_OK);
    const double off = method == MG_ONE_SIDED ? epsilon / 2 * 9 : 0;
    assert_near(n[1], exact + off, 1e-11); /* rounding of J = O(10) over 2e-3 */
    assert_true(k[0] == 0 && k[1] == 0);
  }
  fixture_free(&f);
}

/* J has a fourth derivative: five points give the exact slope, two do not. */
static void five_points_beat_two_on_a_curve(void **state) {
  (void)state;
  fixture f;
  double n2[6], n5[6], k[6];
  fixture_xor(&f, 3);
  assert_int_equal(mg_forward(&f.net), MG_OK);
  assert_int_equal(mg_backward(&f.net), MG_OK);
  mg_mat two = mg_mat_of(n2, 2, 3, 3, MG_DOUBLE), five = mg_mat_of(n5, 2, 3, 3, MG_DOUBLE);
  mg_mat kinked = mg_mat_of(k, 2, 3, 3, MG_DOUBLE);
  mg_check how = {MG_CENTRAL, 0.1, f.net.cost, NULL};
  assert_int_equal(differences(&f.net, how, 0, NULL, &two, &kinked), MG_OK);
  how.method = MG_FIVE_POINT;
  assert_int_equal(differences(&f.net, how, 0, NULL, &five, &kinked), MG_OK);
  for (size_t i = 0; i < 6; i++) {
    const double exact = mg_mat_get(&f.net.layer[0].grad, i / 3, i % 3);
    assert_true(fabs(n5[i] - exact) < fabs(n2[i] - exact) / 10);
  }
  fixture_free(&f);
}

/* relu(w x) at w = 1e-6, epsilon 1e-5: the difference crosses the kink. At w = 1 it does not. */
static void kinks_are_named(void **state) {
  (void)state;
  fixture f;
  double x[] = {1}, y[] = {0.25}, n[2], k[2];
  fixture_make(&f, 1, (const size_t[]){1, 1}, "relu", "relu", 1);
  const mg_mat xs = mg_mat_of(x, 1, 1, 1, MG_DOUBLE), ys = mg_mat_of(y, 1, 1, 1, MG_DOUBLE);
  fixture_data(&f, &xs, &ys);
  mg_mat numeric = mg_mat_of(n, 1, 2, 2, MG_DOUBLE), kinked = mg_mat_of(k, 1, 2, 2, MG_DOUBLE);
  const mg_check how = {MG_CENTRAL, 1e-5, f.net.cost, NULL};
  for (int crossing = 0; crossing <= 1; crossing++) {
    mg_mat_set(&f.net.layer[0].theta, 0, 0, 0);
    mg_mat_set(&f.net.layer[0].theta, 0, 1, crossing ? 1e-6 : 1);
    assert_int_equal(differences(&f.net, how, 0, NULL, &numeric, &kinked), MG_OK);
    assert_true(k[0] == crossing && k[1] == crossing);
  }
  f.net.l1 = 0.1; /* |w| has its kink at 0, the bias has none */
  mg_mat_set(&f.net.layer[0].theta, 0, 0, 1);
  mg_mat_set(&f.net.layer[0].theta, 0, 1, 1e-6);
  assert_int_equal(differences(&f.net, how, 0, NULL, &numeric, &kinked), MG_OK);
  assert_true(k[0] == 0 && k[1] == 1);
  fixture_free(&f);
}

static bool after_some(void *context) {
  int *left = context;
  return (*left)-- <= 0;
}

static void theta_is_what_it_was_even_when_stopped(void **state) {
  (void)state;
  for (int calls = 0; calls < 70; calls += 7) {
    fixture f, before;
    double n[6], k[6];
    int left = calls;
    fixture_xor(&f, 5);
    fixture_xor(&before, 5);
    mg_mat numeric = mg_mat_of(n, 2, 3, 3, MG_DOUBLE), kinked = mg_mat_of(k, 2, 3, 3, MG_DOUBLE);
    mg_check how = {MG_FIVE_POINT, 1e-5, f.net.cost, NULL};
    f.net.stop = (mg_stop){after_some, &left};
    mg_status status = mg_check_layer(&f.net, &how, 0, NULL, &numeric, &kinked);
    assert_int_equal(status, calls < 24 ? MG_STOPPED : MG_OK); /* 6 parameters, 4 evaluations of one block */
    left = calls / 7;
    how.room = zeroed(mg_differ_room(&f.net));
    status = mg_check_layer(&f.net, &how, 0, NULL, &numeric, &kinked);
    assert_int_equal(status, calls / 7 < 6 ? MG_STOPPED : MG_OK); /* asked once a parameter */
    free(how.room);
    for (size_t l = 0; l < 3; l++) assert_true(same_mat(&f.net.layer[l].theta, &before.net.layer[l].theta));
    fixture_free(&f);
    fixture_free(&before);
  }
}

static void only_chosen_elements_are_checked(void **state) {
  (void)state;
  fixture f;
  double n[6], k[6], c[6] = {0, 1, 0, 0, 0, 1};
  fixture_xor(&f, 5);
  mg_mat numeric = mg_mat_of(n, 2, 3, 3, MG_DOUBLE), kinked = mg_mat_of(k, 2, 3, 3, MG_DOUBLE);
  const mg_mat chosen = mg_mat_of(c, 2, 3, 3, MG_DOUBLE);
  const mg_check how = {MG_CENTRAL, 1e-5, f.net.cost, NULL};
  assert_int_equal(differences(&f.net, how, 0, &chosen, &numeric, &kinked), MG_OK);
  for (int i = 0; i < 6; i++) assert_true(isnan(n[i]) == (c[i] == 0));
  fixture_free(&f);
}

static void relative_errors_are_as_defined(void **state) {
  (void)state;
  assert_true(mg_relative(0, 0, 0) == 0);
  assert_near(mg_relative(2, 1, 0), 0.5, 0);
  assert_near(mg_relative(1, -1, 0), 2, 0);
  assert_near(mg_relative(1e-9, 0, 1e-3), 1e-6, 1e-20);
  assert_true(isnan(mg_relative(1, NAN, 1)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gradients_agree_with_differences),
      cmocka_unit_test(planted_mistakes_are_found),
      cmocka_unit_test(methods_have_their_known_errors),
      cmocka_unit_test(five_points_beat_two_on_a_curve),
      cmocka_unit_test(kinks_are_named),
      cmocka_unit_test(theta_is_what_it_was_even_when_stopped),
      cmocka_unit_test(only_chosen_elements_are_checked),
      cmocka_unit_test(relative_errors_are_as_defined),
  };
  return cmocka_run_group_tests_name("gradients", tests, NULL, NULL);
}
