/* matrix_map.c - applying a function to each element of a matrix: the user's, mg.exp and the like,
   activations. */

#include <math.h>

#include "../engine/activation.h"
#include "../engine/matmath.h"
#include "binding.h"

/*** m:map(f)
     Returns a new matrix of f(x) for every element x of m. f takes a number and returns one.
     > THETA[1]:map(function(w) return math.max(w, 0) end)
*/
static int m_map(lua_State *L) {
  check_arity(L, 2);
  const Matrix *a = matrix_doubles(L, 1);
  if (!lua_isfunction(L, 2)) return arg_error(L, 2, "a function");
  Matrix *b = matrix_new(L, a->m.nrows, a->m.ncols);
  const int top = lua_gettop(L);
  for (size_t i = 0; i < a->m.nrows; i++)
    for (size_t j = 0; j < a->m.ncols; j++) {
      lua_pushvalue(L, 2);
      lua_pushnumber(L, mg_mat_get(&a->m, i, j));
      lua_call(L, 1, LUA_MULTRET);
      const int came = lua_gettop(L) - top;
      if (came != 1 || lua_type(L, -1) != LUA_TNUMBER)
        return fail(L, "map: expected one number from the function for [%I][%I], got %s",
                    (LUAI_UACINT)(i + 1), (LUAI_UACINT)(j + 1),
                    came > 1 ? lua_pushfstring(L, "%d values", came) : push_kind(L, top + 1));
      mg_mat_set(&b->m, i, j, lua_tonumber(L, -1));
      lua_pop(L, 1);
    }
  return 1;
}

static double sign(double x) { return isnan(x) ? x : (x > 0) - (x < 0); }

typedef struct Map {
  mg_mat *dst;
  const mg_mat *src;
  double (*f)(double);
} Map;

static void map_part(void *context, const Rect *r) {
  const Map *m = context;
  mg_mat dst = rect_of(m->dst, r);
  const mg_mat src = rect_of(m->src, r);
  mg_mat_map(&dst, &src, m->f);
}

mg_mat matrix_operand(lua_State *L, int idx, const char *name, double *x) {
  if (lua_type(L, idx) == LUA_TNUMBER) {
    *x = lua_tonumber(L, idx);
    return mg_mat_of(x, 1, 1, 1, MG_DOUBLE);
  }
  if (matrix_test(L, idx) == NULL && !lua_istable(L, idx))
    fail(L, "%s: expected a matrix or a number, got %s", name, push_no_matrix(L, idx));
  matrix_want(L, idx, name, 0);
  return matrix_doubles(L, idx)->m;
}

void matrix_map(lua_State *L, mg_mat *dst, const mg_mat *src, double (*f)(double)) {
  if (!blocks_run(L, dst->nrows, dst->ncols, 20, map_part, &(Map){dst, src, f}))
    blocks_stopped(L, "computing a matrix");
}

/* Pushes f of the argument: a number for a number, a new matrix for a matrix. */
static int map(lua_State *L, const char *name, double (*f)(double)) {
  check_arity(L, 1);
  double x;
  const mg_mat a = matrix_operand(L, 1, name, &x);
  if (lua_type(L, 1) == LUA_TNUMBER)
    lua_pushnumber(L, f(x));
  else
    matrix_map(L, &matrix_new(L, a.nrows, a.ncols)->m, &a, f);
  return 1;
}

typedef struct Activate {
  const mg_activation *g;
  mg_mat *a;
  const mg_mat *z;
} Activate;

static void activate_part(void *context, const Rect *r) {
  const Activate *c = context;
  const mg_mat z = rect_of(c->z, r);
  mg_mat a = rect_of(c->a, r);
  c->g->forward(c->g, &z, &a, 0, r->nrows);
}

/* For activations of whole rows: the rectangle's columns do not count. */
static void activate_rows(void *context, const Rect *r) {
  const Activate *c = context;
  const mg_mat z = mg_mat_rows(*c->z, r->row, r->nrows);
  mg_mat a = mg_mat_rows(*c->a, r->row, r->nrows);
  c->g->forward(c->g, &z, &a, 0, r->nrows);
}

/* Pushes the activation function of the argument, computed by the same code as in a network. */
static int activate(lua_State *L, const char *name) {
  check_arity(L, 1);
  double x, y;
  const mg_activation *g = mg_activation_find(name, MG_DOUBLE);
  mg_mat z = matrix_operand(L, 1, name, &x);
  if (lua_type(L, 1) == LUA_TNUMBER) {
    mg_mat a = mg_mat_of(&y, 1, 1, 1, MG_DOUBLE);
    if (g->by_row) return fail(L, "%s: expected a matrix, as it works on whole rows, got a number", name);
    g->forward(g, &z, &a, 0, 1);
    lua_pushnumber(L, y);
    return 1;
  }
  if (z.cs != 1) { /* activations require adjacent columns */
    Matrix *copy = matrix_new(L, z.nrows, z.ncols);
    blocks_copy(L, &copy->m, &z);
    z = copy->m;
  }
  mg_mat *a = &matrix_new(L, z.nrows, z.ncols)->m;
  const double ns = 20, whole = g->by_row ? (double)z.ncols : 1; /* softmax: a row must not be divided */
  if (!blocks_run(L, z.nrows, g->by_row ? 1 : z.ncols, ns * whole, g->by_row ? activate_rows : activate_part,
                  &(Activate){g, a, &z}))
    return blocks_stopped(L, "computing a matrix");
  return 1;
}

