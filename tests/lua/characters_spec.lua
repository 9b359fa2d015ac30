-- Tests of the advice on characters that Lua does not know, as text that is pasted from slides and pages has them.

local characters = require "moongrad.prompt.errors.characters"
local helpers = require "helpers"

describe("a character that Lua does not know", function()
  for text, words in pairs {
    ["print(“hi”)"] = "a curly quote, U+201C; a string is written", ["y = ‘a’"] = "a curly quote, U+2018",
    ["x = 3 − 1"] = "a minus sign, U+2212; minus is -", ["x = 3 – 1"] = "an en dash, U+2013; minus is -",
    ["x =\u{A0}4"] = "a no-break space, U+00A0", ["x = 4\u{200B}"] = "a zero-width space, U+200B; delete it",
    ["x = 2 × 3"] = "times is *", ["x = y ≤ 3"] = "at most is <=", ["x = é"] = "é, U+00E9",
    ["\u{FEFF}x = 1"] = "a byte order mark", ["x = \xFF"] = "no UTF-8", ["\xFF\xFEx\0=\0"] = "UTF-16",
  } do
    it("is named with what Lua writes: " .. words, function()
      helpers.contains(characters.explain(text, text:find "[\x80-\xFF]"), words)
    end)
  end

  it("is none that is ASCII", function() assert.is_nil(characters.explain("x = 1 +", 7)) end)

  it("is named in the error of a script", function()
    local status, out = helpers.run "local x = 1\nx = 3 − 1"
    assert.equal(1, status)
    helpers.contains(out, ":2: ", "a minus sign, U+2212; minus is -")
  end)

  it("is named in a script of UTF-16, with and without a byte order mark", function()
    local wide = ("print(1)\nx = 5\n"):gsub(".", "%0\0")
    for _, code in ipairs { wide, "\xFF\xFE" .. wide, "\xFE\xFF\0" .. wide } do
      local status, out = helpers.run(code)
      assert.equal(1, status)
      helpers.contains(out, ":1: ", "UTF-16 or binary: save the text as UTF-8")
    end
  end)
end)
