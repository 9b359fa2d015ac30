/* matrix_math.c - arithmetic of matrices: operators, reductions, the product. */

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../engine/matmath.h"
#include "binding.h"

/* --- operators and comparison ---------------------------------------------------- */

typedef struct Map2 {
  mg_mat *dst;
  const mg_mat *a, *b;
  double (*f)(double, double);
} Map2;

static void map2_part(void *context, const Rect *r) {
  const Map2 *m = context;
  mg_mat dst = rect_of(m->dst, r);
  const mg_mat a = rect_of(m->a, r), b = rect_of(m->b, r);
  mg_mat_map2(&dst, &a, &b, m->f);
}

/* Pushes a new matrix f(a, b), element by element; a and b are the arguments at 1 and 2, broadcast. */
static int binary(lua_State *L, const char *name, double (*f)(double, double)) {
  double x, y;
  const mg_mat a = matrix_operand(L, 1, name, &x), b = matrix_operand(L, 2, name, &y);
  size_t nrows, ncols;
  if (!mg_mat_broadcast(&a, &b, &nrows, &ncols)) {
    char shapes[128];
    snprintf(shapes, sizeof shapes, "%zu x %zu and %zu x %zu", a.nrows, a.ncols, b.nrows, b.ncols);
    return fail(L, "%s: shapes %s do not fit: they must be equal, or one side a row, a column or a number",
                name, shapes);
  }
  if (!blocks_run(L, nrows, ncols, 20, map2_part, &(Map2){&matrix_new(L, nrows, ncols)->m, &a, &b, f}))
    return blocks_stopped(L, "computing a matrix");
  return 1;
}

static double add(double x, double y) { return x + y; }
static double sub(double x, double y) { return x - y; }
static double mul(double x, double y) { return x * y; }
static double divide(double x, double y) { return x / y; }
static double power(double x, double y) { return y == 2 ? x * x : pow(x, y); }
static double minus(double x) { return -x; }
static double equal(double x, double y) { return x == y; }
static double less(double x, double y) { return x < y; }
static double greater(double x, double y) { return x > y; }

static int op_add(lua_State *L) { return binary(L, "+", add); }
static int op_sub(lua_State *L) { return binary(L, "-", sub); }
static int op_mul(lua_State *L) { return binary(L, "*", mul); }
static int op_div(lua_State *L) { return binary(L, "/", divide); }
static int op_pow(lua_State *L) { return binary(L, "^", power); }

static int op_unm(lua_State *L) {
  const Matrix *a = matrix_doubles(L, 1);
  matrix_map(L, &matrix_new(L, a->m.nrows, a->m.ncols)->m, &a->m, minus);
  return 1;
}

typedef struct Same {
  const mg_mat *a, *b;
  bool same;
} Same;

static void same_part(void *context, const Rect *r) {
  Same *s = context;
  const mg_mat a = rect_of(s->a, r), b = rect_of(s->b, r);
  s->same = s->same && mg_mat_equal(&a, &b);
}

static bool is_equal(lua_State *L, const mg_mat *a, const mg_mat *b) {
  Same s = {a, b, a->nrows == b->nrows && a->ncols == b->ncols};
  if (s.same && !blocks_run(L, a->nrows, a->ncols, 4, same_part, &s)) blocks_stopped(L, "comparing matrices");
  return s.same;
}

/* a == b: a boolean. Lua calls it for two userdata, at least one of which is a matrix. */
static int op_eq(lua_State *L) {
  const Matrix *a = matrix_test(L, 1) != NULL ? matrix_doubles(L, 1) : NULL;
  const Matrix *b = matrix_test(L, 2) != NULL ? matrix_doubles(L, 2) : NULL;
  lua_pushboolean(L, a != NULL && b != NULL && is_equal(L, &a->m, &b->m));
  return 1;
}

static int op_order(lua_State *L) {
  return fail(L, "< and > return one boolean in Lua; mg.lt(a, b), mg.gt(a, b) return a matrix of 0 and 1");
}

/* Pushes a comparison of the arguments: a matrix of 0 and 1, or a number for two numbers. */
static int compare(lua_State *L, const char *name, double (*f)(double, double)) {
  check_arity(L, 2);
  if (lua_type(L, 1) != LUA_TNUMBER || lua_type(L, 2) != LUA_TNUMBER) return binary(L, name, f);
  lua_pushnumber(L, f(lua_tonumber(L, 1), lua_tonumber(L, 2)));
  return 1;
}

