/* custom_optimiser.c - optimisers that are written in Lua.

   The function is called once for each layer, on matrices of its own: copies of THETA, GRAD and the states. What
   it wrote goes into the network when all layers are done, so that one that fails has changed nothing. */

#include <math.h>
#include <string.h>

#include "custom_call.h"

typedef struct OwnOptimiser {
  mg_optimiser o;
  char state[MG_MAX_STATES][32]; /* its names */
  Running *running;
} OwnOptimiser;

/* What the function is called for: a layer, and whose numbers it is given. */
typedef struct Update {
  const mg_network *net;
  const OwnOptimiser *own;
  const mg_flats *flat; /* theta and the states it begins with are these */
  size_t layer;
  uint64_t t;
} Update;

/* A flat array as layer l sees it. */
static mg_mat layer_of(const mg_network *net, const void *flat, size_t l) {
  mg_mat m = net->layer[l].grad;
  m.data = (char *)m.data + ((const char *)flat - (const char *)net->flat.grad);
  return m;
}

static Matrix *push_copy(lua_State *L, const mg_mat *m) {
  Matrix *copy = matrix_new(L, m->nrows, m->ncols);
  mg_mat_copy(&copy->m, m);
  return copy;
}

/* Raises unless m, which an update left as name, holds numbers that the network can take. */
static void check_numbers(lua_State *L, const Update *u, const Matrix *m, const char *name) {
  for (size_t i = 0; i < m->m.nrows; i++)
    for (size_t j = 0; j < m->m.ncols; j++) {
      const double v = mg_mat_get(&m->m, i, j);
      if (!isfinite(u->net->type == MG_SINGLE ? (double)(float)v : v))
        fail(L, "optimizer %s: update left %s in %s[%d][%d] of layer %d, expected a finite number",
             u->own->o.name, push_number(L, v), name, (int)i + 1, (int)j + 1, (int)u->layer + 1);
    }
}

/* Pushes the table of states as they are, matrices by name. */
static void push_states(lua_State *L, const Update *u) {
  const mg_optimiser *o = &u->own->o;
  lua_createtable(L, 0, (int)o->n_states);
  for (size_t k = 0; k < o->n_states; k++) {
    const mg_mat m = layer_of(u->net, u->flat->state[k], u->layer);
    push_copy(L, &m);
    lua_setfield(L, -2, o->state[k]);
  }
}

/* Raises for what the table at index idx, the states after an update, holds besides them. */
static void check_states(lua_State *L, const Update *u, int idx) {
  const mg_optimiser *o = &u->own->o;
  for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
    bool known = false;
    for (size_t k = 0; k < o->n_states && lua_type(L, -2) == LUA_TSTRING; k++)
      known |= strcmp(o->state[k], lua_tostring(L, -2)) == 0;
    if (!known)
      fail(L, "optimizer %s: update set a state %s that is not among its states", o->name,
           lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : push_kind(L, -2));
  }
}

/* Calls the function for a layer; pushes THETA and then each state as it left them, all fit to be taken. */
static void call_update(lua_State *L, const Update *u) {
  const mg_optimiser *o = &u->own->o;
  const mg_mat theta = layer_of(u->net, u->flat->theta, u->layer);
  const Matrix *after = push_copy(L, &theta);
  const int at = lua_gettop(L);
  push_states(L, u);
  lua_getfield(L, LUA_REGISTRYINDEX, CUSTOM_OBJECTS);
  lua_rawgetp(L, -1, u->own);
  lua_getiuservalue(L, -1, 1);
  lua_getfield(L, -1, "update");
  lua_pushvalue(L, at);
  push_copy(L, &u->net->layer[u->layer].grad);
  lua_pushvalue(L, at + 1);
  lua_pushinteger(L, (lua_Integer)u->t);
  lua_pushnumber(L, u->net->eta * u->net->layer[u->layer].eta_scale);
  lua_call(L, 5, 1);
  if (!lua_isnil(L, -1))
    fail(L, "optimizer %s: update returned %s, expected it to write into theta and state and return nothing",
         o->name, push_kind(L, -1));
  lua_settop(L, at + 1);
  check_numbers(L, u, after, "theta");
  check_states(L, u, at + 1);
  for (size_t k = 0; k < o->n_states; k++) {
    lua_getfield(L, at + 1, o->state[k]);
    const Matrix *m = matrix_test(L, -1);
    if (m == NULL || m->m.nrows != theta.nrows || m->m.ncols != theta.ncols)
      fail(L, "optimizer %s: update left %s as state %s of layer %d, expected a %d x %d matrix", o->name,
           m == NULL ? push_kind(L, -1) : matrix_describe(L, -1), o->state[k], (int)u->layer + 1,
           (int)theta.nrows, (int)theta.ncols);
    check_numbers(L, u, m, o->state[k]);
  }
  lua_remove(L, at + 1);
}

