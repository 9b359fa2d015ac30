/* matrix_index.c - the metatables of matrices and rows: m[i], m.name, #m and pairs(m).

   The metamethods __index and __newindex have two upvalues: the methods by name; the names of the fields. */

#include <stdio.h>
#include <string.h>

#include "binding.h"

#define SHAPE "moongrad.shape" /* metatable name of the tables that m.shape returns */

/* The index at 2 of the matrix at 1, which must be from 1 to n. Returns it counted from 0. which: "row" or
   "column". */
static size_t check_index(lua_State *L, size_t n, const char *which) {
  if (lua_type(L, 2) != LUA_TNUMBER)
    fail(L, "%s index is %s, expected a whole number 1 to %I of %s", which, push_kind(L, 2), (LUAI_UACINT)n,
         matrix_describe(L, 1));
  int is_whole;
  const lua_Integer i = lua_tointegerx(L, 2, &is_whole);
  if (!is_whole || i < 1 || (size_t)i > n)
    fail(L, "%s index %s is %s 1 to %I of %s", which, push_came(L, 2),
         is_whole ? "out of range" : "not a whole number", (LUAI_UACINT)n, matrix_describe(L, 1));
  return (size_t)i - 1;
}

/* Raises: a matrix has no field or method key. Similar names of both are suggested. */
static int no_such_name(lua_State *L, const char *key) {
  lua_newtable(L);
  for (int up = 1; up <= 2; up++)
    for (lua_pushnil(L); lua_next(L, lua_upvalueindex(up)) != 0; lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushboolean(L, 1);
      lua_rawset(L, -5); /* names key value | key true */
    }
  return unknown_name(L, "matrix", key, -1);
}

/* __tostring of a shape: "{4, 2}". Else a shape is a plain table. */
static int shape_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_rawgeti(L, 1, 1);
  lua_rawgeti(L, 1, 2);
  lua_pushfstring(L, "{%s, %s}", luaL_tolstring(L, 2, NULL), luaL_tolstring(L, 3, NULL));
  return 1;
}

/*** m.T
     The transpose of m, a view: writing to it writes to m.
     > A[1]:matmul(THETA[1].T)
*/

/*** m.shape
     The numbers of rows and columns, a table {nrows, ncols}.
     > THETA[1].shape
     {2, 3}
*/

/*** m.nrows
     The number of rows; #m is the same.
     > X.nrows
     4
*/

/*** m.ncols
     The number of columns.
     > X.ncols
     2
*/

/* Pushes the field or method whose name is at index 2. */
static int push_named(lua_State *L, const Matrix *a) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  const char *key = lua_tostring(L, 2);
  if (strcmp(key, "nrows") == 0)
    lua_pushinteger(L, (lua_Integer)a->m.nrows);
  else if (strcmp(key, "ncols") == 0)
    lua_pushinteger(L, (lua_Integer)a->m.ncols);
  else if (strcmp(key, "shape") == 0) {
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, (lua_Integer)a->m.nrows);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, (lua_Integer)a->m.ncols);
    lua_rawseti(L, -2, 2);
    luaL_setmetatable(L, SHAPE);
  } else if (strcmp(key, "T") == 0)
    matrix_part(L, 1, mg_mat_t(a->m), MATRIX);
  else
    return no_such_name(L, key);
  return 1;
}

/* Is the key at index 2 the first one past the end? It gives nil, not an error, so that ipairs ends. */
static int is_end(lua_State *L, size_t n) {
  return lua_type(L, 2) == LUA_TNUMBER && lua_tonumber(L, 2) == (lua_Number)(n + 1);
}

/* m[i]: a row, with the origin of m; m[list]: those rows, a copy. */
static int matrix_index(lua_State *L) {
  const Matrix *a = matrix_check(L, 1);
  if (lua_type(L, 2) == LUA_TSTRING) return push_named(L, a);
  if (lua_istable(L, 2) || matrix_test(L, 2) != NULL) return matrix_take(L);
  if (is_end(L, a->m.nrows)) return 0;
  const size_t i = check_index(L, a->m.nrows, "row");
  matrix_part(L, 1, mg_mat_rows(a->m, i, 1), ROW);
  ((Matrix *)lua_touserdata(L, -1))->row = i;
  lua_getiuservalue(L, 1, 2);
  lua_setiuservalue(L, -2, 2);
  return 1;
}

