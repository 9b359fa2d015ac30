/* globals.c - two metatables of _G: the session's and the user's.

   The session names come from the metatable that _G has. Scripts may want to set one too: Lua's strict.lua
   catches undeclared names with it. So setmetatable(_G, t) keeps t in the registry, and getmetatable(_G)
   returns that. session.lua asks it for the names that are not the session's. For other values both are Lua's
   own. */

#include "shell.h"

static const char theirs; /* its address is the key of the user's metatable in the registry */

static struct { lua_CFunction get, set; } plain; /* Lua's own functions, the same in every state */

static int is_globals(lua_State *L, int idx) {
  lua_pushglobaltable(L);
  const int is = lua_rawequal(L, idx, -1);
  lua_pop(L, 1);
  return is;
}

/* Pushes the user's metatable or nil, then its field __metatable or nil. Returns the type of the field. */
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
