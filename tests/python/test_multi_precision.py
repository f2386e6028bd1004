"""Parameters in float16 and bfloat16 that are updated in float32: what their copies do is what
float32 parameters do, and they are what these round to."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, optimizer
from weft._core import native
from weft.gluon import nn
from weft.sparse import row_sparse_array


class Signs(optimizer.Optimizer):
    """One of a user's own, with a state: the number of steps down."""

    states = ("downs",)
    is_elementwise = True

    def step(self, count, weight, grad, state, common):
        weight -= common["lr"] * np.sign(grad)
        state[0][...] = state[0] + (grad > 0)


OPTIMIZERS = {
    "sgd": ("sgd", {}),
    "momentum": ("sgd", {"momentum": 0.9, "wd": 0.1, "clip_gradient": 0.3}),
    "nag": ("nag", {"wd": 0.1}),
    "adam": ("adam", {"wd": 0.1}),
    "adamw": ("adamw", {"wd": 0.1, "rescale_grad": 0.5}),
    "rmsprop": ("rmsprop", {}),
    "rmsprop centered": ("rmsprop", {"centered": True}),
    "adagrad": ("adagrad", {"wd": 0.1}),
    "adamax": ("adamax", {}),
    "nadam": ("nadam", {"wd": 0.1}),
    "adabelief": ("adabelief", {"clip_gradient": 0.3}),
    "adadelta": ("adadelta", {"epsilon": 0.1}),
    "groupadagrad": ("groupadagrad", {"rescale_grad": 0.5}),
    "ftrl": ("ftrl", {"wd": 0.1}),
    "ftml": ("ftml", {}),
    "lars": ("lars", {"momentum": 0.9, "eta": 1.0}),
    "lamb": ("lamb", {"wd": 0.1}),
    "lans": ("lans", {"wd": 0.1}),
    "signum": ("signum", {}),
    "dcasgd": ("dcasgd", {"momentum": 0.9}),
    "own": (Signs, {}),
}
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)
halves = pytest.mark.parametrize("dtype", ["float16", "bfloat16"])


def create(name, **more):
    kind, options = OPTIMIZERS[name]
    make = kind if isinstance(kind, type) else optimizer.create
    arguments = () if isinstance(kind, type) else (kind,)
    return make(*arguments, learning_rate=0.01, **options, **more)


def drawn(seed, dtype="float16"):
    numbers = numpy.random.default_rng(seed).normal(size=(4, 3)).astype("float32")
    return np.array(numpy.abs(numbers) + 0.1).astype(dtype)


def values(array):
    return array.astype("float32").tolist()


def rounded(array, dtype):
    """float32 numbers as the narrower dtype has them, by NumPy."""
    numbers = array.asnumpy()
    if dtype == "float16":
        return numbers.astype(dtype).tolist()
    bits = numbers.view("uint32")
    nearest_even = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    return nearest_even.astype("uint32").view("float32").tolist()


def run(rule, weight, gradients):
    state = rule.create_state_multi_precision(weight)
    for gradient in gradients:
        rule.update("w", weight, gradient, state)
    return state


@halves
@every_optimizer
def test_the_copy_is_a_float32_parameter_and_the_parameter_what_it_rounds_to(name, dtype):
    start, gradients = drawn(0, dtype), [drawn(seed, dtype) for seed in range(1, 9)]
    rule, weight = create(name, multi_precision=True), start.copy()
    master, *states = run(rule, weight, gradients)
    for wider in ("float32", "float64"):
        alone = create(name)
        value = start.astype(wider)
        wanted = [value, *run(alone, value, [g.astype(wider) for g in gradients])]
        for found, array in zip([master, *states], wanted, strict=True):
            assert found.dtype == "float32"
            if wider == "float32":
                assert found.tolist() == array.tolist()
            else:
                numpy.testing.assert_allclose(found.asnumpy(), array.asnumpy(), rtol=2e-5)
    assert weight.dtype.name == dtype
    assert values(weight) == rounded(master, dtype)
    assert values(weight) != values(start)
    assert rule.state_names(weight) == ("master", *rule.states)
    assert rule.state_names(master) == rule.states


@every_optimizer
def test_states_keep_no_history_of_gradients_that_are_recorded(name):
    rule, weight, leaf = create(name, multi_precision=True), drawn(0, "float16"), np.ones((4, 3))
    state = rule.create_state_multi_precision(weight)
    native.set_state(weight, True)
    leaf.attach_grad()
    with autograd.record():
        gradient = (leaf * 2).astype("float16")
        assert native.is_recorded(gradient)
        rule.update("w", weight, gradient, state)
    assert not any(native.is_recorded(array) for array in state)


