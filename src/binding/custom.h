/* custom.h - activations, costs and optimisers that are written in Lua. */

#ifndef MG_BINDING_OWN_H
#define MG_BINDING_OWN_H

#include "../engine/ops.h"
#include "network.h"

/* The activation, the cost for n, that the value at index idx stands for: a built-in one's name or an own
   one, which the caller keeps alive. A NULL kind or activation: there is none of that name. */
const mg_activation *custom_activation(lua_State *L, int idx, mg_type type);
mg_cost custom_cost(lua_State *L, int idx, Network *n, double scale);

/* The optimiser for n, likewise; NULL: there is none of that name. */
const mg_optimiser *custom_optimiser(lua_State *L, int idx, Network *n);

/* mg_update_of for a network whose optimiser is an own one, of THETA[l](i, j). Raises what that does. */
void custom_update_of(lua_State *L, const mg_network *net, size_t l, size_t i, size_t j, bool again,
                      mg_update_of_one *one);

/* Keeps the value at index idx alive as long as the network at index net: as the activation of layer place -
   1, as its cost when place is 0, as its optimiser when place is past the layers. Built-in ones need no keeping. */
void custom_keep(lua_State *L, int net, size_t place, int idx);

#endif
