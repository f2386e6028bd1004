"""What Python reads around a trace: every change of it is seen, in functions, in blocks and in
compiled steps, as eager code sees it."""

import dataclasses
import functools
import math
import os
import random
import sys
import time
import types

import numpy
import pytest
import weft
from weft import gluon, np
from weft._core import native
from weft.gluon import nn

NUMBER = 2.0
TABLE = {"deep": [{"factor": 2.0}]}
CONFIG = types.SimpleNamespace(v=2.0, inner=types.SimpleNamespace(v=2.0), items=[])


@dataclasses.dataclass
class Options:
    factor: float = 2.0


@dataclasses.dataclass(slots=True)
class Slotted:
    factor: float = 2.0


class ClassLevel:
    factor = 2.0
    names = [2.0]  # noqa: RUF012 - changed on purpose

    @classmethod
    def own(cls):
        return cls.factor

    @property
    def doubled(self):
        return self._value

    def __init__(self):
        self._value = 2.0

    def method(self, x):
        return x * self._value


class Child(ClassLevel):
    pass


def of_number():
    return NUMBER


def of_two_levels():
    return of_number()


def build():
    """Cases: how a factor of 2 is read, and how it becomes 3. All of one fresh set of objects."""
    cfg = types.SimpleNamespace(v=2.0, inner=types.SimpleNamespace(v=2.0), items=[])
    cfg.items = [types.SimpleNamespace(scale=2.0)]
    options, slotted, instance, kept = Options(), Slotted(), ClassLevel(), [2.0]
    array = np.array([2.0])
    outside = numpy.array([2.0], "float32")
    known, counts = np.array([2.0]), np.array([2, 3, 2])
    cfg.scalar = numpy.float32(2)
    cfg.table = numpy.full((2, 3), 2.0, "float32")
    module = types.ModuleType("settings_of_a_test")
    module.factor = 2.0
    sys.modules[module.__name__] = module
    holder: dict = {
        "arrays": [np.array([2.0])],
        "activation": lambda z: z * 2.0,
        "missing": types.SimpleNamespace(),
    }
    made = functools.partial(lambda z, by: z * by[0], by=kept)

    def set_number(value):
        globals()["NUMBER"] = value

    def rebind(value):
        nonlocal array
        array = np.array([value])

    def defaults(x, d={"v": 2.0}):  # noqa: B006
        return x * d["v"]

    def find():
        return cfg

    def looped(x):
        for item in cfg.items:
            x = x * item.scale
        return x

    def comprehended(x):
        return x * sum([item.scale for item in cfg.items])

    def nested(x):
        inner = lambda z: z * cfg.inner.v  # noqa: E731
        return inner(x)

    def asked(x):
        return x * getattr(holder["missing"], "factor", 2.0)

    def imported(x):
        from settings_of_a_test import factor

        return x * factor

    def given(x):
        def times(c, z):
            return z * c.v

        return times(cfg, x)

    return {
        "object": (lambda x: x * cfg.v, lambda: setattr(cfg, "v", 3.0)),
        "object in an object": (lambda x: x * cfg.inner.v, lambda: setattr(cfg.inner, "v", 3.0)),
        "replaced object": (
            lambda x: x * cfg.inner.v,
            lambda: setattr(cfg, "inner", types.SimpleNamespace(v=3.0)),
        ),
        "dataclass": (lambda x: x * options.factor, lambda: setattr(options, "factor", 3.0)),
        "slots": (lambda x: x * slotted.factor, lambda: setattr(slotted, "factor", 3.0)),
        "class attribute": (
            lambda x: x * ClassLevel.factor,
            lambda: setattr(ClassLevel, "factor", 3.0),
        ),
        "attribute of a base class": (
            lambda x: x * Child().factor,
            lambda: setattr(ClassLevel, "factor", 3.0),
        ),
        "class attribute by instance": (
            lambda x: x * instance.factor,
            lambda: setattr(instance, "factor", 3.0),
        ),
        "class method": (
            lambda x: x * instance.own(),
            lambda: setattr(ClassLevel, "factor", 3.0),
        ),
        "property": (lambda x: x * instance.doubled, lambda: setattr(instance, "_value", 3.0)),
        "method": (lambda x: instance.method(x), lambda: setattr(instance, "_value", 3.0)),
        "global": (lambda x: x * NUMBER, lambda: set_number(3.0)),
        "global in a helper": (lambda x: x * of_number(), lambda: set_number(3.0)),
        "global two helpers down": (lambda x: x * of_two_levels(), lambda: set_number(3.0)),
        "global container": (
            lambda x: x * TABLE["deep"][0]["factor"],
            lambda: TABLE["deep"][0].update(factor=3.0),
        ),
        "list in a helper": (
            lambda x: (lambda z: z * kept[0])(x),
            lambda: kept.append(kept.pop() + 1),
        ),
        "rebound array": (lambda x: x * array, lambda: rebind(3.0)),
        "array of NumPy": (lambda x: x * np.array(outside), lambda: outside.fill(3)),
        "array of NumPy as it is": (lambda x: x * outside, lambda: outside.fill(3)),
        "derived of NumPy": (
            lambda x: x * np.array(cfg.table[:, ::2] * 0.5 + 1)[0, 0],
            lambda: cfg.table.fill(4),
        ),
        "array in a list": (
            lambda x: x * holder["arrays"][0],
            lambda: holder.update(arrays=[np.array([3.0])]),
        ),
        "module": (lambda x: x * module.factor, lambda: setattr(module, "factor", 3.0)),
        "import within": (imported, lambda: setattr(module, "factor", 3.0)),
        "function in a dict": (
            lambda x: holder["activation"](x),
            lambda: holder.update(activation=lambda z: z * 3.0),
        ),
        "partial": (lambda x: made(x), lambda: kept.append(kept.pop() + 1)),
        "default": (defaults, lambda: defaults.__defaults__[0].update(v=3.0)),
        "object that a function gives": (lambda x: x * find().v, lambda: setattr(cfg, "v", 3.0)),
        "objects in a list": (looped, lambda: setattr(cfg.items[0], "scale", 3.0)),
        "in a comprehension": (comprehended, lambda: setattr(cfg.items[0], "scale", 3.0)),
        "in a function within": (nested, lambda: setattr(cfg.inner, "v", 3.0)),
        "in an argument of a helper": (given, lambda: setattr(cfg, "v", 3.0)),
        "all fields of a dataclass": (
            lambda x: x * dataclasses.asdict(options)["factor"],
            lambda: setattr(options, "factor", 3.0),
        ),
        "by the dict of an object": (
            lambda x: x * vars(cfg.inner)["v"] * cfg.inner.__dict__["v"],
            lambda: setattr(cfg.inner, "v", 3.0),
        ),
        "number of an array": (lambda x: x * float(known), lambda: known.__setitem__(0, 3.0)),
        "index of an array": (lambda x: x * counts[counts[0]], lambda: counts.__setitem__(0, 1)),
        "elements for NumPy": (
            lambda x: x * float(numpy.asarray(known).sum()),
            lambda: known.__setitem__(0, 3.0),
        ),
        "list of elements": (lambda x: x * known.tolist()[0], lambda: known.__setitem__(0, 3.0)),
        "scalar of NumPy": (
            lambda x: x * float(cfg.scalar),
            lambda: setattr(cfg, "scalar", numpy.float32(3)),
        ),
        "set later": (asked, lambda: setattr(holder["missing"], "factor", 3.0)),
        "negative zero": (lambda x: x + 1 / (x * cfg.v), lambda: setattr(cfg, "v", -0.0)),
    }


