/* gzip.c - the part moongrad.parts.gzip: unpacks and packs gzip files (RFC 1952) by zlib. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <zlib.h>

#include "../files/source.h"

/* --- unpacking ------------------------------------------------------------------------------ */

typedef struct State {
  z_stream z;
  bool inside; /* has a member begun that has not ended? */
  bool any;    /* has a member ended? */
} State;

static void *begin(void) {
  State *s = calloc(1, sizeof *s);
  if (s != NULL && inflateInit2(&s->z, 16 + MAX_WBITS) != Z_OK) { /* 16: gzip */
    free(s);
    s = NULL;
  }
  return s;
}

static void end(void *state) {
  State *s = state;
  if (s == NULL) return;
  inflateEnd(&s->z);
  free(s);
}

static ptrdiff_t decode(void *state, const unsigned char *in, size_t *n_in, bool last, unsigned char *out,
                        size_t n_out, const char **why) {
  State *s = state;
  const size_t given = *n_in;
  *n_in = 0;
  if (given == 0) {
    if (!s->inside) return 0;
    *why = "it is cut short: the gzip data do not end";
    return -(ptrdiff_t)last;
  }
  if (!s->inside && s->any && (in[0] != 0x1f || (given > 1 && in[1] != 0x8b))) {
    *why = "bytes follow the gzip data that are none";
    return -1;
  }
  s->inside = true;
  s->z.next_in = (unsigned char *)(size_t)in; /* zlib does not write there */
  s->z.avail_in = given < 1u << 30 ? (uInt)given : 1u << 30;
  s->z.next_out = out;
  s->z.avail_out = n_out < 1u << 30 ? (uInt)n_out : 1u << 30;
  const uInt in_before = s->z.avail_in, out_before = s->z.avail_out;
  const int status = inflate(&s->z, Z_NO_FLUSH);
  *n_in = in_before - s->z.avail_in;
  if (status == Z_STREAM_END) {
    s->inside = false;
    s->any = true;
    inflateReset(&s->z);
  } else if (status != Z_OK && status != Z_BUF_ERROR) {
    *why = status == Z_MEM_ERROR ? "not enough memory" : "the gzip data are damaged";
    return -1;
  }
  return (ptrdiff_t)(out_before - s->z.avail_out);
}

static const mg_decoder decoder = {begin, end, decode};

/* --- packing ---------------------------------------------------------------------------------- */

#define PACKER "moongrad.packer" /* metatable name */

static int packer_gc(lua_State *L) {
  z_stream *z = luaL_checkudata(L, 1, PACKER);
  deflateEnd(z);
  return 0;
}

/* gzip.packer(): packs texts: packer:add(text[, true]) returns what is ready; true: text is the last one. */
static int packer_new(lua_State *L) {
  z_stream *z = lua_newuserdatauv(L, sizeof *z, 0);
  memset(z, 0, sizeof *z);
  if (deflateInit2(z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return luaL_error(L, "gzip: not enough memory");
  luaL_setmetatable(L, PACKER);
  return 1;
}

static int packer_add(lua_State *L) {
  z_stream *z = luaL_checkudata(L, 1, PACKER);
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  const int flush = lua_toboolean(L, 3) ? Z_FINISH : Z_NO_FLUSH;
  luaL_argcheck(L, n < 1u << 30, 2, "too long");
  z->next_in = (unsigned char *)(size_t)text;
  z->avail_in = (uInt)n;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  do {
    z->next_out = (unsigned char *)luaL_prepbuffer(&b);
    z->avail_out = LUAL_BUFFERSIZE;
    deflate(z, flush);
    luaL_addsize(&b, LUAL_BUFFERSIZE - z->avail_out);
  } while (z->avail_out == 0);
  luaL_pushresult(&b);
  return 1;
}

__attribute__((visibility("default"))) int luaopen_moongrad_parts_gzip(lua_State *L);

int luaopen_moongrad_parts_gzip(lua_State *L) {
  luaL_newmetatable(L, PACKER);
  lua_pushcfunction(L, packer_gc);
  lua_setfield(L, -2, "__gc");
  lua_newtable(L);
  lua_pushcfunction(L, packer_add);
  lua_setfield(L, -2, "add");
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushlightuserdata(L, (void *)(size_t)&decoder);
  lua_setfield(L, -2, "decoder");
  lua_pushcfunction(L, packer_new);
  lua_setfield(L, -2, "packer");
  lua_pushliteral(L, MG_VERSION);
  lua_setfield(L, -2, "version");
  return 1;
}
