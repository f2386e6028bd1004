"""x[index], x[index] = value and x[index] += value against NumPy, with gradients.

NumPy reads and writes the same arrays through the same index; `numpy.add.at` is the independent way
to the gradient of a read, places numbered by hand to that of a write.
"""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, engine, np, npx
from weft._core import native


@st.composite
def indexed(draw):
    """An array and a valid index of any kind for it."""
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=4)))
    common = draw(st.sampled_from([(), (0,), (2,), (3,), (2, 1), (2, 3)]))
    items, axis, has_ellipsis = [], 0, False
    kinds = ["int", "array", "list", "slice", "ellipsis", "none", "mask", "truth"]
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=5)):
        if kind == "none":
            items.append(None)
        elif kind == "truth":
            items.append(draw(st.sampled_from([True, False, numpy.bool_(True)])))
        elif kind == "ellipsis" and not has_ellipsis:
            has_ellipsis = True
            rest = len(shape) - axis
            axis += draw(st.integers(0, rest))
            items.append(...)
        elif axis < len(shape) and kind != "ellipsis":
            taken = draw(st.integers(1, min(2, len(shape) - axis))) if kind == "mask" else 1
            items.append(draw(_item(kind, shape[axis : axis + taken], common)))
            axis += taken
    if has_ellipsis:  # it stands for the axes drawn for it and no more
        shape = shape[:axis]
    return shape, items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


@st.composite
def _item(draw, kind, extents, common):
    extent = extents[0]
    if kind == "int":
        return draw(st.integers(-extent, extent - 1))
    if kind == "slice":
        bound = st.one_of(st.none(), st.integers(-5, 5))
        return slice(draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, -1, -2])))
    seed = draw(st.integers(0, 2**16))
    generator = numpy.random.default_rng(seed)
    if kind == "mask":
        return generator.integers(0, 2, extents).astype(bool)
    stretched = tuple(draw(st.sampled_from([1, n])) for n in common)
    numbers = generator.integers(-extent, extent, stretched)
    if kind == "list":
        return numbers.tolist()
    dtype = draw(st.sampled_from(["int64", "int32", "int8", "uint8", "uint64"]))
    return (abs(numbers) % extent if dtype[0] == "u" else numbers).astype(dtype)


def content(shape, seed=0):
    return numpy.random.default_rng(seed).normal(size=shape)


def picked(x, index):
    """What NumPy picks; None where it refuses the index."""
    try:
        return numpy.array(x[index])
    except IndexError:
        return None


def ours(index):
    """The index with arrays of Weft for NumPy's."""
    if isinstance(index, tuple):
        return tuple(ours(item) for item in index)
    return np.array(index) if isinstance(index, numpy.ndarray) else index


@settings(max_examples=400, deadline=None)
@given(indexed(), st.booleans())
def test_reading_writing_and_adding_equal_numpy(case, convert):
    shape, index = case
    x = content(shape)
    want = picked(x, index)
    key = ours(index) if convert else index
    found = np.array(x)
    if want is None:
        with pytest.raises(IndexError):
            found[key]
        return
    assert found[key].shape == want.shape
    numpy.testing.assert_array_equal(found[key].asnumpy(), want)
    value = content(want.shape, 1)
    x[index] = value
    found[key] = np.array(value)
    numpy.testing.assert_array_equal(found.asnumpy(), x)
    x[index] += value
    found[key] += np.array(value)
    numpy.testing.assert_array_equal(found.asnumpy(), x)
    x[index] = 7
    found[key] = 7
    numpy.testing.assert_array_equal(found.asnumpy(), x)


@settings(max_examples=200, deadline=None)
@given(indexed())
def test_gradients_equal_add_at_and_numbered_places(case):
    shape, index = case
    x = content(shape)
    want = picked(x, index)
    if want is None:
        return
    read_weight, write_weight = content(want.shape, 1), content(shape, 2)
    base, value = np.array(x), np.array(content(want.shape, 3))
    base.attach_grad()
    value.attach_grad()
    with autograd.record():
        read = (base[index] * np.array(read_weight)).sum()
        written = base * 1
        written[index] = value
        head = read + (written * np.array(write_weight)).sum()
    head.backward()

    of_base = write_weight.copy()
    of_base[index] = 0
    numpy.add.at(of_base, index, read_weight)
    numbers = numpy.arange(want.size).reshape(want.shape)
    places = numpy.full(shape, -1)
    places[index] = numbers
    of_value = numpy.where(places[index] == numbers, write_weight[index], 0)
    numpy.testing.assert_allclose(base.grad.asnumpy(), of_base, atol=1e-12)
    numpy.testing.assert_allclose(value.grad.asnumpy(), of_value, atol=1e-12)


