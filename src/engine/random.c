/* random.c - the random numbers of NumPy's RandomState, bit for bit. */

#include "random.h"

#include <math.h>

/* MT19937: the number of words of its state, and the offset in its recurrence. */
enum { WORDS = 624, AHEAD = 397 };

/* init_genrand of Matsumoto and Nishimura, 2002. */
void mg_rng_seed(mg_rng *g, uint32_t seed) {
  g->key[0] = seed;
  for (uint32_t i = 1; i < WORDS; i++)
    g->key[i] = UINT32_C(1812433253) * (g->key[i - 1] ^ (g->key[i - 1] >> 30)) + i;
  g->pos = WORDS;
  g->has_normal = false;
  g->normal = 0;
}

/* The highest bit of u and the others of v, times the matrix A of the recurrence. */
static uint32_t twist(uint32_t u, uint32_t v) {
  const uint32_t y = (u & UINT32_C(0x80000000)) | (v & UINT32_C(0x7fffffff));
  return (y >> 1) ^ ((v & 1) ? UINT32_C(0x9908b0df) : 0);
}

static void next_words(mg_rng *g) {
  uint32_t *k = g->key;
  for (int i = 0; i < WORDS - AHEAD; i++) k[i] = k[i + AHEAD] ^ twist(k[i], k[i + 1]);
  for (int i = WORDS - AHEAD; i < WORDS - 1; i++) k[i] = k[i + AHEAD - WORDS] ^ twist(k[i], k[i + 1]);
  k[WORDS - 1] = k[AHEAD - 1] ^ twist(k[WORDS - 1], k[0]);
  g->pos = 0;
}

static inline uint32_t next_word(mg_rng *g) {
  if (g->pos >= WORDS) next_words(g);
  uint32_t y = g->key[g->pos++];
  y ^= y >> 11;
  y ^= (y << 7) & UINT32_C(0x9d2c5680);
  y ^= (y << 15) & UINT32_C(0xefc60000);
  return y ^ (y >> 18);
}

uint32_t mg_rng_u32(mg_rng *g) { return next_word(g); }

/* (a 2^26 + b) / 2^53, a of 27 bits, b of 26. */
double mg_rng_uniform(mg_rng *g) {
  const uint32_t a = next_word(g) >> 5, b = next_word(g) >> 6;
  return (a * 67108864.0 + b) / 9007199254740992.0;
}

double mg_rng_normal(mg_rng *g) {
  if (g->has_normal) {
    g->has_normal = false;
    return g->normal;
  }
  double x, y, r2; /* a point within the unit circle, but not its centre; its distance from there, squared */
  do {
    x = 2 * mg_rng_uniform(g) - 1;
    y = 2 * mg_rng_uniform(g) - 1;
    r2 = x * x + y * y;
  } while (r2 >= 1 || r2 == 0);
  const double f = sqrt(-2 * log(r2) / r2);
  g->normal = f * x;
  g->has_normal = true;
  return f * y;
}

/* Uniform on 0 .. most: draws as many bits as most has, until their value is not above most. */
static uint32_t below(mg_rng *g, uint32_t most) {
  uint32_t mask = most, value;
  for (int shift = 1; shift <= 16; shift *= 2) mask |= mask >> shift;
  do value = next_word(g) & mask;
  while (value > most);
  return value;
}

uint64_t mg_rng_below(mg_rng *g, uint64_t most) {
  if (most == 0) return 0; /* NumPy draws nothing */
  if (most <= UINT32_MAX) return below(g, (uint32_t)most);
  uint64_t mask = most, value;
  for (int shift = 1; shift <= 32; shift *= 2) mask |= mask >> shift;
  do {
    value = (uint64_t)next_word(g) << 32;
    value = (value | next_word(g)) & mask;
  } while (value > most);
  return value;
}

void mg_rng_shuffle(mg_rng *g, uint32_t *order, size_t from, size_t count) {
  for (size_t i = from; i > from - count; i--) {
    const uint32_t j = below(g, (uint32_t)i), last = order[i];
    order[i] = order[j];
    order[j] = last;
  }
}

void mg_rng_permutation(mg_rng *g, size_t n, uint32_t *order) {
  for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
  if (n > 1) mg_rng_shuffle(g, order, n - 1, n - 1);
}
