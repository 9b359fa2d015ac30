/* optimiser.c - the optimisers. Each is a formula over vectors of parameters.

   To add one: write its formula, an OPTIMISER, and a line in the table at the bottom. GRAD has l1 and l2 in
   it already. */

#include "optimiser.h"

#include "kernels.h"
#include "simd.h"

/* eta and the optimiser's settings, each repeated in every lane of a vector. */
typedef struct rates {
  vec eta, number[MG_MAX_NUMBERS];
} rates;

/* Returns DTHETA of a vector of parameters, and replaces their states by the next ones. */
typedef vec formula(vec grad, vec theta, vec *state, const rates *r);

ALWAYS_INLINE bool update_by(formula f, const size_t n_states, const mg_flats *flat, const size_t from,
                             const size_t count, const rates *r) {
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
  return r;
}

/* Defines name_update, which calls name_formula; the optimiser has n_states states and n_numbers settings. */
#define OPTIMISER(name, n_states, n_numbers)                                             \
  static bool name##_update(const mg_flats *flat, size_t from, size_t count, double eta, \
                            const double *number, uint64_t t) {                          \
    (void)t;                                                                             \
    const rates r = rates_of(eta, number, n_numbers);                                    \
    return update_by(name##_formula, n_states, flat, from, count, &r);                   \
  }

/* --- DTHETA = -ETA GRAD (Robbins and Monro, 1951) ------------------------------------------- */

static inline vec sgd_formula(vec grad, vec theta, vec *state, const rates *r) {
  (void)theta, (void)state;
  return -r->eta * grad;
}
OPTIMISER(sgd, 0, 0)

/* -------------------------------------------------------------------------------------------- */

const mg_optimiser MG_VARIANT(mg_optimisers)[] = {
    {.name = "sgd", .fused = true, .update = sgd_update},
    {.name = NULL},
};
