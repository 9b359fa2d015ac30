/* past.c - what undo and seek need from the binding: images of a network, and noting what happens to it.

   The past itself is kept by lua/moongrad/past. Before a change happens, its function, set by core.set_past,
   is called; this is telling. Calls of step that repeat the one before are only counted here, which costs
   some ns. */

#include <string.h>

#include "../engine/batch.h"
#include "arrays.h"
#include "call.h"
#include "guard.h"
#include "network.h"

#define PAST  "moongrad.past"  /* registry key: the function that is told of changes */
#define IMAGE "moongrad.image" /* metatable name */

/* --- telling --------------------------------------------------------------------------- */

/* core.set_past(f): f(net, what, ...) is called before changes. */
static int set_past(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_setfield(L, LUA_REGISTRYINDEX, PAST);
  return 0;
}

/* Calls the function below its nargs arguments on the stack, without hooks, as it must not be stopped half
   way. When it fails, the past of the network at index net is lost, and there are no results. */
static void note(lua_State *L, int net, int nargs, int nresults) {
  Noted *p = &((Network *)lua_touserdata(L, net))->noted;
  if (call_unhooked(L, nargs, nresults) == LUA_OK) return;
  lua_setiuservalue(L, net, KEEP_LOST); /* the message */
  p->lost = true;
  p->n = PAST_NONE;
  p->times = 0;
}

/* core.noting(net, f, ...): calls f(...), which notes something about net, and returns its results. When f
   fails, the past of net is lost, and no error is raised. */
static int noting(lua_State *L) {
  network_check(L, 1);
  luaL_checkany(L, 2);
  note(L, 1, lua_gettop(L) - 2, LUA_MULTRET);
  return lua_gettop(L) - 1;
}

/* core.past_lost(net): returns the message why the past of net was lost, or nothing when it was not.
   core.past_lost(net, false): a new past begins. */
static int past_lost(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  lua_settop(L, 2);
  if (!lua_isnil(L, 2)) {
    n->noted.lost = false;
    lua_pushnil(L);
    lua_setiuservalue(L, 1, KEEP_LOST);
  }
  if (!n->noted.lost) return 0;
  lua_getiuservalue(L, 1, KEEP_LOST);
  return 1;
}

/* Calls the function set by core.set_past with these arguments: the network, what, and more. Texts come as
   light userdata, which are replaced by strings here. */
static int tell_protected(lua_State *L) {
  const int n = lua_gettop(L);
  for (int i = 2; i <= n; i++)
    if (lua_islightuserdata(L, i)) {
      lua_pushstring(L, lua_touserdata(L, i));
      lua_replace(L, i);
    }
  lua_getfield(L, LUA_REGISTRYINDEX, PAST);
  lua_insert(L, 1);
  lua_call(L, n, 0);
  return 0;
}

/* Pushes a literal as a light userdata, which needs no memory. */
static void push_text(lua_State *L, const char *text) { lua_pushlightuserdata(L, (void *)(uintptr_t)text); }

/* Begins a call of tell: pushes the function and the first two arguments, the network at index 1 and what, a
   literal. */
static void push_telling(lua_State *L, const char *what) {
  lua_pushcfunction(L, tell_protected);
  lua_pushvalue(L, 1);
  push_text(L, what);
}

/* Ends it: nargs more arguments have been pushed. */
static void tell(lua_State *L, int nargs) { note(L, 1, 2 + nargs, 0); }

static uint64_t version(const Matrix *m) { return m->storage->version; }

void past_before(lua_State *L, const char *what) {
  const Network *n = network_check(L, 1);
  network_unwatched(L, n);
  if (!n->noted.on) return;
  push_telling(L, "change");
  push_text(L, what);
  tell(L, 1);
}

void past_note(lua_State *L, Network *n) {
  if (!n->noted.on) return;
  push_telling(L, "note");
  tell(L, 0);
}

void past_before_step(lua_State *L, Network *n, lua_Integer count) {
  network_unwatched(L, n);
  if (!n->noted.on || count == 0) return;
  push_telling(L, "step");
  lua_pushinteger(L, count);
  tell(L, 1);
  n->noted.n = n->noted.lost ? PAST_NONE : count;
}

void past_short_step(lua_State *L, Network *n, const mg_run *run) {
  if (!n->noted.on || n->noted.n == PAST_NONE) return;
  n->noted.n = PAST_NONE;
  push_telling(L, "short");
  lua_pushinteger(L, (lua_Integer)run->done);
  tell(L, 1);
}

/* Four numbers that differ for different states of a generator, almost always. */
static void fingerprint(const mg_rng *g, uint32_t mark[4]) {
  mark[0] = (uint32_t)g->pos << 1 | g->has_normal;
  mark[1] = g->key[0];
  mark[2] = g->key[1];
  mark[3] = g->key[623];
}

