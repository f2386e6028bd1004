"""`weft compile` with little memory: images made by row tiles, and rows fed by the caller, give
the bits of C that makes whole images, and of the library."""

import re
import shutil

import numpy
import pytest
import weft
from test_c99 import FLAGS, SANITIZED, built, run
from weft import gluon, np, npx, runtime
from weft.gluon import nn

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")


@pytest.fixture(autouse=True)
def the_same_weights():
    np.random.seed(0)


def images(shape, seed=0):
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


def int8_model(net, x, folder, name="net"):
    """The network in int8, with integers for input and output, as a file of one image."""
    block = weft.quantize(net, x, integers=True)
    block.hybridize()
    one = npx.quantize(np.moveaxis(x[:1], 1, -1), *block.input_scale)
    block(one)
    block.export(folder / f"{name}.weft", one)
    return runtime.Model(folder / f"{name}.weft")


class Residual(gluon.HybridBlock):
    """What it reads, added to two convolutions of it."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.first = nn.Conv2D(channels, kernel, padding=kernel // 2, activation="relu")
        self.second = nn.Conv2D(channels, 3, padding=1)

    def forward(self, x):
        return npx.relu(x + self.second(self.first(x)))


KINDS = ("full", "depthwise", "pointwise", "pool", "residual")
GAPS = ("grouped", "dilated", "several", "place", "large", "pool")  # what has windows with gaps


def layer_with_gaps(generator, kind, channels):
    """A convolution of groups, with holes, or of another depthwise form, and its channels."""
    groups = int(generator.choice([n for n in range(1, channels + 1) if channels % n == 0]))
    stride = int(generator.choice([1, 1, 2]))
    if kind == "grouped":
        wide = groups * int(generator.choice([1, 2, 3, 4]))
        return nn.Conv2D(wide, 3, stride, 1, int(generator.choice([1, 2])), groups), wide
    if kind == "dilated":
        return nn.Conv2D(8, 3, stride, 2, 2, activation="relu"), 8
    if kind == "several":
        return nn.Conv2D(2 * channels, 3, stride, 1, groups=channels), 2 * channels
    if kind == "place":
        return nn.Conv2D(channels, 1, groups=channels, activation="relu"), channels
    return nn.Conv2D(channels, 5, stride, 2, groups=channels), channels


def random_layer(generator, channels, is_first, kinds=KINDS):
    """A layer for images of so many channels, and its own channels."""
    wide = int(generator.choice([2, 3, 4, 6, 8]))
    kernel, stride = int(generator.choice([1, 3, 3, 5])), int(generator.choice([1, 1, 2]))
    pad = int(generator.integers(0, kernel // 2 + 1))
    kind = "full" if is_first else generator.choice(kinds)
    relu = {"activation": "relu"} if generator.integers(2) else {}
    if kind == "depthwise":
        return nn.Conv2D(channels, 3, stride, 1, groups=channels, **relu), channels
    if kind == "pointwise":
        return nn.Conv2D(wide, 1, **relu), wide
    if kind == "pool":
        pool = nn.MaxPool2D if generator.integers(2) else nn.AvgPool2D
        return pool(int(generator.choice([2, 3])), 2, int(generator.integers(0, 2))), channels
    if kind in GAPS:
        return layer_with_gaps(generator, kind, channels)
    if kind == "residual":
        return Residual(channels, int(generator.choice([1, 3]))), channels
    return nn.Conv2D(wide, kernel, stride, pad, **relu), wide


def random_network(seed, kinds=KINDS):
    """Images of some shape, and layers until they are small."""
    generator = numpy.random.default_rng(seed)
    channels, height = int(generator.integers(1, 5)), int(generator.integers(17, 34))
    x = images((3, channels, height, int(generator.integers(9, 30))), seed)
    net = nn.HybridSequential()
    for _ in range(int(generator.integers(3, 9))):
        layer, channels = random_layer(generator, channels, not len(net), kinds)
        layer.initialize(weft.init.Xavier(magnitude=2))
        y = net(x) if len(net) else x
        if min(y.shape[2:]) < 7:
            break
        layer(y)
        net.add(layer)
    net.initialize()
    return net, x


def arena_of(header):
    return int(re.search(r"ARENA_BYTES (\d+)", header.read_text())[1])


def least_memory(model, folder, **options):
    with pytest.raises(ValueError, match=r"at least \d+ bytes") as error:
        model.write_c(folder, memory=1, **options)
    return int(re.search(r"at least (\d+) bytes", str(error.value))[1])


def gives_the_librarys_bits(files, folder, flags=SANITIZED):
    told = run(built(files, folder / "program", flags))
    assert re.findall(r"largest difference (\S+) of", told) == ["0"], told


RANDOM = [(seed, KINDS) for seed in range(12)] + [(seed, GAPS) for seed in range(100, 112)]


@pytest.mark.parametrize("seed, kinds", RANDOM)
def test_row_tiles_of_random_networks_give_the_same_bits(seed, kinds, tmp_path):
    net, x = random_network(seed, kinds)
    model = int8_model(net, x, tmp_path)
    whole = arena_of(model.write_c(tmp_path, name="net")[1])
    least = least_memory(model, tmp_path)
    assert least <= whole
    for memory in sorted({least, (least + whole) // 2, whole}):
        files = model.write_c(tmp_path, name="net", memory=memory, main=True)
        assert arena_of(files[1]) <= memory
        gives_the_librarys_bits(files, tmp_path)


@pytest.mark.parametrize("seed, kinds", RANDOM)
@pytest.mark.parametrize("ports_in_arena", [False, True])
def test_rows_that_are_fed_give_the_same_bits(seed, kinds, ports_in_arena, tmp_path):
    net, x = random_network(seed, kinds)
    model = int8_model(net, x, tmp_path)
    options = {"feed_rows": True, "main": True, "ports_in_arena": ports_in_arena}
    files = model.write_c(tmp_path, name="net", **options)
    gives_the_librarys_bits(files, tmp_path)


def separable(channels=3, height=48):
    """A network of depthwise-separable pairs, and an image of it."""
    net = nn.HybridSequential(nn.Conv2D(8, 3, 2, 1, activation="relu"))
    for narrow, stride, wide in ((8, 1, 16), (16, 2, 24), (24, 1, 24), (24, 2, 32)):
        net.add(nn.Conv2D(narrow, 3, stride, 1, groups=narrow, activation="relu"))
        net.add(nn.Conv2D(wide, 1, activation="relu"))
    net.add(nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(4))
    net.initialize(weft.init.Xavier(magnitude=2))
    x = images((3, channels, height, height))
    net(x)
    return net, x


def test_row_tiles_go_through_separable_pairs(tmp_path):
    net, x = separable()
    model = int8_model(net, x, tmp_path)
    whole = arena_of(model.write_c(tmp_path, name="net")[1])
    least = least_memory(model, tmp_path)
    assert least < 0.6 * whole
    files = model.write_c(tmp_path, name="net", memory=least, main=True)
    text = files[0].read_text()
    assert "_row_tiles(" in text and re.search(r"step0_\d_quantized_depthwise\(\n?", text)
    gives_the_librarys_bits(files, tmp_path)


LAYERS_WITH_GAPS = {
    "quantized_convolution_groups": {
        "two groups": lambda: nn.Conv2D(16, 3, padding=1, groups=2),
        "groups of places": lambda: nn.Conv2D(16, 1, groups=4),
        "two filters a channel": lambda: nn.Conv2D(16, 3, padding=1, groups=8),
        "groups and dilation": lambda: nn.Conv2D(16, 3, padding=2, dilation=2, groups=2),
    },
    "quantized_convolution_rows": {"dilation": lambda: nn.Conv2D(16, 3, padding=2, dilation=2)},
    "quantized_depthwise": {
        "one place": lambda: nn.Conv2D(8, 1, groups=8),
        "batch norm": lambda: nn.BatchNorm(),
        "dilation, depthwise": lambda: nn.Conv2D(8, 3, padding=2, dilation=2, groups=8),
        "5 x 5": lambda: nn.Conv2D(8, 5, padding=2, groups=8),
    },
}


@pytest.mark.parametrize(
    "operator, name", [(op, name) for op, made in LAYERS_WITH_GAPS.items() for name in made]
)
def test_layers_with_gaps_are_planned_like_others(operator, name, tmp_path):
    net = nn.HybridSequential(
        nn.Conv2D(8, 3, 2, 1, activation="relu"),
        nn.MaxPool2D(3, 1, 1),  # what no norm is folded through
        LAYERS_WITH_GAPS[operator][name](),
        nn.Conv2D(8, 3, 2, activation="relu"),
        nn.GlobalAvgPool2D(),
        nn.Flatten(),
        nn.Dense(4),
    )
    net.initialize(weft.init.Xavier(magnitude=2))
    x = images((3, 3, 40, 40))
    net(x)
    model = int8_model(net, x, tmp_path)
    whole = arena_of(model.write_c(tmp_path, name="net")[1])
    least = least_memory(model, tmp_path)
    assert least < 0.6 * whole
    for options in ({"memory": least}, {"feed_rows": True}):
        files = model.write_c(tmp_path, name="net", main=True, **options)
        assert re.search(rf"step0_\d_{operator}\(", files[0].read_text())
        gives_the_librarys_bits(files, tmp_path)


def test_more_memory_takes_fewer_row_tiles(tmp_path):
    net, x = separable()
    model = int8_model(net, x, tmp_path)
    whole, least = arena_of(model.write_c(tmp_path)[1]), least_memory(model, tmp_path)
    calls = []
    for memory in (least, (least + whole) // 2, whole):
        text = model.write_c(tmp_path, memory=memory)[0].read_text()
        calls.append(sum(int(n) for n in re.findall(r"uint8_t order\[(\d+)\]", text)))
    assert calls[0] > calls[1] > calls[2] == 0


CALLER = """
#include <stdlib.h>
#include <string.h>
#include "whole.h"
#include "fed.h"
enum { ROWS = 48, ROW = 48 * 3 };
int main(void)
{
  static int8_t x[2][ROWS * ROW], wanted[2][4], y[2][4];
  void *const arena[2] = {malloc(FED_ARENA_BYTES), malloc(FED_ARENA_BYTES)};
  int failed = 0;
  for (int i = 0; i < 2; ++i) {
    for (int k = 0; k < ROWS * ROW; ++k) x[i][k] = (int8_t)((k * (7 + i) + k / 50) % 251 - 125);
    whole_run(x[i], wanted[i]);
    memset(arena[i], 0xa5, FED_ARENA_BYTES);
    fed_start_in(arena[i]);
  }
  /* A picture that breaks off. */
  failed |= fed_feed_rows_in(arena[0], x[1], 11, y[0]) != ROWS - 11;
  fed_start_in(arena[0]);
  /* Two at a time, the second by two rows. */
  for (int row = 0; row < ROWS; ++row) {
    failed |= fed_feed_rows_in(arena[0], x[0] + row * ROW, 1, y[0]) != ROWS - 1 - row;
    if (row % 2)
      failed |= fed_feed_rows_in(arena[1], x[1] + (row - 1) * ROW, 2, y[1]) != ROWS - 1 - row;
    failed |= fed_feed_rows_in(arena[0], x[1], 0, y[0]) != ROWS - 1 - row;
  }
  failed |= memcmp(y, wanted, sizeof y) != 0;
  /* Rows behind the last change nothing. */
  failed |= fed_feed_rows_in(arena[0], x[1], 5, y[0]) != 0;
  /* All at once, with more than there are, in the static arena; twice. */
  for (int i = 0; i < 2; ++i) {
    fed_start();
    failed |= fed_feed_rows(x[i], ROWS, y[1 - i]) != 0;
    failed |= memcmp(y[1 - i], wanted[i], 4) != 0;
  }
  free(arena[0]);
  free(arena[1]);
  return failed;
}
"""


def test_rows_come_in_any_number_to_any_arena(tmp_path):
    net, x = separable()
    model = int8_model(net, x, tmp_path)
    files = [*model.write_c(tmp_path, name="whole")]
    files += model.write_c(tmp_path, name="fed", feed_rows=True)
    (tmp_path / "caller.c").write_text(CALLER)
    run(built([*files, tmp_path / "caller.c"], tmp_path / "caller", SANITIZED))


def test_fed_rows_need_less_than_the_image_has(tmp_path):
    net, x = separable(height=96)
    model = int8_model(net, x, tmp_path)
    files = model.write_c(tmp_path, name="net", feed_rows=True)
    assert arena_of(files[1]) < 0.5 * 96 * 96 * 3
    least = least_memory(model, tmp_path, feed_rows=True)
    assert least == arena_of(files[1])
    files = model.write_c(tmp_path, name="net", feed_rows=True, memory=2 * least, main=True)
    assert least < arena_of(files[1]) <= 2 * least
    gives_the_librarys_bits(files, tmp_path)


@pytest.mark.skipif(not shutil.which("clang"), reason="not run: clang is not installed")
def test_clang_has_no_warning(tmp_path):
    net, x = separable()
    model = int8_model(net, x, tmp_path)
    files = model.write_c(tmp_path, name="net", feed_rows=True, main=True)
    run(built(files, tmp_path / "fed", FLAGS, "clang"))
    files = model.write_c(tmp_path, name="net", memory=least_memory(model, tmp_path), main=True)
    run(built(files, tmp_path / "banded", FLAGS, "clang"))


def test_the_same_file_gives_the_same_bytes(tmp_path):
    net, x = separable()
    model = int8_model(net, x, tmp_path)
    texts = [
        model.write_c(tmp_path / str(i), name="net", feed_rows=True)[0].read_bytes()
        for i in range(2)
    ]
    assert texts[0] == texts[1]


# ---- what is refused


def test_rows_of_float_images_cannot_be_fed(tmp_path):
    x = images((1, 3, 9, 9))
    net = nn.HybridSequential(nn.Conv2D(4, 3), nn.Flatten(), nn.Dense(2))
    net.initialize()
    net.hybridize()
    net(x)
    net.export(tmp_path / "net.weft")
    with pytest.raises(NotImplementedError, match=r"rows of input `x` .* cannot be fed.*integers"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, feed_rows=True)


def test_rows_cannot_be_fed_to_what_trains(tmp_path):
    net, x = separable()
    with pytest.raises(NotImplementedError, match="`feed_rows` cannot be combined with `train`"):
        int8_model(net, x, tmp_path).write_c(tmp_path, feed_rows=True, train="*")


def test_rows_of_two_inputs_cannot_be_fed(tmp_path):
    class Both(gluon.HybridBlock):
        def forward(self, a, b):
            return a + b

    net = Both()
    net.hybridize()
    net(images((1, 4)), images((1, 4)))
    net.export(tmp_path / "net.weft")
    with pytest.raises(NotImplementedError, match="an entry with one input; `forward` has 2"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, feed_rows=True)


class Turned(gluon.HybridBlock):
    """A convolution of the image upside down."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2D(4, 3)

    def forward(self, x):
        return self.convolution(x[:, :, ::-1])


