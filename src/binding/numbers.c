/* numbers.c - matrices as bytes: read from a source, and as texts to write. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../files/numbers.h"
#include "files.h"

#define AT_A_TIME ((size_t)8192) /* numbers */
#define ASK       16             /* such blocks from one question whether to stop to the next */

/* Unpacked data may be so many times as large as the file: what deflate can do at best. */
#define MOST_UNPACKED 1032.0

/* Do n numbers of size bytes fit into what is left of the file? Else pushes nil and a message. */
static bool fits(lua_State *L, const mg_source *s, size_t nrows, size_t ncols, size_t size) {
  const double want = (double)nrows * (double)ncols * (double)size;
  const double left = s->decoder != NULL ? (double)s->size * MOST_UNPACKED : (double)s->size - (double)s->at;
  if (want <= left) return true;
  source_failed(L, 1, "its head says %I x %I numbers of %I bytes, more than the file holds",
                (LUAI_UACINT)nrows, (LUAI_UACINT)ncols, (LUAI_UACINT)size);
  return false;
}

/* core.read_numbers(source, type, big, nrows, ncols, by_columns): a matrix of the numbers that follow in the source, of
   that type and byte order, row by row or column by column; or nil and a message. */
static int read_numbers(lua_State *L) {
  check_arity(L, 6);
  mg_source *s = source_check(L, 1);
  const mg_number_type *type = mg_number_type_of(luaL_checkstring(L, 2));
  if (type == NULL) return fail(L, "type: expected f8, u1 or the like");
  const bool big = lua_toboolean(L, 3), by_columns = lua_toboolean(L, 6);
  const size_t nrows = check_count(L, 4, "nrows"), ncols = check_count(L, 5, "ncols");
  if (!fits(L, s, nrows, ncols, type->size)) return 2;
  mg_mat *m = &matrix_new(L, nrows, ncols)->m;
  double some[AT_A_TIME];
  for (size_t done = 0, count = nrows * ncols, blocks = 0; done < count;) {
    const size_t want = count - done < AT_A_TIME ? count - done : AT_A_TIME;
    if (mg_source_fill(s, want * type->size) < want * type->size) {
      if (s->why[0] != '\0') return source_failed(L, 1, "%s", s->why);
      return source_failed(L, 1, "it ends after %I of %I numbers",
                           (LUAI_UACINT)(done + (s->to - s->from) / type->size), (LUAI_UACINT)count);
    }
    double *x = by_columns ? some : (double *)m->data + done; /* a new matrix lies row by row */
    const size_t exact = type->read(s->data + s->from, want, big, x);
    if (exact < want)
      return source_failed(L, 1, "number %I is beyond 2^53, which no double is exactly",
                           (LUAI_UACINT)(done + exact + 1));
    for (size_t i = 0; by_columns && i < want; i++)
      mg_mat_set(m, (done + i) % nrows, (done + i) / nrows, x[i]);
    mg_source_take(s, want * type->size);
    done += want;
    if (++blocks % ASK == 0) blocks_ask(L, "reading a file");
  }
  return 1;
}

/* The shortest decimal that reads back as x; returns its length. */
static int shortest(double x, char *text, size_t size) {
  if (isnan(x)) return snprintf(text, size, "NaN");
  if (isinf(x)) return snprintf(text, size, x > 0 ? "Inf" : "-Inf");
  int n = 0;
  for (int digits = 15; digits <= 17; digits++) {
    n = snprintf(text, size, "%.*g", digits, x);
    if (strtod(text, NULL) == x) break;
  }
  for (char *comma = text; (comma = strchr(comma, ',')) != NULL;) *comma = '.'; /* of a locale */
  return n;
}

/* The rows first to last of the matrix at index 1, from 1. */
static const mg_mat *check_rows(lua_State *L, size_t *first, size_t *last) {
  check_arity(L, 3);
  const mg_mat *m = &matrix_check(L, 1)->m;
  *first = (size_t)check_whole(L, 2, "first", 1, (lua_Integer)m->nrows) - 1;
  *last = (size_t)check_whole(L, 3, "last", (lua_Integer)*first + 1, (lua_Integer)m->nrows);
  return m;
}

/* core.rows_text(m, first, last): these rows as lines of CSV. */
static int rows_text(lua_State *L) {
  size_t first, last;
  const mg_mat *m = check_rows(L, &first, &last);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (size_t i = first; i < last; i++)
    for (size_t j = 0; j < m->ncols; j++) {
      char *p = luaL_prepbuffsize(&b, 64);
      int n = shortest(mg_mat_get(m, i, j), p, 60);
      p[n++] = j + 1 < m->ncols ? ',' : '\n';
      luaL_addsize(&b, (size_t)n);
    }
  luaL_pushresult(&b);
  return 1;
}

/* core.rows_bytes(m, first, last): these rows as doubles, little-endian. */
static int rows_bytes(lua_State *L) {
  size_t first, last;
  const mg_mat *m = check_rows(L, &first, &last);
  luaL_Buffer b;
  unsigned char *p = (unsigned char *)luaL_buffinitsize(L, &b, (last - first) * m->ncols * 8);
  for (size_t i = first; i < last; i++)
    for (size_t j = 0; j < m->ncols; j++) {
      const double x = mg_mat_get(m, i, j);
      uint64_t v;
      memcpy(&v, &x, sizeof v);
      for (int k = 0; k < 8; k++) *p++ = (unsigned char)(v >> (8 * k));
    }
  luaL_pushresultsize(&b, (last - first) * m->ncols * 8);
  return 1;
}

void open_numbers(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"read_numbers", read_numbers}, {"rows_text", rows_text}, {"rows_bytes", rows_bytes}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
