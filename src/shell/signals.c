/* signals.c - Ctrl-C, TERM and HUP while Lua runs, and signals while a line is being read.

   While Lua runs at the prompt, each of the three asks it to stop, and after a while asks
   again until it has; TERM and HUP are then for the prompt to die of, when it has saved what there
   is. What does not come back, a C function of Lua's, ends with the program: at once when Ctrl-C is
   pressed three times in a row, some time after TERM or HUP. That happens in the handler, where
   nothing is safe but system calls; the history is on disk already. A script ends as lua5.4 does.
   While a line is read, signals are blocked except inside pselect and their handlers only leave a
   mark. */

#include <errno.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "shell.h"

#define AGAIN    50 /* us from one request to stop to the next */
#define PRESSES  3  /* of Ctrl-C end the program, ... */
#define QUICKLY  2  /* when the last of them comes within so many seconds of the one before */
#define PATIENCE 1  /* seconds after which someone who waits is told that */
#define WAITED   2  /* seconds after which TERM and HUP do not wait for Lua any longer */

static const char hint[] = "\nstill stopping, as soon as a call ends; Ctrl-C twice more ends moongrad ";

static volatile sig_atomic_t at_prompt;  /* does a prompt wait behind what runs? */
static volatile sig_atomic_t presses;    /* of Ctrl-C since sig_enter or sig_hold */
static volatile sig_atomic_t requested;  /* was it asked to stop, since sig_enter? */
static volatile sig_atomic_t hinted;     /* was the hint shown, since sig_enter? */
static volatile sig_atomic_t ending;     /* TERM or HUP, once it has come while no line was read */
static volatile sig_atomic_t mark[NSIG]; /* signals that came while holding */
static struct timespec pressed;          /* when Ctrl-C was, last */
static struct timespec ended;            /* when ending came */
static struct termios modes;             /* of the terminal, for what ends in a handler */
static int has_modes;
static struct sigaction alarm_was; /* and what SIGALRM does */
static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};
static struct sigaction outer[sizeof held / sizeof *held]; /* what they did before sig_hold */
static sigset_t outer_mask;                                /* and which were blocked */

static void set_signal(int sig, void (*handler)(int), int flags) {
  struct sigaction sa;
  sa.sa_handler = handler;
  sa.sa_flags = flags;
  sigemptyset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

/* --- while Lua runs ---------------------------------------------------------------- */

/* The next SIGALRM comes in us microseconds; none when that is 0. */
static void wake(int us) {
  const struct itimerval t = {{0, 0}, {0, us}};
  setitimer(ITIMER_REAL, &t, NULL);
}

/* Have so many seconds passed since then? */
static int has_passed(const struct timespec *since, int seconds) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec - since->tv_sec >= seconds + (t.tv_nsec < since->tv_nsec);
}

void sig_restore(void) {
  if (has_modes && tcgetpgrp(STDIN_FILENO) == getpgrp()) tcsetattr(STDIN_FILENO, TCSANOW, &modes);
}

/* What Lua runs will not come back: the program ends, from a handler. */
static void give_up(int sig) {
  sig_restore();
  if (write(STDERR_FILENO, "\n", 1) < 0 || sig == SIGINT) _exit(128 + sig);
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
}

/* A request may be lost: code that is being stopped can set a hook of its own, or begin
   one __gc handler after the other. Or wait once more: this ends a read, too. */
static void on_alarm(int sig) {
  const int error = errno;
  (void)sig;
  if (!stop_ask()) return;
  if (ending && has_passed(&ended, WAITED)) give_up(ending);
  if (presses > 0 && !hinted && has_passed(&pressed, PATIENCE)) {
    prog_clear();
    hinted = write(STDERR_FILENO, hint, sizeof hint - 1) != 0;
  }
  wake(AGAIN);
  errno = error;
}

/* Asks what runs to stop. When nothing does it marks sig, for the prompt when it reads next, and is false. */
static int request(int sig) {
  if (!stop_ask()) {
    mark[sig] = 1;
    return 0;
  }
  if (at_prompt && !requested) {
    requested = 1;
    sigaction(SIGALRM, NULL, &alarm_was);
    set_signal(SIGALRM, on_alarm, 0);
    wake(STOP_HASTE);
  }
  return 1;
}

