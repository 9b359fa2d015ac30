-- locals.lua - finds the local variables that are visible where a text ends, for completion.

-- Reads a list of names separated by commas from token i on, skipping attributes. Returns the list of their tokens, and
-- the token after it.
local function names_from(t, i)
  local list = {}
  while t.kind[i] == "name" or t.text[i] == "..." do
    list[#list + 1] = i
    i = i + 1
    if t.text[i] == "<" and t.text[i + 2] == ">" then i = i + 3 end
    if t.text[i] ~= "," then break end
    i = i + 1
  end
  return list, i
end

-- A scope: the names that are visible, and the open blocks, each with the number of names before it.
local function new_scope(t) return { t = t, names = {}, blocks = {} } end

local function open_block(scope, what) scope.blocks[#scope.blocks + 1] = { what = what, before = #scope.names } end

local function close_block(scope)
  local block = scope.blocks[#scope.blocks]
  if not block then return end
  for i = block.before + 1, #scope.names do scope.names[i] = nil end
  scope.blocks[#scope.blocks] = nil
end

-- Adds the name at a token. init is the token where the expression for its value begins, or nil.
local function declare(scope, token, init)
  if scope.t.kind[token] == "name" then
    scope.names[#scope.names + 1] = { name = scope.t.text[token], at = token, init = init }
  end
end

-- Keyword -> function(scope, i) that updates the scope for the keyword at token i.
local reads = {}

reads["local"] = function(scope, i)
  local t = scope.t
  if t.text[i + 1] == "function" then return declare(scope, i + 2) end
  local list, after = names_from(t, i + 1)
  local has_value = t.text[after] == "=" and after < t.n
  for k = 1, #list do declare(scope, list[k], k == 1 and has_value and after + 1 or nil) end
end

reads["function"] = function(scope, i)
  local t = scope.t
  open_block(scope)
  i = i + 1
  while t.kind[i] == "name" or t.text[i] == "." or t.text[i] == ":" do
    if t.text[i] == ":" then scope.names[#scope.names + 1] = { name = "self", at = i } end
    i = i + 1
  end
  if t.text[i] == "(" then
    local list = names_from(t, i + 1)
    for k = 1, #list do declare(scope, list[k]) end
  end
end

reads["for"] = function(scope, i)
  open_block(scope, "loop")
  local list = names_from(scope.t, i + 1)
  for k = 1, #list do declare(scope, list[k]) end
end

reads["while"] = function(scope) open_block(scope, "loop") end

reads["do"] = function(scope)
  local block = scope.blocks[#scope.blocks]
  if block and block.what == "loop" then block.what = nil else open_block(scope) end
end

reads["then"] = function(scope) open_block(scope) end
reads["repeat"] = reads["then"]
reads["end"] = close_block
reads["until"] = close_block
reads["elseif"] = close_block
reads["else"] = function(scope)
  close_block(scope)
  open_block(scope)
end

--- Returns the locals that are visible at the end of tokens t: a list of {name =, at =, init =}, the outermost first.
-- at is the token that declares it, init the token where the expression for its value begins, or nil.
return function(t)
  local scope = new_scope(t)
  for i = 1, t.n do
    local part = t.kind[i] == "keyword" and reads[t.text[i]]
    if part then part(scope, i) end
  end
  return scope.names
end
