/* run.c - running epochs: the method net:step(), and core.epoch, of which train is made; their reports. */

#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <time.h>

#include "../engine/batch.h"
#include "../engine/plan.h"
#include "arrays.h"
#include "call.h"
#include "custom.h"
#include "network.h"
#include "report.h"

#define INTERRUPTED "moongrad.interrupted" /* registry key: the report of the last run that was stopped */
#define STEPS       "moongrad.steps"       /* registry key: the function set by core.set_steps */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- reports -------------------------------------------------------------------------- */

/* The functions that make reports have the metatables as upvalues: looking one up in the registry costs as
   much as making a report. */
enum { UP_NETWORK = 1, UP_REPORT };

/* Pushes these upvalues; returns how many there are. */
static int push_upvalues(lua_State *L) {
  luaL_getmetatable(L, NETWORK);
  luaL_getmetatable(L, REPORT);
  return UP_REPORT;
}

/* The network at index 1, for a function with these upvalues. */
static Network *self(lua_State *L) {
  if (lua_getmetatable(L, 1)) {
    const int same = lua_rawequal(L, -1, lua_upvalueindex(UP_NETWORK));
    lua_pop(L, 1);
    if (same) return lua_touserdata(L, 1);
  }
  return network_check(L, 1); /* raises */
}

static void fill_report(Report *r, Network *n, const mg_run *run, double seconds, bool interrupted) {
  if (!isnan(run->metrics.cost)) { /* it is NaN after an epoch of train that was stopped */
    n->last_cost = run->metrics.cost;
    n->last_cost_epoch = n->net.epoch;
  }
  *r = (Report){(lua_Integer)n->net.epoch, run->metrics, seconds, interrupted};
}

/* Adds the fields done and wanted to the report, at that index, of a run that was stopped, and keeps the
   report for core.interrupted. wanted: the number of epochs that were asked for. */
static void keep_interrupted(lua_State *L, int report, const mg_run *run, lua_Integer wanted) {
  lua_createtable(L, 0, 3); /* not by the report's __newindex: the hook would stop that call */
  lua_pushinteger(L, (lua_Integer)run->done);
  lua_setfield(L, -2, "done");
  lua_pushinteger(L, wanted);
  lua_setfield(L, -2, "wanted");
  if (run->batches > 0) {
    lua_pushinteger(L, (lua_Integer)run->batches);
    lua_setfield(L, -2, "batches_done");
  }
  lua_setiuservalue(L, report, 1);
  lua_pushvalue(L, report);
  lua_setfield(L, LUA_REGISTRYINDEX, INTERRUPTED);
}

/* core.last_cost(net): returns the cost that was last shown and false if it is of this epoch, else J (nil
   before a pass) and true. */
static int last_cost(lua_State *L) {
  check_arity(L, 1);
  const Network *n = network_check(L, 1);
  const bool told = n->last_cost_epoch == n->net.epoch && !isnan(n->last_cost);
  const double cost = told ? n->last_cost : n->net.made >= MG_FORWARD ? n->net.j : NAN;
  isnan(cost) ? lua_pushnil(L) : lua_pushnumber(L, cost);
  lua_pushboolean(L, !told);
  return 2;
}

/* core.interrupted(): returns the report of the last run that was stopped, or nil. The next call returns
   nil. */
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
  for (size_t l = 0, i, j; l < net->n_layers; l++) /* only the user can have set a THETA that is not finite */
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
    first = "every Z and A is finite, but their cost is not";
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

/* The argument at index idx, a number of epochs; 1 when it is absent. */
static lua_Integer epochs_arg(lua_State *L, int idx, const char *who) {
  if (lua_isnoneornil(L, idx)) return 1;
  int whole = 0;
  const lua_Integer n = lua_type(L, idx) == LUA_TNUMBER ? lua_tointegerx(L, idx, &whole) : 0;
  if (!whole || n < 0)
    fail(L, "%s: expected a whole number of epochs from 0, got %s", who, push_came(L, idx));
  return n;
}

/* net:step() with options, or with watches: the function of core.set_steps does it, by calling step
   without. */
static int step_looking(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, STEPS);
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

/* core.set_steps(f): f(net, n, options) does steps with options or watches. */
static int set_steps(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_setfield(L, LUA_REGISTRYINDEX, STEPS);
  return 0;
}

/* core.set_watched(net, watched): says whether net has watches. */
static int set_watched(lua_State *L) {
  check_arity(L, 2);
  network_check(L, 1)->watched = lua_toboolean(L, 2);
  return 0;
}

/* core.look(net, f): pcall(f), where f evaluates the watched expressions of net and must not change net. */
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

