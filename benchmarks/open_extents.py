"""Files with open extents beside files of one shape: what a batch that may change costs.

    python benchmarks/open_extents.py [name ...]

Each network is exported twice, and both files run the same input. Open files may run any batch (and
images any height and width), so a plan is made when a batch first comes; weights are packed then,
once for each layout. Aim: at most 5 % beside the file of one shape.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import side_by_side
import weft
from weft import gluon, np, runtime
from weft.gluon import nn, rnn
from weft.gluon.model_zoo import vision

IMAGES = {0: "batch", 2: "height", 3: "width"}
Made = tuple[gluon.HybridBlock, numpy.ndarray, dict[int, str]]


def values(*shape: int) -> numpy.ndarray:
    """Numbers of a normal distribution, always the same."""
    return numpy.random.default_rng(0).standard_normal(shape).astype("float32")


def started(net: gluon.HybridBlock, x: numpy.ndarray, opens: dict[int, str]) -> Made:
    """The network with weights and shapes, its input, and the extents that are open."""
    net.initialize(weft.init.Xavier())
    net(np.array(x))
    return net, x, opens


def images(name: str, batch: int, size: int = 224) -> Callable[[], Made]:
    """A network of the zoo with everything open but the channels."""
    return lambda: started(vision.get_model(name), values(batch, 3, size, size), IMAGES)


def dense() -> Made:
    """Three layers, of which memory is the bound."""
    layers = [nn.Dense(1024, activation="relu") for _ in range(3)]
    return started(nn.HybridSequential(*layers), values(4, 1024), {0: "batch"})


def recurrent() -> Made:
    """Two layers of LSTM over short sequences."""
    net = rnn.LSTM(128, 2, layout="NTC")
    return started(net, values(2, 20, 64), {0: "batch", 1: "time"})


def int8() -> Made:
    """A small residual network in int8."""
    net, x, opens = images("resnet18_v1", 1)()
    return weft.quantization.quantize(net, [np.array(x)]), x, opens


def volumes() -> Made:
    """Convolutions of volumes."""
    layers = [nn.Conv3D(32, 3, padding=1, activation="relu") for _ in range(3)]
    opens = {0: "batch", 2: "depth", 3: "height", 4: "width"}
    return started(nn.HybridSequential(*layers), values(1, 16, 8, 28, 28), opens)


NETWORKS: dict[str, Callable[[], Made]] = {
    "resnet18_v1": images("resnet18_v1", 1),
    "resnet18_v1, 4 images": images("resnet18_v1", 4),
    "mobilenet_v2_1_0": images("mobilenet_v2_1_0", 1),
    "resnet18_v1, int8": int8,
    "three dense layers": dense,
    "lstm": recurrent,
    "volumes": volumes,
}


def runner(path: Path, x: numpy.ndarray) -> Callable[[], Any]:
    """A call of the file's entry point."""
    context = runtime.Model(str(path)).context()
    context.run(x)
    return lambda: context.run(x)


def main(names: list[str]) -> None:
    """Times the networks whose names contain one of the words."""
    report = side_by_side.Report("open extents beside one shape")
    wanted = [name for name in names if not name.endswith(".json")]
    for name, make in NETWORKS.items():
        if wanted and not any(part in name for part in wanted):
            continue
        np.random.seed(0)
        net, x, opens = make()
        with tempfile.TemporaryDirectory() as folder:
            files = {kind: Path(folder, f"{kind}.weft") for kind in ("fixed", "open")}
            example = np.array(x)
            net.export(str(files["fixed"]), example)
            port = runtime.Model(str(files["fixed"])).context().inputs[0]
            net.export(str(files["open"]), example, dynamic={port.name: opens})
            report.compare(name, {kind: runner(path, x) for kind, path in files.items()}, "fixed")
    report.save()


if __name__ == "__main__":
    main(sys.argv[1:])
