/* threads.c - the team of threads that networks share, and mg.threads. */

#include <stdlib.h>
#include <string.h>

#include "../engine/network.h"
#include "../engine/team.h"
#include "threads.h"

#define TEAM    "moongrad.team"    /* metatable name */
#define CURRENT "moongrad.threads" /* registry key: the team that new networks get */
#define TEAMS   "moongrad.teams"   /* registry key: a table whose keys are all teams, weakly */

typedef struct Team {
  mg_team *team; /* lies in the rest of the userdata; NULL for one thread */
  size_t n;      /* number of threads */
} Team;

static int team_gc(lua_State *L) {
  Team *t = luaL_checkudata(L, 1, TEAM);
  if (t->team != NULL) mg_team_stop(t->team);
  t->team = NULL;
  return 0;
}

/* Pushes a new team of n threads, which becomes the current one. */
static Team *push_new(lua_State *L, size_t n) {
  const size_t line = 64, bytes = n > 1 ? mg_team_bytes(n) + line : 0;
  Team *t = lua_newuserdatauv(L, sizeof *t + bytes, 0);
  *t = (Team){NULL, n};
  luaL_setmetatable(L, TEAM);
  if (n > 1) {
    char *memory = (char *)(t + 1);
    memory += line - (uintptr_t)memory % line;
    memset(memory, 0, mg_team_bytes(n));
    t->team = mg_team_start(memory, n);
    t->n = mg_team_size(t->team);
  }
  lua_getfield(L, LUA_REGISTRYINDEX, TEAMS);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, CURRENT);
  return t;
}

void threads_forked(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, TEAMS);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    const Team *t = lua_touserdata(L, -2);
    if (t->team != NULL) mg_team_forked(t->team);
  }
  lua_pop(L, 1);
  push_new(L, 1);
  lua_pop(L, 1);
}

/* The environment's MOONGRAD_THREADS when it is a number of threads, else 1. */
static size_t wanted(void) {
  const char *text = getenv("MOONGRAD_THREADS");
  const long n = text != NULL ? strtol(text, NULL, 10) : 1;
  return n >= 1 && n <= MG_MAX_PARTS ? (size_t)n : 1;
}

static Team *push_current(lua_State *L) {
  if (lua_getfield(L, LUA_REGISTRYINDEX, CURRENT) != LUA_TNIL) return lua_touserdata(L, -1);
  lua_pop(L, 1);
  return push_new(L, wanted());
}

mg_team *push_team(lua_State *L, size_t *n) {
  const Team *t = push_current(L);
  *n = t->n;
  return t->team;
}

/*** mg.threads([n])
     Sets how many threads, 1 to 64, share the large operations of networks that are made after this call.
     Returns the number. At the start it is MOONGRAD_THREADS of the environment, else 1. Results are equal
     in every bit for any number of threads. Threads help when a batch takes more than about 20 us.
     > mg.threads(2)
     2
*/
static int threads(lua_State *L) {
  check_arity(L, 1);
  if (!lua_isnoneornil(L, 1)) {
    push_new(L, (size_t)check_whole(L, 1, "n", 1, MG_MAX_PARTS));
    lua_pop(L, 1);
  }
  lua_pushinteger(L, (lua_Integer)push_current(L)->n);
  return 1;
}

void open_threads(lua_State *L) {
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, TEAMS);
  class_new(L, TEAM, "team");
  lua_pushcfunction(L, team_gc);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  lua_pushcfunction(L, threads);
  lua_setfield(L, -2, "threads");
}
