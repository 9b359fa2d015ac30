/* errors.c - the messages of errors: in scripts as lua5.4 writes them, at the prompt as the session does. */

#include <stdio.h>
#include <string.h>

#include "shell.h"

#define MAX_OWN 100 /* stack levels that are searched for the user's line */

/* --- the message ---------------------------------------------------------------- */

/* If the message at index 1, the top of the stack, begins with a position in moongrad's own Lua files,
   replaces that by the position of the user's line that called them. */
static void user_position(lua_State *L) {
  lua_Debug ar;
  const char *msg = lua_tostring(L, -1);
  int stripped = 0;
  for (int level = 1; level < MAX_OWN && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline < 0) continue; /* a C function, or the line is not known */
    if (!path_is_own(ar.source)) {
      if (!stripped) return;
      lua_pushfstring(L, "%s:%d: %s", ar.short_src, ar.currentline, msg);
      lua_replace(L, -2);
      return;
    }
    if (!stripped) {
      const char *where = lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
      size_t n = strlen(where);
      if (strncmp(msg, where, n) == 0) {
        msg += n; /* still inside the string at index 1 */
        stripped = 1;
      }
      lua_pop(L, 1);
    }
  }
  if (stripped) {
    lua_pushstring(L, msg);
    lua_replace(L, -2);
  }
}

/* to_string(object): the string that its __tostring returns, nil without one. */
static int to_string(lua_State *L) {
  if (!luaL_callmeta(L, 1, "__tostring") || lua_type(L, -1) != LUA_TSTRING) lua_pushnil(L);
  return 1;
}

/* Pushes what session.fields says of the error object at index 1: " {code = 5}"; "" if it is no table. */
static void push_fields(lua_State *L) {
  int top = lua_gettop(L);
  if (lua_istable(L, 1) && session_push(L, "fields")) {
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) return;
  }
  lua_settop(L, top);
  lua_pushliteral(L, "");
}

/* Replaces the error object at index 1 by a message, unless it is a string; true if it was replaced. The
   message comes from its __tostring, or names its type if that is missing or fails. */
static int make_message(lua_State *L) {
  if (lua_tostring(L, 1) != NULL) {
    lua_settop(L, 1);
    return 0;
  }
  lua_pushcfunction(L, to_string);
  lua_pushvalue(L, 1);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK || lua_type(L, -1) != LUA_TSTRING) {
    push_fields(L);
    lua_pushfstring(L, "(error object is a %s value)%s", luaL_typename(L, 1), lua_tostring(L, -1));
  }
  lua_replace(L, 1);
  lua_settop(L, 1);
  return 1;
}

/* --- the session's words ---------------------------------------------------------- */

/* Replaces the message at index 1, the top of the stack, by what session[name](thread, message) returns. If
   that fails the message stays. It runs on a stack of its own, because this one may have overflowed. */
static void ask_session(lua_State *L, const char *name) {
  lua_State *own = lua_newthread(L);
  lua_sethook(own, NULL, 0, 0); /* Ctrl-C stops the code that failed, not the writing of its message */
  if (session_push(own, name)) {
    lua_pushthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, own, 2);
    if (lua_pcall(own, 2, 1, 0) == LUA_OK && lua_type(own, -1) == LUA_TSTRING) {
      lua_xmove(own, L, 1);
      lua_replace(L, 1);
    }
  }
  lua_settop(L, 1);
}

/* --- of scripts ----------------------------------------------------------------- */

