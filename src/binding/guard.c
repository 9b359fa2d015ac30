/* guard.c - objects that call a function when a block of Lua ends, also when memory has run out.

   A to-be-closed variable (<close>) of a Lua object calls a Lua function, which needs memory. A guard
   first notes that its block is over, which needs none; so core.is_open is right even when the function
   then fails. */

#include "guard.h"

#define GUARD "moongrad.guard" /* metatable name */

#define ROOM 100 /* free stack slots that guard makes sure of, so that its function can be called later */

typedef struct Guard {
  bool open; /* has the block not ended yet? */
  int nargs; /* number of arguments; user value 1 is the function, the next ones are its arguments */
} Guard;

static const char under_way; /* its address is a registry key; the value: is call_unhooked running? */

bool is_unhooked(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &under_way);
  const bool is = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is;
}

/* Needs no memory, as the registry has the key from open_guard on. */
static void set_unhooked(lua_State *L, bool is) {
  lua_pushboolean(L, is);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &under_way);
}

int call_unhooked(lua_State *L, int nargs, int nresults) {
  const bool outer = is_unhooked(L);
  const lua_Hook hook = lua_gethook(L);
  const int mask = lua_gethookmask(L), count = lua_gethookcount(L);
  lua_sethook(L, NULL, 0, 0);
  set_unhooked(L, true);
  const int status = lua_pcall(L, nargs, nresults, 0);
  set_unhooked(L, outer);
  if (lua_gethook(L) == NULL) lua_sethook(L, hook, mask, count);
  return status;
}

/* core.guard(f, ...): returns a guard, for a variable <close>. When the variable's block ends, f(...) is
   called without hooks; its errors are ignored. */
static int guard(lua_State *L) {
  luaL_checkany(L, 1);
  const int n = lua_gettop(L);
  luaL_checkstack(L, ROOM, "a guard");
  Guard *g = lua_newuserdatauv(L, sizeof *g, n);
  *g = (Guard){true, n - 1};
  for (int i = 1; i <= n; i++) {
    lua_pushvalue(L, i);
    lua_setiuservalue(L, -2, i);
  }
  luaL_setmetatable(L, GUARD);
  return 1;
}

static int call_guarded(lua_State *L, const Guard *g) {
  for (int i = 1; i <= 1 + g->nargs; i++) lua_getiuservalue(L, 1, i);
  return call_unhooked(L, g->nargs, 0);
}

static int guard_close(lua_State *L) {
  Guard *g = luaL_checkudata(L, 1, GUARD);
  if (!g->open) return 0;
  g->open = false;
  lua_settop(L, 1);
  if (call_guarded(L, g) == LUA_OK) return 0;
  lua_settop(L, 1);
  lua_gc(L, LUA_GCCOLLECT); /* it may have failed for lack of memory: once more */
  if (call_guarded(L, g) != LUA_OK) lua_settop(L, 1);
  return 0;
}

/* core.is_open(guard): has the guard's block not ended yet? false for nil. */
static int is_open(lua_State *L) {
  check_arity(L, 1);
  const Guard *g = lua_isnoneornil(L, 1) ? NULL : luaL_checkudata(L, 1, GUARD);
  lua_pushboolean(L, g != NULL && g->open);
  return 1;
}

/* core.unhooked(f, ...): calls f(...) without hooks and returns its results: Ctrl-C takes effect after it. */
static int unhooked(lua_State *L) {
  luaL_checkany(L, 1);
  if (call_unhooked(L, lua_gettop(L) - 1, LUA_MULTRET) != LUA_OK) return lua_error(L);
  return lua_gettop(L);
}

static const luaL_Reg functions[] = {
    {"guard", guard}, {"is_open", is_open}, {"unhooked", unhooked}, {NULL, NULL}};

void open_guard(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  set_unhooked(L, false);
  class_new(L, GUARD, "guard");
  lua_pushcfunction(L, guard_close);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
}
