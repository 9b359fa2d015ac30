/* verdict.c - judges each element of a gradient: right, wrong or undecided; check.h has the rules. */

#include <float.h>
#include <math.h>

#include "check.h"

/* The steps of five-point differences, each ten times the one before: with nearer steps, two slopes share too
   much of their noise. */
static const double steps_double[] = {1e-5, 1e-4, 1e-3, 1e-2}, steps_single[] = {1e-2, 1e-1, 1};

/* Tiny steps for mg_confirm, which do not reach as far as cliffs of J near THETA. */
static const double tiny_double[] = {1e-12, 1e-10, 1e-8, 1e-7, 1e-6, 3e-6},
                    tiny_single[] = {1e-6, 1e-5, 1e-4, 1e-3, 3e-3};

typedef struct steps {
  const double *at;
  size_t n;
} steps;

#define STEPS(list) ((steps){list, sizeof(list) / sizeof *(list)})
static steps ladder(mg_type type) { return type == MG_SINGLE ? STEPS(steps_single) : STEPS(steps_double); }
static steps tiny(mg_type type) { return type == MG_SINGLE ? STEPS(tiny_single) : STEPS(tiny_double); }

/* The result of one difference, compared with b, backpropagation's number. */
typedef struct reading {
  double slope, step, apart, allowed; /* apart: |b - slope|; allowed: as much of it as the tolerance allows */
  double noise, of_slope;             /* N, the noise of apart; the part of N that is the slope's own */
  double of_points;                   /* the rounding error of J at one point, divided by the step */
  double below, above;                /* as in mg_slope */
  bool is_kinked, is_usable;          /* is_usable: it crosses no kink, and its numbers are finite */
} reading;

/* One element that is judged, and the verdict so far. */
typedef struct judge {
  const mg_rule *rule;
  mg_differ *d;
  double b; /* backpropagation's number */
  mg_verdict verdict;
  double numeric;  /* the slope that the verdict is based on */
  double least;    /* its noise */
  double nearest;  /* the smallest |b - slope| of the smaller steps so far */
  reading first;   /* if MG_WRONG: the reading by the smaller of the two steps */
  bool is_certain; /* if MG_WRONG: does that reading alone prove it? */
} judge;

static mg_status take(judge *q, mg_difference method, double step, reading *r) {
  const mg_bound *bound = &q->rule->bound;
  const mg_differ *d = q->d;
  mg_slope s;
  const mg_status status = mg_differ_at(q->d, d->j, method, step, &s);
  if (status != MG_OK) return status;
  const double w = fabs(mg_mat_get(&d->net->layer[d->l].theta, d->i, d->j));
  const double of_grad = mg_mat_get(&bound->grad[d->l], d->i, d->j), size = fabs(s.slope);
  *r =
      (reading){.slope = s.slope, .step = step, .below = s.below, .above = s.above, .is_kinked = s.is_kinked};
  r->of_points = (bound->j + 16 * bound->u * s.largest + DBL_MIN) / step;
  r->of_slope = s.share * r->of_points + 2 * bound->u * w * size / step;
  r->noise = r->of_slope + 2 * s.share * of_grad;
  r->apart = fabs(q->b - s.slope);
  r->allowed = q->rule->tolerance * fmax(fabs(q->b), size);
  r->is_usable = !s.is_kinked && isfinite(s.slope) && isfinite(r->noise);
  return MG_OK;
}

static bool is_beyond(const reading *r) { return r->apart > r->allowed + r->noise; }

/* Is the noise small enough beside b and the slope? It must be less than they are when they agree to the
   tolerance, else less than a tenth of them. */
static bool is_told(const judge *q, const reading *r) {
  const double size = fmax(fabs(q->b), fabs(r->slope));
  return r->noise < (r->apart <= r->allowed ? size : size / 10);
}

/* Do two readings, both further from b than their noise, have nearly the same slope? */
static bool is_repeated(const judge *q, const reading *r, const reading *other) {
  const double between = fabs(r->slope - other->slope);
  return other->is_usable && is_beyond(other) && between <= fmin(r->apart, other->apart) / 4 &&
         between <= fmax(fabs(r->slope), fabs(other->slope)) / 4 + r->noise + other->noise &&
         !(q->nearest < fmax(r->apart, other->apart) / 2);
}

/* Is J smooth over the smallest step: may g'' of this layer and of those above not jump, and does no z change
   by much? */
static bool has_no_cliff(const judge *q) {
  const mg_differ *d = q->d;
  const double path = mg_reach_of(&q->rule->reach, d->l, d->i, d->j);
  return q->rule->bound.is_known && d->l >= q->rule->reach.smooth_from &&
         path * 2 * ladder(d->net->type).at[0] < 0.1;
}

/* Is b further from the slope than noise and truncation together can explain? */
static bool is_certain(const judge *q, const reading *r, mg_difference method) {
  const mg_differ *d = q->d;
  return q->rule->bound.is_known &&
         r->apart >
             r->allowed + 2 * r->noise + mg_truncation(&q->rule->reach, d->l, d->i, d->j, method, r->step);
}

