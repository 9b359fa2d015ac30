/* real.h - `real`, the element type that a kernel file is compiled for.

   Each kernel file is compiled once for every precision and instruction set. MG_SUFFIX
   is the name of the pair ("double_avx512"), and the file's table gets a name that ends
   in it; kernels.c chooses among the tables. */

#ifndef MG_REAL_H
#define MG_REAL_H

#ifdef MG_IS_SINGLE
typedef float real;
#define MG_REAL MG_SINGLE
#else
typedef double real;
#define MG_REAL MG_DOUBLE
#endif

#define MG_JOIN_(a, b) a##_##b
#define MG_JOIN(a, b)  MG_JOIN_(a, b)
#define MG_VARIANT(x)  MG_JOIN(x, MG_SUFFIX)

#endif
