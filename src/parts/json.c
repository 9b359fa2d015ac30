/* json.c - the part moongrad.parts.json: strict JSON by jansson: no duplicate keys, UTF-8 checked, depth bounded. */

#include <stdlib.h>

#include <jansson.h>
#include <lauxlib.h>
#include <lua.h>

/* Pushes a value. The caller holds it. */
static void push(lua_State *L, json_t *v) {
  luaL_checkstack(L, 8, "JSON is nested too deeply");
  const char *key;
  json_t *item;
  size_t i;
  switch (json_typeof(v)) {
  case JSON_OBJECT:
    lua_newtable(L);
    json_object_foreach(v, key, item) {
      lua_pushstring(L, key);
      push(L, item);
      lua_rawset(L, -3);
    }
    break;
  case JSON_ARRAY:
    lua_newtable(L);
    json_array_foreach(v, i, item) {
      push(L, item);
      lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    break;
  case JSON_STRING: lua_pushlstring(L, json_string_value(v), json_string_length(v)); break;
  case JSON_INTEGER: lua_pushinteger(L, (lua_Integer)json_integer_value(v)); break;
  case JSON_REAL: lua_pushnumber(L, json_real_value(v)); break;
  case JSON_NULL: lua_pushlightuserdata(L, NULL); break;
  default: lua_pushboolean(L, json_is_true(v));
  }
}

/* push, for a protected call: the value is the light userdata at index 1. */
static int push_protected(lua_State *L) {
  push(L, lua_touserdata(L, 1));
  return 1;
}

/* json.decode(text): the value: objects and arrays are tables, null is json.null; or nil and a message with its place. */
static int decode(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  json_error_t error;
  json_t *v = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
  if (v == NULL) {
    lua_pushnil(L);
    lua_pushfstring(L, "%s, at byte %d", error.text, error.position);
    return 2;
  }
  lua_pushcfunction(L, push_protected);
  lua_pushlightuserdata(L, v);
  const int status = lua_pcall(L, 1, 1, 0);
  json_decref(v);
  return status == LUA_OK ? 1 : lua_error(L);
}

/* json.quote(text): the text as a JSON string; or nil when it is no UTF-8. */
static int quote(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  json_t *v = json_stringn(text, n);
  char *quoted = v != NULL ? json_dumps(v, JSON_ENCODE_ANY) : NULL;
  json_decref(v);
  lua_pushstring(L, quoted); /* nil for NULL */
  free(quoted);
  return 1;
}

__attribute__((visibility("default"))) int luaopen_moongrad_parts_json(lua_State *L);

int luaopen_moongrad_parts_json(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", decode}, {"quote", quote}, {NULL, NULL}};
  luaL_newlib(L, functions);
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  lua_pushliteral(L, MG_VERSION);
  lua_setfield(L, -2, "version");
  return 1;
}
