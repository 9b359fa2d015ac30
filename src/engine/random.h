/* random.h - NumPy's legacy random numbers, bit for bit.

   MT19937 (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998) seeded by
   init_genrand, as numpy.random.RandomState does: after mg_rng_seed(g, k) the
   calls below give what np.random.seed(k) followed by rand, randn and
   permutation give. */

#ifndef MG_RANDOM_H
#define MG_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mg_rng {
  uint32_t key[624]; /* the state vector */
  int pos;           /* words of it already used */
  bool has_normal;   /* the polar method makes two; is the second still here? */
  double normal;     /* ... this one */
} mg_rng;

/* Starts the sequence of seed, and forgets the cached normal. */
void mg_rng_seed(mg_rng *g, uint32_t seed);

/* Uniform on 0 .. 2^32 - 1. */
uint32_t mg_rng_u32(mg_rng *g);

/* Uniform on [0, 1), 53 bits: np.random.rand(). */
double mg_rng_uniform(mg_rng *g);

/* Standard normal, Marsaglia's polar method, the second value cached: np.random.randn(). */
double mg_rng_normal(mg_rng *g);

/* order[0 .. n - 1] = a permutation of 0 .. n - 1, shuffled from the top down with
   masked rejection: np.random.permutation(n). n below 2^32. */
void mg_rng_permutation(mg_rng *g, size_t n, uint32_t *order);

/* A part of that shuffle: the places from, from - 1, ... of order, count <= from of them, each changed with
   one that is not above it. */
void mg_rng_shuffle(mg_rng *g, uint32_t *order, size_t from, size_t count);

#endif
