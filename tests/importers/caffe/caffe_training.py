"""Solvers of Caffe that tests write: small nets with data, and the updates in NumPy."""

import sys
from pathlib import Path

import numpy

DIGITS = Path(__file__).resolve().parents[3] / "examples" / "digits"

REGRESSION = """
layer { name: "made" type: "MemoryData" top: "x" top: "t" memory_data_param { batch_size: 4 } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
  inner_product_param { num_output: 1 weight_filler { type: "gaussian" std: 0.5 }
    bias_filler { type: "constant" value: 0.25 } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "t" top: "loss" }
"""

NETWORK = """
name: "digits"
%s
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  param { lr_mult: 1 } param { lr_mult: 2 }
  convolution_param { num_output: 16 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "drop" type: "Dropout" bottom: "pool1" top: "pool1"
  dropout_param { dropout_ratio: 0.2 } }
layer { name: "ip" type: "InnerProduct" bottom: "pool1" top: "ip"
  inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
  include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def write_solver(folder: Path, net: str, text: str) -> Path:
    """Writes a net and a solver; the solver's path."""
    (folder / "net.prototxt").write_text(net)
    path = folder / "solver.prototxt"
    path.write_text(f'net: "net.prototxt"\n{text}\n')
    return path


def regression_data():
    """Rows and targets for `REGRESSION`."""
    random = numpy.random.default_rng(5)
    x = random.normal(size=(12, 3, 1, 1)).astype("float32")
    t = (x.reshape(12, 3) @ numpy.array([[1.0], [-2.0], [0.5]]) + 0.75).astype("float32")
    return x, t


def digits():
    """((images, labels) to train, (images, labels) to test), images as bytes."""
    sys.path.insert(0, str(DIGITS))
    try:
        import digits as found
    finally:
        sys.path.remove(str(DIGITS))
    (a, b), (c, d) = found.split()
    return ((a * 16).astype("uint8"), b), ((c * 16).astype("uint8"), d)


def write_lmdb(path: Path, images, labels, encoded=False) -> None:
    """Writes images and labels as Caffe's tools do."""
    import lmdb
    from weft.caffe._messages import message

    with lmdb.open(str(path), map_size=1 << 26) as base, base.begin(write=True) as transaction:
        for number, (image, label) in enumerate(zip(images, labels, strict=True)):
            datum = message("Datum")(label=int(label))
            if encoded:
                import cv2

                datum.encoded = True
                datum.data = cv2.imencode(".png", image.transpose(1, 2, 0))[1].tobytes()
            else:
                datum.channels, datum.height, datum.width = image.shape
                datum.data = image.tobytes()
            transaction.put(b"%08d" % number, datum.SerializeToString())


class Reference:
    """The updates of Caffe's solvers on `REGRESSION`, in float64."""

    def __init__(self, weight, bias, **options):
        self.values = [weight.astype("float64"), bias.astype("float64")]
        self.options = {"momentum": 0.0, "delta": 1e-8, "decay": 0.0, "kind": "L2"} | options
        self.first = [numpy.zeros_like(value) for value in self.values]
        self.second = [numpy.zeros_like(value) for value in self.values]
        self.count = 0

    def gradients(self, x, t):
        """Of the loss, half the mean square."""
        x = x.reshape(len(x), -1).astype("float64")
        gap = x @ self.values[0].T + self.values[1] - t
        return [gap.T @ x / len(x), gap.sum(0) / len(x)]

    def step(self, solver, rate, gradients, clip=0.0):
        """One update."""
        norm = numpy.sqrt(sum((g**2).sum() for g in gradients))
        if clip and norm > clip:
            gradients = [g * clip / norm for g in gradients]
        self.count += 1
        for place, gradient in enumerate(gradients):
            value = self.values[place]
            decay = self.options["decay"] * (1, 0)[place]
            gradient = gradient + decay * (
                value if self.options["kind"] == "L2" else numpy.sign(value)
            )
            change = getattr(self, solver)(place, gradient, rate * (1, 2)[place])
            self.values[place] = value - change

    def SGD(self, k, g, rate):  # noqa: N802
        self.first[k] = self.options["momentum"] * self.first[k] + rate * g
        return self.first[k]

    def Nesterov(self, k, g, rate):  # noqa: N802
        momentum, before = self.options["momentum"], self.first[k]
        self.first[k] = momentum * before + rate * g
        return (1 + momentum) * self.first[k] - momentum * before

    def AdaGrad(self, k, g, rate):  # noqa: N802
        self.first[k] = self.first[k] + g**2
        return rate * g / (numpy.sqrt(self.first[k]) + self.options["delta"])

    def RMSProp(self, k, g, rate):  # noqa: N802
        decay = self.options["rms_decay"]
        self.first[k] = decay * self.first[k] + (1 - decay) * g**2
        return rate * g / (numpy.sqrt(self.first[k]) + self.options["delta"])

    def AdaDelta(self, k, g, rate):  # noqa: N802
        momentum, delta = self.options["momentum"], self.options["delta"]
        self.first[k] = momentum * self.first[k] + (1 - momentum) * g**2
        change = g * numpy.sqrt((self.second[k] + delta) / (self.first[k] + delta))
        self.second[k] = momentum * self.second[k] + (1 - momentum) * change**2
        return rate * change

    def Adam(self, k, g, rate):  # noqa: N802
        one, two = self.options["momentum"], self.options["momentum2"]
        self.first[k] = one * self.first[k] + (1 - one) * g
        self.second[k] = two * self.second[k] + (1 - two) * g**2
        correction = numpy.sqrt(1 - two**self.count) / (1 - one**self.count)
        step = rate * correction * self.first[k]
        return step / (numpy.sqrt(self.second[k]) + self.options["delta"])
