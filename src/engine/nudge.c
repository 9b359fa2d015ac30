/* nudge.c - what one nudged weight changes: its unit's column, and what that adds to the layer above. */

#include "kernels.h"
#include "simd.h"

/* column[r] = z(from + r, i) + h a(from + r, j) for rows of column. */
static void nudge_column(const mg_mat *zs, const mg_mat *as, size_t i, size_t j, double h, size_t from,
                         mg_mat *column) {
  const real *z = (const real *)zs->data + (ptrdiff_t)from * zs->rs + i;
  const real *a = (const real *)as->data + (ptrdiff_t)from * as->rs + j;
  real *c = column->data;
  for (size_t r = 0; r < column->nrows; r++, z += zs->rs, a += as->rs) c[r] = fma_r((real)h, *a, *z);
}

/* next(r, k) = z(from + r, k) + (column[r] - a(from + r, i)) w(k), w the weights from unit i. */
static void nudge_rows(const mg_mat *zs, const mg_mat *as, const mg_mat *theta, size_t i,
                       const mg_mat *column, size_t from, mg_mat *next) {
  const real *w = (const real *)theta->data + (ptrdiff_t)(i + 1) * theta->cs, *c = column->data;
  const size_t n = next->ncols;
  for (size_t r = 0; r < next->nrows; r++) {
    const real *z = (const real *)zs->data + (ptrdiff_t)(from + r) * zs->rs;
    const vec by = all(c[r] - ((const real *)as->data)[(ptrdiff_t)(from + r) * as->rs + (ptrdiff_t)i]);
    real *to = (real *)next->data + (ptrdiff_t)r * next->rs;
    for (size_t k = 0; k < n; k += VL)
      store_upto(to + k, fma_v(by, load_upto(w + k, n - k), load_upto(z + k, n - k)), n - k);
  }
}

const mg_nudges MG_VARIANT(mg_nudges) = {nudge_column, nudge_rows};
