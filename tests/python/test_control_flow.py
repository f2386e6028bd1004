"""npx.foreach, while_loop and cond: eager, hybridized, differentiated, exported; what they refuse."""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, gluon, np, npx
from weft._trace import flatten

RANDOM = numpy.random.default_rng(5)


def array(*shape, dtype="float64"):
    return np.array(RANDOM.uniform(-1, 1, shape).astype(dtype))


def flat(value):
    arrays = []
    flatten(value, arrays, "test")
    return arrays


def same(a, b, tolerance=0.0):
    found, wanted = flat(a), flat(b)
    assert len(found) == len(wanted)
    for x, y in zip(found, wanted, strict=True):
        assert (x.shape, x.dtype) == (y.shape, y.dtype)
        numpy.testing.assert_allclose(x.asnumpy(), y.asnumpy(), rtol=tolerance, atol=tolerance)


def recorded(function, inputs, leaves):
    """Results, and the gradients of the sum of their squares into inputs and leaves."""
    inputs = [x.copy() for x in inputs]
    for leaf in (*inputs, *leaves):
        leaf.attach_grad()
    with autograd.record():
        outputs = function(*inputs)
        head = sum(((y * y).sum() for y in flat(outputs) if y.dtype == "float64"), np.zeros(()))
    head.backward()
    return flat(outputs), [leaf.grad.copy() for leaf in (*inputs, *leaves)]


def compare(function, *inputs, leaves=(), tolerance=1e-12):
    """Eager and hybridized agree, with and without gradients; returns the eager results."""
    planned = weft.hybridize(function)
    eager = function(*inputs)
    for _ in range(2):  # the first call traces
        same(planned(*inputs), eager)
    outputs, gradients = recorded(function, inputs, leaves)
    for _ in range(2):
        again, planned_gradients = recorded(planned, inputs, leaves)
        same(again, outputs)
        same(planned_gradients, gradients, tolerance)
    return eager


W = array(3, 3)


def cumulative(x, h):
    def body(row, state):
        new = np.tanh(row @ W + state)
        return new * 2, new

    return npx.foreach(body, x, h)


def doubling(x):
    """As many steps as the values decide."""
    outputs, (count, y) = npx.while_loop(
        lambda count, y: np.abs(y).sum() < 40,
        lambda count, y: (y * W[0], (count + 1, y * 2 + x)),
        (np.zeros(()), x),
        max_iterations=9,
    )
    return outputs, count, y


def halves(x):
    return npx.cond(x.sum() > 0, lambda: np.exp(x) * W[0], lambda: x * x)


# ---- eager = hybridized ---------------------------------------------------------------------------


def test_foreach_is_a_loop_over_rows():
    x, h = array(5, 2, 3), array(2, 3)
    outputs, final = compare(cumulative, x, h, leaves=[W])
    state, wanted = h.asnumpy(), []
    for row in x.asnumpy():
        state = numpy.tanh(row @ W.asnumpy() + state)
        wanted.append(state * 2)
    numpy.testing.assert_allclose(outputs.asnumpy(), wanted, rtol=1e-12)
    numpy.testing.assert_allclose(final.asnumpy(), state, rtol=1e-12)


@pytest.mark.parametrize("scale", [1.0, 4.0, 100.0, 1e-9])
def test_while_loop_makes_as_many_steps_as_values_decide(scale):
    x = np.array([0.5, 1.0, -2.0], dtype="float64") * scale
    outputs, count, y = compare(doubling, x, leaves=[W])
    steps, value = [], x.asnumpy()
    while numpy.abs(value).sum() < 40 and len(steps) < 9:
        steps.append(value * W.asnumpy()[0])
        value = value * 2 + x.asnumpy()
    assert int(count) == len(steps)
    wanted = numpy.zeros((9, 3))
    wanted[: len(steps)] = steps if steps else wanted[:0]
    numpy.testing.assert_allclose(outputs.asnumpy(), wanted, rtol=1e-12)
    numpy.testing.assert_allclose(y.asnumpy(), value, rtol=1e-12)


@pytest.mark.parametrize("sign", [1, -1])
def test_cond_runs_one_branch(sign):
    x = np.array([0.5, 1.0, 2.0], dtype="float64") * sign
    y = compare(halves, x, leaves=[W])
    values = x.asnumpy()
    wanted = numpy.exp(values) * W.asnumpy()[0] if sign > 0 else values * values
    numpy.testing.assert_allclose(y.asnumpy(), wanted, rtol=1e-12)


