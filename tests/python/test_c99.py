"""`weft compile`: networks as C99 give the library's results; the text, its figures, and what is
refused."""

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy
import pytest
import weft
from c_programs import COMPILER, FLAGS, SANITIZED, WARNINGS, built, data, filled, run
from weft import gluon, np, npx, runtime
from weft._core import native
from weft.gluon import nn, rnn

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")


def exported(net, folder, *inputs, name="net"):
    net.hybridize()
    net(*inputs)
    path = folder / f"{name}.weft"
    net.export(path)
    return path


def check(net, folder, *inputs, flags=FLAGS, **options):
    """Compiled, its results are near to the library's: the generated main says how near."""
    path = exported(net, folder, *inputs)
    files = runtime.Model(path).write_c(folder, name="net", main=True, **options)
    told = run(built(files, folder / "net", flags))
    differences = re.findall(r"largest difference (\S+) of (\S+)", told)
    assert differences
    for difference, scale in differences:
        assert float(scale) > 0, told
        assert float(difference) <= 1e-5 * float(scale), told
    return (folder / "net.c").read_text()


# ---- the text does not depend on the compiler of the library


def test_parameters_and_arrays_are_in_the_order_of_operands(tmp_path):
    """C++ leaves to compilers in which order operands of `+` are evaluated, and so that in which
    emitters ask for them."""

    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2D(4, 1), nn.Conv2D(4, 3, padding=1)
            self.norm, self.out = nn.LayerNorm(), nn.Dense(3)

        def forward(self, x):
            y = np.matmul(self.a(x), np.swapaxes(self.b(x), 2, 3))
            return self.out(self.norm(np.where(y > 0, y, self.a(x))))

    x = data(1, 2, 6, 6)
    text = check(filled(Net(), x), tmp_path, x)
    stated = re.findall(r"/\* \w+: (.*?) ->.*?\*/\nstatic void step\w+\((.*?)\)\n", text, re.DOTALL)
    assert len(stated) > 5
    several = 0
    for operands, parameters in stated:
        wanted = re.findall(r"(\w+)\(", operands)
        read = re.findall(r"const \w+ \*(\w+)", parameters)
        assert read == [name for name in wanted if name in read]
        several += len(read) > 1
        written = re.findall(r"(?:, |^)(?!const)\w+ \*(\w+)", parameters)
        assert written == sorted(written, key=["y", "y1", "y2", "scratch"].index)
    assert several


# ---- families of networks


def test_dense_layers(tmp_path):
    x = data(3, 20)
    net = nn.HybridSequential(nn.Dense(16, activation="relu"), nn.Dense(10))
    text = check(filled(net, x), tmp_path, x, flags=SANITIZED)
    assert "static void step0_matmul(" in text and "weft_relu_f32" in text


def test_lenet(tmp_path):
    x = data(2, 1, 28, 28)
    net = nn.HybridSequential(
        nn.Conv2D(6, 5, padding=2, activation="relu"),
        nn.AvgPool2D(2),
        nn.Conv2D(16, 5, activation="tanh"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(120, activation="sigmoid"),
        nn.Dense(10),
    )
    check(filled(net, x), tmp_path, x, flags=SANITIZED)


def same():
    """Windows as other frameworks place them at a stride of 2: one element is added behind."""
    behind = ((0, 1), (0, 1))
    return nn.HybridSequential(
        nn.Conv2D(8, 3, strides=2, padding=behind, activation="relu"),
        nn.Conv2D(8, 3, strides=2, padding=behind, groups=8, activation="relu"),
        nn.Conv2D(16, 1),
        nn.Flatten(),
        nn.Dense(5),
    )


def test_padding_that_differs_on_both_sides(tmp_path):
    x = data(2, 3, 16, 12)
    net = filled(same(), x)
    before = nn.HybridSequential(nn.Conv2D(8, 3, strides=2, activation="relu"))
    before.initialize()
    first = net[0]
    before(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))))
    before[0].weight.set_data(first.weight.data())
    before[0].bias.set_data(first.bias.data())
    padded = before(np.pad(x, ((0, 0), (0, 0), (0, 1), (0, 1))))
    numpy.testing.assert_allclose(first(x).asnumpy(), padded.asnumpy(), rtol=1e-5, atol=1e-6)
    check(net, tmp_path, x, flags=SANITIZED)


