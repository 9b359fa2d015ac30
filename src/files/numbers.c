/* numbers.c - numbers as bytes. */

#include "numbers.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* An unsigned integer of so many bytes. Inlined with the size known, it is one instruction or two. */
static inline uint64_t bits(const unsigned char *p, size_t size, bool big_endian) {
  uint64_t v = 0;
  for (size_t k = 0; k < size; k++) v |= (uint64_t)p[big_endian ? size - 1 - k : k] << (8 * k);
  return v;
}

#define EXACT 9007199254740992 /* 2^53: up to here every whole number is a double */

#define READER(name, size, value)                                                 \
  static size_t name(const unsigned char *bytes, size_t n, bool big, double *x) { \
    for (size_t i = 0; i < n && !big; i++) {                                      \
      const uint64_t v = bits(bytes + i * (size), size, false);                   \
      x[i] = (value);                                                             \
    }                                                                             \
    for (size_t i = 0; i < n && big; i++) {                                       \
      const uint64_t v = bits(bytes + i * (size), size, true);                    \
      x[i] = (value);                                                             \
    }                                                                             \
    return n;                                                                     \
  }

static double of_float(uint32_t v) {
  float f;
  memcpy(&f, &v, sizeof f);
  return (double)f;
}

static double of_double(uint64_t v) {
  double d;
  memcpy(&d, &v, sizeof d);
  return d;
}

/* IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
static double of_half(uint32_t v) {
  const int e = (int)(v >> 10 & 31), f = (int)(v & 1023);
  const double sign = v >> 15 ? -1 : 1;
  if (e == 31) return f != 0 ? (double)NAN : sign * (double)INFINITY;
  return sign * (e == 0 ? ldexp(f, -24) : ldexp(1024 + f, e - 25));
}

READER(read_b1, 1, v != 0)
READER(read_i1, 1, (double)(int8_t)v)
READER(read_u1, 1, (double)v)
READER(read_i2, 2, (double)(int16_t)v)
READER(read_u2, 2, (double)v)
READER(read_i4, 4, (double)(int32_t)v)
READER(read_u4, 4, (double)v)
READER(read_f2, 2, of_half((uint32_t)v))
READER(read_bf, 2, of_float((uint32_t)v << 16))
READER(read_f4, 4, of_float((uint32_t)v))
READER(read_f8, 8, of_double(v))

static size_t read_i8(const unsigned char *bytes, size_t n, bool big, double *x) {
  for (size_t i = 0; i < n; i++) {
    const int64_t v = (int64_t)bits(bytes + i * 8, 8, big);
    if (v > EXACT || v < -EXACT) return i;
    x[i] = (double)v;
  }
  return n;
}

static size_t read_u8(const unsigned char *bytes, size_t n, bool big, double *x) {
  for (size_t i = 0; i < n; i++) {
    const uint64_t v = bits(bytes + i * 8, 8, big);
    if (v > EXACT) return i;
    x[i] = (double)v;
  }
  return n;
}

static const mg_number_type types[] = {
    {"b1", 1, read_b1}, {"i1", 1, read_i1}, {"u1", 1, read_u1}, {"i2", 2, read_i2}, {"u2", 2, read_u2},
    {"i4", 4, read_i4}, {"u4", 4, read_u4}, {"i8", 8, read_i8}, {"u8", 8, read_u8}, {"f2", 2, read_f2},
    {"f4", 4, read_f4}, {"f8", 8, read_f8}, {"bf", 2, read_bf}};

const mg_number_type *mg_number_type_of(const char *name) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i].name, name) == 0) return &types[i];
  return NULL;
}
