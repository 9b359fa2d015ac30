-- commands.lua - the functions and methods that users call, and what is to be known of each.
--
-- Each is declared once, here; its help stands above the function. mg, the methods of networks, sessions, completion,
-- saved sessions, errors and .luacheckrc, which is read by Lua 5.1, are made of these records. A record stands for one
-- name, or for several that are alike. It has
--   [1]      the names, with blanks between
--   of       whose it is: "mg" of the library, "net" of networks, and so a session's function on the current one, "m"
--            of matrices and rows, "g" of generators, "w" of walks, "data" of mg.data, "session" of sessions,
--            "prompt" of sessions at a prompt
--   looks    does it change nothing? What only looked is left out of saved sessions
--   reads    what it reads that a saved session does not bring along: "file", "clock"; false: nothing
--   returns  the class of what it returns, for completion; false: none that completion looks into
--   takes    what stands at each place of a call, for completion and errors: words of options.kinds, "function", or
--            "file"; "" when it is nothing of these
-- and, when it is in Lua and not in the file of its class,
--   from     the module that has it, without "moongrad.", loaded at the first call: the module is the function, or has
--            it under its name
--   as       ... or under this one
--   call     in place of from the function itself, if it is short: its help stands above the record
-- Some have
--   only_net  it is a method of networks, but no function of sessions
--   alone     typed by its name alone it says what it returns
--   timed     the clock decides how often it does something

local gmatch = string.gmatch

local commands = {
  { "matrix zeros ones eye linspace hstack vstack exp log sqrt abs sin cos floor sign eq lt gt sigmoid tanh relu " ..
    "leaky_relu elu gelu softplus softmax", of = "mg", looks = true, reads = false, returns = "matrix", takes = "" },
  { "is_matrix", of = "mg", looks = true, reads = false, returns = false, takes = "" },
  { "rand randn permutation", of = "mg", looks = false, reads = false, returns = "matrix", takes = "" },
  { "generator", of = "mg", looks = true, reads = false, returns = "generator", takes = "" },
  { "seed threads", of = "mg", looks = false, reads = false, returns = false, takes = "" },
  { "network", of = "mg", looks = false, reads = false, returns = "network", takes = "", from = "network.network" },
  { "digits", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "show" },
  { "diff", of = "mg", looks = true, reads = false, returns = false, takes = "network network", from = "past.diff" },
  { "compare", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "network.compare" },
  { "time", of = "mg", looks = false, reads = "clock", returns = false, takes = "function", from = "timing" },
  { "bench", of = "mg", looks = false, reads = "clock", returns = false, takes = "function", from = "timing",
    timed = true },
  { "activation", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "custom.activation" },
  { "cost", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "custom.cost" },
  { "optimizer", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "custom.optimizer" },

  { "xor and_ or_ parity", of = "data", looks = true, reads = false, returns = false, takes = "" },

  { "init", of = "net", looks = false, reads = false, returns = false, takes = "init" },
  { "forward", of = "net", looks = false, reads = false, returns = "matrix", takes = "" },
  { "backward", of = "net", looks = false, reads = false, returns = "list", takes = "" },
  { "update", of = "net", looks = false, reads = false, returns = false, takes = "" },
  { "step", of = "net", looks = false, reads = false, returns = "report", takes = "number" },
  { "train", of = "net", looks = false, reads = false, returns = "report", takes = "", from = "network.train" },
  { "minimize", of = "net", looks = false, reads = false, returns = "report", takes = "", from = "network.minimize" },
  { "predict", of = "net", looks = true, reads = false, returns = "matrix", takes = "" },
  { "cost accuracy", of = "net", looks = true, reads = false, returns = false, takes = "" },
  { "check", of = "net", looks = false, reads = false, returns = "check", takes = "", from = "check.check" },
  { "bug", of = "net", looks = false, reads = false, returns = false, takes = "mistake", from = "check.planted" },
  { "walk", of = "net", looks = false, reads = false, returns = "walk", takes = "", from = "explain.walk", as = "of" },
  { "explain", of = "net", looks = true, reads = false, returns = false, takes = "quantity", from = "explain.explain",
    as = "of" },
  { "diagnose", of = "net", looks = true, reads = false, returns = false, takes = "", from = "diagnose.diagnose",
    as = "of" },
  { "undo seek", of = "net", looks = false, reads = false, returns = false, takes = "number", from = "past.undo" },
  { "watch unwatch", of = "net", looks = false, reads = false, returns = false, takes = "expression",
    from = "network.watch" },
  { "watched", of = "net", looks = true, reads = false, returns = false, takes = "expression", from = "network.watch" },
  { "copy", of = "net", looks = true, reads = false, returns = "network", takes = "", only_net = true },
  { "like", of = "net", looks = false, reads = false, returns = "network", takes = "", only_net = true },

  { "copy rows cols reshape matmul argmax", of = "m", looks = true, reads = false, returns = "matrix", takes = "" },
  { "sum mean min max norm totable", of = "m", looks = true, reads = false, returns = false, takes = "" },
  { "map fill set", of = "m", looks = false, reads = false, returns = "matrix", takes = "" },
  { "explain", of = "m", looks = true, reads = false, returns = false, takes = "", from = "explain.explain",
    as = "of_matrix" },

  { "rand randn permutation", of = "g", looks = false, reads = false, returns = "matrix", takes = "" },
  { "seed", of = "g", looks = false, reads = false, returns = false, takes = "" },

  { "to", of = "w", looks = false, reads = false, returns = false, takes = "operation" },
  { "back finish reset", of = "w", looks = false, reads = false, returns = false, takes = "" },

  { "help", of = "session", looks = true, reads = false, returns = false, takes = "subject", from = "help.help",
    alone = true },
  { "apropos", of = "session", looks = true, reads = false, returns = false, takes = "topic", from = "help.help" },
  { "who", of = "session", looks = true, reads = false, returns = false, takes = "", from = "session.who",
    alone = true },
  { "history", of = "session", looks = true, reads = false, returns = false, takes = "text", from = "session.history" },
  -- A file that they run goes with the input into the saved session; without one they only look.
  { "run edit", of = "session", looks = true, reads = false, returns = false, takes = "file", from = "session.files" },
  { "reset", of = "session", looks = false, reads = false, returns = false, takes = "", from = "session.reset" },
  { "save_session", of = "session", looks = true, reads = false, returns = false, takes = "file",
    from = "session.journal.recording" },
  { "traceback", of = "prompt", looks = true, reads = false, returns = false, takes = "",
    from = "prompt.errors.errors" },
}

commands.of = {} -- whose it is -> name -> record
for _, record in ipairs(commands) do
  local of = commands.of[record.of] or {}
  commands.of[record.of] = of
  for name in gmatch(record[1], "%S+") do of[name] = record end
end

-- The function of a name; nil where its record does not say where it is.
function commands.func(name, record)
  if not record.from then return record.call end
  local module, key, require = "moongrad." .. record.from, record.as or name, require
  return function(...)
    local m = require(module)
    return (type(m) == "function" and m or m[key])(...)
  end
end

-- The record of what a session calls by this name; nil if that is no command.
function commands.global(name)
  local of = commands.of
  local method = of.net[name]
  return of.session[name] or of.prompt[name] or method and not method.only_net and method or of.mg[name]
end

-- Does a method of this name change nothing, whatever it is a method of?
function commands.method_looks(name)
  local looks = false
  for _, whose in ipairs { "net", "m", "g", "w" } do
    local record = commands.of[whose][name]
    if record and not record.looks then return false end
    looks = looks or record ~= nil
  end
  return looks
end

return commands
