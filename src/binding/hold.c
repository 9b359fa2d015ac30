/* hold.c - holds: objects that restore a network (numbers, settings, data) when a command on it fails half
   way.

   Restoring needs no memory, so it works after a lack of memory, too. */

#include <string.h>

#include "call.h"

#define HOLD "moongrad.hold" /* metatable name */

/* The user values of a hold: the network, an image or nil, and the saved values that the tables below
   list. */
enum {
  AT_NET = 1,
  AT_IMAGE,
  AT_BATCH,
  AT_X,
  AT_Y,
  AT_RNG,
  AT_OWN,
  AT_STATES,
  AT_BEFORE,
  AT_LAYERS,
  AT_GIVEN,
  AT_ACTIVATIONS,
  AT_LAST = AT_ACTIVATIONS
};

/* The saved values: user values of the network, and fields of its state table (KEEP_STATE). */
static const struct {
  int place, keep;
} values[] = {{AT_BATCH, KEEP_BATCH}, {AT_X, KEEP_X},           {AT_Y, KEEP_Y},          {AT_RNG, KEEP_RNG},
              {AT_OWN, KEEP_OWN},     {AT_STATES, KEEP_STATES}, {AT_BEFORE, KEEP_BEFORE}};
static const struct {
  int place;
  const char *field;
} fields[] = {{AT_LAYERS, "layers"}, {AT_GIVEN, "given"}, {AT_ACTIVATIONS, "activations"}};

typedef struct Hold {
  bool open;       /* has the block not ended, and core.release not been called? */
  bool quiet;      /* are the past and watches turned off until then? */
  Network network; /* the network as it was; its layers and ranges follow the Hold in memory */
} Hold;

#define COUNT(array) (sizeof(array) / sizeof *(array))

static size_t layers_bytes(const mg_network *net) { return net->n_layers * sizeof *net->layer; }
static size_t ranges_bytes(const mg_network *net) { return 2 * net->n_layers * sizeof *net->range; }

/* Replaces the table on top of the stack, if it is one, by a copy. */
static void copy_table(lua_State *L) {
  if (!lua_istable(L, -1)) return;
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, -3);) { /* table copy key value */
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_replace(L, -2);
}

/* core.hold(net, how): returns a hold, for a variable <close>. When its block ends and core.release(hold) has
   not been called, net is restored. how nil: settings and data only. how "whole" or "theta": also the
   numbers, by such an image; no past is kept and no watch is evaluated until the hold ends. */
static int hold(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  network_idle(L, n);
  if (n->held) return fail(L, "this network is held already");
  lua_settop(L, 2);
  luaL_checkstack(L, LUA_MINSTACK + AT_LAST, "a hold");
  const size_t layers = layers_bytes(&n->net), ranges = ranges_bytes(&n->net);
  Hold *h = lua_newuserdatauv(L, sizeof *h + layers + ranges, AT_LAST);
  h->open = false; /* until it is complete */
  luaL_setmetatable(L, HOLD);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 3, AT_NET);
  if (!lua_isnil(L, 2)) {
    image_push(L, n, luaL_checkstring(L, 2));
    lua_setiuservalue(L, 3, AT_IMAGE);
  }
  for (size_t i = 0; i < COUNT(values); i++) {
    lua_getiuservalue(L, 1, values[i].keep);
    if (values[i].place == AT_OWN) copy_table(L);
    lua_setiuservalue(L, 3, values[i].place);
  }
  lua_getiuservalue(L, 1, KEEP_STATE);
  for (size_t i = 0; i < COUNT(fields); i++) {
    lua_getfield(L, 4, fields[i].field);
    lua_setiuservalue(L, 3, fields[i].place);
  }
  lua_settop(L, 3);
  h->network = *n;
  memcpy(h + 1, n->net.layer, layers);
  memcpy((char *)(h + 1) + layers, n->net.range, ranges);
  h->quiet = !lua_isnil(L, 2);
  h->open = n->held = true;
  if (h->quiet) n->watched = n->noted.on = false;
  return 1;
}

/* Restores the network at index 1 from the hold at index 2, which keeps its storages alive; so no memory is
   needed. */
static void put_back(lua_State *L, Network *n, const Hold *h) {
  const Network *was = &h->network;
  mg_network *net = &n->net;
  const size_t layers = layers_bytes(net);
  *net = was->net;
  memcpy(net->layer, h + 1, layers);
  memcpy(net->range, (const char *)(h + 1) + layers, ranges_bytes(net));
  n->X = was->X;
  n->y = was->y;
  n->batch = was->batch;
  n->states = was->states;
  n->running = was->running;
  n->checked = false;
  network_touch(n, TOUCH_SETTING | TOUCH_PASS | TOUCH_BATCH);
  for (size_t i = 0; i < COUNT(values); i++) {
    lua_getiuservalue(L, 2, values[i].place);
    lua_setiuservalue(L, 1, values[i].keep);
  }
  lua_getiuservalue(L, 1, KEEP_STATE);
  for (size_t i = 0; i < COUNT(fields); i++) {
    lua_getiuservalue(L, 2, fields[i].place);
    lua_setfield(L, 3, fields[i].field);
  }
  lua_settop(L, 2);
  lua_getiuservalue(L, 2, AT_IMAGE);
  if (!lua_isnil(L, -1)) image_put(L, n, lua_touserdata(L, -1), false);
  lua_settop(L, 2);
}

/* Ends the hold; if it was quiet, the past and watches are as before, and the past goes on from here. */
static void end(Network *n, Hold *h) {
  h->open = n->held = false;
  if (!h->quiet) return;
  n->watched = h->network.watched;
  n->noted.on = h->network.noted.on;
  past_known(n);
}

/* core.release(hold): ends the hold, as the command was done; net is not restored. */
static int release(lua_State *L) {
  check_arity(L, 1);
  Hold *h = luaL_checkudata(L, 1, HOLD);
  lua_getiuservalue(L, 1, AT_NET);
  if (h->open) end(lua_touserdata(L, -1), h);
  return 0;
}

static int hold_close(lua_State *L) {
  Hold *h = luaL_checkudata(L, 1, HOLD);
  if (!h->open) return 0;
  lua_settop(L, 1);
  lua_getiuservalue(L, 1, AT_NET);
  lua_insert(L, 1);
  Network *n = lua_touserdata(L, 1);
  put_back(L, n, h);
  end(n, h);
  return 0;
}

/* core.is_held(net): has net a hold? */
static int is_held(lua_State *L) {
  check_arity(L, 1);
  lua_pushboolean(L, network_check(L, 1)->held);
  return 1;
}

static const luaL_Reg functions[] = {
    {"hold", hold}, {"release", release}, {"is_held", is_held}, {NULL, NULL}};

void open_hold(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, HOLD, "hold");
  lua_pushcfunction(L, hold_close);
  lua_setfield(L, -2, "__close");
  lua_pushcfunction(L, release); /* for a hold that was not put into a variable <close> */
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}
