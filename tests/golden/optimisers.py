"""Makes optimisers.lua, the numbers that tests/lua/optimiser_golden_spec.lua holds the optimisers against:

    /usr/bin/python3 tests/golden/optimisers.py > tests/golden/optimisers.lua

A network 2-2-1, tanh and then sigmoid, on 8 rows, cost mse, in double precision; THETA after each of 25 epochs on all
rows, and of 25 epochs of batches of 3, 3 and 2 rows in their order."""

import torch

torch.set_default_dtype(torch.float64)
optim = torch.optim
CASES = [  # ours, eta, PyTorch's
    ("sgd", .5, optim.SGD, {}),
    ("momentum", .1, optim.SGD, {"momentum": .9}),
    ("{\"momentum\", momentum = .5}", .5, optim.SGD, {"momentum": .5}),
    ("nesterov", .1, optim.SGD, {"momentum": .9, "nesterov": True}),
    ("adagrad", .1, optim.Adagrad, {}),
    ("rmsprop", .01, optim.RMSprop, {}),
    ("{\"rmsprop\", alpha = .9, epsilon = 1e-3}", .05, optim.RMSprop, {"alpha": .9, "eps": 1e-3}),
    ("adam", .05, optim.Adam, {}),
    ("{\"adam\", beta1 = .8, beta2 = .9, epsilon = 1e-2}", .1, optim.Adam, {"betas": (.8, .9), "eps": 1e-2}),
    ("adamw", .05, optim.AdamW, {}),
    ("{\"adamw\", weight_decay = .3}", .1, optim.AdamW, {"weight_decay": .3}),
    ("{\"adamw\", weight_decay = .3, decay_bias = false}", .1, optim.AdamW, {"weight_decay": .3}),
    ("rprop", .01, optim.Rprop, {}),
    ("{\"rprop\", up = 1.5, down = .3, least = 1e-3, most = .2}", .05, optim.Rprop,
     {"etas": (.3, 1.5), "step_sizes": (1e-3, .2)}),
]


def rows(matrix):
    return "{" + ", ".join("{" + ", ".join("%.17g" % v for v in row) + "}" for row in matrix.tolist()) + "}"


def train(ours, eta, maker, options, theta, X, y, batch):
    weights = [t[:, 1:].clone().requires_grad_() for t in theta]
    biases = [t[:, 0].clone().requires_grad_() for t in theta]
    groups = [{"params": weights}, {"params": biases}]
    if "decay_bias" in ours:
        groups[1]["weight_decay"] = 0
    optimiser = maker(groups, lr=eta, **options)
    epochs = []
    for _ in range(25):
        for r in range(0, len(X), batch):
            optimiser.zero_grad()
            a = torch.tanh(X[r:r + batch] @ weights[0].T + biases[0])
            yhat = torch.sigmoid(a @ weights[1].T + biases[1])
            torch.nn.functional.mse_loss(yhat, y[r:r + batch]).backward()
            optimiser.step()
        epochs.append([torch.cat([b.detach()[:, None], w.detach()], 1) for w, b in zip(weights, biases)])
    return epochs


torch.manual_seed(0)
X, y = torch.randn(8, 2), torch.rand(8, 1)
theta = [torch.rand(2, 3) - .5, torch.rand(1, 3) - .5]
print("-- Made by tests/golden/optimisers.py with PyTorch %s, in double precision." % torch.__version__)
print("return {\n  X = %s,\n  y = %s,\n  theta = {%s}," % (rows(X), rows(y), ", ".join(map(rows, theta))))
for case in CASES:
    written = case[0] if case[0].startswith("{") else '"%s"' % case[0]
    print("  { optimizer = %s, eta = %g," % (written, case[1]))
    for name, batch in ("whole", 8), ("batches", 3):
        print("    %s = {" % name)
        for epoch in train(*case, theta, X, y, batch):
            print("      {%s}," % ", ".join(map(rows, epoch)))
        print("    },")
    print("  },")
print("}")
