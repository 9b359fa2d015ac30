/* csv.c - reads comma-separated values into a matrix; data/csv.lua decides what the columns are. */

#include <math.h>
#include <string.h>

#include "../files/csv.h"
#include "files.h"

#define ASK 1024 /* records from one question whether to stop to the next */

/* --- the start of a file ----------------------------------------------------------------- */

static char check_char(lua_State *L, int idx) {
  size_t n;
  const char *text = luaL_checklstring(L, idx, &n);
  if (n != 1) arg_error(L, idx, "one character");
  return text[0];
}

/* nil, "file: line n: why" about the record that c is at. */
static int csv_failed(lua_State *L, const mg_csv *c) {
  if (c->source->why[0] != '\0') return source_failed(L, 1, "%s", c->source->why);
  return source_failed(L, 1, "line %I: %s", (LUAI_UACINT)c->line, c->why);
}

/* core.csv_sample(source, delimiter, most): up to most of the next records, lists of texts; or nil and a message. The
   source is at its start again then. */
static int csv_sample(lua_State *L) {
  check_arity(L, 3);
  mg_source *s = source_check(L, 1);
  mg_csv c;
  mg_csv_begin(&c, s, check_char(L, 2));
  const lua_Integer most = check_whole(L, 3, "most", 1, 100000);
  lua_newtable(L);
  for (lua_Integer i = 1; i <= most && s->at < MG_CSV_LONGEST && mg_csv_record(&c); i++) {
    lua_newtable(L);
    size_t n;
    bool quoted;
    const char *text;
    for (lua_Integer j = 1; (text = mg_csv_field(&c, &n, &quoted)) != NULL; j++) {
      lua_pushlstring(L, text, n);
      lua_rawseti(L, -2, j);
    }
    if (c.why != NULL) break;
    lua_rawseti(L, 4, i);
  }
  if (c.why != NULL || s->why[0] != '\0') return csv_failed(L, &c);
  if (!mg_source_rewind(s)) return source_failed(L, 1, "%s", s->why);
  lua_settop(L, 4);
  return 1;
}

/* core.csv_lines(source): how many lines there are, no fewer than records; or nil and a message. The source is at its
   start again then. */
static int csv_lines(lua_State *L) {
  check_arity(L, 1);
  mg_source *s = source_check(L, 1);
  lua_Integer lines = 1;
  for (size_t n, blocks = 0; (n = mg_source_fill(s, 1)) > 0; mg_source_take(s, n)) {
    const unsigned char *p = s->data + s->from, *end = p + n;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
      lines++;
      p++;
    }
    if (++blocks % 16 == 0) blocks_ask(L, "reading a file");
  }
  if (s->why[0] != '\0') return source_failed(L, 1, "%s", s->why);
  if (!mg_source_rewind(s)) return source_failed(L, 1, "%s", s->why);
  lua_pushinteger(L, lines);
  return 1;
}

/* --- the whole file ------------------------------------------------------------------------- */

/* What a call of core.csv_read is doing. Arguments and results stay at these indices of the stack. */
enum { AT_SOURCE = 1, AT_DELIMITER, AT_POINT, AT_SKIP, AT_KINDS, AT_LINES, AT_MATRIX, AT_TEXTS, AT_MISSING };

typedef struct Reading {
  mg_csv csv;
  char point;        /* the decimal point */
  const char *kinds; /* a letter for each column: 'n' a number, 't' text, '-' not read */
  size_t columns;
  mg_mat *m;  /* a column for each column that is read */
  size_t row; /* records that were read */
} Reading;

/* The number of a text of column j: those of a column are numbered from 1 as they are met. */
static double number_of_text(lua_State *L, size_t j, const char *text, size_t n) {
  lua_rawgeti(L, AT_TEXTS, (lua_Integer)j + 1);
  lua_pushlstring(L, text, n);
  lua_pushvalue(L, -1);
  lua_rawget(L, -3); /* texts text number */
  lua_Integer k = lua_tointeger(L, -1);
  lua_pop(L, 1);
  if (k == 0) {
    k = (lua_Integer)lua_rawlen(L, -2) + 1;
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, k);
    lua_pushinteger(L, k);
    lua_rawset(L, -3);
    lua_pop(L, 1);
  } else
    lua_pop(L, 2);
  return (double)k;
}

/* Notes that the value of column j is missing: how many are, and the first one's row, line and text. */
static void note_missing(lua_State *L, const Reading *r, size_t j, const char *text, size_t n) {
  if (lua_rawgeti(L, AT_MISSING, (lua_Integer)j + 1) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, (lua_Integer)r->row + 1);
    lua_setfield(L, -2, "row");
    lua_pushinteger(L, (lua_Integer)r->csv.line);
    lua_setfield(L, -2, "line");
    lua_pushlstring(L, text, n);
    lua_setfield(L, -2, "text");
    lua_pushvalue(L, -1);
    lua_rawseti(L, AT_MISSING, (lua_Integer)j + 1);
  }
  lua_getfield(L, -1, "count");
  lua_pushinteger(L, lua_tointeger(L, -1) + 1);
  lua_setfield(L, -3, "count");
  lua_pop(L, 2);
}

/* nil, a message about the field text of column j, the column, the text. */
static int field_failed(lua_State *L, const Reading *r, size_t j, const char *text, size_t n,
                        const char *why) {
  const int results =
      source_failed(L, AT_SOURCE, "row %I (line %I)", (LUAI_UACINT)(r->row + 1), (LUAI_UACINT)r->csv.line);
  lua_pushinteger(L, (lua_Integer)j + 1);
  lua_pushlstring(L, text, n < 60 ? n : 60);
  lua_pushstring(L, why);
  return results + 3;
}

