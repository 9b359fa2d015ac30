/* matmath.c - arithmetic on matrix views: element by element, comparison, reductions, the product. */

#include "matmath.h"

#include <math.h>

#include "kernels/real.h"

static real *row_of(const mg_mat *m, size_t i) { return (real *)m->data + (ptrdiff_t)i * m->rs; }

/* --- maps -------------------------------------------------------------------- */

void mg_mat_map(mg_mat *dst, const mg_mat *src, double (*f)(double)) {
  for (size_t i = 0; i < dst->nrows; i++) {
    real *d = row_of(dst, i);
    const real *s = row_of(src, i);
    for (size_t j = 0; j < dst->ncols; j++)
      d[(ptrdiff_t)j * dst->cs] = (real)f((double)s[(ptrdiff_t)j * src->cs]);
  }
}

/* m broadcast to nrows x ncols: a single row or column repeats, by a stride of 0. */
static mg_mat stretched(mg_mat m, size_t nrows, size_t ncols) {
  if (m.nrows == 1) m.rs = 0;
  if (m.ncols == 1) m.cs = 0;
  m.nrows = nrows;
  m.ncols = ncols;
  return m;
}

void mg_mat_map2(mg_mat *dst, const mg_mat *a, const mg_mat *b, double (*f)(double, double)) {
  const mg_mat u = stretched(*a, dst->nrows, dst->ncols), v = stretched(*b, dst->nrows, dst->ncols);
  for (size_t i = 0; i < dst->nrows; i++) {
    real *d = row_of(dst, i);
    const real *x = row_of(&u, i), *y = row_of(&v, i);
    for (size_t j = 0; j < dst->ncols; j++)
      d[(ptrdiff_t)j * dst->cs] = (real)f((double)x[(ptrdiff_t)j * u.cs], (double)y[(ptrdiff_t)j * v.cs]);
  }
}

static bool extent_fits(size_t a, size_t b, size_t *n) {
  *n = a == 1 ? b : a;
  return a == b || a == 1 || b == 1;
}

bool mg_mat_broadcast(const mg_mat *a, const mg_mat *b, size_t *nrows, size_t *ncols) {
  return extent_fits(a->nrows, b->nrows, nrows) && extent_fits(a->ncols, b->ncols, ncols);
}

bool mg_mat_equal(const mg_mat *a, const mg_mat *b) {
  if (a->nrows != b->nrows || a->ncols != b->ncols) return false;
  for (size_t i = 0; i < a->nrows; i++) {
    const real *x = row_of(a, i), *y = row_of(b, i);
    for (size_t j = 0; j < a->ncols; j++)
      if (!(x[(ptrdiff_t)j * a->cs] == y[(ptrdiff_t)j * b->cs])) return false;
  }
  return true;
}

void mg_mat_linspace(mg_mat *dst, double a, double b) {
  const size_t n = dst->ncols, last = n - 1;
  const double delta = b - a, step = n > 1 ? delta / (double)last : 0;
  for (size_t j = 0; j < n; j++) /* a step that underflows is divided as late as possible, as NumPy does */
    mg_mat_set(dst, 0, j, a + (step == 0 && n > 1 ? (double)j / (double)last * delta : (double)j * step));
  if (n > 1) mg_mat_set(dst, 0, last, b);
}

/* --- reductions -------------------------------------------------------------- */

void mg_sum_add(mg_sum *s, const mg_mat *m) {
  double sum = s->sum, lost = s->lost;
  for (size_t i = 0; i < m->nrows; i++) {
    const real *x = row_of(m, i);
    for (size_t j = 0; j < m->ncols; j++) {
      const double v = (double)x[(ptrdiff_t)j * m->cs], t = sum + v;
      lost += fabs(sum) >= fabs(v) ? (sum - t) + v : (v - t) + sum;
      sum = t;
    }
  }
  *s = (mg_sum){sum, lost};
}

/* When sum is infinite, lost is NaN and must not be added. */
double mg_sum_of(const mg_sum *s) { return isfinite(s->sum) ? s->sum + s->lost : s->sum; }

double mg_mat_sum(const mg_mat *m) {
  mg_sum s = {0, 0};
  mg_sum_add(&s, m);
  return mg_sum_of(&s);
}

double mg_mat_mean(const mg_mat *m) { return mg_mat_sum(m) / ((double)m->nrows * (double)m->ncols); }

void mg_sum_deviations(mg_sum *s, const mg_mat *m, double mean) {
  for (size_t i = 0; i < m->nrows; i++)
    for (size_t j = 0; j < m->ncols; j++) {
      double deviation = mg_mat_get(m, i, j) - mean;
      deviation *= deviation;
      const mg_mat square = mg_mat_of(&deviation, 1, 1, 1, MG_DOUBLE);
      mg_sum_add(s, &square);
    }
}

double mg_mat_std(const mg_mat *m) {
  mg_sum s = {0, 0};
  mg_sum_deviations(&s, m, mg_mat_mean(m));
  return sqrt(mg_sum_of(&s) / ((double)m->nrows * (double)m->ncols));
}

