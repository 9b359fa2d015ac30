/* rounding.h - bounds of the rounding errors of activations, their slopes and losses; bound.c combines
   them. */

#ifndef MG_ROUNDING_H
#define MG_ROUNDING_H

#include "kernels.h"

/* One unit in one row: z, the bound ez of its error, a, g = |g'|; u is half the distance from 1 to the next
   number. */
typedef struct mg_unit {
  double z, ez, a, g, u;
} mg_unit;

/* The error bounds of an activation that works element by element. */
typedef struct mg_rounding {
  const char *name;
  double (*a)(mg_unit);     /* the error of a, without the |g'| ez that comes from z's error to first order */
  double (*slope)(mg_unit); /* the error of g' */
  bool jumps;               /* does g'' jump, though kink of the activation is false? */
} mg_rounding;

/* The error bounds of g. For an activation that is not built in, name is NULL and g'' is assumed to be as
   large as g'. */
const mg_rounding *mg_rounding_of(const mg_kernels *kernels, const mg_activation *g);

/* Costs that are computed in the same way. */
typedef enum mg_family { MG_OTHER_COST, MG_SQUARES, MG_ENTROPY, MG_SOFTMAX } mg_family;

mg_family mg_family_of(const mg_kernels *kernels, const mg_cost_kind *kind);

/* The error of the sum of one row's n losses, from z, yhat, their errors ez and ey, and y; 0 for
   MG_OTHER_COST. u as in mg_unit; the sum itself is a double. */
double mg_loss_error(mg_family f, const double *z, const double *ez, const double *yhat, const double *ey,
                     const double *y, size_t n, double u);

/* The factor of yhat in delta = factor (share * yhat - y): for softmax the sum of the row's y, else 1. */
double mg_yhat_share(mg_family f, const double *y, size_t n);

#endif
