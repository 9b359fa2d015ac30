-- own_names.lua - advice for users whose own variable has a name of the session's: which line of theirs assigned it,
-- and how to have the variable.

local format, match, sub = string.format, string.match, string.sub

local own_names = {}

local getinfo = debug.getinfo
local folder = match(getinfo(1, "S").source, "^(.*)session/own_names%.lua$")

-- name -> {where = the line that assigned the name, "t.lua:3"; is_list = true if it assigned a table of numbers}: X, y,
-- and the names that a global of the user's hides.
own_names.assigned = {}

-- The nearest line of the user's code that calls, as debug.getinfo describes it; nil if there is none.
local function users_line()
  local level = 3
  local info = getinfo(level, "Sl")
  while info and (info.currentline <= 0 or sub(info.source, 1, #folder) == folder) do
    level = level + 1
    info = getinfo(level, "Sl")
  end
  return info
end

-- Notes the line of the user's code that assigns v to a name.
function own_names.note(name, v)
  local info = users_line()
  own_names.assigned[name] = info and { where = format("%s:%d", info.short_src, info.currentline),
    is_list = type(v) == "table" and type(rawget(v, 1)) == "number" }
end

-- Returns the advice to a user who wants a variable of this name. source is the chunk name of the user's code, by
-- default that of the code that calls. (At the prompt a local ends with its input.)
function own_names.advice(name, source)
  source = source or (users_line() or { source = "" }).source
  if sub(source, 1, 1) == "@" then
    return format("for a variable of your own write local %s = ..., or run moongrad --no-session %s", name,
      sub(source, 2))
  end
  return format("for a variable of your own choose another name, or write local %s = ... in a script or a do block",
    name)
end

return own_names
