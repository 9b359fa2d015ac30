/* matrix_order.c - methods of matrices that order and choose: sort, median, find, take. */

#include <math.h>

#include "binding.h"

#define NUMBERS ((size_t)1 << 17) /* numbers to handle between two calls of blocks_ask: some ms */

/* --- sorting ------------------------------------------------------------------- */

typedef struct Ranked {
  double v;
  size_t place; /* of v before sorting, from 0 */
} Ranked;

/* Pushes memory for sorting n numbers, twice n places. */
static Ranked *push_ranked(lua_State *L, size_t n) {
  return memory_new(L, n > SIZE_MAX / 2 / sizeof(Ranked) ? SIZE_MAX : 2 * n * sizeof(Ranked), "sorting");
}

static bool precedes(const Ranked *a, const Ranked *b) {
  return a->v < b->v || (isnan(b->v) && !isnan(a->v));
}

/* to[first .. last - 1] = the two sorted runs of from, which meet at middle; equal numbers keep their order. */
static void merge(lua_State *L, Ranked *to, const Ranked *from, size_t first, size_t middle, size_t last) {
  size_t a = first, b = middle;
  for (size_t k = first; k < last; k++) {
    if (k % NUMBERS == NUMBERS - 1) blocks_ask(L, "sorting");
    to[k] = a < middle && (b == last || !precedes(&from[b], &from[a])) ? from[a++] : from[b++];
  }
}

/* Sorts the elements of m, taken row by row, NaN last: runs of 1, 2, 4, ... are merged from one half of memory
   into the other. Returns the half that holds the result. */
static Ranked *sorted(lua_State *L, Ranked *memory, const mg_mat *m) {
  const size_t n = m->nrows * m->ncols;
  Ranked *from = memory, *to = memory + n;
  for (size_t k = 0; k < n; k++) {
    if (k % NUMBERS == NUMBERS - 1) blocks_ask(L, "sorting");
    from[k] = (Ranked){mg_mat_get(m, k / m->ncols, k % m->ncols), k};
  }
  for (size_t run = 1; run < n; run *= 2) {
    for (size_t first = 0; first < n; first += 2 * run) {
      const size_t middle = n - first < run ? n : first + run, last = n - middle < run ? n : middle + run;
      merge(L, to, from, first, middle, last);
    }
    Ranked *other = from;
    from = to;
    to = other;
  }
  return from;
}

/* The argument axis at index 2; absent otherwise. */
static int check_axis(lua_State *L, int otherwise) {
  check_arity(L, 2);
  if (lua_isnoneornil(L, 2)) return otherwise;
  return (int)check_whole(L, 2, "axis (1: down the rows, 2: along a row)", 1, 2);
}

/*** m:sort([axis])
     Returns a sorted copy, the smallest first, NaN last, and the indices: where each number was. With axis 1 it
     sorts each column, with axis 2 each row; by default each column, or the row of a matrix of one row.
     > v, i = matrix{30, 10, 20}:sort()
     > i
     1 x 3
     2  3  1
*/
static int m_sort(lua_State *L) {
  const mg_mat *m = &matrix_doubles(L, 1)->m;
  const bool rows = check_axis(L, m->nrows == 1 ? 2 : 1) == 2;
  lua_settop(L, 1);
  mg_mat values = matrix_new(L, m->nrows, m->ncols)->m, places = matrix_new(L, m->nrows, m->ncols)->m;
  const mg_mat source = rows ? *m : mg_mat_t(*m);
  if (!rows) {
    values = mg_mat_t(values);
    places = mg_mat_t(places);
  }
  Ranked *memory = push_ranked(L, source.ncols);
  for (size_t i = 0; i < source.nrows; i++) {
    const mg_mat line = mg_mat_rows(source, i, 1);
    const Ranked *line_sorted = sorted(L, memory, &line);
    for (size_t j = 0; j < source.ncols; j++) {
      mg_mat_set(&values, i, j, line_sorted[j].v);
      mg_mat_set(&places, i, j, (double)line_sorted[j].place + 1);
    }
    if (i % 1024 == 1023) blocks_ask(L, "sorting");
  }
  lua_pop(L, 1);
  return 2;
}

static double median_of(lua_State *L, Ranked *memory, const mg_mat *m) {
  const size_t n = m->nrows * m->ncols;
  const Ranked *all = sorted(L, memory, m);
  if (isnan(all[n - 1].v)) return all[n - 1].v;
  return n % 2 == 1 ? all[n / 2].v : (all[n / 2 - 1].v + all[n / 2].v) / 2;
}

/*** m:median([axis])
     Returns the median of all elements, a number: of an even count the mean of the middle two. With axis 1 it
     returns the median of each column (1 x c), with axis 2 of each row (r x 1). If an element is NaN it is NaN.
     > matrix{1, 9, 2}:median()
     2.0
*/
static int m_median(lua_State *L) {
  const mg_mat *m = &matrix_doubles(L, 1)->m;
  const int axis = check_axis(L, 0);
  lua_settop(L, 1);
  if (axis == 0) {
    lua_pushnumber(L, median_of(L, push_ranked(L, m->nrows * m->ncols), m));
    return 1;
  }
  const mg_mat source = axis == 2 ? *m : mg_mat_t(*m);
  mg_mat medians = matrix_new(L, axis == 2 ? m->nrows : 1, axis == 2 ? 1 : m->ncols)->m;
  if (axis == 1) medians = mg_mat_t(medians);
  Ranked *memory = push_ranked(L, source.ncols);
  for (size_t i = 0; i < source.nrows; i++) {
    const mg_mat line = mg_mat_rows(source, i, 1);
    mg_mat_set(&medians, i, 0, median_of(L, memory, &line));
    if (i % 1024 == 1023) blocks_ask(L, "sorting");
  }
  lua_pop(L, 1);
  return 1;
}

