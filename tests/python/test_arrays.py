"""Arrays do what NumPy's do: indexing, views, writes, scalars, promotion, protocols."""

import copy
import pickle
import sys
import weakref

import numpy
import pytest
import weft
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from weft import np, npx

DTYPES = [
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64"),
]

# ---- strategies: shapes, and basic indices that fit them

shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def index_for(extent):
    if extent == 0:
        return slices(extent)
    return st.one_of(st.integers(-extent, extent - 1), slices(extent))


def slices(extent):
    bound = st.one_of(st.none(), st.integers(-extent - 2, extent + 2))
    step = st.one_of(st.none(), st.integers(-3, 3).filter(bool))
    return st.builds(slice, bound, bound, step)


@st.composite
def shapes_and_indices(draw):
    shape = draw(shapes)
    axes = draw(st.integers(0, len(shape)))
    items = [draw(index_for(extent)) for extent in shape[:axes]]
    for place in sorted(draw(st.lists(st.integers(0, len(items)), max_size=2)), reverse=True):
        items.insert(place, None)
    if draw(st.booleans()):
        items.append(Ellipsis)
    return shape, tuple(items)


def counted(shape, dtype="float32"):
    return numpy.arange(numpy.prod(shape, dtype=int), dtype=dtype).reshape(shape)


# ---- making arrays


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        (1.5, "float32"),
        (3, "int64"),
        (True, "bool"),
        ([1.0, 2], "float32"),
        ([[1, 2], [3, 4]], "int64"),
        ([True, False], "bool"),
        ([], "float32"),
        (numpy.float64(1), "float64"),
        (numpy.array([1.0]), "float64"),
        (numpy.array([1], "uint8"), "uint8"),
        (range(3), "int64"),
    ],
    ids=str,
)
def test_array_follows_the_data_policy(data, dtype):
    array = np.array(data)
    assert array.dtype == numpy.dtype(dtype)
    numpy.testing.assert_array_equal(array.asnumpy(), numpy.array(data))


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_array_survives_both_ways(dtype):
    wanted = numpy.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    for source in (wanted, wanted.T, wanted[::-1, ::2], wanted[:0], wanted[0, 0, ...]):
        array = np.array(source)
        assert array.dtype == source.dtype
        assert array.shape == source.shape
        numpy.testing.assert_array_equal(array.asnumpy(), source)
        numpy.testing.assert_array_equal(numpy.asarray(array), source)


def test_array_copies_and_asarray_does_not():
    x = np.array([1.0, 2.0])
    assert np.asarray(x) is x
    assert np.array(x, copy=False) is x
    assert not np.may_share_memory(np.array(x), x)
    assert np.asarray(x, dtype="float64").dtype == "float64"


@pytest.mark.parametrize("name", ["zeros", "ones", "empty"])
def test_filled_arrays_have_shape_and_dtype(name):
    for shape, wanted in ((3, (3,)), ((2, 0), (2, 0)), ((), ())):
        array = getattr(np, name)(shape, dtype="int32")
        assert array.shape == wanted
        assert array.dtype == "int32"
    assert getattr(np, name)(2).dtype == "float32"
    assert getattr(np, f"{name}_like")(np.array([1, 2])).dtype == "int64"


def test_full_is_exact_and_checks_integers():
    assert np.full(2, 2**60 + 1).tolist() == [2**60 + 1] * 2
    assert np.full((), -3, "int8").item() == -3
    assert np.full(1, 300, "float32").tolist() == [300]
    for number in (300, -1):
        with pytest.raises(OverflowError):
            np.full(2, number, "uint8")


@pytest.mark.parametrize("arguments", [(5,), (1, 6), (1, 6, 2), (5, 0, -2), (0, 1, 0.25), (0,)])
def test_arange_equals_numpy(arguments):
    found = np.arange(*arguments)
    numpy.testing.assert_array_equal(found.asnumpy(), numpy.arange(*arguments))
    assert found.dtype == ("int64" if all(isinstance(a, int) for a in arguments) else "float32")


