-- lines.lua - finds how deep in blocks and brackets each line of a text ends, to indent a new line at the prompt and to
-- split a pasted text into statements.

local lexer = require "moongrad.syntax.lexer"
local find, gmatch, match = string.find, string.gmatch, string.match

local lines = {}

local dedents = { ["else"] = true, ["elseif"] = true }

local scan = {} -- the methods of the object that lines.scan returns
scan.__index = scan

-- Advances to position `to` and notes the depth of each line that ends on the way. is_inside: is that inside a token?
function scan:go(to, is_inside)
  local at = find(self.text, "\n", self.at, true)
  while at and at <= to do
    self.depth[self.line] = not is_inside and #self.stack
    self.line, self.at_start = self.line + 1, not is_inside and self.stack[#self.stack] or nil
    at = find(self.text, "\n", at + 1, true)
  end
  self.at = to + 1
end

-- Does the string or comment that is open at the end of the text go on in the next line? A string in quotes does if a
-- backslash ends the line.
local function goes_on(open, text)
  local closing = open and open.closing
  return closing ~= nil and (#closing > 1 or find(text, "\\\n?$") ~= nil)
end

-- Scans a text. Returns an object with the fields depth, where depth[k] is the number of blocks and brackets that are
-- open at the end of line k, false if the line ends inside a string or comment; stack, the lines in which those that
-- are open at the end of the text were opened; at_start, the line in which the innermost one at the beginning of the
-- last line was opened; inside, true if the text ends inside a string or comment that goes on.
function lines.scan(text)
  local t = lexer.tokens(text, true)
  local self = setmetatable({ text = text, at = 1, line = 1, depth = {}, stack = {} }, scan)
  for i = 1, t.n do
    self:go(t.at[i] - 1)
    if lexer.closers[t.text[i]] then
      self.stack[#self.stack + 1] = self.line
    elseif lexer.closes[t.text[i]] then
      self.stack[#self.stack] = nil
    end
    self:go(t.last[i], true)
  end
  self.inside = goes_on(t.open, text)
  if t.open then self:go(t.open.at - 1) end
  self:go(#text, t.open ~= nil)
  self.depth[self.line] = not self.inside and #self.stack
  return self
end

local function blanks_of(list, k) return #match(list[k], "^[ \t]*") end

-- Returns the number of blanks to indent a new line after the text; then the number of blanks that the last line of the
-- text should have, if it begins with a token that closes a block, else nil or false.
function lines.indent(text)
  local seen, list = lines.scan(text), {}
  if seen.inside then return 0 end
  for line in gmatch(text .. "\n", "(.-)\n") do list[#list + 1] = line end
  local opener, last = seen.stack[#seen.stack], list[#list]
  local first = match(last, "^%s*([%w_]+)") or match(last, "^%s*([%]%)}])")
  local own = (lexer.closes[first] or dedents[first]) and blanks_of(list, seen.at_start or #list)
  if not opener then return 0, own end
  local base = opener == #list and own or blanks_of(list, opener)
  return base + 2, own
end

return lines
