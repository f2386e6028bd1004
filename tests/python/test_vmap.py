"""`weft.vmap`: axes, nesting, gradients, plans, control flow, writes, random numbers, errors.

What it does to each operator is in tests/ops/test_vmap.py.
"""

import dataclasses

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, gluon, np, npx


def normal(*shape, seed=0):
    return np.array(numpy.random.default_rng(seed).normal(size=shape))


def same(have, want):
    numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-9, atol=1e-12)


def plain(function):
    return function


HOW = pytest.mark.parametrize("how", [plain, weft.hybridize], ids=["eager", "hybridized"])


@dataclasses.dataclass(frozen=True)
class Line:
    slope: object
    offset: object


# ---- axes and containers


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_axes_of_arguments_and_results(data):
    rank = data.draw(st.integers(0, 3))
    shape = data.draw(st.lists(st.integers(0, 3), min_size=rank, max_size=rank))
    size = data.draw(st.integers(0, 4))
    axis = data.draw(st.integers(-rank - 1, rank))
    out = data.draw(st.integers(-rank - 1, rank))
    x = numpy.random.default_rng(1).normal(size=(size, *shape))
    weights = numpy.random.default_rng(2).normal(size=shape)
    given_ = np.array(numpy.moveaxis(x, 0, axis))
    found = weft.vmap(lambda row, w: np.tanh(row) * w, (axis, None), out)(given_, np.array(weights))
    numpy.testing.assert_allclose(
        found.asnumpy(), numpy.moveaxis(numpy.tanh(x) * weights, 0, out), rtol=1e-12
    )


def test_containers_of_arguments_and_results():
    x, w, b = normal(4, 3), normal(2, 4), normal(3, seed=1)

    def fun(p, x, *, scale, name):
        assert name == "n"
        line = p["line"]
        return {"y": (line.slope.sum() * x + line.offset, None), "s": Line(x.sum(), scale)}

    found = weft.vmap(
        fun,
        in_axes=({"line": Line(1, None), "none": None}, 0),
        out_axes={"y": 1, "s": Line(0, 0)},
    )({"line": Line(w, b), "none": None}, x, scale=normal(4), name="n")
    wanted = x.asnumpy() * w.asnumpy().sum(0)[:, None] + b.asnumpy()
    assert found["y"][1] is None
    numpy.testing.assert_allclose(found["y"][0].asnumpy(), wanted.T)
    numpy.testing.assert_allclose(found["s"].slope.asnumpy(), x.asnumpy().sum(1))
    same(found["s"].offset, normal(4))


def test_results_that_all_examples_share():
    w = normal(3)
    x = normal(4, 3)
    shared, repeated = weft.vmap(lambda row: (w * 2, w * 2), out_axes=(None, 0))(x)
    same(shared, w * 2)
    assert repeated.shape == (4, 3)
    assert weft.vmap(lambda: w + 1, axis_size=2)().shape == (2, 3)


# ---- composition


@HOW
def test_batches_nest(how):
    x, y = normal(4, 3), normal(5, 3, seed=1)

    def distances(x, y):
        return weft.vmap(lambda a: weft.vmap(lambda b: np.exp(-((a - b) ** 2).sum()))(y))(x)

    wanted = numpy.exp(-((x.asnumpy()[:, None] - y.asnumpy()) ** 2).sum(-1))
    numpy.testing.assert_allclose(how(distances)(x, y).asnumpy(), wanted)


def test_a_nested_batch_is_one_operator_in_the_plan():
    f = weft.hybridize(lambda x, y: weft.vmap(lambda a: weft.vmap(lambda b: a * b)(y))(x))
    f(normal(4, 3), normal(5, 3))
    assert f.plan_text("graph").count("multiply(") == 1
    assert "loop" not in f.plan_text("graph")


def energy(x):
    return (np.tanh(x) * x[::-1]).sum()


@HOW
def test_gradients_of_batches_and_batches_of_gradients(how):
    x = normal(4, 3)
    each = np.stack([autograd.grad(energy)(row) for row in x])
    same(how(weft.vmap(autograd.grad(energy)))(x), each)
    same(how(autograd.grad(lambda x: weft.vmap(energy)(x).sum()))(x), each)
    second = np.stack([autograd.hessian(energy)(row) for row in x])
    same(how(weft.vmap(autograd.hessian(energy)))(x), second)


def test_gradients_reach_arrays_around():
    w, x = normal(3), normal(4, 3, seed=1)
    w.attach_grad()
    with autograd.record():
        loss = weft.vmap(lambda row: (row * w).sum() ** 2)(x).sum()
    loss.backward()
    rows = x.asnumpy()
    numpy.testing.assert_allclose(w.grad.asnumpy(), 2 * (rows @ w.asnumpy()) @ rows, rtol=1e-12)


