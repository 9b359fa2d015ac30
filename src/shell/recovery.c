/* recovery.c - writes the session to a file: where its user saves it, or to a recovery file. */

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shell.h"

#define KEPT 10 /* recovery files that stay */

/* Returns nil and a message that the path cannot be written. */
static int failed(lua_State *L, const char *path, const char *why) {
  lua_pushnil(L);
  lua_pushfstring(L, "cannot write %s: %s", path, why);
  return 2;
}

/* Does the file begin with head? */
static int begins_with(const char *path, const char *head) {
  char start[128];
  size_t n = strlen(head), got = 0;
  FILE *f = fopen(path, "rb");
  if (f != NULL) {
    got = fread(start, 1, n < sizeof start ? n : sizeof start, f);
    fclose(f);
  }
  return got == n && memcmp(start, head, n) == 0;
}

/* host.save(path, text, head): writes text to a new file, or replaces a file that is empty or begins with
   head. Returns
   whether a file was replaced, or nil and a message. A symbolic link is followed. */
static int save(lua_State *L) {
  size_t n;
  const char *path = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &n),
             *head = luaL_checkstring(L, 3);
  char target[MAX_PATH];
  struct stat st;
  int exists = stat(path, &st) == 0;
  if (strlen(path) != lua_rawlen(L, 1)) return failed(L, path, "a name has no zero bytes");
  if (!exists && errno != ENOENT) return failed(L, path, strerror(errno));
  if (exists && !S_ISREG(st.st_mode)) return failed(L, path, "it is no plain file");
  if (exists && st.st_size > 0 && !begins_with(path, head))
    return failed(L, path, "it exists and is no saved session; choose another name, or remove it first");
  if (exists && access(path, W_OK) != 0) return failed(L, path, strerror(errno));
  if (strlen(path) >= MAX_PATH) return failed(L, path, strerror(ENAMETOOLONG));
  if (!exists || realpath(path, target) == NULL) strcpy(target, path);
  mode_t mask = umask(0);
  umask(mask);
  if (!file_replace(target, text, n, exists ? st.st_mode & 07777 : 0666 & ~mask))
    return failed(L, path, strerror(errno));
  lua_pushboolean(L, exists);
  return 1;
}

/* The path of the list of recovery files that the user has not been told of. */
static char *list_path(char *buf, size_t size) {
  return path_user(buf, size, "XDG_STATE_HOME", ".local/state", "kept");
}

/* Adds a recovery file to that list, for the next start: the terminal of this session may be gone. */
static void note(const char *file) {
  char path[MAX_PATH];
  FILE *f = list_path(path, sizeof path) ? fopen(path, "a") : NULL;
  if (f == NULL) {
    esc_printf(stderr, "the next start cannot name the session: %s: %s\n", path, strerror(errno));
    return;
  }
  fprintf(f, "%s\n", file);
  fclose(f);
}

void recovery_tell(void) {
  char path[MAX_PATH], mine[MAX_PATH + 32], line[MAX_PATH];
  struct stat st;
  if (list_path(path, sizeof path) == NULL || stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return;
  snprintf(mine, sizeof mine, "%s.%ld", path, (long)getpid());
  if (rename(path, mine) != 0) return; /* there is no list, or another start has taken it */
  FILE *f = fopen(mine, "r");
  while (f != NULL && fgets(line, sizeof line, f) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (access(line, R_OK) == 0)
      esc_printf(stdout, "A session was cut off and is kept; to go on with it: run \"%s\"\n", line);
  }
  if (f != NULL) fclose(f);
  unlink(mine);
}

static int is_session(const struct dirent *entry) {
  return fnmatch("session-[0-9]*.lua", entry->d_name, 0) == 0;
}

/* Removes the oldest recovery files beside the one at path: the newest KEPT stay. Their names begin with their
   times. */
static void remove_oldest(const char *path) {
  struct dirent **entries;
  char old[MAX_PATH + 256];
  const int folder = (int)(strrchr(path, '/') + 1 - path);
  snprintf(old, sizeof old, "%.*s", folder, path);
  const int n = scandir(old, &entries, is_session, alphasort);
  for (int i = 0; i < n; i++) {
    snprintf(old, sizeof old, "%.*s%s", folder, path, entries[i]->d_name);
    if (i < n - KEPT && strcmp(old, path) != 0) unlink(old);
    free(entries[i]);
  }
  if (n >= 0) free(entries);
}

/* host.recover(text): writes text to a new recovery file beside the history, which only the user may read.
   Returns its path, or nil and a message. */
static int recover(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  char name[64], path[MAX_PATH];
  time_t now = time(NULL);
  struct tm local;
  size_t k = strftime(name, sizeof name, "session-%Y%m%d-%H%M%S", localtime_r(&now, &local));
  snprintf(name + k, sizeof name - k, "-%ld.lua", (long)getpid());
  if (path_user(path, sizeof path, "XDG_STATE_HOME", ".local/state", name) == NULL)
    return failed(L, name, "there is no home for it: set HOME or XDG_STATE_HOME");
  if (!file_make_dirs(path) || !file_replace(path, text, n, 0600)) return failed(L, path, strerror(errno));
  note(path);
  remove_oldest(path);
  lua_pushstring(L, path);
  return 1;
}

void recovery_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"save", save}, {"recover", recover}, {"former", hist_former}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
}
