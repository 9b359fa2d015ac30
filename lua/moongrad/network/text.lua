-- text.lua - what a network says of itself, in a line.

local core = require "moongrad.core"
local options = require "moongrad.options"
local format = string.format

local state = core.network_state

-- "network 2-2-2-1   sigmoid, cost sse, eta 0.1   15 parameters   epoch 0"
core.set_network_tostring(function(net)
  local sizes, count = {}, 0
  local st = state(net)
  for l, layer in ipairs(st.layers) do
    sizes[l] = layer.size
    if l > 1 then count = count + layer.size * (st.layers[l - 1].size + (layer.bias and 1 or 0)) end
  end
  if #sizes > 12 then -- the ends are enough
    sizes = { sizes[1], sizes[2], sizes[3], "...", sizes[#sizes - 1], sizes[#sizes] .. " (" .. #sizes .. " layers)" }
  end
  local kinds = {}
  for _, activation in ipairs(st.activations) do
    if kinds[#kinds] ~= activation then kinds[#kinds + 1] = activation end
  end
  local words = {
    "network " .. table.concat(sizes, "-"),
    format("%s, cost %s, eta %g", #kinds > 6 and "several activations" or table.concat(kinds, ", "),
      options.name_of((options.cost("cost", st.given.cost or options.defaults.cost))), net.eta),
  }
  for _, name in ipairs { "l1", "l2", "bias_l1", "bias_l2" } do
    if (st.given[name] or 0) ~= 0 then words[2] = words[2] .. format(", %s %g", name, st.given[name]) end
  end
  local optimizer = core.optimizer(net)
  if optimizer ~= "sgd" then words[2] = words[2] .. ", " .. optimizer end
  if st.given.precision == "single" then words[2] = words[2] .. ", single precision" end
  words[3] = format("%d parameters", count)
  words[4] = format("epoch %d", net.epoch)
  return table.concat(words, "   ")
end)
