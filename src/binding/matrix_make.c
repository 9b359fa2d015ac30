/* matrix_make.c - functions that make matrices from tables, sizes and other matrices. */

#include <limits.h>
#include <string.h>

#include "../engine/matmath.h"
#include "binding.h"

#define NUMBERS ((size_t)1 << 17) /* numbers to read between two calls of blocks_ask: some ms */

/* --- from tables --------------------------------------------------------------- */

/* Tables are read raw, so that no metamethod of the user runs meanwhile. */

/* The length of the value at idx when a row can be made of it: a table, a row or a 1 x c matrix. Else 0. */
static size_t row_length(lua_State *L, int idx) {
  const Matrix *row = matrix_test(L, idx);
  if (row != NULL) return row->m.nrows == 1 ? row->m.ncols : 0;
  return lua_istable(L, idx) ? lua_rawlen(L, idx) : 0;
}

/* Elements from .. from + count - 1 of row i of m = those of the table on top of the stack. */
static void read_part(lua_State *L, mg_mat *m, size_t i, size_t from, size_t count, const char *what) {
  for (size_t j = from; j < from + count; j++) {
    if (lua_rawgeti(L, -1, (lua_Integer)j + 1) != LUA_TNUMBER)
      fail(L, "%s: expected a number at [%I][%I], got %s", what, (LUAI_UACINT)(i + 1), (LUAI_UACINT)(j + 1),
           push_kind(L, -1));
    mg_mat_set(m, i, j, lua_tonumber(L, -1));
    lua_pop(L, 1);
  }
}

/* Row i of m = the numbers of the table on top of the stack, ncols of them. */
static void read_numbers(lua_State *L, mg_mat *m, size_t i, const char *what) {
  for (size_t from = 0; from < m->ncols; from += NUMBERS) {
    const size_t count = m->ncols - from < NUMBERS ? m->ncols - from : NUMBERS;
    read_part(L, m, i, from, count, what);
    if (count == NUMBERS) blocks_ask(L, "reading a table");
  }
}

/* Row i of m = the row on top of the stack: a table, a row or a 1 x c matrix. */
static void read_row(lua_State *L, mg_mat *m, size_t i, const char *what) {
  const size_t n = row_length(L, -1);
  if (n != m->ncols) {
    if (n == 0 && !lua_istable(L, -1))
      fail(L, "%s: expected a row of %I numbers as row %I, got %s", what, (LUAI_UACINT)m->ncols,
           (LUAI_UACINT)(i + 1), matrix_test(L, -1) ? matrix_describe(L, lua_gettop(L)) : push_kind(L, -1));
    fail(L, "%s: row %I has %I number%s, row 1 has %I", what, (LUAI_UACINT)(i + 1), (LUAI_UACINT)n,
         n == 1 ? "" : "s", (LUAI_UACINT)m->ncols);
  }
  const Matrix *row = matrix_test(L, -1);
  if (row == NULL) {
    read_numbers(L, m, i, what);
    return;
  }
  mg_mat dst = mg_mat_rows(*m, i, 1);
  mg_mat_copy(&dst, &row->m);
}

const char *push_no_matrix(lua_State *L, int idx) {
  const char *kind = push_kind(L, idx);
  if (strcmp(kind, "a list of matrices") != 0) return kind;
  return lua_pushfstring(L, "%s; one matrix of a list is THETA[1]", kind);
}

Matrix *matrix_want(lua_State *L, int idx, const char *what, int column) {
  idx = lua_absindex(L, idx);
  Matrix *a = matrix_test(L, idx);
  if (a != NULL) return a;
  if (!lua_istable(L, idx))
    fail(L, "%s: expected a matrix or a table of rows, got %s", what, push_no_matrix(L, idx));
  const size_t n = lua_rawlen(L, idx);
  if (n == 0) fail(L, "%s: the table is empty; expected numbers or rows of numbers", what);
  if (lua_rawgeti(L, idx, 1) == LUA_TNUMBER) { /* a flat table */
    lua_pop(L, 1);
    a = matrix_new(L, column ? n : 1, column ? 1 : n);
    mg_mat row = column ? mg_mat_t(a->m) : a->m;
    lua_pushvalue(L, idx);
    read_numbers(L, &row, 0, what);
  } else {
    const size_t ncols = row_length(L, -1);
    if (ncols == 0)
      fail(L, "%s: expected numbers or rows of numbers, got %s first", what,
           lua_istable(L, -1) ? "an empty table" : push_kind(L, -1));
    lua_pop(L, 1);
    a = matrix_new(L, n, ncols);
    const size_t block = ncols < NUMBERS ? NUMBERS / ncols : 1; /* rows */
    for (size_t i = 0; i < n; i++) {
      if (i % block == block - 1) blocks_ask(L, "reading a table");
      lua_rawgeti(L, idx, (lua_Integer)i + 1);
      read_row(L, &a->m, i, what);
      lua_pop(L, 1);
    }
    lua_pushnil(L);
  }
  lua_pop(L, 1);
  lua_replace(L, idx);
  return a;
}

