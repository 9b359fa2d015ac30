/* edit.c - the keys of an input of several lines: Enter, Alt-Enter, Ctrl-D, C-x C-e, a paste; the names of all.

   Readline sees the whole input as one line with newlines in it: rl_line_buffer, called the text here. A line
   of the text goes from one newline to the next. Each command has a name, so that an inputrc can bind it to
   other keys. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell.h"

/* The line that Readline edits, and how it ended. */
static struct {
  lua_State *state; /* which says whether the text is complete */
  int accepted;     /* number of inputs that Enter found in the text, 0 before */
  int cancelled;    /* did Ctrl-D give the text up? */
} line;

/* --- Enter ---------------------------------------------------------------------------- */

/* The number of blanks from index i on. */
static int blanks_at(int i) {
  int n = 0;
  while (rl_line_buffer[i + n] == ' ' || rl_line_buffer[i + n] == '\t') n++;
  return n;
}

static void insert_blanks(int n) {
  while (n-- > 0) rl_insert_text(" ");
}

/* Removes blanks at the start of the cursor's line: all if it has nothing else, else down to own, which is -1
   to leave them. */
static void settle_line(int own) {
  int start = move_line_start(rl_point), blanks = blanks_at(start), point = rl_point;
  int wanted = start + blanks == move_line_end(start) ? 0 : own;
  if (wanted < 0 || blanks <= wanted || point < start + blanks) return;
  rl_delete_text(start + wanted, start + blanks);
  rl_point = point - (blanks - wanted);
}

/* Begins a new line, indented for the blocks and brackets that are open. */
static int insert_newline(int count, int key) {
  int own, blanks = syntax_indent(line.state, rl_line_buffer, (size_t)rl_point, &own);
  (void)count;
  (void)key;
  rl_begin_undo_group();
  settle_line(own);
  rl_insert_text("\n");
  rl_delete_text(rl_point, rl_point + blanks_at(rl_point)); /* if a line was cut in two, of its second part */
  insert_blanks(blanks);
  rl_end_undo_group();
  return 0;
}

/* Ends the editing of a text of n inputs. Several inputs are taken off the screen: prompt.c shows each with a
   prompt of its own. */
static int accept(int n, int key) {
  const char *first = syntax_input(line.state, 1);
  int same = n == 1 && strcmp(first, rl_line_buffer) == 0;
  if (n == 1 && !same) rl_replace_line(first, 0);
  lua_pop(line.state, 1);
  rl_point = rl_end;
  line.accepted = n;
  if (n > 1) {
    rl_clear_visible_line();
    RL_SETSTATE(RL_STATE_DONE);
    rl_done = 1;
    return 0;
  }
  view_draw();
  return rl_newline(1, key);
}

/* Enter: ends the editing of a complete text, else begins a new line. */
static int accept_or_newline(int count, int key) {
  int own, n = syntax_split(line.state, rl_line_buffer, (size_t)rl_end);
  if (n == 0) return insert_newline(count, key);
  if (move_line_start(rl_end) > 0) {
    syntax_indent(line.state, rl_line_buffer, (size_t)rl_end, &own);
    rl_point = rl_end;
    settle_line(own);
    n = syntax_split(line.state, rl_line_buffer, (size_t)rl_end);
  }
  return accept(n, key);
}

/* Ctrl-D: at the end of a text of several lines drops the text; elsewhere deletes a character. In an empty
   text Readline itself takes Ctrl-D for the end of input and does not call this. */
static int delete_or_cancel(int count, int key) {
  if (rl_point < rl_end || move_line_start(rl_end) == 0) return rl_delete(count, key);
  line.cancelled = 1;
  view_draw();
  return rl_newline(1, key);
}

/* Alt-b: on an empty text, while a walk is open, enters the input that undoes its last operation. Else moves
   back by a word, as in Readline. */
static int walk_back(int count, int key) {
  if (rl_end > 0) return rl_backward_word(count, key);
  if (!session_walk(line.state, "back")) return rl_ding();
  rl_insert_text(lua_tostring(line.state, -1));
  lua_pop(line.state, 1);
  return accept_or_newline(1, key);
}

/* --- an editor, a paste ------------------------------------------------------------------- */

/* Replaces the text by the contents of the file. */
static void replace_from(FILE *f) {
  char *text = NULL;
  size_t size = 0;
  ssize_t n = getdelim(&text, &size, '\0', f);
  if (n > 0) {
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r')) n--;
    n = (ssize_t)keys_clean(text, (size_t)n);
    text[n] = '\0';
  }
  move_replace(n > 0 ? text : "");
  free(text);
}

