/* differ.h - slopes of J along one element of THETA, by finite differences, for the gradient check.

   w is the element, h the step:

     central     (J(w + h) - J(w - h)) / 2h                                      error O(h^2)
     forward     (J(w + h) - J(w)) / h                                           error O(h)
     five-point  (J(w - 2h) - 8 J(w - h) + 8 J(w + h) - J(w + 2h)) / 12h         error O(h^4)

   (Abramowitz and Stegun, 25.3.) All other elements are those of the network's THETA, which is unchanged, bit
   for bit, afterwards. */

#ifndef MG_DIFFER_H
#define MG_DIFFER_H

#include "network.h"

typedef enum mg_difference { MG_CENTRAL, MG_ONE_SIDED, MG_FIVE_POINT } mg_difference;

/* A place at which differences of J over the staged batch are taken, and what is kept for the next one. */
typedef struct mg_differ {
  mg_network *net;
  mg_cost cost;   /* J is by this cost, plus l1 and l2 of the network */
  void *room;     /* mg_differ_room bytes, aligned to 64; NULL: each J is a whole pass, which is slow */
  size_t l, i, j; /* the element: theta[l](i, j), of layer l, unit i, from input j (0: the bias) */
  bool is_fast;   /* is J computed from what the element changes? All functions must be built in, and layer l
                     and the last must not be softmax */
  bool is_top;    /* is layer l the last? */
  bool is_next;   /* is layer l the last but one, and does the last have no kink? */
  double rest;    /* when layer l is the last: the losses of all outputs but i */
  double penalty; /* the penalty of l1 and l2 at THETA */
  size_t rows;    /* rows of the batch that are computed at a time */
} mg_differ;

/* The result of one difference. */
typedef struct mg_slope {
  double slope;
  double step;         /* h */
  double share;        /* h times the error of the slope when each J has an error of 1: 1 central, 2 forward,
                          1.5 five-point */
  double largest;      /* the largest |J| of the points */
  double below, above; /* five-point: the one-sided slopes from -2h to -h and from h to 2h; else NaN */
  bool is_kinked;      /* do the points lie on two sides of a kink (a relu's 0, or w = 0 with l1)? */
} mg_slope;

/* Bytes of room for mg_differ. */
size_t mg_differ_room(const mg_network *net);

/* Move d to layer l, and then to its unit i; the caller has set net, cost and room of d. mg_differ_layer may
   run a forward pass: z and a of the network become those of THETA. */
mg_status mg_differ_layer(mg_differ *d, size_t l);
mg_status mg_differ_unit(mg_differ *d, size_t i);

/* The difference at d's layer and unit for the weight from input j (0: the bias), into *s. */
mg_status mg_differ_at(mg_differ *d, size_t j, mg_difference method, double step, mg_slope *s);

/* J[k] when that weight is changed by by[k], for k < n; n is at most MG_PERTURBATIONS. */
mg_status mg_differ_points(mg_differ *d, size_t j, const double *by, size_t n, double *J);

/* Calls each(d, context) with d at every element of layer l where chosen is not 0 (chosen NULL: all), but not
   for the biases of a layer without biases. Stops at the first that does not return MG_OK, and returns it. */
mg_status mg_differ_each(mg_differ *d, size_t l, const mg_mat *chosen,
                         mg_status (*each)(mg_differ *d, void *context), void *context);

#endif
