"""PyTorch as a peer. HOW: eager, the usual module, loss and optimiser; adam and adam-foreach, the same with softmax
outputs, cross-entropy and adam, the latter with all tensors in one call; fused, an epoch as one
TorchScript function of in-place products without autograd; gradcheck, autograd.gradcheck."""

import sys
import warnings
from typing import List

from task import Task, np, serve

warnings.filterwarnings("ignore")
try:
    import torch
    from torch import Tensor
except ImportError:
    print("no python3-torch")
    sys.exit()


def tensors(arrays):
    return [torch.from_numpy(np.ascontiguousarray(a)) for a in arrays]


class Eager:
    def __init__(self, task):
        self.task = task
        self.X, self.y = tensors(task.data())
        modules = []
        for theta in task.thetas():
            linear = torch.nn.Linear(theta.shape[1] - 1, theta.shape[0], dtype=self.X.dtype)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(theta[:, 1:]))
                linear.bias.copy_(torch.from_numpy(theta[:, 0]))
            modules += [linear, torch.nn.Tanh() if task.hidden == "tanh" else torch.nn.Sigmoid()]
        modules[-1] = torch.nn.Sigmoid()
        self.model = torch.nn.Sequential(*modules)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=task.eta)

    def step(self, x, y, scale):
        self.optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(self.model(x), y, reduction="sum") * scale
        loss.backward()
        self.optimizer.step()

    def train(self, epochs):
        task = self.task
        for _ in range(epochs):
            if task.batch == task.rows:
                self.step(self.X, self.y, task.step_size(task.rows) / task.eta / 2)
                continue
            order = torch.from_numpy(task.order())
            for first, past in task.batches():
                chosen = order[first:past]
                scale = task.step_size(past - first) / task.eta / 2
                self.step(self.X.index_select(0, chosen), self.y.index_select(0, chosen), scale)

    def predict(self):
        with torch.no_grad():
            return self.model(self.X)

    def result(self):
        return float(((self.predict().double() - self.y) ** 2).mean())


class Adam(Eager):
    def __init__(self, task):
        super().__init__(task)
        linears = [m for m in self.model if isinstance(m, torch.nn.Linear)]
        self.model = torch.nn.Sequential(linears[0], torch.nn.ReLU(), linears[1])
        self.classes = self.y.argmax(1)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=task.eta,
                                          foreach=task.how == "adam-foreach")

    def train(self, epochs):
        task = self.task
        for _ in range(epochs):
            order = torch.from_numpy(task.order())
            for first, past in task.batches():
                chosen = order[first:past]
                self.optimizer.zero_grad()
                z = self.model(self.X.index_select(0, chosen))
                torch.nn.functional.cross_entropy(z, self.classes.index_select(0, chosen)).backward()
                self.optimizer.step()

    def predict(self):
        with torch.no_grad():
            return self.model(self.X).softmax(1)


def fused_step(x: Tensor, y: Tensor, W: List[Tensor], b: List[Tensor], size: float, tanh: bool):
    a = [x]
    last = len(W) - 1
    for l in range(len(W)):
        z = torch.addmm(b[l], a[l], W[l])
        if tanh and l < last:
            a.append(z.tanh_())
        else:
            a.append(z.sigmoid_())
    p = a[last + 1]
    delta = (p - y).mul_(p).mul_(1 - p)
    for k in range(len(W)):
        l = last - k
        below = delta
        if l > 0:
            below = torch.mm(delta, W[l].t())
            if tanh:
                below.mul_(1 - a[l] * a[l])
            else:
                below.mul_(a[l]).mul_(1 - a[l])
        W[l].addmm_(a[l].t(), delta, alpha=-size)
        b[l].sub_(delta.sum(0), alpha=size)
        delta = below


def make_fused():
    step = torch.jit.script(fused_step)

    def full(X: Tensor, y: Tensor, W: List[Tensor], b: List[Tensor], epochs: int, size: float,
             tanh: bool):
        for _ in range(epochs):
            step(X, y, W, b, size, tanh)

    def batches(X: Tensor, y: Tensor, order: Tensor, W: List[Tensor], b: List[Tensor], batch: int,
                eta: float, tanh: bool):
        n = X.size(0)
        for first in range(0, n, batch):
            past = min(first + batch, n)
            chosen = order[first:past]
            step(X.index_select(0, chosen), y.index_select(0, chosen), W, b, eta / (past - first),
                 tanh)

    return torch.jit.script(full), torch.jit.script(batches)


class Fused:
    def __init__(self, task):
        self.task = task
        self.X, self.y = tensors(task.data())
        W, b = task.weights()
        self.W, self.b = tensors(W), tensors(b)
        self.full, self.batches = make_fused()

    def train(self, epochs):
        task, tanh = self.task, self.task.hidden == "tanh"
        with torch.no_grad():
            if task.batch == task.rows:
                self.full(self.X, self.y, self.W, self.b, epochs, task.step_size(task.rows), tanh)
                return
            for _ in range(epochs):
                order = torch.from_numpy(task.order())
                self.batches(self.X, self.y, order, self.W, self.b, task.batch, task.eta, tanh)

    def result(self):
        a = self.X
        for l, (W, b) in enumerate(zip(self.W, self.b)):
            z = torch.addmm(b, a, W)
            hidden = l < len(self.W) - 1 and self.task.hidden == "tanh"
            a = z.tanh() if hidden else z.sigmoid()
        return float(((a.double() - self.y) ** 2).mean())


class GradCheck:
    """gradcheck's numeric derivative of the cost by every weight, against autograd's."""

    def __init__(self, task):
        self.task = task
        self.X, self.y = tensors(task.data())
        W, b = task.weights()
        self.parameters = [t.requires_grad_() for t in tensors(W + b)]

    def cost(self, *parameters):
        half = len(parameters) // 2
        a = self.X
        for W, b in zip(parameters[:half], parameters[half:]):
            a = torch.addmm(b, a, W).sigmoid()
        return ((a - self.y) ** 2).sum() / 2 / self.task.rows

    def train(self, epochs):
        for _ in range(epochs):
            self.ok = torch.autograd.gradcheck(self.cost, self.parameters, eps=1e-5,
                                               raise_exception=False)

    def result(self):
        return "ok" if self.ok else "not ok"


if __name__ == "__main__":
    task = Task(sys.argv[1:])
    peer = {"eager": Eager, "fused": Fused, "gradcheck": GradCheck, "adam": Adam,
            "adam-foreach": Adam}[task.how](task)
    serve(torch.__version__, peer.train, peer.result)
