/* view.c - draws the input; of an input that is larger than the screen only the part around the cursor.

   Readline draws the whole line that it edits. If that scrolls the screen, it loses track of the cursor. So
   its buffer is replaced by the part to be shown while it draws. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "shell.h"

#define NOTE     40 /* bytes for "... N lines", which stands for what is not shown */
#define MIN_ROWS 2  /* on a smaller screen Readline 8.2 writes beyond its memory: it is told this size */
#define MIN_COLS 8

static int first; /* the index where the part that was shown last begins */

/* The most columns that the byte may take. A byte that continues a character takes none. */
static int width_of(unsigned char c) {
  if (c >= 0x80) return (c & 0xc0) == 0x80 ? 0 : 2;
  return c == '\t' ? 8 : c < ' ' || c == 0x7f ? 2 : 1;
}

/* The index where a part ends that begins at i and fills the rows. */
static int fill(int i, int rows, int cols) {
  for (int col = 0; i < rl_end; i++) {
    if (rl_line_buffer[i] != '\n' && (col += width_of((unsigned char)rl_line_buffer[i])) <= cols) continue;
    if (--rows == 0) break;
    col = rl_line_buffer[i] == '\n' ? 0 : width_of((unsigned char)rl_line_buffer[i]);
  }
  return i;
}

/* The index where a part begins that has the cursor in its middle row, or in its last row if the cursor is at
   the end of the text. It is the start of a line if one is in the part above the cursor. */
static int before_cursor(int rows, int cols) {
  int i = rl_point, newline = -1;
  for (int col = 0, left = rl_point == rl_end ? rows - 1 : rows / 2; i > 0 && left > 0; i--) {
    unsigned char c = (unsigned char)rl_line_buffer[i - 1];
    if (c == '\n') newline = i;
    if (c != '\n' && (col += width_of(c)) <= cols) continue;
    left--;
    col = 0;
  }
  if (i == 0) return 0;
  if (newline >= 0) return newline;
  while (i < rl_point && (rl_line_buffer[i] & 0xc0) == 0x80) i++;
  return i;
}

/* The number of newlines between two indices. */
static int count_lines(int from, int to) {
  int n = 0;
  for (int i = from; i < to; i++) n += rl_line_buffer[i] == '\n';
  return n;
}

/* Lets Readline draw the bytes from first to last, with a note of what is left out above and below. */
static void draw(int last) {
  char *whole = rl_line_buffer, *part = malloc((size_t)(last - first) + 2 * NOTE);
  int end = rl_end, point = rl_point, above = count_lines(0, first), below = count_lines(last, end), n = 0;
  if (part == NULL) return;
  if (first > 0)
    n = snprintf(part, NOTE, above && whole[first - 1] == '\n' ? "... %d lines\n" : "...", above);
  memcpy(part + n, whole + first, (size_t)(last - first));
  rl_line_buffer = part;
  rl_point = n + point - first;
  rl_end = n + last - first;
  if (last < end) rl_end += snprintf(part + rl_end, NOTE, below ? "\n... %d lines" : "...", below);
  part[rl_end] = '\0';
  rl_redisplay();
  rl_line_buffer = whole;
  rl_point = point;
  rl_end = end;
  free(part);
}

void view_measure(void) {
  int rows, cols;
  rl_reset_screen_size();
  rl_get_screen_size(&rows, &cols);
  if (rows < MIN_ROWS || cols < MIN_COLS)
    rl_set_screen_size(rows < MIN_ROWS ? MIN_ROWS : rows, cols < MIN_COLS ? MIN_COLS : cols);
}

void view_draw(void) {
  int rows, cols;
  rl_get_screen_size(&rows, &cols);
  int prompt = rl_display_prompt ? (int)strlen(rl_display_prompt) : 0;
  rows -= 3 + prompt / cols; /* the rows of the prompt and of the two notes */
  if (rows < 1) rows = 1;
  if (fill(0, rows, cols) == rl_end) {
    first = 0;
    rl_redisplay();
    return;
  }
  while (first > 0 && (rl_line_buffer[first] & 0xc0) == 0x80) first--; /* the text may have changed */
  if (rl_point < first || rl_point > fill(first, rows, cols)) first = before_cursor(rows, cols);
  int last = fill(first, rows, cols);
  while (last < rl_point) { /* counted forwards it may have more rows: begin a row later */
    first = fill(first, 1, cols);
    first += rl_line_buffer[first] == '\n';
    last = fill(first, rows, cols);
  }
  draw(last);
}
