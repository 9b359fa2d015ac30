-- errors.lua - the prompt's text about an error: the message with advice, then the user's own stack frames;
-- traceback().
--
-- The message handler makes all of it when the error happens, and keeps it as text.

local caret = require "moongrad.prompt.errors.caret"
local messages = require "moongrad.prompt.errors.messages"
local other_languages = require "moongrad.prompt.errors.other_languages"
local printer = require "moongrad.prompt.print"
local script_syntax = require "moongrad.prompt.errors.script_syntax"
local show = require "moongrad.show"
local source_text = require "moongrad.prompt.errors.source_text"
local text = require "moongrad.text"
local undefined_names = require "moongrad.prompt.errors.undefined_names"
local find, format, gsub, match, rep, sub =
  string.find, string.format, string.gsub, string.match, string.rep, string.sub

local errors = {}

local first_levels, last_levels = 12, 8 -- levels at both ends of the stack that are looked at
local most_locals = 20                  -- local variables of a frame that are shown
local most_source = 100000              -- bytes of an input whose tokens are looked at

local folder = match(debug.getinfo(1, "S").source, "^(.*)prompt/.-$")
local getinfo, getlocal = debug.getinfo, debug.getlocal

-- --- sources ------------------------------------------------------------------------------

-- A line of source as it is shown below a message; if column is given, with a second line that has a ^ below it.
local function pointed(line, column, indent)
  local room = math.max(show.width() - #indent - 1, 20)
  local blank = #match(line, "^%s*")
  line = sub(line, blank + 1)
  if not column then return indent .. text.line(line, room) end
  column = column - blank
  local before = gsub(text.escape(sub(line, 1, column - 1)), "\t", " ")
  local rest = sub(line, column)
  if text.width(before) > room * 2 // 3 then -- cut the beginning, so that the place of the caret stays visible
    local from = utf8.offset(before, -(room // 3)) or 1
    before = "..." .. sub(before, from)
  end
  local width = text.width(before)
  return format("%s%s%s\n%s%s^", indent, before, text.line(rest, room - width), indent, rep(" ", width))
end

-- --- frames ---------------------------------------------------------------------------------

-- The level of the last frame, by bisection: getinfo takes time in proportion to the level, so that to try all levels
-- of a deep stack would be slow.
local function last_level(thread)
  local low, high = 0, 1 -- low exists, high may not
  while getinfo(thread, high, "l") do low, high = high, high * 2 end
  while high - low > 1 do
    local middle = (low + high) // 2
    if getinfo(thread, middle, "l") then low = middle else high = middle end
  end
  return low
end

-- The local variables of a frame, a list of {name=, text=, value=} with at most most_locals entries.
local function locals_of(thread, level)
  local list = {}
  local room = math.max(show.width() - 12, 20)
  for _, step in ipairs { 1, -1 } do -- named variables, then the arguments in ...
    local i = step
    local name, v = getlocal(thread, level, i)
    while name and #list < most_locals do
      if step < 0 then name = "..." end
      if sub(name, 1, 1) ~= "(" then list[#list + 1] = { name = name, text = printer.brief(v, room), value = v } end
      i = i + step
      name, v = getlocal(thread, level, i)
    end
  end
  return list
end

-- The words for the function of a frame: "in function 'step'".
local function called(info)
  local name, what = info.name, info.namewhat
  if info.what == "main" then return "in main chunk" end
  if what == "for iterator" then return "in the iterator of a for" end
  if name then return format("in %s '%s'", (what == "method" or what == "metamethod") and what or "function", name) end
  if info.what == "C" then return "in a function of C" end
  return format("in function <%s:%d>", info.short_src, info.linedefined)
end

local function frame_at(thread, level)
  local info = getinfo(thread, level, "Slntf")
  local is_own = sub(info.source, 1, #folder) == folder
  local frame = {
    source = info.source, line = info.currentline, what = called(info), func = info.func, tail = info.istailcall,
    where = is_own and "moongrad/" .. sub(info.source, #folder + 1) or info.short_src,
    is_users = info.currentline > 0 and not is_own,
  }
  frame.locals = frame.is_users and locals_of(thread, level) or {}
  return frame
end

-- The frames of the stack, the innermost first. Of a deep stack only both ends, with {skipped = number} between them.
local function frames_of(thread)
  local list, deepest = {}, last_level(thread)
  local level = 1 -- 0 is the message handler
  while level <= deepest do
    if level == first_levels + 1 and deepest > first_levels + last_levels then
      local skipped = deepest - first_levels - last_levels
      list[#list + 1] = { skipped = skipped }
      level = level + skipped
    end
    list[#list + 1] = frame_at(thread, level)
    level = level + 1
  end
  while #list > 0 and not list[#list].is_users do list[#list] = nil end -- the prompt itself
  return list
end

local function has_place(frame, where, line)
  return frame.is_users and frame.where == where and frame.line == tonumber(line)
end

-- --- the whole text ---------------------------------------------------------------------------

local trace = { __name = "traceback", __metatable = false } -- the metatable of what traceback() returns

local last -- the traceback of the last error

-- The source line of a frame, with a caret if the column is known; nil if the source is not known.
local function place(frame, indent)
  return frame.text and pointed(frame.text, frame.column, indent) or nil
end

-- The user's frames as lines. Several equal frames in a row are one line, with their number.
local function user_lines(frames)
  local lines, before, times, head = {}, nil, 1, nil
  for _, f in ipairs(frames) do
    if f.skipped then
      lines[#lines + 1] = format("  ... %d levels", f.skipped)
      before = nil
    elseif f.is_users and before and has_place(before, f.where, f.line) and before.what == f.what then
      times = times + 1
      lines[head] = format("  %s:%d: %s, %d times", f.where, f.line, f.what, times)
    elseif f.is_users then
      before, times, head = f, 1, #lines + 1
      lines[head] = format("  %s:%d: %s", f.where, f.line, f.what)
      lines[#lines + 1] = place(f, "    ")
    end
  end
  return lines
end

-- Gives each of the user's frames its source line. In the frame that the message names by where and line it also finds
-- the column. Returns that frame, the tokens of its source and the index of the token that the message is about, the
-- message of missing_index.lua, and the advice of taken_names.lua, each if it is known.
local function find_places(session, frames, where, line, words)
  local tokens, at, named, said, more
  for _, f in ipairs(frames) do
    local source = f.is_users and source_text(session, f.source) or nil
    f.text = source and caret.line(source, f.line)
    if f.text and not named and has_place(f, where, line) then
      named = f
      said, f.column, more = messages.about_line(session, f, source, words)
      if not said then f.column, tokens, at = caret.of(source, f.line, words) end
    end
  end
  return named, tokens, at, said, more
end

-- For a message that names a line without a frame, such as the syntax error of a file: returns the source line, and
-- advice.
local function named_place(session, where, line, words)
  local source = source_text(session, find(where, "^%[%d+%]$") and "=" .. where or "@" .. where)
  local shown = source and caret.line(source, tonumber(line))
  if not shown then return nil end
  line = tonumber(line)
  local near = match(words, " near (.*)$")
  local hint = script_syntax.hint(session, source, line, words)
  if not near then return pointed(shown, caret.of(source, line, words), "  "), hint end
  local column, ending = caret.near(source, line, near)
  return pointed(ending or shown, column, "  "), hint
end

-- Is the frame the last input, and is that a single line, which the user still sees above?
local function is_on_screen(session, frame)
  local n = match(frame.source, "^=%[(%d+)%]$")
  return n and tonumber(n) == session.inputs.last and not find(session.inputs.text(tonumber(n)), "\n", 1, true)
end

-- Splits a message into file, line and words. An error that coroutine.wrap or error raised again has two positions; the
-- second is where it happened.
local function split(message, frames)
  local where, line, words = match(message, "^([^\n]-):(%d+): (.*)$")
  local inner, at, rest = match(words or "", "^(%[%d+%]):(%d+): (.*)$")
  if not inner then return where, line, words end
  for _, f in ipairs(frames) do
    if f.is_users then
      if has_place(f, where, line) then return inner, at, rest end
      break
    end
  end
  return where, line, words
end

-- Returns the prompt's text about an error, and keeps the error for traceback(). thread is the one whose message
-- handler runs.
function errors.failed(session, thread, message)
  local frames = frames_of(thread)
  local where, line, words = split(message, frames)
  local frame, tokens, at, said, more = find_places(session, frames, where, line, words or "")
  if words then
    said = said or messages.reword(session, words, thread, frame, tokens, at)
    more = more and "; " .. more or said == words and messages.advise(words, at ~= nil) or ""
    message = format("%s:%s: %s%s", where, line, said, more)
  end
  local named, hint
  if where and not frame then named, hint = named_place(session, where, line, words) end
  if frame then hint = messages.gone(session, message, frame, source_text(session, frame.source)) end
  message = message .. (hint or "")
  last = setmetatable({ message = message, frames = frames }, trace)
  local users = {}
  for _, f in ipairs(frames) do
    if f.is_users then users[#users + 1] = f end
    f.func = nil
    for _, v in ipairs(f.locals or {}) do v.value = nil end
  end
  local lines = { message, named }
  if #users > 1 or lines[2] then
    local list = user_lines(frames)
    table.move(list, 1, #list, #lines + 1, lines)
  elseif users[1] and (users[1].column or not is_on_screen(session, users[1])) then
    lines[2] = place(users[1], "  ")
  end
  return table.concat(lines, "\n")
end

-- Returns the message of an error of a script with advice, nil if there is none. thread is the one whose message
-- handler runs.
function errors.advised(session, thread, message)
  local hint = messages.hint(session, message, thread)
  if hint then return message .. hint end
  local frames = frames_of(thread)
  local where, line, words = split(message, frames)
  if not words then return nil end
  local _, _, _, said, more = find_places(session, frames, where, line, words)
  if not (said or more) then return nil end
  return format("%s; %s", message, said or more)
end

-- Returns where Lua's parser stopped in an input: the number of the line, the column or nil, and the line. words, such
-- as "return ", was compiled before the input.
local function stop_of(source, message, words)
  local number, near = match(message, "^%[%d+%]:(%d+): .* near (.*)$")
  if not number then return nil end
  local column, line = caret.near(source, tonumber(number), near, words)
  return tonumber(number), column, line or caret.line(source, tonumber(number))
end

-- The message of a syntax error, nil for nil. Lua leaves out " near ..." if the token is a zero byte; this adds it.
local function with_zero(message)
  if not message or find(message, " near ") then return message end
  local about_token = find(message, "expected") or find(message, "syntax error$")
  return about_token and message .. " near '<\\0>'" or message
end

-- Returns "; " and advice, or "", for an input in which Lua's parser stops at this line and column.
local function next_step(session, source, message, number, column)
  if #source > most_source then return "" end
  local _, from = caret.line(source, number)
  local at = find(message, "<eof>$") and #source + 1 or from + column - 1
  local hint = other_languages.hint(source, at, message, undefined_names.is_callable(session))
  return hint and "; " .. hint or ""
end

-- Returns the prompt's text about an input that does not compile. It takes the error of the input as statements or as
-- an expression, whichever Lua's parser reads further.
function errors.unreadable(session, message)
  local last_n = session.inputs.last
  local source = session.inputs.text(last_n)
  message = with_zero(message)
  if source and not find(source, "^[=?]") then
    local number, column, line = stop_of(source, message, "")
    local _, other = load("return " .. source, format("=[%d]", last_n), "t")
    other = tostring(with_zero(other))
    local n, further, l = stop_of(source, other, "return ")
    if further and (not column or n > number or n == number and further > column) then
      message, number, column, line = other, n, further, l
    end
    if column and line then
      message = message .. next_step(session, source, message, number, column) .. "\n" .. pointed(line, column, "  ")
    end
  end
  last = setmetatable({ message = message, frames = {} }, trace)
  return message
end

function trace.__tostring(self)
  local lines = { self.message or "no error so far" }
  for _, f in ipairs(self.frames) do
    if f.skipped then
      lines[#lines + 1] = format("  ... %d levels", f.skipped)
    else
      lines[#lines + 1] = format("  %s%s: %s", f.where, f.line > 0 and ":" .. f.line or "", f.what)
      lines[#lines + 1] = place(f, "    ")
      for _, v in ipairs(f.locals) do lines[#lines + 1] = format("      %s = %s", v.name, v.text) end
      if f.tail then lines[#lines + 1] = "  (...tail calls...)" end
    end
  end
  return table.concat(lines, "\n")
end

--- traceback()
-- Returns the last error of the prompt in full: every level of the stack, with the source line and the local variables
-- at that time. Its fields are message, and frames, a list of tables with where, line, what, text and locals.
-- > traceback()
function errors.traceback()
  return last or setmetatable({ frames = {} }, trace)
end

return errors
