/* product.c - the three matrix products of a pass: Z = A THETA^T, E = DELTA THETA, GRAD = DELTA^T A.

   THETA and GRAD are input-major in memory: theta(i, j), the weight from sending unit j (0: the
   bias) to receiving unit i, is at data[j * cs + i]. Z and GRAD are computed along receiving
   units, whose numbers are adjacent. E is computed along sending units, from a panel of weights
   that is transposed first.

   Every sum adds its terms in one order, whatever tile it is computed in: z the bias and then
   the inputs, e the receiving units, grad the rows, continued where the last block ended. So an
   element's bits do not depend on its place.

   All three are c = start + a b, computed tile by tile. The sums of a tile stay in registers: TALL
   rows of c by WIDE vectors. The last vector of a row may read past the row's end; only the row's
   own lanes are stored. Small products read a and b in place. Large ones copy them first (pack.h);
   the same tile reads the copy, so the bits are the same. */

#include "kernels.h"
#include "simd.h"

#if defined __AVX512F__ || defined __aarch64__ /* 32 registers */
#define TALL 6
#define WIDE 4
#else /* 16 */
#define TALL 4
#define WIDE 3
#endif

#define PANEL  (WIDE * VL) /* columns of a tile */
#define UNROLL _Pragma("GCC unroll 8")

#include "pack.h"

/* Cases of a switch over rows * 8 + vectors that call tile(..., rows, vectors) with both as constants. */
#define CASE(tile, rows, vectors, ...) \
  case (rows)*8 + (vectors):           \
    tile(__VA_ARGS__, rows, vectors);  \
    break
#define CASES_OF(tile, rows, ...)   \
  CASE(tile, rows, 1, __VA_ARGS__); \
  CASE(tile, rows, 2, __VA_ARGS__); \
  CASE(tile, rows, 3, __VA_ARGS__)
#if WIDE == 4
#define CASES(tile, ...)          \
  CASES_OF(tile, 1, __VA_ARGS__); \
  CASES_OF(tile, 2, __VA_ARGS__); \
  CASES_OF(tile, 3, __VA_ARGS__); \
  CASES_OF(tile, 4, __VA_ARGS__); \
  CASES_OF(tile, 5, __VA_ARGS__); \
  CASES_OF(tile, 6, __VA_ARGS__); \
  CASE(tile, 1, 4, __VA_ARGS__);  \
  CASE(tile, 2, 4, __VA_ARGS__);  \
  CASE(tile, 3, 4, __VA_ARGS__);  \
  CASE(tile, 4, 4, __VA_ARGS__);  \
  CASE(tile, 5, 4, __VA_ARGS__);  \
  CASE(tile, 6, 4, __VA_ARGS__)
#else
#define CASES(tile, ...)          \
  CASES_OF(tile, 1, __VA_ARGS__); \
  CASES_OF(tile, 2, __VA_ARGS__); \
  CASES_OF(tile, 3, __VA_ARGS__); \
  CASES_OF(tile, 4, __VA_ARGS__)
#endif

static const real *row_of(const mg_mat *m, size_t r) { return (const real *)m->data + (ptrdiff_t)r * m->rs; }

static size_t at_most(size_t n, size_t most) { return n < most ? n : most; }

/* --- a tile: c = start + a b ---------------------------------------------------------------- */

/* TALL rows of c, fewer at the end, by a panel of columns:

                      b  terms x n, rows bs apart
     a  rows x terms  c  rows x n

   start: what the sums begin with, a row for each row of c, or NULL: 0. */
typedef struct tile {
  const real *a, *b, *start;
  real *c;
  ptrdiff_t as, at;     /* of a: from one row, one term to the next */
  ptrdiff_t bs, ss, cs; /* from one row of b, of start, of c to the next */
  size_t terms, n;
} tile;