@halves
@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if create(name).is_elementwise])
def test_lazy_updates_are_those_of_the_rows_of_the_copy(name, dtype):
    lazy, wide = (
        create(name, multi_precision=True, lazy_update=True),
        create(name, lazy_update=True),
    )
    weight, value = drawn(0, dtype), drawn(0, dtype).astype("float32")
    state, wanted = lazy.create_state_multi_precision(weight), wide.create_state(value)
    for seed, rows in enumerate([[1, 3], [0], [1]]):
        part = drawn(seed + 1, dtype)[np.array(rows)]
        both = [
            row_sparse_array((p, rows), (4, 3), p.dtype) for p in (part, part.astype("float32"))
        ]
        assert lazy.update("w", weight, both[0], state).tolist() == rows
        wide.update("w", value, both[1], wanted)
        assert [s.tolist() for s in state] == [s.tolist() for s in (value, *wanted)]
        assert values(weight) == rounded(value, dtype)


@halves
def test_what_is_too_small_for_the_dtype_adds_up_in_the_copy_alone(dtype):
    gradients = [np.full((3,), 0.001, dtype)] * 100
    with pytest.warns(UserWarning, match=rf"updates of {dtype} parameters.*`multi_precision=True`"):
        weight = np.ones(3, dtype)
        assert run(optimizer.SGD(0.1), weight, gradients) == ()
    assert values(weight) == [1, 1, 1]
    run(optimizer.SGD(0.1, multi_precision=True), weight, gradients)
    numpy.testing.assert_allclose(values(weight), 0.99, rtol=2e-3)


def test_a_state_without_the_copy_is_refused():
    rule, weight = optimizer.Adam(multi_precision=True), np.ones(3, "float16")
    with pytest.raises(ValueError, match=r"its float32 copy, that is have 3 arrays; got 2; create"):
        rule.update("w", weight, weight, rule.create_state(weight))
    assert rule.counts == {}


# ---- in the trainer


def setup(name, dtype, seed=1, devices=None, **options):
    weft.random.seed(seed)
    net = nn.HybridSequential(nn.Dense(8, activation="tanh", in_units=3), nn.Dense(1, in_units=8))
    net.initialize("xavier", device=devices)
    net.cast(dtype)
    net.hybridize()
    return net, gluon.Trainer(net.collect_params(), create(name, **options))


def train(net, trainer, first, last):
    losses = []
    for number in range(first, last):
        x = drawn(number, net[0].weight.dtype)
        with autograd.record():
            loss = (net(x) - 1) ** 2
        loss.backward()
        trainer.step(4)
        losses.append(loss.astype("float32").asnumpy())
    return numpy.array(losses)


@halves
@every_optimizer
def test_a_hybridized_net_trains_as_in_float32_and_is_continued(name, dtype, tmp_path):
    net, trainer = setup(name, dtype, multi_precision=True)
    losses = train(net, trainer, 0, 6)
    wide = train(*setup(name, "float32"), 0, 6)
    numpy.testing.assert_allclose(losses, wide, atol=0.03 if dtype == "float16" else 0.2)
    trainer.save_states(tmp_path / "states")
    net.save_parameters(tmp_path / "parameters")
    wanted = train(net, trainer, 6, 9).tolist()
    net, trainer = setup(name, dtype, seed=2, multi_precision=True)
    net.load_parameters(tmp_path / "parameters")
    trainer.load_states(tmp_path / "states")
    assert train(net, trainer, 6, 9).tolist() == wanted
    plain = setup(name, dtype)[1]
    with pytest.raises(ValueError, match=r"must have the states .* of `\d\.\w+`; it has master"):
        plain.load_states(tmp_path / "states")


def test_several_devices_get_what_the_copy_rounds_to(fakes, tmp_path):
    net, trainer = setup("adam", "float16", devices=[*fakes], multi_precision=True)
    parts = gluon.utils.split_and_load(drawn(1), [*fakes])
    with autograd.record():
        losses = [(net(part) - 1) ** 2 for part in parts]
    autograd.backward(losses)
    trainer.step(4)
    trainer.save_states(tmp_path / "x")
    trainer.load_states(tmp_path / "x")
    arrays, _ = trainer.describe_states()
    for name, parameter in net.collect_params().items():
        master = arrays[f"optimizer:{name}:master"]
        assert master.device == fakes[0]
        for copy in parameter.list_data():
            assert values(copy) == rounded(master, "float16")
