-- commands.lua - the list of all functions and methods that users call, with the properties of each.
--
-- Each is declared once, here; its help stands above the function. mg, the methods of networks, sessions, completion,
-- saved sessions, errors and .luacheckrc are made from these records. Lua 5.1 reads this file too, for .luacheckrc.
-- A record declares one function, or several with the same properties. Every record has
--   [1]      the names, separated by blanks
--   of       the owner: "mg" the library; "net" networks (a session has it also as a function on the current network);
--            "m" matrices and rows; "l" lists such as THETA; "g" generators; "w" walks; "data" mg.data; "session"
--            sessions; "prompt" sessions at a prompt
--   looks    true if it changes nothing: an input that calls only such functions is left out of saved sessions
--   reads    what it reads that a saved session does not contain: "file" or "clock"; false: nothing
--   returns  the class of its result, for completion; false: a result that completion does not look into
--   takes    the kind of each positional argument, for completion and errors: words of options.kinds, "function" or
--            "file"; "" if it takes none of these
-- A function that is written in Lua outside the file of its class has either from (and as) or call:
--   from     its module, without "moongrad.", loaded at the first call: the module is the function, or a table that
--            holds the function under its name
--   as       the name in that table, if it is another
--   call     the function itself, if it is short: its help stands above the record
-- Some records have
--   only_net  true: a method of networks that is no function of sessions
--   alone     true: its name typed without a call prints what it returns
--   timed     true: the clock decides how often it repeats something

local gmatch = string.gmatch

