-- schedule.lua - the learning rate of each epoch of a call of train.

local core = require "moongrad.core"
local names = require "moongrad.names"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local format = string.format
local show = options.show

local schedule = {}

-- From a to b along half a wave, as part goes from 0 to 1.
local function wave(a, b, part) return b + (a - b) * (1 + math.cos(math.pi * part)) / 2 end

-- Each: the numbers that it takes with their defaults, false for what must be given, those that have to be whole and
-- from 1, and rate(o, eta, k, n): that of the k-th of n epochs, from 0, where eta is the network's.
local kinds = {
  constant = { numbers = {}, rate = function(_, eta) return eta end },
  step = { numbers = { every = 30, factor = .1 }, whole = "every",
    rate = function(o, eta, k) return eta * o.factor ^ (k // o.every) end },
  exponential = { numbers = { factor = .99 }, rate = function(o, eta, k) return eta * o.factor ^ k end },
  cosine = { numbers = { to = 0 }, rate = function(o, eta, k, n) return wave(eta, o.to, k / n) end },
  ["one-cycle"] = { numbers = { peak = false },
    rate = function(o, eta, k, n)
      local top = .3 * n - 1 -- the epoch at the peak
      if k <= top then return wave(eta, o.peak, k / top) end
      return wave(o.peak, eta / 1e4, (k - top) / (n - 1 - top))
    end },
}

schedule.names = { "constant", "step", "exponential", "cosine", "one-cycle" }

-- The numbers of a schedule, checked.
local function numbers_of(name, given)
  local kind, o, known = kinds[name], {}, { "warmup" }
  for key, default in pairs(kind.numbers) do
    known[#known + 1] = key
    local v = given[key]
    if v == nil then v = default end
    if not options.finite(v) then
      raise("train: eta: %s: %s: expected a number, got %s", name, key, show(given[key]))
    end
    o[key] = v
  end
  table.sort(known)
  for key in pairs(given) do
    if key ~= 1 and key ~= "warmup" and kind.numbers[key] == nil then
      raise("train: eta: %q has no %s%s", name, show(key), names.suggest(tostring(key), known))
    end
  end
  if kind.whole then options.whole(format("train: eta: %s", kind.whole), o[kind.whole], 1) end
  o.warmup = options.whole("train: eta: warmup", given.warmup or 0, 0)
  return o
end

-- What v, the option eta of train, makes of the rates: a function of the epoch, from 1, and of the report of the one
-- before; nil when v is. net's own rate stays. n: the epochs there will be.
function schedule.of(net, v, n)
  if v == nil then return nil end
  local f = v
  if options.finite(v) then
    f = function() return v end
  elseif type(v) == "table" and not options.is_callable(v) or type(v) == "string" then
    local given = type(v) == "table" and v or { v }
    local name = options.one_of("train: eta", "schedule", given[1], schedule.names)
    local o, eta = numbers_of(name, given), net.eta
    f = function(e)
      if e <= o.warmup then return eta * e / o.warmup end
      return kinds[name].rate(o, eta, e - 1 - o.warmup, n - o.warmup)
    end
  elseif not options.is_callable(v) then
    raise('train: eta: expected a schedule, {"cosine", to = 0}, a number or a function, got %s', show(v))
  end
  return function(e, report)
    local eta = f(e, report)
    if not options.finite(eta) then
      raise("train: eta: expected a number for epoch %d, got %s", e, show(eta))
    end
    options.rate(eta, core.network_state(net).given)
    return eta
  end
end

return schedule
