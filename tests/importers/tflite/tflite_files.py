"""Kept TensorFlow Lite models, and what LiteRT gave for them."""

import functools
from pathlib import Path

import numpy
import weft
from weft import np

FOLDER = Path(__file__).resolve().parents[2] / "models" / "tflite"
NETWORKS = {path.stem: path for path in sorted(FOLDER.glob("*.tflite"))}
OPERATORS = {path.stem: path for path in sorted(FOLDER.glob("operators/*.tflite"))}
FILES = NETWORKS | OPERATORS
REFUSED = ("batch_matmul_int16", "log_softmax_int8")
CALLS = 3
# Weights of int8 beside float data: LiteRT rounds the data to int8 at each call, Weft does not.
HYBRID = {"kws_dscnn_float": 0.05}
# Where the last output says that the others are valid; else the library leaves them as they are.
SOMETIMES = {"signal_stacker", "signal_framer_late"}


@functools.cache
def goldens():
    with numpy.load(FOLDER / "goldens.npz") as file:
        return dict(file)


def ports(name, call, kind):
    """The inputs or the outputs of a call, in their order."""
    numbers = range(sum(key.startswith(f"{name}/{kind}") for key in goldens()))
    return [goldens()[f"{name}/{kind}{number}"][call] for number in numbers]


def listed(found):
    """The outputs of a block as NumPy arrays."""
    found = found if isinstance(found, list | tuple) else [found]
    return [numpy.asarray(y.asnumpy() if hasattr(y, "asnumpy") else y) for y in found]


def check(name, call, found):
    """Integers must be LiteRT's in every bit, floats close to them."""
    wanted = ports(name, call, "out")
    assert len(found) == len(wanted) > 0
    if name in SOMETIMES and not wanted[-1]:
        assert not found[-1]
        return
    for y, z in zip(found, wanted, strict=True):
        assert y.shape == z.shape and y.dtype == z.dtype
        if z.dtype.kind == "f":
            numpy.testing.assert_allclose(y, z, rtol=1e-5, atol=HYBRID.get(name, 2e-6))
        else:
            numpy.testing.assert_array_equal(y, z)


def arrays(name, call):
    return [np.array(x) for x in ports(name, call, "in")]


def load(name, **options):
    return weft.tflite.load(FILES[name], **options)
