/* process.c - a Lua module for the bench: a clock, and child processes with pipes in both directions.

   Lua's io.popen has one direction only, and os.clock measures processor time. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { MOST_WORDS = 64 };

/* process.now(): returns seconds of a clock that is never set back. */
static int now(lua_State *L) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec * 1e-9);
  return 1;
}

/* process.sleep(seconds) */
static int pause_for(lua_State *L) {
  const lua_Number s = luaL_checknumber(L, 1);
  struct timespec t = {(time_t)s, (long)((s - (lua_Number)(time_t)s) * 1e9)};
  nanosleep(&t, NULL);
  return 0;
}

/* The words of the table at index 1 as argv for exec; the strings stay on the stack. */
static void words(lua_State *L, char *argv[MOST_WORDS]) {
  const lua_Integer n = luaL_len(L, 1);
  luaL_argcheck(L, n > 0 && n < MOST_WORDS, 1, "from 1 to 63 words");
  luaL_checkstack(L, (int)n, NULL);
  for (lua_Integer i = 0; i < n; i++) {
    lua_geti(L, 1, i + 1);
    argv[i] = (char *)luaL_checkstring(L, -1);
  }
  argv[n] = NULL;
}

/* Starts argv with these two descriptors as its standard input and output; returns 0 or an errno. This
   process ignores SIGPIPE; the child must not. */
static int spawn(char *argv[], int in, int out, pid_t *pid) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
  sigset_t usual;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_init(&how);
  posix_spawnattr_setsigdefault(&how, &usual);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(pid, argv[0], &files, &how, argv, environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

static int close_file(lua_State *L) {
  luaL_Stream *s = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  return luaL_fileresult(L, fclose(s->f) == 0, NULL);
}

/* Pushes a Lua file without a C file, which own() sets. */
static luaL_Stream *push_file(lua_State *L) {
  luaL_Stream *s = lua_newuserdatauv(L, sizeof *s, 0);
  *s = (luaL_Stream){NULL, NULL};
  luaL_setmetatable(L, LUA_FILEHANDLE);
  return s;
}

static void own(luaL_Stream *s, int fd, const char *mode) {
  s->f = fdopen(fd, mode);
  s->closef = close_file;
}

/* process.start{program, word, ...}: starts a child; returns its process id, a file to write to it, a file to
   read from it; or nil and a message. */
static int start(lua_State *L) {
  char *argv[MOST_WORDS];
  int to[2], from[2];
  pid_t pid;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_Stream *writer = push_file(L), *reader = push_file(L);
  words(L, argv);
  if (pipe2(to, O_CLOEXEC) != 0) return luaL_fileresult(L, 0, NULL);
  if (pipe2(from, O_CLOEXEC) != 0) {
    close(to[0]), close(to[1]);
    return luaL_fileresult(L, 0, NULL);
  }
  own(writer, to[1], "w");
  own(reader, from[0], "r");
  const int error = spawn(argv, to[0], from[1], &pid);
  close(to[0]), close(from[1]);
  if (error != 0) {
    errno = error;
    return luaL_fileresult(L, 0, argv[0]);
  }
  lua_pushinteger(L, pid);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  return 3;
}

/* Waits for the child; returns its exit status, or -1. */
static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* process.wait(pid): waits for the child; returns its exit status, or -1. */
static int wait_lua(lua_State *L) {
  lua_pushinteger(L, wait_for((pid_t)luaL_checkinteger(L, 1)));
  return 1;
}

/* process.run{program, word, ...}: runs it to its end, without input and without its output; returns its exit
   status, or nil and a message. */
static int run(lua_State *L) {
  char *argv[MOST_WORDS];
  pid_t pid;
  luaL_checktype(L, 1, LUA_TTABLE);
  words(L, argv);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return luaL_fileresult(L, 0, "/dev/null");
  const int error = spawn(argv, null, null, &pid);
  close(null);
  if (error != 0) {
    errno = error;
    return luaL_fileresult(L, 0, argv[0]);
  }
  lua_pushinteger(L, wait_for(pid));
  return 1;
}

/* process.kill(pid): ends a child that does not end by itself. */
static int kill_lua(lua_State *L) {
  const pid_t pid = (pid_t)luaL_checkinteger(L, 1);
  kill(pid, SIGKILL);
  wait_for(pid);
  return 0;
}

/* process.cores(): returns how many threads can run at once. */
static int cores(lua_State *L) {
  lua_pushinteger(L, sysconf(_SC_NPROCESSORS_ONLN));
  return 1;
}

static const luaL_Reg functions[] = {
    {"now", now}, {"sleep", pause_for}, {"start", start}, {"wait", wait_lua},
    {"run", run}, {"kill", kill_lua},   {"cores", cores}, {NULL, NULL},
};

int luaopen_process(lua_State *L);
int luaopen_process(lua_State *L) {
  signal(SIGPIPE, SIG_IGN); /* writing to a child that has ended is then an error, not a signal */
  luaL_newlib(L, functions);
  return 1;
}
