/* storage.c - storages: blocks of numbers, in memory the collector sees. */

#include <string.h>
#include <unistd.h>

#include "binding.h"

#define ALIGNMENT 64        /* of the numbers: a cache line, and the widest vector */
#define LARGE     (1 << 20) /* bytes from which a failed allocation is worth its own words */

void *storage_data(Storage *s) {
  const uintptr_t end = (uintptr_t)(s + 1);
  return (char *)s + ((end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - (uintptr_t)s);
}

const char *push_size(lua_State *L, double bytes) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  int u = 0;
  for (; bytes >= 1024 && u < 6; u++) bytes /= 1024;
  if (bytes >= 1024) return lua_pushliteral(L, "over 1024 EiB");
  const lua_Integer tenths = (lua_Integer)(bytes * 10 + .5);
  return lua_pushfstring(L, "%I.%d %s", (LUAI_UACINT)(tenths / 10), (int)(tenths % 10), units[u]);
}

double machine_bytes(void) {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? (double)pages * (double)size : 0;
}

static int new_userdata(lua_State *L) {
  lua_newuserdatauv(L, (size_t)lua_tointeger(L, 1), 0);
  return 1;
}

Storage *storage_new(lua_State *L, size_t bytes, const char *what) {
  const double machine = machine_bytes();
  if (bytes > PTRDIFF_MAX - 2 * ALIGNMENT || (machine > 0 && (double)bytes > machine))
    fail(L, "%s would take %s; this machine has %s", what,
         bytes == SIZE_MAX ? "more memory than can be addressed" : push_size(L, (double)bytes),
         push_size(L, machine));
  const size_t size = sizeof(Storage) + ALIGNMENT + bytes;
  lua_pushcfunction(L, new_userdata);
  lua_pushinteger(L, (lua_Integer)size);
  if (size < LARGE)
    lua_call(L, 1, 1);
  else if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    fail(L, "not enough memory for %s, which takes %s", what, push_size(L, (double)bytes));
  Storage *s = lua_touserdata(L, -1);
  memset(s, 0, size);
  return s;
}
