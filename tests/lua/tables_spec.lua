-- Files of several matrices: npz and safetensors, what is written, heads that lie.

local data = require("moongrad").data
local helpers = require "helpers"
local mg = require "moongrad"
local pack = string.pack

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

-- Is python3 with NumPy here?
local has_numpy = os.execute "/usr/bin/python3 -c 'import numpy' 2>/dev/null"

-- What a Python program prints about the file.
local function python(program)
  local pipe = io.popen(("/usr/bin/python3 -c '%s' %s 2>&1"):format(program, path))
  local out = pipe:read "a"
  pipe:close()
  return out
end

-- The call returns nil and a message that begins with the name of the file and has the words.
local function refuses(name, words, m, message)
  assert.is_nil(m)
  assert.equal(name .. ": ", message:sub(1, #name + 2))
  for _, word in ipairs(words) do assert.truthy(message:find(word, 1, true), message) end
end

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

describe("data.npz", function()
  it("reads arrays by name, packed or not", function()
    local t = assert(data.npz(golden .. "plain.npz"))
    assert.equal(numbers, t.X)
    assert.same({ { 1, 2, 3 } }, t.y:totable())
    t = assert(data.read(golden .. "packed.npz"))
    assert.equal(numbers, t.X)
    assert.equal(mg.zeros(50, 50), t.zeros)
  end)

  it("refuses objects, and what is damaged or no archive of arrays", function()
    refuses(golden .. "objects.npz", { "X: ", "never loads" }, data.npz(golden .. "objects.npz"))
    refuses(path, { "no zip archive" }, data.npz(write "PK\3\4 and no more"))
    refuses(path, { "no zip archive" }, data.npz(write ""))
    refuses(golden, { "folder" }, data.npz(golden))
    local whole = read(golden .. "plain.npz")
    local at = whole:find("\0\0\0\0\0\0\240?", 1, true) -- the number 1
    refuses(path, { "X" }, data.npz(write(whole:sub(1, at - 1) .. "\1" .. whole:sub(at + 1))))
    refuses(path, { "no zip archive" }, data.npz(write(whole:sub(1, -30))))
    refuses(path, { "limit = bytes" }, data.npz(write(read(golden .. "packed.npz")), { limit = 1000 }))
    local zip = assert(require("moongrad.parts").need "zip")
    refuses(path, { '"readme" is no array' }, data.npz(write(zip.pack { { name = "readme", text = "" } })))
    refuses(path, { "x: it is no npy file" }, data.npz(write(zip.pack { { name = "x.npy", text = "" } })))
    refuses(path, { "no arrays" }, data.npz(write("PK\5\6" .. ("\0"):rep(18))))
  end)
end)

describe("data.safetensors", function()
  it("reads every type, and the metadata", function()
    local t, notes = assert(data.safetensors(golden .. "types.safetensors"))
    for name in ("f64 f32 f16 bf16 i64 i32 i16 i8 u64 u32 u16 u8"):gmatch "%S+" do
      assert.equal(numbers, t[name], name)
    end
    assert.same({ { 0, 1, 1, 1 }, { 1, 1, 1, 1 }, { 1, 1, 1, 1 } }, t.bool:totable())
    assert.same({ { 2.5 } }, t.scalar:totable())
    assert.same({ { 0, 1, 2 } }, t.vector:totable())
    assert.same({ { 0, 1, 2, 3 }, { 4, 5, 6, 7 } }, t.images:totable())
    assert.same({ format = "pt", note = "made by hand" }, notes)
  end)

  local function file(head, body) return write(pack("<I8", #head) .. head .. (body or "")) end
  local function bad(name, ...) refuses(name, { ... }, data.safetensors(name)) end

  it("refuses heads that lie", function()
    local one = '{"a":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]}}'
    assert.same({ { 0 } }, data.safetensors(file(one, ("\0"):rep(8))).a:totable())
    bad(write "", "no safetensors file")
    bad(write(pack("<i8", math.mininteger) .. "{}"), "no safetensors file")
    bad(write(pack("<I8", 99) .. "{}"), "ends in its head")
    bad(file "{} x", "no JSON")
    bad(file "[1]", "no object")
    bad(file('{"a":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"a":{}}', ("\0"):rep(8)), "no JSON", "duplicate")
    bad(file(one, "\0\0"), 'tensor "a"', "more than the file holds")
    bad(file(one, ("\0"):rep(9)), "bytes follow")
    bad(file '{"a":{"dtype":"F4","shape":[1,1],"data_offsets":[0,8]}}', "dtype is unknown: F4")
    bad(file '{"a":{"dtype":"F64","shape":[2,1],"data_offsets":[0,8]}}', "its shape and type want 16")
    bad(file '{"a":{"dtype":"F64","shape":[-1,1],"data_offsets":[0,8]}}', "its shape is none")
    bad(file '{"a":{"dtype":"F64","shape":[1e9,1],"data_offsets":[0,8]}}', "its shape is none")
    bad(file '{"a":{"dtype":"F64","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}', "too large")
    bad(file '{"a":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}', "it is empty")
    bad(file '{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}', "offsets hold -8")
    bad(file '{"a":{"dtype":"F64","shape":[1],"data_offsets":[0]}}', "two whole numbers")
    bad(file '{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8],"x":1}}', 'unknown field "x"')
    bad(file '{"a":1}', "no object")
    bad(file('{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},'
      .. '"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}', "abc"), '"b" overlaps')
    bad(file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', "ab"), "1 bytes before")
    bad(file '{"__metadata__":{"a":1}}', "no text")
    bad(file('{"a":' .. ("["):rep(5000) .. ("]"):rep(5000) .. "}"), "no JSON")
  end)
end)

describe("data.save", function()
  local X, y = mg.randn(5, 3), mg.matrix { { 1 }, { -0.0 } }

  for _, ending in ipairs { ".npz", ".safetensors" } do
    it("writes " .. ending .. ", which reads back in every bit", function()
      local name = path .. ending
      assert.is_true(data.save(name, { X = X, y = y, ["a name"] = { { 1, 2 } } }))
      local t = assert(data.read(name))
      assert.equal(X, t.X)
      assert.equal(-math.huge, 1 / t.y[2][1])
      assert.same({ { 1, 2 } }, t["a name"]:totable())
      local first = read(name)
      assert.is_true(data.save(name, { X = X, y = y, ["a name"] = { { 1, 2 } } }))
      assert.equal(first, read(name)) -- the same bytes each time
      os.remove(name)
    end)
  end

  it("writes what NumPy reads", function()
    if not has_numpy then return pending "python3-numpy is not installed" end
    local old = path
    path = old .. ".npz"
    assert.is_true(data.save(path, { X = numbers, y = mg.ones(2, 1) }))
    assert.equal("(3, 4) 66.0 (2, 1) float64\n", python("import sys, numpy as np; d = np.load(sys.argv[1]); "
      .. 'print(d["X"].shape, d["X"].sum(), d["y"].shape, d["y"].dtype)'))
    os.remove(path)
    path = old .. ".npy"
    assert.is_true(numbers.T:save(path))
    assert.equal("[4.0, 5.0, 6.0, 7.0]\n", python "import sys, numpy as np; print(np.load(sys.argv[1])[:, 1].tolist())")
    os.remove(path)
    path = old .. ".csv.gz"
    assert.is_true(numbers:save(path))
    assert.equal("66.0\n", python
      "import sys, numpy as np; print(np.loadtxt(sys.argv[1], delimiter=\",\").sum())")
    os.remove(path)
    path = old
  end)

  it("says what is wrong", function()
    local raises = helpers.raises
    raises(function() data.save("x.npz", 1) end, "expected a table of matrices")
    raises(function() data.save("x.npz", {}) end, "got none")
    raises(function() data.save("x.npz", { X }) end, "expected names of matrices")
    raises(function() data.save("x.npz", { X = "a" }) end, "X: expected a matrix")
    raises(function() data.save("x.npz", { ["a/b"] = X }) end, "expected names of matrices")
    raises(function() data.save("x.csv", { X = X }) end, ".npz, .mat, .safetensors")
    raises(function() data.save("x.npz.gz", { X = X }) end, "tells no format of tables")
    local ok, message = data.save("/nowhere/at/all.npz", { X = X })
    assert.is_nil(ok)
    assert.truthy(message:find("/nowhere/at/all.npz: No such file", 1, true))
    ok, message = data.save(path .. ".safetensors", { ["\xff"] = X })
    assert.is_nil(ok)
    assert.truthy(message:find "no UTF%-8")
  end)
end)