static void find_wrong(judge *q, const reading *r, bool is_certain) {
  q->verdict = MG_WRONG;
  q->is_certain = is_certain;
  q->numeric = r->slope;
  q->least = r->noise;
  q->first = *r;
}

/* r is the first reading that is further from b than its noise: decides whether b is wrong, by a second step
   where r alone does not prove it. */
static mg_status decide(judge *q, mg_difference method, const reading *r) {
  reading other;
  if (is_certain(q, r, method)) {
    find_wrong(q, r, true);
    return MG_OK;
  }
  mg_status status = take(q, method, 10 * r->step, &other);
  if (status == MG_OK && !other.is_usable) status = take(q, method, r->step / 10, &other);
  if (status != MG_OK) return status;
  if (is_repeated(q, r, &other)) {
    find_wrong(q, r, false);
  } else if (!(q->nearest < other.apart / 2)) {
    q->verdict = MG_UNDECIDED;
  }
  return MG_OK;
}

/* r does not contradict b: keeps its slope when it is the least noisy one so far. */
static void keep(judge *q, const reading *r) {
  if (is_told(q, r)) q->verdict = MG_AGREES_FINER;
  if (!(q->least < r->noise)) {
    q->least = r->noise;
    q->numeric = r->slope;
  }
  q->nearest = fmin(q->nearest, r->apart);
}

/* Takes five-point differences with larger and larger steps until one decides. first is the reading by the
   difference that was asked for. When it is further from b than its noise, five points begin with the
   smallest step, and if that crosses a kink first itself decides. */
static mg_status climb(judge *q, const reading *first) {
  const bool is_first_beyond = is_beyond(first);
  const steps at = ladder(q->d->net->type);
  for (size_t k = is_first_beyond ? 0 : 1; k < at.n; k++) {
    reading r;
    const mg_status status = take(q, MG_FIVE_POINT, at.at[k], &r);
    if (status == MG_OK && k == 0 && !r.is_usable) return decide(q, q->rule->how.method, first);
    if (status != MG_OK || !r.is_usable) return status;
    if (is_beyond(&r)) return decide(q, MG_FIVE_POINT, &r);
    keep(q, &r);
    if (r.apart <= r.allowed && (is_told(q, &r) || r.apart == 0)) return MG_OK;
  }
  return MG_OK;
}

/* May a delta, or a term of the sum that is GRAD, have overflowed? The bound of GRAD is the sum of the terms'
   absolute values times (N + 1) u. */
static bool may_overflow(const judge *q) {
  const mg_network *net = q->d->net;
  const mg_bound *bound = &q->rule->bound;
  const double of_grad = mg_mat_get(&bound->grad[q->d->l], q->d->i, q->d->j);
  const double terms = of_grad / (((double)net->rows + 1) * bound->u);
  const double most = net->type == MG_SINGLE ? FLT_MAX : DBL_MAX;
  return !(bound->largest < most && terms < most);
}

/* Judges one element by the difference that was asked for, and by five points where that does not decide. */
static mg_status judge_pair(judge *q) {
  const mg_check *how = &q->rule->how;
  reading r;
  q->verdict = MG_UNDECIDED;
  q->nearest = INFINITY;
  mg_status status = take(q, how->method, how->epsilon, &r);
  if (status != MG_OK) return status;
  q->numeric = r.slope;
  q->least = r.noise;
  if (r.is_kinked)
    q->verdict = MG_KINKED;
  else if (!isfinite(q->b))
    q->verdict = may_overflow(q) ? MG_UNDECIDED : MG_WRONG;
  else if (q->b == 0 && r.slope == 0)
    q->verdict = MG_BOTH_ZERO;
  else if (r.is_usable && is_certain(q, &r, how->method))
    find_wrong(q, &r, true);
  if (!r.is_usable || !isfinite(q->b) || q->verdict != MG_UNDECIDED) return MG_OK;
  if (!is_beyond(&r)) {
    keep(q, &r);
    if (q->verdict == MG_AGREES_FINER) q->verdict = MG_AGREES;
    if (!q->rule->is_finer || r.apart == 0) return MG_OK;
    if (q->verdict == MG_AGREES && r.apart <= r.allowed) return MG_OK;
  } else {
    q->least = INFINITY; /* the slope by five points will replace it */
  }
  status = climb(q, &r);
  if (!q->rule->is_finer) q->numeric = r.slope, q->least = r.noise;
  return status;
}

/* --- a layer ------------------------------------------------------------------------------------- */

typedef struct judgement {
  const mg_rule *rule;
  const mg_mat *backprop;
  mg_mat *numeric, *noise, *state;
} judgement;

