/* faults.c - malloc, calloc, realloc and strdup that fail when a test wants it; linked into moongrad-faults
   in place of the C library's.

   MOONGRAD_FAULTS=first:count in the environment makes count allocations of the process fail, from number
   first on, counted from 1; with count 0, all from first on. Lua tests do the same by the module faults:

     faults.run(first, count, f, ...)   pcall(f, ...); allocations are counted from its start
     faults.count()                     returns the number of allocations in the last run
     faults.failed()                    returns how many of them failed */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>

#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *p, size_t size);

static long first = -1, count;     /* as above; while first < 0 none fails and none is counted */
static long allocations, failures; /* since first was set */

static int fails(void) {
  if (first < 0) return 0;
  allocations++;
  if (allocations < first || (count > 0 && allocations >= first + count)) return 0;
  failures++;
  return 1;
}

#pragma GCC visibility push(default) /* so that Readline and the C library call these */

void *malloc(size_t size) { return fails() ? NULL : REAL(malloc)(size); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : REAL(calloc)(n, size); }

/* Making a block smaller never fails, as in the C library. */
void *realloc(void *p, size_t size) {
  const int shrinks = p != NULL && size <= malloc_usable_size(p);
  return !shrinks && fails() ? NULL : REAL(realloc)(p, size);
}

char *strdup(const char *s) {
  const size_t size = strlen(s) + 1;
  char *copy = malloc(size);
  return copy != NULL ? memcpy(copy, s, size) : NULL;
}

#pragma GCC visibility pop

static void arm(long from, long how_many) {
  allocations = failures = 0;
  count = how_many;
  first = from;
}

__attribute__((constructor)) static void begin(void) {
  long from, how_many;
  const char *text = getenv("MOONGRAD_FAULTS");
  if (text != NULL && sscanf(text, "%ld:%ld", &from, &how_many) == 2) arm(from, how_many);
}

static int run(lua_State *L) {
  const long from = (long)luaL_checkinteger(L, 1), how_many = (long)luaL_checkinteger(L, 2);
  lua_remove(L, 1);
  lua_remove(L, 1);
  arm(from, how_many);
  const int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  first = -1;
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, 1);
  return lua_gettop(L);
}

static int push_count(lua_State *L) {
  lua_pushinteger(L, allocations);
  return 1;
}

static int push_failed(lua_State *L) {
  lua_pushinteger(L, failures);
  return 1;
}

static int open_faults(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"run", run}, {"count", push_count}, {"failed", push_failed}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

/* The linker (--wrap) makes main call __wrap_luaL_openlibs in place of luaL_openlibs. */
void __real_luaL_openlibs(lua_State *L);
void __wrap_luaL_openlibs(lua_State *L);
void __wrap_luaL_openlibs(lua_State *L) {
  __real_luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, open_faults);
  lua_setfield(L, -2, "faults");
  lua_pop(L, 1);
}