/* Has Ctrl-C been pressed often and quickly? */
static int is_urgent(void) {
  const int slow = has_passed(&pressed, QUICKLY);
  clock_gettime(CLOCK_MONOTONIC, &pressed);
  presses++;
  return presses >= PRESSES && !slow;
}

static void on_interrupt(int sig) {
  const int error = errno;
  const int runs = request(sig);
  if (at_prompt && is_urgent())
    give_up(sig);
  else if (runs && !at_prompt)
    set_signal(sig, SIG_DFL, 0); /* the next one ends the script */
  errno = error;
}

static void on_ending(int sig) {
  const int error = errno;
  if (!ending) {
    clock_gettime(CLOCK_MONOTONIC, &ended);
    ending = sig;
    mark[sig] = 1; /* what is stopped may be the text of the prompt, and a line be read next */
    request(sig);
  } else if (has_passed(&ended, WAITED)) /* often there are two at once, while the session is saved */
    request(sig);
  errno = error;
}

/* Ctrl-Z: the line that says how far it is does not stay behind. What was being written or read goes on. */
static void on_suspend(int sig) {
  const int error = errno;
  sigset_t set;
  prog_clear();
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
  sigemptyset(&set);
  sigaddset(&set, sig);
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stops us */
  set_signal(sig, on_suspend, SA_RESTART);
  errno = error;
}

static struct {
  int sig;
  void (*handler)(int);
  int flags;
  struct sigaction before; /* what it does without a prompt */
} caught[] = {{.sig = SIGTERM, .handler = on_ending},
              {.sig = SIGHUP, .handler = on_ending},
              {.sig = SIGTSTP, .handler = on_suspend, .flags = SA_RESTART}};

void sig_prompt(int on) {
  at_prompt = on;
  set_signal(SIGINT, on ? on_interrupt : SIG_DFL, 0);
  for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
    sigaction(caught[i].sig, on ? NULL : &caught[i].before, on ? &caught[i].before : NULL);
    if (on && caught[i].before.sa_handler != SIG_IGN)
      set_signal(caught[i].sig, caught[i].handler, caught[i].flags);
  }
}

void sig_enter(lua_State *L) {
  presses = requested = hinted = 0;
  if (at_prompt && !has_modes) has_modes = tcgetattr(STDIN_FILENO, &modes) == 0;
  stop_enter(L, at_prompt);
  set_signal(SIGINT, on_interrupt, 0);
}

int sig_leave(void) {
  const int stopped = stop_leave();
  if (requested) {
    wake(0);
    sigaction(SIGALRM, &alarm_was, NULL);
  }
  set_signal(SIGINT, at_prompt ? on_interrupt : SIG_DFL, 0);
  return stopped;
}

int sig_pressed(void) { return presses > 0; }

int sig_ending(void) { return ending; }

/* --- while a line is read ------------------------------------------------------ */

static void on_mark(int sig) { mark[sig] = 1; }

void sig_hold(void) {
  sigset_t set;
  presses = 0;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) sigaddset(&set, held[i]);
  sigprocmask(SIG_BLOCK, &set, &outer_mask);
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
    sigaction(held[i], NULL, &outer[i]);
    if (outer[i].sa_handler != SIG_IGN) set_signal(held[i], on_mark, 0);
  }
}

void sig_release(void) {
  for (size_t i = 0; i < sizeof held / sizeof *held; i++) sigaction(held[i], &outer[i], NULL);
  sigprocmask(SIG_SETMASK, &outer_mask, NULL);
}

int sig_pending(int sig) { return mark[sig]; }

void sig_take(int sig) { mark[sig] = 0; }

/* Lets the signals that wait leave their marks: where there is input as well, pselect lets them wait. */
static void admit(void) {
  sigset_t waiting, mask;
  sigpending(&waiting);
  for (size_t i = 0; i < sizeof held / sizeof *held; i++)
    if (sigismember(&waiting, held[i])) {
      sigprocmask(SIG_SETMASK, &outer_mask, &mask);
      sigprocmask(SIG_SETMASK, &mask, NULL);
    }
}

int sig_wait(int fd) {
  for (;;) {
    fd_set in;
    admit();
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
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
  sigemptyset(&set);
  sigaddset(&set, sig);
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stops or ends us */
  sigprocmask(SIG_BLOCK, &set, NULL);
  set_signal(sig, on_mark, 0);
}
