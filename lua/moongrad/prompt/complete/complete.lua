-- complete.lua - finds what Tab offers, from the text before the cursor.
--
-- It is loaded at the first Tab, in an environment with Lua's functions as they were before any code of the user's ran.
-- reach.lua and things.lua find values, calls.lua and arguments.lua options, signatures.lua the line above the prompt.

local arguments_of = require "moongrad.prompt.complete.arguments"
local calls_of = require "moongrad.prompt.complete.calls"
local commands = require "moongrad.commands"
local lexer = require "moongrad.syntax.lexer"
local reach_of = require "moongrad.prompt.complete.reach"
local signatures_of = require "moongrad.prompt.complete.signatures"

local byte, find, gsub, lower = string.byte, string.find, string.gsub, string.lower
local match, sub = string.match, string.sub
local next, setmetatable, type = next, setmetatable, type

local complete = {} -- the methods
complete.__index = complete

-- Does the function of this name take a function as its first argument? Then no "(" is put after a name there.
local function takes_function(name)
  local record = name and commands.global(name)
  local kind = record and match(record.takes, "^%a+")
  return name == "pcall" or name == "xpcall" or kind == "function" or kind == "subject"
end

-- Returns the words that begin with the text typed; if there are none, those that do when capitals are ignored.
local function beginning_with(typed, words)
  local list, seen = {}, {}
  for _, fold in next, { function(s) return s end, lower } do
    for _, word in next, words do
      if not seen[word] and fold(sub(word, 1, #typed)) == fold(typed) then
        list[#list + 1], seen[word] = word, true
      end
    end
    if #list > 0 then break end
  end
  return list
end

-- The common beginning of all the words, without a part of a UTF-8 character at its end.
local function common_beginning(words)
  local first, n = words[1], #words[1]
  for _, word in next, words do
    local k = 0
    while k < n and byte(word, k + 1) == byte(first, k + 1) do k = k + 1 end
    n = k
  end
  while n > 0 and n < #first and find(sub(first, n + 1, n + 1), "[\x80-\xbf]") do n = n - 1 end
  return sub(first, 1, n)
end

local function nothing() return "" end

-- Returns the offer of the words that may replace the text from position `from` to the cursor; see complete.new for its
-- fields. end_of(word) is the text to put after a word if it is the only one; written(word) is the text to insert, if
-- it differs from the word that is listed.
local function offer(from, typed, words, end_of, written)
  local list = beginning_with(typed, words)
  if #list == 0 then return nil end
  local offered = { from = from, words = {}, shown = {} }
  for i, word in next, list do
    local text = written and written(word) or word
    if #list == 1 then text = text .. end_of(word) end
    offered.words[i], offered.shown[i] = text, word
  end
  offered.common = common_beginning(offered.words)
  return offered
end

-- --- names ------------------------------------------------------------------------

-- The character to put after the name of a thing, or "".
function complete:after_name(thing, name)
  if not thing then return "" end
  if self.things.is_callable(thing) then return self.signatures:opener(thing, name) end
  return self.things:way_in(thing) or ""
end

-- Is the name at the end of the tokens wanted by itself, so that no "(" or "." goes after it?
local function is_only_named(t)
  local last = t.text[t.n]
  if last == "function" or last == "local" then return true end
  local opener = t.inner == t.n and t.text[t.n] == "(" and t.n or 0
  return takes_function(t.text[opener - 1])
end

-- Returns a function for offer(): the character to put after a name, unless the text after the cursor has one.
function complete:end_by(t, rest, thing_of)
  return function(name)
    local text = is_only_named(t) and "" or self:after_name(thing_of(name), name)
    return text ~= "" and find(rest, "^%s*[%(%[{.:\"']") and "" or text
  end
end

-- The offer after . or :, which is the last token.
function complete:fields(t, from, typed, rest)
  local is_method = t.text[t.n] == ":"
  local thing, first = self.reach:ending_at(t, t.n - 1)
  if not thing then return nil end
  local names = {}
  for _, name in next, self.things:names(thing, is_method) do
    if lexer.is_name(name) then names[#names + 1] = name end
  end
  local is_definition = t.text[first - 1] == "function"
  return offer(from, typed, names, self:end_by(t, rest, function(name)
    return not is_definition and self.things:field(thing, name) or nil
  end))
end

-- The offer of globals, locals and keywords.
function complete:names(t, from, typed, rest)
  local list = {}
  for _, name in next, self.things:global_names() do
    if lexer.is_name(name) then list[#list + 1] = name end
  end
  for _, name in next, self.reach.local_names(t) do list[#list + 1] = name end
  for _, word in next, typed ~= "" and lexer.keywords or {} do
    if type(word) == "string" then list[#list + 1] = word end
  end
  return offer(from, typed, list, self:end_by(t, rest, function(name) return self.reach:name(t, name) end))
end

-- The offer of options, and of choices in quotes, that may be written after tokens t; nil if there are none.
function complete:known_words(t, from, typed, rest)
  local list, is_option = {}, {}
  for _, name in next, self.arguments:options(t, lexer.nest(lexer.tokens(rest))) or {} do
    list[#list + 1], is_option[name] = name, true
  end
  for _, choice in next, typed == "" and self.arguments:choices(t, "") or {} do
    list[#list + 1] = '"' .. choice .. '"'
  end
  return offer(from, typed, list, function(word)
    return is_option[word] and not find(rest, "^%s*=") and " = " or ""
  end)
end

-- --- inside quotes ------------------------------------------------------------------

-- The quote that closes the string, unless the text after the cursor begins with it.
local function closing(open, rest)
  return sub(rest, 1, #open.closing) == open.closing and "" or open.closing
end

local function written_in(open)
  return function(word) return lexer.escape(word, open.quote) end
end

-- The offer of keys, in a string that is an index: t["...
function complete:keys(t, open, typed, rest)
  local thing = self.reach:ending_at(t, t.n - 1)
  if not thing then return nil end
  return offer(open.from, typed, self.things:names(thing, false), function()
    local quote = closing(open, rest)
    local bracket = find(rest, "^[^\n]*%]") and "" or "]"
    return quote == "" and "" or quote .. bracket
  end, written_in(open))
end

-- The offer of file names in a string.
function complete:files(open, typed, rest)
  local folder, name = match(typed, "^(.*/)([^/]*)$")
  if not folder then
    if sub(typed, 1, 1) == "~" then folder, name = typed .. "/", "" else folder, name = "", typed end
  end
  local path = sub(folder, 1, 1) == "~" and self.world.home(folder) or folder
  local is_folder, list = self.world.files(path == "" and "." or path), {}
  for file in next, is_folder or {} do
    local is_hidden = sub(file, 1, 1) == "."
    local fits = open.quote ~= "[" or not find(file, open.closing, 1, true) and not find(file, "%c")
    if fits and (not is_hidden or sub(name, 1, 1) == ".") and file ~= "." and file ~= ".." then
      list[#list + 1] = is_folder[file] and file .. "/" or file
    end
  end
  return offer(open.from, name, list, function(file)
    return sub(file, -1) == "/" and "" or closing(open, rest)
  end, function(file) return lexer.escape(path .. file, open.quote) end)
end

-- The offer in a string that contains Lua source.
function complete:source(open, typed)
  local found = not find(typed, "\\", 1, true) and self:at(typed, "")
  if not found or #found.words == 0 then return nil end
  for i, word in next, found.words do found.words[i] = lexer.escape(word, open.quote) end
  found.from, found.signature = found.from + open.from - 1, nil
  found.common = common_beginning(found.words)
  return found
end

-- The offer in a string.
function complete:in_quotes(t, left, rest)
  local open = t.open
  local typed = sub(left, open.from)
  if open.quote ~= "[" then typed = lexer.unescape(gsub(typed, "\\$", "")) end
  local choices = self.arguments:choices(t, typed)
  if self.arguments:is_source(t) then return self:source(open, typed) end
  if choices then
    return offer(open.from, typed, choices, function() return closing(open, rest) end, written_in(open))
  end
  if t.text[t.n] == "[" and self.reach.is_operand(t, t.n - 1) then return self:keys(t, open, typed, rest) end
  return self:files(open, typed, rest)
end

-- --- all together ---------------------------------------------------------------------

-- If a name ends at the cursor, removes it from the tokens. Returns it, or "", and the position where it begins.
local function take_word(t, left)
  if t.n > 0 and t.last[t.n] == #left and (t.kind[t.n] == "name" or t.kind[t.n] == "keyword") then
    t.n = t.n - 1
    local word, from = t.text[t.n + 1], t.at[t.n + 1]
    t.text[t.n + 1], t.kind[t.n + 1] = nil, nil
    return word, from
  end
  return "", #left + 1
end

-- The offer of names that have help, in an input that begins with ?.
function complete:topics(t, left)
  if t.text[1] ~= "?" or not self.world.session then return nil end
  local first = match(left, "^%s*%?%s*()")
  return offer(first, sub(left, first), self.calls.topics(sub(left, first)), nothing)
end

-- The offer of file names in a command of the shell, in an input that begins with !.
function complete:shell(left, rest)
  local from, word = match(left, "()(%S*)$")
  return self:files({ quote = "", from = from, closing = "" }, word, rest)
end

-- The offer between the text left of the cursor and the rest; see complete.new.
function complete:at(left, rest)
  if find(left, "^%s*!") and self.world.session then return self:shell(left, rest) end
  local t = lexer.tokens(left)
  if t.open and t.open.kind == "comment" then return nil end
  if t.open then return self:in_quotes(lexer.nest(t), left, rest) end
  local topics = self:topics(t, left)
  if topics then return topics end
  local typed, from = take_word(t, left)
  lexer.nest(t)
  local last = t.text[t.n]
  if t.kind[t.n] == "number" and t.last[t.n] == #left then return nil end
  if last == "::" or last == "goto" or find(left, "[^%c -~]", from - 1) then return nil end
  if typed == "" and find(left, "\n[ \t]*$") then return offer(from, "", { "  " }, nothing) end
  if last == "." or last == ":" then return self:fields(t, from, typed, rest) end
  local signature = typed == "" and self.signatures:of(t)
  local found = self:known_words(t, from, typed, rest)
  if not found and not signature then found = self:names(t, from, typed, rest) end
  if signature then
    found = found or { from = from, words = {}, shown = {} }
    found.signature = signature
  end
  return found
end

--- Returns a function f(left, right) of the text to the left and to the right of the cursor. It returns the offer, nil
-- if there is none: {from = where the text that is replaced begins; words = the texts that may replace it; shown = how
-- each is listed; common = their common beginning; signature = the line about the call, index or option at the cursor}.
-- world has: globals, a table; session, the module session.lua, nil in plain Lua; files(directory), which returns a
-- table, file name -> is it a directory; home(path), which expands a ~ at the beginning of a path.
function complete.new(world)
  local reach = reach_of.new(world.globals, world.session)
  local calls = calls_of.new(reach, world.session)
  local arguments = arguments_of.new(calls)
  local self = setmetatable({ world = world, reach = reach, things = reach.things, calls = calls, arguments = arguments,
    signatures = signatures_of.new(arguments) }, complete)
  return function(left, rest) return self:at(left, rest) end
end

return complete
