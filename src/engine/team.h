/* team.h - a few threads that share the work of one large operation.

   Parts of an operation touch different numbers and each number is made as by one thread alone, so the
   bits are the same with any number of threads. Workers spin for some microseconds between two jobs, as
   the next operation is near, and then sleep. */

#ifndef MG_TEAM_H
#define MG_TEAM_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mg_team mg_team;

/* Does part index, 0 .. count - 1, of a job. */
typedef void (*mg_part)(void *job, size_t index, size_t count);

/* Bytes a team of n threads needs, the caller's own counted. */
size_t mg_team_bytes(size_t n);

/* Makes a team in zeroed memory of that size, aligned to 64 bytes; it may become smaller than n when
   the system gives fewer threads. The workers take no signals. */
mg_team *mg_team_start(void *memory, size_t n);

/* Ends the workers. */
void mg_team_stop(mg_team *team);

size_t mg_team_size(const mg_team *team);

/* All parts of a job, one for each of the first count threads (at most the team); returns when all are done.
 */
void mg_team_run(mg_team *team, size_t count, mg_part part, void *job);

#endif
