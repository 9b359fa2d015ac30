/* test_random.c - the generator gives the numbers of NumPy's RandomState in every bit. */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

#include "../golden/numpy_random.h"

/* Equal in every bit. */
static void assert_same(double a, double b) { assert_memory_equal(&a, &b, sizeof a); }

static void every_draw_is_numpys(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof golden / sizeof *golden; k++) {
    const struct golden *run = &golden[k];
    mg_rng g;
    mg_rng_seed(&g, run->seed);
    for (int i = 0; i < 12; i++) assert_same(mg_rng_uniform(&g), run->rand_12[i]);
    for (int i = 0; i < 9; i++) assert_same(mg_rng_normal(&g), run->randn_9[i]);
    for (int i = 0; i < 2; i++) assert_same(mg_rng_normal(&g), run->randn_2[i]);
    uint32_t order[1000];
    mg_rng_permutation(&g, 10, order);
    assert_memory_equal(order, run->permutation_10, sizeof run->permutation_10);
    assert_same(mg_rng_uniform(&g), run->rand_1);
    mg_rng_permutation(&g, 1000, order);
    assert_memory_equal(order, run->permutation_1000_first_20, sizeof run->permutation_1000_first_20);
  }
}

/* C++11's std::mt19937 promises its 10,000th word for the seed 5489. */
static void the_ten_thousandth_word_is_known(void **state) {
  (void)state;
  mg_rng g;
  uint32_t word = 0;
  mg_rng_seed(&g, 5489);
  for (int i = 0; i < 10000; i++) word = mg_rng_u32(&g);
  assert_int_equal(word, 4123659995u);
}

static void seeding_forgets_the_cached_normal(void **state) {
  (void)state;
  mg_rng g;
  mg_rng_seed(&g, 1);
  const double first = mg_rng_normal(&g);
  mg_rng_seed(&g, 1);
  assert_same(mg_rng_normal(&g), first);
}

static void a_permutation_holds_each_once(void **state) {
  (void)state;
  enum { N = 777 };
  uint32_t order[N];
  char seen[N] = {0};
  mg_rng g;
  mg_rng_seed(&g, UINT32_MAX);
  mg_rng_permutation(&g, N, order);
  for (int i = 0; i < N; i++) {
    assert_true(order[i] < N);
    assert_false(seen[order[i]]);
    seen[order[i]] = 1;
  }
  mg_rng_permutation(&g, 1, order);
  assert_int_equal(order[0], 0);
}

static void a_permutation_in_parts_is_the_same(void **state) {
  (void)state;
  enum { N = 1000 };
  uint32_t whole[N], parts[N];
  mg_rng g, h;
  mg_rng_seed(&g, 4);
  mg_rng_seed(&h, 4);
  mg_rng_permutation(&g, N, whole);
  for (uint32_t i = 0; i < N; i++) parts[i] = i;
  size_t from = N - 1;
  for (size_t count = 1; from > 0; from -= count, count *= 3) {
    if (count > from) count = from;
    mg_rng_shuffle(&h, parts, from, count);
  }
  assert_memory_equal(whole, parts, sizeof whole);
  assert_int_equal(mg_rng_u32(&g), mg_rng_u32(&h));
}

static void uniforms_lie_in_the_half_open_interval(void **state) {
  (void)state;
  mg_rng g;
  double sum = 0, squares = 0;
  enum { N = 100000 };
  mg_rng_seed(&g, 3);
  for (int i = 0; i < N; i++) {
    const double u = mg_rng_uniform(&g), z = mg_rng_normal(&g);
    assert_true(u >= 0 && u < 1);
    sum += z;
    squares += z * z;
  }
  assert_true(fabs(sum / N) < .02 && fabs(squares / N - 1) < .02); /* about five standard errors */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_draw_is_numpys),
      cmocka_unit_test(the_ten_thousandth_word_is_known),
      cmocka_unit_test(seeding_forgets_the_cached_normal),
      cmocka_unit_test(a_permutation_holds_each_once),
      cmocka_unit_test(a_permutation_in_parts_is_the_same),
      cmocka_unit_test(uniforms_lie_in_the_half_open_interval),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
