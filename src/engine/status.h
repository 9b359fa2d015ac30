/* status.h - how an operation of the engine ended, and how it is asked to stop. */

#ifndef MG_STATUS_H
#define MG_STATUS_H

#include <stdbool.h>

typedef enum mg_status {
  MG_OK,
  MG_STOPPED,   /* should_stop said so: nothing is half done that matters */
  MG_NONFINITE, /* a NaN or an infinity appeared; THETA is the last good one */
  MG_FAILED     /* a function given by the caller failed; it knows why */
} mg_status;

/* Asked between row blocks, at most about 20 ms apart. A NULL should_stop never stops. */
typedef struct mg_stop {
  bool (*should_stop)(void *context);
  void *context;
} mg_stop;

static inline bool mg_stopped(const mg_stop *stop) {
  return stop->should_stop != NULL && stop->should_stop(stop->context);
}

#endif
