/* cost.h - the costs J whose gradient is taken, each with its scale and its own output delta.

   J = factor * sum over rows and outputs of a loss, N rows, K outputs:

     name            factor      loss
     "sse"           1/2         (yhat - y)^2
     "mse"           1/(N K)     (yhat - y)^2
     "quadratic"     1/(2N)      (yhat - y)^2
     "squares"       scale       (yhat - y)^2
     "cross-entropy" 1/N         -y ln yhat - (1 - y) ln(1 - yhat), yhat = sigmoid(z)
     "softmax"       1/N         -y ln yhat, yhat = softmax(z)

   The last two are computed from z, stay finite for any finite z, and give
   their delta without dividing by a (1 - a). */

#ifndef MG_COST_H
#define MG_COST_H

#include "mat.h"
#include "status.h"

typedef struct mg_cost mg_cost;

typedef struct mg_cost_kind {
  const char *name;
  const char *output; /* the one output activation it goes with, or NULL: any but softmax */

  double (*factor)(const mg_cost *cost, size_t n_rows, size_t n_out);

  /* *sum += the losses of rows from .. to - 1, row by row. */
  mg_status (*sum)(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y, size_t from,
                   size_t to, double *sum);

  /* delta = factor * d loss / dyhat for rows from .. to - 1; d loss / dz when output is not NULL. */
  mg_status (*delta)(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y, mg_mat *delta,
                     double factor, size_t from, size_t to);
} mg_cost_kind;

struct mg_cost {
  const mg_cost_kind *kind;
  double scale;  /* c of "squares"; the others know their own */
  void *context; /* for costs that are not built in */
};

/* The built-in ones for elements of type, ended by one without a name. */
const mg_cost_kind *mg_costs(mg_type type);

/* The one called name, or NULL. */
const mg_cost_kind *mg_cost_find(const char *name, mg_type type);

/* May a network whose output activation is called output have this cost? */
bool mg_cost_allows(const mg_cost_kind *kind, const char *output);

/* --- metrics: what reports carry beside J --------------------------------- */

/* What the targets are, so what accuracy means. */
typedef enum mg_targets {
  MG_VALUES, /* anything else: no accuracy */
  MG_BINARY, /* one column of 0 and 1: right when on the same side of .5 */
  MG_SIGNS,  /* one column of -1 and 1: right when on the same side of 0 */
  MG_ONE_HOT /* a 1 in each row, else 0 (or -1): right when the largest output is there */
} mg_targets;

mg_targets mg_targets_of(const mg_mat *y);

/* *tss += the squares of rows from .. to - 1; returns how many of those rows are right. */
typedef size_t (*mg_score)(const mg_mat *yhat, const mg_mat *y, mg_targets targets, size_t from, size_t to,
                           double *tss);

#endif
