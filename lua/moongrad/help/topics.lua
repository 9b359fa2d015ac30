-- topics.lua - the pages of help "topics": each explains one subject that concerns several functions. Those of the
-- prompt and of scripts are in session_topics.lua.
--
-- A line such as {costs} stands for a table, which entries.lua makes. The examples use the network of help().

local session_topics = require "moongrad.help.session_topics"

local topics = {}

-- name, other names for it, and the page: its first line is the title.
topics.list = {
{ "notation", { "names", "vocabulary", "shapes" }, [[
notation: the names, and the shapes they have
N rows of data, K outputs, L weight layers, n(l) units in layer l; indices count from 1.
{names}
Each A[l] except the last begins with a column of ones, so that the bias is a weight like any other: column 1 of
THETA[l]. Reading one of these names shows the network as it is; writing to it changes the network.
> #LAYERS, #THETA, THETA[1].shape
> THETA[2][1][1] = 0]] },

{ "backpropagation", { "backprop", "gradient", "gradients", "chain rule" }, [[
backpropagation: how GRAD is computed
A step is a forward pass, a backward pass and an update. g is the activation and g' its derivative; * multiplies
element by element; l runs over the L weight layers.
  forward    A[1] = [1 X]
             Z[l] = A[l] THETA[l]^T
             A[l+1] = [1 g(Z[l])], the last without ones: yhat
             J = the cost of yhat and y
  backward   DELTA[L] = dJ/dyhat * g'(Z[L])
             DELTA[l] = (DELTA[l+1] THETA[l+1], without column 1) * g'(Z[l])
             GRAD[l] = DELTA[l]^T A[l], plus what l1 and l2 add
  update     THETA[l] = THETA[l] - ETA GRAD[l]
A delta says how J changes with the Z of one unit for one row of X. A gradient is the sum over the rows of the unit's
delta times the activation that the weight multiplies. The constant 1 has no delta, so the backward pass leaves out its
column.
> forward() backward()
> (DELTA[1].T:matmul(A[1]) - GRAD[1]):norm() < 1e-12
true

Sources: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323 (1986);
Nielsen, Neural Networks and Deep Learning, chapter 2 (2015); Goodfellow, Bengio and Courville, Deep Learning,
section 6.5 (2016).]] },

{ "training", { "epochs", "batches", "batch", "stochastic gradient descent", "learning" }, [[
training: epochs, batches, and when to stop
step(n) does n epochs of full-batch gradient descent: every update uses all rows. train{} divides the rows into batches
and does an update after each batch; the order of the rows is new in every epoch. GRAD is the gradient for the batch.
With the cost "sse" it grows with the number of rows in the batch. The costs "mse", "quadratic", "cross-entropy" and
"softmax" are means: with them it does not, and the same ETA suits any batch size. The gradient of a batch is noisy but
cheap. If ETA is too large, the cost rises or jumps; if it is too small, the cost falls very slowly.
train{eta = {"cosine"}} changes ETA from epoch to epoch, patience = n ends it when test_cost has not become lower for
so long, best = true brings the best THETA back; compare({a = net1, b = net2}) trains copies side by side.
> r = train{epochs = 20, batch = 2}
> #r.history
20
> train{epochs = 1000, stop_when = function(r) return r.mse < 0.001 end}

Sources: Bottou, Stochastic gradient descent tricks (2012); Nielsen, chapter 1 (2015).]] },

{ "costs", { "cost", "loss", "losses", "metrics" }, [[
costs: the functions that training minimises, with their scales
yhat = A[L+1] is the prediction; the sums run over the N rows and K outputs.
{costs}
The scale of the cost also scales GRAD, and so the length of a step. The article "Backpropagation NumPy Example" trains
with "sse" and prints "mse"; their gradients differ by the factor N K / 2. The cost "cross-entropy" needs a sigmoid
output, "softmax" a softmax output. With these pairs g' cancels, so that DELTA[L] = (yhat - y) / N; both costs are
computed from Z and stay finite. The options l1 and l2 add l1 sum of |w| + l2/2 sum of w^2 to J, without biases, which
bias_l1 and bias_l2 are for. Reports also have mse, tss = sum of (yhat - y)^2 and accuracy, whatever the cost is. A cost
of your own consists of J and dJ/dyhat as Lua functions: help "mg.cost" describes their shapes and scale.

The costs that moongrad shows belong to different THETA and rows:
  J               the cost in the last pass: before the update that followed it; of the batch, if there are batches
  cost()          the cost of THETA as it is now, over all rows
  step's report   the same, after the last update
  train's report  the mean over the batches of the epoch, each before its update
  the prompt      the last of these from a report, cost() or forward(); J, as "J=0.5", after update() and in a walk
> NET.options.cost = "mse"
> step(10).cost == cost()
true
> J == cost()
false
> NET = network{2, 4, 1, cost = "cross-entropy", eta = 1}
> step(1000)

Sources: Bishop, Pattern Recognition and Machine Learning, sections 4.3 and 5.2 (2006); Nielsen, chapter 3 (2015).]] },

{ "activations", { "activation", "activation functions", "transfer functions" }, [[
activations: the functions of a unit, a = g(z), and their derivatives a'
{activations}
A sigmoid is flat far from 0: a' is tiny there, and the weights hardly change (saturation). relu is flat below 0; a unit
that is below 0 for every row is dead. sigmoid(x), tanh(x), relu(x) and so on are also functions of numbers and
matrices. An activation of your own consists of a function and its derivative in Lua; moongrad checks the derivative.
For one element it takes some 6 ns if the functions work on whole matrices, 22 ns if they work on numbers; a built-in
one takes about 1 ns.
> sigmoid(0)
0.5
> NET = network{2, 8, 1, activation = "tanh", output = "sigmoid"}
> step(100)
> mg.activation{name = "square", f = function(z) return z * z end, df = function(z) return 2 * z end}
> NET = network{2, 3, 1, activation = "square", output = "sigmoid", init = "xavier"}
> step(100)

Sources: leaky relu: Maas, Hannun and Ng (2013); elu: Clevert, Unterthiner and Hochreiter (2015); gelu: Hendrycks
and Gimpel (2016); softplus: Dugas and others (2001); softmax: Bridle (1990).]] },

{ "optimisers", { "optimizers", "optimiser", "optimizer", "descent", "learning rate", "sgd", "momentum", "adam" }, [[
optimisers: how the update DTHETA is computed from GRAD
{optimisers}
Then THETA[l] = THETA[l] + DTHETA[l]; ^2, sqrt and / go element by element. An update leaves frozen weights as they
are: net.frozen[l] = true freezes layer l, "bias" or "weights" a part of it.
Another optimiser begins with its states at 0: V[l], the running mean of gradients, S[l], that of their squares,
others by name, net.state.steps[l]. walk() shows them in its update, explain("theta", l, i, j) the update's terms.
The numbers and their defaults are PyTorch's. Each wants an ETA of its own: sgd and momentum about .1, the others,
whose steps are about ETA long, .001 to .05. help "mg.optimizer" has your own, in Lua, help "minimize" L-BFGS.
> step()
> (DTHETA[1] + ETA * GRAD[1]):norm() < 1e-12
true
> NET.options.optimizer = {"adam", beta1 = .8}
> step(10)

Source: Goodfellow, Bengio and Courville, Deep Learning, chapter 8 (2016), and the papers it names.]] },

{ "initialisation", { "initialization", "inits", "random weights", "symmetry" }, [[
initialisation: the random numbers that THETA begins with
THETA is drawn when the network is made, layer by layer, row by row, bias first. THETA = {} and init() draw it anew.
n_in is the number of units that the weights of a layer come from, n_out the number that they lead to.
{inits}
If two rows of THETA[l] are equal, their gradients are equal, too, and they stay equal for ever: that is why THETA is
random. "xavier" keeps the size of signals about the same from layer to layer with tanh and sigmoid, "he" with relu.
"auto" takes for each layer the one of the two that goes with its activation. The article "Backpropagation NumPy
Example" uses "uniform". THETA may also be given: init = {m1, m2}.
> init("xavier")
> init("epsilon", {epsilon = 0.5})
> NET = network{2, 8, 1, activation = "relu", output = "sigmoid", init = "he"}

Sources: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010); He,
Zhang, Ren and Sun, Delving deep into rectifiers (2015).]] },

