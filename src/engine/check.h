/* check.h - the gradient by differences of J, to hold against backpropagation's.

   With h = epsilon, w one element of THETA:

     central     (J(w + h) - J(w - h)) / 2h                                      error O(h^2)
     forward     (J(w + h) - J(w)) / h                                           error O(h)
     five-point  (J(w - 2h) - 8 J(w - h) + 8 J(w + h) - J(w + 2h)) / 12h         error O(h^4)

   (Abramowitz and Stegun, 25.3.) All at the THETA the network has, which is bit
   for bit what it was afterwards. */

#ifndef MG_CHECK_H
#define MG_CHECK_H

#include "network.h"

typedef enum mg_difference { MG_CENTRAL, MG_ONE_SIDED, MG_FIVE_POINT } mg_difference;

typedef struct mg_check {
  mg_difference method;
  double epsilon;
  mg_cost cost; /* the J that is differenced, l1 and l2 of the network included */
  void *room;   /* mg_check_room bytes, aligned to 64; NULL: by whole passes, which is slow */
} mg_check;

size_t mg_check_room(const mg_network *net);

/* numeric = the differences for layer l over the staged batch, n_out x (1 + n_in); elements where chosen
   is 0 (chosen may be NULL: all), and the bias column of a layer without biases, become NaN. kinked gets
   1 where the evaluations lie on two sides of a kink (a relu's 0, or w = 0 with l1), so that the
   difference says nothing of the derivative; else 0. MG_STOPPED leaves the rest undone. The batch's live z
   and a are those of THETA on return. */
mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked);

/* |b - n| / max(|b|, |n|, floor): how far apart two numbers are. 0 when both are 0. */
double mg_relative(double backprop, double numeric, double floor);

/* The size of gradient that differences of J can resolve to the tolerance: 16 u |J| / (epsilon tolerance),
   u = 2^-52. */
double mg_check_floor(double j, double epsilon, double tolerance);

#endif
