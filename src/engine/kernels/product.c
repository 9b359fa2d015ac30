/* product.c - the three matrix products of a pass: Z = A THETA^T, E = DELTA THETA, GRAD = DELTA^T A.

   THETA and GRAD are input-major in memory: theta(i, j), the weight from sending unit j (0: the
   bias) to receiving unit i, is at data[j * cs + i]. Z and GRAD are computed along receiving
   units, whose numbers are adjacent. E is computed along sending units, from a panel of weights
   that is transposed first.

   Every sum adds its terms in one order, whatever tile it is computed in: z the bias and then
   the inputs, e the receiving units, grad the rows, continued where the last block ended. So an
   element's bits do not depend on its place.

   The sums of a tile stay in registers: TALL rows (of a, or of weights) by WIDE vectors. The last
   vector of a row may read past the row's end; only the row's own lanes are stored. */

#include "kernels.h"
#include "simd.h"

#if defined __AVX512F__ || defined __aarch64__ /* 32 vector registers */
#define TALL 6
#define WIDE 4
#else /* 16 vector registers */
#define TALL 4
#define WIDE 3
#endif

#define UNROLL _Pragma("GCC unroll 8")

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

/* The number of vectors that hold n numbers; the last may be filled in part. */
static size_t vectors(size_t n) { return (n + VL - 1) / VL; }

/* --- c = start + a b, where b is a panel: up to WIDE vectors of adjacent columns ---------- */

typedef struct panel {
  const real *a, *b, *start; /* start: a row that is added to each row of c, or NULL: 0 */
  real *c;
  ptrdiff_t as, bs, cs; /* row strides of a, b, c */
  size_t depth, n;      /* columns of a and rows of b; columns of b and c */
} panel;

ALWAYS_INLINE void multiply(const panel *p, const int rows, const int vecs) {
  vec sum[TALL][WIDE];
  UNROLL for (int v = 0; v < vecs; v++) {
    const vec s = p->start != NULL ? load(p->start + v * VL) : (vec){0};
    UNROLL for (int r = 0; r < rows; r++) sum[r][v] = s;
  }
  const real *a = p->a, *b = p->b;
  for (size_t k = 0; k < p->depth; k++, b += p->bs) {
    vec w[WIDE];
    UNROLL for (int v = 0; v < vecs; v++) w[v] = load(b + v * VL);
    UNROLL for (int r = 0; r < rows; r++) {
      const vec x = all(a[r * p->as + (ptrdiff_t)k]);
      UNROLL for (int v = 0; v < vecs; v++) sum[r][v] = fma_v(x, w[v], sum[r][v]);
    }
  }
  UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vecs; v++)
      store_upto(p->c + r * p->cs + v * VL, sum[r][v], p->n - (size_t)(v * VL));
}

/* Multiplies all rows of a by one panel. */
static void multiply_rows(panel p, size_t rows) {
  const size_t vecs = vectors(p.n);
  for (size_t r = 0; r < rows; r += TALL, p.a += TALL * p.as, p.c += TALL * p.cs) {
    switch (at_most(rows - r, TALL) * 8 + vecs) { CASES(multiply, &p); }
  }
}

static void product_z(const mg_mat *as, const mg_mat *theta, mg_mat *zs, size_t from, size_t to) {
  const size_t n_out = theta->nrows, n_in = theta->ncols - 1;
  const real *bias = theta->data;
  for (size_t i = 0; i < n_out; i += WIDE * VL)
    multiply_rows((panel){row_of(as, from) + 1, bias + theta->cs + i, bias + i, (real *)row_of(zs, from) + i,
                          as->rs, theta->cs, zs->rs, n_in, at_most(n_out - i, WIDE * VL)},
                  to - from);
}

/* --- transposing a panel of weights ------------------------------------------------------------ */

