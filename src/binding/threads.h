/* threads.h - the team of threads that networks share. */

#ifndef MG_BINDING_THREADS_H
#define MG_BINDING_THREADS_H

#include "binding.h"

/* Pushes the current team, for a network to keep, and returns it, or NULL: one thread. *n: how many. */
struct mg_team *push_team(lua_State *L, size_t *n);

#endif