/* The network at index 1 has a trace of its cost from here on. */
static void begin_trace(lua_State *L, Network *n) {
  if (n->net.trace != NULL) return;
  mg_trace *t = memory_new(L, sizeof *t, "the trace of the cost");
  t->n = t->due = t->stride = 0;
  lua_setiuservalue(L, 1, KEEP_TRACE);
  n->net.trace = t;
}

/* core.trace(net): its epochs and their costs, n x 1 both; nil before a step. */
static int trace(lua_State *L) {
  check_arity(L, 1);
  const Network *net = network_check(L, 1);
  const mg_trace *t = net->net.trace;
  size_t n = 0;
  while (t != NULL && n < t->n && t->point[n].epoch <= net->net.epoch) n++;
  if (n == 0) return 0;
  mg_mat *epochs = &matrix_new(L, n, 1)->m, *costs = &matrix_new(L, n, 1)->m;
  for (size_t i = 0; i < n; i++) {
    mg_mat_set(epochs, i, 0, (double)t->point[i].epoch);
    mg_mat_set(costs, i, 0, t->point[i].cost);
  }
  return 2;
}

/*** net:step([n])
Runs n epochs (default 1) of full-batch training on all of X, y: forward, backward, update.
  THETA[l] = THETA[l] - ETA GRAD[l]
Returns a report. Its cost and metrics are those of the new THETA; A, Z, DELTA and GRAD are those of the
pass before the last update. If J or THETA would not be finite, it raises an error and keeps the last THETA
that was good. step(n) gives the same bits as n calls of step(1).
step(n, {stop_when = f, every = m}) calls f(r) with the report after every m epochs (default 1), and ends
when f returns true.
> step(1000)
> step(1000, {stop_when = function(r) return r.mse < 0.01 end, every = 10})
> step().epoch
*/
static int step(lua_State *L) {
  Network *n = self(L);
  if (n->watched || lua_gettop(L) > 2) return step_looking(L);
  network_idle(L, n);
  const lua_Integer count = epochs_arg(L, 2, "step");
  Report *r = report_new(L, lua_upvalueindex(UP_REPORT)); /* now: after the step no memory is needed */
  const int report = lua_gettop(L);
  begin_trace(L, n);
  if (!past_is_noted(n)) past_note(L, n);
  network_attach(L, 1, n, "step", true);
  if (!past_counts(n, count)) past_before_step(L, n, count);
  network_touch(n, TOUCH_PASS);
  const double start = now();
  mg_run run;
  Stopper s;
  run_begin(L, n, &s);
  stopper_expect(&s, &n->net.epoch, &n->net.j, (uint64_t)count);
  network_draws(L, n, true);
  const mg_status status = mg_step(&n->net, (uint64_t)count, &run);
  network_draws(L, n, false);
  run_over(n, &s);
  const double seconds = now() - start;
  const int failed = lua_gettop(L);
  n->stepped += run.done;
  if (run.done == (uint64_t)count && n->noted.n == count)
    past_count(n, seconds);
  else
    past_short_step(L, n, &run);
  const bool stopped = status == MG_STOPPED || (status == MG_FAILED && call_interrupted(L));
  if (stopped) { /* the prompt shows a line about this report */
    fill_report(r, n, &run, seconds, true);
    keep_interrupted(L, report, &run, count);
  }
  run_raise(L, status, failed);
  if (status == MG_NONFINITE) return network_nonfinite(L, "step", &n->net, &run.where, run.refused);
  if (!stopped) fill_report(r, n, &run, seconds, false);
  lua_settop(L, report);
  return 1;
}

/* Memory for an order of rows rows, which the network at index 1 keeps. */
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

/* Room for THETA before an epoch of several batches, which the network at index 1 keeps. */
static void *before_of(lua_State *L, const Network *n) {
  if (lua_getiuservalue(L, 1, KEEP_BEFORE) == LUA_TNIL) {
    storage_new(L, mg_arrays_bytes(&n->net, MG_NEEDED), "THETA as it was before the epoch");
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, KEEP_BEFORE);
    lua_replace(L, -2);
  }
  Storage *s = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return storage_data(s);
}

/* A number from 0 in a field of the table at index 8, 0 where there is none. */
static double how_much(lua_State *L, const char *field) {
  lua_getfield(L, 8, field);
  const double v = lua_isnil(L, -1) ? 0 : check_finite(L, -1, field);
  if (v < 0) fail(L, "train: %s: expected a number from 0", field);
  lua_pop(L, 1);
  return v;
}

/* What the table at index 8, if there is one, asks of an epoch over so many rows; eta becomes its own. The
   weights stay on the stack. */
