/* clock.h - the time, for decisions about speed. No result depends on it. */

#ifndef MG_CLOCK_H
#define MG_CLOCK_H

#include <stdint.h>

/* Nanoseconds since some moment. */
uint64_t mg_clock(void);

#endif