void mg_mat_argmax(const mg_mat *m, size_t *i, size_t *j) {
  double best = mg_mat_get(m, 0, 0);
  *i = *j = 0;
  for (size_t r = 0; r < m->nrows && !isnan(best); r++) {
    const real *x = row_of(m, r);
    for (size_t c = 0; c < m->ncols && !isnan(best); c++) {
      const double v = (double)x[(ptrdiff_t)c * m->cs];
      if (v <= best) continue; /* false for a NaN, which so is found */
      best = v;
      *i = r;
      *j = c;
    }
  }
}

double mg_mat_max(const mg_mat *m) {
  size_t i, j;
  mg_mat_argmax(m, &i, &j);
  return mg_mat_get(m, i, j);
}

double mg_mat_min(const mg_mat *m) {
  double best = mg_mat_get(m, 0, 0);
  for (size_t i = 0; i < m->nrows; i++) {
    const real *x = row_of(m, i);
    for (size_t j = 0; j < m->ncols; j++) {
      const double v = (double)x[(ptrdiff_t)j * m->cs];
      if (isnan(v)) return v;
      if (v < best) best = v;
    }
  }
  return best;
}

void mg_sum_squares(double *total, const mg_mat *m, double scale) {
  double sum = *total;
  for (size_t i = 0; i < m->nrows; i++) {
    const real *x = row_of(m, i);
    for (size_t j = 0; j < m->ncols; j++) {
      const double v = (double)x[(ptrdiff_t)j * m->cs] * scale;
      sum += v * v;
    }
  }
  *total = sum;
}

static double squares(const mg_mat *m, double scale) {
  double sum = 0;
  mg_sum_squares(&sum, m, scale);
  return sum;
}

bool mg_norm_is_root(double sum) { return isnan(sum) || (sum > 0x1p-900 && sum < INFINITY); }

double mg_mat_norm(const mg_mat *m) {
  const double sum = squares(m, 1);
  if (mg_norm_is_root(sum)) return sqrt(sum);
  const double most = fmax(fabs(mg_mat_max(m)), fabs(mg_mat_min(m)));
  if (most == 0 || most == INFINITY) return most;
  int e; /* squares left the range of doubles: scale by a power of two, which rounds nothing */
  frexp(most, &e);
  if (e < -1000) e = -1000; /* so that 2^-e is finite; the squares are in range nevertheless */
  return ldexp(sqrt(squares(m, ldexp(1, -e))), e);
}

void mg_mat_each_col(mg_mat *dst, const mg_mat *m, double (*f)(const mg_mat *)) {
  for (size_t j = 0; j < m->ncols; j++) {
    const mg_mat col = mg_mat_cols(*m, j, 1);
    mg_mat_set(dst, 0, j, f(&col));
  }
}

void mg_mat_each_row(mg_mat *dst, const mg_mat *m, double (*f)(const mg_mat *)) {
  for (size_t i = 0; i < m->nrows; i++) {
    const mg_mat row = mg_mat_rows(*m, i, 1);
    mg_mat_set(dst, i, 0, f(&row));
  }
}

void mg_mat_count_nonfinite(const mg_mat *m, size_t *nan, size_t *inf) {
  *nan = *inf = 0;
  for (size_t i = 0; i < m->nrows; i++) {
    const real *x = row_of(m, i);
    for (size_t j = 0; j < m->ncols; j++) {
      const real v = x[(ptrdiff_t)j * m->cs];
      *nan += v != v;
      *inf += fabs(v) == INFINITY;
    }
  }
}

/* --- the product ------------------------------------------------------------- */

/* dst's element (i, j) = sum over k of a(i, k) b(k, j), k ascending, whichever loop is inside. */
void mg_mat_matmul(mg_mat *dst, const mg_mat *a, const mg_mat *b) {
  for (size_t i = 0; i < dst->nrows; i++) {
    real *d = row_of(dst, i);
    const real *x = row_of(a, i);
    if (b->rs == 1) { /* each column of b is contiguous: the sum over k is the inner loop */
      for (size_t j = 0; j < dst->ncols; j++) {
        const real *y = (const real *)b->data + (ptrdiff_t)j * b->cs;
        real sum = 0;
        for (size_t k = 0; k < a->ncols; k++) sum += x[(ptrdiff_t)k * a->cs] * y[k];
        d[(ptrdiff_t)j * dst->cs] = sum;
      }
      continue;
    }
    for (size_t j = 0; j < dst->ncols; j++) d[(ptrdiff_t)j * dst->cs] = 0;
    for (size_t k = 0; k < a->ncols; k++) {
      const real w = x[(ptrdiff_t)k * a->cs];
      const real *y = row_of(b, k);
      for (size_t j = 0; j < dst->ncols; j++) d[(ptrdiff_t)j * dst->cs] += w * y[(ptrdiff_t)j * b->cs];
    }
  }
}
