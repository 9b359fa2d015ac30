/* mat.c - matrix views: numbers in memory, seen through two strides. */

#include "mat.h"

#include <float.h>
#include <math.h>
#include <string.h>

size_t mg_type_size(mg_type type) { return type == MG_SINGLE ? sizeof(float) : sizeof(double); }

void *mg_at(void *array, ptrdiff_t index, mg_type type) {
  return (char *)array + index * (ptrdiff_t)mg_type_size(type);
}

static void *at(const mg_mat *m, size_t i, size_t j) {
  return mg_at(m->data, (ptrdiff_t)i * m->rs + (ptrdiff_t)j * m->cs, m->type);
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

mg_mat mg_first(mg_mat m, size_t nrows, size_t ncols) {
  m.nrows = nrows;
  m.ncols = ncols;
  return m;
}

static double get(const void *p, mg_type type) {
  return type == MG_SINGLE ? (double)*(const float *)p : *(const double *)p;
}

static void set(void *p, mg_type type, double value) {
  if (type == MG_SINGLE)
    *(float *)p = (float)value;
  else
    *(double *)p = value;
}

double mg_mat_get(const mg_mat *m, size_t i, size_t j) { return get(at(m, i, j), m->type); }

void mg_mat_set(mg_mat *m, size_t i, size_t j, double value) { set(at(m, i, j), m->type, value); }

#define TILE ((size_t)16) /* rows and columns copied at a time, so few that both sides stay in the cache */

static size_t less(size_t a, size_t b) { return a < b ? a : b; }

/* Copies a tile; both sides are doubles. */
static void copy_doubles(mg_mat *dst, const mg_mat *src) {
  for (size_t i = 0; i < dst->nrows; i++) {
    double *d = (double *)dst->data + (ptrdiff_t)i * dst->rs;
    const double *s = (const double *)src->data + (ptrdiff_t)i * src->rs;
    for (size_t j = 0; j < dst->ncols; j++) d[(ptrdiff_t)j * dst->cs] = s[(ptrdiff_t)j * src->cs];
  }
}

static void copy_any(mg_mat *dst, const mg_mat *src) {
  for (size_t i = 0; i < dst->nrows; i++)
    for (size_t j = 0; j < dst->ncols; j++) set(at(dst, i, j), dst->type, get(at(src, i, j), src->type));
}

static void copy_rows(mg_mat *dst, const mg_mat *src) {
  for (size_t i = 0; i < dst->nrows; i++)
    memcpy(at(dst, i, 0), at(src, i, 0), dst->ncols * mg_type_size(dst->type));
}

/* Are both row-major and of the same type? */
static bool by_rows(const mg_mat *dst, const mg_mat *src) {
  return dst->type == src->type && dst->cs == 1 && src->cs == 1;
}

void mg_mat_copy(mg_mat *to, const mg_mat *from) {
  if (by_rows(to, from)) {
    copy_rows(to, from);
    return;
  }
  const bool turned = to->cs != 1 && to->rs == 1; /* column-major: the transposes are copied */
  mg_mat dst = turned ? mg_mat_t(*to) : *to;
  const mg_mat src = turned ? mg_mat_t(*from) : *from;
  if (by_rows(&dst, &src)) {
    copy_rows(&dst, &src);
    return;
  }
  void (*const copy)(mg_mat *, const mg_mat *) =
      dst.type == MG_DOUBLE && src.type == MG_DOUBLE ? copy_doubles : copy_any;
  const size_t across = src.cs == 1 || dst.ncols < 2 * TILE ? dst.ncols : TILE;
  for (size_t i = 0; i < dst.nrows; i += TILE)
    for (size_t j = 0; j < dst.ncols; j += across) {
      const size_t rows = less(TILE, dst.nrows - i), cols = less(across, dst.ncols - j);
      mg_mat d = mg_mat_cols(mg_mat_rows(dst, i, rows), j, cols);
      const mg_mat s = mg_mat_cols(mg_mat_rows(src, i, rows), j, cols);
      copy(&d, &s);
    }
}

void mg_mat_gather(mg_mat *dst, const mg_mat *src, const uint32_t *order) {
  if (dst->type == MG_DOUBLE && src->type == MG_DOUBLE && dst->cs == 1 && src->cs == 1) {
    const size_t n = dst->ncols;
    for (size_t i = 0; i < dst->nrows; i++) {
      double *d = (double *)dst->data + (ptrdiff_t)i * dst->rs;
      const double *s = (const double *)src->data + (ptrdiff_t)order[i] * src->rs;
      if (n < 8)
        for (size_t j = 0; j < n; j++) d[j] = s[j];
      else
        memcpy(d, s, n * sizeof *d);
    }
  } else if (dst->type == MG_SINGLE && src->type == MG_DOUBLE && dst->cs == 1 && src->cs == 1) {
    for (size_t i = 0; i < dst->nrows; i++) {
      float *restrict d = (float *)dst->data + (ptrdiff_t)i * dst->rs;
      const double *restrict s = (const double *)src->data + (ptrdiff_t)order[i] * src->rs;
      for (size_t j = 0; j < dst->ncols; j++) d[j] = (float)s[j];
    }
  } else {
    for (size_t i = 0; i < dst->nrows; i++)
      for (size_t j = 0; j < dst->ncols; j++) mg_mat_set(dst, i, j, mg_mat_get(src, order[i], j));
  }
}

void mg_mat_fill(mg_mat *to, double value) {
  const mg_mat m = to->cs != 1 && to->rs == 1 ? mg_mat_t(*to) : *to;
  for (size_t i = 0; i < m.nrows; i++)
    for (size_t j = 0; j < m.ncols; j++) set(at(&m, i, j), m.type, value);
}

bool mg_mat_finite(const mg_mat *m, size_t *i, size_t *j) {
  return mg_mat_within(m, m->type == MG_DOUBLE ? DBL_MAX : (double)FLT_MAX, i, j);
}

bool mg_mat_within(const mg_mat *m, double most, size_t *i, size_t *j) {
  for (size_t r = 0; r < m->nrows; r++) {
    size_t bad = 0; /* counting needs no branch; only when it is not 0 the place is looked for */
    if (m->type == MG_DOUBLE) {
      const double *x = at(m, r, 0);
      for (size_t c = 0; c < m->ncols; c++) bad += !(fabs(x[(ptrdiff_t)c * m->cs]) <= most);
    } else {
      const float *x = at(m, r, 0);
      for (size_t c = 0; c < m->ncols; c++) bad += !(fabs((double)x[(ptrdiff_t)c * m->cs]) <= most);
    }
    if (bad == 0) continue;
    for (size_t c = 0; c < m->ncols; c++)
      if (!(fabs(mg_mat_get(m, r, c)) <= most)) {
        *i = r;
        *j = c;
        return false;
      }
  }
  return true;
}
