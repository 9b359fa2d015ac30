/* run.c - load, call, report: every chunk of the command line and the prompt goes through here. */

#include <stdio.h>
#include <string.h>

#include "shell.h"

#define MAX_OWN 100 /* levels in which the user's line is looked for */

static const char *progname = "moongrad"; /* in front of errors; NULL at the prompt */
static int session;                       /* with it: source only, and the user's positions */
static int interrupted;                   /* was Ctrl-C pressed in the last call? */

void run_setup(const char *name, int with_session) {
  progname = name;
  session = with_session;
}

const char *run_progname(const char *name) {
  const char *old = progname;
  progname = name;
  return old;
}

/* --- errors --------------------------------------------------------------------- */

/* Replaces the position in the message at index 1, the top of the stack, if it is one in
   moongrad's own Lua files, by that of the user's line which led there. */
static void user_position(lua_State *L) {
  lua_Debug ar;
  const char *msg = lua_tostring(L, -1);
  int stripped = 0;
  for (int level = 1; level < MAX_OWN && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline < 0) continue; /* C, or nothing known */
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
        msg += n; /* part of the string that stays on the stack below */
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

/* The level of the last frame. To reach a level costs as much as it is deep, so a
   deep stack is not walked from end to end. */
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

/* Pushes a line about the frame if it is the user's; false if it is not. */
static int push_frame(lua_State *L, int level) {
  lua_Debug ar;
  lua_getstack(L, level, &ar);
  lua_getinfo(L, "Sln", &ar);
  if (ar.currentline < 0 || path_is_own(ar.source)) return 0;
  if (*ar.what == 'm')
    lua_pushfstring(L, "\n  %s:%d: in main chunk", ar.short_src, ar.currentline);
  else if (ar.name != NULL)
    lua_pushfstring(L, "\n  %s:%d: in %s '%s'", ar.short_src, ar.currentline, ar.namewhat, ar.name);
  else
    lua_pushfstring(L, "\n  %s:%d: in function <%s:%d>", ar.short_src, ar.currentline, ar.short_src,
                    ar.linedefined);
  return 1;
}

/* Appends one line for each of the user's frames to the message at index 1, the top
   of the stack, unless the only one is the input itself. */
static void user_frames(lua_State *L) {
  enum { FIRST = 12, LAST = 8 }; /* levels looked at of a deep stack */
  luaL_Buffer b;
  int n = 0, last = last_level(L);
  luaL_buffinit(L, &b);
  for (int level = 1; level <= last; level++) {
    if (level == FIRST + 1 && last > FIRST + LAST) {
      luaL_addstring(&b, "\n  ...");
      level = last - LAST + 1;
    }
    if (push_frame(L, level)) {
      luaL_addvalue(&b);
      n++;
    }
  }
  luaL_pushresult(&b);
  if (n < 2) lua_pop(L, 1);
  lua_concat(L, lua_gettop(L));
}

/* Is the frame one of moongrad's own Lua files, or of a C function that they called? */
static int is_own_frame(lua_State *L, int level) {
  lua_Debug ar;
  while (lua_getstack(L, level++, &ar)) {
    lua_getinfo(L, "S", &ar);
    if (*ar.what != 'C') return path_is_own(ar.source);
  }
  return 0;
}

/* Pushes what luaL_traceback says about one frame. */
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
  enum { FIRST = 10, LAST = 11 }; /* levels looked at of a deep stack, as Lua's own */
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

/* Appends what the session knows about the error to the message at index 1, the top of the stack. */
static void add_hint(lua_State *L) {
  const char *msg = lua_tostring(L, 1);
  if (strstr(msg, "a nil value (global '") == NULL && strstr(msg, "expected a layer from 1 to ") == NULL)
    return;
  if (lua_getfield(L, LUA_REGISTRYINDEX, SESSION) == LUA_TTABLE) {
    lua_getfield(L, -1, "hint");
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) {
      lua_remove(L, -2);
      lua_concat(L, 2);
    }
  }
  lua_settop(L, 1);
}

/* Message handler of all calls. */
static int handler(lua_State *L) {
  if (lua_tostring(L, 1) == NULL) {          /* error object is not a string? */
    if (luaL_callmeta(L, 1, "__tostring") && /* does it have a metamethod */
        lua_type(L, -1) == LUA_TSTRING)      /* that produces a string? */
      return 1;
    lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    lua_replace(L, 1);
  }
  lua_settop(L, 1);
  if (session) {
    user_position(L);
    add_hint(L);
  }
  if (session && progname == NULL)
    user_frames(L);
  else if (session)
    user_traceback(L);
  else
    luaL_traceback(L, L, lua_tostring(L, 1), 1);
  return 1;
}

