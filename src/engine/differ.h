/* differ.h - differences of J by one element of THETA.

   With step h, w the element:

     central     (J(w + h) - J(w - h)) / 2h                                      error O(h^2)
     forward     (J(w + h) - J(w)) / h                                           error O(h)
     five-point  (J(w - 2h) - 8 J(w - h) + 8 J(w + h) - J(w + 2h)) / 12h         error O(h^4)

   (Abramowitz and Stegun, 25.3.) All at the THETA the network has, which is bit for bit what it was
   afterwards. */

#ifndef MG_DIFFER_H
#define MG_DIFFER_H

#include "network.h"

typedef enum mg_difference { MG_CENTRAL, MG_ONE_SIDED, MG_FIVE_POINT } mg_difference;

/* Who differences: J by cost, over the staged batch; at layer l, unit i, the weight from input j. */
typedef struct mg_differ {
  mg_network *net;
  mg_cost cost; /* l1 and l2 of the network are added */
  void *room;   /* mg_differ_room bytes, aligned to 64; NULL: by whole passes, which is slow */
  size_t l, i, j;
  bool is_fast;   /* is each a of these layers its z's alone, and the cost the engine's? */
  bool is_top;    /* is the layer the last? */
  bool is_next;   /* is it the one before, and the last has no kinks to tell? */
  double rest;    /* losses of the other columns, when it is the last */
  double penalty; /* l1 and l2 at THETA */
  size_t rows;    /* of the batch at a time */
} mg_differ;

/* One difference, and what its points say. */
typedef struct mg_slope {
  double slope;
  double step;         /* h */
  double share;        /* what an error of 1 in each J makes of the slope, times h: 1 central, 2 forward, 1.5
                          five-point */
  double largest;      /* |J| of the points */
  double below, above; /* five-point: the one-sided slopes from -2h to -h and from h to 2h; else NaN */
  bool is_kinked;      /* do the points lie on two sides of a kink (a relu's 0, or w = 0 with l1)? */
} mg_slope;

size_t mg_differ_room(const mg_network *net);

/* net, cost and room of d are set; each of these sets what follows. The batch's live z and a become those of
   THETA. */
mg_status mg_differ_layer(mg_differ *d, size_t l);
mg_status mg_differ_unit(mg_differ *d, size_t i);

/* The difference at d's layer and unit for the weight from input j (0: the bias). */
mg_status mg_differ_at(mg_differ *d, size_t j, mg_difference method, double step, mg_slope *s);

/* J at n points, at most MG_PERTURBATIONS, where that weight is moved by these numbers. */
mg_status mg_differ_points(mg_differ *d, size_t j, const double *by, size_t n, double *J);

/* Calls each(d, context) for every element of layer l where chosen (NULL: all) is not 0 and that is not the
   bias of a layer without biases, d at it, until one does not return MG_OK. */
mg_status mg_differ_each(mg_differ *d, size_t l, const mg_mat *chosen,
                         mg_status (*each)(mg_differ *d, void *context), void *context);

#endif
