/* kernels.h - the kernels, compiled per precision and instruction set, as tables.

   Numbers are touched only behind these tables. The fastest set that the processor
   has is chosen at run time; MOONGRAD_PORTABLE=1 in the environment chooses the
   one that every processor has, MOONGRAD_KERNELS=base, avx2 or avx512 at most that one. */

#ifndef MG_KERNELS_H
#define MG_KERNELS_H

#include "activation.h"
#include "cost.h"
#include "mat.h"
#include "optimiser.h"

/* The three products of a pass, on rows from .. to - 1. Views of a network's own memory only:
   they may read, never write, up to a vector past the end of a row. */
typedef struct mg_products {
  /* Numbers of room that they need for layers of up to n units, aligned to 64 bytes: for copies of what is
     read again and again. */
  size_t (*room)(size_t n);

  /* Z = A THETA^T. a: rows x (1 + n_in) with its ones; theta: n_out x (1 + n_in). */
  void (*z)(const mg_mat *a, const mg_mat *theta, mg_mat *z, size_t from, size_t to, void *room);

  /* E = DELTA THETA without its bias column: dJ/da of the layer below. e: rows x n_in. */
  void (*back)(const mg_mat *delta, const mg_mat *theta, mg_mat *e, size_t from, size_t to, void *room);

  /* GRAD = DELTA^T A over rows 0 .. to - 1, of which those before from are in it already. */
  void (*grad)(const mg_mat *delta, const mg_mat *a, mg_mat *grad, size_t from, size_t to, void *room);

  /* next = theta - eta GRAD, l1 and l2 in it, over all rows: what grad and the update make, GRAD not kept.
     theta and next lie alike; biases: is their first column that of the biases? False when a next is not
     finite. */
  bool (*descend)(const mg_mat *delta, const mg_mat *a, const mg_mat *theta, mg_mat *next, size_t rows,
                  bool biases, double eta, double l1, double l2, void *room);
} mg_products;

/* Loops over stretches of the flat arrays. */
typedef struct mg_flat {
  /* grad += l1 sign(w) + l2 w over count weights. */
  void (*regularise)(const void *w, double l1, double l2, void *grad, size_t count);

  /* l1 * sum of |w| + l2/2 * sum of w^2 over count weights. */
  double (*penalty)(const void *w, double l1, double l2, size_t count);
} mg_flat;

struct mg_network;

enum {
  MG_PERTURBATIONS = 4,
  MG_PERTURB_ROWS = 128
}; /* of one weight, and rows, that are taken at a time at most */

/* What one perturbed weight changes, for a gradient check; see perturb.c. A column of z or a is a row of columns,
   one for each perturbation: columns has whole vectors of numbers, of which those past the last row say nothing.
   The cost and the last layer's activation are the kernels' own, the latter element by element; from, the
   first row, is a multiple of 16. */
typedef struct mg_perturb_kernel {
  size_t (*room)(const struct mg_network *net);            /* bytes, aligned to 64 */
  void (*begin)(const struct mg_network *net, void *room); /* reads the batch's y and the last z */
  void (*unit)(const struct mg_network *net, size_t l, size_t i, void *room);  /* unit i of layer l, ... */
  void (*input)(const struct mg_network *net, size_t l, size_t j, void *room); /* its input j are next */

  /* That unit's z when its weight from that input is perturbed by by[n], for so many rows. */
  mg_mat (*columns)(const struct mg_network *net, const double *by, size_t n, size_t from, size_t rows,
                    void *room);

  /* next = z of the layer above when column stands for a's column i. */
  void (*rows)(const mg_mat *z, const mg_mat *a, const mg_mat *theta, size_t i, const mg_mat *column,
               size_t from, mg_mat *next);

  /* sum[n] += the losses when columns stand for the last layer's input from that unit, i; or for the z of
     the last layer's unit i, the losses of that one. */
  mg_status (*last)(const struct mg_network *net, const mg_cost_kind *cost, size_t i, const mg_mat *columns,
                    size_t from, size_t rows, void *room, double *sum);
  mg_status (*last_unit)(const struct mg_network *net, const mg_cost_kind *cost, size_t i,
                         const mg_mat *columns, size_t from, size_t rows, void *room, double *sum);
} mg_perturb_kernel;

/* A whole pass but for its update, where every layer has less than MG_TINY units: see tiny.c. */
typedef struct mg_tiny_kernel {
  size_t (*room)(size_t n_layers, size_t n_theta); /* bytes */
  void (*begin)(struct mg_network *net);           /* reads the batch: once before a run of passes */
  /* GRAD but for l1, l2; returns the sum of losses. leave: Z, A and DELTA, too. */
  double (*pass)(struct mg_network *net, bool leave);
  /* The sum of losses of the batch that begin read; yhat into the first rows and columns of out. */
  double (*evaluate)(struct mg_network *net, mg_mat *out);
} mg_tiny_kernel;

typedef struct mg_kernels {
  const char *name; /* "double_avx512" */
  const mg_products *products;
  const mg_activation *activations; /* ended by one without a name */
  const mg_cost_kind *costs;        /* likewise */
  const mg_score *score;
  const mg_flat *flat;
  const mg_optimiser *optimisers; /* likewise */
  const mg_tiny_kernel *tiny;
  const mg_perturb_kernel *perturb;
} mg_kernels;

const mg_kernels *mg_kernels_for(mg_type type);

/* Is this one of the built-in ones, and not a function that a caller made? */
bool mg_builtin_activation(const mg_kernels *kernels, const mg_activation *g);
bool mg_builtin_cost(const mg_kernels *kernels, const mg_cost_kind *kind);

#endif
