/* docs.c - core.docs(): the help texts by name.

   The texts are the doc comments above the public functions, in C and in Lua.
   src/docs.awk writes them into docs.h when moongrad is built. */

#include "binding.h"

static const struct {
  const char *name; /* the name of the function: "step" */
  const char *text; /* the help text; its first line is the signature: "net:step([n])" */
} docs[] = {
#include "docs.h"
    {NULL, NULL}};

/* core.docs(): returns a new table, name -> list of texts; m:copy and net:copy have the same name. */
static int core_docs(lua_State *L) {
  check_arity(L, 0);
  lua_newtable(L);
  for (size_t i = 0; docs[i].name != NULL; i++) {
    luaL_getsubtable(L, -1, docs[i].name); /* by_name texts */
    lua_pushstring(L, docs[i].text);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
  }
  return 1;
}

void open_docs(lua_State *L) {
  lua_pushcfunction(L, core_docs);
  lua_setfield(L, -2, "docs");
}
