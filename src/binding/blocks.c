/* blocks.c - long work on many numbers, divided into blocks of some ms, between which Ctrl-C can stop it.

   Within core.unhooked nothing is stopped. Work that is stopped raises an error, and what it was filling is
   dropped; so it must fill new memory. Code that changes existing numbers computes them in new memory first,
   and then copies them, which is fast and is not stopped. */

#include <string.h>

#include "guard.h"

#define BLOCK 4e6 /* ns that a block takes, about */

mg_mat rect_of(const mg_mat *m, const Rect *r) {
  mg_mat part = m->nrows == 1 ? *m : mg_mat_rows(*m, r->row, r->nrows);
  return part.ncols == 1 ? part : mg_mat_cols(part, r->col, r->ncols);
}

/* How many of n elements, each of ns nanoseconds, make a block. */
static size_t in_block(size_t n, double ns) {
  const double most = BLOCK / ns;
  return most >= (double)n ? n : most < 1 ? 1 : (size_t)most;
}

bool blocks_run(lua_State *L, size_t nrows, size_t ncols, double ns, Work work, void *context) {
  const size_t cols = in_block(ncols, ns), rows = cols < ncols ? 1 : in_block(nrows, ns * (double)ncols);
  if ((rows == nrows && cols == ncols) || is_unhooked(L)) {
    work(context, &(Rect){0, nrows, 0, ncols});
    return true;
  }
  mg_stop stop;
  Stopper s;
  bool stopped = false;
  stopper_begin(L, &s, &stop);
  for (size_t i = 0; i < nrows && !stopped; i += rows)
    for (size_t j = 0; j < ncols && !(stopped = mg_stopped(&stop)); j += cols)
      work(context, &(Rect){i, nrows - i < rows ? nrows - i : rows, j, ncols - j < cols ? ncols - j : cols});
  stopper_end(&s, &stop);
  return !stopped;
}

int blocks_stopped(lua_State *L, const char *doing) { return fail(L, "interrupted while %s", doing); }

void blocks_ask(lua_State *L, const char *doing) {
  mg_stop stop;
  Stopper s;
  stopper_begin(L, &s, &stop);
  const bool stopped = mg_stopped(&stop) && !is_unhooked(L);
  stopper_end(&s, &stop);
  if (stopped) blocks_stopped(L, doing);
}

/* --- searching ----------------------------------------------------------------------- */

typedef struct Look {
  const mg_mat *m;
  double most;   /* the largest absolute value that is allowed */
  bool found;    /* has a larger one, or a NaN, been found? */
  size_t *i, *j; /* its place */
} Look;

static void look(void *context, const Rect *r) {
  Look *l = context;
  if (l->found) return;
  const mg_mat part = rect_of(l->m, r);
  size_t i, j;
  l->found = !mg_mat_within(&part, l->most, &i, &j);
  if (!l->found) return;
  *l->i = r->row + i;
  *l->j = r->col + j;
}

bool blocks_within(lua_State *L, const mg_mat *m, double most, size_t *i, size_t *j) {
  Look l = {m, most, false, i, j};
  if (!blocks_run(L, m->nrows, m->ncols, 2, look, &l)) blocks_stopped(L, "looking through a matrix");
  return !l.found;
}

/* --- copying ------------------------------------------------------------------------- */

typedef struct Copy {
  mg_mat *dst;
  const mg_mat *src;
} Copy;

static void copy(void *context, const Rect *r) {
  const Copy *c = context;
  mg_mat dst = rect_of(c->dst, r);
  const mg_mat src = rect_of(c->src, r);
  mg_mat_copy(&dst, &src);
}

void blocks_copy(lua_State *L, mg_mat *dst, const mg_mat *src) {
  if (!blocks_run(L, dst->nrows, dst->ncols, 4, copy, &(Copy){dst, src}))
    fail(L, "interrupted while copying %I x %I numbers", (LUAI_UACINT)dst->nrows, (LUAI_UACINT)dst->ncols);
}

typedef struct Bytes {
  char *dst;
  const char *src; /* NULL: zeros */
} Bytes;

static void copy_bytes(void *context, const Rect *r) {
  const Bytes *b = context;
  if (b->src == NULL)
    memset(b->dst + r->col, 0, r->ncols);
  else
    memcpy(b->dst + r->col, b->src + r->col, r->ncols);
}

void blocks_memory(lua_State *L, void *dst, const void *src, size_t bytes) {
  const double ns = .5; /* for a byte of new memory */
  if (bytes > 0 && !blocks_run(L, 1, bytes, ns, copy_bytes, &(Bytes){dst, src}))
    blocks_stopped(L, src == NULL ? "taking memory" : "copying memory");
}
