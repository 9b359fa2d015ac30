-- The Lua module for LuaRocks: luarocks make, from this directory.
-- The prompt is not in it; make install brings that too.
rockspec_format = "3.0"
package = "moongrad"
version = "scm-1"
source = { url = "git+file://." }
description = {
  summary = "Feed-forward networks and backpropagation, one number at a time",
  detailed = [[
    A C engine whose every number that backpropagation touches is a live Lua value:
    look at it, change it, ask where it came from.]],
  license = "MIT",
}
supported_platforms = { "linux" }
dependencies = { "lua ~> 5.4" }
build = {
  type = "make",
  build_target = "module",
  install_target = "install-module",
  variables = { CFLAGS = "$(CFLAGS) -O3", WARN = "-Wall", LUA_CFLAGS = "-I$(LUA_INCDIR)" },
  install_variables = { LUADIR = "$(LUADIR)", LIBDIR = "$(LIBDIR)" },
}
