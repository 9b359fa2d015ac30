/* network.c - the network object of Lua: making one, room for its batch, copying, its metatable.

   core.network_class has three tables, to which moongrad's Lua files add: methods, getters (net.name),
   setters (net.name = value). */

#include "network.h"
#include "arrays.h"
#include "call.h"
#include "custom.h"
#include "threads.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../engine/batch.h"
#include "../engine/init.h"

#define MAX_UNITS ((size_t)1 << 30) /* the engine's limit for a layer */

static int no_network(lua_State *L, int idx, const char *method) {
  return fail(L, "%s: expected a network first, got %s; a method is called with a colon: net:%s(...)", method,
              push_kind(L, idx), method);
}

Network *network_check(lua_State *L, int idx) {
  Network *n = luaL_testudata(L, idx, NETWORK);
  lua_Debug ar;
  if (n == NULL) {
    const bool named = lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) && ar.name != NULL;
    no_network(L, idx, named ? ar.name : "step");
  }
  return n;
}

/* core.network_self(net, method): raises unless net is a network; for methods that are written in Lua. */
static int network_self(lua_State *L) {
  check_arity(L, 2);
  const char *method = luaL_checkstring(L, 2);
  if (luaL_testudata(L, 1, NETWORK) == NULL) no_network(L, 1, method);
  return 0;
}

size_t network_layer(lua_State *L, int idx, const Network *n, const char *what) {
  int whole = 0;
  const lua_Integer l = lua_type(L, idx) == LUA_TNUMBER ? lua_tointegerx(L, idx, &whole) : 0;
  if (!whole || l < 1 || (size_t)l > n->net.n_layers)
    fail(L, "%s[%s]: expected a layer from 1 to %d", what,
         lua_type(L, idx) == LUA_TSTRING ? lua_pushfstring(L, "\"%s\"", lua_tostring(L, idx))
                                         : push_came(L, idx),
         (int)n->net.n_layers);
  return (size_t)l - 1;
}

mg_rng *network_rng(lua_State *L, int idx) {
  idx = lua_absindex(L, idx);
  lua_getiuservalue(L, idx, KEEP_RNG);
  mg_rng *g = rng_opt(L, -1);
  lua_pop(L, 1); /* the network or the registry keeps it alive */
  return g;
}

void network_draws(lua_State *L, Network *n, bool draws) {
  n->net.rng = draws && n->net.n_dropouts > 0 ? network_rng(L, 1) : NULL;
}

/* --- making --------------------------------------------------------------------- */

/* Pushes a field of the table on top of the stack, read raw, so that no metamethod of the user runs. */
static void push_raw(lua_State *L, const char *field) {
  lua_pushstring(L, field);
  lua_rawget(L, -2);
}

/* Pushes entry i (from 1) of the table of layer specifications at index 1, and returns its size. */
static size_t push_layer(lua_State *L, size_t i) {
  if (lua_rawgeti(L, 1, (lua_Integer)i) != LUA_TTABLE)
    fail(L, "network: layer %d: expected a table {size=, activation=, bias=}, got %s", (int)i,
         push_kind(L, -1));
  push_raw(L, "size");
  const int at = lua_gettop(L);
  const size_t size = check_count(L, at, lua_pushfstring(L, "size of layer %d", (int)i));
  lua_settop(L, at - 1);
  return size;
}

/* Reads the layer specifications {{size=, activation=, bias=}, ...} at index 1, the input first, into spec,
   and puts the activations into the table on top of the stack. Returns the number of inputs. */