/* The level of the last frame, by bisection: lua_getstack takes time in proportion to the level. */
static int last_level(lua_State *L) {
  lua_Debug ar;
  int low = 0, high = 1; /* low exists, high may not */
  while (lua_getstack(L, high, &ar)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    int middle = low + (high - low) / 2;
    if (lua_getstack(L, middle, &ar))
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* Is the frame one of moongrad's own Lua files, or of a C function that they called, or one that is called in
   their place (core.entry)? */
static int is_own_frame(lua_State *L, int level) {
  lua_Debug ar;
  if (level > 1 && lua_getstack(L, level - 1, &ar)) {
    lua_getinfo(L, "S", &ar);
    int calls_own = *ar.what != 'C' && path_is_own(ar.source);
    lua_getstack(L, level, &ar);
    lua_getinfo(L, "S", &ar);
    if (calls_own && *ar.what == 'C') return 1;
  }
  while (lua_getstack(L, level++, &ar)) {
    lua_getinfo(L, "S", &ar);
    if (*ar.what != 'C') return path_is_own(ar.source);
  }
  return 0;
}

/* Pushes the line that luaL_traceback writes for the frame at the level. */
static void push_trace(lua_State *L, int level) {
  static const char tail[] = "\n\t(...tail calls...)";
  luaL_traceback(L, L, NULL, level);
  const char *s = strchr(lua_tostring(L, -1), '\n'); /* below "stack traceback:" */
  const char *end = s ? strchr(s + 1, '\n') : NULL;
  if (end && strncmp(end, tail, sizeof tail - 1) == 0) end += sizeof tail - 1;
  if (end)
    lua_pushlstring(L, s, (size_t)(end - s));
  else
    lua_pushstring(L, s ? s : "");
  lua_remove(L, -2);
}

/* Appends a traceback without moongrad's own frames to the message at index 1, the top of the stack. */
static void user_traceback(lua_State *L) {
  enum { FIRST = 10, LAST = 11 }; /* levels shown of a deep stack at each end, as in Lua */
  luaL_Buffer b;
  int last = last_level(L);
  luaL_buffinit(L, &b);
  luaL_addstring(&b, "\nstack traceback:");
  for (int level = 1; level <= last; level++) {
    if (level == FIRST + 1 && last > FIRST + LAST) {
      lua_pushfstring(L, "\n\t...\t(skipping %d levels)", last - FIRST - LAST);
      luaL_addvalue(&b);
      level = last - LAST + 1;
    }
    if (is_own_frame(L, level)) continue;
    push_trace(L, level);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  lua_concat(L, 2);
}

/* Message handler for scripts. */
int err_script(lua_State *L) {
  int has_words = luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL;
  if (make_message(L) && has_words) return 1; /* as in lua5.4, without a traceback */
  user_position(L);
  ask_session(L, "advised");
  user_traceback(L);
  return 1;
}

/* Message handler for --no-session: the one of lua5.4. */
int err_plain(lua_State *L) {
  const char *msg = lua_tostring(L, 1);
  if (msg == NULL) {                         /* error object is not a string? */
    if (luaL_callmeta(L, 1, "__tostring") && /* does it have a metamethod */
        lua_type(L, -1) == LUA_TSTRING)      /* that produces a string? */
      return 1;
    msg = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
  }
  luaL_traceback(L, L, msg, 1);
  return 1;
}

/* --- warnings -------------------------------------------------------------------- */

/* lua_WarnFunction: prints a warning, which may come in pieces, as Lua does but escaped. */
static void warn(void *ud, const char *msg, int more) {
  static int is_on, goes_on;
  (void)ud;
  if (!goes_on && !more && *msg == '@') {
    if (strcmp(msg, "@on") == 0) is_on = 1;
    if (strcmp(msg, "@off") == 0) is_on = 0;
    return;
  }
  if (is_on) esc_printf(stderr, "%s%s%s", goes_on ? "" : "Lua warning: ", msg, more ? "" : "\n");
  goes_on = more;
}

void err_warn(lua_State *L) { lua_setwarnf(L, warn, NULL); }

/* --- at the prompt -------------------------------------------------------------- */

/* Message handler for the prompt. */
int err_prompt(lua_State *L) {
  make_message(L);
  user_position(L);
  ask_session(L, "failed");
  return 1;
}

/* explain_syntax(message): the message with the place of the error. */
static int explain_syntax(lua_State *L) {
  ask_session(L, "unreadable");
  return 1;
}

/* The message on top of the stack is that of an input that does not compile: adds the place of the error. */
void err_syntax(lua_State *L) {
  lua_pushcfunction(L, explain_syntax);
  lua_pushvalue(L, -2);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK)
    lua_replace(L, -2);
  else
    lua_pop(L, 1);
}

/* session.unloadable(message, name, source) */
static int explain_script(lua_State *L) {
  if (!session_push(L, "unloadable")) return 0;
  lua_insert(L, 1);
  lua_call(L, 3, 1);
  return 1;
}

/* The message on top of the stack is that of a script that does not compile: adds what to do about it. The
   script is the file of that name, or the text source if name is NULL. */
void err_unloadable(lua_State *L, const char *name, const char *source, size_t len) {
  lua_pushcfunction(L, explain_script);
  lua_pushvalue(L, -2);
  lua_pushstring(L, name);
  if (source)
    lua_pushlstring(L, source, len);
  else
    lua_pushnil(L);
  if (lua_pcall(L, 3, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    lua_replace(L, -2);
  else
    lua_pop(L, 1);
}
