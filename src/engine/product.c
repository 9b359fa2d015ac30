/* product.c - the three products of a pass.

   THETA and GRAD lie input-major: theta(i, j), the weight from sending unit j
   (0: the bias) to receiving unit i, is at data[j * cs + i]. So all three
   products run along the receiving units, where numbers are adjacent. */

#include "product.h"

#include "real.h"

static const real *row_of(const mg_mat *m, size_t r) { return (const real *)m->data + (ptrdiff_t)r * m->rs; }

/* Row j of the weights as they lie: the weights from sending unit j. */
static const real *from_unit(const mg_mat *theta, size_t j) {
  return (const real *)theta->data + (ptrdiff_t)j * theta->cs;
}

static bool use_blas(const mg_mat *theta, const mg_blas *blas) {
  return blas != NULL && blas->dgemm != NULL && theta->nrows * theta->ncols >= MG_BLAS_WEIGHTS;
}

void mg_product_z(const mg_mat *as, const mg_mat *theta, mg_mat *zs, size_t from, size_t to,
                  const mg_blas *blas) {
  const size_t n_out = theta->nrows, n_in = theta->ncols - 1;
  if (use_blas(theta, blas)) {
    blas->dgemm(MG_ROW_MAJOR, MG_NO_TRANS, MG_NO_TRANS, (int)(to - from), (int)n_out, (int)(1 + n_in), 1,
                row_of(as, from), (int)as->rs, theta->data, (int)theta->cs, 0, (real *)row_of(zs, from),
                (int)zs->rs);
    return;
  }
  for (size_t r = from; r < to; r++) {
    const real *restrict a = row_of(as, r);
    real *restrict z = (real *)row_of(zs, r);
    const real *restrict bias = from_unit(theta, 0);
    for (size_t i = 0; i < n_out; i++) z[i] = bias[i];
    for (size_t j = 1; j <= n_in; j++) {
      const real *restrict w = from_unit(theta, j);
      for (size_t i = 0; i < n_out; i++) z[i] += a[j] * w[i];
    }
  }
}

/* sum of d[i] w[i], in eight interleaved sums added pairwise: the order depends on n alone. */
static real dot(const real *restrict d, const real *restrict w, size_t n) {
  if (n < 8) {
    real sum = 0;
    for (size_t i = 0; i < n; i++) sum += d[i] * w[i];
    return sum;
  }
  real s[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (size_t k = 0; k < 8; k++) s[k] += d[i + k] * w[i + k];
  for (size_t k = 0; i + k < n; k++) s[k] += d[i + k] * w[i + k];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

void mg_product_back(const mg_mat *ds, const mg_mat *theta, mg_mat *es, size_t from, size_t to,
                     const mg_blas *blas) {
  const size_t n_out = theta->nrows, n_in = theta->ncols - 1;
  if (use_blas(theta, blas)) {
    blas->dgemm(MG_ROW_MAJOR, MG_NO_TRANS, MG_TRANS, (int)(to - from), (int)n_in, (int)n_out, 1,
                row_of(ds, from), (int)ds->rs, from_unit(theta, 1), (int)theta->cs, 0,
                (real *)row_of(es, from), (int)es->rs);
    return;
  }
  for (size_t r = from; r < to; r++) {
    const real *d = row_of(ds, r);
    real *e = (real *)row_of(es, r);
    for (size_t j = 0; j < n_in; j++) e[j] = dot(d, from_unit(theta, j + 1), n_out);
  }
}

void mg_product_grad(const mg_mat *ds, const mg_mat *as, mg_mat *grad, size_t from, size_t to,
                     const mg_blas *blas) {
  const size_t n_out = grad->nrows, n_in = grad->ncols - 1;
  if (use_blas(grad, blas)) {
    blas->dgemm(MG_ROW_MAJOR, MG_TRANS, MG_NO_TRANS, (int)(1 + n_in), (int)n_out, (int)(to - from), 1,
                row_of(as, from), (int)as->rs, row_of(ds, from), (int)ds->rs, 1, grad->data, (int)grad->cs);
    return;
  }
  for (size_t r = from; r < to; r++) {
    const real *restrict d = row_of(ds, r);
    const real *restrict a = row_of(as, r);
    for (size_t j = 0; j <= n_in; j++) {
      real *restrict g = (real *)from_unit(grad, j);
      for (size_t i = 0; i < n_out; i++) g[i] += d[i] * a[j];
    }
  }
}
