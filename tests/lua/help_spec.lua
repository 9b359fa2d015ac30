-- Help: what is public has some, what it says is so, and its examples run and print what it says they do.

local lfs = require "lfs"
local core = require "moongrad.core"
local entries = require "moongrad.help.entries"
local help = require "moongrad.help.help"
local mg = require "moongrad"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local show = require "moongrad.show"

local moongrad = assert(os.getenv "MOONGRAD")

-- Runs a script with the session names; returns its exit status and all that it printed.
local function run(code)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  local pipe = assert(io.popen(("%s %s 2>&1 </dev/null"):format(moongrad, path)))
  local out = pipe:read "a"
  local _, _, status = pipe:close()
  os.remove(path)
  return status, out
end

local function lines_of(text)
  local list = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
  return list
end

local function text_of(...) return tostring(help.help(...)) end

-- The texts that are documented, as "net:step" -> true.
local function documented()
  local set = {}
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "documented" then set[entry.path] = true end
  end
  return set
end

it("finds each entry by its path, as \"See also\" names it", function()
  for _, entry in ipairs(entries.all()) do
    local found = entry.kind == "choice" -- relu is a function, too
    for _, shown in ipairs(help.find(entry.path) or {}) do found = found or shown == entry end
    assert.is_true(found, entry.path)
  end
end)

