-- Help: what is public has some, and options say what they are.

local core = require "moongrad.core"
local entries = require "moongrad.help.entries"
local help = require "moongrad.help.help"
local helpers = require "helpers"
local mg = require "moongrad"
local quantities = require "moongrad.quantities"
local options = require "moongrad.options"

local run = helpers.run

local function text_of(...) return tostring(help.help(...)) end

-- The texts that are documented, as "net:step" -> true.
local function documented()
  local set = {}
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "documented" then set[entry.path] = true end
  end
  return set
end

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
    local live = {}
    for field, quantity in pairs(quantities.by_field) do live[field] = quantity.name end
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
      local entries, session = require "moongrad.help.entries", require "moongrad.session.session"
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
      for name, v in next, require "moongrad.session.session".at_start do
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

  it("are in the signature of what takes them, of many the first", function()
    for _, who in ipairs { "train", "check" } do
      local title = help.find("net:" .. who)[1].title
      local names = {}
      for name in title:gmatch "([%w_]+)=" do names[#names + 1] = name end
      for i, name in ipairs(names) do assert.equal(options.of[who][i].name, name) end
      assert.is_true(#options.of[who] == #names or #names >= 10 and title:find("...", 1, true) ~= nil)
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
    assert.is_truthy(text_of "init":find("epsilon        U[-epsilon, epsilon)   {epsilon = 0.12}", 1, true))
  end)
end)