static size_t read_layers(lua_State *L, mg_type type, size_t n_layers, mg_layer_spec *spec) {
  const int kept = lua_gettop(L);
  const size_t n_in = push_layer(L, 1);
  for (size_t l = 0; l < n_layers; l++) {
    spec[l].n_out = push_layer(L, l + 2);
    push_raw(L, "bias");
    spec[l].bias = lua_toboolean(L, -1);
    lua_pop(L, 1);
    push_raw(L, "dropout");
    spec[l].dropout = lua_isnil(L, -1) ? 0 : check_finite(L, -1, "dropout");
    if (spec[l].dropout < 0 || spec[l].dropout >= 1 || (l + 1 == n_layers && spec[l].dropout > 0))
      fail(L, "network: dropout: expected from 0, below 1, and none of the last layer");
    lua_pop(L, 1);
    push_raw(L, "activation");
    spec[l].activation = custom_activation(L, -1, type);
    if (spec[l].activation == NULL) fail(L, "network: no activation '%s'", lua_tostring(L, -1));
    lua_rawseti(L, kept, (lua_Integer)l + 1);
    lua_settop(L, kept);
  }
  lua_settop(L, kept);
  return n_in;
}

/* Raises: the layers take more memory than there is. The message is about the layer with most weights. */
static int too_large(lua_State *L, mg_type type, size_t n_in, size_t n_layers, const mg_layer_spec *spec) {
  double most = 0;
  size_t l = 0, before = n_in;
  for (size_t k = 0, in = n_in; k < n_layers; in = spec[k++].n_out)
    if ((double)spec[k].n_out * (1 + (double)in) > most) {
      most = (double)spec[k].n_out * (1 + (double)in);
      l = k;
      before = in;
    }
  const size_t out = spec[l].n_out;
  const double bytes = 4 * (double)mg_type_size(type) * most; /* theta, grad, dtheta and the theta before */
  const char *why = "a layer may have up to 2^30 units";
  if (before <= MAX_UNITS && out <= MAX_UNITS) why = memory_push(L, bytes);
  return fail(L,
              "network: layer %d of %I units: THETA[%d] would be %I x %s and take %s with its gradient; %s",
              (int)l + (before > out ? 1 : 2), (LUAI_UACINT)(before > out ? before : out), (int)l + 1,
              (LUAI_UACINT)out, push_number(L, (double)before + 1), push_size(L, bytes), why);
}

/* core.network(layers, precision): returns a new network. layers: {{size=, activation=, bias=}, ...}, the
   input first. precision: "double" or "single". */
