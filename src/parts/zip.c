/* zip.c - the part moongrad.parts.zip: reads and makes zip archives by libzip. */

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <zip.h>

#define ARCHIVE "moongrad.archive" /* metatable name */

/* nil, and what libzip says. */
static int failed(lua_State *L, int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  lua_pushnil(L);
  lua_pushstring(L, zip_error_strerror(&error));
  zip_error_fini(&error);
  return 2;
}

static int archive_close(lua_State *L) {
  zip_t **z = luaL_checkudata(L, 1, ARCHIVE);
  if (*z != NULL) zip_discard(*z);
  *z = NULL;
  return 0;
}

static zip_t *check(lua_State *L) {
  zip_t *z = *(zip_t **)luaL_checkudata(L, 1, ARCHIVE);
  if (z == NULL) luaL_error(L, "the archive is closed");
  return z;
}

/* zip.open(path): an archive, for a variable <close>; or nil and a message. */
static int archive_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  zip_t **z = lua_newuserdatauv(L, sizeof *z, 0);
  *z = NULL;
  luaL_setmetatable(L, ARCHIVE);
  int code = 0;
  *z = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
  return *z != NULL ? 1 : failed(L, code);
}

/* archive:list(): {name =, size =, packed =} for each file in it: bytes when unpacked, and in the archive. */
static int archive_list(lua_State *L) {
  zip_t *z = check(L);
  lua_newtable(L);
  const zip_int64_t n = zip_get_num_entries(z, 0);
  for (zip_int64_t i = 0; i < n; i++) {
    zip_stat_t st;
    if (zip_stat_index(z, (zip_uint64_t)i, 0, &st) != 0) continue;
    lua_createtable(L, 0, 4);
    lua_pushstring(L, st.name != NULL ? st.name : "");
    lua_setfield(L, -2, "name");
    lua_pushinteger(L, (lua_Integer)st.size);
    lua_setfield(L, -2, "size");
    lua_pushinteger(L, (lua_Integer)st.comp_size);
    lua_setfield(L, -2, "packed");
    lua_pushinteger(L, (lua_Integer)i);
    lua_setfield(L, -2, "index");
    lua_rawseti(L, 2, (lua_Integer)lua_rawlen(L, 2) + 1);
  }
  return 1;
}

/* archive:read(index, most): the text of a file, most bytes of it at most; or nil and a message. Its checksum is
   checked when it is read to its end. */
static int archive_read(lua_State *L) {
  zip_t *z = check(L);
  const zip_uint64_t index = (zip_uint64_t)luaL_checkinteger(L, 2);
  const lua_Integer most = luaL_checkinteger(L, 3);
  lua_settop(L, 3);
  luaL_Buffer b;
  char *piece = lua_newuserdatauv(L, 65536, 0);
  luaL_buffinit(L, &b);
  zip_file_t *f = zip_fopen_index(z, index, 0);
  if (f == NULL) {
    lua_pushnil(L);
    lua_pushstring(L, zip_strerror(z));
    return 2;
  }
  zip_int64_t got = 0;
  lua_Integer left = most + 1; /* one more: so the checksum is looked at, and too much is seen */
  while (left > 0 && (got = zip_fread(f, piece, left < 65536 ? (zip_uint64_t)left : 65536)) > 0) {
    luaL_addlstring(
        &b, piece,
        (size_t)got); /* may raise for want of memory: f is then lost until the archive is closed */
    left -= got;
  }
  char why[120] = "";
  if (got < 0) strncpy(why, zip_file_strerror(f), sizeof why - 1);
  zip_fclose(f);
  luaL_pushresult(&b);
  if (got >= 0 && left > 0) return 1;
  lua_pushnil(L);
  lua_pushstring(L, got < 0 ? why : "it is larger than the archive says");
  return 2;
}

/* Adds the list at index 1 to the archive. False on an error. */
static int add_all(lua_State *L, zip_t *z) {
  for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, 1); i++) {
    size_t n;
    lua_rawgeti(L, 1, i);
    lua_getfield(L, -1, "text");
    lua_getfield(L, -2, "name");
    const char *text = lua_tolstring(L, -2, &n), *name = lua_tostring(L, -1);
    zip_source_t *s = zip_source_buffer(z, text, n, 0); /* the list keeps the text */
    if (s == NULL) return 0;
    const zip_int64_t at = zip_file_add(z, name, s, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
      zip_source_free(s);
      return 0;
    }
    zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0);
    zip_file_set_mtime(z, (zip_uint64_t)at, 315532800, 0); /* 1980: the same bytes each time */
    lua_pop(L, 3);
  }
  return 1;
}

/* Pushes the bytes of a source that an archive was written to. */
static int push_bytes(lua_State *L, zip_source_t *source) {
  zip_stat_t st;
  if (zip_source_stat(source, &st) != 0 || zip_source_open(source) != 0) return 0;
  char *bytes = malloc(st.size > 0 ? (size_t)st.size : 1);
  const zip_int64_t n = bytes != NULL ? zip_source_read(source, bytes, st.size) : -1;
  zip_source_close(source);
  if (n >= 0) lua_pushlstring(L, bytes, (size_t)n);
  free(bytes);
  return n >= 0;
}

/* zip.pack{{name =, text =}, ...}: the bytes of an archive of these files, not compressed; or nil and a message. */
static int pack(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
  zip_t *z = source != NULL ? zip_open_from_source(source, ZIP_TRUNCATE, &error) : NULL;
  int ok = z != NULL;
  if (ok) {
    zip_source_keep(source);
    ok = add_all(L, z) && zip_close(z) == 0;
    if (!ok) zip_discard(z);
    ok = ok && push_bytes(L, source);
  }
  if (source != NULL) zip_source_free(source);
  zip_error_fini(&error);
  if (ok) return 1;
  lua_pushnil(L);
  lua_pushliteral(L, "the archive cannot be made: not enough memory");
  return 2;
}

__attribute__((visibility("default"))) int luaopen_moongrad_parts_zip(lua_State *L);

int luaopen_moongrad_parts_zip(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"list", archive_list}, {"read", archive_read}, {"close", archive_close}, {NULL, NULL}};
  luaL_newmetatable(L, ARCHIVE);
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, archive_close);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, archive_close);
  lua_setfield(L, -2, "__close");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
  static const luaL_Reg functions[] = {{"open", archive_open}, {"pack", pack}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_pushliteral(L, MG_VERSION);
  lua_setfield(L, -2, "version");
  return 1;
}
