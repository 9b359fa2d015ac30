/* elementary.h - e^x, sigmoid, tanh, expm1, log1p and erfc of whole vectors; all kernels use these.

   Errors against long double, in units in the last place: exp 1, sigmoid 2.5, tanh 2, in both
   precisions; tests/engine/test_kernels.c checks sigmoid and tanh. exp(0) and sigmoid(0) are
   exact, infinities give the limits, a NaN gives a NaN. */

#ifndef MG_ELEMENTARY_H
#define MG_ELEMENTARY_H

#include <math.h>

#include "simd.h"

/* e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2, with ln 2 in two parts (Cody and Waite, 1980).
   e^r = 1 + r + r^2 P(r), where the polynomial P equals (e^r - 1 - r) / r^2 at the zeros of a Chebyshev
   polynomial. Its error relative to e^r is 1.6e-17 with degree 9 in double, 1e-8 with degree 4 in single. */
#ifdef MG_IS_SINGLE
#define EXP_MAGIC  0x1.8p23f /* x + EXP_MAGIC rounds x to a whole number and has it in its low bits */
#define EXP_LOG2E  0x1.715476p0f
#define EXP_LN2_HI 0x1.62e4p-1f
#define EXP_LN2_LO 0x1.7f7d1cp-20f
#define EXP_MOST   90.f
#define EXP_LEAST  -105.f
#define EXP_BITS   23
#define EXP_BIAS   127
#else
#define EXP_MAGIC  0x1.8p52
#define EXP_LOG2E  0x1.71547652b82fep0
#define EXP_LN2_HI 0x1.62e42fee00000p-1
#define EXP_LN2_LO 0x1.a39ef35793c76p-33
#define EXP_MOST   710.
#define EXP_LEAST  -746.
#define EXP_BITS   52
#define EXP_BIAS   1023
#endif

/* e 2^n, where shifted = n + EXP_MAGIC. With AVX-512's instruction for it a sigmoid takes .40 ns, without
   .63. */
#if defined __AVX512F__ && defined MG_IS_SINGLE
ALWAYS_INLINE vec scale_v(vec e, vec shifted) {
  return (vec)_mm512_scalef_ps((__m512)e, (__m512)(shifted - EXP_MAGIC));
}
#elif defined __AVX512F__
ALWAYS_INLINE vec scale_v(vec e, vec shifted) {
  return (vec)_mm512_scalef_pd((__m512d)e, (__m512d)(shifted - EXP_MAGIC));
}
#else
ALWAYS_INLINE vec power_of_two(ivec k) { return (vec)((k + EXP_BIAS) << EXP_BITS); }

ALWAYS_INLINE vec scale_v(vec e, vec shifted) {
  const ivec k = (ivec)shifted - (ivec)all(EXP_MAGIC), half = k >> 1;
  return e * power_of_two(half) * power_of_two(k - half); /* 2^k itself may overflow where e 2^k does not */
}
#endif

ALWAYS_INLINE vec exp_v(vec x) {
  x = clamp_v(x, EXP_LEAST, EXP_MOST); /* beyond these limits e^x is 0 or infinite */
  const vec shifted = fma_v(x, all(EXP_LOG2E), all(EXP_MAGIC));
  const vec n = shifted - EXP_MAGIC;
  vec r = fma_v(n, all(-EXP_LN2_HI), x);
  r = fma_v(n, all(-EXP_LN2_LO), r);
  const vec r2 = r * r, r4 = r2 * r2;
#define TERMS(a, b) fma_v(r, all(b), all(a)) /* a + b r */
#ifdef MG_IS_SINGLE
  const vec low =
      fma_v(r2, TERMS(0x1.55551933893e6p-5f, 0x1.120b616c43f75p-7f), TERMS(0.5f, 0x1.5554dd04e58bep-3f));
  const vec p = fma_v(r4, all(0x1.6d10fc65baf1cp-10f), low);
#else
  const vec low = fma_v(r2, TERMS(0x1.5555555553d68p-5, 0x1.11111111109b5p-7),
                        TERMS(0x1.0000000000001p-1, 0x1.5555555555556p-3));
  const vec middle = fma_v(r2, TERMS(0x1.a019b9149a41cp-16, 0x1.71de0db2f6b19p-19),
                           TERMS(0x1.6c16c17889ef1p-10, 0x1.a01a01a7c2efep-13));
  const vec high = TERMS(0x1.28917c89a43a7p-22, 0x1.af389ecfc4b9cp-26);
  const vec p = fma_v(r4, fma_v(r4, high, middle), low);
#endif
#undef TERMS
  return scale_v(1 + fma_v(r2, p, r), shifted);
}

ALWAYS_INLINE vec sigmoid_v(vec z) { return 1 / (1 + exp_v(-z)); }

/* tanh: for |x| < .625 the rational function x + x^3 P(x^2) / Q(x^2) of Moshier's Cephes (1984), else
   1 - 2 / (e^2|x| + 1) with the sign of x. */
ALWAYS_INLINE vec tanh_v(vec x) {
  const ivec sign = (ivec)x & (ivec)all(-(real)0);
  const vec size = (vec)((ivec)x ^ sign), s = x * x;
  const vec p =
      fma_v(s, fma_v(s, all((real)-9.64399179425052238628E-1), all((real)-9.92877231001918586564E1)),
            all((real)-1.61468768441708447952E3));
  const vec q = fma_v(s, fma_v(s, s + (real)1.12811678491632931402E2, all((real)2.23548839060100448583E3)),
                      all((real)4.84406305325125486048E3));
  const vec e = exp_v(2 * size);
  const ivec near = size < (real)0.625;
  const vec ratio = choose(near, p, all(-2)) / choose(near, q, e + 1); /* division is slow: one for both */
  const vec t = choose(near, fma_v(size * s, ratio, size), 1 + ratio);
  return (vec)((ivec)t | sign);
}

/* These call libm for each lane, as activations that need them are rare. */
#define BY_LANE(function, of_double, of_single)                                        \
  ALWAYS_INLINE vec function(vec x) {                                                  \
    for (int i = 0; i < VL; i++)                                                       \
      x[i] = sizeof(real) == sizeof(float) ? of_single((float)x[i]) : of_double(x[i]); \
    return x;                                                                          \
  }
BY_LANE(expm1_v, (real)expm1, (real)expm1f)
BY_LANE(log1p_v, (real)log1p, (real)log1pf)
BY_LANE(erfc_v, (real)erfc, (real)erfcf)

ALWAYS_INLINE vec fabs_v(vec x) { return (vec)((ivec)x & ~(ivec)all(-(real)0)); }

#endif
