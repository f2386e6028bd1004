"""Parameters, layers, losses and the trainer."""

import itertools
import math

import numpy
import pytest
import scipy.spatial.distance
import scipy.special
import weft
from scipy import stats
from weft import autograd, gluon, init, lr_scheduler, metric, np, npx
from weft.gluon import nn


def uniform(*shape, seed=0):
    return numpy.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


# ---- parameters


def test_names_are_paths_and_select_is_a_pattern():
    net = nn.HybridSequential(nn.Dense(2), nn.HybridSequential(nn.Dense(3, use_bias=False)))
    assert list(net.collect_params()) == ["0.weight", "0.bias", "1.0.weight"]
    assert list(net.collect_params(".*weight")) == ["0.weight", "1.0.weight"]


def test_attributes_name_children():
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.features = nn.HybridSequential(nn.Dense(2))
            self.scale = gluon.Parameter(shape=(1,), init="ones")

        def forward(self, x):
            return self.features(x) * self.scale.data()

    net = Net()
    assert list(net.collect_params()) == ["scale", "features.0.weight", "features.0.bias"]
    net.initialize()
    assert net(np.ones((1, 2))).shape == (1, 2)
    with pytest.raises(RuntimeError, match="call `super"):

        class Hasty(nn.HybridBlock):
            def __init__(self):
                self.a = 1

        Hasty()


def test_shape_is_found_at_the_first_call():
    layer = nn.Dense(4)
    assert layer.weight.shape == (4, -1)
    layer.initialize()
    layer(np.ones((2, 3, 5)))
    assert layer.weight.shape == (4, 15)
    assert layer.weight.data().shape == (4, 15)
    with pytest.raises(ValueError, match="fully_connected: `weight`"):
        layer(np.ones((2, 3)))


def test_parameter_before_its_shape_and_before_initialize():
    layer = nn.Dense(4)
    with pytest.raises(RuntimeError, match="`weight` is not initialized: call `initialize"):
        layer.weight.data()
    with pytest.raises(RuntimeError, match="is not initialized"):
        layer(np.ones((1, 2)))
    layer.initialize()
    with pytest.raises(gluon.DeferredInitializationError, match=r"shape \(4, -1\) is not known"):
        layer.weight.data()
    assert issubclass(gluon.DeferredInitializationError, weft.Error)


def test_second_initialize_needs_force():
    layer = nn.Dense(2, in_units=2)
    layer.initialize(init.One())
    layer.initialize(init.Zero())
    assert layer.weight.data().tolist() == [[1, 1], [1, 1]]
    layer.initialize(init.Zero(), force_reinit=True)
    assert layer.weight.data().tolist() == [[0, 0], [0, 0]]


def test_initializers_obey_names_unless_they_are_the_parameters_own():
    layer = nn.Dense(2, in_units=2, bias_initializer=init.Constant(7))
    layer.initialize(init.One())
    assert layer.bias.data().tolist() == [7, 7]
    other = nn.Dense(2, in_units=2, bias_initializer=None)
    other.initialize(init.One())
    assert other.bias.data().tolist() == [0, 0]


def test_xavier_scales_with_the_fans():
    layer = nn.Dense(300, in_units=500)
    layer.initialize(init.Xavier())
    bound = math.sqrt(3 / 400)
    values = layer.weight.data().asnumpy()
    assert abs(values).max() <= bound
    assert abs(values.std() - bound / math.sqrt(3)) < 0.01 * bound
    with pytest.raises(LookupError, match="init: there is none named 'xavior'"):
        nn.Dense(2, in_units=2).initialize("xavior")


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        (init.Normal(0.3), 0.3),
        (init.MSRAPrelu(slope=0), math.sqrt(2 / 400)),
        (init.MSRAPrelu("in", 0.5), math.sqrt(2 / 1.25 / 500)),
        ("he", math.sqrt(2 / (1 + 0.25**2) / 400)),
    ],
    ids=repr,
)
def test_normal_initializers_have_their_deviation(initializer, deviation):
    layer = nn.Dense(300, in_units=500)
    layer.initialize(initializer)
    values = layer.weight.data().asnumpy()
    error = deviation / math.sqrt(2 * values.size)  # of a deviation, estimated from so many
    assert abs(values.std() - deviation) < 5 * error
    assert abs(values.mean()) < 5 * deviation / math.sqrt(values.size)