def test_a_branch_that_does_not_run_is_not_felt():
    def roots(x):
        return npx.cond(x > 0, lambda: np.sqrt(x), lambda: x * 0)

    x = np.array(-4.0, dtype="float64")
    compare(roots, x)
    _, (gradient,) = recorded(weft.hybridize(roots), [x], [])
    assert gradient.item() == 0  # and not a NaN of the root


def test_states_and_data_nest():
    def nested(x):
        def body(row, states):
            new = {"h": states["h"] + row["a"], "pair": [states["pair"][0] * 0.5, row["b"]]}
            return {"y": row["a"] * states["h"], "z": (row["b"], None)}, new

        start = {"h": np.ones((3,), dtype="float64"), "pair": (x[0], x[1])}
        return npx.foreach(body, {"a": x, "b": x * 2}, start)

    outputs, states = compare(nested, array(4, 3))
    assert outputs["z"][1] is None
    assert isinstance(states["pair"], tuple)


def test_control_flow_nests():
    def nested(x):
        def body(row, total):
            y = npx.cond(row.sum() > 0, lambda: row * 2, lambda: row @ W)
            _, (z,) = npx.while_loop(
                lambda v: (v * v).sum() < 9, lambda v: (None, (v * 1.5 + 0.1,)), (y,), 6
            )
            inner, t = npx.foreach(lambda e, u: (e * u, u + e), z, total.sum())
            return inner, total + t

        return npx.foreach(body, x, np.ones((3,), dtype="float64"))

    compare(nested, array(5, 3), leaves=[W])


@pytest.mark.parametrize("sign", [1, -1])
def test_arrays_around_a_body_may_be_written(sign):
    mean, last = np.zeros((3,), dtype="float64"), np.zeros((3,), dtype="float64")
    for written in (mean, last):
        weft._core.native.set_state(written, True)

    def running(x):
        def body(row, count):
            mean[:] = mean * 0.5 + row

            def mark():
                last[:] = row
                return row * 2

            return npx.cond(row.sum() > 0, mark, lambda: row + mean), count + 1

        outputs, count = npx.foreach(body, x, np.zeros((), dtype="float64"))
        return outputs, count, mean * 1.0, last * 1.0

    x = array(4, 3) * sign
    found = []
    for function in (running, weft.hybridize(running)):
        mean[:] = 0
        last[:] = 0
        found.append([*flat(function(x)), mean.copy(), last.copy()])
    same(found[1], found[0])
    assert np.abs(mean).sum() > 0


def test_random_operators_draw_anew_in_each_iteration():
    def drawn(x):
        outputs, total = npx.foreach(
            lambda row, s: (row + np.random.uniform(0, 1, (3,)), s + npx.dropout(row, 0.5)),
            x,
            np.zeros((3,)),
        )
        return outputs, total, np.random.uniform(0, 1, (2,))

    x = array(6, 3, dtype="float32")
    found = []
    for function in (drawn, weft.hybridize(drawn)):
        np.random.seed(3)
        x.attach_grad()
        with autograd.record():
            outputs = function(x)
            head = (outputs[1] * outputs[1]).sum()
        head.backward()
        found.append([*outputs, x.grad.copy()])
    same(found[1], found[0])
    noise = (found[0][0] - x).asnumpy()
    assert len(numpy.unique(noise)) > 10


@pytest.mark.parametrize(
    "function",
    [
        lambda x: npx.foreach(
            lambda row, s: ((row * 2, row.sum()), s + row), x, np.ones((3,)) + x.sum()
        ),
        lambda x: npx.while_loop(
            lambda s: s.sum() > 99,
            lambda s: (s * 2, (s + 1,)),
            (np.ones((2,), dtype="float64") + x.sum(),),
            0,
        ),
        lambda x: npx.while_loop(
            lambda s: s.sum() > 99,
            lambda s: (s * 2, (s + 1,)),
            (np.ones((2,), dtype="float64") + x.sum(),),
            4,
        ),
    ],
    ids=["foreach", "while nothing", "while false"],
)
def test_loops_without_iterations_have_outputs(function):
    compare(function, np.zeros((0, 3), dtype="float64"))


def test_foreach_over_a_cell_is_the_cell_unrolled():
    cell = gluon.rnn.LSTMCell(4, input_size=3)
    cell.initialize()
    x = array(2, 5, 3, dtype="float32")
    wanted, states = cell.unroll(x)
    start = cell.begin_state(2)

    def unrolled(x):
        outputs, final = npx.foreach(lambda row, s: cell(row, s), np.swapaxes(x, 0, 1), start)
        return np.swapaxes(outputs, 0, 1), final

    for function in (unrolled, weft.hybridize(unrolled)):
        outputs, final = function(x)
        same(outputs, wanted)
        same(list(final), list(states))


