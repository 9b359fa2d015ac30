/* network_settings.c - a network's settings: cost, activations, optimiser, eta, l1, l2, frozen parts,
   generator; drawing THETA. */

#include <math.h>
#include <string.h>

#include "../engine/init.h"
#include "call.h"
#include "custom.h"
#include "network.h"

/* How THETA of one layer is drawn, block by block. */
typedef struct Drawing {
  const mg_layer *y;
  mg_init_method method;
  double value;
  mg_rng *g;
  mg_mat theta; /* the destination */
} Drawing;

static void draw_part(void *context, const Rect *r) {
  Drawing *d = context;
  for (size_t i = r->row; i < r->row + r->nrows; i++)
    mg_init_part(d->y, d->method, d->value, d->g, i, r->col, r->ncols, &d->theta);
}

/* Draws a large THETA into new memory and copies it then. When drawing is stopped, THETA and g are as
   before. */
static void draw_aside(lua_State *L, mg_network *net, const mg_init_method *method, double value, mg_rng *g) {
  const size_t bytes = net->n_theta * mg_type_size(net->type);
  char *aside = storage_data(storage_new(L, bytes, "init"));
  const mg_rng before = *g;
  for (size_t l = 0; l < net->n_layers; l++) {
    Drawing d = {&net->layer[l], method[l], value, g, net->layer[l].theta};
    d.theta.data = aside + ((char *)d.theta.data - (char *)net->flat.theta);
    if (blocks_run(L, d.theta.nrows, d.theta.ncols, 20, draw_part, &d)) continue;
    *g = before;
    run_stopped(L, "init");
  }
  memcpy(net->flat.theta, aside, bytes);
  lua_pop(L, 1);
}

#define MANY ((size_t)1 << 17) /* numbers that take some ms to draw */

/* The method of each layer, from the name at index 2 or the list of names there; left on the stack. */
static const mg_init_method *read_methods(lua_State *L, const mg_network *net) {
  mg_init_method *method = memory_new(L, net->n_layers * sizeof *method, "init");
  const bool one = !lua_istable(L, 2);
  for (size_t l = 0; l < net->n_layers; l++) {
    one ? lua_pushvalue(L, 2) : (void)lua_rawgeti(L, 2, (lua_Integer)l + 1);
    method[l] = (mg_init_method)luaL_checkoption(L, lua_gettop(L), NULL, mg_init_names);
    lua_pop(L, 1);
  }
  return method;
}

/* core.draw(net, method, value): draws THETA anew by the method called so, or, of a list, each layer by its own;
   what passes of the old one made is forgotten. */
static int draw(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  mg_network *net = &n->net;
  const double value = check_finite(L, 3, "value");
  const mg_init_method *method = read_methods(L, net);
  network_idle(L, n);
  network_touch(n, TOUCH_THETA | TOUCH_PASS);
  mg_rng *g = network_rng(L, 1);
  if (net->n_theta > MANY) {
    draw_aside(L, net, method, value, g);
  } else {
    for (size_t l = 0; l < net->n_layers; l++) mg_init_layer(net, l, method[l], value, g);
  }
  mg_init_forget(net);
  n->last_cost = NAN;
  return 0;
}

/* core.forget(net): as after draw, THETA being what it is. */
static int forget(lua_State *L) {
  check_arity(L, 1);
  Network *n = network_check(L, 1);
  network_idle(L, n);
  network_touch(n, TOUCH_THETA | TOUCH_PASS);
  mg_init_forget(&n->net);
  n->last_cost = NAN;
  return 0;
}

/* core.eta_scale(net, l, scale): how many times eta the updates of layer l go by. */
static int eta_scale(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const size_t l = network_layer(L, 2, n, "eta_scale");
  const double scale = check_finite(L, 3, "eta_scale");
  network_idle(L, n);
  network_touch(n, TOUCH_SETTING);
  mg_network_scale_eta(&n->net, l, scale);
  return 0;
}

/* core.set_rng(net, generator): gives net a private generator, or with nil the shared one. */
static int set_rng(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  lua_settop(L, 2);
  rng_opt(L, 2); /* raises unless it is a generator or nil */
  network_idle(L, n);
  network_touch(n, TOUCH_SETTING);
  lua_setiuservalue(L, 1, KEEP_RNG);
  return 0;
}

bool network_pairs(const mg_network *net, const mg_cost_kind *kind) {
  return kind->output == NULL || strcmp(kind->output, net->layer[net->n_layers - 1].activation->name) == 0;
}