@pytest.mark.parametrize("memory", [0, 400])
def test_padding_that_differs_in_int8(tmp_path, memory):
    x = data(4, 3, 16, 12)
    block = weft.quantize(filled(same(), x), x, integers=True)
    one = npx.quantize(np.moveaxis(x[:1], 1, -1), *block.input_scale)
    path = exported(block, tmp_path, one)
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True, memory=memory)
    told = run(built(files, tmp_path / "net", SANITIZED))
    assert "largest difference 0 of" in told
    assert ("struct weft_band" in (tmp_path / "net.c").read_text()) == (memory > 0)


class Block(gluon.HybridBlock):
    """A residual block with norms, a depthwise convolution and a squeeze of the channels."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(12, 3, strides=2, padding=1, use_bias=False)
        self.norm = nn.BatchNorm()
        self.deep = nn.Conv2D(12, 3, padding=1, groups=12, use_bias=False)
        self.project = nn.Conv2D(12, 1)
        self.squeeze = nn.Dense(12, activation="sigmoid")

    def forward(self, x):
        x = npx.relu6(self.norm(self.first(x)))
        y = self.project(npx.leaky_relu(self.deep(x), slope=0.1))
        return npx.relu(x + y * self.squeeze(y.mean(axis=(2, 3))).reshape(-1, 12, 1, 1))


def test_blocks_of_convolutions_norms_and_sums(tmp_path):
    x = data(2, 3, 11, 9)
    net = nn.HybridSequential(
        Block(), nn.MaxPool2D(3, 2, padding=1, ceil_mode=True), nn.GlobalAvgPool2D(), nn.Dense(7)
    )
    text = check(filled(net, x), tmp_path, x, flags=SANITIZED)
    assert "sqrt" not in text[text.index("/* Offsets") :]  # norms are folded into weights


def test_norms_of_groups_and_instances(tmp_path):
    x = data(2, 3, 5, 4)
    net = nn.HybridSequential(nn.Conv2D(6, 3), nn.GroupNorm(2), nn.Conv2D(4, 1), nn.InstanceNorm())
    text = check(filled(net, x), tmp_path, x, flags=SANITIZED)
    assert text.count("weft_group_norm_f32(") == 3  # its definition and two calls


class Placed(gluon.HybridBlock):
    """Elements along an axis, read and replaced at places of their own; the last one wins."""

    def forward(self, x):
        places = np.array([[0, -1], [2, 1], [1, 1]])
        y, z = np.take_along_axis(x, places, 1), x * 2
        np.put_along_axis(z, places, y + np.array([1.0, 3.0]), 1)
        columns = np.array([[2, -2, 0, 1]])
        np.put_along_axis(z, columns, x[:1], 0)
        return y, z


def test_elements_along_an_axis(tmp_path):
    check(Placed(), tmp_path, data(3, 4), flags=SANITIZED)


class Joined(gluon.HybridBlock):
    """Branches that are concatenated, padded images, dilation, and one spatial axis."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2D(4, 1), nn.Conv2D(5, 3, padding=2, dilation=2)
        self.line = nn.Conv1D(6, 3, strides=2)

    def forward(self, x):
        x = np.pad(x, ((0, 0), (0, 0), (1, 2), (0, 1)))
        y = np.concatenate([self.a(x), self.b(x), x], axis=1)
        return self.line(y.transpose(0, 2, 1, 3)[:, 0]), npx.softmax(y, axis=1).max(axis=(1, 3))


def test_branches_pads_and_axes(tmp_path):
    x = data(2, 3, 7, 6)
    check(filled(Joined(), x), tmp_path, x, flags=SANITIZED)


@pytest.mark.parametrize("layer", [rnn.LSTM, rnn.GRU, rnn.RNN])
def test_recurrent_networks(layer, tmp_path):
    x = data(5, 2, 6)

    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.steps = layer(9, num_layers=2, bidirectional=layer is rnn.GRU)
            self.out = nn.Dense(4, flatten=False)

        def forward(self, x):
            return self.out(self.steps(x))

    check(filled(Net(), x), tmp_path, x, flags=SANITIZED)


