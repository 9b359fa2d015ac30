/* line.c - one line of input, from Readline on a terminal or from a plain stream.

   Readline is fed through its callback interface, so that nothing happens inside
   a signal handler: signals arrive in pselect only, as a mark, and are dealt with
   here between two keys. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell.h"

#define MAX_PROMPT 1000 /* bytes; what is much larger than the screen brings Readline 8.2 down */

static struct {
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

/* A line is there. Keys that Readline has but did not use, as the rest of a macro, are for the next one: now
   it would run them in a terminal that is not its own. */
static void on_line(char *line) {
  keys_reclaim();
  rl_callback_handler_remove(); /* the terminal is as it was before Lua runs */
  edited.result = line;
  edited.done = 1;
}

/* A signal that ends the reading: the line is dropped, and whatever Readline was in the middle of. */
static void abandon(int sig) {
  rl_free_line_state();
  rl_callback_sigcleanup();
  keys_reclaim();    /* to be dropped */
  rl_point = rl_end; /* the cursor goes below the input */
  view_draw();
  if (sig == SIGINT) fputs("^C", rl_outstream);
  rl_replace_line("", 0);
  rl_cleanup_after_signal();
  rl_callback_handler_remove();
}

/* Ctrl-C twice on an empty line: whoever does that wants to leave. */
static void hint(int empty) {
  input.idle = empty ? input.idle + 1 : 0;
  if (input.idle < 2) return;
  input.idle = 0;
  puts("Ctrl-D leaves");
  fflush(stdout);
}

/* The signal that ended the reading, 0 without one. */
static int ended_by(void) {
  const int sig = sig_ending();
  return sig ? sig : sig_pending(SIGINT) ? SIGINT : 0;
}

/* What the loop left behind, as one of the LINE_ words. */
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

/* What there is to undo is forgotten with the line, and when another is fetched from the history:
   Readline 8.2 lets lines share it, and frees it twice. It is not freed here, as nobody can tell who else has
   it. */
static void forget_undo(void) {
  HIST_ENTRY **list = history_list();
  edited.place = where_history();
  rl_undo_list = NULL;
  for (int i = 0; list != NULL && list[i] != NULL; i++) list[i]->data = NULL;
}

/* After each key: while a line is edited, what there is to undo in it is the line's alone. */
static void keep_undo(void) {
  HIST_ENTRY *entry = current_history();
  if (RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH)) return;
  if (where_history() != edited.place) forget_undo();
  if (entry != NULL) entry->data = NULL;
}

static int edit_line(const char *prompt, char **line, size_t *len) {
  int sig = 0;
  sig_hold();
  edited.reading = 1;
  view_measure(); /* it may have changed while Lua ran */
  edited.done = 0;
  edited.result = NULL;
  edit_begin();
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
    keys_refresh(); /* the keys that waited may be the beginning of one */
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

/* Waits until a line was typed; the signal that ended that, 0 for none. */
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

/* Takes a byte order mark off the first line of a stdin that is no terminal, as Lua does of a script. */
static size_t skip_mark(char *line, size_t n) {
  static const char bom[] = "\xEF\xBB\xBF";
  const size_t size = sizeof bom - 1;
  if (input.begun++ || !input.echo || strncmp(line, bom, size) != 0) return n;
  memmove(line, line + size, n - size + 1);
  return n - size;
}

/* A line of stdin without its newline. On a terminal Ctrl-C ends the read. */
static int plain_line(const char *prompt, char **line, size_t *len) {
  size_t size = 0;
  *line = NULL;
  fputs(prompt, stdout);
  fflush(stdout);
  int sig = input.echo ? 0 : sig_ending() ? sig_ending() : wait_line(); /* the text may have met nobody */
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
  input.echo = !isatty(STDIN_FILENO);
  input.use_readline =
      !input.echo && isatty(STDOUT_FILENO) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
  if (!input.use_readline) return;
  rl_readline_name = "moongrad";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0; /* LINES and COLUMNS stay the user's */
  term_setup();
  comp_setup(L);
  if (lines) edit_setup(L);
  rl_initialize();
  keys_setup();
  term_mark_pastes(lines);
  if (lines) {
    edit_replace();
    rl_redisplay_function = keys_redisplay; /* not before: it would make Readline think the terminal dumb */
  }
}
