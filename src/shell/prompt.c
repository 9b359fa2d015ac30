/* prompt.c - the prompt: read, load, call, print.

   An input is tried as an expression, then as statements; while it is incomplete,
   more lines are read. Nothing but the end of the input leaves the loop. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define EOFMARK "<eof>" /* ends the error of an incomplete input */

static int session;  /* else a plain Lua prompt */
static int terminal; /* is someone typing? */
static int readline; /* with Readline, then there is a history */

static const char banner[] = //
    "moongrad " MG_VERSION ", Lua 5.4. help() says what there is, Ctrl-D leaves. Train a network on XOR:\n"
    "  X, y = data.xor()  LAYERS = {2, 2, 1}  ETA = 2\n"
    "  step(5000)   and look: A[3]  THETA[1]  check()\n";

/* The prompt, a string left on the stack: _PROMPT or _PROMPT2 or what they are without. */
static int get_prompt(lua_State *L) {
  int first = lua_toboolean(L, 1);
  if (lua_getglobal(L, first ? "_PROMPT" : "_PROMPT2") == LUA_TNIL)
    lua_pushstring(L, first ? "> " : ">> ");
  else
    luaL_tolstring(L, -1, NULL);
  return 1;
}

/* The line without the prompt that it begins with when it was copied from a terminal. What
   goes on with an input loses it only when the input began with one: there ">>" may be Lua. */
static const char *skip_prompt(const char *line, int first) {
  static int copied; /* did the input begin with a prompt? */
  int n = 0;
  while (n < 2 && line[n] == '>') n++;
  int prompt = n > 0 && (line[n] == ' ' || line[n] == '\0');
  if (first) copied = prompt;
  if (!copied || !prompt || (!first && n == 1)) return line;
  return line + n + (line[n] == ' ');
}

/* Reads a line and pushes it, if there is one. */
static int push_line(lua_State *L, int first) {
  char *line;
  size_t len;
  lua_pushcfunction(L, get_prompt);
  lua_pushboolean(L, first);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) { /* a __tostring that fails */
    lua_pop(L, 1);
    lua_pushstring(L, first ? "> " : ">> ");
  }
  int got = line_read(lua_tostring(L, -1), &line, &len);
  lua_pop(L, 1);
  if (got != LINE_OK) return got;
  const char *text = session ? skip_prompt(line, first) : line;
  if (first && text[0] == '=') /* as Lua 5.2 had it */
    lua_pushfstring(L, "return %s", text + 1);
  else
    lua_pushlstring(L, text, len - (size_t)(text - line));
  free(line);
  return LINE_OK;
}

/* Compiles the input at index 1 as an expression; pushes the function or nothing. */
static int load_expression(lua_State *L) {
  const char *s = lua_pushfstring(L, "return %s;", lua_tostring(L, 1));
  int status = run_load(L, s, strlen(s), "=stdin");
  lua_remove(L, -2);
  if (status != LUA_OK) lua_pop(L, 1);
  return status;
}

static int is_incomplete(lua_State *L, int status) {
  size_t n;
  if (status != LUA_ERRSYNTAX) return 0;
  const char *msg = lua_tolstring(L, -1, &n);
  return n >= sizeof EOFMARK - 1 && strcmp(msg + n - (sizeof EOFMARK - 1), EOFMARK) == 0;
}

/* Compiles the input at index 1, an expression or statements, reading more lines
   while it is incomplete; leaves the input at index 1 and pushes the function or the
   error. Returns -1 with nothing pushed when the input was cancelled. */