/* --- finding ------------------------------------------------------------------- */

/* The elements of m that are not 0: counts them, or also writes their rows and columns, from 1. */
static size_t find(lua_State *L, const mg_mat *m, mg_mat *rows, mg_mat *cols) {
  size_t count = 0, seen = 0;
  for (size_t i = 0; i < m->nrows; i++)
    for (size_t j = 0; j < m->ncols; j++) {
      if (++seen % NUMBERS == 0) blocks_ask(L, "looking through a matrix");
      if (mg_mat_get(m, i, j) == 0) continue;
      if (rows != NULL) {
        mg_mat_set(rows, 0, count, (double)i + 1);
        mg_mat_set(cols, 0, count, (double)j + 1);
      }
      count++;
    }
  return count;
}

/*** m:find()
     Returns the indices of the elements that are not 0, a 1 x n matrix; nil when all are 0. m has one row or
     one column; of any other matrix it returns two such matrices, the rows and the columns.
     > X:take(y:eq(1):find())
*/
static int m_find(lua_State *L) {
  check_arity(L, 1);
  const mg_mat *m = &matrix_check(L, 1)->m;
  const size_t n = find(L, m, NULL, NULL);
  if (n == 0) {
    lua_pushnil(L);
    return 1;
  }
  mg_mat *rows = &matrix_new(L, 1, n)->m, *cols = &matrix_new(L, 1, n)->m;
  find(L, m, rows, cols);
  if (m->nrows > 1 && m->ncols > 1) return 2;
  if (m->nrows > 1) lua_pop(L, 1);
  return 1;
}

/* --- rows by list ---------------------------------------------------------------- */

/* The number k (from 0) of the list at index 2: the index of a row of the n of the matrix at 1. Returns it
   counted from 0. */
static uint32_t check_row(lua_State *L, const Matrix *list, size_t k, size_t n) {
  double v;
  if (list != NULL)
    v = mg_mat_get(&list->m, list->m.nrows == 1 ? 0 : k, list->m.nrows == 1 ? k : 0);
  else {
    if (lua_rawgeti(L, 2, (lua_Integer)k + 1) != LUA_TNUMBER)
      fail(L, "take: entry %I of the list: expected the index of a row, 1 to %I, got %s",
           (LUAI_UACINT)(k + 1), (LUAI_UACINT)n, push_kind(L, -1));
    v = lua_tonumber(L, -1);
    lua_pop(L, 1);
  }
  if (v >= 1 && v <= (double)n && v == floor(v)) return (uint32_t)v - 1;
  return (uint32_t)fail(L, "take: entry %I of the list: expected the index of a row, 1 to %I, got %s",
                        (LUAI_UACINT)(k + 1), (LUAI_UACINT)n, push_number(L, v));
}

typedef struct Gather {
  mg_mat *dst;
  const mg_mat *src;
  const uint32_t *order;
} Gather;

static void gather_part(void *context, const Rect *r) {
  const Gather *g = context;
  mg_mat dst = rect_of(g->dst, r);
  const mg_mat src = mg_mat_cols(*g->src, r->col, r->ncols);
  mg_mat_gather(&dst, &src, g->order + r->row);
}

/*** m:take(list)
     Returns a new matrix of the rows that list names, in its order; a row may be named again. list is a table
     or a matrix of one row or one column. m[{3, 1}] is the same.
     > X:take(mg.permutation(4))
     > X[{3, 1}]
     2 x 2
     1  0
     0  0
*/
int matrix_take(lua_State *L) {
  check_arity(L, 2);
  lua_settop(L, 2);
  const Matrix *a = matrix_doubles(L, 1), *list = matrix_test(L, 2);
  if (list == NULL && !lua_istable(L, 2))
    return fail(L, "take: expected a list of rows, a table or a 1 x n matrix, got %s", push_kind(L, 2));
  if (list != NULL && list->m.nrows > 1 && list->m.ncols > 1)
    return fail(L, "take: expected a list of rows, 1 x n, got %s", matrix_describe(L, 2));
  const size_t n = list != NULL ? list->m.nrows * list->m.ncols : lua_rawlen(L, 2);
  if (n == 0) return fail(L, "take: the list is empty: a matrix has at least one row");
  if (a->m.nrows > UINT32_MAX) return fail(L, "take: expected at most 2^32 - 1 rows");
  mg_mat *dst = &matrix_new(L, n, a->m.ncols)->m;
  uint32_t *order = memory_new(L, n * sizeof *order, "a list of rows");
  for (size_t k = 0; k < n; k++) {
    if (k % NUMBERS == NUMBERS - 1) blocks_ask(L, "reading a list of rows");
    order[k] = check_row(L, list, k, a->m.nrows);
  }
  if (!blocks_run(L, n, a->m.ncols, 4, gather_part, &(Gather){dst, &a->m, order}))
    return blocks_stopped(L, "taking rows");
  lua_pop(L, 1);
  return 1;
}

static const luaL_Reg methods[] = {
    {"sort", m_sort}, {"median", m_median}, {"find", m_find}, {"take", matrix_take}, {NULL, NULL}};

/* To be called after open_matrix_index, to whose classes it adds methods. */
void open_matrix_order(lua_State *L) {
  luaL_getmetatable(L, MATRIX);
  lua_getfield(L, -1, "methods"); /* rows have the same ones */
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}
