/* signals.c - signals at the prompt: while Lua runs, and while a line is being read.

   While Lua runs at the prompt, Ctrl-C and each signal that ends a program ask it to stop, and after a
   while ask again until it has. Ctrl-C leaves the prompt; of the others the prompt dies, when it has saved
   what there is. What does not come back, a C function of Lua's, ends with the program: when Ctrl-C is
   pressed twice more after the first second, or some time after one of the others. That happens in the
   handler, where nothing is safe but system calls; the history is on disk already. A write to a program that
   reads no more, or beyond the limit of a file's size, fails there and ends nothing. A script ends as lua5.4
   does. While a line is read, signals are blocked except inside pselect and their handlers only leave a
   mark. */

#include <errno.h>
#include <poll.h>
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
#define PATIENCE 1  /* seconds in which all presses count as one, and after which the hint is shown */
#define WAITED   2  /* seconds after which what is to end does not wait for Lua any longer */

static const char hint[] = "\nstill stopping, as soon as a call ends;"
                           " Ctrl-C twice more ends moongrad, without keeping the session ";

static struct {
  volatile sig_atomic_t is_open; /* does the program return to a prompt when what runs has ended? */
  int is_typed;                  /* is standard input a terminal? */
  struct termios modes;          /* the terminal's before anything ran, to be restored by a handler */
  int has_modes;                 /* are they known? */
  void (*clear_line)(void);      /* takes the progress line away, see sig_clear_with; NULL without one */
} prompt;

/* Ctrl-C while Lua runs. */
static struct {
  volatile sig_atomic_t presses;   /* how many that count, since sig_enter or sig_hold */
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
  volatile sig_atomic_t mark[NSIG]; /* has it come? Also set when nothing runs that could be stopped */
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
  if (prompt.has_modes && tcgetpgrp(STDIN_FILENO) == getpgrp())
    tcsetattr(STDIN_FILENO, TCSANOW, &prompt.modes);
}

/* What Lua runs will not come back: the program ends, from a handler. */
static void give_up(int sig) {
  sig_restore();
  if (write(STDERR_FILENO, "\n", 1) < 0 || sig == SIGINT) _exit(128 + sig);
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
}

/* The progress line is out of the way of what is shown next. */
static void clear(void) {
  if (prompt.clear_line != NULL) prompt.clear_line();
}

/* A request may be lost: code that is being stopped can set a hook of its own, or begin
   one __gc handler after the other. Or wait once more: this ends a read, too. */
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

/* Asks what runs to stop. When nothing does it marks sig, for the prompt when it reads next, and is false. */
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

/* Has Ctrl-C been pressed often and quickly, and was there time to stop before? */
static int is_urgent(void) {
  if (interrupt.presses > 0 && !has_passed(&interrupt.first, PATIENCE)) return 0;
  const int slow = has_passed(&interrupt.last, QUICKLY);
  clock_gettime(CLOCK_MONOTONIC, &interrupt.last);
  if (interrupt.presses == 0) interrupt.first = interrupt.last;
  interrupt.presses++;
  return interrupt.presses >= PRESSES && !slow;
}

static void on_interrupt(int sig) {
  const int error = errno;
  const int runs = request(sig);
  if (prompt.is_open && is_urgent())
    give_up(sig);
  else if (runs && !prompt.is_open)
    set_signal(sig, SIG_DFL, 0); /* the next one ends the script */
  errno = error;
}

static void on_ending(int sig) {
  const int error = errno;
  if (!ending.sig) {
    clock_gettime(CLOCK_MONOTONIC, &ending.at);
    ending.sig = sig;
    held.mark[sig] = 1; /* what is stopped may be the text of the prompt, and a line be read next */
    request(sig);
  } else if (has_passed(&ending.at, WAITED)) /* often there are two at once, while the session is saved */
    request(sig);
  errno = error;
}

/* Ctrl-Z: the line that says how far it is does not stay behind. What was being written or read goes on. */
static void on_suspend(int sig) {
  const int error = errno;
  sigset_t set;
  clear();
  set_signal(sig, SIG_DFL, 0);
  raise(sig);
  sigemptyset(&set);
  sigaddset(&set, sig);
  sigprocmask(SIG_UNBLOCK, &set, NULL); /* here it stops us */
  set_signal(sig, on_suspend, SA_RESTART);
  errno = error;
}

/* A write failed whose reader is gone. If that is the reader of standard output the program ends. */
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

static void on_limit(int sig) { (void)sig; } /* the write fails */

static struct {
  int sig;
  void (*handler)(int); /* not SIG_IGN, which programs that are started would inherit */
  int flags;
  struct sigaction before; /* what it does without a prompt */
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

/* Is the signal handled here? What it was made to do before stays, but for what who types would not expect:
   that the programs that are started here ignore it. */
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
    if (!on && caught[i].handler == on_pipe) continue; /* files are closed after the prompt, too */
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

int sig_leave(void) {
  const int stopped = stop_leave();
  if (interrupt.requested) {
    wake(0);
    sigaction(SIGALRM, &interrupt.alarm, NULL);
  }
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

/* Lets the signals that wait leave their marks: where there is input as well, pselect lets them wait. */
static void admit(void) {
  sigset_t waiting, mask;
  sigpending(&waiting);
  for (int sig = 1; sig < NSIG; sig++)
    if (is_held(sig) && sigismember(&waiting, sig)) {
      sigprocmask(SIG_SETMASK, &held.outer_mask, &mask);
      sigprocmask(SIG_SETMASK, &mask, NULL);
    }
}

/* A held signal that has left its mark; 0 without one. */
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