def test_second_order_through_a_read_and_a_write():
    x = np.array(content((4, 3)))
    x.attach_grad()
    rows = np.array([2, 0, 2])
    with autograd.record():
        y = x * 1
        y[rows] = x[rows] ** 3
        (first,) = autograd.grad((y**2).sum(), [x], create_graph=True)
        second = autograd.grad(first.sum(), [x])[0]
    x = x.asnumpy()
    want = numpy.full_like(x, 2)
    want[[0, 2]] = 30 * x[[0, 2]] ** 4
    numpy.testing.assert_allclose(second.asnumpy(), want, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_gradients_of_half_types_add_in_float32(dtype):
    x = np.ones(2, dtype)
    x.attach_grad()
    with autograd.record():
        head = x[np.zeros(4000, "int64")].sum()
    head.backward()
    assert x.grad.astype("float32").asnumpy().tolist() == [4000, 0]


def test_traced_index_arrays_read_and_write_as_eager_ones_do():
    arguments = [
        np.array(content((5, 4, 3))),
        np.array([[3], [-1]]),
        np.array([0, 2], dtype="int32"),
        np.array(content(())),
    ]

    def whole(x, rows, columns, value):
        out = x * 2
        out[rows, 1:] = value
        out[:, columns] += 1
        return out[rows, :, columns], out

    eager = whole(*arguments)
    traced = weft.hybridize(whole)
    for _ in range(2):
        for a, b in zip(eager, traced(*arguments), strict=True):
            numpy.testing.assert_array_equal(a.asnumpy(), b.asnumpy())
    zero = weft.hybridize(lambda x, i: x[i])
    numpy.testing.assert_array_equal(
        zero(arguments[0], np.array(2)).asnumpy(), arguments[0].asnumpy()[2]
    )


def test_a_mask_sets_one_number_in_a_trace():
    @weft.hybridize
    def clear(x, mask):
        y = x * 1
        y[mask] = 0
        return y

    x, mask = content((3, 2)), numpy.array([True, False, True])
    found = clear(np.array(x), np.array(mask)).asnumpy()
    x[mask] = 0
    numpy.testing.assert_array_equal(found, x)


def test_the_last_of_repeated_writes_wins_and_sums_do_not_depend_on_threads():
    generator = numpy.random.default_rng(4)
    rows = generator.integers(0, 50, 5000)
    value = generator.normal(size=(5000, 64)).astype("float32")
    written = np.zeros((50, 64))
    written[rows] = value
    want = numpy.zeros((50, 64), "float32")
    want[rows] = value
    numpy.testing.assert_array_equal(written.asnumpy(), want)

    table = np.array(want)
    table.attach_grad()
    results = []
    before = npx.num_threads()
    try:
        for threads in (1, 2, 5):
            npx.set_num_threads(threads)
            with autograd.record():
                head = (table[rows] * np.array(value)).sum()
            head.backward()
            results.append(table.grad.asnumpy())
    finally:
        npx.set_num_threads(before)
    want = numpy.zeros((50, 64), "float32")
    numpy.add.at(want, rows, value)
    for found in results:
        numpy.testing.assert_array_equal(found, want)


def test_values_are_converted_and_must_fit():
    x = np.zeros(3, "int8")
    x[[0, 1]] = np.array([1.75, -2.5])
    assert x.tolist() == [1, -2, 0]
    with pytest.raises(OverflowError):
        x[[0]] = 300
    assert x.tolist() == [1, -2, 0]
    big = np.zeros(2, "int64")
    big[[1]] = 2**62 + 1
    assert big.tolist() == [0, 2**62 + 1]


BAD = {
    "out of range": (
        lambda x: x[[0, 5]],
        IndexError,
        "index: 5 is out of bounds for axis 0 with extent 3",
    ),
    "behind a new axis": (
        lambda x: x[None, :, [-5]],
        IndexError,
        "index: -5 is out of bounds for axis 1 with extent 4",
    ),
    "float": (lambda x: x[1.0], IndexError, "only integers, slices.*got float"),
    "text": (lambda x: x["a"], IndexError, "only integers, slices.*got str"),
    "float array": (lambda x: x[np.ones(2)], IndexError, "integers or bools; got dtype float32"),
    "no broadcast": (
        lambda x: x[[0, 1], [0, 1, 2]],
        IndexError,
        r"broadcast together; got shapes \(2,\) and \(3,\)",
    ),
    "mask of other extent": (
        lambda x: x[:, [True, False]],
        IndexError,
        "got 2 for axis 1 with extent 4",
    ),
    "mask of too many axes": (lambda x: x[np.ones((3, 4, 1), "bool")], IndexError, "too many"),
    "too many": (lambda x: x[[0], [0], [0]], IndexError, "too many indices: got 3.* rank 2"),
    "value of other shape": (
        lambda x: x.__setitem__([0, 1], np.ones((3, 4))),
        ValueError,
        r"`value` of shape \(3, 4\) does not broadcast.*\(2, 4\)",
    ),
    "written out of range": (
        lambda x: x.__setitem__(([0, 3],), 1),
        IndexError,
        "index: 3 is out of bounds for axis 0 with extent 3",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_indices_are_refused_and_change_nothing(name):
    call, kind, text = BAD[name]
    x = np.ones((3, 4))
    before = native.set_float_indices(False)  # weft.mxnet, which other tests import, allows them
    try:
        with pytest.raises(kind, match=text):
            call(x)
            npx.waitall()
    finally:
        native.set_float_indices(before)
    if engine.policy() == "async" and name == "written out of range":
        return  # the failure of a queued write is the content
    assert (x.asnumpy() == 1).all()
