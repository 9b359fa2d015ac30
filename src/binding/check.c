/* check.c - the numbers of the gradient check, and planted mistakes that it can find; its report is made by
   lua/moongrad/check/check.lua. */

#include <math.h>

#include "../engine/check.h"
#include "../engine/planted.h"

#include "call.h"
#include "custom.h"
#include "network.h"

/* Raises when an element of numeric that was chosen is not finite. */
static void finite_differences(lua_State *L, const Network *n, size_t l, double epsilon, const Matrix *chosen,
                               const Matrix *numeric) {
  const mg_layer *y = &n->net.layer[l];
  for (size_t i = 0; i < y->n_out; i++)
    for (size_t j = y->bias ? 0 : 1; j <= y->n_in; j++)
      if ((chosen == NULL || mg_mat_get(&chosen->m, i, j) != 0) && !isfinite(mg_mat_get(&numeric->m, i, j)))
        fail(L, "check: J is not finite near THETA[%d][%d][%d], %s; try a smaller epsilon than %s",
             (int)l + 1, (int)i + 1, (int)j + 1, push_number(L, mg_mat_get(&y->theta, i, j)),
             push_number(L, epsilon));
}

/* core.check_layer(net, l, method, epsilon, cost, scale, chosen): returns numeric and kinked, two matrices
   shaped as theta[l], for the current THETA and batch. method: "central", "forward", "five-point". chosen: a
   matrix that is 0 for elements to be left out, or nil. */
static int check_layer(lua_State *L) {
  check_arity(L, 7);
  static const char *const methods[] = {"central", "forward", "five-point", NULL};
  lua_settop(L, 7);
  Network *n = network_check(L, 1);
  const size_t l = network_layer(L, 2, n, "layer");
  mg_check how = {.method = (mg_difference)luaL_checkoption(L, 3, NULL, methods),
                  .epsilon = check_finite(L, 4, "epsilon"),
                  .cost = network_cost(L, 5, n, "check")};
  how.room = storage_data(storage_new(L, mg_differ_room(&n->net), "check"));
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
  finite_differences(L, n, l, how.epsilon, chosen, numeric);
  return 2;
}

/* core.check_relative(backprop, numeric, kinked, floor, noise): returns a matrix of the relative error of
   every element, NaN where numeric is NaN; the largest of those that are not kinked, and its row and column;
   how many elements were compared, how many are kinked, and how many of the compared ones have both numbers
   within noise of 0. */
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
      /* A NaN counts as the largest. */
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

/* --- verdicts ------------------------------------------------------------------------------------ */

#define RULE "moongrad.rule" /* metatable name */

typedef struct Rule {
  mg_rule rule;
  size_t rows; /* rows of the batch that it was made for */
} Rule;

enum { KEEP_NETWORK = 1, KEEP_COST, KEEP_ROOM, KEEP_BOUND, KEPT = KEEP_BOUND };

/* Allocates bytes, which become user value k of the object on top of the stack. */
static void *keep_memory(lua_State *L, size_t bytes, int k) {
  if (bytes == 0) fail(L, "check: the bounds of this network's errors are too large for memory");
  void *memory = storage_data(storage_new(L, bytes, "check"));
  lua_setiuservalue(L, -2, k);
  return memory;
}

/* core.check_rule(net, method, epsilon, cost, scale, tolerance, is_finer, J): returns a rule by which
   elements are judged (engine/check.h), and its floor. The batch's forward pass must have been made; J is
   that by cost, at THETA. */
