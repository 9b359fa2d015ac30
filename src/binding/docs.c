/* docs.c - core.docs(): the help texts, by name.

   They are the doc comments above the public functions, in C and in Lua, which
   src/docs.awk gathers into docs.h when moongrad is built. */

#include "binding.h"

static const struct {
  const char *name; /* the identifier of the signature: "step" */
  const char *text; /* its first line is the signature: "net:step([n])" */
} docs[] = {
#include "docs.h"
    {NULL, NULL}};

/* A new table, name -> list of texts: a name may be documented in several places (m:copy, net:copy). */
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