@pytest.mark.parametrize("dtype", ["int16", "int32", "int64", "uint64", "float32", "float64"])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 15, 17, 31, 513, 10_007, 100_003])
def test_long_ranges_are_rounded_once_and_converted(count, dtype):
    places = numpy.arange(count)
    starts = [(1, 2), (-5, 3), (0.5, 0.25), (3, -0.125)]
    if dtype == "int64":
        starts += [(2**53 - 3 * count, 3), (-(2**53) + count, -1), (2**60, -(2**13))]
    for start, step in starts:
        reached = start + step * count
        if (
            dtype in ("int16", "uint64")
            and not 0 <= min(start, reached) <= max(start, reached) < 2**15
        ):
            continue
        found = np.arange(start, reached, step, dtype).asnumpy()
        numpy.testing.assert_array_equal(found, (start + places * float(step)).astype(dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "bool"])
@pytest.mark.parametrize(
    ("start", "stop", "num", "endpoint"),
    [(0, 1, 5, True), (-3, 5, 40_000, True), (2, -1.5, 7, False), (2, 2, 3, True), (1, 4, 1, True)],
)
def test_linspace_equals_numpy(start, stop, num, endpoint, dtype):
    found = np.linspace(start, stop, num, endpoint, dtype).asnumpy()
    wanted = numpy.linspace(start, stop, num, endpoint, dtype=dtype)
    assert found.dtype == wanted.dtype
    numpy.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("columns", [None, 0, 2, 7])
@pytest.mark.parametrize("k", [-6, -2, 0, 1, 6, 9])
def test_eye_equals_numpy(columns, k):
    for rows, dtype in ((4, "float32"), (0, "int8"), (5, "bool")):
        found = np.eye(rows, columns, k, dtype).asnumpy()
        wanted = numpy.eye(rows, columns, k, dtype)
        assert found.dtype == wanted.dtype
        numpy.testing.assert_array_equal(found, wanted)


def test_dtypes_are_numpys_and_bfloat16_is_weft():
    assert np.float32 is numpy.float32
    assert np.zeros(1, dtype=np.bfloat16).dtype is np.bfloat16
    assert np.zeros(1, "bfloat16").astype(float).dtype == "float32"
    for spelling in ("<f4", numpy.dtype("float32"), numpy.float32, "float32", float):
        assert np.zeros(1, dtype=spelling).dtype == "float32"


# ---- indexing


@settings(max_examples=300, deadline=None)
@given(shapes_and_indices())
def test_basic_index_equals_numpy(case):
    shape, key = case
    wanted = counted(shape)
    found = np.array(wanted)[key]
    assert found.shape == wanted[key].shape
    numpy.testing.assert_array_equal(found.asnumpy(), wanted[key])


@settings(max_examples=200, deadline=None)
@given(shapes_and_indices())
def test_write_through_a_view_is_seen_by_all(case):
    shape, key = case
    wanted = counted(shape)
    assume(isinstance(wanted[key], numpy.ndarray))  # an element is no view
    array = np.array(wanted)
    other = array[...]
    view = array[key]
    view[...] = -1
    wanted[key] = -1
    for seen in (array, other):
        numpy.testing.assert_array_equal(seen.asnumpy(), wanted)


@settings(max_examples=200, deadline=None)
@given(shapes_and_indices(), st.data())
def test_setitem_broadcasts_like_numpy(case, data):
    shape, key = case
    wanted = counted(shape)
    target = wanted[key].shape
    drop = data.draw(st.integers(0, len(target)))
    value = -counted(tuple(1 if i % 2 else n for i, n in enumerate(target))[drop:]) - 1
    array = np.array(wanted)
    array[key] = np.array(value)
    wanted[key] = value
    numpy.testing.assert_array_equal(array.asnumpy(), wanted)


def test_chained_views_rows_of_a_loop_and_out_write_through():
    x = np.zeros((3, 4))
    x[1][2] = 5
    for row in x:
        row[0] = 1
    np.add(x[2], 2, out=x[2])
    x.reshape(12)[3] = 9
    x.T[1, 1] = 8
    x[0:2][1:][0, 3] = 7
    wanted = [[1, 0, 0, 9], [1, 8, 5, 7], [3, 2, 2, 2]]
    assert x.tolist() == wanted


def test_augmented_assignment_writes_in_place():
    x = np.array([1.0, 2.0, 3.0])
    same = x
    view = x[1:]
    x += 1
    view *= 2
    x[0] -= 5
    assert same is x
    assert x.tolist() == [-3, 6, 8]


