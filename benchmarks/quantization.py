"""What small networks lose in accuracy: int8, pruned, clustered, in halves, beside float32.

    python benchmarks/quantization.py [folder of Fashion-MNIST] [results.json]

Handwritten digits by five folds, so that each of the 1,797 is tested once, with the example's
network and with LeNet's layers; and Fashion-MNIST's 10,000 test images with its example's network
where the data is installed (see examples/fashion_mnist), else that part is printed as missing. What
is asked of the digits and of Fashion-MNIST:

- int8 after calibration loses at most 0.5 points of accuracy, trained for int8 at most 0.1; both
  give the same answer as float32 for at least 99 % of the images.
- Weights and biases of int8 take at most 0.27 of those of float32. (`bytes` has the multipliers and
  shifts of each channel, too, which count where layers are tiny.)
- 60 % fewer multiplications, by whole channels, lose at most 0.5 points after as much training as
  the network has had.

Ends with a non-zero status where this does not hold. Methods of calibration, equalization, bias
correction, masks, 2:4, clusters and halves are there for comparison; so are the ranges of
PyTorch's observers where it is installed. What is recorded: results/quantization.json. Takes
minutes, and is not run by `make bench`.
"""

import importlib.util
import sys
from pathlib import Path

import numpy
import weft
from side_by_side import Report
from weft import autograd, gluon, init, lr_scheduler, np
from weft.gluon.data.vision import FashionMNIST
from weft.quantization import (
    Pruner,
    cluster_weights,
    prepare,
    prune,
    report,
    shrink,
    store_weights,
)

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
BATCH = 64
CALIBRATION = 512  # images
MOST_LOSS, MOST_LOSS_TRAINED, LEAST_AGREEMENT, MOST_BYTES = 0.5, 0.1, 0.99, 0.27
LESS_MACS = 0.6


