/* simd.h - vectors of reals, as wide as the instruction set that a kernel file is compiled for.

   Kernels are written once, with `vec`, a vector type of GCC and Clang. What those types
   lack (fused multiply-add, masked loads and stores) is here, for each instruction set.
   An element's result does not depend on its lane. */

#ifndef MG_SIMD_H
#define MG_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined __AVX512F__ || defined __AVX2__
#include <immintrin.h>
#elif defined __aarch64__
#include <arm_neon.h>
#endif

#include "real.h"

#if defined __AVX512F__
#define VBYTES 64
#elif defined __AVX2__
#define VBYTES 32
#else
#define VBYTES 16
#endif

#define VL ((int)(VBYTES / sizeof(real))) /* lanes */

#ifdef MG_IS_SINGLE
typedef int32_t lane; /* an integer as wide as a real */
#else
typedef int64_t lane;
#endif

typedef real vec __attribute__((vector_size(VBYTES)));
typedef lane ivec __attribute__((vector_size(VBYTES)));
typedef real vec_anywhere __attribute__((vector_size(VBYTES), aligned(sizeof(real)), may_alias));

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE vec all(real x) { return x - (vec){0}; }
ALWAYS_INLINE vec load(const real *p) { return *(const vec_anywhere *)p; }
ALWAYS_INLINE void store(real *p, vec v) { *(vec_anywhere *)p = v; }

/* The lanes of yes where mask is set, those of no elsewhere. */
ALWAYS_INLINE vec choose(ivec mask, vec yes, vec no) {
  return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

/* x limited to least .. most; a NaN stays a NaN. */
#if defined __AVX512F__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec clamp_v(vec x, real least, real most) {
  return (vec)_mm512_max_ps((__m512)all(least), _mm512_min_ps((__m512)all(most), (__m512)x));
}
#elif defined __AVX512F__
ALWAYS_INLINE vec clamp_v(vec x, real least, real most) {
  return (vec)_mm512_max_pd((__m512d)all(least), _mm512_min_pd((__m512d)all(most), (__m512d)x));
}
#elif defined __AVX2__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec clamp_v(vec x, real least, real most) {
  return (vec)_mm256_max_ps((__m256)all(least), _mm256_min_ps((__m256)all(most), (__m256)x));
}
#elif defined __AVX2__
ALWAYS_INLINE vec clamp_v(vec x, real least, real most) {
  return (vec)_mm256_max_pd((__m256d)all(least), _mm256_min_pd((__m256d)all(most), (__m256d)x));
}
#else
ALWAYS_INLINE vec clamp_v(vec x, real least, real most) {
  x = choose(x > most, all(most), x);
  return choose(x < least, all(least), x);
}
#endif

/* a * b + c, rounded once where the processor has an instruction for it; fma_v and fma_r give equal bits. */
#if defined __AVX512F__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) { return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
#elif defined __AVX512F__
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) {
  return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
#elif defined __AVX2__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) { return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
#elif defined __AVX2__
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) {
  return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
#elif defined __aarch64__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) {
  return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
#elif defined __aarch64__
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) {
  return (vec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#else
ALWAYS_INLINE vec fma_v(vec a, vec b, vec c) { return a * b + c; }
#endif

#if defined __FMA__ || defined __aarch64__
#ifdef MG_IS_SINGLE
ALWAYS_INLINE real fma_r(real a, real b, real c) { return __builtin_fmaf(a, b, c); }
#else
ALWAYS_INLINE real fma_r(real a, real b, real c) { return __builtin_fma(a, b, c); }
#endif
#else
ALWAYS_INLINE real fma_r(real a, real b, real c) { return a * b + c; }
#endif

/* Square roots, rounded right on every machine. */
#if defined __AVX512F__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec sqrt_v(vec x) { return (vec)_mm512_sqrt_ps((__m512)x); }
#elif defined __AVX512F__
ALWAYS_INLINE vec sqrt_v(vec x) { return (vec)_mm512_sqrt_pd((__m512d)x); }
#elif defined __AVX2__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec sqrt_v(vec x) { return (vec)_mm256_sqrt_ps((__m256)x); }
#elif defined __AVX2__
ALWAYS_INLINE vec sqrt_v(vec x) { return (vec)_mm256_sqrt_pd((__m256d)x); }
#else
ALWAYS_INLINE vec sqrt_v(vec x) {
  for (int i = 0; i < VL; i++)
    x[i] = sizeof(real) == sizeof(float) ? (real)__builtin_sqrtf((float)x[i]) : (real)__builtin_sqrt(x[i]);
  return x;
}
#endif

/* Load and store the first n lanes, 0 < n < VL. The others are loaded as 0 and not stored. */
#if defined __AVX512F__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec load_some(const real *p, int n) {
  return (vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
ALWAYS_INLINE void store_some(real *p, vec v, int n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
}
#elif defined __AVX512F__
ALWAYS_INLINE vec load_some(const real *p, int n) {
  return (vec)_mm512_maskz_loadu_pd((__mmask8)((1u << n) - 1), p);
}
ALWAYS_INLINE void store_some(real *p, vec v, int n) {
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << n) - 1), (__m512d)v);
}
#else
ALWAYS_INLINE vec load_some(const real *p, int n) {
  vec v = {0};
  for (int i = 0; i < VL; i++)
    if (i < n) v[i] = p[i];
  return v;
}
ALWAYS_INLINE void store_some(real *p, vec v, int n) {
  for (int i = 0; i < VL; i++)
    if (i < n) p[i] = v[i];
}
#endif

ALWAYS_INLINE vec load_upto(const real *p, size_t n) {
  return n >= (size_t)VL ? load(p) : load_some(p, (int)n);
}
ALWAYS_INLINE void store_upto(real *p, vec v, size_t n) {
  if (n >= (size_t)VL)
    store(p, v);
  else
    store_some(p, v, (int)n);
}

#endif