static int network_new(lua_State *L) {
  static const char *const precisions[] = {"double", "single", NULL};
  check_arity(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  const mg_type type = luaL_checkoption(L, 2, "double", precisions) == 0 ? MG_DOUBLE : MG_SINGLE;
  if (lua_rawlen(L, 1) < 2)
    return fail(L, "network: expected an input and at least one layer, got %d in all", (int)lua_rawlen(L, 1));
  const size_t n_layers = lua_rawlen(L, 1) - 1;
  mg_layer_spec *spec = memory_new(L, n_layers * sizeof *spec, "network");
  lua_newtable(L); /* of their activations, which the caller's table need not keep */
  const int activations = lua_gettop(L);
  const size_t n_in = read_layers(L, type, n_layers, spec);
  size_t parts;
  mg_team *team = push_team(L, &parts);
  const size_t bytes = mg_network_bytes(type, parts, n_in, n_layers, spec);
  if (bytes == 0 || !memory_has(L, (double)bytes)) return too_large(L, type, n_in, n_layers, spec);
  Network *n = lua_newuserdatauv(L, sizeof *n, KEEP_COUNT);
  memset(n, 0, sizeof *n);
  n->last_cost = NAN;
  lua_newtable(L);
  lua_setiuservalue(L, -2, KEEP_STATE);
  lua_pushvalue(L, -2); /* the team */
  lua_setiuservalue(L, -2, KEEP_TEAM);
  Storage *s = storage_new(L, bytes, "network");
  mg_network_make(&n->net, type, parts, n_in, n_layers, spec, storage_data(s));
  n->net.team = team;
  n->parameters = s;
  lua_setiuservalue(L, -2, KEEP_PARAMETERS);
  for (size_t l = 0; l < n_layers; l++) {
    lua_rawgeti(L, activations, (lua_Integer)l + 1);
    custom_keep(L, -2, l + 1, -1);
    lua_pop(L, 1);
  }
  luaL_setmetatable(L, NETWORK);
  return 1;
}

void network_room(lua_State *L, int idx, size_t rows, bool just) {
  idx = lua_absindex(L, idx);
  Network *n = network_check(L, idx);
  network_idle(L, n);
  if (just ? rows == n->net.capacity : rows <= n->net.capacity) return;
  const size_t bytes = mg_batch_bytes(&n->net, rows);
  if (bytes == 0) fail(L, "a batch of %I rows is too large", (LUAI_UACINT)rows);
  Storage *s = storage_new(L, bytes, "batch"); /* existing views keep the old storage alive */
  lua_setiuservalue(L, idx, KEEP_BATCH);
  n->batch = s;
  mg_network_room(&n->net, rows, storage_data(s));
  network_touch(n, TOUCH_PASS | TOUCH_BATCH);
}

/* core.network_state(net): returns the table in which moongrad's Lua files keep what belongs to net. */
static int network_state(lua_State *L) {
  check_arity(L, 1);
  network_check(L, 1);
  lua_getiuservalue(L, 1, KEEP_STATE);
  return 1;
}

uint64_t network_shape(const mg_network *net) {
  uint64_t shape = UINT64_C(14695981039346656037) ^ (uint64_t)net->type; /* FNV-1a, a step for each number */
  shape = (shape ^ mg_network_n_in(net)) * UINT64_C(1099511628211);
  for (size_t l = 0; l < net->n_layers; l++)
    shape = (shape ^ (2 * net->layer[l].n_out + net->layer[l].bias +
                      (net->layer[l].dropout > 0 ? UINT64_C(1) << 40 : 0))) *
            UINT64_C(1099511628211);
  shape = (shape ^ net->optimiser->n_states) * UINT64_C(1099511628211);
  return (shape ^ net->n_theta) * UINT64_C(1099511628211);
}

/* Raises unless to can become a copy of from: another network, of the same layers. */
static void check_copy(lua_State *L, const Network *to, const Network *from) {
  bool alike = to != from && network_shape(&to->net) == network_shape(&from->net);
  for (size_t l = 0; alike && l < to->net.n_layers; l++)
    alike = to->net.layer[l].activation == from->net.layer[l].activation;
  if (!alike) fail(L, "network_copy: expected another network of the same layers, activations and precision");
  network_idle(L, to);
  network_idle(L, from);
}

/* core.network_copy(to, from): copies the numbers of from, but not its settings, to the network to, and
   returns it: THETA, the epoch, the results of passes and a private generator. Both must have the same
   layers, activations and precision. When it is stopped, to must be thrown away. */
static int network_copy(lua_State *L) {
  check_arity(L, 2);
  Network *to = network_check(L, 1), *from = network_check(L, 2);
  const mg_network *source = &from->net;
  mg_network *n = &to->net;
  check_copy(L, to, from);
  if (lua_getiuservalue(L, 2, KEEP_RNG) != LUA_TNIL) {
    const mg_rng *own = lua_touserdata(L, -1);
    *rng_new(L, 0) = *own;
    lua_setiuservalue(L, 1, KEEP_RNG);
  }
  if (source->capacity > 0) {
    network_room(L, 1, source->capacity, true);
    blocks_memory(L, storage_data(to->batch), storage_data(from->batch),
                  mg_batch_bytes(source, source->capacity));
    mg_network_stage(n, NULL, NULL, source->rows, NULL); /* sets only the number of rows */
  }
  if (source->trace != NULL) {
    n->trace =
        memcpy(memory_new(L, sizeof *n->trace, "the trace of the cost"), source->trace, sizeof *n->trace);
    lua_setiuservalue(L, 1, KEEP_TRACE);
  }
  network_touch(to, TOUCH_THETA | TOUCH_PASS | TOUCH_BATCH);
  arrays_copy(L, n, source);
  n->epoch = source->epoch;
  n->t = source->t;
  n->made = source->made;
  n->updated = source->updated;
  n->dropped = source->dropped;
  n->targets = source->targets;
  n->sum = source->sum;
  n->j = source->j;
  lua_settop(L, 1);
  return 1;
}

/* --- the class ------------------------------------------------------------------------- */

/* net.name: a method, or what the getter of that name returns. Upvalues: methods, getters. */
static int network_index(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TNIL) /* _missing raises, and suggests similar names */
    lua_getfield(L, lua_upvalueindex(2), "_missing");
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

/* net.name = value: calls the setter of that name. Upvalue: setters. */
static int network_newindex(lua_State *L) {
  lua_settop(L, 3);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) {
    lua_getfield(L, lua_upvalueindex(1), "_missing");
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 0);
    return 0;
  }
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 3);
  lua_call(L, 2, 0);
  return 0;
}

