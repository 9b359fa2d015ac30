/* team.c - threads that wait for a job: a short time in a loop, then asleep.

   A part of a job is done by the thread that claims it first. Part 0 is the caller's; part i is that of worker i,
   and the caller's, too, when worker i has not begun it. So a worker that gets no processor delays nobody. One that
   loses its processor in the middle of a part does: the caller has to wait for the rest of that part. When jobs made
   it wait for longer than the workers saved it, it works alone for LOSSES times as long as it lost, which bounds what
   can be lost to a tenth. */

#define _POSIX_C_SOURCE 200809L
#include "team.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "clock.h"

/* Rounds of an empty loop before a thread goes to sleep: some 50 us. A barrier of pthreads costs 18 to 34 us. */
#define PATIENCE 20000

#define LOSSES 10

/* ns that may be lost before the caller works alone: an interrupt, or waking a worker, takes less. */
#define BEARABLE 10000

typedef struct worker {
  _Alignas(64) struct mg_team *team;
  size_t index; /* the caller is 0 */
  pthread_t thread;
  _Alignas(64) atomic_uint_fast64_t claimed; /* the last round whose part `index` somebody claimed */
} worker;

struct mg_team {
  size_t size;
  mg_part part; /* the function that does a part of the current job */
  void *job;
  size_t count;         /* number of parts */
  uint64_t lost;        /* ns that the last jobs made the caller wait beyond what they saved it */
  uint64_t alone_until; /* ns of the clock; 0: the workers take part */
  _Alignas(64) atomic_uint_fast64_t round; /* grows by 1 with every job; workers wait for that */
  _Alignas(64) atomic_size_t left;         /* parts claimed by workers or by nobody, not finished */
  _Alignas(64) atomic_size_t asleep;       /* workers that wait for `called` */
  atomic_bool waiting;                     /* does the caller wait for `finished`? */
  atomic_bool over;
  pthread_mutex_t lock;
  pthread_cond_t called, finished;
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

/* Claims the part of worker w in round; false when it is claimed, or when that round is over. */
static bool claim(worker *w, uint_fast64_t round) {
  uint_fast64_t before = round - 1;
  return atomic_compare_exchange_strong(&w->claimed, &before, round);
}

/* A worker has finished its part. The caller, holding the lock, says that it waits before it reads left for the
   last time; so either it sees that all is done, or this function sees it waiting. */
static void finish(mg_team *t) {
  if (atomic_fetch_sub(&t->left, 1) > 1 || !atomic_load(&t->waiting)) return;
  pthread_mutex_lock(&t->lock);
  pthread_cond_signal(&t->finished);
  pthread_mutex_unlock(&t->lock);
}

static void *work(void *context) {
  worker *w = context;
  mg_team *t = w->team;
  uint_fast64_t seen = 0;
  for (;;) {
    seen = wait_for(t, seen);
    if (atomic_load(&t->over)) return NULL;
    if (!claim(w, seen)) continue;
    t->part(t->job, w->index, t->count); /* the job stays while a part of it is not finished */
    finish(t);
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
  pthread_cond_init(&t->finished, NULL);
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

void mg_team_forked(mg_team *t) {
  t->size = 1;
  pthread_mutex_init(&t->lock, NULL); /* anew: a worker that is not here may have held it, or waited */
  pthread_cond_init(&t->called, NULL);
  pthread_cond_init(&t->finished, NULL);
  atomic_store(&t->asleep, 0);
  atomic_store(&t->waiting, false);
}

void mg_team_stop(mg_team *t) {
  atomic_store(&t->over, true);
  call(t);
  for (size_t i = 1; i < t->size; i++) pthread_join(t->workers[i].thread, NULL);
  t->size = 1;
  pthread_cond_destroy(&t->called);
  pthread_cond_destroy(&t->finished);
  pthread_mutex_destroy(&t->lock);
}

size_t mg_team_size(const mg_team *t) { return t->size; }

bool mg_team_alone(mg_team *t) {
  if (t->alone_until != 0 && mg_clock() >= t->alone_until) t->alone_until = 0;
  return t->alone_until != 0;
}

/* Waits until all parts are finished. */
static void wait_for_parts(mg_team *t) {
  for (int i = 0; i < PATIENCE; i++) {
    if (atomic_load_explicit(&t->left, memory_order_acquire) == 0) return;
    relax();
  }
  pthread_mutex_lock(&t->lock);
  atomic_store(&t->waiting, true);
  while (atomic_load(&t->left) > 0) pthread_cond_wait(&t->finished, &t->lock);
  atomic_store(&t->waiting, false);
  pthread_mutex_unlock(&t->lock);
}

/* Does those parts of the current round that no worker has begun; returns how many workers have begun. */
static size_t do_unclaimed(mg_team *t, uint_fast64_t round) {
  size_t begun = 0;
  for (size_t i = 1; i < t->count; i++) {
    if (claim(&t->workers[i], round)) {
      t->part(t->job, i, t->count);
      atomic_fetch_sub(&t->left, 1);
    } else {
      begun++;
    }
  }
  return begun;
}

/* A job saved the caller `saved` ns, and made it wait for `waited`. */
static void weigh(mg_team *t, uint64_t now, uint64_t saved, uint64_t waited) {
  t->lost = t->lost + waited < saved ? 0 : t->lost + waited - saved;
  if (t->lost < BEARABLE) return;
  t->alone_until = now + LOSSES * t->lost;
  t->lost = 0;
}

void mg_team_run(mg_team *t, size_t count, mg_part part, void *job) {
  if (count > t->size) count = t->size;
  const uint_fast64_t round = atomic_load(&t->round) + 1;
  const uint64_t start = mg_clock();
  t->part = part;
  t->job = job;
  t->count = count;
  for (size_t i = count; i < t->size; i++)
    atomic_store(&t->workers[i].claimed, round); /* these have no part */
  atomic_store(&t->left, count - 1);
  call(t);
  part(job, 0, count);
  const uint64_t done = mg_clock();
  const size_t begun = do_unclaimed(t, round);
  if (begun == 0) return;
  const uint64_t alone = mg_clock();
  wait_for_parts(t);
  const uint64_t end = mg_clock();
  weigh(t, end, begun * (done - start), end - alone);
}
