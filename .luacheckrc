-- luacheck's settings: Lua 5.4, and where which globals are meant.
std = "lua54"
max_line_length = 120

ignore = { "581" } -- not (x <= y) is not x > y when one is NaN, which is often the point

-- Scripts are written in the session names, which are live globals, and in the library's.
local session = {
  globals = { "NET" },
  read_globals = {
    "init", "forward", "backward", "update", "step", "train", "predict", "cost", "accuracy", "check", "bug", "walk",
    "explain", "diagnose", "activation", "undo", "seek", "watch", "watched", "unwatch",
    "help", "apropos", "who", "history", "save_session", "run", "edit", "reset", "mg", "network", "data", "digits",
    "diff", "matrix", "zeros", "ones", "eye", "linspace", "hstack", "vstack", "is_matrix",
    "time", "bench", "seed", "rand", "randn", "permutation", "generator", "eq", "lt", "gt",
    "exp", "log", "sqrt", "abs", "sin", "cos", "floor", "sign",
    "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus", "softmax",
  },
}
for _, quantity in ipairs(dofile "lua/moongrad/quantities.lua") do -- make lint runs beside it
  session.globals[#session.globals + 1] = quantity.name
end
files["scripts"] = session
files["bench"] = session
files["tests/smoke.lua"] = session
files["tests/lua"] = { std = "+busted" }
