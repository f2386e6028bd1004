"""Nets and weights of Caffe that tests write, and what runs them: Weft, and OpenCV where it has a
reader of Caffe's files."""

from pathlib import Path

import numpy
import weft
from weft import np
from weft.caffe._write import weights_message, write_message


def random_array(*shape, seed=0, low=-1.0, high=1.0):
    """Numbers of float32 that are the same each time."""
    return numpy.random.default_rng(seed).uniform(low, high, shape).astype("float32")


def write_net(folder: Path, text: str, *, seed: int = 0, name: str = "net") -> tuple[Path, Path]:
    """Writes a prototxt, and a .caffemodel with random weights for it; the paths of both."""
    prototxt, weights = folder / f"{name}.prototxt", folder / f"{name}.caffemodel"
    prototxt.write_text(text)
    values = weights_of(prototxt, seed)
    write_message(weights_message(name, layers_of(prototxt), values), weights, "test")
    return prototxt, weights


def layers_of(prototxt: Path):
    """The layers of a net."""
    from weft.caffe._layers import layers_of as found
    from weft.caffe._program import state_of
    from weft.caffe._read import read_net

    net = read_net(prototxt, "test")
    return found(net, state_of(net, "TEST"), {})


def weights_of(prototxt: Path, seed: int) -> dict:
    """Random weights for each layer, positive where they are variances."""
    random = numpy.random.default_rng(seed)
    values: dict = {}
    for name, parameter in weft.caffe.load(prototxt).collect_params().items():
        layer, blob = name.rsplit(".", 1)
        if blob in ("hidden", "cell"):
            continue
        low = 0.5 if blob in ("variance", "factor") else -1.0
        values.setdefault(layer, []).append(random.uniform(low, 1.0, parameter.shape))
    return {n: [v.astype("float32") for v in vs] for n, vs in values.items()}


def run(prototxt: Path, weights: Path | None, *inputs, hybridized: bool = False):
    """What Weft gives for inputs, as NumPy arrays."""
    net = weft.caffe.load(prototxt, weights)
    if hybridized:
        net.hybridize()
    found = net(*(np.array(x) for x in inputs))
    found = found if isinstance(found, tuple) else (found,)
    return [y.asnumpy() for y in found]


def run_opencv(prototxt: Path, weights: Path, *inputs):
    """What OpenCV gives for the same inputs."""
    import cv2

    net = cv2.dnn.readNetFromCaffe(str(prototxt), str(weights))
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    names = [port.name for port in weft.caffe.load(prototxt).ports]
    for name, value in zip(names, inputs, strict=True):
        net.setInput(value, name)
    return list(net.forward(net.getUnconnectedOutLayersNames()))


def layer(kind: str, options: str = "", *, name="y", bottoms=("x",), tops=("y",), more="") -> str:
    """A layer as text."""
    lines = [f'bottom: "{bottom}"' for bottom in bottoms] + [f'top: "{top}"' for top in tops]
    return f'layer {{ name: "{name}" type: "{kind}" {" ".join(lines)} {options} {more} }}\n'


def inputs(**shapes) -> str:
    """Layers for inputs of a net, as text."""
    found = ""
    for name, shape in shapes.items():
        dims = " ".join(f"dim: {extent}" for extent in shape)
        found += (
            f'layer {{ name: "{name}" type: "Input" top: "{name}" '
            f"input_param {{ shape {{ {dims} }} }} }}\n"
        )
    return found


def mutants(content: bytes, count: int, seed: int):
    """Versions of a file: cut off, with changed, doubled and missing parts."""
    random = numpy.random.default_rng(seed)
    for _ in range(count):
        changed = bytearray(content)
        place = int(random.integers(len(changed)))
        kind = int(random.integers(4))
        if kind == 0:
            del changed[place:]
        elif kind == 1:
            changed[place] = int(random.integers(256))
        elif kind == 2:
            del changed[place : place + int(random.integers(1, 30))]
        else:
            part = changed[place : place + int(random.integers(1, 30))]
            changed[place:place] = part
        yield bytes(changed)
