/* test_team.c - threads: every part of every job is done once, delays are not repeated, results equal those of one
   thread. */

#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "clock.h"
#include "fixture.h"
#include "fused.h"

typedef struct count_job {
  atomic_int done[MG_MAX_PARTS];
  size_t count;
} count_job;

static void count_part(void *context, size_t index, size_t count) {
  count_job *j = context;
  atomic_fetch_add(&j->done[index], 1);
  if (index == 0) j->count = count;
}

static void every_part_is_done_once(void **state) {
  (void)state;
  for (size_t n = 1; n <= 5; n++) {
    void *memory = zeroed(mg_team_bytes(n));
    mg_team *team = mg_team_start(memory, n);
    assert_int_equal(mg_team_size(team), n);
    for (size_t parts = 1; parts <= n + 1; parts++) {
      count_job job = {.count = 0};
      for (int round = 1; round <= 200; round++) {
        mg_team_run(team, parts, count_part, &job);
        const size_t most = parts < n ? parts : n;
        assert_int_equal(job.count, most);
        for (size_t i = 0; i < n; i++) assert_int_equal(atomic_load(&job.done[i]), i < most ? round : 0);
      }
    }
    mg_team_stop(team);
    free(memory);
  }
}

static void sleepers_wake(void **state) {
  (void)state;
  void *memory = zeroed(mg_team_bytes(2));
  mg_team *team = mg_team_start(memory, 2);
  count_job job = {.count = 0};
  volatile double work = 1;
  for (int round = 1; round <= 5; round++) {
    for (long i = 0; i < 3000000; i++) work = work * 1.0000001; /* so long that workers go to sleep */
    mg_team_run(team, 2, count_part, &job);
    assert_int_equal(atomic_load(&job.done[1]), round);
  }
  mg_team_stop(team);
  free(memory);
}

static void sleep_ms(long ms) {
  const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&t, NULL);
}

/* A job whose worker begins and is then delayed, as one that loses its processor. */
typedef struct late_job {
  pthread_t caller;
  atomic_bool begun;
  long delay; /* ms */
} late_job;

static void late_part(void *context, size_t index, size_t count) {
  (void)count;
  late_job *j = context;
  if (index == 0) {
    for (int i = 0; i < 1000 && !atomic_load(&j->begun); i++) sleep_ms(1);
  } else {
    atomic_store(&j->begun, true);
    if (!pthread_equal(pthread_self(), j->caller)) sleep_ms(j->delay);
  }
}

static void a_delay_is_not_repeated(void **state) {
  (void)state;
  void *memory = zeroed(mg_team_bytes(2));
  mg_team *team = mg_team_start(memory, 2);
  late_job job = {pthread_self(), false, 0};
  mg_team_run(team, 2, late_part, &job);
  assert_false(mg_team_alone(team));
  job = (late_job){pthread_self(), false, 100};
  mg_team_run(team, 2, late_part, &job);
  assert_true(mg_team_alone(team)); /* for 1 s less ten times what part 0 took */
  for (int i = 0; i < 100 && mg_team_alone(team); i++) sleep_ms(50);
  assert_false(mg_team_alone(team)); /* but not for ever */
  mg_team_stop(team);
  free(memory);
}

/* Passes that take long with one of three numbers of threads are made with another. */
static void the_fastest_number_of_threads_is_taken(void **state) {
  (void)state;
  for (size_t best = 0; best < 3; best++) {
    mg_pace pace = {0};
    size_t made[3] = {0};
    for (int pass = 0; pass < 100; pass++) {
      mg_pace_pass(&pace, 4);
      assert_in_range(pace.halvings, 0, 2);
      if (pass >= 50) made[pace.halvings]++;
      const uint64_t end = mg_clock() + (pace.halvings == best ? 2000 : 200000);
      while (mg_clock() < end) {
      }
    }
    assert_int_equal(made[best], 50);
    mg_pace_end(&pace);
    assert_int_equal(pace.halvings, 0);
  }
}

