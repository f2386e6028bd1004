"""Optimizers against their formulas, and the trainer."""

import math

import numpy
import pytest
import weft
from samples import uniform
from weft import autograd, gluon, init, lr_scheduler, metric, np, npx
from weft.gluon import nn


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
    # Names that are the same in every process of a run: a function's text has its address.
    ids=lambda value: value.__qualname__ if callable(value) else str(value),
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
        NotImplementedError, match=r"`kvstore` must be .* one host, or .*; got 'dist_async'"
    ):
        gluon.Trainer({"w": p}, "sgd", kvstore="dist_async")


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
        LookupError, match=r"none named 'sdg'; did you mean `sgd`\?; known are adabelief, adadelta"
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