static int check_rule(lua_State *L) {
  check_arity(L, 8);
  static const char *const methods[] = {"central", "forward", "five-point", NULL};
  Network *n = network_check(L, 1);
  mg_rule rule = {.how = {.method = (mg_difference)luaL_checkoption(L, 2, NULL, methods),
                          .epsilon = luaL_checknumber(L, 3),
                          .cost = custom_cost(L, 4, n, luaL_optnumber(L, 5, n->net.cost.scale))},
                  .tolerance = luaL_checknumber(L, 6),
                  .is_finer = lua_toboolean(L, 7),
                  .j = luaL_checknumber(L, 8)};
  if (rule.how.cost.kind == NULL) return fail(L, "check: no cost '%s'", lua_tostring(L, 4));
  if (n->net.rows == 0) return fail(L, "check: no pass has been made");
  Rule *to = lua_newuserdatauv(L, sizeof *to, KEPT);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, KEEP_NETWORK);
  lua_pushvalue(L, 4);
  lua_setiuservalue(L, -2, KEEP_COST);
  rule.how.room = keep_memory(L, mg_differ_room(&n->net), KEEP_ROOM);
  void *memory = keep_memory(L, mg_rule_bytes(&n->net), KEEP_BOUND);
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_rule_make(&n->net, &rule, memory);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "check");
  *to = (Rule){rule, n->net.rows};
  luaL_setmetatable(L, RULE); /* only now is it complete */
  lua_pushnumber(L, mg_rule_floor(&rule));
  return 2;
}

/* The rule at index 1 and its network, which is left on the stack; raises when the batch has changed. */
static const mg_rule *rule_check(lua_State *L, Network **n) {
  const Rule *rule = luaL_checkudata(L, 1, RULE);
  lua_getiuservalue(L, 1, KEEP_NETWORK);
  *n = network_check(L, -1);
  if ((*n)->net.rows != rule->rows) fail(L, "check: the batch has changed since the rule was made");
  network_idle(L, *n);
  network_check_batch(L, "check", *n);
  return &rule->rule;
}

/* core.judge_layer(rule, l, backprop, chosen): returns numeric, noise and state, three matrices shaped as
   theta[l]; the elements of state are numbers of mg_verdict. */
static int judge_layer(lua_State *L) {
  Network *n;
  check_arity(L, 4);
  lua_settop(L, 4);
  const mg_rule *rule = rule_check(L, &n);
  const size_t l = network_layer(L, 2, n, "layer");
  const mg_layer *y = &n->net.layer[l];
  const Matrix *backprop = matrix_check(L, 3), *chosen = lua_isnil(L, 4) ? NULL : matrix_check(L, 4);
  for (int k = 0; k < 2; k++) {
    const Matrix *m = k == 0 ? backprop : chosen;
    if (m != NULL && (m->m.nrows != y->n_out || m->m.ncols != 1 + y->n_in))
      return fail(L, "check: expected a matrix of the shape of THETA[%d]", (int)l + 1);
  }
  Matrix *made[3]; /* numeric, noise, state */
  for (int k = 0; k < 3; k++) made[k] = matrix_new(L, y->n_out, 1 + y->n_in);
  Stopper s;
  run_begin(L, n, &s);
  stopper_fills(&s, &made[0]->m);
  const mg_status status = mg_judge_layer(&n->net, rule, l, &backprop->m, chosen != NULL ? &chosen->m : NULL,
                                          &made[0]->m, &made[1]->m, &made[2]->m);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "check");
  finite_differences(L, n, l, rule->how.epsilon, chosen, made[0]);
  return 3;
}

/* core.confirm(rule, l, i, j, backprop): do tiny steps confirm that backprop is wrong at THETA[l][i][j]? */
static int confirm(lua_State *L) {
  Network *n;
  check_arity(L, 5);
  lua_settop(L, 5);
  const mg_rule *rule = rule_check(L, &n);
  const size_t l = network_layer(L, 2, n, "layer");
  const mg_layer *y = &n->net.layer[l];
  const lua_Integer i = luaL_checkinteger(L, 3), j = luaL_checkinteger(L, 4);
  luaL_argcheck(L, i >= 1 && (size_t)i <= y->n_out, 3, "no such unit");
  luaL_argcheck(L, j >= 1 && (size_t)j <= 1 + y->n_in, 4, "no such input");
  const double b = luaL_checknumber(L, 5);
  bool is_wrong;
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status = mg_confirm(&n->net, rule, l, (size_t)i - 1, (size_t)j - 1, b, &is_wrong);
  run_end(n, &s, status);
  if (status == MG_STOPPED) return run_stopped(L, "check");
  lua_pushboolean(L, is_wrong);
  return 1;
}

