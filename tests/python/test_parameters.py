"""Parameters of blocks: names, first values, sharing, and their files."""

import math
import pickle

import numpy
import pytest
import weft
from samples import uniform
from scipy import stats
from weft import autograd, gluon, init, np
from weft.gluon import nn


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


SCALES = {
    "dense": (lambda: nn.Dense(400), (300, 300), 1.0),
    "before a rectifier": (lambda: nn.Dense(400, activation="relu"), (300, 300), 1.0),
    "before another": (lambda: nn.Dense(400, activation="gelu"), (300, 300), 0.85),
    "convolution": (lambda: nn.Conv2D(64, 3), (8, 32, 12, 12), 1.0),
    "depthwise": (lambda: nn.Conv2D(64, 3, groups=64), (8, 64, 12, 12), 1.0),
    "transposed": (lambda: nn.Conv2DTranspose(16, 4, strides=2), (4, 64, 12, 12), 0.85),
    "transposed in groups": (
        lambda: nn.Conv2DTranspose(64, 4, strides=2, groups=8),
        (4, 64, 12, 12),
        0.85,
    ),
}


@pytest.mark.parametrize("name", SCALES)
def test_first_values_keep_the_size_of_what_passes(name):
    make, shape, wanted = SCALES[name]
    weft.random.seed(4)
    layer = make()
    layer.initialize()
    found = np.square(layer(np.random.normal(size=shape))).mean()
    assert float(found) == pytest.approx(wanted, rel=0.15)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_deep_network_passes_signals_and_gradients(activation):
    weft.random.seed(4)
    net = nn.HybridSequential(*[nn.Dense(64, activation=activation) for _ in range(16)])
    net.initialize()
    x = np.random.normal(size=(128, 64))
    x.attach_grad()
    with autograd.record():
        out = net(x)
    out.backward(np.random.normal(size=out.shape))
    for values in (out, x.grad):
        assert 0.01 < float(np.square(values).mean()) < 20
    net.initialize(init.Uniform(0.07), force_reinit=True)  # Gluon's own: nothing arrives
    assert float(np.square(net(x)).mean()) < 1e-6


def test_what_is_said_wins_over_the_usual_first_values():
    layer = nn.Dense(300, in_units=500, activation="relu")
    layer.initialize(init.Uniform(0.07))
    assert 0.0699 < float(abs(layer.weight.data()).max()) <= 0.07
    own = nn.Dense(300, in_units=500, activation="relu", weight_initializer="zeros")
    own.initialize(init.One())
    assert float(abs(own.weight.data()).max()) == 0
    vector = gluon.Parameter("scale", shape=(12,))
    vector.initialize()
    assert float(abs(vector.data()).max()) <= 0.5
    scalar = gluon.Parameter("scale", shape=())
    scalar.initialize()
    assert scalar.data().shape == ()


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        (init.VarianceScaling(), math.sqrt(1 / 500)),
        (init.VarianceScaling(2, "out"), math.sqrt(2 / 300)),
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


def test_partial_loading_reports_what_matched(tmp_path):
    source = nn.HybridSequential(nn.Dense(4, in_units=3), nn.Dense(5, in_units=4))
    source.initialize()
    source.save_parameters(tmp_path / "a")
    net = nn.HybridSequential(
        nn.Dense(4, in_units=3), nn.Dense(2, in_units=4), nn.LayerNorm(in_channels=2)
    )
    net.initialize()
    before = net[1].weight.data().copy()
    options = {"allow_missing": True, "ignore_extra": True}
    with pytest.raises(ValueError, match=r"`1.weight` must have shape \(2, 4\); got \(5, 4\); use"):
        net.load_parameters(tmp_path / "a", **options)
    found = net.load_parameters(tmp_path / "a", skip_mismatch=True, **options)
    assert found.loaded == ["0.weight", "0.bias"]
    assert found.missing == ["2.gamma", "2.beta"]
    assert found.mismatched == {"1.weight": ((2, 4), (5, 4)), "1.bias": ((2,), (5,))}
    assert found.extra == []
    assert str(found).splitlines() == [
        "2 parameters were loaded",
        "2 are not in the file: `2.gamma`, `2.beta`",
        "`1.weight` has shape (2, 4), and (5, 4) in the file",
        "`1.bias` has shape (2,), and (5,) in the file",
    ]
    assert (net[0].weight.data() == source[0].weight.data()).all()
    assert (net[1].weight.data() == before).all()
    small = nn.HybridSequential(nn.Dense(4, in_units=3))
    assert set(small.load_parameters(tmp_path / "a", ignore_extra=True).extra) == {
        "1.weight",
        "1.bias",
    }
    assert source.load_parameters(tmp_path / "a")[1:] == ([], [], {})


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


