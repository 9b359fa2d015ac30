/* clock.c - a clock by which moongrad's Lua files measure durations. */

#define _POSIX_C_SOURCE 199309L
#include <time.h>

#include "binding.h"

/* core.clock(): returns seconds since some moment; setting the time of day does not change it. */
static int core_clock(lua_State *L) {
  struct timespec t;
  check_arity(L, 0);
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (double)t.tv_sec + (double)t.tv_nsec * 1e-9);
  return 1;
}

static const luaL_Reg functions[] = {{"clock", core_clock}, {NULL, NULL}};

void open_clock(lua_State *L) { luaL_setfuncs(L, functions, 0); }