{ "not learning", { "why does it not learn", "diagnosis", "saturation", "vanishing gradient", "dead relus", "plateau",
  "plateaus" }, [[
not learning: what it looks like, and what to try
diagnose() names the causes it finds, with the numbers that show them, and proposes a line to type.
  NaN               a number of THETA, X, y or of a pass is not finite
  data              X, y and the network do not fit each other, or y holds class numbers
  error             a pass raises an error: look at your own activation or cost
  ETA               ETA is 0 or below 0: no update goes down the gradient
  ETA too large     the cost rises, oscillates or becomes infinite or NaN
  ETA too small     an update is far less than the usual 1e-3 of the weights, or a larger ETA learns faster
  frozen            the network does not fit while these layers are frozen
  gradient          J does not change as GRAD says: check() tells where
  contradiction     rows of X are equal and have different y: the best answer is the mean of their y
  constant          columns of X are constant and tell no rows apart
  targets           y is out of the output's reach, or far from 1 in size
  unscaled          the numbers of X are far from 1 in size, or nearly the same in every row
  l1 too large      the penalty on the weights outweighs what they gain
  l2 too large      likewise
  linear            no hidden layer, or linear ones: a sum of columns cannot tell XOR's rows apart
  symmetry          rows of THETA[l] are equal: these units compute the same and stay one unit
  saturation        |g'(Z)| is next to 0 for most of X: weights or X are too large, or ETA has made them so
  dead              relus are 0 for every row of X: no gradient comes through them
  off               relus are 0 for nearly every row of X: little gradient comes through
  dead output       output relus are 0 for every row of X: no update moves them
  vanishing         each layer shrinks the gradient on its way down; "xavier" and "he" keep its size
  exploding         each layer enlarges it
  plateau           the cost stays. XOR by mse: 1/4, every row gets .5; 1/6, three rows share a prediction; 1/8, two
The proposed line, .try, is tried first on a copy of the network, with epochs after it: the copy came nearer to y. Only
check(), 0 in place of a number that is not finite, and a few lines for networks too large for many trials are proposed
untried. A finding has no try when no line of Lua helps: the pass is wrong, rows contradict each other, nothing that was
tried gets further. A finding marked "also" is minor: it does not stop the network.
> LAYERS = {2, 4, 1}
> init("constant", {value = 0.1})
> diagnose().findings[1].name
symmetry
> init("xavier")

Sources: LeCun and others, Efficient BackProp (1998); Glorot and Bengio, Understanding the difficulty of
training deep feedforward neural networks (2010); Karpathy, CS231n notes (2015), for the ratio of 1e-3.]] },

