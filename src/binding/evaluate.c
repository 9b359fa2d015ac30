/* evaluate.c - predictions, cost and accuracy of a network; A, Z, DELTA and GRAD do not change. */

#include <math.h>

#include "call.h"
#include "network.h"

/*** net:predict(X)
Returns the network's output for the rows X (N x inputs; default: the network's X), a new N x outputs matrix.
A, Z, DELTA, GRAD and J do not change.
> predict{{0, 1}, {1, 1}}
*/
static int predict(lua_State *L) {
  Network *n = network_check(L, 1);
  if (lua_gettop(L) > 2 &&
      lua_isuserdata(L, 3)) /* predict(data.standardize(X)), which returns three matrices */
    return fail(L, "predict: takes one matrix, got %d; predict((f(X))) passes the first that f returns alone",
                lua_gettop(L) - 1);
  check_arity(L, 2);
  lua_settop(L, 2);
  if (lua_isnil(L, 2)) lua_getiuservalue(L, 1, KEEP_X), lua_replace(L, 2);
  if (lua_isnil(L, 2)) return fail(L, "predict: no data: give predict a matrix, or set X");
  const Matrix *X = matrix_want(L, 2, "X", 0);
  network_check_data(L, "predict", n, X, NULL);
  Matrix *yhat = matrix_new(L, X->m.nrows, mg_network_n_out(&n->net));
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_predict(&n->net, &X->m, &yhat->m);
  run_end(n, &s, status);
  return status == MG_STOPPED ? run_stopped(L, "predict") : 1;
}

/* *m = the metrics of THETA on X and y, at indices 2 and 3 (both absent: the attached ones), by the network's
   cost. Returns the network. who names the function in errors. */
static Network *evaluate(lua_State *L, const char *who, mg_metrics *m) {
  Network *n = network_check(L, 1);
  check_arity(L, 3);
  lua_settop(L, 3);
  if (lua_isnil(L, 2) != lua_isnil(L, 3)) fail(L, "%s: expected X and y, or neither", who);
  if (lua_isnil(L, 2)) {
    lua_getiuservalue(L, 1, KEEP_X), lua_replace(L, 2);
    lua_getiuservalue(L, 1, KEEP_Y), lua_replace(L, 3);
    if (lua_isnil(L, 2) || lua_isnil(L, 3)) fail(L, "%s: no data: give %s X and y, or set them", who, who);
  }
  const Matrix *X = matrix_want(L, 2, "X", 0), *y = matrix_want(L, 3, "y", 1);
  network_check_data(L, who, n, X, y);
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_evaluate(&n->net, &X->m, &y->m, &n->net.cost, mg_targets_of(&y->m), m, NULL);
  run_end(n, &s, status);
  if (status == MG_STOPPED) run_stopped(L, who);
  return n;
}

/*** net:cost([X, y])
Returns the cost of the present THETA on rows X and targets y (default: the network's X and y), a number:
the network's cost, with l1 and l2. A, Z, DELTA, GRAD and J do not change.
> cost()
*/
static int cost(lua_State *L) {
  const bool own = lua_gettop(L) == 1; /* are X and y the attached ones? */
  mg_metrics m;
  Network *n = evaluate(L, "cost", &m);
  if (own) {
    n->last_cost = m.cost;
    n->last_cost_epoch = n->net.epoch;
  }
  lua_pushnumber(L, m.cost);
  return 1;
}

/*** net:accuracy([X, y])
Returns the share of rows for which the prediction is right, 0 to 1, on rows X and targets y (default: the
network's X and y). The predicted class is that of the largest output; with one output, it is whether the
output is above .5 (above 0 for targets of -1 and 1). Returns nil when y are no classes.
A, Z, DELTA, GRAD and J do not change.
> accuracy()
*/
static int accuracy(lua_State *L) {
  mg_metrics m;
  evaluate(L, "accuracy", &m);
  isnan(m.accuracy) ? lua_pushnil(L) : lua_pushnumber(L, m.accuracy);
  return 1;
}

/* core.evaluate(net, X, y): returns cost, mse, tss, and accuracy or nil. */
static int evaluate_all(lua_State *L) {
  mg_metrics m;
  evaluate(L, "evaluate", &m);
  lua_pushnumber(L, m.cost);
  lua_pushnumber(L, m.mse);
  lua_pushnumber(L, m.tss);
  isnan(m.accuracy) ? lua_pushnil(L) : lua_pushnumber(L, m.accuracy);
  return 4;
}

static const luaL_Reg methods[] = {
    {"predict", predict}, {"cost", cost}, {"accuracy", accuracy}, {NULL, NULL}};

/* After open_network: adds methods to its class. */
void open_evaluate(lua_State *L) {
  lua_pushcfunction(L, evaluate_all);
  lua_setfield(L, -2, "evaluate");
  lua_getfield(L, -1, "network_class");
  lua_getfield(L, -1, "methods");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}
