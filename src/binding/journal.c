/* journal.c - for saved sessions: telling whether a network has changed, and restoring epochs and the state
   of generators exactly. */

#include "call.h"
#include "custom.h"

/* core.mark(net): returns a string that differs after every change of net, its THETA, X or y. */
static int mark(lua_State *L) {
  check_arity(L, 1);
  const Network *n = network_check(L, 1);
  lua_pushfstring(L, "%I %I %I %I %I %I", (LUAI_UACINT)n->net.epoch, (LUAI_UACINT)n->stepped,
                  (LUAI_UACINT)n->changed, (LUAI_UACINT)network_written(n),
                  n->X != NULL ? (LUAI_UACINT)n->X->storage->version : -1,
                  n->y != NULL ? (LUAI_UACINT)n->y->storage->version : -1);
  return 1;
}

/* core.version(m): returns a number that grows with every write from Lua to the storage of m. */
static int version(lua_State *L) {
  check_arity(L, 1);
  lua_pushinteger(L, (lua_Integer)matrix_check(L, 1)->storage->version);
  return 1;
}

/* core.set_epoch(net, epoch): sets the epoch of net. */
static int set_epoch(lua_State *L) {
  check_arity(L, 2);
  Network *n = network_check(L, 1);
  const lua_Integer epoch = check_whole(L, 2, "epoch", 0, LUA_MAXINTEGER);
  network_idle(L, n);
  n->net.epoch = (uint64_t)epoch;
  network_touch(n, TOUCH_SETTING);
  return 0;
}

/* core.own_rng(net): returns the private generator of net, or nil. */
static int own_rng(lua_State *L) {
  check_arity(L, 1);
  network_check(L, 1);
  lua_getiuservalue(L, 1, KEEP_RNG);
  return 1;
}

/* The state of a generator as bytes: its words, pos, has_normal and normal, in units of 32 bits. */
enum { WORDS = sizeof(((mg_rng *)0)->key) / sizeof(uint32_t), REST = 4, STATE = 4 * (WORDS + REST) };

static void put_word(char *s, uint32_t w) {
  for (int i = 0; i < 4; i++) s[i] = (char)(w >> (24 - 8 * i) & 0xff);
}

static uint32_t get_word(const char *s) {
  uint32_t w = 0;
  for (int i = 0; i < 4; i++) w = w << 8 | (unsigned char)s[i];
  return w;
}

/* core.rng_state(g): returns the state of generator g (nil: the shared one) as a string of bytes.
   core.rng_state(g, state): sets the state from such a string. */
static int rng_state(lua_State *L) {
  check_arity(L, 2);
  lua_settop(L, 2);
  mg_rng *g = rng_opt(L, 1);
  union {
    double number;
    uint64_t bits;
  } normal = {g->normal};
  if (lua_isnil(L, 2)) {
    char s[STATE];
    for (int i = 0; i < WORDS; i++) put_word(s + 4 * i, g->key[i]);
    const uint32_t rest[REST] = {(uint32_t)g->pos, g->has_normal, (uint32_t)(normal.bits >> 32),
                                 (uint32_t)normal.bits};
    for (int i = 0; i < REST; i++) put_word(s + 4 * (WORDS + i), rest[i]);
    lua_pushlstring(L, s, STATE);
    return 1;
  }
  size_t len;
  const char *s = luaL_checklstring(L, 2, &len);
  const uint32_t pos = len == STATE ? get_word(s + 4 * WORDS) : UINT32_MAX;
  if (pos > WORDS)
    return fail(L, "rng_state: expected a string of %d bytes that rng_state returned", (int)STATE);
  for (int i = 0; i < WORDS; i++) g->key[i] = get_word(s + 4 * i);
  g->pos = (int)pos;
  g->has_normal = get_word(s + 4 * (WORDS + 1)) != 0;
  normal.bits = (uint64_t)get_word(s + 4 * (WORDS + 2)) << 32 | get_word(s + 4 * (WORDS + 3));
  g->normal = normal.number;
  return 0;
}

static const luaL_Reg functions[] = {{"mark", mark},       {"version", version},     {"set_epoch", set_epoch},
                                     {"own_rng", own_rng}, {"rng_state", rng_state}, {NULL, NULL}};

void open_journal(lua_State *L) { luaL_setfuncs(L, functions, 0); }
