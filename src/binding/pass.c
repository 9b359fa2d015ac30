/* pass.c - the methods net:forward(), net:backward() and net:update(), the parts of a step. */

#include <math.h>

#include "../engine/batch.h"
#include "../engine/plan.h"
#include "call.h"
#include "network.h"

/* Copies X or y, or both, into the batch; the other may be NULL. They have been checked. */
static void stage(lua_State *L, Network *n, const char *who, const Matrix *X, const Matrix *y) {
  Stopper s;
  run_begin(L, n, &s);
  const size_t rows = X != NULL ? X->m.nrows : y->m.nrows;
  const mg_status status =
      mg_network_stage(&n->net, X != NULL ? &X->m : NULL, y != NULL ? &y->m : NULL, rows, NULL);
  run_end(n, &s, status);
  if (status == MG_STOPPED) run_stopped(L, who);
}

/* Pushes a copy of yhat. */
static int push_yhat(lua_State *L, const mg_network *net) {
  const mg_mat yhat = mg_network_a(net, net->n_layers);
  blocks_copy(L, &matrix_new(L, yhat.nrows, yhat.ncols)->m, &yhat);
  return 1;
}

/* A forward pass, of net:forward, with dropout or without. */
static int forward_by(lua_State *L, bool draws) {
  Network *n = network_check(L, 1);
  check_arity(L, 2);
  network_idle(L, n);
  lua_settop(L, 2);
  bool with_y = false;
  if (lua_isnil(L, 2)) {
    with_y = n->y != NULL && n->X != NULL && n->y->m.nrows == n->X->m.nrows &&
             n->y->m.ncols == mg_network_n_out(&n->net);
    network_attach(L, 1, n, "forward", with_y);
  } else {
    matrix_want(L, 2, "X", 0);
    const Matrix *X = network_apart(L, 2, n);
    network_check_data(L, "forward", n, X, NULL);
    network_room(L, 1, X->m.nrows, true);
    network_touch(n, TOUCH_BATCH);
    stage(L, n, "forward", X, NULL);
  }
  network_touch(n, TOUCH_PASS);
  Stopper s;
  run_begin(L, n, &s);
  network_draws(L, n, draws);
  mg_status status = mg_forward(&n->net);
  network_draws(L, n, false);
  n->net.j = NAN;
  if (status == MG_OK && with_y) status = mg_op_run(&n->net, (mg_op){MG_OP_COST, 0});
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "forward");
  if (with_y) { /* J is the cost of the present THETA */
    n->last_cost = n->net.j;
    n->last_cost_epoch = n->net.epoch;
  }
  return push_yhat(L, &n->net);
}

/*** net:forward([X])
One forward pass: fills Z and A for rows X (N x inputs; default the network's), and J when they are the
network's own and y fits.
  A[1] = [1 X], Z[l] = A[l] THETA[l]^T, A[l+1] = [1 g(Z[l])]
Returns the prediction, a new N x outputs matrix.
> forward()
*/
static int forward(lua_State *L) { return forward_by(L, true); }

/* core.forward_whole(net, X): the same, but that dropout leaves out nothing. */
static int forward_whole(lua_State *L) { return forward_by(L, false); }

/*** net:backward([y])
Runs backpropagation from the last forward pass, with targets y (N x outputs; default: the network's y):
computes DELTA, GRAD and J. Returns GRAD. THETA does not change.
  DELTA[L] = dJ/dA[L+1] * g'(Z[L])
  DELTA[l] = (DELTA[l+1] THETA[l+1], without the bias's column) * g'(Z[l])
  GRAD[l] = DELTA[l]^T A[l]
> forward() backward()
> GRAD[2]
*/
static int backward(lua_State *L) {
  Network *n = network_check(L, 1);
  check_arity(L, 2);
  network_idle(L, n);
  lua_settop(L, 2);
  if (n->net.made < MG_FORWARD) return fail(L, "backward: no forward pass yet: call forward() first");
  const bool own = !lua_isnil(L, 2);
  if (!own && n->y == NULL) return fail(L, "backward: no targets yet: set y = {0, 1, ...} first");
  const Matrix *y = own ? matrix_want(L, 2, "y", 1) : n->y;
  if (own || n->staged_y != y || n->version_y != y->storage->version) {
    const Matrix batch = {.m = mg_mat_cols(n->net.layer[0].in, 1, n->net.layer[0].n_in)};
    network_check_data(L, "backward", n, &batch, y);
    if (!own) lua_getiuservalue(L, 1, KEEP_Y);
    stage(L, n, "backward", NULL, network_apart(L, own ? 2 : 3, n));
    n->net.targets = mg_targets_of(&y->m);
    n->staged_y = own ? NULL : y;
    n->version_y = y->storage->version;
  }
  network_touch(n, TOUCH_PASS);
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_backward(&n->net);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "backward");
  lua_getfield(L, 1, "grad");
  return 1;
}

/*** net:update()
Runs one update with the gradient of the last backward pass.
  DTHETA[l] = -ETA GRAD[l], THETA[l] = THETA[l] + DTHETA[l]
Frozen parameters do not change. The update counts as one epoch. If the new THETA would not be finite, it
raises an error, and THETA stays as it was.
> forward() backward() update()
*/
static int update(lua_State *L) {
  Network *n = network_check(L, 1);
  check_arity(L, 1);
  network_idle(L, n);
  if (n->net.made < MG_BACKWARD)
    return fail(L, "update: no gradient yet: call forward() and backward() first");
  past_before(L, "update()");
  network_touch(n, TOUCH_THETA | TOUCH_PASS);
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_update(&n->net);
  run_end(n, &s, status);
  if (status != MG_NONFINITE) return 0;
  const mg_where where = mg_bad_update(&n->net);
  return network_nonfinite(L, "update", &n->net, &where, true);
}

static const luaL_Reg methods[] = {
    {"forward", forward}, {"backward", backward}, {"update", update}, {NULL, NULL}};

void open_pass(lua_State *L) {
  lua_pushcfunction(L, forward_whole);
  lua_setfield(L, -2, "forward_whole");
  lua_getfield(L, -1, "network_class");
  lua_getfield(L, -1, "methods");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}
