/* decimal.c - numbers as text.

   Up to 19 digits are an exact 64-bit integer m, and the number is m * 10^e. When m <= 2^53 and |e| <= 22 both are
   exact doubles, and one multiplication or division rounds rightly (Clinger, How to read floating point numbers
   accurately, 1990). All other numbers are left to strtod. */

#define _GNU_SOURCE /* strtod_l, newlocale */
#include "decimal.h"

#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

#define LONGEST 800 /* characters of a number; more digits than a double's exact value has */

/* By strtod in the C locale. */
static double slowly(const char *text, size_t n, char point) {
  char copy[LONGEST + 1];
  memcpy(copy, text, n);
  copy[n] = '\0';
  if (point != '.') {
    char *comma = strchr(copy, point);
    if (comma != NULL) *comma = '.';
  }
  const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (c == (locale_t)0) return strtod(copy, NULL);
  const double x = strtod_l(copy, NULL, c);
  freelocale(c);
  return x;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The exponent at p, "e-5", if there is one; returns the place behind it. */
static const char *exponent(const char *p, const char *end, int *e) {
  if (p >= end || (*p != 'e' && *p != 'E')) return p;
  const char *q = p + 1;
  const bool minus = q < end && *q == '-';
  if (q < end && (*q == '-' || *q == '+')) q++;
  if (q >= end || !is_digit(*q)) return p;
  int n = 0;
  for (; q < end && is_digit(*q); q++)
    if (n < 100000) n = 10 * n + (*q - '0');
  *e += minus ? -n : n;
  return q;
}

const char *mg_decimal(const char *text, const char *end, char point, double *x) {
  const char *p = text;
  const bool minus = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) p++;
  uint64_t m = 0;
  int digits = 0, e = 0;
  const char *start = p;
  for (; p < end && is_digit(*p); p++) m = 10 * m + (uint64_t)(*p - '0');
  digits = (int)(p - start);
  if (p < end && *p == point) {
    const char *after = ++p;
    for (; p < end && is_digit(*p); p++) m = 10 * m + (uint64_t)(*p - '0');
    digits += (int)(p - after);
    e = -(int)(p - after);
  }
  if (digits == 0) return text;
  p = exponent(p, end, &e);
  if (p - text > LONGEST) return text;
  double v;
  if (digits <= 19 && m <= UINT64_C(1) << 53 && e >= -22 && e <= 22) {
    v = (double)m;
    v = e < 0 ? v / powers[-e] : v * powers[e];
    *x = minus ? -v : v;
  } else {
    *x = slowly(text, (size_t)(p - text), point);
  }
  return p;
}
