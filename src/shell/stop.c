/* stop.c - stops the Lua code that runs. It costs nothing while no stop is asked for.

   A request to stop, from a signal handler, sets a hook. The hook raises an error at the next instruction;
   the engine looks for a new hook and ends a pass that is under way. A hook belongs to one coroutine, so
   coroutine.resume, wrap and close are replaced by functions that note which coroutine runs.

   At the prompt a stop holds until the input has ended. Code that catches the error gets a short time to
   clean up; then every instruction raises it again, in each coroutine that is left. A script gets the error
   once in each coroutine, as under lua5.4, and may continue.

   A C function that calls no Lua cannot be stopped: a sort of many numbers, a pattern that backtracks without
   end. The code that called it is stopped when it returns. */

#include <signal.h>
#include <time.h>

#include "shell.h"

#define EVERY (LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT)
#define GRACE 1000                /* hook events from the first error to the second */
#define HASTE (STOP_HASTE * 1e-6) /* seconds after the first error; then every event raises */

/* The offset in lua_State of the flag that allows hooks, the same in all of Lua 5.4. Lua clears it while a
   hook or a __gc handler runs. To set it is the only way to stop a __gc handler that does not end. */
#define ALLOW_HOOK 11

/* The call of Lua between stop_enter and stop_leave. */
static struct {
  lua_State *volatile running; /* the coroutine that runs, NULL when no call does */
  volatile sig_atomic_t asked; /* is a stop asked for? */
  lua_State *outermost;        /* the state that stop_enter was given */
  int holds;                   /* does a stop hold until the call has ended? Else it is one error */
  int grace;                   /* events from the next error to the one after it; halved at each */
  int patience;                /* events that are left before the next error */
  double first;                /* time of the first error in seconds, 0 before it */
  int paused;                  /* did the last stop_leave stop the collector? */
} call;

/* The flag at ALLOW_HOOK. */
static struct {
  int is_known; /* has try_allow_hook found it there? Else it is left alone */
  int in_hook;  /* its value inside the hook of that test */
} flag;

static struct { lua_CFunction resume, close, execute; } plain; /* Lua's own functions */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static unsigned char *allow_hook(lua_State *L) { return (unsigned char *)L + ALLOW_HOOK; }

/* The hook: raises the error, or gives code that caught it time to clean up. */
static void stop(lua_State *L, lua_Debug *ar) {
  (void)ar;
  if (!call.asked) { /* the stop is over, and this coroutine was suspended since */
    lua_sethook(L, NULL, 0, 0);
    return;
  }
  if (call.holds) {
    const double t = now();
    if (call.first == 0) call.first = t;
    if (call.patience > 0 && t - call.first < HASTE) {
      call.patience--;
      return;
    }
    call.patience = call.grace;
    call.grace /= 2;
  } else {
    lua_sethook(L, NULL, 0, 0);
    if (L == call.outermost) call.asked = 0;
  }
  if (call.holds && flag.is_known) *allow_hook(L) = 1; /* for message handlers: they run inside this hook */
  luaL_error(L, "interrupted!");
}

/* Notes that L runs from here on. A stop that is asked for goes on in it. */
static void run_in(lua_State *L) {
  call.running = L;
  if (call.asked) lua_sethook(L, stop, EVERY, 1);
}

int stop_runs(void) { return call.running != NULL; }

int stop_ask(void) {
  lua_State *L = call.running;
  if (L == NULL) return 0;
  call.asked = 1;
  if (lua_gethook(L) != stop) lua_sethook(L, stop, EVERY, 1);
  if (call.holds && flag.is_known) *allow_hook(L) = 1;
  return 1;
}

void stop_served(void) {
  call.asked = 0;
  call.first = 0;
}

void stop_enter(lua_State *L, int to_the_end) {
  call.outermost = L;
  call.holds = to_the_end;
  call.asked = 0;
  call.grace = GRACE;
  call.patience = 0;
  call.first = 0;
  call.running = L;
  if (call.paused) lua_gc(L, LUA_GCRESTART);
  call.paused = 0;
}

int stop_leave(void) {
  const int stopped = call.first != 0 ? STOP_RAISED : call.asked ? STOP_ASKED : 0;
  call.running = NULL;
  call.asked = 0;
  if (lua_gethook(call.outermost) == stop) lua_sethook(call.outermost, NULL, 0, 0);
  if (call.holds && lua_gc(call.outermost, LUA_GCISRUNNING)) { /* no __gc handler out of reach of a stop */

    lua_gc(call.outermost, LUA_GCSTOP);
    call.paused = 1;
  }
  return stopped;
}

