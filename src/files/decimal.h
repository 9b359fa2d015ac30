/* decimal.h - numbers as text, the nearest double. */

#ifndef MG_FILES_DECIMAL_H
#define MG_FILES_DECIMAL_H

#include <stddef.h>

/* Reads a decimal number at text, before end; *end can be read, and is no part of a number. point: the decimal point.
   Sets *x to the nearest double, Inf when it is out of range, and returns the place behind it; text when there is no
   number. Neither hexadecimal numbers nor words are numbers. */
const char *mg_decimal(const char *text, const char *end, char point, double *x);

#endif
