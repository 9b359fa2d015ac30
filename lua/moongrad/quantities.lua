-- quantities.lua - the list of the quantities of a network: LAYERS ETA X y THETA A Z DELTA GRAD GRAD_X V S DTHETA J.
--
-- Each is declared once, here, under its help. The session's names, the fields of networks, labels, hints, completion,
-- explain, walk, diff and .luacheckrc are made from these records. Lua 5.1 reads this file too, for .luacheckrc. Every
-- record has
--   name    its name in a session, THETA
--   field   its name as a field of a network, net.theta, and in the engine
--   kind    "matrices" (a list with a matrix for each layer), "matrix", "number" or "sizes"
--   shape   its shape in words: l is a layer, n(l) its units, N the rows of X, K the columns of y
--   writer  "user", or "engine" if only a pass or an update writes it
--   hint    what a hint says when the user makes a variable of a similar name; false: nothing
--   yields  of a live name: may a user's global of this name hide it?
-- Lists of matrices, GRAD_X and J have also
--   maker   the function, besides step(), that computes it; false: it always exists
--   lacks   what has to happen before it exists, for "there has been no ... yet"
--   op      the operation of a walk that computes it
--   turn    its position in the order in which a step computes them; false: a step does not
-- Lists of matrices have also
--   first   the layer of weights that its first matrix belongs to: 1, but 0 for A, whose first matrix is the input
--   column  the label of column 1 if that column is no unit: "bias" or "one"; false: it is a unit

