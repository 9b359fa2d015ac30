/* real.h - the element type a kernel file is compiled for.

   Numbers are touched only in kernels. Each kernel file is compiled once for every
   precision and instruction set, with MG_SUFFIX naming the pair ("double_avx512"),
   and exports one table whose name ends in it; kernels.c picks the table. */

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
