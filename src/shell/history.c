/* history.c - the history file, $XDG_STATE_HOME/moongrad/history.

   An entry is appended before its input runs: if the program is killed no entry is lost. The file is locked
   meanwhile: two programs do not mix their lines. In front of each entry stands a line with its time,
   "#1700000000". A line of an entry that looks like such a line gets a backslash in front. A line before the
   first time is an entry by itself.

   When the file has too many entries or bytes, a new file with the last entries replaces it, under the same
   lock. While another program holds the lock, new entries wait in memory. They are written together with the
   first entry after the lock is free, or when the prompt ends. Without a home directory, or without the right
   to write there, the history ends with the prompt, which is said once. */

#include <ctype.h>
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

#include "shell.h"

#define ENTRIES 10000      /* that are kept */
#define SPARE   1000       /* so many more may be in the file before it is cut to ENTRIES */
#define BYTES   (16 << 20) /* at the end of the file that are read; what comes before them is dropped */
#define TRIES   30         /* tries to lock the file, ... */
#define APART   10         /* ... so many ms apart */

static struct {
  char path[MAX_PATH]; /* "" when there is no history file */
  int entries;         /* number in the file, as of the last time that it was read or written */
  int is_locked;       /* did another program hold the lock at the last try? */
  int told;            /* has the user been told of that? */
} file;

static struct {
  char *text;  /* the entries that are not yet in the file, in the file's format */
  size_t size; /* its bytes */
  int entries; /* their number */
} waiting;

static int first_own; /* Readline's index of this session's first entry */

/* --- the file's format -------------------------------------------------------------- */

/* Is the line at s the time of an entry? The text ends at end. */
static int is_time(const char *s, const char *end) {
  const char *p = s + 1;
  while (p < end && isdigit((unsigned char)*p)) p++;
  return s < end && *s == '#' && p > s + 1 && (p == end || *p == '\n');
}

/* The start of the line after the one at s, or end. */
static const char *next_line(const char *s, const char *end) {
  const char *newline = memchr(s, '\n', (size_t)(end - s));
  return newline ? newline + 1 : end;
}

/* The start of the entry after the one at s, or end. An entry without a time is one line. */
static const char *next_entry(const char *s, const char *end) {
  int timed = is_time(s, end);
  do s = next_line(s, end);
  while (timed && s < end && !is_time(s, end));
  return s;
}

/* The start of the last ENTRIES entries from s to end; *n: their number. */
static const char *last_entries(const char *s, const char *end, int *n) {
  *n = 0;
  for (const char *p = s; p < end; p = next_entry(p, end)) ++*n;
  for (; *n > ENTRIES; --*n) s = next_entry(s, end);
  return s;
}

/* Does the line at s look like a time, after its backslashes if it has any? */
static int is_escaped(const char *s, const char *end) {
  while (s < end && *s == '\\') s++;
  return is_time(s, end);
}

/* Adds the lines from s to end, without their escapes, to Readline's history as one entry. buf has end - s +
   1 bytes or more for it. */
static void remember(char *buf, const char *s, const char *end) {
  size_t n = 0;
  while (s < end) {
    const char *next = next_line(s, end);
    if (*s == '\\' && is_escaped(s, end)) s++;
    memcpy(buf + n, s, (size_t)(next - s));
    n += (size_t)(next - s);
    s = next;
  }
  while (n > 0 && buf[n - 1] == '\n') n--;
  n = keys_clean(buf, n);
  buf[n] = '\0';
  if (n > 0) add_history(buf);
}

/* --- reading and writing the file ---------------------------------------------------- */

/* Opens the file; its descriptor, or -1 with errno when that fails or it is not a plain file. */
static int open_file(int flags) {
  struct stat st;
  int fd = open(file.path, O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags, 0600);
  if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))) return fd;
  close(fd);
  errno = EINVAL;
  return -1;
}

/* Is fd the file that has the name now? Another program may have replaced that. */
static int is_current(int fd) {
  struct stat st, now;
  return fstat(fd, &st) == 0 && stat(file.path, &now) == 0 && now.st_ino == st.st_ino &&
         now.st_dev == st.st_dev;
}

/* Opens the file and locks it; its descriptor, or -1. Without patience it waits for the lock only if that was
   free the last time. */
static int open_locked(int flags, int patience) {
  const struct timespec apart = {0, APART * 1000000L};
  for (int tries = file.is_locked && !patience ? 1 : TRIES; tries > 0; tries--) {
    int fd = open_file(flags);
    file.is_locked = fd < 0 && errno == EWOULDBLOCK;
    if (fd < 0 && !file.is_locked) return -1;
    if (fd >= 0) {
      file.is_locked = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
      if (!file.is_locked && is_current(fd)) return fd;
      close(fd);
    }
    if (file.is_locked && tries > 1) nanosleep(&apart, NULL);
  }
  file.is_locked = 1;
  return -1;
}

/* From here on no history file is used; prints why. */
static void give_up(const char *why) {
  esc_printf(stderr, "the history is not kept: %s: %s\n", file.path, why);
  file.path[0] = '\0';
}

/* Prints that another program holds the lock, once. */
static void tell(void) {
  if (!file.told++)
    esc_printf(
        stderr,
        "the history file is locked by another program; inputs are written to it once it is free: %s\n",
        file.path);
}

/* The last BYTES of the file, to be freed; NULL when they cannot be read. *n: how many bytes; *whole: are
   they the whole file? */