static int load_input(lua_State *L) {
  for (int first = 1;; first = 0) {
    size_t len;
    /* A plain Lua takes an expression of one line only. */
    if ((first || session) && load_expression(L) == LUA_OK) return LUA_OK;
    const char *s = lua_tolstring(L, 1, &len);
    int status = run_load(L, s, len, "=stdin");
    if (!is_incomplete(L, status)) return status;
    int got = push_line(L, 0);
    if (got == LINE_EOF && !terminal) return status; /* it stays incomplete: an error */
    if (got == LINE_EOF) putchar('\n');
    if (got != LINE_OK) return -1;
    lua_pushliteral(L, "\n");
    lua_replace(L, -3); /* where the error was */
    lua_concat(L, 3);
  }
}

/* The line about a call that Ctrl-C stopped: the report of the step, if it was one. */
static void report_interrupt(lua_State *L) {
  const char *text = "interrupted";
  lua_settop(L, 0);
  if (lua_getfield(L, LUA_REGISTRYINDEX, SESSION) == LUA_TTABLE) {
    lua_getfield(L, -1, "interrupted");
    if (lua_pcall(L, 0, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) text = lua_tostring(L, -1);
  }
  fflush(stdout);
  fprintf(stderr, terminal ? "\n%s\n" : "%s\n", text); /* the terminal shows ^C */
}

/* Prints the values on the stack: session.echo(...), in a plain Lua print(...). */
static void print_values(lua_State *L) {
  int n = lua_gettop(L);
  if (n == 0) return;
  luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
  if (!session)
    lua_getglobal(L, "print");
  else {
    lua_getfield(L, LUA_REGISTRYINDEX, SESSION);
    lua_getfield(L, -1, "echo");
    lua_remove(L, -2);
  }
  lua_insert(L, 1);
  int status = session ? run_call(L, n, 0) : lua_pcall(L, n, 0, 0);
  if (status != LUA_OK && run_interrupted())
    report_interrupt(L);
  else if (status != LUA_OK) {
    if (!session) lua_pushfstring(L, "error calling 'print' (%s)", lua_tostring(L, -1));
    run_report(L, status);
  }
}

/* One input. Returns true at the end of all input. */
static int input(lua_State *L) {
  int got = push_line(L, 1);
  if (got != LINE_OK) {
    lua_pushboolean(L, got == LINE_EOF);
    return 1;
  }
  int status = load_input(L);
  if (readline) hist_add(lua_tostring(L, 1));
  if (status == -1) return 0;
  lua_remove(L, 1);
  if (status == LUA_OK) {
    status = run_call(L, 0, LUA_MULTRET);
    if (status != LUA_OK && run_interrupted()) {
      report_interrupt(L);
      return 0;
    }
  }
  if (status == LUA_OK)
    print_values(L);
  else
    run_report(L, status);
  fflush(stdout);
  return 0;
}

static void run_rc(lua_State *L) {
  char rc[4096];
  if (path_user(rc, sizeof rc, "XDG_CONFIG_HOME", ".config", "init.lua") && access(rc, F_OK) == 0)
    run_file(L, rc);
}

void prompt_run(lua_State *L, const Options *o) {
  session = !(o->flags & OPT_NO_SESSION);
  terminal = isatty(STDIN_FILENO);
  readline = line_setup(L);
  if (readline && session) hist_open();
  sig_prompt(1);
  if (session && terminal && !(o->flags & OPT_QUIET)) fputs(banner, stdout);
  if (session && !(o->flags & (OPT_NO_RC | OPT_E))) run_rc(L);
  const char *progname = run_progname(NULL);
  for (int end = 0; !end;) {
    lua_settop(L, 0);
    if (!session) { /* a traceback as lua5.4 has it shows no call here */
      end = input(L) && lua_toboolean(L, -1);
      continue;
    }
    lua_pushcfunction(L, input);
    if (lua_pcall(L, 0, 1, 0) == LUA_OK)
      end = lua_toboolean(L, -1);
    else
      run_report(L, LUA_ERRRUN); /* memory was short: the next input comes all the same */
  }
  lua_settop(L, 0);
  putchar('\n');
  fflush(stdout);
  run_progname(progname);
  sig_prompt(0);
}
