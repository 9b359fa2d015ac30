/* test_mat.c - matrix views and the arithmetic on them, with all kinds of strides. */

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mat.h"
#include "matmath.h"

/* A row-major view of an array that holds the given numbers. */
#define MAT(nrows, ncols, ...) mg_mat_of((double[]){__VA_ARGS__}, nrows, ncols, ncols, MG_DOUBLE)

static void assert_is(mg_mat m, mg_mat want) { assert_true(mg_mat_equal(&m, &want)); }

/* --- views --------------------------------------------------------------------- */

static void a_view_sees_its_numbers(void **state) {
  (void)state;
  double x[] = {1, 2, 3, 0, 4, 5, 6, 0}; /* rows padded to 4 */
  mg_mat m = mg_mat_of(x, 2, 3, 4, MG_DOUBLE);
  assert_int_equal(mg_type_size(m.type), sizeof(double));
  assert_true(mg_mat_get(&m, 0, 0) == 1 && mg_mat_get(&m, 1, 2) == 6);
  assert_is(m, MAT(2, 3, 1, 2, 3, 4, 5, 6));
  assert_is(mg_mat_t(m), MAT(3, 2, 1, 4, 2, 5, 3, 6));
  assert_is(mg_mat_rows(m, 1, 1), MAT(1, 3, 4, 5, 6));
  assert_is(mg_mat_cols(m, 1, 2), MAT(2, 2, 2, 3, 5, 6));
  assert_is(mg_mat_cols(mg_mat_t(m), 1, 1), MAT(3, 1, 4, 5, 6));
}

static void writing_to_a_view_writes_through(void **state) {
  (void)state;
  double x[] = {1, 2, 3, 4, 5, 6};
  mg_mat m = mg_mat_of(x, 2, 3, 3, MG_DOUBLE), t = mg_mat_t(m), last = mg_mat_cols(m, 2, 1);
  mg_mat_set(&t, 2, 0, -3);
  assert_true(x[2] == -3);
  mg_mat_fill(&last, 9);
  assert_is(m, MAT(2, 3, 1, 2, 9, 4, 5, 9));
}

/* A view of nrows x ncols numbers in memory: row-major, column-major, or every second number of either. */
static mg_mat laid_out(void *memory, size_t nrows, size_t ncols, int how, mg_type type) {
  const ptrdiff_t apart = how < 2 ? 1 : 2;
  mg_mat m = mg_mat_of(memory, nrows, ncols, ncols * (size_t)apart, type);
  m.cs = apart;
  if (how % 2 == 1) {
    m.rs = apart;
    m.cs = apart * (ptrdiff_t)nrows;
  }
  return m;
}

static void copying_goes_from_any_layout_to_any(void **state) {
  (void)state;
  enum { ROWS = 37, COLS = 53 };
  static double from[2 * ROWS * COLS], to[2 * ROWS * COLS];
  for (int k = 0; k < 4 * 4 * 2 * 2; k++) {
    const mg_type from_type = k & 1 ? MG_SINGLE : MG_DOUBLE, to_type = k & 2 ? MG_SINGLE : MG_DOUBLE;
    mg_mat src = laid_out(from, ROWS, COLS, k >> 2 & 3, from_type);
    mg_mat dst = laid_out(to, ROWS, COLS, k >> 4 & 3, to_type);
    memset(to, 0, sizeof to);
    for (size_t i = 0; i < ROWS; i++)
      for (size_t j = 0; j < COLS; j++) mg_mat_set(&src, i, j, (double)(i * COLS + j));
    mg_mat_copy(&dst, &src);
    for (size_t i = 0; i < ROWS; i++)
      for (size_t j = 0; j < COLS; j++) assert_true(mg_mat_get(&dst, i, j) == (double)(i * COLS + j));
  }
}

static void copying_leaves_the_padding_alone(void **state) {
  (void)state;
  double x[8];
  mg_mat padded = mg_mat_of(x, 2, 3, 4, MG_DOUBLE), src = MAT(2, 3, 1, 2, 3, 4, 5, 6);
  x[3] = x[7] = -1;
  mg_mat_copy(&padded, &src);
  assert_is(padded, src);
  assert_true(x[3] == -1 && x[7] == -1);
  double y[6];
  mg_mat turned = mg_mat_t(mg_mat_of(y, 3, 2, 2, MG_DOUBLE));
  mg_mat_copy(&turned, &padded);
  assert_is(turned, src);
  assert_true(y[1] == 4);
}

static void what_is_not_finite_is_found(void **state) {
  (void)state;
  size_t i = 7, j = 7, nan, inf;
  mg_mat m = MAT(2, 3, 1, 2, DBL_MAX, -DBL_MAX, 5, DBL_TRUE_MIN);
  assert_true(mg_mat_finite(&m, &i, &j));
  assert_true(i == 7 && j == 7);
  mg_mat_set(&m, 1, 1, -INFINITY);
  mg_mat_set(&m, 1, 2, NAN);
  assert_false(mg_mat_finite(&m, &i, &j));
  assert_true(i == 1 && j == 1);
  const mg_mat t = mg_mat_t(m);
  assert_false(mg_mat_finite(&t, &i, &j));
  assert_true(i == 1 && j == 1);
  mg_mat_count_nonfinite(&m, &nan, &inf);
  assert_true(nan == 1 && inf == 1);
}