/* Adds all terms of a tile. as, at: p->as and p->at; the caller gives the one that is 1 as a constant. */
ALWAYS_INLINE void sum_terms(const tile *p, vec sum[TALL][WIDE], const ptrdiff_t as, const ptrdiff_t at,
                             const int rows, const int vecs) {
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vecs; v++) sum[r][v] =
      p->start != NULL ? load(p->start + r * p->ss + v * VL) : (vec){0};
  const real *a = p->a, *b = p->b;
  for (ptrdiff_t k = 0, end = (ptrdiff_t)p->terms * at; k != end; k += at, b += p->bs) {
    vec w[WIDE];
    UNROLL for (int v = 0; v < vecs; v++) w[v] = load(b + v * VL);
    UNROLL for (int r = 0; r < rows; r++) {
      const vec x = all(a[r * as + k]);
      UNROLL for (int v = 0; v < vecs; v++) sum[r][v] = fma_v(x, w[v], sum[r][v]);
    }
  }
}

ALWAYS_INLINE void multiply(const tile *p, const ptrdiff_t as, const ptrdiff_t at, const int rows,
                            const int vecs) {
  vec sum[TALL][WIDE];
  sum_terms(p, sum, as, at, rows, vecs);
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vecs; v++)
      store_upto(p->c + r * p->cs + v * VL, sum[r][v], p->n - (size_t)(v * VL));
}

/* Moves p to the tile below; strip: the distance between the rows of a of the two. */
ALWAYS_INLINE void go_down(tile *p, ptrdiff_t strip) {
  p->a += strip;
  p->c += TALL * p->cs;
  if (p->start != NULL) p->start += TALL * p->ss;
}

/* Computes all rows of a panel, from the tile at its top on, where the terms of a row of a are adjacent (z, back). */
static void multiply_rows(tile p, size_t rows) {
  const size_t vecs = vectors(p.n);
  for (size_t r = 0; r < rows; r += TALL, go_down(&p, TALL * p.as)) {
    switch (at_most(rows - r, TALL) * 8 + vecs) { CASES(multiply, &p, p.as, 1); }
  }
}

/* Computes all rows of a panel where the rows of a are adjacent (grad). strip: from a tile's rows of a to the next's. */
static void multiply_units(tile p, size_t units, ptrdiff_t strip) {
  const size_t vecs = vectors(p.n);
  for (size_t r = 0; r < units; r += TALL, go_down(&p, strip)) {
    switch (at_most(units - r, TALL) * 8 + vecs) { CASES(multiply, &p, 1, p.at); }
  }
}

/* --- z and back: rows of a, panels of weights --------------------------------------------------- */

/* The most terms of a panel: a longer copy would not fit into the second-level cache. The sums are continued in c. */
#define MOST_TERMS ((size_t)2048)

/* Does copying a panel save time with so many rows? It does with fewer where the rows of weights are far apart. */
static bool packs_panel(const mg_mat *theta, size_t rows) {
  return rows >= (theta->cs * (ptrdiff_t)sizeof(real) >= 2048 ? 12 : 128);
}

static void product_z(const mg_mat *as, const mg_mat *theta, mg_mat *zs, size_t from, size_t to, void *room) {
  const size_t n_out = theta->nrows, n_in = theta->ncols - 1;
  const real *bias = theta->data;
  const bool packs = packs_panel(theta, to - from);
  for (size_t k = 0; k < n_in; k += MOST_TERMS)
    for (size_t i = 0; i < n_out; i += PANEL) {
      real *z = (real *)row_of(zs, from) + i;
      tile p = {.a = row_of(as, from) + 1 + k, .as = as->rs, .at = 1, .c = z, .cs = zs->rs};
      p.b = bias + (ptrdiff_t)(1 + k) * theta->cs + i;
      p.bs = theta->cs;
      p.start = k == 0 ? bias + i : z;
      p.ss = k == 0 ? 0 : zs->rs;
      p.terms = at_most(n_in - k, MOST_TERMS);
      p.n = at_most(n_out - i, PANEL);
      if (packs) {
        pack(p.b, p.bs, p.terms, p.n, room);
        p.b = room;
        p.bs = PANEL;
      }
      multiply_rows(p, to - from);
    }
}

