/* mat.c - the part moongrad.parts.mat: MATLAB's files, versions 5 to 7, by matio.

   matio trusts files more than it should, so data/mat.lua calls this in a process of its own, with limits. */

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <lauxlib.h>
#include <lua.h>
#include <matio.h>

#define PIECE ((size_t)65536) /* bytes of numbers in a call of the function that takes them */

/* mat.limits(bytes, seconds): of this process, its memory and its processor time. bytes 0: no limit. */
static int limits(lua_State *L) {
  const rlim_t bytes = (rlim_t)luaL_checkinteger(L, 1), seconds = (rlim_t)luaL_checkinteger(L, 2);
#ifndef __SANITIZE_ADDRESS__ /* whose shadow takes terabytes of addresses */
  if (bytes > 0) setrlimit(RLIMIT_AS, &(struct rlimit){bytes, bytes});
#else
  (void)bytes;
#endif
  setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds});
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  return 0;
}

/* Element i of a variable as a double; false when its class holds no numbers. */
static int number(const matvar_t *v, size_t i, double *x) {
  switch (v->class_type) {
  case MAT_C_DOUBLE: *x = ((const double *)v->data)[i]; return 1;
  case MAT_C_SINGLE: *x = (double)((const float *)v->data)[i]; return 1;
  case MAT_C_INT8: *x = (double)((const mat_int8_t *)v->data)[i]; return 1;
  case MAT_C_UINT8: *x = (double)((const mat_uint8_t *)v->data)[i]; return 1;
  case MAT_C_INT16: *x = (double)((const mat_int16_t *)v->data)[i]; return 1;
  case MAT_C_UINT16: *x = (double)((const mat_uint16_t *)v->data)[i]; return 1;
  case MAT_C_INT32: *x = (double)((const mat_int32_t *)v->data)[i]; return 1;
  case MAT_C_UINT32: *x = (double)((const mat_uint32_t *)v->data)[i]; return 1;
  case MAT_C_INT64: *x = (double)((const mat_int64_t *)v->data)[i]; return 1;
  case MAT_C_UINT64: *x = (double)((const mat_uint64_t *)v->data)[i]; return 1;
  default: return 0;
  }
}

/* Calls the function at index 2 with the n arguments on top of the stack, the first one a word. */
static void emit(lua_State *L, int n) {
  lua_pushvalue(L, 2);
  lua_insert(L, -n - 1);
  lua_call(L, n, 0);
}

/* Passes on the numbers of a variable, column by column, as little-endian doubles. */
static void emit_numbers(lua_State *L, const matvar_t *v, size_t count) {
  char bytes[PIECE];
  for (size_t i = 0; i < count;) {
    size_t n = 0;
    for (; i < count && n < PIECE; i++, n += sizeof(double)) {
      double x = 0;
      number(v, i, &x);
      memcpy(bytes + n, &x, sizeof x);
    }
    lua_pushliteral(L, "numbers");
    lua_pushlstring(L, bytes, n);
    emit(L, 2);
  }
}

/* Rows and columns of a variable: of three dimensions and more all but the first are columns. False when it is no
   matrix of real numbers. */
static int shape(const matvar_t *v, size_t *nrows, size_t *ncols) {
  double x;
  if (v->isComplex || v->rank < 2 || v->dims == NULL) return 0;
  *nrows = v->dims[0];
  *ncols = 1;
  for (int k = 1; k < v->rank; k++)
    if (__builtin_mul_overflow(*ncols, v->dims[k], ncols)) return 0;
  size_t count;
  if (__builtin_mul_overflow(*nrows, *ncols, &count)) return 0;
  if (count > 0 && (v->data == NULL || v->data_size <= 0 || v->nbytes / (size_t)v->data_size < count))
    return 0;
  return count == 0 || number(v, 0, &x);
}

/* mat.read(path, f, most): calls f("matrix", name, nrows, ncols), f("numbers", bytes) ..., and f("other", name) of what is no
   matrix of real numbers. most: bytes that all variables may take. True; or nil and a message. */
static int read_all(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_Number left = luaL_checknumber(L, 3);
  mat_t *file = Mat_Open(path, MAT_ACC_RDONLY);
  if (file == NULL) {
    lua_pushnil(L);
    lua_pushliteral(L, "it is no MATLAB file of version 5 to 7");
    return 2;
  }
  for (matvar_t *v; (v = Mat_VarReadNext(file)) != NULL; Mat_VarFree(v)) {
    size_t nrows, ncols;
    const int is_matrix = shape(v, &nrows, &ncols);
    left -= is_matrix ? 8 * (lua_Number)nrows * (lua_Number)ncols : 0;
    if (left < 0) {
      lua_pushnil(L);
      lua_pushliteral(L, "it is said to hold more numbers than its size allows");
      return 2;
    }
    lua_pushstring(L, is_matrix ? "matrix" : "other");
    lua_pushstring(L, v->name != NULL ? v->name : "?");
    if (is_matrix) {
      lua_pushinteger(L, (lua_Integer)nrows);
      lua_pushinteger(L, (lua_Integer)ncols);
    }
    emit(L, is_matrix ? 4 : 2);
    if (is_matrix) emit_numbers(L, v, nrows * ncols);
  }
  Mat_Close(file);
  lua_pushboolean(L, 1);
  return 1;
}

/* mat.write(path, {{name=, nrows=, ncols=, bytes=}, ...}): a file of version 5; bytes: doubles, column by column. True,
   or nil and a message. */
static int write_all(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  mat_t *file = Mat_CreateVer(path, "MATLAB 5.0 MAT-file, written by moongrad", MAT_FT_MAT5);
  int ok = file != NULL;
  for (lua_Integer i = 1; ok && i <= (lua_Integer)lua_rawlen(L, 2); i++) {
    lua_rawgeti(L, 2, i);
    lua_getfield(L, -1, "name");
    lua_getfield(L, -2, "nrows");
    lua_getfield(L, -3, "ncols");
    lua_getfield(L, -4, "bytes");
    size_t dims[2] = {(size_t)lua_tointeger(L, -3), (size_t)lua_tointeger(L, -2)};
    matvar_t *v = Mat_VarCreate(lua_tostring(L, -4), MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims,
                                (void *)(size_t)lua_tostring(L, -1), MAT_F_DONT_COPY_DATA);
    ok = v != NULL && Mat_VarWrite(file, v, MAT_COMPRESSION_ZLIB) == 0;
    if (v != NULL) Mat_VarFree(v);
    lua_pop(L, 5);
  }
  if (file != NULL) ok = Mat_Close(file) == 0 && ok;
  if (ok) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushnil(L);
  lua_pushliteral(L, "it cannot be written");
  return 2;
}

__attribute__((visibility("default"))) int luaopen_moongrad_parts_mat(lua_State *L);

int luaopen_moongrad_parts_mat(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"limits", limits}, {"read", read_all}, {"write", write_all}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_pushliteral(L, MG_VERSION);
  lua_setfield(L, -2, "version");
  return 1;
}
