"""What the peers in Python share: the task, its data and weights, and the protocol.

peer.py LAYERS ROWS BATCH HIDDEN ETA PRECISION HOW, for instance

    torch_peer.py 784,30,10 50000 10 sigmoid 0.5 double fused

A peer says "ready VERSION", or "no" and why not; then answers "go N" with the seconds that N
epochs took, and "result" with the mean of squares over all rows (or the verdict of a check).
Everyone draws the same data, the same weights and the same order of rows, so that the results
show that everyone did the same work.

4 rows are XOR with the article's sum of squares / 2; 2 inputs are points in and out of a
circle; anything else is noise in [0, 1) with one-hot targets. Outputs are sigmoids, and the
cost is the mean over the batch of squares / 2.
"""

import ctypes
import sys
import time

try:
    import numpy as np
except ImportError:
    print("no python3-numpy")
    sys.exit()


class Task:
    def __init__(self, words):
        layers, rows, batch, hidden, eta, precision, how = words
        self.layers = [int(n) for n in layers.split(",")]
        self.rows, self.batch = int(rows), int(batch)
        self.hidden, self.how = hidden, how
        self.dtype = np.float32 if precision == "single" else np.float64
        self.xor = self.rows == 4
        self.eta = float(eta)
        self.rng = np.random.RandomState(2)

    def step_size(self, rows):
        """The factor for the sum of the gradients of so many rows."""
        return self.eta if self.xor else self.eta / rows

    def data(self):
        rng = np.random.RandomState(1)
        n, n_in, n_out = self.rows, self.layers[0], self.layers[-1]
        if self.xor:
            X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
            y = np.array([[0], [1], [1], [0]])
        elif n_in == 2:
            X = rng.randn(n, 2)
            y = (X * X).sum(axis=1, keepdims=True) < 1.386
        else:
            X = rng.rand(n, n_in)
            y = np.arange(n)[:, None] % n_out == np.arange(n_out)
        return X.astype(self.dtype), y.astype(self.dtype)

    def thetas(self):
        """THETA[l], a row for each receiving unit, the bias first."""
        sizes = zip(self.layers, self.layers[1:])
        thetas = [self.rng.rand(n_out, n_in + 1) for n_in, n_out in sizes]
        if not self.xor:
            thetas = [theta * 2 * .12 - .12 for theta in thetas]
        return [theta.astype(self.dtype) for theta in thetas]

    def weights(self):
        """Weights input-major, and biases: the product forward is then the fastest."""
        thetas = self.thetas()
        return ([np.ascontiguousarray(theta[:, 1:].T) for theta in thetas],
                [theta[:, 0].copy() for theta in thetas])

    def order(self):
        return self.rng.permutation(self.rows)

    def batches(self):
        """For each batch, its first row and the row after its last."""
        return [(i, min(i + self.batch, self.rows)) for i in range(0, self.rows, self.batch)]


def blas():
    """The kernels that OpenBLAS took, when it is there."""
    try:
        library = ctypes.CDLL("libopenblas.so.0")
        library.openblas_get_corename.restype = ctypes.c_char_p
        return " with OpenBLAS " + library.openblas_get_corename().decode()
    except (OSError, AttributeError):
        return ""


def serve(version, train, result):
    print("ready", version + blas(), flush=True)
    for line in sys.stdin:
        if line.startswith("go "):
            epochs = int(line[3:])
            start = time.perf_counter()
            train(epochs)
            print("%.9f" % (time.perf_counter() - start), flush=True)
        else:
            answer = result()
            print(answer if isinstance(answer, str) else "%.17g" % answer, flush=True)
