/* threads.h - the team of threads that networks share. */

#ifndef MG_BINDING_THREADS_H
#define MG_BINDING_THREADS_H

#include "binding.h"

/* Pushes the current team, which a network must keep alive, and returns it; NULL for one thread. *n is the
   number of threads. */
struct mg_team *push_team(lua_State *L, size_t *n);

/* To be called in a process that fork has just made: no team has workers there, and new networks get one thread. */
void threads_forked(lua_State *L);

#endif
