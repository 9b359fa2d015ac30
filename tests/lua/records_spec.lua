-- Tables of results: rows, columns, choosing, sorting, groups, files.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local function runs()
  local r = mg.records { "seed", "eta", "cost", "failed" }
  r:add(1, .1, .5, nil):add(2, .1, .25, nil):add(3, .5, .125, "diverged"):add { seed = 4, eta = .5 }
  return r
end

local function seeds(r)
  local list = {}
  for i, row in ipairs(r) do list[i] = row.seed end
  return list
end

describe("records", function()
  it("have rows and columns", function()
    local r = runs()
    assert.equal(4, #r)
    assert.equal(.25, r[2].cost)
    assert.is_nil(r[4].cost)
    assert.is_nil(r[5])
    assert.same({ { 1 }, { 2 }, { 3 }, { 4 } }, r:column("seed"):totable())
    local cost = r:column "cost"
    assert.equal(.125, cost[3][1])
    assert.is_true(cost[4][1] ~= cost[4][1])
    assert.equal("diverged", r:column("failed")[3])
    r[1].cost = 7
    assert.equal(7, r[1].cost)
    assert.same({}, mg.records({ "a" }):column "a")
  end)

  it("are chosen and sorted into new ones", function()
    local r = runs()
    assert.same({ 3, 4 }, seeds(r:where(function(row) return row.eta > .2 end)))
    assert.same({ 3, 2, 1, 4 }, seeds(r:sort "cost"))
    assert.same({ 3, 1, 2, 4 }, seeds(r:sort "failed"))
    assert.same({ 1, 2, 3, 4 }, seeds(r:sort "eta"))
    assert.same({ 1, 2, 3, 4 }, seeds(r))
    assert.equal(0, #r:where(function() end))
  end)

  it("are grouped", function()
    local r = runs():add(5, .1, 1, nil)
    local g = r:group "eta"
    local median = g:median "cost"
    assert.same({ { eta = .1, cost = .5 }, { eta = .5, cost = .125 } }, { median[1], median[2] })
    assert.equal(2, #median)
    assert.equal(1.75 / 3, g:mean("cost")[1].cost)
    assert.equal(.25, g:min("cost")[1].cost)
    assert.equal(1, g:max("cost")[1].cost)
    assert.same({ eta = .1, count = 3 }, g:count()[1])
    assert.equal(3, #r:group("eta", "failed"):count())
    assert.is_nil(runs():where(function(row) return row.seed == 4 end):group("eta"):mean("cost")[1].cost)
    local layers = mg.records { "layers", "cost" }
    layers:add({ 2, 2, 1 }, 1):add({ 2, 3, 1 }, 2):add({ 2, 2, 1 }, 3)
    assert.equal(2, layers:group("layers"):mean("cost")[1].cost)
  end)

  it("print as a table with the names of their columns", function()
    local r = mg.records { "layers", "seed", "cost" }
    r:add({ 2, 2, 1 }, 1, 1 / 3):add({ 2, 10, 1 }, 12, nil)
    assert.equal([[
layers      seed      cost
{2, 2, 1}      1  0.333333
{2, 10, 1}    12         -]], tostring(r))
    assert.equal("a\nno rows", tostring(mg.records { "a" }))
    local long = mg.records { "k" }
    for k = 1, 1000 do long:add(k) end
    local _, lines = tostring(long):gsub("\n", "")
    assert.is_true(lines < 50)
    assert.is_truthy(tostring(r:group "seed"):find("2 groups by seed", 1, true))
  end)

  it("are written as CSV", function()
    local r = mg.records { "name", "cost" }
    r:add('a "b", c', .1):add("plain", 3):add(nil, 1 / 3)
    local path = os.tmpname() .. ".csv"
    assert.is_true(r:save(path))
    local file = assert(io.open(path))
    assert.equal('name,cost\n"a ""b"", c",0.1\nplain,3\n,0.3333333333333333\n', file:read "a")
    file:close()
    os.remove(path)
    local saved, message = r:save "/nowhere/at/all.csv"
    assert.is_nil(saved)
    assert.is_truthy(message:find("/nowhere/at/all.csv", 1, true))
  end)

  it("say what they do not take", function()
    local r = runs()
    raises(function() mg.records "seed" end, "records: expected the names of the columns", '"seed"')
    raises(function() mg.records {} end, "records: expected the names of the columns", "none")
    raises(function() mg.records { "a", "a" } end, 'column "a" is there twice')
    raises(function() mg.records { "a", 1 } end, "column 2: expected a name, got 1")
    raises(function() mg.records({ "a" }, 1) end, "records: expected the names")
    raises(function() r:add(1, 2) end, "add: expected 4 values, seed, eta, cost, failed, got 2")
    raises(function() r:add { sed = 1 } end, 'add: no column "sed"', "seed")
    raises(function() r:column "costs" end, 'column: no column "costs"', "cost")
    raises(function() r:column() end, "column: no column nil; columns: seed, eta, cost, failed")
    raises(function() r:sort "x" end, 'sort: no column "x"')
    raises(function() r:where(1) end, "where: expected a function of a row, got 1")
    raises(function() r:group() end, "group: expected the names of columns")
    raises(function() r:group("eta"):median "eta" end, "median: eta is a column of the groups")
    raises(function() r:group("eta"):median "x" end, 'median: no column "x"')
    raises(function() r:save "x.txt" end, "save: expected the name of a file", '"x.txt"')
    raises(function() return r[6] end, "records: row 6: expected 1 to 4")
    raises(function() return r.colum end, "column")
    raises(function() r[1] = {} end, "r:add(...) adds a row")
    raises(function() r.add(1) end, "add: expected records, got 1")
  end)
end)
