"""Chapters of a textbook, in the words of MXNet 2: linear regression by hand, softmax regression,
and a convolutional network on `np`, `npx` and Gluon."""

import random
import sys

from material import digits
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

npx.set_np()

QUICK = "--quick" in sys.argv


def synthetic_data(w, b, num_examples):
    """y = Xw + b and noise."""
    X = np.random.normal(0, 1, (num_examples, len(w)))
    y = np.dot(X, w) + b
    y += np.random.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


def data_iter(batch_size, features, labels):
    """Batches in random order."""
    num_examples = len(features)
    indices = list(range(num_examples))
    random.shuffle(indices)
    for i in range(0, num_examples, batch_size):
        batch_indices = np.array(indices[i : min(i + batch_size, num_examples)])
        yield features[batch_indices], labels[batch_indices]


def sgd(params, lr, batch_size):
    """One step of stochastic gradient descent."""
    for param in params:
        param[:] = param - lr * param.grad / batch_size


def linear_regression():
    """From scratch: parameters are arrays with gradients."""
    true_w, true_b = np.array([2, -3.4]), 4.2
    features, labels = synthetic_data(true_w, true_b, 1000)
    w = np.random.normal(0, 0.01, (2, 1))
    b = np.zeros(1)
    w.attach_grad()
    b.attach_grad()
    for _ in range(3):
        for X, y in data_iter(10, features, labels):
            with autograd.record():
                loss = (np.dot(X, w) + b - y.reshape((-1, 1))) ** 2 / 2
            loss.backward()
            sgd([w, b], 0.03, 10)
    error = float(np.abs(true_w - w.reshape(true_w.shape)).max())
    print(f"linear regression: error of w {error:.4f}, of b {float(true_b - b):.4f}")
    assert error < 0.02


class Accumulator:
    """Sums over several figures."""

    def __init__(self, n):
        self.data = [0.0] * n

    def add(self, *args):
        self.data = [a + float(b) for a, b in zip(self.data, args)]

    def __getitem__(self, idx):
        return self.data[idx]


def accuracy(y_hat, y):
    """How many predictions are right."""
    if len(y_hat.shape) > 1 and y_hat.shape[1] > 1:
        y_hat = y_hat.argmax(axis=1)
    return float((y_hat.astype(y.dtype) == y).astype("float32").sum())


def try_gpu(i=0):
    """gpu(i) if there is one, else the CPU."""
    return npx.gpu(i) if npx.num_gpus() >= i + 1 else npx.cpu()


def train_epoch(net, train_iter, loss, trainer, device):
    """The mean loss and accuracy of one epoch."""
    metric = Accumulator(3)
    for X, y in train_iter:
        X, y = X.as_in_ctx(device), y.as_in_ctx(device)
        with autograd.record():
            y_hat = net(X)
            l = loss(y_hat, y)
        l.backward()
        trainer.step(X.shape[0])
        metric.add(l.sum(), accuracy(y_hat, y), y.size)
    return metric[0] / metric[2], metric[1] / metric[2]


def evaluate(net, data_iter, device):
    """The accuracy on a data set."""
    metric = Accumulator(2)
    for X, y in data_iter:
        X, y = X.as_in_ctx(device), y.as_in_ctx(device)
        metric.add(accuracy(net(X), y), y.size)
    return metric[0] / metric[1]


def lenet():
    """A convolutional network for pictures of 8 by 8."""
    net = nn.Sequential()
    net.add(
        nn.Conv2D(channels=16, kernel_size=3, padding=1, activation="relu"),
        nn.BatchNorm(),
        nn.AvgPool2D(pool_size=2, strides=2),
        nn.Conv2D(32, kernel_size=3, activation="relu"),
        nn.Dense(64, activation="relu"),
        nn.Dropout(0.2),
        nn.Dense(10),
    )
    return net


def classification(name, net, epochs, lr, wanted):
    """Trains with a Trainer and a DataLoader."""
    (images, labels), (test_images, test_labels) = digits()
    train_set = gluon.data.ArrayDataset(np.array(images), np.array(labels))
    test_set = gluon.data.ArrayDataset(np.array(test_images), np.array(test_labels))
    train_iter = gluon.data.DataLoader(train_set, 64, shuffle=True)
    test_iter = gluon.data.DataLoader(test_set, 128, shuffle=False)
    device = try_gpu()
    net.initialize(force_reinit=True, ctx=device, init=init.Xavier())
    net.hybridize()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": lr})
    for _ in range(epochs):
        train_loss, train_acc = train_epoch(net, train_iter, loss, trainer, device)
    test_acc = evaluate(net, test_iter, device)
    print(f"{name}: loss {train_loss:.3f}, train {train_acc:.3f}, test {test_acc:.3f}")
    assert test_acc > wanted, test_acc


if __name__ == "__main__":
    npx.random.seed(1)
    random.seed(1)
    linear_regression()
    softmax = nn.Sequential()
    softmax.add(nn.Dense(10))
    classification("softmax regression", softmax, 4 if QUICK else 20, 0.02, 0.88)
    classification("LeNet", lenet(), 3 if QUICK else 10, 0.005, 0.9)
