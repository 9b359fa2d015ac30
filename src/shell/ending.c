/* ending.c - a session that ends before its user leaves it, by a signal or for want of memory: it is written
   to its recovery file. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define TRIES   3         /* at writing it */
#define RESERVE (4 << 20) /* bytes that are set aside for writing a session when memory is short */

static struct {
  lua_State *state; /* NULL before end_open, and when the user has left the session */
  void *reserve;    /* RESERVE bytes, freed at exit */
} session;

/* session.recover(): the path of the recovery file, or nil and a message */
static int recover(lua_State *L) {
  lua_settop(L, 0);
  if (!session_push(L, "recover")) return 0;
  lua_call(L, 0, 2);
  return 2;
}

/* Writes the session to its recovery file and prints why and where. */
static void keep(const char *why) {
  if (!lua_checkstack(session.state, LUA_MINSTACK)) return;
  int status = LUA_ERRRUN;
  for (int tries = 0; tries < TRIES && status != LUA_OK; tries++) { /* one that fails frees memory */
    if (tries > 0) lua_pop(session.state, 1);
    lua_pushcfunction(session.state, recover);
    status = chunk_call(session.state, 0, 2);
  }
  if (status != LUA_OK) {
    chunk_report(session.state, status);
    return;
  }
  if (lua_type(session.state, -2) == LUA_TSTRING) {
    const char *path = lua_tostring(session.state, -2),
               *quote = path[strcspn(path, " \"\\$&;()*?<>|#~`")] ? "'" : "";
    esc_printf(stderr, "%s: the session is kept, moongrad -i %s%s%s goes on with it\n", why, quote, path,
               quote);
  } else if (lua_type(session.state, -1) == LUA_TSTRING)
    esc_printf(stderr, "%s: the session is not kept: %s\n", why, lua_tostring(session.state, -1));
  lua_pop(session.state, 2);
}

/* Keeps the session when the program exits while no Lua runs: Readline exits when it gets no memory. The
   user's own os.exit is called from Lua, and keeps nothing. */
static void at_exit(void) {
  free(session.reserve);
  if (session.state != NULL && !stop_runs()) {
    line_break_off();
    keep("\nout of memory");
  }
  hist_close();
}

void end_open(lua_State *L) {
  session.state = L;
  session.reserve = malloc(RESERVE);
  atexit(at_exit);
}

void end_close(void) { session.state = NULL; }

void end_by(int sig) {
  keep(strsignal(sig));
  hist_close();
  fflush(stdout);
  sig_restore();
  sig_default(sig);
}

int end_is_lost(void) {
  struct pollfd in = {.fd = STDIN_FILENO};
  return poll(&in, 1, 0) > 0 && in.revents & (POLLHUP | POLLERR);
}
