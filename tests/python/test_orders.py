"""Arguments in the order of PyTorch and Keras: what can mean nothing is refused with a hint, what
is only unlikely is warned of, and the programs of Gluon hear nothing."""

import warnings

import pytest
from samples import uniform
from weft import gluon, np, optimizer
from weft.gluon import data, loss, nn, rnn

IMAGES = (2, 3, 16, 16)


def called(layer, shape):
    layer.initialize()
    return layer(np.array(uniform(*shape)))


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: nn.Dense(3, 8, True), TypeError, "`units`, `activation` by position.*`in_units`"),
        (lambda: rnn.LSTM(8, 16, 2), TypeError, "`hidden_size`, `num_layers` by .*`input_size`"),
        (lambda: rnn.GRUCell(8, 16), TypeError, "GRUCell: it takes `hidden_size` by position"),
        (lambda: nn.Flatten(1), TypeError, "Flatten: it takes nothing by position.* got 1"),
        (lambda: nn.InstanceNorm(8), ValueError, r"`epsilon` .* got 8;.*`in_channels`.* is 8\.0$"),
        (lambda: nn.GroupNorm(4, 16), ValueError, "GroupNorm: `epsilon` must be a small number"),
        (lambda: nn.LayerNorm([8]), TypeError, r"`axis` must be an integer; got \[8\]; it counts"),
        (lambda: nn.RMSNorm((8,)), TypeError, r"RMSNorm: `axis` must be an integer; got \(8,\)"),
        (lambda: nn.Embedding(9, 4, 0), TypeError, "`dtype` must be a dtype; got 0; no row stands"),
        (lambda: nn.Dropout(0.5, True), TypeError, "`axes` must be integers; got True; nothing"),
        (lambda: loss.SoftmaxCrossEntropyLoss([1.0, 2.0]), TypeError, "are `class_weight`$"),
        (lambda: loss.L2Loss("mean"), TypeError, "L2Loss: `weight` must be a number; got 'mean'"),
        (lambda: optimizer.Adam(1e-3, (0.9, 0.9)), TypeError, r"`beta1` must be a number; got \(0"),
        (
            lambda: gluon.Trainer({}, 0.1),
            TypeError,
            "`optimizer` must be an optimizer or .*got 0.1",
        ),
        (lambda: data.DataLoader([1, 2], True), ValueError, "`batch_size` must be a number; got T"),
        (
            lambda: data.DataLoader([1, 2], 2, 4),
            ValueError,
            "`shuffle` must be True or False; got 4",
        ),
        (lambda: nn.PReLU(8), TypeError, "`alpha_initializer` must be.*`in_channels=8`"),
        (lambda: nn.PReLU(0.1), TypeError, r"`init.Constant\(0.25\)`"),
        (lambda: rnn.RNN(8, 16, 2), ValueError, "RNN: `activation` must be .*'tanh'; got 2"),
        (lambda: rnn.RNNCell(8, 16), ValueError, "RNNCell begins with `hidden_size`"),
        (lambda: nn.MultiHeadAttention(8, 64), ValueError, r"it takes \(units, num_heads\)$"),
        (
            lambda: nn.TransformerEncoderLayer(512, 8, 2048),
            ValueError,
            r"got 2048 and 512; .*write TransformerEncoderLayer\(512, 2048, 8\)",
        ),
    ],
)
def test_numbers_that_can_mean_nothing_are_refused(make, kind, text):
    with pytest.raises(kind, match=text):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (lambda: nn.LayerNorm(8), (2, 8), r"LayerNorm: `axis` .* got 8; .*write LayerNorm\(\)"),
        (lambda: nn.RMSNorm(8), (2, 5, 8), r"RMSNorm: `axis` .*write RMSNorm\(\)"),
        (lambda: nn.BatchNorm(8), (2, 8, 4, 4), r"BatchNorm: `axis` .*write BatchNorm\(\)"),
        (lambda: nn.BatchNorm(7), (2, 8), r"got 7$"),
        (lambda: nn.Conv2D(3, 64, 3), IMAGES, r"\(64, 64\) for data of shape .*finds the channels"),
        (lambda: nn.Conv1D(8, 3, dilation=8), (1, 4, 16), r"extents \(17,\) for data"),
    ],
)
def test_what_data_show_is_refused_at_the_first_call(layer, shape, text):
    with pytest.raises(ValueError, match=text):
        called(layer(), shape)


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (lambda: nn.Conv2D(1, 8, 3), (2, 1, 28, 28), r"1 channels of 1;.* write Conv2D\(8, 3\)"),
        (lambda: nn.Conv2D(3, 6, 5), IMAGES, r"write Conv2D\(6, 5\)"),
        (lambda: nn.Conv1D(16, 32, 1), (2, 16, 100), r"write Conv1D\(32, 1\)"),
        (lambda: nn.Conv2DTranspose(16, 8, 3), (2, 16, 5, 5), r"Conv2DTranspose\(8, 3\)"),
        (lambda: nn.BatchNorm(3), IMAGES, r"`axis` is 3, which has 16 channels"),
        (lambda: nn.LayerNorm(2), (4, 6, 5, 2), r"for the 2 of axis 3 write LayerNorm\(\)"),
    ],
)
def test_what_is_unlikely_is_warned_of_at_the_first_call(layer, shape, text):
    with pytest.warns(UserWarning, match=text) as told:
        called(layer(), shape)
    assert [warning.filename for warning in told] == [__file__]


def test_a_deep_pile_of_recurrent_layers_is_warned_of():
    with pytest.warns(UserWarning, match=r"64 layers of 8 units .*write LSTM\(64\)") as told:
        rnn.LSTM(8, 64)
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match=r"write TransformerDecoderLayer\(64, 32, 4\)"):
        nn.TransformerDecoderLayer(64, 4, 32)


# Of networks that people train: stems, 1 x 1 and patches, kernels that cover their strides twice,
# global and large depthwise kernels, channels last, GNMT.
@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: nn.Conv2D(64, 1, 2), (1, 64, 4, 4)),
        (lambda: nn.Conv2D(3, 3, 2, 1), IMAGES),
        (lambda: nn.Conv2D(16, 7, 2, 3), (1, 16, 14, 14)),
        (lambda: nn.Conv2D(3, 8, 8), IMAGES),
        (lambda: nn.Conv1D(1, 10, 5), (1, 1, 40)),
        (lambda: nn.Conv1D(4, 15, 1, 7), (1, 4, 40)),
        (lambda: nn.Conv2D(4, 16), (1, 4, 16, 16)),
        (lambda: nn.Conv2D(8, 31, 1, 15, groups=8), (1, 8, 8, 8)),
        (lambda: nn.Conv2DTranspose(2, 64, 32, 16), (1, 2, 2, 2)),
        (lambda: nn.BatchNorm(axis=3), (2, 8, 8, 3)),
        (lambda: nn.BatchNorm(-1), (2, 8, 8, 3)),
        (lambda: nn.LayerNorm(1, 1e-3), (2, 4, 8)),
        (lambda: nn.InstanceNorm(2.0), IMAGES),
        (lambda: rnn.LSTM(4, 8), (3, 2, 4)),
    ],
)
def test_programs_of_gluon_hear_nothing(layer, shape):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        called(layer(), shape)
