-- lines.lua - what the lines of a text stand in: blocks, brackets, long strings; for indents and to part statements.

local lexer = require "moongrad.syntax.lexer"
local find, gmatch, match = string.find, string.gmatch, string.match

local lines = {}

local dedents = { ["else"] = true, ["elseif"] = true }

local scan = {} -- methods of what reads a text
scan.__index = scan

-- Goes to the newlines from where it is to a place, which are within one token (is_inside) or between two.
function scan:go(to, is_inside)
  local at = find(self.text, "\n", self.at, true)
  while at and at <= to do
    self.depth[self.line] = not is_inside and #self.stack
    self.line, self.at_start = self.line + 1, not is_inside and self.stack[#self.stack] or nil
    at = find(self.text, "\n", at + 1, true)
  end
  self.at = to + 1
end

-- Does what is open at the end of a text go on in the next line? What is between quotes does after a backslash.
local function goes_on(open, text)
  local closing = open and open.closing
  return closing ~= nil and (#closing > 1 or find(text, "\\\n?$") ~= nil)
end

-- Reads a text. depth[k] is how many blocks and brackets are open at the end of line k, false inside a string or
-- comment that goes on; stack holds the lines of those open at the end, at_start the line of the innermost where the
-- last line begins; inside: the text ends in a string or comment that goes on.
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

-- For a new line after the text: its blanks, and the blanks that the line before should have when it
-- begins with what closes a block, else nil.
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