# ---- random bodies --------------------------------------------------------------------------------

OPERATORS = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b * 0.5,
    "tanh": lambda a, b: np.tanh(a - b),
    "product": lambda a, b: a @ W + b,
    "where": lambda a, b: np.where(a > b, a, b * 0.3),
    "mean": lambda a, b: a - b.mean(),
    "cond": lambda a, b: npx.cond(a.sum() > b.sum(), lambda: a * 0.7, lambda: b + a),
    "foreach": lambda a, b: npx.foreach(lambda r, s: (r + s, s * 0.9), a, b[0])[0],
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATORS)), st.integers(0, 9), st.integers(0, 9)),
    min_size=1,
    max_size=6,
)


def body_of(steps, *values):
    known = list(values)
    for name, a, b in steps:
        known.append(OPERATORS[name](known[a % len(known)], known[b % len(known)]))
    return known[-1]


@settings(max_examples=25, deadline=None)
@given(output=STEPS, state=STEPS, captured=st.booleans())
def test_random_bodies(output, state, captured):
    other = np.array(numpy.linspace(-1, 1, 3))

    def loop(x, h):
        extra = [other * h.sum()] if captured else []
        return npx.foreach(
            lambda row, s: (body_of(output, row, s, *extra), np.tanh(body_of(state, s, row))),
            x,
            h,
        )

    x = np.array(numpy.random.default_rng(1).uniform(-1, 1, (3, 3)))
    compare(loop, x, other * 0.5, leaves=[W, other], tolerance=1e-9)


@settings(max_examples=25, deadline=None)
@given(steps=STEPS, limit=st.floats(-3, 3))
def test_random_conditions(steps, limit):
    def loop(x):
        return npx.while_loop(
            lambda v, n: v.sum() + n < limit,
            lambda v, n: (v * 2, (np.tanh(body_of(steps, v, x)), n + 0.3)),
            (x, np.zeros((), dtype="float64")),
            6,
        )

    x = np.array(numpy.random.default_rng(2).uniform(-1, 1, (3,)))
    compare(loop, x, leaves=[W], tolerance=1e-9)


# ---- gradients ------------------------------------------------------------------------------------