CASES = list(build())


@pytest.fixture(autouse=True)
def restored():
    yield
    globals()["NUMBER"] = 2.0
    TABLE["deep"][0]["factor"] = 2.0
    ClassLevel.factor = 2.0
    sys.modules.pop("settings_of_a_test", None)


def as_function(function):
    return weft.hybridize(function)


def as_block(function):
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.held = types.SimpleNamespace(function=function)

        def forward(self, x):
            return self.held.function(x)

    net = nn.HybridSequential(Net(), nn.HybridLambda(lambda x: x * 1))
    net.hybridize()
    return net


@pytest.mark.parametrize("form", [as_function, as_block], ids=["function", "block"])
@pytest.mark.parametrize("name", CASES)
def test_a_change_is_seen(name, form):
    function, change = build()[name]
    planned, x = form(function), np.array([1.0, 0.5])
    for _ in range(2):
        numpy.testing.assert_array_equal(planned(x).asnumpy(), function(x).asnumpy())
    before = function(x).tolist()
    change()
    assert function(x).tolist() != before
    for _ in range(2):
        numpy.testing.assert_array_equal(planned(x).asnumpy(), function(x).asnumpy())


@pytest.mark.parametrize("name", [name for name in CASES if name != "negative zero"])
def test_a_compiled_step_sees_a_change(name):
    function, change = build()[name]
    net = nn.Dense(1, in_units=1, use_bias=False)
    net.initialize(weft.init.One())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.0})
    step = trainer.compile(net, lambda out, label: function(out.reshape(-1)) + label)
    x, zero = np.array([[1.0], [0.5]]), np.zeros(2)
    for _ in range(2):
        numpy.testing.assert_array_equal(step(x, zero).asnumpy(), function(x.reshape(-1)).asnumpy())
    change()
    for _ in range(2):
        numpy.testing.assert_array_equal(step(x, zero).asnumpy(), function(x.reshape(-1)).asnumpy())


