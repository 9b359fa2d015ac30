-- The records of commands: whole, true of what there is, and what sessions, completion, saved sessions and help make.

local commands = require "moongrad.commands"
local core = require "moongrad.core"
local entries = require "moongrad.help.entries"
local helpers = require "helpers"
local mg = require "moongrad"
local options = require "moongrad.options"

local every = { "of", "looks", "reads", "returns", "takes" }

-- What is wrong with a record: the fields that it lacks, and those that no record has.
local function faults(record)
  local list, known = {}, { [1] = true, from = true, as = true, call = true, only_net = true, alone = true,
    timed = true }
  for _, field in ipairs(every) do
    known[field] = true
    if record[field] == nil then list[#list + 1] = "lacks " .. field end
  end
  for field in pairs(record) do
    if not known[field] then list[#list + 1] = "has " .. field end
  end
  return list
end

-- The functions that users find in a table, or in a class, by whose they are.
local function public(of)
  if of == "mg" or of == "data" then return of == "mg" and mg or mg.data end
  if of == "net" then return core.network_class.methods end
  if of == "m" then return debug.getmetatable(mg.ones(1, 1)).methods end
  if of == "g" then return debug.getmetatable(mg.generator(0)).methods end
  if of == "l" then return require("moongrad.network.lists").methods end
  if of == "w" then return require("moongrad.explain.walk").methods end
end

local owners = { "mg", "data", "net", "m", "l", "g", "w" }
local in_help = { mg = "mg.", data = "data.", net = "net:", m = "m:", l = "l:", g = "mg.", w = "w:" } -- g has mg's

describe("a command", function()
  it("has a record with every field", function()
    for _, record in ipairs(commands) do
      assert.same({}, faults(record), record[1])
      for _, field in ipairs(every) do
        local copy = {}
        for key, v in pairs(record) do copy[key] = v end
        copy[field] = nil
        assert.same({ "lacks " .. field }, faults(copy))
      end
      assert.is_nil(record.from and record.call)
      for kind in record.takes:gmatch "%S+" do
        assert.is_truthy(options.kinds[kind] or kind == "function", record[1] .. " takes " .. kind)
      end
      assert.is_true(record.of == "net" or not record.only_net, record[1])
    end
  end)

  it("is declared when there is one, and is there when it is declared", function()
    for _, of in ipairs(owners) do
      for name, f in pairs(public(of)) do
        if type(f) == "function" then assert.is_truthy(commands.of[of][name], of .. " " .. name) end
      end
      for name in pairs(commands.of[of]) do
        assert.is_true(options.is_callable(public(of)[name]), of .. " " .. name)
      end
    end
    assert.same(public "m", debug.getmetatable(mg.ones(1, 1)[1]).methods) -- rows have what matrices have
  end)

  it("is in the module that its record names", function()
    for _, record in ipairs(commands) do
      for name in record[1]:gmatch "%S+" do
        local m = record.from and require("moongrad." .. record.from)
        if type(m) == "table" then m = m[record.as or name] end
        assert.is_true(m == nil and not record.from or options.is_callable(m), name)
      end
    end
  end)

  it("has help", function()
    local has = {}
    for _, entry in ipairs(entries.all()) do
      if entry.kind == "documented" then has[entry.path] = true end
    end
    for of, records in pairs(commands.of) do
      for name in pairs(records) do
        local path = (in_help[of] or "") .. name
        assert.is_truthy(has[path], path)
      end
    end
  end)

  it("returns what its record says", function()
    local net, m = helpers.xor(), mg.ones(2, 2)
    local calls = { -- those that do not take one matrix, or as a method nothing
      mg = { zeros = { 1, 1 }, ones = { 1, 1 }, eye = { 2 }, linspace = { 0, 1, 2 }, rand = { 1, 1 }, randn = { 1, 1 },
        eq = { m, 1 }, lt = { m, 1 }, gt = { m, 1 }, permutation = { 3 }, randint = { 0, 2, 1, 1 },
        choice = { 3, 2 }, one_hot = { { 1, 2 } }, generator = { 1 }, network = { { 2, 1 } } },
      net = { train = { { epochs = 1 } }, predict = { net.X }, like = { { 2, 1 } } },
      m = { rows = { 1, 1 }, cols = { 1, 1 }, reshape = { 1, 4 }, matmul = { m }, argmax = { 1 }, take = { { 1 } },
        eq = { 1 }, lt = { 1 }, gt = { 1 }, map = { math.abs },
        fill = { 1 }, set = { m } },
      g = { rand = { 1, 1 }, randn = { 1, 1 }, permutation = { 3 }, randint = { 0, 2, 1, 1 }, choice = { 3, 2 } },
    }
    local names = { list = "list of matrices" }
    for of, self in pairs { mg = false, net = net, m = m, g = mg.generator(1) } do
      for name, record in pairs(commands.of[of]) do
        local arguments = calls[of][name] or of == "mg" and { m } or {}
        if self then arguments = { self, table.unpack(arguments) } end
        local class = record.returns
        if class then
          net:forward() -- for backward
          local v = public(of)[name](table.unpack(arguments))
          assert.equal(names[class] or class, (debug.getmetatable(v) or {}).__name, of .. " " .. name)
        end
      end
    end
  end)

  it("changes nothing when its record says that it only looks", function()
    local net, m = helpers.xor(), mg.matrix { { 1, 2 }, { 3, 4 } }
    net:step(2)
    local rng, mark, version = core.rng_state(), core.mark(net), core.version(m)
    local calls = {
      net = { predict = { net.X }, explain = { "grad", 1, 1, 1 } },
      m = { rows = { 1, 1 }, cols = { 1, 1 }, reshape = { 1, 4 }, matmul = { m }, take = { { 1 } },
        eq = { 1 }, lt = { 1 }, gt = { 1 } },
    }
    for of, self in pairs { net = net, m = m } do
      for name, record in pairs(commands.of[of]) do
        if record.looks then
          pcall(public(of)[name], self, table.unpack(calls[of][name] or {}))
          assert.equal(mark, core.mark(net), name)
          assert.equal(version, core.version(m), name)
          assert.equal(rng, core.rng_state(), name)
        end
      end
    end
  end)
end)

describe("a session", function()
  it("has every command, and luacheck knows it in scripts", function()
    local env = { dofile = dofile, pairs = pairs, ipairs = ipairs, table = table, files = {} }
    assert(loadfile(".luacheckrc", "t", env))()
    local known = {}
    for _, name in ipairs(env.files.scripts.read_globals) do known[name] = true end
    local _, out = helpers.run [[
      local commands, session = require "moongrad.commands", require "moongrad.session.session"
      for of, records in pairs(commands.of) do
        for name, record in pairs(records) do
          local is = of == "mg" or of == "session" or of == "prompt" or of == "net" and not record.only_net
          local v = session.value(name)
          if is and (v == nil or commands.global(name) == nil) then print("lacks " .. name) end
          if not is and v ~= nil and commands.global(name) == nil then print("has " .. name) end
          if is then print(name) end
        end
      end]]
    local n = 0
    for name in out:gmatch "[^\n]+" do
      n = n + 1
      assert.is_true(known[name] or false, name)
    end
    assert.is_true(n > 60)
    assert.is_nil(known.copy)
  end)
end)
