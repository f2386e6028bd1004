"""Learning rates by the number of the update, against the formulas of their papers."""

import math

import numpy
import pytest
import weft
from weft import gluon, lr_scheduler, np


def cosine(low, high, share):
    return low + (high - low) * (1 + math.cos(math.pi * share)) / 2


def one_cycle(n, turn=6.0, most=20):
    if n >= most:
        return 1e-4
    if n < turn:
        return 0.04 + 0.96 * (1 - cosine(0, 1, n / turn))
    return cosine(1e-4, 1.0, (n - turn) / (most - turn))


def restarts(n):
    begin, length = 0, 4
    while n >= begin + length:
        begin, length = begin + length, length * 2
    return cosine(0.1, 1.0, (n - begin) / length)


CASES = {
    "one cycle": (lambda: lr_scheduler.OneCycleScheduler(20, 1.0), one_cycle),
    "one cycle of lines": (
        lambda: lr_scheduler.OneCycleScheduler(20, 1.0, 0.5, 10.0, 100.0, "linear"),
        lambda n: 0.01 if n >= 20 else 0.1 + 0.9 * n / 10 if n < 10 else 1 - 0.99 * (n - 10) / 10,
    ),
    "restarts": (
        lambda: lr_scheduler.WarmRestartScheduler(5, base_lr=1.0),
        lambda n: cosine(0, 1, n % 5 / 5),
    ),
    "longer restarts": (
        lambda: lr_scheduler.WarmRestartScheduler(4, 2, 0.1, base_lr=1.0),
        restarts,
    ),
    "restarts after a warm-up": (
        lambda: lr_scheduler.WarmRestartScheduler(5, base_lr=1.0, warmup_steps=3),
        lambda n: n / 3 if n < 3 else cosine(0, 1, (n - 3) % 5 / 5),
    ),
    "inverse root": (
        lambda: lr_scheduler.InverseSqrtScheduler(4, 0.5),
        lambda n: 0.5 * n / 4 if n < 4 else 0.5 * (4 / n) ** 0.5,
    ),
    "exponential": (
        lambda: lr_scheduler.ExponentialScheduler(0.9, 2.0),
        lambda n: 2.0 * 0.9**n,
    ),
    "function": (lambda: lr_scheduler.LambdaScheduler(lambda n: 1 / n, 3.0), lambda n: 3 / n),
    "function after a warm-up": (
        lambda: lr_scheduler.LambdaScheduler(lambda n: 1 / n, 3.0, 4, 1.0),
        lambda n: 1 + 2 * n / 4 if n < 4 else 3 / n,
    ),
    "one after another": (
        lambda: lr_scheduler.SequentialScheduler(
            [
                lr_scheduler.LRScheduler(0.5),
                lr_scheduler.CosineScheduler(6, 1.0),
                lr_scheduler.LRScheduler(0.25),
            ],
            [3, 9],
        ),
        lambda n: 0.5 if n <= 3 else cosine(0, 1, (n - 3) / 6) if n <= 9 else 0.25,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rates_are_those_of_the_formula_eager_and_in_a_plan(name):
    make, formula = CASES[name]
    scheduler = make()
    planned = weft.hybridize(lambda number: scheduler(number) + np.zeros((), dtype="float64"))
    for number in range(1, 33):
        assert scheduler(number) == pytest.approx(formula(number), abs=1e-12)
        found = planned(np.array(number, dtype="float64")).item()
        assert found == pytest.approx(formula(number), rel=1e-9, abs=1e-12)


@pytest.mark.torch
@pytest.mark.parametrize(
    "options",
    [
        {"patience": 2},
        {"patience": 0, "factor": 0.5, "min_lr": 0.2},
        {"patience": 1, "cooldown": 2, "threshold": 0.05},
        {"patience": 1, "mode": "max", "factor": 0.5},
    ],
    ids=str,
)
def test_a_plateau_is_that_of_pytorch(options):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    rng = numpy.random.default_rng(2)
    values = numpy.concatenate([numpy.linspace(2, 1, 8), 1 + 0.01 * rng.normal(size=24)])
    if options.get("mode") == "max":
        values = -values + 4
    peer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(peer, **options)
    ours = lr_scheduler.PlateauScheduler(base_lr=1.0, **options)
    rates = []
    for number, value in enumerate(values):
        theirs.step(value)
        ours.step(value)
        if number == 20:  # from a file
            state, ours = (ours.state_dict(), lr_scheduler.PlateauScheduler(base_lr=1.0, **options))
            ours.load_state_dict(state)
        rates.append(ours(number + 1))
        assert rates[-1] == pytest.approx(peer.param_groups[0]["lr"], rel=1e-9)
    assert len(set(rates)) > 1


def test_a_compiled_step_takes_the_rates_of_a_plateau():
    net = gluon.nn.Dense(1, in_units=1, use_bias=False)
    net.initialize(weft.init.Zero())
    scheduler = lr_scheduler.PlateauScheduler(0.5, patience=0, base_lr=1.0)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"lr_scheduler": scheduler})
    step = trainer.compile(net, lambda out, y: out * y)
    moves, before = [], 0.0
    for loss in (1.0, 1.0, 0.5, 0.5, 0.5):
        step(np.ones((1, 1)), np.ones((1, 1)))
        scheduler.step(loss)
        now = float(net.weight.data().item())
        moves.append(before - now)
        before = now
    assert moves == [1.0, 1.0, 0.5, 0.5, 0.25]
    assert len(step.cache) == 3  # one for each rate


def test_a_sequence_goes_on_from_a_state():
    scheduler = CASES["one after another"][0]()
    other = CASES["one after another"][0]()
    other._schedulers[2].base_lr = 7.0
    other.load_state_dict(scheduler.state_dict())
    assert other(20) == 0.25


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: lr_scheduler.OneCycleScheduler(9, pct_start=1.0), "`pct_start` must be between"),
        (lambda: lr_scheduler.OneCycleScheduler(9, anneal="up"), "`anneal` must be cos or linear"),
        (lambda: lr_scheduler.WarmRestartScheduler(0), "`period` must be at least 1"),
        (lambda: lr_scheduler.ExponentialScheduler(1.5), "`gamma` must be above 0"),
        (lambda: lr_scheduler.SequentialScheduler([], []), "one fewer than"),
        (
            lambda: lr_scheduler.SequentialScheduler([lr_scheduler.LRScheduler()] * 3, [4, 4]),
            "must grow",
        ),
    ],
)
def test_options_that_mean_nothing_are_refused(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_numbers_of_periods_are_exact_at_their_ends():
    scheduler = lr_scheduler.WarmRestartScheduler(3, 3, base_lr=1.0)
    tops = [n for n in range(1, 400) if scheduler(n) == 1.0]
    assert tops == [3, 12, 39, 120, 363]
    numpy.testing.assert_allclose([scheduler(n - 1) < 0.3 for n in tops], True)
