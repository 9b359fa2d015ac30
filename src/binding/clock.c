/* clock.c - the time that passes, for what Lua's side measures. */

#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "binding.h"

/* core.clock(): seconds since some moment, whatever is done to the time of day. */
static int core_clock(lua_State *L) {
  struct timespec t;
  check_arity(L, 0);
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (double)t.tv_sec + (double)t.tv_nsec * 1e-9);
  return 1;
}

static const luaL_Reg functions[] = {{"clock", core_clock}, {NULL, NULL}};

void open_clock(lua_State *L) { luaL_setfuncs(L, functions, 0); }
