"""Optimizers on row-sparse gradients: without `lazy_update` they do what the dense gradient does,
with it they treat the rows that the gradient has, alone, as a parameter of those rows."""

import numpy
import pytest
from weft import autograd, gluon, np, optimizer
from weft.sparse import row_sparse_array

OPTIMIZERS = {
    "sgd": ("sgd", {"learning_rate": 0.5}),
    "sgd with decay": ("sgd", {"learning_rate": 0.5, "wd": 0.1}),
    "momentum": ("sgd", {"learning_rate": 0.5, "momentum": 0.9, "wd": 0.1}),
    "nesterov": ("sgd", {"learning_rate": 0.5, "momentum": 0.9, "nesterov": True}),
    "adam": ("adam", {"learning_rate": 0.5, "wd": 0.1}),
    "adamw": ("adamw", {"learning_rate": 0.5, "wd": 0.1}),
    "rmsprop": ("rmsprop", {"learning_rate": 0.5}),
    "rmsprop centered": ("rmsprop", {"learning_rate": 0.5, "centered": True}),
    "adagrad": ("adagrad", {"learning_rate": 0.5}),
    "adagrad with decay": ("adagrad", {"learning_rate": 0.5, "wd": 0.1}),
    "adamax": ("adamax", {"learning_rate": 0.5, "wd": 0.1}),
    "adabelief": ("adabelief", {"learning_rate": 0.5, "wd": 0.1}),
    "adadelta": ("adadelta", {"wd": 0.1}),
    "groupadagrad": ("groupadagrad", {"learning_rate": 0.5}),
    "ftrl": ("ftrl", {"learning_rate": 0.5, "wd": 0.1}),
    "ftml": ("ftml", {"learning_rate": 0.5, "wd": 0.1}),
    "signum": ("signum", {"learning_rate": 0.5, "wd": 0.1, "wd_lh": 0.1}),
    "dcasgd": ("dcasgd", {"learning_rate": 0.5, "momentum": 0.9, "wd": 0.1}),
    "clipped": ("adam", {"learning_rate": 0.5, "clip_gradient": 0.2, "rescale_grad": 0.5}),
}
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)

BATCHES = [[4, 0, 4], [1], [0, 2], [], [4, 4, 1]]


def create(name, **more):
    kind, options = OPTIMIZERS[name]
    return optimizer.create(kind, **options, **more)


def drawn(shape, seed):
    return numpy.random.default_rng(seed).normal(size=shape).astype("float32")


def gradients():
    """One for each batch: rows, and the array that they stand for."""
    for seed, batch in enumerate(BATCHES):
        indices = sorted(set(batch))
        rows = row_sparse_array((drawn((len(indices), 3), seed), indices), shape=(6, 3))
        yield indices, rows, rows.todense()


@every_optimizer
def test_a_step_is_that_of_the_dense_gradient(name):
    rules, weights = [create(name), create(name)], [np.array(drawn((6, 3), 9)) for _ in range(2)]
    states = [rule.create_state(w) for rule, w in zip(rules, weights, strict=True)]
    for _, rows, dense in gradients():
        for rule, weight, state, gradient in zip(
            rules, weights, states, (rows, dense), strict=True
        ):
            rule.update("w", weight, gradient, state)
        assert weights[0].tolist() == weights[1].tolist()
        assert [s.tolist() for s in states[0]] == [s.tolist() for s in states[1]]


@every_optimizer
def test_a_lazy_step_is_one_of_its_rows_alone(name):
    lazy, alone = create(name, lazy_update=True), create(name)
    weight = np.array(drawn((6, 3), 9))
    state = lazy.create_state(weight)
    want, want_state = weight.asnumpy(), [s.asnumpy() for s in state]
    for indices, rows, _ in gradients():
        changed = lazy.update("w", weight, rows, state)
        assert changed.tolist() == indices
        part = np.array(want[indices])
        part_state = tuple(np.array(s[indices]) for s in want_state)
        alone.update("w", part, rows.data, part_state)
        want[indices] = part.asnumpy()
        for whole, piece in zip(want_state, part_state, strict=True):
            whole[indices] = piece.asnumpy()
        assert weight.tolist() == want.tolist()
        assert [s.tolist() for s in state] == [s.tolist() for s in want_state]


@pytest.mark.parametrize(
    "name, changed",
    [
        ("sgd", [2]),
        ("adagrad", [2]),
        ("groupadagrad", [2]),
        ("sgd with decay", None),
        ("adam", None),
    ],
)
def test_what_a_gradient_of_zero_leaves_alone_is_not_touched_even_without_lazy_update(
    name, changed
):
    rule, weight = create(name), np.array(drawn((6, 3), 9))
    rows = row_sparse_array((drawn((1, 3), 0), [2]), shape=(6, 3))
    found = rule.update("w", weight, rows, rule.create_state(weight))
    assert (found if found is None else found.tolist()) == changed


class Normalised(optimizer.Optimizer):
    """A step of length 1, whatever the gradient's."""

    def step(self, count, weight, grad, state, common):
        weight -= grad / np.linalg.norm(grad)


def test_optimizers_that_look_at_all_elements_have_no_lazy_form():
    with pytest.raises(ValueError, match="Normalised has no lazy update"):
        Normalised(lazy_update=True)
    weight = np.ones((4, 2))
    rows = row_sparse_array((numpy.array([[3, 0], [0, 4]], "float32"), [0, 2]), shape=(4, 2))
    Normalised().update("w", weight, rows, ())
    assert numpy.allclose(weight.asnumpy(), [[0.4, 1], [1, 1], [1, 0.2], [1, 1]])


# ---- training


