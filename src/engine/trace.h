/* trace.h - the cost of a network as it was trained: up to 1000 points, thinned by halves. */

#ifndef MG_TRACE_H
#define MG_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum { MG_TRACE_POINTS = 1000 };

typedef struct mg_trace {
  uint64_t due; /* the epoch at which the next point is wanted */
  uint64_t stride;
  size_t n;
  struct {
    uint64_t epoch;
    double cost;
  } point[MG_TRACE_POINTS]; /* in the order of epochs */
} mg_trace;

/* Adds a point, once it is due; those of the same epoch and later ones are forgotten. */
void mg_trace_add(mg_trace *t, uint64_t epoch, double cost);

/* Is a point of this epoch wanted? */
static inline int mg_trace_due(const mg_trace *t, uint64_t epoch) {
  return t != NULL && (epoch >= t->due || epoch <= t->due - t->stride);
}

#endif
