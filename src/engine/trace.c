/* trace.c - the cost of a network as it was trained, thinned. */

#include "trace.h"

/* Every second of the points, the first among them. */
static void halve(mg_trace *t) {
  t->n /= 2;
  for (size_t i = 0; i < t->n; i++) t->point[i] = t->point[2 * i];
  t->stride *= 2;
}

void mg_trace_add(mg_trace *t, uint64_t epoch, double cost) {
  while (t->n > 0 && t->point[t->n - 1].epoch >= epoch) t->n--;
  if (t->n == 0) t->stride = 1;
  if (t->n == MG_TRACE_POINTS) halve(t);
  t->point[t->n].epoch = epoch;
  t->point[t->n++].cost = cost;
  t->due = epoch + t->stride;
}
