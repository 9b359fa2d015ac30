/* matrix_methods.c - methods of matrices: views of parts, copying, writing, conversion to tables. */

#include <limits.h>

#include "binding.h"

/* The arguments i and j at 2 and 3: rows or columns i to j of n. Returns the first, counted from 0; *count is
   how many there are. */
static size_t check_span(lua_State *L, size_t n, size_t *count) {
  check_arity(L, 3);
  const lua_Integer i = check_whole(L, 2, "i", 1, (lua_Integer)n);
  const lua_Integer j = lua_isnoneornil(L, 3) ? i : check_whole(L, 3, "j", i, (lua_Integer)n);
  *count = (size_t)(j - i + 1);
  return (size_t)i - 1;
}

/*** m:rows(i [, j])
     Returns rows i to j (default: row i alone) as a view: writing to it writes to m.
     > m = matrix(4, 2)
     > m:rows(2, 3):fill(1)
*/
static int m_rows(lua_State *L) {
  const Matrix *a = matrix_check(L, 1);
  size_t count;
  const size_t from = check_span(L, a->m.nrows, &count);
  matrix_part(L, 1, mg_mat_rows(a->m, from, count), MATRIX);
  return 1;
}

/*** m:cols(i [, j])
     Returns columns i to j (default: column i alone) as a view: writing to it writes to m.
     > THETA[1]:cols(1):fill(0)
*/
static int m_cols(lua_State *L) {
  const Matrix *a = matrix_check(L, 1);
  size_t count;
  const size_t from = check_span(L, a->m.ncols, &count);
  matrix_part(L, 1, mg_mat_cols(a->m, from, count), MATRIX);
  return 1;
}

/*** m:copy()
     Returns a new matrix with the numbers of m.
     > before = THETA[1]:copy()
*/
static int m_copy(lua_State *L) {
  check_arity(L, 1);
  const Matrix *a = matrix_check(L, 1);
  Matrix *copy = matrix_new(L, a->m.nrows, a->m.ncols);
  blocks_copy(L, &copy->m, &a->m);
  return 1;
}

/*** m:fill(v)
     Sets every element to v. Returns m.
     > matrix(2, 2):fill(0.5)
     2 x 2
     0.5  0.5
     0.5  0.5
*/
static int m_fill(lua_State *L) {
  check_arity(L, 2);
  Matrix *a = matrix_check(L, 1);
  const double v = check_number(L, 2, "v");
  matrix_touch(L, a);
  mg_mat_fill(&a->m, v);
  lua_settop(L, 1);
  return 1;
}

/*** m:set(other)
     Copies the numbers of other into m. other is a matrix or a table of rows, of the same shape.
     Returns m.
     > THETA[2]:set{{0, 1, -1}}
*/
static int m_set(lua_State *L) {
  check_arity(L, 2);
  Matrix *a = matrix_check(L, 1);
  const Matrix *src = matrix_want(L, 2, "set", 0);
  if (a->m.nrows != src->m.nrows || a->m.ncols != src->m.ncols)
    return fail(L, "set: expected the shape of %s, got %I x %I", matrix_describe(L, 1),
                (LUAI_UACINT)src->m.nrows, (LUAI_UACINT)src->m.ncols);
  matrix_assign(L, a, src);
  lua_settop(L, 1);
  return 1;
}

/*** m:reshape(nrows, ncols)
     Returns a new nrows x ncols matrix with the numbers of m, taken row by row.
     > mg.linspace(1, 6, 6):reshape(2, 3)
*/
static int m_reshape(lua_State *L) {
  check_arity(L, 3);
  const Matrix *a = matrix_check(L, 1);
  const size_t nrows = check_count(L, 2, "nrows"), ncols = check_count(L, 3, "ncols");
  const size_t n = a->m.nrows * a->m.ncols;
  if (n % nrows != 0 || n / nrows != ncols)
    return fail(L, "reshape: %I x %I does not hold the %I numbers of %s", (LUAI_UACINT)nrows,
                (LUAI_UACINT)ncols, (LUAI_UACINT)n, matrix_describe(L, 1));
  Matrix *b = matrix_new(L, nrows, ncols);
  mg_mat flat = mg_mat_of(b->m.data, a->m.nrows, a->m.ncols, a->m.ncols, b->m.type);
  blocks_copy(L, &flat, &a->m);
  return 1;
}

#define NUMBERS ((size_t)1 << 17) /* numbers to write between two calls of blocks_ask: some ms */

static void push_numbers(lua_State *L, const mg_mat *m, size_t i) {
  lua_createtable(L, m->ncols < INT_MAX ? (int)m->ncols : 0, 0);
  for (size_t j = 0; j < m->ncols; j++) {
    if (j % NUMBERS == NUMBERS - 1) blocks_ask(L, "making a table");
    lua_pushnumber(L, mg_mat_get(m, i, j));
    lua_rawseti(L, -2, (lua_Integer)j + 1);
  }
}

/*** m:totable()
     Returns a table of rows, each a table of numbers. For a row, returns a table of numbers.
     > X:totable()[2]
     {0.0, 1.0}
*/
static int m_totable(lua_State *L) {
  check_arity(L, 1);
  const Matrix *a = matrix_check(L, 1);
  if (luaL_testudata(L, 1, ROW) != NULL) {
    push_numbers(L, &a->m, 0);
    return 1;
  }
  lua_createtable(L, a->m.nrows < INT_MAX ? (int)a->m.nrows : 0, 0);
  const size_t block = a->m.ncols < NUMBERS ? NUMBERS / a->m.ncols : 1; /* rows */
  for (size_t i = 0; i < a->m.nrows; i++) {
    if (i % block == block - 1) blocks_ask(L, "making a table");
    push_numbers(L, &a->m, i);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static const luaL_Reg methods[] = {{"rows", m_rows},       {"cols", m_cols}, {"copy", m_copy},
                                   {"fill", m_fill},       {"set", m_set},   {"reshape", m_reshape},
                                   {"totable", m_totable}, {NULL, NULL}};

/* To be called after open_matrix_index, to whose classes it adds methods. */
void open_matrix_methods(lua_State *L) {
  luaL_getmetatable(L, MATRIX);
  lua_getfield(L, -1, "methods"); /* rows have the same ones */
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}
