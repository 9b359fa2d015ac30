/* rng.c - generators of random numbers: the state's shared one, and private ones.

   The functions of mg use the shared generator unless their last argument is a
   private one; the methods of a private one are the same functions. */

#include "binding.h"

#define SHARED "moongrad.rng.shared" /* where the registry keeps the shared generator */

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
   shared one. Leaves the other arguments at 1 to *n. */
static mg_rng *check_rng(lua_State *L, int *n) {
  if (luaL_testudata(L, 1, RNG) != NULL) lua_rotate(L, 1, -1);
  *n = lua_gettop(L);
  if (*n == 0 || luaL_testudata(L, *n, RNG) == NULL) return rng_opt(L, *n + 1);
  return rng_opt(L, (*n)--);
}

static uint32_t check_seed(lua_State *L, int idx) {
  return (uint32_t)check_whole(L, idx, "k", 0, UINT32_MAX);
}

/* Pushes a number from draw, or a matrix of them, filled row by row, when sizes are given. */
static int push_drawn(lua_State *L, double (*draw)(mg_rng *)) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n == 0) {
    lua_pushnumber(L, draw(g));
    return 1;
  }
  if (n > 2) check_arity(L, 2);
  if (n == 1) lua_settop(L, 1); /* not the generator is the number of columns */
  size_t nrows, ncols;
  check_sizes(L, &nrows, &ncols);
  mg_mat *m = &matrix_new(L, nrows, ncols)->m;
  mg_stop stop;
  Stopper s;
  bool stopped = false;
  stopper_begin(L, &s, &stop);
  for (size_t i = 0; i < nrows && !stopped; i++)
    for (size_t j = 0; j < ncols && !stopped; j++) {
      mg_mat_set(m, i, j, draw(g));
      stopped = j % 65536 == 0 && mg_stopped(&stop);
    }
  stopper_end(&s, &stop);
  return stopped
             ? fail(L, "interrupted while drawing %I x %I numbers", (LUAI_UACINT)nrows, (LUAI_UACINT)ncols)
             : 1;
}

/*** mg.seed(k)
     Starts the random numbers anew: from here they are those of np.random.seed(k).
     k: a whole number, 0 to 4294967295. At the start it is as after seed(0).
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
     A matrix of random numbers, uniform on [0, 1), filled row by row as NumPy's rand does;
     a number without sizes.
     > rand(2, 3)
*/
static int rng_rand(lua_State *L) { return push_drawn(L, mg_rng_uniform); }

/*** mg.randn([nrows, ncols])
     A matrix of standard normal numbers, filled row by row as NumPy's randn does;
     a number without sizes.
     > randn(2, 3)
*/
static int rng_randn(lua_State *L) { return push_drawn(L, mg_rng_normal); }

/*** mg.permutation(n)
     The numbers 1 to n in random order, 1 x n: NumPy's permutation(n) plus 1.
     > mg.permutation(10)
*/
static int rng_permutation(lua_State *L) {
  int n;
  mg_rng *g = check_rng(L, &n);
  if (n > 1) check_arity(L, 1);
  const size_t count = (size_t)check_whole(L, 1, "n", 1, UINT32_MAX);
  memory_ask(L, (double)count * (sizeof(double) + sizeof(uint32_t)), "a permutation");
  mg_mat *m = &matrix_new(L, 1, count)->m;
  uint32_t *order = storage_data(storage_new(L, count * sizeof *order, "a permutation"));
  mg_rng_permutation(g, count, order);
  for (size_t i = 0; i < count; i++) mg_mat_set(m, 0, i, (double)order[i] + 1);
  lua_pop(L, 1);
  return 1;
}

/*** mg.generator(k)
     A private generator, as after seed(k), which nothing else draws from. Its methods: seed,
     rand, randn, permutation; those functions also take it as their last argument.
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
                                     {"permutation", rng_permutation},
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