{ "regularisation", { "regularization", "weight decay", "overfitting", "l1 and l2" }, [[
regularisation: a penalty on large weights
  added to J       l1 sum of |w| + l2/2 sum of w^2
  added to GRAD    l1 sign(w) + l2 w
Biases have a penalty of their own, with the options bias_l1 and bias_l2. (PyTorch's weight_decay decays weights and
biases alike.) The cost in reports and in check includes these terms; mse and tss do not. Keep some rows out of
training, to see how well the network predicts rows that it has not seen: train's option test takes them.
> NET.options.l2, NET.options.bias_l2 = 0.001, 0.001
> step(100)
> train{epochs = 10, test = {X, y}}.test_cost

Sources: Krogh and Hertz, A simple weight decay can improve generalization (1991); Bishop, section 5.5 (2006).]] },

{ "checking", { "gradient checking", "numerical gradient", "differences" }, [[
checking: is GRAD the gradient of J?
check() moves each parameter w by epsilon, takes J on either side, and compares the difference with backpropagation's
number at the same THETA.
{differences}
A difference is off by truncation: about epsilon (forward), epsilon^2 (central) or epsilon^4 (five-point), times a
higher derivative of J. It is also off by the rounding of J, over epsilon. check() computes bounds of the rounding
errors along the forward and the backward pass; near a minimum of J they are far more than 1e-16 J.
  relative error = |b - n| / max(|b|, |n|, floor)
  floor = the rounding of J / (epsilon tolerance): the gradients below it are compared with the floor
Each pair is judged by itself:
  agrees       |b - n| is within the tolerance, or within the rounding errors, and these are less than the numbers
  wrong        |b - n| is more than rounding and truncation explain, or two epsilons show the same error
  undecided    neither can be said; a pair of exact zeros, 0 = 0, says nothing either
A pair whose central difference is too coarse or too noisy is taken again by five points and epsilons up to 1e-2. With
method or epsilon given, the differences asked for are shown, but five points still decide what is wrong.
  ok           some pairs agree and none is wrong; .undecided counts the others
  FAILED       a pair is wrong; a right gradient never gets this verdict
  UNDECIDED    no pair could be decided, as in a saturated network or at an exact solution; .ok is true
.table is what courses show, backprop | numeric | relative, the worst pair first. .norm_ratio is their ||b - n|| /
(||b|| + ||n||), commonly below 1e-7 for a right gradient; at an exact solution it is a ratio of rounding errors and can
be 1, so read the verdict. A difference across the kink of a relu says nothing and is left out. of = another cost checks
against that one, and names the ratio; sweep = true tabulates the error against epsilon. The article "Backpropagation
NumPy Example" says O(h) of the central difference and O(h^2) of the one-sided one: it is the other way round, as the
slopes of the sweep show. When a check failed, .reason says what the pattern of backprop / numeric tells: one ratio
everywhere (a factor of the cost); only the weights or only the biases of a layer are wrong; l1 or l2 is forgotten, or
is on the biases; the layers below the last are wrong; a matrix is transposed. It names the mistake of help "mistakes"
that gives the same GRAD.
> check().verdict
ok
> check().undecided
0
> check().norm_ratio < 1e-7
true
> check().table
> GRAD[1]:cols(1, 1):fill(1)
> check{grad = GRAD}.verdict
failed
> check{of = "mse"}.ratio
> check{sweep = true}.best.method
five-point

Sources: Press and others, Numerical Recipes, section 5.7 (2007); Nocedal and Wright, Numerical Optimization,
section 8.1 (2006); Higham, Accuracy and Stability of Numerical Algorithms, chapter 3 (2002).]] },

