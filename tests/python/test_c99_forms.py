"""`weft compile`: images of another size and running sums as C, figures of the header, lines of the
program in int8 networks, and other compilers."""

import re
import shutil
import struct
import subprocess

import numpy
import pytest
import weft
from c_programs import FLAGS, SANITIZED, WARNINGS, built, data, filled, run
from test_c99 import check, exported
from test_c99_row_tiles import int8_model
from weft import autograd, gluon, np, npx, runtime
from weft.gluon import nn, rnn

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")


class Of(gluon.HybridBlock):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


NORMS = {
    "group": lambda x, gamma, beta: npx.group_norm(x, gamma, beta, num_groups=2),
    "instance": npx.instance_norm,
    "batch": lambda x, gamma, beta: npx.batch_norm(
        x, gamma, beta, np.zeros_like(gamma), np.ones_like(gamma), training=True
    )[0],
}


@pytest.mark.parametrize(
    "norm, shape",
    [(norm, shape) for norm in NORMS for shape in ((0, 4, 3), (2, 4, 0))] + [("batch", (2, 0, 3))],
    ids=str,
)
def test_norms_of_nothing_have_gradients_of_0(norm, shape, tmp_path):
    """The gradients of gamma and beta have elements, where a channel has none."""

    def gradients(x, gamma, beta):
        with autograd.record():
            loss = np.square(NORMS[norm](x, gamma, beta)).sum()
        return autograd.grad(loss, [x, gamma, beta])

    vector = np.ones((shape[1],))
    function = weft.hybridize(gradients)
    found = function(np.ones(shape), vector, vector)
    assert not np.concatenate([found[1], found[2]]).asnumpy().any()
    weft.export(tmp_path / "net.weft", forward=(function, np.ones(shape), vector, vector))
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", main=True)
    run(built(files, tmp_path / "net", SANITIZED))


SIZES = [
    {"scale_factor": 2},
    {"scale_factor": 2.5, "mode": "nearest-exact"},
    {"scale_factor": 2, "mode": "linear"},
    {"size": (9, 3), "mode": "linear", "align_corners": True},
    {"size": (3, 11), "mode": "cubic"},
    {"size": 3, "mode": "area"},
]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_images_of_another_size(size, tmp_path):
    x = data(2, 3, 6, 5)
    net = filled(nn.HybridSequential(nn.Conv2D(4, 3, padding=1), nn.Upsample(**size)), x)
    check(net, tmp_path, x)


@pytest.mark.parametrize("shape", [(2, 3, 7), (1, 2, 3, 4, 5)])
def test_images_of_other_ranks_have_another_size(shape, tmp_path):
    x = data(*shape)
    check(Of(lambda x: nn.Upsample(scale_factor=2, mode="linear")(x)), tmp_path, x)


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
def test_images_are_sampled_at_places(mode, padding_mode, tmp_path):
    x, grid = data(2, 3, 5, 4), data(2, 3, 4, 2) * 1.5
    options = {"mode": mode, "padding_mode": padding_mode}
    check(Of(lambda x, grid: npx.grid_sample(x, grid, **options)), tmp_path, x, grid)


def test_a_deformable_convolution(tmp_path):
    layer = nn.ModulatedDeformableConvolution(4, 3, padding=1, offset_weight_initializer="uniform")
    x = data(1, 2, 5, 6)
    check(filled(layer, x), tmp_path, x)


REGIONS = [[1, 0.5, 1, 7, 9], [0, -3, 2, 4.4, 20], [1, 5, 5, 5, 5], [-1, 0, 0, 4, 4]]


@pytest.mark.parametrize(("ratio", "aligned"), [(-1, False), (2, False), (-1, True)])
def test_regions_of_images_in_bins(ratio, aligned, tmp_path):
    x, rois = data(2, 3, 8, 7), np.array(numpy.array(REGIONS, "float32"))
    options = {"pooled_size": (3, 2), "spatial_scale": 0.75}
    means = {**options, "sampling_ratio": ratio, "aligned": aligned}
    check(Of(lambda x, rois: npx.roi_align(x, rois, **means)), tmp_path, x, rois)
    check(Of(lambda x, rois: npx.roi_pool(x, rois, **options)), tmp_path, x, rois[:3])


@pytest.mark.parametrize("function", [np.cumsum, np.cumprod])
@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_running_sums_and_products_have_the_librarys_bits(function, axis, tmp_path):
    x = data(3, 4, 5)
    path = exported(Of(lambda x: function(x, axis=axis)), tmp_path, x)
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True)
    assert "largest difference 0 of" in run(built(files, tmp_path / "net"))


