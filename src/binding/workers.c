/* workers.c - worker processes: copies of the program, made by fork, that do jobs and send messages back.

   A worker shares the memory of its parent, written pages excepted, so data sets need not be sent. It and its parent
   are joined by a socket that keeps messages whole. A worker ends with its parent: the socket tells an idle one, and
   Linux kills a busy one. It has no team of threads, no progress line, no terminal, and exits without the parent's
   cleaning up: buffers of files that the parent has open are not written twice. */

#define _GNU_SOURCE /* sched_getaffinity */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "guard.h"
#include "threads.h"

#define WORKER "moongrad.worker"  /* metatable name */
#define ALL    "moongrad.workers" /* registry key: a table whose keys are the workers, weakly */
#define SLICE  20                 /* ms from one question whether to stop to the next */

#define MOST_FDS 1024 /* workers that core.await can wait for */

static const char serve; /* its address is the registry key of the function of core.set_serve_stop */

/* One end: the parent's, which has the process, or the worker's own. */
typedef struct Worker {
  int fd;    /* -1 when it is closed */
  pid_t pid; /* 0 at the worker's own end, and when the process is gone and waited for */
} Worker;

static Worker *check_worker(lua_State *L, int idx) {
  Worker *w = luaL_testudata(L, idx, WORKER);
  if (w == NULL) arg_error(L, idx, "a worker");
  return w;
}

static Worker *new_worker(lua_State *L) {
  Worker *w = lua_newuserdatauv(L, sizeof *w, 0);
  *w = (Worker){-1, 0};
  luaL_setmetatable(L, WORKER);
  lua_getfield(L, LUA_REGISTRYINDEX, ALL);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
  return w;
}

/* Waits for the end of the process, which is near; pushes why it ended. */
static void push_ending(lua_State *L, Worker *w) {
  int status = 0;
  while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) continue;
  w->pid = 0;
  if (WIFSIGNALED(status))
    lua_pushfstring(L, "its process was ended by signal %d (%s)", WTERMSIG(status),
                    strsignal(WTERMSIG(status)));
  else
    lua_pushfstring(L, "its process ended with status %d", WEXITSTATUS(status));
}

static void shut(Worker *w) {
  if (w->fd >= 0) close(w->fd);
  w->fd = -1;
}

/* worker:close(): ends the process, whatever it is doing. */
static int worker_close(lua_State *L) {
  Worker *w = check_worker(L, 1);
  shut(w);
  if (w->pid == 0) return 0;
  kill(w->pid, SIGKILL);
  while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR) continue;
  w->pid = 0;
  return 0;
}

/* worker:pid(): the process number; nil when it is gone. */
static int worker_pid(lua_State *L) {
  const Worker *w = check_worker(L, 1);
  if (w->pid == 0) return 0;
  lua_pushinteger(L, (lua_Integer)w->pid);
  return 1;
}

/* worker:send(text): true, or false when the other side is gone or the text is too long for a message. */
static int worker_send(lua_State *L) {
  const Worker *w = check_worker(L, 1);
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  ssize_t sent;
  do sent = send(w->fd, text, n, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  lua_pushboolean(L, sent == (ssize_t)n);
  return 1;
}

/* Pushes the next message of fd and returns true; false when the other side is gone. */
static bool push_message(lua_State *L, int fd) {
  ssize_t n;
  char none;
  do n = recv(fd, &none, 0, MSG_PEEK | MSG_TRUNC);
  while (n < 0 && errno == EINTR);
  if (n <= 0) return false;
  luaL_Buffer b;
  char *text = luaL_buffinitsize(L, &b, (size_t)n);
  const ssize_t got = recv(fd, text, (size_t)n, 0);
  luaL_pushresultsize(&b, got > 0 ? (size_t)got : 0);
  return got == n;
}

/* worker:receive(): the next message, for which it waits; nil when the other side is gone. */
static int worker_receive(lua_State *L) {
  const Worker *w = check_worker(L, 1);
  if (!push_message(L, w->fd)) lua_pushnil(L);
  return 1;
}

/* --- the process ------------------------------------------------------------------------ */

/* Closes the parent's ends of all workers: a worker sees that its parent is gone by the end of its socket. */
static void shut_all(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, ALL);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    Worker *w = lua_touserdata(L, -2);
    shut(w);
    w->pid = 0; /* not this process's child */
  }
  lua_pop(L, 1);
}

/* Ctrl-C is for the parent. Other signals act as in a new program. */
static void quiet_signals(void) {
  static const int to_default[] = {SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGCHLD, SIGWINCH, SIGPIPE};
  for (size_t i = 0; i < sizeof to_default / sizeof *to_default; i++) signal(to_default[i], SIG_DFL);
  signal(SIGINT, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void no_terminal(void) {
  const int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) return;
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  if (nothing > STDERR_FILENO) close(nothing);
}

/* The child: calls the function at index 1 with its end, and exits. */
static void work(lua_State *L, int fd, pid_t parent) {
  quiet_signals();
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid() != parent) _exit(1);
  no_terminal();
  lua_sethook(L, NULL, 0, 0);
  shut_all(L);
  threads_forked(L);
  stopper_forked();
  lua_pushvalue(L, 1);
  new_worker(L)->fd = fd;
  _exit(lua_pcall(L, 1, 0, 0) == LUA_OK ? 0 : 1);
}

