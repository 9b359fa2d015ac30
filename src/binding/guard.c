/* guard.c - what must be done whatever ends a block of Lua, also when there is no memory left to do it by.

   A variable <close> of Lua's own calls a function, which takes memory. These take none until they have noted
   that the block is over; what reads the mark never takes it to be still on. */

#include "guard.h"

#define GUARD "moongrad.guard" /* metatable name */

#define ROOM 100 /* free slots of the stack that a guard is given at least */

typedef struct Guard {
  bool open; /* is the block still on? */
  int nargs; /* of the function, user value 1; they are the ones behind it */
} Guard;

int call_unhooked(lua_State *L, int nargs, int nresults) {
  const lua_Hook hook = lua_gethook(L);
  const int mask = lua_gethookmask(L), count = lua_gethookcount(L);
  lua_sethook(L, NULL, 0, 0);
  const int status = lua_pcall(L, nargs, nresults, 0);
  if (lua_gethook(L) == NULL) lua_sethook(L, hook, mask, count);
  return status;
}

/* core.guard(f, ...): to be held in a variable <close>. When its block is over f(...) is called, no hook
   running meanwhile; an error in it is no matter. */
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
  lua_gc(L, LUA_GCCOLLECT); /* once more: it may have been memory */
  if (call_guarded(L, g) != LUA_OK) lua_settop(L, 1);
  return 0;
}

/* core.is_open(guard): is its block still on? Of nil: false. */
static int is_open(lua_State *L) {
  check_arity(L, 1);
  const Guard *g = lua_isnoneornil(L, 1) ? NULL : luaL_checkudata(L, 1, GUARD);
  lua_pushboolean(L, g != NULL && g->open);
  return 1;
}

/* core.unhooked(f, ...): f(...), no hook running meanwhile: Ctrl-C has to wait. */
static int unhooked(lua_State *L) {
  luaL_checkany(L, 1);
  if (call_unhooked(L, lua_gettop(L) - 1, LUA_MULTRET) != LUA_OK) return lua_error(L);
  return lua_gettop(L);
}

static const luaL_Reg functions[] = {
    {"guard", guard}, {"is_open", is_open}, {"unhooked", unhooked}, {NULL, NULL}};

void open_guard(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, GUARD, "guard");
  lua_pushcfunction(L, guard_close);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
}
