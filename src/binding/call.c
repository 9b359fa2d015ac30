/* call.c - calling the engine on a network, which may call activations or a cost that are written in Lua. */

#include "call.h"

#include <string.h>

int fail_busy(lua_State *L) {
  return fail(
      L, "this network is in the middle of a pass: a function written in Lua, which the pass called, may not "
         "run or change it");
}

void network_idle(lua_State *L, const Network *n) {
  if (n->busy) fail_busy(L);
  stopper_not_told(L);
}

void network_unwatched(lua_State *L, const Network *n) {
  if (n->looking)
    fail(L, "a watched expression must not change the network: it may not step, train, undo or the like");
}

/* Marks n and its storages as busy with a pass, so that Lua cannot write to them; or as free again. */
static void set_busy(Network *n, bool busy) {
  n->busy = n->parameters->busy = busy;
  if (n->batch != NULL) n->batch->busy = busy;
  if (n->states != NULL) n->states->busy = busy;
}

void run_begin(lua_State *L, Network *n, Stopper *s) {
  network_idle(L, n);
  if (n->unpaired)
    fail(L, "cost \"%s\" goes with output \"%s\"; set one of them first", n->net.cost.kind->name,
         n->net.cost.kind->output);
  if (n->running != NULL) luaL_checkstack(L, LUA_MINSTACK, "a function of the network's own");
  stopper_begin(L, s, &n->net.stop);
  if (n->running == NULL) return;
  s->outer = n->running->L;
  n->running->L = L;
  set_busy(n, true);
}

void run_over(Network *n, Stopper *s) {
  stopper_end(s, &n->net.stop);
  if (n->running == NULL) return;
  n->running->L = s->outer;
  set_busy(n, false);
}

void run_raise(lua_State *L, mg_status status, int failed) {
  if (status != MG_FAILED) return;
  lua_settop(L, failed);
  lua_error(L);
}

bool call_interrupted(lua_State *L) {
  const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  const char *last = strstr(message, "interrupted!");
  return last != NULL && strcmp(last, "interrupted!") == 0;
}

void run_end(Network *n, Stopper *s, mg_status status) {
  run_over(n, s);
  run_raise(s->L, status, lua_gettop(s->L));
}

int run_stopped(lua_State *L, const char *who) { return fail(L, "%s: interrupted (THETA kept)", who); }
