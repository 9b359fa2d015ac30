/* stopper.c - the callback that the engine calls between blocks of work: it stops the engine on Ctrl-C, and
   reports progress.

   Ctrl-C sets a debug hook in Lua; the callback returns true when the hook is another than at the start of
   the engine's call. In a long call it also calls the function of core.progress now and then, by which the
   prompt shows how far the call is. */

#define _GNU_SOURCE /* CLOCK_MONOTONIC_COARSE */
#include <math.h>
#include <stdbool.h>
#include <time.h>

#include "binding.h"

/* --- progress ---------------------------------------------------------------------- */

/* Reading the clock at every call of the callback would slow the engine down. So it is read after `pace`
   calls; pace is adapted so that readings are SHORT to LONG seconds apart. */
#define AT_FIRST 8     /* the most calls from the start of an engine's call to the first reading */
#define SHORT    0.005 /* if readings are less apart, pace is doubled */
#define LONG     0.02  /* if they are more apart, pace becomes 1 */
#define MOST     65536 /* pace is not doubled from here on */

/* Progress is reported in one Lua state only, that of the prompt. The function is in its registry at
   &progress. */
static struct {
  lua_State *main;  /* its main thread, or NULL when no progress is reported */
  double interval;  /* the least seconds from one report to the next */
  double told;      /* time of the last report */
  double looked;    /* time of the last reading of the clock */
  long pace, count; /* calls from one reading to the next, and how many of them are left */
  bool telling;     /* is the function being called, in the middle of a pass? */
} progress;

/* The time in seconds, to some ms; cheaper than the exact time. */
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

/* Calls the function of core.progress. As this is in the middle of a pass, no Lua code of the user may
   run: the function is not called while a hook is set, and the garbage collector, which runs __gc, is
   turned off. */
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
    fail(L, "the function of core.progress is called in the middle of a pass: it must not run or change a "
            "network");
  lua_pop(L, 1);
}

/* Reads the clock, adapts pace, and reports progress when the interval is over. */
static void look(Stopper *s) {
  const double t = coarse_clock(), apart = t - progress.looked;
  if (apart > LONG)
    progress.pace = 1;
  else if (apart < SHORT && progress.pace < MOST)
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

/* core.progress(f, interval): while a call of the engine runs, f(seconds, done, wanted, from, cost) is
   called, at most once every interval seconds. seconds: how long the call has been running. If known, done:
   the epochs (or elements) done so far; wanted: how many there will be; from: the epoch at the start; cost:
   the last J. When the call is over, and f was called in it, f() is called. f nil: turns this off. */
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

void stopper_forked(void) { progress.main = NULL; }

/* --- stopping ------------------------------------------------------------------------ */

/* Is the hook of L like the one that Ctrl-C sets in lua.c: for every event, at the next instruction? */
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
    if (progress.count > AT_FIRST) progress.count = AT_FIRST;
    stop->should_stop = look_and_should_stop;
  }
  /* Ctrl-C came before this call; in a coroutine, the hook of the main thread has had no effect yet. */
  if (hook_asks(main) || hook_asks(L)) stop->should_stop = stop_at_once;
}

void stopper_end(Stopper *s, mg_stop *stop) {
  *stop = (mg_stop){NULL, NULL};
  if (s->told && lua_gethook(s->L) == s->hook) { /* after Ctrl-C, the prompt does this */
    lua_rawgetp(s->L, LUA_REGISTRYINDEX, &progress);
    call(s->L, 0);
  }
  if (s->L != s->main && lua_gethook(s->L) == s->hook &&
      (hook_asks(s->main) || lua_gethook(s->main) != s->main_hook))
    lua_sethook(s->L, lua_gethook(s->main), lua_gethookmask(s->main), lua_gethookcount(s->main));
}

static const luaL_Reg functions[] = {{"progress", core_progress}, {NULL, NULL}};

void open_stopper(lua_State *L) { luaL_setfuncs(L, functions, 0); }
