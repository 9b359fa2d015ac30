-- lexer.lua - splits Lua source into tokens, also source that is wrong or not complete.
--
-- Everything in moongrad that reads Lua source uses this lexer and its list of keywords. It calls string.find(s, ...),
-- not s:find(...): completion uses it, which must not run any code of the user's, and the user may have replaced the
-- method s:find.

local char, find, match, sub = string.char, string.find, string.match, string.sub
local concat, tonumber, type, utf8_char = table.concat, tonumber, type, utf8.char
local inside = require("moongrad.text").inside

local lexer = {}

local keywords = {}
for word in string.gmatch([[and break do else elseif end false for function goto if in local nil not or repeat return
  then true until while]], "%a+") do
  keywords[#keywords + 1], keywords[word] = word, true
end
lexer.keywords = keywords -- a list, and a set

local name_chars = "[A-Za-z_0-9]"
local operators = { "^%.%.%.", "^%.%.", "^[=~<>]=", "^//", "^::", "^<<", "^>>" } -- of more than one character

-- Is a value a string that is a valid name in Lua?
function lexer.is_name(s)
  return type(s) == "string" and match(s, "^[A-Za-z_]" .. name_chars .. "*$") ~= nil and not keywords[s]
end

-- The end of the number that begins at `at`. Like Lua's own lexer it reads "1..2" as one, malformed, number.
local function number_end(text, at)
  local exponent = find(text, "^0[xX]", at) and "[pP]$" or "[eE]$"
  local _, last = find(text, "^[%.A-Za-z_0-9]+", at)
  while find(sub(text, last, last), exponent) and find(text, "^[+-]", last + 1) do
    _, last = find(text, "^[+-][%.A-Za-z_0-9]*", last + 1)
  end
  return last
end

-- The end of the string in quotes that begins at `at`: its closing quote, or the last character of the line; nil if the
-- text ends first. The second result is true if a quote closes it.
local function string_end(text, at, quote)
  local stop = "[\\\n" .. quote .. "]"
  local i = find(text, stop, at + 1)
  while i do
    local c = sub(text, i, i)
    if c == quote then return i, true end
    if c == "\n" then return i - 1, false end
    i = find(text, sub(text, i + 1, i + 1) == "z" and "%S" or "", i + 2)
    i = i and find(text, stop, i)
  end
end

-- If a long bracket begins at `at`, returns where its content begins, the end of the closing bracket (nil if it is not
-- closed), and the closing bracket; else nil.
local function long_bracket(text, at)
  local _, last, level = find(text, "^%[(=*)%[", at)
  if not last then return nil end
  local closing = "]" .. level .. "]"
  local _, stop = find(text, closing, last + 1, true)
  return last + 1, stop, closing
end

-- Each reader returns the kind of the token at `at`, its text, its end, and what is open: for a token that the text
-- ends in, the end is nil and the fourth result a table; for a string that the end of a line cuts off, both are there.

local function read_name(text, at)
  local _, last, name = find(text, "^(" .. name_chars .. "+)", at)
  return keywords[name] and "keyword" or "name", name, last
end

local function read_number(text, at)
  local last = number_end(text, at)
  return "number", sub(text, at, last), last
end

local function read_string(text, at)
  local quote = sub(text, at, at)
  local last, is_closed = string_end(text, at, quote)
  if not last then return "string", nil, nil, { kind = "string", quote = quote, closing = quote, from = at + 1 } end
  local open = not is_closed and { kind = "string" } or nil
  return "string", '"' .. lexer.unescape(sub(text, at + 1, is_closed and last - 1 or last)), last, open
end

local function read_long(text, at)
  local from, last, closing = long_bracket(text, at)
  if not last then return "string", nil, nil, { kind = "string", quote = "[", closing = closing, from = from } end
  return "string", '"' .. sub(text, from, last - #closing), last
end

local function read_comment(text, at)
  local from, last, closing = long_bracket(text, at + 2)
  if not from then
    last = find(text, "\n", at, true)
    last = last and last - 1
  end
  return "comment", "", last, not last and { kind = "comment", closing = closing } or nil
end

local function read_other(text, at)
  for i = 1, #operators do
    local _, last = find(text, operators[i], at)
    if last then return "other", sub(text, at, last), last end
  end
  return "other", sub(text, at, at), at
end

local readers = { -- {pattern, reader}: the first whose pattern fits reads the token
  { "^[A-Za-z_]", read_name }, { "^%.?[0-9]", read_number }, { "^[\"']", read_string }, { "^%-%-", read_comment },
  { "^%[=*%[", read_long }, { "^", read_other },
}

local function read(text, at)
  for i = 1, #readers do
    if find(text, readers[i][1], at) then return readers[i][2](text, at) end
  end
end

--- Returns the tokens of text: {n = their number, kind = {...}, text = {...}, at = {where each begins}, last = {where
-- each ends}, open =, broken =}.
-- A kind is "name", "keyword", "number", "string" or "other". The text of a string token is its value with one " before
-- it, so that it equals the text of no other token. With comments set, comments are tokens of the kind "comment" with
-- the text "".
-- open is the string or comment that text ends in, or nil: {kind =, at = where it begins, closing = what would close
-- it, nil for a comment that ends with its line}; a string also has quote =, and from = where its content begins.
-- broken is true if the end of a line cuts a string off.
function lexer.tokens(text, comments)
  local t = { n = 0, kind = {}, text = {}, at = {}, last = {} }
  local at = find(text, "%S")
  while at do
    local kind, content, last, open = read(text, at)
    if not last then
      t.open, open.at = open, at
      break
    end
    if open then t.broken = true end
    if comments or kind ~= "comment" then
      local n = t.n + 1
      t.n, t.kind[n], t.text[n], t.at[n], t.last[n] = n, kind, content, at, last
    end
    at = find(text, "%S", last + 1)
  end
  return t
end

-- Opening token of a block or bracket -> closing token; the set of the closing tokens.
local closers = { ["("] = ")", ["["] = "]", ["{"] = "}", ["function"] = "end", ["if"] = "end", ["do"] = "end",
  ["repeat"] = "until" }
local closes = {}
for _, closer in next, closers do closes[closer] = true end
lexer.closers, lexer.closes = closers, closes

--- Adds to tokens how brackets and blocks are nested: match[i], the token at the other end of the bracket or block at
-- token i; around[i], the opening token of the bracket or block that contains the one opened at i; inner, the innermost
-- opening token that is not closed. 0 stands for the whole text.
function lexer.nest(t)
  local match_of, around, stack = {}, {}, {}
  for i = 1, t.n do
    local text = t.text[i]
    if closers[text] then
      around[i] = stack[#stack] or 0
      stack[#stack + 1] = i
    elseif closes[text] then
      local k = #stack
      while k > 0 and closers[t.text[stack[k]]] ~= text do k = k - 1 end
      if k > 0 then
        match_of[i], match_of[stack[k]] = stack[k], i
        for above = #stack, k, -1 do stack[above] = nil end
      end
    end
  end
  t.match, t.around, t.inner = match_of, around, stack[#stack] or 0
  return t
end

local letters = { a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v" }

-- The characters that the escape sequence at the backslash s[i] stands for, and its end. An invalid escape stands for
-- its letter.
local function escape_at(s, i)
  local _, last, digits = find(s, "^x(%x%x)", i + 1)
  if last then return char(tonumber(digits, 16)), last end
  _, last, digits = find(s, "^u{(%x+)}", i + 1)
  if last and tonumber(digits, 16) < 2 ^ 31 then return utf8_char(tonumber(digits, 16)), last end
  _, last, digits = find(s, "^(%d%d?%d?)", i + 1)
  if last and tonumber(digits) < 256 then return char(tonumber(digits)), last end
  _, last = find(s, "^z%s*", i + 1)
  if last then return "", last end
  local c = sub(s, i + 1, i + 1)
  return letters[c] or c, i + 1
end

--- The value of a string literal with the text s between its quotes.
function lexer.unescape(s)
  local parts, from = {}, 1
  local i = find(s, "\\", 1, true)
  while i do
    local meant, last = escape_at(s, i)
    parts[#parts + 1], parts[#parts + 2] = sub(s, from, i - 1), meant
    from = last + 1
    i = find(s, "\\", from, true)
  end
  parts[#parts + 1] = sub(s, from)
  return concat(parts)
end

--- s as it is written between quotes of this kind, ", ' or [.
function lexer.escape(s, quote)
  return quote == "[" and s or inside(s, quote)
end

return lexer
