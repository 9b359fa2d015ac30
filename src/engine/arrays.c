/* arrays.c - the list of a network's flat arrays; saving and restoring them. */

#include "arrays.h"

#include <string.h>

size_t mg_arrays(const mg_network *net, mg_extent extent, void *list[MG_MAX_ARRAYS]) {
  size_t n = 0;
  const size_t n_states = net->optimiser->n_states;
  list[n++] = net->flat.theta;
  for (size_t k = 0; k < n_states; k++) list[n++] = net->flat.state[k];
  if (extent == MG_NEEDED) return n;
  list[n++] = net->flat.previous;
  for (size_t k = 0; k < n_states; k++) list[n++] = net->flat.earlier[k];
  list[n++] = net->flat.dtheta;
  if (extent == MG_UPDATED) return n;
  list[n++] = net->flat.grad;
  return n;
}

size_t mg_array_bytes(const mg_network *net) { return net->n_theta * mg_type_size(net->type); }

size_t mg_arrays_bytes(const mg_network *net, mg_extent extent) {
  void *list[MG_MAX_ARRAYS];
  return mg_arrays(net, extent, list) * mg_array_bytes(net);
}

void mg_arrays_take(const mg_network *net, mg_extent extent, void *to) {
  void *list[MG_MAX_ARRAYS];
  const size_t n = mg_arrays(net, extent, list), bytes = mg_array_bytes(net);
  for (size_t i = 0; i < n; i++) memcpy((char *)to + i * bytes, list[i], bytes);
}

void mg_arrays_put(mg_network *net, mg_extent extent, const void *from) {
  void *list[MG_MAX_ARRAYS];
  const size_t n = mg_arrays(net, extent, list), bytes = mg_array_bytes(net);
  for (size_t i = 0; i < n; i++) memcpy(list[i], (const char *)from + i * bytes, bytes);
}

/* array = before, in those stretches that the update changes. */
static void move_back(const mg_network *net, void *array, const void *before) {
  const size_t size = mg_type_size(net->type);
  for (size_t k = 0; k < net->n_ranges; k++) {
    const size_t at = net->range[k].from * size;
    memcpy((char *)array + at, (const char *)before + at, net->range[k].count * size);
  }
}

/* In the list, the arrays of MG_NEEDED come first; their values before the last update follow in the same
   order. */
void mg_arrays_back(mg_network *net) {
  void *list[MG_MAX_ARRAYS];
  const size_t needed = mg_arrays(net, MG_NEEDED, list);
  mg_arrays(net, MG_WHOLE, list);
  for (size_t i = 0; i < needed; i++) move_back(net, list[i], list[needed + i]);
}

void mg_arrays_before(const mg_network *net, void *copy) {
  void *list[MG_MAX_ARRAYS];
  const size_t needed = mg_arrays(net, MG_NEEDED, list), bytes = mg_array_bytes(net);
  mg_arrays(net, MG_WHOLE, list);
  for (size_t i = 0; i < needed; i++) move_back(net, (char *)copy + i * bytes, list[needed + i]);
}
