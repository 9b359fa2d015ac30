/* line.c - reads one line of input, with Readline on a terminal or from a plain stream.

   Readline is called for each key, through its callback interface. Signals come only while the shell waits
   for a key, in pselect, and only leave a mark. They are handled here between two keys, not in a signal
   handler. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell.h"

#define MAX_PROMPT 1000 /* bytes; Readline 8.2 crashes at a prompt much larger than the screen */

static struct {
  int lines;        /* may an input have several? Not under --no-session */
  int use_readline; /* else lines come from stdin as a plain stream */
  int echo;         /* is stdin no terminal? Then each line is printed after its prompt */
  int begun;        /* has a line been read from a plain stream? */
  int idle;         /* how many times in a row Ctrl-C was pressed on an empty line */
  char *prefill;    /* the text that the next line begins with, NULL without one */
} input;

/* The line that Readline edits. */
static struct {
  int reading;  /* does Readline have the terminal? */
  int done;     /* has Readline returned the line? */
  char *result; /* the line that it returned, NULL at the end of the input */
  int place;    /* the index in the history of the entry that is edited */
} edited;

/* Readline calls this with a finished line. Keys that Readline holds and has not used, such as the rest of a
   macro, are taken back for the next line: Readline would use them now, without the terminal. */
static void on_line(char *line) {
  keys_reclaim();
  rl_callback_handler_remove(); /* restores the terminal for what Lua runs */
  edited.result = line;
  edited.done = 1;
}

/* Ends the reading after a signal. The line is dropped, and any command that Readline has not finished. */
static void abandon(int sig) {
  rl_free_line_state();
  rl_callback_sigcleanup();
  keys_reclaim();    /* finish drops them */
  rl_point = rl_end; /* the cursor goes below the input */
  view_draw();
  if (sig == SIGINT) fputs("^C", rl_outstream);
  rl_replace_line("", 0);
  rl_cleanup_after_signal();
  rl_callback_handler_remove();
}

/* Counts Ctrl-C on an empty line. A user who presses it twice may want to leave, and is told how. */
static void hint(int empty) {
  input.idle = empty ? input.idle + 1 : 0;
  if (input.idle < 2) return;
  input.idle = 0;
  puts("Ctrl-D leaves");
  fflush(stdout);
}

/* The signal that ended the reading of the line, 0 if none did. */
static int ended_by(void) {
  const int sig = sig_ending();
  return sig ? sig : sig_pending(SIGINT) ? SIGINT : 0;
}

/* The result of edit_line after its loop: a LINE_ word, and with LINE_OK the line. */
static int finish(char **line, size_t *len) {
  int sig = ended_by(), empty = rl_end == 0 && !RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH);
  if (sig) {
    if (!edited.done)
      abandon(sig);
    else if (sig == SIGINT)
      fputs("^C", rl_outstream);
    fputc('\n', rl_outstream);
    fflush(rl_outstream);
    if (sig == SIGINT) hint(empty && !edited.done);
  }
  if (sig || edit_cancelled()) {
    free(edited.result);
    edited.result = NULL;
    if (sig == SIGINT) sig_take(SIGINT);
    keys_drop();
    return sig == 0 || sig == SIGINT ? LINE_INTERRUPTED : LINE_ENDED;
  }
  input.idle = 0;
  if (edited.result == NULL) return LINE_EOF;
  *line = edited.result;
  *len = strlen(edited.result);
  return LINE_OK;
}

/* Forgets Readline's undo list, at the start of a line and when another entry is fetched from the history.
   Readline 8.2 lets several entries share one list, and frees it twice. It is not freed here: another entry
   may still have it. */
static void forget_undo(void) {
  HIST_ENTRY **list = history_list();
  edited.place = where_history();
  rl_undo_list = NULL;
  for (int i = 0; list != NULL && list[i] != NULL; i++) list[i]->data = NULL;
}

/* Called after each key: no entry of the history shares the undo list of the line. */
static void keep_undo(void) {
  HIST_ENTRY *entry = current_history();
  if (RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH)) return;
  if (where_history() != edited.place) forget_undo();
  if (entry != NULL) entry->data = NULL;
}

