/* chunk.c - loads and calls chunks and reports their errors, for the command line and for the prompt. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shell.h"

static struct {
  const char *progname; /* in front of errors; NULL at the prompt */
  int session;          /* false under --no-session, which also runs precompiled chunks */
  int interrupted;      /* was Ctrl-C pressed in the last call? */
} calls = {.progname = "moongrad"};

void chunk_setup(const char *name, int with_session) {
  calls.progname = name;
  calls.session = with_session;
}

const char *chunk_progname(const char *name) {
  const char *old = calls.progname;
  calls.progname = name;
  return old;
}

/* --- errors --------------------------------------------------------------------- */

/* Prints the message on top of the stack if status is an error, and pops it. */
int chunk_report(lua_State *L, int status) {
  if (status != LUA_OK) {
    if (status == LUA_ERRSYNTAX && calls.session && calls.progname == NULL) err_syntax(L);
    size_t len;
    const char *msg = lua_tolstring(L, -1, &len);
    fflush(stdout); /* so that earlier output comes before the error */
    if (msg == NULL) {
      msg = "(error message is not a string)";
      len = strlen(msg);
    }
    if (calls.session) {
      if (calls.progname) esc_printf(stderr, "%s: ", calls.progname);
      esc_print(stderr, msg, len);
      fputc('\n', stderr);
    } else
      fprintf(stderr, "%s%s%s\n", calls.progname ? calls.progname : "", calls.progname ? ": " : "", msg);
    fflush(stderr);
    lua_pop(L, 1);
  }
  return status;
}

/* --- calls ----------------------------------------------------------------------- */

/* lua_pcall with a message handler. Ctrl-C stops the call. */
int chunk_call(lua_State *L, int narg, int nres) {
  int base = lua_gettop(L) - narg;
  lua_pushcfunction(L, !calls.session ? err_plain : calls.progname ? err_script : err_prompt);
  lua_insert(L, base);
  prog_start();
  sig_enter(L);
  int status = lua_pcall(L, narg, nres, base);
  const int stopped = sig_leave();
  calls.interrupted = stopped != 0;
  prog_clear();
  if (status == LUA_OK && stopped == STOP_RAISED) { /* the code caught the error, and ended before another */
    lua_settop(L, base);
    lua_pushliteral(L, "interrupted!");
    status = LUA_ERRRUN;
  }
  lua_remove(L, base);
  return status;
}

int chunk_interrupted(void) { return calls.interrupted; }

/* Replaces Lua's message about a precompiled chunk, which names no file. Returns status. */
static int explain_load(lua_State *L, int status, const char *name) {
  if (calls.session && status == LUA_ERRSYNTAX &&
      strstr(lua_tostring(L, -1), "attempt to load a binary chunk")) {
    lua_pushfstring(L, "%s: a precompiled chunk; only Lua source is run here (--no-session runs both)", name);
    lua_replace(L, -2);
  }
  return status;
}

int chunk_load(lua_State *L, const char *s, size_t len, const char *name) {
  return explain_load(L, luaL_loadbufferx(L, s, len, name, calls.session ? "t" : NULL), name + 1);
}

/* Pushes all that can be read from standard input; false if there was a read error. */
static int push_stdin(lua_State *L) {
  luaL_Buffer b;
  size_t n;
  luaL_buffinit(L, &b);
  do {
    n = fread(luaL_prepbuffer(&b), 1, LUAL_BUFFERSIZE, stdin);
    luaL_addsize(&b, n);
  } while (n == LUAL_BUFFERSIZE);
  luaL_pushresult(&b);
  return !ferror(stdin);
}

/* Loads standard input. luaL_loadfilex would not keep the text, and err_unloadable needs it when it does not
   compile. */
static int load_stdin(lua_State *L) {
  if (!push_stdin(L)) {
    lua_pushfstring(L, "cannot read stdin: %s", strerror(errno));
    lua_remove(L, -2);
    return LUA_ERRFILE;
  }
  size_t len;
  const char *s = lua_tolstring(L, -1, &len), *end = s + len;
  if (strncmp(s, "\xEF\xBB\xBF", 3) == 0) s += 3;
  if (s < end && *s == '#') /* skip a line "#!..."; its newline stays, so that lines are counted right */
    while (s < end && *s != '\n') s++;
  int status = luaL_loadbufferx(L, s, (size_t)(end - s), "=stdin", "t");
  if (status == LUA_ERRSYNTAX) err_unloadable(L, NULL, s, (size_t)(end - s));
  lua_remove(L, -2);
  return status;
}

static int load_file(lua_State *L, const char *name) {
  if (!calls.session) return luaL_loadfilex(L, name, NULL);
  int status = name ? luaL_loadfilex(L, name, "t") : load_stdin(L);
  if (status == LUA_ERRSYNTAX && name) err_unloadable(L, name, NULL, 0);
  return explain_load(L, status, name ? name : "stdin");
}

static int run_chunk(lua_State *L, int status) {
  if (status == LUA_OK) status = chunk_call(L, 0, 0);
  return chunk_report(L, status);
}

int chunk_file(lua_State *L, const char *name) { return run_chunk(L, load_file(L, name)); }

int chunk_string(lua_State *L, const char *s, const char *name) {
  return run_chunk(L, chunk_load(L, s, strlen(s), name));
}

/* Takes "global[=module]" and runs "global = require(module)". */
int chunk_library(lua_State *L, char *globname) {
  char *modname = strchr(globname, '=');
  if (modname == NULL)
    modname = globname;
  else
    *modname++ = '\0';
  lua_getglobal(L, "require");
  lua_pushstring(L, modname);
  int status = chunk_call(L, 1, 1);
  if (status == LUA_OK) lua_setglobal(L, globname);
  return chunk_report(L, status);
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

/* Prints the list of the scripts in a folder. */
static int list_folder(lua_State *L, const char *path) {
  if (!session_push(L, "folder")) return LUA_OK;
  lua_pushstring(L, path);
  lua_pushcfunction(L, folder_files);
  int status = chunk_call(L, 2, 1);
  if (status == LUA_OK) {
    puts(lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  return chunk_report(L, status);
}

/* Runs the script argv[0]. "-" is standard input, unless "--" comes before it. Of a folder its scripts are listed. */
int chunk_script(lua_State *L, char **argv) {
  const char *name = argv[0];
  if (strcmp(name, "-") == 0 && strcmp(argv[-1], "--") != 0) name = NULL;
  if (calls.session && name && folder_is(name)) return list_folder(L, name);
  session_note(L, "script", name);
  int status = load_file(L, name);
  if (status == LUA_OK) {
    int n = push_args(L);
    status = chunk_call(L, n, LUA_MULTRET);
  }
  return chunk_report(L, status);
}