static mg_training read_training(lua_State *L, size_t rows, double *eta) {
  mg_training t = {0};
  if (lua_isnoneornil(L, 8)) {
    lua_pushnil(L);
    return t;
  }
  luaL_checktype(L, 8, LUA_TTABLE);
  lua_getfield(L, 8, "eta");
  if (!lua_isnil(L, -1)) *eta = check_finite(L, -1, "eta");
  lua_pop(L, 1);
  t.clip = how_much(L, "clip");
  t.max_norm = how_much(L, "max_norm");
  if (lua_getfield(L, 8, "weights") != LUA_TNIL)
    t.weights = &matrix_shaped(L, lua_gettop(L), "weights", rows, 1)->m;
  return t;
}

/* What draws the order at 5, if it is to be drawn, and masks: the generator at 7, else the network's; or NULL. */
static mg_rng *epoch_rng(lua_State *L, const Network *n) {
  if (!lua_toboolean(L, 5) && n->net.n_dropouts == 0) return NULL;
  return lua_isnoneornil(L, 7) ? network_rng(L, 1) : rng_opt(L, 7);
}

/* The epoch that follows is by this eta, and asks these, if it asks for anything; g draws masks. */
static void ask(Network *n, mg_training *t, double eta, mg_rng *g) {
  n->net.eta = eta;
  n->net.rng = n->net.n_dropouts > 0 ? g : NULL;
  n->net.training = t != NULL && (t->clip > 0 || t->max_norm > 0 || t->weights != NULL) ? t : NULL;
}

/* core.epoch(net, X, y, batch, shuffle, targets, generator, how): one epoch of mini-batches over data that
   check_data has checked, of which only the shapes are looked at again, targets what it returned, its order
   drawn from the generator (nil: the network's); how: nil or a table of eta, of this epoch alone, clip, max_norm
   and weights, N x 1. A report, and how many batches were clipped. An epoch that does not come to its end leaves
   THETA and the generator as they were; one that is stopped, THETA of its last whole batch. */
static int epoch(lua_State *L) {
  check_arity(L, 8);
  Network *n = network_check(L, 1);
  const Matrix *X = matrix_check(L, 2), *y = matrix_check(L, 3);
  network_check_shapes(L, "train", n, X, y);
  const size_t rows = X->m.nrows, batch = check_count(L, 4, "batch");
  const mg_targets targets = (mg_targets)check_whole(L, 6, "targets", MG_VALUES, MG_ONE_HOT);
  network_idle(L, n);
  lua_settop(L, 8);
  double eta = n->net.eta;
  const double own_eta = eta;
  mg_training asked = read_training(L, rows, &eta);
  Report *r = report_new(L, lua_upvalueindex(UP_REPORT));
  const int report = lua_gettop(L);
  begin_trace(L, n);
  mg_rng *g = epoch_rng(L, n);
  X = network_apart(L, 2, n);
  y = network_apart(L, 3, n);
  past_before_epoch(L, n, batch, g);
  void *before = batch < rows ? before_of(L, n) : NULL;
  uint32_t *order = lua_toboolean(L, 5) ? order_of(L, n, rows) : NULL;
  network_room(L, 1, batch < rows ? batch : rows, false); /* last: before it a __gc may use n */
  mg_rng undrawn;
  if (g != NULL) undrawn = *g;
  if (order != NULL) {
    if (!rng_permutation(L, g, rows, order)) return run_stopped(L, "train");
  }
  network_touch(n, TOUCH_PASS | TOUCH_BATCH);
  const double start = now();
  mg_run run;
  Stopper s;
  run_begin(L, n, &s);
  stopper_expect(&s, &n->net.epoch, &n->net.j, (rows + batch - 1) / batch);
  ask(n, &asked, eta, g);
  const mg_status status = mg_epoch(&n->net, &X->m, &y->m, order, batch, targets, before, &run);
  ask(n, NULL, own_eta, NULL);
  run_over(n, &s);
  if (status != MG_OK && run.batches == 0 && g != NULL) *g = undrawn;
  if (run.batches > 0) network_touch(n, TOUCH_THETA);
  const double seconds = now() - start;
  past_after_epoch(n, g, status == MG_OK, seconds);
  run_raise(L, status, lua_gettop(L));
  if (status == MG_NONFINITE) return network_nonfinite(L, "train", &n->net, &run.where, run.refused);
  fill_report(r, n, &run, seconds, status == MG_STOPPED);
  lua_settop(L, report);
  if (status == MG_STOPPED) keep_interrupted(L, report, &run, 1);
  lua_pushinteger(L, (lua_Integer)asked.clipped);
  return 2;
}

static const luaL_Reg methods[] = {{"step", step}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"epoch", epoch},
                                     {"trace", trace},
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
