/* explain.c - numbers that explain() and walks show and that no matrix of the network holds: slopes, losses,
   single updates.

   Those of a row are computed by one call of the function that the pass itself uses. */

#include "call.h"
#include "custom.h"
#include "network.h"

/* The argument row at index idx: the number of a row of the batch. Returns it counted from 0. */
static size_t check_row(lua_State *L, int idx, const Network *n) {
  network_check_batch(L, "row", n);
  return (size_t)check_whole(L, idx, "row", 1, (lua_Integer)n->net.rows) - 1;
}

/* Pushes a copy of row as a new matrix. */
static int push_copy(lua_State *L, const mg_mat *row) {
  blocks_copy(L, &matrix_new(L, row->nrows, row->ncols)->m, row);
  return 1;
}

/* A row of n numbers in the network's scratch memory. */
static mg_mat room_for(const mg_network *net, size_t n) { return mg_first(net->scratch_z, 1, n); }

/* core.squashed(net, l, row): returns g(Z[l][row]), 1 x units. */
static int squashed(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const mg_layer *y = &n->net.layer[network_layer(L, 2, n, "layer")];
  const mg_mat z = mg_mat_rows(y->z, check_row(L, 3, n), 1);
  mg_mat a = room_for(&n->net, y->n_out);
  Stopper s;
  run_begin(L, n, &s);
  run_end(n, &s, y->activation->forward(y->activation, &z, &a, 0, 1));
  return push_copy(L, &a);
}

/* core.slopes(net, l, row): returns g' of each unit in that row, 1 x units; backpropagation multiplies dJ/da
   by it. */
static int slopes(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const mg_layer *y = &n->net.layer[network_layer(L, 2, n, "layer")];
  const size_t row = check_row(L, 3, n);
  const bool dropped = y->dropout > 0 && n->net.dropped;
  const mg_mat z = mg_mat_rows(y->z, row, 1), a = mg_mat_rows(dropped ? y->whole : y->out, row, 1);
  mg_mat d = room_for(&n->net, y->n_out);
  mg_mat_fill(&d, 1);
  Stopper s;
  run_begin(L, n, &s);
  run_end(n, &s, y->activation->backward(y->activation, &z, &a, &d, 0, 1));
  return push_copy(L, &d);
}

/* core.loss(net, row): returns the sum of the losses of that row, before the cost's factor. */
static int loss(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  const size_t row = check_row(L, 2, n);
  const mg_layer *last = &n->net.layer[n->net.n_layers - 1];
  double sum = 0;
  const mg_cost *cost = &n->net.cost;
  Stopper s;
  run_begin(L, n, &s);
  run_end(n, &s, cost->kind->sum(cost, &last->z, &last->out, &n->net.y, row, row + 1, &sum));
  lua_pushnumber(L, sum);
  return 1;
}

/* core.pull(net, row): returns the cost's delta for that row, 1 x K: dJ/dyhat, or dJ/dz for the logarithmic
   costs. */
static int pull(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  const size_t row = check_row(L, 2, n);
  const mg_layer *last = &n->net.layer[n->net.n_layers - 1];
  const mg_mat z = mg_mat_rows(last->z, row, 1), a = mg_mat_rows(last->out, row, 1),
               y = mg_mat_rows(n->net.y, row, 1);
  mg_mat d = room_for(&n->net, last->n_out);
  const mg_cost *cost = &n->net.cost;
  const double factor = cost->kind->factor(cost, n->net.rows, last->n_out);
  Stopper s;
  run_begin(L, n, &s);
  run_end(n, &s, cost->kind->delta(cost, &z, &a, &y, &d, factor, 0, 1));
  return push_copy(L, &d);
}

/* core.theta_before(net, l): returns THETA[l] before the last update (frozen parts as they are now), or
   nothing when there has been no update. */
static int theta_before(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  const mg_layer *y = &n->net.layer[network_layer(L, 2, n, "layer")];
  if (!n->net.updated) return 0;
  mg_mat before = y->theta;
  before.data = (char *)before.data + ((char *)n->net.flat.previous - (char *)n->net.flat.theta);
  push_copy(L, &before);
  const bool bias = y->bias && !(y->frozen & MG_FROZEN_BIAS), weights = !(y->frozen & MG_FROZEN_WEIGHTS);
  mg_mat *m = &matrix_check(L, -1)->m;
  for (size_t j = 0; j < m->ncols; j++)
    if (j == 0 ? !bias : !weights) {
      mg_mat to = mg_mat_cols(*m, j, 1), still = mg_mat_cols(y->theta, j, 1);
      mg_mat_copy(&to, &still);
    }
  return 1;
}

/* core.updated(net, l, i, j, again): computes the next update of THETA[l][i][j] from GRAD, or, if again, the
   last update once more. Returns THETA after it, DTHETA, the number of the update, THETA before it, and the
   list of the optimiser's states before it. */
static int updated(lua_State *L) {
  check_arity(L, 5);
  Network *n = network_check(L, 1);
  const mg_network *net = &n->net;
  const size_t l = network_layer(L, 2, n, "layer");
  const mg_layer *y = &net->layer[l];
  const size_t i = (size_t)check_whole(L, 3, "i", 1, (lua_Integer)y->n_out) - 1;
  const size_t j = (size_t)check_whole(L, 4, "j", 1, (lua_Integer)y->n_in + 1) - 1;
  const bool again = lua_toboolean(L, 5);
  mg_update_of_one one;
  if (net->optimiser->whole != NULL)
    custom_update_of(L, net, l, i, j, again, &one);
  else
    mg_update_of(net, mg_place(net, l, i, j), again, &one);
  lua_pushnumber(L, one.theta);
  lua_pushnumber(L, one.dtheta);
  lua_pushinteger(L, (lua_Integer)one.t);
  lua_pushnumber(L, one.was);
  lua_createtable(L, (int)net->optimiser->n_states, 0);
  for (size_t k = 0; k < net->optimiser->n_states; k++) {
    lua_pushnumber(L, one.state[k]);
    lua_seti(L, -2, (lua_Integer)k + 1);
  }
  return 5;
}

/* core.mask(net, l): what dropout multiplied A[l+1] with in the pass that was made, rows x units, or will in the
   walk that is on; nil where nothing was left out. */
static int mask(lua_State *L) {
  check_arity(L, 2);
  const Network *n = network_check(L, 1);
  const mg_layer *y = &n->net.layer[network_layer(L, 2, n, "layer")];
  if (y->dropout == 0 || !n->net.dropped || n->net.rows == 0) return 0;
  const mg_mat rows = mg_mat_rows(y->mask, 0, n->net.rows);
  return push_copy(L, &rows);
}

static const luaL_Reg functions[] = {
    {"mask", mask}, {"squashed", squashed},         {"slopes", slopes},   {"loss", loss},
    {"pull", pull}, {"theta_before", theta_before}, {"updated", updated}, {NULL, NULL}};

void open_explain(lua_State *L) { luaL_setfuncs(L, functions, 0); }
