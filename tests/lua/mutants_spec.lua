-- Data files that were changed at random: each is read, or is nil and a message that names the file.
--
-- MOONGRAD_MUTANTS=100000 in the environment: so many of each format.

local data = require("moongrad").data
local helpers = require "helpers"

local count = tonumber(os.getenv "MOONGRAD_MUTANTS" or "") or helpers.many(2000, 200)
local golden = "tests/golden/arrays/"
local random = math.random

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local csv = 'name,"the ""n""",t\n1,2.5,"a, b"\r\n-3e2,NA,c\n\n4;5,6,"x\ny"\n'
local idx = "\0\0\8\3\0\0\0\2\0\0\0\2\0\0\0\3" .. ("\1\2\3\4\5\6"):rep(2)

-- format -> texts of right files
local formats = {
  csv = { csv, "1 2 3\n4 5 6\n", "a;b\n1,5;2\n" },
  npy = { read(golden .. "f8-little.npy"), read(golden .. "i2-big.npy"), read(golden .. "columns.npy") },
  idx = { idx },
  npz = { read(golden .. "plain.npz"), read(golden .. "packed.npz") },
  safetensors = { read(golden .. "types.safetensors") },
}

-- Bytes that stand for much in some format.
local special = { "\0", "\255", '"', ",", "\n", ";", "{", "}", "[", ":", "-", "9", "e", "\127\255\255\255",
  "\0\0\0\128", "999999999", "\31\139\8\0", "PK\1\2" }

-- The text with some of its bytes changed, left out, doubled or swapped for special ones.
local function mutant(text)
  for _ = 1, random(1, 4) do
    local at, kind = random(1, math.max(1, #text)), random(5)
    local n = random(1, 8)
    local before, after = text:sub(1, at - 1), text:sub(at + n)
    if kind == 1 then
      text = before .. string.char(random(0, 255)) .. text:sub(at + 1)
    elseif kind == 2 then
      text = before .. after
    elseif kind == 3 then
      text = before .. text:sub(at, at + n) .. text:sub(at)
    elseif kind == 4 then
      text = before .. special[random(#special)] .. after
    else
      text = text:sub(1, at)
    end
  end
  return text
end

describe("a file that was changed at random", function()
  for name, texts in pairs(formats) do
    it("is read or refused: " .. name, function()
      local path = os.tmpname()
      math.randomseed(7)
      for _ = 1, count do
        local file = assert(io.open(path, "wb"))
        file:write(mutant(texts[random(#texts)]))
        file:close()
        local ok, value, message = pcall(data[name], path)
        assert.is_true(ok, value)
        if value == nil then assert.equal(path .. ": ", message:sub(1, #path + 2)) end
      end
      os.remove(path)
    end)
  end
end)