{ "inside", { "walking", "explaining", "see inside", "step by step", "derivations" }, [[
inside: go through a step, and ask where a number came from
walk() begins a step. From then on Enter on an empty line does the next operation: it shows the formula, the shapes, the
result and the position in the step. Whatever you look at in between, Enter goes on and Alt-b goes back, until the walk
ends; walk(false) ends it. A Z DELTA GRAD THETA have what the step has computed so far. You can write into them; the
later operations use it. w = walk() has the methods w:back(), w:to("delta", 1), w:finish() and w:reset().

explain(what, l, i, j) derives one number: it shows the sum, its terms in numbers, and the engine's own result. With
depth = 2 it also explains the numbers in the terms, with a larger depth their terms, down to the data. After a step, A
Z DELTA GRAD belong to the pass before its update: explain then uses the THETA of that pass, and says so.
> w = walk()
> w:to("delta", 1)
> w:to("z", 1)
> Z[1][2][1] = 0
> w:finish()
> explain("grad", 1, 2, 3)
> GRAD[1]:explain(2, 3, {depth = 3})
> explain("theta", 1, 2, 3).value

Source: Mazur, A step by step backpropagation example (2015), is such a walk by hand.]] },

{ "mistakes", { "bugs", "classic mistakes", "wrong gradients" }, [[
mistakes: common mistakes in backward passes, to plant and to find
bug(name) plants a mistake in the network's backward pass; backward, step and train make it until bug(false).
{mistakes}
With most of them the network still learns, more slowly or to another THETA: that is why they are not noticed and get
published. check() finds that GRAD is not the gradient of J, tries each of the mistakes, and names the one that gives
the same GRAD. bug("any") plants one for you to find. The terms that l1 and l2 add to GRAD stay right.
> bug("dropped-row")
> check().mistakes[1]
dropped-row
> bug(false)

Sources: stale-weights: Mazur, A step by step backpropagation example (2015), whose .291027924 after one step came from
a program that had it, while his text warns of it; missing-factor: the article "Backpropagation NumPy Example", which
descends half a sum and prints a mean; no-output-derivative: cross-entropy's DELTA used with squares, compare Nielsen,
chapter 3, and dJ/dA taken for dJ/dZ with cross-entropy; extra-output-derivative: the squares' DELTA kept when the cost
became cross-entropy or softmax, as in questions about Ng's DELTA = a - y, which lacks a g' on purpose; derivative-of-a:
a (1 - a) written where a sigmoid' of z is wanted, or the reverse; shifted-bias: the reason for delta2(2:end) in Ng's
machine learning course, exercise 4.]] },

