-- paste.lua - splits a pasted text into inputs: one if the whole text compiles, else one for each statement.
--
-- If the text is a transcript, copied from a prompt, the inputs are those that were typed there; the output between
-- them is left out.

local lines = require "moongrad.syntax.lines"
local find, gmatch, gsub, match = string.find, string.gmatch, string.gsub, string.match

local paste = {}

local patient = 100 -- lines that are tried one by one as the end of a statement; further ones with growing gaps

-- Patterns of a line that begins with moongrad's prompt, and of one that begins with the prompt in ASCII or Lua's.
local ours = { "^∇> ?(.*)", "^∇ %d+> ?(.*)", "^∇ %d+ J?=?[%d.einfa+-]+> ?(.*)",
  walk = "^∇ %d+ %[%l+[%l%d ]*, %d+/%d+%]> ?(.*)" }
local ascii = { "^>%f[^>=] ?(.*)", "^%d+> ?(.*)", "^%d+ J?=?[%d.einfa+-]+> ?(.*)",
  walk = "^%d+ %[%l+[%l%d ]*, %d+/%d+%]> ?(.*)" }

-- Returns the line without the prompt at its beginning, nil if it has none; then true if that is the prompt of a walk.
local function after_prompt(line, prompts)
  local in_walk = match(line, prompts.walk)
  if in_walk then return in_walk, true end
  for _, pattern in ipairs(prompts) do
    local text = match(line, pattern)
    if text then return text end
  end
end

local function split_lines(text)
  local list = {}
  for line in gmatch(text .. "\n", "(.-)\n") do list[#list + 1] = line end
  return list
end

-- Returns the patterns of the prompts in a transcript; nil if the text is none. "12> x" alone is a comparison.
local function style(list)
  for _, line in ipairs(list) do
    if after_prompt(line, ours) then return ours end
  end
  local first = 1
  while list[first] == "" do first = first + 1 end
  if list[first] and after_prompt(list[first], ascii) and (#list > first or not find(list[first], "^%d+>")) then
    return ascii
  end
end

-- Returns the number of the line that ends the statement which begins with line i of list; nil if the text ends before
-- the statement does. depth is what lines.scan returned for the whole list.
local function end_of_statement(list, i, depth, judge)
  local base, tries, j, leap = depth[i - 1] or 0, 0, i, 1
  while j <= #list do
    if depth[j] and depth[j] <= base then
      if judge(table.concat(list, "\n", i, j)) ~= "open" then return j end
      tries = tries + 1
      if tries > patient then leap = leap * 2 end
    end
    j = j + leap
  end
  return judge(table.concat(list, "\n", i)) ~= "open" and #list or nil
end

-- Splits a text into statements. Returns the list of them, and the text of one that is not complete at the end, if any.
local function statements(list, judge)
  local found, i, depth = {}, 1, lines.scan(table.concat(list, "\n")).depth
  while i <= #list do
    if find(list[i], "%S") then
      local j = end_of_statement(list, i, depth, judge)
      if not j then return found, table.concat(list, "\n", i) end
      found[#found + 1] = table.concat(list, "\n", i, j)
      i = j
    end
    i = i + 1
  end
  return found
end

-- Returns the inputs of a transcript, and the text of one that is not complete at the end, if any. Inputs that were
-- given up before they were complete are left out.
local function transcript(list, prompts, judge)
  local found, i = {}, 1
  while i <= #list do
    local text, in_walk = after_prompt(list[i], prompts)
    local block = { text }
    i = i + 1
    while text and list[i] and not after_prompt(list[i], prompts) do
      local line = gsub(list[i], "^>> ?", "")
      if find(line, "^%s+>>") and judge(table.concat(block, "\n") .. "\n" .. line) == "bad" then
        line = gsub(line, "^%s+>> ?", "") -- the prompt indents continuation lines that arrive one by one
      end
      block[#block + 1] = line
      i = i + 1
    end
    if in_walk and not find(text, "%S") and find(table.concat(block), "%S") then
      found[#found + 1] = 'walk "next"' -- Enter on an empty line, with what it printed below it
    elseif text and find(text, "%S") and not find(text, "%^C$") then
      local last = end_of_statement(block, 1, lines.scan(table.concat(block, "\n")).depth, judge)
      if last then
        found[#found + 1] = table.concat(block, "\n", 1, last)
      elseif i > #list then
        return found, table.concat(block, "\n")
      end
    end
  end
  return found
end

-- Returns the list of inputs in a text, and the incomplete input at its end, nil if there is none. judge(text) returns
-- "ok" if the text compiles, "open" if further lines may complete it, else "bad".
function paste.inputs(text, judge)
  local list = split_lines(text)
  local prompts = style(list)
  if prompts then return transcript(list, prompts, judge) end
  local how = judge(text)
  if how == "open" then return {}, text end
  if how == "ok" or #list == 1 then return { text } end
  return statements(list, judge)
end

return paste
