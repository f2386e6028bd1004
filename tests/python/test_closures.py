"""Optimizers that need a closure: LBFGS beside PyTorch and SciPy, SAM beside its formula."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, optimizer
from weft.gluon import nn

RNG = numpy.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = numpy.tanh(X @ RNG.normal(size=(3, 1))) + 0.1 * RNG.normal(size=(40, 1))
START = [
    RNG.normal(size=(5, 3)) * 0.5,
    numpy.zeros(5),
    RNG.normal(size=(1, 5)) * 0.5,
    numpy.zeros(1),
]


def network(dtype="float64"):
    net = nn.HybridSequential(nn.Dense(5, activation="tanh", in_units=3), nn.Dense(1, in_units=5))
    net.initialize()
    net.cast(dtype)
    for parameter, start in zip(net.collect_params().values(), START, strict=True):
        parameter.set_data(np.array(start, dtype=dtype))
    net.hybridize()
    return net


def values(net):
    return [p.data().asnumpy() for p in net.collect_params().values()]


class Squares:
    """The closure, which counts its calls."""

    def __init__(self, net, dtype="float64"):
        self.net, self.calls = net, 0
        self.x, self.y = np.array(X, dtype=dtype), np.array(Y, dtype=dtype)

    def __call__(self):
        self.calls += 1
        with autograd.record():
            loss = (self.net(self.x) - self.y) ** 2
        loss.backward()
        return loss


def trained(net, kind, options, steps, trainer=None):
    trainer = trainer or gluon.Trainer(net.collect_params(), kind, options)
    closure = Squares(net)
    losses = [float(trainer.step(len(X), closure).mean()) for _ in range(steps)]
    return losses, closure.calls, trainer


# ---- LBFGS

EXACT = {"max_iter": 100, "tolerance_change": 1e-15, "tolerance_grad": 1e-10}


def of_pytorch(options, steps):
    """Losses, numbers of evaluations and parameters."""
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    parameters = [torch.tensor(start, requires_grad=True) for start in START]
    peer = torch.optim.LBFGS(parameters, **options)
    x, y = torch.tensor(X), torch.tensor(Y)
    calls = 0

    def closure():
        nonlocal calls
        calls += 1
        peer.zero_grad()
        first, bias, second, shift = parameters
        loss = ((torch.tanh(x @ first.T + bias) @ second.T + shift - y) ** 2).mean()
        loss.backward()
        return loss

    losses = [float(peer.step(closure).detach()) for _ in range(steps)]
    return losses, calls, [p.detach().numpy() for p in parameters]


@pytest.mark.torch
@pytest.mark.parametrize("search", ["strong_wolfe", None])
@pytest.mark.parametrize(
    ("rounds", "most", "history", "steps"),
    [(1, 10, 5, 20), (4, 10, 3, 6), (20, 25, 10, 2), (10, 6, 4, 4)],
)
def test_steps_of_lbfgs_are_those_of_pytorch(search, rounds, most, history, steps):
    rate = 1.0 if search else 0.7
    options = {"max_iter": rounds, "max_eval": most, "history_size": history}
    losses, calls, wanted = of_pytorch({"lr": rate, "line_search_fn": search, **options}, steps)
    net = network()
    options |= {"learning_rate": rate, "line_search": search}
    found, own_calls, _ = trained(net, "lbfgs", options, steps)
    assert own_calls == calls
    numpy.testing.assert_allclose(found, losses, rtol=1e-7)
    for ours, theirs in zip(values(net), wanted, strict=True):
        numpy.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)


class Rosenbrock(nn.HybridBlock):
    """A valley that bends: its least value is 0, at ones."""

    def __init__(self, size):
        super().__init__()
        self.place = gluon.Parameter(shape=(size,), dtype="float64", init="zeros")

    def forward(self):
        x = self.place.data()
        return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def test_lbfgs_finds_what_scipy_finds_in_as_many_evaluations():
    from scipy.optimize import minimize, rosen, rosen_der

    wanted = minimize(rosen, numpy.zeros(6), jac=rosen_der, method="L-BFGS-B", tol=1e-12)
    net, calls = Rosenbrock(6), 0
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "lbfgs", EXACT)

    def closure():
        nonlocal calls
        calls += 1
        with autograd.record():
            loss = net()
        loss.backward()
        return loss

    trainer.step(1, closure)
    assert float(net()) < 1e-12
    numpy.testing.assert_allclose(net.place.data().asnumpy(), wanted.x, atol=1e-5)
    assert calls < 1.5 * wanted.nfev


def test_weight_decay_is_part_of_the_loss_of_lbfgs():
    net = nn.Dense(1, in_units=3, use_bias=False)
    net.initialize()
    net.cast("float64")
    options = {"wd": 0.3, **EXACT}
    trained(net, "lbfgs", options, 1)
    # The mean of squares and half of the decay: least where the slope is 0.
    matrix = 2 * X.T @ X / len(X) + 0.3 * numpy.eye(3)
    wanted = numpy.linalg.solve(matrix, 2 * X.T @ Y / len(X))
    numpy.testing.assert_allclose(net.weight.data().asnumpy().T, wanted, rtol=1e-5)


def test_frozen_and_pruned_parameters_stay():
    net = network()
    net[0].weight.grad_req = "null"
    mask = np.array([[True, False, True, False, True]])
    net[1].weight.mask = mask
    before = values(net)[0]
    trained(net, "lbfgs", None, 2)
    assert (values(net)[0] == before).all()
    assert (values(net)[2][:, [1, 3]] == 0).all()
    assert (values(net)[2][:, [0, 2, 4]] != START[2][:, [0, 2, 4]]).all()


@pytest.mark.parametrize("kind", ["lbfgs", "sam"])
def test_training_goes_on_from_a_file_in_every_bit(kind, tmp_path):
    options = {"max_iter": 3, "history_size": 4} if kind == "lbfgs" else {"inner": "adam"}
    whole = network()
    trained(whole, kind, options, 6)
    first = network()
    _, _, trainer = trained(first, kind, options, 3)
    weft.save_checkpoint(tmp_path / "a", first, trainer)
    second = network()
    other = gluon.Trainer(second.collect_params(), kind, options)
    weft.load_checkpoint(tmp_path / "a", second, other)
    trained(second, kind, options, 3, other)
    for ours, theirs in zip(values(second), values(whole), strict=True):
        assert (ours == theirs).all()


# ---- SAM


def by_formula(steps, rate, rho, momentum, adaptive):
    """Foret et al., algorithm 1, and Kwon et al., with SGD; gradients by hand."""
    weights = [start.copy() for start in START]
    moments = [numpy.zeros_like(w) for w in weights]

    def gradients(weights):
        first, bias, second, shift = weights
        hidden = numpy.tanh(X @ first.T + bias)
        slope = 2 * (hidden @ second.T + shift - Y) / len(X)
        inner = slope @ second * (1 - hidden**2)
        return [inner.T @ X, inner.sum(0), slope.T @ hidden, slope.sum(0)]

    for _ in range(steps):
        found = gradients(weights)
        sizes = [abs(w) if adaptive else numpy.ones_like(w) for w in weights]
        norm = numpy.sqrt(sum(((g * s) ** 2).sum() for g, s in zip(found, sizes, strict=True)))
        there = [
            w + rho * g * s**2 / (norm + 1e-12)
            for w, g, s in zip(weights, found, sizes, strict=True)
        ]
        for number, gradient in enumerate(gradients(there)):
            moments[number] = momentum * moments[number] - rate * gradient
            weights[number] = weights[number] + moments[number]
    return weights


@pytest.mark.parametrize("how", ["closure", "compiled"])
@pytest.mark.parametrize("adaptive", [False, True])
def test_steps_of_sam_are_those_of_the_formula(how, adaptive):
    net = network()
    options = {
        "learning_rate": 0.1,
        "rho": 0.2,
        "adaptive": adaptive,
        "inner_options": {"momentum": 0.9},
    }
    trainer = gluon.Trainer(net.collect_params(), "sam", options)
    if how == "closure":
        trained(net, "sam", options, 20, trainer)
    else:
        step = trainer.compile(net, lambda out, y: (out - y) ** 2)
        for _ in range(20):
            step(np.array(X), np.array(Y))
    wanted = by_formula(20, 0.1, 0.2, 0.9, adaptive)
    for ours, theirs in zip(values(net), wanted, strict=True):
        numpy.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)


# ---- in fit, and what is refused


@pytest.mark.parametrize("kind", ["lbfgs", "sam"])
@pytest.mark.parametrize("compiled", [True, False])
def test_fit_takes_them(kind, compiled):
    net = network()
    model = weft.Model(net, "mse", kind, ["mae"], compiled=compiled)
    x, y = np.array(X), np.array(Y)
    history = model.fit(x, y, batch_size=40, epochs=5, shuffle=False, verbose=0)
    other = network()
    trainer = gluon.Trainer(other.collect_params(), kind)
    closure, losses = Squares(other), []
    for _ in range(5):
        losses.append(float(trainer.step(40, closure).mean()))
    numpy.testing.assert_allclose(history["loss"], losses, rtol=1e-4)
    assert history["mae"][-1] < history["mae"][0]


def test_any_optimizer_takes_a_closure():
    nets = network(), network()
    trained(nets[0], "adam", None, 3)
    trainer = gluon.Trainer(nets[1].collect_params(), "adam")
    closure = Squares(nets[1])
    for _ in range(3):
        closure()
        trainer.step(len(X))
    for ours, theirs in zip(values(nets[0]), values(nets[1]), strict=True):
        assert (ours == theirs).all()


def trainer_of(net, kind="lbfgs", **options):
    return gluon.Trainer(net.collect_params(), kind, options)


def no_backward(net):
    return lambda: (net(np.array(X)) - np.array(Y)) ** 2


REFUSED = {
    "no closure": (
        lambda net: trainer_of(net).step(4),
        r"step: LBFGS needs `closure`, .*`trainer.step\(batch_size, closure\)`",
    ),
    "no closure of update": (lambda net: trainer_of(net, "sam").update(4), "SAM needs `closure`"),
    "no function": (lambda net: trainer_of(net).step(4, True), "`closure` must be callable; got"),
    "no backward": (
        lambda net: trainer_of(net).step(4, no_backward(net)),
        "the gradient of `0.weight` was not written",
    ),
    "no loss": (
        lambda net: trainer_of(net).step(4, lambda: print(Squares(net)())),
        "`closure` must give the loss that it called `backward` of; got NoneType",
    ),
    "in a plan": (
        lambda net: trainer_of(net).compile(net, gluon.loss.L2Loss())(np.array(X), np.array(Y)),
        "LBFGS looks at losses while it searches, which a plan cannot",
    ),
    "clipping": (lambda net: trainer_of(net, clip_gradient=1.0), "takes neither `clip_gradient`"),
    "search": (
        lambda net: trainer_of(net, line_search="wolfe"),
        """`line_search` must be "strong_wolfe" or None; got 'wolfe'""",
    ),
    "rho": (lambda net: trainer_of(net, "sam", rho=0.0), "`rho` must be above 0"),
    "inner": (
        lambda net: trainer_of(net, "sam", inner="lbfgs"),
        "`inner` must be an optimizer without closure",
    ),
    "clipping of fit": (
        lambda net: weft.Model(net, "mse", "lbfgs", clip_global_norm=1.0).fit(
            np.array(X), np.array(Y), verbose=0
        ),
        "`clip_global_norm` is not for LBFGS",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_means_nothing_is_refused(name):
    call, text = REFUSED[name]
    with pytest.raises((ValueError, TypeError, RuntimeError, NotImplementedError), match=text):
        call(network())


def test_they_are_known_by_name():
    assert isinstance(optimizer.create("lbfgs"), optimizer.LBFGS)
    assert isinstance(optimizer.create("sam"), optimizer.SAM)