/* --- from sizes ---------------------------------------------------------------- */

/* Pushes a new matrix, whose numbers of rows and columns are the arguments at 1 and 2. */
static Matrix *push_sized(lua_State *L) {
  size_t nrows, ncols;
  check_sizes(L, &nrows, &ncols);
  return matrix_new(L, nrows, ncols);
}

/* core.as_matrix(x, what [, column]): returns x if it is a matrix, else a matrix made of the table x. what is
   its name in errors; column: a flat table becomes one column, not one row. */
static int as_matrix(lua_State *L) {
  check_arity(L, 3);
  matrix_want(L, 1, luaL_checkstring(L, 2), lua_toboolean(L, 3));
  lua_settop(L, 1);
  return 1;
}

typedef struct Fill {
  mg_mat *m;
  double v;
} Fill;

static void fill_part(void *context, const Rect *r) {
  const Fill *f = context;
  mg_mat part = rect_of(f->m, r);
  mg_mat_fill(&part, f->v);
}

/* Sets every element of m, a new matrix, to v. */
static void fill(lua_State *L, mg_mat *m, double v) {
  if (!blocks_run(L, m->nrows, m->ncols, 4, fill_part, &(Fill){m, v})) blocks_stopped(L, "making a matrix");
}

/*** mg.matrix(rows)
     Returns a new matrix: from a table of rows, from a flat table of numbers (1 x n), or a copy of a
     matrix. matrix(nrows, ncols [, v]) returns one whose elements are all v (default 0).
     m[i] is row i, a view; m[i][j] is a number; m[i] = {...} writes a row. #m is the number of rows.
     The operators + - * / ^ work element by element.
     {matrix}
     > m = matrix{{1, 2}, {3, 4}}
     > matrix(2, 3, 0.5)
*/
static int make_matrix(lua_State *L) {
  if (lua_type(L, 1) == LUA_TNUMBER) {
    check_arity(L, 3);
    const double v = lua_isnoneornil(L, 3) ? 0 : check_number(L, 3, "v");
    Matrix *a = push_sized(L);
    if (v != 0) fill(L, &a->m, v);
    return 1;
  }
  check_arity(L, 1);
  const Matrix *src = matrix_test(L, 1);
  if (src == NULL) {
    if (!lua_istable(L, 1)) return arg_error(L, 1, "a table of rows, or numbers of rows and columns");
    matrix_want(L, 1, "matrix", 0);
    lua_settop(L, 1);
    return 1;
  }
  Matrix *a = matrix_new(L, src->m.nrows, src->m.ncols);
  blocks_copy(L, &a->m, &src->m);
  return 1;
}

/*** mg.zeros(nrows, ncols)
     Returns a new matrix of zeros.
     > mg.zeros(2, 3)
     2 x 3
     0  0  0
     0  0  0
*/
static int make_zeros(lua_State *L) {
  check_arity(L, 2);
  push_sized(L);
  return 1;
}

/*** mg.ones(nrows, ncols)
     Returns a new matrix of ones.
     > mg.hstack(mg.ones(4, 1), X)
*/
static int make_ones(lua_State *L) {
  check_arity(L, 2);
  fill(L, &push_sized(L)->m, 1);
  return 1;
}

/*** mg.eye(n)
     Returns the n x n identity matrix: ones on the diagonal, zeros elsewhere.
     > mg.eye(2)
     2 x 2
     1  0
     0  1
*/
static int make_eye(lua_State *L) {
  check_arity(L, 1);
  const size_t n = check_count(L, 1, "n");
  Matrix *a = matrix_new(L, n, n);
  for (size_t i = 0; i < n; i++) mg_mat_set(&a->m, i, i, 1);
  return 1;
}

