/* test_verdict.c - the gradient check's verdicts: a right gradient is never confirmed to be wrong, for every
   activation with every cost, in both precisions; a doubled one is found. */

#include "check.h"
#include "fixture.h"

static const char *const hidden[] = {"linear", "sigmoid", "tanh",     "relu",   "leaky-relu",
                                     "elu",    "gelu",    "softplus", "softmax"};
static const char *const costs[][2] = {
    {"sse", "linear"}, {"mse", "tanh"}, {"cross-entropy", "sigmoid"}, {"softmax", "softmax"}};

enum { INPUTS = 3, UNITS = 4, OUTPUTS = 2, ROWS = 5 };

/* A network on random data whose pass has been made, and the rule it is judged by. */
typedef struct judged {
  fixture f;
  double *x, *y;
  mg_rule rule;
  void *room, *memory;
} judged;

static void draw_data(judged *p, const char *output, mg_rng *g) {
  p->x = normals(g, ROWS * INPUTS);
  p->y = normals(g, ROWS * OUTPUTS);
  for (size_t r = 0; r < ROWS; r++) {
    if (strcmp(output, "sigmoid") == 0)
      for (size_t j = 0; j < OUTPUTS; j++) p->y[r * OUTPUTS + j] = p->y[r * OUTPUTS + j] > 0;
    if (strcmp(output, "softmax") == 0)
      for (size_t j = 0; j < OUTPUTS; j++) p->y[r * OUTPUTS + j] = r % OUTPUTS == j;
  }
}

static void make_rule(judged *p, mg_type type) {
  mg_network *net = &p->f.net;
  const double epsilon = type == MG_SINGLE ? 1e-2 : 1e-5, tolerance = type == MG_SINGLE ? 1e-2 : 1e-6;
  p->room = zeroed(mg_differ_room(net));
  p->rule = (mg_rule){.how = {MG_CENTRAL, epsilon, net->cost, p->room}, .tolerance = tolerance};
  p->rule.is_finer = true;
  p->rule.j = net->j;
  p->memory = zeroed(mg_rule_bytes(net));
  assert_int_equal(mg_rule_make(net, &p->rule, p->memory), MG_OK);
  assert_true(p->rule.bound.j > 0 && mg_rule_floor(&p->rule) > 0);
}

static void judged_make(judged *p, mg_type type, const char *g, const char *const *cost_of, uint32_t seed) {
  mg_layer_spec spec[3] = {{UNITS, mg_activation_find(g, type), true, 0},
                           {UNITS, mg_activation_find("tanh", type), true, 0},
                           {OUTPUTS, mg_activation_find(cost_of[1], type), true, 0}};
  mg_network *net = &p->f.net;
  p->f.parameters = zeroed(mg_network_bytes(type, 1, INPUTS, 3, spec));
  p->f.batch = p->f.before = NULL;
  mg_network_make(net, type, 1, INPUTS, 3, spec, p->f.parameters);
  net->cost = (mg_cost){.kind = mg_cost_find(cost_of[0], type), .scale = 1};
  net->l2 = .01;
  mg_rng random;
  mg_rng_seed(&random, seed);
  mg_init(net, MG_INIT_NORMAL, .7, &random);
  draw_data(p, cost_of[1], &random);
  const mg_mat x = mg_mat_of(p->x, ROWS, INPUTS, INPUTS, MG_DOUBLE);
  const mg_mat y = mg_mat_of(p->y, ROWS, OUTPUTS, OUTPUTS, MG_DOUBLE);
  fixture_data(&p->f, &x, &y);
  assert_int_equal(mg_forward(net), MG_OK);
  assert_int_equal(mg_backward(net), MG_OK);
  make_rule(p, type);
}

static void judged_free(judged *p) {
  free(p->x);
  free(p->y);
  free(p->room);
  free(p->memory);
  fixture_free(&p->f);
}

/* How many elements of a layer agree; *confirmed counts those that are confirmed to be wrong. spoilt: the
   largest gradient is doubled first. */
static size_t judge(judged *p, size_t l, bool spoilt, size_t *confirmed) {
  const mg_layer *y = &p->f.net.layer[l];
  const size_t rows = y->n_out, cols = 1 + y->n_in;
  double *numbers = zeroed(4 * rows * cols * sizeof *numbers);
  mg_mat m[4];
  for (size_t k = 0; k < 4; k++) m[k] = mg_mat_of(numbers + k * rows * cols, rows, cols, cols, MG_DOUBLE);
  size_t at_i = 0, at_j = 0, agree = 0;
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) {
      mg_mat_set(&m[0], i, j, mg_mat_get(&y->grad, i, j));
      if (fabs(mg_mat_get(&m[0], i, j)) > fabs(mg_mat_get(&m[0], at_i, at_j))) at_i = i, at_j = j;
    }
  if (spoilt) mg_mat_set(&m[0], at_i, at_j, 2 * mg_mat_get(&m[0], at_i, at_j));
  assert_int_equal(mg_judge_layer(&p->f.net, &p->rule, l, &m[0], NULL, &m[1], &m[2], &m[3]), MG_OK);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < cols; j++) {
      const int verdict = (int)mg_mat_get(&m[3], i, j);
      bool is_wrong = false;
      agree += verdict == MG_AGREES || verdict == MG_AGREES_FINER;
      if (verdict != MG_WRONG) continue;
      assert_int_equal(mg_confirm(&p->f.net, &p->rule, l, i, j, mg_mat_get(&m[0], i, j), &is_wrong), MG_OK);
      *confirmed += is_wrong;
    }
  free(numbers);
  return agree;
}

static void right_ones_agree_and_a_doubled_one_is_wrong(void **state) {
  (void)state;
  size_t agree = 0, all = 0, doubled = 0, networks = 0;
  for (int type = 0; type < 2; type++)
    for (size_t g = 0; g < sizeof hidden / sizeof *hidden; g++)
      for (size_t c = 0; c < sizeof costs / sizeof *costs; c++) {
        judged p;
        size_t confirmed = 0;
        judged_make(&p, type == 0 ? MG_DOUBLE : MG_SINGLE, hidden[g], costs[c], (uint32_t)(10 * g + c));
        for (size_t l = 0; l < 3; l++) {
          agree += judge(&p, l, false, &confirmed);
          all += p.f.net.layer[l].n_out * (1 + p.f.net.layer[l].n_in);
        }
        assert_int_equal(confirmed, 0);
        judge(&p, 2, true, &confirmed);
        doubled += confirmed == 1;
        networks++;
        judged_free(&p);
      }
  assert_true(agree > all * 3 / 4);
  assert_int_equal(doubled, networks);
}

static void measured_noise_is_some_units_of_rounding(void **state) {
  (void)state;
  for (size_t c = 0; c < sizeof costs / sizeof *costs; c++) {
    judged p;
    double noise;
    judged_make(&p, MG_DOUBLE, "tanh", costs[c], 5);
    assert_int_equal(mg_measured_noise(&p.f.net, &p.rule.how, &noise), MG_OK);
    assert_true(noise > 0 && noise < p.rule.bound.j);
    judged_free(&p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(right_ones_agree_and_a_doubled_one_is_wrong),
      cmocka_unit_test(measured_noise_is_some_units_of_rounding),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
