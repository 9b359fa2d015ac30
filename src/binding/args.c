/* args.c - checking arguments, and the parts of error messages about them. */

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "binding.h"

#define FOLDER "moongrad.folder" /* registry key: the folder of moongrad's own Lua files, as in sources */

/* Pushes "file:line: " of the innermost Lua call that is not in moongrad's own files, or "". */
static void push_where(lua_State *L) {
  lua_Debug ar;
  const char *folder = lua_getfield(L, LUA_REGISTRYINDEX, FOLDER) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  const size_t length = folder != NULL ? strlen(folder) : 0;
  for (int level = 0; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline <= 0 || (length > 0 && strncmp(ar.source, folder, length) == 0)) continue;
    lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  lua_pushliteral(L, "");
}

int fail(lua_State *L, const char *format, ...) {
  va_list values;
  push_where(L);
  va_start(values, format);
  lua_pushvfstring(L, format, values);
  va_end(values);
  lua_concat(L, 2);
  return lua_error(L);
}

/* core.raise(message): raises message with the position of the user's own code. */
static int core_raise(lua_State *L) {
  check_arity(L, 1);
  return fail(L, "%s", luaL_checkstring(L, 1));
}

/* core.kind(v): returns the kind of v for messages: "a table", "a matrix", "nil". */
static int core_kind(lua_State *L) {
  check_arity(L, 1);
  luaL_checkany(L, 1);
  push_kind(L, 1);
  return 1;
}

/* core.object(metatable): returns a new value with this metatable, all of whose behaviour its metamethods are. It is
   no table: next and encoders, which would find an empty one, refuse it. */
static int core_object(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_newuserdatauv(L, 0, 0);
  lua_pushvalue(L, 1);
  lua_setmetatable(L, -2);
  return 1;
}

/* core.set_folder(folder): files whose source begins with folder count as moongrad's own. */
static int core_set_folder(lua_State *L) {
  check_arity(L, 1);
  luaL_checkstring(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, FOLDER);
  return 0;
}

const char *push_number(lua_State *L, double x) {
  if (isnan(x)) return lua_pushliteral(L, "NaN");
  if (isinf(x)) return lua_pushstring(L, x > 0 ? "Inf" : "-Inf");
  if (x == floor(x) && fabs(x) < 1e15) return lua_pushfstring(L, "%I", (LUAI_UACINT)x);
  return lua_pushfstring(L, "%f", x);
}

void class_new(lua_State *L, const char *class, const char *name) {
  luaL_newmetatable(L, class);
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}

/* Pops a table and, on top of it, a function; if the function is a value of the table, pushes its key. */
static int push_key(lua_State *L) {
  if (lua_istable(L, -2))
    for (lua_pushnil(L); lua_next(L, -3) != 0; lua_pop(L, 1)) /* table f key value */
      if (lua_rawequal(L, -1, -3) && lua_type(L, -2) == LUA_TSTRING) {
        lua_pop(L, 1);
        lua_replace(L, -3);
        lua_pop(L, 1);
        return 1;
      }
  lua_pop(L, 2);
  return 0;
}

/* Replaces the function on top of the stack by its name among the methods of matrices and generators. Returns
   0, with the stack unchanged, when it is none of them. */
static int push_method(lua_State *L) {
  static const char *const classes[] = {MATRIX, RNG};
  const int f = lua_gettop(L);
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (luaL_getmetatable(L, classes[i]) == LUA_TTABLE) lua_getfield(L, -1, "methods");
    lua_replace(L, f + 1);
    lua_settop(L, f + 1);
    lua_pushvalue(L, f);
    if (push_key(L)) {
      lua_replace(L, f);
      return 1;
    }
  }
  return 0;
}

/* Replaces the function on top of the stack by its name in the module moongrad.core or among the methods of a
   class. Returns 0, with the stack unchanged, when it has none there. */
static int push_own_name(lua_State *L) {
  const int f = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "moongrad.core");
  lua_replace(L, -2);
  lua_pushvalue(L, f);
  if (!push_key(L)) return push_method(L);
  lua_replace(L, f);
  return 1;
}

/* Pushes the running function's name: the name that moongrad gives it, else the name by which it was called.
   When it has no name, or is an operator, returns NULL and pushes nothing. */
static const char *push_bare_name(lua_State *L) {
  lua_Debug ar;
  const int top = lua_gettop(L);
  if (!lua_getstack(L, 0, &ar) || !lua_getinfo(L, "nf", &ar)) return NULL;
  if (strcmp(ar.namewhat, "metamethod") == 0 || (!push_own_name(L) && ar.name == NULL)) {
    lua_settop(L, top);
    return NULL;
  }
  if (lua_isfunction(L, -1)) {
    lua_pushstring(L, ar.name);
    lua_replace(L, top + 1);
  }
  return lua_tostring(L, top + 1);
}

/* Pushes the running function's name for a message, "sum: ", or "". */
static const char *push_name(lua_State *L) {
  const char *name = push_bare_name(L);
  return name != NULL ? lua_pushfstring(L, "%s: ", name) : lua_pushliteral(L, "");
}

void check_arity(lua_State *L, int most) {
  int came = lua_gettop(L);
  if (came <= most) return;
  lua_Debug ar;
  if (lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) && strcmp(ar.namewhat, "method") == 0)
    most--, came--; /* in m:f() users do not count m as an argument */
  fail(L, "%stakes at most %d argument%s, got %d", push_name(L), most, most == 1 ? "" : "s", came);
}