/*** mg.linspace(a, b, n)
     Returns a 1 x n matrix of evenly spaced numbers from a to b, both included. They are those of
     NumPy's linspace in every bit.
     > mg.linspace(0, 1, 5)
     1 x 5
     0  0.25  0.5  0.75  1
*/
static int make_linspace(lua_State *L) {
  check_arity(L, 3);
  const double a = check_number(L, 1, "a"), b = check_number(L, 2, "b");
  Matrix *m = matrix_new(L, 1, check_count(L, 3, "n"));
  mg_mat_linspace(&m->m, a, b);
  return 1;
}

/* --- from matrices ------------------------------------------------------------- */

/* Raises: argument i has got rows (or columns: extent says which), but the first argument has want. */
static int no_fit(lua_State *L, const char *name, int i, size_t got, const char *extent, size_t want) {
  return fail(L, "%s: argument %d has %I %s, argument 1 has %I", name, i, (LUAI_UACINT)got, extent,
              (LUAI_UACINT)want);
}

/* If the only argument is a table that begins with a matrix, replaces it by its elements. */
static void unpack_list(lua_State *L, const char *name) {
  if (lua_gettop(L) != 1 || !lua_istable(L, 1)) return;
  lua_rawgeti(L, 1, 1);
  if (matrix_test(L, -1) != NULL) {
    const size_t n = lua_rawlen(L, 1);
    if (n > INT_MAX - LUA_MINSTACK || !lua_checkstack(L, (int)n + LUA_MINSTACK))
      fail(L, "%s: cannot take %I matrices at once", name, (LUAI_UACINT)n);
    for (size_t i = 2; i <= n; i++) lua_rawgeti(L, 1, (lua_Integer)i);
    lua_remove(L, 1);
  } else
    lua_pop(L, 1);
}

/* Pushes one matrix of all arguments: below each other, or, when turned, beside each other. */
static int stack(lua_State *L, const char *name, int turned) {
  unpack_list(L, name);
  const int n = lua_gettop(L);
  size_t total = 0, other = 0;
  if (n == 0) return fail(L, "%s: expected matrices, got none", name);
  for (int i = 1; i <= n; i++) {
    const Matrix *part = matrix_want(L, i, name, 0);
    const size_t along = turned ? part->m.ncols : part->m.nrows,
                 across = turned ? part->m.nrows : part->m.ncols;
    if (i == 1) other = across;
    if (across != other) return no_fit(L, name, i, across, turned ? "rows" : "columns", other);
    total = along > SIZE_MAX - total ? SIZE_MAX
                                     : total + along; /* arguments may be equal: the sum may overflow */
  }
  mg_mat all = (turned ? matrix_new(L, other, total) : matrix_new(L, total, other))->m;
  if (turned) all = mg_mat_t(all);
  size_t at = 0;
  for (int i = 1; i <= n; i++) {
    const Matrix *part = lua_touserdata(L, i);
    const mg_mat src = turned ? mg_mat_t(part->m) : part->m;
    mg_mat dst = mg_mat_rows(all, at, src.nrows);
    blocks_copy(L, &dst, &src);
    at += src.nrows;
  }
  return 1;
}

/*** mg.hstack(a, b, ...)
     Returns a new matrix of the given ones side by side. They must have equal numbers of rows.
     mg.hstack{a, b, ...} is the same.
     > mg.hstack(mg.ones(4, 1), X)
*/
static int make_hstack(lua_State *L) { return stack(L, "hstack", 1); }

/*** mg.vstack(a, b, ...)
     Returns a new matrix of the given ones below each other. They must have equal numbers of
     columns. mg.vstack{a, b, ...} is the same.
     > mg.vstack(X, {1, 1})
*/
static int make_vstack(lua_State *L) { return stack(L, "vstack", 0); }

static const luaL_Reg functions[] = {
    {"as_matrix", as_matrix}, {"matrix", make_matrix}, {"zeros", make_zeros},
    {"ones", make_ones},      {"eye", make_eye},       {"linspace", make_linspace},
    {"hstack", make_hstack},  {"vstack", make_vstack}, {NULL, NULL}};

void open_matrix_make(lua_State *L) { luaL_setfuncs(L, functions, 0); }
