/* machine.c - what one core of this machine can do at most, measured: the scale of every row of the bench.

   Prints a name and a number a line: multiply-adds in registers, in floating point operations a second, and
   rows of a matrix larger than the caches copied in random order, in bytes a second. Prints, too, which set of
   kernels the engine takes. */

#define _POSIX_C_SOURCE 200809L

#include "kernels.h"
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined __AVX512F__
#define VECTOR 64
#elif defined __AVX__
#define VECTOR 32
#else
#define VECTOR 16
#endif

enum { SUMS = 12, TURNS = 20 }; /* chains enough to hide the latency of a multiply-add */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#if defined __x86_64__
#define REGISTER "+v"
#else
#define REGISTER "+w"
#endif

/* Operations a second of independent multiply-adds that stay in registers: the best of some turns of 5 ms. */
#define PEAK(name, real)                                                                                 \
  static double name(void) {                                                                             \
    typedef real vector __attribute__((vector_size(VECTOR)));                                            \
    enum { LANES = VECTOR / sizeof(real) };                                                              \
    const long rounds = 1000000;                                                                         \
    volatile real seed = (real).5;                                                                       \
    const vector half = seed - (vector){0};                                                              \
    double best = 0;                                                                                     \
    for (int turn = 0; turn < TURNS; turn++) {                                                           \
      vector sum[SUMS] = {{0}};                                                                          \
      const double start = now();                                                                        \
      for (long k = 0; k < rounds; k++) {                                                                \
        _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) sum[i] = sum[i] * half + half;           \
        _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) __asm__ volatile("" : REGISTER(sum[i])); \
      }                                                                                                  \
      const double rate = 2. * SUMS * LANES * (double)rounds / (now() - start);                          \
      if (rate > best) best = rate;                                                                      \
    }                                                                                                    \
    return best;                                                                                         \
  }
PEAK(peak_double, double)
PEAK(peak_single, float)

/* Bytes a second of rows of 784 doubles gathered from 50,000 in random order, ten at a time into one place. */
static double gather_rate(void) {
  enum { ROWS = 50000, NUMBERS = 784, BATCH = 10, BYTES = NUMBERS * sizeof(double) };
  char *from = malloc((size_t)ROWS * BYTES), *to = malloc(BATCH * BYTES);
  uint32_t *order = malloc(ROWS * sizeof *order);
  if (from == NULL || to == NULL || order == NULL) return 0;
  memset(from, 1, (size_t)ROWS * BYTES);
  mg_rng g;
  mg_rng_seed(&g, 1);
  double best = 0;
  for (int turn = 0; turn < 5; turn++) {
    mg_rng_permutation(&g, ROWS, order);
    const double start = now();
    for (int i = 0; i < ROWS; i++) memcpy(to + i % BATCH * BYTES, from + (size_t)order[i] * BYTES, BYTES);
    const double rate = (double)ROWS * BYTES / (now() - start);
    if (rate > best) best = rate;
  }
  free(from);
  free(to);
  free(order);
  return best;
}

int main(void) {
  printf("kernels %s\n", strchr(mg_kernels_for(MG_DOUBLE)->name, '_') + 1);
  printf("double %.6g\n", peak_double());
  printf("single %.6g\n", peak_single());
  printf("gather %.6g\n", gather_rate());
  return 0;
}