@pytest.mark.parametrize("function", [npx.cummax, npx.cummin])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_running_extremes_have_the_librarys_bits(function, axis, tmp_path):
    x = data(3, 4, 5)
    x[1, 2, 3] = numpy.nan
    check(Of(lambda x: function(x, axis=axis)), tmp_path, x)
    path = exported(Of(lambda x: function(x, axis=axis)), tmp_path, x.astype("int8"))
    files = runtime.Model(path).write_c(tmp_path, name="integers", main=True)
    assert "largest difference 0 of" in run(built(files, tmp_path / "integers"))


def test_running_sums_of_integers_wrap(tmp_path):
    x = np.array(numpy.full((2, 4), 2**62, "int64"))
    path = exported(Of(lambda x: np.cumsum(x, axis=1)), tmp_path, x)
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True)
    assert "largest difference 0 of" in run(built(files, tmp_path / "net"))


def test_a_network_with_resized_images_is_trained_in_c(tmp_path):
    x, y = data(1, 2, 4, 4), data(1, 3)
    net = filled(
        nn.HybridSequential(
            nn.Conv2D(3, 3, padding=1), nn.Upsample(scale_factor=2, mode="linear"), nn.Dense(3)
        ),
        x,
    )
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
    step = trainer.compile(net, gluon.loss.L2Loss())
    weft.export(tmp_path / "net.weft", train=(step, x, y), forward=(net, x))
    model = runtime.Model(tmp_path / "net.weft")
    run(built(model.write_c(tmp_path, name="net", main=True, train="*"), tmp_path / "net"))


# ---- the header


def read_only_bytes(folder, source):
    """What the compiler puts into sections of constants, but for texts."""
    subprocess.run(["cc", *FLAGS, "-Os", "-c", source, "-o", "made.o"], cwd=folder, check=True)
    content = (folder / "made.o").read_bytes()
    offset = struct.unpack_from("<Q", content, 40)[0]
    size, count, names = struct.unpack_from("<HHH", content, 58)
    headers = [struct.unpack_from("<IIQQQQ", content, offset + i * size) for i in range(count)]
    table = headers[names][4]
    total = 0
    for name, _, _, _, _, length in headers:
        text = content[table + name : content.index(b"\0", table + name)].decode()
        total += length if text.startswith((".rodata", ".data.rel.ro")) else 0
    return total


@pytest.mark.parametrize("cell", [rnn.LSTM, rnn.GRU])
def test_the_flash_figure_has_the_tables_of_gates(cell, tmp_path):
    x = data(8, 6, 5)
    net = filled(nn.HybridSequential(cell(8, layout="NTC"), nn.Dense(3)), x)
    small = weft.quantize(net, x)
    files = runtime.Model(exported(small, tmp_path, x[:1])).write_c(tmp_path, name="net")
    stated = int(re.search(r"flash   (\d+) bytes", files[1].read_text())[1])
    assert abs(stated - read_only_bytes(tmp_path, "net.c")) < 200  # pointers, alignment
    assert "stack" in files[1].read_text()


# ---- lines of the program


