/* prompt.c - the prompt: reads inputs and runs them until the input ends. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define RL_HIDE '\1' /* Readline's marks around bytes of the prompt that take no room */
#define RL_SHOW '\2'

#define MEMORY       2 /* the exit status then, the same as Readline's */
#define MAX_FAILURES 3 /* to read an input, in a row, before the program ends: memory is too short */

static struct {
  int is_terminal; /* is standard input a terminal? */
  int failures;    /* to read an input, in a row */
} prompt;

static const char banner[] = //
    "moongrad " MG_VERSION ", Lua 5.4. Type help, or Ctrl-D to leave. A network learns XOR:\n"
    "  X, y = data.xor()  LAYERS = {2, 2, 1}  ETA = 2\n"
    "  step(5000)  -- then look: A[3]  THETA[1]  check()\n";

/* Pushes the text of the prompt: that of session.prompt, "> " if it fails. more: for a line that continues an
   input. */
static void push_prompt(lua_State *L, int more) {
  if (session_push(L, "prompt")) {
    lua_pushboolean(L, line_editing());
    lua_pushboolean(L, more);
    int status = chunk_call(L, 2, 1);
    if (status != LUA_OK) chunk_report(L, status);
    if (status == LUA_OK && lua_type(L, -1) == LUA_TSTRING) return;
    if (status == LUA_OK) lua_pop(L, 1);
  }
  lua_pushliteral(L, "> ");
}

/* Reads a line; pushes it with LINE_OK, which is returned. */
static int push_line(lua_State *L, int more) {
  char *line;
  size_t len;
  push_prompt(L, more);
  int got = line_read(lua_tostring(L, -1), &line, &len);
  lua_pop(L, 1);
  if (got != LINE_OK) return got;
  lua_pushlstring(L, line, len);
  free(line);
  return LINE_OK;
}

/* Reads a text of one input or more at index 1; *n: how many. Returns a LINE_ word. From Readline the text
   comes whole; else lines are added while it is incomplete. */
static int read_inputs(lua_State *L, int *n) {
  int got = push_line(L, 0);
  while (got == LINE_OK) {
    size_t len;
    const char *text = lua_tolstring(L, 1, &len);
    *n = edit_accepted();
    if (*n == 0) *n = syntax_split(L, text, len);
    if (*n > 0) return LINE_OK;
    lua_pushliteral(L, "\n");
    got = push_line(L, 1);
    if (got == LINE_OK) lua_concat(L, 3);
  }
  if (lua_gettop(L) == 0 || got == LINE_ENDED) return got;
  if (got == LINE_EOF && prompt.is_terminal) putchar('\n');
  if (got == LINE_EOF && !prompt.is_terminal) { /* two blank lines end the incomplete text: it is an error */
    lua_settop(L, 1);
    lua_pushliteral(L, "\n\n");
    lua_concat(L, 2);
    *n = syntax_split(L, lua_tostring(L, 1), lua_rawlen(L, 1));
    return LINE_OK;
  }
  return LINE_INTERRUPTED;
}

/* Prints an input after a prompt, as if it had been typed. */
static void show_input(lua_State *L, const char *text) {
  if (line_editing()) cursor_to_start();
  push_prompt(L, 0);
  for (const char *s = lua_tostring(L, -1); *s; s++)
    if (*s != RL_HIDE && *s != RL_SHOW) putchar(*s);
  lua_pop(L, 1);
  puts(text);
  fflush(stdout);
}

/* Gives the inputs after the ith of n, and an incomplete one, back to Readline as the beginning of the next
   line. failed: they did not run because the ith one failed, which is said. */
static void leave_rest(lua_State *L, int i, int n, int failed) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (int k = i + 1; k <= n + 1; k++) {
    const char *text = k <= n ? syntax_input(L, k) : syntax_rest(L);
    if (text == NULL) { /* no incomplete input */
      lua_pop(L, 1);
      continue;
    }
    luaL_addvalue(&b);
    if (k <= n) luaL_addchar(&b, '\n');
  }
  luaL_pushresult(&b);
  const char *rest = lua_tostring(L, -1);
  if (*rest) line_prefill(rest);
  if (*rest && failed) fputs("the rest of the paste has not run: Enter runs it, Ctrl-C drops it\n", stderr);
  lua_pop(L, 1);
}

/* input(): reads a text and runs its inputs; returns a LINE_ word. */
static int input(lua_State *L) {
  int n = 0, got = read_inputs(L, &n), ok = 1;
  prompt.failures = 0;
  lua_settop(L, 0);
  for (int i = 1; got == LINE_OK && ok && i <= n; i++) {
    const char *text = syntax_input(L, i);
    if (n > 1) show_input(L, text);
    if (line_editing()) hist_add(text);
    ok = input_run(L);
    lua_settop(L, 0);
    if (line_editing() && (!ok || i == n)) leave_rest(L, i, n, !ok);
  }
  lua_pushinteger(L, got);
  return 1;
}

/* Runs the user's init.lua if there is one. */
static void run_rc(lua_State *L) {
  char rc[MAX_PATH];
  if (path_user(rc, sizeof rc, "XDG_CONFIG_HOME", ".config", "init.lua") && access(rc, F_OK) == 0) {
    session_note(L, "init.lua", rc);
    chunk_file(L, rc);
  }
}

void prompt_run(lua_State *L, const Options *o) {
  int session = !(o->flags & OPT_NO_SESSION);
  prompt.is_terminal = isatty(STDIN_FILENO);
  line_setup(L, session);
  end_open(L);
  if (line_editing() && session) hist_open();
  sig_prompt(1);
  if (session && prompt.is_terminal && !(o->flags & OPT_QUIET)) {
    fputs(banner, stdout);
    recovery_tell();
  }
  if (session && !(o->flags & (OPT_NO_RC | OPT_E))) run_rc(L);
  const char *progname = chunk_progname(NULL);
  int more = 1;
  while (more && !sig_ending()) {
    lua_settop(L, 0);
    if (!session) { /* called directly: a traceback must show no frame of ours, as in lua5.4 */
      more = plain_input(L);
      continue;
    }
    lua_pushcfunction(L, input);
    if (lua_pcall(L, 0, 1, 0) == LUA_OK)
      more = lua_tointeger(L, -1) != LINE_EOF && lua_tointeger(L, -1) != LINE_ENDED;
    else {
      chunk_report(L, LUA_ERRRUN); /* memory was short; the next input may do with less */
      if (++prompt.failures == MAX_FAILURES) exit(MEMORY); /* at_exit in ending.c keeps the session */
    }
  }
  if (sig_ending()) end_by(sig_ending());
  if (prompt.is_terminal && end_is_lost()) end_by(SIGHUP); /* the user is gone without leaving */
  end_close();
  lua_settop(L, 0);
  putchar('\n');
  fflush(stdout);
  chunk_progname(progname);
  sig_prompt(0);
}