def test_a_transformer(tmp_path):
    from weft.gluon.model_zoo.text import BERT

    net = BERT(50, 16, 32, num_layers=2, num_heads=2, max_length=12)
    net.initialize()
    tokens = np.array(numpy.zeros((2, 7)), dtype="int32")
    net(tokens)
    check(filled(net, tokens), tmp_path, tokens, flags=SANITIZED)


def test_a_transposed_convolution(tmp_path):
    x = data(2, 4, 5, 6)
    net = nn.HybridSequential(
        nn.Conv2DTranspose(6, 3, strides=2, padding=1, output_padding=1, groups=2), nn.Conv2D(3, 1)
    )
    check(filled(net, x), tmp_path, x, flags=SANITIZED)


def test_volumes(tmp_path):
    x = data(2, 3, 5, 6, 4)
    net = nn.HybridSequential(
        nn.Conv3D(4, 3, strides=(2, 1, 1), padding=1, activation="relu"),
        nn.MaxPool3D(2, 1),
        nn.Conv3DTranspose(2, (3, 2, 2), strides=(1, 2, 2), padding=(1, 0, 0)),
        nn.Conv3D(2, (2, 1, 1), dilation=(1, 1, 1), groups=2),
    )
    check(filled(net, x), tmp_path, x, flags=SANITIZED)


UNARY = [
    "exp",
    "exp2",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "tanh",
    "sinh",
    "cosh",
    "arcsinh",
    "arctanh",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sqrt",
    "square",
    "abs",
    "sign",
    "negative",
    "reciprocal",
    "floor",
    "ceil",
    "trunc",
    "rint",
]
BINARY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "maximum",
    "minimum",
    "power",
    "arctan2",
    "hypot",
    "fmod",
    "remainder",
]


def test_formulas_give_the_same_bits(tmp_path):
    """Where a fused product is an instruction, of the kernels, too."""

    class All(gluon.HybridBlock):
        def forward(self, x, y):
            ones = [getattr(np, name)(x) for name in UNARY]
            ones += [npx.sigmoid(y), npx.erf(y), npx.gelu(y), npx.relu(y)]
            ones += [np.exp(y * 30), np.sin(y * 1e5), np.logaddexp(x, y)]
            return (*ones, *(getattr(np, name)(x, y) for name in BINARY), x < y, x == y)

    generator = numpy.random.default_rng(3)
    x = np.array(generator.uniform(0.001, 0.999, (40, 50)).astype("float32"))
    path = exported(All(), tmp_path, x, data(40, 50))
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True)
    fused = "fma" in Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else False
    fused = fused and native.info("isa") != "generic"
    told = run(built(files, tmp_path / "net", [*FLAGS, *(["-mfma"] if fused else [])]))
    differences = re.findall(r"largest difference (\S+) of (\S+)", told)
    assert len(differences) == len(UNARY) + len(BINARY) + 9
    if fused:
        assert {difference for difference, _ in differences} == {"0"}, told


class Scalars(gluon.HybridBlock):
    """Elementwise arithmetic of several dtypes, casts, masks, reductions and indices."""

    def forward(self, x, n):
        y = np.where(x > 0.25, np.exp(x) - 1, np.tanh(x) * 0.5) + np.log1p(np.abs(x))
        z = (x * 100).astype("int8").astype("int32") * n + (x * 9).astype("uint8")
        sums = (x * 40).astype("int16").sum(axis=0), x.sum(axis=(0, 2)), y.prod(axis=1)
        places = y.argmax(axis=1), x.argmin(axis=-1), (x > 0).astype("bool"), n.max(), z.min(axis=0)
        return y, z, np.erf(x) if hasattr(np, "erf") else npx.erf(x), *sums, *places


def test_arithmetic_of_all_dtypes(tmp_path):
    x, n = data(3, 4, 5), np.array(numpy.arange(5) - 2, dtype="int32")
    check(Scalars(), tmp_path, x, n, flags=SANITIZED)


def test_long_sums_keep_their_digits(tmp_path):
    class Sums(gluon.HybridBlock):
        def forward(self, x):
            return (x * x + 1).sum(), (x + 3).mean(axis=1)

    x = data(3, 40000)
    check(Sums(), tmp_path, x)


