/* clock.c - the time, from a clock that nobody sets. */

#define _POSIX_C_SOURCE 200809L
#include "clock.h"

#include <time.h>

uint64_t mg_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}