static void product_back(const mg_mat *ds, const mg_mat *theta, mg_mat *es, size_t from, size_t to,
                         void *room) {
  const size_t n_out = theta->nrows, n_in = theta->ncols - 1;
  const real *w = (const real *)theta->data + theta->cs;
  for (size_t k = 0; k < n_out; k += MOST_TERMS)
    for (size_t j = 0; j < n_in; j += PANEL) {
      real *e = (real *)row_of(es, from) + j;
      tile p = {.a = row_of(ds, from) + k, .as = ds->rs, .at = 1, .b = room, .bs = PANEL};
      p.c = e;
      p.cs = p.ss = es->rs;
      p.start = k == 0 ? NULL : e;
      p.terms = at_most(n_out - k, MOST_TERMS);
      p.n = at_most(n_in - j, PANEL);
      turn(w + (ptrdiff_t)j * theta->cs + k, theta->cs, p.n, p.terms, room);
      multiply_rows(p, to - from);
    }
}

/* --- grad += delta^T a ----------------------------------------------------------------------------- */

/* The most rows of a batch, and sending units, that are packed at a time: 1 MB of doubles. The panels of deltas
   are packed again for each such group of units. */
#define STRIP_ROWS  ((size_t)256)
#define STRIP_UNITS ((size_t)516) /* whole tiles of 4 and of 6 */

static bool packs_strips(size_t rows, size_t units) { return rows >= 96 && units >= 128; }

/* Rows from .. from + count - 1 of deltas and activations, and the sending units j .. j + units - 1 whose
   gradients they go into. */
typedef struct group {
  const mg_mat *ds, *as;
  size_t from, count, j, units;
  bool packed;
  real *panel, *strips;
} group;

/* All rows and units as one group; when packed, the largest group that fits into room. */
static group group_of(const mg_mat *ds, const mg_mat *as, size_t from, size_t to, size_t n_units,
                      void *room) {
  group g = {ds, as, from, to - from, 0, n_units, false, room, (real *)room + STRIP_ROWS * PANEL};
  g.packed = packs_strips(g.count, g.units);
  if (g.packed) {
    g.count = at_most(g.count, STRIP_ROWS);
    g.units = at_most(g.units, STRIP_UNITS);
  }
  return g;
}

/* The tile at the top of the group's panel of receiving units from i. */
static tile tile_of(const group *g, const mg_mat *grad, size_t i) {
  tile p = {.a = row_of(g->as, g->from) + g->j, .as = 1, .at = g->as->rs, .terms = g->count};
  p.b = row_of(g->ds, g->from) + i;
  p.bs = g->ds->rs;
  p.c = (real *)grad->data + (ptrdiff_t)g->j * grad->cs + i;
  p.cs = p.ss = grad->cs;
  p.n = at_most(grad->nrows - i, PANEL);
  if (g->packed) {
    pack(p.b, p.bs, p.terms, p.n, g->panel);
    p.a = g->strips, p.at = TALL;
    p.b = g->panel, p.bs = PANEL;
  }
  return p;
}

static ptrdiff_t strip_of(const group *g) { return g->packed ? (ptrdiff_t)g->count * TALL : TALL; }

static void add_group(const group *g, mg_mat *grad) {
  for (size_t i = 0; i < grad->nrows; i += PANEL) {
    tile p = tile_of(g, grad, i);
    p.start = g->from == 0 ? NULL : p.c;
    multiply_units(p, g->units, strip_of(g));
  }
}

/* The group as large as first that begins at row from and unit j, or what is left of it there. Packs its strips. */
static group part_of(const group *first, size_t from, size_t to, size_t j, size_t n_units) {
  group g = *first;
  g.from = from, g.count = at_most(to - from, g.count);
  g.j = j, g.units = at_most(n_units - j, g.units);
  if (g.packed) pack_strips(row_of(g.as, from) + j, g.as->rs, g.count, g.units, g.strips);
  return g;
}