def make(sparse, hybrid=False, device=None):
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Embedding(6, 3, sparse_grad=sparse), gluon.nn.Dense(2, in_units=3))
    net.initialize(device=device)
    for number, parameter in enumerate(net.collect_params().values()):
        parameter.set_data(drawn(parameter.shape, number))
    if hybrid:
        net.hybridize()
    return net


def train(net, trainer, batches, devices=(None,)):
    """One step a batch, which the devices share."""
    for batch in batches:
        losses = []
        with autograd.record():
            for device, part in zip(devices, numpy.array_split(batch, len(devices)), strict=True):
                index = np.array(part.astype("int64"), device=device)
                losses.append((net(index) ** 2).sum())
        autograd.backward(losses)
        trainer.step(len(batch))
    return {name: p.list_data()[0].asnumpy() for name, p in net.collect_params().items()}


STEPS = [numpy.array(b) for b in ([4, 0, 4, 1], [1, 5], [0, 2, 5], [4, 4])]


@pytest.mark.parametrize("hybrid", [False, True], ids=["eager", "hybridized"])
@every_optimizer
def test_training_gives_the_dense_numbers(name, hybrid):
    nets = [make(sparse, hybrid) for sparse in (True, False)]
    found, want = (
        train(net, gluon.Trainer(net.collect_params(), create(name)), STEPS) for net in nets
    )
    for key, array in want.items():
        numpy.testing.assert_allclose(found[key], array, rtol=1e-5, atol=1e-6)


@every_optimizer
def test_lazy_training_keeps_untouched_rows(name):
    net = make(True)
    before = net.collect_params()["0.weight"].data().asnumpy()
    trainer = gluon.Trainer(net.collect_params(), create(name, lazy_update=True))
    after = train(net, trainer, STEPS)["0.weight"]
    assert after[3].tolist() == before[3].tolist()
    assert (after[[0, 1, 2, 4, 5]] != before[[0, 1, 2, 4, 5]]).any(axis=1).all()


@pytest.mark.parametrize("lazy", [False, True], ids=["whole", "lazy"])
@every_optimizer
def test_two_devices_train_as_one(name, lazy, fakes):
    devices = ["cpu", fakes[0]]
    one, two = make(True), make(True, device=devices)
    want = train(one, _trainer(one, name, lazy), STEPS)
    found = train(two, _trainer(two, name, lazy), STEPS, devices)
    for key, parameter in two.collect_params().items():
        numpy.testing.assert_allclose(found[key], want[key], rtol=1e-5, atol=1e-6)
        first, second = parameter.list_data()
        assert first.tolist() == second.tolist()
    table = two.collect_params()["0.weight"]
    first, second = table.list_grad()
    assert first.indices.tolist() == second.indices.tolist() == [4]
    assert first.data.tolist() == second.data.tolist()
    assert str(second.device) == str(fakes[0])


def _trainer(net, name, lazy):
    return gluon.Trainer(net.collect_params(), create(name, lazy_update=lazy))


@every_optimizer
def test_states_that_are_loaded_continue_lazily(name, tmp_path):
    whole, stopped = make(True), make(True)
    want = train(whole, _trainer(whole, name, True), STEPS)
    first = _trainer(stopped, name, True)
    train(stopped, first, STEPS[:2])
    first.save_states(tmp_path / "states")
    stopped.save_parameters(tmp_path / "parameters")
    again = make(True)
    again.load_parameters(tmp_path / "parameters")
    second = _trainer(again, name, True)
    second.load_states(tmp_path / "states")
    found = train(again, second, STEPS[2:])
    assert all((found[key] == want[key]).all() for key in want)


def test_a_gradient_that_was_not_written_is_told():
    net = make(True)
    trainer = _trainer(net, "adam", True)
    train(net, trainer, STEPS)
    with pytest.raises(RuntimeError, match=r"`0\.weight` was not written"):
        trainer.step(1)
    net.zero_grad()
    trainer.step(1, ignore_stale_grad=True)


def test_weights_move_and_change_dtype_with_their_rows(fakes):
    net = make(True)
    net.cast("float64")
    net.reset_device(fakes[0])
    with autograd.record():
        loss = net(np.array([1, 1], device=fakes[0])).sum()
    loss.backward()
    gradient = net.collect_params()["0.weight"].grad()
    assert (gradient.indices.tolist(), gradient.dtype) == ([1], "float64")
    assert str(gradient.device) == str(gradient.indices.device) == str(fakes[0])


# ---- the norm of all gradients


@pytest.mark.parametrize("bound", [0.5, 100.0], ids=["above", "below"])
def test_the_global_norm_is_that_of_the_dense_gradients(bound):
    grads = []
    for sparse in (True, False):
        net = make(sparse)
        with autograd.record():
            loss = net(np.array([4, 0, 4])).sum()
        loss.backward()
        grads.append([p.grad() for p in net.collect_params().values()])
    norm = numpy.sqrt(sum(float((g.asnumpy() ** 2).sum()) for g in grads[1]))
    found = [gluon.utils.clip_global_norm(g, bound) for g in grads]
    assert found == pytest.approx([norm, norm], rel=1e-6)
    for rows, dense in zip(*grads, strict=True):
        numpy.testing.assert_allclose(rows.asnumpy(), dense.asnumpy(), rtol=1e-5)
    after = numpy.sqrt(sum(float((g.asnumpy() ** 2).sum()) for g in grads[0]))
    assert after == pytest.approx(min(norm, bound), rel=1e-5)


def test_a_global_norm_that_is_no_number_is_told_and_nothing_scaled():
    array = np.array([1.0, numpy.inf])
    with pytest.warns(UserWarning, match="norm is inf"):
        gluon.utils.clip_global_norm([array], 1.0)
    assert array.tolist() == [1, numpy.inf]
    with pytest.raises(ValueError, match="positive `max_norm`"):
        gluon.utils.clip_global_norm([array], 0)