# ---- the text


def small_net():
    x = data(2, 1, 9, 9)
    net = nn.HybridSequential(
        nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(2), nn.Flatten(), nn.Dense(5)
    )
    return filled(net, x), x


def test_the_same_file_gives_the_same_bytes(tmp_path):
    net, x = small_net()
    path = exported(net, tmp_path, x)
    texts = []
    for environment in ({}, {"WEFT_PASSES": "-fuse_elementwise,-order", "WEFT_NUM_THREADS": "1"}):
        folder = tmp_path / f"out{len(texts)}"
        subprocess.run(
            [sys.executable, "-m", "weft.cli", "compile", path, "-o", folder, "--main"],
            check=True,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
        )
        texts.append([(folder / name).read_bytes() for name in ("net.c", "net.h", "net_main.c")])
    assert texts[0][:2] == texts[1][:2]


def test_the_header_states_what_a_run_takes(tmp_path):
    net, x = small_net()
    files = runtime.Model(exported(net, tmp_path, x)).write_c(tmp_path, name="tiny")
    assert [file.name for file in files] == ["tiny.c", "tiny.h"]
    header = files[1].read_text()
    convolution, dense = 2 * 4 * 7 * 7 * 9, 2 * 5 * 36
    assert f"{convolution + dense} multiply-adds" in header
    weights = 4 * (4 * 9 + 4 + 5 * 36 + 5)
    stated = int(re.search(r"flash   (\d+) bytes of weights and tables", header)[1])
    assert weights < stated < weights + 250  # extents of windows and products
    arena = int(re.search(r"#define TINY_ARENA_BYTES (\d+)", header)[1])
    assert 4 * 2 * 4 * 7 * 7 <= arena < 2 * 4 * 2 * 4 * 7 * 7
    assert "float32 (2, 1, 9, 9), 162 elements" in header


CALLER = """
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "first.h"
#include "second.h"
int main(void)
{
  static float x[162], y[2][10];
  void *const arenas[2] = {malloc(FIRST_ARENA_BYTES), malloc(SECOND_ARENA_BYTES)};
  for (int i = 0; i < 162; ++i) x[i] = (float)(i % 7) - 3;
  memset(arenas[0], 0xff, FIRST_ARENA_BYTES);
  memset(arenas[1], 0x55, SECOND_ARENA_BYTES);
  first_run_in(arenas[0], x, y[0]);
  second_run_in(arenas[1], x, y[1]);
  free(arenas[0]);
  free(arenas[1]);
  return memcmp(y[0], y[1], sizeof y[0]) != 0;
}
"""


