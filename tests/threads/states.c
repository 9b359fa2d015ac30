/* states.c - two Lua states in two threads run work.lua at the same time: both must get the results that one
   alone gets. To be built with -fsanitize=thread; prints TAP. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int luaopen_moongrad_core(lua_State *L);

enum { STATES = 2, TIMES = 3, MAX_TEXT = 1 << 16 };

typedef struct Worker {
  pthread_t thread;
  char said[MAX_TEXT]; /* what work.lua returned, or the error */
} Worker;

/* Runs work.lua in a new state, and keeps what it returns. */
static void *work(void *worker) {
  Worker *w = worker;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_moongrad_core);
  lua_setfield(L, -2, "moongrad.core");
  lua_settop(L, 0);
  if (luaL_dostring(L, "package.path = 'lua/?.lua;lua/?/init.lua'; return dofile 'tests/threads/work.lua'")) {
    lua_pushfstring(L, "error: %s", lua_tostring(L, -1));
  }
  const char *said = lua_tostring(L, -1);
  snprintf(w->said, sizeof w->said, "%s", said != NULL ? said : "nothing");
  lua_close(L);
  return NULL;
}

int main(void) {
  static Worker alone, workers[STATES];
  printf("1..%d\n", TIMES + 1);
  work(&alone);
  const int ok = strncmp(alone.said, "error", 5) != 0 && strcmp(alone.said, "nothing") != 0;
  printf("%sok 1 - the work is done\n", ok ? "" : "not ");
  if (!ok) printf("# %s\n", alone.said);
  int failed = !ok;
  for (int time = 1; time <= TIMES; time++) {
    for (int i = 0; i < STATES; i++)
      if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) return EXIT_FAILURE;
    int same = 1;
    for (int i = 0; i < STATES; i++) {
      pthread_join(workers[i].thread, NULL);
      same &= strcmp(workers[i].said, alone.said) == 0;
    }
    printf("%sok %d - two states at once come to the same bits, time %d\n", same ? "" : "not ", time + 1,
           time);
    for (int i = 0; i < STATES && !same; i++) printf("# %.300s\n", workers[i].said);
    failed |= !same;
  }
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
