-- remedy.lua - finds the line that a diagnosis proposes: the first change that helps a copy of the network (trial.lua).
--
-- A fix is tried by itself first; then with another ETA, with a new THETA, with both; and, unless kind is "eta", with
-- another activation and with more hidden units. A change that helped no copy is not proposed.

local core = require "moongrad.core"
local goal = require "moongrad.diagnose.goal"
local trial = require "moongrad.diagnose.trial"
local find, format, match = string.find, string.format, string.match

local remedy = {}

local etas = { 10, 3, 1, .3, .1, .03, .01, 3e-3, 1e-3, 1e-4, 1e-5 }
local first_epochs, finalists = 300, 3 -- changes that differ by ETA: after 300 epochs only the best 3 go on
local as_good = .02                    -- an earlier change is preferred even if it leaves so much more than the best
local most_work = 4e9                 -- multiply-adds of all trials of a diagnosis

-- --- changes -------------------------------------------------------------------------------------

-- A line that gives the hidden layers another activation; the output keeps its own.
function remedy.activation(net, activation)
  local state = core.network_state(net)
  local is_shared = not (state.given.output or state.layers[#state.layers].activation
    or core.cost_outputs[net.options.cost])
  local line = format("NET.options.activation = %q; ", activation)
  return is_shared and format("NET.options.output = %q; ", net.options.output) .. line or line
end

-- A line that sets LAYERS with so many times the hidden units, by default twice; or with a hidden layer when there is
-- none.
function remedy.wider(net, times)
  times = times or 2
  local sizes = {}
  for l = 1, #net.layers do
    sizes[l] = l > 1 and l < #net.layers and math.max(times * net.layers[l], 2 * times) or net.layers[l]
  end
  if #sizes == 2 then table.insert(sizes, 2, math.max(2 * times, math.min(times * sizes[1], 32))) end
  return format("LAYERS = {%s}; ", table.concat(sizes, ", "))
end

local draws = { sigmoid = "xavier", tanh = "xavier", linear = "xavier" }
-- A line that draws THETA as suits the hidden layers' activation.
local function draw(activation) return format("init(%q); ", draws[activation] or "he") end

-- The changes before .. ETA = eta .. after, for each eta, as a list of {line, eta}.
local function each_eta(before, after)
  local list = {}
  for i, eta in ipairs(etas) do list[i] = { format("%sETA = %g; %s", before, eta, after), eta } end
  return list
end

-- The changes that go with a fix, in groups, the simplest first. A group is a list of {line, eta}.
local function groups(run, fix, kind)
  local net = run.net
  local hidden = #net.layers > 2 and core.network_state(net).activations[1]
  local init = draw(match(fix, 'activation = "([^"]+)"') or hidden)
  local sets_eta = find(fix, "ETA =", 1, true)
  local base = sets_eta and "" or fix
  local list = {}
  if fix ~= "" then
    list[1] = { { fix } }
    list[2] = each_eta(base, "")
  end
  list[#list + 1] = { { base .. init } }
  list[#list + 1] = each_eta(base, init)
  if kind == "eta" then return list end
  local other = hidden ~= "tanh" and "tanh" or "relu"
  local changed = find(base, "options.activation", 1, true) and base or base .. remedy.activation(net, other)
  if changed ~= base and hidden then list[#list + 1] = each_eta(changed, draw(other)) end
  if find(base, "LAYERS =", 1, true) then return list end
  for times = 2, 4, 2 do
    list[#list + 1] = each_eta(base .. remedy.wider(net, times), init)
    if changed ~= base then list[#list + 1] = each_eta(changed .. remedy.wider(net, times), draw(other)) end
  end
  return list
end

-- --- trials ---------------------------------------------------------------------------------------

-- Tries a group of changes. Returns the trial that leaves least; nil when none stays finite.
local function best_of(run, group)
  local first = math.min(first_epochs, run.most)
  local started = {}
  for i, change in ipairs(group) do
    if run.spent > most_work then break end
    local attempt = trial.start(run, change[1], change[2])
    if attempt and attempt:go(first) then
      attempt.place = i
      started[#started + 1] = attempt
    end
  end
  table.sort(started, function(a, b) return a.left < b.left or a.left == b.left and a.place < b.place end)
  local best
  for i = 1, math.min(#started, finalists) do
    local attempt = started[i]
    if attempt:finish(true) and not (best and attempt.left >= best.left) then best = attempt end
    if best and best.left <= goal.enough then break end
  end
  return best
end

-- The best trial of a change with a new THETA, with net's ETA or, unless keeps_eta, another; nil when none stays
-- finite.
function remedy.drawn(run, change, keeps_eta)
  local key = (keeps_eta and "drawn " or "drawn, any ETA ") .. change
  if run.searched[key] == nil then
    local activations = core.network_state(run.net).activations
    local init = draw(#activations > 1 and activations[1])
    local best = best_of(run, { { change .. init } })
    if not keeps_eta and not (best and best.left <= goal.enough) then
      local other = best_of(run, each_eta(change, init))
      if other and not (best and best.left <= other.left) then best = other end
    end
    run.searched[key] = best or false
  end
  return run.searched[key] or nil
end

-- The trial of going on without any change; its left is nil when numbers become infinite or NaN.
function remedy.going_on(run)
  if not run.going_on then
    run.going_on = trial.start(run, "") or { is_learnt = false }
    if run.going_on.left then run.going_on:finish() end
  end
  return run.going_on
end

-- Tries the changes that go with the fixes, in order. Returns the first trial that leaves next to nothing, else the one
-- that leaves least; nil when that is no less than what is left now, or after going on without a change.
function remedy.search(run, fixes, kind)
  local key = table.concat(fixes, "|") .. (kind or "")
  if run.searched[key] ~= nil then return run.searched[key] or nil end
  local best
  for _, fix in ipairs(fixes) do
    for _, group in ipairs(groups(run, fix, kind)) do
      local found = best_of(run, group)
      if found and not (best and found.left > best.left - as_good) then best = found end
      if best and best.left <= goal.enough then goto done end
    end
  end
  ::done::
  local least = math.min(run.left or math.huge, remedy.going_on(run).left or math.huge)
  if best and best.left > goal.enough and best.left > .98 * least then best = nil end
  run.searched[key] = best or false
  return best
end

return remedy
