/* storage.c - storages: aligned blocks of numbers in userdata, which the garbage collector frees. */

#include <string.h>

#include "binding.h"

#define ALIGNMENT 64 /* bytes to which the numbers are aligned: a cache line, and the widest vector */

void *storage_data(Storage *s) {
  const uintptr_t end = (uintptr_t)(s + 1);
  return (char *)s + ((end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - (uintptr_t)s);
}

Storage *storage_new(lua_State *L, size_t bytes, const char *what) {
  const size_t head = sizeof(Storage) + ALIGNMENT, size = bytes < SIZE_MAX - head ? head + bytes : SIZE_MAX;
  Storage *s = memory_new(L, size, what);
  blocks_memory(L, s, NULL, size);
  return s;
}
