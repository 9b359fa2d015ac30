/* data.c - X and y: attaching them to a network, checking them, and copying them into its batch. */

#include <float.h>
#include <math.h>
#include <string.h>

#include "../engine/batch.h"
#include "call.h"
#include "network.h"

/* Raises when m, which is called name ("X" or "y"), has a number that is not finite in the network's type. */
static void check_numbers(lua_State *L, const char *who, const Network *n, const char *name,
                          const Matrix *m) {
  size_t i, j;
  if (blocks_within(L, &m->m, n->net.type == MG_DOUBLE ? DBL_MAX : (double)FLT_MAX, &i, &j)) return;
  const double v = mg_mat_get(&m->m, i, j);
  const char *why = isfinite(v) ? "too large for single precision" : "expected finite numbers";
  fail(L, "%s: %s[%d][%d] is %s, %s", who, name, (int)i + 1, (int)j + 1, push_number(L, v), why);
}

/* Raises when the cost is hinge and a target is neither -1 nor 1, or svm and a row is not one-hot. */
static void check_scores(lua_State *L, const char *who, const Network *n, const Matrix *y) {
  const bool is_svm = strcmp(n->net.cost.kind->name, "svm") == 0;
  for (size_t i = 0; i < y->m.nrows; i++) {
    size_t ones = 0;
    for (size_t j = 0; j < y->m.ncols; j++) {
      const double v = mg_mat_get(&y->m, i, j);
      ones += v == 1;
      if (v != 1 && v != (is_svm ? 0 : -1))
        fail(L, "%s: y[%d][%d] is %s; cost \"%s\" expects targets %s", who, (int)i + 1, (int)j + 1,
             push_number(L, v), n->net.cost.kind->name, is_svm ? "0 and 1, one 1 in each row" : "-1 and 1");
    }
    if (is_svm && ones != 1)
      fail(L, "%s: row %d of y has %d ones; cost \"svm\" expects one 1 in each row", who, (int)i + 1,
           (int)ones);
  }
}

/* Raises when the targets are not those that the cost is for: from 0 to 1 for a logarithmic one. */
static void check_targets(lua_State *L, const char *who, const Network *n, const Matrix *y) {
  if (n->net.cost.kind->is_score) check_scores(L, who, n, y);
  if (n->net.cost.kind->output == NULL) return;
  for (size_t i = 0; i < y->m.nrows; i++)
    for (size_t j = 0; j < y->m.ncols; j++) {
      const double v = mg_mat_get(&y->m, i, j);
      if (v < 0 || v > 1)
        fail(L, "%s: y[%d][%d] is %s; cost \"%s\" expects targets from 0 to 1", who, (int)i + 1, (int)j + 1,
             push_number(L, v), n->net.cost.kind->name);
    }
}

/* Are these the attached X and y, unchanged since they passed the checks? Checking them again takes as long
   as some epochs. */
static bool known_to_fit(const Network *n, const Matrix *X, const Matrix *y) {
  return n->checked && X == n->X && y != NULL && y == n->y && n->checked_X == X->storage->version &&
         n->checked_y == y->storage->version;
}

void network_check_shapes(lua_State *L, const char *who, const Network *n, const Matrix *X, const Matrix *y) {
  const size_t n_in = mg_network_n_in(&n->net), n_out = mg_network_n_out(&n->net);
  if (X->m.ncols != n_in)
    fail(L, "%s: X has %d column%s, expected %d, one for each input unit%s", who, (int)X->m.ncols,
         X->m.ncols == 1 ? "" : "s", (int)n_in, n_in == 1 && X->m.nrows == 1 ? " (X.T would fit)" : "");
  if (y == NULL) return;
  if (y->m.nrows != X->m.nrows)
    fail(L, "%s: y has %d row%s, expected %d, one for each row of X%s", who, (int)y->m.nrows,
         y->m.nrows == 1 ? "" : "s", (int)X->m.nrows,
         y->m.nrows == n_out && y->m.ncols == X->m.nrows ? " (y.T would fit)" : "");
  if (y->m.ncols != n_out)
    fail(L, "%s: y has %d column%s, expected %d, one for each output unit", who, (int)y->m.ncols,
         y->m.ncols == 1 ? "" : "s", (int)n_out);
}

void network_check_data(lua_State *L, const char *who, Network *n, const Matrix *X, const Matrix *y) {
  if (known_to_fit(n, X, y)) return;
  network_check_shapes(L, who, n, X, y);
  check_numbers(L, who, n, "X", X);
  if (y == NULL) return;
  check_numbers(L, who, n, "y", y);
  check_targets(L, who, n, y);
  if (X != n->X || y != n->y) return;
  n->checked = true;
  n->checked_X = X->storage->version;
  n->checked_y = y->storage->version;
}

