/* line.c - one line of input, from Readline on a terminal or from a plain stream.

   Readline is fed through its callback interface, so that nothing happens inside
   a signal handler: signals arrive in pselect only, as a mark, and are dealt with
   here between two keys. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell.h"

static int use_readline; /* else stdin is read as it is */
static int echo;         /* stdin is no terminal: what is read is shown, as Readline does */
static int keys;         /* the terminal, opened for us alone: to wait at a read would be to miss Ctrl-C */
static int done;         /* has Readline given its line? */
static char *result;     /* which is this, NULL at the end of the input */

/* Gives the terminal back without the newline that Readline adds at the end of the input. */
static void restore_terminal(void) {
  rl_eof_found = 0;
  rl_deprep_terminal();
}

static void on_line(char *line) {
  rl_callback_handler_remove(); /* the terminal is as it was before Lua runs */
  result = line;
  done = 1;
}

/* Ctrl-C: the line is dropped, and whatever Readline was in the middle of. */
static void abandon(void) {
  rl_echo_signal_char(SIGINT);
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_replace_line("", 0);
  rl_cleanup_after_signal();
  rl_callback_handler_remove();
  fputc('\n', rl_outstream);
  fflush(rl_outstream);
}

/* A signal other than Ctrl-C: Readline gives the terminal back, then the signal acts. */
static void attend(int sig) {
  sig_take(sig);
  if (sig == SIGWINCH) {
    rl_resize_terminal();
    return;
  }
  rl_cleanup_after_signal();
  if (sig != SIGTSTP) { /* it ends here */
    fputc('\n', rl_outstream);
    fflush(rl_outstream);
  }
  sig_default(sig);
  rl_reset_after_signal(); /* continued after Ctrl-Z */
  rl_forced_update_display();
}

/* Readline's way to the next byte, also where it reads keys on its own (C-r, C-v).
   What made the terminal readable may be gone: Ctrl-C throws away what was typed. */
static int next_byte(FILE *f) {
  (void)f;
  for (;;) {
    int sig = sig_wait(keys);
    if (sig == SIGINT) return EOF; /* edit_line finds the mark */
    if (sig == 0) {
      unsigned char c;
      ssize_t n = read(keys, &c, 1);
      if (n == 1) return c;
      if (n == 0 || (errno != EAGAIN && errno != EINTR)) return EOF;
    } else
      attend(sig);
  }
}

static int edit_line(const char *prompt, char **line, size_t *len) {
  int sig = 0;
  sig_hold();
  rl_reset_screen_size(); /* it may have changed while Lua ran */
  done = 0;
  result = NULL;
  rl_callback_handler_install(prompt, on_line);
  while (!done && (sig = sig_wait(keys)) != SIGINT) {
    if (sig == 0)
      rl_callback_read_char();
    else
      attend(sig);
  }
  int stopped = sig_pending(SIGINT);
  if (stopped) {
    sig_take(SIGINT);
    if (!done) abandon();
    free(result);
    result = NULL;
  }
  sig_release();
  if (stopped) return LINE_INTERRUPTED;
  if (result == NULL) return LINE_EOF;
  *line = result;
  *len = strlen(result);
  return LINE_OK;
}

/* A line of stdin without its newline. On a terminal Ctrl-C ends the read. */
static int plain_line(const char *prompt, char **line, size_t *len) {
  size_t size = 0;
  *line = NULL;
  fputs(prompt, stdout);
  fflush(stdout);
  ssize_t n = getline(line, &size, stdin);
  if (n < 0) {
    free(*line);
    *line = NULL;
    if (!sig_pending(SIGINT)) return LINE_EOF;
    sig_take(SIGINT);
    clearerr(stdin);
    putchar('\n');
    return LINE_INTERRUPTED;
  }
  if (n > 0 && (*line)[n - 1] == '\n') (*line)[--n] = '\0';
  if (echo) puts(*line);
  *len = (size_t)n;
  return LINE_OK;
}

int line_read(const char *prompt, char **line, size_t *len) {
  return use_readline ? edit_line(prompt, line, len) : plain_line(prompt, line, len);
}

int line_editing(void) { return use_readline; }

void line_setup(lua_State *L) {
  const char *term = getenv("TERM");
  echo = !isatty(STDIN_FILENO);
  use_readline = !echo && isatty(STDOUT_FILENO) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
  if (!use_readline) return;
  const char *name = ttyname(STDIN_FILENO);
  keys = name ? open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  if (keys < 0) keys = STDIN_FILENO; /* not ours to open */
  rl_readline_name = "moongrad";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0; /* LINES and COLUMNS stay the user's */
  rl_getc_function = next_byte;
  rl_deprep_term_function = restore_terminal;
  comp_setup(L);
  rl_initialize();
  rl_variable_bind("enable-bracketed-paste", "off"); /* lines pasted are as many inputs */
}
