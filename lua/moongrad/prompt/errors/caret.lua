-- caret.lua - finds the column of a source line that an error is about, if that is certain. A ^ is printed below it.

local lexer = require "moongrad.syntax.lexer"
local find, gmatch, gsub, match, sub = string.find, string.gmatch, string.gsub, string.match, string.sub

local caret = {}

local most_source = 100000 -- bytes that are looked through
local most_tries = 50      -- tokens of a line that are tried

-- Returns a line of a text, and the position in the text where it begins; nil if there is no such line.
local function line_at(source, number)
  local from = 1
  for _ = 2, number do
    local eol = find(source, "\n", from, true)
    if not eol then return nil end
    from = eol + 1
  end
  return sub(source, from, (find(source, "\n", from, true) or #source + 1) - 1), from
end

caret.line = line_at

--- Returns the tokens of the source, a list of the indices of those that begin in the line, and the position where the
-- line begins; nil if the source is too long.
function caret.tokens(source, number)
  local line, from = line_at(source, number)
  if not line or #source > most_source then return nil end
  local tokens, here = lexer.tokens(source), {}
  for i = 1, tokens.n do
    if tokens.at[i] >= from and tokens.at[i] <= from + #line then here[#here + 1] = i end
  end
  return tokens, here, from
end

-- --- source that does not compile ------------------------------------------------------

-- Does Lua's parser find an error in this text other than that the text ends too early?
local function stops(text)
  local f, message = load(text, "=text", "t")
  return not f and not find(message, "<eof>$")
end

-- Returns the column, in this line of the source, of the token that Lua's syntax error calls near: the first such token
-- that Lua's parser does not accept after the text before it. nil if there is none. words, such as "return ", is
-- compiled before the source. For near "<eof>" the second result is the last line that is not blank.
function caret.near(source, number, near, words)
  if near == "<eof>" then
    local last = find(source, "%s*$")
    local line, from = line_at(source, select(2, gsub(sub(source, 1, last), "\n", "")) + 1)
    return last - from + 1, line
  end
  near = match(near, "^'(.*)'$")
  local byte = near and tonumber(match(near, "^<\\(%d+)>$")) -- Lua shows a control byte as <\27>
  if byte then near = string.char(byte) end
  local tokens, here, from = caret.tokens(source, number)
  if not tokens or not near then return nil end
  local tries = 0
  for _, i in ipairs(here) do
    if sub(source, tokens.at[i], tokens.last[i]) == near and tries < most_tries then
      tries = tries + 1
      if stops((words or "") .. sub(source, 1, tokens.last[i])) then return tokens.at[i] - from + 1 end
    end
  end
  local line = line_at(source, number) -- near may be no token, for example a string that does not end
  local at = find(line, near, 1, true)
  return at and not find(line, near, at + 1, true) and at or nil
end

-- --- errors at run time -----------------------------------------------------------------

local function set(words)
  local is = {}
  for word in gmatch(words, "%S+") do is[word] = true end
  return is
end

local arithmetic = set "+ - * / // % ^"
local bits = set "& | ~ << >>"
local comparison = set "< > <= >="

local function beside(operators)
  return function(t, i) return operators[t.text[i - 1]] or operators[t.text[i + 1]] end
end

local function is_called(t, i)
  local after = t.text[i + 1]
  return after == "(" or after == "{" or t.kind[i + 1] == "string"
end

-- What Lua's message says was done to a named value -> test whether token i of t is used in that way.
local standing = {
  { "^call", is_called },
  { "^index", function(t, i) return t.text[i + 1] == "." or t.text[i + 1] == "[" or t.text[i + 1] == ":" end },
  { "^perform arithmetic", beside(arithmetic) },
  { "^perform bitwise", beside(bits) },
  { "^concatenate", beside { [".."] = true } },
  { "^get length", function(t, i) return t.text[i - 1] == "#" end },
}

-- What Lua's message says was done to a value without a name -> the operators that it may be about.
local operators = {
  { "^perform arithmetic", arithmetic }, { "^add ", { ["+"] = true } },
  { "^perform bitwise", bits }, { "^compare", comparison },
  { "^concatenate", { [".."] = true } }, { "^get length", { ["#"] = true } },
}

local function action(list, message)
  for _, pair in ipairs(list) do
    if find(message, pair[1]) then return pair[2] end
  end
end

-- Is token i the name of a variable, field or method, as kind says?
local function is_named(t, i, kind, name)
  local before = t.text[i - 1]
  if t.text[i] ~= name or t.kind[i] ~= "name" then return false end
  if kind == "field" then return before == "." end
  if kind == "method" then return before == ":" end
  return before ~= "." and before ~= ":"
end

-- The one index in here for which fits(i) is true; nil if there are several, or none.
local function only(here, fits)
  local found
  for _, i in ipairs(here) do
    if fits(i) then
      if found then return nil end
      found = i
    end
  end
  return found
end

-- Does token i begin the arguments of a call whose function is the result of the call before it: f(x)(y)?
local function is_called_again(t, i)
  local before = t.kind[i - 1] == "string" or t.text[i - 1] == ")" or t.text[i - 1] == "}"
  return before and (t.text[i] == "(" or t.text[i] == "{" or t.kind[i] == "string")
end

-- Does token i index the result of the call before it: f(x).y?
local function is_call_indexed(t, i)
  return t.text[i - 1] == ")" and (t.text[i] == "." or t.text[i] == ":" or t.text[i] == "[")
end

-- Returns a test for the tokens that the message may be about; nil if nothing is known.
local function sought(t, message)
  local done, kind, name = match(message, "^attempt to (.*) a %w+ value %((%w+) '([^']*)'%)")
  local fits = done and action(standing, done)
  if fits then return function(i) return is_named(t, i, kind, name) and fits(t, i) end end
  local called = match(message, "^bad argument #%d+ to '([^']+)'") or match(message, "^calling '([^']+)' on bad self")
  if called then
    called = match(called, "[^.:]*$")
    return function(i) return t.kind[i] == "name" and t.text[i] == called and is_called(t, i) end
  end
  local operator = match(message, "^([-+*/^]): ") -- of matrices
  if operator then return function(i) return t.text[i] == operator end end
  if find(message, "^attempt to index a %w+ value$") then
    return function(i) return is_call_indexed(t, i) end
  end
  if find(message, "^attempt to call a %w+ value$") then
    return function(i) return is_called_again(t, i) end
  end
  done = not kind and match(message, "^attempt to (.*)")
  local which = done and action(operators, done)
  if which then return function(i) return which[t.text[i]] end end
end

-- Returns the column, in this line of the source, that the message of a run-time error is about; then the tokens of the
-- source, and the index of the token. Returns nothing if that is not certain.
function caret.of(source, number, message)
  local tokens, here, from = caret.tokens(source, number)
  local fits = tokens and sought(tokens, message)
  local i = fits and only(here, fits)
  if i then return tokens.at[i] - from + 1, tokens, i end
end

return caret