/*** mg.eq(a, b)
     Returns a matrix that is 1 where the elements of a and b are equal, else 0. a and b may be
     matrices or numbers; for two numbers it returns a number. a == b is true when all are equal.
     > mg.eq(A[3]:argmax(2), y:argmax(2)):mean()
*/
static int math_eq(lua_State *L) { return compare(L, "eq", equal); }

/*** mg.lt(a, b)
     Returns a matrix that is 1 where the element of a is less than that of b, else 0. a and b may be
     matrices or numbers; for two numbers it returns a number.
     > mg.lt(mg.abs(GRAD[1]), 1e-6):sum()
*/
static int math_lt(lua_State *L) { return compare(L, "lt", less); }

/*** mg.gt(a, b)
     Returns a matrix that is 1 where the element of a is greater than that of b, else 0. a and b may
     be matrices or numbers; for two numbers it returns a number.
     > mg.gt(predict(X), 0.5)
*/
static int math_gt(lua_State *L) { return compare(L, "gt", greater); }

/*** m:eq(v)
     The same as mg.eq(m, v): 1 where the elements of m and v are equal, else 0. v is a matrix or a number.
     > X:take(y:eq(1):find())
*/

/*** m:lt(v)
     The same as mg.lt(m, v): 1 where the element of m is less than that of v, else 0. v is a matrix or a
     number.
     > THETA[1]:lt(0):sum()
*/

/*** m:gt(v)
     The same as mg.gt(m, v): 1 where the element of m is greater than that of v, else 0. v is a matrix or a
     number.
     > predict(X):gt(0.5)
*/

typedef struct Product {
  mg_mat *dst;
  const mg_mat *a, *b;
} Product;

static void product_part(void *context, const Rect *r) {
  const Product *p = context;
  mg_mat dst = mg_mat_cols(mg_mat_rows(*p->dst, r->row, r->nrows), r->col, r->ncols);
  const mg_mat a = mg_mat_rows(*p->a, r->row, r->nrows), b = mg_mat_cols(*p->b, r->col, r->ncols);
  mg_mat_matmul(&dst, &a, &b);
}

/*** m:matmul(b)
     Returns the matrix product of m and b, a new matrix: (n x k) times (k x p) is n x p.
     > z = A[1]:matmul(THETA[1].T)
*/
static int m_matmul(lua_State *L) {
  check_arity(L, 2);
  const Matrix *a = matrix_doubles(L, 1);
  matrix_want(L, 2, "matmul", 0);
  const Matrix *b = matrix_doubles(L, 2);
  if (a->m.ncols != b->m.nrows) {
    char shapes[128];
    snprintf(shapes, sizeof shapes, "%zu x %zu times %zu x %zu: %zu columns, but %zu rows", a->m.nrows,
             a->m.ncols, b->m.nrows, b->m.ncols, a->m.ncols, b->m.nrows);
    return fail(L, "matmul: %s", shapes);
  }
  mg_mat *product = &matrix_new(L, a->m.nrows, b->m.ncols)->m;
  if (!blocks_run(L, product->nrows, product->ncols, (double)a->m.ncols, product_part,
                  &(Product){product, &a->m, &b->m}))
    return fail(L, "matmul: interrupted");
  return 1;
}

/* --- reductions ---------------------------------------------------------------- */

/* The argument axis at index 2: 1 or 2, or 0 when it is absent. */
static int check_axis(lua_State *L) {
  check_arity(L, 2);
  return lua_isnoneornil(L, 2) ? 0 : (int)check_whole(L, 2, "axis (1: down the rows, 2: along a row)", 1, 2);
}

/* A reduction of all elements of m: its result so far. */
typedef struct Whole {
  const mg_mat *m;
  mg_sum sum;
  double squares, least, most;
  double mean; /* for deviations_part */
  size_t i, j; /* the place of the largest */
} Whole;

static void sum_part(void *context, const Rect *r) {
  Whole *w = context;
  const mg_mat part = rect_of(w->m, r);
  mg_sum_add(&w->sum, &part);
}

static void squares_part(void *context, const Rect *r) {
  Whole *w = context;
  const mg_mat part = rect_of(w->m, r);
  mg_sum_squares(&w->squares, &part, 1);
}

static void deviations_part(void *context, const Rect *r) {
  Whole *w = context;
  const mg_mat part = rect_of(w->m, r);
  mg_sum_deviations(&w->sum, &part, w->mean);
}

