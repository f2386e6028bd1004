"""`Trainer.compile`: a whole step in one plan gives what the loop gives, to the bit."""

import numpy
import pytest
import weft
from weft import autograd, gluon, lr_scheduler, metric, np, runtime
from weft.gluon import nn
from weft.gluon.model_zoo import vision

RANDOM = numpy.random.default_rng(4)
X = np.array(RANDOM.normal(size=(6, 4)).astype("float32"))
LABEL = np.array([0, 1, 2, 1, 0, 2])
LOSS = gluon.loss.SoftmaxCrossEntropyLoss()


def network(optimizer="sgd", options=None, dtype="float32"):
    np.random.seed(3)
    net = nn.HybridSequential(
        nn.Dense(8, activation="relu"), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(3)
    )
    net.initialize()
    net.cast(dtype)
    net(X.astype(dtype))
    return net, gluon.Trainer(net.collect_params(), optimizer, dict(options or {}))


def loop(net, trainer, loss=LOSS):
    """The reference: what the compiled step stands for."""

    def step(data, label, batch_size=None):
        with autograd.record():
            value = loss(net(data), label)
        value.backward()
        trainer.step(batch_size or len(data))
        return value

    return step


def parameters(net):
    return {n: p.data().astype("float64").asnumpy() for n, p in net.collect_params().items()}


def states(trainer):
    arrays, description = trainer.describe_states()
    del description["options"]["rescale_grad"]  # of the last step in a loop
    return {n: a.astype("float64").asnumpy() for n, a in arrays.items()}, description


def assert_same_state(net, trainer, other, reference):
    for found, wanted in (
        (parameters(net), parameters(other)),
        (states(trainer)[0], states(reference)[0]),
    ):
        assert found.keys() == wanted.keys()
        for name in wanted:
            numpy.testing.assert_array_equal(found[name], wanted[name], err_msg=name)
    assert states(trainer)[1] == states(reference)[1]


def run(step, trainer, batches, change=lambda trainer, number: None):
    np.random.seed(11)
    losses = []
    for number, (data, label) in enumerate(batches):
        change(trainer, number)
        losses.append(step(data, label).astype("float64").asnumpy().tolist())
    return losses


def check(make, batches, change=lambda trainer, number: None, **options):
    """A network and its trainer twice: in a loop, and as a compiled step."""
    other, reference = make()
    wanted = run(loop(other, reference), reference, batches, change)
    assert all(numpy.isfinite(losses).all() for losses in wanted)  # divergence shows nothing
    net, trainer = make()
    step = trainer.compile(net, LOSS, **options)
    assert run(step, trainer, batches, change) == wanted
    assert_same_state(net, trainer, other, reference)
    return step