static mg_status judge_each(mg_differ *d, void *context) {
  const judgement *to = context;
  judge q = {.rule = to->rule, .d = d, .b = mg_mat_get(to->backprop, d->i, d->j)};
  const mg_status status = judge_pair(&q);
  if (status != MG_OK) return status;
  mg_mat_set(to->numeric, d->i, d->j, q.numeric);
  mg_mat_set(to->noise, d->i, d->j, q.least);
  mg_mat_set(to->state, d->i, d->j, q.verdict);
  return MG_OK;
}

static mg_differ differ_of(mg_network *net, const mg_check *how) {
  return (mg_differ){.net = net, .cost = how->cost, .room = how->room};
}

mg_status mg_judge_layer(mg_network *net, const mg_rule *rule, size_t l, const mg_mat *backprop,
                         const mg_mat *chosen, mg_mat *numeric, mg_mat *noise, mg_mat *state) {
  mg_differ d = differ_of(net, &rule->how);
  judgement to = {rule, backprop, numeric, noise, state};
  mg_mat_fill(numeric, NAN);
  mg_mat_fill(noise, NAN);
  mg_mat_fill(state, MG_NOT_COMPARED);
  return mg_differ_each(&d, l, chosen, judge_each, &to);
}

/* Does b lie between the slopes on the two sides of an unknown kink? There the two slopes differ as much by
   smaller steps, while for a smooth J they come together. larger: the reading by a larger step. */
static bool is_at_kink(double b, const reading *r, const reading *larger) {
  const double noise = 2 * r->of_points, apart = fabs(r->above - r->below);
  return apart > 2 * noise && apart > fabs(larger->above - larger->below) / 2 &&
         b >= fmin(r->below, r->above) - noise && b <= fmax(r->below, r->above) + noise;
}

/* Do smaller steps come nearer to b, as they do at the foot of a cliff of J? A mistake stays as far away. */
static bool comes_nearer(const reading *first, const reading *r) {
  return first->apart - r->apart > first->apart / 16 + r->of_slope / 4;
}

/* May J rise and fall between the points of this step, so that none of them shows it? It may when the step changes z
   of the parameter's own unit by 1 or more, as with columns of X in the thousands. */
static bool may_miss_cliff(const judge *q, const reading *r) {
  const double input = q->rule->reach.input[q->d->l][q->d->j];
  return q->rule->bound.is_known && !(input * 2 * r->step < 1);
}

mg_status mg_confirm(mg_network *net, const mg_rule *rule, size_t l, size_t i, size_t j, double backprop,
                     bool *is_wrong) {
  const steps at = tiny(net->type);
  mg_differ d = differ_of(net, &rule->how);
  judge q = {.rule = rule, .d = &d, .b = backprop};
  mg_status status = mg_differ_layer(&d, l);
  if (status == MG_OK) status = mg_differ_unit(&d, i);
  d.j = j;
  if (status == MG_OK) status = judge_pair(&q);
  *is_wrong =
      status == MG_OK && q.verdict == MG_WRONG && (q.is_certain || has_no_cliff(&q) || !isfinite(backprop));
  if (status != MG_OK || q.verdict != MG_WRONG || *is_wrong) return status;
  for (size_t k = 0; k < at.n; k++) {
    reading r;
    status = take(&q, MG_FIVE_POINT, at.at[k], &r);
    if (status != MG_OK) return status;
    if (!r.is_usable || r.of_slope > q.first.apart / 3) continue;
    const double between = fabs(r.slope - q.first.slope);
    *is_wrong = between <= fmin(q.first.apart, fmax(fabs(r.slope), fabs(q.first.slope))) / 4 + r.of_slope +
                               q.first.of_slope &&
                !is_at_kink(backprop, &r, &q.first) && !comes_nearer(&q.first, &r) && !may_miss_cliff(&q, &r);
    return MG_OK;
  }
  return MG_OK;
}

/* --- a rule -------------------------------------------------------------------------------------- */

size_t mg_rule_bytes(const mg_network *net) {
  const size_t reach = mg_reach_bytes(net), bound = mg_bound_bytes(net);
  return bound == 0 || bound > SIZE_MAX - reach ? 0 : reach + bound;
}

mg_status mg_rule_make(mg_network *net, mg_rule *rule, void *memory) {
  double noise = 0;
  mg_reach_make(net, &rule->how.cost, rule->j, memory, &rule->reach);
  void *rest = (char *)memory + mg_reach_bytes(net);
  mg_status status = mg_bound_make(net, &rule->how.cost, rule->j, rest, &rule->bound);
  if (status == MG_OK && !rule->bound.is_known) status = mg_measured_noise(net, &rule->how, &noise);
  if (!(4 * noise <= rule->bound.j) && !isnan(rule->bound.j)) rule->bound.j = 4 * noise;
  return status;
}

double mg_rule_floor(const mg_rule *rule) {
  const mg_bound *bound = &rule->bound;
  const double share[] = {[MG_CENTRAL] = 1, [MG_ONE_SIDED] = 2, [MG_FIVE_POINT] = 1.5};
  return share[rule->how.method] * (bound->j + 16 * bound->u * fabs(rule->j)) /
         (rule->how.epsilon * rule->tolerance);
}
