/* ending.c - the end of a session that its user did not leave: it is kept in its recovery file. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define TRIES   3         /* at keeping it */
#define RESERVE (4 << 20) /* bytes for the keeping of a session when memory is short */

static struct {
  lua_State *state; /* NULL when its user has left it */
  void *reserve;    /* RESERVE bytes, freed when memory is short */
} session;

/* session.recover() */
static int recover(lua_State *L) {
  lua_settop(L, 0);
  if (!session_push(L, "recover")) return 0;
  lua_call(L, 0, 2);
  return 2;
}

/* Keeps the session and says where, and why. */
static void keep(const char *why) {
  if (!lua_checkstack(session.state, LUA_MINSTACK)) return;
  int status = LUA_ERRRUN;
  for (int tries = 0; tries < TRIES && status != LUA_OK; tries++) { /* again: what failed gave memory back */
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

/* Readline ends the program when it has no memory; the user's own os.exit is called by Lua. */
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
