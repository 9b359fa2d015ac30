/* report.c - reports, which step() and others return: userdata whose fields are read as those of a table.

   Making a table of so many fields takes .16 us, as long as an epoch of XOR; a report takes .03. */

#include <math.h>

#include "report.h"

static const char *const names[] = {"epoch",    "cost",    "mse",         "tss",
                                    "accuracy", "seconds", "interrupted", NULL};
enum { EPOCH, COST, MSE, TSS, ACCURACY, SECONDS, INTERRUPTED };

Report *report_new(lua_State *L, int metatable) {
  Report *r = lua_newuserdatauv(L, sizeof *r, 1); /* the user value: a table of fields set from Lua, or nil */
  lua_pushvalue(L, metatable);
  lua_setmetatable(L, -2);
  return r;
}

/* Pushes a built-in field, or nil when its value is not known. */
static void push_field(lua_State *L, const Report *r, int field) {
  double value = NAN;
  switch (field) {
  case EPOCH:
    if (r->epoch >= 0) {
      lua_pushinteger(L, r->epoch);
      return;
    }
    break;
  case COST: value = r->metrics.cost; break;
  case MSE: value = r->metrics.mse; break;
  case TSS: value = r->metrics.tss; break;
  case ACCURACY: value = r->metrics.accuracy; break;
  case SECONDS: value = r->seconds; break;
  case INTERRUPTED: lua_pushboolean(L, r->interrupted); return;
  }
  isnan(value) ? lua_pushnil(L) : lua_pushnumber(L, value);
}

static Report *self(lua_State *L) { return luaL_checkudata(L, 1, REPORT); }

/* r[key]: a field set from Lua, else a built-in one. Upvalue 1: name -> number of the built-in field. */
static int report_index(lua_State *L) {
  const Report *r = self(L);
  lua_settop(L, 2);
  if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  }
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) return 1;
  push_field(L, r, (int)lua_tointeger(L, -1));
  return 1;
}

/* r[key] = value */
static int report_newindex(lua_State *L) {
  self(L);
  lua_settop(L, 3);
  if (lua_getiuservalue(L, 1, 1) != LUA_TTABLE) {
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
  }
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_settable(L, -3);
  return 0;
}

/* Lua's next; the user may have changed the global of that name. */
static int next_field(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  return lua_next(L, 1) ? 2 : 0;
}

/* pairs(r): goes through a table of all fields. */
static int report_pairs(lua_State *L) {
  const Report *r = self(L);
  lua_settop(L, 1);
  lua_pushcfunction(L, next_field);
  lua_newtable(L);
  for (int i = 0; names[i] != NULL; i++) {
    push_field(L, r, i);
    lua_setfield(L, 3, names[i]);
  }
  if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE)
    for (lua_pushnil(L); lua_next(L, 4);) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_rawset(L, 3);
    }
  lua_settop(L, 3);
  return 2;
}

/* core.make_report(fields): returns a report with these fields and no others. */
static int make_report(lua_State *L) {
  check_arity(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_getmetatable(L, REPORT);
  Report *r = report_new(L, lua_gettop(L));
  *r = (Report){-1, {NAN, NAN, NAN, NAN}, NAN, false};
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  return 1;
}

static const luaL_Reg metamethods[] = {
    {"__newindex", report_newindex}, {"__pairs", report_pairs}, {NULL, NULL}};

static const luaL_Reg functions[] = {{"make_report", make_report}, {NULL, NULL}};

void open_report(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  class_new(L, REPORT, "report");
  luaL_setfuncs(L, metamethods, 0);
  lua_newtable(L);
  for (int i = 0; names[i] != NULL; i++) {
    lua_pushinteger(L, i);
    lua_setfield(L, -2, names[i]);
  }
  lua_pushcclosure(L, report_index, 1);
  lua_setfield(L, -2, "__index");
  lua_setfield(L, -2, "report");
}
