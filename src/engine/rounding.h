/* rounding.h - what rounding makes of an activation, a slope, a loss: the pieces of bound.c. */

#ifndef MG_ROUNDING_H
#define MG_ROUNDING_H

#include "kernels.h"

/* One unit on one row: z with the bound of its error, a, |g'|; u, half the distance from 1 to the next
 * number. */
typedef struct mg_unit {
  double z, ez, a, g, u;
} mg_unit;

/* An activation that works element by element. */
typedef struct mg_rounding {
  const char *name;
  double (*a)(mg_unit);     /* the error of a beyond that of z to first order, |g'| ez */
  double (*slope)(mg_unit); /* the error of g' */
  bool jumps;               /* does g'' jump where kink does not say so? */
} mg_rounding;

/* That of g; of one that nobody knows, NULL its name: its g'' is taken to be like g'. */
const mg_rounding *mg_rounding_of(const mg_kernels *kernels, const mg_activation *g);

/* How a cost is computed. */
typedef enum mg_family { MG_OTHER_COST, MG_SQUARES, MG_ENTROPY, MG_SOFTMAX } mg_family;

mg_family mg_family_of(const mg_kernels *kernels, const mg_cost_kind *kind);

/* The error of the sum of a row's n losses, made from z, yhat and y, by errors of z and yhat; 0 for other
   costs. u as above; sums are doubles. */
double mg_loss_error(mg_family f, const double *z, const double *ez, const double *yhat, const double *ey,
                     const double *y, size_t n, double u);

/* What yhat is held against y by: 1, but for softmax the sum of the row's y. */
double mg_yhat_share(mg_family f, const double *y, size_t n);

#endif
