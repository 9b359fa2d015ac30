/* custom.h - activations and costs that are written in Lua. */

#ifndef MG_BINDING_OWN_H
#define MG_BINDING_OWN_H

#include "network.h"

/* The activation, the cost for n, that the value at index idx stands for: a built-in one's name or an own
   one, which the caller keeps alive. A NULL kind or activation: there is none of that name. */
const mg_activation *custom_activation(lua_State *L, int idx, mg_type type);
mg_cost custom_cost(lua_State *L, int idx, Network *n, double scale);

/* Keeps the value at index idx alive as long as the network at index net: as the activation of layer place -
   1, as its cost when place is 0. Built-in ones need no keeping. */
void custom_keep(lua_State *L, int net, size_t place, int idx);

#endif
