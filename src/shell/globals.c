/* globals.c - the metatable that the user's Lua gives _G, beside the session's own.

   The session names come from a metatable of _G. Scripts have uses for one of their own: Lua's strict.lua
   catches undeclared names by it. So setmetatable(_G, t) and getmetatable(_G) are about another one, which
   session.lua asks for the names that are not the session's. For everything else they are Lua's own. */

#include "shell.h"

static const char theirs; /* its address is the key of that metatable in the registry */

static struct { lua_CFunction get, set; } plain; /* as Lua has them: the same in every state */

static int is_globals(lua_State *L, int idx) {
  lua_pushglobaltable(L);
  const int is = lua_rawequal(L, idx, -1);
  lua_pop(L, 1);
  return is;
}

/* Pushes the field __metatable of theirs, which is below it; nil without one. */
static int push_protection(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &theirs) != LUA_TTABLE) {
    lua_pushnil(L);
    return LUA_TNIL;
  }
  lua_pushliteral(L, "__metatable");
  return lua_rawget(L, -2);
}

/* getmetatable(v) */
static int get(lua_State *L) {
  if (lua_gettop(L) < 1 || !is_globals(L, 1)) return plain.get(L);
  if (push_protection(L) == LUA_TNIL) lua_pop(L, 1);
  return 1;
}

/* setmetatable(t, metatable) */
static int set(lua_State *L) {
  if (lua_gettop(L) < 2 || !is_globals(L, 1) || !(lua_istable(L, 2) || lua_isnil(L, 2))) return plain.set(L);
  if (push_protection(L) != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
  lua_pushvalue(L, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &theirs);
  lua_settop(L, 1);
  return 1;
}

/* host.metatable(): the user's metatable of _G, or nil. */
static int metatable(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &theirs);
  return 1;
}

static lua_CFunction replace(lua_State *L, const char *name, lua_CFunction f) {
  lua_getglobal(L, name);
  const lua_CFunction old = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  lua_pushcfunction(L, f);
  lua_setglobal(L, name);
  return old;
}

void glob_open(lua_State *L) {
  plain.get = replace(L, "getmetatable", get);
  plain.set = replace(L, "setmetatable", set);
  lua_pushcfunction(L, metatable);
}
