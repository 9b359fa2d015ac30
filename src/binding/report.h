/* report.h - reports: the objects that a run of epochs returns. */

#ifndef MG_REPORT_H
#define MG_REPORT_H

#include "../engine/step.h"
#include "binding.h"

#define REPORT "moongrad.report" /* metatable name; moongrad's Lua files add __tostring */

typedef struct Report {
  lua_Integer epoch;  /* -1: not known */
  mg_metrics metrics; /* NaN: not known */
  double seconds;
  bool interrupted;
} Report;

/* Pushes a new report, whose fields the caller must fill. metatable: the stack index of its metatable. */
Report *report_new(lua_State *L, int metatable);

#endif
