-- past.lua - records what happens to a network, for undo and seek (undo.lua) and diff (diff.lua).
--
-- The past is a tree of events. A place in it is an event and a number of epochs done in that event; each event has
-- the place from which it went on. Equal calls of step() in a row are one event; the core counts them. The state at a
-- place is an image (a saved copy, images.lua), or is made from an earlier image by repeating the events after it
-- (replay.lua). places.lua finds places.
--
--   {kind = "start" | "change" | "step" | "epochs" | "seek", label =, group =, from_i =, from_k =, epoch =,
--    settings = (of state.lua), images = {{k =, image =, whole =, bytes =}, ...}, version_X =, version_y = (of the
--    data at the time)}
--   A step has also n, the epochs of a call, times, how many calls, and data. Epochs, of train, have batch, shuffle,
--   how, the further settings of core.epoch, and rng, the state of the generator when the epoch began. A step of a
--   network with dropout has rng, too.

local core = require "moongrad.core"
local images = require "moongrad.past.images"
local states = require "moongrad.network.state"

local past = {}

local state = core.network_state
local settings_of, same = states.settings, states.same

local apart = 1000 -- events between two images

-- --- noting ------------------------------------------------------------------------------------------

-- When there is no memory to record an event, the command goes on. The core then marks the past as lost, and a new past
-- begins with the next event.

local open, renew
local opened = setmetatable({}, { __mode = "k" }) -- networks that have a past
local command                                     -- the command that past.command began: {label =, guard =}

-- The past of net; nil when it has none, as with the option undo = 0.
local function of(net)
  local s = state(net)
  if core.past_lost(net) then renew(net, s) end
  return s.past or s.beginning and open(net, s)
end
past.of = of

local function version(m) return m and core.version(m) end

-- g, a group or a command, when it has not ended; else nil. A group is the events that undo takes back as one command.
local function still(g) return g and core.is_open(g.guard) and g or nil end

local function new_group(p, label, guard)
  return { label = label, from_i = p.i, from_k = p.k, guard = guard }
end

