-- Arrays in files: npy of every type, byte order and layout (tests/golden/arrays.py), IDX, what heads may claim.

local data = require("moongrad").data
local helpers = require "helpers"
local mg = require "moongrad"
local pack, rep = string.pack, string.rep

local golden = "tests/golden/arrays/"
local path -- of a file of this test

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

-- f(...) returns nil and a message that has all the words and begins with the name of the file.
local function refuses(name, words, m, message)
  assert.is_nil(m)
  assert.is_string(message)
  assert.equal(name .. ": ", message:sub(1, #name + 2))
  for _, word in ipairs(words) do assert.truthy(message:find(word, 1, true), message) end
end

local numbers = mg.matrix { { 0, 1, 2, 3 }, { 4, 5, 6, 7 }, { 8, 9, 10, 11 } }

before_each(function() path = os.tmpname() end)
after_each(function() os.remove(path) end)

describe("data.npy", function()
  for kind in ("i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8"):gmatch "%S+" do
    for _, order in ipairs(kind:sub(2) == "1" and { "byte" } or { "little", "big" }) do
      it("reads " .. kind .. ", " .. order .. "-endian", function()
        assert.equal(numbers, assert(data.npy(golden .. kind .. "-" .. order .. ".npy")))
      end)
    end
  end

  it("reads bool, columns, a number, a vector, images", function()
    assert.same({ { 0, 1, 0, 1 }, { 0, 1, 0, 1 }, { 0, 1, 0, 1 } }, data.npy(golden .. "bool.npy"):totable())
    assert.equal(numbers, data.npy(golden .. "columns.npy"))
    assert.same({ { 2.5 } }, data.npy(golden .. "scalar.npy"):totable())
    assert.same({ { 0, 1, 2, 3, 4 } }, data.npy(golden .. "vector.npy"):totable())
    local images = data.npy(golden .. "images.npy")
    assert.same({ 2, 12 }, images.shape)
    assert.equal(23, images[2][12])
  end)

  it("reads what is not finite, and halves", function()
    local m = data.npy(golden .. "special.npy")
    assert.is_true(m[1][1] ~= m[1][1])
    assert.same({ math.huge, -math.huge }, { m[1][2], m[1][3] })
    assert.equal(-math.huge, 1 / m[1][4])
    assert.same({ 5e-324, 1.7976931348623157e308 }, { m[1][5], m[1][6] })
    local h = data.npy(golden .. "half.npy")
    assert.equal(math.huge, h[1][1])
    assert.is_true(h[1][2] ~= h[1][2])
    assert.same({ -65504, 2 ^ -24, 0.333251953125 }, { h[1][3], h[1][4], h[1][5] })
  end)

  it("refuses objects, records, texts, complex numbers and what is no double", function()
    local function bad(name, ...) refuses(golden .. name, { ... }, data.npy(golden .. name)) end
    bad("objects.npy", "Python objects, which moongrad never loads")
    bad("records.npy", "array of records")
    bad("text.npy", "its type is <U1")
    bad("complex.npy", "its type is <c16")
    bad("huge-integer.npy", "number 1 is beyond 2^53")
    bad("empty.npy", "it is empty", "(0, 3)")
    bad("images-columns.npy", "Fortran's order")
  end)

  it("refuses heads that lie", function()
    local whole = read(golden .. "f8-little.npy")
    local function bad(text, ...) refuses(path, { ... }, data.npy(write(text))) end
    bad("", "does not begin with")
    bad("\x93NUMPY", "does not begin with")
    bad(whole:sub(1, 9), "ends in its head")
    bad(whole:sub(1, 40), "ends in its head")
    bad(whole:sub(1, -2), "more than the file holds")
    bad(whole .. "x", "bytes follow the array")
    bad((whole:gsub("\x01\x00", "\x09\x00", 1)), "npy version 9")
    local function head(text) return "\x93NUMPY\x01\x00" .. pack("<s2", text) .. rep("\0", 96) end
    bad(head "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000, 4000000000), }", "too large")
    bad(head "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }", "more than the file holds")
    bad(head "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", "too large")
    bad(head "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, 4), }", "shape is none")
    bad(head "{'descr': '<f8', 'fortran_order': 1, 'shape': (3, 4), }", "unknown value of fortran_order")
    bad(head "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (3, 4), }", "neither True nor False")
    bad(head "{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", "descr twice")
    bad(head "{'fortran_order': False, 'shape': (3, 4), }", "no descr")
    bad(head "__import__('os').system('true')", "no dictionary")
    bad(head "{'descr': '<f8' 'fortran_order': False}", "no comma")
    bad("\x93NUMPY\x02\x00" .. pack("<I4", 0xffffffff), "said to have 4294967295 bytes")
  end)
end)

describe("m:save", function()
  it("writes npy and csv, packed or not, that read back in every bit", function()
    local m = mg.matrix { { 1 / 3, -0.0, 1e300 }, { 5e-324, 123456789.125, -2 } }
    for _, ending in ipairs { ".npy", ".csv", ".npy.gz", ".csv.gz" } do
      local name = path .. ending
      assert.is_true(m:save(name))
      local back = assert(data.read(name))
      os.remove(name)
      assert.equal(m, back)
      assert.equal(-math.huge, 1 / back[1][2])
    end
    local head = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"
    assert.is_true(m.T.T:save(path .. ".npy"))
    local text = read(path .. ".npy")
    os.remove(path .. ".npy")
    assert.equal(head, text:sub(1, #head))
    assert.equal(0, (#text - 48) % 64)
    assert.equal("\n", text:sub(128, 128))
  end)

  it("leaves the old file whole, and no other, when it fails", function()
    local m = mg.ones(2, 2)
    local ok, message = m:save "/nowhere/at/all/x.npy"
    refuses("/nowhere/at/all/x.npy", { "No such file" }, ok, message)
    ok, message = m:save "/proc/x.csv"
    assert.is_nil(ok, message)
    helpers.raises(function() m:save "x.xls" end, "there are .csv, .npy")
    helpers.raises(function() m:save(3) end, "expected the name of a file")
    helpers.raises(function() m:save("x.npy", 1) end, "expected the name of a file")
  end)
end)

describe("data.idx", function()
  local function idx(kind, sizes, body)
    local text = "\0\0" .. string.char(kind, #sizes)
    for _, n in ipairs(sizes) do text = text .. pack(">I4", n) end
    return write(text .. body)
  end

  it("reads all types, images as rows", function()
    assert.same({ { 1, 2, 3, 4 }, { 5, 6, 7, 255 } }, data.idx(idx(8, { 2, 2, 2 }, "\1\2\3\4\5\6\7\xff")):totable())
    assert.same({ { 1 }, { -1 } }, data.idx(idx(9, { 2 }, "\1\xff")):totable())
    assert.same({ { -2, 258 } }, data.idx(idx(11, { 1, 2 }, pack(">i2i2", -2, 258))):totable())
    assert.same({ { -70000 } }, data.idx(idx(12, { 1 }, pack(">i4", -70000))):totable())
    assert.same({ { .5 } }, data.idx(idx(13, { 1 }, pack(">f", .5))):totable())
    assert.same({ { .1 } }, data.idx(idx(14, { 1 }, pack(">d", .1))):totable())
  end)

  it("refuses what is none, and sizes that lie", function()
    local function bad(name, ...) refuses(name, { ... }, data.idx(name)) end
    bad(write "PK", "no IDX file")
    bad(idx(7, { 1 }, "x"), "its type is 7")
    bad(idx(8, {}, ""), "no dimensions")
    bad(idx(8, { 3 }, "ab"), "more than the file holds")
    bad(idx(8, { 2 }, "abc"), "bytes follow")
    bad(idx(8, { 0, 3 }, ""), "empty")
    bad(idx(8, { 2 ^ 32 - 1, 2 ^ 32 - 1 }, "x"), "too large")
    bad(write "\0\0\8\2\0\0", "ends in its head")
  end)

  it("is what MNIST is made of", function()
    refuses(".", { "no train-images-idx3-ubyte", "t10k-labels-idx1-ubyte" }, data.mnist ".")
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    for _, name in ipairs { "train", "t10k" } do
      path = folder .. "/" .. name .. "-images-idx3-ubyte"
      idx(8, { 2, 1, 2 }, "\0\xff\x33\x66")
      path = folder .. "/" .. name .. ".labels-idx1-ubyte"
      idx(8, { 2 }, "\7\0")
    end
    local X, y, X_test, y_test = data.mnist(folder)
    assert.same({ { 0, 1 }, { .2, .4 } }, X:totable())
    assert.same({ 2, 10 }, y.shape)
    assert.same({ 1, 1 }, { y[1][8], y[2][1] })
    assert.equal(X, X_test)
    assert.equal(y, y_test)
    path = folder .. "/train.labels-idx1-ubyte"
    idx(8, { 2 }, "\12\0")
    refuses(folder, { "no digits" }, data.mnist(folder))
    os.execute("rm -r " .. folder)
  end)
end)

describe("a file", function()
  it("is a regular one", function()
    for name, words in pairs { ["/"] = "it is a folder", ["/dev/zero"] = "it is a device", ["/nowhere/x.npy"] =
      "No such file", ["a\0b"] = "NUL byte" } do
      local m, message = data.npy(name)
      assert.is_nil(m)
      assert.truthy(message:find(words, 1, true), message)
    end
    assert(os.execute("rm " .. path .. " && mkfifo " .. path))
    refuses(path, { "FIFO" }, data.npy(path))
  end)

  it("may be packed; damaged, cut or too large it is refused", function()
    assert.is_true(mg.zeros(100, 100):save(path .. ".npy.gz"))
    local packed = read(path .. ".npy.gz")
    assert.is_true(#packed < 1000)
    os.remove(path .. ".npy.gz")
    assert.equal(mg.zeros(100, 100), data.npy(write(packed)))
    refuses(path, { "cut short" }, data.npy(write(packed:sub(1, -10))))
    refuses(path, { "damaged" }, data.npy(write(packed:sub(1, 40) .. "\xff\xff\xff" .. packed:sub(44))))
    refuses(path, { "bytes follow the gzip data" }, data.npy(write(packed .. "rest")))
    refuses(path, { "larger than the limit" }, data.npy(write(packed), { limit = 1000 }))
    local half = mg.ones(2, 3)
    assert.is_true(half:save(path .. ".csv.gz"))
    local one = read(path .. ".csv.gz")
    os.remove(path .. ".csv.gz")
    assert.same({ 4, 3 }, data.csv(write(one .. one)).shape) -- two members are one text
  end)

  it("has a name whose end tells the format", function()
    helpers.raises(function() data.read "x.doc" end, "tells no format", ".csv, .npy, .idx")
    helpers.raises(function() data.read() end, "expected the name of a file")
    helpers.raises(function() data.npy("x.npy", { limits = 1 }) end, "did you mean limit?")
    refuses("no-images-idx3-ubyte.gz", { "No such file" }, data.read "no-images-idx3-ubyte.gz")
  end)
end)
