/* plain.c - the prompt of --no-session: lua5.4's own, line by line. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define EOFMARK "<eof>" /* ends the compiler's message about an incomplete input */

/* get_prompt(first): _PROMPT or _PROMPT2 as a string, their defaults if they are nil. */
static int get_prompt(lua_State *L) {
  int first = lua_toboolean(L, 1);
  if (lua_getglobal(L, first ? "_PROMPT" : "_PROMPT2") == LUA_TNIL)
    lua_pushstring(L, first ? "> " : ">> ");
  else
    luaL_tolstring(L, -1, NULL);
  return 1;
}

/* Reads a line; pushes it with LINE_OK, which is returned. */
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
  if (first && line[0] == '=') /* as Lua 5.2 had it */
    lua_pushfstring(L, "return %s", line + 1);
  else
    lua_pushlstring(L, line, len);
  free(line);
  return LINE_OK;
}

/* Compiles the line at index 1 as an expression; pushes the function or nothing. */
static int load_expression(lua_State *L) {
  const char *s = lua_pushfstring(L, "return %s;", lua_tostring(L, 1));
  int status = chunk_load(L, s, strlen(s), "=stdin");
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

/* Compiles the input at index 1, reading more lines while it is incomplete; pushes the
   function or the error. Returns -1 with nothing pushed when the input was cancelled. */
static int load_input(lua_State *L) {
  if (load_expression(L) == LUA_OK) return LUA_OK;
  for (;;) {
    size_t len;
    const char *s = lua_tolstring(L, 1, &len);
    int status = chunk_load(L, s, len, "=stdin");
    if (!is_incomplete(L, status)) return status;
    int got = push_line(L, 0);
    if (got == LINE_EOF && !isatty(STDIN_FILENO)) return status; /* it stays incomplete: an error */
    if (got == LINE_EOF) putchar('\n');
    if (got != LINE_OK) return -1; /* after LINE_ENDED the next push_line returns that again */
    lua_pushliteral(L, "\n");
    lua_replace(L, -3); /* replaces the error */
    lua_concat(L, 3);
  }
}

/* Prints the values on the stack with print. */
static void print_values(lua_State *L) {
  int n = lua_gettop(L);
  if (n == 0) return;
  luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
  lua_getglobal(L, "print");
  lua_insert(L, 1);
  int status = lua_pcall(L, n, 0, 0);
  if (status == LUA_OK) return;
  lua_pushfstring(L, "error calling 'print' (%s)", lua_tostring(L, -1));
  chunk_report(L, status);
}

int plain_input(lua_State *L) {
  int got = push_line(L, 1);
  if (got != LINE_OK) return got == LINE_INTERRUPTED;
  int status = load_input(L);
  if (line_editing()) hist_add(lua_tostring(L, 1));
  if (status == -1) return 1;
  lua_remove(L, 1);
  if (status == LUA_OK) status = chunk_call(L, 0, LUA_MULTRET);
  if (status != LUA_OK && chunk_interrupted())
    fputs(isatty(STDIN_FILENO) ? "\ninterrupted\n" : "interrupted\n", stderr);
  else if (status == LUA_OK)
    print_values(L);
  else
    chunk_report(L, status);
  fflush(stdout);
  return 1;
}
