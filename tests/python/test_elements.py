"""An element is a value of its own, as NumPy's scalars are: no later write changes it, and its
gradient is that of the place it came from."""

import copy
import random

import numpy
import pytest
import weft
from weft import autograd, np

DTYPES = ["bool", "uint8", "int16", "int64", "float16", "float32", "float64", "complex64"]
WRITES = {
    "all": lambda a: a.__setitem__(slice(None), 0),
    "element": lambda a: a.__setitem__(1, 0),
    "in place": lambda a: a.__imul__(0),
    "sort": lambda a: a.sort() if a.dtype.kind != "c" else a.__imul__(0),
}


def both(shape=(4,), dtype="float32"):
    """The same numbers in NumPy's array and in Weft's."""
    theirs = (numpy.arange(numpy.prod(shape)).reshape(shape) * 5 % 7 + 1).astype(dtype)
    return theirs, np.array(theirs)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_later_write_does_not_change_an_element(dtype, write):
    _, a = both(dtype=dtype)
    before = a[1].item()
    taken = [
        a[1],
        a[-3],
        a[(1,)],
        a[numpy.int64(1)],
        a[np.array(1)],
        list(a)[1],
        a.reshape(2, 2)[0, 1],
    ]
    write(a)
    assert [element.item() for element in taken] == [before] * len(taken)
    assert all(element.shape == () and element.dtype == a.dtype for element in taken)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 1, 3)])
def test_what_is_a_scalar_in_numpy_shares_nothing_here(shape):
    theirs, ours = both(shape)
    ints = tuple(n - 1 for n in shape)
    for key in (
        ints,
        (*ints, ...),
        (..., *ints),
        (*ints[:-1],),
        (*ints, None),
        (slice(None), *ints[1:]),
    ):
        is_value = isinstance(theirs[key], numpy.generic)
        assert np.shares_memory(ours[key], ours) == (not is_value), key
        numpy.testing.assert_array_equal(ours[key].asnumpy(), theirs[key])


def test_exchanged_elements_are_exchanged():
    theirs, ours = both((5,))
    for a in (theirs, ours):
        a[0], a[3] = a[3], a[0]
        a[1], a[2], a[4] = a[4], a[1], a[2]
    assert ours.tolist() == theirs.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_the_standard_library_shuffles_and_sorts_as_it_does_numpys_arrays(seed):
    theirs, ours = both((9,))
    for a in (theirs, ours):
        random.Random(seed).shuffle(a)
    assert ours.tolist() == theirs.tolist()
    assert [float(x) for x in sorted(ours)] == sorted(theirs.tolist())


def test_the_least_element_stays_what_it_was():
    theirs, ours = both()
    found = [(min(a), max(a)) for a in (theirs, ours)]
    theirs[:], ours[:] = -1, -1
    assert [float(x) for x in found[1]] == [float(x) for x in found[0]]


def test_adding_to_an_element_changes_the_array():
    theirs, ours = both((2, 3))
    for a in (theirs, ours):
        a[1, 2] += 10
        a[0, 0] *= 3
        element = a[0, 1]
        element += 100  # a number of its own
    numpy.testing.assert_array_equal(ours.asnumpy(), theirs)


def test_rows_are_views():
    theirs, ours = both((2, 3))
    for a in (theirs, ours):
        for row in a:
            row[0] = 9
    numpy.testing.assert_array_equal(ours.asnumpy(), theirs)
    assert np.shares_memory(ours[1, 2, ...], ours)


def test_an_array_without_axes_gives_its_element():
    a = np.array(3.0)
    element, view = a[()], a[...]
    a[...] = 4
    assert (float(element), float(view)) == (3, 4)


@pytest.mark.parametrize("key", [(3,), (-1,), (0,)])
def test_the_gradient_of_an_element_is_that_of_its_place(key):
    _, a = both()
    a.attach_grad()
    with autograd.record():
        loss = a[key] * a[1] * a[1]
    loss.backward()
    values = a.asnumpy()
    wanted = numpy.zeros(4, "float32")
    wanted[key] += values[1] ** 2
    wanted[1] += 2 * values[key] * values[1]
    numpy.testing.assert_allclose(a.grad.asnumpy(), wanted)


def test_a_recorded_element_keeps_its_value_and_its_history():
    x = np.array([2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        y = x * 1
        first = y[0]
        y[0] = 7.0  # after the element was taken
        loss = first * y[0] + y[1]
    loss.backward()
    assert (float(first), x.grad.tolist()) == (2, [7, 1])


def test_an_element_has_derivatives_of_second_order():
    x = np.array([2.0, 3.0])
    x.attach_grad()
    with autograd.record():
        (slope,) = autograd.grad(x[0] ** 3 * x[1], [x], create_graph=True)
        slope[0].backward()
    assert x.grad.tolist() == [36, 12]


def reads_and_writes(x):
    before = x[0]
    y = x * 1
    inner = y[1]
    y[1] = before + 10
    y[0], y[2] = y[2], y[0]
    return y, inner, before


@pytest.mark.parametrize("dtype", ["int64", "float32", "complex64"])
def test_a_hybridized_function_takes_elements_as_an_eager_one(dtype):
    _, x = both(dtype=dtype)
    eager = reads_and_writes(x)
    for found, wanted in zip(weft.hybridize(reads_and_writes)(x), eager, strict=True):
        assert found.tolist() == wanted.tolist()


def test_vmap_takes_an_element_of_each_example():
    _, x = both((3, 4))
    found = weft.vmap(lambda row: row[2] * row[-1])(x)
    numpy.testing.assert_array_equal(found.asnumpy(), x.asnumpy()[:, 2] * x.asnumpy()[:, 3])


def test_elements_of_queued_work_are_those_of_their_time():
    with weft.engine.deferred():
        x = np.ones(1000)
        for _ in range(5):
            x = x + 1
        element = x[3]
        x[3] = 0
    assert float(element) == 6


def test_a_copy_of_an_element_and_of_its_class_stay_what_they_are():
    class Sub(np.ndarray):
        pass

    a = Sub(np.array([1.0, 2.0]))
    assert type(a[0]) is Sub
    assert float(copy.copy(a[1])) == 2


def test_an_index_outside_says_which_axis():
    with pytest.raises(IndexError, match="axis 0 with extent 2"):
        np.zeros(2)[2]
    with pytest.raises(IndexError, match="axis 1 with extent 3"):
        np.zeros((2, 3))[0, -4]
