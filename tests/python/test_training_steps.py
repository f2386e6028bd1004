"""Training steps as hybridized functions: backward into captured parameters, and their trainer."""

import numpy
import pytest
import weft
from weft import autograd, gluon, init, lr_scheduler, np, runtime
from weft.gluon import nn

RANDOM = numpy.random.default_rng(2)
X = np.array(RANDOM.normal(size=(5, 4)).astype("float32"))
LABEL = np.array([0, 1, 2, 1, 0])


def network(optimizer="sgd", options=None, dtype="float32"):
    np.random.seed(3)
    net = nn.HybridSequential(
        nn.Dense(8, activation="relu"), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(3)
    )
    net.initialize(init.Xavier())
    net.cast(dtype)
    net(X.astype(dtype))
    return net, gluon.Trainer(net.collect_params(), optimizer, dict(options or {}))


def step_of(net, trainer):
    loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()

    def step(x, label):
        with autograd.record():
            loss = loss_fn(net(x), label)
        loss.backward()
        trainer.step(len(LABEL))
        return loss.mean()

    return step


def values(net):
    return {n: p.data().astype("float64").asnumpy() for n, p in net.collect_params().items()}


def assert_same(left, right):
    assert left.keys() == right.keys()
    for name in left:
        numpy.testing.assert_array_equal(left[name], right[name], err_msg=name)


OPTIMIZERS = {
    "sgd": ("sgd", {"learning_rate": 0.1}),
    "momentum": ("sgd", {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.01}),
    "nag": ("nag", {"learning_rate": 0.1, "clip_gradient": 0.1}),
    "adam": ("adam", {"learning_rate": 0.01}),
    "adamw": ("adamw", {"learning_rate": 0.01, "wd": 0.1}),
    "adagrad": ("adagrad", {"learning_rate": 0.1}),
    "rmsprop": ("rmsprop", {"learning_rate": 0.01}),
    "rmsprop centered": ("rmsprop", {"learning_rate": 0.01, "centered": True}),
}
SCHEDULERS = {
    "constant": lr_scheduler.LRScheduler(warmup_steps=3),
    "factor": lr_scheduler.FactorScheduler(2, stop_factor_lr=0.02),
    "multi": lr_scheduler.MultiFactorScheduler([2, 5], warmup_steps=1),
    "cosine": lr_scheduler.CosineScheduler(6, final_lr=0.01, warmup_steps=2),
    "poly": lr_scheduler.PolyScheduler(5, pwr=1.5),
}


def check_hybridized_equals_eager(optimizer, options, dtype="float32"):
    found = []
    for prepare in (lambda step: step, weft.hybridize):
        net, trainer = network(optimizer, options, dtype)
        step = prepare(step_of(net, trainer))
        np.random.seed(11)
        losses = [step(X.astype(dtype), LABEL).item() for _ in range(8)]
        found.append((losses, values(net), trainer.learning_rate))
    assert found[0][0] == found[1][0]
    assert_same(found[0][1], found[1][1])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_step_as_outside(name):
    check_hybridized_equals_eager(*OPTIMIZERS[name])


@pytest.mark.parametrize("name", SCHEDULERS)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_schedulers_go_on_in_the_plan(name, optimizer):
    check_hybridized_equals_eager(
        optimizer, {"learning_rate": 0.1, "lr_scheduler": SCHEDULERS[name]}
    )


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_other_dtypes(dtype):
    options = {"learning_rate": 0.01, "multi_precision": dtype == "bfloat16"}
    check_hybridized_equals_eager("adam", options, dtype)


def test_steps_inside_and_outside_count_together():
    net, trainer = network("adam", {"learning_rate": 0.05})
    other, reference = network("adam", {"learning_rate": 0.05})
    eager, plain = step_of(net, trainer), step_of(other, reference)
    planned = weft.hybridize(eager)
    for number, step in enumerate((eager, planned, planned, eager, planned)):
        if number == 3:
            trainer.set_learning_rate(0.01)
            reference.set_learning_rate(0.01)
        np.random.seed(number)
        step(X, LABEL)
        np.random.seed(number)
        plain(X, LABEL)
    assert_same(values(net), values(other))
    assert trainer.describe_states()[1]["counts"] == reference.describe_states()[1]["counts"]


def test_states_from_a_file_reach_the_plan(tmp_path):
    net, trainer = network("adam", {"learning_rate": 0.05})
    step = weft.hybridize(step_of(net, trainer))
    for _ in range(2):
        step(X, LABEL)
    weft.save_checkpoint(tmp_path / "c", net, trainer)
    wanted = [step(X, LABEL).item() for _ in range(3)]
    weft.load_checkpoint(tmp_path / "c", net, trainer)
    assert [step(X, LABEL).item() for _ in range(3)] == wanted


