/* binding.h - what the files of moongrad.core, the C module for Lua, share: memory, arguments, errors,
   matrices, generators, stopping.

   A function of the binding checks its arguments, makes one engine call and
   pushes the result. Misuse raises an error; failures of the outside world (files) return
   nil, message. Memory that holds numbers is Lua userdata, so the garbage collector knows its
   size, and no C variable owns memory when Lua raises an error. */

#ifndef MG_BINDING_H
#define MG_BINDING_H

#include <stdbool.h>
#include <stdint.h>

#include <lauxlib.h>
#include <lua.h>

#include "../engine/mat.h"
#include "../engine/random.h"
#include "../engine/status.h"

/* --- classes --------------------------------------------------------------- */

/* Pushes a new metatable with the registry name class; error messages call its objects name. Its field
   __metatable is false, so that the user's Lua cannot change the class. */
void class_new(lua_State *L, const char *class, const char *name);

/* --- memory: all blocks whose size the user chooses are allocated by memory.c ------------ */

typedef struct Memory {
  double available; /* bytes that can still be allocated */
  double whole;     /* all bytes, used or not */
  const char *of;   /* whose bytes they are: "this machine" */
} Memory;

/* The memory of the machine or of the program's control group. root: the folder that holds /proc and /sys, ""
   except in tests. */
Memory memory_look(const char *root);

/* Can so many bytes be allocated? Asks the system only about a large block, or when smaller ones add up to
   much; collects garbage before it returns false. */
bool memory_has(lua_State *L, double bytes);

/* Raises when bytes cannot be allocated. The message says what they are for: "a 3 x 3 matrix". */
void memory_ask(lua_State *L, double bytes, const char *what);

/* memory_ask; then pushes a userdata of so many bytes and returns its address. Sizes that overflow are passed
   as SIZE_MAX. */
void *memory_new(lua_State *L, size_t bytes, const char *what);

/* Push text for messages. push_size: "1.5 GiB". memory_push, which says why bytes do not fit: "this machine
   has 8.0 GiB, of which 1.5 GiB are available". */
const char *push_size(lua_State *L, double bytes);
const char *memory_push(lua_State *L, double bytes);

/* --- storages: blocks of numbers ------------------------------------------ */

typedef struct Storage {
  uint64_t version; /* grows with every write from Lua */
  bool busy;        /* is a pass running that calls Lua functions? Then Lua must not write here */
} Storage;          /* its numbers follow, at the next multiple of 64 bytes */

/* storage_new pushes a storage of zeroed bytes and returns it; it raises when there is not enough memory, and
   says what it was for. storage_data returns the address of its first number, aligned to 64 bytes. */
Storage *storage_new(lua_State *L, size_t bytes, const char *what);
void *storage_data(Storage *s);

/* --- arguments and errors ---------------------------------------------------- */

/* Raises the message, formatted as by lua_pushfstring, with the position of the user's own code: the
   innermost call that is not in a Lua file of moongrad. Use it instead of luaL_error. */
int fail(lua_State *L, const char *format, ...);

/* Pushes a number as text for a message: NaN, Inf and -Inf as matrices show them. */
const char *push_number(lua_State *L, double x);

/* Raises when the running function got more than most arguments (self counted). */
void check_arity(lua_State *L, int most);

/* arg_error raises "f: expected <expected>, got <kind of the value at idx>". push_kind pushes that kind, "a
   table"; push_came pushes a number's value, and the kind of any other value. */
int arg_error(lua_State *L, int idx, const char *expected);
const char *push_kind(lua_State *L, int idx);
const char *push_came(lua_State *L, int idx);
const char *push_no_matrix(lua_State *L, int idx); /* push_kind, and for a list what is a matrix of it */

/* Return the argument at index idx, or raise: a number (not a string); a number neither NaN nor infinite; a
   whole number from least to most; a whole number from 1. what is its name for the message: "nrows". */
double check_number(lua_State *L, int idx, const char *what);
double check_finite(lua_State *L, int idx, const char *what);
lua_Integer check_whole(lua_State *L, int idx, const char *what, lua_Integer least, lua_Integer most);
size_t check_count(lua_State *L, int idx, const char *what);

/* The arguments nrows and ncols, at indices 1 and 2; raises when they are no counts. */
void check_sizes(lua_State *L, size_t *nrows, size_t *ncols);

/* unknown_name raises "a <kind> has no '<key>'", followed by the most similar keys of the table at index
   names or, when there is none, by a hint to help. push_suggestion pushes only "; did you mean eta?", or
   "". */
