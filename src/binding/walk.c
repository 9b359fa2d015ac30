/* walk.c - walks: one step, operation by operation; lua/moongrad/explain/walk.lua is made of these
   functions. */

#include <math.h>

#include "../engine/batch.h"
#include "../engine/plan.h"
#include "arrays.h"
#include "call.h"
#include "network.h"

static const char *const op_names[] = {
    [MG_OP_Z] = "z",         [MG_OP_A] = "a",       [MG_OP_DROPOUT] = "dropout", [MG_OP_COST] = "cost",
    [MG_OP_DELTA] = "delta", [MG_OP_GRAD] = "grad", [MG_OP_UPDATE] = "update"};

/* Sets the number of operations done, and so how much of a pass the network has. */
static void count(Network *n, size_t walked) {
  n->walked = walked;
  n->net.made = mg_made_by(&n->net, walked);
  if (walked < mg_ops_through(&n->net, MG_OP_COST)) n->net.j = NAN;
  network_touch(n, TOUCH_SETTING);
}

/* Copies the X and y at indices 2 and 3 into the batch of the network at 1. */
static void stage(lua_State *L, Network *n) {
  matrix_want(L, 2, "X", 0);
  matrix_want(L, 3, "y", 1);
  const Matrix *X = network_apart(L, 2, n), *y = network_apart(L, 3, n);
  network_check_data(L, "walk", n, X, y);
  network_room(L, 1, X->m.nrows, true);
  network_touch(n, TOUCH_BATCH);
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_network_stage(&n->net, &X->m, &y->m, X->m.nrows, NULL);
  run_end(n, &s, status);
  if (status != MG_OK) fail(L, "walk: interrupted while copying X (THETA kept)");
  n->net.targets = mg_targets_of(&y->m);
}

/* core.walk_begin(net[, X, y]): begins a walk on the attached data, or on X and y; the results of earlier
   passes are lost. Returns the walk's number and how many operations it has. */
static int begin(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  lua_settop(L, 3);
  network_idle(L, n);
  if (n->walking && n->batch->version != n->version_batch)
    network_touch(n, TOUCH_X); /* Lua may have written to A[1] */
  network_touch(n, TOUCH_PASS);
  if (lua_isnil(L, 2))
    network_attach(L, 1, n, "walk", true);
  else
    stage(L, n);
  network_ones(n);
  network_draws(L, n, true);
  mg_draw_masks(&n->net);
  network_draws(L, n, false);
  n->walking = true;
  count(n, 0);
  lua_pushinteger(L, (lua_Integer)++n->walks);
  lua_pushinteger(L, (lua_Integer)mg_op_count(&n->net));
  return 2;
}

/* core.walk_end(net): ends the walk, if there is one. What it has made so far is no pass. */
static int end(lua_State *L) {
  check_arity(L, 1);
  Network *n = network_check(L, 1);
  network_idle(L, n);
  if (!n->walking) return 0;
  if (n->batch->version != n->version_batch) network_touch(n, TOUCH_X); /* Lua may have written to A[1] */
  network_touch(n, TOUCH_PASS);
  return 0;
}

/* core.walk_state(net): returns the number of the current walk and how many of its operations are done.
   Returns nothing when there is no walk, or when another pass has ended it. */
static int state(lua_State *L) {
  check_arity(L, 1);
  const Network *n = network_check(L, 1);
  if (!n->walking) return 0;
  lua_pushinteger(L, (lua_Integer)n->walks);
  lua_pushinteger(L, (lua_Integer)n->walked);
  return 2;
}

/* core.batch(net): returns the number of rows of the batch, the factor of the cost, and a view of the
   targets; without a batch only 0. */
static int batch(lua_State *L) {
  check_arity(L, 1);
  Network *n = network_check(L, 1);
  lua_pushinteger(L, (lua_Integer)n->net.rows);
  if (n->net.rows == 0) return 1;
  const mg_cost *cost = &n->net.cost;
  lua_pushnumber(L, cost->kind->factor(cost, n->net.rows, mg_network_n_out(&n->net)));
  lua_getiuservalue(L, 1, KEEP_BATCH);
  matrix_view(L, -1, n->net.y);
  lua_remove(L, -2);
  return 3;
}

/* core.walk_op(net, k): returns the name of operation k, and its layer except for cost and update. */
static int op_at(lua_State *L) {
  check_arity(L, 2);
  const Network *n = network_check(L, 1);
  const lua_Integer k = check_whole(L, 2, "k", 1, (lua_Integer)mg_op_count(&n->net));
  const mg_op op = mg_op_at(&n->net, (size_t)k - 1);
  lua_pushstring(L, op_names[op.kind]);
  if (op.kind == MG_OP_COST || op.kind == MG_OP_UPDATE) return 1;
  lua_pushinteger(L, (lua_Integer)op.layer + 1);
  return 2;
}

