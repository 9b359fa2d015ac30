/* status.h - the result of an engine function, and the callback by which it can be stopped. */

#ifndef MG_STATUS_H
#define MG_STATUS_H

#include <stdbool.h>

typedef enum mg_status {
  MG_OK,
  MG_STOPPED,   /* should_stop returned true; THETA is not half updated */
  MG_NONFINITE, /* a NaN or an infinity appeared; THETA is the last good one */
  MG_FAILED     /* a function of the caller (an activation or a cost) failed; the caller knows why */
} mg_status;

/* The callback is called between blocks of rows, about every 20 ms or more often, and returns true to stop
   the computation. When should_stop is NULL, nothing stops it. */
typedef struct mg_stop {
  bool (*should_stop)(void *context);
  void *context;
} mg_stop;

static inline bool mg_stopped(const mg_stop *stop) {
  return stop->should_stop != NULL && stop->should_stop(stop->context);
}

#endif
