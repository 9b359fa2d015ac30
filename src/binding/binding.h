/* binding.h - what the files of moongrad.core share: storages, matrices, generators, errors.

   A function of the binding checks its arguments, makes one engine call and
   pushes the result. Misuse raises; the outside world returns nil, message.
   Memory that holds numbers is Lua userdata, so the collector sees its size and
   nothing is owned by a C local when Lua throws. */

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

/* Pushes the new metatable of a class that errors call name. getmetatable(object) is false: the class cannot
   be broken from outside. */
void class_new(lua_State *L, const char *class, const char *name);
/* --- memory: every block whose size is the user's to choose comes from here -------------- */

typedef struct Memory {
  double available; /* bytes that can still be had */
  double whole;     /* of how many, ... */
  const char *of;   /* ... and whose: "this machine" */
} Memory;

/* What there is; root: where /proc and /sys are, "" but in tests. */
Memory memory_look(const char *root);

/* Can so many bytes be had? Asks the system only for what is large, or adds up to it; collects garbage before
   it says no. */
bool memory_has(lua_State *L, double bytes);

/* Raises when they cannot be had, saying what wanted them: "a 3 x 3 matrix". */
void memory_ask(lua_State *L, double bytes, const char *what);

/* Asks, and pushes a userdata of so many bytes. SIZE_MAX stands for more than can be counted. */
void *memory_new(lua_State *L, size_t bytes, const char *what);

/* Push words: "1.5 GiB"; "this machine has 8.0 GiB, of which 1.5 GiB are available", why bytes do not fit. */
const char *push_size(lua_State *L, double bytes);
const char *memory_push(lua_State *L, double bytes);

/* --- storages: blocks of numbers ------------------------------------------ */

typedef struct Storage {
  uint64_t version; /* grows with every write from Lua */
  bool busy;        /* in a pass that runs Lua: nothing else may write here */
} Storage;          /* its numbers follow, at the next multiple of 64 bytes */

/* Pushes a storage of zeroed bytes and returns it; raises when memory is short,
   saying what wanted it. The second gives its first number, 64-byte aligned. */
Storage *storage_new(lua_State *L, size_t bytes, const char *what);
void *storage_data(Storage *s);

/* --- arguments: what every function checks first ---------------------------- */

/* Raises the message, formatted as by lua_pushfstring, at the position of the user's own
   code: the nearest that is not a file of moongrad's. Use it instead of luaL_error. */
int fail(lua_State *L, const char *format, ...);

/* Pushes a number for a message: NaN, Inf and -Inf as matrices show them. */
const char *push_number(lua_State *L, double x);

/* Raises when the running function was given more than most arguments (self counted). */
void check_arity(lua_State *L, int most);

/* Raises "f: expected <expected>, got <what came>"; the second pushes the last part, the third too, but a
   number as such. */
int arg_error(lua_State *L, int idx, const char *expected);
const char *push_kind(lua_State *L, int idx);
const char *push_came(lua_State *L, int idx);

/* A number (a string is none); a whole number from least to most. what names it: "nrows". */
double check_number(lua_State *L, int idx, const char *what);
double check_finite(lua_State *L, int idx, const char *what); /* neither NaN nor infinite */
lua_Integer check_whole(lua_State *L, int idx, const char *what, lua_Integer least, lua_Integer most);
size_t check_count(lua_State *L, int idx, const char *what); /* ... from 1 */

/* The numbers of rows and columns at 1 and 2. */
void check_sizes(lua_State *L, size_t *nrows, size_t *ncols);

/* Raises "a <kind> has no '<key>'" with the nearest keys of the table at index names, or where help is.
   The second pushes only that phrase: "; did you mean eta?", or nothing at all. */
int unknown_name(lua_State *L, const char *kind, const char *key, int names);
const char *push_suggestion(lua_State *L, const char *key, int names);

/* --- matrices: views on a storage ----------------------------------------- */

/* Metatable names. A matrix's m[i] is a row, a row's r[j] a number; else they are one class,
   whose methods are the table in both metatables' field "methods", its fields the keys of "fields". */
#define MATRIX "moongrad.matrix"
#define ROW    "moongrad.row"

typedef struct Matrix {
  mg_mat m;         /* where and how the numbers lie */
  Storage *storage; /* whose they are; user value 1 keeps it alive */
  size_t row;       /* of a row of a matrix: which, from 0 */
} Matrix;           /* user value 2: its origin, a table {what = "theta", layer = 1, ...}, or nil */

/* Pushes a new matrix of zeros, doubles, row-major. */
Matrix *matrix_new(lua_State *L, size_t nrows, size_t ncols);

/* Pushes a view m on the storage at index idx. */
Matrix *matrix_view(lua_State *L, int idx, mg_mat m);

/* Pushes a view m, a MATRIX or a ROW, on the numbers of the matrix at index idx. */
void matrix_part(lua_State *L, int idx, mg_mat m, const char *class);

/* The matrix or row at index idx; raises for anything else. */
Matrix *matrix_check(lua_State *L, int idx);
Matrix *matrix_test(lua_State *L, int idx); /* NULL instead of raising */

/* The same, a table of rows (or a flat table: one row, or one column if column)
   made into a new matrix that takes its place on the stack. what names the
   argument in errors: "X", "theta[2]". */
