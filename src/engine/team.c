/* team.c - threads that wait for a job: a short time in a loop, then asleep. */

#define _POSIX_C_SOURCE 200809L
#include "team.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

/* Rounds of an empty loop before a worker goes to sleep: some 50 us. A barrier of pthreads costs 18 to 34 us.
 */
#define PATIENCE 20000

typedef struct worker {
  _Alignas(64) struct mg_team *team;
  size_t index; /* the caller is 0 */
  pthread_t thread;
} worker;

struct mg_team {
  size_t size;
  mg_part part; /* the function that does a part of the current job */
  void *job;
  size_t count;                            /* number of parts */
  _Alignas(64) atomic_uint_fast64_t round; /* grows by 1 with every job; workers wait for that */
  _Alignas(64) atomic_size_t left;         /* workers that have not finished the current job */
  _Alignas(64) atomic_size_t asleep;       /* workers that wait for `called` */
  atomic_bool over;
  pthread_mutex_t lock;
  pthread_cond_t called;
  worker workers[]; /* [1 .. size - 1]; element 0 would be the caller and is not used */
};

static void relax(void) {
#if defined __x86_64__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

/* Waits until round is no longer seen; returns it. */
static uint_fast64_t wait_for(mg_team *t, uint_fast64_t seen) {
  for (int i = 0; i < PATIENCE; i++) {
    const uint_fast64_t round = atomic_load_explicit(&t->round, memory_order_acquire);
    if (round != seen) return round;
    relax();
  }
  pthread_mutex_lock(&t->lock);
  atomic_fetch_add(&t->asleep, 1);
  uint_fast64_t round;
  while ((round = atomic_load(&t->round)) == seen) pthread_cond_wait(&t->called, &t->lock);
  atomic_fetch_sub(&t->asleep, 1);
  pthread_mutex_unlock(&t->lock);
  return round;
}

static void *work(void *context) {
  const worker *w = context;
  mg_team *t = w->team;
  uint_fast64_t seen = 0;
  for (;;) {
    seen = wait_for(t, seen);
    if (atomic_load(&t->over)) return NULL;
    if (w->index < t->count) t->part(t->job, w->index, t->count);
    atomic_fetch_sub_explicit(&t->left, 1, memory_order_release);
  }
}

/* Starts a round and wakes the workers that sleep. A worker, holding the lock, adds itself to asleep before
   it reads round for the last time; so either it sees the new round, or this function sees it asleep. */
static void call(mg_team *t) {
  atomic_fetch_add(&t->round, 1);
  if (atomic_load(&t->asleep) == 0) return;
  pthread_mutex_lock(&t->lock);
  pthread_cond_broadcast(&t->called);
  pthread_mutex_unlock(&t->lock);
}

size_t mg_team_bytes(size_t n) { return sizeof(mg_team) + n * sizeof(worker); }

mg_team *mg_team_start(void *memory, size_t n) {
  mg_team *t = memory;
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->called, NULL);
  t->size = 1;
  sigset_t all, before; /* workers block all signals, so that they reach the program's own threads */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (size_t i = 1; i < n; i++) {
    worker *w = &t->workers[i];
    w->team = t;
    w->index = i;
    if (pthread_create(&w->thread, NULL, work, w) != 0) break;
    t->size++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return t;
}

void mg_team_stop(mg_team *t) {
  atomic_store(&t->over, true);
  call(t);
  for (size_t i = 1; i < t->size; i++) pthread_join(t->workers[i].thread, NULL);
  t->size = 1;
  pthread_cond_destroy(&t->called);
  pthread_mutex_destroy(&t->lock);
}

size_t mg_team_size(const mg_team *t) { return t->size; }

void mg_team_run(mg_team *t, size_t count, mg_part part, void *job) {
  if (count > t->size) count = t->size;
  t->part = part;
  t->job = job;
  t->count = count;
  atomic_store_explicit(&t->left, t->size - 1, memory_order_relaxed);
  call(t);
  part(job, 0, count);
  while (atomic_load_explicit(&t->left, memory_order_acquire) > 0) relax();
}