class Twice(gluon.HybridBlock):
    """A convolution of an image, and the image by itself."""

    def __init__(self):
        super().__init__()
        self.convolution, self.dense = nn.Conv2D(4, 3), nn.Dense(3)

    def forward(self, x):
        return npx.batch_flatten(self.convolution(x)).sum(1, keepdims=True) + self.dense(x)


@pytest.mark.parametrize(
    "net, reason",
    [
        (
            lambda: nn.HybridSequential(nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(3)),
            "`quantized_pooling` reads all",
        ),
        (Turned, "`slice` reads it first"),
        (Twice, "`.*` reads all of them at once"),
        (lambda: nn.HybridSequential(nn.Flatten(), nn.Dense(3)), "`transpose` reads it first"),
    ],
)
def test_an_image_that_is_read_whole_cannot_be_fed(net, reason, tmp_path):
    net = net()
    net.initialize()
    x = images((2, 4, 8, 8))
    net(x)
    model = int8_model(net, x, tmp_path)
    with pytest.raises(NotImplementedError, match=f"cannot be fed: {reason}") as error:
        model.write_c(tmp_path, feed_rows=True)
    assert "integers=True" not in str(error.value)  # which it has


def test_rows_of_several_images_cannot_be_fed(tmp_path):
    net, x = separable()
    block = weft.quantize(net, x, integers=True)
    block.hybridize()
    two = npx.quantize(np.moveaxis(x[:2], 1, -1), *block.input_scale)
    block(two)
    block.export(tmp_path / "net.weft", two)
    with pytest.raises(NotImplementedError, match="it has 2 images; export the network with one"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, feed_rows=True)


def test_too_little_memory_for_rows_says_what_is_held(tmp_path):
    net, x = separable()
    model = int8_model(net, x, tmp_path)
    with pytest.raises(ValueError, match=r"at step \d+ .* made by row_tiles"):
        model.write_c(tmp_path, feed_rows=True, memory=100)