local commands = {
  { "matrix zeros ones eye linspace hstack vstack exp log sqrt abs sin cos floor sign eq lt gt sigmoid tanh relu " ..
    "leaky_relu elu gelu softplus softmax", of = "mg", looks = true, reads = false, returns = "matrix", takes = "" },
  { "is_matrix", of = "mg", looks = true, reads = false, returns = false, takes = "" },
  { "rand randn randint choice permutation", of = "mg", looks = false, reads = false, returns = "matrix", takes = "" },
  { "one_hot", of = "mg", looks = true, reads = false, returns = "matrix", takes = "", from = "labels" },
  { "generator", of = "mg", looks = true, reads = false, returns = "generator", takes = "" },
  { "seed threads", of = "mg", looks = false, reads = false, returns = false, takes = "" },
  { "network", of = "mg", looks = false, reads = false, returns = "network", takes = "", from = "network.network" },
  { "digits", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "show" },
  { "diff", of = "mg", looks = true, reads = false, returns = false, takes = "network network", from = "past.diff" },
  { "compare", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "network.compare" },
  { "time", of = "mg", looks = false, reads = "clock", returns = false, takes = "function", from = "timing" },
  { "bench", of = "mg", looks = false, reads = "clock", returns = false, takes = "function", from = "timing",
    timed = true },
  { "records", of = "mg", looks = true, reads = false, returns = false, takes = "", from = "records" },
  { "sweep", of = "mg", looks = true, reads = false, returns = false, takes = "", from = "sweep.sweep" },
  { "published", of = "mg", looks = true, reads = false, returns = false, takes = "", from = "published" },
  { "activation", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "custom.activation" },
  { "cost", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "custom.cost" },
  { "optimizer", of = "mg", looks = false, reads = false, returns = false, takes = "", from = "custom.optimizer" },

  { "xor and_ or_ parity", of = "data", looks = true, reads = false, returns = false, takes = "" },
  { "circle moons blobs spiral planar gauss", of = "data", looks = false, reads = false, returns = false, takes = "",
    from = "data.sets" },
  { "iris digits wine", of = "data", looks = true, reads = false, returns = false, takes = "", from = "data.shipped" },
  { "standardize", of = "data", looks = true, reads = false, returns = "matrix", takes = "", from = "data.scale" },
  { "split folds", of = "data", looks = false, reads = false, returns = false, takes = "", from = "data.split" },

  { "read", of = "data", looks = true, reads = "file", returns = false, takes = "file", from = "data.formats" },
  { "csv", of = "data", looks = true, reads = "file", returns = "matrix", takes = "file", from = "data.csv" },
  { "npy", of = "data", looks = true, reads = "file", returns = "matrix", takes = "file", from = "data.npy" },
  { "npz", of = "data", looks = true, reads = "file", returns = false, takes = "file", from = "data.npz" },
  { "mat", of = "data", looks = true, reads = "file", returns = false, takes = "file", from = "data.mat" },
  { "safetensors", of = "data", looks = true, reads = "file", returns = false, takes = "file",
    from = "data.safetensors" },
  { "save", of = "data", looks = true, reads = false, returns = false, takes = "file", from = "data.save",
    as = "save_table" },
  { "idx mnist", of = "data", looks = true, reads = "file", returns = "matrix", takes = "file", from = "data.idx" },

  { "init", of = "net", looks = false, reads = false, returns = false, takes = "init" },
  { "forward", of = "net", looks = false, reads = false, returns = "matrix", takes = "" },
  { "backward", of = "net", looks = false, reads = false, returns = "list", takes = "" },
  { "update", of = "net", looks = false, reads = false, returns = false, takes = "" },
  { "step", of = "net", looks = false, reads = false, returns = "report", takes = "number" },
  { "train", of = "net", looks = false, reads = false, returns = "report", takes = "", from = "network.train" },
  { "minimize", of = "net", looks = false, reads = false, returns = "report", takes = "", from = "network.minimize" },
  { "predict", of = "net", looks = true, reads = false, returns = "matrix", takes = "" },
  { "cost accuracy", of = "net", looks = true, reads = false, returns = false, takes = "" },
  { "classify confusion", of = "net", looks = true, reads = false, returns = false, takes = "",
    from = "network.classify" },
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

  { "copy rows cols reshape take sort find eq lt gt matmul argmax", of = "m", looks = true, reads = false,
    returns = "matrix", takes = "" },
  { "sum mean std median min max norm totable", of = "m", looks = true, reads = false, returns = false, takes = "" },
  { "map fill set", of = "m", looks = false, reads = false, returns = "matrix", takes = "" },
  { "save", of = "m", looks = true, reads = false, returns = false, takes = "file", from = "data.save" },
  { "explain", of = "m", looks = true, reads = false, returns = false, takes = "", from = "explain.explain",
    as = "of_matrix" },

  { "copy totable", of = "l", looks = true, reads = false, returns = false, takes = "" },

  { "rand randn randint choice permutation", of = "g", looks = false, reads = false, returns = "matrix", takes = "" },
  { "seed", of = "g", looks = false, reads = false, returns = false, takes = "" },

  { "to", of = "w", looks = false, reads = false, returns = false, takes = "operation" },
  { "back finish reset", of = "w", looks = false, reads = false, returns = false, takes = "" },

  { "help", of = "session", looks = true, reads = false, returns = false, takes = "subject", from = "help.help",
    alone = true },
  { "apropos", of = "session", looks = true, reads = false, returns = false, takes = "topic", from = "help.help" },
  { "who", of = "session", looks = true, reads = false, returns = false, takes = "", from = "session.who",
    alone = true },
  { "history", of = "session", looks = true, reads = false, returns = false, takes = "text", from = "session.history" },
  -- The text of a file that they run is written into the saved session with the input. Without a file nothing changed.
  { "run edit", of = "session", looks = true, reads = false, returns = false, takes = "file", from = "session.files" },
  { "shell", of = "session", looks = true, reads = false, returns = false, takes = "text", from = "session.files" },
  { "reset", of = "session", looks = false, reads = false, returns = false, takes = "", from = "session.reset" },
  { "save_session", of = "session", looks = true, reads = false, returns = false, takes = "file",
    from = "session.journal.recording" },
  { "traceback", of = "prompt", looks = true, reads = false, returns = false, takes = "",
    from = "prompt.errors.errors" },
}

commands.of = {} -- owner -> name -> record
for _, record in ipairs(commands) do
  local of = commands.of[record.of] or {}
  commands.of[record.of] = of
  for name in gmatch(record[1], "%S+") do of[name] = record end
end

-- The functions whose names a session keeps: the user may replace them by functions only. Every other function of a
-- session yields: a global of the user's hides it, whatever its value.
commands.kept = {}
for name in gmatch("init forward backward update step train predict cost accuracy check walk explain undo seek save",
    "%a+") do
  commands.kept[name] = true
end

-- Returns the function that a record declares under a name; nil if the record has neither from nor call.
function commands.func(name, record)
  if not record.from then return record.call end
  local module, key, require = "moongrad." .. record.from, record.as or name, require
  return function(...)
    local m = require(module)
    return (type(m) == "function" and m or m[key])(...)
  end
end

-- Returns the record of the function that has this name in a session; nil if there is none.
function commands.global(name)
  local of = commands.of
  local method = of.net[name]
  return of.session[name] or of.prompt[name] or method and not method.only_net and method or of.mg[name]
end

-- Returns true if some class has a method of this name and the method changes nothing in every class that has it.
function commands.method_looks(name)
  local looks = false
  for _, owner in ipairs { "net", "m", "l", "g", "w" } do
    local record = commands.of[owner][name]
    if record and not record.looks then return false end
    looks = looks or record ~= nil
  end
  return looks
end

return commands
