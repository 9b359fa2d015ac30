/* kernels.h - the kernels: the functions that compute with numbers, as tables of function pointers.

   The files in kernels/ are compiled once for each precision and instruction set, which gives one
   table each. The table of the widest instruction set that the processor has is chosen at run time.
   The environment can restrict the choice: MOONGRAD_PORTABLE=1 means the set that every processor
   has, MOONGRAD_KERNELS=base, avx2 or avx512 means that set or a narrower one. */

#ifndef MG_KERNELS_H
#define MG_KERNELS_H

#include "activation.h"
#include "cost.h"
#include "mat.h"
#include "optimiser.h"

/* The three products of a pass, on rows from .. to - 1. Views must lie in a network's own memory: the
   products may read, but do not write, up to a vector past the end of a row. */
typedef struct mg_products {
  /* How many numbers of room the products need for layers of up to n units. The room, aligned to 64 bytes,
     holds copies of what a product reads again and again. */
  size_t (*room)(size_t n);

  /* Z = A THETA^T. a: rows x (1 + n_in) with its ones; theta: n_out x (1 + n_in). */
  void (*z)(const mg_mat *a, const mg_mat *theta, mg_mat *z, size_t from, size_t to, void *room);

  /* E = DELTA THETA without its bias column: dJ/da of the layer below. e: rows x n_in. */
  void (*back)(const mg_mat *delta, const mg_mat *theta, mg_mat *e, size_t from, size_t to, void *room);

  /* GRAD = DELTA^T A over rows from .. to - 1, added to what GRAD holds when from > 0. */
  void (*grad)(const mg_mat *delta, const mg_mat *a, mg_mat *grad, size_t from, size_t to, void *room);

  /* next = theta - eta GRAD over all rows, with l1 and l2 in GRAD: grad and the update in one, which does not
     store GRAD. theta and next have equal strides. biases: is their first column that of the biases? Returns
     false when an element of next is not finite. */
  bool (*descend)(const mg_mat *delta, const mg_mat *a, const mg_mat *theta, mg_mat *next, size_t rows,
                  bool biases, double eta, double l1, double l2, void *room);
} mg_products;

/* l1 and l2: loops over ranges of the flat arrays, and over rows. */
typedef struct mg_flat {
  /* v *= factor; the sum of squares. */
  void (*scale)(void *v, double factor, size_t count);
  double (*squares)(const void *v, size_t count);

  /* to = from * mask. */
  void (*multiply)(void *to, const void *from, const void *mask, size_t count);

  /* The weights into each unit, its row of theta but for the bias, are shortened to norm most where they are
     longer, and dtheta with them: theta - dtheta stays. */
  void (*shorten)(const mg_mat *theta, const mg_mat *dtheta, double most);

  /* grad += l1 sign(w) + l2 w over count weights. */
  void (*regularise)(const void *w, double l1, double l2, void *grad, size_t count);

  /* l1 * sum of |w| + l2/2 * sum of w^2 over count weights. */
  double (*penalty)(const void *w, double l1, double l2, size_t count);
} mg_flat;

struct mg_network;

enum {
  MG_PERTURBATIONS = 4, /* the most perturbations of one weight that are computed at a time */
  MG_PERTURB_ROWS = 128 /* the most rows */
};

/* The numbers that change when one weight is perturbed, for a gradient check; see perturb.c. In columns, row
   p holds the perturbed unit's column of z or a for perturbation p; its length is rounded up to whole
   vectors, and the numbers past the last row mean nothing. The cost and the last layer's activation must be
   built in, the latter element by element. from, the first row, must be a multiple of 16. */
typedef struct mg_perturb_kernel {
  size_t (*room)(const struct mg_network *net);            /* bytes of room, aligned to 64 */
  void (*begin)(const struct mg_network *net, void *room); /* reads the batch's y and the last layer's z */
  void (*unit)(const struct mg_network *net, size_t l, size_t i, void *room);  /* chooses layer l's unit i */
  void (*input)(const struct mg_network *net, size_t l, size_t j, void *room); /* chooses its input j */

  /* Returns columns, n rows: the chosen unit's z when its weight from the chosen input is perturbed by
     by[0 .. n - 1], for rows from .. from + rows - 1. */
  mg_mat (*columns)(const struct mg_network *net, const double *by, size_t n, size_t from, size_t rows,
                    void *room);

  /* next = z of the layer above when column replaces column i of a. */
  void (*rows)(const mg_mat *z, const mg_mat *a, const mg_mat *theta, size_t i, const mg_mat *column,
               size_t from, mg_mat *next);

  /* last: sum[p] += the losses when row p of columns replaces the last layer's input from the chosen unit, i.
     last_unit: sum[p] += the losses of the last layer's unit i when row p of columns replaces its z. */
  mg_status (*last)(const struct mg_network *net, const mg_cost_kind *cost, size_t i, const mg_mat *columns,
                    size_t from, size_t rows, void *room, double *sum);
  mg_status (*last_unit)(const struct mg_network *net, const mg_cost_kind *cost, size_t i,
                         const mg_mat *columns, size_t from, size_t rows, void *room, double *sum);
} mg_perturb_kernel;

/* A whole pass without its update, for networks in which every layer has less than MG_TINY units (tiny.c). */
typedef struct mg_tiny_kernel {
  size_t (*room)(size_t n_layers, size_t n_theta); /* bytes of room */
  void (*begin)(struct mg_network *net);           /* reads the batch; once before a run of passes */
  /* Stores GRAD without l1 and l2, and when leave is true Z, A and DELTA; returns the sum of losses. */
  double (*pass)(struct mg_network *net, bool leave);
  /* Returns the sum of losses of the batch that begin read; writes yhat into the first rows and columns of
     out. */
  double (*evaluate)(struct mg_network *net, mg_mat *out);
} mg_tiny_kernel;

typedef struct mg_kernels {
  const char *name; /* "double_avx512" */
  const mg_products *products;
  const mg_activation *activations; /* the last entry has no name */
  const mg_cost_kind *costs;        /* the last entry has no name */
  const mg_score *score;
  const mg_flat *flat;
  const mg_optimiser *optimisers; /* the last entry has no name */
  const mg_tiny_kernel *tiny;
  const mg_perturb_kernel *perturb;
} mg_kernels;

/* The table that is used on this processor for numbers of type. */
const mg_kernels *mg_kernels_for(mg_type type);

/* Is this activation or cost built in, and not made by the caller? */
bool mg_builtin_activation(const mg_kernels *kernels, const mg_activation *g);
bool mg_builtin_cost(const mg_kernels *kernels, const mg_cost_kind *kind);

#endif
