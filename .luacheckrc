-- luacheck's settings: Lua 5.4, and where which globals are meant.
std = "lua54"
max_line_length = 120

-- Scripts and the session's own tests are written in the session names, which are live globals.
local session = {
  globals = {
    "LAYERS", "ETA", "THETA", "A", "Z", "DELTA", "GRAD", "DTHETA", "J", "X", "y", "NET",
  },
  read_globals = {
    "init", "forward", "backward", "update", "step", "train", "predict", "cost", "accuracy", "check",
    "walk", "explain", "undo", "seek", "save", "load_network", "bug", "diagnose", "plot", "sweep",
    "network", "data", "help", "digits", "matrix", "seed", "rand", "randn", "zeros", "ones", "eye",
    "linspace", "hstack", "vstack", "permutation", "eq", "lt", "gt", "exp", "log", "sqrt", "abs",
    "sigmoid", "tanh", "relu", "softplus", "softmax", "gelu", "elu", "leaky_relu",
  },
}
files["scripts"] = session
files["tests/smoke.lua"] = session
files["tests/lua"] = { std = "+busted" }
