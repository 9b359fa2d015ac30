/* csv.c - the records and fields of comma-separated values. */

#include "csv.h"

#include <string.h>

#include "decimal.h"

void mg_csv_begin(mg_csv *c, mg_source *source, char delimiter) {
  *c = (mg_csv){.source = source, .delimiter = delimiter, .line = 1};
  const unsigned char *p = mg_source_fill(source, 3) >= 3 ? source->data + source->from : NULL;
  if (p != NULL && memcmp(p, "\xEF\xBB\xBF", 3) == 0) mg_source_take(source, 3);
}

/* Can the quote at p, in a record that begins at record, open a quoted field? */
static bool opens(const mg_csv *c, const char *record, const char *p) {
  while (p > record && p[-1] == ' ' && c->delimiter != ' ') p--;
  return p == record || p[-1] == c->delimiter || p[-1] == '\n';
}

/* The end of the record at p, its '\n', before end; NULL when it is not there. Counts the lines before. */
static char *record_end(mg_csv *c, char *p, char *end) {
  char *line_end = memchr(p, '\n', (size_t)(end - p));
  c->lines = 1;
  if (memchr(p, '"', (size_t)((line_end != NULL ? line_end : end) - p)) == NULL) return line_end;
  bool inside = false;
  for (char *q = p; q < end; q++) {
    if (*q == '"') {
      if (!inside && opens(c, p, q))
        inside = true;
      else if (inside && q + 1 < end && q[1] == '"')
        q++;
      else
        inside = false;
    } else if (*q == '\n') {
      if (!inside) return q;
      c->lines++;
    }
  }
  return NULL;
}

/* Finds the next record, also a blank one. */
static bool find(mg_csv *c) {
  mg_source *s = c->source;
  mg_source_take(s, c->used);
  c->line += c->lines;
  c->used = 0;
  c->lines = 0;
  for (size_t want = 1;;) {
    const size_t n = mg_source_fill(s, want);
    if (s->why[0] != '\0' || n == 0) return false;
    char *p = (char *)s->data + s->from, *end = p + n, *found = record_end(c, p, end);
    if (found == NULL && !s->ended) {
      if (n > MG_CSV_LONGEST) {
        c->why = "a record, or a quoted field in it, does not end within 64 MiB";
        return false;
      }
      want = n + n / 2 + 1;
      continue;
    }
    c->record = p;
    c->end = found != NULL ? found : end;
    c->used = (size_t)(c->end - p) + (found != NULL);
    if (c->end > p && c->end[-1] == '\r') c->end--;
    *c->end = '\n'; /* no part of a number; the source keeps a byte behind the last one */
    return true;
  }
}

bool mg_csv_record(mg_csv *c) {
  do
    if (!find(c)) return false;
  while (c->end == c->record);
  if (memchr(c->record, '\0', (size_t)(c->end - c->record)) != NULL) {
    c->why = "there is a NUL byte, which no text has";
    return false;
  }
  c->next = c->record;
  return true;
}

/* The field in quotes at p; removes the quotes, in place. */
static char *quoted_field(mg_csv *c, char *p, size_t *n) {
  char *out = p, *in = p + 1;
  for (;; in++) {
    if (in >= c->end) {
      c->why = "a quote is opened, but not closed";
      return NULL;
    }
    if (*in == '"') {
      if (in + 1 < c->end && in[1] == '"')
        in++;
      else
        break;
    }
    *out++ = *in;
  }
  *n = (size_t)(out - p);
  for (in++; in < c->end && *in == ' ' && c->delimiter != ' ';) in++;
  if (in < c->end && *in != c->delimiter) {
    c->why = "there is text behind a closing quote; a quote within quotes is written twice";
    return NULL;
  }
  c->next = in < c->end ? in + 1 : NULL;
  return p;
}

/* Where the blanks at p end. */
static char *skip_blanks(const mg_csv *c, char *p) {
  while (p < c->end && (*p == ' ' || *p == '\t')) p++;
  return p;
}

char *mg_csv_field(mg_csv *c, size_t *n, bool *quoted) {
  char *p = c->next;
  if (p == NULL) return NULL;
  if (c->delimiter == ' ') {
    p = skip_blanks(c, p);
    if (p == c->end) return NULL;
  } else {
    while (p < c->end && *p == ' ') p++;
  }
  *quoted = p < c->end && *p == '"';
  if (*quoted) return quoted_field(c, p, n);
  char *end = memchr(p, c->delimiter, (size_t)(c->end - p));
  if (c->delimiter == ' ')
    for (end = p; end < c->end && *end != ' ' && *end != '\t';) end++;
  c->next = end != NULL && end < c->end ? end + 1 : NULL;
  if (end == NULL) end = c->end;
  while (end > p && end[-1] == ' ') end--;
  *n = (size_t)(end - p);
  return p;
}

bool mg_csv_number(mg_csv *c, char point, double *x) {
  const char *p = c->next;
  if (p == NULL) return false;
  while (p < c->end && *p == ' ') p++;
  const char *q = mg_decimal(p, c->end, point, x);
  if (q == p) return false;
  const bool blank = q < c->end && *q == ' ';
  while (q < c->end && *q == ' ') q++;
  if (q == c->end)
    c->next = NULL;
  else if (*q == c->delimiter)
    c->next = c->record + (q + 1 - c->record);
  else if (c->delimiter == ' ' && (blank || *q == '\t'))
    c->next = c->record + (q - c->record);
  else
    return false;
  return true;
}

bool mg_csv_is_missing(const char *text, size_t n) {
  static const char words[][6] = {"",     "NA",   "na",   "N/A",  "n/a", "NaN", "nan", "NAN",
                                  "null", "NULL", "None", "none", "?",   "-",   "#N/A"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == n && memcmp(words[i], text, n) == 0) return true;
  return false;
}
