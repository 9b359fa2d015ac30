/* test_activation.c - the activation functions and their derivatives: compared with 60-digit arithmetic, and
   for extreme z. */

#include <float.h>

#include "fixture.h"

#define N_Z 6
static const double zs[N_Z] = {-3, -0.75, -0.001, 0.5, 2, 4};

/* a = g(z) and g'(z), computed with 60 decimal digits (Python's decimal; erf by its series) and rounded. */
static const struct {
  const char *name;
  double a[N_Z], slope[N_Z];
} golden[] = {
    {"sigmoid",
     {0.047425873177566781, 0.32082130082460703, 0.49975000002083331, 0.62245933120185459,
      0.88079707797788243, 0.98201379003790845},
     {0.04517665973091213, 0.21789499376181404, 0.24999993750001043, 0.23500371220159449, 0.10499358540350652,
      0.017662706213291118}},
    {"tanh",
     {-0.99505475368673046, -0.6351489523872873, -0.0009999996666668, 0.46211715726000974, 0.9640275800758169,
      0.99932929973906703},
     {0.0098660371654401904, 0.59658580828133145, 0.99999900000066666, 0.7864477329659274,
      0.070650824853164471, 0.001340950683025897}},
    {"elu",
     {-0.95021293163213605, -0.52763344725898531, -0.00099950016662500823, 0.5, 2, 4},
     {0.049787068367863944, 0.47236655274101469, 0.99900049983337502, 1, 1, 1}},
    {"leaky-relu",
     {-0.029999999999999999, -0.0074999999999999997, -1.0000000000000001e-05, 0.5, 2, 4},
     {0.01, 0.01, 0.01, 1, 1, 1}},
    {"relu", {0, 0, 0, 0.5, 2, 4}, {0, 0, 0, 1, 1, 1}},
    {"gelu",
     {-0.0040496940948902835, -0.16997051428265114, -0.00049960105778608897, 0.34573123063700656,
      1.9544997361036416, 3.9998733150326675},
     {-0.011945647204183927, 0.00077427826076489567, 0.4992021157051586, 0.86749512465616285,
      1.0852318010781969, 1.0005036496612265}},
    {"softplus",
     {0.048587351573742062, 0.38687100611489994, 0.69264730555994014, 0.97407698418010669, 2.1269280110429727,
      4.0181499279178094},
     {0.047425873177566781, 0.32082130082460703, 0.49975000002083331, 0.62245933120185459,
      0.88079707797788243, 0.98201379003790845}},
    {"linear", {-3, -0.75, -0.001, 0.5, 2, 4}, {1, 1, 1, 1, 1, 1}},
};

static void forward(const char *name, const double *z, double *a, size_t n) {
  const mg_activation *g = activation(name);
  double copy[16];
  memcpy(copy, z, n * sizeof *z);
  const mg_mat in = mg_mat_of(copy, 1, n, n, MG_DOUBLE);
  mg_mat out = mg_mat_of(a, 1, n, n, MG_DOUBLE);
  assert_int_equal(g->forward(g, &in, &out, 0, 1), MG_OK);
}

static void backward(const char *name, const double *z, const double *a, double *delta, size_t n) {
  const mg_activation *g = activation(name);
  double copy_z[16], copy_a[16];
  memcpy(copy_z, z, n * sizeof *z);
  memcpy(copy_a, a, n * sizeof *a);
  const mg_mat zm = mg_mat_of(copy_z, 1, n, n, MG_DOUBLE), am = mg_mat_of(copy_a, 1, n, n, MG_DOUBLE);
  mg_mat dm = mg_mat_of(delta, 1, n, n, MG_DOUBLE);
  assert_int_equal(g->backward(g, &zm, &am, &dm, 0, 1), MG_OK);
}

/* The tolerance: libm is right to about an ulp, but erfc at -2 makes the rounding of its argument some eight
   times larger. In a derivative such as 1 - a^2 numbers cancel, which leaves an error of some ulps of 1. */
