/* custom.c - activations, costs and optimisers that are written in Lua: making them, and giving them to networks.

   Each is a userdata. It holds a structure for the engine, whose functions call Lua (custom_call.c); its user
   value is a table with what the user gave. */

#include "custom_call.h"

#include <string.h>

#define CUSTOM_ACTIVATION "moongrad.activation"
#define CUSTOM_COST       "moongrad.cost"
#define CUSTOM_RUNNING    "moongrad.running" /* registry key: the Running of this Lua state */

/* --- objects ------------------------------------------------------------------------------------------ */

Running *custom_running(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, CUSTOM_RUNNING);
  Running *running = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return running;
}

/* Is field true in the table at index 1? */
static bool field_is(lua_State *L, const char *field) {
  lua_getfield(L, 1, field);
  const bool is = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is;
}

/* The Way that field names in the table at index 1: "numbers", "matrices", "either". */
static Way field_way(lua_State *L, const char *field) {
  static const char *const ways[] = {"numbers", "matrices", "either", NULL};
  lua_getfield(L, 1, field);
  const Way way = (Way)luaL_checkoption(L, -1, NULL, ways);
  lua_pop(L, 1);
  return way;
}

/* Raises unless field of the table at index 1 is a function, or has a metamethod __call. */
static void check_callable(lua_State *L, const char *field) {
  if (lua_getfield(L, 1, field) != LUA_TFUNCTION && luaL_getmetafield(L, -1, "__call") == LUA_TNIL)
    fail(L, "%s: expected a function, got %s", field, push_kind(L, -1));
  lua_settop(L, 1);
}

const char *custom_name(lua_State *L, const char *f, const char *derivative) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  check_callable(L, f);
  check_callable(L, derivative);
  if (lua_getfield(L, 1, "name") != LUA_TSTRING) fail(L, "name: expected a string, got %s", push_kind(L, -1));
  return lua_tostring(L, 2);
}

void *custom_object(lua_State *L, const char *class, size_t size) {
  void *own = lua_newuserdatauv(L, size, 2);
  memset(own, 0, size);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 2);
  luaL_setmetatable(L, class);
  lua_getfield(L, LUA_REGISTRYINDEX, CUSTOM_OBJECTS);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, own);
  lua_pop(L, 1);
  return own;
}

/* core.custom_activation{name=, f=, df=, f_on=, df_on=, kink=}: returns a new activation. */
static int new_activation(lua_State *L) {
  const char *name = custom_name(L, "f", "df");
  const Way f = field_way(L, "f_on"), df = field_way(L, "df_on");
  OwnActivation *own = custom_object(L, CUSTOM_ACTIVATION, sizeof *own);
  *own = (OwnActivation){{.name = name,
                          .kink = field_is(L, "kink"),
                          .context = own,
                          .forward = custom_forward,
                          .backward = custom_backward},
                         custom_running(L),
                         f,
                         df};
  return 1;
}

/* core.custom_cost{name=, f=, delta=, f_on=, delta_on=, mean=}: returns a new cost. */
static int new_cost(lua_State *L) {
  const char *name = custom_name(L, "f", "delta");
  const Way f = field_way(L, "f_on"), delta = field_way(L, "delta_on");
  OwnCost *own = custom_object(L, CUSTOM_COST, sizeof *own);
  *own = (OwnCost){{.name = name, .factor = custom_factor, .sum = custom_sum, .delta = custom_delta},
                   custom_running(L),
                   f,
                   delta,
                   field_is(L, "mean")};
  return 1;
}

/* core.custom(v): for an activation or a cost that is written in Lua, returns "activation", "cost" or "optimizer" and the
   table that it was made of; else nothing. */
static int custom(lua_State *L) {
  check_arity(L, 1);
  lua_settop(L, 1);
  if (luaL_testudata(L, 1, CUSTOM_ACTIVATION) != NULL)
    lua_pushliteral(L, "activation");
  else if (luaL_testudata(L, 1, CUSTOM_COST) != NULL)
    lua_pushliteral(L, "cost");
  else if (luaL_testudata(L, 1, CUSTOM_OPTIMISER) != NULL)
    lua_pushliteral(L, "optimizer");
  else
    return 0;
  lua_getiuservalue(L, 1, 1);
  return 2;
}

const mg_activation *custom_activation(lua_State *L, int idx, mg_type type) {
  const OwnActivation *own = luaL_testudata(L, idx, CUSTOM_ACTIVATION);
  return own != NULL ? &own->g : mg_activation_find(luaL_checkstring(L, idx), type);
}

mg_cost custom_cost(lua_State *L, int idx, Network *n, double scale) {
  OwnCost *own = luaL_testudata(L, idx, CUSTOM_COST);
  if (own == NULL)
    return (mg_cost){.kind = mg_cost_find(luaL_checkstring(L, idx), n->net.type), .scale = scale};
  n->running = own->running;
  return (mg_cost){&own->kind, 1, own};
}

void custom_keep(lua_State *L, int net, size_t place, int idx) {
  Network *n = lua_touserdata(L, net);
  idx = lua_absindex(L, idx);
  net = lua_absindex(L, net);
  const bool is_own = lua_type(L, idx) == LUA_TUSERDATA;
  if (!is_own && n->running == NULL) return;
  if (lua_getiuservalue(L, net, KEEP_OWN) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, net, KEEP_OWN);
  }
  is_own ? lua_pushvalue(L, idx) : lua_pushnil(L);
  lua_rawseti(L, -2, (lua_Integer)place);
  lua_pop(L, 1);
  n->running = custom_running(L);
}

static const luaL_Reg functions[] = {
    {"custom_activation", new_activation}, {"custom_cost", new_cost}, {"custom", custom}, {NULL, NULL}};

void open_custom(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, CUSTOM_ACTIVATION, "activation");
  lua_setfield(L, -2, "custom_activations"); /* the metatables, to which moongrad's Lua files add */
  class_new(L, CUSTOM_COST, "cost");
  lua_setfield(L, -2, "custom_costs");
  *(Running *)lua_newuserdatauv(L, sizeof(Running), 0) = (Running){NULL};
  lua_setfield(L, LUA_REGISTRYINDEX, CUSTOM_RUNNING);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, CUSTOM_OBJECTS);
}
