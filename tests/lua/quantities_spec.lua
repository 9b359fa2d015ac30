-- The records of quantities: whole, true of networks, and what sessions, help and completion are made of.

local core = require "moongrad.core"
local entries = require "moongrad.help.entries"
local helpers = require "helpers"
local live = require "moongrad.session.live"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"

local of_all = { "name", "field", "kind", "shape", "writer", "hint" }
local of_made = { "maker", "lacks", "op", "turn" }
local of_lists = { "first", "column" }

-- The fields that a record lacks; false is one.
local function lacking(record)
  local list = {}
  local function look(fields)
    for _, field in ipairs(fields) do
      if record[field] == nil then list[#list + 1] = field end
    end
  end
  look(of_all)
  if record.kind == "matrices" or record.writer == "engine" then look(of_made) end
  if record.kind == "matrices" then look(of_lists) end
  return list
end

-- What a shape in words comes to for layer l of a network: rows, columns.
local function shape_of(net, words, l)
  if words == "as THETA[l]" then words = quantities.by_name.THETA.shape end
  local rows, columns = words:match "^(.-) x (.*)$"
  local env = { N = #net.X, K = net.y.ncols, l = l, n = function(i) return net.layers[i] end }
  return load("return " .. rows, "=rows", "t", env)(), load("return " .. columns, "=columns", "t", env)()
end

describe("a quantity", function()
  it("has a record with every field", function()
    for _, record in ipairs(quantities) do
      assert.same({}, lacking(record), record.name)
      for field in pairs(record) do
        local copy = {}
        for key, v in pairs(record) do copy[key] = v end
        copy[field] = nil
        if field ~= "kind" and field ~= "writer" and field ~= "yields" then assert.same({ field }, lacking(copy)) end
      end
    end
  end)

  it("has the shape that its words say, in a list as long as they say", function()
    local net = helpers.xor { 2, 3, 4, 1, optimizer = "adam" }
    net:step()
    local L = #net.layers - 1
    for _, what in ipairs(quantities.matrices) do
      local record = quantities.by_field[what]
      assert.equal(record.name, what:upper())
      assert.equal(L + 1 - record.first, #net[what])
      for l, m in ipairs(net[what]) do
        local rows, columns = shape_of(net, record.shape, l)
        if what == "a" and l == L + 1 then columns = columns - 1 end -- the prediction, without ones
        assert.same({ rows, columns }, { m.nrows, m.ncols }, record.name)
        assert.is_truthy(core.view(net, what, l) == m)
        local label = tostring(m):match "\n +(%a+)"
        assert.equal(record.column and not (what == "a" and l == L + 1) and record.column or nil, label)
      end
    end
    for _, name in ipairs { "X", "y" } do
      assert.same({ shape_of(net, quantities.by_name[name].shape) }, { net[name].nrows, net[name].ncols })
    end
    assert.same(#net.layers, L + 1)
  end)

  it("is made by its call, its operation of a walk, and in its turn of a step", function()
    local is_operation = {}
    for k, name in ipairs(options.operations) do is_operation[name] = k end
    local function is_there(net, record)
      local v = net[record.field]
      if record.kind == "matrices" then v = core.view(net, record.field, 1) end
      return v ~= nil
    end
    for turn, record in ipairs(quantities.made) do
      assert.equal(turn, record.turn)
      if record.maker then
        assert.is_truthy(is_operation[record.op], record.name)
        local net = helpers.xor()
        assert.is_false(is_there(net, record), record.name)
        for _, call in ipairs { "forward", "backward", "update" } do
          net[call](net)
          if call == record.maker then break end
          if record.name ~= "J" then assert.is_false(is_there(net, record), record.name) end
        end
        assert.is_true(is_there(net, record), record.name)
        net:init()
        local w = net:walk()
        repeat local op = w() until op.name == record.op and (op.layer or 1) == 1
        assert.is_true(is_there(net, record), record.name)
      end
    end
    assert.equal(9, #quantities.made)
  end)

  it("is a live name of the session, written to by whom the record says", function()
    live.NET = helpers.xor { optimizer = "adam" }
    live.NET:step()
    for _, record in ipairs(quantities) do
      local v = live.read[record.name]()
      assert.is_truthy(v)
      assert.equal(tostring(live.NET[record.field]), tostring(v))
    end
    for _, record in ipairs(quantities) do
      if record.yields then
        assert.is_nil(live.write[record.name])
      else
        local ok, message = pcall(live.write[record.name], live.NET[record.field])
        assert.equal(record.writer == "user", ok, message)
      end
    end
    live.NET = nil
  end)

  it("can be explained when it is a list of matrices", function()
    local net = helpers.xor { optimizer = "adam" }
    net:step()
    for _, what in ipairs(quantities.matrices) do assert.equal(what, net:explain(what, 1, 1, 1).what) end
  end)

  it("has help, with its shape", function()
    local titles = {}
    for _, entry in ipairs(entries.all()) do titles[entry.title] = true end
    for _, record in ipairs(quantities) do
      local written = record.name .. (record.kind == "matrices" and "[l]" or "")
      assert.is_true(titles[written .. "  " .. record.shape], record.name)
    end
  end)
end)
