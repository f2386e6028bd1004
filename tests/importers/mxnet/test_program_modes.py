"""Which arrays a program gets from data sources, parameters and states, when it sets nothing: those
that its words name. Each program runs in a process of its own."""

import subprocess
import sys

import pytest

SOURCES = """
import numpy
from {package} import autograd, gluon, image, io
found = []
batch = next(io.NDArrayIter(numpy.ones((4, 2), "float32"), numpy.ones(4), 2))
found += [batch.data[0], batch.label[0]]
samples = gluon.data.ArrayDataset(numpy.ones((4, 2), "float32"), numpy.ones(4))
found += next(iter(gluon.data.DataLoader(samples, 2)))
found += gluon.utils.split_and_load(numpy.ones((4, 2)), [mx.cpu()])
net = gluon.nn.Dense(2, in_units=2)
net.initialize()
found += [net.weight.data(), net.weight.grad()]
found += gluon.rnn.LSTMCell(3).begin_state(2) + gluon.rnn.LSTM(3).begin_state(2)
found += [image.copyMakeBorder(numpy.zeros((4, 4, 3), "uint8"), 1, 1, 1, 1)]
print(*sorted({{type(array).__name__ for array in found}}))
"""


def kinds(tmp_path, words, package="weft.mxnet", before=()):
    path = tmp_path / "program.py"
    path.write_text(words + SOURCES.format(package=package))
    done = subprocess.run(
        [sys.executable, *before, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("import weft.mxnet as mx; mx.nd.ones(2)", "NDArray"),
        ("import weft.mxnet as mx; from weft.mxnet import nd", "NDArray"),
        ("import weft.mxnet as mx", "ndarray"),
        ("import weft.mxnet as mx; mx.np.ones(2)", "ndarray"),
        ("import weft.mxnet as mx; from weft.mxnet import nd, np", "ndarray"),
        ("import weft.mxnet as mx; mx.nd.ones(2); mx.npx.set_np()", "ndarray"),
        ("import weft.mxnet as mx; mx.npx.reset_np()", "NDArray"),
    ],
)
def test_sources_give_the_arrays_that_a_program_names(tmp_path, words, kind):
    assert kinds(tmp_path, words) == [kind]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("import mxnet as mx", "NDArray"),
        ("import mxnet as mx; from mxnet.ndarray import NDArray", "NDArray"),
        ("import mxnet as mx; from mxnet import np, npx; npx.set_np()", "ndarray"),
    ],
)
def test_under_the_name_of_mxnet_sources_give_what_mxnet_gives(tmp_path, words, kind):
    assert kinds(tmp_path, words, "mxnet", ("-m", "weft.mxnet")) == [kind]


@pytest.mark.parametrize("before", [("-m", "weft.mxnet", "--as", "1.9.1")])
def test_libraries_are_told_the_version_that_they_take(before):
    code = "import mxnet; print(mxnet.__version__, mxnet.libinfo.__version__)"
    done = subprocess.run(
        [sys.executable, *before, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["1.9.1", "1.9.1"]


def test_a_version_that_is_none_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "weft.mxnet", "--as", "new", "-c", "1"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "--as needs a version" in done.stderr
