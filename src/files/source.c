/* source.c - reading a regular file through a buffer. */

#define _POSIX_C_SOURCE 200809L
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKED 65536 /* bytes read at a time before decoding */
#define BLOCK  262144

static bool fails(mg_source *s, const char *why) {
  snprintf(s->why, sizeof s->why, "%s", why);
  return false;
}

/* What kind of file is not read. */
static const char *kind(mode_t mode) {
  return S_ISDIR(mode)    ? "it is a folder"
         : S_ISFIFO(mode) ? "it is a FIFO, not a regular file; copy it to one"
         : S_ISSOCK(mode) ? "it is a socket, not a regular file"
                          : "it is a device, not a regular file";
}

bool mg_source_open(mg_source *s, const char *path) {
  *s = (mg_source){.fd = -1, .limit = UINT64_MAX};
  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a FIFO without a writer must not block */
  if (fd < 0) return fails(s, strerror(errno));
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    fails(s, kind(st.st_mode));
    close(fd);
    return false;
  }
  s->fd = fd;
  s->size = (uint64_t)st.st_size;
  return true;
}

bool mg_source_of(mg_source *s, const void *bytes, size_t n) {
  *s = (mg_source){.fd = -1, .limit = UINT64_MAX, .size = n, .ended = true, .to = n, .room = n + 1};
  s->data = malloc(n + 1);
  if (s->data == NULL) return fails(s, "not enough memory");
  memcpy(s->data, bytes, n);
  return true;
}

bool mg_source_decode(mg_source *s, const mg_decoder *decoder) {
  s->packed = malloc(PACKED);
  s->state = s->packed != NULL ? decoder->begin() : NULL;
  if (s->state == NULL) return fails(s, "not enough memory");
  s->decoder = decoder;
  return mg_source_rewind(s);
}

bool mg_source_rewind(mg_source *s) {
  if (s->fd < 0) return fails(s, "bytes in memory are read once");
  if (lseek(s->fd, 0, SEEK_SET) != 0) return fails(s, strerror(errno));
  s->at = 0;
  s->from = s->to = s->packed_from = s->packed_to = 0;
  s->ended = s->packed_ended = false;
  s->why[0] = '\0';
  if (s->decoder == NULL) return true;
  s->decoder->end(s->state);
  s->state = s->decoder->begin();
  return s->state != NULL || fails(s, "not enough memory");
}

void mg_source_close(mg_source *s) {
  if (s->fd >= 0) close(s->fd);
  if (s->state != NULL) s->decoder->end(s->state);
  free(s->data);
  free(s->packed);
  *s = (mg_source){.fd = -1};
}

/* Reads up to n bytes of the file; 0 at its end, or on an error. */
static size_t read_some(mg_source *s, unsigned char *out, size_t n) {
  ssize_t got;
  do got = read(s->fd, out, n);
  while (got < 0 && errno == EINTR);
  if (got < 0) fails(s, strerror(errno));
  return got > 0 ? (size_t)got : 0;
}

/* Decodes up to n bytes; 0 at the end, or on an error. */
static size_t decode_some(mg_source *s, unsigned char *out, size_t n) {
  for (;;) {
    if (s->packed_from == s->packed_to && !s->packed_ended) {
      s->packed_from = 0;
      s->packed_to = read_some(s, s->packed, PACKED);
      s->packed_ended = s->packed_to == 0;
      if (s->why[0] != '\0') return 0;
    }
    size_t used = s->packed_to - s->packed_from;
    const char *why = "it cannot be unpacked";
    const ptrdiff_t made =
        s->decoder->decode(s->state, s->packed + s->packed_from, &used, s->packed_ended, out, n, &why);
    s->packed_from += used;
    if (made > 0) return (size_t)made;
    if (made < 0) fails(s, why);
    if (made < 0 || (used == 0 && s->packed_ended)) return 0;
  }
}

/* Makes room for n bytes after from, and one more. */
static bool make_room(mg_source *s, size_t n) {
  if (s->from > 0 && s->room - s->from <= n) {
    memmove(s->data, s->data + s->from, s->to - s->from);
    s->to -= s->from;
    s->from = 0;
  }
  if (s->room > n) return true;
  const size_t room = n < BLOCK ? BLOCK : n + n / 2;
  unsigned char *data = realloc(s->data, room);
  if (data == NULL) return fails(s, "not enough memory");
  s->data = data;
  s->room = room;
  return true;
}

size_t mg_source_fill(mg_source *s, size_t n) {
  while (s->to - s->from < n && !s->ended) {
    if (!make_room(s, n)) {
      s->ended = true;
      break;
    }
    const size_t most = s->room - s->to - 1;
    const size_t got =
        s->decoder != NULL ? decode_some(s, s->data + s->to, most) : read_some(s, s->data + s->to, most);
    s->to += got;
    s->ended = got == 0;
    if (s->at + (s->to - s->from) > s->limit) {
      s->to = s->from + (size_t)(s->limit - s->at);
      s->ended = true;
      fails(s, "unpacked it is larger than the limit; limit = bytes raises that");
    }
  }
  return s->to - s->from;
}

void mg_source_take(mg_source *s, size_t n) {
  s->from += n;
  s->at += n;
}
