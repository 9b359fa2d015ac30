/* pace.h - how many threads the passes of training take: the number that was fastest when it was tried.

   How much a second thread helps depends on the network, the batch, the caches and what else the machine does. So the
   first passes of every PERIOD are made with all threads, half of them, ..., one, TRIES passes each, and the others
   with the number whose fastest pass was the shortest. Bits do not depend on it. */

#ifndef MG_PACE_H
#define MG_PACE_H

#include <stddef.h>
#include <stdint.h>

#define MG_HALVINGS 7 /* at most 64 threads */

typedef struct mg_pace {
  uint64_t began;              /* when the pass that runs began: mg_clock, or 0 */
  uint64_t passes;             /* passes timed in the current period */
  uint64_t least[MG_HALVINGS]; /* ns of the fastest pass with all threads >> the index */
  size_t halvings;             /* the passes now take all threads >> halvings */
} mg_pace;

/* A pass begins, and the one before it ended, in a network that may use `threads` threads. */
void mg_pace_pass(mg_pace *pace, size_t threads);

/* The last pass of a run has ended. All threads are used again until mg_pace_pass is called. */
void mg_pace_end(mg_pace *pace);

#endif