int unknown_name(lua_State *L, const char *kind, const char *key, int names);
const char *push_suggestion(lua_State *L, const char *key, int names);

/* --- matrices: views of a storage ------------------------------------------ */

/* Metatable names. m[i] of a matrix is a row, r[j] of a row is a number. In all else they are one class: both
   metatables have the same table of methods, "methods", and the same table of field names, "fields". */
#define MATRIX "moongrad.matrix"
#define ROW    "moongrad.row"

typedef struct Matrix {
  mg_mat m;         /* the view of the numbers */
  Storage *storage; /* the storage that holds the numbers; user value 1 keeps it alive */
  size_t row;       /* for a ROW: the index of the row in its matrix, from 0 */
} Matrix;           /* user value 2: its origin, a table {what = "theta", layer = 1, ...}, or nil */

/* Pushes a new matrix of zeros, doubles, row-major. */
Matrix *matrix_new(lua_State *L, size_t nrows, size_t ncols);

/* Pushes a view m of the storage at index idx. */
Matrix *matrix_view(lua_State *L, int idx, mg_mat m);

/* Pushes a view m of the numbers of the matrix at index idx; class is MATRIX or ROW. */
void matrix_part(lua_State *L, int idx, mg_mat m, const char *class);

/* The matrix or row at index idx. For any other value matrix_check raises, matrix_test returns NULL. */
Matrix *matrix_check(lua_State *L, int idx);
Matrix *matrix_test(lua_State *L, int idx);

/* The matrix or row at index idx, or a new matrix from a table there, which it replaces on the stack: a table
   of rows, or a flat table, which is one row, or one column if column. what names the argument in errors:
   "X", "theta[2]". */
Matrix *matrix_want(lua_State *L, int idx, const char *what, int column);

/* The matrix or row at index idx, which must have this shape; what names it in errors. */
Matrix *matrix_shaped(lua_State *L, int idx, const char *what, size_t nrows, size_t ncols);

/* Copies the numbers of src to dst, of the same shape; the two may overlap. Calls matrix_touch for dst. */
void matrix_assign(lua_State *L, Matrix *dst, const Matrix *src);

/* Pushes name and shape of the matrix at index idx, for errors: "a 2 x 3 matrix", "THETA[1] (2 x 3)". */
const char *matrix_describe(lua_State *L, int idx);

/* The matrix or row at index idx with elements of type double, as matmath.h requires: one of single precision
   is replaced on the stack by a copy. Raises for any other value. */
Matrix *matrix_doubles(lua_State *L, int idx);

/* The argument at index idx of the function name as a view: a matrix, a table of which a matrix is made, or a
   number, for which *x is the memory. */
mg_mat matrix_operand(lua_State *L, int idx, const char *name, double *x);

/* m:take(list), the arguments at 1 and 2: pushes a new matrix of the rows that the list names. */
int matrix_take(lua_State *L);

/* dst = f(src), element by element; dst must be a new matrix. Raises when it is stopped. */
void matrix_map(lua_State *L, mg_mat *dst, const mg_mat *src, double (*f)(double));

/* To be called before every write from Lua to a matrix: counts it in the storage's version. Raises when the
   storage is busy. */
void matrix_touch(lua_State *L, Matrix *a);

/* Raises the error about a network that is busy with a pass. */
int fail_busy(lua_State *L);

/* --- generators of random numbers ------------------------------------------- */

#define RNG "moongrad.rng"

/* Pushes a new generator, as after seed(seed). */
mg_rng *rng_new(lua_State *L, uint32_t seed);

/* The generator at index idx, or the shared generator of the Lua state when nothing or nil is there. */
mg_rng *rng_opt(lua_State *L, int idx);

/* mg_rng_permutation. Returns false when it was stopped; the generator is then as before. */
bool rng_permutation(lua_State *L, mg_rng *g, size_t n, uint32_t *order);

/* --- stopping -------------------------------------------------------------- */

/* Lets Ctrl-C stop a call of the engine. On Ctrl-C, stock lua5.4 and the shell set a debug hook; the engine's
   callback sees that a hook has been set since the call began, and stops. stopper_begin is called before the
   engine's call, stopper_end after it. stopper_end also sets the hook in a coroutine that made the call. */
