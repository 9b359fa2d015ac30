/* signals.c - Ctrl-C while Lua runs, and signals while a line is being read.

   While Lua runs, Ctrl-C sets a hook that raises at the next instruction; the
   engine sees that a hook has appeared and stops a pass that is under way. No
   hook is set otherwise. While a line is read, signals are blocked except inside
   pselect and their handlers only leave a mark. */

#include <errno.h>
#include <signal.h>
#include <sys/select.h>
#include <unistd.h>

#include "shell.h"

#define HOOK_MASK (LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT)
#define GRACE     1000 /* events that whoever catches the error first gets before the next */
#define PRESSES   2    /* Ctrl-C that Lua may leave unheeded; one more ends the program */

static lua_State *volatile running;      /* whose code runs, NULL while none does */
static volatile sig_atomic_t at_prompt;  /* does a prompt wait behind what runs? */
static volatile sig_atomic_t presses;    /* of Ctrl-C since sig_enter */
static volatile sig_atomic_t mark[NSIG]; /* signals that came while holding */
static int grace, patience;              /* what is left of GRACE, and until the next raise */
static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
static struct sigaction outer[sizeof held / sizeof *held]; /* what they did before sig_hold */
static sigset_t outer_mask;                                /* and which were blocked */

static void set_signal(int sig, void (*handler)(int)) {
  struct sigaction sa;
  sa.sa_handler = handler;
  sa.sa_flags = 0;
  sigemptyset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

/* Raises "interrupted!". With a prompt behind it the hook stays, so that code which
   catches the error ends as well: after each raise it may go on for fewer events. */
static void stop(lua_State *L, lua_Debug *ar) {
  (void)ar;
  if (!at_prompt)
    lua_sethook(L, NULL, 0, 0);
  else if (patience > 0) {
    patience--;
    return;
  }
  patience = grace;
  grace /= 2;
  luaL_error(L, "interrupted!");
}

static void on_interrupt(int sig) {
  if (running == NULL) {
    mark[sig] = 1; /* the prompt takes it when it reads next */
    return;
  }
  presses++;
  if (!at_prompt || presses >= PRESSES) set_signal(sig, SIG_DFL); /* the next one ends the program */
  lua_sethook(running, stop, HOOK_MASK, 1);
}

void sig_prompt(int on) {
  at_prompt = on;
  set_signal(SIGINT, on ? on_interrupt : SIG_DFL);
}

void sig_enter(lua_State *L) {
  presses = 0;
  grace = GRACE;
  patience = 0;
  running = L;
  set_signal(SIGINT, on_interrupt);
}

int sig_leave(lua_State *L) {
  running = NULL;
  set_signal(SIGINT, at_prompt ? on_interrupt : SIG_DFL);
  if (lua_gethook(L) == stop) lua_sethook(L, NULL, 0, 0);
  return presses > 0;
}

/* --- while a line is read ------------------------------------------------------ */

static void on_mark(int sig) { mark[sig] = 1; }

void sig_hold(void) {
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) sigaddset(&set, held[i]);
  sigprocmask(SIG_BLOCK, &set, &outer_mask);
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
    sigaction(held[i], NULL, &outer[i]);
    if (outer[i].sa_handler != SIG_IGN) set_signal(held[i], on_mark);
  }
}

void sig_release(void) {
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) sigaction(held[i], &outer[i], NULL);
  sigprocmask(SIG_SETMASK, &outer_mask, NULL);
}

int sig_pending(int sig) { return mark[sig]; }

void sig_take(int sig) { mark[sig] = 0; }

int sig_wait(int fd) {
  for (;;) {
    fd_set in;
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
      if (mark[held[i]]) return held[i];
    FD_ZERO(&in);
    FD_SET(fd, &in);
    if (pselect(fd + 1, &in, NULL, NULL, NULL, &outer_mask) >= 0) return 0;
    if (errno != EINTR) return 0; /* reading fd will say what is wrong */
  }
}

void sig_default(int sig) {
  sigset_t set;
  set_signal(sig, SIG_DFL);
  raise(sig);
  sigemptyset(&set);
  sigaddset(&set, sig);
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stops or ends us */
  sigprocmask(SIG_BLOCK, &set, NULL);
  set_signal(sig, on_mark);
}