/*** mg.exp(x)
     e to the x. For a number or, element by element, a matrix.
     > mg.exp(-1)
*/
static int math_exp(lua_State *L) { return map(L, "exp", exp); }

/*** mg.log(x)
     The natural logarithm of x. For a number or, element by element, a matrix.
     > mg.log(A[3])
*/
static int math_log(lua_State *L) { return map(L, "log", log); }

/*** mg.sqrt(x)
     The square root of x. For a number or, element by element, a matrix.
     > mg.sqrt(2)
*/
static int math_sqrt(lua_State *L) { return map(L, "sqrt", sqrt); }

/*** mg.abs(x)
     The absolute value of x. For a number or, element by element, a matrix.
     > mg.abs(DELTA[1])
*/
static int math_abs(lua_State *L) { return map(L, "abs", fabs); }

/*** mg.sin(x)
     The sine of x, in radians. For a number or, element by element, a matrix.
     > mg.sin(mg.linspace(0, 6, 7))
*/
static int math_sin(lua_State *L) { return map(L, "sin", sin); }

/*** mg.cos(x)
     The cosine of x, in radians. For a number or, element by element, a matrix.
     > mg.cos(0)
     1.0
*/
static int math_cos(lua_State *L) { return map(L, "cos", cos); }

/*** mg.floor(x)
     The largest whole number that is not above x. For a number or, element by element, a matrix.
     > mg.floor(2.5)
     2.0
*/
static int math_floor(lua_State *L) { return map(L, "floor", floor); }

/*** mg.sign(x)
     The sign of x: -1 when x is below 0, 0 when it is 0, 1 when it is above. For a number or, element
     by element, a matrix.
     > mg.sign(GRAD[1])
*/
static int math_sign(lua_State *L) { return map(L, "sign", sign); }

/*** mg.sigmoid(z)
     1 / (1 + e^-z), between 0 and 1. For a number or, element by element, a matrix.
     > mg.sigmoid(Z[1])
*/
static int math_sigmoid(lua_State *L) { return activate(L, "sigmoid"); }

/*** mg.tanh(z)
     The hyperbolic tangent of z, between -1 and 1. For a number or, element by element, a matrix.
     > mg.tanh(Z[1])
*/
static int math_tanh(lua_State *L) { return activate(L, "tanh"); }

/*** mg.relu(z)
     z when it is above 0, else 0. For a number or, element by element, a matrix.
     > mg.relu(Z[1])
*/
static int math_relu(lua_State *L) { return activate(L, "relu"); }

/*** mg.leaky_relu(z)
     z when it is above 0, else 0.01 z. For a number or, element by element, a matrix.
     > mg.leaky_relu(Z[1])
*/
static int math_leaky_relu(lua_State *L) { return activate(L, "leaky-relu"); }

/*** mg.elu(z)
     z when it is above 0, else e^z - 1. For a number or, element by element, a matrix.
     > mg.elu(Z[1])
*/
static int math_elu(lua_State *L) { return activate(L, "elu"); }

/*** mg.gelu(z)
     z Phi(z), where Phi is the distribution function of the standard normal; exact, not the
     approximation by tanh. For a number or, element by element, a matrix.
     > mg.gelu(Z[1])
*/
static int math_gelu(lua_State *L) { return activate(L, "gelu"); }

/*** mg.softplus(z)
     ln(1 + e^z), a smooth form of relu. For a number or, element by element, a matrix.
     > mg.softplus(Z[1])
*/
static int math_softplus(lua_State *L) { return activate(L, "softplus"); }

/*** mg.softmax(z)
     e^z / sum of e^z over each row of a matrix, so that the sum of each row is 1.
     > mg.softmax{{1, 2, 3}}:sum()
     1.0
*/
static int math_softmax(lua_State *L) { return activate(L, "softmax"); }

static const luaL_Reg functions[] = {
    {"exp", math_exp},         {"log", math_log},   {"sqrt", math_sqrt},
    {"abs", math_abs},         {"sin", math_sin},   {"cos", math_cos},
    {"floor", math_floor},     {"sign", math_sign}, {"sigmoid", math_sigmoid},
    {"tanh", math_tanh},       {"relu", math_relu}, {"leaky_relu", math_leaky_relu},
    {"elu", math_elu},         {"gelu", math_gelu}, {"softplus", math_softplus},
    {"softmax", math_softmax}, {NULL, NULL}};

/* To be called after open_matrix_index, to whose classes it adds a method. */
void open_matrix_map(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  luaL_getmetatable(L, MATRIX);
  lua_getfield(L, -1, "methods"); /* rows have the same ones */
  lua_pushcfunction(L, m_map);
  lua_setfield(L, -2, "map");
  lua_pop(L, 2);
}
