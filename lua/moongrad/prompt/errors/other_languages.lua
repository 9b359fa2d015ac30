-- other_languages.lua - advice that is added to a syntax error: how Lua writes what the user meant.
--
-- Users who come from Python or C type += and !=, a comma in an index, a colon where a block begins.

local characters = require "moongrad.prompt.errors.characters"
local commands = require "moongrad.commands"
local foreign_words = require "moongrad.prompt.errors.foreign_words"
local lexer = require "moongrad.syntax.lexer"
local options = require "moongrad.options"
local find, format, gmatch, match, sub = string.find, string.format, string.gmatch, string.match, string.sub

local other_languages = {}

local guides = {} -- keywords from which the kind of a statement can be told
for word in gmatch("if elseif while until for function then do else repeat end return", "%a+") do
  guides[word] = true
end

-- The last of these keywords before token i; nil if there is none.
local function keyword_before(t, i)
  for k = i - 1, 1, -1 do
    if t.kind[k] == "keyword" and guides[t.text[k]] then return t.text[k] end
  end
end

-- The innermost bracket that is open at token i, and its index; nil if there is none.
local function bracket_before(t, i)
  local depth = 0
  for k = i - 1, 1, -1 do
    local text = t.text[k]
    if text == ")" or text == "]" or text == "}" then depth = depth + 1 end
    if text == "(" or text == "[" or text == "{" then
      if depth == 0 then return text, k end
      depth = depth - 1
    end
  end
end

-- Is there no blank between token i and the one before it?
local function touches(t, i) return i > 1 and t.last[i - 1] and t.last[i - 1] + 1 == t.at[i] end

-- --- words that begin a statement in other languages ------------------------------------------

-- Does the function of this name take a string?
local function takes_word(name)
  local command = commands.global(name)
  local kind = command and options.kinds[match(command.takes, "^%a+")]
  return kind and kind.is_text or name == "dofile" or name == "require"
end

-- Advice on two words in a row: a keyword of another language, or a call without brackets, such as help step.
local function of_two(t, i, source, is_callable)
  local name, kind = t.text[i - 1], t.kind[i]
  if t.kind[i - 1] ~= "name" or kind ~= "name" and kind ~= "number" and kind ~= "keyword" then return nil end
  if foreign_words.statements[name] then return foreign_words.statements[name] end
  local word = match(source, "^[^%s;(]+", t.at[i])
  if i == 2 and name == "help" then return format("write help %q or ?%s", word, word) end
  if i == 2 and takes_word(name) then return format("write %s %q", name, word) end
  local is_word = kind == "name" or kind == "number"
  if i == 2 and is_word and is_callable(name) then
    return format("to call %s write %s(%s)", name, name, t.n == i and t.text[i] or t.text[i] .. " ...")
  end
end

-- Advice on a command of IPython, %timeit f(x).
local function of_magic(t)
  local word = t.text[1] == "%" and t.text[2]
  if not word then return nil end
  return foreign_words.names[word] or commands.global(word) and format("%s is a function: help %q", word, word)
end

-- What may stand behind a name at the beginning of a statement.
local after_name = { ["="] = true, ["("] = true, ["{"] = true, ["["] = true, ["."] = true, [":"] = true, [","] = true }

-- Advice on a command of the shell, cd .. or ls -l.
local function of_shell(t)
  local is_lua = after_name[t.text[2]] or t.kind[2] == "string"
  return not is_lua and foreign_words.statements[t.text[1]]
end

-- --- operators -----------------------------------------------------------------------------------

-- Two signs in a row that are an operator in other languages -> advice. Lua stops at the first or the second.
local pairs_of_signs = {
  ["! ="] = "not equal is ~=", ["< >"] = "not equal is ~=", ["& &"] = "write the word and",
  ["| |"] = "write the word or", ["* *"] = "a power is x ^ 2", ["== ="] = "equal is ==",
  ["+ +"] = "Lua has no ++: write x = x + 1", [": ="] = "assign with =", ["/ *"] = "a comment begins with --",
  ["% *"] = foreign_words.names.dot,
}

-- One sign that is an operator in other languages -> advice.
local one_sign = {
  ["!"] = "not is a word: not x", ["#"] = "a comment begins with --", ["?"] = "choose with and, or: x > 0 and 1 or -1",
  ["@"] = "the matrix product is X:matmul(w)", ["//"] = "a comment begins with --",
}

