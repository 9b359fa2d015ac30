/* csv.h - comma-separated values, RFC 4180: records, fields, quotes. */

#ifndef MG_FILES_CSV_H
#define MG_FILES_CSV_H

#include "source.h"

#define MG_CSV_LONGEST ((size_t)64 << 20) /* bytes of a record */

/* Reads the records of a source, one after the other. */
typedef struct mg_csv {
  mg_source *source;
  char delimiter;       /* between fields; ' ' is any number of blanks */
  char *record, *end;   /* the record, without its line end; both in the source's buffer */
  char *next;           /* where the next field begins, NULL after the last one */
  size_t used;          /* bytes of the record and its line end */
  uint64_t line, lines; /* the line at which the record begins, from 1; lines that it takes */
  const char *why;      /* what is wrong, or NULL */
} mg_csv;

/* Begins at the start of the source; a byte order mark is skipped. */
void mg_csv_begin(mg_csv *c, mg_source *source, char delimiter);

/* The next record; blank lines are skipped. False at the end, and on an error: c->why or c->source->why. */
bool mg_csv_record(mg_csv *c);

/* The next field of the record: *n bytes at the address returned, quotes removed. *quoted: was it in quotes? NULL when
   there is no further field, or on an error: c->why. */
char *mg_csv_field(mg_csv *c, size_t *n, bool *quoted);

/* If the next field is a number that is not in quotes: takes it, sets *x, and returns true. point: the decimal point. */
bool mg_csv_number(mg_csv *c, char point, double *x);

/* Is a field a way to say that a value is missing: empty, NA, NaN, null, none, ?, - ... */
bool mg_csv_is_missing(const char *text, size_t n);

#endif