void past_before_epoch(lua_State *L, Network *n, size_t batch, const mg_rng *g) {
  Noted *p = &n->noted;
  network_unwatched(L, n);
  if (!p->on) return;
  const Matrix *X = matrix_check(L, 2), *y = matrix_check(L, 3);
  uint32_t mark[4] = {0};
  if (g != NULL) fingerprint(g, mark);
  if (p->n == PAST_EPOCHS && past_is_noted(n) && p->of_X == X && p->of_y == y && p->version_X == version(X) &&
      p->version_y == version(y) && p->rows == batch && p->shuffle == lua_toboolean(L, 5) &&
      p->how == lua_topointer(L, 8) && memcmp(mark, p->rng, sizeof mark) == 0)
    return;
  push_telling(L, "epoch");
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_pushinteger(L, (lua_Integer)batch);
  lua_pushvalue(L, 5);
  lua_pushvalue(L, 8);
  tell(L, 5);
  p->n = p->lost ? PAST_NONE : PAST_EPOCHS;
  p->of_X = X;
  p->of_y = y;
  p->version_X = version(X);
  p->version_y = version(y);
  p->rows = batch;
  p->shuffle = lua_toboolean(L, 5);
  p->how = lua_topointer(L, 8);
}

void past_after_epoch(Network *n, const mg_rng *g, bool ok, double seconds) {
  Noted *p = &n->noted;
  if (ok && p->on && p->n != PAST_NONE) {
    p->seconds += seconds;
    p->times++;
    if (g != NULL) fingerprint(g, p->rng);
  } else {
    if (!ok) network_touch(n, TOUCH_SETTING); /* the results of passes are lost */
    p->n = PAST_NONE;
  }
}

/* --- what Lua asks ------------------------------------------------------------------------- */

/* core.past_on(net, on): turns the past of net on or off. */
static int past_on(lua_State *L) {
  check_arity(L, 2);
  Noted *p = &network_check(L, 1)->noted;
  p->on = lua_toboolean(L, 2);
  p->n = PAST_NONE;
  p->times = 0;
  return 0;
}

/* core.past_counted(net): returns the number of calls counted since it was last called, and the seconds that
   they took. The count ends: the next call of step is told again. */
static int past_counted(lua_State *L) {
  check_arity(L, 1);
  Noted *p = &network_check(L, 1)->noted;
  lua_pushinteger(L, (lua_Integer)p->times);
  lua_pushnumber(L, p->seconds);
  p->times = 0;
  p->seconds = 0;
  p->n = PAST_NONE;
  return 2;
}

void past_known(Network *n) {
  Noted *p = &n->noted;
  p->changed = n->changed;
  p->moved = n->moved;
  p->written = network_written(n);
  p->staged = n->staged;
  p->batch = n->batch;
  p->version_batch = n->batch != NULL ? n->batch->version : 0;
  p->n = PAST_NONE;
  p->times = 0;
}

/* core.past_changes(net): returns three booleans and a number. Have settings changed since the last call?
   THETA or its kin? Has Lua written to the batch? How often has X been copied into the batch so far? */
static int past_changes(lua_State *L) {
  check_arity(L, 1);
  Network *n = network_check(L, 1);
  Noted *p = &n->noted;
  lua_pushboolean(L, p->changed != n->changed);
  lua_pushboolean(L, p->moved != n->moved || p->written != network_written(n));
  lua_pushboolean(L, n->batch != NULL && n->batch->version > (p->batch == n->batch ? p->version_batch : 0));
  lua_pushinteger(L, (lua_Integer)n->staged);
  past_known(n);
  return 4;
}

/* --- images ----------------------------------------------------------------------------------- */

struct Image {
  uint64_t shape;  /* network_shape of the network it was taken of */
  size_t n_arrays; /* bytes of the flat arrays */
  size_t n_batch;  /* bytes of the batch; 0 when the image is not whole */
  bool whole;      /* does it hold the results of passes, and not only THETA and the optimiser's states? */
  uint64_t epoch, t;
  size_t capacity, rows;
  mg_made made;
  bool updated, dropped;
  mg_targets targets;
  double sum, j;
  bool has_rng; /* has the network a private generator? */
};              /* in memory there follow: the generator, the flat arrays, the batch */

static size_t array_bytes(const mg_network *net, bool whole) {
  return mg_arrays_bytes(net, whole ? MG_WHOLE : MG_NEEDED);
}

static size_t batch_bytes(const mg_network *net) {
  return net->capacity > 0 ? mg_batch_bytes(net, net->capacity) : 0;
}

/* core.image_sizes(net): returns the bytes of an image "theta" and of one "whole". */
static int image_sizes(lua_State *L) {
  check_arity(L, 1);
  const mg_network *net = &network_check(L, 1)->net;
  lua_getiuservalue(L, 1, KEEP_RNG);
  const size_t head = sizeof(Image) + (lua_isnil(L, -1) ? 0 : sizeof(mg_rng));
  lua_pushinteger(L, (lua_Integer)(head + array_bytes(net, false)));
  lua_pushinteger(L, (lua_Integer)(head + array_bytes(net, true) + batch_bytes(net)));
  return 2;
}

