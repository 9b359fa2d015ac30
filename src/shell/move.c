/* move.c - the keys that move in an input of several lines, or kill a part of a line, or search the history.

   A line of the text goes from one newline to the next, as in edit.c. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell.h"

/* Up in the first line of the text and Down in its last line search the history. */
static struct {
  char *draft;   /* the text when the search began; an entry is found that has its first bytes ... */
  size_t prefix; /* ... as many as were before the cursor */
  char *shown;   /* the text that was found last; when the text is another, a new search begins */
  int found;     /* the index of that in the history; the history's length for the draft */
} search;

/* Up and Down in the other lines move the cursor. */
static struct {
  int column; /* where the first of several moves began, in characters from the start of its line */
  int stayed; /* did the last Up or Down move the cursor in the text? */
} move;

/* --- lines of the text ------------------------------------------------------------------ */

int move_line_start(int i) {
  while (i > 0 && rl_line_buffer[i - 1] != '\n') i--;
  return i;
}

int move_line_end(int i) {
  while (i < rl_end && rl_line_buffer[i] != '\n') i++;
  return i;
}

/* --- Up and Down ------------------------------------------------------------------------ */

/* The number of characters from index i to j in UTF-8: a byte 10xxxxxx continues a character. */
static int characters(int i, int j) {
  int n = 0;
  for (; i < j; i++) n += (rl_line_buffer[i] & 0xc0) != 0x80;
  return n;
}

/* Moves the cursor to move.column of the line that starts at start, or to its end if it is shorter. */
static void move_to_line(int start) {
  int end = move_line_end(start), n = move.column;
  rl_point = start;
  while (rl_point < end && n > 0) {
    do rl_point++;
    while (rl_point < end && (rl_line_buffer[rl_point] & 0xc0) == 0x80);
    n--;
  }
}

/* Replaces *copy by a copy of text, or by NULL. */
static void keep(char **copy, const char *text) {
  free(*copy);
  *copy = text ? strdup(text) : NULL;
}

void move_replace(const char *text) {
  rl_begin_undo_group();
  rl_delete_text(0, rl_end);
  rl_point = 0;
  rl_insert_text(text);
  rl_end_undo_group();
}

/* Is the text still the one that the search found last? */
static int is_searching(void) { return search.shown != NULL && strcmp(search.shown, rl_line_buffer) == 0; }

/* Replaces the text by the next entry of the history that begins with the draft's prefix and differs from the
   text; by is -1 to search backwards, 1 forwards. False if there is none. */
static int find(int by) {
  HIST_ENTRY **list = history_list();
  if (!is_searching()) {
    keep(&search.draft, rl_line_buffer);
    search.prefix = (size_t)rl_point;
    search.found = history_length;
  }
  if (search.draft == NULL) return 0; /* memory was short */
  for (int i = search.found + by; list != NULL && i >= 0 && i < history_length; i += by) {
    if (strncmp(list[i]->line, search.draft, search.prefix) != 0 ||
        strcmp(list[i]->line, rl_line_buffer) == 0)
      continue;
    search.found = i;
    keep(&search.shown, list[i]->line);
    move_replace(list[i]->line);
    return 1;
  }
  return 0;
}

/* Up: moves one line up in the text, or from its first line searches the history backwards. */
int move_up(int count, int key) {
  int start = move_line_start(rl_point);
  (void)count;
  (void)key;
  if (start > 0) {
    if (rl_last_func != move_up || !move.stayed) move.column = characters(start, rl_point);
    move.stayed = 1;
    move_to_line(move_line_start(start - 1));
    return 0;
  }
  move.stayed = 0;
  if (!find(-1)) return rl_ding();
  rl_point = move_line_end(0);
  return 0;
}

/* Down: moves one line down in the text, or from its last line searches forwards; after the last entry comes
   the draft. */
int move_down(int count, int key) {
  int end = move_line_end(rl_point);
  (void)count;
  (void)key;
  if (end < rl_end) {
    if (rl_last_func != move_down || !move.stayed)
      move.column = characters(move_line_start(rl_point), rl_point);
    move.stayed = 1;
    move_to_line(end + 1);
    return 0;
  }
  move.stayed = 0;
  if (!is_searching() || search.found == history_length) return rl_ding();
  if (!find(1)) {
    search.found = history_length;
    keep(&search.shown, search.draft);
    move_replace(search.draft);
  }
  return 0;
}

/* --- start and end of a line ---------------------------------------------------------------- */

/* Moves to the start of the cursor's line; from there to the start of the text. */
int move_to_start(int count, int key) {
  int start = move_line_start(rl_point);
  (void)count;
  (void)key;
  rl_point = start < rl_point ? start : 0;
  return 0;
}

/* Moves to the end of the cursor's line; from there to the end of the text. */
int move_to_end(int count, int key) {
  int end = move_line_end(rl_point);
  (void)count;
  (void)key;
  rl_point = end > rl_point ? end : rl_end;
  return 0;
}

/* Kills the text back to the start of the line; from there the newline before it. */
int move_kill_to_start(int count, int key) {
  int start = move_line_start(rl_point), to = rl_point;
  (void)count;
  (void)key;
  if (start == to && start > 0) start--;
  rl_kill_text(start, to);
  rl_point = start;
  return 0;
}

/* Kills the text up to the end of the line; from there the newline. A negative count kills back to the start
   of the line, as in Readline. */
int move_kill_to_end(int count, int key) {
  int end = move_line_end(rl_point), from = rl_point;
  if (count < 0) return move_kill_to_start(1, key);
  if (end == from && end < rl_end) end++;
  rl_kill_text(from, end);
  rl_point = from;
  return 0;
}

/* --- a new line ----------------------------------------------------------------------------- */

void move_begin(void) {
  keep(&search.draft, NULL);
  keep(&search.shown, NULL);
}