static void min_part(void *context, const Rect *r) {
  Whole *w = context;
  const mg_mat part = rect_of(w->m, r);
  const double least = mg_mat_min(&part);
  if (!isnan(w->least) && !(least >= w->least)) w->least = least; /* a NaN counts as the least */
}

static void max_part(void *context, const Rect *r) {
  Whole *w = context;
  const mg_mat part = rect_of(w->m, r);
  size_t i, j;
  mg_mat_argmax(&part, &i, &j);
  const double most = mg_mat_get(&part, i, j);
  if (isnan(w->most) || most <= w->most) return; /* a NaN counts as the largest */
  w->most = most;
  w->i = r->row + i;
  w->j = r->col + j;
}

/* Reduces all of m, part after part; the bits are the same as those of one pass over m. */
static Whole whole(lua_State *L, const mg_mat *m, Work part) {
  Whole w = {.m = m, .least = mg_mat_get(m, 0, 0), .most = mg_mat_get(m, 0, 0)};
  if (!blocks_run(L, m->nrows, m->ncols, 2, part, &w)) blocks_stopped(L, "looking through a matrix");
  return w;
}

static double sum_of(lua_State *L, const mg_mat *m) {
  const Whole w = whole(L, m, sum_part);
  return mg_sum_of(&w.sum);
}

static double mean_of(lua_State *L, const mg_mat *m) {
  return sum_of(L, m) / ((double)m->nrows * (double)m->ncols);
}

static double std_of(lua_State *L, const mg_mat *m) {
  Whole w = {.m = m, .mean = mean_of(L, m)};
  if (!blocks_run(L, m->nrows, m->ncols, 4, deviations_part, &w))
    blocks_stopped(L, "looking through a matrix");
  return sqrt(mg_sum_of(&w.sum) / ((double)m->nrows * (double)m->ncols));
}

static double min_of(lua_State *L, const mg_mat *m) { return whole(L, m, min_part).least; }

static double max_of(lua_State *L, const mg_mat *m) { return whole(L, m, max_part).most; }

static double norm_of(lua_State *L, const mg_mat *m) {
  const double squares = whole(L, m, squares_part).squares;
  return mg_norm_is_root(squares) ? sqrt(squares) : mg_mat_norm(m);
}

typedef struct Each {
  mg_mat *dst;
  const mg_mat *m;
  double (*f)(const mg_mat *);
} Each;

static void each_col_part(void *context, const Rect *r) {
  const Each *e = context;
  mg_mat dst = mg_mat_cols(*e->dst, r->col, r->ncols);
  const mg_mat m = mg_mat_cols(*e->m, r->col, r->ncols);
  mg_mat_each_col(&dst, &m, e->f);
}

static void each_row_part(void *context, const Rect *r) {
  const Each *e = context;
  mg_mat dst = mg_mat_rows(*e->dst, r->row, r->nrows);
  const mg_mat m = mg_mat_rows(*e->m, r->row, r->nrows);
  mg_mat_each_row(&dst, &m, e->f);
}

/* Pushes a reduction of the matrix at index 1: all(m) without an axis, else a matrix of each(column) or
   each(row). */
static int reduce(lua_State *L, double (*all)(lua_State *, const mg_mat *), double (*each)(const mg_mat *)) {
  const mg_mat *m = &matrix_doubles(L, 1)->m;
  const int axis = check_axis(L);
  if (axis == 0) {
    lua_pushnumber(L, all(L, m));
    return 1;
  }
  const bool cols = axis == 1;
  mg_mat *dst = &matrix_new(L, cols ? 1 : m->nrows, cols ? m->ncols : 1)->m;
  if (!blocks_run(L, dst->nrows, dst->ncols, 2 * (double)(cols ? m->nrows : m->ncols),
                  cols ? each_col_part : each_row_part, &(Each){dst, m, each}))
    return blocks_stopped(L, "looking through a matrix");
  return 1;
}

/*** m:sum([axis])
     Returns the sum of all elements, a number. With axis 1 it returns the sum of each column (1 x c),
     with axis 2 of each row (r x 1).
     > ((A[3] - y) ^ 2):sum() / 2
*/
static int m_sum(lua_State *L) { return reduce(L, sum_of, mg_mat_sum); }

/*** m:mean([axis])
     Returns the mean of all elements, a number. With axis 1 it returns the mean of each column
     (1 x c), with axis 2 of each row (r x 1).
     > ((A[3] - y) ^ 2):mean()
*/
static int m_mean(lua_State *L) { return reduce(L, mean_of, mg_mat_mean); }

