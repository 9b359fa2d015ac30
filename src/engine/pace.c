/* pace.c - tries how many threads are fastest. */

#include "pace.h"

#include "clock.h"

#define PERIOD 2048 /* passes from one trial to the next */
#define TRIES  8    /* passes with each number of threads */

/* ns: whatever a pass of that length does, its operations are long beside waking a thread. Fewer threads are not
   tried, which would cost more than it can gain. */
#define LONG_PASS 2000000

/* The number of halvings whose fastest pass was the shortest, among the first n. */
static size_t fastest(const mg_pace *p, size_t n) {
  size_t best = 0;
  for (size_t k = 1; k < n; k++)
    if (p->least[k] < p->least[best]) best = k;
  return best;
}

void mg_pace_pass(mg_pace *p, size_t threads) {
  if (threads < 2) return;
  size_t ways = 0;
  while (ways < MG_HALVINGS && threads >> ways > 0) ways++;
  const uint64_t now = mg_clock();
  if (p->began != 0) {
    const uint64_t took = now - p->began;
    if (took < p->least[p->halvings]) p->least[p->halvings] = took;
    p->passes = (p->passes + 1) % PERIOD;
  }
  p->began = now;
  if (p->passes == 0)
    for (size_t k = 0; k < MG_HALVINGS; k++) p->least[k] = UINT64_MAX;
  const size_t tried = (size_t)p->passes / TRIES;
  if (tried > 0 && p->least[0] > LONG_PASS)
    p->halvings = 0;
  else
    p->halvings = tried < ways ? tried : fastest(p, ways);
}

void mg_pace_end(mg_pace *p) {
  p->began = 0;
  p->halvings = 0;
}
