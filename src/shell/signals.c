/* signals.c - signals at the prompt: while Lua runs, and while a line is being read.

   While Lua runs at the prompt, Ctrl-C and each signal that ends a program ask Lua to stop. SIGALRM repeats
   the request until Lua has stopped. After Ctrl-C the prompt goes on; after another signal the session is
   kept and the program ends.

   A C function may not return, and a request cannot stop it. Then the program ends from the handler: when
   Ctrl-C is pressed twice more after the first second, or WAITED seconds after another signal. Only system
   calls are safe in a handler, so the session is not kept; the history is on disk already.

   A write to a pipe without a reader, or beyond the limit on file sizes, fails and does not end the program.
   A script ends by signals as under lua5.4.

   While a line is read, signals are blocked except inside pselect, and their handlers only set a mark. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "shell.h"

#define AGAIN    50 /* microseconds between two requests to stop */
#define PRESSES  3  /* so many presses of Ctrl-C end the program, ... */
#define QUICKLY  2  /* ... if the last comes within so many seconds after the one before */
#define PATIENCE 1  /* seconds in which all presses count as one; then the hint is shown */
#define WAITED   2  /* seconds that a signal which ends the program waits for Lua to stop */

static const char hint[] = "\nstill stopping: the call that runs has to return first;"
                           " Ctrl-C twice more ends moongrad, without keeping the session ";

static struct {
  volatile sig_atomic_t is_open; /* between sig_prompt(1) and sig_prompt(0)? */
  int is_typed;                  /* is standard input a terminal? */
  struct termios modes;          /* the terminal's modes before anything ran, for sig_restore */
  int has_modes;                 /* are they known? */
  void (*clear_line)(void);      /* takes the progress line away, see sig_clear_with; NULL without one */
} prompt;

/* Ctrl-C while Lua runs. */
static struct {
  volatile sig_atomic_t presses;   /* their number since sig_enter or sig_hold; see is_urgent */
  struct timespec first, last;     /* the times of the first and of the last press */
  volatile sig_atomic_t requested; /* was Lua asked to stop, since sig_enter? Then SIGALRM asks again */
  volatile sig_atomic_t hinted;    /* was the hint shown, since sig_enter? */
  struct sigaction alarm;          /* what SIGALRM did before the request */
} interrupt;

/* The first signal that is to end the program, if it came while no line was read. */
static struct {
  volatile sig_atomic_t sig; /* 0 before it */
  struct timespec at;        /* when it came */
} ending;

/* The signals that are blocked while a line is read. */
static struct {
  volatile sig_atomic_t mark[NSIG]; /* has the signal come? Also set when no Lua runs that could be stopped */
  struct sigaction outer[NSIG];     /* what it did before sig_hold */
  sigset_t outer_mask;              /* the signals that were blocked before sig_hold */
} held;

static void set_signal(int sig, void (*handler)(int), int flags) {
  struct sigaction sa;
  sa.sa_handler = handler;
  sa.sa_flags = flags;
  sigemptyset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

/* --- while Lua runs ---------------------------------------------------------------- */

/* Sends SIGALRM in us microseconds; 0: not at all. */
static void wake(int us) {
  const struct itimerval t = {{0, 0}, {0, us}};
  setitimer(ITIMER_REAL, &t, NULL);
}

/* Have so many seconds passed since the time? */
static int has_passed(const struct timespec *since, int seconds) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec - since->tv_sec >= seconds + (t.tv_nsec < since->tv_nsec);
}

void sig_restore(void) {
  if (prompt.has_modes && tcgetpgrp(STDIN_FILENO) == getpgrp())
    tcsetattr(STDIN_FILENO, TCSANOW, &prompt.modes);
}

/* Ends the program from a handler, when what runs does not stop. */
static void give_up(int sig) {
  sig_restore();
  if (write(STDERR_FILENO, "\n", 1) < 0 || sig == SIGINT) _exit(128 + sig);
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
}

/* Removes the progress line before something else is written. */
static void clear(void) {
  if (prompt.clear_line != NULL) prompt.clear_line();
}

/* Repeats the request to stop. One request may be lost: code that is being stopped may set a hook of its own,
   or run one __gc handler after the other. It may also begin to wait in another read, which SIGALRM ends. */
static void on_alarm(int sig) {
  const int error = errno;
  (void)sig;
  if (!stop_ask()) return;
  if (ending.sig && has_passed(&ending.at, WAITED)) give_up(ending.sig);
  if (interrupt.presses > 0 && !interrupt.hinted && has_passed(&interrupt.first, PATIENCE)) {
    clear();
    interrupt.hinted = write(STDERR_FILENO, hint, sizeof hint - 1) != 0;
  }
  wake(AGAIN);
  errno = error;
}

