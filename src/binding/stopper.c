/* stopper.c - what the engine asks between two blocks: whether to stop; and, in passing, how far it is.

   A hook that appears in Lua asks it to stop. Where somebody wants to show how far long calls
   are, a function is told so now and then: see core.progress. */

#define _GNU_SOURCE /* CLOCK_MONOTONIC_COARSE */
#include <math.h>
#include <stdbool.h>
#include <time.h>

#include "binding.h"

/* --- how far it is ---------------------------------------------------------------- */

#define OFTEN  8     /* questions at the start of a call until the clock is looked at */
#define SHORT  0.005 /* seconds between two looks at the clock: more questions until the next, ... */
#define LONG   0.02  /* ... and at once */
#define SELDOM 65536

/* Of the one state whose shell shows it: the functions that are asked hold up what they stop. */
static struct {
  lua_State *main;  /* NULL: nobody wants to know; the function is in its registry at &progress */
  double interval;  /* seconds from one telling to the next, at least */
  double told;      /* when it was last told, ... */
  double looked;    /* ... and when the clock was last looked at */
  long pace, count; /* questions from one look to the next, and those left */
  bool telling;     /* is the function being called? In the middle of a pass */
} progress;

/* The time to some ms, for little. */
static double coarse_clock(void) {
  struct timespec t;
#ifdef CLOCK_MONOTONIC_COARSE
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
#else
  clock_gettime(CLOCK_MONOTONIC, &t);
#endif
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void call(lua_State *L, int narg) {
  if (lua_pcall(L, narg, 0, 0) != LUA_OK) lua_pop(L, 1);
}

/* Calls the function, in the middle of a pass: nothing of the user's may run meanwhile, neither a hook nor
   a __gc handler. */
static void tell(Stopper *s, double seconds) {
  lua_State *L = s->L;
  if (s->hook != NULL || lua_gethook(L) != NULL || !lua_checkstack(L, 8)) return;
  const int collects = lua_gc(L, LUA_GCISRUNNING);
  lua_gc(L, LUA_GCSTOP);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &progress);
  lua_pushnumber(L, seconds);
  if (s->epoch != NULL) {
    lua_pushinteger(L, (lua_Integer)(*s->epoch - s->from));
    lua_pushinteger(L, (lua_Integer)s->wanted);
    lua_pushinteger(L, (lua_Integer)s->from);
    isfinite(*s->cost) ? lua_pushnumber(L, *s->cost) : lua_pushnil(L);
  } else if (s->filled != NULL) {
    const size_t ncols = s->filled->ncols, n = s->filled->nrows * ncols;
    size_t k = n;
    while (k > 0 && isnan(mg_mat_get(s->filled, (k - 1) / ncols, (k - 1) % ncols))) k--;
    lua_pushinteger(L, (lua_Integer)k);
    lua_pushinteger(L, (lua_Integer)n);
  }
  progress.telling = true;
  call(L, s->epoch != NULL ? 5 : s->filled != NULL ? 3 : 1);
  progress.telling = false;
  if (collects) lua_gc(L, LUA_GCRESTART);
  s->told = true;
}

void stopper_not_told(lua_State *L) {
  if (!progress.telling) return;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  if (lua_tothread(L, -1) == progress.main)
    fail(L, "the function of core.progress is called in the middle of a pass: it runs and changes nothing");
  lua_pop(L, 1);
}

/* Looks at the clock, as often as some ms apart, and tells when it is time. */
static void look(Stopper *s) {
  const double t = coarse_clock(), apart = t - progress.looked;
  if (apart > LONG)
    progress.pace = 1;
  else if (apart < SHORT && progress.pace < SELDOM)
    progress.pace *= 2;
  progress.looked = t;
  if (s->since == 0) s->since = t;
  progress.count = progress.pace;
  if (t - progress.told < progress.interval) return;
  progress.told = t;
  tell(s, t - s->since);
}

void stopper_expect(Stopper *s, const uint64_t *epoch, const double *cost, uint64_t wanted) {
  s->epoch = epoch;
  s->cost = cost;
  s->from = *epoch;
  s->wanted = wanted;
}

void stopper_fills(Stopper *s, const mg_mat *m) { s->filled = m; }

/* core.progress(f, interval): f(seconds, done, wanted, from, cost) is called while a call of the engine runs,
   no more often than every so many seconds: for how long it has, and if known how many epochs (or elements)
   it has done, of how many, after which one, the last J. f() is called when it is over and f was called
   before. nil: no more. */
static int core_progress(lua_State *L) {
  check_arity(L, 2);
  lua_settop(L, 2);
  const double interval = lua_isnil(L, 2) ? 0 : check_finite(L, 2, "interval");
  const bool on = !lua_isnil(L, 1);
  if (on) luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &progress);
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  progress.main = on ? lua_tothread(L, -1) : NULL;
  progress.interval = interval;
  progress.pace = 1;
  return 0;
}

/* --- whether to stop ---------------------------------------------------------------- */

/* Is the hook of L one that lua.c's Ctrl-C sets: every event, at the next instruction? */
static bool hook_asks(lua_State *L) {
  const int every = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  return lua_gethook(L) != NULL && lua_gethookmask(L) == every && lua_gethookcount(L) == 1;
}

static bool should_stop(void *context) {
  const Stopper *s = context;
  return lua_gethook(s->L) != s->hook || lua_gethook(s->main) != s->main_hook;
}

static bool look_and_should_stop(void *context) {
  if (--progress.count <= 0) look(context);
  return should_stop(context);
}

static bool stop_at_once(void *context) {
  (void)context;
  return true;
}

void stopper_begin(lua_State *L, Stopper *s, mg_stop *stop) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_State *main = lua_tothread(L, -1);
  lua_pop(L, 1);
  *s = (Stopper){.L = L, .main = main, .hook = lua_gethook(L), .main_hook = lua_gethook(main)};
  *stop = (mg_stop){should_stop, s};
  if (main == progress.main) {
    if (progress.count > OFTEN) progress.count = OFTEN;
    stop->should_stop = look_and_should_stop;
  }
  /* Asked before this call began, on the main thread while a coroutine runs: it still holds. */
  if (hook_asks(main) || hook_asks(L)) stop->should_stop = stop_at_once;
}

void stopper_end(Stopper *s, mg_stop *stop) {
  *stop = (mg_stop){NULL, NULL};
  if (s->told && lua_gethook(s->L) == s->hook) { /* else whoever set the hook sees to it */
    lua_rawgetp(s->L, LUA_REGISTRYINDEX, &progress);
    call(s->L, 0);
  }
  if (s->L != s->main && lua_gethook(s->L) == s->hook &&
      (hook_asks(s->main) || lua_gethook(s->main) != s->main_hook))
    lua_sethook(s->L, lua_gethook(s->main), lua_gethookmask(s->main), lua_gethookcount(s->main));
}

static const luaL_Reg functions[] = {{"progress", core_progress}, {NULL, NULL}};

void open_stopper(lua_State *L) { luaL_setfuncs(L, functions, 0); }