enum { WORST = 4 }; /* the most wrong elements of a layer that are listed, to be confirmed */

/* Counts and sums over the elements of a layer: b by backpropagation, n by differences. */
typedef struct Tally {
  size_t pairs;                /* elements that were compared */
  size_t count[MG_KINKED + 1]; /* the number of elements by verdict */
  size_t below;                /* of MG_AGREES: how many have b and n below the floor */
  double worst;                /* the largest relative error among the elements of the highest rank */
  size_t i, j;                 /* its place */
  mg_verdict of;               /* its verdict */
  double far[WORST];           /* the largest |b - n| of wrong elements, in falling order; their places: */
  size_t far_i[WORST], far_j[WORST];
  long double apart, backprop, numeric; /* sums of squares of b - n, b and n */
} Tally;

/* The rank of a verdict: the worst element is chosen among those of the highest. */
static int rank(mg_verdict v) { return v == MG_WRONG ? 2 : v == MG_UNDECIDED ? 0 : 1; }

static void tally_wrong(Tally *t, double apart, size_t i, size_t j) {
  size_t k = WORST;
  for (; k > 0 && !(apart <= t->far[k - 1]); k--)
    if (k < WORST) t->far[k] = t->far[k - 1], t->far_i[k] = t->far_i[k - 1], t->far_j[k] = t->far_j[k - 1];
  if (k < WORST) t->far[k] = apart, t->far_i[k] = i, t->far_j[k] = j;
}

static void tally_pair(Tally *t, mg_verdict v, double b, double n, double relative, size_t i, size_t j) {
  const bool is_first = t->pairs++ == 0;
  t->count[v]++;
  t->apart += (long double)(b - n) * (b - n);
  t->backprop += (long double)b * b;
  t->numeric += (long double)n * n;
  if (v == MG_WRONG) tally_wrong(t, fabs(b - n), i, j);
  const bool is_higher = rank(v) > rank(t->of);
  /* A NaN counts as the largest. */
  if (is_first || is_higher || (rank(v) == rank(t->of) && !isnan(t->worst) && !(relative <= t->worst)))
    t->worst = relative, t->i = i, t->j = j, t->of = v;
}

static void set_number(lua_State *L, const char *name, double v) {
  lua_pushnumber(L, v);
  lua_setfield(L, -2, name);
}

static void set_count(lua_State *L, const char *name, size_t v) {
  lua_pushinteger(L, (lua_Integer)v);
  lua_setfield(L, -2, name);
}

static void push_tally(lua_State *L, const Tally *t) {
  lua_newtable(L);
  set_count(L, "pairs", t->pairs);
  set_count(L, "agreed", t->count[MG_AGREES] + t->count[MG_AGREES_FINER]);
  set_count(L, "finer", t->count[MG_AGREES_FINER]);
  set_count(L, "below", t->below);
  set_count(L, "zeros", t->count[MG_BOTH_ZERO]);
  set_count(L, "undecided", t->count[MG_UNDECIDED]);
  set_count(L, "wrong", t->count[MG_WRONG]);
  set_count(L, "kinks", t->count[MG_KINKED]);
  set_number(L, "worst", t->worst);
  set_count(L, "i", t->i + 1);
  set_count(L, "j", t->j + 1);
  set_count(L, "rank", (size_t)rank(t->of));
  set_number(L, "apart", (double)sqrtl(t->apart));
  set_number(L, "backprop", (double)sqrtl(t->backprop));
  set_number(L, "numeric", (double)sqrtl(t->numeric));
  lua_newtable(L);
  for (size_t k = 0; k < WORST && k < t->count[MG_WRONG]; k++) {
    lua_createtable(L, 0, 3);
    set_number(L, "apart", t->far[k]);
    set_count(L, "i", t->far_i[k] + 1);
    set_count(L, "j", t->far_j[k] + 1);
    lua_seti(L, -2, (lua_Integer)k + 1);
  }
  lua_setfield(L, -2, "furthest");
}