/* --- maps and comparison ------------------------------------------------------- */

static double twice(double x) { return 2 * x; }
static double minus(double x, double y) { return x - y; }

static void a_map_goes_element_by_element(void **state) {
  (void)state;
  double y[4];
  mg_mat m = MAT(2, 2, 1, 2, 3, 4), dst = mg_mat_of(y, 2, 2, 2, MG_DOUBLE), t = mg_mat_t(m);
  mg_mat_map(&dst, &t, twice);
  assert_is(dst, MAT(2, 2, 2, 6, 4, 8));
  mg_mat_map(&m, &m, twice);
  assert_is(m, MAT(2, 2, 2, 4, 6, 8));
}

static void one_row_one_column_and_one_number_stretch(void **state) {
  (void)state;
  double y[6];
  mg_mat dst = mg_mat_of(y, 2, 3, 3, MG_DOUBLE);
  const mg_mat m = MAT(2, 3, 1, 2, 3, 4, 5, 6), row = MAT(1, 3, 1, 0, 1), col = MAT(2, 1, 10, 20),
               one = MAT(1, 1, 1);
  mg_mat_map2(&dst, &m, &row, minus);
  assert_is(dst, MAT(2, 3, 0, 2, 2, 3, 5, 5));
  mg_mat_map2(&dst, &col, &m, minus);
  assert_is(dst, MAT(2, 3, 9, 8, 7, 16, 15, 14));
  mg_mat_map2(&dst, &one, &m, minus);
  assert_is(dst, MAT(2, 3, 0, -1, -2, -3, -4, -5));
  mg_mat_map2(&dst, &row, &col, minus);
  assert_is(dst, MAT(2, 3, -9, -10, -9, -19, -20, -19));
}

static void shapes_that_do_not_fit_are_told(void **state) {
  (void)state;
  size_t r, c;
  const mg_mat a = MAT(2, 3, 0), row = MAT(1, 3, 0), col = MAT(2, 1, 0), t = MAT(3, 2, 0);
  assert_true(mg_mat_broadcast(&a, &a, &r, &c) && r == 2 && c == 3);
  assert_true(mg_mat_broadcast(&row, &a, &r, &c) && r == 2 && c == 3);
  assert_true(mg_mat_broadcast(&row, &col, &r, &c) && r == 2 && c == 3);
  assert_false(mg_mat_broadcast(&a, &t, &r, &c));
  assert_false(mg_mat_broadcast(&t, &row, &r, &c));
}

static void equality_looks_at_shapes_and_elements(void **state) {
  (void)state;
  const mg_mat a = MAT(1, 2, 0, 2), b = MAT(1, 2, -0.0, 2), c = MAT(2, 1, 0, 2), d = MAT(1, 2, 0, 3),
               e = MAT(1, 1, NAN);
  assert_true(mg_mat_equal(&a, &b));
  assert_false(mg_mat_equal(&a, &c));
  assert_false(mg_mat_equal(&a, &d));
  assert_false(mg_mat_equal(&e, &e));
}

/* NumPy 1.24.2: np.linspace(0, 1, 4), np.linspace(-.3, .7, 4), np.linspace(0, 5e-324, 3). */
static void linspace_is_numpys(void **state) {
  (void)state;
  double y[4];
  mg_mat m = mg_mat_of(y, 1, 4, 4, MG_DOUBLE);
  mg_mat_linspace(&m, 0, 1);
  assert_is(m, MAT(1, 4, 0, 0x1.5555555555555p-2, 0x1.5555555555555p-1, 1));
  mg_mat_linspace(&m, -.3, .7);
  assert_is(m, MAT(1, 4, -0.3, 0.033333333333333326, 0.36666666666666664, 0.7));
  mg_mat three = mg_mat_cols(m, 0, 3), one = mg_mat_cols(m, 0, 1);
  mg_mat_linspace(&three, 0, 5e-324);
  assert_is(three, MAT(1, 3, 0, 0, 5e-324));
  mg_mat_linspace(&one, 3, 9);
  assert_true(y[0] == 3);
}

/* --- reductions ---------------------------------------------------------------- */

static void reductions_of_all(void **state) {
  (void)state;
  size_t i, j;
  const mg_mat m = MAT(2, 3, 1, -5, 3, 4, 2, 4);
  assert_true(mg_mat_sum(&m) == 9 && mg_mat_mean(&m) == 1.5);
  assert_true(mg_mat_min(&m) == -5 && mg_mat_max(&m) == 4);
  mg_mat_argmax(&m, &i, &j);
  assert_true(i == 1 && j == 0); /* of equal elements, the first */
  const mg_mat n = MAT(1, 2, 3, 4);
  assert_true(mg_mat_norm(&n) == 5);
}

