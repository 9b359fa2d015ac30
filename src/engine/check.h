/* check.h - the gradient check: compares backpropagation's gradient with differences of J, and judges.

   For one element of THETA, b is its element of the gradient by backpropagation and n its slope by a
   difference of step h. Not every b and n can be told apart, as J and GRAD are rounded. N, the noise of n, is
   how much rounding may have changed |b - n| (bound.h has eJ, eG and u):

     N = k (eJ + 16 u |J|) / h + 2 k eG + 2 u |w| |slope| / h       k = 1 central, 2 forward, 1.5 five-point

   The verdict, with size = max(|b|, |n|):

     agrees     |b - n| <= tolerance size and N < size; or |b - n| <= tolerance size + N and N < size / 10
     wrong      the slope is further from b than N and truncation (reach.h) together explain; or, where that
                cannot be said, |b - n| is beyond tolerance size + N at a step and at one ten times as
                large, and both slopes are nearly equal. The reason for two steps: a wrong b is off by the
                same at both, while truncation grows as h^4, and noise and cliffs (steep changes of J within a
                tiny distance) shrink as 1 / h
     both zero  b = n = 0, which is no evidence for GRAD or against it
     undecided  everything else

   tests/lua/check_study.lua is the study that these rules were tried on. */

#ifndef MG_CHECK_H
#define MG_CHECK_H

#include "bound.h"
#include "differ.h"
#include "reach.h"

typedef struct mg_check {
  mg_difference method;
  double epsilon;
  mg_cost cost; /* differences are taken of J by this cost, plus l1 and l2 of the network */
  void *room;   /* mg_differ_room bytes, aligned to 64; NULL: each J is a whole forward pass, which is slow */
} mg_check;

/* numeric = the slopes by differences for layer l over the staged batch, n_out x (1 + n_in). Elements where
   chosen is 0, and the bias column of a layer without biases, become NaN; chosen NULL means all elements.
   kinked gets 1 where the evaluations of J lie on two sides of a kink (a relu's 0, or w = 0 with l1), so that
   the difference says nothing of the derivative; else 0. MG_STOPPED leaves the rest undone. On return, z and
   a of the network are those of the batch at THETA. */
mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked);

/* The relative difference of two numbers: |b - n| / max(|b|, |n|, floor). 0 when they are equal. */
double mg_relative(double backprop, double numeric, double floor);

/* The verdict on one element of the gradient. */
typedef enum mg_verdict {
  MG_NOT_COMPARED, /* not chosen, or the bias of a layer without biases */
  MG_AGREES,       /* by the difference that was asked for */
  MG_AGREES_FINER, /* by five points, though not to the tolerance by the difference asked for */
  MG_BOTH_ZERO,    /* backpropagation and difference are both exactly 0: no evidence */
  MG_UNDECIDED,    /* differences cannot tell */
  MG_WRONG,        /* backpropagation's number is wrong */
  MG_KINKED        /* the difference crosses a kink */
} mg_verdict;

/* What elements are judged by. */
typedef struct mg_rule {
  mg_check how;
  double tolerance; /* the relative difference that is allowed */
  bool is_finer;    /* may five points with larger steps replace a difference that is noisy or too coarse? */
  double j;         /* J by how.cost */
  mg_bound bound;
  mg_reach reach;
} mg_rule;

/* Bytes of memory that a rule needs; 0 when the count overflows. */
size_t mg_rule_bytes(const mg_network *net);

/* Fills bound and reach of rule; the caller has set how, tolerance, is_finer and j. The batch's forward
   pass must be in z and a of net. memory: mg_rule_bytes, aligned to 64; it must live as long as the rule. */
mg_status mg_rule_make(mg_network *net, mg_rule *rule, void *memory);

/* The smallest gradient that the difference asked for can check to the tolerance, because of the rounding of
   J: k (eJ + 16 u |J|) / (epsilon tolerance). */
double mg_rule_floor(const mg_rule *rule);

/* Judges backprop, the gradient of layer l. numeric gets what mg_check_layer gives, but the slope by five
   points where that replaced it; noise gets N of numeric; state gets an mg_verdict for each element. All are
   n_out x (1 + n_in). */
mg_status mg_judge_layer(mg_network *net, const mg_rule *rule, size_t l, const mg_mat *backprop,
                         const mg_mat *chosen, mg_mat *numeric, mg_mat *noise, mg_mat *state);

/* Looks again at an element that was judged MG_WRONG, with tiny steps: *is_wrong says whether they confirm
   it. If not, the larger steps crossed a cliff or an unknown kink of J. */
mg_status mg_confirm(mg_network *net, const mg_rule *rule, size_t l, size_t i, size_t j, double backprop,
                     bool *is_wrong);

/* Measures how far evaluations of J near THETA scatter, from the fourth and higher differences of eight of
   them; for functions whose rounding error bound.h does not know. */
mg_status mg_measured_noise(mg_network *net, const mg_check *how, double *noise);

#endif
