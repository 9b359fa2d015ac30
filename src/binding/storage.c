/* storage.c - storages: blocks of numbers, in memory the collector sees. */

#include <string.h>

#include "binding.h"

#define ALIGNMENT 64 /* of the numbers: a cache line, and the widest vector */

void *storage_data(Storage *s) {
  const uintptr_t end = (uintptr_t)(s + 1);
  return (char *)s + ((end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - (uintptr_t)s);
}

Storage *storage_new(lua_State *L, size_t bytes, const char *what) {
  const size_t head = sizeof(Storage) + ALIGNMENT, size = bytes < SIZE_MAX - head ? head + bytes : SIZE_MAX;
  Storage *s = memory_new(L, size, what);
  memset(s, 0, size);
  return s;
}
