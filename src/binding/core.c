/* core.c - moongrad.core: the C module, a table that each file of the binding adds to. */

#include "binding.h"

/* The only symbol that core.so exports. */
__attribute__((visibility("default"))) int luaopen_moongrad_core(lua_State *L);

int luaopen_moongrad_core(lua_State *L) {
  lua_newtable(L);
  open_args(L);
  open_memory(L);
  open_guard(L);
  open_clock(L);
  open_matrix(L);
  open_matrix_index(L);
  open_matrix_methods(L);
  open_matrix_make(L);
  open_matrix_math(L);
  open_matrix_map(L);
  open_matrix_order(L);
  open_rng(L);
  open_network(L);
  open_network_settings(L);
  open_network_view(L);
  open_optimiser(L);
  open_custom(L);
  open_custom_optimiser(L);
  open_threads(L);
  open_stopper(L);
  open_workers(L);
  open_files(L);
  open_csv(L);
  open_numbers(L);
  open_data(L);
  open_report(L);
  open_run(L);
  open_pass(L);
  open_evaluate(L);
  open_check(L);
  open_walk(L);
  open_explain(L);
  open_journal(L);
  open_past(L);
  open_hold(L);
  open_docs(L);
  open_entry(L);
  return 1;
}
