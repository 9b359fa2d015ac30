/* call.h - calling the engine on a network, which may run functions of the network's own meanwhile.

   Between run_begin and run_over stands the call of the engine and nothing that can raise: whatever Lua
   unwinds, no network stays in the middle of a pass. What makes tables, tells the past or reports comes after
   run_over. */

#ifndef MG_BINDING_CALL_H
#define MG_BINDING_CALL_H

#include "network.h"

struct Running {
  lua_State *L; /* that runs a network which has own functions, or NULL */
};

/* Before the call. Raises when n runs already, called from one of its own functions. */
void run_begin(lua_State *L, Network *n, Stopper *s);

/* After it: n is anyone's again. Raises nothing. */
void run_over(Network *n, Stopper *s);

/* After run_over, when status is MG_FAILED: raises what a function of the network's own raised. It was left
   on top of the stack, at index failed; what has been pushed since is dropped. */
void run_raise(lua_State *L, mg_status status, int failed);

/* The two together, for a call that leaves nothing else to be done. */
void run_end(Network *n, Stopper *s, mg_status status);

/* Raises: who was interrupted. */
int run_stopped(lua_State *L, const char *who);

/* Raises when n runs: what would change it has to wait. */
void network_idle(lua_State *L, const Network *n);

#endif
