/* activation.h - activation functions: a = g(z), and their share of the delta.

   Forward and derivative sit side by side in activation.c, in one table. The
   derivative is taken from a where the function allows, from z otherwise. */

#ifndef MG_ACTIVATION_H
#define MG_ACTIVATION_H

#include "mat.h"
#include "status.h"

typedef struct mg_activation mg_activation;

struct mg_activation {
  const char *name;
  bool kink;     /* does g' jump at z = 0? (a gradient check must know) */
  bool by_row;   /* does each a depend on its whole row of z? (softmax) */
  void *context; /* for functions that are not built in */

  /* a = g(z), rows from .. to - 1. All views: rows x units, columns adjacent. */
  mg_status (*forward)(const mg_activation *self, const mg_mat *z, mg_mat *a, size_t from, size_t to);

  /* delta holds dJ/da and becomes dJ/dz, rows from .. to - 1. */
  mg_status (*backward)(const mg_activation *self, const mg_mat *z, const mg_mat *a, mg_mat *delta,
                        size_t from, size_t to);
};

/* The built-in ones for elements of type, ended by one without a name. */
const mg_activation *mg_activations(mg_type type);

/* The one called name, or NULL. */
const mg_activation *mg_activation_find(const char *name, mg_type type);

#endif
