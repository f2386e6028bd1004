"""Layers as ONNX, of fixed extents and of any."""

import pytest

pytest.importorskip("onnx")

from onnx_exports import HAS_RUNTIME, check, drawn, made
from weft import gluon, np, npx
from weft.gluon import nn, rnn

needs_runtime = pytest.mark.skipif(not HAS_RUNTIME, reason="needs ONNX Runtime")
LINE, IMAGE, VOLUME = drawn(2, 4, 11), drawn(2, 4, 9, 7), drawn(2, 4, 6, 7, 5)
ROWS, OTHER_ROWS = drawn(2, 5, 8), drawn(3, 7, 8, seed=1)


class Function(gluon.HybridBlock):
    """A function as a block."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def operators(model):
    return [node.op_type for node in model.graph.node]


WINDOWED = [
    (nn.Conv1D(6, 3, 2, 1), LINE, ["Conv"]),
    (nn.Conv2D(6, 3, 2, 1, groups=2), IMAGE, ["Conv"]),
    (nn.Conv3D(6, 3, 2, 1, groups=2), VOLUME, ["Conv"]),
    (nn.Conv1DTranspose(6, 3, 2, 1), LINE, ["ConvTranspose", "Reshape", "Add"]),
    (nn.Conv2DTranspose(6, 3, 2, 1, 1), IMAGE, ["ConvTranspose", "Reshape", "Add"]),
    (nn.Conv3DTranspose(6, 3, 2, 1, 1), VOLUME, ["ConvTranspose", "Reshape", "Add"]),
    (nn.MaxPool1D(3, 2, 1), LINE, ["MaxPool"]),
    (nn.AvgPool2D(3, 2, 1), IMAGE, ["AveragePool"]),
    (nn.GlobalAvgPool2D(), IMAGE, ["GlobalAveragePool"]),
    (nn.BatchNorm(), IMAGE, ["BatchNormalization"]),
    (nn.InstanceNorm(), IMAGE, ["InstanceNormalization"]),
    (nn.LayerNorm(), ROWS, ["LayerNormalization"]),
    (nn.Dense(3, flatten=True), drawn(2, 8), ["Gemm"]),
    (nn.Dropout(0.5), ROWS, ["Identity"]),
]


@pytest.mark.parametrize(
    "layer, x, names", WINDOWED, ids=[type(layer).__name__ for layer, _, _ in WINDOWED]
)
def test_layer_is_one_operator(layer, x, names, tmp_path):
    model = check(str(tmp_path / "layer.onnx"), made(layer), x)
    assert operators(model) == names


@pytest.mark.parametrize(
    "layer, x",
    [
        (nn.MaxPool3D(3, 2, 1, ceil_mode=True), VOLUME),
        (nn.AvgPool2D(3, 2, 1, ceil_mode=True), IMAGE),
        (nn.GroupNorm(2), IMAGE),
        (nn.RMSNorm(), ROWS),
        (nn.PixelShuffle2D(2), drawn(1, 8, 3, 2)),
        (nn.Embedding(10, 4), np.array([[1, 2], [3, 4]], dtype="int32")),
        (nn.MultiHeadAttention(8, 2), ROWS),
        (nn.TransformerEncoderLayer(8, 16, 2), ROWS),
        (nn.PReLU(), ROWS),
        (nn.GELU(), ROWS),
        (nn.ELU(), ROWS),
        (nn.SELU(), ROWS),
        (nn.SiLU(), ROWS),
        (nn.LeakyReLU(0.1), ROWS),
    ],
    ids=lambda value: type(value).__name__,
)
def test_layer_gives_the_same(layer, x, tmp_path):
    check(str(tmp_path / "layer.onnx"), made(layer), x)


@pytest.mark.parametrize(
    "layer, x, other",
    [
        (nn.Conv2D(6, 3, 2, 1), IMAGE, drawn(3, 4, 9, 7)),
        (nn.Conv3DTranspose(6, 3, 2, 1), VOLUME, drawn(3, 4, 6, 7, 5)),
        (nn.MaxPool2D(2), IMAGE, drawn(1, 4, 9, 7)),
        (nn.BatchNorm(), IMAGE, drawn(5, 4, 9, 7)),
        (nn.GroupNorm(2), IMAGE, drawn(5, 4, 9, 7)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_batch_may_be_any(layer, x, other, tmp_path):
    model = check(
        str(tmp_path / "layer.onnx"), made(layer), x, others=[(other,)], dynamic={"x": {0: "batch"}}
    )
    dimensions = [item.type.tensor_type.shape.dim[0].dim_param for item in model.graph.input]
    assert dimensions == ["batch"]
    assert model.graph.output[0].type.tensor_type.shape.dim[0].dim_param == "batch"


@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}], ids=str)
@pytest.mark.parametrize("layer", [rnn.LSTM, rnn.GRU, rnn.RNN])
def test_recurrent_layer_is_its_operator(layer, options, tmp_path):
    if layer is rnn.RNN and not HAS_RUNTIME:
        pytest.skip("the reference evaluator has no relu")
    dynamic = {"inputs": {0: "batch", 1: "time"}}
    net = made(layer(4, layout="NTC", **options))
    path = str(tmp_path / "layer.onnx")
    others = [(OTHER_ROWS,)] if HAS_RUNTIME else []
    model = check(path, net, ROWS, others=others, dynamic=dynamic)
    count = options.get("num_layers", 1) * (2 if options else 1)
    assert operators(model).count(layer.__name__) == count


class Carried(gluon.HybridBlock):
    """A recurrent layer whose states go in and come out."""

    def __init__(self):
        super().__init__()
        self.rnn = rnn.LSTM(4, layout="NTC")

    def forward(self, x, hidden, cell):
        y, (hidden, cell) = self.rnn(x, [hidden, cell])
        return y, hidden, cell


def test_states_of_a_recurrent_layer_go_in_and_come_out(tmp_path):
    states = drawn(1, 2, 4, seed=2), drawn(1, 2, 4, seed=3)
    model = check(str(tmp_path / "layer.onnx"), made(Carried()), ROWS, *states)
    assert "LSTM" in operators(model)


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
@pytest.mark.parametrize("factor", [2, 1.5])
def test_images_are_resized(mode, factor, tmp_path):
    net = Function(lambda x: npx.interpolate(x, scale_factor=factor, mode=mode))
    dynamic = {"x": {0: "batch"}}
    check(str(tmp_path / "layer.onnx"), net, IMAGE, others=[(drawn(1, 4, 9, 7),)], dynamic=dynamic)


def indexing(x):
    """Much of `np` that networks use, for an array (B, T, C)."""
    batch, steps, _ = x.shape
    return {
        "argmax": x.argmax(axis=-1),
        "sort": np.sort(x, axis=1),
        "cumsum": x.cumsum(axis=1),
        "einsum": np.einsum("bij,bkj->bik", x, x),
        "tail": x[:, 1:],
        "last": x[:, -1],
        "mean": x.mean(axis=(0, 2)),
        "std": x.std(axis=1),
        "where": np.where(x > 0, x, 0.5),
        "along": np.take_along_axis(x, np.argsort(x, axis=-1), -1),
        "one_hot": npx.one_hot(x.argmax(axis=-1), 8),
        "pad": np.pad(x, ((0, 0), (1, 2), (0, 0))),
        "arange": np.arange(steps) * 2 + 1.5,
        "broadcast": np.broadcast_to(x[:1], x.shape),
        "zeros": np.zeros((batch, steps)),
        "rows": x.reshape((batch * steps, -1)),
        "lower": np.tril(np.ones((steps, steps))),
        "twice": np.concatenate([x, x * 2], axis=1),
        "attention": npx.scaled_dot_product_attention(x, x, x, causal=True),
        "turned": x.transpose(1, 0, 2).reshape((steps, -1)),
        "masked": npx.softmax(np.where(x > 0.5, x, -np.inf), axis=-1),
        "nothing": npx.scaled_dot_product_attention(x, x, x, np.zeros((steps, steps), dtype=bool)),
    }


def test_indexing_follows_sizes(tmp_path):
    dynamic = {"x": {0: "batch", 1: "time"}}
    path = str(tmp_path / "layer.onnx")
    check(path, Function(indexing), ROWS, others=[(OTHER_ROWS,)], dynamic=dynamic)


def test_chosen_elements_have_the_count_of_the_run(tmp_path):
    net = Function(lambda x: (x[x > 0], np.nonzero(x > 1)[0]))
    model = check(str(tmp_path / "layer.onnx"), net, ROWS, others=[(drawn(2, 5, 8, seed=4),)])
    assert not model.graph.output[0].type.tensor_type.shape.dim[0].HasField("dim_value")
