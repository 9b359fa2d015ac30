/* guard.h - what must be done whatever ends a block of Lua. */

#ifndef MG_BINDING_GUARD_H
#define MG_BINDING_GUARD_H

#include "binding.h"

/* As lua_pcall without a message handler, no hook running meanwhile. */
int call_unhooked(lua_State *L, int nargs, int nresults);

#endif
