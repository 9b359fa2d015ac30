-- Values as the prompt prints them: text, tables, matrices in colour, the last values.

local mg = require "moongrad"
local printer = require "moongrad.prompt.print"
local results = require "moongrad.session.results"
local show = require "moongrad.show"
local text = require "moongrad.text"

-- v as the first value of an input.
local function shown(v) return printer.text(v, 1) end

describe("text", function()
  it("escapes control bytes, and what is no UTF-8, and nothing else", function()
    assert.equal("a\\027[31mb\\000\\127", text.escape "a\27[31mb\0\127")
    assert.equal("two\nlines\tand \"quotes\" \\", text.escape "two\nlines\tand \"quotes\" \\")
    assert.equal("é世\u{1F600}", text.escape "é世\u{1F600}")
    assert.equal("\\200é\\195", text.escape "\200é\195")
    assert.equal("\\u{9b}", text.escape "\u{9b}")
    assert.equal("\\237\\160\\128", text.escape "\xED\xA0\x80") -- half of a pair
  end)

  it("quotes so that Lua reads the same again", function()
    for i = 1, 500 do
      math.randomseed(i)
      local bytes = {}
      for k = 1, math.random(0, 20) do bytes[k] = string.char(math.random(0, 255)) end
      local s = table.concat(bytes)
      assert.equal(s, load("return " .. text.quote(s))())
      assert.is_nil(text.quote(s):find "%c")
    end
  end)

  it("counts columns", function()
    for s, width in pairs {
      [""] = 0, abc = 3, ["é"] = 1, ["世界"] = 4, ["e\u{301}"] = 1, ["\u{1F600}"] = 2, ["\27[31mab\27[0m"] = 2, ["ｱ"] = 1,
      ["∇"] = 1, ["가"] = 2,
    } do
      assert.equal(width, text.width(s), s)
    end
  end)

  it("is cut between characters and never within an escape", function()
    for room = 25, 60 do
      for _, c in ipairs { "世", "\27", "e\u{301}", "\200", '"' } do
        local s = c:rep(100)
        local quoted = text.quote(s, room)
        assert.is_true(text.width(quoted) <= room)
        local inside, more = quoted:match '^(".*")%.%.%. (%d+) bytes more$'
        local back = load("return " .. inside)()
        assert.equal(s:sub(1, #back), back)
        assert.equal(#s - #back, tonumber(more))
        assert.is_true(text.width(text.line(s, room)) <= room)
      end
    end
  end)
end)

describe("a table", function()
  local width = show.width
  before_each(function() show.width = function() return 100 end end)
  after_each(function() show.width = width end)

  it("has its list first, then its keys in order", function()
    assert.equal("{1, 2, [-1] = 0, [1.5] = 3, a = 4, b = 5, [\"c d\"] = 6, [\"if\"] = 7, [false] = 8, [true] = 9}",
      shown { 1, 2, [-1] = 0, [1.5] = 3, b = 5, a = 4, ["c d"] = 6, ["if"] = 7, [false] = 8, [true] = 9 })
    assert.equal("{1, [3] = 3}", shown { 1, nil, 3 })
    assert.equal("{[{}] = 1}", shown { [{}] = 1 })
  end)

  it("is named by the way to it where it comes again", function()
    local t = { { 1 }, { x = 2 } }
    t.a, t["b c"], t[true], t.me = t[1], t[2], { t[1] }, t
    assert.equal('{{1}, {x = 2}, a = <_[1]>, ["b c"] = <_[2]>, me = <_>, [true] = {<_[1]>}}', shown(t))
    assert.equal("{{1}, <_3[1]>}", printer.text({ t[1], t[1] }, 3))
    local key = {}
    local inner = { 1 }
    assert.equal("{a = {[{}] = {1}, [{}] = <shown above>}}", shown { a = { [key] = inner, [{}] = inner } })
  end)

  it("has four levels and 50 items", function()
    assert.equal("{{{{{...}}}}}", shown { { { { { 1 } } } } })
    local t = {}
    for i = 1, 51 do t[i] = 0 end
    assert.is_truthy(shown(t):find("... 1 more", 1, true))
    t[51] = nil
    assert.is_nil(shown(t):find("more", 1, true))
    t.key = 1
    assert.is_truthy(shown(t):find("... 1 more", 1, true))
    local keys = {}
    for i = 1000, 1, -1 do keys["k" .. i] = i end
    local words = shown(keys)
    assert.is_truthy(words:find "^{\n  k1 = 1,\n? ?%s*k2 = 2,")
    assert.is_truthy(words:find("... 950 more", 1, true))
  end)

  it("fits any width", function()
    local t = { ("x"):rep(200), name = ("世"):rep(50), { { { key = ("y"):rep(99) } } }, [("k"):rep(60)] = 1, 1, 2, 3 }
    for columns = 60, 200 do
      show.width = function() return columns end
      for line in (shown(t) .. "\n"):gmatch "(.-)\n" do assert.is_true(text.width(line) <= columns, line) end
    end
  end)

  it("says what is in it without running the user's code, when it is to be brief", function()
    local ran = 0
    local bad = setmetatable({}, { __tostring = function() ran = ran + 1 end, __index = error, __name = "mine" })
    assert.equal('{1, "a", mine, matrix 2 x 2, {{...}}}', printer.brief({ 1, "a", bad, mg.eye(2), { { { 1 } } } }, 80))
    assert.equal("mine", printer.brief(bad, 80))
    assert.equal(0, ran)
    assert.is_true(text.width(printer.brief({ ("x"):rep(1000), ("y"):rep(1000) }, 40)) <= 40)
  end)
end)

describe("colour", function()
  before_each(function() show.color = true end)
  after_each(function() show.color = false end)

  local function colored(m)
    local list = {}
    for code, number in shown(m):gmatch "\27%[([%d;]*)m([^\27]*)\27%[0m" do list[#list + 1] = number .. " " .. code end
    return list
  end

  it("is for what is not finite, and for what is 1000 times the median, or a thousandth", function()
    assert.same({ "NaN 1;31", "-Inf 1;31", "1000 33", "0.001 36" },
      colored(mg.matrix { 1, 1, 1, 0 / 0, -1 / 0, 1000, 999, 0.001, 0.0011, 0 }))
    assert.same({}, colored(mg.matrix { 0, 0, 0 }))
    assert.same({}, colored(mg.matrix { 1e-9, 2e-9 }))
    assert.same({ "Inf 1;31" }, colored { 1, 1 / 0, 1e300 })
  end)

  it("changes nothing else, and is not in tostring", function()
    local m = mg.matrix { { 1, 1e9, 0 / 0 }, { 2, 3, 4 } }
    assert.equal(tostring(m), (shown(m):gsub("\27%[[%d;]*m", "")))
    assert.is_nil(tostring(m):find "\27")
    show.color = false
    assert.equal(tostring(m), shown(m))
  end)
end)

describe("the last values", function()
  before_each(results.clear)
  after_each(results.clear)

  it("are those of the newest input first, nine at most", function()
    results.keep(1, nil, 3)
    results.keep("a", "b")
    assert.same({ _ = "a", _1 = "a", _2 = "b", _3 = 1, _5 = 3 }, results.values)
    for i = 1, 20 do results.keep(i) end
    assert.same({ 20, 20, 12, nil }, { results.values._, results.values._1, results.values._9, results.values._10 })
    results.keep(table.unpack({}, 1, 50))
    assert.same({}, results.values)
  end)

  it("let go of the old when they hold much", function()
    local big = mg.zeros(1000, 3000)
    results.keep(big)
    results.keep { { big } }
    results.keep(big.T, big)
    assert.equal(big, results.values._2)
    assert.is_nil(results.values._4)
    results.keep(1)
    assert.equal(big, results.values._3)
  end)
end)
