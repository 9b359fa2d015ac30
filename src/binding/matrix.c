/* matrix.c - the class of matrices and rows: views, indexing, fields, copying.

   A row is a matrix of one row whose elements are reached with one index. Numbers
   are in storages; matrices and rows are views that keep theirs alive. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "binding.h"

#define SHAPE "moongrad.shape" /* metatable name of what m.shape gives */

/* --- making ------------------------------------------------------------------ */

/* Pushes a view of class on nothing yet. */
static Matrix *push_empty(lua_State *L, const char *class) {
  Matrix *a = lua_newuserdatauv(L, sizeof *a, 2);
  memset(a, 0, sizeof *a);
  luaL_setmetatable(L, class);
  return a;
}

Matrix *matrix_new(lua_State *L, size_t nrows, size_t ncols) {
  char what[80];
  snprintf(what, sizeof what, "a %zu x %zu matrix", nrows, ncols);
  if (nrows == 0 || ncols == 0) fail(L, "%s would be empty: rows and columns are 1 or more", what);
  const size_t size = mg_type_size(MG_DOUBLE);
  const size_t bytes = nrows > SIZE_MAX / size / ncols ? SIZE_MAX : nrows * ncols * size;
  Matrix *a = push_empty(L, MATRIX);
  a->storage = storage_new(L, bytes, what);
  a->m = mg_mat_of(storage_data(a->storage), nrows, ncols, ncols, MG_DOUBLE);
  lua_setiuservalue(L, -2, 1);
  return a;
}

Matrix *matrix_view(lua_State *L, int idx, mg_mat m) {
  idx = lua_absindex(L, idx);
  Matrix *a = push_empty(L, MATRIX);
  a->m = m;
  a->storage = lua_touserdata(L, idx);
  lua_pushvalue(L, idx);
  lua_setiuservalue(L, -2, 1);
  return a;
}

void matrix_part(lua_State *L, int idx, mg_mat m, const char *class) {
  idx = lua_absindex(L, idx);
  Matrix *a = push_empty(L, class);
  a->m = m;
  a->storage = ((Matrix *)lua_touserdata(L, idx))->storage;
  lua_getiuservalue(L, idx, 1);
  lua_setiuservalue(L, -2, 1);
}

/* --- checking ---------------------------------------------------------------- */

Matrix *matrix_test(lua_State *L, int idx) {
  Matrix *a = luaL_testudata(L, idx, MATRIX);
  return a != NULL ? a : luaL_testudata(L, idx, ROW);
}

Matrix *matrix_check(lua_State *L, int idx) {
  Matrix *a = matrix_test(L, idx);
  if (a == NULL) arg_error(L, idx, "a matrix");
  return a;
}

Matrix *matrix_doubles(lua_State *L, int idx) {
  Matrix *a = matrix_check(L, idx);
  if (a->m.type == MG_DOUBLE) return a;
  idx = lua_absindex(L, idx);
  Matrix *copy = matrix_new(L, a->m.nrows, a->m.ncols);
  mg_mat_copy(&copy->m, &a->m);
  lua_replace(L, idx);
  return copy;
}

/* Pushes what a network's view is called, "THETA[1]", by its origin; NULL and nothing pushed
   for other matrices. */
static const char *push_label(lua_State *L, int idx) {
  const int top = lua_gettop(L);
  if (lua_getiuservalue(L, idx, 2) == LUA_TTABLE) {
    lua_getfield(L, -1, "layer");
    if (lua_getfield(L, -2, "what") == LUA_TSTRING) {
      luaL_Buffer b;
      const char *what = lua_tostring(L, -1);
      const int is_y = strcmp(what, "y") == 0; /* the one name that is not in capitals */
      luaL_buffinit(L, &b);
      for (; *what != '\0'; what++) luaL_addchar(&b, is_y ? *what : (char)toupper((unsigned char)*what));
      luaL_pushresult(&b);
      const char *label = lua_tostring(L, -1);
      if (lua_isinteger(L, top + 2))
        label = lua_pushfstring(L, "%s[%I]", label, (LUAI_UACINT)lua_tointeger(L, top + 2));
      if (luaL_testudata(L, idx, ROW) != NULL)
        label = lua_pushfstring(L, "%s[%I]", label, (LUAI_UACINT)((Matrix *)lua_touserdata(L, idx))->row + 1);
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return label;
    }
  }
  lua_settop(L, top);
  return NULL;
}

const char *matrix_describe(lua_State *L, int idx) {
  const Matrix *a = lua_touserdata(L, idx);
  char shape[64];
  snprintf(shape, sizeof shape, "%zu x %zu", a->m.nrows, a->m.ncols);
  const char *label = push_label(L, idx);
  if (label != NULL) return lua_pushfstring(L, "%s (%s)", label, shape);
  return lua_pushfstring(L, "a %s %s", shape, luaL_testudata(L, idx, ROW) != NULL ? "row" : "matrix");
}

/* The index at 2 of the matrix at 1, from 0; it runs to n. which: "row", "column". */
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

/* --- writing ----------------------------------------------------------------- */

void matrix_touch(Matrix *a) { a->storage->version++; }

void matrix_assign(lua_State *L, Matrix *dst, const Matrix *src) {
  matrix_touch(dst);
  if (dst->storage != src->storage) {
    mg_mat_copy(&dst->m, &src->m);
    return;
  }
  Matrix *copy = matrix_new(L, src->m.nrows, src->m.ncols);
  mg_mat_copy(&copy->m, &src->m);
  mg_mat_copy(&dst->m, &copy->m);
  lua_pop(L, 1);
}

/* --- indexing ---------------------------------------------------------------- */

/* Upvalue 1 of the functions below: the methods by name; upvalue 2: the names of the fields. */

/* Raises: no such name; the near ones are looked for among both. */
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