{ "data", { "datasets", "data sets", "targets", "one-hot" }, [[
data: X and y
X has a row for each example, y a row of targets for each row of X. A table of rows will do, one that begins as X = {}
and is filled row by row, and for a y of one column a table of N numbers. When they are used, their shapes are checked.
{data}
With one output the targets are 0 and 1 (or -1 and 1). With several outputs, a row of y has a 1 in the column of its
class. accuracy() is the share of rows that the network assigns to the right class.
> X, y = data.parity{bits = 3}
> LAYERS = {3, 6, 1}
> X = {{0.2, 1}, {0.9, 0.3}}  y = {1, 0}]] },

{ "matrices", { "linear algebra", "broadcasting", "views", "indexing" }, [[
matrices: tables of numbers to calculate with
m[i][j] is a number, m[i] a row; m[i][j] = v and m[i] = {...} write. #m is the number of rows. + - * / ^ work element by
element; a number, a single row and a single column are repeated to fit. a:matmul(b) is the matrix product, m.T the
transpose. m.T, m[i], m:rows(i, j) and m:cols(i, j) are views: writing to them writes to m; m:copy() is no view.
> m = matrix{{1, 2}, {3, 4}}
> m * m
2 x 2
1   4
9  16
> m:matmul(m)
2 x 2
 7  10
15  22
> m:sum(), m:mean(1)]] },

{ "randomness", { "random", "random numbers", "seeds", "reproducibility", "numpy" }, [[
randomness: NumPy's numbers, bit for bit
After seed(k), rand, randn, randint, choice and permutation return the same numbers as NumPy's after np.random.seed(k);
choice and permutation count from 1. THETA is drawn from the same generator. A program starts as after seed(0). A
network that is made with network{..., seed = k} has a generator of its own. generator(k) makes one for you. The same
seed and script give the same result to the last bit, in every run and with any number of threads.
> seed(0)
> rand()
0.54881350392732
> seed(0) LAYERS = {2, 2, 1}

Sources: Matsumoto and Nishimura, Mersenne Twister (1998); Marsaglia and Bray, A convenient method for generating
normal variables (1964).]] },

{ "precision", { "single", "double", "float", "rounding", "digits" }, [[
precision: double by default, single as an option
{precisions}
network{..., precision = "single"} computes and keeps all numbers of the network in single precision. Reports look the
same. check() cannot find errors smaller than 1e-2 then, and says so. digits(n) sets how many digits are shown; it does
not change the numbers. string.format("%.17g", v) shows a number in full.
> digits(10)
10
> digits(6)
6
> NET = network{2, 2, 1, precision = "single"}

Source: Goldberg, What every computer scientist should know about floating-point arithmetic (1991).]] },

{ "threads", { "parallel", "cores", "speed" }, [[
threads: large operations on several cores
threads(n) lets n threads share the units of a wide layer, or the rows of a batch. One thread computes a number as it
would alone, so that the results are the same to the last bit. A network for XOR is too small to gain from threads; one
with layers of some hundred units gains.
> threads(2) == 2
true]] },
}

for _, topic in ipairs(session_topics) do topics.list[#topics.list + 1] = topic end

return topics
