/* custom_call.c - calls the functions of activations and costs that are written in Lua, for the engine.

   A function is called with numbers or with whole matrices. The engine passes only the address of its
   structure; a weak table in the registry maps it to the Lua object. An error in a Lua function is caught
   here, and the pass ends with MG_FAILED. */

#include "custom_call.h"

#include <math.h>

/* What is done with each number that a function returns: out = it, out *= it, sum += it. */
typedef enum Use { STORE, MULTIPLY, ADD } Use;

typedef struct Call {
  const void *self;         /* the address of the engine's structure */
  const char *kind, *field; /* "activation" or "cost"; the field of its table that is the function: "df" */
  Way way;
  Use use;
  const mg_mat *first;  /* its first argument, of which rows from .. to - 1 are used */
  const mg_mat *second; /* its second argument, or NULL */
  mg_mat *out;          /* for STORE and MULTIPLY: the destination, of the same shape */
  double *sum;          /* for ADD: the destination */
  double scale;         /* for STORE and MULTIPLY: each number is multiplied by it */
  size_t from, to;
  bool returned; /* has it returned from a call with matrices? An error is then about its result */
} Call;

/* Raises: for the arguments what_for the function returned the value at index idx, which is not what
   `expected` describes. */
static int wrong(lua_State *L, const Call *c, const char *what_for, int idx, const char *expected) {
  lua_getfield(L, 2, "name");
  const char *name = lua_tostring(L, -1);
  const Matrix *m = matrix_test(L, idx);
  const char *came = m == NULL ? push_came(L, idx)
                               : lua_pushfstring(L, "a %d x %d matrix", (int)m->m.nrows, (int)m->m.ncols);
  return fail(L, "%s %s: %s gave %s for %s, expected %s", c->kind, name, c->field, came, what_for, expected);
}

/* Pushes the arguments of a call for one element, for a message: "z = 0.5", "yhat = 0.5, y = 1". */
static const char *push_arguments(lua_State *L, const Call *c, double a, double b) {
  if (c->kind[0] == 'c') return lua_pushfstring(L, "yhat = %s, y = %s", push_number(L, a), push_number(L, b));
  if (c->second == NULL) return lua_pushfstring(L, "z = %s", push_number(L, a));
  return lua_pushfstring(L, "z = %s, a = %s", push_number(L, a), push_number(L, b));
}

static void use(const Call *c, size_t i, size_t j, double v) {
  if (c->use == ADD)
    *c->sum += v;
  else
    mg_mat_set(c->out, i, j, c->scale * v * (c->use == MULTIPLY ? mg_mat_get(c->out, i, j) : 1));
}

/* Raises when v, the result for element i, j, is NaN though the arguments are finite. */
static void check_nan(lua_State *L, const Call *c, size_t i, size_t j, double v) {
  if (!isnan(v)) return;
  const double a = mg_mat_get(c->first, i, j), b = c->second != NULL ? mg_mat_get(c->second, i, j) : 0;
  if (!isfinite(a) || !isfinite(b)) return;
  lua_pushnumber(L, v);
  const int came = lua_gettop(L);
  wrong(L, c, push_arguments(L, c, a, b), came, "a finite number");
}

/* Calls the function at index 3 for each element. */
static void call_each(lua_State *L, const Call *c) {
  for (size_t i = c->from; i < c->to; i++)
    for (size_t j = 0; j < c->first->ncols; j++) {
      const double a = mg_mat_get(c->first, i, j), b = c->second != NULL ? mg_mat_get(c->second, i, j) : 0;
      lua_pushvalue(L, 3);
      lua_pushnumber(L, a);
      if (c->second != NULL) lua_pushnumber(L, b);
      lua_call(L, c->second != NULL ? 2 : 1, 1);
      const int came = lua_gettop(L);
      if (lua_type(L, came) != LUA_TNUMBER) wrong(L, c, push_arguments(L, c, a, b), came, "a number");
      const double v = lua_tonumber(L, came);
      check_nan(L, c, i, j, v);
      use(c, i, j, v);
      lua_pop(L, 1);
    }
}

static void push_rows(lua_State *L, const Call *c, const mg_mat *m) {
  const mg_mat rows = mg_mat_rows(*m, c->from, c->to - c->from);
  mg_mat_copy(&matrix_new(L, rows.nrows, rows.ncols)->m, &rows);
}

/* Calls the function at index 3 once, with matrices. A cost may return J, or a matrix of losses, whose sum is
   J. */
