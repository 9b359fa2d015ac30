/* cursor.c - brings the cursor to the start of a line, whatever wrote to the terminal before.

   What the user's code and the programs that it starts write may end without a newline, and the terminal cannot
   be asked where its cursor is without taking keys that were typed ahead. So a mark is written, and as many
   blanks as complete a line that was empty before. If it was, the cursor is still in that line, and the mark is
   removed; else the cursor is in the line below, and the mark stays behind what was written. */

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "shell.h"

#define MARK      "\033[7m%%\033[m" /* in reverse video */
#define CLEAR     "\r\033[K"        /* clears the line and moves to its start */
#define MOST_COLS 1000              /* in a wider window the cursor stays where it is */

void cursor_to_start(void) {
  struct winsize w;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0) return;
  if (w.ws_col < 2 || w.ws_col > MOST_COLS) return;
  fprintf(stdout, MARK "%*s" CLEAR, w.ws_col - 1, "");
}
