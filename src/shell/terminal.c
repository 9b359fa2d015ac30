/* terminal.c - the modes of the terminal while a line is edited.

   Readline sets the modes when it begins a line, and restores them when the line is finished. In between they
   are restored when Ctrl-Z stops the program and when an editor runs. */

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <readline/readline.h>

#include "shell.h"

static int marks_pastes; /* is the terminal asked to mark the start and the end of what is pasted? */

/* Readline's rl_prep_term_function. */
static void take(int meta) {
  rl_prep_terminal(meta);
  if (marks_pastes) fputs("\033[?2004h", rl_outstream);
}

/* Readline's rl_deprep_term_function. */
static void restore(void) {
  if (marks_pastes) fputs("\033[?2004l\r", rl_outstream);
  rl_deprep_terminal();
}

void term_setup(void) {
  rl_prep_term_function = take;
  rl_deprep_term_function = restore;
}

/* The shell asks the terminal for the marks itself. If Readline 8.2 asks, it also looks for them after Escape
   in C-r, and crashes at the keys that it puts back then. */
void term_mark_pastes(int wanted) {
  marks_pastes = wanted && strcmp(rl_variable_value("enable-bracketed-paste"), "on") == 0;
  rl_variable_bind("enable-bracketed-paste", "off");
}

void term_restore(void) { restore(); }

/* Draws the prompt and the input again, for the size that the screen has now. */
static void draw_again(void) {
  view_measure();
  rl_forced_update_display();
}

void term_handle(int sig) {
  sig_take(sig);
  if (sig == SIGWINCH) {
    rl_clear_visible_line(); /* Readline still knows the layout for the old size */
    draw_again();
    return;
  }
  rl_cleanup_after_signal();
  sig_default(sig);        /* Ctrl-Z stops the program here */
  rl_reset_after_signal(); /* it continues */
  draw_again();
}

void term_lend(void) {
  rl_cleanup_after_signal();
  sig_release();
}

void term_take_back(void) {
  sig_hold();
  sig_take(SIGINT); /* it was meant for the other program */
  rl_reset_after_signal();
  draw_again();
}
