"""Results that have an array already (`out=`, `x += y`): computed right there where nothing else
looks at that memory, and never another result than without."""

import contextlib

import numpy
import pytest
import weft
from hypothesis import given
from hypothesis import strategies as st
from weft import autograd, engine, memory, np, npx
from weft._core import native

SIDE = 6

# By the number of inputs; all take and give arrays of one square shape.
FUNCTIONS = {
    "add": 2,
    "divide": 2,
    "matmul": 2,
    "maximum": 2,
    "exp": 1,
    "cumsum": 1,
    "flip": 1,
    "roll": 1,
    "sort": 1,
    "transpose": 1,
}
MORE = {"cumsum": {"axis": 0}, "roll": {"shift": 5}}

# Squares in one array: windows at any place, upright, turned, backwards or of every second element.
places = st.tuples(
    st.integers(0, SIDE), st.integers(0, SIDE), st.sampled_from(["", "turned", "backwards", "wide"])
)


def square(base, place):
    row, column, form = place
    step = 2 if form == "wide" else 1
    rows, columns = (slice(start, start + step * SIDE, step) for start in (row, column))
    window = base[rows, columns]
    return {"turned": lambda: window.T, "backwards": lambda: window[::-1]}.get(
        form, lambda: window
    )()


def plain():
    return contextlib.nullcontext()


def settled():
    npx.waitall()
    return memory.stats()["peak"]


@pytest.mark.parametrize("ordered", [plain, engine.deferred], ids=["inline", "deferred"])
@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_out_may_be_any_part_of_what_is_read(name, ordered, data):
    inputs = [data.draw(places) for _ in range(FUNCTIONS[name])]
    target = data.draw(st.sampled_from(inputs) | places)
    elements = numpy.random.default_rng(3).normal(size=(3 * SIDE, 3 * SIDE)).astype("float32")
    read = [square(elements, place).copy() for place in inputs]
    wanted = elements.copy()
    square(wanted, target)[...] = getattr(numpy, name)(*read, **MORE.get(name, {}))
    base = np.array(elements)
    views = [square(base, place) for place in inputs]
    # The very array that is read, where it is the same place.
    out = views[inputs.index(target)] if target in inputs else square(base, target)
    with ordered():
        assert getattr(np, name)(*views, **MORE.get(name, {}), out=out) is out
        del views, out
    numpy.testing.assert_allclose(base.asnumpy(), wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("operation", ["__iadd__", "__isub__", "__imul__", "__itruediv__"])
@pytest.mark.parametrize("other", [(4, 5), (5,), (4, 1), ()], ids=str)
def test_augmented_assignment_equals_numpys(operation, other):
    rng = numpy.random.default_rng(0)
    a, b = (rng.uniform(1, 2, shape).astype("float32") for shape in ((4, 5), other))
    x = np.array(a)
    seen = x[1:]
    assert getattr(x, operation)(np.array(b)) is x
    getattr(a, operation)(b)
    numpy.testing.assert_array_equal(x.asnumpy(), a)
    numpy.testing.assert_array_equal(seen.asnumpy(), a[1:])


def test_out_of_another_dtype_gets_converted_results():
    out = np.zeros((3,), "float64")
    np.add(np.ones(3), 1.5, out=out)
    assert out.asnumpy().tolist() == [2.5, 2.5, 2.5]


def test_refused_results_leave_every_output_as_it_was():
    values, positions = np.full((2,), 7.0), np.full((3,), 7, "int64")
    with pytest.raises(ValueError, match=r"topk: `out` must have shape \(2,\)"):
        npx.topk(np.array([1.0, 2.0, 3.0]), k=2, out=(values, positions))
    assert values.asnumpy().tolist() == [7, 7]
    assert positions.asnumpy().tolist() == [7, 7, 7]


@pytest.mark.skipif(engine.policy() == "async", reason="the error is raised by what reads `out`")
@pytest.mark.parametrize("name", ["take", "pick_rows"])
def test_kernels_that_refuse_elements_leave_the_output_as_it_was(name):
    data = np.ones(2) if name == "take" else np.ones((2000, 2))
    out = np.full((2000,), 7.0)
    with pytest.raises(IndexError):
        native.operator(name)(data, np.array([0] * 1999 + [5]), out=out)
    assert (out.asnumpy() == 7).all()


def test_what_the_tape_keeps_survives_a_result_in_its_array():
    x = np.array([1.0, 2.0, 3.0])
    x.attach_grad()
    kept = x * 1
    with autograd.record():
        y = kept * x
    np.exp(x, out=kept)
    kept += x
    y.backward()
    numpy.testing.assert_array_equal(x.grad.asnumpy(), [1, 2, 3])


def test_a_result_in_a_leaf_keeps_it_a_leaf():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    np.multiply(x, 3, out=x)
    np.matmul(np.eye(2), x.copy(), out=x)
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    assert x.grad.asnumpy().tolist() == [6, 12]


def test_recorded_results_have_gradients():
    x, out = np.array([1.0, 2.0]), np.zeros(2)
    x.attach_grad()
    with autograd.record():
        np.multiply(x, x, out=out)
        out += x
    out.backward()
    assert x.grad.asnumpy().tolist() == [3, 5]


@pytest.mark.parametrize("call", [lambda x: np.add(x, 1, out=x), lambda x: np.flip(x, out=x)])
def test_read_only_memory_is_refused(call):
    elements = numpy.arange(4.0)
    elements.flags.writeable = False
    x = np.from_dlpack(elements)
    with pytest.raises(weft.Error, match="read-only"):
        call(x)
    assert elements.tolist() == [0, 1, 2, 3]


def test_memory_that_numpy_looks_at_has_the_result_when_the_call_returns():
    x = np.zeros((64, 64))
    seen = numpy.from_dlpack(x)
    with engine.deferred():
        np.matmul(np.ones((64, 64)), np.ones((64, 64)), out=x)
        assert (seen == 64).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda a, b, **out: np.add(a, b, **out),
        lambda a, b, **out: np.concatenate([a[:128], b[:128]], **out),
        lambda a, b, **out: np.matmul(a[:, :4], b[:4], **out),
    ],
    ids=["add", "concatenate", "matmul"],
)
def test_a_result_with_an_array_needs_no_other(call):
    a, b, c = (np.ones((256, 256)) for _ in range(3))

    def peak(**out):
        memory.reset_peak()
        before = settled()
        call(a, b, **out)
        return settled() - before

    assert peak(out=c) <= peak() - c.nbytes // 2  # kernels have scratch, too
