/* arrays.c - copying a network's flat arrays in blocks, so that Ctrl-C can stop it. */

#include "arrays.h"

void arrays_take(lua_State *L, const mg_network *net, mg_extent extent, void *to) {
  void *list[MG_MAX_ARRAYS];
  const size_t n = mg_arrays(net, extent, list), bytes = mg_array_bytes(net);
  for (size_t i = 0; i < n; i++) blocks_memory(L, (char *)to + i * bytes, list[i], bytes);
}

void arrays_copy(lua_State *L, mg_network *to, const mg_network *from) {
  void *list[MG_MAX_ARRAYS], *source[MG_MAX_ARRAYS];
  const size_t n = mg_arrays(to, MG_WHOLE, list), bytes = mg_array_bytes(to);
  mg_arrays(from, MG_WHOLE, source);
  for (size_t i = 0; i < n; i++) blocks_memory(L, list[i], source[i], bytes);
}