Matrix *matrix_want(lua_State *L, int idx, const char *what, int column);

/* The matrix or row at index idx, which must have this shape; what names it in errors. */
Matrix *matrix_shaped(lua_State *L, int idx, const char *what, size_t nrows, size_t ncols);

/* dst's numbers = src's, shapes equal; the two may overlap. Touches dst. */
void matrix_assign(lua_State *L, Matrix *dst, const Matrix *src);

/* Pushes its name and shape, for errors: "a 2 x 3 matrix", "THETA[1] (2 x 3)"; idx is where it is. */
const char *matrix_describe(lua_State *L, int idx);

/* The matrix or row at index idx, in double: of single precision, a copy takes its place on the stack.
   What matmath.h wants. Raises for anything else. */
Matrix *matrix_doubles(lua_State *L, int idx);

/* The argument at index idx of the function name as a view: a matrix, a table made into one, or a number, put
   into *x. */
mg_mat matrix_operand(lua_State *L, int idx, const char *name, double *x);

/* dst, a new matrix, = f(src), element by element. Raises when it is stopped. */
void matrix_map(lua_State *L, mg_mat *dst, const mg_mat *src, double (*f)(double));

/* To be called by every write from Lua to a matrix, before it. Raises when it must not be written to now. */
void matrix_touch(lua_State *L, Matrix *a);

/* Raises: it has to wait until the pass is over. */
int fail_busy(lua_State *L);

/* --- generators ------------------------------------------------------------ */

#define RNG "moongrad.rng"

/* Pushes a new generator, as after seed(seed). */
mg_rng *rng_new(lua_State *L, uint32_t seed);

/* The generator at index idx, or when that is none or nil the state's shared one. */
mg_rng *rng_opt(lua_State *L, int idx);

/* mg_rng_permutation; false when it was stopped, the generator as it was. */
bool rng_permutation(lua_State *L, mg_rng *g, size_t n, uint32_t *order);

/* --- stopping -------------------------------------------------------------- */

/* While a call of the engine runs, a hook that appears in Lua asks it to stop: so says stock lua5.4
   Ctrl-C. begin before, end after; end sees to it that the hook also reaches a coroutine. */
typedef struct Stopper {
  lua_State *L, *main;
  lua_Hook hook, main_hook; /* what was set before */
  lua_State *outer;         /* for run_begin: who ran functions of a network's own before */
  double since;             /* when the clock was first looked at, 0 before */
  const uint64_t *epoch;    /* of the network, when the call was said to do so many, ... */
  uint64_t from, wanted;    /* ... from which one on; */
  const double *cost;       /* the J of each as it passes */
  const mg_mat *filled;     /* what the call fills, if it was said so: NaN where it has not been */
  bool told;                /* has the function of core.progress been called? */
} Stopper;

void stopper_begin(lua_State *L, Stopper *s, mg_stop *stop);
void stopper_end(Stopper *s, mg_stop *stop);

/* Raises while the function of core.progress is called, which is in the middle of a call of the engine. */
void stopper_not_told(lua_State *L);

/* After begin: the call does so many epochs, or fills m row by row. */
void stopper_expect(Stopper *s, const uint64_t *epoch, const double *cost, uint64_t wanted);
void stopper_fills(Stopper *s, const mg_mat *m);

/* --- long work, in blocks: blocks.c ------------------------------------------ */

/* Rows and columns of a matrix, from 0. */
typedef struct Rect {
  size_t row, nrows, col, ncols;
} Rect;

/* That part of m; an extent of 1 stands for all of them. */
mg_mat rect_of(const mg_mat *m, const Rect *r);

/* Calls work for one part after the other of an nrows x ncols matrix, row by row, each a part of a row or
   whole rows that take some ms at so many ns an element; asks between them whether to stop. false: it
   stopped. */
typedef void (*Work)(void *context, const Rect *r);
bool blocks_run(lua_State *L, size_t nrows, size_t ncols, double ns, Work work, void *context);

/* Raises: "interrupted while <doing>". */
int blocks_stopped(lua_State *L, const char *doing);

/* Is no element more than most in absolute value, nor a NaN? Else where the first is. Raises when stopped. */
bool blocks_within(lua_State *L, const mg_mat *m, double most, size_t *i, size_t *j);

/* For work that itself is in Lua's terms: raises so when it is to stop. */
void blocks_ask(lua_State *L, const char *doing);

/* dst = src as mg_mat_copy and memcpy, for a dst that is new; a NULL src stands for zeros. Raise when
 * stopped. */
void blocks_copy(lua_State *L, mg_mat *dst, const mg_mat *src);
void blocks_memory(lua_State *L, void *dst, const void *src, size_t bytes);

/* --- openers: each adds its functions to the table on top of the stack ------ */

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
void open_rng(lua_State *L);
void open_network(lua_State *L);
void open_network_settings(lua_State *L);
void open_network_view(lua_State *L);
void open_optimiser(lua_State *L);
void open_custom(lua_State *L);
void open_custom_optimiser(lua_State *L); /* after open_custom */
void open_threads(lua_State *L);
void open_stopper(lua_State *L);
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

#endif