Matrix *network_apart(lua_State *L, int idx, const Network *n) {
  Matrix *m = matrix_check(L, idx);
  if (n->batch == NULL || m->storage != n->batch) return m;
  Matrix *copy = matrix_new(L, m->m.nrows, m->m.ncols);
  blocks_copy(L, &copy->m, &m->m);
  lua_replace(L, idx);
  return copy;
}

/* network_apart for the attached matrix m, which is user value keep of the network at index idx. Pushes the
   matrix that it returns. When m is NULL, pushes nil and returns NULL. */
static const Matrix *attached_apart(lua_State *L, int idx, int keep, const Network *n, const Matrix *m) {
  lua_getiuservalue(L, idx, keep);
  return m != NULL ? network_apart(L, lua_gettop(L), n) : NULL;
}

void network_ones(Network *n) {
  for (size_t l = 0; l < n->net.n_layers; l++) {
    mg_mat ones = mg_mat_cols(n->net.layer[l].in, 0, 1);
    mg_mat_fill(&ones, 1);
  }
}

void network_attach(lua_State *L, int idx, Network *n, const char *who, bool with_y) {
  idx = lua_absindex(L, idx);
  Matrix *X = n->X, *y = with_y ? n->y : NULL;
  if (X == NULL) fail(L, "%s: no data yet: set X = {{0, 0}, {0, 1}, ...} first", who);
  if (with_y && y == NULL) fail(L, "%s: no targets yet: set y = {0, 1, ...} first", who);
  bool new_X = n->staged_X != X || n->version_X != X->storage->version;
  bool new_y = with_y && (n->staged_y != y || n->version_y != y->storage->version);
  if (n->batch != NULL && n->version_batch != n->batch->version) { /* A[1] itself was written to */
    n->net.gathered = false;
    n->version_batch = n->batch->version;
    network_ones(n);
    n->staged++;
  }
  if (!new_X && !new_y) return;
  network_check_data(L, who, n, X, y);
  const int top = lua_gettop(L);
  const Matrix *from_X = attached_apart(L, idx, KEEP_X, n, X), *from_y = attached_apart(L, idx, KEEP_Y, n, y);
  network_room(L, idx, X->m.nrows, true);
  new_X |= n->net.rows == 0;
  network_touch(n, new_X ? TOUCH_BATCH : TOUCH_Y);
  n->staged++;
  Stopper s;
  run_begin(L, n, &s);
  const mg_status status =
      mg_network_stage(&n->net, new_X ? &from_X->m : NULL, y != NULL ? &from_y->m : NULL, X->m.nrows, NULL);
  if (y != NULL) n->net.targets = mg_targets_of(&from_y->m);
  run_end(n, &s, status);
  lua_settop(L, top);
  if (status == MG_STOPPED) fail(L, "%s: interrupted while copying X (THETA kept)", who);
  n->staged_X = X;
  n->version_X = X->storage->version;
  if (y != NULL) {
    n->staged_y = y;
    n->version_y = y->storage->version;
  }
}

void network_check_batch(lua_State *L, const char *who, const Network *n) {
  if (n->net.rows == 0) fail(L, "%s: no batch yet: call forward() first", who);
}

/* core.network_data(net): returns the attached X and y. core.network_data(net, "X"|"y", matrix): attaches
   matrix; nil detaches. */
static int network_data(lua_State *L) {
  static const char *const names[] = {"X", "y", NULL};
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  if (lua_isnone(L, 2)) {
    lua_getiuservalue(L, 1, KEEP_X);
    lua_getiuservalue(L, 1, KEEP_Y);
    return 2;
  }
  const bool is_y = luaL_checkoption(L, 2, NULL, names) == 1;
  network_idle(L, n);
  lua_settop(L, 3);
  Matrix *m = lua_isnil(L, 3) ? NULL : matrix_want(L, 3, is_y ? "y" : "X", is_y);
  *(is_y ? &n->y : &n->X) = m;
  n->checked = false;
  network_touch(n, TOUCH_SETTING);
  *(is_y ? &n->staged_y : &n->staged_X) = NULL;
  lua_setiuservalue(L, 1, is_y ? KEEP_Y : KEEP_X);
  return 0;
}

/* core.check_data(net, who, X, y): raises, in the name of the function who, when X and y do not fit net;
   returns the kind of targets y, a number of mg_targets (0: no classes). */
static int check_data(lua_State *L) {
  check_arity(L, 4);
  Network *n = network_check(L, 1);
  const char *who = luaL_checkstring(L, 2);
  const Matrix *X = matrix_check(L, 3), *y = matrix_check(L, 4);
  network_check_data(L, who, n, X, y);
  lua_pushinteger(L, mg_targets_of(&y->m));
  return 1;
}

static const luaL_Reg functions[] = {
    {"network_data", network_data}, {"check_data", check_data}, {NULL, NULL}};

void open_data(lua_State *L) { luaL_setfuncs(L, functions, 0); }
