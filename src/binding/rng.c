/* rng.c - generators of random numbers: one that a Lua state shares, and private ones.

   The functions of mg use the shared generator unless their last argument is a private one.
   The methods of a private generator are the same functions. */

#include "binding.h"

#define SHARED "moongrad.rng.shared" /* registry key: the shared generator */

mg_rng *rng_new(lua_State *L, uint32_t seed) {
  mg_rng *g = lua_newuserdatauv(L, sizeof *g, 0);
  mg_rng_seed(g, seed);
  luaL_setmetatable(L, RNG);
  return g;
}

mg_rng *rng_opt(lua_State *L, int idx) {
  if (!lua_isnoneornil(L, idx)) {
    mg_rng *g = luaL_testudata(L, idx, RNG);
    if (g == NULL) arg_error(L, idx, "a generator");
    return g;
  }
  if (lua_getfield(L, LUA_REGISTRYINDEX, SHARED) == LUA_TNIL) {
    rng_new(L, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, SHARED);
    lua_remove(L, -2);
  }
  mg_rng *g = lua_touserdata(L, -1);
  lua_pop(L, 1); /* the registry keeps it */
  return g;
}

/* The generator to use: the first argument (g:rand(...)) or the last (mg.rand(..., g)), else the
   shared one. Moves the other arguments to 1 .. *n. */
static mg_rng *check_rng(lua_State *L, int *n) {
  if (luaL_testudata(L, 1, RNG) != NULL) lua_rotate(L, 1, -1);
  *n = lua_gettop(L);
  if (*n == 0 || luaL_testudata(L, *n, RNG) == NULL) return rng_opt(L, *n + 1);
  return rng_opt(L, (*n)--);
}

static uint32_t check_seed(lua_State *L, int idx) {
  return (uint32_t)check_whole(L, idx, "k", 0, UINT32_MAX);
}

typedef struct Draw {
  mg_mat *m;
  mg_rng *g;
  double (*draw)(mg_rng *);
} Draw;

static void draw_part(void *context, const Rect *r) {
  const Draw *d = context;
  for (size_t i = r->row; i < r->row + r->nrows; i++)
    for (size_t j = r->col; j < r->col + r->ncols; j++) mg_mat_set(d->m, i, j, d->draw(d->g));
}

/* Pushes a number from draw, or, when sizes are given, a matrix of such numbers, filled row by row. */
static int push_drawn(lua_State *L, double (*draw)(mg_rng *)) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n == 0) {
    lua_pushnumber(L, draw(g));
    return 1;
  }
  if (n > 2) check_arity(L, 2);
  if (n == 1) lua_settop(L, 1); /* removes the generator, which is not the number of columns */
  size_t nrows, ncols;
  check_sizes(L, &nrows, &ncols);
  mg_mat *m = &matrix_new(L, nrows, ncols)->m;
  const mg_rng before = *g;
  if (blocks_run(L, nrows, ncols, 20, draw_part, &(Draw){m, g, draw})) return 1;
  *g = before;
  return fail(L, "interrupted while drawing %I x %I numbers", (LUAI_UACINT)nrows, (LUAI_UACINT)ncols);
}

/*** mg.seed(k)
     Restarts the random numbers: rand, randn, randint, choice and permutation then give what they give in NumPy after
     np.random.seed(k). k is a whole number, 0 to 4294967295. At the start the seed is 0.
     > seed(0)
*/
static int rng_seed(lua_State *L) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n > 1) check_arity(L, 1);
  mg_rng_seed(g, check_seed(L, 1));
  return 0;
}

/*** mg.rand([nrows, ncols])
     Returns a matrix of random numbers, uniform on [0, 1), filled row by row as by NumPy's rand.
     Without sizes it returns one number.
     > rand(2, 3)
*/
static int rng_rand(lua_State *L) { return push_drawn(L, mg_rng_uniform); }

/*** mg.randn([nrows, ncols])
     Returns a matrix of standard normal random numbers, filled row by row as by NumPy's randn.
     Without sizes it returns one number.
     > randn(2, 3)
*/
static int rng_randn(lua_State *L) { return push_drawn(L, mg_rng_normal); }

/* --- whole numbers -------------------------------------------------------------- */

typedef struct Integers {
  mg_mat *m;
  mg_rng *g;
  lua_Integer least;
  uint64_t most; /* above the least */
} Integers;

static void integers_part(void *context, const Rect *r) {
  const Integers *d = context;
  for (size_t i = r->row; i < r->row + r->nrows; i++)
    for (size_t j = r->col; j < r->col + r->ncols; j++)
      mg_mat_set(d->m, i, j, (double)(d->least + (lua_Integer)mg_rng_below(d->g, d->most)));
}

/* Pushes an nrows x ncols matrix of whole numbers from least to least + most. */
static int push_integers(lua_State *L, mg_rng *g, lua_Integer least, uint64_t most, size_t nrows,
                         size_t ncols) {
  mg_mat *m = &matrix_new(L, nrows, ncols)->m;
  const mg_rng before = *g;
  if (blocks_run(L, nrows, ncols, 20, integers_part, &(Integers){m, g, least, most})) return 1;
  *g = before;
  return blocks_stopped(L, "drawing whole numbers");
}

#define WHOLE ((lua_Integer)1 << 53) /* doubles hold each whole number up to here */