def test_what_is_not_read_costs_no_trace():
    cfg = types.SimpleNamespace(v=2.0, calls=0, log=[])
    traces = []

    @weft.hybridize
    def scaled(x):
        traces.append(1)
        return x * cfg.v

    for _ in range(5):
        cfg.calls += 1
        cfg.log.append(1)
        assert scaled(np.ones(1)).tolist() == [2]
    assert len(traces) == 1


def test_an_earlier_state_has_its_trace_still():
    cfg, traces = types.SimpleNamespace(v=2.0), []

    @weft.hybridize
    def scaled(x):
        traces.append(1)
        return x * cfg.v

    for value in (2.0, 3.0, 2.0, 3.0):
        cfg.v = value
        assert scaled(np.ones(1)).tolist() == [value]
    assert len(traces) == 2


def test_what_a_trace_changes_itself_is_not_compared():
    class Counting(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.state = types.SimpleNamespace(count=0, seen=[])

        def forward(self, x):
            self.state.count += 1
            self.state.seen.append(x.shape)
            return x * 2

    net = Counting()
    net.hybridize()
    for extent in (1, 2, 1, 2):
        net(np.ones(extent))
        net.state.seen.clear()
    assert net.state.count == 2


def test_an_attribute_of_a_block_around_a_function_is_seen():
    class Scaled(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.factor = 2.0

        def forward(self, x):
            return x * self.factor

    inner = Scaled()
    outer = nn.HybridSequential(inner)
    call = weft.hybridize(lambda x: outer(x))
    assert call(np.ones(1)).tolist() == [2]
    inner.factor = 5.0
    assert call(np.ones(1)).tolist() == [5]
    outer.add(nn.HybridLambda(lambda x: x + 1))
    assert call(np.ones(1)).tolist() == [6]


def test_a_block_in_a_list_is_seen():
    class Scaled(nn.HybridBlock):
        factor = 2.0

        def forward(self, x):
            return x * self.factor

    class Listed(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.parts = [Scaled()]

        def forward(self, x):
            for part in self.parts:
                x = part(x)
            return x

    net = Listed()
    net.hybridize()
    assert net(np.ones(1)).tolist() == [2]
    net.parts[0].factor = 3.0
    assert net(np.ones(1)).tolist() == [3]
    Scaled.factor = 4.0
    net.parts.append(Scaled())
    assert net(np.ones(1)).tolist() == [12]


def test_an_object_argument_is_looked_into():
    class Hashed(Options):
        __hash__ = object.__hash__

    options = Hashed()
    call = weft.hybridize(lambda x, o: x * o.factor)
    assert call(np.ones(1), options).tolist() == [2]
    options.factor = 3.0
    assert call(np.ones(1), options).tolist() == [3]


def test_a_new_object_at_an_old_address_is_another():
    kept = [Options()]

    @weft.hybridize
    def scaled(x):
        return x * kept[0].factor

    for number in range(40):
        kept[0] = Options(float(number))
        assert scaled(np.ones(1)).tolist() == [number]


def test_explain_lists_what_is_compared(capsys):
    cfg, log = types.SimpleNamespace(v=2.0), []

    def scaled(x):
        log.append(1)
        return x * cfg.v

    weft.hybridize(scaled, explain=True)(np.ones(2))
    said = capsys.readouterr().out
    assert "scaled: traced for arrays (float32[2])" in said
    assert "compared at every call: cfg.v" in said
    assert "constant: log" in said

    class Net(nn.HybridBlock):
        def forward(self, x):
            return x * cfg.v

    net = Net()
    net.hybridize(explain=True)
    net(np.ones(2))
    assert "compared at every call: cfg.v" in capsys.readouterr().out


def test_no_slot_is_read_where_nothing_is_around():
    net = nn.HybridSequential(nn.Dense(2, in_units=2, activation="relu"), nn.Dense(2, in_units=2))
    net.initialize()
    net.hybridize()
    net(np.ones((1, 2)))
    assert net._cache.last.around.slots == ()


def test_equal_scalars_of_numpy_are_one():
    cfg, traces = types.SimpleNamespace(v=None), []

    @weft.hybridize
    def scaled(x):
        traces.append(1)
        return x * cfg.v

    for number in (1, 2, 1, 2, 1):
        cfg.v = numpy.float32(number)
        assert scaled(np.ones(1)).tolist() == [number]
    assert len(traces) == 2


def test_the_sign_of_zero_is_seen():
    class Scaled(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.factor = 0.0

        def forward(self, x):
            return 1 / (x * self.factor)

    net = Scaled()
    net.hybridize()
    assert net(np.ones(1)).tolist() == [numpy.inf]
    net.factor = -0.0
    assert net(np.ones(1)).tolist() == [-numpy.inf]


@pytest.mark.parametrize("tool", [sys.setprofile, sys.settrace])
def test_a_profiler_or_a_debugger_stays(tool):
    calls = []

    def note(frame, event, value):
        if event == "call":
            calls.append(frame.f_code.co_name)
        return note

    cfg = types.SimpleNamespace(v=2.0)

    def helper(x):
        return x * cfg.v

    planned = weft.hybridize(lambda x: helper(x))
    around = sys.getprofile() if tool is sys.setprofile else sys.gettrace()
    tool(note)
    try:
        assert planned(np.ones(1)).tolist() == [2]
        now = sys.getprofile() if tool is sys.setprofile else sys.gettrace()
    finally:
        tool(around)
    assert now is note
    cfg.v = 3.0
    assert planned(np.ones(1)).tolist() == [3]
    assert calls


def test_explain_names_what_comes_from_outside(capsys):
    def scaled(x):
        factor = time.time() * 0 + random.random() * 0 + numpy.random.rand() * 0
        return x * (factor + len(os.environ.get("PATH", "")) * 0 + math.cos(0.0))

    with pytest.warns(UserWarning, match="constant of the plan"):
        weft.hybridize(scaled, explain=True)(np.ones(2))
    told = {line.strip() for line in capsys.readouterr().out.splitlines() if "constant" in line}
    assert "constant: what `time.time` gave" in told
    assert "constant: what `random.random` gave" in told
    assert any("numpy.random" in line for line in told)
    assert any("`os." in line for line in told)
    assert not any("cos" in line for line in told)


def test_what_counts_by_address_is_kept_alive():
    # Another object could take the address, and a plan of the first would be found for it.
    dates = numpy.array(["2020-01-01"], "datetime64[D]")  # has no buffer
    other = object()
    kept: list = []
    slots = tuple(({"value": value}, "value") for value in (dates, other))
    native.slot_contents(slots, kept)
    assert any(value is dates for value in kept) and any(value is other for value in kept)