const char *push_kind(lua_State *L, int idx) {
  const char *name = luaL_typename(L, idx);
  if (lua_isnone(L, idx)) return lua_pushliteral(L, "nothing");
  if (lua_isnil(L, idx)) return lua_pushliteral(L, "nil");
  if (luaL_getmetafield(L, idx, "__name") == LUA_TSTRING) name = lua_tostring(L, -1); /* must not be popped */
  return lua_pushfstring(L, "%s %s", strchr("aeiou", name[0]) != NULL ? "an" : "a", name);
}

const char *push_came(lua_State *L, int idx) {
  if (lua_isinteger(L, idx)) return lua_pushfstring(L, "%I", (LUAI_UACINT)lua_tointeger(L, idx));
  return lua_type(L, idx) == LUA_TNUMBER ? push_number(L, lua_tonumber(L, idx)) : push_kind(L, idx);
}

/* Pushes what to add to the error that the first argument is no matrix or generator, if the running function is
   a method that was called as x.f(): "; a method is called with a colon, x:sum()"; else "". */
static const char *push_colon(lua_State *L) {
  lua_Debug ar;
  const int top = lua_gettop(L);
  if (lua_getstack(L, 0, &ar) && lua_getinfo(L, "nf", &ar) && strcmp(ar.namewhat, "method") != 0 &&
      push_method(L))
    return lua_pushfstring(L, "; a method is called with a colon, x:%s()", lua_tostring(L, -1));
  lua_settop(L, top);
  return lua_pushliteral(L, "");
}

int arg_error(lua_State *L, int idx, const char *expected) {
  const char *came = push_kind(L, idx), *name = push_name(L);
  return fail(L, "%sexpected %s, got %s%s", name, expected, came, idx == 1 ? push_colon(L) : "");
}

double check_number(lua_State *L, int idx, const char *what) {
  if (lua_type(L, idx) == LUA_TNUMBER) return lua_tonumber(L, idx);
  const char *came = push_kind(L, idx); /* first: the next push would fill the place of an absent argument */
  return fail(L, "%sexpected a number as %s, got %s", push_name(L), what, came);
}

double check_finite(lua_State *L, int idx, const char *what) {
  const double v = check_number(L, idx, what);
  if (!isfinite(v))
    fail(L, "%sexpected a finite number as %s, got %s", push_name(L), what, push_came(L, idx));
  return v;
}

static int not_whole(lua_State *L, int idx, const char *what, lua_Integer least, lua_Integer most) {
  const char *came = push_came(L, idx);
  const char *range = most == LUA_MAXINTEGER
                          ? lua_pushfstring(L, "%I or more", (LUAI_UACINT)least)
                          : lua_pushfstring(L, "%I to %I", (LUAI_UACINT)least, (LUAI_UACINT)most);
  return fail(L, "%sexpected a whole number as %s, %s, got %s", push_name(L), what, range, came);
}

lua_Integer check_whole(lua_State *L, int idx, const char *what, lua_Integer least, lua_Integer most) {
  int is_whole = 0;
  const lua_Integer n = lua_type(L, idx) == LUA_TNUMBER ? lua_tointegerx(L, idx, &is_whole) : 0;
  return is_whole && n >= least && n <= most ? n : not_whole(L, idx, what, least, most);
}

size_t check_count(lua_State *L, int idx, const char *what) {
  return (size_t)check_whole(L, idx, what, 1, LUA_MAXINTEGER);
}

void check_sizes(lua_State *L, size_t *nrows, size_t *ncols) {
  *nrows = check_count(L, 1, "nrows");
  if (lua_isnoneornil(L, 2)) {
    const char *name = push_bare_name(L);
    if (name == NULL) name = "matrix";
    fail(L, "%s: expected a whole number as ncols, 1 or more, got nothing; write %s(1, %I) for a row", name,
         name, (LUAI_UACINT)*nrows);
  }
  *ncols = check_count(L, 2, "ncols");
}

/* moongrad.names makes the phrase; when it is not loaded, or fails, the phrase is "". */
const char *push_suggestion(lua_State *L, const char *key, int names) {
  names = lua_absindex(L, names);
  const int top = lua_gettop(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "moongrad.names") == LUA_TTABLE &&
      lua_getfield(L, -1, "suggest") == LUA_TFUNCTION) {
    lua_pushstring(L, key);
    lua_newtable(L);
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, names); lua_pop(L, 1))
      if (lua_type(L, -2) == LUA_TSTRING) {
        lua_pushvalue(L, -2);
        lua_rawseti(L, -4, ++n); /* list key value */
      }
    if (lua_pcall(L, 2, 1, 0) == LUA_OK && lua_isstring(L, -1)) {
      lua_replace(L, top + 1);
      lua_settop(L, top + 1);
      return lua_tostring(L, -1);
    }
  }
  lua_settop(L, top);
  return lua_pushliteral(L, "");
}

int unknown_name(lua_State *L, const char *kind, const char *key, int names) {
  const char *near = push_suggestion(L, key, names);
  if (*near == '\0') near = lua_pushfstring(L, "; help \"%s\" says what it has", kind);
  return fail(L, "a %s has no '%s'%s", kind, key, near);
}

static const luaL_Reg functions[] = {{"raise", core_raise},
                                     {"kind", core_kind},
                                     {"object", core_object},
                                     {"set_folder", core_set_folder},
                                     {NULL, NULL}};

void open_args(lua_State *L) { luaL_setfuncs(L, functions, 0); }
