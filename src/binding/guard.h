/* guard.h - calling Lua functions that Ctrl-C must not stop. */

#ifndef MG_BINDING_GUARD_H
#define MG_BINDING_GUARD_H

#include "binding.h"

/* lua_pcall without a message handler and with the debug hook turned off. */
int call_unhooked(lua_State *L, int nargs, int nresults);

/* Is such a call running? Then nothing may be stopped half way. */
bool is_unhooked(lua_State *L);

#endif