#if VBYTES == 64 && defined MG_IS_SINGLE
#define LOW(a, b)  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif VBYTES == 64 || (VBYTES == 32 && defined MG_IS_SINGLE)
#define LOW(a, b)  __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#elif VBYTES == 32 || defined MG_IS_SINGLE
#define LOW(a, b)  __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#else
#define LOW(a, b)  __builtin_shufflevector(a, b, 0, 2)
#define HIGH(a, b) __builtin_shufflevector(a, b, 1, 3)
#endif

/* Transposes VL x VL numbers from rows ss apart into rows ds apart. Each round interleaves the first half of
   the vectors with the second, a perfect shuffle. */
static void turn_square(const real *src, ptrdiff_t ss, real *dst, ptrdiff_t ds) {
  vec v[VL], w[VL];
  UNROLL for (int i = 0; i < VL; i++) v[i] = load(src + i * ss);
  UNROLL for (int round = 1; round < VL; round *= 2) {
    UNROLL for (int i = 0; i < VL / 2; i++) {
      w[2 * i] = LOW(v[i], v[i + VL / 2]);
      w[2 * i + 1] = HIGH(v[i], v[i + VL / 2]);
    }
    memcpy(v, w, sizeof v);
  }
  UNROLL for (int i = 0; i < VL; i++) store(dst + i * ds, v[i]);
}

/* turned(i, j) = w(j, i) for n_in rows of n_out numbers; rows of turned are WIDE * VL apart. */
static void turn(const real *w, ptrdiff_t ws, size_t n_in, size_t n_out, real *turned) {
  const ptrdiff_t ts = WIDE * VL;
  size_t j = 0;
  for (; j + VL <= n_in; j += VL) {
    size_t i = 0;
    for (; i + VL <= n_out; i += VL)
      turn_square(w + (ptrdiff_t)j * ws + i, ws, turned + (ptrdiff_t)i * ts + j, ts);
    for (; i < n_out; i++)
      for (size_t k = j; k < j + VL; k++) turned[(ptrdiff_t)i * ts + k] = w[(ptrdiff_t)k * ws + i];
  }
  for (size_t i = 0; i < n_out; i++)
    for (size_t k = j; k < n_in; k++) turned[(ptrdiff_t)i * ts + k] = w[(ptrdiff_t)k * ws + i];
}

static size_t turned_size(size_t n_out) { return n_out * WIDE * VL; }

static void product_back(const mg_mat *ds, const mg_mat *theta, mg_mat *es, size_t from, size_t to,
                         void *room) {
  const size_t n_out = theta->nrows, n_in = theta->ncols - 1;
  real *turned = room;
  for (size_t j = 0; j < n_in; j += WIDE * VL) {
    const size_t n = at_most(n_in - j, WIDE * VL);
    turn((const real *)theta->data + (ptrdiff_t)(j + 1) * theta->cs, theta->cs, n, n_out, turned);
    multiply_rows((panel){row_of(ds, from), turned, NULL, (real *)row_of(es, from) + j, ds->rs, WIDE * VL,
                          es->rs, n_out, n},
                  to - from);
  }
}

/* --- grad += delta^T a ---------------------------------------------------------------------------- */

typedef struct strip {
  const real *a, *d; /* rows of activations and of deltas */
  real *g;           /* weights from TALL adjacent sending units */
  ptrdiff_t as, ds, gs;
  size_t rows, n; /* n: receiving units of the panel */
  bool fresh;     /* does the sum begin with these rows, so that what g holds is not added? */
} strip;

ALWAYS_INLINE void sum_rows(const strip *p, vec sum[TALL][WIDE], const int units, const int vecs) {
  UNROLL for (int j = 0; j < units; j++) UNROLL for (int v = 0; v < vecs; v++) sum[j][v] =
      p->fresh ? (vec){0} : load(p->g + j * p->gs + v * VL);
  const real *a = p->a, *d = p->d;
  for (size_t r = 0; r < p->rows; r++, a += p->as, d += p->ds) {
    vec e[WIDE];
    UNROLL for (int v = 0; v < vecs; v++) e[v] = load(d + v * VL);
    UNROLL for (int j = 0; j < units; j++) {
      const vec x = all(a[j]);
      UNROLL for (int v = 0; v < vecs; v++) sum[j][v] = fma_v(x, e[v], sum[j][v]);
    }
  }
}

