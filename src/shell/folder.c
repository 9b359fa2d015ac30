/* folder.c - what is in a folder, for the Tab key and for a folder that is run in place of a script. */

#include <dirent.h>
#include <sys/stat.h>

#include "shell.h"

/* read_files(directory as light userdata): a table from each name in it to whether that is a directory. */
static int read_files(lua_State *L) {
  DIR *dir = lua_touserdata(L, 1);
  const struct dirent *entry;
  struct stat st;
  lua_newtable(L);
  while ((entry = readdir(dir)) != NULL) {
    lua_pushboolean(L, fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode));
    lua_setfield(L, -2, entry->d_name);
  }
  return 1;
}

int folder_files(lua_State *L) {
  DIR *dir = opendir(luaL_checkstring(L, 1));
  if (dir == NULL) return 0;
  lua_pushcfunction(L, read_files);
  lua_pushlightuserdata(L, dir);
  int status = lua_pcall(L, 1, 1, 0);
  closedir(dir);
  return status == LUA_OK ? 1 : lua_error(L);
}

int folder_is(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int folder_is_file(lua_State *L) {
  struct stat st;
  lua_pushboolean(L, stat(luaL_checkstring(L, 1), &st) == 0 && S_ISREG(st.st_mode));
  return 1;
}
