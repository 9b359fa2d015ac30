-- lines.lua - what the lines of a text stand in: blocks, brackets, long strings; for indents and to part statements.

local lines = {}

local opens = {
  ["function"] = true, ["if"] = true, ["do"] = true, ["repeat"] = true, ["("] = true, ["{"] = true, ["["] = true,
}
local closes = { ["end"] = true, ["until"] = true, [")"] = true, ["}"] = true, ["]"] = true }
local dedents = { ["else"] = true, ["elseif"] = true }

-- Where the string that begins with a quote at i ends: at the quote, or before the end of its line.
local function end_of_string(text, i)
  local quote = text:sub(i, i)
  while true do
    i = text:find("[\\\n" .. quote .. "]", i + 1)
    if not i then return #text end
    local c = text:sub(i, i)
    if c == quote then return i end
    if c == "\n" then return i - 1 end
    i = i + 1 -- what is escaped
    if text:sub(i, i) == "z" then i = text:match("^%s*()", i + 1) - 1 end
  end
end

-- The end of the long string or comment whose first bracket is at i; nil when it is none, false when it is open.
local function end_of_long(text, i)
  local level, from = text:match("^%[(=*)%[()", i)
  if not level then return nil end
  local _, to = text:find("]" .. level .. "]", from, true)
  return to or false
end

-- The next token that counts from i on: what it is, and where it ends (false: it is open).
local function next_token(text, i)
  local at = text:find("[%w_\"'%[%]{}()%-\n]", i)
  if not at then return nil end
  local c = text:sub(at, at)
  if c:find "[%w_]" then
    local word = text:match("^[%w_]+", at)
    return word, at + #word - 1
  elseif c == '"' or c == "'" then
    return "text", end_of_string(text, at), at
  elseif c == "[" then
    local to = end_of_long(text, at)
    if to ~= nil then return "text", to, at end
  elseif c == "-" and text:sub(at + 1, at + 1) == "-" then
    local to = end_of_long(text, at + 2)
    if to == nil then to = (text:find("\n", at, true) or #text + 1) - 1 end
    return "text", to, at
  end
  return c, at
end

-- Reads a text. depth[k] is how many blocks and brackets are open at the end of line k, false inside a string or
-- comment that goes on; stack holds the lines of those open at the end, at_start the same where the last line begins.
function lines.scan(text)
  local depth, stack, line, at_start, i = {}, {}, 1, nil, 1
  while true do
    local token, to, from = next_token(text, i)
    if not token then break end
    if token == "\n" then
      depth[line] = #stack
      line, at_start = line + 1, stack[#stack]
    elseif token == "text" then
      for _ in text:sub(from, to or -1):gmatch "\n" do
        depth[line] = false
        line, at_start = line + 1, nil
      end
      if not to then
        depth[line] = false
        return { depth = depth, inside = true, stack = stack }
      end
    elseif opens[token] then
      stack[#stack + 1] = line
    elseif closes[token] then
      stack[#stack] = nil
    end
    i = to + 1
  end
  depth[line] = #stack
  return { depth = depth, stack = stack, at_start = at_start }
end

local function blanks_of(list, k) return #list[k]:match "^[ \t]*" end

-- For a new line after the text: its blanks, and the blanks that the line before should have when it
-- begins with what closes a block, else nil.
function lines.indent(text)
  local seen, list = lines.scan(text), {}
  if seen.inside then return 0 end
  for line in (text .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
  local opener, last = seen.stack[#seen.stack], list[#list]
  local first = last:match "^%s*([%w_]+)" or last:match "^%s*([%]%)}])"
  local own = (closes[first] or dedents[first]) and blanks_of(list, seen.at_start or #list)
  if not opener then return 0, own end
  local base = opener == #list and own or blanks_of(list, opener)
  return base + 2, own
end

return lines