def test_parts_of_weights_and_what_they_have_in_common(tmp_path):
    class Parts(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.table = gluon.Parameter("table", shape=(6, 4))

        def forward(self, x):
            table = self.table.data()
            return x + table[:2], x * table[2:4], x @ table.T, x[:1] @ table[:4], table.sum(axis=0)

    net = Parts()
    net.initialize(weft.init.Normal(1))
    x = data(2, 4)
    check(net, tmp_path, x, flags=SANITIZED)


def test_two_networks_in_one_program_and_arenas_of_the_caller(tmp_path):
    net, x = small_net()
    model = runtime.Model(exported(net, tmp_path, x))
    files = [*model.write_c(tmp_path, name="first"), *model.write_c(tmp_path, name="second")]
    (tmp_path / "caller.c").write_text(CALLER)
    flags = [*SANITIZED, "-DFIRST_NO_STATIC_ARENA", "-DSECOND_NO_STATIC_ARENA"]
    run(built([*files, tmp_path / "caller.c"], tmp_path / "caller", flags))


def test_ports_share_the_bytes_of_the_arena(tmp_path):
    x = data(1, 3, 16, 16)
    net = nn.HybridSequential(nn.Conv2D(2, 3, padding=1), nn.Conv2D(3, 3, padding=1), nn.Flatten())
    net = filled(net, x)
    text = check(net, tmp_path, x, flags=SANITIZED, ports_in_arena=True)
    arena = int(re.search(r"ARENA_BYTES (\d+)", (tmp_path / "net.h").read_text())[1])
    assert arena <= 4 * 16 * 16 * (3 + 2)
    assert "net_run_in(void *arena)" in text and "BUFFER_x" in text

    class Both(gluon.HybridBlock):
        def forward(self, a, b):
            return np.tanh(a) * b, a, b.reshape(-1) + 1

    check(Both(), tmp_path, data(3, 4), data(3, 4, seed=1), flags=SANITIZED, ports_in_arena=True)


@pytest.mark.parametrize("options", [{}, {"ports_in_arena": True}], ids=["given", "in arena"])
@pytest.mark.parametrize("count", [1, 2])
def test_networks_that_compute_nothing(count, options, tmp_path):
    step = weft.hybridize(lambda x: (x,) * count if count > 1 else x)
    weft.export(tmp_path / "net.weft", forward=(step, data(2, 3)))
    model = runtime.Model(tmp_path / "net.weft")
    files = model.write_c(tmp_path, name="net", main=True, **options)
    told = run(built(files, tmp_path / "net", SANITIZED))
    assert re.findall(r"largest difference (\S+) of", told) == ["0"] * count
    if options:
        with pytest.raises(ValueError, match="computes nothing"):
            model.write_c(tmp_path, name="net", memory=1, **options)


def test_no_symbol_of_libc_but_memcpy_and_mathematics(tmp_path):
    net, x = small_net()
    files = runtime.Model(exported(net, tmp_path, x)).write_c(tmp_path, name="net")
    made = tmp_path / "net.o"
    subprocess.run([COMPILER, *WARNINGS, "-O2", "-c", files[0], "-o", made], check=True)
    table = subprocess.run(["nm", made], check=True, capture_output=True, text=True).stdout
    wanted = set(re.findall(r" U (\w+)", table)) - {"_GLOBAL_OFFSET_TABLE_"}
    assert wanted <= {"memcpy", "memset", "memmove", "fmaf", "sqrtf", "floorf"}
    assert re.findall(r" T (\w+)", table) == ["net_run", "net_run_in"]


@pytest.mark.skipif(not shutil.which("clang"), reason="not run: clang is not installed")
def test_clang_has_no_warning(tmp_path):
    net, x = small_net()
    files = runtime.Model(exported(net, tmp_path, x)).write_c(tmp_path, name="net", main=True)
    run(built(files, tmp_path / "net", FLAGS, "clang"))


# ---- what is refused


def test_an_operator_without_c_names_itself_and_the_line(tmp_path):
    class Sorts(gluon.HybridBlock):
        def forward(self, x):
            return np.sort(x * 2)

    net = Sorts()
    net.hybridize()
    net(data(3, 4))
    net.export(tmp_path / "net.weft", source_lines=True)
    with pytest.raises(NotImplementedError, match=r"`sort.*` has no C form.*test_c99.py:\d+"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path)
    assert not list(tmp_path.glob("*.c"))


@pytest.mark.parametrize("batch", [0, 1, 3])
def test_a_file_for_any_batch_becomes_c_of_one(tmp_path, batch):
    net, x = small_net()
    net.hybridize()
    net(x)
    net.export(tmp_path / "net.weft", dynamic={"x": {0: "batch"}})
    folder = tmp_path / "open"
    runtime.Model(tmp_path / "net.weft").write_c(folder, name="net", batch=batch, main=True)
    fixed = np.repeat(x[:1], batch or 1, axis=0)
    net.export(tmp_path / "fixed.weft", fixed)
    runtime.Model(tmp_path / "fixed.weft").write_c(tmp_path / "fixed", name="net", main=True)
    for file in ("net.c", "net.h", "net_main.c"):
        assert (folder / file).read_text() == (tmp_path / "fixed" / file).read_text()


def test_other_dimensions_are_refused(tmp_path):
    net, x = nn.HybridSequential(nn.Conv2D(4, 3), nn.GlobalAvgPool2D()), data(2, 1, 9, 9)
    filled(net, x).export(tmp_path / "net.weft", x, dynamic={"x": {2: "height"}})
    model = runtime.Model(tmp_path / "net.weft")
    with pytest.raises(NotImplementedError, match="any extent at axis 2 of `x`; only that of axis"):
        model.write_c(tmp_path)
    fixed = runtime.Model(exported(net, tmp_path, x))
    for batch in (-1, 3):
        with pytest.raises(ValueError, match=rf"`batch` must be .*; got {batch}"):
            fixed.write_c(tmp_path, batch=batch)


def test_too_little_memory_says_the_least_and_what_it_holds(tmp_path):
    net, x = small_net()
    model = runtime.Model(exported(net, tmp_path, x))
    with pytest.raises(ValueError, match=r"at least (\d+) bytes, .*; at step \d") as error:
        model.write_c(tmp_path, memory=64)
    least = int(re.search(r"at least (\d+) bytes", str(error.value))[1])
    model.write_c(tmp_path, memory=least)
    with pytest.raises(ValueError, match="`memory` must be at least"):
        model.write_c(tmp_path, memory=least - 1)
    with pytest.raises(ValueError, match="at least 0"):
        model.write_c(tmp_path, memory=-1)


@pytest.mark.parametrize("name", ["", "9lives", "a-b", "while", "ünï"])
def test_names_are_identifiers(name, tmp_path):
    net, x = small_net()
    with pytest.raises(ValueError, match="`name` must be a C identifier"):
        runtime.Model(exported(net, tmp_path, x)).write_c(tmp_path, name=name)


def test_random_numbers_and_states_are_refused(tmp_path):
    class Draws(gluon.HybridBlock):
        def forward(self, x):
            return x + np.random.uniform(size=x.shape)

    with pytest.raises(NotImplementedError, match="no C form"):
        runtime.Model(exported(Draws(), tmp_path, data(2, 3))).write_c(tmp_path)


def test_the_command_reports_errors_without_a_traceback(tmp_path):
    command = [sys.executable, "-m", "weft.cli", "compile"]
    missing = subprocess.run(
        [*command, tmp_path / "none.weft"], capture_output=True, text=True, check=False
    )
    assert missing.returncode == 1 and missing.stderr.startswith("weft: load: ")
    net, x = small_net()
    path = exported(net, tmp_path, x)
    small = subprocess.run(
        [*command, path, "-o", tmp_path, "--memory", "0.1KB"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert small.returncode == 1 and "`memory` must be at least" in small.stderr


def test_threads_may_compile_one_model(tmp_path):
    net, x = small_net()
    model = runtime.Model(exported(net, tmp_path, x))
    folders = [tmp_path / str(i) for i in range(4)]
    threads = [threading.Thread(target=model.write_c, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(folder / "forward.c").read_bytes() for folder in folders}) == 1


def test_the_library_is_not_named_by_the_c(tmp_path):
    net, x = small_net()
    files = runtime.Model(exported(net, tmp_path, x)).write_c(tmp_path)
    assert "weft.h" not in files[0].read_text()


def test_the_page_leads_from_a_network_to_a_program(root, tmp_path, monkeypatch):
    page = (root / "docs" / "embedded.md").read_text("utf-8")
    blocks = re.findall(r"^```(python|sh|c)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    wanted = ["python", "sh", "sh", "c", "sh", "sh"] + ["python", "sh", "c", "sh"] * 2 + ["sh"]
    assert [language for language, _ in blocks] == wanted
    monkeypatch.chdir(tmp_path)
    names, printed = {}, []
    for language, text in blocks:
        if language == "python":
            exec(compile(text, "embedded.md", "exec"), names)
        elif language == "c":
            Path("main.c").write_text(text)
        else:
            command = text.replace("weft compile", f"{sys.executable} -m weft.cli compile")
            done = subprocess.run(["sh", "-ec", command], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            printed.append(done.stdout)
    assert "library.properties" in printed[3]
    assert "trains  2.bias, 2.weight\n" in printed[4]
    for program, wanted in ((printed[2], numpy.sin), (printed[5], calibrated)):
        table = numpy.array([line.split() for line in program.splitlines()], dtype=float)
        assert table[:, 0].tolist() == [0, 30, 60, 90, 120, 150, 180]
        values = wanted(table[:, 0] * numpy.pi / 180)
        numpy.testing.assert_allclose(table[:, 1], values, atol=0.15)
    assert "largest difference 0 of" in printed[6]
    assert printed[7] == "right\n"


def calibrated(angle):
    return 0.5 + 0.8 * numpy.sin(angle)
