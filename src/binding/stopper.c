/* stopper.c - Ctrl-C while the engine runs: a hook that appears in Lua asks it to stop. */

#include <stdbool.h>

#include "binding.h"

/* Is the hook of L one that lua.c's Ctrl-C sets: every event, at the next instruction? */
static bool hook_asks(lua_State *L) {
  const int every = LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT;
  return lua_gethook(L) != NULL && lua_gethookmask(L) == every && lua_gethookcount(L) == 1;
}

static bool should_stop(void *context) {
  const Stopper *s = context;
  return lua_gethook(s->L) != s->hook || lua_gethook(s->main) != s->main_hook;
}

static bool stop_at_once(void *context) {
  (void)context;
  return true;
}

void stopper_begin(lua_State *L, Stopper *s, mg_stop *stop) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_State *main = lua_tothread(L, -1);
  lua_pop(L, 1);
  *s = (Stopper){L, main, lua_gethook(L), lua_gethook(main)};
  /* Asked before this call began, on the main thread while a coroutine runs: it still holds. */
  const bool asked = hook_asks(main) || hook_asks(L);
  *stop = (mg_stop){asked ? stop_at_once : should_stop, s};
}

void stopper_end(Stopper *s, mg_stop *stop) {
  *stop = (mg_stop){NULL, NULL};
  if (s->L != s->main && lua_gethook(s->L) == s->hook &&
      (hook_asks(s->main) || lua_gethook(s->main) != s->main_hook))
    lua_sethook(s->L, lua_gethook(s->main), lua_gethookmask(s->main), lua_gethookcount(s->main));
}
