/* custom.h - activations, costs and optimisers that are written in Lua. */

#ifndef MG_BINDING_OWN_H
#define MG_BINDING_OWN_H

#include "../engine/ops.h"
#include "network.h"

/* The activation, or the cost for n, that the value at index idx means: the name of a built-in one, or an
   object written in Lua, which the caller must keep alive. For an unknown name the activation, or the kind of
   the cost, is NULL. */
const mg_activation *custom_activation(lua_State *L, int idx, mg_type type);
mg_cost custom_cost(lua_State *L, int idx, Network *n, double scale);

/* The optimiser for n, likewise; NULL: there is none of that name. */
const mg_optimiser *custom_optimiser(lua_State *L, int idx, Network *n);

/* mg_update_of for a network whose optimiser is an own one, of THETA[l](i, j). Raises what that does. */
void custom_update_of(lua_State *L, const mg_network *net, size_t l, size_t i, size_t j, bool again,
                      mg_update_of_one *one);

/* Keeps the activation or cost at index idx alive as long as the network at index net: the activation of
   layer place - 1, the cost when place is 0, or the optimiser when place is past the layers. Built-in ones need
   not be kept. */
void custom_keep(lua_State *L, int net, size_t place, int idx);

#endif
