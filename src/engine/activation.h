/* activation.h - activation functions: a = g(z), and the factor g' by which they multiply delta.

   kernels/activation.c has each function beside its derivative, and a table of all. The
   derivative is computed from a where the function allows it, from z otherwise. */

#ifndef MG_ACTIVATION_H
#define MG_ACTIVATION_H

#include "mat.h"
#include "status.h"

typedef struct mg_activation mg_activation;

struct mg_activation {
  const char *name;
  bool kink;     /* does g' jump at z = 0? A difference across that point says nothing of the derivative */
  bool by_row;   /* does each a depend on the whole row of z, as with softmax? */
  void *context; /* the caller's data, for functions that are not built in */

  /* a = g(z) for rows from .. to - 1. All views are rows x units, with adjacent columns (cs = 1). */
  mg_status (*forward)(const mg_activation *self, const mg_mat *z, mg_mat *a, size_t from, size_t to);

  /* delta *= g'(z) for rows from .. to - 1: delta holds dJ/da before the call and dJ/dz after it. */
  mg_status (*backward)(const mg_activation *self, const mg_mat *z, const mg_mat *a, mg_mat *delta,
                        size_t from, size_t to);
};

/* The built-in activations for elements of type. The last entry has no name and ends the list. */
const mg_activation *mg_activations(mg_type type);

/* The built-in activation called name, or NULL when there is none. */
const mg_activation *mg_activation_find(const char *name, mg_type type);

#endif
