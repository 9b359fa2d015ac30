-- foreign_words.lua - words of Python, NumPy, PyTorch, Keras, MATLAB, R and the shell, and what to write here instead.
--
-- undefined_names.lua looks up names without a value, foreign_calls.lua fields, other_languages.lua words that begin a
-- statement. A word that a session has gets no entry.

local format, gmatch, match = string.format, string.gmatch, string.match

local foreign_words = {}

-- Returns a table from each word of a list of { "words", advice } to its advice.
local function table_of(list)
  local by_word = {}
  for _, pair in ipairs(list) do
    for word in gmatch(pair[1], "[%w_]+") do by_word[word] = pair[2] end
  end
  return by_word
end

foreign_words.leave = "Ctrl-D leaves, os.exit() too"
foreign_words.transpose = "the transpose is X.T"
foreign_words.element = "a row is X[1], an element X[1][2]"
foreign_words.assignment = "assign with ="
foreign_words.formatted = 'a text with numbers in it is string.format("x is %g", x)'

local rate = "the learning rate is ETA"
local matrices = 'matrices are matrix{{1, 2}, {3, 4}}: help "matrix"'
local gradient = "GRAD[1] has the gradient: forward() backward() compute it, update() subtracts ETA times it"
local weights = "the weights into layer l + 1 are THETA[l], its column 1 the biases"
local network = "a network is LAYERS = {2, 2, 1}, or NET = network{2, 8, 1, activation = \"tanh\"}"

-- Names of variables and functions.
foreign_words.names = table_of {
  { "exit quit bye", foreign_words.leave },
  { "np numpy torch tf jnp pd", matrices },
  { "array tensor ndarray", "a matrix is matrix{{1, 2}, {3, 4}}" },
  { "None null NULL", "write nil" }, { "nan NaN", "write 0/0" },
  { "True TRUE", "write true" }, { "False FALSE", "write false" }, { "inf Inf", "write math.huge" },
  { "pi", "write math.pi" },
  { "len length numel", "a length is #x" },
  { "size shape nrow ncol dim", "the shape of a matrix is X.shape, X.nrows, X.ncols" },
  { "head tail", "some rows are X:rows(1, 2)" },
  { "range", "count with for i = 1, 10 do ... end" },
  { "str", "write tostring(x)" }, { "int", "write math.floor(x)" }, { "float", "write tonumber(x)" },
  { "printf", "write print(string.format(...))" }, { "disp display console", "write print(x)" },
  { "input", "write io.read()" }, { "append", "write table.insert(t, x)" },
  { "dot mm", "the matrix product is X:matmul(w)" }, { "transpose", foreign_words.transpose },
  { "max", "write math.max or X:max()" }, { "min", "write math.min or X:min()" },
  { "loss criterion", "J is the cost of the last pass, cost() computes it anew" },
  { "lr learning_rate", rate },
  { "fit", "training is step(1000), or train{epochs = 10, batch = 32}" },
  { "model nn keras Sequential Dense Linear", network },
  { "W weights biases", weights },
  { "gradient grads backprop zero_grad", gradient },
  { "summary whos vars dir", "NET is the network, who() lists your variables" },
  { "plot plt figure hold", 'there are no charts: watch "J" records the cost, watched() shows what was recorded' },
  { "ls pwd cat mkdir rm git vi nano python pip", "a command of the shell begins with !, as in !ls" },
  { "cd chdir", "moongrad stays in the folder in which it was started; !pwd shows it" },
  { "clear clc cls", "Ctrl-L clears" },
  { "timeit tic toc", "bench(f) measures how long the function f takes, time(f) runs it once" },
  { "redo", "seek(epoch) goes forwards again" },
  { "back", "w:back() goes back in a walk w, undo() takes a command back" },
}

-- Returns advice on a name without a value; nil if there is none.
function foreign_words.of_name(name)
  local l = match(name, "^[WwBb](%d)$")
  if l then return format("the weights into layer %d are THETA[%s], its column 1 the biases", l + 1, l) end
  return foreign_words.names[name]
end

-- Names that somebody assigns, and then expects an effect of.
foreign_words.assigned = { lr = rate, learning_rate = rate }

-- Fields and methods of matrices and networks.
foreign_words.fields = table_of {
  { "dot mm bmm", "the matrix product is X:matmul(w)" }, { "transpose t", foreign_words.transpose },
  { "size dim ndim length", "the shape is X.shape, X.nrows, X.ncols" },
  { "numpy tolist item", "X:totable() is a table of rows, X[1][1] a number" },
  { "flatten ravel view", "X:reshape(1, n) has other sizes" }, { "clone", "write X:copy()" },
  { "var", "the standard deviation is X:std()" }, { "astype float", "numbers are double, or those of the file" },
  { "append", "hstack(a, b) and vstack(a, b) join matrices" },
  { "fit", "training is NET:step(1000), or NET:train{epochs = 10, batch = 32}" },
  { "loss evaluate", "NET:cost() is the cost, NET:accuracy() the accuracy" },
  { "compile", "options are given to network{2, 2, 1, cost = \"mse\"}, or set, NET.options.cost = \"mse\"" },
  { "weights parameters coef_ state_dict", "the weights into layer l + 1 are NET.theta[l], its column 1 the biases" },
  { "zero_grad", "backward() computes the gradient anew, nothing is added up" },
  { "summary", "NET shows its layers, NET.options its options" },
  { "lr learning_rate", "the learning rate is NET.eta" },
}

local no_import = 'Lua has no import: moongrad is loaded already, help() lists it; require "name" loads a Lua file'
local no_type = "a variable needs no type: x = 5"

-- Words that begin a statement.
foreign_words.statements = table_of {
  { "import from using include", no_import },
  { "def fn", "a function is function f(x) ... end" },
  { "lambda", "a function without a name is function(x) return x end" },
  { "class", "Lua has no classes; use a table of functions" },
  { "elif", "write elseif ... then" }, { "var let const int float double", no_type },
  { "del", "x = nil removes a variable" }, { "exit quit", foreign_words.leave },
  { "cd ls pwd cat mkdir rm git vi nano python pip", foreign_words.names.ls },
  { "hold figure plot", foreign_words.names.plot },
}
foreign_words.statements.cd = foreign_words.names.cd

return foreign_words
