/* keys.c - the bytes that come from the terminal, on their way to Readline.

   Signals arrive only while we wait here, as a mark. Only whole characters pass, and of those
   the ones that can be shown: on others Readline's vi mode may loop. */

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <readline/readline.h>

#include "shell.h"

int wcwidth(wchar_t c); /* hidden by wchar.h from POSIX programs without XSI */

#define PASTE_END "\033[201~"
#define CHUNK     4096

static int keys; /* the terminal, opened for us alone: to wait at a read would be to miss Ctrl-C */
static unsigned char ahead[CHUNK + 1]; /* bytes read that Readline has not had */
static size_t from = 1, to = 1;        /* which of them; the first place is for one that is given back */
static int utf8;                       /* is that what the terminal speaks? */
static unsigned char held[4];          /* a character whose first bytes Readline has had */
static int n_held, given;              /* its bytes, and how many of them */
static int stale;                      /* does the screen lag behind the keys? */

int keys_wait(void) { return given < n_held || from < to ? 0 : sig_wait(keys); }

int keys_waiting(void) {
  int n = 0;
  return given < n_held || from < to || (ioctl(keys, FIONREAD, &n) == 0 && n > 0);
}

void keys_redisplay(void) {
  stale = keys_waiting();
  if (!stale) view_draw();
}

void keys_refresh(void) {
  if (stale) keys_redisplay();
}

void keys_drop(void) { n_held = given = 0, from = to = 1; }

/* Reads at most n bytes; 0 at the end of the input or when a signal ends the reading, which leaves
   its mark. What made the terminal readable may be gone: Ctrl-C throws away what was typed. */
static size_t read_keys(unsigned char *buf, size_t n) {
  keys_refresh(); /* it may be long until there are more */
  for (;;) {
    int sig = sig_wait(keys);
    if (sig_ends_line(sig)) return 0;
    if (sig != 0) {
      term_handle(sig);
      continue;
    }
    ssize_t k = read(keys, buf, n);
    if (k > 0) return (size_t)k;
    if (k == 0 || (errno != EAGAIN && errno != EINTR)) return 0;
  }
}

static int next_byte(void) {
  unsigned char c;
  if (from < to) return ahead[from++];
  return read_keys(&c, 1) == 1 ? c : EOF;
}

/* Can the character of these bytes be shown? */
static int has_width(const unsigned char *s, int size) {
  wchar_t c;
  return size < 2 || (mbtowc(&c, (const char *)s, (size_t)size) == size && wcwidth(c) >= 0);
}

/* Readline's way to the next byte, also where it reads keys on its own (C-r, C-v). For every key that it
   waited for it gets one: a "?" for what is no character or a strange one, or for one that a signal broke
   off. */
static int next_key(FILE *f) {
  int n = 0, size;
  (void)f;
  if (given < n_held) return held[given++];
  n_held = given = 0;
  do {
    int c = next_byte();
    if (c == EOF) return n == 0 ? EOF : '?';
    held[n++] = (unsigned char)c;
    size = utf8 ? esc_size((const char *)held, (size_t)n) : 1;
  } while (size < 0);
  if (size > 0 && !has_width(held, size)) return '?';
  if (size > 0)
    n_held = n;
  else if (n > 1) /* what came last may begin another */
    ahead[--from] = held[n - 1];
  return size > 0 ? held[given++] : '?';
}

static int no_key(FILE *f) {
  (void)f;
  return EOF;
}

/* Puts the n bytes at s in front of those read ahead; what there is no room for is lost. */
static void give_back(const unsigned char *s, size_t n) {
  unsigned char rest[sizeof held + sizeof ahead];
  size_t k = 0;
  while (given < n_held) rest[k++] = held[given++];
  memcpy(rest + k, ahead + from, to - from);
  k += to - from;
  if (k > CHUNK - n) k = CHUNK - n;
  memcpy(ahead + 1, s, n);
  memcpy(ahead + 1 + n, rest, k);
  from = 1;
  to = 1 + n + k;
}

void keys_reclaim(void) {
  unsigned char left[CHUNK];
  size_t n = 0;
  rl_getc_function = no_key;
  for (int c; (c = rl_read_key()) != EOF;)
    if (n < sizeof left) left[n++] = (unsigned char)c;
  rl_getc_function = next_key;
  if (n > 0) give_back(left, n);
}

size_t keys_clean(char *s, size_t n) {
  size_t out = 0;
  for (size_t i = 0; i < n;) {
    int size = utf8 ? esc_size(s + i, n - i) : 1;
    unsigned char c = (unsigned char)s[i];
    if (size <= 0 || !has_width((unsigned char *)s + i, size) ||
        (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
      i++;
      continue;
    }
    if (c == '\r') {
      s[out++] = '\n';
      i += i + 1 < n && s[i + 1] == '\n' ? 2 : 1;
      continue;
    }
    memmove(s + out, s + i, (size_t)size);
    out += (size_t)size;
    i += (size_t)size;
  }
  return out;
}

/* Where the paste ends in the n bytes at s, of which those before seen were searched; NULL before it has. */
static char *find_end(char *s, size_t seen, size_t n) {
  size_t size = sizeof PASTE_END - 1, i = seen < size ? 0 : seen - size + 1;
  for (char *p; i + size <= n && (p = memchr(s + i, PASTE_END[0], n - size + 1 - i)) != NULL;
       i = (size_t)(p - s) + 1)
    if (memcmp(p, PASTE_END, size) == 0) return p;
  return NULL;
}

char *keys_paste(size_t *len) {
  size_t n = 0, size = 4 * CHUNK;
  char *text = malloc(size), *end = NULL;
  while (text != NULL && end == NULL) {
    if (size - n <= CHUNK) {
      char *more = realloc(text, size * 2);
      if (more == NULL) break;
      text = more;
      size *= 2;
    }
    size_t k = to - from;
    if (k > 0)
      memcpy(text + n, ahead + from, k);
    else
      k = read_keys((unsigned char *)text + n, CHUNK);
    from = to = 1;
    if (k == 0) break;
    end = find_end(text, n, n + k);
    n += k;
  }
  if (end == NULL) {
    free(text);
    return NULL;
  }
  const char *after = end + sizeof PASTE_END - 1; /* typed behind the paste */
  to = 1 + n - (size_t)(after - text);
  memcpy(ahead + 1, after, to - 1);
  *len = keys_clean(text, (size_t)(end - text));
  return text;
}

void keys_setup(void) {
  const char *name = ttyname(STDIN_FILENO);
  keys = name ? open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  if (keys < 0) keys = STDIN_FILENO; /* not ours to open */
  utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  rl_getc_function = next_key;
}