/* C-x C-e: edits the text in $VISUAL or $EDITOR. The text runs when Enter is pressed, not before. */
static int edit(int count, int key) {
  const char *dir = getenv("TMPDIR");
  char path[MAX_PATH], command[MAX_PATH + 100];
  (void)count;
  (void)key;
  snprintf(path, sizeof path, "%s/moongrad-XXXXXX.lua", dir && *dir && !strchr(dir, '\'') ? dir : "/tmp");
  int fd = mkstemps(path, 4);
  FILE *f = fd >= 0 ? fdopen(fd, "r+") : NULL;
  if (f == NULL) return rl_ding();
  fprintf(f, "%s\n", rl_line_buffer);
  fflush(f);
  snprintf(command, sizeof command, "${VISUAL:-${EDITOR:-vi}} '%s'", path);
  term_lend();
  int status = system(command);
  term_take_back();
  FILE *again = status == 0 ? fopen(path, "r") : NULL; /* the editor may have replaced the file by another */
  if (again != NULL) {
    replace_from(again);
    fclose(again);
  }
  fclose(f);
  unlink(path);
  return 0;
}

/* A paste: inserts it. If it ends with a newline and is at the end of the text, Enter is pressed as well. */
static int paste(int count, int key) {
  size_t n;
  char *text = keys_paste(&n);
  (void)count;
  if (text == NULL) return 0;
  int newline = n > 0 && text[n - 1] == '\n' && rl_point == rl_end;
  while (newline && n > 0 && text[n - 1] == '\n') n--;
  text[n] = '\0';
  if (n > 0) rl_insert_text(text);
  free(text);
  if (newline && rl_end > 0) return accept_or_newline(1, key);
  return 0;
}

/* --- names and keys -------------------------------------------------------------------------- */

int edit_accepted(void) { return line.accepted; }

int edit_cancelled(void) { return line.cancelled; }

void edit_begin(void) {
  line.accepted = line.cancelled = 0;
  move_begin();
}

/* Readline's own commands act on the whole text, which is one line to it; ours act on each line. The keys
   that the user's inputrc binds to Readline's command are bound to ours. */
void edit_replace(void) {
  static const struct {
    rl_command_func_t *theirs, *ours;
  } pairs[] = {
      {rl_newline, accept_or_newline},
      {rl_beg_of_line, move_to_start},
      {rl_end_of_line, move_to_end},
      {rl_kill_line, move_kill_to_end},
      {rl_unix_line_discard, move_kill_to_start},
      {rl_insert_comment, edit_comment},
  };
  Keymap maps[] = {emacs_standard_keymap, vi_insertion_keymap};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    for (size_t m = 0; m < sizeof maps / sizeof *maps; m++) {
      char **keys = rl_invoking_keyseqs_in_map(pairs[i].theirs, maps[m]);
      for (int k = 0; keys != NULL && keys[k] != NULL; k++) {
        rl_bind_keyseq_in_map(keys[k], pairs[i].ours, maps[m]);
        free(keys[k]);
      }
      free(keys);
    }
}

void edit_setup(lua_State *L) {
  static const struct {
    const char *name;
    rl_command_func_t *command;
    const char *keys[4];
    const char *vi; /* a key of vi's movement mode */
  } commands[] = {
      {"accept-or-newline", accept_or_newline, {"\r", "\n"}, "\r"},
      {"insert-newline", insert_newline, {"\033\r", "\033\n"}, NULL},
      {"delete-or-cancel", delete_or_cancel, {"\004"}, NULL},
      {"line-or-history-up", move_up, {"\033[A", "\033OA", "\020"}, "k"},
      {"line-or-history-down", move_down, {"\033[B", "\033OB", "\016"}, "j"},
      {"walk-back", walk_back, {"\033b"}, NULL},
      {"edit-input", edit, {"\030\005"}, "v"},
      {"paste-input", paste, {"\033[200~"}, "\033[200~"},
  };
  line.state = L;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    rl_add_defun(commands[i].name, commands[i].command, -1);
    for (int k = 0; k < 4 && commands[i].keys[k]; k++) {
      const char *keys = commands[i].keys[k];
      rl_bind_keyseq_in_map(keys, commands[i].command, emacs_standard_keymap);
      if (keys[0] != '\033' || strchr("\r\nb", keys[1]) == NULL) /* in vi mode: Escape, then another key */
        rl_bind_keyseq_in_map(keys, commands[i].command, vi_insertion_keymap);
    }
    if (commands[i].vi) rl_bind_keyseq_in_map(commands[i].vi, commands[i].command, vi_movement_keymap);
  }
  /* Readline 8.2 crashes at a key sequence that is bound to nothing when it comes from a keyboard macro or
     after C-r. So C-x ends a search, and C-x e, which would run a macro, is unbound. */
  rl_variable_bind("isearch-terminators", "\\033\\012\\030");
  rl_bind_keyseq_in_map("\030e", NULL, emacs_standard_keymap);
  rl_bind_keyseq_in_map("\n", accept_or_newline, vi_movement_keymap);
  rl_bind_keyseq_in_map("\033[A", move_up, vi_movement_keymap);
  rl_bind_keyseq_in_map("\033[B", move_down, vi_movement_keymap);
}