/* core.worker(f): starts a worker, in which f(end) runs; returns the parent's end, or nil and why the system
   refused. */
static int core_worker(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  luaL_checkstack(L, LUA_MINSTACK, "a worker");
  Worker *w = new_worker(L);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno));
    return 2;
  }
  fflush(NULL);
  const pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    close(ends[0]);
    work(L, ends[1], parent);
  }
  const int error = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    lua_pushnil(L);
    lua_pushstring(L, strerror(error));
    return 2;
  }
  *w = (Worker){ends[0], pid};
  return 1;
}

/* --- waiting ------------------------------------------------------------------------------ */

/* Ctrl-C has been answered: it does not stop the Lua code that goes on. */
static void serve_stop(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_sethook(lua_tothread(L, -1), NULL, 0, 0);
  lua_pop(L, 1);
  lua_sethook(L, NULL, 0, 0);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &serve) == LUA_TFUNCTION)
    call_unhooked(L, 0, 0);
  else
    lua_pop(L, 1);
}

/* Waits up to ms for one of n descriptors; asks whether to stop. Returns its index, -1 when the time is over, -2 on
   Ctrl-C. */
static int wait_for(lua_State *L, struct pollfd *fds, int n, double ms) {
  mg_stop stop;
  Stopper s;
  stopper_begin(L, &s, &stop);
  int found = -1;
  for (double left = ms; found == -1;) {
    const int slice = left < SLICE ? (int)left + 1 : SLICE; /* never 0, which would not wait */
    const int ready = poll(fds, (nfds_t)n, slice);
    for (int i = 0; i < n && ready > 0 && found == -1; i++)
      if (fds[i].revents != 0) found = i;
    if (found == -1 && mg_stopped(&stop)) found = -2;
    left -= slice;
    if (left <= 0) break;
  }
  stopper_end(&s, &stop);
  if (found == -2) serve_stop(L);
  return found;
}

/* core.await(workers, seconds): waits for a message of one of the workers in the list, which are all alive. Returns
   its index and the message; its index, nil and the reason when it has ended; nil when the time is over, and nil and
   true on Ctrl-C, which is answered by that. */
static int core_await(lua_State *L) {
  check_arity(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  const double ms = 1000 * check_finite(L, 2, "seconds");
  struct pollfd fds[MOST_FDS];
  const lua_Integer n = luaL_len(L, 1);
  if (n < 1 || n > MOST_FDS)
    return fail(L, "await: expected 1 to %d workers, got %I", MOST_FDS, (LUAI_UACINT)n);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 1, i);
    fds[i - 1] = (struct pollfd){.fd = check_worker(L, -1)->fd, .events = POLLIN};
    lua_pop(L, 1);
  }
  const int i = wait_for(L, fds, (int)n, ms < 1e8 ? ms : 1e8);
  if (i < 0) {
    lua_pushnil(L);
    lua_pushboolean(L, i == -2);
    return 2;
  }
  lua_pushinteger(L, i + 1);
  if (push_message(L, fds[i].fd)) return 2;
  lua_rawgeti(L, 1, i + 1);
  Worker *w = check_worker(L, -1);
  lua_pop(L, 1); /* the list keeps it */
  shut(w);
  lua_pushnil(L);
  push_ending(L, w);
  return 3;
}

/* core.serve_stop(): Ctrl-C, which raised an error that has been caught, has been answered. */
static int core_serve_stop(lua_State *L) {
  check_arity(L, 0);
  serve_stop(L);
  return 0;
}

/* core.set_serve_stop(f): f() is called when a wait for workers was ended by Ctrl-C and the Lua code goes on. */
static int set_serve_stop(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &serve);
  return 0;
}

/* core.processors(): how many processors this program may use. */
static int processors(lua_State *L) {
  check_arity(L, 0);
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0) n = CPU_COUNT(&mine);
#endif
  lua_pushinteger(L, n > 0 ? n : 1);
  return 1;
}

static const luaL_Reg functions[] = {{"worker", core_worker},         {"await", core_await},
                                     {"serve_stop", core_serve_stop}, {"set_serve_stop", set_serve_stop},
                                     {"processors", processors},      {NULL, NULL}};
static const luaL_Reg methods[] = {{"send", worker_send},
                                   {"receive", worker_receive},
                                   {"pid", worker_pid},
                                   {"close", worker_close},
                                   {NULL, NULL}};

void open_workers(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, ALL);
  class_new(L, WORKER, "worker");
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, worker_close);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, worker_close);
  lua_setfield(L, -2, "__close");
  lua_pop(L, 1);
}
