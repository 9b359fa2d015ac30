/* progress.c - the progress line of a long call, on a terminal.

   It is shown in the line of the cursor, if that is empty, and removed before anything else is printed: Lua's
   functions that print are wrapped for that. It is overwritten with blanks to remove it, which works on every
   terminal. If the window has become narrower, the line may have been broken in several; then an escape
   sequence clears the screen from the cursor's line on. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lauxlib.h>

#include "shell.h"

#define MOST  500        /* columns that it may take */
#define BELOW "\r\033[J" /* clears the screen from the start of the cursor's line */

static struct {
  int shown;   /* the line's columns, 0 when it is not shown */
  int width;   /* columns of the window when it was shown last */
  int in_line; /* has the user's code printed part of a line? Then the progress line is not shown */
  int ran;     /* has it run another program, which may have printed part of a line? */
} line;

static int is_wanted(void) {
  const char *term = getenv("TERM");
  return isatty(STDOUT_FILENO) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

/* The columns of the window, MOST at most; 80 if unknown. */
static int columns(void) {
  struct winsize w;
  const int n = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
  return n < MOST ? n : MOST;
}

static void put(const char *s, size_t n) {
  if (write(STDOUT_FILENO, s, n) < 0) line.shown = 0; /* the terminal is gone, and the line with it */
}

/* Shows the n characters of text in place of the line that is shown now. */
static void overwrite(const char *text, int n) {
  char bytes[MOST + 3];
  const int now = columns(), most = now - 1;
  if (line.shown > 0 && now < line.width) {
    line.shown = 0;
    put(BELOW, sizeof BELOW - 1);
  }
  const int blank = line.shown > n ? line.shown - n : 0;
  line.width = now;
  if (n > most) n = most;
  const int rest = n + blank < most ? blank : most - n;
  bytes[0] = '\r';
  memcpy(bytes + 1, text, (size_t)n);
  memset(bytes + 1 + n, ' ', (size_t)rest);
  bytes[1 + n + rest] = '\r';
  line.shown = n;
  put(bytes, (size_t)(2 + n + rest));
}

/* host.progress([text]): shows the text; without one removes the line. */
static int progress(lua_State *L) {
  size_t n;
  const char *text = luaL_optlstring(L, 1, "", &n);
  if (n == 0)
    prog_clear();
  else if (!line.in_line)
    overwrite(text, n < MOST ? (int)n : MOST);
  return 0;
}

void prog_clear(void) {
  if (line.shown == 0) return;
  line.shown = MOST; /* what the user typed meanwhile is in the same line: clear all of it */
  overwrite("", 0);
  if (sig_pressed()) put("^C", 2); /* the terminal's echo of Ctrl-C was cleared with it */
}

void prog_start(void) { line.in_line = line.ran = 0; }

int prog_in_line(void) { return line.in_line || line.ran; }

/* --- what prints ------------------------------------------------------------------- */

/* Removes the line and calls the C function in upvalue 1. */
static int clear_and_call(lua_State *L) {
  prog_clear();
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* print(...): the cursor is at the start of a line afterwards. */
static int clear_and_print(lua_State *L) {
  line.in_line = line.ran = 0;
  return clear_and_call(L);
}

/* os.execute(...) */
static int clear_and_execute(lua_State *L) {
  line.in_line = 0, line.ran = 1;
  return clear_and_call(L);
}

/* Is the value at index idx standard output or standard error? */
static int is_shown(lua_State *L, int idx) {
  const luaL_Stream *s = luaL_testudata(L, idx, LUA_FILEHANDLE);
  return s != NULL && (s->f == stdout || s->f == stderr);
}

/* Sets in_line for the values from index first on, which are going to be written. */
static void note(lua_State *L, int first) {
  for (int i = lua_gettop(L); i >= first; i--) {
    size_t n;
    const char *s = lua_type(L, i) == LUA_TSTRING ? lua_tolstring(L, i, &n) : "0";
    if (*s == '\0') continue;
    line.in_line = s[strlen(s) - 1] != '\n';
    line.ran = 0;
    return;
  }
}

/* file:write(...). What was written to standard output before is seen before. */
static int clear_and_write_to(lua_State *L) {
  if (is_shown(L, 1)) {
    fflush(stdout);
    note(L, 2);
  }
  return clear_and_call(L);
}

/* io.write(...) */
static int clear_and_write(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "_IO_output"); /* the default output, see liolib.c */
  const int to_terminal = is_shown(L, -1);
  lua_pop(L, 1);
  if (to_terminal) note(L, 1);
  return clear_and_call(L);
}

/* Replaces the function in a field of the table on top of the stack by f, with the old one as upvalue 1. */
static void wrap(lua_State *L, const char *field, lua_CFunction f) {
  if (lua_getfield(L, -1, field) == LUA_TFUNCTION) {
    lua_pushcclosure(L, f, 1);
    lua_setfield(L, -2, field);
  } else
    lua_pop(L, 1);
}

int prog_open(lua_State *L) {
  if (!is_wanted()) return 0;
  sig_clear_with(prog_clear);
  lua_pushglobaltable(L);
  wrap(L, "print", clear_and_print);
  lua_getfield(L, -1, "io");
  wrap(L, "write", clear_and_write);
  lua_getfield(L, -2, "os");
  wrap(L, "execute", clear_and_execute);
  luaL_getmetatable(L, LUA_FILEHANDLE);
  lua_getfield(L, -1, "__index");
  wrap(L, "write", clear_and_write_to);
  lua_pop(L, 5);
  lua_pushcfunction(L, progress);
  return 1;
}
