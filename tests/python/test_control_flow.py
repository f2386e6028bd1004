"""npx.foreach, while_loop and cond: eager equals hybridized, values and gradients."""

import numpy
import pytest
import weft
from control_flow import (
    FUNCTIONS,
    W,
    array,
    compare,
    cumulative,
    doubling,
    flat,
    halves,
    recorded,
    same,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, gluon, np, npx

# ---- eager = hybridized --------------------------------------------------------------------------


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


# ---- random bodies -------------------------------------------------------------------------------

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


# ---- gradients -----------------------------------------------------------------------------------


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
    with pytest.raises(ValueError, match="the smallest that was found"):
        recorded(planned, [x, h], [W])


def test_a_whole_training_loop_may_be_a_body():
    weight, data = np.zeros((3,), dtype="float64"), array(20, 8, 3)
    losses = []

    def train(data):
        def step(batch, count):
            with autograd.record():
                loss = ((batch @ weight - batch.sum(axis=1)) ** 2).mean()
            loss.backward()
            weight[:] = weight - 0.2 * weight.grad
            return loss, count + 1

        return npx.foreach(step, data, np.zeros(()))

    for function in (train, weft.hybridize(train)):
        weight[:] = 0
        weight.attach_grad()
        outputs, count = function(data)
        losses.append([outputs, count, weight.copy()])
    same(losses[1], losses[0], 1e-12)
    assert losses[0][0][-1].item() < 0.01 * losses[0][0][0].item()
