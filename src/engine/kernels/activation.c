/* activation.c - the activation functions, each with its derivative beside it.

   To add one: write g and its slope, FUNCTION(name), and a line in each of the two tables at
   the bottom. Formulas work on vectors of z. They must not overflow for any finite z, and
   must give a NaN for a NaN. */

#include "activation.h"

#include "elementary.h"
#include "kernels.h"
#include "vectors.h"

static const real *row_of(const mg_mat *m, size_t r) { return (const real *)m->data + (ptrdiff_t)r * m->rs; }

/* --- loops over rows from .. to - 1 ------------------------------------------------------ */

/* Do rows follow each other without a gap, and is a row shorter than a vector? */
static bool packed(const mg_mat *m) { return (size_t)m->rs == m->ncols && m->ncols < (size_t)VL; }

/* An iterator over the numbers of rows that lie stride apart, each of n numbers. */
typedef struct walk {
  real *row;
  ptrdiff_t stride;
  size_t n, j;
} walk;

ALWAYS_INLINE real *next(walk *w) {
  if (w->j == w->n) {
    w->row += w->stride;
    w->j = 0;
  }
  return w->row + w->j++;
}

/* a = g(z) */
ALWAYS_INLINE mg_status forward(const mg_mat *zs, mg_mat *as, size_t from, size_t to, vec (*g)(vec)) {
  const size_t n = zs->ncols;
  if (packed(zs)) { /* narrow layers: a vector holds more than one row of z */
    const real *z = row_of(zs, from);
    walk a = {(real *)row_of(as, from), as->rs, n, 0};
    for (size_t left = n * (to - from), count; left > 0; left -= count, z += count) {
      count = left < (size_t)VL ? left : (size_t)VL;
      const vec v = g(load_upto(z, count));
      for (size_t k = 0; k < count; k++) *next(&a) = v[k];
    }
    return MG_OK;
  }
  for (size_t r = from; r < to; r++) {
    const real *z = row_of(zs, r);
    real *a = (real *)row_of(as, r);
    size_t j = 0;
    for (; j + VL <= n; j += VL) store(a + j, g(load(z + j)));
    if (j < n) store_some(a + j, g(load_some(z + j, (int)(n - j))), (int)(n - j));
  }
  return MG_OK;
}

/* delta *= slope(z, a) */
ALWAYS_INLINE mg_status backward(const mg_mat *zs, const mg_mat *as, mg_mat *ds, size_t from, size_t to,
                                 vec (*slope)(vec, vec)) {
  const size_t n = ds->ncols;
  if (packed(zs) && packed(ds)) {
    const real *z = row_of(zs, from);
    real *d = (real *)row_of(ds, from);
    walk a = {(real *)row_of(as, from), as->rs, n, 0};
    for (size_t left = n * (to - from), count; left > 0; left -= count, z += count, d += count) {
      count = left < (size_t)VL ? left : (size_t)VL;
      vec v = {0};
      for (size_t k = 0; k < count; k++) v[k] = *next(&a);
      store_upto(d, load_upto(d, count) * slope(load_upto(z, count), v), count);
    }
    return MG_OK;
  }
  for (size_t r = from; r < to; r++) {
    const real *z = row_of(zs, r), *a = row_of(as, r);
    real *d = (real *)row_of(ds, r);
    size_t j = 0;
    for (; j + VL <= n; j += VL) store(d + j, load(d + j) * slope(load(z + j), load(a + j)));
    if (j == n) continue;
    const int rest = (int)(n - j);
    store_some(d + j, load_some(d + j, rest) * slope(load_some(z + j, rest), load_some(a + j, rest)), rest);
  }
  return MG_OK;
}

