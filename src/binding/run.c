/* run.c - running a network: steps, epochs, the parts of a pass; reports; stopping. */

#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <time.h>

#include "../engine/pass.h"
#include "call.h"
#include "network.h"
#include "own.h"
#include "report.h"

#define INTERRUPTED "moongrad.interrupted" /* registry: the report of the last run that was stopped */
#define STEPS       "moongrad.steps"       /* registry: what steps by looking */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- reports -------------------------------------------------------------------------- */

/* Upvalues of the functions that make reports: looking metatables up costs as much as making a report. */
enum { UP_NETWORK = 1, UP_REPORT };

/* Pushes what those are. */
static int push_upvalues(lua_State *L) {
  luaL_getmetatable(L, NETWORK);
  luaL_getmetatable(L, REPORT);
  return UP_REPORT;
}

/* The network at index 1, for a function that has the upvalues. */
static Network *self(lua_State *L) {
  if (lua_getmetatable(L, 1)) {
    const int same = lua_rawequal(L, -1, lua_upvalueindex(UP_NETWORK));
    lua_pop(L, 1);
    if (same) return lua_touserdata(L, 1);
  }
  return network_check(L, 1); /* raises */
}

/* Fills a report. */
static void fill_report(Report *r, Network *n, const mg_run *run, double seconds, bool interrupted) {
  if (!isnan(run->metrics.cost)) { /* of an epoch of train that was stopped it is */
    n->told = run->metrics.cost;
    n->told_at = n->net.epoch;
  }
  *r = (Report){(lua_Integer)n->net.epoch, run->metrics, seconds, interrupted};
}

/* Gives the report at this index, of a run that was stopped, its further fields, and keeps it. wanted: the
   epochs that were asked for. */
static void keep_interrupted(lua_State *L, int report, const mg_run *run, lua_Integer wanted) {
  lua_createtable(L, 0, 2); /* to set them by name is a call, which the hook would end */
  lua_pushinteger(L, (lua_Integer)run->done);
  lua_setfield(L, -2, "done");
  lua_pushinteger(L, wanted);
  lua_setfield(L, -2, "wanted");
  lua_setiuservalue(L, report, 1);
  lua_pushvalue(L, report);
  lua_setfield(L, LUA_REGISTRYINDEX, INTERRUPTED);
}

/* core.last_cost(net): the one told last when it is of this epoch, else J and true; nil before both. */
static int last_cost(lua_State *L) {
  check_arity(L, 1);
  const Network *n = network_check(L, 1);
  const bool told = n->told_at == n->net.epoch && !isnan(n->told);
  const double cost = told ? n->told : n->net.made >= MG_FORWARD ? n->net.j : NAN;
  isnan(cost) ? lua_pushnil(L) : lua_pushnumber(L, cost);
  lua_pushboolean(L, !told);
  return 2;
}

/* core.interrupted(): the report of the last run that was stopped, once; else nil. */
static int interrupted(lua_State *L) {
  check_arity(L, 0);
  lua_getfield(L, LUA_REGISTRYINDEX, INTERRUPTED);
  lua_pushnil(L);
  lua_setfield(L, LUA_REGISTRYINDEX, INTERRUPTED);
  return 1;
}

int network_nonfinite(lua_State *L, const char *who, const mg_network *net, const mg_where *w, bool moved) {
  const bool forward = *w->quantity == 'Z' || *w->quantity == 'A' || *w->quantity == 'J';
  const char *what, *first, *then;
  for (size_t l = 0, i, j; l < net->n_layers; l++) /* what is kept is finite, unless it was set otherwise */
    if (!mg_mat_finite(&net->layer[l].theta, &i, &j))
      return fail(L, "%s: THETA[%d][%d][%d] is %s, expected finite numbers; set it, or draw anew with init()",
                  who, (int)l + 1, (int)i + 1, (int)j + 1,
                  push_number(L, mg_mat_get(&net->layer[l].theta, i, j)));
  if (forward && !moved)
    what = "J is not finite for THETA as it stands";
  else
    what = lua_pushfstring(L, "%s would not be finite at epoch %I", forward ? "J" : "THETA",
                           (LUAI_UACINT)(net->epoch + 1));
  if (*w->quantity == 'J')
    first = "every Z and A is finite, their cost is not";
  else if (*w->quantity == 'T')
    first = "THETA + DTHETA overflows";
  else
    first = lua_pushfstring(L, "first %s[%d][%d][%d] is %s", w->quantity, (int)w->layer + 1, (int)w->i + 1,
                            (int)w->j + 1, push_number(L, w->value));
  if (forward && !moved)
    then = "look at THETA, or draw it anew with init()";
  else
    then = lua_pushfstring(L, "THETA of epoch %I is kept; try an ETA smaller than %s",
                           (LUAI_UACINT)net->epoch, push_number(L, net->eta));
  return fail(L, "%s: %s: %s; %s", who, what, first, then);
}

/* --- whole steps ---------------------------------------------------------------------- */

