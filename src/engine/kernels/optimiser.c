/* optimiser.c - the optimisers. Each is a formula over vectors of parameters.

   To add one: write its formula, an OPTIMISER, and a line in the table at the bottom. GRAD has l1 and l2 in
   it already.
   Where a gradient has always been 0 the update is 0, whatever it would be divided by: so padding stays 0. */

#include "optimiser.h"

#include <float.h>
#include <math.h>

#include "kernels.h"
#include "simd.h"

/* eta and the optimiser's settings, each repeated in every lane of a vector. */
typedef struct rates {
  vec eta, number[MG_MAX_NUMBERS];
  vec rest[2]; /* 1 minus the first two of them, not rounded to a real before */
} rates;

/* Returns DTHETA of a vector of parameters, and replaces their states by the next ones. */
typedef vec formula(vec grad, vec theta, vec *state, const rates *r);

ALWAYS_INLINE bool update_by(formula f, const size_t n_states, const mg_flats *flat, const mg_range *range,
                             const rates *r) {
  const size_t from = range->from, count = range->count;
  const real *g = (const real *)flat->grad + from;
  real *w = (real *)flat->theta + from, *d = (real *)flat->dtheta + from, *p = (real *)flat->previous + from;
  vec zero = {0}; /* 0 * w is 0 unless w is infinite or NaN */
  for (size_t i = 0; i < count; i += VL) {
    const size_t n = count - i;
    vec state[MG_MAX_STATES];
    for (size_t k = 0; k < n_states; k++) {
      state[k] = load_upto((real *)flat->state[k] + from + i, n);
      store_upto((real *)flat->earlier[k] + from + i, state[k], n);
    }
    const vec before = load_upto(w + i, n), step = f(load_upto(g + i, n), before, state, r);
    const vec after = before + step;
    for (size_t k = 0; k < n_states; k++) store_upto((real *)flat->state[k] + from + i, state[k], n);
    store_upto(p + i, before, n);
    store_upto(d + i, step, n);
    store_upto(w + i, after, n);
    zero += 0 * after;
  }
  real sum = 0;
  for (int k = 0; k < VL; k++) sum += zero[k];
  return sum == 0;
}

ALWAYS_INLINE rates rates_of(double eta, const double *number, const size_t n_numbers) {
  rates r;
  r.eta = all((real)eta);
  for (size_t k = 0; k < n_numbers; k++) r.number[k] = all((real)number[k]);
  for (size_t k = 0; k < n_numbers && k < 2; k++) r.rest[k] = all((real)(1 - number[k]));
  return r;
}

/* Defines name_update, which calls name_formula; the optimiser has n_states states and n_numbers settings. */
#define OPTIMISER(name, n_states, n_numbers)                                                               \
  static bool name##_update(const mg_flats *flat, const mg_range *range, double eta, const double *number, \
                            uint64_t t) {                                                                  \
    (void)t;                                                                                               \
    const rates r = rates_of(eta, number, n_numbers);                                                      \
    return update_by(name##_formula, n_states, flat, range, &r);                                           \
  }

/* --- DTHETA = -ETA GRAD (Robbins and Monro, 1951) ------------------------------------------- */

static inline vec sgd_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta, (void)state;
  return -r->eta * grad;
}
OPTIMISER(sgd, 0, 0)

/* v, but 0 where it is nearer to 0 than least. The mean of a gradient that has become 0 would end among the numbers
   below the smallest normal one, where a multiplication takes some 100 times as long, and stay there. */
ALWAYS_INLINE vec settled(vec v, real least) {
  const vec size = (vec)((ivec)v & ~(ivec)all(-(real)0));
  return choose(size < all(least), all(0), v);
}

/* The smallest normal number; that of means, small enough to be nothing, whose products with ETA are normal. */
#ifdef MG_IS_SINGLE
#define SMALLEST  FLT_MIN
#define VANISHING (FLT_MIN / FLT_EPSILON)
#else
#define SMALLEST  DBL_MIN
#define VANISHING (DBL_MIN / DBL_EPSILON)
#endif

/* --- v = mu v - ETA GRAD, DTHETA = v (Polyak, 1964; Rumelhart, Hinton and Williams, 1986) ----------------- */

enum { MU };

static inline vec momentum_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta;
  return *state = settled(r->number[MU] * *state - r->eta * grad, VANISHING);
}
OPTIMISER(momentum, 1, 1)

/* --- the same, looking ahead: DTHETA = mu v - ETA GRAD of the new v (Nesterov, 1983; Sutskever and others,
   2013, in the form of Bengio and others, 2013, and PyTorch) ------------------------------------------------ */

static inline vec nesterov_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta;
  const vec step = r->eta * grad;
  *state = settled(r->number[MU] * *state - step, VANISHING);
  return r->number[MU] * *state - step;
}
OPTIMISER(nesterov, 1, 1)

/* x / y, but 0 where one of them is 0. */
ALWAYS_INLINE vec over(vec x, vec y) { return choose((x == 0) | (y == 0), all(0), x / y); }

/* --- s = s + GRAD^2, DTHETA = -ETA GRAD / (sqrt(s) + epsilon) (Duchi, Hazan and Singer, 2011) ---------------- */

static inline vec adagrad_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta;
  *state = *state + grad * grad;
  return over(-r->eta * grad, sqrt_v(*state) + r->number[0]);
}
OPTIMISER(adagrad, 1, 1)

/* --- s = alpha s + (1 - alpha) GRAD^2, DTHETA likewise (Tieleman and Hinton, 2012) --------------------------- */