-- Adds event e to the past p, after the place where net is. Returns e.
function past.append(net, p, e)
  command, p.group = still(command), still(p.group)
  if command and not p.group then p.group = new_group(p, command.label, command.guard) end
  e.from_i, e.from_k, e.settings, e.group = p.i, p.k, p.settings, p.group
  e.epoch = e.epoch or net.epoch
  e.version_X, e.version_y = version(e.settings.X), version(e.settings.y)
  if e.data then e.data.uses = e.data.uses + 1 end
  p.last = p.last + 1
  p.events[p.last] = e
  p.bytes = p.bytes + images.event_bytes + (e.rng and #e.rng or 0)
  p.events_since = p.events_since + 1
  return e
end

local append = past.append

-- Adds the steps that the core has counted to the last event.
local function flush(net, p)
  local times, seconds = core.past_counted(net)
  p.seconds = p.seconds + seconds
  local e = p.events[p.last]
  if times > 0 then
    e.times = e.times + times
    p.clock = p.clock + times * e.n
    p.i, p.k = p.last, e.n * e.times
  elseif e.times == 0 then -- no step was done
    p.last = p.last - 1
    images.drop(p, p.last + 1)
  end
end

-- Records as an event what has changed since the last event: writes to THETA, other settings. Returns true when
-- something was recorded.
local function note(net, p)
  flush(net, p)
  local set, moved, written, staged = core.past_changes(net)
  p.written, p.staged = p.written or written, staged
  local settings = set and settings_of(net)
  if settings and same(settings, p.settings) then settings = nil end
  local label = p.label
  p.label = nil
  if settings and not moved and p.last == 1 and (p.settings.X == nil or p.settings.y == nil)
    and settings.eta == p.settings.eta and settings.given == p.settings.given and settings.bug == p.settings.bug then
    local e = p.events[1]
    p.settings, e.settings = settings, settings -- the first X and y that a network gets are no command
    e.version_X, e.version_y = version(settings.X), version(settings.y)
    return true
  end
  if not (settings or moved) then return label ~= nil end
  local own = settings and not rawequal(settings.rng, p.settings.rng)
  p.settings = settings or p.settings
  local e = append(net, p, { kind = "change", label = label or moved and "an edit of THETA" or "a setting" })
  p.i, p.k = p.last, 0
  if moved or own then images.add(net, p, e, 0, images.how(net)) end
  images.trim(net, p)
  return true
end

local function settle_now(net)
  local begins = state(net).past == nil
  local p = of(net)
  return p and note(net, p) or begins
end

-- Records what has changed so far, so that a change that follows is another command. Returns true when something was
-- recorded, or the past of net begins here.
local function settle(net)
  if core.is_busy(net) or core.is_held(net) then return false end
  return core.noting(net, settle_now, net) or false
end
past.settle = settle

-- Raises when nothing may change net: in the middle of a pass, or while a watched expression is evaluated.
past.check_idle = core.check_idle

local function begin_change(net, label)
  settle_now(net)
  local p = of(net)
  if p then p.label = label end
end

-- Call this before a change of net. label: what undo calls the change, "ETA = 2".
function past.before(net, label)
  core.check_idle(net)
  if not core.is_held(net) then core.noting(net, begin_change, net, label) end
end

local function end_group(net)
  local noted = settle(net)
  local p = state(net).past
  if p then p.group = nil end
  return noted
end

local function begin_group(net, label, guard)
  settle_now(net)
  local p = of(net)
  if p and not still(p.group) then p.group = new_group(p, label, guard) end
end

-- Begins a group: until the returned value, held in a variable <close>, is closed, all changes of net are one command,
-- called label. Returns nil when a group is open already.
function past.together(net, label)
  if core.is_held(net) or still(command) or still((state(net).past or {}).group) then return nil end
  local guard = core.guard(end_group, net)
  core.noting(net, begin_group, net, label, guard)
  return guard
end

local function end_all()
  local noted = false
  for net in pairs(opened) do noted = end_group(net) or noted end
  command = nil
  return noted
end

-- Ends every group and command, at the end of an input: Ctrl-C may have left one open. Returns true when something was
-- recorded.
function past.ended() return core.unhooked(end_all) end

-- Like past.together for all networks: until the returned value is closed, the changes of each network are one command
-- of it.
function past.command(label)
  if still(command) then return nil end
  for net in pairs(opened) do settle(net) end
  command = { label = label, guard = core.guard(end_all) }
  return command.guard
end

-- Adds an image of net when making its state again would take long.
function past.image_when_due(net, p)
  if p.seconds < .1 and p.events_since < apart then return end
  local e, k, how = p.events[p.i], p.k, images.how(net)
  local updated = core.view(net, "dtheta", 1) ~= nil
  if how == "theta" and e.kind == "step" and k > 0 and updated then -- repeating the last epoch then makes A, Z, ...
    k, how = k - 1, "before"
  end
  for _, one in ipairs(e.images or {}) do
    if one.k == k then
      p.seconds = 0
      return
    end
  end
  images.add(net, p, e, k, how)
  images.trim(net, p)
end

local image_when_due = past.image_when_due

-- The data of a run as one table: X, y, their versions, and copies, for the case that the user writes to them. There is
-- no copy when it would take too much memory. input: A[1], when the user wrote to it, else nil.
local function data_of(net, p, X, y, input)
  local d = p.data
  local version_X, version_y = core.version(X), core.version(y)
  if d and rawequal(d.X, X) and rawequal(d.y, y) and d.version_X == version_X and d.version_y == version_y
    and not input and not (d.input and d.staged ~= p.staged) then
    return d
  end
  local bytes = 8 * (X.nrows * X.ncols + y.nrows * y.ncols) + (input and 8 * input.nrows * input.ncols or 0)
  d = { X = X, y = y, version_X = version_X, version_y = version_y, staged = p.staged, uses = 0, bytes = 0 }
  if bytes <= images.budget(net) / 4 then
    d.copy_X, d.copy_y, d.input, d.bytes = X:copy(), y:copy(), input and input:copy(), bytes
    p.bytes = p.bytes + bytes
  end
  p.data = d
  return d
end

-- Can a run with data d be repeated: are its data copied, or unchanged since?
function past.usable(d)
  return d.copy_X or d.version_X == core.version(d.X) and d.version_y == core.version(d.y)
end

-- Called before a run: keeps an image of THETA when the run before can no longer be repeated.
local function keep_end(net, p)
  local i, k = p.i, p.k
  local e = p.events[i]
  while e and not (e.data or e.images or e.kind == "start") do
    if e.kind == "seek" then i, k = e.to_i, e.to_k else i, k = e.from_i, e.from_k end
    e = p.events[i]
  end
  if not (e and e.data and k > 0) or past.usable(e.data) then return end
  for _, one in ipairs(e.images or {}) do
    if one.k == k then return end
  end
  images.add(net, p, e, k, "theta")
end

local handlers = { change = begin_change } -- what the core reports -> the function that records it

function handlers.note(net)
  settle_now(net)
  image_when_due(net, of(net))
end

-- Does net draw masks for dropout?
local function draws(net)
  for _, layer in ipairs(state(net).layers) do
    if layer.dropout then return true end
  end
  return false
end

-- The state of the generator that net draws from.
local function drawn(net) return core.rng_state(core.own_rng(net)) end

-- A call of step(n) begins; its batch is ready.
function handlers.step(net, n)
  local p = of(net)
  local staged = p.staged
  settle_now(net)
  if p.staged == staged then image_when_due(net, p) end
  local X, y = core.network_data(net)
  local data = data_of(net, p, X, y, p.written and core.view(net, "a", 1))
  p.written = nil
  keep_end(net, p)
  local e = p.events[p.last]
  local rng = draws(net) and drawn(net) or nil
  if not rng and e.kind == "step" and e.n == n and p.i == p.last and p.k == n * e.times and e.data == data
    and e.group == p.group and e.settings == p.settings then
    return
  end
  append(net, p, { kind = "step", n = n, times = 0, data = data, rng = rng })
  images.trim(net, p)
end

-- The call of step ended after `done` epochs, by Ctrl-C or an error.
function handlers.short(net, done)
  local p = of(net)
  local data, rng = p.events[p.last].data, p.events[p.last].rng
  flush(net, p)
  if done == 0 then return end
  local e = append(net, p, { kind = "step", n = done, times = 1, data = data, rng = rng, epoch = net.epoch - done })
  p.clock = p.clock + done
  p.i, p.k = p.last, done
  if images.how(net) == "whole" then images.add(net, p, e, done, "whole") end
end

-- An epoch of train begins.
function handlers.epoch(net, X, y, batch, shuffle, how)
  settle_now(net)
  local p = of(net)
  image_when_due(net, p)
  keep_end(net, p)
  append(net, p, { kind = "epochs", n = 1, times = 0, data = data_of(net, p, X, y), batch = batch, shuffle = shuffle,
    how = how, rng = (shuffle or draws(net)) and drawn(net) or nil })
  images.trim(net, p)
end

core.set_past(function(net, what, ...)
  if not core.is_busy(net) and of(net) then handlers[what](net, ...) end
end)

-- Begins the past of net with its state now. Its table of events is made when of() first needs it.
function past.begin(net)
  local most = images.budget(net)
  local theta, whole = core.image_sizes(net)
  if most == 0 then return end
  local how = whole <= most / 64 and "whole" or "theta"
  state(net).beginning = { k = 0, image = theta <= most / 2 and core.image(net, how), whole = how == "whole",
    bytes = whole, clock = 0 }
  core.past_on(net, true)
  core.past_changes(net)
end

-- A past with the event "start" alone.
local function empty(net, epoch)
  local p = { events = {}, first = 1, last = 0, i = 0, k = 0, bytes = 0, clock = 0, events_since = 0, seconds = 0,
    snaps = {}, settings = settings_of(net) }
  append(net, p, { kind = "start", epoch = epoch })
  p.i = 1
  return p
end

-- Makes the past of net from its beginning. s: the table of core.network_state.
function open(net, s)
  local p = empty(net, 0)
  if s.beginning.image then
    p.events[1].images, p.bytes = { s.beginning }, p.bytes + s.beginning.bytes
  end
  opened[net] = true
  s.past, s.beginning = p, nil
  return p
end

-- Begins a new past, with net as it is, in place of one that was lost.
function renew(net, s)
  s.past, s.beginning = nil, nil -- frees memory for the new one
  local p = empty(net, net.epoch)
  p.lost = core.past_lost(net)
  images.add(net, p, p.events[1], 0, images.how(net))
  core.past_changes(net)
  opened[net] = true
  s.past = p
  core.past_lost(net, false)
end

local function fork(to, from)
  local p = of(from)
  if not p then return end
  local new = {}
  for key, v in pairs(p) do new[key] = v end
  new.events, new.snaps, new.group, new.data = {}, {}, nil, nil
  new.settings = settings_of(to)
  for i = p.first, p.last do
    local e = {}
    for key, v in pairs(p.events[i]) do e[key] = v end
    e.images, e.group = e.images and table.move(e.images, 1, #e.images, 1, {}), e.group
    if e.data then e.data.uses = e.data.uses + 1 end
    for _, key in ipairs { "X", "y" } do -- the version of the copy's matrix; -1 when the original was written to since
      local m, at = p.settings[key], "version_" .. key
      if m and rawequal(e.settings[key], m) then
        e[at] = e[at] == core.version(m) and core.version(new.settings[key]) or -1
      end
    end
    new.events[i] = e
    for _, one in ipairs(e.images or {}) do
      if e.kind == "step" or e.kind == "epochs" then new.snaps[#new.snaps + 1] = { event = e, one = one } end
    end
  end
  new.twins = {}
  for _, key in ipairs { "X", "y", "rng" } do
    local given = p.settings[key]
    if given ~= nil then new.twins[given] = new.settings[key] end
    for first, v in pairs(p.twins or {}) do -- `from` is a copy itself: its original's X, y, rng
      if rawequal(v, given) then new.twins[first] = new.settings[key] end
    end
  end
  opened[to] = true
  state(to).past = new
  core.past_changes(to)
end

-- Gives `to`, a copy of the network `from`, a copy of its past.
function past.fork(to, from)
  settle(from)
  if not state(from).past and not state(from).beginning then return end
  core.past_on(to, true)
  core.noting(to, fork, to, from)
end

return past
