-- Lua source as it is read for completion, hints, saved sessions and pastes: tokens, locals, lines.

local lexer = require "moongrad.syntax.lexer"
local lines = require "moongrad.syntax.lines"
local locals = require "moongrad.syntax.locals"
local mg = require "moongrad"
local tokens = require "moongrad.syntax.tokens"

describe("the tokens of a text", function()
  local function texts(text)
    local t, list = lexer.tokens(text), {}
    for i = 1, t.n do list[i] = t.text[i] end
    return table.concat(list, " "), t.open
  end

  it("are Lua's, strings by what they mean", function()
    assert.equal('a . b : c "x"y', (texts [[a.b:c'x"y']]))
    assert.equal("1..2 a .. b ... 0x1p+3 .5e-3 3 - 2", (texts "1..2 a..b ... 0x1p+3 .5e-3 3-2"))
    assert.equal('" l]]g  z ~= == // ::', (texts "--[==[ c ]] ]==] [==[ l]]g ]==] --x\nz ~= == // ::"))
    assert.equal('"AAA\n\\\255\n"', (texts [["\65\x41\u{41}\n\\\255\
\z
   " ]]):gsub(" $", "") .. '"')
    assert.equal('"a\\" " b" "it\'s', (texts [["a\\\"" ' b"' "it's"]]))
  end)

  it("end with what is open", function()
    for text, quote in pairs { ["f('a"] = "'", ['f("a\\"'] = '"', ["f[[a]"] = "[", ["[==[a]]"] = "[",
      ["x = '\\"] = "'" } do
      local _, open = texts(text)
      assert.equal("string", open and open.kind, text)
      assert.equal(quote, open.quote)
    end
    for _, text in ipairs { "-- it's", "--", "--[[ a\n ] ]", "--[=[ a ]]" } do
      assert.equal("comment", select(2, texts(text)).kind, text)
    end
    for _, text in ipairs { "'a\n b", "--x\n", "[=", "1e+", "'a'", "\\" } do assert.is_nil((select(2, texts(text))),
      text) end
  end)

  it("come back from being written between quotes", function()
    for _, s in ipairs { 'a"b', "it's", "a\\b", "\n\t\0\127", "é" } do
      for _, quote in ipairs { '"', "'" } do
        local written = lexer.escape(s, quote)
        assert.equal(s, lexer.unescape(written))
        assert.equal(s, load("return " .. quote .. written .. quote)())
      end
    end
  end)
end)

describe("the locals seen at the end of a text", function()
  for text, expected in pairs {
    ["local a, b <const> = 1, 2 local c"] = "a b c",
    ["local a do local b end local function f(x, y, ...)"] = "a f x y",
    ["local function f(x) end"] = "f",
    ["function M.a.b:c(d)"] = "self d",
    ["for i = 1, 3 do local z"] = "i z",
    ["for k, v in pairs(t) do end"] = "",
    ["while f(function(a) end) do local b"] = "b",
    ["if x then local a elseif y then local b else local c"] = "c",
    ["repeat local a until a local b"] = "b",
    ["end end ) } until local a"] = "a",
    ["local 1 function ( for local function local x ="] = "x",
  } do
    it(("%s -> %s"):format(text, expected), function()
      local list = {}
      for i, known in ipairs(locals(lexer.tokens(text))) do list[i] = known.name end
      assert.equal(expected, table.concat(list, " "))
    end)
  end
end)

local function words(text)
  local list = {}
  for i, t in ipairs(assert(tokens.of(text))) do list[i] = t.text end
  return list
end

describe("tokens in a list", function()
  it("are names, numbers, strings and operators; comments and blanks are none", function()
    assert.same({ "x", "=", "1e+5", "+", "0x1p-3", "..", "t", ".", "y" }, words "x=1e+5 + 0x1p-3 .. t.y -- end")
    assert.same({ "a", "=", "[==[ x ]] ]==]", "b", "[", "1", "]" }, words "a = [==[ x ]] ]==] --[[ long\n ]] b[1]")
    assert.same({ "f", [['it\'s "']], [["\\"]] }, words [[f 'it\'s "' "\\"]])
    assert.same({ "a", "//", "b", "~=", "...", "::", "x", "::" }, words "a//b~=...::x::")
    assert.same({ "0xe", "+", "x", "-", "1e" }, words "0xe+x-1e")
    for _, text in ipairs { "'no end", "x = 'no end\n y", "[[no end" } do assert.is_nil(tokens.of(text), text) end
    assert.same({ "x" }, words "x --[[ no end")
  end)

  it("are found in anything, however broken", function()
    local g = mg.generator(1)
    local pieces = { "'", '"', "[[", "]]", "--", "[=[", "\\", "\n", "1e", "0x", ".", "..", "x", "=", "\0", "\255", " ",
      "e+" }
    for _ = 1, 2000 do
      local text = {}
      for i = 1, 12 do text[i] = pieces[g:rand() * #pieces // 1 + 1] end
      text = table.concat(text)
      local from = 0
      for _, t in ipairs(tokens.of(text) or {}) do
        assert.is_true(t.from > from and t.to >= t.from and t.to <= #text, text)
        assert.equal(t.text, text:sub(t.from, t.to))
        from = t.to
      end
    end
  end)

  it("say what must not stand in a larger chunk", function()
    local function top(text) return tokens.top(tokens.of(text)) end
    assert.same({}, top "function f(...) local a = ... return a end for i = 1, 2 do local b = i end")
    assert.same({ block = true }, top "local function f() return 1 end")
    assert.same({ block = true }, top "goto x ::x::")
    assert.same({ call = true }, top "if a then return end")
    assert.same({ call = true }, top "f(...)")
  end)
end)

describe("the lines of a text", function()
  -- What depth has for each line, "-" for one that ends inside a string or comment.
  local function depths(text)
    local list = {}
    for k, depth in ipairs(lines.scan(text).depth) do list[k] = depth or "-" end
    return table.concat(list, " ")
  end

  it("stand in the blocks and brackets that are open", function()
    assert.equal("1 2 1 0", depths "if a then\nf{\n}\nend")
    assert.equal("1 1 0", depths "repeat\n-- do\nuntil 'do' == [[if]]")
    assert.equal("0 0 0 1", depths "x = 'do\ny = \"if'\n)\nfor i = 1, 2 do")
    assert.equal("- - 0 -", depths "x = [[\ndo\n]] --[[ end ]]\n--[==[ ]]")
    assert.equal("- 0 1", depths "x = 'a\\\ndo'\n(")
  end)

  it("are indented by them", function()
    for text, blanks in pairs { ["x = 1"] = 0, ["do"] = 2, ["  do"] = 4, ["f(function()"] = 2, ["do\n  x = 1"] = 2,
      ["do\n  x = 1\n  end"] = 0, ["x = 'do"] = 0, ["do x = [["] = 0, ["do --[["] = 0, ["do -- [["] = 2,
      ["do x = 'a\\"] = 0, ["do x = 'a"] = 2 } do
      assert.equal(blanks, (lines.indent(text)), text)
    end
    assert.same({ 2, 0 }, { lines.indent "if a then\n  b()\n  else" })
  end)
end)