OPTIMIZERS = {
    "sgd": ("sgd", {"learning_rate": 0.1}),
    "momentum": ("sgd", {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.01}),
    "nag": ("nag", {"learning_rate": 0.1, "clip_gradient": 0.1}),
    "adam": ("adam", {"learning_rate": 0.01}),
    "adamw": ("adamw", {"learning_rate": 0.01, "wd": 0.1, "clip_gradient": 0.05}),
    "adagrad": ("adagrad", {"learning_rate": 0.1}),
    "rmsprop": ("rmsprop", {"learning_rate": 0.01}),
    "rmsprop centered": ("rmsprop", {"learning_rate": 0.01, "centered": True}),
    "adamax": ("adamax", {"learning_rate": 0.01, "wd": 0.1}),
    "nadam": ("nadam", {"learning_rate": 0.01, "clip_gradient": 0.05}),
    "adabelief": ("adabelief", {"learning_rate": 0.01, "wd": 0.1}),
    "adadelta": ("adadelta", {}),
    "groupadagrad": ("groupadagrad", {"learning_rate": 0.1}),
    "ftrl": ("ftrl", {"learning_rate": 0.1, "wd": 0.1}),
    "ftml": ("ftml", {"learning_rate": 0.01}),
    "lars": ("lars", {"momentum": 0.9, "eta": 0.1, "wd": 0.01}),
    "lamb": ("lamb", {"learning_rate": 0.01, "wd": 0.1, "upper_bound": 2.0}),
    "lans": ("lans", {"learning_rate": 0.01, "wd": 0.1}),
    "sgld": ("sgld", {"learning_rate": 1e-4}),
    "signum": ("signum", {"learning_rate": 0.01, "wd_lh": 0.1}),
    "signs": ("signum", {"learning_rate": 0.01, "momentum": 0.0}),
    "dcasgd": ("dcasgd", {"learning_rate": 0.1, "momentum": 0.9}),
    "late": ("dcasgd", {"learning_rate": 0.1}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_compiled_step_is_the_loop(name):
    batches = [(X, LABEL)] * 4 + [(X[:4], LABEL[:4])] * 2 + [(X, LABEL)]
    check(lambda: network(*OPTIMIZERS[name]), batches)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_other_dtypes_and_masters(dtype, optimizer):
    options = {"learning_rate": 0.01, "multi_precision": dtype != "float64"}
    check(lambda: network(optimizer, options, dtype), [(X.astype(dtype), LABEL)] * 4)


def test_rates_and_factors_change_between_steps():
    def change(trainer, number):
        if number == 2:
            trainer.set_learning_rate(0.02)
        if number == 3:
            trainer._params["0.weight"].lr_mult = 0.5
            trainer._params["3.weight"].wd_mult = 0.0
        if number == 4:
            trainer.optimizer.wd = 0.2
        if number == 5:
            trainer._params["3.bias"].grad_req = "null"
        if number == 6:
            trainer._params["3.bias"].grad_req = "write"

    def make():
        return network("adam", {"learning_rate": 0.05, "wd": 0.01})

    check(make, [(X, LABEL)] * 8, change)


def test_a_rate_is_an_input_of_the_plan():
    net, trainer = network("adam", {"learning_rate": 0.05})
    step = trainer.compile(net, LOSS)
    step(X, LABEL)
    function = step.cache.last.function
    for rate in (0.1, 0.2):
        trainer.set_learning_rate(rate)
        step(X, LABEL)
        assert step.cache.last.function is function


class Plateau(lr_scheduler.LRScheduler):
    """One that decides in Python."""

    def rate(self, num_update):
        return self.base_lr if num_update < 3 else self.base_lr / (10 if num_update % 2 else 5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: lr_scheduler.CosineScheduler(6, final_lr=0.01, warmup_steps=2),
        lambda: lr_scheduler.FactorScheduler(2, stop_factor_lr=0.02),
        Plateau,
    ],
    ids=["cosine", "factor", "decided in Python"],
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_schedulers_go_on(make, optimizer):
    def made():
        return network(optimizer, {"learning_rate": 0.1, "lr_scheduler": make()})

    seen = []

    def change(trainer, number):
        seen.append(trainer.learning_rate)

    check(made, [(X, LABEL)] * 7, change)
    assert seen[:7] == seen[7:]
    assert len(set(seen)) > 2


def test_gradients_that_add_up_and_frozen_parameters():
    def make():
        net, trainer = network("adam", {"learning_rate": 0.01})
        net[0].weight.grad_req = "add"
        net[3].bias.grad_req = "null"
        return net, trainer

    step = check(make, [(X, LABEL)] * 3)
    assert numpy.any(step._net[0].weight.grad().asnumpy())


def test_a_step_that_keeps_gradients():
    other, reference = network()
    wanted = run(loop(other, reference), reference, [(X, LABEL)] * 3)
    net, trainer = network()
    step = trainer.compile(net, LOSS, keep_gradients=True)
    assert run(step, trainer, [(X, LABEL)] * 3) == wanted
    for name, parameter in net.collect_params().items():
        if parameter.grad_req != "null":
            expected = other.collect_params()[name].grad().asnumpy()
            numpy.testing.assert_array_equal(parameter.grad().asnumpy(), expected, err_msg=name)
    net, trainer = network()
    trainer.compile(net, LOSS)(X, LABEL)
    with pytest.raises(RuntimeError, match="used up"):
        net[0].weight.grad()


def test_updates_are_written_where_they_were_read():
    net, trainer = network("adam", {"learning_rate": 0.01})
    step = trainer.compile(net, LOSS)
    step(X, LABEL)
    arrays = [*trainer.state_arrays().values(), *(p.data() for p in net.collect_params().values())]
    addresses = [a.numpy().ctypes.data for a in arrays]
    copies = weft.memory.copies()
    for _ in range(3):
        step(X, LABEL)
    assert [a.numpy().ctypes.data for a in arrays] == addresses
    assert weft.memory.copies() == copies
    text = step.plan_text()
    wide = [line for line in text.splitlines() if " copy " in line and "float32" in line]
    assert not wide


@pytest.mark.parametrize("most", [0.05, 0.5, 50.0])
def test_gradients_clipped_by_their_global_norm(most):
    norms = []
    other, reference = network("sgd", {"learning_rate": 0.3})

    def clipped(data, label):
        with autograd.record():
            value = LOSS(other(data), label)
        value.backward()
        norms.append(gluon.utils.clip_global_norm(reference.gradients(), most * len(data)))
        reference.step(len(data))
        return value

    wanted = run(clipped, reference, [(X, LABEL)] * 5)
    net, trainer = network("sgd", {"learning_rate": 0.3})
    step = trainer.compile(net, LOSS, clip_global_norm=most)
    found = run(step, trainer, [(X, LABEL)] * 5)
    assert found == wanted
    assert_same_state(net, trainer, other, reference)
    if most != 50.0:
        assert max(norms) > most * len(X)


@pytest.mark.parametrize("passes", ["-branches", "-branches,-order", "-branches,-schedule_updates"])
def test_clipping_keeps_gradients_to_the_end_and_nothing_else_does(monkeypatch, passes):
    monkeypatch.setenv("WEFT_PASSES", passes)

    def wide():
        np.random.seed(1)
        net = nn.HybridSequential(*(nn.Dense(256, in_units=256) for _ in range(24)))
        net.initialize()
        return net, gluon.Trainer(net.collect_params(), "sgd", {"momentum": 0.9})

    x = np.ones((2, 256))
    bytes_of_gradients = 24 * 256 * 256 * 4
    arenas = []
    for most in (None, 1.0):
        net, trainer = wide()
        step = trainer.compile(net, lambda out: out.sum(axis=1), clip_global_norm=most)
        step(x)
        arenas.append(step.plan_memory()["arena"])
    assert arenas[0] < bytes_of_gradients / 3
    assert arenas[1] > bytes_of_gradients


class TwoTowers(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Dense(3, in_units=4), nn.Dense(3, in_units=2)

    def forward(self, x, z):
        return self.left(x), self.right(z)


def test_several_inputs_labels_and_outputs():
    def both(a, b, first, second):
        return LOSS(a, first) + 2 * LOSS(b, second)

    def make():
        np.random.seed(1)
        net = TwoTowers()
        net.initialize()
        return net, gluon.Trainer(net.collect_params(), "adam")

    z = X[:, :2].copy()
    other, reference = make()
    net, trainer = make()
    step = trainer.compile(net, both, outputs=True)
    accuracy = metric.Accuracy()
    for _ in range(3):
        with autograd.record():
            outs = other(X, z)
            wanted = both(*outs, LABEL, LABEL)
        wanted.backward()
        reference.step(6)
        value, found = step([X, z], (LABEL, LABEL))
        numpy.testing.assert_array_equal(value.asnumpy(), wanted.asnumpy())
        for out, expected in zip(found, outs, strict=True):
            numpy.testing.assert_array_equal(out.asnumpy(), expected.asnumpy())
        accuracy.update(LABEL, found[0])
    assert accuracy.get()[1] >= 0
    assert_same_state(net, trainer, other, reference)


def test_a_network_that_gives_its_own_loss():
    net = nn.Dense(1, in_units=4)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
    step = trainer.compile(net, None)
    first = float(step(X).sum())
    assert float(step(X).sum()) < first  # it falls without end


def test_another_batch_size_than_the_first_extent():
    other, reference = network()
    net, trainer = network()
    step = trainer.compile(net, LOSS)
    np.random.seed(2)
    loop(other, reference)(X, LABEL, 12)
    np.random.seed(2)
    step(X, LABEL, batch_size=12)
    assert_same_state(net, trainer, other, reference)


def test_steps_in_a_loop_and_compiled_count_together():
    other, reference = network("adam", {"learning_rate": 0.05})
    net, trainer = network("adam", {"learning_rate": 0.05})
    step, plain = trainer.compile(net, LOSS), loop(net, trainer)
    wanted = loop(other, reference)
    for number, function in enumerate((plain, step, step, plain, step)):
        np.random.seed(number)
        function(X, LABEL)
        np.random.seed(number)
        wanted(X, LABEL)
    assert_same_state(net, trainer, other, reference)


@pytest.mark.parametrize("way", ["states", "checkpoint"])
def test_states_of_a_step_come_back(tmp_path, way):
    net, trainer = network("adam", {"learning_rate": 0.05})
    step = trainer.compile(net, LOSS)
    run(step, trainer, [(X, LABEL)] * 2)
    if way == "states":
        trainer.save_states(tmp_path / "states")
        net.save_parameters(tmp_path / "parameters")
    else:
        weft.save_checkpoint(tmp_path / "checkpoint", net, trainer)
    wanted = run(step, trainer, [(X, LABEL)] * 3)
    fresh, other = network("adam", {"learning_rate": 0.5})
    for target, its in ((net, trainer), (fresh, other)):
        if way == "states":
            its.load_states(tmp_path / "states")
            target.load_parameters(tmp_path / "parameters")
        else:
            weft.load_checkpoint(tmp_path / "checkpoint", target, its)
    assert run(step, trainer, [(X, LABEL)] * 3) == wanted
    assert run(other.compile(fresh, LOSS), other, [(X, LABEL)] * 3) == wanted


def test_the_file_of_a_step_trains_as_python_does(tmp_path):
    net, trainer = network("adam", {"learning_rate": 0.05})
    step = trainer.compile(net, LOSS)
    step(X, LABEL)
    weft.export(tmp_path / "net.weft", forward=(net, X), train_step=step)
    training = runtime.Model(tmp_path / "net.weft").context("train_step")
    names = {port.name for port in training.states}
    assert {"trainer.num_update", "trainer.learning_rate", "trainer.0.weight.mean"} < names
    assert not any("grad" in name or "constant" in name for name in names)
    for _ in range(3):
        (loss,) = training.run(X.asnumpy(), LABEL.asnumpy())
        assert loss.tobytes() == step(X, LABEL).asnumpy().tobytes()


def test_a_change_of_the_network_is_seen():
    net, trainer = network()
    step = trainer.compile(net, LOSS)
    step(X, LABEL)
    before = step(X, LABEL).asnumpy()
    net[2]._rate = 0.0
    net.add(nn.Lambda(lambda x: x * 2) if hasattr(nn, "Lambda") else nn.Activation("relu"))
    net.hybridize()
    assert numpy.any(step(X, LABEL).asnumpy() != before)


def test_shapes_are_found_at_the_first_step():
    np.random.seed(1)
    net = nn.HybridSequential(nn.Dense(4), nn.BatchNorm(), nn.Dense(3))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    step = trainer.compile(net, LOSS)
    first = float(step(X, LABEL).mean())
    for _ in range(20):
        last = float(step(X, LABEL).mean())
    assert last < first


def test_a_step_inside_a_hybridized_function():
    net, trainer = network("adam")
    other, reference = network("adam")
    step = trainer.compile(net, LOSS)

    @weft.hybridize
    def twice(data, label):
        return step(data, label) + step(data, label)

    np.random.seed(1)
    found = twice(X, LABEL).asnumpy()
    plain = loop(other, reference)
    np.random.seed(1)
    wanted = plain(X, LABEL).asnumpy() + plain(X, LABEL).asnumpy()
    numpy.testing.assert_array_equal(found, wanted)
    assert_same_state(net, trainer, other, reference)


# ---- steps of one's own ------------------------------------------------------------------------


def test_a_hybridized_step_sees_what_the_trainer_is_set_to():
    found = []
    for prepare in (lambda f: f, weft.hybridize):
        net, trainer = network("sgd", {"learning_rate": 0.1, "wd": 0.01})
        step = prepare(loop(net, trainer))

        def change(trainer, number, net=net):
            if number == 2:
                net[0].weight.lr_mult = 0.1
            if number == 4:
                trainer.optimizer.wd = 0.5
                trainer.optimizer.clip_gradient = 0.01

        found.append(run(step, trainer, [(X, LABEL)] * 6, change))
    assert found[0] == found[1]


def test_updates_written_by_hand_are_made_in_place():
    found = []
    for prepare in (lambda f: f, weft.hybridize):
        net, _ = network()
        trained = [p for p in net.collect_params().values() if p.grad_req != "null"]
        speeds = [np.zeros(p.shape) for p in trained]

        def step(data, label, net=net, trained=trained, speeds=speeds):
            with autograd.record():
                value = LOSS(net(data), label)
            gradients = autograd.grad(value, [p.data() for p in trained])
            for parameter, gradient, speed in zip(trained, gradients, speeds, strict=True):
                speed[...] = 0.9 * speed - 0.01 * gradient
                parameter.data()[...] += speed
            return value

        function = prepare(step)
        found.append((run(function, None, [(X, LABEL)] * 4), parameters(net)))
    assert found[0][0] == found[1][0]
    for name, value in found[0][1].items():
        numpy.testing.assert_array_equal(found[1][1][name], value, err_msg=name)
    assert " copy " not in function.plan_text()


# ---- what is refused -----------------------------------------------------------------------------


def test_what_cannot_be_compiled_is_said():
    net, trainer = network()
    with pytest.raises(TypeError, match="compile: `net` must be a Block"):
        trainer.compile(lambda x: x, LOSS)
    with pytest.raises(TypeError, match="compile: `loss` must be callable"):
        trainer.compile(net, 2)
    with pytest.raises(LookupError, match="loss: there is none named 'l9'"):
        trainer.compile(net, "l9")
    with pytest.raises(ValueError, match="compile: `clip_global_norm` must be positive"):
        trainer.compile(net, LOSS, clip_global_norm=0)
    with pytest.raises(ValueError, match="compile: `memory` must be"):
        trainer.compile(net, LOSS, memory="much")
    with pytest.raises(RuntimeError, match="training step: there is no plan yet"):
        trainer.compile(net, LOSS).plan_memory()


def test_a_parameter_that_the_network_does_not_use_is_refused():
    net, _ = network()
    extra = nn.Dense(2, in_units=2)
    extra.initialize()
    trainer = gluon.Trainer([*net.collect_params().values(), extra.weight], "sgd")
    with pytest.raises(RuntimeError, match="`weight` was not written since the last step"):
        trainer.compile(net, LOSS)(X, LABEL)


def test_a_loss_that_looks_at_values_is_refused_with_its_line():
    net, trainer = network()

    def loss(out, label):
        return out if float(out.sum()) > 0 else -out

    with pytest.raises(weft.Error, match=r"test_compiled_steps\.py|traced"):
        trainer.compile(net, loss)(X, LABEL)


def test_row_sparse_gradients_are_refused():
    net = nn.HybridSequential(nn.Embedding(5, 3, sparse_grad=True))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    step = trainer.compile(net, lambda out, label: LOSS(out, label))
    with pytest.raises(RuntimeError, match="row-sparse gradient cannot be written"):
        step(np.array([1, 2]), np.array([0, 1]))


# ---- networks of the zoo -------------------------------------------------------------------------

ZOO = {
    "resnet18_v1": (lambda: vision.resnet18_v1(classes=4), 32),
    "resnet18_v2": (lambda: vision.resnet18_v2(classes=4), 32),
    "mobilenet_v2": (lambda: vision.mobilenet_v2_0_25(classes=4), 64),
    "squeezenet": (lambda: vision.squeezenet1_1(classes=4), 64),
    "densenet121": (lambda: vision.densenet121(classes=4), 64),
    "vgg11_bn": (lambda: vision.vgg11_bn(classes=4), 32),
    "alexnet": (lambda: vision.alexnet(classes=4), 96),
}


@pytest.mark.parametrize("name", ZOO)
def test_networks_of_the_zoo_train_as_in_the_loop(name, monkeypatch):
    # Channels in blocks round otherwise than what the loop calls one by one.
    monkeypatch.setenv("WEFT_PASSES", "-block_channels")
    make, extent = ZOO[name]
    drawn = numpy.random.default_rng(4).normal(size=(4, 3, extent, extent))
    x = np.array(drawn.astype("float32"))
    y = np.array([1, 3, 0, 3])

    def made():
        np.random.seed(5)
        net = make()
        net.initialize()
        with autograd.pause():
            net(x)
        options = {"learning_rate": 0.01, "momentum": 0.9, "wd": 1e-4}
        return net, gluon.Trainer(net.collect_params(), "sgd", options)

    check(made, [(x, y)] * 3)