void image_push(lua_State *L, Network *n, const char *name) {
  const mg_network *net = &n->net;
  const int how = *name == 'w' ? 0 : *name == 't' ? 1 : 2;
  const bool whole = how == 0;
  const size_t arrays = array_bytes(net, whole), batch = whole ? batch_bytes(net) : 0;
  lua_getiuservalue(L, 1, KEEP_RNG);
  const mg_rng *own = lua_touserdata(L, -1);
  const size_t rng = own != NULL ? sizeof *own : 0;
  Image *m = memory_new(L, sizeof *m + rng + arrays + batch, "an image for undo");
  *m = (Image){.shape = network_shape(net),
               .n_arrays = arrays,
               .n_batch = batch,
               .whole = whole,
               .epoch = net->epoch - (how == 2),
               .t = net->t - (how == 2),
               .capacity = net->capacity,
               .rows = net->rows,
               .made = net->made,
               .updated = net->updated,
               .dropped = net->dropped,
               .targets = net->targets,
               .sum = net->sum,
               .j = net->j,
               .has_rng = own != NULL};
  luaL_setmetatable(L, IMAGE);
  char *at = (char *)(m + 1);
  if (own != NULL) memcpy(at, own, rng);
  at += rng;
  arrays_take(L, net, whole ? MG_WHOLE : MG_NEEDED, at);
  lua_replace(L, -2); /* removes the generator below the image */
  if (how == 2) mg_arrays_before(net, at);
  if (batch > 0) blocks_memory(L, at + arrays, storage_data(n->batch), batch);
}

/* core.image(net, how): returns an image of net (image_push): "whole", "theta", or "before", which is THETA
   before the last update. */
static int image(lua_State *L) {
  static const char *const hows[] = {"whole", "theta", "before", NULL};
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  const int how = luaL_checkoption(L, 2, NULL, hows);
  if (how == 2 && !(n->net.updated && n->net.epoch > 0)) return fail(L, "image: there has been no update");
  image_push(L, n, hows[how]);
  return 1;
}

/* Restores the batch of the network at index 1 from a whole image, whose numbers of the batch begin at at. */
static void put_batch(lua_State *L, Network *n, const Image *m, const char *at) {
  network_room(L, 1, m->capacity, true);
  memcpy(storage_data(n->batch), at, m->n_batch);
  mg_network_stage(&n->net, NULL, NULL, m->rows, NULL); /* sets only the number of rows */
  n->net.made = m->made;
}

void image_put(lua_State *L, Network *n, const Image *m, bool alive) {
  mg_network *net = &n->net;
  const char *at = (const char *)(m + 1) + (m->has_rng ? sizeof(mg_rng) : 0);
  if (m->whole && m->n_batch > 0)
    put_batch(L, n, m, at + m->n_arrays); /* raises before anything has changed */
  network_touch(n, TOUCH_SETTING | TOUCH_PASS | TOUCH_BATCH);
  mg_arrays_put(net, m->whole ? MG_WHOLE : MG_NEEDED, at);
  if (m->whole) {
    net->targets = m->targets;
    net->dropped = m->dropped;
    net->sum = m->sum;
    net->j = m->j;
  }
  if (m->whole || !alive || m->made == MG_NOTHING) {
    net->made = m->whole && m->n_batch > 0 ? m->made : MG_NOTHING;
    net->updated = m->whole && m->updated;
  }
  net->epoch = m->epoch;
  net->t = m->t;
  lua_getiuservalue(L, 1, KEEP_RNG);
  mg_rng *own = lua_touserdata(L, -1);
  if (m->has_rng && own != NULL) memcpy(own, m + 1, sizeof *own);
  lua_pop(L, 1);
}

/* core.put_image(net, image, alive): restores the numbers of net from an image (image_put), but not settings
   and data. The image may be of another network with the same layers, biases and precision. */
static int put_image(lua_State *L) {
  check_arity(L, 3);
  Network *n = network_check(L, 1);
  const Image *m = luaL_checkudata(L, 2, IMAGE);
  network_idle(L, n);
  if (m->shape != network_shape(&n->net))
    return fail(L, "put_image: the image is of a network with other layers, precision or optimizer");
  image_put(L, n, m, lua_toboolean(L, 3));
  return 0;
}

static const luaL_Reg functions[] = {{"noting", noting},
                                     {"past_lost", past_lost},
                                     {"set_past", set_past},
                                     {"past_on", past_on},
                                     {"past_counted", past_counted},
                                     {"past_changes", past_changes},
                                     {"image_sizes", image_sizes},
                                     {"image", image},
                                     {"put_image", put_image},
                                     {NULL, NULL}};

void open_past(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, IMAGE, "image");
  lua_pop(L, 1);
}
