/* history.c - the history file, $XDG_STATE_HOME/moongrad/history.

   An entry is appended before its input runs, under a lock, so that a kill loses
   nothing and two prompts do not mix their lines. Each entry follows a line with
   its time, by which Readline tells the lines of one entry from the next. Where
   there is no home, or no right to write there, history lasts as long as the prompt. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "shell.h"

#define ENTRIES 10000 /* kept in memory */

static char file[4096]; /* "" without one */
static int first_own;   /* Readline's index of this session's first entry */

int hist_make_dirs(char *path) {
  for (char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
    *p = '\0';
    int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
    *p = '/';
    if (failed) return 0;
  }
  return 1;
}

void hist_open(void) {
  using_history();
  stifle_history(ENTRIES);
  history_comment_char = '#'; /* these two make read_history keep the lines of an entry together */
  history_write_timestamps = 1;
  if (path_user(file, sizeof file, "XDG_STATE_HOME", ".local/state", "history") == NULL ||
      !hist_make_dirs(file))
    file[0] = '\0';
  else
    read_history(file); /* none yet: nothing to read */
  first_own = history_base + history_length;
}

int hist_former(void) { return first_own; }

static int write_all(int fd, const char *s, size_t n) {
  while (n > 0) {
    ssize_t k = write(fd, s, n);
    if (k < 0 && errno != EINTR) return 0;
    if (k > 0) {
      s += k;
      n -= (size_t)k;
    }
  }
  return 1;
}

/* Appends the entry to the file; a file that cannot be written is left alone from then on. */
static void append(const char *entry) {
  size_t size = strlen(entry) + 32;
  char *text = malloc(size);
  int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  struct stat st;
  if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && text != NULL) {
    int n = snprintf(text, size, "#%lld\n%s\n", (long long)time(NULL), entry);
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    if (!write_all(fd, text, (size_t)n)) file[0] = '\0';
  } else
    file[0] = '\0';
  if (fd >= 0) close(fd);
  free(text);
}

void hist_add(const char *entry) {
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
  if (entry[0] == '\0' || entry[0] == ' ') return; /* a leading blank keeps it out */
  if (last != NULL && strcmp(last->line, entry) == 0) return;
  add_history(entry);
  if (file[0] != '\0') append(entry);
}
