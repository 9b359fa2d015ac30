/* kernels.c - chooses the kernels for this processor; finds activations, costs and optimisers by name. */

#include "kernels.h"

#include <stdlib.h>
#include <string.h>

/* What each kernel file exports, per precision and instruction set. */
#define DECLARE(suffix)                                 \
  extern const mg_products mg_products_##suffix;        \
  extern const mg_activation mg_activations_##suffix[]; \
  extern const mg_cost_kind mg_costs_##suffix[];        \
  extern const mg_score mg_score_##suffix;              \
  extern const mg_flat mg_flat_##suffix;                \
  extern const mg_optimiser mg_optimisers_##suffix[];   \
  extern const mg_tiny_kernel mg_tiny_##suffix;         \
  extern const mg_perturb_kernel mg_perturb_##suffix;
#define TABLE(suffix)                                                                               \
  {                                                                                                 \
#suffix, &mg_products_##suffix, mg_activations_##suffix, mg_costs_##suffix, &mg_score_##suffix, \
        &mg_flat_##suffix, mg_optimisers_##suffix, &mg_tiny_##suffix, &mg_perturb_##suffix          \
  }

DECLARE(double_base)
DECLARE(single_base)
#if defined __x86_64__
DECLARE(double_avx2)
DECLARE(single_avx2)
DECLARE(double_avx512)
DECLARE(single_avx512)
#endif

enum { BASE, AVX2, AVX512 };

/* The widest instruction set that processor and operating system support and the environment allows. */
static int instructions(void) {
  const char *portable = getenv("MOONGRAD_PORTABLE"), *most = getenv("MOONGRAD_KERNELS");
  if (portable != NULL && strcmp(portable, "1") == 0) return BASE;
  if (most != NULL && strcmp(most, "base") == 0) return BASE;
#if defined __x86_64__
  const bool no_avx512 = most != NULL && strcmp(most, "avx2") == 0;
  if (!no_avx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return AVX2;
#endif
  return BASE;
}

const mg_kernels *mg_kernels_for(mg_type type) {
  static const mg_kernels tables[][3] = {
#if defined __x86_64__
    [MG_DOUBLE] = {TABLE(double_base), TABLE(double_avx2), TABLE(double_avx512)},
    [MG_SINGLE] = {TABLE(single_base), TABLE(single_avx2), TABLE(single_avx512)},
#else
    [MG_DOUBLE] = {TABLE(double_base)},
    [MG_SINGLE] = {TABLE(single_base)},
#endif
  };
  return &tables[type][instructions()];
}

bool mg_builtin_activation(const mg_kernels *kernels, const mg_activation *g) {
  for (const mg_activation *each = kernels->activations; each->name != NULL; each++)
    if (each == g) return true;
  return false;
}

bool mg_builtin_cost(const mg_kernels *kernels, const mg_cost_kind *kind) {
  for (const mg_cost_kind *each = kernels->costs; each->name != NULL; each++)
    if (each == kind) return true;
  return false;
}

const mg_activation *mg_activations(mg_type type) { return mg_kernels_for(type)->activations; }

const mg_activation *mg_activation_find(const char *name, mg_type type) {
  for (const mg_activation *g = mg_activations(type); g->name != NULL; g++)
    if (strcmp(g->name, name) == 0) return g;
  return NULL;
}

const mg_optimiser *mg_optimisers(mg_type type) { return mg_kernels_for(type)->optimisers; }

const mg_optimiser *mg_optimiser_find(const char *name, mg_type type) {
  for (const mg_optimiser *o = mg_optimisers(type); o->name != NULL; o++)
    if (strcmp(o->name, name) == 0) return o;
  return NULL;
}

const mg_cost_kind *mg_costs(mg_type type) { return mg_kernels_for(type)->costs; }

const mg_cost_kind *mg_cost_find(const char *name, mg_type type) {
  for (const mg_cost_kind *c = mg_costs(type); c->name != NULL; c++)
    if (strcmp(c->name, name) == 0) return c;
  return NULL;
}

bool mg_cost_allows(const mg_cost_kind *kind, const char *output) {
  if (kind->is_score) return strcmp(output, "linear") == 0 || strcmp(output, "tanh") == 0;
  return kind->output != NULL ? strcmp(kind->output, output) == 0 : strcmp(output, "softmax") != 0;
}

/* --- the kind of targets --------------------------------------------------------- */

/* Is every target either low or 1 and, when there are several columns, exactly one 1 in each row? */
static bool two_valued(const mg_mat *y, double low) {
  for (size_t i = 0; i < y->nrows; i++) {
    size_t ones = 0;
    for (size_t k = 0; k < y->ncols; k++) {
      const double v = mg_mat_get(y, i, k);
      if (v == 1)
        ones++;
      else if (v != low)
        return false;
    }
    if (y->ncols > 1 && ones != 1) return false;
  }
  return true;
}

mg_targets mg_targets_of(const mg_mat *y) {
  const bool binary = two_valued(y, 0);
  if (!binary && !two_valued(y, -1)) return MG_VALUES;
  if (y->ncols > 1) return MG_ONE_HOT;
  return binary ? MG_BINARY : MG_SIGNS;
}
