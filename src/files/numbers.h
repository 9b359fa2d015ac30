/* numbers.h - numbers as bytes: integers and floating-point numbers of several sizes, in both byte orders. */

#ifndef MG_FILES_NUMBERS_H
#define MG_FILES_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

/* Converts n numbers at bytes to doubles. Returns the index of the first one that no double equals, n when there is
   none. */
typedef size_t (*mg_numbers_read)(const unsigned char *bytes, size_t n, bool big_endian, double *x);

typedef struct mg_number_type {
  const char *name; /* "f8": a letter as NumPy has it, and the bytes of a number */
  size_t size;
  mg_numbers_read read;
} mg_number_type;

/* The type of this name: b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 and bf (bfloat16); NULL when there is none. */
const mg_number_type *mg_number_type_of(const char *name);

#endif
