-- Prints what is wrong with the way the Lua modules below a folder require each other: lua5.4 modules.lua FOLDER.
--
-- A module requires another when its name is among the strings of the file, also one that is required when it is
-- first used; a string that ends in a dot stands for all the modules whose names begin so.

local lexer = require "moongrad.syntax.lexer"

-- Which folders a folder may require, besides itself and the library's files at the top. One that is not here is the
-- library's: it may require all of these but session and prompt.
local may = {
  top = "network data custom past sweep", -- loaded when they are used
  syntax = "", data = "", custom = "", past = "network",
  network = "past explain check diagnose data", explain = "network help", check = "past help",
  session = "session.journal network past help explain syntax",
  ["session.journal"] = "network past syntax",
  prompt = "prompt.errors network past explain help syntax session",
  ["prompt.errors"] = "prompt network past help syntax session",
  ["prompt.complete"] = "network explain help syntax", -- it gets the session as an argument
}

local function folder_of(module) return module:match "^moongrad%.(.+)%.[%w_]+$" or "top" end

local function is_allowed(from, to)
  if from == to or to == "top" then return true end
  if not may[from] then return to:find "^session" == nil and to:find "^prompt" == nil end
  return (" " .. may[from] .. " "):find(" " .. to .. " ", 1, true) ~= nil
end

-- module -> text, of those below a folder.
local function modules_below(root)
  local texts = {}
  local list = assert(io.popen(("cd '%s' && find moongrad -name '*.lua'"):format(root)))
  for path in list:lines() do
    local file = assert(io.open(root .. "/" .. path))
    texts[path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")] = file:read "a"
    file:close()
  end
  list:close()
  return texts
end

-- The strings of a text.
local function strings_of(text)
  local t, list = lexer.tokens(text), {}
  for i = 1, t.n do
    if t.kind[i] == "string" then list[#list + 1] = t.text[i]:sub(2) end
  end
  return list
end

-- Who requires the modules that commands.lua names, by whose the command is.
local requirer = { mg = "moongrad", data = "moongrad.data.data", net = "moongrad.network.network",
  m = "moongrad.network.network", session = "moongrad.session.session",
  prompt = "moongrad.prompt.shell" }

-- Adds the names of these modules to the strings of who requires them.
local function add_commands(strings, root)
  for _, record in ipairs(dofile(root .. "/moongrad/commands.lua")) do
    if record.from then table.insert(strings[requirer[record.of]], "moongrad." .. record.from) end
  end
end

-- module -> list of those that it requires, sorted.
local function requirements(texts, root)
  local all, strings = {}, {}
  for module, text in pairs(texts) do strings[module] = strings_of(text) end
  add_commands(strings, root)
  for module in pairs(texts) do
    local seen, list = {}, {}
    for _, s in ipairs(strings[module]) do
      for other in pairs(texts) do
        local is_meant = other == s or s:find "^moongrad%..*%.$" and other:sub(1, #s) == s
        if is_meant and other ~= module and not seen[other] then
          seen[other], list[#list + 1] = true, other
        end
      end
    end
    table.sort(list)
    all[module] = list
  end
  return all
end

-- Prints a circle for each module at which one closes.
local function print_circles(required)
  local path, place, done = {}, {}, {}
  local function visit(module)
    if place[module] then
      print("a circle: " .. table.concat(path, " -> ", place[module]) .. " -> " .. module)
    elseif not done[module] then
      done[module] = true
      path[#path + 1], place[module] = module, #path + 1
      for _, other in ipairs(required[module]) do visit(other) end
      path[#path], place[module] = nil, nil
    end
  end
  local names = {}
  for module in pairs(required) do names[#names + 1] = module end
  table.sort(names)
  for _, module in ipairs(names) do visit(module) end
end

-- Is there a list of Lua's keywords in one of the strings?
local function has_keywords(strings)
  for _, s in ipairs(strings) do
    local seen, n = {}, 0
    for word in s:gmatch "%a+" do
      if lexer.keywords[word] and not seen[word] then seen[word], n = true, n + 1 end
    end
    if n > 16 and #s < 500 then return true end
  end
  return false
end

local texts = modules_below(arg[1])
local required = requirements(texts, arg[1])
for module, list in pairs(required) do
  for _, other in ipairs(list) do
    local from, to = folder_of(module), folder_of(other)
    if not is_allowed(from, to) then print(("%s may not require %s: %s -> %s"):format(from, to, module, other)) end
  end
end
print_circles(required)
for module, text in pairs(texts) do
  if module ~= "moongrad.syntax.lexer" and has_keywords(strings_of(text)) then
    print(module .. " has a list of keywords of its own; lexer.keywords is the one")
  end
end
