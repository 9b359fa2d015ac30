/* arrays.h - copying a network's flat arrays in blocks, so that Ctrl-C can stop it; the copy is then
   incomplete. */

#ifndef MG_BINDING_ARRAYS_H
#define MG_BINDING_ARRAYS_H

#include "../engine/arrays.h"
#include "binding.h"

/* Copies the arrays of this extent, one after the other, to memory of mg_arrays_bytes. Raises when
   stopped. */
void arrays_take(lua_State *L, const mg_network *net, mg_extent extent, void *to);

/* Copies all arrays of from to the network to, which has equal layers. Raises when stopped. */
void arrays_copy(lua_State *L, mg_network *to, const mg_network *from);

#endif
