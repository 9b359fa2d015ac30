-- Tests of diagnose that follow its proposals. Of networks that are stuck by each kind of trouble, nine of ten learn,
-- or are told a cause that no line of Lua mends; and no line is proposed twice in a row.

local core = require "moongrad.core"
local helpers = require "helpers"
local kinds = require "kinds_of_trouble"
local mg = require "moongrad"

-- Has the network learnt? At most a twentieth of the variance of y is left (for a constant y, of .25), and the class of
-- each row is right. This does not use diagnose's own measure.
local function has_learnt(net)
  local ok, _, mse, _, accuracy = pcall(core.evaluate, net, net.X, net.y)
  local y = ok and mg.matrix(net.y)
  if not ok then return false end
  local variance = ((y - y:mean(1)) ^ 2):mean()
  return mse <= .05 * (variance > 0 and variance or .25) and (accuracy == nil or accuracy == 1)
end

-- The k-th network of a kind. Of a rare kind: the first, from the k-th on, that 10,000 more epochs do not let learn.
local function stuck(kind, k)
  if not kind.is_rare then return kind.make(k) end
  for more = 0, 1e6, 1000 do
    local net = kind.make(k + more)
    local twin = net:copy()
    pcall(twin.step, twin, 10000)
    if not has_learnt(twin) then return net end
  end
end

local function names(self, f)
  for _, name in ipairs(self.cause) do
    if f.name == name then return true end
  end
end

-- Types what diagnose proposes, up to five times, each time with `more` epochs after it. Returns whether that ended
-- well, whether a line was proposed twice in a row, whether the cause was named the first time, and all that was said.
local function follow(kind, net, more)
  local said, last, is_twice = {}, nil, false
  local d, is_named
  for round = 1, 6 do
    d = net:diagnose()
    for _, f in ipairs(d.findings) do is_named = is_named or round == 1 and names(kind, f) end
    said[#said + 1] = d.findings[1] and d.findings[1].name .. " -> " .. tostring(d.try) or "ok"
    if not d.try or round == 6 then break end
    is_twice, last = is_twice or d.try == last, d.try
    net = helpers.type_in(net, d.try)
    if more > 0 then pcall(net.step, net, more) end
  end
  local first = d.findings[1]
  local is_told = first and not first.minor and not first.try and names(kind, first)
  return kind.cure ~= false and has_learnt(net) or is_told, is_twice, is_named, table.concat(said, " | ")
end

-- How many networks of each kind; under the sanitisers only a few, since those look for other errors.
local is_sanitised = (os.getenv "MOONGRAD" or ""):find("/asan/", 1, true)
local many = helpers.many(50, is_sanitised and 5 or 20)

describe("a stuck network", function()
  local well, all = 0, 0
  for index, kind in ipairs(kinds) do
    it("gets out of it, or is told why not: " .. kind.name, function()
      local n, good, named, report = many, 0, 0, {}
      for k = 0, n - 1 do
        local is_well, is_twice, is_named, said = follow(kind, stuck(kind, 100 * index + k), k % 2 * 500)
        assert.is_false(is_twice, ("%s, network %d: %s"):format(kind.name, k, said))
        good, named = good + (is_well and 1 or 0), named + (is_named and 1 or 0)
        if not is_well or not is_named then report[#report + 1] = ("%d: %s"):format(k, said) end
      end
      well, all = well + good, all + n
      if os.getenv "MOONGRAD_LONG" then
        print(("# %-40s %d of %d, named %d"):format(kind.name, good, n, named))
        if os.getenv "MOONGRAD_TELL" then print(table.concat(report, "\n")) end
      end
      assert.is_true(good >= .8 * n and named >= .8 * n, table.concat(report, "\n"))
    end)
  end

  it("does in nine of ten cases", function()
    if os.getenv "MOONGRAD_LONG" then print(("# %d of %d"):format(well, all)) end
    assert.is_true(well >= .9 * all, ("%d of %d"):format(well, all))
  end)
end)
