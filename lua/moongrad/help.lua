-- help.lua - help(): what to type; help "step": the text that stands above step in the source.

local core = require "moongrad.core"
local data = require "moongrad.data"
local names = require "moongrad.names"
local show = require "moongrad.show"

local help = {}

local overview = [[
A network learns XOR:
  X, y = data.xor()            the data: X is 4 x 2, y is 4 x 1
  LAYERS = {2, 2, 1}           a network, NET, its THETA drawn at random
  ETA = 2                      its learning rate
  step(5000)                   5000 epochs of forward, backward, update
  A[3]                         what it says now

Look:    THETA[1]  A[2]  Z[2]  DELTA[2]  GRAD[1]  DTHETA[1]  J
Set:     THETA[1][1][2] = 0.5
Do:      forward() backward() update() step(n) train{} predict(X) cost()
         accuracy() init()
Check:   check() compares every gradient with differences of J
Make:    matrix{{1, 2}, {3, 4}}  rand(2, 3)  randn(2, 3)  seed(0)
         network{2, 8, 1, activation = "tanh"}
More:    help "step", help(step), help "network", help "THETA"
Scripts: the prompt shows what a line returns, a script prints it:
         print(help())  print(step(1000))]]

-- A line broken between words; what does not fit goes on below, indented by hang.
local function wrap(line, width, hang)
  local lines, current = {}, ""
  for space, word in line:gmatch "(%s*)(%S+)" do
    if current ~= "" and #current + #space + #word > width then
      lines[#lines + 1], current = current, (" "):rep(hang) .. word
    else
      current = current .. space .. word
    end
  end
  lines[#lines + 1] = current
  return table.concat(lines, "\n")
end

-- Where the words of a line in columns begin, or a little more than its first word does.
local function column(line, width)
  local before = #(line:match "^%s*%S.-%s%s+" or line:match "^%s*%S+%s*")
  return before <= width // 2 and before or #line:match "^%s*" + 2
end

-- As it is read: within 80 columns, and the terminal. Of a doc comment the words flow; its
-- signature, its examples and the lines of the overview stay apart.
local function layout(t)
  local width = math.max(20, math.min(80, show.width()))
  local lines, flows = {}, false -- does the last line go on?
  for line in (t.text .. "\n"):gmatch "(.-)\n" do
    local is_words = not t.columns and #lines > 0 and lines[#lines] ~= "" and not line:find "^>" and line ~= ""
    if is_words and flows then
      lines[#lines] = lines[#lines] .. " " .. line
    else
      lines[#lines + 1] = line
    end
    flows = is_words
  end
  for i, line in ipairs(lines) do
    local is_first = i == 1 or lines[i - 1] == ""
    local hang = t.columns and line ~= "" and column(line, width) or (is_first or line:find "^>") and 4 or 0
    lines[i] = wrap(line, width, hang)
  end
  return table.concat(lines, "\n")
end

local text = { __name = "help", __tostring = layout } -- the metatable of what help returns

local sets = {}
for name in pairs(data) do sets[#sets + 1] = "data." .. name .. "()" end
table.sort(sets)

-- What is no function: name -> text.
local live = {
  LAYERS = "LAYERS\nThe units of each layer, input first. LAYERS = {2, 2, 2, 1} makes a new network.",
  ETA = "ETA\nThe learning rate: a step changes THETA[l] by -ETA GRAD[l].",
  THETA = "THETA[l]  n(l+1) x (1 + n(l))\nThe weights into layer l+1: a row for each unit that receives, column 1 the "
    .. "bias.\nTHETA[l] = m copies in, THETA = {} draws anew.",
  A = "A[l]  N x (1 + n(l))\nThe activations of layer l, a column of ones in front; A[1] is [1 X], the last is the "
    .. "prediction, without ones.",
  Z = "Z[l]  N x n(l+1)\nThe pre-activations: Z[l] = A[l] THETA[l]^T.",
  DELTA = "DELTA[l]  N x n(l+1)\ndJ/dZ[l], what backpropagation carries back.",
  GRAD = "GRAD[l]  as THETA[l]\ndJ/dTHETA[l] = DELTA[l]^T A[l], plus what l1 and l2 add.",
  DTHETA = "DTHETA[l]  as THETA[l]\nThe last update applied; in plain descent -ETA GRAD[l].",
  J = "J\nThe cost of the last pass, the one whose gradient is taken: NET.options.cost names it.",
  X = "X  N x n(1)\nThe data, a row for each example.",
  y = "y  N x K\nThe targets, a row for each row of X.",
  data = "data\nSmall data sets, each a function that returns X and y: " .. table.concat(sets, " "),
  NET = "NET\nThe current network; NET = network{2, 2, 1} selects another.",
}

local docs -- name -> list of texts, from the sources

local function texts_of(name)
  docs = docs or core.docs()
  if live[name] then return { live[name] } end
  return docs[name]
end

local function all_names()
  docs = docs or core.docs()
  local list = {}
  for name in pairs(docs) do list[#list + 1] = name end
  for name in pairs(live) do list[#list + 1] = name end
  return list
end

-- The name that has help about the value: that of a function or of data, or the class of an object.
local function name_of(f)
  local meta = debug.getmetatable(f)
  local class = type(meta) == "table" and rawget(meta, "__name")
  if class then return class end
  for _, name in ipairs(all_names()) do
    local ok, v = pcall(function() return _G[name] end)
    if ok and rawequal(v, f) then return name end
  end
end

--- help([what])
-- Tells what there is to type, or about one thing: a name in quotes or a function. Returns the text;
-- a script prints it, print(help()).
-- > help "step"
function help.help(what)
  if what == nil then return setmetatable({ text = overview, columns = true }, text) end
  local name = what
  if type(what) ~= "string" then name = name_of(what) end
  if name == nil then
    return setmetatable({ text = "no help about a " .. type(what) .. '; try its name, as in help "step"' }, text)
  end
  local found = texts_of(name) or texts_of(name:match "([%w_]+)%s*$" or "")
  if not found then
    return setmetatable({ text = "no help about '" .. name .. "'" .. names.suggest(name, all_names()) }, text)
  end
  return setmetatable({ text = table.concat(found, "\n\n") }, text)
end

return help
