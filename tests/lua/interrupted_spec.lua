-- Long calls: what is said of one that Ctrl-C stopped.

local helpers = require "helpers"
local long_call = require "moongrad.long_call"

describe("Ctrl-C", function()
  it("is told of with the epochs wherever it comes, also while what ran is being closed", function()
    local net = helpers.xor()
    net:step(5)
    local function stopped(at) -- by an error at the first instruction, and at one after it
      local n, later = 0, false
      local function stop()
        local run <close> = long_call.watch(net, 10)
        net:step(3)
        run.done, run.cost = 3, .5
        debug.sethook(function()
          n = n + 1
          later = later or n == at
          if n == 1 or n == at then error "interrupted!" end
        end, "", 1)
        while true do end
      end
      pcall(function()
        pcall(stop)
        debug.sethook()
      end)
      debug.sethook()
      return long_call.take(), later
    end
    local at = 1
    repeat
      at = at + 1
      local from = net.epoch
      local report, was_later = stopped(at)
      assert.equal(("interrupted at epoch %d of %d, cost 0.5 (THETA kept)"):format(from + 3, from + 10),
        tostring(report), at)
      assert.is_nil(long_call.take())
    until not was_later
    assert.is_true(at > 10)
  end)
end)