/* --- functions that switch coroutines ---------------------------------------------- */

/* Resumes co with the narg values on top of L's stack. Pushes the results on L and returns their number, or
   pushes a message and returns -1. */
static int transfer(lua_State *L, lua_State *co, int narg) {
  int n;
  if (!lua_checkstack(co, narg)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, co, narg);
  run_in(co);
  const int status = lua_resume(co, L, narg, &n);
  run_in(L);
  if (status > LUA_YIELD) {
    lua_xmove(co, L, 1);
    return -1;
  }
  if (!lua_checkstack(L, n + 1)) {
    lua_pop(co, n);
    lua_pushliteral(L, "too many results to resume");
    return -1;
  }
  lua_xmove(co, L, n);
  return n;
}

/* Closes co. Its __close handlers may run. */
static int reset(lua_State *L, lua_State *co) {
  run_in(co);
  const int status = lua_resetthread(co);
  run_in(L);
  return status;
}

/* coroutine.resume(co, ...) */
static int resume(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  if (co == NULL) return plain.resume(L); /* raises the error */
  const int n = transfer(L, co, lua_gettop(L) - 1);
  lua_pushboolean(L, n >= 0);
  lua_insert(L, n >= 0 ? -(n + 1) : -2);
  return n >= 0 ? n + 1 : 2;
}

/* What coroutine.wrap returns; upvalue 1 is the coroutine. */
static int call_wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  const int n = transfer(L, co, lua_gettop(L));
  if (n >= 0) return n;
  int status = lua_status(co);
  if (status > LUA_YIELD) { /* the coroutine failed; it did not just refuse to start */
    status = reset(L, co);
    lua_xmove(co, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

/* coroutine.wrap(f) */
static int wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, call_wrapped, 1);
  return 1;
}

/* coroutine.close(co) */
static int close(lua_State *L) {
  lua_Debug ar;
  lua_State *co = lua_tothread(L, 1);
  if (co == NULL || co == L || (lua_status(co) == LUA_OK && lua_getstack(co, 0, &ar)))
    return plain.close(L); /* raises an error: co runs, or is no coroutine */
  const int ok = reset(L, co) == LUA_OK;
  lua_pushboolean(L, ok);
  if (!ok) lua_xmove(co, L, 1);
  return ok ? 1 : 2;
}

/* os.execute(command): asks for a stop if Ctrl-C ended the command. The program itself ignores Ctrl-C while
   the command runs. */
static int execute(lua_State *L) {
  if (call.holds && call.asked)
    return luaL_error(L, "interrupted!"); /* code that cleans up must not start a command */
  const int n = plain.execute(L);
  const char *how = n == 3 ? lua_tostring(L, -2) : NULL;
  if (call.holds && how != NULL && *how == 's' && lua_tointeger(L, -1) == SIGINT) stop_ask();
  return n;
}

/* library[name] = f; returns the old function. */
static lua_CFunction replace(lua_State *L, const char *library, const char *name, lua_CFunction f) {
  lua_getglobal(L, library);
  lua_getfield(L, -1, name);
  const lua_CFunction old = lua_tocfunction(L, -1);
  lua_pushcfunction(L, f);
  lua_setfield(L, -3, name);
  lua_pop(L, 2);
  return old;
}

static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

/* The hook of try_allow_hook. */
static void look(lua_State *L, lua_Debug *ar) {
  (void)ar;
  flag.in_hook = *allow_hook(L);
}

/* Is the byte at ALLOW_HOOK 1 outside of a hook and 0 inside? */
static int try_allow_hook(lua_State *L) {
  lua_State *co = lua_newthread(L);
  const int before = *allow_hook(co);
  flag.in_hook = -1;
  lua_sethook(co, look, LUA_MASKCALL, 0);
  lua_pushcfunction(co, nothing);
  lua_call(co, 0, 0);
  const int after = *allow_hook(co);
  lua_pop(L, 1);
  return before == 1 && flag.in_hook == 0 && after == 1;
}

void stop_setup(lua_State *L) {
  plain.resume = replace(L, "coroutine", "resume", resume);
  plain.close = replace(L, "coroutine", "close", close);
  plain.execute = replace(L, "os", "execute", execute);
  replace(L, "coroutine", "wrap", wrap);
  flag.is_known = try_allow_hook(L);
}
