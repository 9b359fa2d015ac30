-- sweep: points, runs in worker processes, results that do not depend on the workers, what fails.

local core = require "moongrad.core"
local grid = require "moongrad.sweep.grid"
local helpers = require "helpers"
local mg = require "moongrad"
local summary = require "moongrad.sweep.summary"

-- f(...) raises one line that holds the word.
local function raises(word, f, ...)
  local args = table.pack(...)
  helpers.raises(function() f(table.unpack(args, 1, args.n)) end, word)
end

local X, y = mg.data.xor()

-- The columns of records that do not depend on the clock, as text, numbers in every bit.
local function bits(r, ...)
  local lines = {}
  for i = 1, #r do
    local cells = {}
    for c, name in ipairs { "seed", "cost", "mse", "epochs", "solved", ... } do
      local v = r[i][name]
      cells[c] = v == nil and "nil" or ("%q"):format(v)
    end
    lines[i] = table.concat(cells, " ")
  end
  return table.concat(lines, "\n")
end

describe("the points of a sweep", function()
  it("are all combinations, the last option fastest", function()
    local points = grid.points({ a = { 1, 2 }, b = { 3, 4, 5 } }, { "a", "b" }, nil, 1)
    assert.equal(6, #points)
    assert.same({ a = 1, b = 4 }, points[2])
    assert.same({ a = 2, b = 3 }, points[4])
    assert.equal(1, #grid.points({}, {}, nil, 1))
  end)

  it("are swept by lists alone; layers when its first entry is a table", function()
    assert.is_true(grid.is_swept("eta", { .1, 1 }))
    assert.is_true(grid.is_swept("optimizer", { "sgd", "adam" }))
    assert.is_false(grid.is_swept("optimizer", { "adam", beta1 = .5 }))
    assert.is_false(grid.is_swept("eta", .1))
    assert.is_false(grid.is_swept("layers", { 2, { 3, "relu" }, 1 }))
    assert.is_true(grid.is_swept("layers", { { 2, 2, 1 } }))
    assert.is_true(grid.is_swept("eta", { from = .1, to = 1 }))
  end)

  it("are drawn from lists and ranges by a generator of their own", function()
    local swept = { eta = { from = 1e-3, to = 1, log = true }, n = { from = 2, to = 9, whole = true },
      l = { "a", "b" } }
    local order = { "eta", "l", "n" }
    local before = mg.rand(1, 1) and core.rng_state()
    local points = grid.points(swept, order, 200, 1)
    assert.equal(before, core.rng_state())
    assert.same(points, grid.points(swept, order, { 200, seed = 0 }, 1))
    assert.is_not.same(points, grid.points(swept, order, { 200, seed = 1 }, 1))
    local below, n = 0, {}
    for _, p in ipairs(points) do
      assert.is_true(p.eta >= 1e-3 and p.eta <= 1)
      if p.eta < 10 ^ -1.5 then below = below + 1 end
      n[p.n] = true
      assert.is_true(p.l == "a" or p.l == "b")
    end
    assert.is_true(below > 70 and below < 130) -- half of 200 on a logarithmic scale, 4 standard deviations
    for k = 2, 9 do assert.is_true(n[k]) end
  end)

  it("say what is wrong", function()
    raises("random", grid.points, { eta = { from = 1, to = 2 } }, { "eta" }, nil, 1)
    raises("low below high", grid.points, { eta = { from = 2, to = 1 } }, { "eta" }, 3, 1)
    raises("begins above 0", grid.points, { eta = { from = 0, to = 1, log = true } }, { "eta" }, 3, 1)
    local long = {}
    for i = 1, 1000 do long[i] = i end
    raises("1000000000 combinations", grid.points, { a = long, b = long, c = long }, { "a", "b", "c" }, nil, 1)
    raises("no option has several values", grid.points, {}, {}, 5, 1)
  end)
end)

describe("sweep", function()
  local function xor(o)
    local all = { X = X, y = y, layers = { 2, 2, 1 }, epochs = 300 }
    for k, v in pairs(o) do all[k] = v end
    return mg.sweep(all)
  end

  it("is each run by hand: seed, network, step", function()
    local r = xor { seeds = 4, eta = { .5, 1 } }
    assert.equal(8, #r)
    local k = 0
    for _, eta in ipairs { .5, 1 } do
      for seed = 0, 3 do
        k = k + 1
        mg.seed(seed)
        local net = mg.network { 2, 2, 1, X = X, y = y, eta = eta }
        local report = net:step(300)
        assert.equal(eta, r[k].eta)
        assert.equal(seed, r[k].seed)
        assert.equal(report.cost, r[k].cost)
        assert.equal(report.mse, r[k].mse)
        assert.equal(300, r[k].epochs)
        assert.is_nil(r[k].failed)
      end
    end
  end)

  it("is train with a batch, also with a schedule", function()
    local r = xor { seeds = { 7 }, batch = { 1, 2 }, epochs = 20, eta = { "cosine", to = 0 } }
    for k = 1, 2 do
      mg.seed(7)
      local net = mg.network { 2, 2, 1, X = X, y = y }
      net:train { epochs = 20, batch = k, eta = { "cosine", to = 0 } }
      assert.equal(net:cost(), r[k].cost)
    end
  end)

  it("finds the two of 200 starts of the article that learn", function()
    local r = mg.sweep { seeds = 200, layers = { 2, 2, 2, 1 }, eta = .1, X = X, y = y, epochs = 10000,
      target = { mse = .01 } }
    assert.equal(2, #r:where(function(run) return run.solved end))
    assert.truthy(tostring(r):find("2 of 200", 1, true))
  end)

  it("leaves the same bits on any number of workers", function()
    local first
    for _, workers in ipairs { 1, 2, 7 } do
      local r = xor { seeds = 9, layers = { { 2, 2, 1 }, { 2, 3, 1 } }, target = { mse = .2 }, workers = workers }
      first = first or bits(r)
      assert.equal(first, bits(r))
    end
  end)

  it("ends a run at the target, asked after each epoch", function()
    local r = xor { seeds = { 3 }, eta = 5, epochs = 5000, target = { mse = .05 } }
    mg.seed(3)
    local net = mg.network { 2, 2, 1, X = X, y = y, eta = 5 }
    local report = net:step(5000, { stop_when = function(now) return now.mse <= .05 end })
    assert.equal(report.epoch, r[1].epochs)
    assert.equal(report.mse <= .05, r[1].solved)
  end)

  it("builds and runs by functions, whose results become columns", function()
    local r = mg.sweep {
      X = X, y = y, hidden = { 2, 5 }, seeds = 2, name = "mine",
      build = function(p) return mg.network { 2, p.hidden, 1 } end,
      run = function(net, p)
        net:step(10)
        return { norm = net.theta[1]:norm(), label = p.name .. p.hidden, seen = p.seed }
      end,
    }
    assert.equal(4, #r)
    assert.equal("mine5", r[3].label)
    assert.equal(1, r[4].seen)
    assert.equal(10, r[1].epochs)
    mg.seed(0)
    local net = mg.network { 2, 2, 1, X = X, y = y }
    net:step(10)
    assert.equal(net.theta[1]:norm(), r[1].norm)
    assert.equal(net:cost(), r[1].cost)
  end)

  it("has a row for a run that fails: an error, a crash, a limit, too much to tell", function()
    local r = mg.sweep {
      what = { "fine", "error", "crash", "slow", "long", "table" }, limit = .5, workers = 2,
      run = function(_, p)
        if p.what == "error" then error("no\nway") end
        if p.what == "crash" then os.exit(3, false) end
        while p.what == "slow" do core.clock() end
        if p.what == "long" then return { text = ("x"):rep(1e6) } end
        if p.what == "table" then return { {} } end
        return { value = 1 }
      end,
    }
    assert.equal(6, #r)
    assert.equal(1, r[1].value)
    assert.truthy(r[2].failed:find "no$")
    assert.truthy(r[3].failed:find "status 3")
    assert.truthy(r[4].failed:find "longer than 0.5 s")
    assert.truthy(r[5].failed:find "too long")
    assert.truthy(r[6].failed:find "names of results")
    assert.truthy(tostring(r):find("5 runs failed, the first: ", 1, true))
  end)

  it("has a row for a run that diverges", function()
    local r = xor { layers = { 2, 4, { 1, "linear" } }, eta = { .1, 1e300 }, cost = "mse", target = { mse = .01 } }
    assert.truthy(r[2].failed:find "finite")
    assert.is_false(r[2].solved)
  end)

  it("goes on with threads, an open walk and without memory of what workers do", function()
    local threads = mg.threads(2)
    local net = mg.network { 64, 300, 10, X = mg.ones(512, 64), y = mg.zeros(512, 10), seed = 1 }
    net:step(2)
    local walk = net:walk()
    walk()
    local state = core.rng_state()
    local r = mg.sweep { seeds = 6, workers = 3, run = function()
      local twin = net:copy() -- has a team, whose threads are not in the worker
      return { cost = twin:step(2).cost }
    end }
    for k = 2, 6 do assert.equal(r[1].cost, r[k].cost) end
    assert.equal(state, core.rng_state())
    while walk() do end
    assert.equal(3, net.epoch)
    mg.threads(threads == 2 and 1 or threads)
  end)

  it("takes test data, as train does", function()
    local r = xor { seeds = 2, epochs = 5, test = { X, y } }
    assert.equal(r[1].cost, r[1].test_cost)
    assert.truthy(tostring(r):find "test cost")
  end)

  it("says what is wrong before anything runs", function()
    raises("expected a table of options", mg.sweep, 3)
    raises('no option "etta"; did you mean eta?', xor, { etta = 1 })
    raises("no data", mg.sweep, { layers = { 2, 2, 1 } })
    raises("X and y, or neither", mg.sweep, { layers = { 2, 2, 1 }, X = X })
    raises("expected layers", mg.sweep, { X = X, y = y })
    raises("workers: expected a whole number from 1", xor, { workers = 0 })
    raises("expected 1 to 1000, got 10000", xor, { workers = 10000 })
    raises("seeds: expected a number of seeds or a list", xor, { seeds = {} })
    raises('no measure "msee"; did you mean mse?', xor, { target = { msee = 1 } })
    raises("needs test", xor, { target = { test_cost = 1 } })
    raises("expected {mse = .01}", xor, { target = .1 })
    raises("limit: expected a number of seconds", xor, { limit = 0 })
    raises("build: expected a function", xor, { build = 1 })
    raises("no activation", xor, { activation = { "tanh", "tan" } })
    raises("X has 2 columns, expected 3", xor, { layers = { 3, 2, 1 } })
  end)

  it("says which network a build should return", function()
    local r = mg.sweep { X = X, y = y, build = function() return 1 end }
    assert.truthy(r[1].failed:find "build: expected a network, got 1")
  end)
end)

describe("the summary of a sweep", function()
  it("has Wilson's interval", function()
    -- R 4.2, prop.test(2, 200, correct = FALSE)$conf.int and prop.test(0, 10, correct = FALSE)
    local low, high = summary.wilson(2, 200)
    assert.is_true(math.abs(low - 0.002745) < 1e-5 and math.abs(high - 0.035728) < 1e-5)
    low, high = summary.wilson(0, 10)
    assert.is_true(low == 0 and math.abs(high - 0.277533) < 1e-5)
  end)

  it("has quantiles as NumPy's percentile", function()
    assert.equal(1.75, summary.quantile({ 1, 2, 3, 4 }, .25))
    assert.equal(2.5, summary.quantile({ 1, 2, 3, 4 }, .5))
  end)
end)