static char *read_end(int fd, size_t *n, int *whole) {
  struct stat st;
  if (fstat(fd, &st) != 0) return NULL;
  *whole = st.st_size <= BYTES;
  const size_t size = *whole ? (size_t)st.st_size : BYTES;
  const off_t from = st.st_size - (off_t)size;
  char *text = malloc(size + 1);
  *n = 0;
  while (text != NULL && *n < size) {
    ssize_t k = pread(fd, text + *n, size - *n, from + (off_t)*n);
    if (k == 0) break;
    if (k > 0)
      *n += (size_t)k;
    else if (errno != EINTR) {
      free(text);
      return NULL;
    }
  }
  return text;
}

/* The start of the first whole entry, if the text begins within one: its first time, or in a text without
   times its second line. */
static const char *first_whole(const char *s, const char *end) {
  const char *line = next_line(s, end);
  for (s = line; s < end; s = next_line(s, end))
    if (is_time(s, end)) return s;
  return line;
}

/* Cuts the file, open at fd, to its last entries if it is locked. With load it adds them to Readline's
   history. */
static void settle(int fd, int load) {
  size_t size;
  int whole;
  char *text = read_end(fd, &size, &whole), *buf = text ? malloc(size + 1) : NULL;
  if (buf != NULL) {
    const char *end = text + size,
               *s = last_entries(whole ? text : first_whole(text, end), end, &file.entries);
    if (s > text && !file.is_locked) file_replace(file.path, s, (size_t)(end - s), 0600);
    for (const char *next; load && s < end; s = next) {
      next = next_entry(s, end);
      remember(buf, is_time(s, end) ? next_line(s, end) : s, next);
    }
  }
  free(text);
  free(buf);
}

void hist_open(void) {
  char real[sizeof file.path];
  using_history();
  stifle_history(ENTRIES);
  if (path_user(file.path, sizeof file.path, "XDG_STATE_HOME", ".local/state", "history") == NULL) {
    strcpy(file.path, "history");
    give_up("there is no home for it: set HOME or XDG_STATE_HOME");
  } else if (!file_make_dirs(file.path))
    give_up(strerror(errno));
  if (realpath(file.path, real) != NULL) strcpy(file.path, real); /* follow a symbolic link */
  int fd = file.path[0] ? open_locked(O_RDWR, 1) : -1;
  if (fd < 0 && !file.is_locked && file.path[0]) fd = open_locked(O_RDONLY, 1);
  if (fd < 0 && file.is_locked) fd = open_file(O_RDONLY); /* reading needs no lock */
  if (fd >= 0) {
    settle(fd, 1);
    close(fd);
  }
  if (file.is_locked) tell();
  first_own = history_base + history_length;
}

/* host.former(): the list of the entries from before this session. */
int hist_former(lua_State *L) {
  lua_newtable(L);
  for (int i = history_base, n = 1; i < first_own; i++) {
    HIST_ENTRY *e = history_get(i);
    if (e == NULL) continue;
    lua_pushstring(L, e->line);
    lua_rawseti(L, -2, n++);
  }
  return 1;
}

/* Adds the entry to waiting; false when memory is short. */
static int put_off(const char *entry) {
  size_t lines = 1, n = waiting.size;
  for (const char *p = entry; *p; p++) lines += *p == '\n';
  char *text = realloc(waiting.text, n + strlen(entry) + lines + 32);
  if (text == NULL) return 0;
  waiting.text = text;
  n += (size_t)sprintf(text + n, "#%lld\n", (long long)time(NULL));
  const char *end = entry + strlen(entry);
  for (const char *s = entry, *next; s < end; s = next) {
    next = next_line(s, end);
    if (is_escaped(s, end)) text[n++] = '\\';
    memcpy(text + n, s, (size_t)(next - s));
    n += (size_t)(next - s);
  }
  text[n++] = '\n';
  waiting.size = n;
  waiting.entries++;
  return 1;
}

/* Appends the waiting entries to the file. They keep waiting while another program holds the lock. A file
   that cannot be written is not used any more. */
static void append(int patience) {
  char last = '\n';
  int fd = open_locked(O_RDWR | O_APPEND | O_CREAT, patience);
  if (fd < 0 && file.is_locked) return;
  off_t length = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
  if (length > 0 && pread(fd, &last, 1, length - 1) < 1) last = '\n';
  if (fd < 0 || (last != '\n' && !file_write(fd, "\n", 1)) || !file_write(fd, waiting.text, waiting.size))
    give_up(strerror(errno));
  else if ((file.entries += waiting.entries) > ENTRIES + SPARE)
    settle(fd, 0);
  if (fd >= 0) close(fd);
  waiting.size = 0;
  waiting.entries = 0;
}

void hist_add(const char *entry) {
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
  if (entry[0] == '\0' || isspace((unsigned char)entry[0])) return; /* a leading blank: do not keep it */
  if (last != NULL && strcmp(last->line, entry) == 0) return;
  add_history(entry);
  if (file.path[0] == '\0' || !put_off(entry)) return;
  append(0);
  if (file.is_locked) tell();
}

void hist_close(void) {
  if (waiting.entries > 0) append(1);
  if (waiting.entries > 0)
    esc_printf(stderr,
               "the history file is still locked by another program; inputs of this session not in it: %d\n",
               waiting.entries);
}
