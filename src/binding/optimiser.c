/* optimiser.c - the optimiser of a network: which, its numbers, its states, how often it has updated. */

#include "call.h"
#include "custom.h"
#include "network.h"

/* Pushes the names of an optimiser's states, a list. */
static void push_states(lua_State *L, const mg_optimiser *o) {
  lua_createtable(L, (int)o->n_states, 0);
  for (size_t k = 0; k < o->n_states; k++) {
    lua_pushstring(L, o->state[k]);
    lua_seti(L, -2, (lua_Integer)k + 1);
  }
}

/* core.optimizer(net): the name of its optimiser, those of its states. */
static int optimizer(lua_State *L) {
  check_arity(L, 1);
  const mg_optimiser *o = network_check(L, 1)->net.optimiser;
  lua_pushstring(L, o->name);
  push_states(L, o);
  return 2;
}

/* core.updates(net): how many there have been since the optimiser's states were 0. core.updates(net, n): as if
   there had been so many. */
static int updates(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  if (!lua_isnoneornil(L, 2)) {
    const lua_Integer t = check_whole(L, 2, "updates", 0, LUA_MAXINTEGER);
    network_idle(L, n);
    n->net.t = (uint64_t)t;
    network_touch(n, TOUCH_SETTING);
  }
  lua_pushinteger(L, (lua_Integer)n->net.t);
  return 1;
}

/* The numbers that optimiser o takes, from the list at index idx, in its order. */
static void check_numbers(lua_State *L, int idx, const mg_optimiser *o, double number[MG_MAX_NUMBERS]) {
  luaL_checktype(L, idx, LUA_TTABLE);
  for (int k = 0; o->number[k].name != NULL; k++) {
    const mg_number *n = &o->number[k];
    lua_geti(L, idx, k + 1);
    number[k] = check_finite(L, -1, n->name);
    if (number[k] < n->least || number[k] >= n->end)
      fail(L, "%s: %s: expected a number from %s, below %s, got %s", o->name, n->name,
           push_number(L, n->least), push_number(L, n->end), push_number(L, number[k]));
    lua_pop(L, 1);
  }
}

/* core.set_optimizer(net, optimizer, numbers): the one called so, or an own one; numbers in the order of
   core.optimizer_numbers[name]. The states of
   another than it has begin at 0. */
static int set_optimizer(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  mg_network *net = &n->net;
  const mg_optimiser *o = custom_optimiser(L, 2, n);
  if (o == NULL) return fail(L, "no optimizer '%s'", lua_tostring(L, 2));
  double number[MG_MAX_NUMBERS];
  check_numbers(L, 3, o, number);
  network_idle(L, n);
  if (o != net->optimiser) {
    const size_t bytes = mg_states_bytes(net, o);
    Storage *states = NULL;
    if (bytes > 0)
      states = storage_new(L, bytes, "the optimiser's states");
    else
      lua_pushnil(L);
    n->states = states;
    lua_setiuservalue(L, 1, KEEP_STATES);
    lua_pushnil(L); /* an epoch needs other room now */
    lua_setiuservalue(L, 1, KEEP_BEFORE);
  }
  custom_keep(L, 1, net->n_layers + 1, 2);
  network_touch(n, TOUCH_SETTING);
  mg_network_optimise(net, o, number, n->states != NULL ? storage_data(n->states) : NULL);
  return 0;
}

static const luaL_Reg functions[] = {
    {"optimizer", optimizer}, {"set_optimizer", set_optimizer}, {"updates", updates}, {NULL, NULL}};

/* core.optimizers: their names; core.optimizer_states: name -> the names of its states, a list;
   core.optimizer_numbers: name -> the numbers each takes, a list of {name =, default =, least =, below =,
   is_choice =}: a choice is 1 or 0, which users write as true or false. */
static void push_optimisers(lua_State *L) {
  const mg_optimiser *all = mg_optimisers(MG_DOUBLE);
  lua_newtable(L); /* names */
  lua_newtable(L); /* states */
  lua_newtable(L); /* numbers */
  for (int i = 1; all->name != NULL; all++, i++) {
    lua_pushstring(L, all->name);
    lua_seti(L, -4, i);
    push_states(L, all);
    lua_setfield(L, -3, all->name);
    lua_newtable(L);
    for (int k = 0; all->number[k].name != NULL; k++) {
      const mg_number *number = &all->number[k];
      lua_newtable(L);
      lua_pushstring(L, number->name);
      lua_setfield(L, -2, "name");
      number->is_choice ? lua_pushboolean(L, number->standard != 0) : lua_pushnumber(L, number->standard);
      lua_setfield(L, -2, "default");
      lua_pushnumber(L, number->least);
      lua_setfield(L, -2, "least");
      lua_pushnumber(L, number->end);
      lua_setfield(L, -2, "below");
      lua_pushboolean(L, number->is_choice);
      lua_setfield(L, -2, "is_choice");
      lua_seti(L, -2, k + 1);
    }
    lua_setfield(L, -2, all->name);
  }
  lua_setfield(L, -4, "optimizer_numbers");
  lua_setfield(L, -3, "optimizer_states");
  lua_setfield(L, -2, "optimizers");
}

void open_optimiser(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  push_optimisers(L);
}
