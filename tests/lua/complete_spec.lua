-- What Tab offers: the tokens to the left of the cursor, the locals in them, and the words for each place.

local complete = require "moongrad.prompt.complete.complete"
local mg = require "moongrad"
local options = require "moongrad.options"

local X, y = mg.data.xor()
local net = mg.network { 2, 2, 1, X = X, y = y, seed = 0 }
net:step(3)

-- A session's names, as the shell has them.
local live = { NET = net, THETA = net.theta, LAYERS = net.layers, X = X, y = y, mg = mg }
local functions = {}
for _, name in ipairs { "step", "train", "check", "init", "predict" } do
  functions[name] = function(...) return net[name](net, ...) end
end
local session = {
  own = function(name) return functions[name] end,
  value = function(name)
    if live[name] ~= nil then return live[name] end
    return functions[name] or mg[name]
  end,
  names = function()
    local list = {}
    for _, t in ipairs { live, functions, mg } do
      for name in pairs(t) do list[#list + 1] = name end
    end
    return list
  end,
}

local folders = {
  ["."] = { ["some data.csv"] = false, ["some-net"] = false, scripts = true, [".hidden"] = false, ['q"uote'] = false,
    ["b\\s"] = false, ["new\nline"] = false, ["end]]x"] = false, ["é1"] = false, ["é2"] = false, ["è3"] = false },
  ["scripts/"] = { ["xor.lua"] = false, [".."] = true },
  ["/home/u/"] = { ["iris.csv"] = false },
}

local globals

-- What is offered at | in text, or at its end.
local function offered(text, without_session)
  local left, rest = text:match "^(.*)|(.*)$"
  local at = complete.new {
    globals = globals,
    session = not without_session and session or nil,
    files = function(path) return folders[path] end,
    home = function(path) return (path:gsub("^~", "/home/u")) end,
  }
  return at(left or text, rest or "")
end

local function words(text, without_session)
  local offer = offered(text, without_session)
  if not offer then return "" end
  local list = table.move(offer.words, 1, #offer.words, 1, {})
  table.sort(list)
  return table.concat(list, " | ")
end

-- A test for each pair of a text and what is offered there.
local function all(cases)
  for _, case in ipairs(cases) do
    local text, expected = case[1], case[2]
    it(("%s -> %s"):format(text, expected):gsub("\n", "\\n"), function() assert.equal(expected, words(text)) end)
  end
end

before_each(function()
  globals = {
    xyzzy = { plugh = { grue = 1 }, "a", { deep = 2 }, ["odd key"] = 3, ["end"] = 4 }, list = { 1, 2 }, empty = {},
    text = "s", report = net:step(),
    last = net:train(), opts = net.options, number = 1, string = string, io = io, print = print,
    object = setmetatable({ own = 1 }, { __index = { method = print, constant = 2 } }),
    callable = setmetatable({}, { __call = print }),
    mine = function(alpha, beta, ...) return alpha, beta, ... end,
  }
end)

describe("a name", function()
  all {
    { "xyz", "xyzzy." }, { "print(#xyz", "xyzzy." }, { "a..xyz", "xyzzy." }, { 'x = "abc" .. xyz', "xyzzy." },
    { "--[[ a ]] xyz", "xyzzy." }, { "x = 'it''s' -- it's\nxyz", "xyzzy." }, { "_", "" }, { "f'a'\nxyz", "xyzzy." },
    { "THE", "THETA[" }, { "theta", "THETA[" }, { "LAY", "LAYERS[" }, { "ste", "step(" }, { "STE", "step(" },
    { "netw", "network{" }, { "NET", "NET" }, { "number", "number" }, { "empt", "empty" }, { "lis", "list[" },
    { "callab", "callable(" }, { "whi", "while" }, { "nosuchname", "" }, { "chec", "check(" }, { "trai", "train{" },
    { "ste|(3)", "step" }, { "xyzz|.plugh", "xyzzy" }, { "THET|[1]", "THETA" }, { "netw| {2, 1}", "network" },
    { "function pri", "print" }, { "pcall(pri", "print" }, { "print(pri", "print(" },
    { "local alpha = 1 alp", "alpha" }, { "local function foo(beta) return bet", "beta" },
    { "local function gamma() end gam", "gamma" },
    { "local xylophone = list xy", "xylophone | xyzzy" },
    { "1..xyz", "" }, { "1.", "" }, { "0x", "" }, { "1e", "" }, { "-- xy", "" }, { "--[[ xyz", "" }, { "goto xy", "" },
    { "::xy", "" }, { "é", "" }, { "éxyz", "" }, { "if x then\n", "  " }, { "x = {\n\t ", "  " },
  }

  it("is one of all, without keywords, where nothing is typed", function()
    local list = " " .. words("x = "):gsub("|", "") .. " "
    for _, name in ipairs { "xyzzy", "NET", "step",
      "print" } do assert.is_truthy(list:find("%f[%w]" .. name .. "%f[%W]")) end
    assert.is_nil(list:find("%f[%w]while%f[%W]"))
  end)
end)

describe("a field or a method", function()
  all {
    { "string.for", "format(" }, { "xyzzy.plugh.g", "grue" }, { "xyzzy [2] . d", "deep" },
    { 'xyzzy["plugh"].', "grue" },
    { "xyzzy.", "plugh." }, { "xyzzy.\n pl", "plugh." }, { "(xyzzy).pl", "plugh." },
    { "object.", "constant | method | own" },
    { "object:", "method(" }, { "text:upp", "upper(" }, { '("x"):upp', "upper(" }, { "([[x]]):upp", "upper(" },
    { '("x"):rep(3):upp', "upper(" }, { "string.rep('x', 3):upp", "upper(" }, { '"x":upp', "" },
    { "NET:ba", "backward(" }, { "NET.opt", "options." }, { "NET.THE", "theta[" }, { "NET.lay", "layers[" },
    { "NET.options.o", "optimizer | output" }, { "opts.o", "optimizer | output" }, { "NET.options.X.nr", "nrows" },
    { "THETA:c", "copy(" }, { "LAYERS:tot", "totable(" }, { "NET.a.tot", "totable(" },
    { "NET.J", "J" }, { "THETA[1].n", "ncols | norm | nrows" }, { "THETA[1].T:tot", "totable(" }, { "THETA[9].", "" },
    { "THETA[i]:norm", "norm(" }, { "THETA[1][2]:tot", "totable(" }, { "NET.theta[1][i]:tot", "totable(" },
    { "X:resh", "reshape(" }, { "X:matmul(y):map(f(x), {1}):tot", "totable(" }, { "rand(2, 2):tot", "totable(" },
    { "network{2, 2}:tra", "train{" }, { "network({2, 2}):copy():tra", "train{" },
    { "mg.network{2, 2}.lay", "layers[" },
    { "mg.generator(3):per", "permutation(" }, { "data.x", "xor(" }, { "data.par", "parity{" }, { "mg.data.x", "xor(" },
    { "X, y = data.x", "xor(" }, { "report.ep", "epoch" },
    { "last.hist", "history[" }, { "last.history[1].ep", "epoch" }, { "step(3).ep", "epoch" },
    { "NET:train{epochs = 3}.ep", "epoch" },
    { "check().wor", "worst" }, { "io.open('x'):cl", "close(" }, { "io.open'x':cl", "close(" },
    { "local x = network{2, 2, 1} x:st", "step(" }, { "local m, n = rand(2, 2) m:tot", "totable(" },
    { "local m = rand(2, 2) + 1 m:tot", "" }, { "local t = xyzzy.plugh t.g", "grue" }, { "local NET = 1 NET.", "" },
    { "local xyzzy = xyzzy.plugh xyzzy.g", "grue" }, { "local function f(NET) NET.", "" }, { "local a = a.b a.", "" },
    { "function NET:st", "step" }, { "nosuch.", "" }, { "nosuch:", "" }, { "number.", "" }, { "f().", "" },
    { "x = .", "" },
    { "1 .", "" }, { "end.x", "" }, { "({1}).", "" }, { "(xyzzy + 1).", "" }, { ").", "" },
    { "xyzzy[1].upp", "upper(" }, { "xyzzy[].", "" }, { "THETA[1].shape.", "" },
  }

  it("is not looked for without a session's classes in a plain Lua", function()
    assert.equal("xyzzy.", words("xyz", true))
    assert.equal("upper(", words("text:upp", true))
    assert.equal("", words("NET.", true))
    assert.equal("", words("network{2, act", true))
    assert.equal("some data.csv\"", words('io.open("some d', true))
  end)
end)

describe("an option's name", function()
  it("is offered for all that the function checks, and as soon as it does", function()
    for who, call in pairs { network = "network{2, ", train = "train{", check = "NET:check{",
      ["data.parity"] = "data.parity{" } do
      for _, option in ipairs(options.of[who]) do
        local found = false
        for _, word in ipairs(offered(call).words) do found = found or word:match "^[%w_]+" == option.name end
        assert.is_true(found, call .. option.name)
      end
    end
    local list = options.of.train
    list[#list + 1] = { name = "zebra" }
    finally(function() list[#list] = nil end)
    assert.equal("zebra = ", words "train{z")
  end)

  all {
    { "network{2, 2, act", "activation = " }, { "mg.network{2, 2, pre", "precision = " },
    { "network({2, opt", "optimizer = " },
    { "network{2, 2, eta = 1, se", "seed = " },
    { "network{2, eta = 1, |seed = 2}", "X | activation | bias_l1 | bias_l2 | cost | init | l1 | "
      .. "l2 | optimizer | output | precision | undo | y" }, { "network{2, 2, eta = 1, et", "" },
      { "network{2, 2, et| = 3}", "eta" },
    { "network{2, 2, co| = 3}", "cost" }, { "NET:train{ep", "epochs = " }, { "nosuch:train{ep", "epochs = " },
    { "train{epochs = 3; ba", "batch = " }, { "train{test = {X, y}, ba", "batch = " },
    { "train{report = function(r) pri", "print(" },
    { "train{report = function(r) end, ba", "batch = " }, { "check{sam", "samples = " }, { "data.parity{", "bits = " },
    { "network{2, {8, bi", "bias = " }, { 'network{2, {8, "relu", bi|}, 1}', "bias = " },
    { "network{2, 1, init = {sq", "sqrt(" },
    { 'network{2, 1, init = {"normal", ', "sigma = " }, { 'network{2, 1, init = {"nosuch", bi', "" },
    { 'network{2, 1, cost = {"squares", ', "scale = " }, { 'check{of = {"squares", ', "scale = " },
    { 'init("epsilon", {', "epsilon = " }, { 'NET:init("he", {', "gain = " }, { "network{2, x = et", "" },
    { "local function train() end train{ep", "" }, { "mine{ep", "" }, { "x = {ep", "" }, { "network{2, 2}{ep", "" },
    { "function network{ep", "" },
  }

  it("is not one of a function that the user put in its place", function()
    globals.train = function() end
    assert.equal("", words "train{ep")
    assert.equal("epochs = ", words "NET:train{ep")
  end)
end)

describe("a value in quotes", function()
  all {
    { 'network{2, 2, activation = "re', 'relu"' },
    { 'network{2, 2, activation = "', "elu | gelu | leaky-relu | linear | "
      .. "relu | sigmoid | softmax | softplus | tanh" }, { "network{2, output = 'leaky", "leaky-relu'" },
    { 'network{2, activation = "ta|"}', "tanh" }, { "network{2, activation = [[ta", "tanh]]" },
    { 'network{2, cost = "cr', 'cross-entropy"' }, { 'network{2, precision = "s', 'single"' },
    { 'network{2, optimizer = {"rms', 'rmsprop"' }, { 'NET.options.optimizer = {"rms', 'rmsprop"' },
    { 'NET.options.init = {"lec', 'lecun"' }, { 'NET.options.optimizer = {"adamw", w', "weight_decay = " },
    { 'NET.options.init = "lec', 'lecun"' }, { 'mine.options.init = {"lec', "" },
    { 'network{2, optimizer = "sg', 'sgd"' }, { 'network{2, init = "lec', 'lecun"' },
    { 'network{2, init = {"lec', 'lecun"' },
    { 'network{2, {8, "ta', 'tanh"' }, { 'network{2, {8, bias = false, "ta', 'tanh"' },
    { 'check{method = "fi', 'five-point"' }, { 'NET:bug("dro', 'dropped-row"' },
    { 'check{of = "cr', 'cross-entropy"' }, { 'init("lec', 'lecun"' }, { 'NET:init "lec', 'lecun"' },
    { 'NET.options.cost = "ms', 'mse"' }, { 'if NET.options.cost == "ms', 'mse"' }, { 'data["x', 'xor"]' },
    { 'network{2, precision = ', '"double" | "single"' },
    { "network{2, cost = {", '"cross-entropy" | "hinge" | "huber" | "mae" | "mse" | '
      .. '"quadratic" | "softmax" | "squares" | "sse" | "svm"' },
    { 'xyzzy["odd', 'odd key"]' }, { "xyzzy['odd|']", "odd key" },
    { 'number = "m', "" }, { 'NET.cost = "m', "" },
  }
end)

describe("a file's name", function()
  all {
    { 'io.open("some d', 'some data.csv"' }, { "io.open('some", "some data.csv | some-net" },
    { 'io.open("some-|")', "some-net" },
    { 'io.open("scr', "scripts/" }, { 'io.open("scripts/', 'scripts/xor.lua"' },
    { 'io.open("~/ir', '/home/u/iris.csv"' },
    { 'io.open("~', '/home/u/iris.csv"' }, { 'io.open(".hid', '.hidden"' }, { 'io.open("q', 'q\\"uote"' },
    { "io.open('q", "q\"uote'" },
    { 'io.open("q\\"u', 'q\\"uote"' }, { 'io.open("b', 'b\\\\s"' }, { 'io.open("new', 'new\\nline"' },
    { "io.open([[new", "" },
    { "io.open([[e", "" }, { "io.open([=[e", "end]]x]=]" }, { 'io.open("nosuch/', "" },
    { 'io.open("SOME-', 'some-net"' },
    { 'dofile "scripts/x', 'scripts/xor.lua"' }, { 'x = "é', "é1 | é2" },
  }

  it("is listed without its folder, and shares whole characters", function()
    assert.same({ "xor.lua" }, offered('f("scripts/').shown)
    assert.equal("", offered("f('").common)
    folders["."] = { ["é"] = false, ["è"] = false }
    assert.equal("", offered("f('").common)
  end)
end)

describe("a signature", function()
  local function signature(text) return (offered(text) or {}).signature end

  it("is shown where the arguments of a call begin", function()
    assert.equal("step([n] [, {stop_when=, every=}])", signature "step(")
    assert.equal("NET:step([n] [, {stop_when=, every=}])", signature "x = NET:step( ")
    assert.equal("step([n] [, {stop_when=, every=}])", signature "network{2,2}:step(")
    assert.is_truthy(signature "train{":find "^train{epochs=")
    assert.equal("mg.eye(n)", signature "mg.eye(")
    assert.equal("X:matmul(b)", signature "X:matmul(")
    assert.equal("THETA[1]:copy()", signature "THETA[1]:copy(")
    assert.equal("NET:copy()", signature "NET:copy(")
    assert.equal("mine(alpha, beta, ...)", signature "mine(")
    assert.equal("string.format(format, ...)", signature "string.format(")
    assert.equal("print(...)", signature "print(")
  end)

  it("is shown at each argument, and what an index and an option may be", function()
    for text, said in pairs {
      ["step(3, "] = "step([n] [, {stop_when=, every=}])",
      ['NET:explain("grad", '] = "NET:explain(what, l, i, j [, {depth = n}])",
      ["mine(1, "] = "mine(alpha, beta, ...)", ["ones(2,"] = "ones(nrows, ncols)",
      ["v = THETA["] = "THETA[l]   l is 1 to 2", ["THETA[1]["] = "THETA[1][i]   i is 1 to 2",
      ["THETA[1][1]["] = "THETA[1][1][j]   j is 1 to 3",
      ["train{stop_when = "] = "stop_when (none)   called each epoch; training ends when stop_when(r) is true",
      ["train{test = {X, y}, epochs = "] = "epochs = 1   how often all rows of X, y are used",
    } do
      assert.equal(said, signature(text), text)
      assert.same({}, offered(text).words, text)
    end
  end)

  it("leaves the names that there are", function()
    assert.is_true(#offered("network{2, activation = ").words > 5)
    assert.same({ "depth" }, offered("DELTA[1]:explain(i, j, {").shown)
    local methods = offered("NET:walk():").shown
    table.sort(methods)
    assert.same({ "back", "finish", "reset", "to" }, methods)
    assert.equal("back(", offered("NET:walk():b").words[1])
  end)

  it("is not shown elsewhere", function()
    for _, text in ipairs { "step", "step(1", "(", "function step(", "nosuch(", "if (", "x = {" } do
      assert.is_nil(signature(text), text)
    end
    assert.same({}, offered("step(").words)
  end)
end)

describe("a Tab", function()
  it("runs nothing of the user's", function()
    local ran = 0
    local function hit() ran = ran + 1 end
    local hits = {}
    for _, event in ipairs { "index", "newindex", "pairs", "len", "call", "eq", "tostring", "concat", "close" } do
      hits["__" .. event] = hit
    end
    hits.__name = "network"
    local t = setmetatable({}, hits)
    globals.t = t
    globals.u = setmetatable({ t = t }, { __index = t, __name = "options" })
    globals.v = setmetatable({}, { __index = t, __name = "list of matrices" })
    setmetatable(globals, { __index = hit, __pairs = hit })
    for _, text in ipairs { "t", "t.", "t:", "t[1].", "t.theta[1].", "u.t.x", "u.", "u.x.y.", "v[1].", "v.", "t(",
      "t{", 'u["', "nosuch",
      "t().", "u:f{", "local x = t.y x." } do
      pcall(offered, text)
    end
    assert.equal(0, ran)
  end)

  it("never fails, whatever the text is", function()
    local parts = { "network", "{", "}", "(", ")", "[", "]", ".", ":", ",", "=", "'", '"', "[[", "]]", "--", "\n",
      "local", "function",
      "end", "do", "for", "x", "THETA", "1", "..", "\\", "~", "init", " ", "\0", "\255", "?", "::", "step" }
    local random = mg.generator(1)
    for _ = 1, 2000 do
      local text = {}
      for k, v in ipairs(random:rand(1, 12)[1]:totable()) do text[k] = parts[1 + v * #parts // 1 | 0] end
      local left = table.concat(text)
      assert.has_no.errors(function() offered(left) end, left)
    end
  end)
end)
