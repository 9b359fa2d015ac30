/* arrays.h - copies of a network's flat arrays, which Ctrl-C can stop: then the copy is not whole. */

#ifndef MG_BINDING_ARRAYS_H
#define MG_BINDING_ARRAYS_H

#include "../engine/arrays.h"
#include "binding.h"

/* Copies the arrays of this extent, one behind the other, to a place of mg_arrays_bytes. Raises when it is
   interrupted. */
void arrays_take(lua_State *L, const mg_network *net, mg_extent extent, void *to);

/* Copies all arrays of from to a network of equal layers. Raises when it is interrupted. */
void arrays_copy(lua_State *L, mg_network *to, const mg_network *from);

#endif
