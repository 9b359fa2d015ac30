-- data.csv: what the file tells, texts, targets, missing values, new rows like the first ones, what is wrong.

local data = require("moongrad").data
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local path

local function write(text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

-- Reads a text.
local function csv(text, o) return data.csv(write(text), o) end

-- The text is refused with all these words.
local function refuses(text, o, ...)
  local X, message = csv(text, o)
  assert.is_nil(X)
  assert.equal(path .. ": ", message:sub(1, #path + 2))
  for _, word in ipairs { ... } do assert.truthy(message:find(word, 1, true), message) end
end

local flowers = "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n6.3,3.3,virginica\n4.9,3,setosa\n"

describe("data.csv", function()
  it("reads numbers, with a header and without", function()
    local X, _, about = csv "a,b\n1,2\n-3.5,4e-1\n"
    assert.same({ { 1, 2 }, { -3.5, .4 } }, X:totable())
    assert.is_nil((select(2, csv "a,b\n1,2\n")))
    assert.same({ "a", "b" }, about.names)
    X, _, about = csv "1,2\n3,4"
    assert.same({ { 1, 2 }, { 3, 4 } }, X:totable())
    assert.same({ "x1", "x2" }, about.names)
    assert.is_false(about.header)
    assert.same({ { 1 }, { 2 } }, csv("n\n1\n2\n"):totable())
    assert.same({ { 3, 4 } }, csv("1,2\n3,4\n", { header = true }):totable())
  end)

  it("reads every delimiter, byte order marks, CRLF, blank lines", function()
    for _, d in ipairs { ",", ";", "\t", "|" } do
      local text = ("a,b,c\n1,2,3\n4,5,6\n"):gsub(",", d)
      assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, csv(text):totable(), d)
    end
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, csv("  1  2   3\n\n 4 5\t6  \n"):totable())
    local X, _, about = csv "\xEF\xBB\xBFa,b\r\n1,2\r\n\r\n3,4\r\n"
    assert.same({ { 1, 2 }, { 3, 4 } }, X:totable())
    assert.equal("a", about.names[1])
    assert.same({ { 1, 2 } }, csv("a;b\n1;2\n", { delimiter = ";" }):totable())
  end)

  it("recognises decimal commas, and says so", function()
    local X, _, about = csv "a;b\n1,5;2,25\n-3,75;4\n"
    assert.same({ { 1.5, 2.25 }, { -3.75, 4 } }, X:totable())
    assert.equal(",", about.decimal)
    assert.truthy(tostring(about):find "decimal commas")
  end)

  it("reads quotes: delimiters, line ends and quotes within", function()
    local X, y, about = csv('"the ""a"", b",t\n1,"x\ny"\n2,"x, y"\n"3","x\ny"\n', { target = "t" })
    assert.same({ { 1 }, { 2 }, { 3 } }, X:totable())
    assert.same({ { 0 }, { 1 }, { 0 } }, y:totable())
    assert.equal('the "a", b', about.names[1])
    assert.same({ "x\ny", "x, y" }, about.classes)
  end)

  it("makes columns of texts, and classes of a target", function()
    local X, y, about = csv(flowers, { target = "species" })
    assert.same({ 4, 2 }, X.shape)
    assert.same({ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 0 } }, y:totable())
    assert.same({ "setosa", "versicolor", "virginica" }, about.classes)
    local all = csv(flowers)
    assert.same({ 4, 5 }, all.shape)
    local _, _, named = csv(flowers)
    assert.same({ "length", "width", "species=setosa", "species=versicolor", "species=virginica" }, named.names)
    local net = mg.network { 2, 3, output = "softmax", cost = "softmax", X = X, y = y }
    assert.is_string(net:classify(X)[1])
  end)

  it("takes columns by name and number, numbers and lists as targets", function()
    local text = "a,b,c\n1,2,3\n4,5,6\n"
    local X, y = csv(text, { target = "b" })
    assert.same({ { 1, 3 }, { 4, 6 } }, X:totable())
    assert.same({ { 2 }, { 5 } }, y:totable())
    X, y = csv(text, { target = { 3, "a" }, columns = "b" })
    assert.same({ { 2 }, { 5 } }, X:totable())
    assert.same({ { 3, 1 }, { 6, 4 } }, y:totable())
    assert.same({ { 3, 1 }, { 6, 4 } }, csv(text, { columns = { "c", "a" } }):totable())
    X, y = csv("a,b\n1,0\n2,2\n", { target = "b", classes = { 0, 1, 2 } })
    assert.same({ { 1, 0, 0 }, { 0, 0, 1 } }, y:totable())
    assert.same({ 2, 1 }, X.shape)
  end)

  it("leaves out missing values' rows, or takes means", function()
    local text = "a,b,t\n1,NA,x\n3,4,\n5,8,y\n"
    refuses(text, nil, "row 1 (line 2)", 'column "b"', '"NA"', "drop")
    local X, _, about = csv(text, { missing = "drop" })
    assert.same({ 1, 2 + 2 }, X.shape)
    assert.equal(2, about.dropped)
    X, _, about = csv(text, { missing = "mean" })
    assert.same({ 1, 6, 1, 0 }, X[1]:totable())
    assert.same({ 3, 4, 0, 0 }, X[2]:totable())
    assert.equal(6, about.means.b)
    refuses(text, { target = "b", missing = "mean" }, "a target has none")
    refuses("a,b\n1,\n,2\n", { missing = "drop" }, "in every row")
  end)

  it("reads new rows like the first ones", function()
    local text = "a,t,y\n1,u,p\n3,v,q\n5,w,p\n"
    local X, _, about = csv(text, { target = "y" })
    local new, y, same = csv("y,t,a\nq,v,7\np,u,\n", { like = about, missing = "mean" })
    assert.same({ { 7, 0, 1, 0 }, { 3, 1, 0, 0 } }, new:totable())
    assert.same({ { 1 }, { 0 } }, y:totable())
    assert.equal(about, same)
    assert.equal(X.ncols, new.ncols)
    local rows, none = csv("t,a\nw,1\n", { like = about })
    assert.same({ { 1, 0, 0, 1 } }, rows:totable())
    assert.is_nil(none)
    refuses("a,t\n1,z\n", { like = about }, "row 1", '"z" is none of u, v, w')
    refuses("a,b\n1,2\n", { like = about }, 'no column "t"')
    refuses("a,t,y\n1,u,r\n", { like = about }, '"r" is none of the classes p, q')
  end)

  it("rounds decimals rightly", function()
    local words = { "0.1", "123456789012345678901234567890", "1e22", "1e23", "9007199254740993", "4.9e-324",
      "2.2250738585072011e-308", "1.7976931348623157e308", "-0", "+5", ".5", "5.", "1E5", "0.30000000000000004",
      "8.5e-5", "123456.789e-3" }
    local X = csv(table.concat(words, "\n") .. "\n")
    for i, word in ipairs(words) do assert.equal(tonumber(word) + 0.0, X[i][1], word) end
    math.randomseed(1)
    local lines = {}
    for i = 1, 20000 do
      lines[i] = ("%.17g"):format((math.random() - .5) * 10.0 ^ math.random(-300, 300))
    end
    local Y = csv(table.concat(lines, "\n"))
    for i, line in ipairs(lines) do assert.equal(tonumber(line) + 0.0, Y[i][1], line) end
  end)

  it("names what is wrong by row, line, column and text", function()
    refuses("", nil, "it has no values")
    refuses("\n\n", nil, "it has no values")
    refuses("a,b\n", nil, "no rows of values")
    refuses("a,b\n1,2\n1,2,3\n", nil, "row 2 (line 3) has 3 fields, expected 2")
    refuses("a,b\n1,2\n1\n", nil, "row 2 (line 3) has 1 field, expected 2")
    refuses("a,b\n1,2\n3,4\n5,six\n", nil, "row 3 (line 4)", 'column "b"', 'expected a number, got "six"')
    refuses("a,b\n1,2\n3,0x10\n", nil, '"0x10"')
    refuses("a,b\n1,1e999\n", nil, "row 1 (line 2)", "1e999 is out of the range")
    refuses('a,b\n1,"2\n3,4\n', nil, "line 2", "a quote is opened, but not closed")
    refuses('a,b\n1,"2"x\n', { delimiter = "," }, "line 2", "behind a closing quote")
    refuses("a,b\n1,\0002\n", { delimiter = "," }, "line 2", "NUL byte")
    refuses("\xFF\xFEa\0,\0b\0", nil, "UTF-16", "iconv")
    refuses("a\0,\0b\0\n\0", nil, "UTF-16")
    refuses("PK\3\4xxxx", nil, "zip archive")
  end)

  it("raises what is wrong in the call", function()
    write "a,a,b\n1,2,3\n"
    local function bad(o, ...)
      local words = { ... }
      raises(function() data.csv(path, o) end, table.unpack(words))
    end
    bad({ target = "a" }, "two columns \"a\"; use their numbers, 1 and 2")
    bad({ target = "c" }, 'no column "c"', "columns: a, a, b")
    bad({ target = 4 }, "column 4: there are 3")
    bad({ target = { 3, "b" } }, "there twice")
    bad({ target = 3, columns = "b" }, "in columns and in target")
    bad({ columns = {} }, "an empty list")
    bad({ target = { 1, 2, 3 } }, "no column is left for X")
    bad({ delimiter = ",," }, "delimiter: expected one character")
    bad({ header = 1 }, "header: expected true or false")
    bad({ missing = "mode" }, "missing: no way \"mode\"")
    bad({ like = {} }, "like: expected the third result")
    bad({ targets = 1 }, "did you mean target?")
    raises(function() data.csv(3) end, "expected the name of a file, got 3")
  end)

  it("does not need memory for a long line", function()
    local file = assert(io.open(path, "wb"))
    file:write('a,b\n1,"')
    for _ = 1, 80 do file:write(("x"):rep(1 << 20)) end
    file:close()
    local before = collectgarbage "count"
    local X, message = data.csv(path)
    assert.is_nil(X)
    assert.truthy(message:find("does not end within 64 MiB", 1, true), message)
    assert.is_true(collectgarbage "count" - before < 1000)
  end)

  it("reads what m:save wrote, and many rows over the ends of blocks", function()
    local X = mg.randn(30000, 7)
    assert.is_true(X:save(path .. ".csv"))
    assert.equal(X, data.csv(path .. ".csv"))
    os.remove(path .. ".csv")
  end)

  it("is what scripts/csv.lua learns from", function()
    local X, y, names = data.iris()
    local lines = { "sepal length,sepal width,petal length,petal width,species" }
    for i = 1, #X do
      lines[i + 1] = table.concat(X[i]:totable(), ",") .. "," .. names[math.tointeger(y:argmax(2)[i][1])]
    end
    write(table.concat(lines, "\n") .. "\n")
    local pipe = io.popen(("%s scripts/csv.lua %s species"):format(os.getenv "MOONGRAD", path))
    local out = pipe:read "a"
    assert.is_true(pipe:close())
    assert.is_true(tonumber(out:match "([%d.]+) %% right") >= 90, out)
    assert.truthy(out:find "versicolor")
    pipe = io.popen(("%s scripts/csv.lua /nowhere.csv 1 2>&1"):format(os.getenv "MOONGRAD"))
    assert.truthy(pipe:read("a"):find("/nowhere.csv: No such file", 1, true))
    pipe:close()
  end)

  it("prints what it found", function()
    local _, _, about = csv(flowers, { target = "species" })
    local text = tostring(about)
    for _, word in ipairs { "4 rows", "separated by commas", "length", "number", "target", "setosa, versicolor" } do
      assert.truthy(text:find(word, 1, true), text)
    end
  end)
end)
