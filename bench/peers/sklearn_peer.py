"""scikit-learn as a peer: MLPClassifier by partial_fit, an epoch a call. Sigmoid outputs it trains on
cross-entropy only: the products are the same, an output costs one multiplication less and a logarithm
more. It draws its own weights and order, so its results are not compared."""

import sys
import warnings

from task import Task, np, serve

warnings.filterwarnings("ignore")
try:
    import sklearn
    from sklearn.neural_network import MLPClassifier
except ImportError:
    print("no python3-sklearn")
    sys.exit()

task = Task(sys.argv[1:])
X, y = task.data()
outputs = task.layers[-1]
y = y.astype(int)
if outputs == 1:
    y = y[:, 0]
if task.how == "adam":
    y = y.argmax(axis=1)  # one class a row, so that it takes softmax outputs
model = MLPClassifier(hidden_layer_sizes=task.layers[1:-1], solver="adam" if task.how == "adam" else "sgd", momentum=0, alpha=0,
                      activation={"tanh": "tanh", "relu": "relu"}.get(task.hidden, "logistic"),
                      batch_size=task.batch, learning_rate_init=task.eta, random_state=2)


def train(epochs):
    for _ in range(epochs):
        model.partial_fit(X, y, classes=np.arange(max(outputs, 2)))


serve(sklearn.__version__, train, lambda: "-")
