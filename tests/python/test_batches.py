"""Batches whose images are apart run some images at a time: same results, smaller arenas."""

import re
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import weft
from weft import gluon, np, npx, runtime
from weft.gluon import nn
from weft_files import changed

SHAPE = (4, 3, 320, 448)


class Network(gluon.HybridBlock):
    """Convolutions around a tail that says what becomes of their result."""

    def __init__(self, tail: Callable[..., Any]) -> None:
        super().__init__()
        self.first = nn.Conv2D(12, 3, padding=1, in_channels=3, activation="relu")
        self.second = nn.Conv2D(12, 3, padding=1, in_channels=12)
        self.norm = nn.BatchNorm(in_channels=12)
        self.pool = nn.MaxPool2D(2)
        self.tail = tail

    def forward(self, x: Any, *more: Any) -> Any:
        x = self.first(x)
        return self.tail(self.pool(npx.relu(self.norm(self.second(x)) + x)), *more)


def images(shape: tuple[int, ...] = SHAPE) -> Any:
    return np.array(numpy.random.default_rng(7).standard_normal(shape).astype("float32"))


def run(net: Any, inputs: list[Any], passes: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Results of the hybridized network as NumPy arrays, and the bytes of its arena."""
    monkeypatch.setenv("WEFT_PASSES", passes)
    net.hybridize()
    found = net(*inputs)
    arena = net.plan_memory()["arena"]
    net.hybridize(False)
    found = found if isinstance(found, tuple | list) else [found]
    return [numpy.asarray(array) for array in found], arena


def results_of_parts(net: Any, inputs: list[Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Those of the batch in parts, which are those of the whole batch."""
    whole, arena = run(net, inputs, "-batch", monkeypatch)
    parts, arena_of_part = run(net, inputs, "", monkeypatch)
    assert arena_of_part < 0.6 * arena
    for a, b in zip(parts, whole, strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
    return parts


APART = {
    "pooled": lambda x: x.mean(axis=(2, 3)),
    "flattened": lambda x: npx.batch_flatten(x).reshape((4, 12, -1)).sum(axis=-1),
    "concatenated": lambda x: np.concatenate([x, 2 * x], axis=1),
    "channels last": lambda x: x.transpose((0, 2, 3, 1)),
    "two results": lambda x: (x + 1, x.sum(axis=1, keepdims=True)),
}


@pytest.mark.parametrize("tail", APART.values(), ids=APART)
def test_parts_give_what_the_batch_gives(tail: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    net = Network(tail)
    net.initialize()
    for array in results_of_parts(net, [images()], monkeypatch):
        assert not numpy.array_equal(array[0], array[-1])


def test_products_of_images_and_inputs_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def tail(x: Any, offset: Any, weight: Any) -> Any:
        return np.matmul(x.mean(axis=(2, 3)) + offset, weight), weight * 2

    net = Network(tail)
    net.initialize()
    offset = images((4, 12))
    inputs = [images(), offset, images((12, 5))]
    results_of_parts(net, inputs, monkeypatch)


MIXED = {
    "mean over the batch": lambda x: x - x.mean(axis=0, keepdims=True),
    "rolled": lambda x: np.roll(x, 1, axis=0),
    "an image of every one": lambda x: x + x[:1],
    "reversed": lambda x: x[::-1],
    "softmax of the batch": lambda x: npx.softmax(x, axis=0),
    "axes merged": lambda x: x.reshape((2, 24, 160, 224)).mean(axis=(2, 3)),
    "batch last": lambda x: x.transpose((1, 2, 3, 0)).sum(axis=(1, 2)),
    "shuffled": lambda x: np.take(x, np.array([2, 0, 3, 1]), axis=0),
}


@pytest.mark.parametrize("tail", MIXED.values(), ids=MIXED)
def test_batches_whose_images_mix_stay_whole(tail: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    net = Network(tail)
    net.initialize()
    x = images()
    whole, arena = run(net, [x], "-batch", monkeypatch)
    also, same_arena = run(net, [x], "", monkeypatch)
    assert same_arena == arena
    for a, b in zip(also, whole, strict=True):
        numpy.testing.assert_array_equal(a, b)


def test_int8_batches_run_in_parts_with_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Network(lambda x: x.mean(axis=(2, 3)))
    net.initialize()
    x = images((16, *SHAPE[1:]))
    quantized = weft.quantize(net, [x[:1]])
    whole, arena = run(quantized, [x], "-batch", monkeypatch)
    parts, arena_of_part = run(quantized, [x], "", monkeypatch)
    assert arena_of_part < 0.6 * arena
    numpy.testing.assert_array_equal(parts[0], whole[0])


def test_an_exported_batch_runs_in_parts(tmp_path: Any) -> None:
    net = Network(lambda x: x.mean(axis=(2, 3)))
    net.initialize()
    x = images()
    wanted = net(x)
    net.export(tmp_path / "net.weft", x)
    model = weft.runtime.Model(str(tmp_path / "net.weft"))
    context = model.context()
    found = context.run(numpy.asarray(x))
    found = found[0] if isinstance(found, tuple | list) else found
    numpy.testing.assert_allclose(found, numpy.asarray(wanted), rtol=1e-4, atol=1e-4)
    assert model.arena_bytes("forward") < 4 * 12 * 320 * 448 * 4


@pytest.fixture
def packed(tmp_path: Any) -> Any:
    """A packed file of a batch in four parts, its input, and the result of the plain one."""
    net = Network(lambda x: (x + 1, x.sum(axis=(1, 2))))
    net.initialize()
    x = images()
    net.export(tmp_path / "plain.weft", x)
    net.export(tmp_path / "packed.weft", x, pack=True)
    plain = runtime.Model(tmp_path / "plain.weft").context().run(x.asnumpy())
    return tmp_path / "packed.weft", x.asnumpy(), [numpy.array(result) for result in plain]


def test_packed_files_run_parts(packed: Any) -> None:
    path, x, plain = packed
    model = runtime.Model(path)
    assert ", a batch in 4 parts" in model.text
    assert "part batches" in runtime.operators(path).splitlines()  # for a library of its operators
    results = model.context().run(x)
    assert model.arena_bytes() < 4 * x.nbytes  # what the first layer makes of the whole batch
    for result, wanted in zip(results, plain, strict=True):
        numpy.testing.assert_array_equal(numpy.asarray(result), wanted)


DAMAGE = {
    "its batch must have at least 2 parts": {"parts": 0},
    "into 3 equal parts; got float32(4, 3, 320, 448)": {"parts": 3},
    "its batch must list inputs in [0, 1); got 1": {"inputs": [1]},
    "its batch must list at least one of the inputs": {"inputs": []},
    "its batch must have a list of outputs": {"outputs": None},
    "output `output1` must be": {"outputs": [0]},
}


def test_parts_with_random_numbers_are_refused(packed: Any, tmp_path: Any) -> None:
    def draw(entry: dict[str, Any]) -> None:
        entry["packed"]["graph"]["ordinals"] = 1

    with pytest.raises(OSError, match="must not have states, random numbers or effects"):
        runtime.Model(changed(packed[0], tmp_path / "damaged.weft", draw))


@pytest.mark.parametrize(("message", "change"), DAMAGE.items())
def test_damaged_parts_are_refused(
    packed: Any, tmp_path: Any, message: str, change: dict[str, Any]
) -> None:
    path, _, _ = packed
    damaged = changed(
        path, tmp_path / "damaged.weft", lambda entry: entry["packed"]["batch"].update(change)
    )
    with pytest.raises(OSError, match=re.escape(message)):
        runtime.Model(damaged)
