-- topics.lua - the pages of help "topics": how things hang together, a page each.
--
-- {costs} and the like stand for tables that help makes of the options as they are. Examples go on
-- from the network of help().

local topics = {}

-- name, other names for it, and the page: its first line is the title.
topics.list = {
{ "notation", { "names", "vocabulary", "shapes" }, [[
notation: the names, and the shapes they have
N rows of data, K outputs, L weight layers, n(l) units in layer l; indices count from 1.
{names}
A column of ones stands in front of each A[l] but the last, so the bias is a weight like any other: column 1 of
THETA[l]. Reading shows the network as it is, writing changes it.
> #LAYERS, #THETA, THETA[1].shape
> THETA[2][1][1] = 0]] },

{ "backpropagation", { "backprop", "gradient", "gradients", "chain rule" }, [[
backpropagation: how GRAD comes about
A step is a forward pass, a backward pass and an update. g is the activation, g' its slope, * goes element by
element, and l runs over the L weight layers.
  forward    A[1] = [1 X]
             Z[l] = A[l] THETA[l]^T
             A[l+1] = [1 g(Z[l])], the last without ones: yhat
             J = the cost of yhat and y
  backward   DELTA[L] = dJ/dyhat * g'(Z[L])
             DELTA[l] = (DELTA[l+1] THETA[l+1], without column 1) * g'(Z[l])
             GRAD[l] = DELTA[l]^T A[l], plus what l1 and l2 add
  update     THETA[l] = THETA[l] - ETA GRAD[l]
A delta says how J changes with one unit's Z for one row; a gradient is the sum over the rows of delta times what
came in. The constant 1 has no delta, so its column is left out on the way back.
> forward() backward()
> (DELTA[1].T:matmul(A[1]) - GRAD[1]):norm() < 1e-12
true

Sources: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323 (1986);
Nielsen, Neural Networks and Deep Learning, chapter 2 (2015); Goodfellow, Bengio and Courville, Deep Learning,
section 6.5 (2016).]] },

{ "training", { "epochs", "batches", "batch", "stochastic gradient descent", "learning" }, [[
training: epochs, batches, and when to stop
step(n) is n epochs of full-batch descent: every update sees all rows. train{} goes through the rows in batches,
an update after each, in a new order every epoch.
GRAD is of the batch: with "sse" it grows with the rows in it; with "mse", "quadratic", "cross-entropy" and
"softmax", which are means, it does not, and ETA need not change with the batch.
A batch's gradient is a noisy one, and cheap. Too large an ETA lets the cost rise or jump; too small a one crawls.
> r = train{epochs = 20, batch = 2}
> #r.history
20
> train{epochs = 1000, stop_when = function(r) return r.mse < 0.001 end}

Sources: Bottou, Stochastic gradient descent tricks (2012); Nielsen, chapter 1 (2015).]] },

{ "costs", { "cost", "loss", "losses", "metrics" }, [[
costs: what is made small, each with its scale
yhat = A[L+1] is the prediction; the sums run over the N rows and K outputs.
{costs}
The scale decides how far a step goes, so every cost says what it is. "sse" is what the article descends, "mse"
what it prints; their gradients differ by N K / 2. Cross-entropy goes with a sigmoid output, softmax with a softmax
one: there the slope cancels, DELTA[L] = (yhat - y) / N, and both are computed from Z, so that they stay finite.
l1 and l2 add to J: l1 sum of |w| + l2/2 sum of w^2, biases left out. Reports also carry mse, tss = sum of
(yhat - y)^2 and accuracy, whatever the cost is.
One of your own is J and dJ/dyhat, in Lua: help "mg.cost" says of what shape and scale.
Not all costs that are shown are of the same THETA and rows:
  J               of the last pass, so before the update that it led to; of the batch, if there are batches
  cost()          of THETA as it now is, all rows
  step's report   the same, when its last update is done
  train's report  the mean over the epoch's batches, each as it passed
  the prompt      the one told last, by a report, cost() or forward(); "J=0.5" is J: after update(), in a walk
> NET.options.cost = "mse"
> step(10).cost == cost()
true
> J == cost()
false
> NET = network{2, 4, 1, cost = "cross-entropy", eta = 1}
> step(1000)

Sources: Bishop, Pattern Recognition and Machine Learning, sections 4.3 and 5.2 (2006); Nielsen, chapter 3 (2015).]] },

{ "activations", { "activation", "activation functions", "transfer functions" }, [[
activations: what a unit makes of z, and the slope that goes back
{activations}
A sigmoid is flat far from 0: where a' is tiny nothing is learnt (saturation). relu is flat below 0, and a unit that
is there for every row is dead. sigmoid, tanh, relu and the rest are functions of numbers and matrices, too.
One of your own is a function and its slope, in Lua; the slope is checked. On whole matrices an element costs some
6 ns, number by number 22, the built-in ones about 1.
> sigmoid(0)
0.5
> NET = network{2, 8, 1, activation = "tanh", output = "sigmoid"}
> step(100)
> mg.activation{name = "square", f = function(z) return z * z end, df = function(z) return 2 * z end}
> NET = network{2, 3, 1, activation = "square", output = "sigmoid", init = "xavier"}
> step(100)

Sources: leaky relu: Maas, Hannun and Ng (2013); elu: Clevert, Unterthiner and Hochreiter (2015); gelu: Hendrycks
and Gimpel (2016); softplus: Dugas and others (2001); softmax: Bridle (1990).]] },

{ "optimisers", { "optimizers", "optimiser", "optimizer", "descent", "learning rate", "sgd" }, [[
optimisers: how GRAD becomes DTHETA
{optimisers}
then THETA[l] = THETA[l] + DTHETA[l]. What is frozen stays: net.frozen[l] = true, "bias" or "weights".
> ETA = 0.5
> step(1)
> (DTHETA[1] + ETA * GRAD[1]):norm() < 1e-12
true

Source: Goodfellow, Bengio and Courville, Deep Learning, chapter 8 (2016).]] },

{ "initialisation", { "initialization", "inits", "random weights", "symmetry" }, [[
initialisation: where THETA begins
Drawn when the network is made, layer by layer, row by row, bias first; n_in and n_out are the units on either side
of the weights. THETA = {} or init() draws anew.
{inits}
Equal rows of THETA get equal gradients and stay equal for ever: that is why THETA is random. "xavier" keeps the
size of signals from layer to layer for tanh and sigmoid, "he" for relu; "uniform" is the article's.
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
regularisation: a price on large weights
  J gains       l1 sum of |w| + l2/2 sum of w^2
  GRAD gains    l1 sign(w) + l2 w
Biases are left out of both. cost, in reports and in check, includes them; mse and tss do not. Hold rows back to see
whether a network does as well on what it has not seen.
> NET.options.l2 = 0.001
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
.table is what courses show, backprop | numeric | relative, the worst pair first. .norm_ratio is their
||b - n|| / (||b|| + ||n||), commonly below 1e-7 for a right gradient; at an exact solution it is a ratio of
rounding errors and can be 1, so read the verdict.
A difference across the kink of a relu says nothing and is left out. of = another cost checks against that one,
and names the ratio; sweep = true tabulates the error against epsilon. The article says O(h) of the central
difference and O(h^2) of the one-sided one: it is the other way round, as the slopes of the sweep show.
When a check failed, .reason says what the pattern of backprop / numeric tells: one ratio everywhere (a factor of the
cost); only the weights or only the biases of a layer are wrong; l1 or l2 is forgotten, or is on the biases; the layers
below the last are wrong; a matrix is transposed. It names the mistake of help "mistakes" that gives the same GRAD.
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
inside: stand inside one step, and ask a number where it came from
walk() begins one step; each w() does the engine's next operation, an empty line after it the next again. Printed it
says its formula, the shapes, what came out and where we are. A Z DELTA GRAD THETA are what has been made so far; write
into one and go on: the later operations use it. w:back(), w:to("delta", 1), w:finish() and w:reset() move about.
explain(what, l, i, j) is one number's derivation: the sum, its terms in numbers, the engine's own beside it. With
the option depth = 2 the numbers in the terms are explained, too, and so on to the data. After a step, A Z DELTA GRAD
are of the pass before its update: the terms then take THETA as that pass had it, and say so.
> w = walk()
> w()
> w:to("delta", 1)
> w:to("z", 1)
> Z[1][2][1] = 0
> w:finish()
> explain("grad", 1, 2, 3)
> GRAD[1]:explain(2, 3, {depth = 3})
> explain("theta", 1, 2, 3).value

Source: Mazur, A step by step backpropagation example (2015), is such a walk by hand.]] },

{ "mistakes", { "bugs", "classic mistakes", "wrong gradients" }, [[
mistakes: what goes wrong in backward passes, to be planted and found
bug(name) plants one in the network's backward pass; backward, step and train make it until bug(false).
{mistakes}
Most of them still learn, more slowly or to another place: that is why they are published. check() sees that GRAD is
not the gradient of J, plants each of them in turn and names the one that makes the same GRAD. bug("any") plants one
for you to find. What l1 and l2 add to GRAD stays right.
> bug("dropped-row")
> check().mistakes[1]
dropped-row
> bug(false)

Sources: stale-weights: Mazur, A step by step backpropagation example (2015), whose .291027924 after one step came from
a program that had it, while his text warns of it; missing-factor: the article, which descends half a sum and prints a
mean; no-output-derivative: cross-entropy's DELTA used with squares, compare Nielsen, chapter 3, and dJ/dA taken for
dJ/dZ with cross-entropy; extra-output-derivative: the squares' DELTA kept when the cost became cross-entropy or
softmax, as in questions about Ng's DELTA = a - y, which lacks a g' on purpose; derivative-of-a: a (1 - a) written where
a sigmoid' of z is wanted, or the reverse; shifted-bias: the reason for delta2(2:end) in Ng's machine learning course,
exercise 4.]] },

{ "data", { "datasets", "data sets", "targets", "one-hot" }, [[
data: X and y
X has a row for each example, y a row of targets for each row of X; a table of rows will do for a matrix, and N
numbers for a column y. They are checked against each other and the network when they are used.
{data}
With one output the targets are 0 and 1 (or -1 and 1); with several, a row of y has a 1 in its class's column.
accuracy() is the share of rows on the right side.
> X, y = data.parity{bits = 3}
> LAYERS = {3, 6, 1}
> X = {{0.2, 1}, {0.9, 0.3}}  y = {1, 0}]] },

{ "matrices", { "linear algebra", "broadcasting", "views", "indexing" }, [[
matrices: tables of numbers that work as in the formulas
m[i][j] is a number, m[i] a row; m[i][j] = v and m[i] = {...} write. #m is the number of rows. + - * / ^ go element
by element, numbers, one row and one column stretched to fit; a:matmul(b) is the matrix product, m.T the transpose.
m.T, m[i], m:rows(i, j) and m:cols(i, j) are views: writing to them writes to m. m:copy() is one of its own.
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
After seed(k), rand, randn and permutation give what np.random.seed(k), rand, randn and permutation give (the last
plus 1). THETA is drawn from the same numbers; at the start they are as after seed(0). network{..., seed = k} has a
generator of its own, and generator(k) is one for you: nothing else draws from it.
The same seed and script leave the same bits, run after run, on any number of threads.
> seed(0)
> rand()
0.54881350392732
> seed(0) LAYERS = {2, 2, 1}

Sources: Matsumoto and Nishimura, Mersenne Twister (1998); Marsaglia and Bray, A convenient method for generating
normal variables (1964).]] },

{ "precision", { "single", "double", "float", "rounding", "digits" }, [[
precision: double, and single when asked
{precisions}
network{..., precision = "single"} keeps THETA and all the rest in single precision. The reports are shown alike;
check() then cannot resolve less than 1e-2, and says so. digits(n) sets how many digits are shown, not how many
there are; string.format("%.17g", v) shows a number in full.
> digits(10)
10
> digits(6)
6
> NET = network{2, 2, 1, precision = "single"}

Source: Goldberg, What every computer scientist should know about floating-point arithmetic (1991).]] },

{ "threads", { "parallel", "cores", "speed" }, [[
threads: sharing the large operations
The units of a wide layer are shared out, or the rows of a batch. Each number is made by one thread, as if it were
alone: that is why the bits stay the same. XOR is too small to gain from it, a layer of some
hundred units is not.
> threads(2) == 2
true]] },

{ "keys", { "prompt", "prompt keys", "keyboard", "editing", "readline", "shortcuts" }, [[
keys: what the prompt does with what you type
  Enter             runs what is complete; else goes on in a new line
  Alt-Enter         a new line, whatever is complete
  Up, Down          through the lines of an input, then earlier inputs that begin with what is typed
  Tab               completes names, fields, options and files; Tab twice lists them
  Ctrl-R            finds an earlier input
  Ctrl-X Ctrl-E     edits the input in $VISUAL or $EDITOR
  Ctrl-C            drops the line; stops what is running, and keeps THETA; twice more, a second later, ends moongrad
  Ctrl-Z            puts moongrad aside; fg brings it back
  Ctrl-D            on an empty line: leaves
  Ctrl-\            ends moongrad, also in the middle of something; the session is kept: help "session"
  Enter, nothing typed   repeats the input when it was a step or a training; in a walk, does the next operation
Every value of an expression is printed; a ; at its end hides it. _ and _1 to _9 are the last values: help "_".
?name is short for help "name". The keys of Readline work, and its ~/.inputrc is heeded. PROMPT, a string or a
function, is the prompt, with colours if it has any, and $XDG_CONFIG_HOME/moongrad/init.lua is run before the first
one. Left alone, the prompt has the epoch and the cost of the last report; J is of the pass before it: help "costs".
> 6 * 7
42
> x = 1; y1 = 2;]] },

{ "session", { "sessions", "saving", "recording", "replaying", "recovery" }, [[
session: what was done, kept and done again
{session}
What you type that changes something is written down as it happens. save_session writes it as a script, and running
that script leaves every bit of THETA as it was. When a signal ends moongrad, or its memory does, or the terminal goes
away, it writes such a script by itself and names it; the next start names it once more.
> step(10)
> save_session "xor.lua"
> who()]] },

{ "time", { "past", "going back", "redo", "history of a network" }, [[
time: what a network has been through
undo() takes back the last command that changed the network, undo(5) the last five; seek(100) goes to epoch 100,
back or forwards again; undo() also takes a seek back. THETA, options and what the last pass left are the same to
the bit: they are kept now and then, and what came after is done again. Of each network the last 64 megabytes are
kept: network{2, 2, 1, undo = 256} says otherwise. A loop of 5000 step() are 5000 commands: undo() says how many are
left that are like it, undo(5000) takes them back; time(f) and bench(f) are one. An X[1][1] = 7 is none and stays: undo
says so when it takes back what came before it.
NET:copy() is a network of its own with the same past; diff() says where the two part. step(n, {stop_when = f}) ends
when f says so, and watch() records an expression while the network trains.
> step(100)
> twin = NET:copy()  twin:seek(50)  twin.eta = .1  twin:step(50)
> diff(NET, twin)
> undo()]] },

{ "scripts", { "script", "library", "running scripts", "command line" }, [[
scripts: the same words in a file
A script has the names of the prompt, and is silent until it prints: the prompt shows what a line returns, a script
prints it.
  moongrad file.lua          runs it; moongrad -i file.lua opens the prompt behind it
  moongrad -e "print(1)"     runs a line
  #!/usr/bin/env moongrad    as its first line makes a file a program
From any Lua 5.4 local mg = require "moongrad" gives everything but the prompt, and sets no global.
> print(step(10))
> local net = mg.network{2, 2, 1}  print(net:predict{{0, 1}})]] },
}

return topics