def _module(name: str, path: Path):
    """A file of an example, by a name of its own: two of them are called `network`."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    sys.path.pop(0)
    return module


digits = _module("digits", EXAMPLES / "digits" / "digits.py")
digits_network = _module("digits_network", EXAMPLES / "digits" / "network.py")
fashion_network = _module("fashion_network", EXAMPLES / "fashion_mnist" / "network.py")
tiny_lenet = _module("tiny_lenet", EXAMPLES / "tiny" / "lenet.py")


def lenet():
    net = tiny_lenet.build()
    net.initialize(init.Xavier())
    return net


class Data:
    """Arrays to train with and to test with."""

    def __init__(self, train, test):
        (self.images, self.labels), (self.test_images, self.test_labels) = train, test
        self.loader = gluon.data.DataLoader(
            gluon.data.ArrayDataset(self.images, self.labels),
            BATCH,
            shuffle=True,
            last_batch="discard",
        )
        self.calibration = np.array(self.images[:CALIBRATION])

    def train(self, net, epochs, rate, loss=None, teacher=None, after=None, each=None):
        """Trains with Adam and a cosine; after: called with the number of each epoch that is over;
        each: after each step."""
        schedule = lr_scheduler.CosineScheduler(max_update=epochs * len(self.loader))
        options = {"learning_rate": rate, "lr_scheduler": schedule}
        trainer = gluon.Trainer(net.collect_params(), "adam", options)
        step = trainer.compile(net, loss or gluon.loss.SoftmaxCrossEntropyLoss())
        for epoch in range(epochs):
            for images, labels in self.loader:
                step(images, labels if teacher is None else (teacher(images), labels))
                if each is not None:
                    each()
            if after is not None:
                after(epoch + 1)

    def tuned(self, net, teacher, epochs, rate, **options):
        """Trains on, with the answers of the network that it was made of."""
        loss = gluon.loss.DistillationLoss(2.0, 0.9)
        self.train(net, epochs, rate, loss, teacher, **options)

    def scores(self, net):
        with autograd.predict_mode():
            parts = [
                net(np.array(self.test_images[i : i + 1000])).asnumpy()
                for i in range(0, len(self.test_images), 1000)
            ]
        return numpy.concatenate(parts)


def copied(net, build, images):
    """A network of its own with the same parameters."""
    other = build()
    other(images[:1])
    other.load_dict({name: p.data().copy() for name, p in net.collect_params().items()})
    return other


def weight_bytes(net):
    """Of weights and biases, without what int8 rescales sums by."""
    left_out = ("_multiplier", "_shift", "_factor")
    parameters = net.collect_params().items()
    return sum(p.data().nbytes for name, p in parameters if not name.endswith(left_out))


class Tally:
    """Answers over all folds."""

    def __init__(self):
        self.right, self.same, self.count, self.ratios = {}, {}, 0, {}

    def note(self, what, scores, wanted, labels):
        answers = scores.argmax(1)
        self.right[what] = self.right.get(what, 0) + int((answers == labels).sum())
        self.same[what] = self.same.get(what, 0) + int((answers == wanted.argmax(1)).sum())

    def rows(self, name):
        whole = self.right["float32"]
        for what, right in self.right.items():
            yield {
                "what": name,
                "who": what,
                "accuracy": right / self.count,
                "points_lost": 100 * (whole - right) / self.count,
                "agreement": self.same[what] / self.count,
                **{key: float(numpy.mean(found)) for key, found in self.ratios[what].items()},
            }


def variants(data, net, build, rate, trained, epochs):
    """Small networks by name, each made when it is asked for; trained: for how many epochs the
    network was, epochs: for how many others are that start from its weights."""
    calibration = data.calibration
    options = {
        "int8": {},
        "int8 percentile": {"percentile": 99.9},
        "int8 mse": {"method": "mse"},
        "int8 entropy": {"method": "entropy"},
        "int8 equalize": {"equalize": True},
        "int8 bias correction": {"bias_correction": True},
    }
    for what, chosen in options.items():
        yield what, weft.quantize(net, calibration, **chosen)
    yield "float16", store_weights(net, "float16")
    yield "bfloat16", store_weights(net, "bfloat16")

    def fresh():
        return copied(net, build, calibration)

    prepared = prepare(fresh(), calibration)

    def freeze(epoch):
        if epoch == epochs - 1:
            prepared.freeze_norms()
            prepared.freeze_ranges()

    data.tuned(prepared, net, epochs, rate / 10, after=freeze)
    yield "int8 trained", weft.quantize(prepared)

    small = shrink(net, calibration, macs=LESS_MACS, scope="global")
    data.tuned(small, net, trained, rate)
    yield "shrunk", small
    yield "shrunk int8", weft.quantize(small, calibration)

    sparse = fresh()
    steps = epochs * len(data.loader) // 2
    data.tuned(sparse, net, epochs, rate / 3, each=Pruner(sparse, 0.8, steps=steps, every=4).step)
    yield "80 % zeros", sparse
    sparse = fresh()
    prune(sparse, "2:4")
    data.tuned(sparse, net, epochs, rate / 3)
    yield "2:4", sparse

    clustered = cluster_weights(net, 16)
    data.tuned(clustered, net, epochs, rate / 10)
    yield "16 clusters", clustered


def measure(tally, data, build, epochs, rate, tuning):
    """Trains a network, and notes what becomes of it."""
    net = build()
    net(data.calibration[:1])
    net.hybridize()
    data.train(net, epochs, rate)
    wanted = data.scores(net)
    tally.count += len(wanted)
    tally.note("float32", wanted, wanted, data.test_labels)
    tally.ratios.setdefault("float32", {})
    for what, small in variants(data, net, build, rate, epochs, tuning):
        small.hybridize()
        tally.note(what, data.scores(small), wanted, data.test_labels)
        found = report(net, small, data.calibration[:64])
        kept = tally.ratios.setdefault(what, {k: [] for k in ("bytes", "weights", "macs", "zeros")})
        kept["weights"].append(weight_bytes(small) / weight_bytes(net))
        kept["bytes"].append(found.bytes[1] / found.bytes[0])
        kept["macs"].append(found.macs[1] / found.macs[0])
        sizes = [p.data().size for p in net.collect_params().values() if len(p.shape) > 1]
        zeros = [layer.zeros[1] for layer in found.layers]
        kept["zeros"].append(float(numpy.average(zeros, weights=sizes)))


def print_rows(rows, failures):
    for row in rows:
        print(
            f"  {row['what']:14} {row['who']:21} {row['accuracy']:8.2%}  lost "
            f"{row['points_lost']:6.2f}  agrees {row['agreement']:8.2%}"
            + "".join(
                f"  {key} {row[key]:.3f}" for key in ("bytes", "weights", "macs") if key in row
            )
        )
        limits = {"int8": MOST_LOSS, "int8 trained": MOST_LOSS_TRAINED, "shrunk": MOST_LOSS}
        who = f"{row['what']}, {row['who']}"
        if row["who"] not in limits:
            continue
        if row["points_lost"] > limits[row["who"]]:
            failures.append(f"{who}: loses more than {limits[row['who']]} points")
        if row["who"] == "shrunk":
            if row["macs"] > 1 - LESS_MACS:
                failures.append(f"{who}: too many multiplications")
        elif row["agreement"] < LEAST_AGREEMENT or row["weights"] > MOST_BYTES:
            failures.append(f"{who}: other answers, or more bytes, than asked for")


def of_digits():
    for fold in range(digits.FOLDS):
        weft.random.seed(fold)
        numpy.random.seed(fold)
        yield Data(*digits.split(fold))


def of_fashion(folder):
    sets = FashionMNIST(folder), FashionMNIST(folder, train=False)
    arrays = []
    for chosen in sets:
        images, labels = fashion_network.test_images(chosen)
        arrays.append((images.asnumpy(), numpy.array(labels)))
    weft.random.seed(1)
    yield Data(*arrays)


def compare_observers(bench, data):
    """Ranges of an activation beside PyTorch's observers."""
    if importlib.util.find_spec("torch") is None:
        bench.missing("torch")
        return
    import torch
    from torch.ao.quantization import HistogramObserver, MinMaxObserver
    from weft.quantization._observers import Entropy, Extremes, MeanSquare

    generator = numpy.random.default_rng(0)
    batches = {
        "digits": [data.images[i : i + 64] for i in range(0, 512, 64)],
        "normal": [generator.normal(size=4096).astype("float32") for _ in range(8)],
        "student t": [generator.standard_t(3, 4096).astype("float32") for _ in range(8)],
    }
    pairs = {
        "minmax": (Extremes, MinMaxObserver),
        "mse": (MeanSquare, HistogramObserver),
        "entropy": (Entropy, None),
    }
    for name, parts in batches.items():
        every = numpy.concatenate([part.ravel() for part in parts])
        for method, (ours, theirs) in pairs.items():
            observer = ours()
            for part in parts:
                observer.add(np.array(part), float(part.min()), float(part.max()))
            found = {"weft": observer.range().scale}
            if theirs is not None:
                peer = theirs(dtype=torch.qint8, qscheme=torch.per_tensor_affine)
                for part in parts:
                    peer(torch.from_numpy(part))
                step, zero = peer.calculate_qparams()
                found["torch"] = (float(step[0]), int(zero[0]))
            for who, (step, zero) in found.items():
                rounded = (numpy.clip(numpy.rint(every / step) + zero, -128, 127) - zero) * step
                error = float(((rounded - every) ** 2).mean())
                row = {"what": f"range of {name}", "who": f"{who} {method}"}
                bench.rows.append({**row, "step": step, "zero": zero, "mean_square": error})
                print(
                    f"  {row['what']:20} {row['who']:15} step {step:.6f} zero {zero:4} {error:.3e}"
                )


def main(arguments):
    folder = next((a for a in arguments if not a.endswith(".json")), FashionMNIST.DEBIAN)
    bench, failures = Report("small networks"), []
    compare_observers(bench, next(of_digits()))
    for name, build, epochs in (("digits", digits_network.build, 15), ("digits LeNet", lenet, 40)):
        tally = Tally()
        for data in of_digits():
            measure(tally, data, build, epochs=epochs, rate=3e-3, tuning=epochs // 2)
        rows = list(tally.rows(name))
        print_rows(rows, failures)
        bench.rows += rows
    if any(Path(folder).glob("train-images-idx3-ubyte*")):
        tally = Tally()
        for data in of_fashion(folder):
            measure(tally, data, fashion_network.build, epochs=6, rate=3e-3, tuning=3)
        rows = list(tally.rows("Fashion-MNIST"))
        print_rows(rows, failures)
        bench.rows += rows
    else:
        print(f"  no Fashion-MNIST in {folder}: that part is missing")
    bench.save()
    for failure in failures:
        print(f"  {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
