/* activation.c - the activation functions, each with its derivative beside it.

   To add one: a FORWARD, a BACKWARD, a line in the table at the bottom. Formulas
   are written so that no finite z overflows, and so that a NaN is never hidden. */

#include "activation.h"

#include <math.h>
#include <string.h>

#include "real.h"

/* a = formula in z, element by element. */
#define FORWARD(function, formula)                                                                \
  static mg_status function(const mg_activation *self, const mg_mat *zs, mg_mat *as, size_t from, \
                            size_t to) {                                                          \
    (void)self;                                                                                   \
    for (size_t r = from; r < to; r++) {                                                          \
      const real *restrict zr = (const real *)zs->data + (ptrdiff_t)r * zs->rs;                   \
      real *restrict ar = (real *)as->data + (ptrdiff_t)r * as->rs;                               \
      for (size_t j = 0; j < zs->ncols; j++) {                                                    \
        const real z = zr[j];                                                                     \
        ar[j] = (formula);                                                                        \
      }                                                                                           \
    }                                                                                             \
    return MG_OK;                                                                                 \
  }

/* delta *= formula in z and a, element by element. */
#define BACKWARD(function, formula)                                                                    \
  static mg_status function(const mg_activation *self, const mg_mat *zs, const mg_mat *as, mg_mat *ds, \
                            size_t from, size_t to) {                                                  \
    (void)self;                                                                                        \
    for (size_t r = from; r < to; r++) {                                                               \
      const real *restrict zr = (const real *)zs->data + (ptrdiff_t)r * zs->rs;                        \
      const real *restrict ar = (const real *)as->data + (ptrdiff_t)r * as->rs;                        \
      real *restrict dr = (real *)ds->data + (ptrdiff_t)r * ds->rs;                                    \
      for (size_t j = 0; j < ds->ncols; j++) {                                                         \
        const real z = zr[j], a = ar[j];                                                               \
        (void)z, (void)a;                                                                              \
        dr[j] *= (formula);                                                                            \
      }                                                                                                \
    }                                                                                                  \
    return MG_OK;                                                                                      \
  }

/* linear: a = z; g' = 1 */
FORWARD(linear_forward, z)
BACKWARD(linear_backward, 1)

/* sigmoid: a = 1 / (1 + e^-z); g' = a (1 - a). A huge e^-z gives 0, as it should. */
FORWARD(sigmoid_forward, 1 / (1 + exp(-z)))
BACKWARD(sigmoid_backward, a *(1 - a))

/* tanh: g' = 1 - a^2 */
FORWARD(tanh_forward, tanh(z))
BACKWARD(tanh_backward, 1 - a * a)

/* relu: a = max(z, 0); g' = 1 above 0, else 0. Written so that a NaN stays one. */
FORWARD(relu_forward, z <= 0 ? 0 : z)
BACKWARD(relu_backward, a > 0 ? 1 : 0)

/* leaky relu, slope 0.01 (Maas, Hannun and Ng, 2013): g' = 1 above 0, else 0.01 */
#define LEAK ((real)0.01)
FORWARD(leaky_relu_forward, z <= 0 ? LEAK * z : z)
BACKWARD(leaky_relu_backward, z > 0 ? 1 : LEAK)

/* elu, alpha 1 (Clevert, Unterthiner and Hochreiter, 2015): a = e^z - 1 below 0; g' = a + 1 there */
FORWARD(elu_forward, z <= 0 ? expm1(z) : z)
BACKWARD(elu_backward, a > 0 ? 1 : a + 1)

/* gelu (Hendrycks and Gimpel, 2016), exact: a = z Phi(z), Phi(z) = erfc(-z / sqrt 2) / 2;
   g' = Phi(z) + z phi(z), phi(z) = e^(-z^2 / 2) / sqrt(2 pi) */
#define SQRT_HALF     ((real)0.70710678118654752440)
#define INV_SQRT_2_PI ((real)0.39894228040143267794)
FORWARD(gelu_forward, z / 2 * erfc(-z * SQRT_HALF))
BACKWARD(gelu_backward, erfc(-z *SQRT_HALF) / 2 + z * (INV_SQRT_2_PI * exp(-z * z / 2)))

/* softplus: a = ln(1 + e^z) = max(z, 0) + ln(1 + e^-|z|); g' = sigmoid(z) = 1 - e^-a */
FORWARD(softplus_forward, (z <= 0 ? 0 : z) + log1p(exp(-fabs(z))))
BACKWARD(softplus_backward, -expm1(-a))

/* softmax: a_j = e^(z_j - m) / sum over k of e^(z_k - m), m the row's maximum */
static mg_status softmax_forward(const mg_activation *self, const mg_mat *zs, mg_mat *as, size_t from,
                                 size_t to) {
  (void)self;
  for (size_t r = from; r < to; r++) {
    const real *restrict z = (const real *)zs->data + (ptrdiff_t)r * zs->rs;
    real *restrict a = (real *)as->data + (ptrdiff_t)r * as->rs;
    real m = z[0], sum = 0;
    for (size_t j = 1; j < zs->ncols; j++)
      if (z[j] > m) m = z[j];
    for (size_t j = 0; j < zs->ncols; j++) sum += a[j] = exp(z[j] - m);
    for (size_t j = 0; j < zs->ncols; j++) a[j] /= sum;
  }
  return MG_OK;
}

/* dJ/dz_j = a_j (dJ/da_j - sum over k of a_k dJ/da_k) */
static mg_status softmax_backward(const mg_activation *self, const mg_mat *zs, const mg_mat *as, mg_mat *ds,
                                  size_t from, size_t to) {
  (void)self, (void)zs;
  for (size_t r = from; r < to; r++) {
    const real *restrict a = (const real *)as->data + (ptrdiff_t)r * as->rs;
    real *restrict d = (real *)ds->data + (ptrdiff_t)r * ds->rs;
    real sum = 0;
    for (size_t k = 0; k < ds->ncols; k++) sum += a[k] * d[k];
    for (size_t j = 0; j < ds->ncols; j++) d[j] = a[j] * (d[j] - sum);
  }
  return MG_OK;
}

static const mg_activation table[] = {
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

const mg_activation *mg_activations(mg_type type) {
  (void)type;
  return table;
}

const mg_activation *mg_activation_find(const char *name, mg_type type) {
  for (const mg_activation *g = mg_activations(type); g->name != NULL; g++)
    if (strcmp(g->name, name) == 0) return g;
  return NULL;
}
