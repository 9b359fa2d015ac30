/* real.h - the element type a kernel file is compiled for.

   Numbers are touched only in kernels. Each kernel file is compiled once per
   precision and exports one table, whose name carries the type. */

#ifndef MG_REAL_H
#define MG_REAL_H

typedef double real;
#define MG_REAL     MG_DOUBLE
#define MG_TABLE(x) x##_double

#endif