/* core.set_network_tostring(f): sets f as the metamethod __tostring of networks. */
static int set_network_tostring(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_getmetatable(L, NETWORK);
  lua_pushvalue(L, 1);
  lua_setfield(L, -2, "__tostring");
  return 0;
}

/* core.is_busy(net): is net in the middle of a pass, which has called a function written in Lua?
   core.check_idle(net): raises if so, and while a watched expression of net is evaluated. */
static int is_busy(lua_State *L) {
  check_arity(L, 1);
  lua_pushboolean(L, network_check(L, 1)->busy);
  return 1;
}

static int check_idle(lua_State *L) {
  check_arity(L, 1);
  network_idle(L, network_check(L, 1));
  network_unwatched(L, network_check(L, 1));
  return 0;
}

static const luaL_Reg functions[] = {{"network", network_new},
                                     {"is_busy", is_busy},
                                     {"check_idle", check_idle},
                                     {"network_self", network_self},
                                     {"set_network_tostring", set_network_tostring},
                                     {"network_state", network_state},
                                     {"network_copy", network_copy},
                                     {NULL, NULL}};

/* Pushes the list of names of a C table of structs of size bytes. Their first member is the name; NULL ends
   the table. */
static void push_names(lua_State *L, const void *table, size_t size) {
  lua_newtable(L);
  const char *at = table;
  for (int i = 1;; i++, at += size) {
    const char *name;
    memcpy(&name, at, sizeof name);
    if (name == NULL) break;
    lua_pushstring(L, name);
    lua_seti(L, -2, i);
  }
}

void open_network(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  push_names(L, mg_activations(MG_DOUBLE), sizeof(mg_activation));
  lua_setfield(L, -2, "activations");
  push_names(L, mg_costs(MG_DOUBLE), sizeof(mg_cost_kind));
  lua_setfield(L, -2, "costs");
  lua_newtable(L); /* core.cost_outputs: cost -> the output activation that it requires, if any */
  for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL; c++) {
    lua_pushstring(L, c->output);
    lua_setfield(L, -2, c->name);
  }
  lua_setfield(L, -2, "cost_outputs");
  lua_newtable(L); /* core.cost_scores: cost -> true when it requires a linear or a tanh output */
  for (const mg_cost_kind *c = mg_costs(MG_DOUBLE); c->name != NULL; c++) {
    lua_pushboolean(L, c->is_score);
    lua_setfield(L, -2, c->name);
  }
  lua_setfield(L, -2, "cost_scores");
  push_names(L, mg_init_names, sizeof(char *));
  lua_setfield(L, -2, "inits");

  class_new(L, NETWORK, "network");
  lua_newtable(L); /* methods */
  lua_newtable(L); /* getters */
  lua_newtable(L); /* setters */
  lua_newtable(L); /* core.network_class */
  lua_pushvalue(L, -4);
  lua_setfield(L, -2, "methods");
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "getters");
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "setters");
  lua_setfield(L, -6, "network_class");
  lua_pushcclosure(L, network_newindex, 1);
  lua_setfield(L, -4, "__newindex");
  lua_pushcclosure(L, network_index, 2);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
