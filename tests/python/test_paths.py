"""Paths of files whatever their names are: str with bytes that are no UTF-8, bytes, os.PathLike."""

import os
import pathlib
import sys

import numpy
import pytest
import weft
from weft import gluon, np, npx, runtime
from weft.gluon import nn

NAME = b"caf\xe9 \xff"  # no UTF-8
KINDS = {
    "str": os.fsdecode,
    "bytes": bytes,
    "Path": lambda path: pathlib.Path(os.fsdecode(path)),
}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="not run: names of files are bytes on Linux alone"
)


def net_of():
    net = nn.Dense(2, in_units=3)
    net.initialize(weft.init.Normal(0.5))
    return net


def arrays(path):
    npx.save(path, {"x": np.arange(3)})
    return npx.load(path)["x"].tolist() == [0, 1, 2]


def in_background(path):
    npx.save(path, {"x": np.arange(3)}, background=True).wait()
    return npx.load(path)["x"].tolist() == [0, 1, 2]


def parameters(path):
    net, other = net_of(), net_of()
    net.save_parameters(path)
    other.load_parameters(path)
    return bool((net.weight.data() == other.weight.data()).all())


def entries(path):
    net, x = net_of(), np.ones((1, 3))
    net.export(path, x)
    block = gluon.SymbolBlock.imports(path)
    return numpy.array_equal(block(x).asnumpy(), net(x).asnumpy())


def run(path):
    net, x = net_of(), np.ones((1, 3))
    net.export(path, x, pack=True)
    if isinstance(path, bytes):  # which are a file's content to `Model`
        path = os.fsdecode(path)
    (out,) = runtime.Model(path).context().run(x.asnumpy())
    return numpy.allclose(out, net(x).asnumpy())


def trainer_states(path):
    net = net_of()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    trainer.save_states(path)
    trainer.load_states(path)
    return True


def checkpoints(path):
    net = net_of()
    weft.checkpoint.save_checkpoint(path, net=net)
    weft.checkpoint.load_checkpoint(path, net=net)
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "door",
    [arrays, in_background, parameters, entries, run, trainer_states, checkpoints],
    ids=lambda door: door.__name__,
)
def test_a_name_may_be_any_bytes(door, kind, tmp_path):
    path = os.fsencode(tmp_path) + b"/" + NAME
    if door in (parameters,):
        path += b".safetensors"
    assert door(KINDS[kind](path))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "door",
    [npx.load, gluon.SymbolBlock.imports, runtime.pack, weft.library.load],
    ids=["load", "imports", "pack", "library"],
)
def test_a_missing_file_is_named(door, kind, tmp_path):
    path = os.fsencode(tmp_path) + b"/" + NAME
    with pytest.raises(OSError, match="caf") as caught:
        door(KINDS[kind](path))
    assert r"caf\xe9 \xff" in str(caught.value)


@pytest.mark.parametrize("path", ["a\0b", b"a\0b", pathlib.Path("a\0b")])
def test_a_name_with_nul_is_refused(path):
    for door in (npx.load, gluon.SymbolBlock.imports):
        with pytest.raises(ValueError, match=r"must not have NUL characters; got 'a\\x00b'"):
            door(path)


def test_what_is_no_path_is_refused():
    for door in (npx.load, gluon.SymbolBlock.imports, runtime.pack):
        with pytest.raises(TypeError, match=r"str, bytes or os\.PathLike object, not int"):
            door(5)
