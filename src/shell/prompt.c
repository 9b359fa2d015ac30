/* prompt.c - the prompt: read an input, run it, until the end of all input. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

static int terminal; /* is someone typing? */

static const char banner[] = //
    "moongrad " MG_VERSION ", Lua 5.4. Type help, or Ctrl-D to leave. A network learns XOR:\n"
    "  X, y = data.xor()  LAYERS = {2, 2, 1}  ETA = 2\n"
    "  step(5000)  -- then look: A[3]  THETA[1]  check()\n";

/* Pushes the text of the prompt: what session.prompt says, "> " if it fails. */
static void push_prompt(lua_State *L, int more) {
  lua_getfield(L, LUA_REGISTRYINDEX, SESSION);
  lua_getfield(L, -1, "prompt");
  lua_remove(L, -2);
  lua_pushboolean(L, line_editing());
  lua_pushboolean(L, more);
  int status = run_call(L, 2, 1);
  if (status != LUA_OK) run_report(L, status);
  if (status == LUA_OK && lua_type(L, -1) == LUA_TSTRING) return;
  if (status == LUA_OK) lua_pop(L, 1);
  lua_pushliteral(L, "> ");
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
  push_prompt(L, !first);
  int got = line_read(lua_tostring(L, -1), &line, &len);
  lua_pop(L, 1);
  if (got != LINE_OK) return got;
  const char *text = skip_prompt(line, first);
  lua_pushlstring(L, text, len - (size_t)(text - line));
  free(line);
  return LINE_OK;
}

/* Reads an input to index 1, with as many lines as it needs. */
static int read_input(lua_State *L) {
  int got = push_line(L, 1);
  while (got == LINE_OK) {
    size_t len;
    const char *text = lua_tolstring(L, 1, &len);
    if (input_complete(L, text, len)) return LINE_OK;
    lua_pushliteral(L, "\n");
    got = push_line(L, 0);
    if (got == LINE_OK) lua_concat(L, 3);
  }
  if (lua_gettop(L) == 0) return got;
  lua_settop(L, 1);
  if (got == LINE_EOF && !terminal) return LINE_OK; /* it stays incomplete: an error */
  if (got == LINE_EOF) putchar('\n');
  return LINE_INTERRUPTED;
}

/* One input: true unless all input is at its end. */
static int input(lua_State *L) {
  int got = read_input(L);
  if (got == LINE_OK) {
    if (line_editing()) hist_add(lua_tostring(L, 1));
    input_run(L);
  }
  lua_pushboolean(L, got != LINE_EOF);
  return 1;
}

static void run_rc(lua_State *L) {
  char rc[4096];
  if (path_user(rc, sizeof rc, "XDG_CONFIG_HOME", ".config", "init.lua") && access(rc, F_OK) == 0) {
    run_note(L, "init.lua", rc);
    run_file(L, rc);
  }
}

void prompt_run(lua_State *L, const Options *o) {
  int session = !(o->flags & OPT_NO_SESSION), more = 1;
  terminal = isatty(STDIN_FILENO);
  line_setup(L);
  if (line_editing() && session) hist_open();
  sig_prompt(1);
  if (session && terminal && !(o->flags & OPT_QUIET)) fputs(banner, stdout);
  if (session && !(o->flags & (OPT_NO_RC | OPT_E))) run_rc(L);
  const char *progname = run_progname(NULL);
  while (more && !sig_ending()) {
    lua_settop(L, 0);
    if (!session) { /* a traceback as lua5.4 has it shows no call here */
      more = plain_input(L);
      continue;
    }
    lua_pushcfunction(L, input);
    if (lua_pcall(L, 0, 1, 0) == LUA_OK)
      more = lua_toboolean(L, -1);
    else
      run_report(L, LUA_ERRRUN); /* memory was short: the next input comes all the same */
  }
  lua_settop(L, 0);
  putchar('\n');
  fflush(stdout);
  run_progname(progname);
  sig_prompt(0);
  if (sig_ending()) sig_default(sig_ending());
}
