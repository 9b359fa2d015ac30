-- parts.lua - parts of moongrad that link a library of their own: C modules that are loaded when first used.

local version = require "moongrad.version"
local format, gsub, sub = string.format, string.gsub, string.sub

local parts = {}

-- name -> the library; the Debian packages that bring it to run, and to build.
local known = {
  mat = { library = "matio", run = "libmatio11", build = "libmatio-dev" },
  json = { library = "jansson", run = "libjansson4", build = "libjansson-dev" },
  zip = { library = "libzip", run = "libzip4", build = "libzip-dev" },
  gzip = { library = "zlib", run = "zlib1g", build = "zlib1g-dev" },
}

-- Returns the module of a part; or nil and why there is none: what to install.
function parts.need(name)
  local part = known[name]
  local ok, module = pcall(require, "moongrad.parts." .. name)
  if ok and module.version == version then return module end
  if ok then
    return nil, format("the part %s is of moongrad %s, this is %s: build or install it again", name,
      tostring(module.version), version)
  end
  local why = gsub(tostring(module), "%s+", " ")
  return nil, format("this needs %s: install the package %s; or if moongrad was built without it, %s, and build "
    .. "again (%s)", part.library, part.run, part.build, sub(why, 1, 160))
end

return parts
