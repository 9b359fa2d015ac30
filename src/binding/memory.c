/* memory.c - how much memory is available; the allocation of every large block.

   Linux lets programs allocate more memory than there is, and kills a program when it uses it. So every large
   block is checked here first. It is refused when it is larger than what the machine has available, or than
   what is left of the limit of the control group (cgroup) that the program runs in. */

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binding.h"

#define LARGE    (1 << 20)  /* bytes of a block from which a failed allocation has a message of its own */
#define LOOK     (16 << 20) /* bytes of a block from which the system is asked, which takes some 50 us */
#define UNLOOKED (64 << 20) /* bytes of smaller blocks after which the system is asked again */
#define MOST     (15. / 16) /* the part of available memory that may be taken; other allocations need some */

#define MAX_NAME 4096

const char *push_size(lua_State *L, double bytes) {
  static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  int u = 0;
  for (; bytes >= 1024 && u < 6; u++) bytes /= 1024;
  if (bytes >= 1024) return lua_pushliteral(L, "over 1024 EiB");
  const lua_Integer tenths = (lua_Integer)(bytes * 10 + .5);
  return lua_pushfstring(L, "%I.%d %s", (LUAI_UACINT)(tenths / 10), (int)(tenths % 10), units[u]);
}

/* --- asking the system ------------------------------------------------------------------------------- */

/* The number after key in the line of the file root + path + name that begins with key; NaN when there is
   none. */
static double read_number(const char *root, const char *path, const char *name, const char *key) {
  char line[MAX_NAME], *end;
  double value = NAN;
  if (snprintf(line, sizeof line, "%s%s%s", root, path, name) >= (int)sizeof line) return NAN;
  FILE *f = fopen(line, "r");
  if (f == NULL) return NAN;
  while (isnan(value) && fgets(line, sizeof line, f) != NULL)
    if (strncmp(line, key, strlen(key)) == 0) {
      value = strtod(line + strlen(key), &end);
      if (end == line + strlen(key)) break; /* "max" */
    }
  fclose(f);
  return end != line + strlen(key) ? value : NAN;
}

/* Version 1 or 2 of Linux's control groups, which limit the memory of a group of processes. */
typedef struct Kind {
  const char *field; /* the text before the group's path in a line of /proc/self/cgroup, after the number */
  const char *mount; /* the folder of all groups */
  const char *limit, *used, *stat; /* files in a group's folder: limit, used bytes, statistics */
  const char *cache;               /* the line of stat that has the bytes of cache, which can be freed */
} Kind;

static const Kind kinds[] = {
    {"::", "/sys/fs/cgroup", "/memory.max", "/memory.current", "/memory.stat", "inactive_file "},
    {":memory:", "/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes", "/memory.stat",
     "total_inactive_file "}};

/* Lowers m to what is left of the limits of the group at path and of its parents. Shortens path. */
static void look_at_groups(Memory *m, const char *root, const Kind *kind, char *path) {
  const double machine = m->whole;
  for (;;) {
    char group[MAX_NAME];
    if (snprintf(group, sizeof group, "%s%s", kind->mount, path) >= (int)sizeof group) return;
    const double limit = read_number(root, group, kind->limit, "");
    if (limit < machine) { /* false when there is no limit, NaN */
      const double used = read_number(root, group, kind->used, ""),
                   cache = read_number(root, group, kind->stat, kind->cache);
      const double available = fmax(0, limit - (isnan(used) ? 0 : used) + (isnan(cache) ? 0 : cache));
      if (available < m->available) *m = (Memory){available, limit, "this program's control group"};
    }
    char *last = strrchr(path, '/');
    if (last == NULL) return;
    *last = '\0';
  }
}

Memory memory_look(const char *root) {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  const double total = read_number(root, "/proc/meminfo", "", "MemTotal:"),
               free = read_number(root, "/proc/meminfo", "", "MemAvailable:"),
               swap = read_number(root, "/proc/meminfo", "", "SwapFree:");
  Memory m = {HUGE_VAL, HUGE_VAL, "this machine"};
  if (!isnan(total))
    m.whole = total * 1024;
  else if (pages > 0 && size > 0)
    m.whole = (double)pages * (double)size;
  m.available = isnan(free) ? m.whole : (free + (isnan(swap) ? 0 : swap)) * 1024;
  char line[MAX_NAME];
  if (snprintf(line, sizeof line, "%s/proc/self/cgroup", root) >= (int)sizeof line) return m;
  FILE *f = fopen(line, "r");
  while (f != NULL && fgets(line, sizeof line, f) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    const char *field = strchr(line, ':');
    for (size_t k = 0; field != NULL && k < sizeof kinds / sizeof *kinds; k++)
      if (strncmp(field, kinds[k].field, strlen(kinds[k].field)) == 0)
        look_at_groups(&m, root, &kinds[k], strrchr(line, ':') + 1);
  }
  if (f != NULL) fclose(f);
  return m;
}

const char *memory_push(lua_State *L, double bytes) {
  const Memory m = memory_look("");
  const char *whole = lua_pushfstring(L, "%s has %s", m.of, push_size(L, m.whole));
  if (bytes > m.whole) return whole;
  return lua_pushfstring(L, "%s, of which %s are available", whole, push_size(L, m.available));
}

/* --- allocating -------------------------------------------------------------------------------------- */

static atomic_size_t unlooked; /* bytes of smaller blocks since the system was last asked */

bool memory_has(lua_State *L, double bytes) {
  if (bytes < LOOK && (double)atomic_fetch_add(&unlooked, (size_t)bytes) + bytes < UNLOOKED) return true;
  atomic_store(&unlooked, 0);
  if (bytes <= memory_look("").available * MOST) return true;
  lua_gc(L, LUA_GCCOLLECT); /* what is not used any more may be enough */
  return bytes <= memory_look("").available * MOST;
}

void memory_ask(lua_State *L, double bytes, const char *what) {
  if (memory_has(L, bytes)) return;
  const char *size = bytes >= (double)SIZE_MAX ? "more memory than can be addressed" : push_size(L, bytes);
  fail(L, "%s would take %s; %s", what, size, memory_push(L, bytes));
}

static int new_userdata(lua_State *L) {
  lua_newuserdatauv(L, (size_t)lua_tointeger(L, 1), 0);
  return 1;
}

void *memory_new(lua_State *L, size_t bytes, const char *what) {
  memory_ask(L, bytes > PTRDIFF_MAX ? (double)SIZE_MAX : (double)bytes, what);
  if (bytes < LARGE) return lua_newuserdatauv(L, bytes, 0);
  lua_pushcfunction(L, new_userdata);
  lua_pushinteger(L, (lua_Integer)bytes);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    fail(L, "not enough memory for %s, which takes %s", what, push_size(L, (double)bytes));
  return lua_touserdata(L, -1);
}

/* core.memory([root]): returns the bytes available, all bytes, and whose they are ("this machine"). root: for
   tests, the folder that holds /proc and /sys. */
static int memory(lua_State *L) {
  check_arity(L, 1);
  const Memory m = memory_look(luaL_optstring(L, 1, ""));
  lua_pushnumber(L, m.available);
  lua_pushnumber(L, m.whole);
  lua_pushstring(L, m.of);
  return 3;
}

static const luaL_Reg functions[] = {{"memory", memory}, {NULL, NULL}};

void open_memory(lua_State *L) { luaL_setfuncs(L, functions, 0); }