local function of_signs(t, i, source)
  local asked = t.text[i] == "?" and match(source, "^%s*([%a_][%w_.:]*)%s*%?+%s*$")
  if asked then return "write ?" .. asked end
  local text, before = t.text[i], t.text[i - 1] or ""
  local found = pairs_of_signs[before .. " " .. text] or pairs_of_signs[text .. " " .. (t.text[i + 1] or "")]
  if found then return found end
  if text == "=" and touches(t, i) and find(before, "^[-+*/%%^|&.]+$") then
    local name = t.kind[i - 2] == "name" and i == 3 and t.text[1] or "x"
    return format("Lua has no %s=: write %s = %s %s ...", before, name, name, before)
  end
  if text == "//" and i > 1 then return nil end
  return one_sign[text]
end

local conditions = { ["if"] = true, ["elseif"] = true, ["while"] = true, ["until"] = true }

-- Advice on = where a value is compared, or between the brackets of a call.
local function of_equals(t, i)
  if t.text[i] ~= "=" then return nil end
  local bracket = bracket_before(t, i)
  if bracket == "(" then return "named arguments go into braces: f{name = 1}; to compare write ==" end
  return not bracket and conditions[keyword_before(t, i)] and "to compare write ==" or nil
end

-- --- brackets and blocks -----------------------------------------------------------------------------

local function of_brackets(t, i, message)
  local text, before = t.text[i], t.text[i - 1]
  local bracket, at = bracket_before(t, i)
  local is_index = bracket == "[" and (t.kind[at - 1] == "name" or t.text[at - 1] == "]" or t.text[at - 1] == ")")
  if is_index and text == "," then return "one index in each bracket: A[1][2]" end
  if is_index and text == ":" then return "some rows are A:rows(1, 2), some columns A:cols(1, 2)" end
  local is_list = text == "[" and (not before or find(before, "^[=(,{]$") or before == "return")
    or text == "," and bracket == "(" and find(message, "')' expected")
  if is_list then return "a list is {1, 2, 3}" end
  local begins = t.kind[i] == "name" or t.kind[i] == "number" or t.kind[i] == "string" or text == "{"
  if begins and bracket and find(message, "^%S+ '[})]' expected") then return "is a comma missing before it?" end
end

local blocks = { ["for"] = "for i = 1, 10 do ... end", ["while"] = "while x do ... end",
  ["if"] = "if x then ... else ... end", ["elseif"] = "if x then ... else ... end",
  ["else"] = "if x then ... else ... end", ["function"] = "function f(x) ... end" }

-- Is token i a colon at the end of its line?
local function ends_line(t, i, source)
  return t.text[i] == ":" and (i == t.n or find(sub(source, t.last[i], t.at[i + 1]), "\n", 1, true) ~= nil)
end

-- Advice on a brace or a colon where a block begins.
local function of_blocks(t, i, source, message)
  local at = i
  if i > t.n then
    at = t.n
    while at > 0 and not ends_line(t, at, source) do at = at - 1 end
  end
  local block = at > 0 and blocks[keyword_before(t, at)]
  local begins = t.text[at] == "{" or ends_line(t, at, source)
    or t.text[at] == ":" and find(message, " '[%l,]+' expected") -- then, do; 1:10
  if block and begins then return "a block is " .. block end
  if i > t.n and (t.text[t.n] == ":" or t.text[t.n - 1] == ":") then return "a method is called, NET:step()" end
end

-- Does an open string begin directly after a name or a bracket, as in X' * y?
local function is_transposed(t, source)
  local open = t.open
  return open and open.kind == "string" and open.at > 1 and find(source, "^[%w_%])]'", open.at - 1) ~= nil
end

-- --- all together -----------------------------------------------------------------------------------------

-- Returns advice for a source in which Lua's parser stops at position `at` with this message; nil if there is none.
-- is_callable(name) says whether the global of this name can be called.
function other_languages.hint(source, at, message, is_callable)
  local t, i = lexer.tokens(source), 1
  while i <= t.n and t.at[i] < at do i = i + 1 end
  local character = characters.explain(source, at)
  if character then return character end
  if is_transposed(t, source) then return foreign_words.transpose end
  if i > 2 and t.text[1] == "#" then return "a comment begins with --" end
  if find(message, "<eof> expected") and t.text[i] == "end" then return "there is one end too many" end
  if i > t.n then return of_blocks(t, i, source, message) or of_shell(t) end
  return of_magic(t) or of_signs(t, i, source) or of_equals(t, i) or of_brackets(t, i, message)
    or of_blocks(t, i, source, message) or of_two(t, i, source, is_callable) or of_shell(t)
end

return other_languages
