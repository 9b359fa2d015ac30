/* comment.c - Alt-#: makes a comment of the input, which stays in the history and changes nothing. */

#include <stdio.h>

#include <readline/readline.h>

#include "shell.h"

/* Readline's insert-comment makes one of the first line only, and the other lines would run. */
int edit_comment(int count, int key) {
  const char *begin = rl_variable_value("comment-begin");
  (void)count;
  rl_begin_undo_group();
  for (int i = rl_end; i >= 0; i--) /* backwards: what is inserted moves what comes after it */
    if (i == 0 || rl_line_buffer[i - 1] == '\n') {
      rl_point = i;
      rl_insert_text(begin != NULL ? begin : "--");
    }
  rl_end_undo_group();
  rl_point = rl_end;
  view_draw();
  return rl_newline(1, key);
}