def test_gradients_of_parameters_for_each_example():
    net = gluon.nn.HybridSequential(
        gluon.nn.Conv2D(4, 3), gluon.nn.LayerNorm(), gluon.nn.Dense(3, in_units=4 * 36)
    )
    net.initialize()
    images = np.array(numpy.random.default_rng(0).normal(size=(5, 1, 2, 8, 8)).astype("float32"))
    net(images[0])
    found = weft.vmap(net)(images)
    wanted = np.stack([net(image) for image in images])
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-4, atol=1e-5)


LOOPS = {
    "foreach": lambda x: npx.foreach(lambda r, s: (r * s, s + r), x, x.sum()),
    "a foreach without outputs": lambda x: npx.foreach(lambda r, s: ([], s * r), x, x.sum())[1],
    "while": lambda x: npx.while_loop(
        lambda i, v: (v * v).sum() < 100, lambda i, v: (v.sum(), (i + 1, v * 2)), (x[0] * 0, x), 9
    ),
    "cond": lambda x: npx.cond(x.sum() > 0, lambda: x * x, lambda: -2 * x),
    "a cond that all share": lambda x: npx.cond(np.array(True), lambda: x * x, lambda: -2 * x),
    "nested": lambda x: npx.foreach(
        lambda r, s: (npx.cond(r > 0, lambda: r * s, lambda: s), s + r), x, x.sum()
    ),
}


@HOW
@pytest.mark.parametrize("name", LOOPS)
def test_control_flow_that_differs_between_examples(name, how):
    x = normal(4, 3)
    found = weft._transforms.trees.leaves_of(how(weft.vmap(LOOPS[name]))(x))
    wanted = [[leaf.value for leaf in weft._transforms.trees.leaves_of(LOOPS[name](r))] for r in x]
    for leaf, *parts in zip(found, *wanted, strict=True):
        same(leaf.value, np.stack(parts))


@HOW
def test_gradients_through_control_flow(how):
    def loss(x):
        _, state = npx.foreach(lambda r, s: (r, s * r + 1), x, x.sum())
        _, (_, v) = npx.while_loop(
            lambda i, v: (v * v).sum() < 100,
            lambda i, v: (v, (i + 1, v * x * 2)),
            (np.zeros((), dtype="float64"), abs(x) + 0.5),
            6,
        )
        return state + v.sum() * 1e-3

    x = normal(4, 3)
    wanted = np.stack([autograd.grad(loss)(row) for row in x])
    same(how(weft.vmap(autograd.grad(loss)))(x), wanted)


LINALG = {
    "inv": (np.linalg.inv, [(4, 3, 3)]),
    "solve": (np.linalg.solve, [(4, 3, 3), (4, 3)]),
    "det": (np.linalg.det, [(4, 2, 3, 3)]),
    "svd": (lambda a: np.linalg.svd(a)[1], [(4, 3, 2)]),
    "qr": (lambda a: abs(np.linalg.qr(a)[1]), [(4, 3, 3)]),
    "eigvalsh": (lambda a: np.linalg.eigh(a @ a.mT)[0], [(4, 3, 3)]),
    "gradient": (autograd.grad(lambda a: np.linalg.inv(a).sum()), [(4, 3, 3)]),
    "fft": (lambda a: abs(np.fft.fft(a) * 1j), [(4, 6)]),
    "complex": (lambda a: (a * 1j + 2) @ (a - 1j), [(4, 3)]),
}


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("name", LINALG)
def test_linear_algebra_and_complex_numbers(name, shared):
    function, shapes = LINALG[name]
    arrays = [normal(*shape, seed=i) for i, shape in enumerate(shapes)]
    if shared and len(arrays) > 1:
        wanted = np.stack([function(arrays[0][0], row) for row in arrays[1]])
        found = weft.vmap(function, (None, 0))(arrays[0][0], arrays[1])
    else:
        wanted = np.stack([function(*rows) for rows in zip(*arrays, strict=True)])
        hybridized = weft.hybridize(weft.vmap(function))
        found = hybridized(*arrays)
        assert "loop" not in hybridized.plan_text("graph")
        same(weft.vmap(function)(*arrays), wanted)
    same(found, wanted)


# ---- writes


def test_writes_to_arrays_of_the_example():
    def fun(row):
        made = row * 2
        made[1] = row[0]
        made[:1] += 5
        return made

    x = normal(4, 3)
    same(weft.vmap(fun)(x), np.stack([fun(row) for row in x]))


def test_a_write_to_an_argument_is_seen():
    def fun(row):
        row[0] = 7
        return row.sum()

    x = normal(4, 3)
    kept = x.copy()
    assert weft.vmap(fun, in_axes=1)(x).shape == (3,)
    assert (x.asnumpy()[0] == 7).all()
    assert (x.asnumpy()[1:] == kept.asnumpy()[1:]).all()


