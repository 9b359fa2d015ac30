/* source.h - reads a regular file from its start to its end, through a buffer; decodes it when it is packed.

   Data files come from anywhere: sizes that a file's head claims are not believed, and what is read is bounded by the
   file itself. A folder, a FIFO or a device is refused before anything is read. */

#ifndef MG_FILES_SOURCE_H
#define MG_FILES_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Unpacks a stream. Parts that link a library provide it: src/parts/gzip.c. */
typedef struct mg_decoder {
  /* A new state, or NULL when there is no memory; end frees it. */
  void *(*begin)(void);
  void (*end)(void *state);
  /* Decodes from in (*n_in bytes; sets *n_in to those used) to out (n_out bytes). last: nothing follows in. Returns
     the bytes made, 0 at the end of the stream or when more input is needed; -1 on an error, *why says which. */
  ptrdiff_t (*decode)(void *state, const unsigned char *in, size_t *n_in, bool last, unsigned char *out,
                      size_t n_out, const char **why);
} mg_decoder;

typedef struct mg_source {
  int fd;              /* -1 when it is closed */
  uint64_t size;       /* bytes of the file */
  uint64_t at;         /* bytes that were taken, after decoding */
  uint64_t limit;      /* the most bytes after decoding */
  unsigned char *data; /* the buffer: bytes from .. to wait to be taken; one more byte can be written at to */
  size_t from, to, room;     /* room: bytes of the buffer */
  bool ended;                /* is the end of the file in the buffer? */
  const mg_decoder *decoder; /* NULL for a plain file */
  void *state;               /* the decoder's */
  unsigned char *packed;     /* bytes before decoding, packed_from .. packed_to of PACKED */
  size_t packed_from, packed_to;
  bool packed_ended;
  char why[160]; /* what went wrong, without the file's name; "" when nothing did */
} mg_source;

/* Opens a file. False, and s->why says why. s need not be closed then. */
bool mg_source_open(mg_source *s, const char *path);

/* A source of n bytes in memory, which are copied. False when there is no memory. */
bool mg_source_of(mg_source *s, const void *bytes, size_t n);

/* Decodes what follows; to be called before anything is taken. */
bool mg_source_decode(mg_source *s, const mg_decoder *decoder);

/* Begins anew at the start. */
bool mg_source_rewind(mg_source *s);

void mg_source_close(mg_source *s);

/* Makes at least n bytes wait in the buffer, fewer at the end of the file. Returns how many wait. An error is an end:
   s->why is then not "". */
size_t mg_source_fill(mg_source *s, size_t n);

/* Takes n of the bytes that wait. */
void mg_source_take(mg_source *s, size_t n);

#endif