def test_overlapping_write_reads_before_it_writes():
    x = np.arange(5)
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2, 3]
    x[::-1] = x
    assert x.tolist() == [3, 2, 1, 0, 0]


@pytest.mark.parametrize(
    ("key", "error"),
    [(3, IndexError), (-4, IndexError), ((0, 0, 0), IndexError), ((..., ...), IndexError)],
    ids=str,
)
def test_index_out_of_bounds_raises(key, error):
    with pytest.raises(error, match="index: "):
        np.zeros((3, 2))[key]


# ---- scalars and promotion


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scalar", [True, 1, 1.5, numpy.float64(1.5), numpy.int32(1)], ids=repr)
def test_scalars_are_weak(dtype, scalar):
    kinds = {"b": 0, "u": 1, "i": 1, "f": 2}
    array = np.ones(2, dtype)
    kind = kinds[numpy.dtype(type(scalar)).kind]
    if kind <= kinds[array.dtype.kind]:
        wanted = numpy.dtype(dtype)
    else:
        wanted = numpy.dtype("float32" if kind == 2 else "int64")
    for found in (array + scalar, scalar + array, np.add(array, scalar)):
        assert found.dtype == wanted
        assert found.tolist() == (numpy.ones(2, dtype) + scalar).tolist()


@pytest.mark.parametrize("a", DTYPES)
@pytest.mark.parametrize("b", DTYPES)
def test_promotion_is_the_array_api_table(a, b):
    found = (np.ones(2, a) + np.ones(2, b)).dtype
    kinds = {numpy.dtype(a).kind, numpy.dtype(b).kind}
    if "f" in kinds and kinds - {"f"}:  # undefined there: the float's dtype
        assert found == (a if numpy.dtype(a).kind == "f" else b)
    else:
        assert found == numpy.promote_types(a, b)


def test_integers_divide_to_the_default_float():
    assert (np.array([1, 2]) / np.array([2, 2])).dtype == "float32"
    assert np.exp(np.array([0])).dtype == "float32"


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32"])
def test_integer_that_does_not_fit_overflows(dtype):
    array = np.ones(2, dtype)
    for number in (int(numpy.iinfo(dtype).max) + 1, int(numpy.iinfo(dtype).min) - 1, 2**70):
        with pytest.raises(OverflowError) as error:
            array + number
        assert isinstance(error.value, weft.Error)
        with pytest.raises(OverflowError):
            np.array([number], dtype)


def test_operators_take_lists_and_numpy_arrays():
    x = np.array([1.0, 2.0])
    assert (x + [1, 2]).tolist() == [2, 4]  # noqa: RUF005
    assert ([1, 2] + x).tolist() == [2, 4]  # noqa: RUF005
    found = numpy.array([1.0, 2.0]) * x
    assert isinstance(found, np.ndarray)
    assert found.dtype == "float64"
    assert np.add([1, 2], 3).dtype == "int64"
    assert np.exp(0.0).dtype == "float32"


class Foreign:
    """Something that knows how to add itself to an array."""

    def __radd__(self, other):
        return "mine"

    __array_ufunc__ = None


def test_foreign_operand_has_its_turn():
    assert np.zeros(2) + Foreign() == "mine"
    with pytest.raises(TypeError, match="unsupported operand"):
        np.zeros(2) + object()
    assert (np.zeros(2) == object()) is False


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum", "minimum"])
@settings(max_examples=30, deadline=None)
@given(shapes, shapes)
def test_broadcasting_equals_numpy(name, a, b):
    x, y = counted(a) + 1, counted(b) + 2
    try:
        wanted = getattr(numpy, name)(x, y)
    except ValueError:
        with pytest.raises(ValueError, match=f"{name}: shapes of `x1` .* do not broadcast"):
            getattr(np, name)(np.array(x), np.array(y))
        return
    found = getattr(np, name)(np.array(x), np.array(y))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)


def test_comparisons_and_logic_give_bools():
    x, y = np.array([1, 2, 3]), np.array([3, 2, 1])
    assert (x < y).tolist() == [True, False, False]
    assert ((x < y) | (x == y)).tolist() == [True, True, False]
    assert (~(x < y) & (x != y)).tolist() == [False, False, True]
    assert (x >= 2).tolist() == [False, True, True]
    assert (x & y).tolist() == [1, 2, 1]