static void a_sum_loses_nothing_to_size(void **state) {
  (void)state;
  const mg_mat m = MAT(1, 4, 1, 1e100, 1, -1e100); /* Neumaier's own example */
  assert_true(mg_mat_sum(&m) == 2);
  const mg_mat inf = MAT(1, 3, 1, INFINITY, 1), both = MAT(1, 2, INFINITY, -INFINITY);
  assert_true(mg_mat_sum(&inf) == INFINITY);
  assert_true(isnan(mg_mat_sum(&both)));
}

static void a_norm_neither_overflows_nor_vanishes(void **state) {
  (void)state;
  const mg_mat big = MAT(1, 2, 3e300, -4e300), small = MAT(1, 2, 3e-300, 4e-300), zero = MAT(1, 2, 0, 0);
  assert_true(fabs(mg_mat_norm(&big) / 5e300 - 1) < 1e-15);
  assert_true(fabs(mg_mat_norm(&small) / 5e-300 - 1) < 1e-15);
  assert_true(mg_mat_norm(&zero) == 0);
  const mg_mat subnormal = MAT(1, 2, 3 * 0x1p-1070, -4 * 0x1p-1070);
  assert_true(mg_mat_norm(&subnormal) == 5 * 0x1p-1070);
  const mg_mat inf = MAT(1, 2, -INFINITY, 1), nan = MAT(1, 2, NAN, INFINITY);
  assert_true(mg_mat_norm(&inf) == INFINITY);
  assert_true(isnan(mg_mat_norm(&nan)));
}

static void a_nan_is_not_hidden(void **state) {
  (void)state;
  size_t i, j;
  const mg_mat m = MAT(2, 2, 1, 2, NAN, 3), first = MAT(1, 2, NAN, 3);
  assert_true(isnan(mg_mat_sum(&m)) && isnan(mg_mat_min(&m)) && isnan(mg_mat_max(&m)) &&
              isnan(mg_mat_norm(&m)));
  mg_mat_argmax(&m, &i, &j);
  assert_true(i == 1 && j == 0);
  assert_true(isnan(mg_mat_min(&first)) && isnan(mg_mat_max(&first)));
}

static void reductions_along_an_axis(void **state) {
  (void)state;
  double y[3];
  const mg_mat m = MAT(2, 3, 1, 2, 3, 4, 5, 6);
  mg_mat cols = mg_mat_of(y, 1, 3, 3, MG_DOUBLE), rows = mg_mat_of(y, 2, 1, 1, MG_DOUBLE);
  mg_mat_each_col(&cols, &m, mg_mat_sum);
  assert_is(cols, MAT(1, 3, 5, 7, 9));
  mg_mat_each_row(&rows, &m, mg_mat_max);
  assert_is(rows, MAT(2, 1, 3, 6));
}

/* --- the product --------------------------------------------------------------- */

static void the_product_is_the_same_for_all_strides(void **state) {
  (void)state;
  double y[4], z[6];
  const mg_mat a = MAT(2, 3, 1, 2, 3, 4, 5, 6), b = MAT(3, 2, 7, 8, 9, 10, 11, 12);
  const mg_mat want = MAT(2, 2, 58, 64, 139, 154);
  mg_mat dst = mg_mat_of(y, 2, 2, 2, MG_DOUBLE), turned = mg_mat_of(z, 2, 3, 3, MG_DOUBLE), bt = mg_mat_t(b);
  mg_mat_matmul(&dst, &a, &b);
  assert_is(dst, want);
  mg_mat_copy(&turned, &bt);
  const mg_mat b2 = mg_mat_t(turned); /* b, column-major */
  mg_mat_fill(&dst, NAN);
  mg_mat_matmul(&dst, &a, &b2);
  assert_is(dst, want);
  mg_mat dst_t = mg_mat_t(dst), at = mg_mat_t(a);
  mg_mat_matmul(&dst_t, &bt, &at); /* (A B)^T = B^T A^T */
  assert_is(dst, want);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_view_sees_its_numbers),
      cmocka_unit_test(writing_to_a_view_writes_through),
      cmocka_unit_test(copying_goes_from_any_layout_to_any),
      cmocka_unit_test(copying_leaves_the_padding_alone),
      cmocka_unit_test(what_is_not_finite_is_found),
      cmocka_unit_test(a_map_goes_element_by_element),
      cmocka_unit_test(one_row_one_column_and_one_number_stretch),
      cmocka_unit_test(shapes_that_do_not_fit_are_told),
      cmocka_unit_test(equality_looks_at_shapes_and_elements),
      cmocka_unit_test(linspace_is_numpys),
      cmocka_unit_test(reductions_of_all),
      cmocka_unit_test(a_sum_loses_nothing_to_size),
      cmocka_unit_test(a_norm_neither_overflows_nor_vanishes),
      cmocka_unit_test(a_nan_is_not_hidden),
      cmocka_unit_test(reductions_along_an_axis),
      cmocka_unit_test(the_product_is_the_same_for_all_strides),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
