-- walk_numbers_spec.lua - walks of one row: their formulas in numbers.

local helpers = require "helpers"
local mg = require "moongrad"

local contains = helpers.contains

describe("a walk of one row", function()
  it("shows the formulas in numbers, which come to what the engine made", function()
    mg.digits(17)
    local lines, names = 0, {}
    for k = 1, helpers.many(60, 24) do
      local net = helpers.random(k)
      for op in net:walk { rows = 1 } do
        for name, terms, value in tostring(op):gmatch "\n([%u]+[%[%]%d]*) = ([^\n]+) = ([^ \n]+)%f[\n]" do
          lines, names[name:match "%u+"] = lines + 1, true
          if not terms:find("^g%(") and not terms:find("ln ", 1, true) and not terms:find("...", 1, true) then
            local code = "return " .. terms:gsub("%([%w, ]+: ", "(") -- "(29 others: 3)"
            local sum = assert(load(code, "=terms", "t", { e = math.exp(1) }))()
            local size = net.options.precision == "single" and 1e-5 or 1e-12
            assert.near(tonumber(value), sum, size * math.max(1, math.abs(sum)), name .. " = " .. terms)
          end
        end
      end
    end
    mg.digits(6)
    for _, name in ipairs { "Z", "A", "J", "DELTA", "GRAD", "THETA" } do assert.is_true(names[name], name) end
    assert.is_true(lines > 300)
    local text = tostring(helpers.xor():walk()()) -- of four rows
    assert.is_nil(text:find("Z[1][1][1] = ", 1, true), text)
  end)

  it("has lines of the first numbers only, of long sums the rest, and none of what was edited", function()
    local net = mg.network { 30, 7, 1, X = mg.ones(1, 30), y = { 0 }, init = { mg.ones(7, 31), mg.zeros(1, 8) } }
    local w = net:walk()
    local text = tostring(w())
    contains(text, "\nZ[1][1][1] = 1 * 1 + 1 * 1 + (29 others: 29) = 31\n", "\nZ[1][1][4] = ")
    assert.is_nil(text:find("Z[1][1][5] = ", 1, true), text)
    net.z[1][1][2] = 9
    local again = tostring(w:to "z 1")
    assert.is_nil(again:find("Z[1][1][2] = ", 1, true), again)
    contains(again, "Z[1][1][3] = ")
  end)
end)