def test_layers_of_an_int8_network_have_lines_of_their_own(tmp_path):
    class Net(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Conv2D(4, 3), nn.Conv2D(5, 3), nn.Dense(3)

        def forward(self, x):
            x = self.a(x)
            x = self.b(x)
            return self.c(x)

    first = Net.forward.__code__.co_firstlineno
    x = data(4, 2, 8, 8)
    small = weft.quantize(filled(Net(), x), x)
    small.hybridize()
    small(x[:1])
    small.export(tmp_path / "net.weft", x[:1], source_lines=True)
    text = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")[0].read_text()
    layers = re.findall(r"/\* (quantized_\w+): [^*]*?test_c99_forms.py:(\d+) \*/", text)
    assert [int(line) - first for _, line in layers] == [1, 2, 3]


# ---- memory


class Rows(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2D(10, (1, 3), padding=((0, 0), (2, 0)))
        self.b = nn.Conv2D(10, 2, (1, 2), ((1, 0), (1, 1)), groups=10, activation="relu")
        self.residual = nn.Conv2D(10, 3, padding=1)
        self.c = nn.Conv2D(10, (5, 1), strides=(2, 1), padding=((1, 2), (0, 0)))
        self.pool = nn.AvgPool2D((4, 3), (3, 2))

    def forward(self, x):
        x = self.b(self.a(x))
        return self.pool(self.c(x + self.residual(x)))


def told(model, folder, memory, **options):
    """The least that a refusal names, or None."""
    try:
        model.write_c(folder, name="net", memory=memory, **options)
    except ValueError as refusal:
        return int(re.search(r"at least (\d+) bytes", str(refusal))[1])
    return None


@pytest.mark.parametrize("options", [{}, {"ports_in_arena": True}])
def test_the_least_memory_is_the_same_whatever_was_asked_for(options, tmp_path):
    weft.random.seed(1)
    x = data(4, 2, 12, 5)
    net = Rows()
    net.initialize(weft.init.Xavier())
    net(x)
    model = int8_model(net, x, tmp_path)
    least = told(model, tmp_path, 1, **options)
    for memory in (least // 2, *range(least - 40, least)):
        assert told(model, tmp_path, memory, **options) == least
    for memory in range(least, least + 40):
        assert told(model, tmp_path, memory, **options) is None


# ---- compilers


@pytest.mark.skipif(
    not (shutil.which("clang") or shutil.which("clang-14")), reason="not run: clang is missing"
)
@pytest.mark.parametrize("fused", [False, True])
def test_clang_has_no_warnings_and_the_same_bits(fused, tmp_path):
    clang = shutil.which("clang") or shutil.which("clang-14")
    x = data(4, 2, 8, 8)
    net = filled(
        nn.HybridSequential(
            nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation("tanh"), nn.Flatten(), nn.Dense(3)
        ),
        x,
    )
    sine = Of(lambda x: np.sin(x) * np.exp(x) + np.log(abs(x) + 1) + np.arctan2(x, x + 1))
    for number, (block, one) in enumerate(
        [(net, x[:1]), (weft.quantize(net, x), x[:1]), (sine, x)]
    ):
        path = exported(block, tmp_path, one, name=f"net{number}")
        files = runtime.Model(path).write_c(tmp_path, name=f"net{number}", main=True)
        flags = [*WARNINGS, "-O2", "-ffp-contract=off", *(["-mfma"] if fused else [])]
        printed = [
            run(built(files, tmp_path / "net", flags, compiler)) for compiler in ("cc", clang)
        ]
        assert printed[0] == printed[1]


@pytest.mark.skipif(
    not (shutil.which("clang") or shutil.which("clang-14")), reason="not run: clang is missing"
)
@pytest.mark.parametrize("fused", [False, True])
def test_blocks_of_convolutions_have_the_bits_of_rows(fused, tmp_path):
    """Clang takes blocks of filters and columns, GCC whole rows (emit_windows.cpp)."""
    clang = shutil.which("clang") or shutil.which("clang-14")
    layers = [
        (3, (17, 23), {"channels": 6, "kernel_size": 3, "padding": 1}),
        (4, (9, 12), {"channels": 5, "kernel_size": 1}),
        (4, (30, 41), {"channels": 9, "kernel_size": 1, "use_bias": False}),
        (3, (20, 33), {"channels": 8, "kernel_size": (5, 3), "strides": 2, "padding": (2, 1)}),
        (6, (12, 29), {"channels": 6, "kernel_size": 3, "padding": 1, "groups": 6}),
        (6, (13, 16), {"channels": 12, "kernel_size": 3, "strides": 2, "padding": 1, "groups": 6}),
        (4, (10, 21), {"channels": 8, "kernel_size": 3, "padding": 2, "dilation": 2, "groups": 2}),
        (2, (3, 2), {"channels": 4, "kernel_size": 5, "padding": 4}),
    ]
    flags = [*WARNINGS, "-O2", "-ffp-contract=off", *(["-mfma"] if fused else [])]
    for number, (channels, size, options) in enumerate(layers):
        x = data(2, channels, *size)
        path = exported(filled(nn.Conv2D(**options), x), tmp_path, x, name=f"net{number}")
        files = runtime.Model(path).write_c(tmp_path, name=f"net{number}", main=True)
        printed = [run(built(files, tmp_path / "net", flags, made)) for made in ("cc", clang)]
        difference, scale = map(float, re.findall(r"difference (\S+) of (\S+)", printed[0])[0])
        assert difference <= 1e-5 * scale
        assert printed[0] == printed[1]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_bias_before_a_batch_norm_is_no_reason_to_fail_the_check(optimizer, tmp_path):
    """Its gradient is 0 but for rounding, of which Adam makes steps of full size."""
    x, y = data(6, 5), data(6, 3)
    net = filled(nn.HybridSequential(nn.Dense(8), nn.BatchNorm(), nn.Dense(3)), x)
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.05})
    step = trainer.compile(net, gluon.loss.L2Loss())
    weft.export(tmp_path / "net.weft", train=(step, x, y), forward=(net, x))
    model = runtime.Model(tmp_path / "net.weft")
    files = model.write_c(tmp_path, name="net", main=True, train="*")
    run(built(files, tmp_path / "net"))
    # What is wrong by more than rounding is still told.
    source = files[0].read_text()
    changed = re.sub(
        r"(static const float w_2_bias\w*\[3\] = \{\s*)[-0-9.e]+f", r"\g<1>9.0f", source
    )
    if changed == source:  # trained: the first content of the state
        changed = re.sub(r"(2_bias[^=]*= \{\s*)[-0-9.e]+f", r"\g<1>9.0f", source)
    assert changed != source
    files[0].write_text(changed)
    with pytest.raises(AssertionError):
        run(built(files, tmp_path / "net"))