/* Reads a line with Readline; see line_read. */
static int edit_line(const char *prompt, char **line, size_t *len) {
  int sig = 0;
  sig_hold();
  edited.reading = 1;
  view_measure(); /* the screen's size may have changed while Lua ran */
  edited.done = 0;
  edited.result = NULL;
  edit_begin();
  if (input.lines) cursor_to_start();
  rl_callback_handler_install(strlen(prompt) > MAX_PROMPT ? "> " : prompt, on_line);
  forget_undo();
  if (input.prefill != NULL) {
    rl_insert_text(input.prefill);
    view_draw();
    free(input.prefill);
    input.prefill = NULL;
  }
  while (!sig_ends_line(sig = keys_wait())) {
    if (sig == 0)
      rl_callback_read_char();
    else
      term_handle(sig);
    if (edited.done) break;
    keep_undo();
    keys_refresh(); /* drawing was put off for keys that may only begin a sequence */
  }
  int how = finish(line, len);
  edited.reading = 0;
  sig_release();
  return how;
}

void line_break_off(void) {
  if (!edited.reading) return;
  edited.reading = 0;
  term_restore();
  sig_release();
}

void line_prefill(const char *text) {
  free(input.prefill);
  input.prefill = strdup(text);
  for (size_t n = input.prefill ? strlen(input.prefill) : 0; n > 0 && input.prefill[n - 1] == '\n'; n--)
    input.prefill[n - 1] = '\0';
}

/* Waits until a line is typed; the signal that ended the wait, else 0. */
static int wait_line(void) {
  int sig;
  sig_hold();
  while ((sig = sig_wait(STDIN_FILENO)) != 0 && !sig_ends_line(sig)) {
    sig_take(sig);
    if (sig != SIGWINCH) sig_default(sig);
  }
  sig_release();
  return sig;
}

/* Removes a byte order mark from the first line, if stdin is no terminal, as Lua does for a script. Returns
   the line's new length. */
static size_t skip_mark(char *line, size_t n) {
  static const char bom[] = "\xEF\xBB\xBF";
  const size_t size = sizeof bom - 1;
  if (input.begun++ || !input.echo || strncmp(line, bom, size) != 0) return n;
  memmove(line, line + size, n - size + 1);
  return n - size;
}

/* Reads a line of stdin, without its newline; see line_read. On a terminal Ctrl-C ends the reading. */
static int plain_line(const char *prompt, char **line, size_t *len) {
  size_t size = 0;
  *line = NULL;
  fputs(prompt, stdout);
  fflush(stdout);
  /* A signal may have come while the prompt's text was made. */
  int sig = input.echo ? 0 : sig_ending() ? sig_ending() : wait_line();
  if (sig != 0) {
    putchar('\n');
    if (sig != SIGINT) return LINE_ENDED;
    sig_take(SIGINT);
    hint(1);
    return LINE_INTERRUPTED;
  }
  ssize_t n = getline(line, &size, stdin);
  if (n < 0) {
    free(*line);
    *line = NULL;
    clearerr(stdin);
    return LINE_EOF;
  }
  input.idle = 0;
  if (n > 0 && (*line)[n - 1] == '\n') (*line)[--n] = '\0';
  *len = skip_mark(*line, (size_t)n);
  if (input.echo) esc_printf(stdout, "%s\n", *line);
  return LINE_OK;
}

int line_read(const char *prompt, char **line, size_t *len) {
  return input.use_readline ? edit_line(prompt, line, len) : plain_line(prompt, line, len);
}

int line_editing(void) { return input.use_readline; }

void line_setup(lua_State *L, int lines) {
  const char *term = getenv("TERM");
  input.lines = lines;
  input.echo = !isatty(STDIN_FILENO);
  input.use_readline =
      !input.echo && isatty(STDOUT_FILENO) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
  if (!input.use_readline) return;
  rl_readline_name = "moongrad";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;                       /* LINES and COLUMNS stay the user's */
  rl_variable_bind("show-all-if-ambiguous", "on"); /* the inputrc is read later, and may say otherwise */
  rl_variable_bind("comment-begin", "--");
  term_setup();
  comp_setup(L);
  if (lines) edit_setup(L);
  rl_initialize();
  keys_setup();
  term_mark_pastes(lines);
  if (lines) {
    edit_replace();
    /* If it is set earlier, rl_initialize takes the terminal for a dumb one. */
    rl_redisplay_function = keys_redisplay;
  }
}
