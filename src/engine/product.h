/* product.h - the three products of a pass, on row blocks.

   Each has two paths, chosen by the layer's shape alone, never by the number of
   rows, so that a row's bits do not depend on the block it fell into: own loops
   for small layers, CBLAS for large ones. */

#ifndef MG_PRODUCT_H
#define MG_PRODUCT_H

#include "blas.h"
#include "mat.h"

/* Weights a layer must have before a product of its goes to BLAS. */
#define MG_BLAS_WEIGHTS 4096

/* Z = A THETA^T. a: rows x (1 + n_in) with its ones; theta: n_out x (1 + n_in). blas may be NULL. */
void mg_product_z(const mg_mat *a, const mg_mat *theta, mg_mat *z, size_t from, size_t to,
                  const mg_blas *blas);

/* E = DELTA THETA without its bias column: dJ/da of the layer below. e: rows x n_in. */
void mg_product_back(const mg_mat *delta, const mg_mat *theta, mg_mat *e, size_t from, size_t to,
                     const mg_blas *blas);

/* GRAD += DELTA^T A, rows in order. grad: n_out x (1 + n_in). */
void mg_product_grad(const mg_mat *delta, const mg_mat *a, mg_mat *grad, size_t from, size_t to,
                     const mg_blas *blas);

#endif
