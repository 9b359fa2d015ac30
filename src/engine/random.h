/* random.h - the random numbers of NumPy's RandomState, bit for bit.

   The generator is MT19937 (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998), seeded by
   init_genrand, as in numpy.random.RandomState. After mg_rng_seed(g, k) the calls below
   give the same numbers as np.random.rand, randn, randint and permutation after np.random.seed(k). */

#ifndef MG_RANDOM_H
#define MG_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mg_rng {
  uint32_t key[624]; /* the state vector */
  int pos;           /* words of the state vector that are used already */
  bool has_normal;   /* the polar method makes two normals at a time; is the second not used yet? */
  double normal;     /* that second normal */
} mg_rng;

/* Starts the sequence of seed, and drops the second normal. */
void mg_rng_seed(mg_rng *g, uint32_t seed);

/* Uniform on 0 .. 2^32 - 1. */
uint32_t mg_rng_u32(mg_rng *g);

/* Uniform on [0, 1), 53 bits: np.random.rand(). */
double mg_rng_uniform(mg_rng *g);

/* Standard normal, by Marsaglia's polar method, whose second value is kept: np.random.randn(). */
double mg_rng_normal(mg_rng *g);

/* Uniform on the whole numbers 0 .. most, by masked rejection: of 64 bits where most needs more than 32.
   np.random.randint(most + 1). */
uint64_t mg_rng_below(mg_rng *g, uint64_t most);

/* order[0 .. n - 1] = a permutation of 0 .. n - 1, shuffled from the last place down with
   masked rejection: np.random.permutation(n). n below 2^32. */
void mg_rng_permutation(mg_rng *g, size_t n, uint32_t *order);

/* A part of that shuffle, for callers that stop in between: exchanges each of the count places from, from -
   1, ... of order with a place that is not above it. count <= from. */
void mg_rng_shuffle(mg_rng *g, uint32_t *order, size_t from, size_t count);

#endif
