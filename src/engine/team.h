/* team.h - a few threads that share the work of one large operation; parallel.h divides it.

   The parts of an operation write different numbers, and each number is computed as by one thread, so the
   bits are the same for any number of threads. After a job the workers wait in a loop for some microseconds,
   as the next operation usually follows soon, and then sleep. Where other programs keep the processors busy, the
   caller does the parts that no worker has begun, and all of them for a while after it had to wait for a worker. */

#ifndef MG_TEAM_H
#define MG_TEAM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mg_team mg_team;

/* A function that does part index of a job, index = 0 .. count - 1. */
typedef void (*mg_part)(void *job, size_t index, size_t count);

/* Bytes that a team of n threads needs; n includes the caller's own thread. */
size_t mg_team_bytes(size_t n);

/* Makes a team of n threads in zeroed memory of mg_team_bytes, aligned to 64 bytes. The team is smaller than
   n when the system gives fewer threads. Its workers block all signals. */
mg_team *mg_team_start(void *memory, size_t n);

/* To be called in a process that fork has just made, which has none of the workers: the team is one thread from here
   on. */
void mg_team_forked(mg_team *team);

/* Ends the workers. */
void mg_team_stop(mg_team *team);

/* The number of threads of the team, the caller's included. */
size_t mg_team_size(const mg_team *team);

/* Runs part(job, index, count) for index = 0 .. count - 1, once each, in the threads of the team; count is reduced
   to the size of the team. Returns when all parts are done. */
void mg_team_run(mg_team *team, size_t count, mg_part part, void *job);

/* Is the caller to work alone for now, because the last jobs were delayed by a worker without a processor? */
bool mg_team_alone(mg_team *team);

#endif
