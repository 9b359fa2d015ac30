/* binding.h - what the files of moongrad.core share: storages, matrices, generators, errors.

   A function of the binding checks its arguments, makes one engine call and
   pushes the result. Misuse raises; the outside world returns nil, message.
   Memory that holds numbers is Lua userdata, so the collector sees its size and
   nothing is owned by a C local when Lua throws. */

#ifndef MG_BINDING_H
#define MG_BINDING_H

#include <stdint.h>

#include <lauxlib.h>
#include <lua.h>

#include "../engine/mat.h"
#include "../engine/random.h"

/* --- storages: blocks of numbers ------------------------------------------ */

typedef struct Storage {
  uint64_t version; /* grows with every write from Lua */
} Storage;          /* its numbers follow, at the next multiple of 64 bytes */

/* Pushes a storage of zeroed bytes and returns it; raises when memory is short,
   saying what wanted it. The second gives its first number, 64-byte aligned. */
Storage *storage_new(lua_State *L, size_t bytes, const char *what);
void *storage_data(Storage *s);

/* --- matrices: views on a storage ----------------------------------------- */

#define MATRIX "moongrad.matrix" /* metatable name: m[i] is a row */
#define ROW "moongrad.row"       /* metatable name: row[j] is a number */

typedef struct Matrix {
  mg_mat m;         /* where and how the numbers lie */
  Storage *storage; /* whose they are; user value 1 keeps it alive */
} Matrix;           /* user value 2: where a network's view came from (a table), or nil */

/* Pushes a new matrix of zeros, doubles, row-major. */
Matrix *matrix_new(lua_State *L, size_t nrows, size_t ncols);

/* Pushes a view m on the storage at index idx. */
Matrix *matrix_view(lua_State *L, int idx, mg_mat m);

/* The matrix or row at index idx; raises for anything else. */
Matrix *matrix_check(lua_State *L, int idx);
Matrix *matrix_test(lua_State *L, int idx); /* NULL instead of raising */

/* The same, a table of rows (or a flat table: one row, or one column if column)
   made into a new matrix that takes its place on the stack. what names the
   argument in errors: "X", "theta[2]". */
Matrix *matrix_want(lua_State *L, int idx, const char *what, int column);

/* To be called by every write from Lua to a matrix. */
void matrix_touch(Matrix *a);

/* --- generators ------------------------------------------------------------ */

#define RNG "moongrad.rng"

/* The generator at index idx, or when that is none or nil the state's shared one. */
mg_rng *rng_opt(lua_State *L, int idx);

/* --- openers: each adds its functions to the table on top of the stack ------ */

void open_matrix(lua_State *L);
void open_matrix_math(lua_State *L);
void open_rng(lua_State *L);
void open_network(lua_State *L);
void open_docs(lua_State *L); /* adds docs(), the help texts by name */

#endif
