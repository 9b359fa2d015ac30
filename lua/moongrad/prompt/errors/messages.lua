-- messages.lua - better words for the message of a run-time error: advice is added to it, or it is replaced.
--
-- frame is a frame of the user's as errors.lua describes it, with its function and its locals.

local caret = require "moongrad.prompt.errors.caret"
local foreign_calls = require "moongrad.prompt.errors.foreign_calls"
local foreign_words = require "moongrad.prompt.errors.foreign_words"
local gone_locals = require "moongrad.prompt.gone_locals"
local missing_index = require "moongrad.prompt.errors.missing_index"
local taken_names = require "moongrad.prompt.errors.taken_names"
local undefined_names = require "moongrad.prompt.errors.undefined_names"
local find, format, gsub, match = string.find, string.format, string.gsub, string.match

local messages = {}

local getupvalue = debug.getupvalue

-- Returns {value =} for the local or upvalue of this name in a frame; nil if the name is a global there.
local function variable(frame, name)
  for i = #frame.locals, 1, -1 do
    if frame.locals[i].name == name then return frame.locals[i] end
  end
  local i = 1
  local upvalue, v = getupvalue(frame.func, i)
  while upvalue do
    if upvalue == name then return { value = v } end
    i = i + 1
    upvalue, v = getupvalue(frame.func, i)
  end
end

-- The list of the names in "a.b.c", where token i is c; nil if a is no global.
local function path_to(t, i, frame)
  local path = { t.text[i] }
  while t.text[i - 1] == "." and t.kind[i - 2] == "name" do
    i = i - 2
    table.insert(path, 1, t.text[i])
  end
  local before = t.text[i - 1]
  if before == "." or before == ":" or variable(frame, path[1]) then return nil end
  return path
end

local advice = { -- pattern of Lua's message -> advice; is_placed: only if it is certain which token it is about
  { "^attempt to call a %w+ value$", "; the value before it is no function: is a comma missing?", is_placed = true },
  { "^attempt to index a nil value$", "; the value before it is nil", is_placed = true },
  { "%(for iterator '", "; for needs an iterator: for i, v in ipairs(t), for key, v in pairs(t)" },
  { "^attempt to call a (%w+) value %(%l+ '[^']+'%)$", "; it is no function: write it without ()" },
  { "^attempt to index a function value", "; a function is called: f(x)" },
  { "^attempt to add a 'string'", "; strings are joined by .." },
}

-- Returns the advice on a message, or nil.
function messages.advise(words, is_placed)
  for _, a in ipairs(advice) do
    local kind = match(words, a[1])
    if kind and kind ~= "nil" and (is_placed or not a.is_placed) then return a[2] end
  end
end

-- The tokens of a line that are names of variables: no fields, and not assigned there.
local function variables_in(tokens, here)
  local list = {}
  for _, i in ipairs(here) do
    local before = tokens.text[i - 1]
    if tokens.kind[i] == "name" and before ~= "." and before ~= ":" and tokens.text[i + 1] ~= "=" then
      list[#list + 1] = tokens.text[i]
    end
  end
  return list
end

-- Returns "; " and the words about a local that has gone with its input, if the line of the frame means one and the
-- message does not say so; else "".
function messages.gone(session, message, frame, source)
  local tokens, here = caret.tokens(source, frame.line)
  for _, name in ipairs(tokens and variables_in(tokens, here) or {}) do
    local gone = gone_locals.words(name)
    local is_nil = gone and not variable(frame, name) and undefined_names.value(session, name) == nil
    if is_nil and not find(message, gone, 1, true) then return "; " .. gone end
  end
  return ""
end

-- Returns what to add to the message of an error, in a script or at the prompt: "; " and advice, or nil. thread is the
-- one whose message handler runs; nil: it is this one.
function messages.hint(session, message, thread)
  return undefined_names.hint(session, message, thread) or foreign_calls.hint(message)
end

-- Returns advice on an expression, with tokens t, that is valid Lua by chance: # a comment, X' * X', X(1), x <- 5,
-- f"{x}", ls -l. Token i is the one that the message is about. nil if there is none.
local function valid_by_chance(session, words, t, i)
  local first = t.text[1]
  if first == "#" and find(words, "^attempt to get length of a nil value") then return "a comment begins with --" end
  local is_called = find(words, "^attempt to call a matrix value") or find(words, "^attempt to call a row value")
  if is_called then return foreign_words[t.kind[i + 1] == "string" and "transpose" or "element"] end
  if t.text[i] == "<" and t.text[i + 1] == "-" and t.last[i] + 1 == t.at[i + 1] then return foreign_words.assignment end
  if t.text[i] == "f" and t.kind[i + 1] == "string" then return foreign_words.formatted end
  local is_command = foreign_words.names[first] == foreign_words.names.ls and first
  return is_command and undefined_names.value(session, first) == nil and foreign_words.names.ls
end

-- Returns Lua's message with advice, or a better message if it is about a name without a value; Lua's message as it is
-- if nothing is known. Token i of t is the one that the message is about, if that is known.
function messages.reword(session, words, thread, frame, t, i)
  local chance = t and valid_by_chance(session, words, t, i)
  if chance then return words .. "; " .. chance end
  local done, name = match(words, "^attempt to (.*) a nil value %(global '([%w_]+)'%)$")
  if name then
    local better, more = undefined_names.name(session, name)
    if better and more and done == "call" then return better end
    if better then return format("%s (attempt to %s a nil value)", better, done) end
    return words
  end
  if t and find(words, "a nil value %(field '") then
    local path = path_to(t, i, frame)
    return path and undefined_names.field(session, path) or words
  end
  local hint = messages.hint(session, words, thread)
  if hint then return gsub(words, '; help "%a+" says what it has$', "") .. hint end
  return words
end

-- Returns the message of missing_index.lua about the error, nil if there is none; its column in the line of the frame,
-- if there is one; and the advice of taken_names.lua, nil if there is none.
function messages.about_line(session, frame, source, words)
  local tokens, here, from = caret.tokens(source, frame.line)
  if not tokens then return nil end
  local function of(name) return variable(frame, name) end
  local said, at = missing_index.explain(words, tokens, here, function(name)
    local own = of(name)
    if own then return own.value end
    return undefined_names.value(session, name)
  end)
  return said, said and tokens.at[at] - from + 1, taken_names.advice(session, words, tokens, here, of, frame.source)
end

return messages
