/* entry.c - C functions around moongrad's Lua functions that users call.

   When a user writes `return net:train{...}`, Lua puts a Lua function in the place of the function that calls it,
   and an error in train cannot name the user's line any more. A C function leaves its caller on the stack. */

#include "binding.h"

/* Ends a call of the Lua function, also one that has yielded: returns its results. */
static int finish(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return lua_gettop(L);
}

/* entry(...): the results of the Lua function in the upvalue for these arguments. */
static int entry(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, finish);
  return finish(L, LUA_OK, 0);
}

/* core.entry(f): returns a C function that calls f; f itself if that is one. */
static int core_entry(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  if (!lua_iscfunction(L, 1)) lua_pushcclosure(L, entry, 1);
  return 1;
}

void open_entry(lua_State *L) {
  static const luaL_Reg functions[] = {{"entry", core_entry}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