# ---- conversions and protocols


def test_numbers_come_out_of_arrays_of_one():
    assert float(np.array(1.5)) == 1.5
    assert int(np.array([[3]])) == 3
    assert bool(np.array([0.0])) is False
    assert [10, 20, 30][np.array(1)] == 20
    assert np.array(2.5).item() == 2.5
    assert np.array([[1, 2]]).item(0, 1) == 2
    assert np.array(True).item() is True
    assert np.array(2**64 - 1, "uint64").item() == 2**64 - 1
    with pytest.raises(ValueError, match="item: the array must have one element"):
        np.zeros(2).item()
    with pytest.raises(TypeError, match="only an integer array of rank 0 is an index"):
        [1][np.array(0.0)]


def test_length_and_iteration_need_an_axis():
    assert len(np.zeros((3, 0))) == 3
    assert [row.tolist() for row in np.array([[1], [2]])] == [[1], [2]]
    for use in (len, list):
        with pytest.raises(TypeError, match="rank 0"):
            use(np.array(1))


def test_numpy_shares_the_memory_of_an_array():
    x = np.array([1.0, 2.0])
    seen = numpy.asarray(x)
    seen[0] = 5
    x[1] = 7
    assert seen.tolist() == x.tolist() == [5, 7]
    copied = x.asnumpy()
    copied[0] = 9
    assert x.tolist() == [5, 7]


def test_numpy_gets_a_value_of_an_array_with_a_gradient():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    with weft.autograd.record():
        y = x * 1
        for array in (x, y):
            seen = numpy.asarray(array)
            with pytest.raises(ValueError, match="read-only"):
                seen[0] = 5
            with pytest.raises(ValueError, match="WRITEABLE"):
                seen.flags.writeable = True
        y[0] = 7
    assert seen.tolist() == [1, 2]
    numpy.asarray(x.detach())[0] = 3
    assert x.tolist() == [3, 2]


def test_buffer_has_the_strides_of_the_view():
    view = np.arange(12).reshape(3, 4)[::2, ::-1]
    buffer = memoryview(view)
    assert not buffer.readonly
    assert buffer.tolist() == view.tolist()
    with pytest.raises(BufferError, match="not C-contiguous"):
        numpy.frombuffer(view, "int64")


def test_array_protocol_honours_dtype_and_copy():
    x = np.array([1.0, 2.0])
    assert numpy.array(x, dtype="float64").dtype == "float64"
    assert numpy.array(x, copy=True).flags.writeable
    with pytest.raises(ValueError, match="needs a copy"):
        x.__array__(dtype="float64", copy=False)


def test_numpy_ufuncs_become_operators():
    x = np.array([0.0, 1.0])
    x.attach_grad()
    with weft.autograd.record():
        y = numpy.exp(x)
    y.backward()
    assert isinstance(y, np.ndarray)
    numpy.testing.assert_allclose(x.grad.asnumpy(), numpy.exp([0, 1]), rtol=1e-6)
    with pytest.raises(TypeError, match=r"numpy\.isnat: no operator of Weft"):
        numpy.isnat(x)
    out = numpy.zeros(2, "float32")
    out += x
    assert isinstance(out, numpy.ndarray)
    assert out.tolist() == [0, 1]


def test_namespace_is_found():
    assert np.zeros(1).__array_namespace__() is np
    assert np.zeros(1).__array_namespace__(api_version="2023.12") is np
    for unknown in ("2020.12", "2021.24", "2023", "2023.12.1"):
        with pytest.raises(ValueError, match="`api_version` must be None or from"):
            np.zeros(1).__array_namespace__(api_version=unknown)


@pytest.mark.parametrize("kind", [None, "bool", "integral", "numeric", ("bool", "real floating")])
def test_the_dtypes_that_programs_are_told_of_are_those_of_numpy(kind):
    ours, theirs = (xp.__array_namespace_info__().dtypes(kind=kind) for xp in (np, numpy))
    assert ours == theirs