/* Reads a field that is no plain number into column k of the matrix. Returns 0, or how many results tell what is
   wrong. */
static int read_field(lua_State *L, Reading *r, size_t j, size_t k) {
  size_t n;
  bool quoted;
  char *text = mg_csv_field(&r->csv, &n, &quoted);
  if (text == NULL) return r->csv.why != NULL ? csv_failed(L, &r->csv) : 0;
  double x = NAN;
  if (r->kinds[j] == '-') return 0;
  if (mg_csv_is_missing(text, n) && !(quoted && n > 0)) {
    note_missing(L, r, j, text, n);
  } else if (r->kinds[j] == 't') {
    x = number_of_text(L, j, text, n);
  } else {
    const char after = text[n]; /* in the buffer: a quote, a blank, a delimiter or the end of the record */
    mg_csv one = {.record = text, .end = text + n, .next = text, .delimiter = r->csv.delimiter};
    text[n] = '\n';
    const bool is_number = mg_csv_number(&one, r->point, &x) && one.next == NULL;
    text[n] = after;
    if (!is_number) return field_failed(L, r, j, text, n, "text");
  }
  mg_mat_set(r->m, r->row, k, x);
  return 0;
}

/* Reads the record. Returns 0, or how many results tell what is wrong. */
static int read_record(lua_State *L, Reading *r) {
  size_t j = 0, k = 0;
  while (r->csv.next != NULL && j < r->columns) {
    double x;
    const char *text = r->csv.next;
    if (r->kinds[j] == 'n' && mg_csv_number(&r->csv, r->point, &x)) {
      if (isinf(x)) {
        const char *end = r->csv.next != NULL ? r->csv.next - 1 : r->csv.end;
        return field_failed(L, r, j, text, (size_t)(end - text), "range");
      }
      mg_mat_set(r->m, r->row, k, x);
    } else {
      const int results = read_field(L, r, j, k);
      if (results > 0) return results;
    }
    k += r->kinds[j] != '-';
    j++;
  }
  const char *rest = r->csv.next;
  while (rest != NULL && r->csv.delimiter == ' ' && (*rest == ' ' || *rest == '\t')) rest++;
  if (j == r->columns && (rest == NULL || (rest == r->csv.end && r->csv.delimiter == ' '))) return 0;
  size_t n;
  bool quoted;
  while (mg_csv_field(&r->csv, &n, &quoted) != NULL) j++;
  if (r->csv.why != NULL) return csv_failed(L, &r->csv);
  if (j == r->columns) return 0;
  return source_failed(L, AT_SOURCE, "row %I (line %I) has %I field%s, expected %I",
                       (LUAI_UACINT)(r->row + 1), (LUAI_UACINT)r->csv.line, (LUAI_UACINT)j, j == 1 ? "" : "s",
                       (LUAI_UACINT)r->columns);
}

/* A table of empty tables for the text columns. */
static void push_texts(lua_State *L, const Reading *r) {
  lua_newtable(L);
  for (size_t j = 0; j < r->columns; j++)
    if (r->kinds[j] == 't') {
      lua_newtable(L);
      lua_rawseti(L, -2, (lua_Integer)j + 1);
    }
}

/* core.csv_read(source, delimiter, point, skip, kinds, lines): reads all records but the first skip. Returns a matrix
   with a column for each of kinds that is not '-', NaN where a value is missing, in a text column the number of the
   text; column -> list of texts, by number and by text; column -> {count=, row=, line=, text=} of missing values. Or
   nil, a message; with a bad field the message is its place, followed by the column, the text, "text" or "range". */
static int csv_read(lua_State *L) {
  check_arity(L, 6);
  mg_source *s = source_check(L, AT_SOURCE);
  Reading r = {.point = check_char(L, AT_POINT)};
  mg_csv_begin(&r.csv, s, check_char(L, AT_DELIMITER));
  lua_Integer skip = check_whole(L, AT_SKIP, "skip", 0, 1000);
  r.kinds = luaL_checklstring(L, AT_KINDS, &r.columns);
  const size_t lines = check_count(L, AT_LINES, "lines");
  size_t kept = 0;
  for (size_t j = 0; j < r.columns; j++) kept += r.kinds[j] != '-';
  if (kept == 0) return source_failed(L, 1, "no column is to be read");
  r.m = &matrix_new(L, lines, kept)->m;
  push_texts(L, &r);
  lua_newtable(L);
  luaL_checkstack(L, LUA_MINSTACK, "reading a file");
  while (mg_csv_record(&r.csv)) {
    if (skip-- > 0) continue;
    if (r.row == lines) return source_failed(L, 1, "it grew while it was read");
    const int results = read_record(L, &r);
    if (results > 0) return results;
    if (++r.row % ASK == 0) blocks_ask(L, "reading a file");
  }
  if (r.csv.why != NULL || s->why[0] != '\0') return csv_failed(L, &r.csv);
  if (r.row == 0) return source_failed(L, 1, "it has no rows of values");
  if (r.row < lines) {
    lua_getiuservalue(L, AT_MATRIX, 1);
    matrix_view(L, -1, mg_mat_rows(*r.m, 0, r.row));
    lua_replace(L, AT_MATRIX);
    lua_settop(L, AT_MISSING);
  }
  return 3;
}

void open_csv(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"csv_sample", csv_sample}, {"csv_lines", csv_lines}, {"csv_read", csv_read}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
