/* report.h - reports: what a run of epochs says of itself. */

#ifndef MG_REPORT_H
#define MG_REPORT_H

#include "../engine/step.h"
#include "binding.h"

#define REPORT "moongrad.report" /* metatable name; Lua's side adds its __tostring */

typedef struct Report {
  lua_Integer epoch;  /* -1: not known */
  mg_metrics metrics; /* NaN: not known */
  double seconds;
  bool interrupted;
} Report;

/* Pushes a report, its fields to be filled, with the metatable at this index. */
Report *report_new(lua_State *L, int metatable);

#endif