/* Asks Lua to stop. False if none runs: then sig is marked, for the next reading of a line. */
static int request(int sig) {
  if (!stop_ask()) {
    held.mark[sig] = 1;
    return 0;
  }
  if (prompt.is_open && !interrupt.requested) {
    interrupt.requested = 1;
    sigaction(SIGALRM, NULL, &interrupt.alarm);
    set_signal(SIGALRM, on_alarm, 0);
    wake(STOP_HASTE);
  }
  return 1;
}

/* Counts a press of Ctrl-C. Is it the last of PRESSES, quickly after the one before? Presses within PATIENCE
   seconds of the first do not count: Lua had no time to stop. */
static int is_urgent(void) {
  if (interrupt.presses > 0 && !has_passed(&interrupt.first, PATIENCE)) return 0;
  const int slow = has_passed(&interrupt.last, QUICKLY);
  clock_gettime(CLOCK_MONOTONIC, &interrupt.last);
  if (interrupt.presses == 0) interrupt.first = interrupt.last;
  interrupt.presses++;
  return interrupt.presses >= PRESSES && !slow;
}

/* SIGINT: asks Lua to stop. At the prompt the last of several presses ends the program, in a script the
   second. */
static void on_interrupt(int sig) {
  const int error = errno;
  const int runs = request(sig);
  if (prompt.is_open && is_urgent())
    give_up(sig);
  else if (runs && !prompt.is_open)
    set_signal(sig, SIG_DFL, 0); /* the next Ctrl-C ends the script */
  errno = error;
}

/* A signal that ends the program: asks Lua to stop. prompt.c ends the program then. */
static void on_ending(int sig) {
  const int error = errno;
  if (!ending.sig) {
    clock_gettime(CLOCK_MONOTONIC, &ending.at);
    ending.sig = sig;
    held.mark[sig] = 1; /* if it stops session.prompt, the reading of the line comes next */
    request(sig);
  } else if (has_passed(&ending.at, WAITED)) /* one that follows at once must not stop the keeping */
    request(sig);
  errno = error;
}

/* Ctrl-Z while Lua runs: removes the progress line and stops the program. A write or read that it interrupts
   is restarted. */
static void on_suspend(int sig) {
  const int error = errno;
  sigset_t set;
  clear();
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
  sigemptyset(&set);
  sigaddset(&set, sig);
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* the program stops here */
  set_signal(sig, on_suspend, SA_RESTART);
  errno = error;
}

/* SIGPIPE: a write failed because its pipe has no reader. If that is standard output the program ends. */
static void on_pipe(int sig) {
  const int error = errno;
  struct pollfd out = {.fd = STDOUT_FILENO};
  const int is_lost = poll(&out, 1, 0) > 0 && out.revents & (POLLERR | POLLHUP);
  if (is_lost && prompt.is_open && prompt.is_typed)
    on_ending(sig);
  else if (is_lost) {
    set_signal(sig, SIG_DFL, 0);
    raise(sig);
  }
  errno = error;
}

/* SIGXFSZ: the write fails, and nothing else happens. */
static void on_limit(int sig) { (void)sig; }

static struct {
  int sig;
  void (*handler)(int); /* never SIG_IGN: programs that are started would inherit that */
  int flags;
  struct sigaction before; /* the action before sig_prompt(1) */
} caught[] = {{.sig = SIGTERM, .handler = on_ending},
              {.sig = SIGHUP, .handler = on_ending},
              {.sig = SIGQUIT, .handler = on_ending},
              {.sig = SIGUSR1, .handler = on_ending},
              {.sig = SIGUSR2, .handler = on_ending},
              {.sig = SIGALRM, .handler = on_ending},
              {.sig = SIGVTALRM, .handler = on_ending},
              {.sig = SIGPROF, .handler = on_ending},
              {.sig = SIGXCPU, .handler = on_ending},
              {.sig = SIGXFSZ, .handler = on_limit, .flags = SA_RESTART},
              {.sig = SIGPIPE, .handler = on_pipe, .flags = SA_RESTART},
              {.sig = SIGTSTP, .handler = on_suspend, .flags = SA_RESTART}};

/* Is the signal handled here? Not if it had a handler before, or was ignored. But an ignored
   SIGPIPE or SIGXFSZ is handled on a terminal: the programs that the user starts should not ignore them. */
static int is_caught(size_t i) {
  const int ignorable = caught[i].handler == on_pipe || caught[i].handler == on_limit;
  return caught[i].before.sa_handler == SIG_DFL ||
         (caught[i].before.sa_handler == SIG_IGN && ignorable && prompt.is_typed);
}

