-- idx.lua - IDX files, the format of MNIST, and MNIST itself.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local labels = require "moongrad.labels"
local options = require "moongrad.options"
local byte, format = string.byte, string.format

local idx = {}

local limit = { name = "limit", without = "16 GiB", about = "bytes that a packed file may become", example = "1e9" }
options.declare("data.idx", { limit }, 'data.idx("x.idx.gz", {limit = 1e9})')

-- The types by their code (Y. LeCun, The MNIST database): all are big-endian.
local types = { [8] = "u1", [9] = "i1", [11] = "i2", [12] = "i4", [13] = "f4", [14] = "f8" }

-- The rows and columns of the array in the source: of three and more dimensions all but the first are columns.
local function head_of(source)
  local foreign = "it is no IDX file: it does not begin with two bytes 0"
  local start, why = files.take(source, 4, foreign)
  if not start or byte(start, 1) ~= 0 or byte(start, 2) ~= 0 then return nil, why or foreign end
  local name, n = types[byte(start, 3)], byte(start, 4)
  if not name then return nil, format("its type is %d; expected 8, 9, 11, 12, 13 or 14", byte(start, 3)) end
  if n == 0 then return nil, "it has no dimensions" end
  local sizes
  sizes, why = files.take(source, 4 * n, "it ends in its head")
  if not sizes then return nil, why end
  local nrows, ncols = string.unpack(">I4", sizes), 1.0
  for k = 2, n do ncols = ncols * string.unpack(">I4", sizes, 4 * k - 3) end
  if nrows == 0 or ncols == 0 then return nil, "it is empty: one of its sizes is 0" end
  if nrows * ncols > 2 ^ 48 then return nil, "its sizes are too large" end
  return name, nrows, math.tointeger(ncols)
end

--- data.idx(path [, {limit=}])
-- Reads an IDX file, also packed, x.idx.gz: one dimension is a column, n x 1; of three, such as images, all but the
-- first become columns. Returns a matrix, or nil and a message.
-- > X = data.idx "train-images-idx3-ubyte"
function idx.idx(path, o, ...)
  files.check_path("data.idx", path)
  o = options.take("data.idx", o, ...)
  local source <close>, message = files.open(path, o.limit)
  if not source then return nil, message end
  local name, nrows, ncols = head_of(source)
  if not name then return files.failed(path, nrows) end
  local m
  m, message = core.read_numbers(source, name, true, nrows, ncols, false)
  if not m then return nil, message end
  local rest
  rest, message = source:peek(1)
  if not rest then return nil, message end
  if rest ~= "" then return nil, path .. ": bytes follow the array" end
  return m
end

-- The path of one of MNIST's files, as they are named in the wild; nil if it is not there.
local function find_file(folder, name, kind)
  for _, between in ipairs { "-", "." } do
    for _, ending in ipairs { "", ".gz" } do
      local path = format("%s/%s%s%s%s", folder, name, between, kind, ending)
      local file = io.open(path, "rb")
      if file then
        file:close()
        return path
      end
    end
  end
end

-- Reads one of MNIST's files; raises nothing: nil and a message.
local function read(folder, name, kind)
  local path = find_file(folder, name, kind)
  if not path then
    return nil, format("%s: no %s-%s, with or without .gz; MNIST is four files: train-images-idx3-ubyte, "
      .. "train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; see yann.lecun.com/exdb/mnist",
      folder, name, kind)
  end
  return idx.idx(path)
end

local digits = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }

-- Images from 0 to 1 and one-hot labels.
local function pair(folder, name)
  local X, message = read(folder, name, "images-idx3-ubyte")
  if not X then return nil, message end
  local of
  of, message = read(folder, name, "labels-idx1-ubyte")
  if not of then return nil, message end
  if of.ncols ~= 1 or #of ~= #X then
    return nil, format("%s: %s has %d images, but %d x %d labels", folder, name, #X, #of, of.ncols)
  end
  if of:max() > 9 or of:min() < 0 then return nil, format("%s: %s has labels that are no digits", folder, name) end
  return X / 255, labels.remember(labels.one_hot(of, digits), digits)
end

--- data.mnist(folder)
-- Reads the MNIST database of handwritten digits, four files in a folder, packed or not. Returns X (60000 x 784, grey
-- from 0 to 1, row by row), y (60000 x 10, one-hot), and the same of the 10000 test images; or nil and a message.
-- > images, targets, test_images, test_targets = data.mnist "mnist"
function idx.mnist(folder, ...)
  files.check_path("data.mnist", folder)
  options.no_more("data.mnist: expected the name of a folder", ...)
  local X, y = pair(folder, "train")
  if not X then return nil, y end
  local X_test, y_test = pair(folder, "t10k")
  if not X_test then return nil, y_test end
  return X, y, X_test, y_test
end

return idx
