/* paths.c - finds moongrad's own Lua files, and the user's files.

   The Lua files are found from the place of the program. LUA_PATH has no effect. There are three places: the
   source tree, for a program that was built in it (build/moongrad and lua/moongrad); the directory that it is
   installed in, also after that was moved (bin/moongrad and share/lua/5.4/moongrad); and the directory that
   make install is to use. Files of another version are not used. package.path and package.cpath are not
   changed.

   The Lua files run in an environment of their own, with Lua's functions as they were at the start. So they
   still work after the user's code has set a global like table or next. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "shell.h"

/* Their addresses are keys of the registry: of the environment of our Lua, and of our modules by their names. */
static const char env, modules, loadlib; /* and of package.loadlib */
static char lib[MAX_PATH];   /* the directory that holds moongrad/init.lua, "" if none was found */
static char parts[MAX_PATH]; /* that of moongrad/parts/gzip.so and its like */

/* Sets lib to dir/sub if that holds moongrad's Lua files of this version; else to "" and returns false. */
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

/* Removes "/" and tail from the end of the path; false if it does not end so. */
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
  /* Without /proc, as in a bare chroot: the name that the kernel was given for the program. */
  if (n <= 0 && realpath((const char *)getauxval(AT_EXECFN), dir) == NULL) return 0;
  *strrchr(dir, '/') = '\0';
  return 1;
}

/* Sets parts to dir/sub, or to sub if that is a whole path. */
static void find_parts(const char *dir, const char *sub) {
  if (sub[0] == '/') dir = "";
  if (snprintf(parts, sizeof parts, "%s%s%s", dir, *sub && *dir ? "/" : "", sub) >= (int)sizeof parts)
    parts[0] = '\0';
}

/* Sets lib and parts; lib is "" if the files are nowhere. */
static void find_lib(void) {
  char dir[MAX_PATH], build[MAX_PATH];
  if (find_program(dir)) {
    if (MG_BUILD[0] == '/') { /* the build directory is outside of the tree and has a link to lua */
      if (realpath(MG_BUILD, build) != NULL && strcmp(build, dir) == 0 && try_dir(dir, "lua")) {
        find_parts(dir, "lib");
        return;
      }
    } else {
      strcpy(build, dir);
      if (strip(build, MG_BUILD) && try_dir(build, "lua")) {
        find_parts(dir, "lib");
        return;
      }
    }
    if (MG_SHARE[0] != '/' && strip(dir, "bin") && try_dir(dir, MG_SHARE)) {
      find_parts(dir, MG_LIBSHARE);
      return;
    }
  }
  find_parts(MG_LIBDIR, "");
  try_dir(MG_LUADIR, "");
}

int path_found(void) { return lib[0] != '\0'; }

int path_is_own(const char *source) {
  size_t n = strlen(lib);
  return n > 0 && source[0] == '@' && strncmp(source + 1, lib, n) == 0 &&
         strncmp(source + 1 + n, "/moongrad/", 10) == 0;
}

/* Pops the table on top of the stack and copies its fields into the table below it. Tables in it are copied
   as well, down to that many levels. */
static void copy_fields(lua_State *L, int levels) {
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2); /* stack: to from key key value */
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

/* Pushes the environment of moongrad's own Lua. It is made when the first module is loaded. */
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

/* Pushes the chunk of one of our modules and the name of its file. False with a message pushed if there is
   none. */
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

/* Pushes the function that opens a part, "moongrad.parts.gzip", which is a C module; raises when it cannot be loaded. */
static void load_part(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loadlib);
  lua_pushfstring(L, "%s/%s.so", parts, luaL_gsub(L, name, ".", "/"));
  lua_remove(L, -2);
  lua_pushfstring(L, "luaopen_%s", luaL_gsub(L, name, ".", "_"));
  lua_remove(L, -2);
  lua_call(L, 2, 2);
  if (lua_isnil(L, -2)) lua_error(L);
  lua_pop(L, 1);
}

/* The require of moongrad's own Lua. It finds our modules only. Users may change package.loaded: each module is put
   in there, but never looked up there. */
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
  } else if (strncmp(name, "moongrad.parts.", 15) == 0) {
    load_part(L, name);
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

/* The searcher in package.searchers for "moongrad" and "moongrad.name". */
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
  lua_getfield(L, -1, "loadlib");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loadlib);
  lua_getfield(L, -1, "searchers");
  for (lua_Integer i = luaL_len(L, -1); i >= 2; i--) { /* makes room at 2, after package.preload's */
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushcfunction(L, searcher);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 3);
}

/* The path of the user's file: moongrad/file in the directory that the environment variable xdg names, else
   in the directory fallback of the home directory. NULL if neither is known or buf is too small. */
char *path_user(char *buf, size_t size, const char *xdg, const char *fallback, const char *file) {
  const char *base = getenv(xdg);
  int n;
  if (base != NULL && base[0] == '/') /* the XDG specification ignores relative paths */
    n = snprintf(buf, size, "%s/moongrad/%s", base, file);
  else {
    base = getenv("HOME");
    if (base == NULL || base[0] != '/') return NULL;
    n = snprintf(buf, size, "%s/%s/moongrad/%s", base, fallback, file);
  }
  return n > 0 && (size_t)n < size ? buf : NULL;
}