/* A count of epochs at index idx, 1 when absent. */
static lua_Integer epochs_arg(lua_State *L, int idx, const char *who) {
  if (lua_isnoneornil(L, idx)) return 1;
  int whole = 0;
  const lua_Integer n = lua_type(L, idx) == LUA_TNUMBER ? lua_tointegerx(L, idx, &whole) : 0;
  if (!whole || n < 0)
    fail(L, "%s: expected a whole number of epochs from 0, got %s", who, push_came(L, idx));
  return n;
}

/* A step with options, or of a network with watches: Lua's business, which takes steps without. */
static int step_looking(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, STEPS);
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

/* core.set_steps(f): f(net, n, options) does those. */
static int set_steps(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_setfield(L, LUA_REGISTRYINDEX, STEPS);
  return 0;
}

/* core.set_watched(net, watched): are there watches? */
static int set_watched(lua_State *L) {
  check_arity(L, 2);
  network_check(L, 1)->watched = lua_toboolean(L, 2);
  return 0;
}

void network_unwatched(lua_State *L, const Network *n) {
  if (n->looking) fail(L, "a watched expression changes nothing: it may not step, train, undo or the like");
}

/* core.look(net, f): pcall(f), f being what looks at net. */
static int look(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  luaL_checkany(L, 2);
  const bool was = n->looking;
  n->looking = true;
  const int status = lua_pcall(L, 0, 1, 0);
  n->looking = was;
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, -2);
  return 2;
}

/*** net:step([n])
n epochs (default 1) of full-batch training on all of X, y: forward, backward, update.
  THETA[l] = THETA[l] - ETA GRAD[l]
Returns a report whose cost and metrics are those of THETA as it now is, while A Z DELTA GRAD stay those of
the pass that made the last update. Raises when J or THETA would not stay finite, and keeps the last good
THETA. step(n) leaves the same bits as n times step(1).
step(n, {stop_when = f, every = m}) asks f(r) after each m epochs (default 1), and ends when it says true.
> step(1000)
> step(1000, {stop_when = function(r) return r.mse < 0.01 end, every = 10})
> step().epoch
*/
static int step(lua_State *L) {
  Network *n = self(L);
  if (n->watched || lua_gettop(L) > 2) return step_looking(L);
  network_idle(L, n);
  const lua_Integer count = epochs_arg(L, 2, "step");
  Report *r = report_new(L, lua_upvalueindex(UP_REPORT)); /* no memory is needed once it is done */
  const int report = lua_gettop(L);
  if (!past_is_noted(n)) past_note(L, n);
  network_attach(L, 1, n, "step", true);
  if (!past_counts(n, count)) past_before_step(L, n, count);
  n->walking = false;
  const double start = now();
  mg_run run;
  Stopper s;
  run_begin(L, n, &s);
  stopper_expect(&s, &n->net.epoch, &n->net.j, (uint64_t)count);
  const mg_status status = mg_step(&n->net, (uint64_t)count, &run);
  run_over(n, &s);
  const double seconds = now() - start;
  const int failed = lua_gettop(L);
  n->stepped += run.done;
  if (run.done == (uint64_t)count && n->noted.n == count)
    past_count(n, seconds);
  else
    past_short_step(L, n, &run);
  const bool stopped = status == MG_STOPPED || (status == MG_FAILED && own_interrupted(L));
  if (stopped) { /* for the line about a step that was stopped */
    fill_report(r, n, &run, seconds, true);
    keep_interrupted(L, report, &run, count);
  }
  run_raise(L, status, failed);
  if (status == MG_NONFINITE) return network_nonfinite(L, "step", &n->net, &run.where, run.refused);
  if (!stopped) fill_report(r, n, &run, seconds, false);
  lua_settop(L, report);
  return 1;
}

/* Memory for the order of rows rows, kept by the network at index 1. */
static uint32_t *order_of(lua_State *L, Network *n, size_t rows) {
  if (rows > UINT32_MAX) fail(L, "train: expected up to 2^32 - 1 rows to shuffle, got %I", (LUAI_UACINT)rows);
  if (n->order_rows != rows) {
    memory_new(L, rows * sizeof(uint32_t), "the order of an epoch");
    lua_setiuservalue(L, 1, KEEP_ORDER);
    n->order_rows = rows;
  }
  lua_getiuservalue(L, 1, KEEP_ORDER);
  uint32_t *order = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return order;
}

/* Room for THETA before an epoch of several batches, kept by the network at index 1. */
static void *before_of(lua_State *L, const Network *n) {
  if (lua_getiuservalue(L, 1, KEEP_BEFORE) == LUA_TNIL) {
    storage_new(L, mg_theta_bytes(&n->net), "THETA as it was before the epoch");
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, KEEP_BEFORE);
    lua_replace(L, -2);
  }
  Storage *s = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return storage_data(s);
}

/* core.epoch(net, X, y, batch, shuffle, targets, generator): one epoch of mini-batches over data that
   check_data has checked, of which only the shapes are looked at again, targets what it returned, its order
   drawn from the generator (nil: the network's); a report. An epoch that does not come to its end leaves
   THETA and the generator as they were. */