/*** mg.randint(lo, hi [, nrows, ncols])
     Returns a matrix of random whole numbers from lo to hi - 1, filled row by row as by NumPy's randint.
     Without sizes it returns one number.
     > mg.randint(0, 10, 2, 3)
*/
static int draw_randint(lua_State *L) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n > 4) check_arity(L, 4);
  lua_settop(L, n);
  const lua_Integer lo = check_whole(L, 1, "lo", -WHOLE, WHOLE), hi = check_whole(L, 2, "hi", -WHOLE, WHOLE);
  if (hi <= lo)
    return fail(L, "randint: hi: expected more than lo, %I, got %I", (LUAI_UACINT)lo, (LUAI_UACINT)hi);
  const uint64_t most = (uint64_t)(hi - 1 - lo);
  if (n == 2) {
    lua_pushinteger(L, lo + (lua_Integer)mg_rng_below(g, most));
    return 1;
  }
  const size_t nrows = check_count(L, 3, "nrows"), ncols = check_count(L, 4, "ncols");
  return push_integers(L, g, lo, most, nrows, ncols);
}

/*** mg.choice(n, k)
     Returns k of the numbers 1 to n, drawn with replacement, a 1 x k matrix: NumPy's choice(n, k) plus 1.
     X:take(mg.choice(#X, k)) is a batch of k rows; permutation draws without replacement.
     > X:take(mg.choice(4, 2))
*/
static int draw_choice(lua_State *L) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n > 2) check_arity(L, 2);
  lua_settop(L, n);
  const lua_Integer most = check_whole(L, 1, "n", 1, WHOLE);
  return push_integers(L, g, 1, (uint64_t)most - 1, 1, check_count(L, 2, "k"));
}

/* --- permutations --------------------------------------------------------------- */

#define FEW ((size_t)1 << 16) /* numbers that are shuffled in some ms */

typedef struct Shuffle {
  mg_rng *g;
  size_t n;
  uint32_t *order;
  mg_mat *m; /* the result, 1 x n: order counted from 1 */
} Shuffle;

static void number_part(void *context, const Rect *r) {
  const Shuffle *s = context;
  for (size_t i = r->col; i < r->col + r->ncols; i++) s->order[i] = (uint32_t)i;
}

/* Column j of r stands for the place n - 1 - j, as the shuffle goes from the last place down. */
static void shuffle_part(void *context, const Rect *r) {
  const Shuffle *s = context;
  mg_rng_shuffle(s->g, s->order, s->n - 1 - r->col, r->ncols);
}

static void place_part(void *context, const Rect *r) {
  const Shuffle *s = context;
  for (size_t i = r->col; i < r->col + r->ncols; i++) mg_mat_set(s->m, 0, i, (double)s->order[i] + 1);
}

bool rng_permutation(lua_State *L, mg_rng *g, size_t n, uint32_t *order) {
  if (n <= FEW) {
    mg_rng_permutation(g, n, order);
    return true;
  }
  const mg_rng before = *g;
  Shuffle s = {g, n, order, NULL};
  if (blocks_run(L, 1, n, 2, number_part, &s) && (n == 1 || blocks_run(L, 1, n - 1, 50, shuffle_part, &s)))
    return true;
  *g = before;
  return false;
}

/*** mg.permutation(n)
     Returns the numbers 1 to n in random order, a 1 x n matrix: NumPy's permutation(n) plus 1.
     > mg.permutation(10)
*/
static int draw_permutation(lua_State *L) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n > 1) check_arity(L, 1);
  const size_t count = (size_t)check_whole(L, 1, "n", 1, UINT32_MAX);
  memory_ask(L, (double)count * (sizeof(double) + sizeof(uint32_t)), "a permutation");
  mg_mat *m = &matrix_new(L, 1, count)->m;
  uint32_t *order = storage_data(storage_new(L, count * sizeof *order, "a permutation"));
  if (!rng_permutation(L, g, count, order)) return blocks_stopped(L, "drawing a permutation");
  Shuffle s = {g, count, order, m};
  if (!blocks_run(L, 1, count, 4, place_part, &s)) return blocks_stopped(L, "drawing a permutation");
  lua_pop(L, 1);
  return 1;
}

/*** mg.generator(k)
     Returns a private generator of random numbers, in the state after seed(k); mg.rand and the like
     do not draw from it. Its methods are seed, rand, randn, randint, choice and permutation. The functions
     of these names also take a generator as their last argument.
     > g = mg.generator(7)
     > g:rand(2, 3)
*/
static int rng_generator(lua_State *L) {
  check_arity(L, 1);
  rng_new(L, check_seed(L, 1));
  return 1;
}

static int rng_index(lua_State *L) {
  lua_settop(L, 2);
  if (lua_type(L, 2) != LUA_TSTRING) return fail(L, "a generator has no index %s", push_kind(L, 2));
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
    return unknown_name(L, "generator", lua_tostring(L, 2), lua_upvalueindex(1));
  return 1;
}

static const luaL_Reg functions[] = {{"seed", rng_seed},
                                     {"rand", rng_rand},
                                     {"randn", rng_randn},
                                     {"randint", draw_randint},
                                     {"choice", draw_choice},
                                     {"permutation", draw_permutation},
                                     {NULL, NULL}};

void open_rng(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  lua_pushcfunction(L, rng_generator);
  lua_setfield(L, -2, "generator");
  class_new(L, RNG, "generator");
  luaL_newlib(L, functions);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "methods");
  lua_pushcclosure(L, rng_index, 1);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
