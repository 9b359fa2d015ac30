/* call.h - calling the engine on a network, which may call activations or a cost that are written in Lua.

   Between run_begin and run_over there must be only the call of the engine, and nothing that can raise an
   error; otherwise the network would stay marked as busy. Code that makes tables or reports, or notes the
   past, comes after run_over. */

#ifndef MG_BINDING_CALL_H
#define MG_BINDING_CALL_H

#include "network.h"

struct Running {
  lua_State *L; /* the state in which functions written in Lua are called during a pass, or NULL */
};

/* To be called before the engine. Raises when n is busy with a pass, which called this from one of the
   network's own Lua functions. */
void run_begin(lua_State *L, Network *n, Stopper *s);

/* To be called after the engine: n is no longer busy. Does not raise. */
void run_over(Network *n, Stopper *s);

/* To be called after run_over. When status is MG_FAILED, raises the error of the Lua function that failed;
   the error is at index failed of the stack, and what lies above is dropped. */
void run_raise(lua_State *L, mg_status status, int failed);

/* Is the error on top of the stack that of Ctrl-C? */
bool call_interrupted(lua_State *L);

/* run_over and run_raise, when there is nothing to be done between them. */
void run_end(Network *n, Stopper *s, mg_status status);

/* Raises the error that the function called who was interrupted. */
int run_stopped(lua_State *L, const char *who);

/* Raises when n is busy with a pass: to be called before n is changed. */
void network_idle(lua_State *L, const Network *n);

/* Raises while a watched expression of n is evaluated: to be called before n is changed. */
void network_unwatched(lua_State *L, const Network *n);

#endif