static void values_and_slopes_are_right(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof golden / sizeof *golden; k++) {
    double a[N_Z], delta[N_Z];
    forward(golden[k].name, zs, a, N_Z);
    for (int i = 0; i < N_Z; i++) delta[i] = 2;
    backward(golden[k].name, zs, a, delta, N_Z);
    for (int i = 0; i < N_Z; i++) {
      assert_near(a[i], golden[k].a[i], 16 * DBL_EPSILON * fabs(golden[k].a[i]));
      assert_near(delta[i], 2 * golden[k].slope[i], 8 * DBL_EPSILON * (fabs(golden[k].slope[i]) + 1));
    }
  }
}

/* softmax(1, 2, 3) = (0.0900..., 0.2447..., 0.6652...); its Jacobian is diag(a) - a a^T. */
static void softmax_is_right(void **state) {
  (void)state;
  const double z[] = {1, 2, 3}, wanted[] = {0.090030573170380458, 0.24472847105479764, 0.66524095577482187};
  double a[3], delta[] = {1, -2, 0.5};
  forward("softmax", z, a, 3);
  for (int i = 0; i < 3; i++) assert_relative(a[i], wanted[i], 4 * DBL_EPSILON);
  backward("softmax", z, a, delta, 3);
  const double mean = wanted[0] - 2 * wanted[1] + 0.5 * wanted[2], e[] = {1, -2, 0.5};
  for (int i = 0; i < 3; i++) assert_near(delta[i], wanted[i] * (e[i] - mean), 1e-15);
}

/* No finite z gives an overflow or a NaN, forward or backward. */
static void every_finite_z_gives_finite_numbers(void **state) {
  (void)state;
  static const double extreme[] = {0,    -0.0, DBL_MIN, -DBL_MIN, 1e-320, 37,    -37,     709,      -709,
                                   -746, 746,  1e10,    -1e10,    1e154,  1e300, DBL_MAX, -DBL_MAX, 1};
  enum { N = sizeof extreme / sizeof *extreme };
  for (const mg_activation *g = mg_activations(MG_DOUBLE); g->name != NULL; g++)
    for (int i = 0; i < N; i++) {
      const double z[] = {extreme[i], 0, 1};
      double a[3], delta[] = {1, 1, 1};
      forward(g->name, z, a, 3);
      backward(g->name, z, a, delta, 3);
      for (int j = 0; j < 3; j++)
        if (!isfinite(a[j]) || !isfinite(delta[j]))
          fail_msg("%s(%g): %g, slope %g", g->name, z[j], a[j], delta[j]);
    }
}

static void a_nan_is_never_hidden(void **state) {
  (void)state;
  for (const mg_activation *g = mg_activations(MG_DOUBLE); g->name != NULL; g++) {
    const double z[] = {1, NAN};
    double a[2];
    forward(g->name, z, a, 2);
    if (!isnan(a[1])) fail_msg("%s(NaN) is %g", g->name, a[1]);
  }
}

static void limits_are_exact(void **state) {
  (void)state;
  const double z[] = {0, -800, 800};
  double a[3];
  forward("sigmoid", z, a, 3);
  assert_true(a[0] == 0.5 && a[1] == 0 && a[2] == 1);
  forward("tanh", z, a, 3);
  assert_true(a[0] == 0 && a[1] == -1 && a[2] == 1);
  forward("gelu", z, a, 3);
  assert_true(a[0] == 0 && a[1] == 0 && a[2] == 800);
  forward("softplus", z, a, 3);
  assert_true(a[1] == 0 && a[2] == 800);
  forward("elu", z, a, 3);
  assert_true(a[0] == 0 && a[1] == -1 && a[2] == 800);
}

static void names_are_found(void **state) {
  (void)state;
  assert_non_null(mg_activation_find("leaky-relu", MG_DOUBLE));
  assert_null(mg_activation_find("swish", MG_DOUBLE));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_and_slopes_are_right),
      cmocka_unit_test(softmax_is_right),
      cmocka_unit_test(every_finite_z_gives_finite_numbers),
      cmocka_unit_test(a_nan_is_never_hidden),
      cmocka_unit_test(limits_are_exact),
      cmocka_unit_test(names_are_found),
  };
  return cmocka_run_group_tests_name("activation", tests, NULL, NULL);
}
