-- data.mat and data.save of .mat: MATLAB's files, as SciPy writes and reads them.

local data = require("moongrad").data
local helpers = require "helpers"
local mg = require "moongrad"

local golden = "tests/golden/arrays/"
local numbers = mg.matrix { { 0, 1, 2, 3 }, { 4, 5, 6, 7 }, { 8, 9, 10, 11 } }
local path

local function write(text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local has_scipy = os.execute "/usr/bin/python3 -c 'import scipy.io' 2>/dev/null"

local function refuses(word, m, message)
  assert.is_nil(m)
  assert.equal(path .. ": ", message:sub(1, #path + 2))
  assert.truthy(message:find(word, 1, true), message)
end

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

describe("data.mat", function()
  it("reads every type, packed or not", function()
    for _, name in ipairs { "types", "packed" } do
      local t, others = data.mat(golden .. name .. ".mat")
      for kind in ("i1 u1 i2 u2 i4 u4 i8 u8 f4 f8"):gmatch "%S+" do
        assert.equal(numbers, t["of_" .. kind], kind)
      end
      assert.same({}, others)
    end
  end)

  it("names what is no matrix, and flattens images", function()
    local t, others = data.read(golden .. "others.mat")
    assert.equal(numbers, t.X)
    table.sort(others)
    assert.same({ "complex", "empty", "record", "text" }, others)
    -- MATLAB stores columns first: image(i, j, k) is column j + 3 (k - 1) of row i
    assert.same({ 2, 12 }, t.images.shape)
    assert.same({ 0, 4, 8, 1, 5, 9 }, t.images:cols(1, 6)[1]:totable())
    assert.is_nil(t.text)
  end)

  it("refuses 7.3, Octave's text, what is none, what is cut", function()
    refuses("version 7.3", data.mat(write("MATLAB 7.3 MAT-file" .. (" "):rep(200))))
    refuses("save -v7", data.mat(write "# Created by Octave 7.3\n"))
    refuses("no MATLAB file", data.mat(write "a,b\n1,2\n"))
    refuses("no MATLAB file", data.mat(write ""))
    refuses("it holds nothing", data.mat(write(read(golden .. "types.mat"):sub(1, 128))))
  end)

  it("survives what matio does not: files that were changed at random", function()
    local whole = read(golden .. "types.mat")
    math.randomseed(3)
    for _ = 1, helpers.many(300, 20) do
      local bytes = { whole:byte(1, -1) }
      for _ = 1, math.random(1, 8) do bytes[math.random(129, #bytes)] = math.random(0, 255) end
      local text = {}
      for i, b in ipairs(bytes) do text[i] = string.char(b) end
      local t, message = data.mat(write(table.concat(text)))
      assert.is_true(type(t) == "table" or type(message) == "string")
    end
  end)
end)

describe("data.save", function()
  it("writes .mat, which reads back in every bit", function()
    local X, y = mg.randn(40, 300), mg.matrix { { -0.0 }, { 1 / 3 } }
    local name = path .. ".mat"
    assert.is_true(data.save(name, { X = X, y = y }))
    local t = data.mat(name)
    assert.equal(X, t.X)
    assert.equal(-math.huge, 1 / t.y[1][1])
    if has_scipy then
      local pipe = io.popen(("/usr/bin/python3 -c '%s' %s"):format(
        "import sys, scipy.io as s; d = s.loadmat(sys.argv[1]); print(d[\"X\"].shape, d[\"y\"].tolist())", name))
      assert.equal("(40, 300) [[-0.0], [0.3333333333333333]]\n", pipe:read "a")
      pipe:close()
    end
    os.remove(name)
    local ok, message = data.save(name, { ["a b"] = X })
    assert.is_nil(ok)
    assert.truthy(message:find 'MATLAB has no name "a b"')
    assert.is_nil((io.open(name)))
  end)
end)
