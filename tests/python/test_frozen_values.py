"""Random numbers and clocks in traced functions: a plan keeps what they gave, and a warning says so
at the line that asked."""

import random
import sysconfig
import time
import warnings
from pathlib import Path
from random import choice
from random import random as draw

import numpy
import pytest
from numpy.random import rand
from weft import gluon, hybridize, np
from weft.gluon import nn

GENERATOR = numpy.random.default_rng()
OWN = random.Random()


class Net(nn.HybridBlock):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor
        self.dense = nn.Dense(2, in_units=2)
        self.generator = numpy.random.default_rng()
        self.sources = [random.Random()]

    def forward(self, x):
        return self.dense(x) * self.factor(self, x)


def imported_within(_net, _x):
    import random as source

    return source.uniform(1.0, 2.0)


def beside_those_of_weft(_net, x):
    noise = np.random.normal(size=x.shape)
    return noise * numpy.random.normal()  # this one


FROZEN = {
    "NumPy's": (lambda _net, _x: numpy.random.rand(), "numpy.random"),
    "NumPy's by its name": (lambda _net, _x: rand(), "numpy.random"),
    "a generator": (lambda _net, _x: GENERATOR.normal(), "numpy.random.Generator"),
    "the block's generator": (lambda net, _x: net.generator.random(), "numpy.random.Generator"),
    "a mask": (lambda _net, x: np.array(numpy.random.rand(*x.shape) > 0.5), "numpy.random"),
    "Python's": (lambda _net, _x: random.random(), "random"),
    "Python's in Python": (lambda _net, _x: random.choice([1.0, 2.0]), "random"),
    "Python's by its name": (lambda _net, _x: draw(), "random"),
    "another by its name": (lambda _net, _x: choice([1.0, 2.0]), "random"),
    "Python's generator": (lambda _net, _x: OWN.random(), "random.Random"),
    "one in a list": (lambda net, _x: net.sources[0].random(), "random.Random"),
    "a clock": (lambda _net, _x: time.perf_counter(), "time.perf_counter"),
    "the time": (lambda _net, _x: time.time(), "time.time"),
    "imported within": (imported_within, "random"),
    "beside those of Weft": (beside_those_of_weft, "numpy.random"),
}


def warnings_of(act):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        act()
    return [w for w in caught if "constant of the plan" in str(w.message)]


def line_of(function, text=None):
    lines = Path(__file__).read_text("utf-8").splitlines()
    first = function.__code__.co_firstlineno
    if text is None:
        return first
    return first + next(i for i, line in enumerate(lines[first - 1 :]) if text in line)


@pytest.mark.parametrize("key", FROZEN)
def test_a_value_that_a_plan_freezes_is_told_with_its_line(key):
    factor, name = FROZEN[key]
    net = Net(factor)
    net.initialize()
    net.hybridize()
    x = np.ones((3, 2))
    (told,) = warnings_of(lambda: [net(x) for _ in range(3)])
    marks = {"imported within": "source.uniform", "beside those of Weft": "# this one"}
    assert told.filename == __file__
    assert told.lineno == line_of(factor, marks.get(key))
    assert issubclass(told.category, UserWarning)
    text = str(told.message)
    assert text.startswith(f"Net: what `{name}` gave at line {told.lineno} is a constant")
    assert "`weft.np.random`" in text or "as an argument" in text
    assert "a block with `hybridize(active=False)`" in text


def test_a_function_and_a_compiled_step_tell_it_too():
    noisy = hybridize(lambda x: x * numpy.random.rand())
    assert len(warnings_of(lambda: noisy(np.ones(2)))) == 1
    net = Net(FROZEN["NumPy's"][0])
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    step = trainer.compile(net, gluon.loss.L2Loss())
    (told,) = warnings_of(lambda: step(np.ones((3, 2)), np.zeros((3, 2))))
    assert str(told.message).startswith("training step: what `numpy.random` gave")


def from_a_seed(_net, _x):
    return numpy.random.default_rng(0).normal() + random.Random(0).random()


def in_a_branch(_net, x):
    return numpy.random.rand() if x.shape[0] > 99 else 1.0


def installed():
    """A function of a package that reads the clock for itself."""
    path = Path(sysconfig.get_path("purelib")) / "timed.py"
    names = {"time": time, "__name__": "timed"}
    exec(compile("def timed():\n    return time.perf_counter() * 0 + 1.0", path, "exec"), names)
    return names["timed"]


MEANT = {
    "a clock of a package": lambda _net, _x: installed()(),
    "a seed": from_a_seed,
    "not reached": in_a_branch,
    "random numbers of Weft": lambda _net, x: np.random.normal(size=x.shape),
    "dropout": lambda _net, x: nn.Dropout(0.5)(x),
    "a wait": lambda _net, _x: (time.strftime("%Y"), 1.0)[1],
}


@pytest.mark.parametrize("key", MEANT)
def test_what_is_no_frozen_random_number_is_not_told(key):
    net = Net(MEANT[key])
    net.initialize()
    net.hybridize()
    assert not warnings_of(lambda: net(np.ones((3, 2))))


def test_eager_calls_and_draws_before_a_trace_are_not_told():
    net = Net(lambda _net, _x: numpy.random.rand() + time.time())
    net.initialize()
    assert not warnings_of(lambda: net(np.ones((3, 2))))
    net = Net(lambda _net, _x: 1.0)
    net.initialize()  # deferred shapes draw first values while the first call is traced
    net.hybridize()
    assert not warnings_of(lambda: net(np.ones((3, 2)) * numpy.random.rand()))
