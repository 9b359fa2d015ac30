/* matrix.c - matrices and rows: creating, checking and naming them, writing to them.

   A row is a matrix of one row whose elements have one index: r[j]. Matrices and rows are
   views of a storage, which they keep alive. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "binding.h"

/* --- making ------------------------------------------------------------------ */

/* Pushes a new object of class, whose view is still to be set. */
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

Matrix *matrix_shaped(lua_State *L, int idx, const char *what, size_t nrows, size_t ncols) {
  Matrix *a = matrix_check(L, idx);
  if (a->m.nrows != nrows || a->m.ncols != ncols)
    fail(L, "%s: expected %I x %I, got %I x %I", what, (LUAI_UACINT)nrows, (LUAI_UACINT)ncols,
         (LUAI_UACINT)a->m.nrows, (LUAI_UACINT)a->m.ncols);
  return a;
}

Matrix *matrix_doubles(lua_State *L, int idx) {
  Matrix *a = matrix_check(L, idx);
  if (a->m.type == MG_DOUBLE) return a;
  idx = lua_absindex(L, idx);
  Matrix *copy = matrix_new(L, a->m.nrows, a->m.ncols);
  blocks_copy(L, &copy->m, &a->m);
  lua_replace(L, idx);
  return copy;
}

/* Pushes the name of a network's view, made of its origin: "THETA[1]", or "THETA[1][2]" for a row.
   For a matrix without an origin returns NULL and pushes nothing. */
static const char *push_label(lua_State *L, int idx) {
  const int top = lua_gettop(L);
  if (lua_getiuservalue(L, idx, 2) == LUA_TTABLE) {
    lua_getfield(L, -1, "layer");
    if (lua_getfield(L, -2, "what") == LUA_TSTRING) {
      luaL_Buffer b;
      const char *what = lua_tostring(L, -1);
      const int is_y = strcmp(what, "y") == 0; /* the only name that is not in capitals */
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

/* --- writing ----------------------------------------------------------------- */

void matrix_touch(lua_State *L, Matrix *a) {
  if (a->storage->busy) fail_busy(L);
  stopper_not_told(L);
  a->storage->version++;
}

void matrix_assign(lua_State *L, Matrix *dst, const Matrix *src) {
  if (dst->storage == src->storage) {
    Matrix *copy = matrix_new(L, src->m.nrows, src->m.ncols);
    blocks_copy(L, &copy->m, &src->m);
    src = copy;
  } else
    lua_pushnil(L);
  matrix_touch(L, dst);
  mg_mat_copy(&dst->m, &src->m);
  lua_pop(L, 1);
}

/* --- for moongrad's own Lua files -------------------------------------------- */

/*** mg.is_matrix(x)
     Returns true when x is a matrix or a row, else false.
     > mg.is_matrix(THETA[1])
*/
static int is_matrix(lua_State *L) {
  check_arity(L, 1);
  lua_pushboolean(L, matrix_test(L, 1) != NULL);
  return 1;
}

/* core.origin(m): returns the origin of m, a table {what=, layer=, ...} for a view of a network, or nil; for
   a row of such a view also the row's number. */
static int origin(lua_State *L) {
  check_arity(L, 1);
  const Matrix *a = matrix_check(L, 1);
  lua_getiuservalue(L, 1, 2);
  if (lua_isnil(L, -1) || luaL_testudata(L, 1, ROW) == NULL) return 1;
  lua_pushinteger(L, (lua_Integer)a->row + 1);
  return 2;
}

/* core.set_origin(m, t): sets the origin of m, a table or nil. Returns m. */
static int set_origin(lua_State *L) {
  check_arity(L, 2);
  matrix_check(L, 1);
  luaL_argexpected(L, lua_istable(L, 2) || lua_isnil(L, 2), 2, "table or nil");
  lua_setiuservalue(L, 1, 2);
  return 1;
}

/* core.label(m): returns the name of a network's view, "THETA[1]", or nil for other matrices. */
static int label(lua_State *L) {
  check_arity(L, 1);
  matrix_check(L, 1);
  if (push_label(L, 1) == NULL) lua_pushnil(L);
  return 1;
}

/* core.set_tostring(f): sets f(m) as the metamethod __tostring of matrices and rows. */
static int set_tostring(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_getmetatable(L, MATRIX);
  luaL_getmetatable(L, ROW);
  lua_pushvalue(L, 1);
  lua_setfield(L, 2, "__tostring");
  lua_pushvalue(L, 1);
  lua_setfield(L, 3, "__tostring");
  return 0;
}

static const luaL_Reg functions[] = {{"is_matrix", is_matrix},       {"origin", origin},
                                     {"set_origin", set_origin},     {"label", label},
                                     {"set_tostring", set_tostring}, {NULL, NULL}};

void open_matrix(lua_State *L) { luaL_setfuncs(L, functions, 0); }