/*** m:std([axis])
     Returns the standard deviation of all elements, the root of the mean squared deviation from the mean (by N,
     not N - 1), a number. With axis 1 it returns that of each column (1 x c), with axis 2 of each row (r x 1).
     > X:std(1)
*/
static int m_std(lua_State *L) { return reduce(L, std_of, mg_mat_std); }

/*** m:min([axis])
     Returns the smallest element, a number. With axis 1 it returns that of each column (1 x c), with
     axis 2 of each row (r x 1). If an element is NaN the result is NaN.
     > THETA[1]:min()
*/
static int m_min(lua_State *L) { return reduce(L, min_of, mg_mat_min); }

/*** m:max([axis])
     Returns the largest element, a number. With axis 1 it returns that of each column (1 x c), with
     axis 2 of each row (r x 1). If an element is NaN the result is NaN.
     > mg.abs(GRAD[1]):max()
*/
static int m_max(lua_State *L) { return reduce(L, max_of, mg_mat_max); }

/*** m:norm([axis])
     Returns the root of the sum of squares of all elements (the Frobenius norm), a number. With axis 1
     it returns that of each column (1 x c), with axis 2 of each row (r x 1).
     > GRAD[1]:norm()
*/
static int m_norm(lua_State *L) { return reduce(L, norm_of, mg_mat_norm); }

/* The index, from 1, of the largest element of a row or column. */
static double place_of_max(const mg_mat *m) {
  size_t i, j;
  mg_mat_argmax(m, &i, &j);
  return (double)(m->nrows == 1 ? j : i) + 1;
}

/*** m:argmax([axis])
     Returns the place of the largest element: two numbers, its row and its column, from 1. With axis 1
     it returns the row of the largest element of each column (1 x c), with axis 2 the column of the
     largest element of each row (r x 1). Of equal elements the first counts; a NaN counts as largest.
     > predict(X):argmax(2)
*/
static int m_argmax(lua_State *L) {
  if (check_axis(L) != 0) return reduce(L, NULL, place_of_max);
  const Whole w = whole(L, &matrix_doubles(L, 1)->m, max_part);
  lua_pushinteger(L, (lua_Integer)w.i + 1);
  lua_pushinteger(L, (lua_Integer)w.j + 1);
  return 2;
}

/* core.nonfinite(m): returns how many elements are NaN, how many infinite, and i, j of the first of them. */
static int nonfinite(lua_State *L) {
  check_arity(L, 1);
  const Matrix *a = matrix_doubles(L, 1);
  size_t nan = 0, inf = 0, i, j;
  if (blocks_within(L, &a->m, DBL_MAX, &i, &j)) {
    lua_pushinteger(L, 0);
    lua_pushinteger(L, 0);
    return 2;
  }
  mg_mat_count_nonfinite(&a->m, &nan, &inf);
  lua_pushinteger(L, (lua_Integer)nan);
  lua_pushinteger(L, (lua_Integer)inf);
  lua_pushinteger(L, (lua_Integer)i + 1);
  lua_pushinteger(L, (lua_Integer)j + 1);
  return 4;
}

static const luaL_Reg functions[] = {
    {"eq", math_eq}, {"lt", math_lt}, {"gt", math_gt}, {"nonfinite", nonfinite}, {NULL, NULL}};

static const luaL_Reg methods[] = {{"matmul", m_matmul}, {"sum", m_sum},       {"mean", m_mean},
                                   {"std", m_std},       {"eq", math_eq},      {"lt", math_lt},
                                   {"gt", math_gt},      {"min", m_min},       {"max", m_max},
                                   {"norm", m_norm},     {"argmax", m_argmax}, {NULL, NULL}};

static const luaL_Reg operators[] = {
    {"__add", op_add}, {"__sub", op_sub}, {"__mul", op_mul},  {"__div", op_div},  {"__pow", op_pow},
    {"__unm", op_unm}, {"__eq", op_eq},   {"__lt", op_order}, {"__le", op_order}, {NULL, NULL}};

/* To be called after open_matrix_index, to whose classes it adds methods and operators. */
void open_matrix_math(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  luaL_getmetatable(L, MATRIX);
  luaL_setfuncs(L, operators, 0);
  lua_getfield(L, -1, "methods"); /* rows have the same ones */
  luaL_setfuncs(L, methods, 0);
  luaL_getmetatable(L, ROW);
  luaL_setfuncs(L, operators, 0);
  lua_pop(L, 3);
}
