/* files.c - files that are read (sources) and files that are written whole (saves), for moongrad's Lua. */

#include <stdarg.h>
#include <string.h>

#include "../files/save.h"
#include "files.h"

#define SAVE "moongrad.save" /* metatable name; user value 1 is the file's name */

#define MOST_READ (1 << 24) /* bytes that source:read takes at a time */

/* --- sources ----------------------------------------------------------------------------- */

mg_source *source_check(lua_State *L, int idx) {
  mg_source *s = luaL_testudata(L, idx, SOURCE);
  if (s == NULL) arg_error(L, idx, "a source");
  if (s->data == NULL && s->fd < 0) fail(L, "the file is closed");
  return s;
}

int source_failed(lua_State *L, int idx, const char *format, ...) {
  va_list args;
  idx = lua_absindex(L, idx);
  lua_pushnil(L);
  lua_getiuservalue(L, idx, 1);
  lua_pushliteral(L, ": ");
  va_start(args, format);
  lua_pushvfstring(L, format, args);
  va_end(args);
  lua_concat(L, 3);
  return 2;
}

/* core.source(path): opens a regular file for reading, or returns nil and a message. */
static int source_new(lua_State *L) {
  check_arity(L, 1);
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n);
  mg_source *s = lua_newuserdatauv(L, sizeof *s, 1);
  *s = (mg_source){.fd = -1};
  luaL_setmetatable(L, SOURCE);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 2, 1);
  if (strlen(path) != n) return source_failed(L, 2, "the name has a NUL byte");
  if (!mg_source_open(s, path)) return source_failed(L, 2, "%s", s->why);
  return 1;
}

/* core.source_of(text, name): a source of the bytes of a text; name is for messages. */
static int source_of(lua_State *L) {
  check_arity(L, 2);
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  luaL_checkstring(L, 2);
  mg_source *s = lua_newuserdatauv(L, sizeof *s, 1);
  *s = (mg_source){.fd = -1};
  luaL_setmetatable(L, SOURCE);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 3, 1);
  if (!mg_source_of(s, text, n)) return source_failed(L, 3, "%s", s->why);
  return 1;
}

static int source_close(lua_State *L) {
  mg_source *s = luaL_checkudata(L, 1, SOURCE);
  mg_source_close(s);
  return 0;
}

/* source:peek(n): up to n of the bytes that follow, which stay. */
static int source_peek(lua_State *L) {
  mg_source *s = source_check(L, 1);
  const size_t want = (size_t)check_whole(L, 2, "n", 0, MOST_READ), n = mg_source_fill(s, want);
  if (s->why[0] != '\0') return source_failed(L, 1, "%s", s->why);
  lua_pushlstring(L, n > 0 ? (const char *)s->data + s->from : "", n < want ? n : want);
  return 1;
}

/* source:read(n): the n bytes that follow, fewer at the end of the file; or nil and a message. */
static int source_read(lua_State *L) {
  mg_source *s = source_check(L, 1);
  const int results = source_peek(L);
  if (results == 1) mg_source_take(s, lua_rawlen(L, -1));
  return results;
}

/* source:decode(decoder, limit): what follows is unpacked by a part's decoder, up to limit bytes. */
static int source_decode(lua_State *L) {
  mg_source *s = source_check(L, 1);
  luaL_checktype(L, 2, LUA_TLIGHTUSERDATA);
  const double limit = check_finite(L, 3, "limit");
  if (limit < 1) return fail(L, "limit: expected a number of bytes from 1");
  s->limit = limit < 9e15 ? (uint64_t)limit : UINT64_MAX;
  if (s->decoder != NULL) return fail(L, "the source is decoded already");
  if (!mg_source_decode(s, lua_touserdata(L, 2))) return source_failed(L, 1, "%s", s->why);
  lua_pushboolean(L, 1);
  return 1;
}

/* source:rewind(): begins anew. */
static int source_rewind(lua_State *L) {
  mg_source *s = source_check(L, 1);
  if (!mg_source_rewind(s)) return source_failed(L, 1, "%s", s->why);
  lua_pushboolean(L, 1);
  return 1;
}

/* source:place(): the bytes that were taken, those of the file, and whether they are decoded. */
static int source_place(lua_State *L) {
  const mg_source *s = source_check(L, 1);
  lua_pushinteger(L, (lua_Integer)s->at);
  lua_pushinteger(L, (lua_Integer)s->size);
  lua_pushboolean(L, s->decoder != NULL);
  return 3;
}

/* --- saves ---------------------------------------------------------------------------------- */

static int save_failed(lua_State *L, const mg_save *s) {
  lua_pushnil(L);
  lua_getiuservalue(L, 1, 1);
  lua_pushfstring(L, "%s: %s", lua_tostring(L, -1), s->why);
  lua_remove(L, -2);
  return 2;
}

/* core.save(path): begins to write a file, or returns nil and a message. */
static int save_new(lua_State *L) {
  check_arity(L, 1);
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n);
  mg_save *s = lua_newuserdatauv(L, sizeof *s, 1);
  *s = (mg_save){.fd = -1};
  luaL_setmetatable(L, SAVE);
  lua_insert(L, 1);
  lua_setiuservalue(L, 1, 1);
  if (strlen(path) != n || n == 0) {
    strcpy(s->why, n == 0 ? "the name is empty" : "the name has a NUL byte");
    return save_failed(L, s);
  }
  return mg_save_begin(s, path) ? 1 : save_failed(L, s);
}

static mg_save *check_save(lua_State *L) {
  mg_save *s = luaL_checkudata(L, 1, SAVE);
  if (s->fd < 0) fail(L, "the file is closed");
  return s;
}

/* save:write(text): true, or nil and a message. */
static int save_write(lua_State *L) {
  mg_save *s = check_save(L);
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  if (!mg_save_write(s, text, n)) return save_failed(L, s);
  lua_pushboolean(L, 1);
  return 1;
}

/* save:finish(): gives the file its name: true, or nil and a message; the old file is then as it was. */
static int save_finish(lua_State *L) {
  mg_save *s = check_save(L);
  if (!mg_save_finish(s)) return save_failed(L, s);
  lua_pushboolean(L, 1);
  return 1;
}

static int save_cancel(lua_State *L) {
  mg_save_cancel(luaL_checkudata(L, 1, SAVE));
  return 0;
}

static void new_class(lua_State *L, const char *class, const char *name, const luaL_Reg *methods,
                      lua_CFunction end) {
  class_new(L, class, name);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, end);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, end);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
}

void open_files(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"source", source_new}, {"source_of", source_of}, {"save", save_new}, {NULL, NULL}};
  static const luaL_Reg of_source[] = {{"peek", source_peek},
                                       {"read", source_read},
                                       {"decode", source_decode},
                                       {"rewind", source_rewind},
                                       {"place", source_place},
                                       {"close", source_close},
                                       {NULL, NULL}};
  static const luaL_Reg of_save[] = {
      {"write", save_write}, {"finish", save_finish}, {"cancel", save_cancel}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  new_class(L, SOURCE, "source", of_source, source_close);
  new_class(L, SAVE, "save", of_save, save_cancel);
}