typedef struct Stopper {
  lua_State *L, *main;
  lua_Hook hook, main_hook; /* the hooks of L and main before the call */
  lua_State *outer;         /* for run_begin: the Running.L to restore */
  double since;             /* time of the first look at the clock in this call, 0 before it */
  const uint64_t *epoch;    /* after stopper_expect: the network's epoch; else NULL */
  uint64_t from, wanted;    /* after stopper_expect: the epoch at the start, the epochs to be done */
  const double *cost;       /* after stopper_expect: J of the last pass */
  const mg_mat *filled;     /* after stopper_fills: the matrix, NaN where it is not filled yet; else NULL */
  bool told;                /* has the function of core.progress been called in this call? */
} Stopper;

void stopper_begin(lua_State *L, Stopper *s, mg_stop *stop);
void stopper_end(Stopper *s, mg_stop *stop);

/* Raises while the function of core.progress runs, which is called in the middle of a call of the engine. */
void stopper_not_told(lua_State *L);

/* To be called in a process that fork has just made: no progress is told there. */
void stopper_forked(void);

/* May be called after stopper_begin, so that core.progress can say how far the call is: it does wanted
   epochs, or it fills m row by row. */
void stopper_expect(Stopper *s, const uint64_t *epoch, const double *cost, uint64_t wanted);
void stopper_fills(Stopper *s, const mg_mat *m);

/* --- long work, in blocks: blocks.c ------------------------------------------ */

/* A rectangle of a matrix: its first row and column, from 0, and its extents. */
typedef struct Rect {
  size_t row, nrows, col, ncols;
} Rect;

/* The rectangle r of m; when m has one row, or one column, it stands for all of them (broadcasting). */
mg_mat rect_of(const mg_mat *m, const Rect *r);

/* Divides an nrows x ncols matrix into rectangles and calls work for each, row by row. A rectangle is a part
   of a row, or whole rows, and takes some ms; ns is the time that work takes for one element. Between
   rectangles it asks whether to stop; returns false when it stopped. */
typedef void (*Work)(void *context, const Rect *r);
bool blocks_run(lua_State *L, size_t nrows, size_t ncols, double ns, Work work, void *context);

/* Raises: "interrupted while <doing>". */
int blocks_stopped(lua_State *L, const char *doing);

/* mg_mat_within: are all absolute values at most most, and not NaN? If not, *i, *j is the first that is not.
   Raises when stopped. */
bool blocks_within(lua_State *L, const mg_mat *m, double most, size_t *i, size_t *j);

/* For loops that work on the Lua stack and cannot use blocks_run: raises "interrupted while <doing>" when it
   is time to stop. */
void blocks_ask(lua_State *L, const char *doing);

/* dst = src, as mg_mat_copy and memcpy do; dst must be new memory. blocks_memory: src NULL means zeros. Raise
   when stopped. */
void blocks_copy(lua_State *L, mg_mat *dst, const mg_mat *src);
void blocks_memory(lua_State *L, void *dst, const void *src, size_t bytes);

/* --- functions that open a file of the binding: each adds to the table on top of the stack ------ */

void open_args(lua_State *L);
void open_guard(lua_State *L);
void open_memory(lua_State *L);
void open_clock(lua_State *L);
void open_matrix(lua_State *L);
void open_matrix_index(lua_State *L);
void open_matrix_methods(lua_State *L);
void open_matrix_make(lua_State *L);
void open_matrix_math(lua_State *L);
void open_matrix_map(lua_State *L);
void open_matrix_order(lua_State *L);
void open_rng(lua_State *L);
void open_network(lua_State *L);
void open_network_settings(lua_State *L);
void open_network_view(lua_State *L);
void open_optimiser(lua_State *L);
void open_custom(lua_State *L);
void open_custom_optimiser(lua_State *L); /* after open_custom */
void open_threads(lua_State *L);
void open_stopper(lua_State *L);
void open_workers(lua_State *L);
void open_files(lua_State *L);
void open_csv(lua_State *L);
void open_numbers(lua_State *L);
void open_data(lua_State *L);
void open_report(lua_State *L);
void open_run(lua_State *L);  /* after open_network and open_report: adds methods, too */
void open_pass(lua_State *L); /* after open_network: adds methods */
void open_evaluate(lua_State *L);
void open_check(lua_State *L);
void open_walk(lua_State *L);
void open_explain(lua_State *L);
void open_journal(lua_State *L);
void open_past(lua_State *L);
void open_hold(lua_State *L);
void open_docs(lua_State *L); /* adds docs(), the help texts by name */
void open_entry(lua_State *L);

#endif
