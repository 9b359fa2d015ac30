-- core_calls_spec.lua - moongrad.core called wrongly: whatever it is given, it raises or works.
--
-- Calls are drawn at random: of every function of the core, every method and every operator, each argument mostly of
-- the right kind, but often anything at all. None may crash (the sanitisers look), a call that raises may not have
-- changed THETA of any network, and afterwards every network still works.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local calls = helpers.many(400000, 6000)
local renewed = 150 -- calls after which networks and the rest are made anew

local random = math.random
local function one_of(list) return list[random(#list)] end

-- What would replace a part of moongrad for good, or take for ever, is called with wrong arguments alone.
local hooks = { set_folder = "string", set_past = "function", set_steps = "function", set_tostring = "function",
  set_network_tostring = "function", progress = "function", set_serve_stop = "function", worker = "function" }
local most = { threads = 3, step = 5, undo = 5 } -- a number that is not far too large

-- --- what is passed ---------------------------------------------------------------------------------

local pool -- the networks and the rest of this round
local during -- called by a network's own function, in the middle of a pass

local function layers_of(net) return #core.network_state(net).layers - 1 end

local function make_pool()
  local swish = core.custom_activation { name = "swish", f_on = "numbers", df_on = "numbers",
    f = function(z) during() return z / (1 + math.exp(-z)) end, df = function(z) return z > 0 and 1 or .1 end }
  local quartic = core.custom_cost { name = "quartic", f_on = "matrices", delta_on = "matrices", mean = true,
    f = function(a, y) during() return ((a - y) ^ 4):sum() end, delta = function(a, y) return (a - y) ^ 3 end }
  local heavy = core.custom_optimizer { name = "heavy", states = { "v" }, update = function(theta, grad, state, _, eta)
    during()
    state.v = .9 * state.v - eta * grad
    theta:set(theta + state.v)
  end }
  local X, y = mg.data.xor()
  local nets = {
    mg.network { 2, 2, 1, X = X, y = y, seed = 1 }, mg.network { 2, 3, 1, seed = 2 },
    mg.network { 2, 2, 1, X = X, y = y, precision = "single" },
    mg.network { 2, 9, 2, cost = "softmax", X = X, y = mg.one_hot and y or { { 1, 0 }, { 0, 1 }, { 0, 1 }, { 1, 0 } } },
    mg.network { 2, { 2, bias = false }, { 1, "linear" }, X = X, y = y, l2 = .1 },
    mg.network { 2, 2, 1, X = X, y = y, seed = 3 }, mg.network { 2, 2, 1, X = X, y = y, undo = 0 },
    mg.network { 2, 3, 1, X = X, y = y, optimizer = heavy }, mg.network { 2, 3, 1, X = X, y = y, optimizer = "adam" },
  }
  core.set_activation(nets[6], 1, swish)
  core.set_cost(nets[7], quartic)
  nets[1]:step(2)
  nets[3]:step()
  nets[5]:forward()
  nets[6]:step()
  nets[2].frozen[1] = "bias"
  local walk = nets[7]:walk()
  for _ = 1, random(0, 10) do walk() end
  local images, kept, reports = {}, {}, {}
  for i, net in ipairs(nets) do
    images[#images + 1], images[#images + 2] = core.image(net, "whole"), core.image(net, "theta")
    kept[i] = core.walk_keep(net)
  end
  reports[1], reports[2] = nets[1]:step(0), core.make_report { cost = 1 }
  return { nets = nets, images = images, kept = kept, reports = reports, owns = { swish, quartic, heavy }, walk = walk,
    generators = { core.generator(1), core.generator(2) } }
end

local words = { "", "theta", "grad", "dtheta", "a", "z", "delta", "X", "y", "whole", "before", "sigmoid", "softmax",
  "tanh", "sse", "cross-entropy", "squares", "central", "forward", "five-point", "double", "single", "none",
  "stale-weights", "dropped-row", "he", "constant", "eta", "l1", "nrows", "T", "shape", "sum", "1", ("x"):rep(300),
  "\0\255%s" }
local numbers = { 0, 1, 2, 3, 4, 5, 9, -1, 1.5, .1, 1e-5, -.0, 0 / 0, 1 / 0, -1 / 0, 1e308, 2 ^ 40 // 1 | 0,
  math.maxinteger, math.mininteger, 2 ^ 53, 1e18 }

local function matrix_of()
  local net = one_of(pool.nets)
  local lists = { net.theta, net.grad, net.dtheta, net.a, net.z, net.delta }
  local m = ({
    function() return one_of { net.X or core.ones(4, 2), net.y or core.ones(4, 1) } end,
    function() return core.matrix(random(4), random(4), .5) end,
    function() return core.matrix(4, random(3), 1) end,
    function()
      local ok, m = pcall(function() return one_of(lists)[random(2)] end)
      return ok and m or core.zeros(1, 1)
    end,
    function() return select(3, core.batch(net)) or core.zeros(3, 1) end,
    function() return core.matrix { { 0 / 0, 1 }, { 1 / 0, 2 }, { 0, 1 }, { 1, 1 } } end,
  })[random(6)]()
  local view = random(8)
  if view == 1 then return m.T end
  if view == 2 then return m:rows(1, m.nrows) end
  if view == 3 then return m:cols(random(m.ncols)) end
  if view == 4 then return m[1] end
  return m
end

local function deep() return { { { 1 } } } end

local make = {
  net = function() return one_of(pool.nets) end,
  layer = function() return random(3) end,
  quantity = function() return words[random(2, 7)] end,
  matrix = matrix_of,
  X = function() return one_of(pool.nets).X or matrix_of() end,
  y = function() return one_of(pool.nets).y or matrix_of() end,
  theta = function() return one_of(pool.nets).theta[random(2)] end,
  rows = function() return random(4) end,
  number = function() return one_of(numbers) end,
  small = function() return random(0, 20) / 10 end,
  bool = function() return random(2) == 1 end,
  word = function() return one_of(words) end,
  generator = function() return one_of(pool.generators) end,
  image = function() return one_of(pool.images) end,
  kept = function() return one_of(pool.kept) end,
  own = function() return one_of(pool.owns) end,
  report = function() return one_of(pool.reports) end,
  activation = function() return random(4) == 1 and pool.owns[1] or one_of(core.activations) end,
  cost = function() return random(4) == 1 and pool.owns[2] or one_of(core.costs) end,
  init = function() return one_of(core.inits) end,
  bug = function() return one_of(core.bugs) end,
  name = function() return one_of { "X", "y", "eta", "l1", "l2", "bias_l1", "bias_l2" } end,
  how = function() return one_of { "whole", "theta", "before" } end,
  method = function() return one_of { "central", "forward", "five-point" } end,
  precision = function() return one_of { "double", "single" } end,
  none = function() return nil end,
  f = function()
    return one_of { function() end, function() error "mine" end, function() return 1 end, select, math.abs, type }
  end,
  layers = function()
    return { { size = random(3) }, { size = one_of { 1, 2, 2 ^ 40 // 1 | 0 }, activation = one_of(core.activations) },
      random(2) == 1 and { size = random(9), activation = pool.owns[1], bias = true } or nil }
  end,
  functions = function()
    local f = function() return 1 end
    return { name = one_of { "n", 1, nil }, f = f, df = random(3) > 1 and f or nil, delta = f,
      f_on = one_of { "numbers", "either", "x" }, df_on = "matrices", delta_on = "numbers" }
  end,
  state = function() return core.rng_state(one_of(pool.generators)) end,
  table = function()
    return ({ function() return {} end, function() return { 1, 2 } end, function() return { { 1, 2 }, { 3, 4 } } end,
      function() return { { 1 }, 2 } end, deep, function() return { size = 2 } end,
      function() return { { size = 2 } } end,
      function() return { what = "theta", layer = 1 } end, function() return core.report end,
      function()
        return setmetatable({}, { __index = function() error "mine" end, __len = function() return -1 end })
      end,
    })[random(10)]()
  end,
  other = function() return one_of { io.stdout, coroutine.create(select), true, false, 1.5, -1 } end,
}
local kinds = {}
for kind in pairs(make) do kinds[#kinds + 1] = kind end
table.sort(kinds) -- the same in every run

-- What the functions want; of others that a network comes first.
local signatures = {
  raise = "word", kind = "table", object = "table",
  as_matrix = "table word bool", is_matrix = "matrix", origin = "matrix",
  set_origin = "matrix table", label = "matrix", nonfinite = "matrix", version = "matrix", own = "own",
  matrix = "table", zeros = "rows rows", ones = "rows rows", eye = "rows", linspace = "number number rows",
  hstack = "matrix matrix", vstack = "matrix matrix table", eq = "matrix matrix", lt = "matrix number",
  gt = "number matrix", seed = "rows", rand = "rows rows generator", randn = "rows rows", permutation = "rows",
  randint = "small number rows rows", choice = "rows rows generator",
  generator = "rows", rng_state = "generator state", network = "layers precision", network_self = "net word",
  network_copy = "net net", view = "net quantity layer", set_theta = "net layer theta bool", draw = "net init small",
  set_rng = "net generator", set_cost = "net cost small", set_activation = "net layer activation",
  frozen = "net layer layer", numbers = "net name small", network_data = "net name matrix",
  check_data = "net word X y", epoch = "net X y rows bool layer generator", check_layer =
  "net layer method small cost small theta", check_relative = "matrix matrix matrix small small",
  check_floor = "number small small", cost_of = "net cost small", cost_factor = "net rows", bug = "net bug",
  squashed = "net layer rows", slopes = "net layer rows", loss = "net rows", pull = "net rows",
  theta_before = "net layer", descended = "net number number", walk_begin = "net X y", walk_op = "net rows",
  walk_back = "net kept", unhooked = "f number", past_on = "net bool", image = "net how",
  put_image = "net image bool", set_epoch = "net rows", make_report = "table", own_activation = "functions",
  own_cost = "functions", clock = "", docs = "", interrupted = "", evaluate = "net X y", threads = "rows",
  set_watched = "net bool",
}

local elementary = "exp log sqrt abs sin cos floor sign sigmoid tanh relu leaky_relu elu gelu softplus softmax"
for name in elementary:gmatch "%S+" do
  signatures[name] = "matrix"
end
local methods = { -- of a network, a matrix
  train = "net table", predict = "net X", forward = "net X", backward = "net y", cost = "net X y",
  accuracy = "net X y", init = "net init", like = "net table", explain = "net quantity layer", seek = "net rows",
  step = "net rows", undo = "net rows", bug = "net bug", rows = "matrix rows rows", cols = "matrix rows",
  fill = "matrix small", set = "theta theta", reshape = "matrix rows rows", map = "matrix f",
  matmul = "matrix matrix", sort = "matrix rows", median = "matrix rows", find = "matrix", take = "matrix matrix",
  std = "matrix rows",
  __add = "matrix matrix", __sub = "matrix small", __mul = "small matrix", __pow = "matrix small", __index =
  "matrix rows", __newindex = "matrix rows table", __unm = "matrix", __eq = "matrix matrix",
}

local function argument(kind)
  if random(6) == 1 then kind = one_of(kinds) end
  return make[kind]()
end

local function arguments(signature)
  local args = { n = 0 }
  for kind in signature:gmatch "%S+" do
    args.n = args.n + 1
    args[args.n] = argument(kind)
  end
  if random(12) == 1 then args.n = random(0, args.n) end
  if random(12) == 1 then
    args.n = args.n + 1
    args[args.n] = argument(one_of(kinds))
  end
  return args
end

-- --- what is called ------------------------------------------------------------------------------------

-- {name, function, signature}: functions of the core, methods of each class, fields, operators.
local function list_callables()
  local list = {}
  local function add(name, f, signature) list[#list + 1] = { name = name, f = f, signature = signature } end
  for name, f in pairs(core) do
    if type(f) == "function" then add(name, f, signatures[name] or "net") end
  end
  for name, f in pairs(core.network_class.methods) do
    add(name, f, methods[name] or "net")
  end
  for name, f in pairs(core.network_class.getters) do add("get " .. name, f, "net") end
  for name, f in pairs(core.network_class.setters) do add("set " .. name, f, "net matrix") end
  for _, class in ipairs { "matrix", "row" } do
    local meta = debug.getmetatable(class == "row" and core.zeros(1, 1)[1] or core.zeros(1, 1))
    for name, f in pairs(meta.methods) do add(class .. ":" .. name, f, methods[name] or "matrix") end
    for name, f in pairs(meta) do
      if type(f) == "function" then add(class .. name, f, methods[name] or "matrix") end
    end
  end
  local meta = debug.getmetatable(core.generator(0))
  for name, f in pairs(meta.methods) do add("generator:" .. name, f, "generator rows rows") end
  for name, f in pairs(core.report) do
    if type(f) == "function" then add("report" .. name, f, "report word number") end
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

local function allowed(callable, args)
  local name = callable.name
  if hooks[name] then return type(args[1]) ~= hooks[name] end
  for i = 1, args.n do
    if most[name] and type(args[i]) == "number" and args[i] > most[name] then return false end
    if type(args[i]) == "table" and rawget(args[i], "epochs") then return false end
  end
  return true
end

-- --- and what must hold ----------------------------------------------------------------------------------

local function thetas()
  local list = {}
  for n, net in ipairs(pool.nets) do
    list[n] = {}
    for l = 1, layers_of(net) do list[n][l] = core.view(net, "theta", l):copy() end
  end
  return list
end

-- Draws THETA of a network anew that holds a NaN, which equals nothing.
local function repair()
  for _, net in ipairs(pool.nets) do
    for l = 1, layers_of(net) do
      local nan, inf = core.nonfinite(core.view(net, "theta", l))
      if nan + inf > 0 then core.draw(net, "uniform", 1) end
    end
  end
end

local function same(before)
  for n, net in ipairs(pool.nets) do
    for l = 1, layers_of(net) do
      if core.view(net, "theta", l) ~= before[n][l] then return false end
    end
  end
  return true
end

local function shown(callable, args)
  local words_of = {}
  for i = 1, args.n do
    local ok, text = pcall(tostring, args[i])
    words_of[i] = ok and text:gsub("%s+", " "):sub(1, 40) or type(args[i])
  end
  return callable.name .. "(" .. table.concat(words_of, ", ") .. ")"
end

local function call(callables)
  local callable = one_of(callables)
  local args = arguments(callable.signature)
  if not allowed(callable, args) then return end
  return pcall(callable.f, table.unpack(args, 1, args.n)), callable, args
end

-- In the middle of a pass now and then a call of anything: the network it belongs to is not to be touched.
local depth = 0
local function nested(callables)
  return function()
    if depth > 0 or random(10) > 1 then return end
    depth = depth + 1
    call(callables)
    depth = depth - 1
  end
end

describe("moongrad.core", function()
  teardown(function() mg.threads(1) end)

  it("raises or works, whatever it is called with", function()
    math.randomseed(20240607)
    mg.seed(1)
    during = function() end
    local callables, before = list_callables()
    for k = 1, calls do
      if k % renewed == 1 then
        during = function() end
        pool = make_pool()
        during = nested(callables)
        repair()
        before = thetas()
      end
      local ok, callable, args = call(callables)
      if ok then
        repair()
        before = thetas()
      elseif callable then
        if not same(before) then
          error(("THETA was changed by a call that raised: call %d, %s"):format(k, shown(callable, args)))
        end
      end
      if k % 7 == 0 then collectgarbage "step" end
    end
  end)

  it("leaves every network fit for work", function()
    during = function() end
    mg.threads(1)
    for _, net in ipairs(pool.nets) do
      assert.is_false(core.is_busy(net))
      net:bug(false)
      core.set_cost(net, "sse")
      net.X, net.y = core.ones(4, 2), core.ones(4, #net.theta[#net.theta])
      net:init()
      assert.equal(3, net:step(3).epoch)
    end
  end)
end)
