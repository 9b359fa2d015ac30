-- tokens.lua - the tokens of a piece of Lua, and what blocks they lie in. For reading inputs, not for running them.

local tokens = {}

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then
  true until while]]):gmatch "%a+" do
  keywords[word] = true
end

-- Where a long bracket that may begin at i ends, nil when none begins there or it never ends.
local function long_end(text, i)
  local level = text:match("^%[(=*)%[", i)
  if not level then return nil end
  local _, to = text:find("]" .. level .. "]", i + #level + 2, true)
  return to
end

-- Where a quoted string that begins at i ends, nil when it does not.
local function quote_end(text, i)
  local quote = text:sub(i, i)
  local at = i + 1
  while true do
    local p = text:find("[\\\n" .. quote .. "]", at)
    local c = p and text:sub(p, p)
    if c == quote then return p end
    if c ~= "\\" then return nil end
    at = p + 2
  end
end

-- The end of the comment that begins at i; one without an end goes to the text's.
local function comment_end(text, i)
  return long_end(text, i + 2) or (text:find("\n", i, true) or #text + 1) - 1
end

-- The kind of the token at i, and where it ends; nil for what is no Lua.
local function read(text, i)
  local c = text:sub(i, i)
  local to = select(2, text:find("^[%a_][%w_]*", i))
  if to then return keywords[text:sub(i, to)] and "keyword" or "name", to end
  to = select(2, text:find("^%.?%d[%w.]*", i))
  if to then
    local exponent = text:find("^0[xX]", i) and "^[pP][+-]%w" or "^[eE][+-]%w"
    if text:find(exponent, to) then to = select(2, text:find("^%w*", to + 2)) end
    return "number", to
  end
  if c == '"' or c == "'" then
    to = quote_end(text, i)
    return to and "string", to
  end
  to = c == "[" and long_end(text, i)
  if to then return "string", to end
  to = select(2, text:find("^%.%.%.?", i)) or select(2, text:find("^[=~<>/:][=]", i)) or select(2, text:find("^::", i))
    or select(2, text:find("^<<", i)) or select(2, text:find("^>>", i)) or select(2, text:find("^//", i))
  return "operator", to or i
end

-- The tokens of text in their order: {kind=, text=, from=, to=}, kind being "name", "keyword", "number",
-- "string" or "operator". nil when a string does not end.
function tokens.of(text)
  local list, i = {}, 1
  while true do
    i = text:find("%S", i)
    if not i then return list end
    if text:find("^%-%-", i) then
      i = comment_end(text, i) + 1
    else
      local kind, to = read(text, i)
      if not kind then return nil end
      list[#list + 1] = { kind = kind, text = text:sub(i, to), from = i, to = to }
      i = to + 1
    end
  end
end

local opens = { ["function"] = true, ["do"] = true, ["if"] = true, ["repeat"] = true }
local closes = { ["end"] = true, ["until"] = true }

-- What a chunk has at its top level that would not mean the same inside a larger one: locals and labels,
-- which a block keeps in; and return and ..., which need a function of their own.
function tokens.top(list)
  local found, blocks, depth = {}, {}, 0 -- depth: of functions
  for _, t in ipairs(list) do
    if opens[t.text] and t.kind == "keyword" then
      blocks[#blocks + 1] = t.text
      if t.text == "function" then depth = depth + 1 end
    elseif closes[t.text] and t.kind == "keyword" then
      if table.remove(blocks) == "function" then depth = depth - 1 end
    elseif #blocks == 0 and (t.text == "local" or t.text == "::") then
      found.block = true
    elseif depth == 0 and (t.text == "return" or t.text == "...") and t.kind ~= "string" then
      found.call = true
    end
  end
  return found
end

return tokens
