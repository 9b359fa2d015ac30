-- script_syntax.lua - what is added to the error of a script that does not compile.
--
-- Who comes from the prompt writes a value alone where a script has to print it, or copies the prompts along.

local caret = require "moongrad.prompt.errors.caret"
local lexer = require "moongrad.syntax.lexer"
local other_languages = require "moongrad.prompt.errors.other_languages"
local undefined_names = require "moongrad.prompt.errors.undefined_names"
local find, format, match, sub = string.find, string.format, string.match, string.sub

local script_syntax = {}

local most_source = 100000 -- bytes that are looked at
local most_lines = 20      -- of a value alone

-- The text without the blanks and comments around it.
local function bare(text)
  local t = lexer.tokens(text)
  return t.n > 0 and not (t.open and t.open.kind == "string") and sub(text, t.at[1], t.last[t.n]) or ""
end

-- Is it an expression, and no statement?
local function is_value(text) return text ~= "" and load("return " .. text) ~= nil and not load(text) end

-- The expression that stands alone where Lua stops at position `at` of line `number`; then its line.
local function value_alone(source, number, at)
  local line, first = caret.line(source, number)
  if is_value(bare(line)) then return bare(line), number end
  if find(sub(source, first, at - 1), "%S") then return nil end -- it goes wrong within the line
  for k = number - 1, math.max(number - most_lines, 1), -1 do
    local _, from = caret.line(source, k)
    local text = bare(sub(source, from, at - 1))
    if is_value(text) then return text, k end
  end
end

-- What habits says of a line that goes further as an expression: x += 1.
local function habit_in(session, line)
  local _, message = load("return " .. line, "=line", "t")
  local near = message and match(message, " near (.*)$")
  local column = near and caret.near(line, 1, near, "return ")
  return column and other_languages.hint(line, column, message, undefined_names.is_callable(session))
end

-- "; " and the next step for a source that does not compile after these words about line `number`; else "".
function script_syntax.hint(session, source, number, words)
  local near = match(words, " near (.*)$")
  if not near or #source > most_source then return "" end
  local line, from = caret.line(source, number)
  if not line then return "" end
  if find(line, "^∇[ J=%d.einfa+-]*>") or find(line, "^> ") then
    return "; that is a prompt: a script has what is typed behind it, without what was shown"
  end
  local column = caret.near(source, number, near)
  if not column then return "" end
  local at = near == "<eof>" and #source + 1 or from + column - 1
  local text, where = value_alone(source, number, at)
  if text then
    local shown = find(text, "\n", 1, true) and "..." or text
    return format("; line %d has a value alone: a script shows it by print(%s)", where, shown)
  end
  local hint = other_languages.hint(source, at, words, undefined_names.is_callable(session)) or habit_in(session, line)
  return hint and "; " .. hint or ""
end

-- What is in a file, unless it is large or a device, which can be read but once.
local function content(name)
  local file = not find(name, "^/dev/") and io.open(name, "rb")
  local text = file and file:read(most_source + 1)
  if file then file:close() end
  return text or ""
end

--- The message of a script's error with the next step, if there is one to say. The script is a file, or else the text.
function script_syntax.explain(session, message, name, text)
  local source = text or content(name)
  local number, words = match(message, "^[^\n]-:(%d+): (.*)$")
  return number and message .. script_syntax.hint(session, source, tonumber(number), words) or message
end

return script_syntax