/* Gives n columns of layer l from the j-th on what the update left: the matrices at index at. */
static void take_part(lua_State *L, mg_network *net, size_t l, size_t j, size_t n, int at) {
  const mg_flats *f = &net->flat;
  mg_mat theta = mg_mat_cols(layer_of(net, f->theta, l), j, n),
         dtheta = mg_mat_cols(layer_of(net, f->dtheta, l), j, n);
  mg_mat previous = mg_mat_cols(layer_of(net, f->previous, l), j, n);
  const mg_mat after = mg_mat_cols(matrix_check(L, at)->m, j, n);
  mg_mat_copy(&previous, &theta);
  mg_mat_copy(&theta, &after);
  for (size_t r = 0; r < theta.nrows; r++)
    for (size_t c = 0; c < n; c++)
      mg_mat_set(&dtheta, r, c, mg_mat_get(&theta, r, c) - mg_mat_get(&previous, r, c));
  for (size_t k = 0; k < net->optimiser->n_states; k++) {
    mg_mat state = mg_mat_cols(layer_of(net, f->state[k], l), j, n);
    mg_mat earlier = mg_mat_cols(layer_of(net, f->earlier[k], l), j, n);
    const mg_mat left = mg_mat_cols(matrix_check(L, at + 1 + (int)k)->m, j, n);
    mg_mat_copy(&earlier, &state);
    mg_mat_copy(&state, &left);
  }
}

/* The whole update of the network at index 1, a light userdata. */
static int update_protected(lua_State *L) {
  mg_network *net = lua_touserdata(L, 1);
  const OwnOptimiser *own = (const OwnOptimiser *)net->optimiser;
  const int each = 1 + (int)own->o.n_states;
  luaL_checkstack(L, each * (int)net->n_layers + LUA_MINSTACK, "an own optimizer");
  for (size_t l = 0; l < net->n_layers; l++) {
    const Update u = {net, own, &net->flat, l, net->t + 1};
    call_update(L, &u);
  }
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    const int at = 2 + (int)l * each;
    if (y->bias && !(y->frozen & MG_FROZEN_BIAS)) take_part(L, net, l, 0, 1, at);
    if (!(y->frozen & MG_FROZEN_WEIGHTS)) take_part(L, net, l, 1, y->n_in, at);
  }
  return 0;
}

static mg_status update_whole(mg_network *net) {
  lua_State *L = ((const OwnOptimiser *)net->optimiser)->running->L;
  lua_pushcfunction(L, update_protected);
  lua_pushlightuserdata(L, net);
  return lua_pcall(L, 1, 0, 0) == LUA_OK ? MG_OK : MG_FAILED;
}

void custom_update_of(lua_State *L, const mg_network *net, size_t l, size_t i, size_t j, bool again,
                      mg_update_of_one *one) {
  mg_flats flat = net->flat;
  if (again) {
    flat.theta = flat.previous;
    memcpy(flat.state, flat.earlier, sizeof flat.state);
  }
  const Update u = {net, (const OwnOptimiser *)net->optimiser, &flat, l, again ? net->t : net->t + 1};
  const mg_mat theta = layer_of(net, flat.theta, l);
  one->was = mg_mat_get(&theta, i, j);
  for (size_t k = 0; k < net->optimiser->n_states; k++) {
    const mg_mat state = layer_of(net, flat.state[k], l);
    one->state[k] = mg_mat_get(&state, i, j);
  }
  const int top = lua_gettop(L);
  call_update(L, &u);
  one->theta = mg_mat_get(&matrix_check(L, top + 1)->m, i, j);
  one->dtheta = one->theta - one->was;
  one->t = u.t;
  lua_settop(L, top);
}

const mg_optimiser *custom_optimiser(lua_State *L, int idx, Network *n) {
  const OwnOptimiser *own = luaL_testudata(L, idx, CUSTOM_OPTIMISER);
  if (own == NULL) return mg_optimiser_find(luaL_checkstring(L, idx), n->net.type);
  n->running = own->running;
  return &own->o;
}

/* core.custom_optimizer{name=, states=, update=}, all checked; states: a list of up to 4 names. */
static int new_optimiser(lua_State *L) {
  const char *name = custom_name(L, "update", "update");
  OwnOptimiser *own = custom_object(L, CUSTOM_OPTIMISER, sizeof *own);
  const int object = lua_gettop(L);
  own->o = (mg_optimiser){.name = name, .whole = update_whole};
  own->running = custom_running(L);
  if (lua_getfield(L, 1, "states") != LUA_TTABLE) return fail(L, "states: expected a list of names");
  const size_t count = lua_rawlen(L, -1);
  if (count > MG_MAX_STATES) return fail(L, "states: expected up to %d names", (int)MG_MAX_STATES);
  for (size_t k = 0; k < count; k++) {
    lua_rawgeti(L, object + 1, (lua_Integer)k + 1);
    if (lua_type(L, -1) != LUA_TSTRING || lua_rawlen(L, -1) >= sizeof own->state[k])
      return fail(L, "states: expected names of less than %d letters, got %s", (int)sizeof own->state[k],
                  push_kind(L, -1));
    own->o.state[k] = strcpy(own->state[k], lua_tostring(L, -1));
  }
  own->o.n_states = count;
  lua_settop(L, object);
  return 1;
}

void open_custom_optimiser(lua_State *L) {
  lua_pushcfunction(L, new_optimiser);
  lua_setfield(L, -2, "custom_optimizer");
  class_new(L, CUSTOM_OPTIMISER, "optimizer");
  lua_setfield(L, -2, "custom_optimizers"); /* the class, for Lua to complete */
}