local quantities = {
  --- LAYERS
  -- The number of units in each layer, input first. Assigning to it makes a new network with a random THETA, which
  -- keeps ETA, X, y and every other option.
  -- > LAYERS = {2, 3, 1}
  -- > LAYERS
  { name = "LAYERS", field = "layers", kind = "sizes", shape = "L + 1 numbers", writer = "user",
    hint = "the layers are LAYERS" },

  --- ETA
  -- The learning rate: how far a step goes against the gradient.
  --   THETA[l] = THETA[l] - ETA GRAD[l]
  -- > ETA = 0.5
  { name = "ETA", field = "eta", kind = "number", shape = "a number", writer = "user",
    hint = "the learning rate is ETA" },

  --- X
  -- The data, a row for each example; a table of rows becomes a matrix. X = {} stays a table, which you fill row by
  -- row, until the network is used.
  -- > X = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}
  { name = "X", field = "X", kind = "matrix", shape = "N x n(1)", writer = "user", hint = false },

  --- y
  -- The targets, a row for each row of X; N numbers become a column.
  -- > y = {0, 1, 1, 0}
  { name = "y", field = "y", kind = "matrix", shape = "N x K", writer = "user", hint = false },

  --- THETA[l]
  -- The weights into layer l + 1: a row for each of its units. Column 1 is the bias, the weight of a constant 1.
  -- Writing to a weight or a row changes the network; THETA[l] = m copies a matrix; THETA = {} draws all weights anew.
  -- A layer with bias = false takes m with its column of zeros or without it. THETA:copy() is a plain table of copies,
  -- THETA:totable() one of tables of numbers; so are those of LAYERS, A and their kin.
  -- > THETA[1][1][2] = 0.5
  -- > THETA[1]
  { name = "THETA", field = "theta", kind = "matrices", shape = "n(l+1) x (1 + n(l))", writer = "user",
    hint = "the weights are THETA", maker = false, lacks = false, op = false, turn = 9, first = 1, column = "bias" },

  --- A[l]
  -- The activations of layer l, a row for each row of X, after a column of ones, which the bias multiplies. A[1] is
  -- [1 X]. The last one is the prediction; it has no column of ones.
  --   A[l+1] = [1 g(Z[l])]
  -- > A[3]
  { name = "A", field = "a", kind = "matrices", shape = "N x (1 + n(l))", writer = "engine", hint = false,
    maker = "forward", lacks = "pass", op = "a", turn = 1, first = 0, column = "one" },

  --- Z[l]
  -- The pre-activations: the weighted sum of each unit of layer l + 1 for each row, before its activation g.
  --   Z[l] = A[l] THETA[l]^T
  -- > Z[2]
  { name = "Z", field = "z", kind = "matrices", shape = "N x n(l+1)", writer = "engine", hint = false,
    maker = "forward", lacks = "pass", op = "z", turn = 2, first = 1, column = false },

  --- DELTA[l]
  -- dJ/dZ[l]: how J changes with each pre-activation. Backpropagation computes it from the last layer to the first.
  --   DELTA[L] = dJ/dA[L+1] * g'(Z[L])
  --   DELTA[l] = (DELTA[l+1] THETA[l+1], without the bias's column) * g'(Z[l])
  -- > DELTA[2]
  { name = "DELTA", field = "delta", kind = "matrices", shape = "N x n(l+1)", writer = "engine",
    hint = "the network's is DELTA", maker = "backward", lacks = "backward pass", op = "delta", turn = 4, first = 1,
    column = false },

  --- GRAD[l]
  -- dJ/dTHETA[l], the gradient: how J changes with each weight.
  --   GRAD[l] = DELTA[l]^T A[l] + l1 sign(THETA[l]) + l2 THETA[l], for biases bias_l1 and bias_l2
  -- > GRAD[1]
  { name = "GRAD", field = "grad", kind = "matrices", shape = "as THETA[l]", writer = "engine",
    hint = "the gradient is GRAD", maker = "backward", lacks = "backward pass", op = "grad", turn = 5, first = 1,
    column = "bias" },

  --- GRAD_X
  -- dJ/dX: how J changes with each number of X in the last backward pass. It is computed when it is read, and a copy.
  --   GRAD_X = DELTA[1] THETA[1], without the bias's column
  -- > backward()
  -- > GRAD_X
  { name = "GRAD_X", field = "grad_x", kind = "matrix", shape = "N x n(1)", writer = "engine",
    hint = "the gradient with respect to X is GRAD_X", yields = true, maker = "backward", lacks = "backward pass",
    op = "delta", turn = false },

  --- V[l]
  -- The running mean of GRAD[l] that the optimiser carries from update to update, 0 at first; nil where it has none.
  -- With "momentum" and "nesterov" the velocity, V[l] = momentum V[l] - ETA GRAD[l]: momentum's V is DTHETA. Writing
  -- into it changes the updates to come. net.v is the same; net.state has all that an optimiser carries, by name.
  -- > NET.options.optimizer = "adam"
  -- > step(3)
  -- > V[1]
  { name = "V", field = "v", kind = "matrices", shape = "as THETA[l]", writer = "engine", hint = false, yields = true,
    maker = false, lacks = false, op = "update", turn = 6, first = 1, column = "bias" },

  --- S[l]
  -- The running mean of GRAD[l]^2, element by element, that the optimiser carries from update to update, 0 at first;
  -- nil where it has none. With "adagrad" it is their sum.
  -- > NET.options.optimizer = "rmsprop"
  -- > step(3)
  -- > S[1]
  { name = "S", field = "s", kind = "matrices", shape = "as THETA[l]", writer = "engine", hint = false, yields = true,
    maker = false, lacks = false, op = "update", turn = 7, first = 1, column = "bias" },

  --- DTHETA[l]
  -- The change of THETA[l] in the last update.
  --   DTHETA[l] = -ETA GRAD[l] in plain descent; help "optimisers" has the others
  -- > DTHETA[1]
  { name = "DTHETA", field = "dtheta", kind = "matrices", shape = "as THETA[l]", writer = "engine",
    hint = "the last update is DTHETA", maker = "update", lacks = "update", op = "update", turn = 8, first = 1,
    column = "bias" },

  --- J
  -- The cost in the last pass. Its gradient is GRAD; NET.options.cost says which cost it is. After a step it is the
  -- cost before the last update, while the step's report, the prompt and cost() have the cost of THETA as it is now.
  -- After train it is the cost of the last batch, while the report and the prompt have the mean over the epoch's
  -- batches. help "costs" compares them.
  -- > J
  { name = "J", field = "J", kind = "number", shape = "a number", writer = "engine", hint = false,
    maker = "forward", lacks = "pass with targets", op = "cost", turn = 3 },
}

quantities.by_name, quantities.by_field = {}, {}
for _, quantity in ipairs(quantities) do
  quantities.by_name[quantity.name], quantities.by_field[quantity.field] = quantity, quantity
end

-- The fields of a network that are lists of matrices, in the order above.
quantities.matrices = {}
for _, quantity in ipairs(quantities) do
  if quantity.kind == "matrices" then quantities.matrices[#quantities.matrices + 1] = quantity.field end
end

-- The quantities that a step computes, in the order of their computation.
quantities.made = {}
for _, quantity in ipairs(quantities) do
  if quantity.turn then quantities.made[quantity.turn] = quantity end
end

-- The index of a layer of weights in the list of matrices called field: the activations after weight layer 1 are A[2].
function quantities.place(field, layer) return layer + 1 - quantities.by_field[field].first end

-- The calls that compute a quantity: "backward() or step()".
function quantities.makers(quantity) return quantity.maker .. "() or step()" end

return quantities
