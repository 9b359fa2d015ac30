/* check.h - the gradient by differences of J, to hold against backpropagation's, and what comes of that.

   Differences cannot tell every pair of numbers apart: J is rounded, and so is GRAD. N, the noise of a slope
   by step h, is what both may have made of it (bound.h):

     N = k (eJ + 16 u |J|) / h + 2 k eG + 2 u |w| |slope| / h       k = 1 central, 2 forward, 1.5 five-point

   A pair b, n agrees when |b - n| <= tolerance max(|b|, |n|) and N is less than they are, or when |b - n| is
   at most that + N and N a tenth of them. It is wrong when five points are further off than N and all that
   truncation can do; or, where that is too much to say, when they are beyond N at a step h and at one ten
   times as large, and say the same at both: a mistake repeats, truncation grows as h^4, noise and cliffs
   shrink as 1 / h. Of all others nothing is said; 0 and 0 are no witnesses. tests/lua/check_study.lua is what
   it was tried on. */

#ifndef MG_CHECK_H
#define MG_CHECK_H

#include "bound.h"
#include "differ.h"
#include "reach.h"

typedef struct mg_check {
  mg_difference method;
  double epsilon;
  mg_cost cost; /* the J that is differenced, l1 and l2 of the network included */
  void *room;   /* mg_differ_room bytes, aligned to 64; NULL: by whole passes, which is slow */
} mg_check;

/* numeric = the differences for layer l over the staged batch, n_out x (1 + n_in); elements where chosen
   is 0 (chosen may be NULL: all), and the bias column of a layer without biases, become NaN. kinked gets
   1 where the evaluations lie on two sides of a kink (a relu's 0, or w = 0 with l1), so that the
   difference says nothing of the derivative; else 0. MG_STOPPED leaves the rest undone. The batch's live z
   and a are those of THETA on return. */
mg_status mg_check_layer(mg_network *net, const mg_check *how, size_t l, const mg_mat *chosen,
                         mg_mat *numeric, mg_mat *kinked);

/* |b - n| / max(|b|, |n|, floor): how far apart two numbers are. 0 when both are 0. */
double mg_relative(double backprop, double numeric, double floor);

/* What is said of a pair. */
typedef enum mg_verdict {
  MG_NOT_COMPARED, /* not chosen, or no bias */
  MG_AGREES,       /* by the difference asked for */
  MG_AGREES_FINER, /* by five points: the difference asked for is off by more than the tolerance */
  MG_BOTH_ZERO,    /* exactly 0 by both: no witness for GRAD, nor against it */
  MG_UNDECIDED,    /* differences cannot tell */
  MG_WRONG,
  MG_KINKED /* the difference crosses a kink */
} mg_verdict;

/* How pairs are judged. */
typedef struct mg_rule {
  mg_check how;
  double tolerance;
  bool is_finer; /* may five points by larger steps stand for a difference that is noisy or too coarse? */
  double j;      /* J by how.cost */
  mg_bound bound;
  mg_reach reach;
} mg_rule;

/* Bytes of memory that a rule needs; 0 when the count overflows. */
size_t mg_rule_bytes(const mg_network *net);

/* Readies rule, whose how, tolerance, is_finer and j are set, for the batch whose pass is in the live z and
   a. memory: mg_rule_bytes, aligned to 64, kept as long as the rule is. */
mg_status mg_rule_make(mg_network *net, mg_rule *rule, void *memory);

/* The size of gradient that the differences asked for resolve to the tolerance: k (eJ + 16 u |J|) / (epsilon
   tolerance). */
double mg_rule_floor(const mg_rule *rule);

/* Judges backprop, a gradient of layer l: numeric as by mg_check_layer, but five points' slope where those
   were taken in place of it; noise: N of numeric; state: an mg_verdict each. */
mg_status mg_judge_layer(mg_network *net, const mg_rule *rule, size_t l, const mg_mat *backprop,
                         const mg_mat *chosen, mg_mat *numeric, mg_mat *noise, mg_mat *state);

/* Do differences by a tiny step say, too, that backprop is wrong at this element, which was judged so? Where
   they do not, a cliff or a kink that nobody knew of was taken for a slope. */
mg_status mg_confirm(mg_network *net, const mg_rule *rule, size_t l, size_t i, size_t j, double backprop,
                     bool *is_wrong);

/* How far J's evaluations near THETA scatter, measured: the fourth and higher differences of eight of them.
 */
mg_status mg_measured_noise(mg_network *net, const mg_check *how, double *noise);

#endif
