-- Help: it finds what is asked for, by name and by value; apropos; its pages fit the terminal.

local core = require "moongrad.core"
local entries = require "moongrad.help.entries"
local help = require "moongrad.help.help"
local helpers = require "helpers"
local mg = require "moongrad"
local show = require "moongrad.show"

local run = helpers.run

local function lines_of(text)
  local list = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
  return list
end

local function text_of(...) return tostring(help.help(...)) end

it("finds each entry by its path, as \"See also\" names it", function()
  for _, entry in ipairs(entries.all()) do
    local found = entry.kind == "choice" -- relu is a function, too
    for _, shown in ipairs(help.find(entry.path) or {}) do found = found or shown == entry end
    assert.is_true(found, entry.path)
  end
end)

it("names the article wherever it speaks of it, and so do the scripts", function()
  local n = 0
  local function check(text, where)
    text = text:gsub("\n%-%- ", " "):gsub("%s+", " "):gsub('"', ""):lower()
    local first = text:match "the article.*"
    if first then
      n = n + 1
      assert.is_truthy(first:find "^the article i?s? ?backpropagation numpy example", where)
    end
  end
  for _, entry in ipairs(entries.all()) do check(entry.text, entry.path) end
  local list <close> = assert(io.popen "ls scripts/*.lua")
  for path in list:lines() do
    local file <close> = assert(io.open(path))
    check(file:read "a", path)
  end
  assert.is_true(n >= 8)
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

  it("is about the live name when it is asked for in small letters, unless that is a variable", function()
    for name, live in pairs { delta = "DELTA[l]", grad = "GRAD[l]", theta = "THETA[l]", eta = "ETA" } do
      assert.equal(live, text_of(name):match "^%S+", name)
    end
    assert.is_truthy(text_of "delta":find('See also help "mg.cost.delta"', 1, true))
    assert.is_truthy(select(2, run 'a = 5 print(help "a")'):find "^no help about a, a number 5")
    assert.is_truthy(text_of "cost":find "^net:cost%(.*mg%.cost{")
  end)

  it("has a page for each mistake that bug plants and check names", function()
    for _, mistake in ipairs(require "moongrad.check.planted".list) do
      local found, text = help.find(mistake.name), text_of(mistake.name)
      assert.equal(('%q, a mistake of backward passes'):format(mistake.name), text:match "^[^\n]*")
      assert.is_truthy(found[1].text:find(mistake.formula, 1, true))
      assert.is_truthy(found[1].text:find('help "mistakes" has the others.', 1, true))
    end
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

  it("names in its overview what looks inside and goes back", function()
    for _, name in ipairs { "walk()", "explain(", "check()", "bug(", "diagnose()", "undo()", "seek(", "watch ", "time(",
      "bench(" } do
      assert.is_truthy(text_of():find(name, 1, true), name)
    end
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

  it("has no row of a table that was broken by hand, which a narrow page would break once more", function()
    for _, entry in ipairs(entries.all()) do
      local column = 0
      for _, line in ipairs(lines_of(entry.text)) do
        assert.is_false(column > 0 and #line:match "^%s*" == column, entry.path .. ": " .. line)
        column = #line > 95 and #(line:match "^%s+%S.-%s%s+" or "") or 0
      end
    end
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
    for _, words in ipairs { "one-hot", "onehot", "one_hot", "One-Hot" } do
      assert.equal("mg.one_hot", help.apropos(words)[1].name, words)
    end
    for _, name in ipairs(help.names()) do assert.is_true(name == "_" or #help.apropos(name) > 0, name) end
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