# ---- what no training changes


STATES = {
    "BatchNorm": (lambda: nn.BatchNorm(in_channels=3), {"running_mean", "running_var"}),
    "BatchNorm without scale": (
        lambda: nn.BatchNorm(in_channels=3, scale=False, center=False),
        {"running_mean", "running_var", "gamma", "beta"},
    ),
    "SpectralNorm": (lambda: nn.SpectralNorm(nn.Dense(2, in_units=3)), {"u"}),
    "Constant": (lambda: with_constant(), {"table"}),
}


def with_constant():
    block = nn.HybridSequential(nn.Dense(2, in_units=3))
    block.table = gluon.Constant([1.0, 2.0])
    return block


@pytest.mark.parametrize("request_", ["add", "write"])
@pytest.mark.parametrize("key", STATES)
def test_state_stays_untrained_whatever_a_block_is_set_to(key, request_):
    make, states = STATES[key]
    block = make()
    block.initialize()
    block.setattr("grad_req", request_)
    found = {name.rpartition(".")[2]: p.grad_req for name, p in block.collect_params().items()}
    assert {name for name, req in found.items() if req == "null"} == states
    assert set(found.values()) <= {"null", request_}


def test_gradients_of_a_net_with_batch_norms_add_up():
    """As two backward passes without a step: those of one pass, twice."""
    made = []
    for times in (1, 2):
        weft.seed(0)
        net = nn.HybridSequential(nn.Dense(4, in_units=3), nn.BatchNorm(in_channels=4))
        net.initialize()
        net.setattr("grad_req", "add")
        net.zero_grad()
        x = np.array([[1.0, 2.0, 4.0], [3.0, 1.0, 0.5]])
        for _ in range(times):
            with autograd.record():
                loss = (net(x) ** 3).sum()
            loss.backward()
        made.append(net[0].weight.grad().asnumpy())
    numpy.testing.assert_allclose(2 * made[0], made[1], rtol=1e-5)


class Running(gluon.HybridBlock):
    def __init__(self, **options):
        super().__init__()
        self.mean = gluon.Parameter("mean", shape=(3,), init="zeros", **options)
        self.scale = gluon.Parameter("scale", shape=(3,), init="ones")

    def forward(self, x):
        mean = self.mean.data()
        mean[...] = 0.5 * mean + 0.5 * x.mean(axis=0)
        return x * self.scale.data()


@pytest.mark.parametrize("hybridized", [False, True])
def test_state_that_is_trained_by_mistake_is_told_its_cause(hybridized):
    net = nn.HybridSequential(Running())
    net.initialize()
    if hybridized:
        net.hybridize()
    text = r"trained by their `grad_req` are `(0\.)?mean`, .*differentiable=False"
    with autograd.record(), pytest.raises(RuntimeError, match=text):
        net(np.ones((2, 3)))


@pytest.mark.parametrize("hybridized", [False, True])
def test_state_that_cannot_be_trained_is_written_while_recording(hybridized):
    net = nn.HybridSequential(Running(differentiable=False))
    net.initialize()
    net.setattr("grad_req", "add")
    if hybridized:
        net.hybridize()
    with autograd.record():
        net(np.ones((2, 3)))
    assert not net[0].mean.differentiable and net[0].scale.differentiable
    assert net[0].mean.data().tolist() == [0.5, 0.5, 0.5]


def test_a_copy_of_state_cannot_be_trained_either():
    parameter = gluon.Parameter("mean", shape=(3,), differentiable=False)
    parameter.initialize()
    again = pickle.loads(pickle.dumps(parameter))
    again.grad_req = "write"
    assert again.grad_req == "null"
