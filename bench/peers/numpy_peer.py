"""NumPy as a peer. HOW: article, the program moongrad grew from; tight, arrays allocated once and
results written in place; check, a central difference of every weight; products, nothing but the
matrix products of an epoch, the limit of what trains with BLAS."""

import sys

from task import Task, np, serve


class Article:
    """The article's program, without its printing."""

    def __init__(self, task):
        self.X, self.y = task.data()
        self.THETA, self.ETA = task.thetas(), task.eta

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def prime(self, x):
        return self.sigmoid(x) * (1 - self.sigmoid(x))

    @staticmethod
    def ones(m):
        return np.hstack((np.ones((m.shape[0], 1)), m))

    def forward(self):
        A, Z = [self.ones(self.X)], []
        for theta in self.THETA:
            Z.append(np.matmul(A[-1], theta.T))
            A.append(self.ones(self.sigmoid(Z[-1])))
        A[-1] = A[-1][:, 1:]
        return A, Z

    def epoch(self):
        A, Z = self.forward()
        delta = [(A[-1] - self.y) * self.prime(Z[-1])]
        for l in reversed(range(1, len(self.THETA))):
            delta.insert(0, np.matmul(delta[0], self.THETA[l])[:, 1:] * self.prime(Z[l - 1]))
        for l in range(len(self.THETA)):
            self.THETA[l] = self.THETA[l] - self.ETA * np.matmul(delta[l].T, A[l])

    def train(self, epochs):
        for _ in range(epochs):
            self.epoch()

    def result(self):
        return np.mean((self.forward()[0][-1] - self.y) ** 2)


def sigmoid(z):
    """The sigmoid, computed in place."""
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    np.reciprocal(z, out=z)


def sigmoid_slope(a, out):
    np.subtract(1, a, out=out)
    out *= a


def tanh_slope(a, out):
    np.multiply(a, a, out=out)
    np.subtract(1, out, out=out)


class Tight:
    def __init__(self, task):
        self.task = task
        self.X, self.y = task.data()
        self.W, self.b = task.weights()
        self.hidden = (np.tanh, tanh_slope) if task.hidden == "tanh" else (sigmoid, sigmoid_slope)
        self.gW = [np.empty_like(W) for W in self.W]
        self.gb = [np.empty_like(b) for b in self.b]
        self.room = {}  # rows of a batch -> arrays: a, delta and slope of each layer, x and y

    def buffers(self, rows):
        if rows not in self.room:
            sizes, dtype = self.task.layers, self.task.dtype
            make = [[np.empty((rows, n), dtype) for n in sizes[1:]] for _ in range(3)]
            self.room[rows] = (*make, np.empty((rows, sizes[0]), dtype),
                               np.empty((rows, sizes[-1]), dtype))
        return self.room[rows]

    def forward(self, x, a):
        last = len(self.W) - 1
        for l, (W, b) in enumerate(zip(self.W, self.b)):
            z = a[l]
            np.matmul(x, W, out=z)
            z += b
            if l == last or self.hidden[0] is sigmoid:
                sigmoid(z)
            else:
                np.tanh(z, out=z)
            x = z

    def gradients(self, x, y, a, delta, slope):
        """Computes the gradients, summed over rows, into gW and gb; the weights do not change."""
        self.forward(x, a)
        last = len(self.W) - 1
        np.subtract(a[last], y, out=delta[last])
        sigmoid_slope(a[last], slope[last])
        delta[last] *= slope[last]
        for l in range(last, -1, -1):
            if l > 0:
                np.matmul(delta[l], self.W[l].T, out=delta[l - 1])
                self.hidden[1](a[l - 1], slope[l - 1])
                delta[l - 1] *= slope[l - 1]
            np.matmul((a[l - 1] if l > 0 else x).T, delta[l], out=self.gW[l])
            np.add.reduce(delta[l], axis=0, out=self.gb[l])

    def update(self, size):
        for l, W in enumerate(self.W):
            self.gW[l] *= size
            W -= self.gW[l]
            self.gb[l] *= size
            self.b[l] -= self.gb[l]

    def train(self, epochs):
        task = self.task
        whole = task.batch == task.rows
        for _ in range(epochs):
            order = None if whole else task.order()
            for first, past in task.batches():
                rows = past - first
                a, delta, slope, x, y = self.buffers(rows)
                if whole:
                    x, y = self.X, self.y
                else:
                    chosen = order[first:past]
                    np.take(self.X, chosen, axis=0, out=x, mode="clip")
                    np.take(self.y, chosen, axis=0, out=y, mode="clip")
                self.gradients(x, y, a, delta, slope)
                self.update(task.step_size(rows))

    def result(self):
        a = self.buffers(self.task.rows)[0]
        self.forward(self.X, a)
        return np.mean((a[-1] - self.y) ** 2, dtype=np.float64)


class Check(Tight):
    """The gradient check: changes every weight a little up and down, and computes the cost each
    time. The relative error has moongrad's floor, below which differences say nothing."""

    EPSILON, TOLERANCE = 1e-5, 1e-6

    def cost(self):
        a = self.buffers(self.task.rows)[0]
        self.forward(self.X, a)
        return np.sum((a[-1] - self.y) ** 2) / 2 / self.task.rows

    def train(self, epochs):
        for _ in range(epochs):
            self.worst = self.check()

    def check(self):
        a, delta, slope, _, _ = self.buffers(self.task.rows)
        self.gradients(self.X, self.y, a, delta, slope)
        floor = 16 * 2. ** -52 * self.cost() / (self.EPSILON * self.TOLERANCE)
        worst = 0
        for parameters, gradient in zip(self.W + self.b, self.gW + self.gb):
            flat, backprop = parameters.reshape(-1), gradient.reshape(-1) / self.task.rows
            for i in range(flat.size):
                kept = flat[i]
                flat[i] = kept + self.EPSILON
                up = self.cost()
                flat[i] = kept - self.EPSILON
                numeric = (up - self.cost()) / (2 * self.EPSILON)
                flat[i] = kept
                error = abs(backprop[i] - numeric) / max(abs(backprop[i]), abs(numeric), floor)
                worst = max(worst, error)
        return worst

    def result(self):
        return "ok" if self.worst <= self.TOLERANCE else "not ok"


class Products(Tight):
    """Forward, back and gradient products of every batch, all in preallocated arrays."""

    def __init__(self, task):
        super().__init__(task)
        for first, past in task.batches():
            rows = past - first
            if rows not in self.room:  # numbers as in training: unusual ones (subnormal, NaN) are slower
                a, delta, slope, _, _ = self.buffers(rows)
                self.gradients(self.X[first:past], self.y[first:past], a, delta, slope)

    def train(self, epochs):
        last = len(self.W) - 1
        for _ in range(epochs):
            for first, past in self.task.batches():
                a, delta, _, _, _ = self.buffers(past - first)
                x = self.X[first:past]
                for l, W in enumerate(self.W):
                    np.matmul(a[l - 1] if l > 0 else x, W, out=a[l])
                for l in range(last, -1, -1):
                    if l > 0:
                        np.matmul(delta[l], self.W[l].T, out=delta[l - 1])
                    np.matmul((a[l - 1] if l > 0 else x).T, delta[l], out=self.gW[l])

    def result(self):
        return "-"


if __name__ == "__main__":
    task = Task(sys.argv[1:])
    ways = {"article": Article, "tight": Tight, "check": Check, "products": Products}
    peer = ways[task.how](task)
    serve(np.__version__, peer.train, peer.result)