/* The text of a shape, "{4, 2}": a plain table, but for this. */
static int shape_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_rawgeti(L, 1, 1);
  lua_rawgeti(L, 1, 2);
  lua_pushfstring(L, "{%s, %s}", luaL_tolstring(L, 2, NULL), luaL_tolstring(L, 3, NULL));
  return 1;
}

/*** m.T
     The transpose, a view: writing to it writes to m.
     > A[1]:matmul(THETA[1].T)
*/

/*** m.shape
     The numbers of rows and columns, {nrows, ncols}.
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

/* The field or method whose name is at 2. */
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

/* Is the key at 2 the one after the last, which ends ipairs? */
static int is_end(lua_State *L, size_t n) {
  return lua_type(L, 2) == LUA_TNUMBER && lua_tonumber(L, 2) == (lua_Number)(n + 1);
}

/* m[i], which knows where it came from as m does. */
static int matrix_index(lua_State *L) {
  const Matrix *a = matrix_check(L, 1);
  if (lua_type(L, 2) == LUA_TSTRING) return push_named(L, a);
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

/* Names are not assigned to. */
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
  matrix_touch(a);
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
  const lua_Integer i = luaL_checkinteger(L, 2) + 1;
  matrix_check(L, 1);
  lua_pushinteger(L, i);
  return lua_geti(L, 1, i) == LUA_TNIL ? 1 : 2;
}

/* pairs(m) goes as ipairs does. */
static int matrix_pairs(lua_State *L) {
  lua_pushcfunction(L, next_element);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

/* --- for moongrad's own Lua files -------------------------------------------- */

/*** mg.is_matrix(x)
     Is x a matrix or a row?
     > mg.is_matrix(THETA[1])
*/
static int is_matrix(lua_State *L) {
  check_arity(L, 1);
  lua_pushboolean(L, matrix_test(L, 1) != NULL);
  return 1;
}

/* as_matrix(x, what [, column]): x if it is a matrix, else the matrix that the table x describes;
   what names it in errors, column: a flat table is one column. */
static int as_matrix(lua_State *L) {
  matrix_want(L, 1, luaL_checkstring(L, 2), lua_toboolean(L, 3));
  lua_settop(L, 1);
  return 1;
}

/* origin(m): where a network's view came from, a table {what=, layer=, ...}, or nil; then, of a row of one,
   which. */
static int origin(lua_State *L) {
  const Matrix *a = matrix_check(L, 1);
  lua_getiuservalue(L, 1, 2);
  if (lua_isnil(L, -1) || luaL_testudata(L, 1, ROW) == NULL) return 1;
  lua_pushinteger(L, (lua_Integer)a->row + 1);
  return 2;
}

/* set_origin(m, t): says so. Returns m. */
static int set_origin(lua_State *L) {
  matrix_check(L, 1);
  luaL_argexpected(L, lua_istable(L, 2) || lua_isnil(L, 2), 2, "table or nil");
  lua_settop(L, 2);
  lua_setiuservalue(L, 1, 2);
  return 1;
}

/* label(m): what a network's view is called, "THETA[1]", or nil */
static int label(lua_State *L) {
  matrix_check(L, 1);
  if (push_label(L, 1) == NULL) lua_pushnil(L);
  return 1;
}

/* set_tostring(f): f(m) makes the text of a matrix or row from now on */
static int set_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  luaL_getmetatable(L, MATRIX);
  luaL_getmetatable(L, ROW);
  lua_pushvalue(L, 1);
  lua_setfield(L, 2, "__tostring");
  lua_pushvalue(L, 1);
  lua_setfield(L, 3, "__tostring");
  return 0;
}

static const luaL_Reg matrix_meta[] = {{"__len", matrix_len}, {"__pairs", matrix_pairs}, {NULL, NULL}};
static const luaL_Reg row_meta[] = {{"__len", row_len}, {"__pairs", matrix_pairs}, {NULL, NULL}};
static const luaL_Reg matrix_access[] = {
    {"__index", matrix_index}, {"__newindex", matrix_newindex}, {NULL, NULL}};
static const luaL_Reg row_access[] = {{"__index", row_index}, {"__newindex", row_newindex}, {NULL, NULL}};

static const luaL_Reg functions[] = {
    {"is_matrix", is_matrix}, {"as_matrix", as_matrix},       {"origin", origin}, {"set_origin", set_origin},
    {"label", label},         {"set_tostring", set_tostring}, {NULL, NULL}};

/* Makes the metatable of class; methods and names of fields are on top of the stack, and stay. */
static void make_class(lua_State *L, const char *class, const char *name, const luaL_Reg *meta,
                       const luaL_Reg *access) {
  luaL_newmetatable(L, class); /* methods fields metatable */
  luaL_setfuncs(L, meta, 0);
  lua_pushvalue(L, -3);
  lua_pushvalue(L, -3);
  luaL_setfuncs(L, access, 2);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "methods");
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "fields");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0); /* getmetatable(m) is false: the class cannot be broken from outside */
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

/* Adds the functions above; the classes' metamethods of arithmetic come with open_matrix_math. */
void open_matrix(lua_State *L) {
  static const char *const fields[] = {"nrows", "ncols", "shape", "T"};
  luaL_setfuncs(L, functions, 0);
  lua_newtable(L); /* the methods, added by the openers that follow */
  lua_newtable(L);
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, fields[i]);
  }
  make_class(L, MATRIX, "matrix", matrix_meta, matrix_access);
  make_class(L, ROW, "row", row_meta, row_access);
  luaL_newmetatable(L, SHAPE);
  lua_pushcfunction(L, shape_tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushnil(L); /* it is a table, also to errors */
  lua_setfield(L, -2, "__name");
  lua_pop(L, 3);
}
