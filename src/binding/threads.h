/* threads.h - the team of threads that networks share. */

#ifndef MG_BINDING_THREADS_H
#define MG_BINDING_THREADS_H

#include "binding.h"

/* Pushes the current team, which a network must keep alive, and returns it; NULL for one thread. *n is the
   number of threads. */
struct mg_team *push_team(lua_State *L, size_t *n);

#endif
