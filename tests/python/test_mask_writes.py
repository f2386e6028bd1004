"""Writes at masks and index arrays do in a hybridized function what they do eagerly."""

import numpy
import pytest
import weft
from weft import autograd, np
from weft import runtime as weft_runtime

PLACES = numpy.array([True, False, True, True])
ROWS = numpy.array([[True, False, True], [False, False, True]])


def write(a, key, value):
    a = a * 1
    a[key] = value
    return a


def add(a, key, value):
    a = a * 1
    a[key] += value
    return a


def masks_of(mask):
    yield "numpy", lambda: mask
    yield "list", lambda: mask.tolist()
    yield "array", lambda: np.array(mask)


CASES = {
    "vector": ((4,), lambda m: m, (3,)),
    "one for all": ((4,), lambda m: m, (1,)),
    "number": ((4,), lambda m: m, ()),
    "rows": ((4, 3), lambda m: m, (3, 3)),
    "one row for all": ((4, 3), lambda m: m, (3,)),
    "a column": ((4, 3), lambda m: (m, 1), (3,)),
    "columns behind": ((4, 5), lambda m: (m, slice(1, 4)), (3, 3)),
    "last axis": ((3, 4), lambda m: (slice(None), m), (3, 3)),
    "last axis by Ellipsis": ((2, 3, 4), lambda m: (Ellipsis, m), (2, 3, 3)),
    "first before integer": ((4, 2, 3), lambda m: (m, slice(None), 1), (3, 2)),
    "behind integer": ((2, 4, 3), lambda m: (1, m), (3, 3)),
    "new axis": ((4,), lambda m: (None, m), (1, 3)),
}


ONE_FOR_ALL = {"one for all", "number", "one row for all"}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", ["numpy", "list", "array"])
@pytest.mark.parametrize("change", [write, add], ids=["write", "add"])
def test_a_mask_from_outside_writes_as_eagerly(name, kind, change):
    shape, key, value_shape = CASES[name]
    if kind == "array" and change is add and name not in ONE_FOR_ALL:
        pytest.skip("how many elements an array's mask chooses is known when it runs only")
    mask = dict(masks_of(PLACES))[kind]()
    generator = numpy.random.default_rng(1)
    x = generator.normal(size=shape).astype("float32")
    v = generator.normal(size=value_shape).astype("float32")
    right = change(x.copy(), key(numpy.array(PLACES)), v)
    for function in (change, weft.hybridize(lambda a, b: change(a, key(mask), b))):
        args = (np.array(x), key(mask), np.array(v)) if function is change else ()
        found = function(*args) if args else function(np.array(x), np.array(v))
        numpy.testing.assert_array_equal(found.asnumpy(), right)


@pytest.mark.parametrize("name", CASES)
def test_a_mask_of_the_trace_writes_as_eagerly(name):
    shape, key, value_shape = CASES[name]
    planned = weft.hybridize(lambda a, m, b: write(a, key(m > 0), b))
    generator = numpy.random.default_rng(2)
    for places in (PLACES, PLACES[::-1], PLACES):
        x = generator.normal(size=shape).astype("float32")
        v = generator.normal(size=value_shape).astype("float32")
        m = np.array(places.astype("float32"))
        right = write(x.copy(), key(places), v)
        numpy.testing.assert_array_equal(planned(np.array(x), m, np.array(v)).asnumpy(), right)


def test_a_mask_of_several_axes():
    x, v = numpy.arange(6, dtype="float32").reshape(2, 3), numpy.array([7, 8, 9], "float32")
    right = write(x, ROWS, v)
    for mask in (ROWS, ROWS.tolist(), np.array(ROWS)):
        planned = weft.hybridize(lambda a, b, mask=mask: write(a, mask, b))
        numpy.testing.assert_array_equal(planned(np.array(x), np.array(v)).asnumpy(), right)
    planned = weft.hybridize(lambda a, b: write(a, (a == 0) | (a == 2) | (a == 5), b))
    numpy.testing.assert_array_equal(planned(np.array(x), np.array(v)).asnumpy(), right)


def test_as_many_elements_as_values_or_an_error():
    planned = weft.hybridize(lambda a, b: write(a, a > 1, b))
    values = np.array([7.0, 8.0])
    assert planned(np.array([1.0, 2.0, 3.0]), values).tolist() == [1, 7, 8]
    assert planned(np.array([5.0, 2.0, 0.0]), values).tolist() == [7, 8, 0]
    for wrong in ([0.0, 0.0, 3.0], [2.0, 2.0, 3.0], [0.0, 0.0, 0.0]):
        with pytest.raises(ValueError, match="index"):
            write(np.array(wrong), np.array(wrong) > 1, values)
        with pytest.raises(ValueError, match="index: the mask must choose as many elements"):
            planned(np.array(wrong), values)
    assert planned(np.array([1.0, 2.0, 3.0]), values).tolist() == [1, 7, 8]