static inline vec rmsprop_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta;
  *state = settled(r->number[0] * *state + r->rest[0] * (grad * grad), SMALLEST);
  return over(-r->eta * grad, sqrt_v(*state) + r->number[1]);
}
OPTIMISER(rmsprop, 1, 2)

/* --- v = beta1 v + (1 - beta1) GRAD, s = beta2 s + (1 - beta2) GRAD^2,
   DTHETA = -ETA vhat / (sqrt(shat) + epsilon), vhat = v / (1 - beta1^t), shat = s / (1 - beta2^t)
   (Kingma and Ba, 2015); adamw: DTHETA - ETA weight_decay THETA (Loshchilov and Hutter, 2019) ----------------- */

enum { BETA1, BETA2, EPSILON, WEIGHT_DECAY, DECAY_BIAS };

/* In the rates of both eta is ETA / (1 - beta1^t), and behind epsilon stand 1 / sqrt(1 - beta2^t) and
   ETA weight_decay. */
enum { ROOT = EPSILON + 1, DECAY };

static inline vec adam_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta;
  state[0] = settled(r->number[BETA1] * state[0] + r->rest[BETA1] * grad, VANISHING);
  state[1] = settled(r->number[BETA2] * state[1] + r->rest[BETA2] * (grad * grad), SMALLEST);
  return over(-r->eta * state[0], sqrt_v(state[1]) * r->number[ROOT] + r->number[EPSILON]);
}

static inline vec adamw_formula(vec grad, vec theta, vec *state, const rates *r) {
  return adam_formula(grad, theta, state, r) - r->number[DECAY] * theta;
}

static rates adam_rates(double eta, const double *number, uint64_t t) {
  rates r = rates_of(eta, number, WEIGHT_DECAY);
  r.eta = all((real)(eta / (1 - pow(number[BETA1], (double)t))));
  r.number[ROOT] = all((real)(1 / sqrt(1 - pow(number[BETA2], (double)t))));
  return r;
}

static bool adam_update(const mg_flats *flat, const mg_range *range, double eta, const double *number,
                        uint64_t t) {
  const rates r = adam_rates(eta, number, t);
  return update_by(adam_formula, 2, flat, range, &r);
}

static bool adamw_update(const mg_flats *flat, const mg_range *range, double eta, const double *number,
                         uint64_t t) {
  rates r = adam_rates(eta, number, t);
  const bool decays = !range->biases || number[DECAY_BIAS] != 0;
  r.number[DECAY] = all((real)(decays ? eta * number[WEIGHT_DECAY] : 0));
  return update_by(adamw_formula, 2, flat, range, &r);
}

/* --- DTHETA = -sign(GRAD) step; step grows while GRAD keeps its sign, and shrinks, GRAD taken as 0, when that
   changes (Riedmiller and Braun, 1993, without going back, as PyTorch) --------------------------------------- */

enum { UP, DOWN, LEAST, MOST };

static inline vec rprop_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta;
  const vec turn = grad * state[1], zero = 0 * grad; /* NaN unless grad is finite */
  const ivec same = (ivec)(turn > 0), other = (ivec)(turn < 0);
  vec step = choose((ivec)(state[0] == 0), r->eta, state[0]);
  step = choose(same, step * r->number[UP], choose(other, step * r->number[DOWN], step));
  step = choose((ivec)(step < r->number[LEAST]), r->number[LEAST], step);
  step = choose((ivec)(step > r->number[MOST]), r->number[MOST], step);
  const vec g = choose(other, zero, grad);
  state[0] = step;
  state[1] = g;
  return zero + choose((ivec)(g > 0), -step, choose((ivec)(g < 0), step, zero));
}
OPTIMISER(rprop, 2, 4)

/* -------------------------------------------------------------------------------------------- */

#define BETAS \
  {"beta1", .9, 0, 1}, {"beta2", .999, 0, 1}, { "epsilon", 1e-8, 0, INFINITY }

const mg_optimiser MG_VARIANT(mg_optimisers)[] = {
    {.name = "sgd", .fused = true, .update = sgd_update},
    {.name = "momentum",
     .n_states = 1,
     .state = {"v"},
     .number = {{"momentum", .9, 0, 1}},
     .update = momentum_update},
    {.name = "nesterov",
     .n_states = 1,
     .state = {"v"},
     .number = {{"momentum", .9, 0, 1}},
     .update = nesterov_update},
    {.name = "adagrad",
     .n_states = 1,
     .state = {"s"},
     .number = {{"epsilon", 1e-10, 0, INFINITY}},
     .update = adagrad_update},
    {.name = "rmsprop",
     .n_states = 1,
     .state = {"s"},
     .number = {{"alpha", .99, 0, 1}, {"epsilon", 1e-8, 0, INFINITY}},
     .update = rmsprop_update},
    {.name = "adam", .n_states = 2, .state = {"v", "s"}, .number = {BETAS}, .update = adam_update},
    {.name = "adamw",
     .n_states = 2,
     .state = {"v", "s"},
     .number = {BETAS, {"weight_decay", .01, 0, INFINITY}, {"decay_bias", 1, 0, 2, .is_choice = true}},
     .tells_biases = true,
     .update = adamw_update},
    {.name = "rprop",
     .n_states = 2,
     .state = {"steps", "last"},
     .number = {{"up", 1.2, 1, INFINITY},
                {"down", .5, 0, 1},
                {"least", 1e-6, 0, INFINITY},
                {"most", 50, 0, INFINITY}},
     .update = rprop_update},
    {.name = NULL},
};