void sig_prompt(int on) {
  prompt.is_open = on;
  prompt.is_typed = isatty(STDIN_FILENO);
  set_signal(SIGINT, on ? on_interrupt : SIG_DFL, 0);
  for (size_t i = 0; i < sizeof caught / sizeof *caught; i++) {
    if (!on && caught[i].handler == on_pipe) continue; /* closing files writes, too */
    sigaction(caught[i].sig, on ? NULL : &caught[i].before, on ? &caught[i].before : NULL);
    if (on && is_caught(i)) set_signal(caught[i].sig, caught[i].handler, caught[i].flags);
  }
}

int sig_ends(int sig) {
  for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
    if (caught[i].sig == sig) return caught[i].handler == on_ending && is_caught(i);
  return 0;
}

int sig_ends_line(int sig) { return sig == SIGINT || sig_ends(sig); }

void sig_enter(lua_State *L) {
  interrupt.presses = interrupt.requested = interrupt.hinted = 0;
  if (prompt.is_open && !prompt.has_modes) prompt.has_modes = tcgetattr(STDIN_FILENO, &prompt.modes) == 0;
  stop_enter(L, prompt.is_open);
  set_signal(SIGINT, on_interrupt, 0);
}

/* Ends the repeated requests. */
static void no_alarm(void) {
  if (!interrupt.requested) return;
  wake(0);
  sigaction(SIGALRM, &interrupt.alarm, NULL);
}

int sig_served(lua_State *L) {
  (void)L;
  if (ending.sig) return 0; /* TERM and HUP end all */
  no_alarm();
  interrupt.presses = interrupt.requested = interrupt.hinted = 0;
  held.mark[SIGINT] = 0;
  stop_served();
  return 0;
}

int sig_leave(void) {
  const int stopped = stop_leave();
  no_alarm();
  set_signal(SIGINT, prompt.is_open ? on_interrupt : SIG_DFL, 0);
  return stopped;
}

void sig_clear_with(void (*f)(void)) { prompt.clear_line = f; }

int sig_pressed(void) { return interrupt.presses > 0; }

int sig_ending(void) {
  for (int sig = 1; !ending.sig && sig < NSIG; sig++)
    if (held.mark[sig] && sig_ends(sig)) return sig;
  return ending.sig;
}

/* --- while a line is read ------------------------------------------------------ */

static void on_mark(int sig) { held.mark[sig] = 1; }

/* Is it a signal that is blocked while a line is read? */
static int is_held(int sig) { return sig == SIGINT || sig == SIGTSTP || sig == SIGWINCH || sig_ends(sig); }

void sig_hold(void) {
  sigset_t set;
  interrupt.presses = 0;
  sigemptyset(&set);
  for (int sig = 1; sig < NSIG; sig++)
    if (is_held(sig)) sigaddset(&set, sig);
  sigprocmask(SIG_BLOCK, &set, &held.outer_mask);
  for (int sig = 1; sig < NSIG; sig++) {
    if (!is_held(sig)) continue;
    sigaction(sig, NULL, &held.outer[sig]);
    if (held.outer[sig].sa_handler != SIG_IGN) set_signal(sig, on_mark, 0);
  }
}

void sig_release(void) {
  for (int sig = 1; sig < NSIG; sig++)
    if (is_held(sig)) sigaction(sig, &held.outer[sig], NULL);
  sigprocmask(SIG_SETMASK, &held.outer_mask, NULL);
}

int sig_pending(int sig) { return held.mark[sig]; }

void sig_take(int sig) { held.mark[sig] = 0; }

/* Unblocks the pending signals for a moment, so that their handlers set their marks. pselect does not do that
   if there is input as well. */
static void admit(void) {
  sigset_t waiting, mask;
  sigpending(&waiting);
  for (int sig = 1; sig < NSIG; sig++)
    if (is_held(sig) && sigismember(&waiting, sig)) {
      sigprocmask(SIG_SETMASK, &held.outer_mask, &mask);
      sigprocmask(SIG_SETMASK, &mask, NULL);
    }
}

/* A held signal whose mark is set, 0 if there is none. */
static int marked(void) {
  for (int sig = 1; sig < NSIG; sig++)
    if (held.mark[sig] && is_held(sig)) return sig;
  return 0;
}

int sig_wait(int fd) {
  for (;;) {
    fd_set in;
    admit();
    if (marked()) return marked();
    FD_ZERO(&in);
    FD_SET(fd, &in);
    if (pselect(fd + 1, &in, NULL, NULL, NULL, &held.outer_mask) >= 0) return 0;
    if (errno != EINTR) return 0; /* the read of fd reports the error */
  }
}

void sig_default(int sig) {
  sigset_t set;
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
  sigemptyset(&set);
  sigaddset(&set, sig);
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* the program stops or ends here */
  sigprocmask(SIG_BLOCK, &set, NULL);
  set_signal(sig, on_mark, 0);
}