/* Defines name_forward and name_backward, which call name_g and name_slope. */
#define FUNCTION(name)                                                                                \
  static mg_status name##_forward(const mg_activation *self, const mg_mat *z, mg_mat *a, size_t from, \
                                  size_t to) {                                                        \
    (void)self;                                                                                       \
    return forward(z, a, from, to, name##_g);                                                         \
  }                                                                                                   \
  static mg_status name##_backward(const mg_activation *self, const mg_mat *z, const mg_mat *a,       \
                                   mg_mat *delta, size_t from, size_t to) {                           \
    (void)self;                                                                                       \
    return backward(z, a, delta, from, to, name##_slope);                                             \
  }

/* --- the functions ---------------------------------------------------------------------------- */

/* linear: a = z; g' = 1 */
static inline vec linear_g(vec z) { return z; }
static inline vec linear_slope(vec z, vec a) { return (void)z, (void)a, all(1); }
FUNCTION(linear)

/* sigmoid: a = 1 / (1 + e^-z); g' = a (1 - a) */
static inline vec sigmoid_g(vec z) { return sigmoid_v(z); }
static inline vec sigmoid_slope(vec z, vec a) { return (void)z, a * (1 - a); }
FUNCTION(sigmoid)

/* tanh: g' = 1 - a^2 */
static inline vec tanh_g(vec z) { return tanh_v(z); }
static inline vec tanh_slope(vec z, vec a) { return (void)z, 1 - a * a; }
FUNCTION(tanh)

/* relu: a = max(z, 0); g' = 1 above 0, else 0. z <= 0 is false for a NaN, so g gives a NaN. */
static inline vec relu_g(vec z) { return choose(z <= 0, all(0), z); }
static inline vec relu_slope(vec z, vec a) { return (void)z, choose(a > 0, all(1), all(0)); }
FUNCTION(relu)

/* leaky relu, slope 0.01 below 0 (Maas, Hannun and Ng, 2013) */
#define LEAK ((real)0.01)
static inline vec leaky_relu_g(vec z) { return choose(z <= 0, LEAK * z, z); }
static inline vec leaky_relu_slope(vec z, vec a) { return (void)a, choose(z > 0, all(1), all(LEAK)); }
FUNCTION(leaky_relu)

/* elu, alpha 1 (Clevert, Unterthiner and Hochreiter, 2015): a = e^z - 1 below 0; g' = a + 1 there */
static inline vec elu_g(vec z) { return choose(z <= 0, expm1_v(z), z); }
static inline vec elu_slope(vec z, vec a) { return (void)z, choose(a > 0, all(1), a + 1); }
FUNCTION(elu)

/* gelu (Hendrycks and Gimpel, 2016), exact: a = z Phi(z), Phi(z) = erfc(-z / sqrt 2) / 2;
   g' = Phi(z) + z phi(z), phi(z) = e^(-z^2 / 2) / sqrt(2 pi) */
#define SQRT_HALF     ((real)0.70710678118654752440)
#define INV_SQRT_2_PI ((real)0.39894228040143267794)
static inline vec gelu_g(vec z) { return z / 2 * erfc_v(-z * SQRT_HALF); }
static inline vec gelu_slope(vec z, vec a) {
  return (void)a, erfc_v(-z * SQRT_HALF) / 2 + z * (INV_SQRT_2_PI * exp_v(-z * z / 2));
}
FUNCTION(gelu)

/* softplus: a = ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|); g' = sigmoid(z) */
static inline vec softplus_g(vec z) { return choose(z <= 0, all(0), z) + log1p_v(exp_v(-fabs_v(z))); }
static inline vec softplus_slope(vec z, vec a) { return (void)a, sigmoid_v(z); }
FUNCTION(softplus)

/* softmax: a_j = e^(z_j - m) / sum over k of e^(z_k - m), where m is the row's maximum */
static mg_status softmax_forward(const mg_activation *self, const mg_mat *zs, mg_mat *as, size_t from,
                                 size_t to) {
  (void)self;
  const size_t n = zs->ncols;
  for (size_t r = from; r < to; r++) {
    const real *z = row_of(zs, r);
    real *a = (real *)row_of(as, r), m = z[0], sum = 0;
    for (size_t j = 1; j < n; j++)
      if (z[j] > m) m = z[j];
    for (size_t j = 0; j < n; j += VL) store_upto(a + j, exp_v(load_upto(z + j, n - j) - m), n - j);
    for (size_t j = 0; j < n; j++) sum += a[j];
    for (size_t j = 0; j < n; j++) a[j] /= sum;
  }
  return MG_OK;
}

/* dJ/dz_j = a_j (dJ/da_j - sum over k of a_k dJ/da_k) */
static mg_status softmax_backward(const mg_activation *self, const mg_mat *zs, const mg_mat *as, mg_mat *ds,
                                  size_t from, size_t to) {
  (void)self, (void)zs;
  for (size_t r = from; r < to; r++) {
    const real *a = row_of(as, r);
    real *d = (real *)row_of(ds, r), sum = 0;
    for (size_t k = 0; k < ds->ncols; k++) sum += a[k] * d[k];
    for (size_t j = 0; j < ds->ncols; j++) d[j] = a[j] * (d[j] - sum);
  }
  return MG_OK;
}

const mg_activation MG_VARIANT(mg_activations)[] = {
    {.name = "linear", .forward = linear_forward, .backward = linear_backward},
    {.name = "sigmoid", .forward = sigmoid_forward, .backward = sigmoid_backward},
    {.name = "tanh", .forward = tanh_forward, .backward = tanh_backward},
    {.name = "relu", .kink = true, .forward = relu_forward, .backward = relu_backward},
    {.name = "leaky-relu", .kink = true, .forward = leaky_relu_forward, .backward = leaky_relu_backward},
    {.name = "elu", .forward = elu_forward, .backward = elu_backward},
    {.name = "gelu", .forward = gelu_forward, .backward = gelu_backward},
    {.name = "softplus", .forward = softplus_forward, .backward = softplus_backward},
    {.name = "softmax", .by_row = true, .forward = softmax_forward, .backward = softmax_backward},
    {.name = NULL},
};

vec mg_sigmoid_g(vec z) { return sigmoid_g(z); }
vec mg_tanh_g(vec z) { return tanh_g(z); }

const mg_vectors MG_VARIANT(mg_vectors)[] = {
    {linear_g, linear_slope}, {mg_sigmoid_g, sigmoid_slope},    {mg_tanh_g, tanh_slope},
    {relu_g, relu_slope},     {leaky_relu_g, leaky_relu_slope}, {elu_g, elu_slope},
    {gelu_g, gelu_slope},     {softplus_g, softplus_slope},     {NULL, NULL}, /* softmax */
};
_Static_assert(sizeof MG_VARIANT(mg_activations) / sizeof(mg_activation) ==
                   sizeof MG_VARIANT(mg_vectors) / sizeof(mg_vectors) + 1,
               "both tables have a line for each function");