def test_gradients_are_left_in_the_parameters():
    for grad_req in ("write", "add"):
        found = []
        for prepare in (lambda f: f, weft.hybridize):
            net, _ = network()
            net.setattr("grad_req", grad_req)
            net.collect_params("1.running").setattr("grad_req", "null")

            def pass_back(x, net=net):
                with autograd.record(train_mode=False):
                    loss = (net(x) ** 2).sum()
                loss.backward()
                return loss

            function = prepare(pass_back)
            for _ in range(3):
                function(X)
            found.append({n: p.grad().asnumpy() for n, p in net.collect_params("0|3").items()})
        for name, gradient in found[0].items():
            numpy.testing.assert_allclose(found[1][name], gradient, rtol=1e-5, atol=1e-6)


def test_a_trainer_outside_takes_gradients_of_a_plan():
    net, trainer = network()
    loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()

    @weft.hybridize
    def pass_back(x, label):
        with autograd.record():
            loss = loss_fn(net(x), label)
        loss.backward()
        return loss

    other, reference = network()
    for number in range(3):
        np.random.seed(number)
        pass_back(X, LABEL)
        trainer.step(len(LABEL))
        np.random.seed(number)
        step_of(other, reference)(X, LABEL)
    assert_same(values(net), values(other))
    with pytest.raises(RuntimeError, match="was not written since the last step"):
        trainer.step(len(LABEL))


def test_gradient_of_a_dense_layer_on_sequences_is_one_product():
    net = nn.Dense(6, flatten=False, in_units=4)
    net.initialize()
    x = np.array(RANDOM.normal(size=(2, 5, 4)).astype("float32"))

    @weft.hybridize
    def step(x):
        with autograd.record():
            loss = np.sum(np.square(net(x)))
        loss.backward()
        return loss

    step(x)
    wanted = 2 * numpy.einsum("nto,nti->oi", net(x).asnumpy(), x.asnumpy())
    numpy.testing.assert_allclose(net.weight.grad().asnumpy(), wanted, rtol=1e-5)
    lines = step.cache.last.function.text("plan").splitlines()
    products = [line for line in lines if "kernel matmul" in line]
    assert products
    assert not any("(2, 4, 6)" in line or "(2, 6, 4)" in line for line in lines), products


def test_clipping_in_the_plan():
    found = []
    for prepare in (lambda f: f, weft.hybridize):
        net, trainer = network("sgd", {"learning_rate": 0.5})
        loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()

        def step(x, label, net=net, trainer=trainer, loss_fn=loss_fn):
            with autograd.record():
                loss = loss_fn(net(x), label)
            loss.backward()
            gradients = [p.grad() for p in net.collect_params().values() if p.grad_req != "null"]
            norm = gluon.utils.clip_global_norm(gradients, 8.0)
            trainer.step(len(LABEL))
            return norm

        function = prepare(step)
        np.random.seed(1)
        found.append([float(function(X, LABEL)) for _ in range(6)])
    assert min(found[0]) < 8 < max(found[0])
    numpy.testing.assert_allclose(found[1], found[0], rtol=1e-5)


def test_two_steps_in_one_function():
    found = []
    for prepare in (lambda f: f, weft.hybridize):
        net, trainer = network("adam")
        step = step_of(net, trainer)

        def twice(x, label, step=step):
            return step(x, label) + step(x, label)

        function = prepare(twice)
        np.random.seed(1)
        found.append([function(X, LABEL).item() for _ in range(3)])
        found.append(values(net))
    assert found[0] == found[2]
    assert_same(found[1], found[3])


def test_the_file_trains_as_python_does(tmp_path):
    net, trainer = network("adam", {"learning_rate": 0.05})
    step = weft.hybridize(step_of(net, trainer))
    predict = weft.hybridize(lambda x: net(x))  # the same passes, which join the norm's scales
    step(X, LABEL)
    path = tmp_path / "net.weft"
    weft.export(path, forward=(net, X), train_step=step)
    model = runtime.Model(path)
    training = model.context("train_step")
    forward = model.context("forward", sharing=training)
    names = {port.name for port in training.states}
    assert {"trainer.num_update", "trainer.learning_rate", "trainer.0.weight.mean"} < names
    assert not any("grad" in name or "constant" in name for name in names)
    for number in range(4):
        if number == 2:
            trainer.set_learning_rate(0.01)
            training.write_state("trainer.learning_rate", numpy.float64(0.01))
        (loss,) = training.run(X.asnumpy(), LABEL.asnumpy())
        assert loss.tobytes() == step(X, LABEL).asnumpy().tobytes()
        (out,) = forward.run(X.asnumpy())
        assert out.tobytes() == predict(X).asnumpy().tobytes()
        numpy.testing.assert_allclose(out, net(X).asnumpy(), rtol=1e-5, atol=1e-6)


def test_what_a_plan_cannot_do_is_said():
    table = nn.Embedding(5, 2, sparse_grad=True)
    table.initialize()

    @weft.hybridize
    def rows(index):
        with autograd.record():
            loss = table(index).sum()
        loss.backward()
        return loss

    with pytest.raises(RuntimeError, match="a row-sparse gradient cannot be written"):
        rows(np.array([1, 2]))

    @weft.hybridize
    def own(x):
        x.attach_grad()
        with autograd.record():
            y = (x * x).sum()
        y.backward()
        return y

    with pytest.raises(RuntimeError, match=r"use autograd\.grad inside it"):
        own(X)
