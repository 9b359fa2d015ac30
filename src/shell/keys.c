/* keys.c - reads bytes from the terminal and gives them to Readline.

   Readline gets only whole characters, and only those that can be shown: with others its vi mode may loop. A
   signal that comes while the shell waits here for a byte only leaves a mark, see signals.c. */

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

static struct {
  int fd;       /* opened a second time, with O_NONBLOCK: Ctrl-C would not end a read that blocks */
  int is_utf8;  /* is the locale's encoding UTF-8? Else a character is one byte */
  int is_stale; /* was the last drawing put off because keys were waiting? */
} terminal;

/* Bytes that were read from the terminal and not used yet: bytes[from] to bytes[to - 1]. bytes[0] is for a
   byte that is put back in front of them. */
static struct {
  unsigned char bytes[CHUNK + 1];
  size_t from, to;
} ahead = {.from = 1, .to = 1};

/* The character that Readline is reading. Readline asks for one byte at a time. */
static struct {
  unsigned char bytes[4];
  int size;  /* its bytes; 0 without a character */
  int given; /* how many of them Readline has got */
} character;

int keys_wait(void) {
  return character.given < character.size || ahead.from < ahead.to ? 0 : sig_wait(terminal.fd);
}

int keys_waiting(void) {
  int n = 0;
  return character.given < character.size || ahead.from < ahead.to ||
         (ioctl(terminal.fd, FIONREAD, &n) == 0 && n > 0);
}

void keys_redisplay(void) {
  terminal.is_stale = keys_waiting();
  if (!terminal.is_stale) view_draw();
}

void keys_refresh(void) {
  if (terminal.is_stale) keys_redisplay();
}

void keys_drop(void) { character.size = character.given = 0, ahead.from = ahead.to = 1; }

/* Waits for input and reads at most n bytes; returns their number. 0: the input has ended, or a signal that
   ends the line has come. Other signals are handled here. A read may find nothing though sig_wait saw input:
   when Ctrl-C is pressed the terminal discards what was typed. */
static size_t read_keys(unsigned char *buf, size_t n) {
  keys_refresh(); /* the wait may be long */
  for (;;) {
    int sig = sig_wait(terminal.fd);
    if (sig_ends_line(sig)) return 0;
    if (sig != 0) {
      term_handle(sig);
      continue;
    }
    ssize_t k = read(terminal.fd, buf, n);
    if (k > 0) return (size_t)k;
    if (k == 0 || (errno != EAGAIN && errno != EINTR)) return 0;
  }
}

/* The next byte from the terminal, EOF as in read_keys. */
static int next_byte(void) {
  unsigned char c;
  if (ahead.from < ahead.to) return ahead.bytes[ahead.from++];
  return read_keys(&c, 1) == 1 ? c : EOF;
}

/* Can the character of these bytes be shown? */
static int has_width(const unsigned char *s, int size) {
  wchar_t c;
  return size < 2 || (mbtowc(&c, (const char *)s, (size_t)size) == size && wcwidth(c) >= 0);
}

/* rl_getc_function: the next byte for Readline, which also calls it in C-r and C-v. It must return a byte for
   each key that Readline waits for. So it returns "?" for bytes that are no character, for a character that
   cannot be shown, and for one that a signal interrupts. */
static int next_key(FILE *f) {
  int n = 0, size;
  (void)f;
  if (character.given < character.size) return character.bytes[character.given++];
  character.size = character.given = 0;
  do {
    int c = next_byte();
    if (c == EOF) return n == 0 ? EOF : '?';
    character.bytes[n++] = (unsigned char)c;
    size = terminal.is_utf8 ? esc_size((const char *)character.bytes, (size_t)n) : 1;
  } while (size < 0);
  if (size > 0 && !has_width(character.bytes, size)) return '?';
  if (size > 0)
    character.size = n;
  else if (n > 1) /* the last byte may begin the next character */
    ahead.bytes[--ahead.from] = character.bytes[n - 1];
  return size > 0 ? character.bytes[character.given++] : '?';
}

/* rl_getc_function while keys_reclaim empties Readline's own buffer. */
static int no_key(FILE *f) {
  (void)f;
  return EOF;
}

/* Puts the n bytes at s in front of the bytes that are not used yet. Bytes beyond CHUNK are lost. */
static void give_back(const unsigned char *s, size_t n) {
  unsigned char rest[sizeof character.bytes + sizeof ahead.bytes];
  size_t k = 0;
  while (character.given < character.size) rest[k++] = character.bytes[character.given++];
  memcpy(rest + k, ahead.bytes + ahead.from, ahead.to - ahead.from);
  k += ahead.to - ahead.from;
  if (k > CHUNK - n) k = CHUNK - n;
  memcpy(ahead.bytes + 1, s, n);
  memcpy(ahead.bytes + 1 + n, rest, k);
  ahead.from = 1;
  ahead.to = 1 + n + k;
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
    int size = terminal.is_utf8 ? esc_size(s + i, n - i) : 1;
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

/* Finds PASTE_END in the n bytes at s; the first seen bytes were searched before. NULL if it is not there. */
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
    size_t k = ahead.to - ahead.from;
    if (k > 0)
      memcpy(text + n, ahead.bytes + ahead.from, k);
    else
      k = read_keys((unsigned char *)text + n, CHUNK);
    ahead.from = ahead.to = 1;
    if (k == 0) break;
    end = find_end(text, n, n + k);
    n += k;
  }
  if (end == NULL) {
    free(text);
    return NULL;
  }
  const char *after = end + sizeof PASTE_END - 1; /* keys that were typed after the paste */
  ahead.to = 1 + n - (size_t)(after - text);
  memcpy(ahead.bytes + 1, after, ahead.to - 1);
  *len = keys_clean(text, (size_t)(end - text));
  return text;
}

void keys_setup(void) {
  const char *name = ttyname(STDIN_FILENO);
  terminal.fd = name ? open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  if (terminal.fd < 0) terminal.fd = STDIN_FILENO; /* it may belong to another user */
  terminal.is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  rl_getc_function = next_key;
}
