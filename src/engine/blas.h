/* blas.h - CBLAS, found at run time when the first large product is wanted.

   Linking a BLAS costs every start its loading; most networks never need it.
   Without one, or with MOONGRAD_BLAS=none, the engine's own kernels do all. */

#ifndef MG_BLAS_H
#define MG_BLAS_H

#include <stdbool.h>

/* cblas_dgemm, with CBLAS's enumerations as the ints they are. */
typedef void (*mg_dgemm)(int order, int transa, int transb, int m, int n, int k, double alpha,
                         const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc);

enum { MG_ROW_MAJOR = 101, MG_NO_TRANS = 111, MG_TRANS = 112 };

typedef struct mg_blas {
  mg_dgemm dgemm; /* NULL when there is no CBLAS on this machine */
  bool fast;      /* an optimised one, not the reference implementation? */
} mg_blas;

/* Loads the library that MOONGRAD_BLAS names, else OpenBLAS, else the system's
   libblas.so.3. It runs on one thread; the library stays loaded. */
mg_blas mg_blas_load(void);

#endif
