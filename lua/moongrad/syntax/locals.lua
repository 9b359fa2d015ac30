-- locals.lua - the local names that can be seen where a text ends.

-- The names from token i on that commas separate, attributes skipped: a list of their tokens, and the token after.
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

-- Blocks within blocks: every name that is declared, and how many there were before each block.
local function new_scope(t) return { t = t, names = {}, blocks = {} } end

local function open_block(scope, what) scope.blocks[#scope.blocks + 1] = { what = what, before = #scope.names } end

local function close_block(scope)
  local block = scope.blocks[#scope.blocks]
  if not block then return end
  for i = block.before + 1, #scope.names do scope.names[i] = nil end
  scope.blocks[#scope.blocks] = nil
end

-- init: the token where the expression begins whose value it gets.
local function declare(scope, token, init)
  if scope.t.kind[token] == "name" then
    scope.names[#scope.names + 1] = { name = scope.t.text[token], at = token, init = init }
  end
end

-- Each keyword's part, at token i.
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

--- The locals of tokens t that can be seen at its end: a list of {name =, at =, init =}, the outermost first.
-- at is the token that declares it, init the one where the expression for its value begins, if there is one.
return function(t)
  local scope = new_scope(t)
  for i = 1, t.n do
    local part = t.kind[i] == "keyword" and reads[t.text[i]]
    if part then part(scope, i) end
  end
  return scope.names
end
