/* check.c - the gradient check's numbers, and mistakes for it to find; lua/moongrad/inside/check.lua makes a
   report of them. */

#include <math.h>

#include "../engine/bug.h"
#include "../engine/check.h"

#include "call.h"
#include "network.h"
#include "own.h"

/* core.check_layer(net, l, method, epsilon, cost, scale, chosen): numeric, kinked, two matrices shaped as
   theta[l], at THETA as it is, for the batch as it is. method: "central", "forward", "five-point". */
static int check_layer(lua_State *L) {
  check_arity(L, 7);
  static const char *const methods[] = {"central", "forward", "five-point", NULL};
  Network *n = network_check(L, 1);
  const size_t l = network_layer(L, 2, n, "layer");
  mg_check how = {.method = (mg_difference)luaL_checkoption(L, 3, NULL, methods),
                  .epsilon = check_finite(L, 4, "epsilon"),
                  .cost = network_cost(L, 5, n, "check")};
  how.room = storage_data(storage_new(L, mg_check_room(&n->net), "check"));
  const mg_layer *y = &n->net.layer[l];
  const Matrix *chosen = lua_isnoneornil(L, 7) ? NULL : matrix_shaped(L, 7, "chosen", y->n_out, 1 + y->n_in);
  network_idle(L, n);
  network_check_batch(L, "check", n);
  Matrix *numeric = matrix_new(L, y->n_out, 1 + y->n_in), *kinked = matrix_new(L, y->n_out, 1 + y->n_in);
  Stopper s;
  run_begin(L, n, &s);
  stopper_fills(&s, &numeric->m);
  const mg_status status =
      mg_check_layer(&n->net, &how, l, chosen != NULL ? &chosen->m : NULL, &numeric->m, &kinked->m);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "check");
  for (size_t i = 0; i < y->n_out; i++)
    for (size_t j = y->bias ? 0 : 1; j <= y->n_in; j++)
      if ((chosen == NULL || mg_mat_get(&chosen->m, i, j) != 0) && !isfinite(mg_mat_get(&numeric->m, i, j)))
        return fail(L, "check: J is not finite near THETA[%d][%d][%d], %s; try a smaller epsilon than %s",
                    (int)l + 1, (int)i + 1, (int)j + 1, push_number(L, mg_mat_get(&y->theta, i, j)),
                    push_number(L, how.epsilon));
  return 2;
}

/* core.check_relative(backprop, numeric, kinked, floor, noise): the relative error of every pair, NaN where
   there is no numeric; the worst that is not kinked, and its row and column; how many were compared, kinked,
   and compared though both are within the noise of 0. */
static int check_relative(lua_State *L) {
  check_arity(L, 5);
  const Matrix *b = matrix_check(L, 1), *n = matrix_shaped(L, 2, "numeric", b->m.nrows, b->m.ncols),
               *kinked = matrix_shaped(L, 3, "kinked", b->m.nrows, b->m.ncols);
  const double floor = check_number(L, 4, "floor"), noise = check_number(L, 5, "noise");
  Matrix *relative = matrix_new(L, b->m.nrows, b->m.ncols);
  double worst = 0;
  size_t at_i = 0, at_j = 0, compared = 0, kinks = 0, unresolved = 0;
  for (size_t i = 0; i < b->m.nrows; i++)
    for (size_t j = 0; j < b->m.ncols; j++) {
      const double backprop = mg_mat_get(&b->m, i, j), numeric = mg_mat_get(&n->m, i, j);
      const double r = mg_relative(backprop, numeric, floor);
      mg_mat_set(&relative->m, i, j, r);
      if (isnan(numeric)) continue;
      if (mg_mat_get(&kinked->m, i, j) != 0) {
        kinks++;
        continue;
      }
      unresolved += fabs(backprop) <= noise && fabs(numeric) <= noise;
      /* A NaN is the worst there is. */
      if (compared++ == 0 || (!isnan(worst) && !(r <= worst))) worst = r, at_i = i, at_j = j;
    }
  lua_pushnumber(L, worst);
  lua_pushinteger(L, (lua_Integer)at_i + 1);
  lua_pushinteger(L, (lua_Integer)at_j + 1);
  lua_pushinteger(L, (lua_Integer)compared);
  lua_pushinteger(L, (lua_Integer)kinks);
  lua_pushinteger(L, (lua_Integer)unresolved);
  return 7;
}

/* core.check_floor(J, epsilon, tolerance) */
static int check_floor(lua_State *L) {
  check_arity(L, 3);
  lua_pushnumber(L, mg_check_floor(check_number(L, 1, "J"), check_number(L, 2, "epsilon"),
                                   check_number(L, 3, "tolerance")));
  return 1;
}

/* core.cost_of(net, cost, scale): J of THETA for the batch by the cost called so, l1 and l2 included. */
static int cost_of(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const mg_cost cost = network_cost(L, 2, n, "check");
  network_idle(L, n);
  network_check_batch(L, "check", n);
  const mg_mat X = mg_mat_cols(n->net.layer[0].in, 1, n->net.layer[0].n_in);
  mg_metrics m = {0};
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_evaluate(&n->net, &X, &n->net.y, &cost, MG_VALUES, &m, NULL);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "check");
  lua_pushnumber(L, m.cost);
  return 1;
}

/* core.cost_factor(net, rows): what stands in front of the sum of its cost's losses over so many rows. */
static int cost_factor(lua_State *L) {
  check_arity(L, 2);
  const mg_network *net = &network_check(L, 1)->net;
  lua_pushnumber(L, net->cost.kind->factor(&net->cost, check_count(L, 2, "rows"), mg_network_n_out(net)));
  return 1;
}

/* core.bug(net): the mistake planted in its backward pass, "none" without one. core.bug(net, name) plants
 * one. */
static int bug(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  lua_settop(L, 2);
  lua_pushstring(L, mg_bug_names[n->net.bug]);
  if (lua_isnil(L, 2)) return 1;
  const int planted = luaL_checkoption(L, 2, NULL, mg_bug_names);
  network_idle(L, n);
  n->changed++;
  n->net.bug = planted;
  return 1;
}

static const luaL_Reg functions[] = {{"check_layer", check_layer},
                                     {"check_relative", check_relative},
                                     {"check_floor", check_floor},
                                     {"cost_of", cost_of},
                                     {"cost_factor", cost_factor},
                                     {"bug", bug},
                                     {NULL, NULL}};

void open_check(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  lua_newtable(L); /* core.bugs: the names of the mistakes, "none" first */
  for (int i = 0; mg_bug_names[i] != NULL; i++) {
    lua_pushstring(L, mg_bug_names[i]);
    lua_seti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "bugs");
}
