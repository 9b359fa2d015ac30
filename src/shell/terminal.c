/* terminal.c - the terminal while a line is edited: Readline takes it and gives it back.

   Readline sets the terminal's modes when it begins a line and restores them when the line is there. The
   program is stopped by Ctrl-Z, the window is resized, or an editor needs the terminal in between. */

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

/* The shell asks the terminal for the marks itself. When Readline 8.2 does, it also looks for them after
   Escape in C-r, and crashes on the keys that it puts back then. */
void term_mark_pastes(int wanted) {
  marks_pastes = wanted && strcmp(rl_variable_value("enable-bracketed-paste"), "on") == 0;
  rl_variable_bind("enable-bracketed-paste", "off");
}

void term_restore(void) { restore(); }

/* Draws the prompt and the input anew, on a screen whose size may have changed. */
static void draw_again(void) {
  view_measure();
  rl_forced_update_display();
}

void term_handle(int sig) {
  sig_take(sig);
  if (sig == SIGWINCH) {
    rl_clear_visible_line(); /* as it was laid out for the old size */
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
  sig_take(SIGINT); /* it was meant for the program that ran */
  rl_reset_after_signal();
  draw_again();
}