static void long_passes_take_all_threads(void **state) {
  (void)state;
  mg_pace pace = {0};
  for (int pass = 0; pass < 30; pass++) {
    mg_pace_pass(&pace, 2);
    if (pass > 8) assert_int_equal(pace.halvings, 0);
    sleep_ms(3);
  }
}

/* A network whose operations are large enough to be divided among threads, its first layer by units. */
static void open_large(fixture *f, mg_team *team, size_t parts, const double *x, const double *y) {
  enum { ROWS = 70 };
  const mg_layer_spec spec[] = {{150, activation("tanh"), true, 0},
                                {100, activation("gelu"), true, 0},
                                {70, activation("sigmoid"), false, 0}};
  f->parameters = zeroed(mg_network_bytes(MG_DOUBLE, parts, 80, 3, spec));
  f->batch = NULL;
  mg_network_make(&f->net, MG_DOUBLE, parts, 80, 3, spec, f->parameters);
  f->before = zeroed(mg_arrays_bytes(&f->net, MG_NEEDED));
  f->net.team = team;
  mg_rng g;
  mg_rng_seed(&g, 3);
  mg_init(&f->net, MG_INIT_XAVIER, 1, &g);
  f->net.l2 = 1e-3;
  const mg_mat xs = mg_mat_of((double *)(uintptr_t)x, ROWS, 80, 80, MG_DOUBLE);
  const mg_mat ys = mg_mat_of((double *)(uintptr_t)y, ROWS, 70, 70, MG_DOUBLE);
  fixture_data(f, &xs, &ys);
}

static void threads_do_not_change_a_bit(void **state) {
  (void)state;
  mg_rng g;
  mg_rng_seed(&g, 1);
  double *x = normals(&g, 70 * 80), *y = normals(&g, 70 * 70);
  for (size_t n = 2; n <= 5; n++) {
    void *memory = zeroed(mg_team_bytes(n));
    mg_team *team = mg_team_start(memory, n);
    for (int biased = 0; biased <= 1; biased++) { /* with a bias everywhere, updates are fused */
      fixture a, b;
      mg_run run;
      open_large(&a, NULL, 1, x, y);
      open_large(&b, team, n, x, y);
      a.net.layer[2].bias = b.net.layer[2].bias = biased == 1;
      assert_int_equal(mg_fuse(&b.net, false), biased ? MG_FUSE_UPDATE : MG_PLAIN);
      assert_int_equal(mg_step(&a.net, 40, &run),
                       MG_OK); /* more than it takes to try all numbers of threads */
      assert_int_equal(mg_step(&b.net, 40, &run), MG_OK);
      assert_same_state(&a, &b);
      uint32_t order[70];
      mg_rng_permutation(&g, 70, order);
      const mg_mat xs = mg_mat_of(x, 70, 80, 80, MG_DOUBLE), ys = mg_mat_of(y, 70, 70, 70, MG_DOUBLE);
      assert_int_equal(mg_epoch(&a.net, &xs, &ys, order, 33, MG_VALUES, a.before, &run), MG_OK);
      assert_int_equal(mg_epoch(&b.net, &xs, &ys, order, 33, MG_VALUES, b.before, &run), MG_OK);
      assert_same_state(&a, &b);
      fixture_free(&a);
      fixture_free(&b);
    }
    mg_team_stop(team);
    free(memory);
  }
  free(x);
  free(y);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_part_is_done_once),
      cmocka_unit_test(sleepers_wake),
      cmocka_unit_test(a_delay_is_not_repeated),
      cmocka_unit_test(the_fastest_number_of_threads_is_taken),
      cmocka_unit_test(long_passes_take_all_threads),
      cmocka_unit_test(threads_do_not_change_a_bit),
  };
  return cmocka_run_group_tests_name("team", tests, NULL, NULL);
}