static void product_grad(const mg_mat *ds, const mg_mat *as, mg_mat *grad, size_t from, size_t to,
                         void *room) {
  const size_t n_units = grad->ncols; /* the ones are the first */
  const group first = group_of(ds, as, from, to, n_units, room);
  for (size_t j = 0; j < n_units; j += first.units)
    for (size_t f = from; f < to; f += first.count) {
      const group g = part_of(&first, f, to, j, n_units);
      add_group(&g, grad);
    }
}

/* --- grad and the update in one -------------------------------------------------------------------- */

/* GRAD is rounded as in product_grad, but not stored. For layers with more weights than the caches hold, two
   arrays then go through memory instead of the five of grad and update. Nielsen's {784, 30, 10}, batches of
   10: 142 to 100 ms an epoch. */
typedef struct descent {
  real rate, l1, l2; /* rate: -eta */
  vec zero;          /* stays 0 while all elements of next are finite */
} descent;

ALWAYS_INLINE void multiply_and_step(const tile *p, const real *theta, descent *s, bool biases,
                                     const int rows, const int vecs) {
  vec sum[TALL][WIDE];
  sum_terms(p, sum, 1, p->at, rows, vecs);
  UNROLL for (int j = 0; j < rows; j++) UNROLL for (int v = 0; v < vecs; v++) {
    const size_t n = p->n - (size_t)(v * VL);
    const vec before = load_upto(theta + j * p->cs + v * VL, n);
    vec g = sum[j][v];
    if ((s->l1 != 0 || s->l2 != 0) && !(biases && j == 0)) {
      const vec sign = choose(before > 0, all(1), choose(before < 0, all(-1), all(0)));
      g = g + (s->l1 * sign + s->l2 * before);
    }
    const vec after = before + s->rate * g;
    store_upto(p->c + j * p->cs + v * VL, after, n);
    s->zero += 0 * after;
  }
}

/* Adds the last group of rows to the sums so far, which are in next, and makes the update. The copy of *s stays in
   registers; of *s itself the compiler must assume that each store changes it. */
static void step_group(const group *g, const mg_mat *theta, mg_mat *next, descent *s, bool biases) {
  const ptrdiff_t strip = strip_of(g), back = (real *)theta->data - (real *)next->data;
  descent here = *s;
  for (size_t i = 0; i < next->nrows; i += PANEL) {
    tile p = tile_of(g, next, i);
    p.start = g->from == 0 ? NULL : p.c;
    for (size_t r = 0; r < g->units; r += TALL, go_down(&p, strip))
      switch (at_most(g->units - r, TALL) * 8 + vectors(p.n)) {
        CASES(multiply_and_step, &p, p.c + back, &here, biases && g->j + r == 0);
      }
  }
  *s = here;
}

static bool product_descend(const mg_mat *ds, const mg_mat *as, const mg_mat *theta, mg_mat *next,
                            size_t rows, bool biases, double eta, double l1, double l2, void *room) {
  descent s = {(real)-eta, (real)l1, (real)l2, {0}};
  const size_t n_units = next->ncols;
  const group first = group_of(ds, as, 0, rows, n_units, room);
  for (size_t j = 0; j < n_units; j += first.units)
    for (size_t f = 0; f < rows; f += first.count) {
      const group g = part_of(&first, f, rows, j, n_units);
      if (f + g.count < rows)
        add_group(&g, next);
      else
        step_group(&g, theta, next, &s, biases);
    }
  real sum = 0;
  for (int k = 0; k < VL; k++) sum += s.zero[k];
  return sum == 0;
}

/* Room for a panel of weights, or for a panel of deltas and strips of activations. */
static size_t product_room(size_t n) {
  const size_t panel = at_most(n, MOST_TERMS) * PANEL;
  if (!packs_strips(SIZE_MAX, 1 + n)) return panel;
  const size_t strips = STRIP_ROWS * (PANEL + at_most(n + 1 + TALL, STRIP_UNITS));
  return panel > strips ? panel : strips;
}

const mg_products MG_VARIANT(mg_products) = {product_room, product_z, product_back, product_grad,
                                             product_descend};
