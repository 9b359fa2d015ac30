/* cost.h - the costs J that training minimises, each with its delta at the output.

   J = factor * sum over rows and outputs of a loss; N is the number of rows, K of outputs:

     name            factor      loss
     "sse"           1/2         (yhat - y)^2
     "mse"           1/(N K)     (yhat - y)^2
     "quadratic"     1/(2N)      (yhat - y)^2
     "squares"       scale       (yhat - y)^2
     "cross-entropy" 1/N         -y ln yhat - (1 - y) ln(1 - yhat), yhat = sigmoid(z)
     "softmax"       1/N         -y ln yhat, yhat = softmax(z)
     "mae"           1/(N K)     |yhat - y|
     "huber"         1/(N K)     r^2 / 2 where |r| <= 1, else |r| - 1/2; r = yhat - y (Huber, 1964)
     "hinge"         1/(N K)     max(0, 1 - y yhat), y -1 or 1
     "svm"           1/N         sum over j of max(0, yhat_j - yhat_c + 1), c the row's class, j not c
                                 (Weston and Watkins, 1999)

   The two logarithmic costs, cross-entropy and softmax, are computed from z and stay finite for any finite z.
   Their delta is dJ/dz, in which g' of the output has cancelled: factor (yhat - y), if for
   softmax the sum of each row of y is 1. */

#ifndef MG_COST_H
#define MG_COST_H

#include "mat.h"
#include "status.h"

typedef struct mg_cost mg_cost;

typedef struct mg_cost_kind {
  const char *name;
  const char *output; /* the one output activation that it requires, or NULL: any but softmax */

  double (*factor)(const mg_cost *cost, size_t n_rows, size_t n_out);

  /* *sum += the losses of rows from .. to - 1, row by row. All views are rows x K. */
  mg_status (*sum)(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y, size_t from,
                   size_t to, double *sum);

  /* delta = factor * d loss / dyhat for rows from .. to - 1; factor * d loss / dz when output is not NULL. */
  mg_status (*delta)(const mg_cost *cost, const mg_mat *z, const mg_mat *yhat, const mg_mat *y, mg_mat *delta,
                     double factor, size_t from, size_t to);

  /* For costs with kinks, else NULL: the side of its kink on which loss k of row r lies, a small number. */
  int (*side)(const mg_mat *yhat, const mg_mat *y, size_t r, size_t k);
  bool is_score; /* must the output be linear or tanh, as hinge and svm compare scores? */
} mg_cost_kind;

struct mg_cost {
  const mg_cost_kind *kind;
  double scale;  /* the factor of "squares"; the other costs do not use it */
  void *context; /* the caller's data, for costs that are not built in */
};

/* The built-in costs for elements of type. The last entry has no name and ends the list. */
const mg_cost_kind *mg_costs(mg_type type);

/* The built-in cost called name, or NULL when there is none. */
const mg_cost_kind *mg_cost_find(const char *name, mg_type type);

/* May a network whose output activation is called output have this cost? */
bool mg_cost_allows(const mg_cost_kind *kind, const char *output);

/* --- metrics: what reports show beside J ---------------------------------- */

/* The kind of the targets. It decides when the prediction for a row counts as right, for accuracy. */
typedef enum mg_targets {
  MG_VALUES, /* none of the others: there is no accuracy */
  MG_BINARY, /* one column of 0 and 1: right when yhat and y are on the same side of .5 */
  MG_SIGNS,  /* one column of -1 and 1: right when yhat and y are on the same side of 0 */
  MG_ONE_HOT /* one 1 in each row, all others 0 (or -1): right when the largest yhat is where the 1 is */
} mg_targets;

/* The kind of targets y, rows x K. */
mg_targets mg_targets_of(const mg_mat *y);

/* *tss += the sum of (yhat - y)^2 over rows from .. to - 1; returns for how many of them yhat is right. */
typedef size_t (*mg_score)(const mg_mat *yhat, const mg_mat *y, mg_targets targets, size_t from, size_t to,
                           double *tss);

#endif