def test_a_write_that_all_examples_share_happens():
    count = np.zeros(())

    def fun(row):
        count[...] = count + 1
        return row * 2

    weft.vmap(fun)(normal(4, 3))
    assert count.item() == 1


# ---- random numbers


def test_dropout_of_each_example():
    x, layer = np.ones((6, 50)), gluon.nn.Dropout(0.5)
    with autograd.train_mode():
        same_ones = weft.vmap(layer, randomness="same")(x).asnumpy()
        different = weft.vmap(layer, randomness="different")(x).asnumpy()
        with pytest.raises(RuntimeError, match=r"`randomness` must be .* and `uniform` \(.*py"):
            weft.vmap(layer)(x)
    assert (same_ones == same_ones[0]).all()
    assert not (different == different[0]).all()
    same(weft.vmap(layer)(x), x)  # in predict mode nothing is drawn


def test_draws_in_loops_differ():
    def walk(x):
        return npx.foreach(lambda r, s: (r, s + np.random.uniform()), np.zeros(3), x)[1]

    found = weft.vmap(walk, randomness="different")(np.zeros(5)).tolist()
    assert len(set(found)) == 5
    assert len(set(weft.vmap(walk, randomness="same")(np.zeros(5)).tolist())) == 1


# ---- errors


def around():
    shared = np.zeros(3, dtype="float64")

    def fun(row):
        shared[...] = row
        return row

    return fun


ERRORS = {
    "extents": (
        lambda x: weft.vmap(lambda a, b: a + b)(x, x[:2]),
        ValueError,
        r"same extent; got 4 of `args\[0\]`, 2 of `args\[1\]`",
    ),
    "axis_size": (
        lambda x: weft.vmap(lambda a: a, axis_size=3)(x),
        ValueError,
        r"got 3 of `axis_size`, 4 of `args\[0\]`",
    ),
    "no axis": (lambda x: weft.vmap(lambda a: a, 2)(x), ValueError, r"axis of `args\[0\]`.*got 2"),
    "nothing mapped": (lambda x: weft.vmap(lambda a: a, None)(x), ValueError, "map an array"),
    "entries": (lambda x: weft.vmap(lambda a: a, (0, 0))(x), ValueError, "each positional.*got 2"),
    "nesting": (
        lambda x: weft.vmap(lambda a: a, ({"b": 0},))({"a": x}),
        ValueError,
        r"`in_axes\[0\]` must be nested",
    ),
    "kind of axis": (lambda x: weft.vmap(lambda a: a, "0")(x), TypeError, "`in_axes` must be an"),
    "result": (lambda x: weft.vmap(lambda a: 3.0)(x), TypeError, "must be an array; got float"),
    "a result within": (
        lambda x: weft.vmap(lambda a: (a, {"k": "text"}))(x),
        TypeError,
        r"`fun\(\.\.\.\)\[1\]\['k'\]` must be an array; got str",
    ),
    "out_axes": (lambda x: weft.vmap(lambda a: a, 0, None)(x), ValueError, "differs between"),
    "no out axis": (lambda x: weft.vmap(lambda a: a, 0, 2)(x), ValueError, "`out_axes` must be"),
    "function": (lambda x: weft.vmap(3), TypeError, "`fun` must be callable"),
    "randomness": (lambda x: weft.vmap(abs, randomness="no"), ValueError, "'different'; got 'no'"),
    "if": (
        lambda x: weft.vmap(lambda a: a if a.sum() > 0 else -a)(x),
        RuntimeError,
        r"vmap: an array of one example has .* no value \(.*test_vmap.py:\d+\).*npx.cond",
    ),
    "item": (lambda x: weft.vmap(lambda a: float(a.sum()))(x), RuntimeError, "one example has"),
    "mask": (
        lambda x: weft.vmap(lambda a: a[a > 0])(x),
        NotImplementedError,
        r"test_vmap.*use np.where",
    ),
    "write": (lambda x: weft.vmap(around())(x), RuntimeError, "all examples share; return it"),
    "callback": (
        lambda x: weft.vmap(lambda a: npx.callback(abs, a))(x),
        NotImplementedError,
        r"`callback` \(.*\) cannot run on a batch: it calls a function of the host",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_is_wrong(name):
    call, kind, message = ERRORS[name]
    with pytest.raises(kind, match=message) as raised:
        call(normal(4, 3))
    assert isinstance(raised.value, weft.Error)
    assert not autograd.is_recording()
    assert weft.vmap(lambda a: a * 2)(normal(2)).shape == (2,)  # nothing is left behind


def test_an_error_of_the_function_is_the_callers():
    with pytest.raises(ZeroDivisionError):
        weft.vmap(lambda a: a * (1 // 0))(normal(2))
    assert weft.vmap(lambda a: a * 2)(normal(2)).shape == (2,)