def test_a_copy_is_row_by_row():
    turned = np.array([[1, 2], [3, 4]]).T
    assert turned.copy(order="C").strides == (16, 8)
    assert turned.copy(order="F").strides == (16, 8)  # elements lie so for any order
    with pytest.raises(ValueError, match="copy: `order` must be 'C', 'F', 'A' or 'K'"):
        turned.copy(order="Z")


@pytest.mark.parametrize("dtype", [*DTYPES, "bfloat16"])
def test_pickle_and_copies_keep_elements(dtype):
    x = np.array([[0, 1], [1, 0]]).astype(dtype).T
    for other in (pickle.loads(pickle.dumps(x)), copy.copy(x), copy.deepcopy(x), x.copy()):
        assert other.dtype is x.dtype or other.dtype == x.dtype
        assert other.astype("float32").tolist() == x.astype("float32").tolist()
        assert not np.may_share_memory(other, x)


def test_operators_can_be_pickled():
    assert pickle.loads(pickle.dumps(np.add)) is np.add


def test_arrays_can_be_referenced_weakly():
    x = np.zeros(1)
    reference = weakref.ref(x)
    assert reference() is x
    del x
    assert reference() is None


def test_attributes_describe_the_array():
    x = np.zeros((2, 3), "float64")
    assert (x.shape, x.ndim, x.size, x.itemsize, x.nbytes) == ((2, 3), 2, 6, 8, 48)
    assert x.strides == (24, 8)
    assert x.T.strides == (8, 24)
    assert x.device == "cpu"
    assert x.grad is None
    assert x.grad_req == "null"


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.array([1.0, 2.5]), "array([1. , 2.5])"),
        (np.array([1, 2]), "array([1, 2])"),
        (np.array([1, 2], "int32"), "array([1, 2], dtype=int32)"),
        (np.array(3.0), "array(3.)"),
        (np.array([[True], [False]]), "array([[ True],\n       [False]])"),
        (np.zeros(0), "array([])"),
        (np.zeros((2, 0)), "array([], shape=(2, 0))"),
        (np.array([0.5], "bfloat16"), "array([0.5], dtype=bfloat16)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_repr_is_numpys(array, text):
    assert repr(array) == text


def test_str_is_numpys():
    assert str(np.array([[1, 2], [3, 4]])) == "[[1 2]\n [3 4]]"


# ---- methods


def test_methods_are_the_operators():
    x = np.array([[1.0, 5.0], [3.0, 2.0]])
    assert x.sum().item() == 11
    assert x.mean(axis=0).tolist() == [2, 3.5]
    assert x.max(axis=1, keepdims=True).tolist() == [[5], [3]]
    assert x.min(1).tolist() == [1, 2]
    assert x.argmax().item() == 1
    assert x.reshape(4).shape == x.reshape((4,)).shape == x.reshape(-1).shape == (4,)
    assert x.reshape(2, -1, 1).shape == (2, 2, 1)
    assert x.transpose().tolist() == x.T.tolist() == x.transpose(1, 0).tolist()
    assert x.astype("int32").tolist() == [[1, 5], [3, 2]]
    assert x.astype("float32", copy=False) is x
    assert x.flatten().tolist() == [1, 5, 3, 2]
    assert numpy.sum(x, axis=0).tolist() == [4, 7]
    assert (-x).tolist() == [[-1, -5], [-3, -2]]
    assert abs(-x).tolist() == x.tolist()
    assert (x**2).tolist() == [[1, 25], [9, 4]]
    assert (x @ x).shape == (2, 2)


def test_cast_of_what_does_not_fit_is_defined():
    x = np.array([numpy.nan, 1e20, -1e20, 3.9], "float32")
    first = x.astype("int32").tolist()
    assert first == x.astype("int32").tolist()
    assert first[3] == 3


def test_reference_counts_stay_level():
    a, b = np.ones(3), np.ones(3)

    def work():
        for _ in range(300):
            c = a + b
            c = c[1:] + 1.0
            c[:1] = [2.0]
            np.sum(c, axis=(0,), keepdims=True)
            numpy.asarray(c)
        npx.waitall()

    work()
    before = weft.memory.stats()["live"], sys.getrefcount(a)
    work()
    assert (weft.memory.stats()["live"], sys.getrefcount(a)) == before
