/* mat.h - matrix views: numbers in memory that are addressed through two strides.

   Element (i, j) of a view is at data[i * rs + j * cs], so one type serves for any
   layout in memory: row-major, column-major, padded, every other element. A view does
   not own its numbers. Indices count from 0 in C; Lua counts from 1. Functions do not
   check shapes: callers do. */

#ifndef MG_MAT_H
#define MG_MAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mg_type { MG_DOUBLE, MG_SINGLE } mg_type; /* element types */

typedef struct mg_mat {
  void *data;          /* element (0, 0); not owned */
  size_t nrows, ncols; /* shape */
  ptrdiff_t rs, cs;    /* row stride, column stride: elements from one row or column to the next */
  mg_type type;        /* of the elements */
} mg_mat;

/* Bytes of one element. */
size_t mg_type_size(mg_type type);

/* The address of the number at index in an array of them. */
void *mg_at(void *array, ptrdiff_t index, mg_type type);

/* A row-major view of nrows x ncols numbers at data; a row begins ld elements after the one before. */
mg_mat mg_mat_of(void *data, size_t nrows, size_t ncols, size_t ld, mg_type type);

/* Views on the same numbers: the transpose; count rows, or columns, beginning with number from. */
mg_mat mg_mat_t(mg_mat m);
mg_mat mg_mat_rows(mg_mat m, size_t from, size_t count);
mg_mat mg_mat_cols(mg_mat m, size_t from, size_t count);

/* The first nrows rows and ncols columns. */
mg_mat mg_first(mg_mat m, size_t nrows, size_t ncols);

/* One element, as a double whatever its type. */
double mg_mat_get(const mg_mat *m, size_t i, size_t j);
void mg_mat_set(mg_mat *m, size_t i, size_t j, double value);

/* dst = src. Shapes must be equal, types and strides may differ; the two must not overlap. */
void mg_mat_copy(mg_mat *dst, const mg_mat *src);
/* Row i of dst = row order[i] of src, for all rows of dst. */
void mg_mat_gather(mg_mat *dst, const mg_mat *src, const uint32_t *order);
void mg_mat_fill(mg_mat *dst, double value);

/* Are all elements finite? If not, *i, *j is the place of the first NaN or infinity, row by row. */
bool mg_mat_finite(const mg_mat *m, size_t *i, size_t *j);

/* Are all absolute values at most most? If not, *i, *j is the place of the first larger one or NaN. */
bool mg_mat_within(const mg_mat *m, double most, size_t *i, size_t *j);

#endif