/* Prints the message on top of the stack if status is an error, and pops it. */
int run_report(lua_State *L, int status) {
  if (status != LUA_OK) {
    const char *msg = lua_tostring(L, -1);
    fflush(stdout); /* what was printed before comes before */
    if (progname) fprintf(stderr, "%s: ", progname);
    fprintf(stderr, "%s\n", msg ? msg : "(error message is not a string)");
    fflush(stderr);
    lua_pop(L, 1);
  }
  return status;
}

/* --- calls ----------------------------------------------------------------------- */

/* Calls the function under its narg arguments, as lua_pcall, with a message handler and Ctrl-C. */
int run_call(lua_State *L, int narg, int nres) {
  int base = lua_gettop(L) - narg;
  lua_pushcfunction(L, handler);
  lua_insert(L, base);
  sig_enter(L);
  int status = lua_pcall(L, narg, nres, base);
  const int stopped = sig_leave();
  interrupted = stopped != 0;
  if (status == LUA_OK && stopped == STOP_RAISED) { /* the error was caught, and all done before the next */
    lua_settop(L, base);
    lua_pushliteral(L, "interrupted!");
    status = LUA_ERRRUN;
  }
  lua_remove(L, base);
  return status;
}

int run_interrupted(void) { return interrupted; }

/* The message for a precompiled chunk, in place of Lua's own, which names no file. */
static int explain_load(lua_State *L, int status, const char *name) {
  if (session && status == LUA_ERRSYNTAX && strstr(lua_tostring(L, -1), "attempt to load a binary chunk")) {
    lua_pushfstring(L, "%s: a precompiled chunk; only Lua source is run here (--no-session runs both)", name);
    lua_replace(L, -2);
  }
  return status;
}

int run_load(lua_State *L, const char *s, size_t len, const char *name) {
  return explain_load(L, luaL_loadbufferx(L, s, len, name, session ? "t" : NULL), name + 1);
}

static int load_file(lua_State *L, const char *name) {
  return explain_load(L, luaL_loadfilex(L, name, session ? "t" : NULL), name ? name : "stdin");
}

static int run_chunk(lua_State *L, int status) {
  if (status == LUA_OK) status = run_call(L, 0, 0);
  return run_report(L, status);
}

int run_file(lua_State *L, const char *name) { return run_chunk(L, load_file(L, name)); }

int run_string(lua_State *L, const char *s, const char *name) {
  return run_chunk(L, run_load(L, s, strlen(s), name));
}

/* Takes "global[=module]" and runs "global = require(module)". */
int run_library(lua_State *L, char *globname) {
  char *modname = strchr(globname, '=');
  if (modname == NULL)
    modname = globname;
  else
    *modname++ = '\0';
  lua_getglobal(L, "require");
  lua_pushstring(L, modname);
  int status = run_call(L, 1, 1);
  if (status == LUA_OK) lua_setglobal(L, globname);
  return run_report(L, status);
}

/* Pushes arg[1] to arg[#arg] and returns their number. */
static int push_args(lua_State *L) {
  if (lua_getglobal(L, "arg") != LUA_TTABLE) luaL_error(L, "'arg' is not a table");
  int n = (int)luaL_len(L, -1);
  int t = lua_gettop(L);
  luaL_checkstack(L, n + 3, "too many arguments to script");
  for (int i = 1; i <= n; i++) lua_rawgeti(L, t, i);
  lua_remove(L, t);
  return n;
}

void run_note(lua_State *L, const char *how, const char *what) {
  int top = lua_gettop(L);
  if (lua_getfield(L, LUA_REGISTRYINDEX, SESSION) == LUA_TTABLE) {
    lua_getfield(L, -1, "note");
    lua_pushstring(L, how);
    lua_pushstring(L, what);
    lua_pcall(L, 2, 0, 0);
  }
  lua_settop(L, top);
}

/* Runs the script argv[0], "-" being standard input unless "--" came before it. */
int run_script(lua_State *L, char **argv) {
  const char *name = argv[0];
  if (strcmp(name, "-") == 0 && strcmp(argv[-1], "--") != 0) name = NULL;
  run_note(L, "script", name);
  int status = load_file(L, name);
  if (status == LUA_OK) {
    int n = push_args(L);
    status = run_call(L, n, LUA_MULTRET);
  }
  return run_report(L, status);
}