/* core.tally(backprop, numeric, state, floor): returns a matrix of the relative error of every element, NaN
   where numeric is NaN, and a table. Its counts: pairs (compared elements), agreed, finer (agreed by five
   points), below (agreed by the difference asked for, below the floor), zeros (both exactly 0), undecided,
   wrong, kinks. worst is the largest relative error among the highest rank, with i, j and rank. apart,
   backprop and numeric are the norms of backprop - numeric, backprop and numeric. furthest lists the wrong
   elements with the largest differences. */
static int tally(lua_State *L) {
  check_arity(L, 4);
  const Matrix *b = matrix_check(L, 1), *n = matrix_check(L, 2), *state = matrix_check(L, 3);
  const double floor = luaL_checknumber(L, 4);
  if (n->m.nrows != b->m.nrows || n->m.ncols != b->m.ncols || state->m.nrows != b->m.nrows ||
      state->m.ncols != b->m.ncols)
    return fail(L, "tally: the matrices differ in shape");
  Matrix *relative = matrix_new(L, b->m.nrows, b->m.ncols);
  Tally t = {.far = {-1, -1, -1, -1}};
  for (size_t i = 0; i < b->m.nrows; i++)
    for (size_t j = 0; j < b->m.ncols; j++) {
      const double backprop = mg_mat_get(&b->m, i, j), numeric = mg_mat_get(&n->m, i, j);
      const double r = mg_relative(backprop, numeric, floor), v = mg_mat_get(&state->m, i, j);
      mg_mat_set(&relative->m, i, j, r);
      if (v == MG_KINKED)
        t.count[MG_KINKED]++;
      else if (v >= MG_AGREES && v <= MG_WRONG)
        tally_pair(&t, (mg_verdict)v, backprop, numeric, r, i, j);
      t.below += v == MG_AGREES && fmax(fabs(backprop), fabs(numeric)) < floor;
    }
  push_tally(L, &t);
  return 2;
}

/* --- costs and mistakes -------------------------------------------------------------------------- */

/* core.cost_of(net, cost, scale): returns J of THETA for the batch by that cost, l1 and l2 included. */
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

/* core.cost_factor(net, rows): returns the factor by which the network's cost multiplies the sum of losses
   over so many rows. */
static int cost_factor(lua_State *L) {
  check_arity(L, 2);
  const mg_network *net = &network_check(L, 1)->net;
  lua_pushnumber(L, net->cost.kind->factor(&net->cost, check_count(L, 2, "rows"), mg_network_n_out(net)));
  return 1;
}

/* core.bug(net): returns the name of the mistake planted in the backward pass of net, or "none".
   core.bug(net, name): plants that mistake; returns the name of the one before. */
static int bug(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  lua_settop(L, 2);
  lua_pushstring(L, mg_bug_names[n->net.bug]);
  if (lua_isnil(L, 2)) return 1;
  const int planted = luaL_checkoption(L, 2, NULL, mg_bug_names);
  network_idle(L, n);
  network_touch(n, TOUCH_SETTING);
  n->net.bug = planted;
  return 1;
}

static const luaL_Reg functions[] = {{"check_layer", check_layer},
                                     {"check_relative", check_relative},
                                     {"check_rule", check_rule},
                                     {"judge_layer", judge_layer},
                                     {"confirm", confirm},
                                     {"tally", tally},
                                     {"cost_of", cost_of},
                                     {"cost_factor", cost_factor},
                                     {"bug", bug},
                                     {NULL, NULL}};

void open_check(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, RULE, "rule");
  lua_pop(L, 1);
  lua_newtable(L); /* core.bugs: the names of the mistakes, "none" first */
  for (int i = 0; mg_bug_names[i] != NULL; i++) {
    lua_pushstring(L, mg_bug_names[i]);
    lua_seti(L, -2, i + 1);
  }
  lua_setfield(L, -2, "bugs");
}
