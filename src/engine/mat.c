/* mat.c - matrix views: numbers in memory, seen through two strides. */

#include "mat.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "real.h"

static real *at(const mg_mat *m, size_t i, size_t j) {
  return (real *)m->data + (ptrdiff_t)i * m->rs + (ptrdiff_t)j * m->cs;
}

size_t mg_type_size(mg_type type) {
  (void)type;
  return sizeof(real);
}

mg_mat mg_mat_of(void *data, size_t nrows, size_t ncols, size_t ld, mg_type type) {
  return (mg_mat){.data = data, .nrows = nrows, .ncols = ncols, .rs = (ptrdiff_t)ld, .cs = 1, .type = type};
}

mg_mat mg_mat_t(mg_mat m) {
  return (mg_mat){.data = m.data, .nrows = m.ncols, .ncols = m.nrows, .rs = m.cs, .cs = m.rs, .type = m.type};
}

mg_mat mg_mat_rows(mg_mat m, size_t from, size_t count) {
  m.data = at(&m, from, 0);
  m.nrows = count;
  return m;
}

mg_mat mg_mat_cols(mg_mat m, size_t from, size_t count) {
  m.data = at(&m, 0, from);
  m.ncols = count;
  return m;
}

double mg_mat_get(const mg_mat *m, size_t i, size_t j) { return (double)*at(m, i, j); }

void mg_mat_set(mg_mat *m, size_t i, size_t j, double value) { *at(m, i, j) = (real)value; }

void mg_mat_copy(mg_mat *dst, const mg_mat *src) {
  for (size_t i = 0; i < dst->nrows; i++) {
    real *d = at(dst, i, 0);
    const real *s = at(src, i, 0);
    if (dst->cs == 1 && src->cs == 1)
      memcpy(d, s, dst->ncols * sizeof(real));
    else
      for (size_t j = 0; j < dst->ncols; j++) d[(ptrdiff_t)j * dst->cs] = s[(ptrdiff_t)j * src->cs];
  }
}

void mg_mat_fill(mg_mat *dst, double value) {
  for (size_t i = 0; i < dst->nrows; i++) {
    real *d = at(dst, i, 0);
    for (size_t j = 0; j < dst->ncols; j++) d[(ptrdiff_t)j * dst->cs] = (real)value;
  }
}

bool mg_mat_finite(const mg_mat *m, size_t *i, size_t *j) {
  for (size_t r = 0; r < m->nrows; r++) {
    const real *x = at(m, r, 0);
    size_t bad = 0; /* counted without a branch, looked for only when there is one */
    for (size_t c = 0; c < m->ncols; c++) bad += !(fabs(x[(ptrdiff_t)c * m->cs]) <= DBL_MAX);
    if (bad == 0) continue;
    for (size_t c = 0; c < m->ncols; c++)
      if (!isfinite(x[(ptrdiff_t)c * m->cs])) {
        *i = r;
        *j = c;
        return false;
      }
  }
  return true;
}