@pytest.mark.parametrize("shape", [(5, 5), (3, 8), (8, 3), (4, 2, 3), (1, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_orthogonal_rows_or_columns(shape, dtype):
    parameter = gluon.Parameter("weight", shape=shape, dtype=dtype, init=init.Orthogonal(1.5))
    parameter.initialize()
    matrix = parameter.data().astype("float64").asnumpy().reshape(shape[0], -1)
    product = matrix @ matrix.T if shape[0] <= matrix.shape[1] else matrix.T @ matrix
    tolerance = 40 * numpy.finfo(dtype).eps
    numpy.testing.assert_allclose(product, 2.25 * numpy.eye(len(product)), atol=tolerance)


def test_orthogonal_is_uniform_and_follows_the_seed():
    drawn = []
    for _ in range(2):
        weft.random.seed(4)
        drawn.append([_orthogonal((2, 2)) for _ in range(1000)])
    numpy.testing.assert_array_equal(drawn[0], drawn[1])
    angles = [math.atan2(*matrix[0]) for matrix in drawn[0]]
    assert stats.kstest(angles, "uniform", (-math.pi, 2 * math.pi)).pvalue > 1e-5
    turns = sum(numpy.linalg.det(matrix) > 0 for matrix in drawn[0])
    assert 400 < turns < 600
    with pytest.raises(ValueError, match=r"Orthogonal: `b` must have at least 2 axes; got shape"):
        init.Orthogonal().fill("b", np.zeros(3))


def _orthogonal(shape):
    array = np.zeros(shape)
    init.Orthogonal(1).fill("weight", array)
    return array.asnumpy()


def test_grad_req_null_freezes():
    net = nn.HybridSequential(nn.Dense(2, in_units=2), nn.Dense(1, in_units=2))
    net.initialize()
    net[0].setattr("grad_req", "null")
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    before = [p.data().asnumpy() for p in net.collect_params().values()]
    with autograd.record():
        loss = net(np.ones((1, 2)))
    loss.backward()
    trainer.step(1)
    after = [p.data().asnumpy() for p in net.collect_params().values()]
    changed = [not numpy.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert changed == [False, False, True, True]
    with pytest.raises(RuntimeError, match="grad_req='null', so no gradient"):
        net[0].weight.grad()


def test_shared_parameter_is_trained_once():
    first = nn.Dense(2, in_units=2, use_bias=False)
    second = nn.Dense(2, in_units=2, use_bias=False)
    second.weight = first.weight
    net = nn.HybridSequential(first, second)
    net.initialize(init.One())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    with autograd.record():
        loss = net(np.ones((1, 2)))
    loss.backward()
    grad = first.weight.grad().asnumpy()
    trainer.step(1)
    numpy.testing.assert_allclose(first.weight.data().asnumpy(), 1 - grad)


def test_cast_and_dtype_mismatch():
    net = nn.HybridSequential(nn.Dense(2, in_units=2))
    net.initialize()
    with pytest.raises(TypeError, match=r"float64.*float32.*astype\('float32'\)"):
        net(np.ones((1, 2), "float64"))
    net.cast("float64")
    assert net(np.ones((1, 2), "float64")).dtype == "float64"


# ---- files of parameters


def test_save_and_load_parameters(tmp_path):
    path = tmp_path / "net.safetensors"
    net, other = (nn.HybridSequential(nn.Dense(3), nn.Dense(2)) for _ in range(2))
    net.initialize()
    x = np.array(uniform(2, 4))
    wanted = net(x).asnumpy()
    net.save_parameters(path)
    other.load_parameters(path)  # before initialize(), shapes unknown
    numpy.testing.assert_array_equal(other(x).asnumpy(), wanted)


def test_files_of_parameters_are_safetensors(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    path = str(tmp_path / "net.safetensors")
    layer = nn.Dense(3, in_units=2)
    layer.initialize()
    layer.save_parameters(path)
    arrays = safetensors.load_file(path)
    numpy.testing.assert_array_equal(arrays["weight"], layer.weight.data().asnumpy())
    safetensors.save_file({"weight": uniform(3, 2), "bias": uniform(3)}, path)
    layer.load_parameters(path)
    numpy.testing.assert_array_equal(layer.weight.data().asnumpy(), uniform(3, 2))


def test_missing_and_extra_parameters_raise_and_change_nothing(tmp_path):
    path = tmp_path / "net.safetensors"
    small = nn.HybridSequential(nn.Dense(2, in_units=2))
    big = nn.HybridSequential(nn.Dense(2, in_units=2), nn.Dense(2, in_units=2))
    small.initialize(init.One())
    big.initialize(init.Zero())
    small.save_parameters(path)
    with pytest.raises(LookupError, match=r"lacks `1.weight`, `1.bias`; use `allow_missing=True`"):
        big.load_parameters(path)
    assert big[0].weight.data().asnumpy().sum() == 0
    big.load_parameters(path, allow_missing=True)
    assert big[0].weight.data().asnumpy().sum() == 4
    big.save_parameters(path)
    with pytest.raises(LookupError, match=r"has `1\.\w+`, `1\.\w+`, which the block lacks"):
        small.load_parameters(path)
    small.load_parameters(path, ignore_extra=True)
    other = nn.HybridSequential(nn.Dense(5, in_units=2))
    with pytest.raises(ValueError, match=r"`0.weight` must have shape \(5, 2\)"):
        other.load_parameters(path, ignore_extra=True)


# ---- layers


@pytest.mark.parametrize(
    ("layer", "shape", "wanted"),
    [
        (nn.Dense(4, flatten=False), (2, 3, 5), (2, 3, 4)),
        (nn.Conv2D(6, 3), (2, 4, 7, 8), (2, 6, 5, 6)),
        (nn.Conv2D(6, (3, 1), (2, 1), (1, 0), groups=2), (2, 4, 7, 8), (2, 6, 4, 8)),
        (nn.Conv2D(6, 3, dilation=2, use_bias=False), (2, 4, 7, 8), (2, 6, 3, 4)),
        (nn.Conv1D(6, 3, padding=1), (2, 4, 7), (2, 6, 7)),
        (nn.MaxPool2D(), (2, 4, 7, 8), (2, 4, 3, 4)),
        (nn.MaxPool2D(3, 2, ceil_mode=True), (2, 4, 7, 8), (2, 4, 3, 4)),
        (nn.AvgPool2D(3, 1, 1), (2, 4, 7, 8), (2, 4, 7, 8)),
        (nn.MaxPool1D(), (2, 4, 7), (2, 4, 3)),
        (nn.GlobalAvgPool2D(), (2, 4, 7, 8), (2, 4, 1, 1)),
        (nn.Upsample(scale_factor=2), (2, 4, 7, 8), (2, 4, 14, 16)),
        (nn.Upsample(size=(5, 9), mode="cubic"), (2, 4, 7, 8), (2, 4, 5, 9)),
        (nn.PixelShuffle1D(2), (2, 4, 7), (2, 2, 14)),
        (nn.PixelShuffle2D((1, 2)), (2, 4, 7, 8), (2, 2, 7, 16)),
        (nn.PixelShuffle3D((1, 2, 2)), (2, 4, 3, 7, 8), (2, 1, 3, 14, 16)),
        (nn.GlobalMaxPool2D(), (2, 4, 7, 8), (2, 4, 1, 1)),
        (nn.Conv3D(6, 3, padding=1), (2, 4, 3, 4, 5), (2, 6, 3, 4, 5)),
        (nn.Conv3D(6, (1, 2, 3), (2, 1, 1), groups=2), (2, 4, 5, 4, 5), (2, 6, 3, 3, 3)),
        (nn.Conv1DTranspose(6, 3, 2, 1, 1), (2, 4, 7), (2, 6, 14)),
        (nn.Conv2DTranspose(6, 4, 2, 1, groups=2), (2, 4, 5, 6), (2, 6, 10, 12)),
        (nn.Conv3DTranspose(3, 2, 2), (2, 4, 2, 3, 4), (2, 3, 4, 6, 8)),
        (nn.MaxPool3D(), (2, 4, 5, 4, 5), (2, 4, 2, 2, 2)),
        (nn.AvgPool3D(3, 2, 1, ceil_mode=True), (2, 4, 4, 4, 5), (2, 4, 3, 3, 3)),
        (nn.GlobalAvgPool3D(), (2, 4, 3, 4, 5), (2, 4, 1, 1, 1)),
        (nn.GlobalMaxPool3D(), (2, 4, 3, 4, 5), (2, 4, 1, 1, 1)),
        (nn.BatchNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.LayerNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.GroupNorm(2), (2, 4, 7), (2, 4, 7)),
        (nn.InstanceNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.Dropout(0.3), (2, 4), (2, 4)),
        (nn.Flatten(), (2, 3, 4), (2, 12)),
        (nn.Activation("sigmoid"), (2, 3), (2, 3)),
        (nn.HybridLambda("tanh"), (2, 3), (2, 3)),
        (nn.Identity(), (2, 3), (2, 3)),
    ],
    ids=lambda value: repr(value) if isinstance(value, nn.Block) else "",
)
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_layer_gives_the_shape(layer, shape, wanted, active):
    layer.initialize()
    layer.hybridize(active)
    x = np.array(uniform(*shape))
    x.attach_grad()
    with autograd.record():
        y = layer(x)
    y.backward()
    assert y.shape == wanted
    assert x.grad.shape == shape
    assert repr(layer).startswith(type(layer).__name__)


def test_pixel_shuffle_puts_channels_to_their_places():
    x = uniform(2, 12, 3, 4)
    y = nn.PixelShuffle2D((2, 3))(np.array(x)).asnumpy()
    for i, j in numpy.ndindex(2, 3):
        numpy.testing.assert_array_equal(y[:, :, i::2, j::3], x[:, i * 3 + j :: 6])


def test_sequential_slices_and_prints():
    net = nn.HybridSequential(nn.Dense(2), nn.Activation("relu"), nn.Dense(3))
    assert len(net) == 3
    assert isinstance(net[1], nn.Activation)
    assert isinstance(net[:2], nn.HybridSequential)
    assert len(net[:2]) == 2
    assert "(1): Activation(relu)" in repr(net)


def test_unknown_activation_and_bad_sizes():
    with pytest.raises(LookupError, match="known are relu, sigmoid, log_sigmoid"):
        nn.Activation("swich")
    with pytest.raises(ValueError, match="`units` must be at least 1; got 0"):
        nn.Dense(0)
    with pytest.raises(ValueError, match="`kernel_size` must have 2 numbers"):
        nn.Conv2D(1, (1, 2, 3))
    with pytest.raises(ValueError, match="multiple of `groups`"):
        nn.Conv2D(3, 1, groups=2)
    for layer in (nn.Conv2D, nn.Conv2DTranspose):
        with pytest.raises(ValueError, match="`in_channels` must be 0 or a positive multiple of"):
            layer(4, 1, groups=2, in_channels=3)
    with pytest.raises(ValueError, match=r"Conv2D: `strides` must be at least 1; got \(1, 0\)"):
        nn.Conv2D(3, 1, strides=(1, 0))
    with pytest.raises(ValueError, match="Conv1DTranspose: `output_padding` must be at least 0"):
        nn.Conv1DTranspose(3, 1, output_padding=-1)
    with pytest.raises(TypeError, match=r"AvgPool3D: `pool_size` must be an integer or 3 of them"):
        nn.AvgPool3D(2.5)
    with pytest.raises(TypeError, match=r"Conv2D: `padding` must be an integer or 2 of them"):
        nn.Conv2D(3, 1, padding="same")


def test_hooks_run_and_detach():
    seen = []
    layer = nn.Dense(2, in_units=2)
    layer.initialize()
    handle = layer.register_forward_hook(lambda block, args, out: seen.append(out.shape))
    layer.register_forward_pre_hook(lambda block, args: seen.append("before"))
    layer(np.ones((3, 2)))
    handle.detach()
    layer(np.ones((4, 2)))
    assert seen == ["before", (3, 2), "before"]


# ---- losses


def softmax(x):
    e = numpy.exp(x)
    return e / e.sum(-1, keepdims=True)


LABEL = uniform(4, 3, seed=2)
LOSSES = [
    (gluon.loss.L2Loss(), lambda p, y: ((p - y) ** 2 / 2).mean(1), LABEL),
    (gluon.loss.L2Loss(weight=3.0), lambda p, y: ((p - y) ** 2 * 1.5).mean(1), LABEL),
    (gluon.loss.L1Loss(), lambda p, y: abs(p - y).mean(1), LABEL),
    (
        gluon.loss.HuberLoss(rho=0.5),
        lambda p, y: numpy.where(abs(p - y) > 0.5, abs(p - y) - 0.25, (p - y) ** 2).mean(1),
        LABEL,
    ),
    (
        gluon.loss.SoftmaxCrossEntropyLoss(),
        lambda p, y: -numpy.log(softmax(p))[numpy.arange(4), y],
        numpy.array([0, 2, 1, 1]),
    ),
    (
        gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False),
        lambda p, y: -(numpy.log(softmax(p)) * y).sum(1),
        softmax(uniform(4, 3, seed=3)),
    ),
    (
        gluon.loss.SigmoidBCELoss(),
        lambda p, y: (
            -(
                y * numpy.log(1 / (1 + numpy.exp(-p))) + (1 - y) * numpy.log(1 / (1 + numpy.exp(p)))
            ).mean(1)
        ),
        (LABEL > 0).astype("float32"),
    ),
    (
        gluon.loss.LogisticLoss(),
        lambda p, y: numpy.log1p(numpy.exp(-p * y)).mean(1),
        numpy.sign(LABEL),
    ),
    (
        gluon.loss.LogisticLoss(label_format="binary"),
        lambda p, y: numpy.log1p(numpy.exp(-p * (2 * y - 1))).mean(1),
        (LABEL > 0).astype("float32"),
    ),
    (
        gluon.loss.HingeLoss(margin=0.5),
        lambda p, y: numpy.maximum(0, 0.5 - p * y).mean(1),
        numpy.sign(LABEL),
    ),
    (
        gluon.loss.SquaredHingeLoss(),
        lambda p, y: (numpy.maximum(0, 1 - p * y) ** 2).mean(1),
        numpy.sign(LABEL),
    ),
    (
        gluon.loss.KLDivLoss(from_logits=False),
        lambda p, y: scipy.special.rel_entr(y, softmax(p)).mean(1),
        softmax(uniform(4, 3, seed=3)),
    ),
    (
        gluon.loss.KLDivLoss(),
        lambda p, y: scipy.special.rel_entr(y, numpy.exp(p)).mean(1),
        softmax(uniform(4, 3, seed=3)),
    ),
    (
        gluon.loss.PoissonNLLLoss(),
        lambda p, y: (-stats.poisson.logpmf(y, numpy.exp(p)) - scipy.special.gammaln(y + 1)).mean(
            1
        ),
        numpy.arange(12).reshape(4, 3).astype("float32"),
    ),
    (
        gluon.loss.PoissonNLLLoss(compute_full=True),
        lambda p, y: (-stats.poisson.logpmf(y, numpy.exp(p))).mean(1),
        numpy.arange(20, 32).reshape(4, 3).astype("float32"),
    ),
]


@pytest.mark.parametrize(("loss", "oracle", "label"), LOSSES, ids=lambda v: type(v).__name__)
def test_loss_is_one_value_per_sample(loss, oracle, label):
    pred = uniform(4, 3, seed=1)
    found = loss(np.array(pred), np.array(label))
    assert found.shape == (4,)
    # Stirling's approximation leaves out a twelfth of 1 / label.
    rtol = 1e-3 if getattr(loss, "compute_full", False) else 2e-5
    numpy.testing.assert_allclose(found.asnumpy(), oracle(pred, label), rtol=rtol, atol=1e-6)
    loss.hybridize()
    numpy.testing.assert_array_equal(loss(np.array(pred), np.array(label)), found)
    loss.hybridize(False)


def test_poisson_loss_of_means():
    mean, label = abs(uniform(4, 3, seed=1)) + 0.1, numpy.arange(12.0).reshape(4, 3)
    found = gluon.loss.PoissonNLLLoss(from_logits=False)(np.array(mean), np.array(label))
    want = -stats.poisson.logpmf(label, mean) - scipy.special.gammaln(label + 1)
    numpy.testing.assert_allclose(found, want.mean(1), rtol=1e-5)


def test_losses_of_embeddings():
    a, b, c = (uniform(4, 2, 3, seed=seed) for seed in (1, 2, 3))
    gap = ((b - a) ** 2).sum((1, 2)) - ((c - a) ** 2).sum((1, 2))
    triplet = gluon.loss.TripletLoss(margin=0.3)(*map(np.array, (a, b, c)))
    numpy.testing.assert_allclose(triplet, numpy.maximum(0, gap + 0.3), rtol=1e-5, atol=1e-6)
    rows, others = a[:, 0], b[:, 0]
    cosine = 1 - numpy.array(
        [scipy.spatial.distance.cosine(x, y) for x, y in zip(rows, others, strict=True)]
    )
    together = numpy.array([1, -1, 1, -1])
    loss = gluon.loss.CosineEmbeddingLoss(margin=0.1)
    found = loss(np.array(rows), np.array(others), np.array(together))
    want = numpy.where(together == 1, 1 - cosine, numpy.maximum(0, cosine - 0.1))
    numpy.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)
    weights = np.array([0.0, 1.0, 2.0, 3.0])
    numpy.testing.assert_allclose(
        loss(np.array(rows), np.array(others), np.array(together), weights),
        want * weights.asnumpy(),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize(("layout", "label_layout"), [("NTC", "NT"), ("TNC", "TN")])
def test_ctc_loss_counts_all_alignments(layout, label_layout):
    """By its definition: the probabilities of all paths that collapse to the label, added."""
    steps, classes, blank = 5, 4, 3
    scores = uniform(3, steps, classes) * 2
    labels, lengths = [[0, 1], [2, 2], [1]], [5, 4, 5]
    want = []
    for score, label, length in zip(scores, labels, lengths, strict=True):
        probability = softmax(score)
        total = 0.0
        for path in itertools.product(range(classes), repeat=length):
            if [k for k, _ in itertools.groupby(path) if k != blank] == label:
                total += numpy.prod(probability[numpy.arange(length), path])
        want.append(-numpy.log(total))
    padded = numpy.array([[*label, -1][:2] for label in labels])
    if layout == "TNC":
        scores, padded = scores.swapaxes(0, 1), padded.T
    loss = gluon.loss.CTCLoss(layout, label_layout)
    loss.hybridize()
    found = loss(np.array(scores), np.array(padded), np.array(lengths))
    numpy.testing.assert_allclose(found, want, rtol=1e-5)
    impossible = loss(np.array(scores), np.array(padded), np.array([2, 2, 0]))
    assert numpy.isinf(impossible.asnumpy()).tolist() == [False, True, False]


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match=r"`layout` must be NTC or TNC.*got 'NCT' and 'NT'"):
        gluon.loss.CTCLoss("NCT")


def test_an_unknown_label_format_is_refused():
    with pytest.raises(ValueError, match="`label_format` must be signed or binary; got 'hot'"):
        gluon.loss.LogisticLoss(label_format="hot")


def test_sample_weight_multiplies():
    pred, label = np.array(uniform(4, 3)), np.array(LABEL)
    weight = np.array([[0.0], [1.0], [2.0], [0.0]])
    loss = gluon.loss.L2Loss()
    numpy.testing.assert_allclose(
        loss(pred, label, weight).asnumpy(),
        loss(pred, label).asnumpy() * weight.asnumpy()[:, 0],
        rtol=1e-6,
    )


# ---- optimizers and the trainer


def parameter(values):
    p = gluon.Parameter("w", shape=numpy.shape(values), dtype="float64")
    p.set_data(numpy.array(values))
    return p


def steps(optimizer, options, count=5, batch=2):
    """Values of a parameter after steps with the gradients 2 * w * i."""
    p = parameter([1.0, -2.0])
    trainer = gluon.Trainer({"w": p}, optimizer, options)
    history = []
    for i in range(1, count + 1):
        with autograd.record():
            loss = p.data() * p.data() * float(i)
        loss.backward()
        history.append(p.data().asnumpy())
        trainer.step(batch)
    return history, p.data().asnumpy()


def reference(update, count=5, batch=2):
    w = numpy.array([1.0, -2.0])
    state = {}
    for i in range(1, count + 1):
        w = update(w, 2 * w * i / batch, state, i)
    return w


def sgd(lr, wd=0.0, momentum=0.0, nesterov=False, clip=None):
    def update(w, g, state, t):
        if clip is not None:
            g = g.clip(-clip, clip)
        step = lr * (g + wd * w)
        m = state["m"] = momentum * state.get("m", 0) - step
        return w + (momentum * m - step if nesterov else m)

    return update


def adam(lr, wd=0.0, b1=0.9, b2=0.999, epsilon=1e-8):
    def update(w, g, state, t):
        g = g + wd * w
        m = state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        v = state["v"] = b2 * state.get("v", 0) + (1 - b2) * g * g
        rate = lr * math.sqrt(1 - b2**t) / (1 - b1**t)
        return w - rate * m / (numpy.sqrt(v) + epsilon)

    return update


def adamw(lr, wd):
    plain = adam(lr)
    return lambda w, g, state, t: plain(w, g, state, t) - lr * wd * w


def rmsprop(lr, wd=0.0, rho=0.9, momentum=0.0, epsilon=1e-8, centered=False):
    def update(w, g, state, t):
        g = g + wd * w
        n = state["n"] = rho * state.get("n", 0) + (1 - rho) * g * g
        if not centered:
            return w - lr * g / (numpy.sqrt(n) + epsilon)
        m = state["m"] = rho * state.get("m", 0) + (1 - rho) * g
        state["d"] = momentum * state.get("d", 0) - lr * g / numpy.sqrt(n - m * m + epsilon)
        return w + state["d"]

    return update


def adagrad(lr, wd=0.0, epsilon=1e-6):
    def update(w, g, state, t):
        g = g + wd * w
        h = state["h"] = state.get("h", 0) + g * g
        return w - lr * g / (numpy.sqrt(h) + epsilon)

    return update


@pytest.mark.parametrize(
    ("name", "options", "oracle"),
    [
        ("sgd", {"learning_rate": 0.1}, sgd(0.1)),
        ("sgd", {"learning_rate": 0.1, "wd": 0.2, "clip_gradient": 0.5}, sgd(0.1, 0.2, clip=0.5)),
        ("sgd", {"learning_rate": 0.1, "momentum": 0.9}, sgd(0.1, momentum=0.9)),
        (
            "sgd",
            {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "wd": 0.1},
            sgd(0.1, 0.1, 0.9, True),
        ),
        ("adam", {"learning_rate": 0.1, "wd": 0.1}, adam(0.1, 0.1)),
        ("adamw", {"learning_rate": 0.1, "wd": 0.1}, adamw(0.1, 0.1)),
        ("nag", {"learning_rate": 0.1, "wd": 0.1}, sgd(0.1, 0.1, 0.9, True)),
        ("rmsprop", {"learning_rate": 0.1, "rho": 0.7, "wd": 0.1}, rmsprop(0.1, 0.1, 0.7)),
        (
            "rmsprop",
            {"learning_rate": 0.1, "momentum": 0.6, "centered": True},
            rmsprop(0.1, momentum=0.6, centered=True),
        ),
        ("adagrad", {"learning_rate": 0.1, "wd": 0.1}, adagrad(0.1, 0.1)),
    ],
    ids=str,
)
def test_optimizer_equals_its_formula(name, options, oracle):
    numpy.testing.assert_allclose(steps(name, options)[1], reference(oracle), rtol=1e-12)


def test_scheduler_sets_the_rate():
    schedule = lr_scheduler.FactorScheduler(step=2, factor=0.1)
    trainer = gluon.Trainer(
        {"w": parameter([1.0])}, "sgd", {"learning_rate": 1.0, "lr_scheduler": schedule}
    )
    assert trainer.learning_rate == 1.0
    with pytest.raises(RuntimeError, match="set by `lr_scheduler`"):
        trainer.set_learning_rate(0.5)
    assert [schedule(n) for n in (1, 2, 3, 5)] == pytest.approx([1, 1, 0.1, 0.01])
    cosine = lr_scheduler.CosineScheduler(10, base_lr=1.0, final_lr=0.1, warmup_steps=2)
    assert [cosine(n) for n in (0, 1, 2, 10, 20)] == pytest.approx([0, 0.5, 1, 0.1, 0.1])
    poly = lr_scheduler.PolyScheduler(10, base_lr=1.0, pwr=2, final_lr=0.1, warmup_steps=2)
    assert [poly(n) for n in (1, 2, 6, 10, 20)] == pytest.approx([0.5, 1, 0.325, 0.1, 0.1])
    with pytest.raises(ValueError, match="`max_update` must exceed `warmup_steps` 3; got 3"):
        lr_scheduler.PolyScheduler(3, warmup_steps=3)
    multi = lr_scheduler.MultiFactorScheduler([2, 4], 0.5, base_lr=1.0)
    assert [multi(n) for n in (2, 3, 5)] == [1, 0.5, 0.25]


def test_multipliers_scale_rate_and_decay():
    p = parameter([1.0])
    p.lr_mult, p.wd_mult = 2.0, 0.0
    trainer = gluon.Trainer({"w": p}, "sgd", {"learning_rate": 0.1, "wd": 100.0})
    with autograd.record():
        loss = p.data() * 3
    loss.backward()
    trainer.step(1)
    numpy.testing.assert_allclose(p.data().asnumpy(), [1 - 0.2 * 3])


def one_step(p, trainer):
    with autograd.record():
        loss = p.data() * p.data()
    loss.backward()
    trainer.step(1)


class Plateau(lr_scheduler.LRScheduler):
    """Halves the rate when told to."""

    halvings = 0

    def rate(self, num_update):
        return self.base_lr / 2**self.halvings


def changed_rate(trainer):
    trainer.set_learning_rate(0.03)


def changed_options(trainer):
    trainer.optimizer.beta1, trainer.optimizer.wd = 0.5, 0.1


def told(trainer):
    trainer.optimizer.lr_scheduler.halvings += 3


STATES = {
    "adam": ("adam", {}, None),
    "no states": ("sgd", {}, changed_rate),
    "momentum": ("sgd", {"momentum": 0.9}, changed_rate),
    "centered": ("rmsprop", {"centered": True}, None),
    "options": ("adam", {"rescale_grad": 0.5, "clip_gradient": 1.5}, changed_options),
    "schedule": (
        "adam",
        {"lr_scheduler": lambda: lr_scheduler.MultiFactorScheduler([2, 4], warmup_steps=2)},
        None,
    ),
    "own schedule": ("sgd", {"lr_scheduler": Plateau}, told),
    "function": ("sgd", {"lr_scheduler": lambda: lambda n: 0.1 / n}, None),
}


@pytest.mark.parametrize("name", STATES)
def test_states_continue_where_they_were_saved(name, tmp_path):
    optimizer, options, change = STATES[name]

    def begin(values, rate, options):
        made = {"lr_scheduler": options["lr_scheduler"]()} if "lr_scheduler" in options else {}
        p = parameter(values)
        return p, gluon.Trainer({"w": p}, optimizer, {"learning_rate": rate, **options, **made})

    p, trainer = begin([1.0, 2.0], 0.1, options)
    for _ in range(3):
        one_step(p, trainer)
    if change:
        change(trainer)
    trainer.save_states(tmp_path / "states")
    other, resumed = begin(p.data().asnumpy(), 0.7, {} if name == "options" else options)
    resumed.load_states(tmp_path / "states")
    assert resumed.learning_rate == trainer.learning_rate
    for _ in range(3):
        one_step(p, trainer)
        one_step(other, resumed)
        assert p.data().tolist() == other.data().tolist()
    assert resumed.optimizer.num_update == 6


def test_states_of_something_else_are_refused_and_change_nothing(tmp_path):
    path, p = tmp_path / "states", parameter([1.0, 2.0])
    trainer = gluon.Trainer({"w": p}, "adam")
    one_step(p, trainer)
    trainer.save_states(path)
    schedule = {"lr_scheduler": Plateau()}
    for found, optimizer, options, message in [
        (p, "sgd", {"momentum": 0.9}, "must be of the optimizer SGD; it is of Adam"),
        (p, "adamw", {}, "must be of the optimizer AdamW; it is of Adam"),
        (p, "adam", schedule, "must be of the scheduler Plateau; it is of none"),
        (
            parameter([1.0]),
            "adam",
            {},
            r"`mean` of `w` with shape \(1,\) and dtype float64; it has",
        ),
    ]:
        other = gluon.Trainer({"w": found}, optimizer, options)
        one_step(found, other)
        before = str(other.describe_states())
        with pytest.raises(ValueError, match=f"^load_states: `.*{message}"):
            other.load_states(path)
        assert str(other.describe_states()) == before
    with pytest.raises(
        ValueError, match="must be of this trainer's parameters, such as `v`; it ha"
    ):
        gluon.Trainer({"v": p}, "adam").load_states(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OSError, match="load"):
        trainer.load_states(path)
    npx.save(path, {"w": np.ones(1)})
    with pytest.raises(ValueError, match=r"must be a file of `Trainer\.save_states`; it is not"):
        trainer.load_states(path)


def test_an_update_is_a_step_whose_gradients_may_be_changed_before():
    p, q = parameter([1.0, 2.0]), parameter([1.0, 2.0])
    one, two = (gluon.Trainer({"w": w}, "sgd", {"momentum": 0.9}) for w in (p, q))
    for size in (4, 2):
        for w in (p, q):
            with autograd.record():
                loss = w.data() * w.data()
            loss.backward()
        p.grad()[:] *= 0.5
        one.step(size)
        two.allreduce_grads()
        q.grad()[:] *= 0.5
        two.update(size)
    assert p.data().tolist() == q.data().tolist()
    with pytest.raises(RuntimeError, match="update: the gradient of `w` was not written"):
        two.update(2)
    with pytest.raises(ValueError, match="update: `batch_size` must be positive; got 0"):
        two.update(0)


def test_key_value_stores_of_one_host_are_accepted():
    p = parameter([1.0])
    for kind in ("device", "local", None):
        gluon.Trainer({"w": p}, "sgd", None, kind, update_on_kvstore=False)
    with pytest.raises(
        NotImplementedError, match=r"`kvstore` must be .* one host; got 'dist_sync'"
    ):
        gluon.Trainer({"w": p}, "sgd", kvstore="dist_sync")


def test_stale_gradient_raises():
    p = parameter([1.0])
    trainer = gluon.Trainer({"w": p}, "sgd")
    with pytest.raises(RuntimeError, match="gradient of `w` was not written since the last step"):
        trainer.step(1)
    trainer.step(1, ignore_stale_grad=True)
    assert p.data().tolist() == [1]
    for change in (lambda: None, lambda: p.cast("float32"), lambda: setattr(p, "grad_req", "add")):
        change()  # gets a new gradient, which counts from the beginning
        with pytest.raises(RuntimeError, match="was not written since the last step"):
            trainer.step(1)
        one_step(p, trainer)


def test_trainer_refuses_what_is_no_parameter():
    with pytest.raises(TypeError, match=r"give `net\.collect_params"):
        gluon.Trainer([np.ones(1)], "sgd")
    with pytest.raises(
        LookupError, match="optimizer: there is none named 'sdg'; known are adagrad, adam"
    ):
        gluon.Trainer({"w": parameter([1.0])}, "sdg")
    with pytest.raises(ValueError, match="`batch_size` must be positive"):
        gluon.Trainer({"w": parameter([1.0])}, "sgd").step(0)


def test_a_net_learns():
    weft.random.seed(0)
    x = uniform(256, 2, seed=5)
    y = (x[:, 0] * x[:, 1] > 0).astype("int32")
    net = nn.HybridSequential(nn.Dense(32, activation="relu"), nn.Dense(2))
    net.initialize(init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), 32, shuffle=True)
    for _ in range(30):
        for data, label in loader:
            with autograd.record():
                loss = loss_of(net(data), label)
            loss.backward()
            trainer.step(len(data))
    accuracy = metric.Accuracy()
    accuracy.update(np.array(y), net(np.array(x)))
    assert accuracy.get()[1] > 0.95


# ---- activations


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (nn.LeakyReLU(0.1), lambda x: numpy.where(x > 0, x, 0.1 * x)),
        (nn.PReLU(), lambda x: numpy.where(x > 0, x, 0.25 * x)),
        (nn.ELU(0.5), lambda x: numpy.where(x > 0, x, 0.5 * numpy.expm1(x))),
        (nn.SELU(), lambda x: 1.0507 * numpy.where(x > 0, x, 1.67326 * numpy.expm1(x))),
        (nn.GELU(), lambda x: 0.5 * x * (1 + numpy.vectorize(math.erf)(x / math.sqrt(2)))),
        (nn.Swish(2.0), lambda x: x / (1 + numpy.exp(-2 * x))),
        (nn.SiLU(), lambda x: x / (1 + numpy.exp(-x))),
        (nn.Activation("softrelu"), lambda x: numpy.log1p(numpy.exp(x))),
        (nn.Activation("log_sigmoid"), lambda x: -numpy.log1p(numpy.exp(-x))),
        (nn.Activation("mish"), lambda x: x * numpy.tanh(numpy.log1p(numpy.exp(x)))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_activation_layers_compute_their_formula(layer, function):
    x = 3 * uniform(4, 5)
    layer.initialize()
    eager = layer(np.array(x)).asnumpy()
    numpy.testing.assert_allclose(eager, function(x), rtol=1e-4, atol=1e-5)
    layer.hybridize()
    numpy.testing.assert_array_equal(layer(np.array(x)).asnumpy(), eager)


def test_slopes_of_prelu_are_learned_by_channel():
    layer = nn.PReLU(in_channels=3)
    layer.initialize()
    x = np.array(uniform(2, 3, 4))
    with autograd.record():
        y = layer(x)
    y.backward()
    below = numpy.minimum(x.asnumpy(), 0)
    grad = layer.alpha.grad().asnumpy()
    numpy.testing.assert_allclose(grad, below.sum(axis=(0, 2)), rtol=1e-5)


def test_activation_layers_refuse_what_they_cannot_be():
    with pytest.raises(LookupError, match="none named 'rulu'; known are relu, sigmoid"):
        nn.Activation("rulu")
    with pytest.raises(ValueError, match="GELU: `approximation` must be erf or tanh; got exact"):
        nn.GELU("exact")
    with pytest.raises(ValueError, match="LeakyReLU: `alpha` must be at least 0; got -1"):
        nn.LeakyReLU(-1)


def test_summary_lists_what_runs(capsys):
    shared = nn.Dense(3, in_units=3)
    net = nn.HybridSequential(nn.Conv2D(2, 3, in_channels=1), nn.Dense(3), shared, shared)
    net.initialize()
    net.hybridize()
    x = np.zeros((2, 1, 5, 5))
    net(x)
    plan = net.plan_text()
    net.summary(x)
    lines = capsys.readouterr().out.splitlines()
    rows = [tuple(part for part in line.split("  ") if part) for line in lines[2:-3]]
    assert [tuple(part.strip() for part in row) for row in rows] == [
        ("0 (Conv2D)", "(2, 2, 3, 3)", "20"),
        ("1 (Dense)", "(2, 3)", "57"),
        ("2 (Dense)", "(2, 3)", "12"),
        ("2 (Dense)", "(2, 3)", "shared"),
        ("self (HybridSequential)", "(2, 3)", "0"),
    ]
    assert lines[-2:] == ["Parameters: 89, trained: 89", "Bytes: 356"]
    assert net.plan_text() == plan


def test_parameters_are_shared_by_path():
    def make():
        return nn.HybridSequential(nn.Dense(4, activation="tanh"), nn.Dense(2))

    one, two, x = make(), make(), np.ones((3, 5))
    one.initialize(init.Normal(0.5))
    one(x)
    assert two.share_parameters(one.collect_params()) is two
    two.hybridize()
    numpy.testing.assert_array_equal(two(x).asnumpy(), one(x).asnumpy())
    one[0].weight.set_data(np.zeros((4, 5)))
    numpy.testing.assert_array_equal(two(x).asnumpy(), one(x).asnumpy())
    assert two[0].weight is one[0].weight
    with pytest.warns(UserWarning, match="has no `2.weight`"):
        two.share_parameters({"2.weight": one[0].weight})
    with pytest.raises(ValueError, match=r"share_parameters: `0.weight` must have shape \(4, 5\)"):
        two.share_parameters({"0.weight": nn.Dense(3, in_units=5).weight})


def test_padding_may_differ_before_and_behind_an_axis():
    x = np.array(numpy.random.default_rng(0).normal(size=(2, 3, 8, 7)).astype("float32"))
    layer = nn.Conv2D(4, 3, strides=2, padding=((0, 1), (2, 0)))
    assert "pad=((0, 1), (2, 0))" in repr(layer)
    layer.initialize()
    y = layer(x)
    whole = np.pad(x, ((0, 0), (0, 0), (0, 1), (2, 0)))
    wanted = npx.convolution(whole, layer.weight.data(), layer.bias.data(), stride=2)
    numpy.testing.assert_allclose(y.asnumpy(), wanted.asnumpy(), rtol=1e-5, atol=1e-6)
    pooled = npx.pooling(x, kernel=3, stride=2, pad=(0, 1, 1, 0))
    least = np.pad(x, ((0, 0), (0, 0), (0, 1), (1, 0)), constant_values=-numpy.inf)
    numpy.testing.assert_array_equal(
        pooled.asnumpy(), npx.pooling(least, kernel=3, stride=2).asnumpy()
    )


def test_padding_that_no_layer_has_is_refused():
    with pytest.raises(ValueError, match=r"Conv2D: `padding` must have 2 pairs; got \(\(0, 1\),\)"):
        nn.Conv2D(4, 3, padding=((0, 1),))
    with pytest.raises(ValueError, match="`padding` must have 2 pairs"):
        nn.Conv2D(4, 3, padding=((0, 1), 2))
    with pytest.raises(ValueError, match=r"MaxPool2D: `padding` .* 0; got \(\(0, 0\), \(-1"):
        nn.MaxPool2D(2, padding=((0, 0), (-1, 0)))
    x, weight = np.zeros((1, 3, 6, 6)), np.zeros((4, 3, 3, 3))
    with pytest.raises(ValueError, match="one for each side of each axis, 4; got 3"):
        npx.convolution(x, weight, pad=(1, 1, 1))
    with pytest.raises(ValueError, match="convolution: `pad` must be at least 0; got -1"):
        npx.convolution(x, weight, pad=(0, 0, 1, -1))
    uneven = "`pad` must be the same on both sides of an axis here"
    with pytest.raises(NotImplementedError, match=f"deconvolution: {uneven}"):
        npx.deconvolution(x, np.zeros((3, 4, 3, 3)), pad=(0, 0, 1, 1))
    with pytest.raises(NotImplementedError, match=f"convolution: {uneven}"):
        npx.convolution(
            np.zeros((1, 3, 6, 6, 6)), np.zeros((4, 3, 3, 3, 3)), pad=(0, 0, 0, 1, 1, 1)
        )
    with pytest.raises(NotImplementedError, match=f"pooling: {uneven}"):
        npx.pooling(x, kernel=3, pool_type="sum", pad=(0, 0, 1, 1))
    with pytest.raises(ValueError, match="`pad` must be at most half of `kernel`"):
        npx.pooling(x, kernel=3, pad=(0, 0, 2, 1))