static int row_index(lua_State *L) {
  const Matrix *a = matrix_check(L, 1);
  if (lua_type(L, 2) == LUA_TSTRING) return push_named(L, a);
  if (is_end(L, a->m.ncols)) return 0;
  lua_pushnumber(L, mg_mat_get(&a->m, 0, check_index(L, a->m.ncols, "column")));
  return 1;
}

/* Raises when the key at index 2 is a string: neither fields nor methods can be assigned. */
static void check_no_name(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return;
  const char *key = lua_tostring(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TNIL) no_such_name(L, key);
  fail(L, "'%s' of a matrix cannot be assigned; m[i] = ..., m:set(...) and m:fill(...) write", key);
}

/* m[i] = a table of numbers, a row, or a 1 x c matrix */
static int matrix_newindex(lua_State *L) {
  Matrix *a = matrix_check(L, 1), row = *a;
  check_no_name(L);
  const size_t i = check_index(L, a->m.nrows, "row");
  char what[64];
  snprintf(what, sizeof what, "row %zu", i + 1);
  if (!lua_istable(L, 3) && matrix_test(L, 3) == NULL)
    return fail(L, "%s of %s takes %I numbers, got %s", what, matrix_describe(L, 1), (LUAI_UACINT)a->m.ncols,
                push_kind(L, 3));
  const Matrix *src = matrix_want(L, 3, what, 0);
  row.m = mg_mat_rows(a->m, i, 1);
  if (src->m.nrows != 1 || src->m.ncols != a->m.ncols)
    return fail(L, "%s of %s takes %I numbers, got %I x %I", what, matrix_describe(L, 1),
                (LUAI_UACINT)a->m.ncols, (LUAI_UACINT)src->m.nrows, (LUAI_UACINT)src->m.ncols);
  matrix_assign(L, &row, src);
  return 0;
}

/* r[j] = a number */
static int row_newindex(lua_State *L) {
  Matrix *a = matrix_check(L, 1);
  check_no_name(L);
  const size_t j = check_index(L, a->m.ncols, "column");
  if (lua_type(L, 3) != LUA_TNUMBER)
    fail(L, "column %I of %s takes a number, got %s", (LUAI_UACINT)(j + 1), matrix_describe(L, 1),
         push_kind(L, 3));
  matrix_touch(L, a);
  mg_mat_set(&a->m, 0, j, lua_tonumber(L, 3));
  return 0;
}

static int matrix_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)matrix_check(L, 1)->m.nrows);
  return 1;
}

static int row_len(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)matrix_check(L, 1)->m.ncols);
  return 1;
}

static int next_element(lua_State *L) {
  matrix_check(L, 1);
  const lua_Integer i = check_whole(L, 2, "the index before", 0, LUA_MAXINTEGER - 1) + 1;
  lua_pushinteger(L, i);
  return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

/* pairs(m) goes through the same indices as ipairs(m). */
static int matrix_pairs(lua_State *L) {
  lua_pushcfunction(L, next_element);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

static const luaL_Reg matrix_meta[] = {{"__len", matrix_len}, {"__pairs", matrix_pairs}, {NULL, NULL}};
static const luaL_Reg row_meta[] = {{"__len", row_len}, {"__pairs", matrix_pairs}, {NULL, NULL}};
static const luaL_Reg matrix_access[] = {
    {"__index", matrix_index}, {"__newindex", matrix_newindex}, {NULL, NULL}};
static const luaL_Reg row_access[] = {{"__index", row_index}, {"__newindex", row_newindex}, {NULL, NULL}};

/* Makes the metatable of class. The tables of methods and of field names are on top of the stack, and
   stay. */
static void make_class(lua_State *L, const char *class, const char *name, const luaL_Reg *meta,
                       const luaL_Reg *access) {
  class_new(L, class, name); /* methods fields metatable */
  luaL_setfuncs(L, meta, 0);
  lua_pushvalue(L, -3);
  lua_pushvalue(L, -3);
  luaL_setfuncs(L, access, 2);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "methods");
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "fields");
  lua_pop(L, 1);
}

/* Makes both metatables; open_matrix_math adds the arithmetic metamethods. */
void open_matrix_index(lua_State *L) {
  static const char *const fields[] = {"nrows", "ncols", "shape", "T"};
  lua_newtable(L); /* the methods, which later open_ functions add */
  lua_newtable(L);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, fields[i]);
  }
  make_class(L, MATRIX, "matrix", matrix_meta, matrix_access);
  make_class(L, ROW, "row", row_meta, row_access);
  class_new(L, SHAPE, "table"); /* error messages call it a table */
  lua_pushcfunction(L, shape_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pop(L, 3);
}
