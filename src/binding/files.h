/* files.h - sources: files that are being read. */

#ifndef MG_BINDING_FILES_H
#define MG_BINDING_FILES_H

#include "../files/source.h"
#include "binding.h"

#define SOURCE "moongrad.source" /* metatable name; user value 1 of a source is the file's name */

/* The open source at index idx; raises when there is none. */
mg_source *source_check(lua_State *L, int idx);

/* Pushes nil and a message that begins with the name of the file of the source at index idx; returns 2. format is as
   for lua_pushfstring. */
int source_failed(lua_State *L, int idx, const char *format, ...);

#endif
