/* network_view.c - the matrices of a network as live views for Lua; setting THETA of a layer or of all. */

#include <stdio.h>
#include <string.h>

#include "network.h"

static const char *const quantities[] = {"theta", "grad", "dtheta", "v", "s", "a", "z", "delta", NULL};
enum { THETA, GRAD, DTHETA, V, S, A, Z, DELTA };

/* Pushes a view of the optimiser's state of this name for layer l; nil when it has none called so. */
static int push_state(lua_State *L, const Network *n, const char *name, size_t l) {
  const mg_network *net = &n->net;
  for (size_t k = 0; k < net->optimiser->n_states; k++)
    if (strcmp(net->optimiser->state[k], name) == 0) {
      lua_getiuservalue(L, 1, KEEP_STATES);
      matrix_view(L, -1, mg_state(net, k, l));
      return 1;
    }
  return 0;
}

/* core.state(net, name, l): a live view of the optimiser's state of this name, of one layer; nil when it has
   none. */
static int state(lua_State *L) {
  check_arity(L, 3);
  const Network *n = network_check(L, 1);
  const char *name = luaL_checkstring(L, 2);
  return push_state(L, n, name, network_layer(L, 3, n, name));
}

/* Has a pass, or the current walk, computed this matrix? */
static bool is_made(const Network *n, int what, size_t l) {
  static const mg_op_kind kinds[] = {
      [A] = MG_OP_A, [Z] = MG_OP_Z, [DELTA] = MG_OP_DELTA, [GRAD] = MG_OP_GRAD};
  if (what == THETA) return true;
  if (what == DTHETA) return n->net.updated;
  if (!n->walking) return n->net.made >= (what == A || what == Z ? MG_FORWARD : MG_BACKWARD);
  if (what == A && l == 0) return true; /* [1 X] */
  return network_walked(n, (mg_op){kinds[what], what == A ? l - 1 : l});
}

/* core.view(net, what, l): returns a live view of the matrix what of layer l, or nothing when no pass has
   computed it yet. */
static int view(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const mg_network *net = &n->net;
  const int what = luaL_checkoption(L, 2, NULL, quantities);
  const size_t l = (size_t)check_whole(L, 3, "l", 1, (lua_Integer)net->n_layers + (what == A)) - 1;
  if (what == V || what == S) return push_state(L, n, quantities[what], l);
  if (!is_made(n, what, l)) return 0;
  const mg_mat views[] = {[THETA] = net->layer[l < net->n_layers ? l : 0].theta,
                          [GRAD] = net->layer[l < net->n_layers ? l : 0].grad,
                          [DTHETA] = net->layer[l < net->n_layers ? l : 0].dtheta,
                          [A] = mg_network_a(net, l),
                          [Z] = net->layer[l < net->n_layers ? l : 0].z,
                          [DELTA] = net->layer[l < net->n_layers ? l : 0].delta};
  lua_getiuservalue(L, 1, what >= A ? KEEP_BATCH : KEEP_PARAMETERS);
  matrix_view(L, -1, views[what]);
  return 1;
}

/* Replaces the matrix m at index idx, the weights of a layer without a bias, by a new one with a column of
   zeros before them. */
static const Matrix *with_column(lua_State *L, int idx, const Matrix *m) {
  Matrix *whole = matrix_new(L, m->m.nrows, 1 + m->m.ncols);
  mg_mat weights = mg_mat_cols(whole->m, 1, m->m.ncols);
  mg_mat_copy(&weights, &m->m);
  lua_replace(L, idx);
  return whole;
}

/* The value at index idx as a matrix that THETA of layer l (from 0) can be set to; raises for other
   values. Of a layer without a bias it may lack the column of the bias. */
static const Matrix *theta_want(lua_State *L, int idx, const Network *n, size_t l) {
  const mg_layer *y = &n->net.layer[l];
  char what[40];
  snprintf(what, sizeof what, "theta[%zu]", l + 1);
  const Matrix *m = matrix_want(L, idx, what, 0);
  if (!y->bias && m->m.nrows == y->n_out && m->m.ncols == y->n_in) return with_column(L, idx, m);
  if (m->m.nrows != y->n_out || m->m.ncols != 1 + y->n_in)
    fail(L, "%s: expected %d x %d, got %d x %d", what, (int)y->n_out, (int)y->n_in + 1, (int)m->m.nrows,
         (int)m->m.ncols);
  for (size_t i = 0; !y->bias && i < y->n_out; i++)
    if (mg_mat_get(&m->m, i, 0) != 0)
      fail(L, "%s: the layer has no bias: expected 0 in column 1, got %s at [%d][1]", what,
           push_number(L, mg_mat_get(&m->m, i, 0)), (int)i + 1);
  return m;
}

/* core.set_theta(net, l, matrix): copies matrix into THETA[l]; raises when its shape does not fit. */
static int set_theta(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  lua_settop(L, 3);
  const size_t l = network_layer(L, 2, n, "theta");
  const Matrix *m = theta_want(L, 3, n, l);
  lua_getiuservalue(L, 1, KEEP_PARAMETERS);
  matrix_assign(L, matrix_view(L, -1, n->net.layer[l].theta), m);
  return 0;
}

/* core.set_thetas(net, list): copies a matrix into THETA of every layer; raises before the first copy when
   one does not fit. */
static int set_thetas(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  luaL_checkstack(L, (int)n->net.n_layers + LUA_MINSTACK, "theta");
  for (size_t l = 0; l < n->net.n_layers; l++) {
    lua_geti(L, 2, (lua_Integer)l + 1);
    const Matrix *m = theta_want(L, (int)l + 3, n, l);
    if (m->storage == n->parameters) { /* a view of the destination is copied first */
      mg_mat_copy(&matrix_new(L, m->m.nrows, m->m.ncols)->m, &m->m);
      lua_replace(L, (int)l + 3);
    }
    lua_settop(L, (int)l + 3);
  }
  if (n->parameters->busy) return fail_busy(L);
  n->parameters->version++;
  for (size_t l = 0; l < n->net.n_layers; l++)
    mg_mat_copy(&n->net.layer[l].theta, &((const Matrix *)lua_touserdata(L, (int)l + 3))->m);
  return 0;
}

static const luaL_Reg functions[] = {
    {"view", view}, {"state", state}, {"set_theta", set_theta}, {"set_thetas", set_thetas}, {NULL, NULL}};

void open_network_view(lua_State *L) { luaL_setfuncs(L, functions, 0); }
