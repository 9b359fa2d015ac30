/* pager.c - shows a text that is taller than the window with the program in $PAGER, else with less. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "shell.h"

extern char **environ;

/* LESS is set for a PAGER that is less, unless the user has set it. 127: there is no less. */
static const char script[] = //
    "LESS=${LESS-FRX}; export LESS;"
    "if [ -z \"${PAGER+x}\" ]; then command -v less >/dev/null || exit 127; fi;"
    "eval \"${PAGER-less -FRX}\"";

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 }; /* exit codes of sh when it cannot run the command */

/* Starts the pager, which reads from the file descriptor in; false if that fails. */
static int start(pid_t *pid, int in) {
  char sh[] = "sh", c[] = "-c", command[sizeof script];
  char *argv[] = {sh, c, command, NULL};
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attr;
  sigset_t usual;
  memcpy(command, script, sizeof script);
  if (posix_spawn_file_actions_init(&files) != 0) return 0;
  if (posix_spawnattr_init(&attr) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return 0;
  }
  sigemptyset(&usual);
  sigaddset(&usual, SIGINT); /* ignored here, but not by the pager */
  int error = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  if (error == 0) error = posix_spawnattr_setsigdefault(&attr, &usual);
  if (error == 0) error = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
  if (error == 0) error = posix_spawn(pid, "/bin/sh", &files, &attr, argv, environ);
  posix_spawnattr_destroy(&attr);
  posix_spawn_file_actions_destroy(&files);
  return error == 0;
}

/* Writes the n bytes to the pager, as far as it reads them. */
static void feed(int out, const char *s, size_t n) {
  while (n > 0) {
    ssize_t k = write(out, s, n);
    if (k < 0 && (errno != EINTR || sig_ending())) return;
    if (k > 0) s += k, n -= (size_t)k;
  }
}

/* Waits until the pager ends; ends it by a signal that is to end this program. Returns its exit code, 0 if a
   signal ended it. */
static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return 0;
    if (sig_ending()) kill(pid, SIGTERM);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* Shows the n bytes of s. False if there is no pager. */
static int show(const char *s, size_t n) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before; /* Ctrl-C is for the pager */
  struct termios modes;
  pid_t pid;
  int ends[2], code = NOT_FOUND;
  if (pipe(ends) != 0) return 0;
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC); /* else the pager would wait for more from itself */
  const int has_modes = tcgetattr(STDIN_FILENO, &modes) == 0;
  sigaction(SIGINT, &ignore, &before);
  const int started = start(&pid, ends[0]);
  close(ends[0]);
  if (started) feed(ends[1], s, n);
  close(ends[1]);
  if (started) code = wait_for(pid);
  sigaction(SIGINT, &before, NULL);
  if (started && has_modes) tcsetattr(STDIN_FILENO, TCSADRAIN, &modes); /* it may have been killed */
  return code != NOT_FOUND && code != NOT_EXECUTABLE;
}

int pager_show(lua_State *L) {
  size_t n;
  const char *pager = getenv("PAGER"), *s = luaL_checklstring(L, 1, &n);
  fflush(stdout);
  /* Keys that were typed ahead are meant for the prompt; the pager would take them. */
  const int wanted = line_editing() && (pager == NULL || *pager != '\0') && !keys_waiting();
  lua_pushboolean(L, wanted && show(s, n));
  return 1;
}