mg_cost network_cost(lua_State *L, int idx, Network *n, const char *who) {
  const double scale = lua_isnoneornil(L, idx + 1) ? n->net.cost.scale : check_finite(L, idx + 1, "scale");
  const mg_cost cost = custom_cost(L, idx, n, scale);
  if (cost.kind == NULL) fail(L, "%s: no cost '%s'", who, lua_tostring(L, idx));
  if (!network_pairs(&n->net, cost.kind))
    fail(L, "%s: cost \"%s\" goes with output \"%s\"", who, cost.kind->name, cost.kind->output);
  return cost;
}

/* core.set_cost(net, cost, scale): sets the cost of net, a name or an object written in Lua; scale (default
   1) is the factor of "squares". */
static int set_cost(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const mg_cost cost = custom_cost(L, 2, n, lua_isnoneornil(L, 3) ? 1 : check_finite(L, 3, "scale"));
  if (cost.kind == NULL) return fail(L, "no cost '%s'", lua_tostring(L, 2));
  network_idle(L, n);
  custom_keep(L, 1, 0, 2);
  network_touch(n, TOUCH_SETTING);
  n->checked = false; /* the new cost may allow other targets */
  n->net.cost = cost;
  n->unpaired = !network_pairs(&n->net, cost.kind);
  return 0;
}

/* core.set_activation(net, l, activation): that of layer l. */
static int set_activation(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const size_t l = network_layer(L, 2, n, "layer");
  const mg_activation *g = custom_activation(L, 3, n->net.type);
  if (g == NULL) return fail(L, "no activation '%s'", lua_tostring(L, 3));
  network_idle(L, n);
  custom_keep(L, 1, l + 1, 3);
  network_touch(n, TOUCH_SETTING);
  if (n->net.layer[l].activation != g) { /* the results of the last pass are no longer valid */
    n->net.made = MG_NOTHING;
    network_touch(n, TOUCH_PASS);
  }
  mg_network_activate(&n->net, l, g);
  n->unpaired = !network_pairs(&n->net, n->net.cost.kind);
  return 0;
}

/* core.frozen(net, l): returns which parts of layer l are frozen: 0 none, 1 the biases, 2 the weights, 3
   both. core.frozen(net, l, parts): sets them. */
static int frozen(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const size_t l = network_layer(L, 2, n, "frozen");
  if (!lua_isnoneornil(L, 3)) {
    const unsigned parts = (unsigned)check_whole(L, 3, "parts", 0, MG_FROZEN_BIAS | MG_FROZEN_WEIGHTS);
    network_idle(L, n);
    network_touch(n, TOUCH_SETTING);
    mg_network_freeze(&n->net, l, parts);
  }
  lua_pushinteger(L, n->net.layer[l].frozen);
  return 1;
}

/* core.numbers(net): returns eta, l1, l2, epoch, J (nil before a pass). core.numbers(net, name, value): sets
   eta, l1, l2, bias_l1 or bias_l2. */
static int numbers(lua_State *L) {
  check_arity(L, 3);
  Network *self = network_check(L, 1);
  mg_network *n = &self->net;
  if (lua_isnone(L, 2)) {
    lua_pushnumber(L, n->eta);
    lua_pushnumber(L, n->l1);
    lua_pushnumber(L, n->l2);
    lua_pushinteger(L, (lua_Integer)n->epoch);
    n->made >= MG_FORWARD && !isnan(n->j) ? lua_pushnumber(L, n->j) : lua_pushnil(L);
    return 5;
  }
  static const char *const names[] = {"eta", "l1", "l2", "bias_l1", "bias_l2", NULL};
  double *const places[] = {&n->eta, &n->l1, &n->l2, &n->bias_l1, &n->bias_l2};
  double *place = places[luaL_checkoption(L, 2, NULL, names)];
  const double v = check_finite(L, 3, lua_tostring(L, 2));
  network_idle(L, self);
  network_touch(self, TOUCH_SETTING);
  *place = v;
  return 0;
}

static const luaL_Reg functions[] = {
    {"draw", draw},       {"forget", forget},     {"eta_scale", eta_scale},
    {"set_rng", set_rng}, {"set_cost", set_cost}, {"set_activation", set_activation},
    {"frozen", frozen},   {"numbers", numbers},   {NULL, NULL}};

void open_network_settings(lua_State *L) { luaL_setfuncs(L, functions, 0); }