def test_values_may_follow_from_the_mask():
    planned = weft.hybridize(lambda a: write(a, a > 1, a[a > 1] * 10))
    for x in ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [5.0, 6.0, 7.0]):
        right = write(numpy.array(x), numpy.array(x) > 1, numpy.array(x)[numpy.array(x) > 1] * 10)
        assert planned(np.array(x)).tolist() == right.tolist()


def test_other_index_writes():
    keys = [
        [0, 2],
        numpy.array([3, 1]),
        (slice(None, None, -2)),
        ([0, 1], [1, 2]),
        (numpy.array([[0], [3]]), numpy.array([0, 2])),
        (Ellipsis, [True, False, True]),
        (2, [0, 2]),
        -1,
        True,
        numpy.array(True),
        (),
        None,
    ]
    x = numpy.arange(12, dtype="float32").reshape(4, 3)
    for key in keys:
        for change in (write, add):
            for value in (5.0, numpy.float32(2), [1.0]):
                right = change(x, key, value)
                planned = weft.hybridize(lambda a, k=key, c=change, v=value: c(a, k, v))
                found = planned(np.array(x)).asnumpy()
                numpy.testing.assert_array_equal(found, right, err_msg=repr((key, value)))


@pytest.mark.parametrize("kind", ["numpy", "array"])
def test_gradients_of_mask_writes_are_those_of_eager_code(kind):
    mask = dict(masks_of(PLACES))[kind]()
    x, v = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 7.0])
    found = []
    for function in (write, weft.hybridize(lambda a, k, b: write(a, mask, b))):
        x.attach_grad()
        v.attach_grad()
        with autograd.record():
            y = (function(x, mask if function is write else 0, v) ** 2).sum()
        y.backward()
        found.append((x.grad.tolist(), v.grad.tolist()))
    assert found[0] == found[1]
    assert found[0] == ([0, 4, 0, 0], [10, 12, 14])


def test_a_file_writes_at_a_mask(tmp_path):
    class Net(weft.gluon.HybridBlock):
        def forward(self, a, b):
            a = add(a, PLACES, 1)
            return write(a, a > 2, b)

    net, x = Net(), numpy.array([1.5, 2.0, 2.5, 0.0], "float32")
    v = numpy.array([7, 8], "float32")
    right = write(add(x, PLACES, 1), add(x, PLACES, 1) > 2, v)
    net.export(tmp_path / "net.weft", np.array(x), np.array(v))
    context = weft_runtime.Model(str(tmp_path / "net.weft")).context()
    numpy.testing.assert_array_equal(context.run(x, v)[0], right)


OTHERS = {
    "values in a list": lambda a, xp: a.__setitem__(a > 1, [7.0, 8.0, 9.0]),
    "values of NumPy": lambda a, xp: a.__setitem__(a > 1, numpy.array([7, 8, 9], "float32")),
    "what another mask chose": lambda a, xp: a.__setitem__(a > 2, a[a <= 2]),
    "what the mask chose": lambda a, xp: a.__setitem__(a > 2, a[a > 2] * 2),
    "nothing": lambda a, xp: a.__setitem__(a > 99, a[:0]),
    "two masks": lambda a, xp: a.reshape(2, 2).__setitem__(([True, True], [True, True]), 5.0),
    "an integer and a mask": lambda a, xp: a.reshape(2, 2).__setitem__((1, [True, False]), 5.0),
    "places that follow from a mask": lambda a, xp: a.__setitem__(xp.nonzero(a > 2)[0], 5.0),
    "an order": lambda a, xp: a.__setitem__(xp.argsort(-a), xp.array([1.0, 2.0, 3.0, 4.0])),
    "a sum": lambda a, xp: a.__setitem__(a > 2, a.sum()),
    "rows": lambda a, xp: a.reshape(2, 2).__setitem__(
        a.reshape(2, 2)[:, 0] > 2, xp.array([[8.0, 9.0]])
    ),
    "a truth": lambda a, xp: a.__setitem__(a[0] > 0, 3.0),
    "through a view": lambda a, xp: a[1:].__setitem__(a[1:] > 2, xp.array([5.0, 6.0])),
    "no places": lambda a, xp: a.__setitem__([], 3.0),
}


@pytest.mark.parametrize("name", OTHERS)
def test_writes_at_what_is_computed(name):
    def written(a, xp):
        a = a * 1
        OTHERS[name](a, xp)
        return a

    x = numpy.array([1, 2, 3, 4], "float32")
    planned = weft.hybridize(lambda a: written(a, np))
    for found in (written(np.array(x), np), planned(np.array(x)), planned(np.array(x))):
        numpy.testing.assert_array_equal(found.asnumpy(), written(x, numpy))