static int epoch(lua_State *L) {
  check_arity(L, 7);
  Network *n = network_check(L, 1);
  const Matrix *X = matrix_check(L, 2), *y = matrix_check(L, 3);
  network_check_shapes(L, "train", n, X, y);
  const size_t rows = X->m.nrows, batch = check_count(L, 4, "batch");
  const mg_targets targets = (mg_targets)check_whole(L, 6, "targets", MG_VALUES, MG_ONE_HOT);
  network_idle(L, n);
  lua_settop(L, 7);
  Report *r = report_new(L, lua_upvalueindex(UP_REPORT));
  mg_rng *g = !lua_toboolean(L, 5) ? NULL : lua_isnoneornil(L, 7) ? network_rng(L, 1) : rng_opt(L, 7);
  X = network_apart(L, 2, n);
  y = network_apart(L, 3, n);
  past_before_epoch(L, n, batch, g);
  void *before = batch < rows ? before_of(L, n) : NULL;
  uint32_t *order = g != NULL ? order_of(L, n, rows) : NULL;
  network_room(L, 1, batch < rows ? batch : rows, false); /* last: a finaliser may use n */
  mg_rng undrawn;
  if (order != NULL) {
    undrawn = *g;
    mg_rng_permutation(g, rows, order);
  }
  n->staged_X = n->staged_y = NULL;
  n->walking = false;
  const double start = now();
  mg_run run;
  Stopper s;
  run_begin(L, n, &s);
  stopper_expect(&s, &n->net.epoch, &n->net.j, (rows + batch - 1) / batch);
  const mg_status status = mg_epoch(&n->net, &X->m, &y->m, order, batch, targets, before, &run);
  run_over(n, &s);
  if (status != MG_OK && g != NULL) *g = undrawn;
  const double seconds = now() - start;
  past_after_epoch(n, g, status == MG_OK, seconds);
  run_raise(L, status, lua_gettop(L));
  if (status == MG_NONFINITE) return network_nonfinite(L, "train", &n->net, &run.where, run.refused);
  fill_report(r, n, &run, seconds, status == MG_STOPPED);
  lua_settop(L, 8);
  if (status == MG_STOPPED) keep_interrupted(L, 8, &run, 1);
  return 1;
}

/* --- the parts of a pass ------------------------------------------------------------------ */

/* Copies X (at index idx, a checked matrix) into the batch. */
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
  mg_mat_copy(&matrix_new(L, yhat.nrows, yhat.ncols)->m, &yhat);
  return 1;
}

/*** net:forward([X])
One forward pass: fills Z and A for rows X (N x inputs; default the network's), and J when they are the
network's own and y fits.
  A[1] = [1 X], Z[l] = A[l] THETA[l]^T, A[l+1] = [1 g(Z[l])]
Returns the prediction, a new N x outputs matrix.
> forward()
*/
static int forward(lua_State *L) {
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
    n->staged_X = n->staged_y = NULL;
    stage(L, n, "forward", X, NULL);
  }
  n->walking = false;
  Stopper s;
  run_begin(L, n, &s);
  mg_status status = mg_forward(&n->net);
  n->net.j = NAN;
  if (status == MG_OK && with_y) status = mg_op_run(&n->net, (mg_op){MG_OP_COST, 0});
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "forward");
  if (with_y) { /* J is the cost of THETA as it now is */
    n->told = n->net.j;
    n->told_at = n->net.epoch;
  }
  return push_yhat(L, &n->net);
}

/*** net:backward([y])
Backpropagation from the last forward pass against targets y (N x outputs; default the network's): fills
DELTA, GRAD and J. Returns GRAD. Does not touch THETA.
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
  n->walking = false;
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_backward(&n->net);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "backward");
  lua_getfield(L, 1, "grad");
  return 1;
}

/*** net:update()
One update from the gradient of the last backward pass.
  DTHETA[l] = -ETA GRAD[l], THETA[l] = THETA[l] + DTHETA[l]
Frozen parameters stay. Counts one epoch. Raises when THETA would not stay finite, and keeps it.
> forward() backward() update()
*/
static int update(lua_State *L) {
  Network *n = network_check(L, 1);
  check_arity(L, 1);
  network_idle(L, n);
  if (n->net.made < MG_BACKWARD)
    return fail(L, "update: no gradient yet: call forward() and backward() first");
  past_before(L, "update()");
  n->changed++;
  n->moved++;
  n->walking = false;
  if (mg_update(&n->net) != MG_NONFINITE) return 0;
  const mg_where where = mg_bad_update(&n->net);
  return network_nonfinite(L, "update", &n->net, &where, true);
}

static const luaL_Reg methods[] = {
    {"step", step}, {"forward", forward}, {"backward", backward}, {"update", update}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"epoch", epoch},
                                     {"interrupted", interrupted},
                                     {"last_cost", last_cost},
                                     {"set_steps", set_steps},
                                     {"set_watched", set_watched},
                                     {"look", look},
                                     {NULL, NULL}};

void open_run(lua_State *L) {
  luaL_setfuncs(L, functions, push_upvalues(L));
  lua_getfield(L, -1, "network_class");
  lua_getfield(L, -1, "methods");
  luaL_setfuncs(L, methods, push_upvalues(L));
  lua_pop(L, 2);
}
