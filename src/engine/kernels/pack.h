/* pack.h - copies what a product reads many times into contiguous memory.

   A panel of weights is PANEL adjacent columns of a matrix whose rows may be 8,192 bytes apart: read in place,
   every row of it is on a page of its own, and all fall into a few sets of the cache. A strip is TALL adjacent
   columns of the activations. Both become contiguous, in the order in which a tile reads them:

       in place                        packed
       k0  ......[01234567]......      [01234567][01234567][01234567] ...
       k1  ......[01234567]......       k0        k1        k2
       k2  ......[01234567]......

   product.c includes it; TALL, WIDE and PANEL are defined there. */

#ifndef MG_PACK_H
#define MG_PACK_H

/* The number of vectors that hold n numbers; the last may be filled in part. */
static size_t vectors(size_t n) { return (n + VL - 1) / VL; }

/* Copies count rows of n <= PANEL numbers, bs apart, into rows PANEL apart. */
static void pack(const real *b, ptrdiff_t bs, size_t count, size_t n, real *to) {
  const size_t vecs = vectors(n);
  for (size_t k = 0; k < count; k++, b += bs, to += PANEL)
    for (size_t v = 0; v < vecs; v++) store(to + v * VL, load(b + v * VL));
}

/* Copies count rows of n numbers, as apart, into strips of count rows of TALL numbers, one strip after the other. */
static void pack_strips(const real *a, ptrdiff_t as, size_t count, size_t n, real *to) {
  for (size_t j = 0; j < n; j += TALL, a += TALL)
    for (size_t k = 0; k < count; k++, to += TALL)
      UNROLL for (int r = 0; r < TALL; r += VL)
          store_upto(to + r, load(a + (ptrdiff_t)k * as + r), (size_t)(TALL - r));
}

/* --- transposing a panel ----------------------------------------------------------------------- */

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

/* Sets turned(i, j) = w(j, i) for n_in rows of n_out numbers; rows of turned are PANEL apart. */
static void turn(const real *w, ptrdiff_t ws, size_t n_in, size_t n_out, real *turned) {
  const ptrdiff_t ts = PANEL;
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

#endif
