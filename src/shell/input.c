/* input.c - one input of the prompt: it is compiled and run, and its values are shown.

   The session module is called before an input is compiled (open_input), with its values (results) and at
   its end (close_input). The input also runs without those functions. */

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

static struct {
  lua_Integer count; /* number of the last input, as session.open_input counts */
  int stepping;      /* did the last input step? Then an empty input repeats it */
} inputs;

static const char last; /* its address is the key of the last input's text in the registry */

static int is_blank(const char *s) {
  while (isspace((unsigned char)*s)) s++;
  return *s == '\0';
}

/* Calls the function of the session below its narg arguments for nres results, or reports the error. Ctrl-C
   has no effect meanwhile: a session function that stops half-way would spoil all inputs that follow. So no
   code of the user's may run in here. */
static int call_session(lua_State *L, int narg, int nres) {
  int status = lua_pcall(L, narg, nres, 0);
  if (status != LUA_OK) chunk_report(L, status);
  return status;
}

/* Prints that Ctrl-C stopped a call: "interrupted", or the session's report if it was a step. */
static void report_interrupt(lua_State *L) {
  const char *text = "interrupted";
  int top = lua_gettop(L);
  if (session_push(L, "interrupted") && lua_pcall(L, 0, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    text = lua_tostring(L, -1);
  fflush(stdout);
  esc_printf(stderr, isatty(STDIN_FILENO) ? "\n%s\n" : "%s\n", text); /* "\n": the cursor is after "^C" */
  lua_settop(L, top);
}

/* Prints the error of a call that failed with status, and pops it. Returns the word that session.close_input
   gets. */
static const char *report(lua_State *L, int status) {
  if (!chunk_interrupted()) {
    chunk_report(L, status);
    return "error";
  }
  lua_pop(L, 1);
  report_interrupt(L);
  return "interrupted";
}

/* Did a signal come after the last call ended, so that it stopped nothing? TERM and HUP stay pending: the
   reader of the next line ends the program by them. */
static int is_stopped(lua_State *L) {
  if (sig_ending()) return 1;
  if (!sig_pending(SIGINT)) return 0;
  sig_take(SIGINT);
  report_interrupt(L);
  return 1;
}

/* Calls session.open_input(text) for the text at index 1: pushes the Lua source, and returns the input's
   number. Without that function the text is the source. */
static lua_Integer open_input(lua_State *L) {
  int top = lua_gettop(L);
  inputs.count++;
  if (session_push(L, "open_input")) {
    lua_pushvalue(L, 1);
    int status = call_session(L, 1, 2);
    if (status == LUA_OK && lua_isinteger(L, -2) && lua_type(L, -1) == LUA_TSTRING) {
      inputs.count = lua_tointeger(L, -2);
      lua_remove(L, -2);
      return inputs.count;
    }
    lua_settop(L, top);
  }
  lua_pushvalue(L, 1);
  return inputs.count;
}

/* Calls the function on top of the stack, which prints, with the n values from index 3 on. Returns the word
   for close_input. */
static const char *print_values(lua_State *L, int n) {
  if (is_stopped(L)) return "interrupted";
  for (int i = 3; i < n + 3; i++) lua_pushvalue(L, i);
  int status = chunk_call(L, n, 0);
  return status == LUA_OK ? "ok" : report(L, status);
}

/* Calls session.results(quiet, values...) for the values from index 3 on; the source is at index 2. It
   returns whether the input stepped, or the text that an empty input is to run, and a function that prints
   the values or nil. Printing may take long and may run code of the user's, so it is a call of its own, which
   Ctrl-C can stop. */
static const char *show_results(lua_State *L, long from) {
  const char *source = lua_tostring(L, 2);
  int n = lua_gettop(L) - 2;
  int quiet = n > 0 && syntax_is_quiet(L, source, from);
  if (!session_push(L, "results")) return "ok";
  luaL_checkstack(L, 2 * n + LUA_MINSTACK, "too many results to print");
  lua_pushboolean(L, quiet);
  for (int i = 3; i < n + 3; i++) lua_pushvalue(L, i);
  if (call_session(L, n + 1, 2) != LUA_OK) return "error";
  inputs.stepping = lua_toboolean(L, -2);
  if (lua_type(L, -2) == LUA_TSTRING) { /* the text for an empty input */
    lua_pushvalue(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &last);
  }
  return lua_isfunction(L, -1) ? print_values(L, n) : "ok";
}

/* Calls session.close_input(n, how); prints the message that it may return. */
static void close_input(lua_State *L, lua_Integer n, const char *how) {
  lua_settop(L, 2);
  if (!session_push(L, "close_input")) return;
  lua_pushinteger(L, n);
  lua_pushstring(L, how);
  if (call_session(L, 2, 1) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) {
    fflush(stdout);
    esc_printf(stderr, "%s\n", lua_tostring(L, -1));
  }
}

/* Compiles the source at index 2, runs it and shows its values. Returns "ok", "error" or "interrupted". */
static const char *run_source(lua_State *L, lua_Integer n) {
  char name[32];
  size_t len;
  long from;
  const char *source = lua_tolstring(L, 2, &len);
  snprintf(name, sizeof name, "=[%lld]", (long long)n);
  int status = syntax_load(L, source, len, name, &from);
  if (is_stopped(L)) return "interrupted";
  if (status != LUA_OK) {
    chunk_report(L, status);
    return "error";
  }
  status = chunk_call(L, 0, LUA_MULTRET);
  if (line_editing() && prog_in_line() && !chunk_interrupted()) cursor_to_start();
  if (status != LUA_OK) return report(L, status);
  if (from >= 0) lua_remove(L, 3);
  return show_results(L, from);
}

/* Replaces the input at index 1, if it is empty, by the next operation of an open walk, or else by the last
   input if that stepped. False if there is nothing to run. */
static int repeat(lua_State *L) {
  if (!is_blank(lua_tostring(L, 1))) return 1;
  if (session_walk(L, "next")) {
    lua_replace(L, 1);
    return 1;
  }
  if (!inputs.stepping) return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &last);
  lua_replace(L, 1);
  return 1;
}

int input_run(lua_State *L) {
  lua_settop(L, 1);
  if (!repeat(L)) return 1;
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &last);
  inputs.stepping = 0;
  lua_Integer n = open_input(L);
  const char *how = run_source(L, n);
  close_input(L, n, how);
  fflush(stdout);
  return strcmp(how, "ok") == 0;
}
