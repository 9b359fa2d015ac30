/* matmath.h - arithmetic on matrix views for the matrices of Lua users: element by element, comparison,
   reductions, the product.

   Destinations come first, have the right shape, and overlap no source unless it is said. Training does not
   use these functions: the products and activations of a pass are in kernels.h. */

#ifndef MG_MATMATH_H
#define MG_MATMATH_H

#include "mat.h"

/* dst = f(src), element by element; dst may be src. */
void mg_mat_map(mg_mat *dst, const mg_mat *src, double (*f)(double));

/* dst = f(a, b), element by element. The one row or column of a or b is repeated when dst
   has more. dst may be a or b when its shape is that of dst. */
void mg_mat_map2(mg_mat *dst, const mg_mat *a, const mg_mat *b, double (*f)(double, double));

/* Can a and b be broadcast: are both extents equal, or 1 on one side? If so, *nrows, *ncols is the shape of
   the result. */
bool mg_mat_broadcast(const mg_mat *a, const mg_mat *b, size_t *nrows, size_t *ncols);

/* Equal shapes and equal elements; a NaN equals nothing. */
bool mg_mat_equal(const mg_mat *a, const mg_mat *b);

/* The numbers from a to b, both included, as NumPy's linspace in every bit; dst: 1 x n. */
void mg_mat_linspace(mg_mat *dst, double a, double b);

/* Reductions of all elements. Sums are compensated (Neumaier, 1974), so that they
   do not depend on the size; a NaN anywhere gives NaN. */
double mg_mat_sum(const mg_mat *m);

/* A sum of elements, and a sum of squares of x * scale, over several matrices. Adding a matrix part by part
   gives the same bits as adding the whole. */
typedef struct mg_sum {
  double sum, lost; /* lost: what rounding has dropped so far */
} mg_sum;
void mg_sum_add(mg_sum *s, const mg_mat *m);
double mg_sum_of(const mg_sum *s);
void mg_sum_deviations(mg_sum *s, const mg_mat *m, double mean); /* adds (x - mean)^2 of each element */
void mg_sum_squares(double *sum, const mg_mat *m, double scale);

/* Is the root of this sum of squares exact enough as a norm? If not, squares left the range of doubles, and
   mg_mat_norm, which scales them, must be used. */
bool mg_norm_is_root(double sum);
double mg_mat_mean(const mg_mat *m);
double mg_mat_min(const mg_mat *m);
double mg_mat_max(const mg_mat *m);
double mg_mat_std(const mg_mat *m);  /* the root of the mean squared deviation from the mean, by N */
double mg_mat_norm(const mg_mat *m); /* Frobenius: the root of the sum of squares, no overflow on the way */

/* The place of the first of the largest elements; the first NaN, if there is one. */
void mg_mat_argmax(const mg_mat *m, size_t *i, size_t *j);

/* dst (1 x ncols) = f of each column, dst (nrows x 1) = f of each row. */
void mg_mat_each_col(mg_mat *dst, const mg_mat *m, double (*f)(const mg_mat *));
void mg_mat_each_row(mg_mat *dst, const mg_mat *m, double (*f)(const mg_mat *));

/* How many elements are NaN, how many infinite. */
void mg_mat_count_nonfinite(const mg_mat *m, size_t *nan, size_t *inf);

/* dst (n x p) = a (n x m) times b (m x p); the terms of each element are added in order. */
void mg_mat_matmul(mg_mat *dst, const mg_mat *a, const mg_mat *b);

#endif