/* The first number that is not finite, in the order of a forward pass. */
static mg_where bad_so_far(const mg_network *net) {
  size_t i, j;
  for (size_t l = 0; l < net->n_layers; l++) {
    const mg_layer *y = &net->layer[l];
    if (!mg_mat_finite(&y->z, &i, &j)) return (mg_where){"Z", l, i, j, mg_mat_get(&y->z, i, j)};
    if (!mg_mat_finite(&y->out, &i, &j)) return (mg_where){"A", l + 1, i, j, mg_mat_get(&y->out, i, j)};
  }
  return (mg_where){.quantity = "J"};
}

static void check_walking(lua_State *L, const Network *n) {
  if (!n->walking) fail(L, "walk: there is no walk; walk() begins one");
}

/* core.walk_run(net): runs the next operation. When it raises, as step does, the operation is still the
   next. */
static int run(lua_State *L) {
  check_arity(L, 1);
  Network *n = network_check(L, 1);
  mg_network *net = &n->net;
  network_idle(L, n);
  check_walking(L, n);
  if (n->walked == mg_op_count(net)) return fail(L, "walk: the walk is over: all its operations are done");
  const mg_op op = mg_op_at(net, n->walked);
  if (n->batch->version != n->version_batch) network_touch(n, TOUCH_X); /* A[1] may have been written to */
  if (op.kind == MG_OP_UPDATE) past_before(L, "a walk's update");
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_op_run(net, op);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "walk");
  if (op.kind == MG_OP_COST && !isfinite(net->j)) {
    const mg_where where = bad_so_far(net);
    net->j = NAN;
    return network_nonfinite(L, "walk", net, &where, false);
  }
  if (status == MG_NONFINITE) {
    const mg_where where = mg_bad_update(net);
    return network_nonfinite(L, "walk", net, &where, true);
  }
  count(n, n->walked + 1);
  if (op.kind != MG_OP_UPDATE) return 0;
  network_touch(n, TOUCH_THETA);
  past_note(L, n); /* now, so that undo keeps a write after it apart from it */
  return 0;
}

/* --- going back --------------------------------------------------------------------------------------- */

/* Every operation but the update computes only results that can be computed again; so only the update needs a
   copy of what it changes. */

#define KEPT "moongrad.kept" /* metatable name */

/* A copy of what an update changes. The arrays of MG_UPDATED follow in memory. */
typedef struct Kept {
  uint64_t shape; /* network_shape of the network that it was taken of */
  uint64_t epoch, t;
  bool updated;
} Kept;

/* core.walk_keep(net): returns a copy of what the update will change, for walk_back. */
static int keep(lua_State *L) {
  check_arity(L, 1);
  const mg_network *net = &network_check(L, 1)->net;
  Kept *kept = memory_new(L, sizeof *kept + mg_arrays_bytes(net, MG_UPDATED), "what an update changes");
  *kept = (Kept){network_shape(net), net->epoch, net->t, net->updated};
  luaL_setmetatable(L, KEPT);
  arrays_take(L, net, MG_UPDATED, kept + 1);
  return 1;
}

/* core.walk_back(net, kept): undoes the last operation. If that is the update, kept is the copy that
   walk_keep returned before it. */
static int back(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  mg_network *net = &n->net;
  network_idle(L, n);
  check_walking(L, n);
  if (n->walked == 0) return fail(L, "walk: no operation is done yet");
  const bool updated = mg_op_at(net, n->walked - 1).kind == MG_OP_UPDATE;
  const Kept *kept = updated ? luaL_checkudata(L, 2, KEPT) : NULL;
  if (updated && kept->shape != network_shape(net)) return fail(L, "walk: kept is of another network");
  const mg_op undone = mg_op_at(net, n->walked - 1);
  if (undone.kind == MG_OP_DROPOUT && net->dropped)
    mg_mat_copy(&net->layer[undone.layer].out, &net->layer[undone.layer].whole);
  count(n, n->walked - 1);
  if (!updated) return 0;
  mg_arrays_put(net, MG_UPDATED, kept + 1);
  network_touch(n, TOUCH_THETA);
  net->epoch = kept->epoch;
  net->t = kept->t;
  net->updated = kept->updated;
  return 0;
}

static const luaL_Reg functions[] = {{"batch", batch},    {"walk_begin", begin}, {"walk_state", state},
                                     {"walk_op", op_at},  {"walk_run", run},     {"walk_keep", keep},
                                     {"walk_back", back}, {"walk_end", end},     {NULL, NULL}};

void open_walk(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, KEPT, "what a walk keeps");
  lua_pop(L, 1);
}
