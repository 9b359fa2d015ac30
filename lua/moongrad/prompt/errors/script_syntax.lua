-- script_syntax.lua - advice that is added to the syntax error of a script.
--
-- Users who come from the prompt write an expression alone on a line, which a script has to print, or copy the prompts
-- into the script. Other advice comes from other_languages.lua.

local caret = require "moongrad.prompt.errors.caret"
local characters = require "moongrad.prompt.errors.characters"
local lexer = require "moongrad.syntax.lexer"
local other_languages = require "moongrad.prompt.errors.other_languages"
local undefined_names = require "moongrad.prompt.errors.undefined_names"
local find, format, match, sub = string.find, string.format, string.match, string.sub

local script_syntax = {}

local most_source = 100000 -- bytes of a script that are looked at
local most_lines = 20      -- lines of an expression alone

-- The text without the blanks and comments around it.
local function bare(text)
  local t = lexer.tokens(text)
  return t.n > 0 and not (t.open and t.open.kind == "string") and sub(text, t.at[1], t.last[t.n]) or ""
end

-- Is the text an expression that is no statement?
local function is_value(text) return text ~= "" and load("return " .. text) ~= nil and not load(text) end

-- Lua stops at position `at`, in line `number`. Returns the expression that stands alone before that position, and its
-- line; nil if there is none.
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

-- Advice from other_languages.lua on a line that Lua reads further if it is taken as an expression, such as x += 1.
local function habit_in(session, line)
  local _, message = load("return " .. line, "=line", "t")
  local near = message and match(message, " near (.*)$")
  local column = near and caret.near(line, 1, near, "return ")
  return column and other_languages.hint(line, column, message, undefined_names.is_callable(session))
end

-- Returns "; " and advice, or "", for a source that does not compile. words is Lua's message about line `number`.
function script_syntax.hint(session, source, number, words)
  local near, zero = match(words, " near (.*)$"), find(source, "\0", 1, true)
  if zero and (find(words, "syntax error$") or find(words, "symbol$") or find(words, "expected$")) then
    return "; " .. characters.explain(source, zero) -- Lua names no token at a zero byte
  end
  if not near or #source > most_source then return "" end
  local line, from = caret.line(source, number)
  if not line then return "" end
  if find(line, "^∇[ J=%d.einfa+-]*>") or find(line, "^∇ %d+ %[[^%]]*%]>") or find(line, "^> ") then
    return "; that is a prompt: a script contains only what was typed after it, no prompts and no output"
  end
  local column = caret.near(source, number, near)
  if not column then return "" end
  local at = near == "<eof>" and #source + 1 or from + column - 1
  local text, where = value_alone(source, number, at)
  if text then
    local shown = find(text, "\n", 1, true) and "..." or text
    return format("; line %d is only a value: to show it, a script calls print(%s)", where, shown)
  end
  local hint = other_languages.hint(source, at, words, undefined_names.is_callable(session)) or habit_in(session, line)
  return hint and "; " .. hint or ""
end

-- The beginning of a file; "" for a pipe or device, which cannot be read twice.
local function content(session, name)
  local file = session.is_file(name) and io.open(name, "rb")
  local text = file and file:read(most_source + 1)
  if file then file:close() end
  return text or ""
end

--- Returns the message of a script's syntax error, with advice if there is any. text is the script; without it name
-- is the script's file.
function script_syntax.explain(session, message, name, text)
  local source = text or content(session, name)
  local number, words = match(message, "^[^\n]-:(%d+): (.*)$")
  return number and message .. script_syntax.hint(session, source, tonumber(number), words) or message
end

return script_syntax