ALWAYS_INLINE void accumulate(const strip *p, const int units, const int vecs) {
  vec sum[TALL][WIDE];
  sum_rows(p, sum, units, vecs);
  UNROLL for (int j = 0; j < units; j++) UNROLL for (int v = 0; v < vecs; v++)
      store_upto(p->g + j * p->gs + v * VL, sum[j][v], p->n - (size_t)(v * VL));
}

/* The strip of sending units from j on and receiving units from i on. */
static strip strip_of(const mg_mat *ds, const mg_mat *as, const mg_mat *grad, size_t from, size_t to,
                      size_t i, size_t j) {
  return (strip){row_of(as, from) + j,
                 row_of(ds, from) + i,
                 (real *)grad->data + (ptrdiff_t)j * grad->cs + i,
                 as->rs,
                 ds->rs,
                 grad->cs,
                 to - from,
                 at_most(grad->nrows - i, WIDE * VL),
                 from == 0};
}

static void product_grad(const mg_mat *ds, const mg_mat *as, mg_mat *grad, size_t from, size_t to) {
  const size_t n_units = grad->ncols; /* sending units; the column of ones is the first */
  for (size_t i = 0; i < grad->nrows; i += WIDE * VL)
    for (size_t j = 0; j < n_units; j += TALL) {
      const strip p = strip_of(ds, as, grad, from, to, i, j);
      switch (at_most(n_units - j, TALL) * 8 + vectors(p.n)) { CASES(accumulate, &p); }
    }
}

/* --- grad and the update in one ------------------------------------------------------------------- */

/* GRAD is rounded as in product_grad, but not stored. For layers with more weights than the caches hold, two
   arrays then go through memory instead of the five of grad and update. Nielsen's {784, 30, 10}, batches of
   10: 142 to 100 ms an epoch. */
typedef struct descent {
  real rate, l1, l2; /* rate: -eta */
  ptrdiff_t to;      /* the distance from an element of theta to the same element of next */
  vec zero;          /* stays 0 while all elements of next are finite */
} descent;

ALWAYS_INLINE void accumulate_and_step(const strip *p, descent *s, bool biases, const int units,
                                       const int vecs) {
  vec sum[TALL][WIDE];
  sum_rows(p, sum, units, vecs);
  UNROLL for (int j = 0; j < units; j++) UNROLL for (int v = 0; v < vecs; v++) {
    real *w = p->g + j * p->gs + v * VL;
    const size_t n = p->n - (size_t)(v * VL);
    const vec before = load_upto(w, n);
    vec g = sum[j][v];
    if ((s->l1 != 0 || s->l2 != 0) && !(biases && j == 0)) {
      const vec sign = choose(before > 0, all(1), choose(before < 0, all(-1), all(0)));
      g = g + (s->l1 * sign + s->l2 * before);
    }
    const vec after = before + s->rate * g;
    store_upto(w + s->to, after, n);
    s->zero += 0 * after;
  }
}

static bool product_descend(const mg_mat *ds, const mg_mat *as, const mg_mat *theta, mg_mat *next,
                            size_t rows, bool biases, double eta, double l1, double l2) {
  descent s = {(real)-eta, (real)l1, (real)l2, (real *)next->data - (real *)theta->data, {0}};
  for (size_t i = 0; i < theta->nrows; i += WIDE * VL)
    for (size_t j = 0; j < theta->ncols; j += TALL) {
      strip p = strip_of(ds, as, theta, 0, rows, i, j);
      switch (at_most(theta->ncols - j, TALL) * 8 + vectors(p.n)) {
        CASES(accumulate_and_step, &p, &s, biases && j == 0);
      }
    }
  real sum = 0;
  for (int k = 0; k < VL; k++) sum += s.zero[k];
  return sum == 0;
}

const mg_products MG_VARIANT(mg_products) = {turned_size, product_z, product_back, product_grad,
                                             product_descend};
