/* session.c - calls of the session module, whose name is SESSION.

   main.c requires it and puts its table in the registry, except under --no-session. */

#include "shell.h"

int session_push(lua_State *L, const char *name) {
  int found = 0;
  if (lua_getfield(L, LUA_REGISTRYINDEX, SESSION) == LUA_TTABLE) {
    found = lua_getfield(L, -1, name) == LUA_TFUNCTION;
    lua_remove(L, -2);
  }
  if (!found) lua_pop(L, 1);
  return found;
}

void session_note(lua_State *L, const char *how, const char *what) {
  if (!session_push(L, "note")) return;
  int top = lua_gettop(L) - 1;
  lua_pushstring(L, how);
  lua_pushstring(L, what);
  lua_pcall(L, 2, 0, 0);
  lua_settop(L, top);
}

int session_walk(lua_State *L, const char *move) {
  int top = lua_gettop(L);
  if (session_push(L, "walk")) {
    lua_pushstring(L, move);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) return 1;
  }
  lua_settop(L, top);
  return 0;
}