describe("every public function", function()
  -- Which of the names have no doc comment above them.
  local function lacking(names, prefix)
    local has, list = documented(), {}
    for _, name in ipairs(names) do
      if not has[prefix .. name] then list[#list + 1] = prefix .. name end
    end
    table.sort(list)
    return list
  end

  local function keys(...)
    local list = {}
    for _, t in ipairs { ... } do
      for key in pairs(t) do
        if key:sub(1, 1) ~= "_" then list[#list + 1] = key end
      end
    end
    return list
  end

  it("of mg has a doc comment", function()
    local names = keys(mg)
    for i = #names, 1, -1 do
      if type(mg[names[i]]) ~= "function" then table.remove(names, i) end
    end
    assert.is_true(#names > 30)
    assert.same({}, lacking(names, "mg."))
    assert.same({}, lacking({ "mg", "data" }, ""))
  end)

  it("of mg.data has one", function()
    assert.same({}, lacking(keys(mg.data), "data."))
  end)

  it("and field of a network has one, or a live name that says it", function()
    local class, names = core.network_class, {}
    local live = { theta = "THETA", a = "A", z = "Z", delta = "DELTA", grad = "GRAD", dtheta = "DTHETA",
      layers = "LAYERS", eta = "ETA", J = "J", X = "X", y = "y" }
    for _, name in ipairs(keys(class.methods, class.getters)) do
      if live[name] then
        assert.same({}, lacking({ live[name] }, ""))
        assert.equal(text_of(live[name]), text_of("net." .. name))
      else
        names[#names + 1] = name
      end
    end
    assert.is_true(#names > 10)
    local has = documented()
    for i = #names, 1, -1 do
      if has["net:" .. names[i]] or has["net." .. names[i]] then table.remove(names, i) end
    end
    assert.same({}, names)
  end)

  it("and field of a matrix has one", function()
    local meta, has, names = debug.getmetatable(mg.ones(1, 1)), documented(), {}
    for _, name in ipairs(keys(meta.methods, meta.fields)) do
      if not has["m:" .. name] and not has["m." .. name] then names[#names + 1] = name end
    end
    assert.same({}, names)
  end)

  it("of a generator is mg's function of the name", function()
    assert.same({}, lacking(keys(debug.getmetatable(mg.generator(0)).methods), "mg."))
  end)

  it("of the session, and every live name, has one", function()
    local status, out = run [[
      local entries, session = require "moongrad.help.entries", require "moongrad.prompt.session"
      local has = {}
      for _, entry in ipairs(entries.all()) do
        if entry.kind == "documented" and (not entry.owner or entry.owner == "mg" or entry.owner == "net") then
          has[entry.name] = true
        end
      end
      for _, name in ipairs(session.names()) do
        io.write(has[name] and "" or "lacks " .. name .. "\n")
      end
      print(#session.names() > 50)]]
    assert.equal("true\n", out)
    assert.equal(0, status)
  end)

  it("of Lua itself has its line", function()
    local has = {}
    for _, entry in ipairs(entries.all()) do
      if entry.kind == "lua" then has[entry.path] = true end
    end
    local _, out = run [[
      local all = {}
      for name, v in next, require "moongrad.prompt.session".at_start do
        if name ~= "arg" then all[#all + 1] = name end
        if type(v) == "table" and name ~= "_G" and name ~= "arg" then
          for key in next, v do all[#all + 1] = name .. "." .. key end
        end
      end
      for key in next, debug.getmetatable(io.stdout).__index do all[#all + 1] = "file:" .. key end
      print(table.concat(all, "\n"))]]
    local n, lacks = 0, {}
    for name in out:gmatch "[^\n]+" do
      n = n + 1
      if not has[name] and not (package.loaded[name] and name ~= "_G") then lacks[#lacks + 1] = name end
    end
    assert.is_true(n > 150)
    assert.same({}, lacks)
  end)
end)

describe("options", function()
  it("have each a formula for all that they may be", function()
    for who, taken in pairs(options.of) do
      for _, option in ipairs(taken) do
        assert.is_string(option.about, who)
        assert.is_true((option.default ~= nil) ~= (option.without ~= nil), who .. "." .. option.name)
        for _, row in ipairs(option.choices and help.find(who .. "." .. option.name)[1].rows or {}) do
          assert.is_true(#row[2] > 0, who .. "." .. option.name .. " " .. row[1])
        end
      end
    end
  end)

  it("of a network are what help says when they are not given", function()
    local net = mg.network { 2, 1 }
    for _, option in ipairs(options.of.network) do
      if option.default ~= nil then assert.equal(option.default, net.options[option.name], option.name) end
    end
    assert.equal(net.options.activation, net.options.output)
    assert.is_nil(net.options.seed)
  end)

  it("are all in the signature of what takes them", function()
    for _, who in ipairs { "train", "check" } do
      local title = help.find("net:" .. who)[1].title
      local names = {}
      for name in title:gmatch "([%w_]+)=" do names[#names + 1] = name end
      for i, option in ipairs(options.of[who]) do assert.equal(option.name, names[i]) end
      assert.equal(#options.of[who], #names)
    end
  end)

  it("are shown with their defaults, their choices and their formulas", function()
    local text = text_of "network"
    assert.is_truthy(text:find('cost = "sse"', 1, true))
    assert.is_truthy(text:find("eta = 0.1", 1, true))
    assert.is_truthy(text_of "check":find("epsilon = 1e-5", 1, true))
    assert.is_truthy(text_of "network.cost":find("mse            J = 1/(N K) sum of (yhat - y)^2", 1, true))
    assert.is_truthy(text_of "network.activation":find("sigmoid     a = 1 / (1 + e^-z), a' = a (1 - a)", 1, true))
    assert.equal(text_of "network.l2", text_of "l2")
    assert.equal(text_of "net:step", text_of "network:step")
    assert.equal(text_of "network.cost", text_of "NET.options.cost")
    assert.is_truthy(text_of "sse":find("1/2 sum", 1, true))
    assert.is_truthy(text_of "init":find("epsilon   U[-epsilon, epsilon)   {epsilon = 0.12}", 1, true))
  end)
end)

-- Without times, which differ from run to run.
local function timeless(text) return (text:gsub("[%d.]+ [mu]?s%f[%A]", "(time)")) end

-- Types the examples at a prompt, after those of help() in short, in a directory that has a mine.lua.
local function examples_run(name, text)
  local examples = page.examples(text)
  local typed = {
    'PROMPT = function() return "@@" .. "@ " end', "X, y = data.xor()  LAYERS = {2, 2, 1}  ETA = 2", "step(50);" }
  local before = #typed
  for _, example in ipairs(examples) do typed[#typed + 1] = example.input end
  local directory = os.tmpname()
  os.remove(directory)
  assert(lfs.mkdir(directory))
  for file, content in pairs { ["mine.lua"] = "step(10)\n", typed = table.concat(typed, "\n") .. "\n" } do
    local f = assert(io.open(directory .. "/" .. file, "w"))
    f:write(content)
    f:close()
  end
  local program = moongrad:find "^/" and moongrad or lfs.currentdir() .. "/" .. moongrad
  local command = "cd %s && HOME=. VISUAL=true EDITOR=true %s -q --no-rc -i <typed 2>errors"
  local pipe = assert(io.popen(command:format(directory, program)))
  local out = pipe:read "a":gsub("@@@ ", "\1")
  pipe:close()
  local file = assert(io.open(directory .. "/errors"))
  assert.equal("", file:read "a", name)
  file:close()
  os.execute("rm -r " .. directory)
  local outputs = {}
  for output in out:gmatch "\1[^\n]*\n([^\1]*)" do outputs[#outputs + 1] = output end
  assert.equal(#typed, #outputs, out) -- the first prompt is not ours, and one comes after the last
  for i, example in ipairs(examples) do
    if example.output then
      local output = outputs[before - 1 + i]:gsub("\n$", "")
      assert.equal(timeless(example.output), timeless(output), name .. ": " .. example.input)
    end
  end
  return #examples
end

describe("examples", function()
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "topic" or entry.text:find "> " then
      it("of " .. entry.title .. " run, and print what is said", function()
        assert.is_true(examples_run(entry.path, entry.title .. "\n" .. entry.text) > 0)
      end)
    end
  end

  it("are there for every function and every option", function()
    for _, entry in ipairs(entries.all()) do
      if entry.kind == "documented" or entry.kind == "option" then
        assert.is_true(#page.examples(entry.title .. "\n" .. entry.text) > 0, entry.title)
      end
    end
  end)
end)

describe("help", function()
  it("finds a function by its name, its call, and what it belongs to", function()
    local step = text_of "step"
    assert.is_truthy(step:find("net:step([n])", 1, true))
    for _, name in ipairs { "NET:step", "net:step", "NET:step(1000)", "step()", " step ", "?step", "NET.step" } do
      assert.equal(step, text_of(name), name)
    end
    assert.is_truthy(text_of "copy":find("m:copy()", 1, true))
    assert.is_truthy(text_of "copy":find("net:copy()", 1, true))
    assert.is_nil(text_of "NET:copy":find("m:copy()", 1, true))
    assert.is_nil(text_of "THETA[1]:copy":find("net:copy()", 1, true))
    assert.equal(text_of "m.T", text_of "THETA[1].T")
    assert.equal(text_of "mg.rand", text_of "g:rand")
    assert.equal(text_of "_", text_of "_1")
    assert.is_truthy(text_of "data.xor":find("data.xor()", 1, true))
    assert.equal(text_of "data.xor", text_of "mg.data.xor")
    assert.is_truthy(text_of "string.format":find("string.format(format, ...)", 1, true))
    assert.equal(text_of "string.format", text_of "format")
    assert.is_truthy(text_of "for":find("Reference Manual, section 3.3", 1, true))
  end)

  it("finds what a value is", function()
    local net = mg.network { 2, 2, 1, seed = 0, X = { { 0, 1 } }, y = { 1 } }
    local report = net:step()
    local same = {
      { net.step, "net:step" }, { mg.matrix, "mg.matrix" }, { net, "NET" }, { net.theta, "THETA" }, { net.a, "A" },
      { net.theta[1], "THETA" }, { mg.ones(1, 1), "matrix" }, { mg.ones(1, 1)[1], "matrix" },
      { mg.ones(1, 1).sum, "m:sum" }, { net.train, "net:train" }, { mg.data, "data" }, { mg.data.xor, "data.xor" },
      { mg, "mg" }, { report, "report" }, { net:check(), "net:check" }, { net.layers, "LAYERS" },
      { net.frozen, "net.frozen" }, { net.options, "net.options" }, { mg.generator(1), "generator" },
      { math.floor, "math.floor" }, { print, "print" }, { string.format, "string.format" }, { io.stdout, "file" },
    }
    for _, case in ipairs(same) do
      local text = text_of(case[1])
      if case[2] ~= "file" then assert.equal(text_of(case[2]), text, case[2]) end
      assert.is_nil(text:find "^no help", case[2])
    end
  end)

  it("says of the user's own functions and values what is known", function()
    local text = text_of(function(a, b, ...) return a, b, ... end)
    assert.is_truthy(text:find("function(a, b, ...)", 1, true))
    assert.is_truthy(text:find("help_spec.lua, line ", 1, true))
    assert.is_truthy(text_of(42):find("no help about a number 42", 1, true))
    assert.is_truthy(text_of {} :find("table of 0 items", 1, true))
    assert.is_truthy(text_of(nil):find("that is nil", 1, true))
    assert.is_truthy(text_of(true):find("boolean true", 1, true))
    assert.has_error(function() help.help(1, 2) end)
  end)

  it("is not misled by classes that are called as each other's variables", function()
    local _, out = run [[
      a, b = setmetatable({}, {__name = "b"}), setmetatable({}, {__name = "a"})
      print(help "a")]]
    assert.is_truthy(out:find "^no help about a, a b\n", out)
  end)

  it("says near names for a miss, and where else to look", function()
    assert.is_truthy(text_of "stepp":find("did you mean step", 1, true))
    assert.is_truthy(text_of "NET:stpe":find("did you mean step", 1, true))
    assert.is_truthy(text_of "string.fromat":find("did you mean string.format", 1, true))
    assert.is_truthy(text_of "optimizerz":find("did you mean optimizer", 1, true))
    assert.is_truthy(text_of "zzzz":find('apropos "zzzz"', 1, true))
    local odd = { "", " ", "?", "\0", ("x"):rep(1e5), "[[", "a.b.c.d", "%", "%b()", "(", "\"", "NET:", ".x" }
    for _, name in ipairs(odd) do
      assert.is_string(text_of(name))
    end
  end)

  it("has pages for topics, under other names too, with their sources", function()
    local contents = text_of "topics"
    local wanted = { "backpropagation", "costs", "activations", "optimisers", "initialisation", "checking", "data",
      "keys", "randomness", "precision", "threads" }
    for _, name in ipairs(wanted) do
      assert.is_truthy(contents:find("  " .. name .. " ", 1, true), name)
    end
    for _, entry in ipairs(entries.all()) do
      if entry.kind == "topic" then
        assert.is_truthy(contents:find("  " .. entry.name .. " ", 1, true), entry.name)
        for _, other in ipairs(entry.also) do assert.is_nil(text_of(other):find "^no help", other) end
        assert.is_nil(text_of(entry.name):find "\n{", entry.name)
      end
    end
    for _, name in ipairs { "backpropagation", "costs", "activations", "optimisers", "initialisation", "checking" } do
      assert.is_truthy(text_of(name):find "\nSources?: ", name)
    end
    assert.equal(text_of "optimisers", text_of "optimizers")
    assert.equal(text_of "keys", text_of "Prompt Keys")
    local costs = text_of "costs"
    for _, name in ipairs(core.costs) do assert.is_truthy(costs:find("\n  " .. name .. " ", 1, true), name) end
  end)

  it("names in its overview only what there is", function()
    local status, out = run [[
      local text = tostring(help())
      X, y = data.xor()  LAYERS = {2, 2, 1}  forward() backward() update()
      for name in text:gmatch "%f[%a_.]([%a_]+)[({%[]" do
        if _G[name] == nil then print("no " .. name) end
      end
      for line in text:gmatch "\n  ([^\n]-)   " do
        local f = load(line) or load("return " .. line)
        if f then f() end
      end
      print(NET.epoch)]]
    assert.equal("5000\n", out)
    assert.equal(0, status)
  end)

  it("fits the terminal", function()
    local width = show.width
    finally(function() show.width = width end)
    for _, columns in ipairs { 200, 80, 50, 30 } do
      show.width = function() return columns end
      local most = math.min(columns, 80)
      local texts = { text_of(), text_of "topics", tostring(help.apropos "the") }
      for _, entry in ipairs(entries.all()) do texts[#texts + 1] = text_of(entry.path) end
      for _, text in ipairs(texts) do
        local first = lines_of(text)[1]
        for _, line in ipairs(lines_of(text)) do
          local is_one_word = not line:find "%S%s+%S"
          assert.is_true(#line <= most or is_one_word or columns < 50 and line:find "^[%d{]", first .. ": " .. line)
          assert.is_nil(line:find " $", first)
          assert.is_nil(line:find "[\128-\255]", first)
        end
      end
    end
  end)
end)

describe("apropos", function()
  it("searches names, then signatures, then texts", function()
    local found, place = help.apropos "grad", {}
    for i, hit in ipairs(found) do place[hit.name] = i end
    assert.is_true(place.GRAD < place["net:backward"])
    assert.is_truthy(place.backpropagation and place["net:check"])
    assert.is_truthy(tostring(found):find("GRAD +dJ/dTHETA%[l%], the gradient"))
    assert.equal("ETA", help.apropos "learning rate"[1].name)
    assert.same(#help.apropos "GRAD", #found)
    assert.is_true(#help.apropos "gradient cost" < #help.apropos "cost")
    assert.equal("string.gsub", help.apropos "gsub"[1].name)
  end)

  it("says when there is nothing, with near names, and wants words", function()
    assert.equal(0, #help.apropos "gradiant")
    assert.is_truthy(tostring(help.apropos "gradiant"):find('nothing about "gradiant"; did you mean gradient', 1, true))
    assert.equal(0, #help.apropos "")
    assert.has_error(function() help.apropos() end)
    assert.has_error(function() help.apropos(5) end)
    assert.has_error(function() help.apropos("a", "b") end)
  end)
end)

describe("who", function()
  local function session(code) return select(2, run(code)) end

  it("lists the user's names with types and shapes, and the network", function()
    assert.equal(table.concat({
      "  NET   network 2-2-1   sigmoid, cost sse, eta 2   9 parameters   epoch 3",
      "  X     matrix 4 x 2",
      "  y     matrix 4 x 1",
      "  f     function(a, b, ...)",
      "  m     matrix 2 x 3",
      "  mine  network 1-1   sigmoid, cost sse, eta 0.1   2 parameters   epoch 0",
      "  n     number 3",
      '  s     string "a\\nb\\0011"',
      "  step  function(k)",
      "  t     table of 2 items",
      "  z1    number 0.5", "" }, "\n"), session [[
      X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2 step(3)
      m = rand(2, 3) n = 3 z1 = .5 s = "a\nb\0011" t = {1, x = 2} function f(a, b, ...) end
      mine = network{1, 1} step = function(k) end _ = 5 _1 = 6
      print(who())]])
  end)

  it("has fields for scripts", function()
    assert.equal("1\tm\tmatrix\t2 x 3\tmatrix 2 x 3\ttrue\tnil\n", session [[
      m = rand(2, 3)
      LAYERS = {2, 1}
      local w = who()
      print(#w, w[1].name, w[1].type, w[1].shape, w[1].text, w.network == NET, w.X)]])
  end)

  it("says when there is nothing, and runs no code of the user's", function()
    assert.equal("  NET  no network yet: LAYERS = {2, 2, 1} makes one\n  no names of your own yet\n",
      session "print(who())")
    assert.equal("0\n", session [[
      ran = 0
      function hit() ran = ran + 1 return "x" end
      o = setmetatable({}, {__index = hit, __len = hit, __pairs = hit, __tostring = hit, __name = {}})
      p = setmetatable({}, {__index = hit, __tostring = hit, __name = "network"})
      _G[1] = 1  _G["odd name"] = 1
      tostring(who())
      print(ran)]])
    assert.is_truthy(session "print(pcall(who, 1))":find "takes no arguments")
  end)
end)
