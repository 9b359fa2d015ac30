"""Makes the numbers of tests/golden/grad_x.lua, which tests/lua/grad_x_spec.lua holds GRAD_X against:

    /usr/bin/python3 tests/golden/grad_x.py > tests/golden/grad_x.lua

Gradients with respect to the data by PyTorch, in double precision."""

import torch

torch.set_default_dtype(torch.float64)
F = torch.nn.functional
ACTIVATIONS = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "linear": lambda z: z,
    "leaky-relu": lambda z: F.leaky_relu(z, 0.01), "elu": F.elu, "gelu": F.gelu, "softplus": F.softplus,
    "softmax": lambda z: torch.softmax(z, 1),
}
COSTS = {
    "sse": lambda a, y: ((a - y) ** 2).sum() / 2,
    "mse": lambda a, y: ((a - y) ** 2).mean(),
    "quadratic": lambda a, y: ((a - y) ** 2).sum() / (2 * len(y)),
    "cross-entropy": lambda a, y: F.binary_cross_entropy(a, y, reduction="sum") / len(y),
    "softmax": lambda a, y: -(y * torch.log(a)).sum() / len(y),
    "mae": lambda a, y: (a - y).abs().mean(),
    "huber": lambda a, y: F.huber_loss(a, y),
}
CASES = [
    ("sigmoid", "sigmoid", "sse"), ("tanh", "linear", "mse"), ("relu", "softmax", "softmax"),
    ("gelu", "sigmoid", "cross-entropy"), ("leaky-relu", "tanh", "quadratic"), ("elu", "linear", "huber"),
    ("softplus", "sigmoid", "mae"),
]


def lua(v):
    return "{" + ", ".join(lua(x) for x in v) + "}" if isinstance(v, list) else "%.17g" % v


print("-- Made by tests/golden/grad_x.py with PyTorch %s." % torch.__version__.split("+")[0])
print("return {")
for seed, (hidden, output, cost) in enumerate(CASES):
    torch.manual_seed(seed)
    X = torch.randn(5, 3, requires_grad=True)
    y = torch.eye(2)[torch.arange(5) % 2] if cost in ("softmax", "cross-entropy") else torch.rand(5, 2)
    theta = [torch.randn(4, 4), torch.randn(2, 5)]
    a = X
    for l, (w, g) in enumerate(zip(theta, (hidden, output))):
        a = ACTIVATIONS[g](a @ w[:, 1:].T + w[:, 0])
    COSTS[cost](a, y).backward()
    print('  { hidden = "%s", output = "%s", cost = "%s",' % (hidden, output, cost))
    for name, v in (("X", X.detach()), ("y", y), ("grad_x", X.grad)):
        print("    %s = %s," % (name, lua(v.tolist())))
    print("    theta = {%s} }," % ", ".join(lua(w.tolist()) for w in theta))
print("}")