FUNCTIONS = {
    "foreach": lambda x: cumulative(x.reshape((2, 1, 3)), np.zeros((1, 3), dtype="float64")),
    "while": lambda x: doubling(x[:3] + x[3:]),
    "cond": lambda x: halves(x[:3] * 2 + x[3:]),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_those_of_differences(name):
    x = np.array([0.3, -0.2, 0.9, 0.4, 0.8, -0.6], dtype="float64")

    def value(x):
        return sum((y * y).sum() for y in flat(FUNCTIONS[name](x)))

    planned = weft.hybridize(value)
    _, (gradient,) = recorded(lambda x: FUNCTIONS[name](x), [x], [])
    for i in range(6):
        step = np.zeros((6,), dtype="float64")
        step[i] = 1e-6
        slope = (planned(x + step) - planned(x - step)).item() / 2e-6
        assert abs(slope - gradient[i].item()) <= 1e-6 * max(1, abs(slope))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_gradients(name):
    x = np.array([0.3, -0.2, 0.9, 0.4, 0.8, -0.6], dtype="float64")

    def value(x):
        return sum((y * y).sum() for y in flat(FUNCTIONS[name](x)))

    found = []
    for function in (value, weft.hybridize(value)):
        x.attach_grad()
        W.attach_grad()
        with autograd.record():
            slope = autograd.grad(function(x), x, create_graph=True)
            head = (slope * slope).sum()
        head.backward()
        found.append([slope, x.grad.copy(), W.grad.copy()])
    same(found[1], found[0], 1e-11)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_inside_a_hybridized_function(name):
    def slope_of(x):
        x = x.copy()
        x.attach_grad()
        with autograd.record():
            value = sum((y * y).sum() for y in flat(FUNCTIONS[name](x)))
        return value, autograd.grad(value, x)

    x = np.array([0.3, -0.2, 0.9, 0.4, 0.8, -0.6], dtype="float64")
    same(weft.hybridize(slope_of)(x), slope_of(x), 1e-12)


def test_backward_inside_a_hybridized_function_fills_the_gradients_of_parameters():
    found = []

    def train(x):
        with autograd.record():
            value = sum((y * y).sum() for y in flat(FUNCTIONS["foreach"](x)))
        value.backward()
        return value

    for function in (train, weft.hybridize(train)):
        W.attach_grad()
        found.append([function(array(6) * 0 + 0.5), W.grad.copy()])
    same(found[1], found[0], 1e-12)


def test_a_gradient_under_a_budget():
    x, h = array(40, 8, 3), array(8, 3)
    planned = weft.hybridize(cumulative)
    _, wanted = recorded(cumulative, [x, h], [W])
    recorded(planned, [x, h], [W])
    planned.cache.clear()
    planned.cache.budget = 10_000_000
    same(recorded(planned, [x, h], [W])[1], wanted, 1e-12)
    planned.cache.clear()
    planned.cache.budget = 64
    with pytest.raises(ValueError, match="the least that was found"):
        recorded(planned, [x, h], [W])


# ---- plans ----------------------------------------------------------------------------------------


def test_a_body_is_planned_once():
    planned = weft.hybridize(cumulative)
    arenas = []
    for rows in (10, 100):
        planned(array(rows, 2, 3), array(2, 3))
        function = planned.cache.last.function
        assert function.text("plan").splitlines()[0].startswith("forward: 1 steps")
        assert function.text("plan").count(f"at most {rows} times") == 1
        arenas.append(function.memory()["arena"])
    assert arenas[0] == arenas[1]


@pytest.mark.parametrize("passes", ["-fuse", "-cse", "-fold", "-dead,-sweep", "-order", "-parts"])
def test_results_agree_with_passes_off(passes, monkeypatch):
    x = np.array([0.3, -0.2, 0.9, 0.4, 0.8, -0.6], dtype="float64")
    for function in FUNCTIONS.values():
        outputs, gradients = recorded(weft.hybridize(function), [x], [W])
        with monkeypatch.context() as patch:
            patch.setenv("WEFT_PASSES", passes)
            again, other = recorded(weft.hybridize(function), [x], [W])
        same(again, outputs)
        same(other, gradients, 1e-12)


# ---- files ----------------------------------------------------------------------------------------


class Net(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.cell = gluon.rnn.GRUCell(3, input_size=3)
        self.norm = gluon.nn.BatchNorm(in_channels=3)
        self.head = gluon.nn.Dense(3, in_units=3)

    def forward(self, x):
        states = self.cell.begin_state(2)
        outputs, states = npx.foreach(lambda row, s: self.cell(self.norm(row), s), x, states)
        chosen = npx.cond(states[0].sum() > 0, lambda: self.head(states[0]), lambda: states[0] * 2)
        steps, (count, _) = npx.while_loop(
            lambda n, v: (v * v).sum() < 50,
            lambda n, v: (v, (n + 1, v * 2 + 1)),
            (np.zeros(()), chosen),
            6,
        )
        return outputs, chosen, steps, count


def test_a_file_with_control_flow_runs_without_the_framework(tmp_path):
    net = Net()
    net.initialize()
    x = array(5, 2, 3, dtype="float32")
    eager = net(x)
    net.hybridize()
    same(net(x), eager)
    net.export(tmp_path / "net.weft", x)
    found = weft.runtime.Model(str(tmp_path / "net.weft")).context().run(x.asnumpy())
    for one, wanted in zip(found, flat(eager), strict=True):
        numpy.testing.assert_array_equal(one, wanted.asnumpy())
    same(gluon.SymbolBlock.imports(tmp_path / "net.weft")(x), eager)


# ---- what is refused ------------------------------------------------------------------------------

X = array(4, 2, dtype="float32")
REFUSED = {
    "state shape": (
        lambda x: npx.foreach(lambda r, s: (r, np.concatenate([s, s])), x, np.zeros((2,))),
        ValueError,
        r"init_states` must keep .* float32\(2,\) before an iteration and is float32\(4,\) after",
    ),
    "state dtype": (
        lambda x: npx.foreach(
            lambda r, s: (r, {"h": s["h"].astype("float64")}), x, {"h": np.zeros((2,))}
        ),
        ValueError,
        r"init_states\['h'\]` must keep its shape and dtype; it was float32.* and is float64",
    ),
    "state nesting": (
        lambda x: npx.foreach(lambda r, s: (r, [s, s]), x, np.zeros((2,))),
        ValueError,
        "must stay nested in the same way",
    ),
    "no pair": (
        lambda x: npx.foreach(lambda r, s: r, x, np.zeros((2,))),
        TypeError,
        r"`body` must return a pair \(outputs, states\); got",
    ),
    "number as output": (
        lambda x: npx.foreach(lambda r, s: (1.0, s), x, np.zeros((2,))),
        TypeError,
        "`outputs` must be an array; got float",
    ),
    "number as state": (
        lambda x: npx.foreach(lambda r, s: (r, s), x, 0),
        TypeError,
        "`init_states` must be an array; got int",
    ),
    "rows": (
        lambda x: npx.foreach(lambda r, s: (r[0], s), [x, x[1:]], np.zeros((2,))),
        ValueError,
        r"`data\[1\]` must have as many rows as the others, 4",
    ),
    "no rows": (
        lambda x: npx.foreach(lambda r, s: (r, s), x.sum(), np.zeros((2,))),
        ValueError,
        "must be arrays with an axis",
    ),
    "variable shape": (
        lambda x: npx.while_loop(
            lambda v: v.sum() < 9, lambda v: (None, (v.reshape((1, 2)),)), (np.zeros((2,)),), 3
        ),
        ValueError,
        r"`loop_vars\[0\]` must keep .* float32\(2,\) before .* float32\(1, 2\) after",
    ),
    "condition shape": (
        lambda x: npx.while_loop(lambda v: v < 9, lambda v: (None, (v,)), (np.zeros((2,)),), 3),
        ValueError,
        r"`cond` must give one number or bool; got shape \(2,\)",
    ),
    "negative limit": (
        lambda x: npx.while_loop(lambda v: v < 9, lambda v: (None, (v,)), (x.sum(),), -1),
        ValueError,
        "max_iterations` must be at least 0; got -1",
    ),
    "no limit": (
        lambda x: npx.while_loop(lambda v: v < 9, lambda v: (None, (v,)), (x.sum(),), None),
        TypeError,
        "max_iterations` must be an integer",
    ),
    "predicate shape": (
        lambda x: npx.cond(x > 0, lambda: x, lambda: x),
        ValueError,
        "`pred` must give one number or bool",
    ),
}
TRACED_ONLY = {
    "branch types": (
        lambda x: npx.cond(x.sum() > 0, lambda: x, lambda: x.sum()),
        ValueError,
        r"float32\(4, 2\) and of `else_func` float32\(\)",
    ),
    "branch nesting": (
        lambda x: npx.cond(x.sum() > 0, lambda: x, lambda: [x, x]),
        ValueError,
        "nested in the same way",
    ),
    "effect": (
        lambda x: npx.foreach(lambda r, s: (npx.print("{}", r), s), x, np.zeros((2,))),
        NotImplementedError,
        r"`print` \(.*test_control_flow.py:\d+\) is an effect",
    ),
    "argument written": (
        lambda x: npx.foreach(lambda r, s: (r, s.__setitem__(0, 1) or s), x, np.zeros((2,))),
        NotImplementedError,
        r"writes to its argument 1 in place \(.*test_control_flow.py:\d+\)",
    ),
    "mask": (
        lambda x: npx.foreach(lambda r, s: (r[r > 0].sum(), s), x, np.zeros((2,))),
        NotImplementedError,
        r"an extent that follows from values .* \(.*test_control_flow.py:\d+\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("wrap", [lambda f: f, weft.hybridize], ids=["eager", "hybridized"])
def test_mistakes_are_refused(name, wrap):
    function, error, text = REFUSED[name]
    with pytest.raises(error, match=text):
        wrap(function)(X)
    assert not weft._trace.is_tracing()


@pytest.mark.parametrize("name", TRACED_ONLY)
def test_what_a_graph_cannot_hold_is_refused(name):
    function, error, text = TRACED_ONLY[name]
    with pytest.raises(error, match=text):
        weft.hybridize(function)(X)
    assert not weft._trace.is_tracing()


@pytest.mark.parametrize(
    "read",
    [
        lambda x: 1 if x.sum() > 0 else 2,
        lambda x: float(x.sum()),
        lambda x: int(x.sum()),
        lambda x: x.sum().item(),
    ],
    ids=["if", "float", "int", "item"],
)
def test_deciding_by_a_traced_value_names_what_to_use_and_the_line(read):
    with pytest.raises(RuntimeError, match=r"test_control_flow\.py:\d+.*npx\.cond.*while_loop"):
        weft.hybridize(read)(X)


def test_an_array_of_a_body_does_not_leave_it():
    kept = []
    function = weft.hybridize(
        lambda x: [npx.foreach(lambda r, s: (kept.append(r) or r, s), x, x[0]), kept[0] * 2]
    )
    with pytest.raises(RuntimeError, match="an array of a trace that has ended"):
        function(X)


def test_symbols_have_no_control_flow():
    x = weft.sym.var("x")
    with pytest.raises(NotImplementedError, match="symbols have no control flow"):
        npx.foreach(lambda r, s: (r, s), x, x)