static void call_whole(lua_State *L, Call *c) {
  const size_t rows = c->to - c->from, n = c->first->ncols;
  lua_pushvalue(L, 3);
  push_rows(L, c, c->first);
  if (c->second != NULL) push_rows(L, c, c->second);
  lua_call(L, c->second != NULL ? 2 : 1, 1);
  c->returned = true;
  const int result = lua_gettop(L);
  const bool two = c->second != NULL;
  const char *given =
      lua_pushfstring(L, "%s%d x %d matri%s", two ? "" : "a ", (int)rows, (int)n, two ? "ces" : "x");
  if (c->use == ADD && lua_type(L, result) == LUA_TNUMBER) {
    if (isnan(lua_tonumber(L, result))) wrong(L, c, given, result, "a finite number");
    *c->sum += lua_tonumber(L, result);
    return;
  }
  const Matrix *m = matrix_test(L, result);
  const bool fits = m != NULL && (c->use == ADD || (m->m.nrows == rows && m->m.ncols == n));
  if (!fits)
    wrong(L, c, given, result,
          c->use == ADD ? "J, a number, or a matrix of losses"
                        : lua_pushfstring(L, "a %d x %d matrix", (int)rows, (int)n));
  const bool same = m->m.nrows == rows && m->m.ncols == n;
  for (size_t i = 0; same && i < rows; i++) /* all numbers are checked before any is used */
    for (size_t j = 0; j < n; j++) check_nan(L, c, c->from + i, j, mg_mat_get(&m->m, i, j));
  for (size_t i = 0; i < m->m.nrows; i++)
    for (size_t j = 0; j < m->m.ncols; j++) use(c, c->from + i, j, mg_mat_get(&m->m, i, j));
}

/* Runs the Call at index 1, a light userdata. Puts the object's table at index 2 and the function at 3. */
static int call_protected(lua_State *L) {
  Call *c = lua_touserdata(L, 1);
  lua_getfield(L, LUA_REGISTRYINDEX, CUSTOM_OBJECTS);
  lua_rawgetp(L, -1, c->self);
  lua_getiuservalue(L, -1, 1);
  lua_replace(L, 2);
  lua_settop(L, 2);
  lua_getfield(L, 2, c->field);
  if (c->way == BY_NUMBERS)
    call_each(L, c);
  else
    call_whole(L, c);
  return 0;
}

/* Runs c in protected mode. When a function that may be called either way fails with matrices, it is called
   with numbers: it may have a condition such as z > 0, which matrices do not have. */
static mg_status call(const Running *running, Call c) {
  lua_State *L = running->L;
  for (;;) {
    lua_pushcfunction(L, call_protected);
    lua_pushlightuserdata(L, &c);
    if (lua_pcall(L, 1, 0, 0) == LUA_OK) return MG_OK;
    if (c.way != EITHER_WAY || c.returned || call_interrupted(L)) return MG_FAILED;
    lua_pop(L, 1);
    c.way = BY_NUMBERS;
  }
}

/* --- what the engine calls ------------------------------------------------------------------------ */

mg_status custom_forward(const mg_activation *self, const mg_mat *z, mg_mat *a, size_t from, size_t to) {
  const OwnActivation *own = self->context;
  return call(own->running, (Call){.self = own,
                                   .kind = "activation",
                                   .field = "f",
                                   .way = own->f,
                                   .first = z,
                                   .out = a,
                                   .scale = 1,
                                   .from = from,
                                   .to = to});
}

mg_status custom_backward(const mg_activation *self, const mg_mat *z, const mg_mat *a, mg_mat *delta,
                          size_t from, size_t to) {
  const OwnActivation *own = self->context;
  return call(own->running, (Call){.self = own,
                                   .kind = "activation",
                                   .field = "df",
                                   .way = own->df,
                                   .use = MULTIPLY,
                                   .first = z,
                                   .second = a,
                                   .out = delta,
                                   .scale = 1,
                                   .from = from,
                                   .to = to});
}

double custom_factor(const mg_cost *cost, size_t n_rows, size_t n_out) {
  const OwnCost *own = cost->context;
  (void)n_out;
  return own->mean ? 1 / (double)n_rows : 1;
}

/* When the cost is a mean, the sum of losses is rows times J; its factor is 1 / rows of the batch. */
mg_status custom_sum(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y, size_t from,
                     size_t to, double *total) {
  const OwnCost *own = cost->context;
  double j = 0;
  (void)z;
  const mg_status status = call(own->running, (Call){.self = own,
                                                     .kind = "cost",
                                                     .field = "f",
                                                     .way = own->f,
                                                     .use = ADD,
                                                     .first = yhat,
                                                     .second = y,
                                                     .sum = &j,
                                                     .from = from,
                                                     .to = to});
  *total += own->mean ? j * (double)(to - from) : j;
  return status;
}

mg_status custom_delta(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y,
                       mg_mat *delta, double of_all, size_t from, size_t to) {
  const OwnCost *own = cost->context;
  (void)z;
  return call(own->running, (Call){.self = own,
                                   .kind = "cost",
                                   .field = "delta",
                                   .way = own->delta,
                                   .first = yhat,
                                   .second = y,
                                   .out = delta,
                                   .scale = own->mean ? (double)(to - from) * of_all : of_all,
                                   .from = from,
                                   .to = to});
}
