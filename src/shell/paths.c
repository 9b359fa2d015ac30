/* paths.c - where things are: moongrad's own Lua files, and the user's files.

   The Lua files are found from where the program is, whatever LUA_PATH says: in the tree that it was
   built in, at the same place below it (build/moongrad and lua/moongrad), or installed
   (bin/moongrad and share/lua/5.4/moongrad), wherever that was moved to; else where they are to be
   installed. Others of that name are none of ours, nor are those of another version. package.path
   and package.cpath stay as they were.

   They run in an environment of their own, Lua's functions as they were at the start:
   whoever names a variable table, or next, breaks nothing but what is theirs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "shell.h"

static char env;           /* its address is the key of our Lua's environment in the registry, ... */
static char modules;       /* ... and this one's of the modules that are loaded, by their names */
static char lib[MAX_PATH]; /* the directory that holds moongrad/init.lua, "" if none was found */

/* Is there a moongrad of our version in dir/sub? Then lib is that directory. */
static int try_dir(const char *dir, const char *sub) {
  static const char stamp[] = "\nreturn \"" MG_VERSION "\"\n";
  char path[MAX_PATH + 32], text[512];
  if (snprintf(lib, sizeof lib, "%s%s%s", dir, *sub ? "/" : "", sub) < (int)sizeof lib) {
    snprintf(path, sizeof path, "%s/moongrad/version.lua", lib);
    FILE *f = fopen(path, "r");
    text[f != NULL ? fread(text, 1, sizeof text - 1, f) : 0] = '\0';
    if (f != NULL) fclose(f);
    if (strstr(text, stamp) != NULL) return 1;
  }
  lib[0] = '\0';
  return 0;
}

/* Takes the last directories off the path, if they are these. */
static int strip(char *path, const char *tail) {
  size_t n = strlen(path), m = strlen(tail);
  if (n <= m || path[n - m - 1] != '/' || strcmp(path + n - m, tail) != 0) return 0;
  path[n - m - 1] = '\0';
  return 1;
}

/* The directory of the program; false when it is not known. */
static int find_program(char *dir) {
  ssize_t n = readlink("/proc/self/exe", dir, MAX_PATH - 1);
  if (n > 0) dir[n] = '\0';
  /* Where /proc is missing, as in a bare chroot, the kernel's word for what it ran. */
  if (n <= 0 && realpath((const char *)getauxval(AT_EXECFN), dir) == NULL) return 0;
  *strrchr(dir, '/') = '\0';
  return 1;
}

static void find_lib(void) {
  char dir[MAX_PATH], build[MAX_PATH];
  if (find_program(dir)) {
    if (MG_BUILD[0] == '/') { /* outside of the sources, with a link to them */
      if (realpath(MG_BUILD, build) != NULL && strcmp(build, dir) == 0 && try_dir(dir, "lua")) return;
    } else {
      strcpy(build, dir);
      if (strip(build, MG_BUILD) && try_dir(build, "lua")) return;
    }
    if (MG_SHARE[0] != '/' && strip(dir, "bin") && try_dir(dir, MG_SHARE)) return;
  }
  try_dir(MG_LUADIR, "");
}

int path_found(void) { return lib[0] != '\0'; }

int path_is_own(const char *source) {
  size_t n = strlen(lib);
  return n > 0 && source[0] == '@' && strncmp(source + 1, lib, n) == 0 &&
         strncmp(source + 1 + n, "/moongrad/", 10) == 0;
}

/* Copies the fields of the table on top of the stack into the one below it, its
   libraries' fields too; pops it. */
static void copy_fields(lua_State *L, int levels) {
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2); /* to from key key value */
    if (lua_istable(L, -1) && levels > 0 && !lua_rawequal(L, -1, -4)) {
      lua_newtable(L);
      lua_insert(L, -2);
      copy_fields(L, levels - 1);
    }
    lua_rawset(L, -5);
  }
  lua_pop(L, 1);
}

static int own_require(lua_State *L);

/* Pushes the environment of moongrad's own Lua, made when the first module is loaded. */
static void push_env(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &env) != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushglobaltable(L);
  copy_fields(L, 1);
  lua_pushcfunction(L, own_require);
  lua_setfield(L, -2, "require");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &env);
}

/* Pushes the chunk of such a module and its file; 0 and a message: why not. */
static int load_module(lua_State *L, const char *name) {
  static const char *const forms[] = {"%s/%s.lua", "%s/%s/init.lua"};
  if (lib[0] == '\0') {
    lua_pushliteral(L, PATH_LOST);
    return 0;
  }
  name = luaL_gsub(L, name, ".", "/");
  for (int i = 0; i < 2; i++) {
    const char *file = lua_pushfstring(L, forms[i], lib, name);
    if (access(file, R_OK) != 0) continue;
    if (luaL_loadfilex(L, file, "t") != LUA_OK) return lua_error(L);
    push_env(L);
    lua_setupvalue(L, -2, 1);
    lua_insert(L, -2);
    return 1;
  }
  lua_pushfstring(L, "no file '%s/%s.lua'", lib, name);
  return 0;
}

/* require for moongrad's own Lua, which needs no other. package.loaded is the user's to change: it is told of a
   module, and not asked. */
static int own_require(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  lua_settop(L, 1);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &modules) == LUA_TNIL) {
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules);
    lua_replace(L, 2);
  }
  lua_pushvalue(L, 1);
  if (lua_rawget(L, 2) != LUA_TNIL) return 1; /* none of the user's code runs here */
  lua_pop(L, 1);
  if (strcmp(name, "moongrad.core") == 0) {
    lua_pushcfunction(L, luaopen_moongrad_core);
  } else if (load_module(L, name)) {
    lua_pop(L, 1);
  } else {
    return lua_error(L);
  }
  lua_call(L, 0, 1);
  lua_insert(L, 3);
  lua_settop(L, 3);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  for (int to = 2; to <= 4; to += 2) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_rawset(L, to);
  }
  lua_settop(L, 3);
  return 1;
}

/* Searcher for "moongrad" and "moongrad.name". */
static int searcher(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  if (strcmp(name, "moongrad") != 0 && strncmp(name, "moongrad.", 9) != 0) return 0;
  if (!load_module(L, name)) return 1;
  lua_pushcfunction(L, own_require);
  lua_replace(L, -3);
  return 2; /* the file is the loader's second argument */
}

void path_require(lua_State *L, const char *name) {
  lua_pushcfunction(L, own_require);
  lua_pushstring(L, name);
  lua_call(L, 1, 1);
}

void path_open(lua_State *L) {
  find_lib();
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, own_require);
  lua_setfield(L, -2, "moongrad.core");
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "searchers");
  for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) { /* after package.preload's, before the paths */
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushcfunction(L, searcher);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 3);
}

/* The user's file, below the directory that the variable xdg names or fallback in
   the home directory. NULL if there is no such place or buf is too small. */
char *path_user(char *buf, size_t size, const char *xdg, const char *fallback, const char *file) {
  const char *base = getenv(xdg);
  int n;
  if (base != NULL && base[0] == '/') /* a relative one is to be ignored */
    n = snprintf(buf, size, "%s/moongrad/%s", base, file);
  else {
    base = getenv("HOME");
    if (base == NULL || base[0] != '/') return NULL;
    n = snprintf(buf, size, "%s/%s/moongrad/%s", base, fallback, file);
  }
  return n > 0 && (size_t)n < size ? buf : NULL;
}
