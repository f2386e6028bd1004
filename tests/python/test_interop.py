"""Arrays beside NumPy, PyTorch and Python's own protocols: shared memory, buffers, pickles, mixed
operands, functions of NumPy, the array API's names."""

import copy
import ctypes
import gc
import io
import math
import operator
import pickle
import struct
import threading
from pathlib import Path

import numpy
import pytest
import weft
from weft import autograd, np

DTYPES = [
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64"),
]
VIEWS = {
    "dense": lambda x: x,
    "transposed": lambda x: x.T,
    "backwards": lambda x: x[::-1, ::2],
    "offset": lambda x: x[1:, 1:],
    "row": lambda x: x[1],
    "rank 0": lambda x: x[1, 2, ...],
    "empty": lambda x: x[:0],
    "new axis": lambda x: x[:, None],
}


def counted(dtype, shape=(3, 4)):
    return numpy.arange(math.prod(shape)).reshape(shape).astype(dtype)


# ---- DLPack with NumPy


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_arrays_come_in_without_a_copy(dtype, view):
    base = counted(dtype)
    outside = view(base)
    inside = np.from_dlpack(outside)
    assert inside.dtype == outside.dtype
    assert inside.shape == outside.shape
    assert inside.strides == outside.strides or outside.size == 0
    numpy.testing.assert_array_equal(inside.asnumpy(), outside)
    inside[...] = 1
    numpy.testing.assert_array_equal(outside, numpy.ones_like(outside))
    outside[...] = 0
    assert not inside.asnumpy().any()


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_arrays_go_out_to_numpy_without_a_copy(dtype, view):
    base = np.array(counted(dtype))
    inside = view(base)
    outside = numpy.from_dlpack(inside)
    assert outside.dtype == inside.dtype
    numpy.testing.assert_array_equal(outside, view(counted(dtype)))
    inside[...] = 1
    numpy.testing.assert_array_equal(outside, numpy.ones_like(outside))
    if outside.flags.writeable:  # NumPy before 2.1 knows no version of DLPack that says so
        outside[...] = 0
        assert not inside.asnumpy().any()


def test_memory_outlives_whoever_made_it():
    inside = np.from_dlpack(numpy.arange(5.0))
    gc.collect()
    assert inside.tolist() == [0, 1, 2, 3, 4]
    outside = numpy.from_dlpack(np.array([1.0, 2.0]))
    np.zeros(2)  # would take the place
    gc.collect()
    assert outside.tolist() == [1, 2]


def test_read_only_arrays_stay_read_only():
    outside = numpy.arange(3.0)
    outside.flags.writeable = False
    inside = np.from_dlpack(outside)
    with pytest.raises(RuntimeError, match="read-only"):
        inside[0] = 1
    with pytest.raises(BufferError, match="read-only") as error:
        inside.__dlpack__()  # the old form cannot say it
    assert isinstance(error.value, weft.Error)
    assert not numpy.from_dlpack(inside).flags.writeable
    assert (inside + 1).tolist() == [1, 2, 3]


def test_the_tape_keeps_values_of_shared_arrays():
    outside = numpy.array([2.0, 3.0])
    x = np.from_dlpack(outside)
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    outside[...] = 100
    y.backward()
    assert x.grad.tolist() == [4, 6]


def test_a_held_value_does_not_change_when_the_array_is_shared():
    x = np.array([1.0, 2.0])
    x.attach_grad()
    value = numpy.asarray(x)
    shared = x.numpy()
    shared[0] = 5
    x[1] = 6
    assert value.tolist() == [1, 2]
    assert shared.tolist() == x.tolist() == [5, 6]


def test_writes_are_copies_again_when_nobody_shares():
    x = np.ones(1000)
    address = x.numpy().ctypes.data
    gc.collect()
    x.attach_grad()
    value = numpy.asarray(x)
    assert value.ctypes.data == address
    x[0] = 2
    assert value[0] == 1


@pytest.mark.parametrize("version", [None, (0, 8), (1, 0), (2, 3)])
def test_capsules_have_the_form_that_was_asked_for(version):
    capsule = np.ones(2).__dlpack__(max_version=version)
    new = version is not None and version[0] >= 1
    assert ('"dltensor_versioned"' if new else '"dltensor"') in repr(capsule)
    assert np.from_dlpack(capsule).tolist() == [1, 1]


def test_a_capsule_is_taken_once_and_may_be_dropped():
    x = np.ones(3)
    capsule = x.__dlpack__()
    x.__dlpack__(max_version=(1, 0))  # dropped: gives its promise back
    shared = np.from_dlpack(capsule)
    shared[0] = 4
    assert x.tolist() == [4, 1, 1]
    with pytest.raises(ValueError, match="taken already"):
        np.from_dlpack(capsule)
    address = shared.numpy().ctypes.data
    del shared, capsule
    assert numpy.asarray(x).ctypes.data == address  # pinned no more: a value without a copy


def test_copies_are_made_where_asked():
    x = np.ones(3)
    copied = numpy.from_dlpack(np.from_dlpack(x.__dlpack__(copy=True)))
    copied[0] = 9
    outside = numpy.zeros(2)
    own = np.from_dlpack(outside, copy=True)
    own += 1
    assert (x.tolist(), outside.tolist(), own.tolist()) == ([1, 1, 1], [0, 0], [1, 1])
    shared = np.asarray(outside, copy=False)
    shared += 1
    assert outside.tolist() == [1, 1]
    assert np.asarray(x, copy=True) is not x
    assert np.asarray(x, copy=False) is x
    with pytest.raises(ValueError, match="needs a copy"):
        np.asarray([1, 2], copy=False)
    with pytest.raises(ValueError, match="needs a copy"):
        np.asarray(outside, dtype="float32", copy=False)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"stream": 1}, ValueError, "`stream` must be None"),
        ({"max_version": 1}, TypeError, "`max_version` must be a tuple"),
        ({"dl_device": 1}, TypeError, "`dl_device` must be a tuple"),
        ({"dl_device": (2, 0)}, BufferError, "host memory"),
    ],
    ids=str,
)
def test_impossible_exports_are_refused(options, error, text):
    with pytest.raises(error, match=text):
        np.ones(1).__dlpack__(**options)
    assert np.ones(1).__dlpack_device__() == (1, 0)


class Elsewhere:
    """An array on a device that is not the host."""

    def __dlpack__(self, **options):
        raise AssertionError("must not be asked")

    def __dlpack_device__(self):
        return 2, 0


def test_impossible_imports_are_refused():
    with pytest.raises(NotImplementedError, match="device of DLPack type 2"):
        np.from_dlpack(Elsewhere())
    with pytest.raises(TypeError, match="must be an array with `__dlpack__`"):
        np.from_dlpack([1, 2])
    with pytest.raises(ValueError, match="`device` must be 'cpu'"):
        np.from_dlpack(numpy.zeros(1), device="cuda")


def test_traced_arrays_cannot_be_shared():
    @weft.hybridize
    def shares(x):
        x.__dlpack__()
        return x

    with pytest.raises(BufferError, match="traced"):
        shares(np.ones(2))


def test_a_foreign_deleter_runs_with_the_interpreter_lock():
    """The last reference goes in a call that has let the lock go, and the deleter is Python."""
    library = ctypes.CDLL(str(Path(weft.__file__).parent / "lib" / "libweft.so"))
    for name in ("weft_tensor_retain", "weft_tensor_release"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    api = ctypes.pythonapi
    api.PyCapsule_New.restype = ctypes.py_object
    api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    # Takes no lock of its own: without one this would end the process.
    deleter_type = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
    called = threading.Event()
    deleter = deleter_type(lambda managed: called.set())
    data = (ctypes.c_double * 2)(1.0, 2.0)
    shape = (ctypes.c_int64 * 1)(2)

    class Managed(ctypes.Structure):
        _fields_ = (
            ("data", ctypes.c_void_p),
            ("device", ctypes.c_int32 * 2),
            ("ndim", ctypes.c_int32),
            ("code", ctypes.c_uint8),
            ("bits", ctypes.c_uint8),
            ("lanes", ctypes.c_uint16),
            ("shape", ctypes.c_void_p),
            ("strides", ctypes.c_void_p),
            ("byte_offset", ctypes.c_uint64),
            ("context", ctypes.c_void_p),
            ("deleter", deleter_type),
        )

    managed = Managed(
        *(ctypes.addressof(data), (1, 0), 1, 2, 64, 1),
        *(ctypes.addressof(shape), None, 0, None, deleter),
    )
    array = np.from_dlpack(api.PyCapsule_New(ctypes.addressof(managed), b"dltensor", None))
    assert array.tolist() == [1, 2]
    handle = ctypes.c_void_p.from_address(id(array) + object.__basicsize__).value
    library.weft_tensor_retain(handle)
    del array
    gc.collect()
    assert not called.is_set()
    thread = threading.Thread(target=library.weft_tensor_release, args=(handle,))
    thread.start()
    thread.join()
    np.from_dlpack(numpy.zeros(1))  # at the latest here; usually at the next pending call
    assert called.is_set()


# ---- PyTorch, where it is installed


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="not run: PyTorch is not installed")


@pytest.mark.torch
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("dtype", [*DTYPES, "bfloat16"])
def test_torch_shares_memory_both_ways(torch, dtype, view):
    if view is VIEWS["backwards"]:
        pytest.skip("PyTorch has no negative strides")
    if dtype in ("uint16", "uint32", "uint64") and not hasattr(torch, dtype):
        pytest.skip("this PyTorch has no such dtype")
    base = torch.arange(12).reshape(3, 4).to(getattr(torch, dtype))
    outside = view(base)
    inside = np.from_dlpack(outside)
    assert inside.dtype.name == dtype
    assert inside.astype("float64").tolist() == outside.to(torch.float64).tolist()
    inside[...] = 1
    assert bool((outside == 1).all())
    back = torch.from_dlpack(inside)
    assert back.dtype == outside.dtype
    back.fill_(0)
    assert not inside.astype("float64").asnumpy().any()
    assert back.shape == outside.shape


@pytest.mark.torch
def test_torch_and_weft_exchange_gradients(torch):
    weights = torch.tensor([1.0, 2.0, 3.0])
    x = np.from_dlpack(weights)
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    y.backward()
    weights -= 0.5 * torch.from_dlpack(x.grad)
    assert x.tolist() == [0, 0, 0]


# ---- buffers


def test_readers_and_writers_share_the_memory():
    x = np.zeros(4, "uint8")
    seen = memoryview(x)
    assert io.BytesIO(b"\x01\x02\x03\x04").readinto(x) == 4
    assert x.tolist() == seen.tolist() == [1, 2, 3, 4]
    struct.pack_into("B", x, 3, 9)
    seen[0] = 8
    assert x.tolist() == [8, 2, 3, 9]


def test_a_reader_gets_a_value_where_gradients_are_asked_for():
    x = np.zeros(4)
    x.attach_grad()
    value = memoryview(x)
    assert value.readonly
    io.BytesIO(numpy.ones(4, "float32").tobytes()).readinto(x)
    assert (x.tolist(), value.tolist()) == ([1] * 4, [0] * 4)


def test_a_writer_gets_no_read_only_memory():
    outside = numpy.zeros(2, "uint8")
    outside.flags.writeable = False
    x = np.from_dlpack(outside)
    with pytest.raises(TypeError, match="must be read-write"):
        io.BytesIO(b"ab").readinto(x)
    assert numpy.frombuffer(x, "uint8").tolist() == [0, 0]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_numpy_method_shares_asnumpy_copies(view):
    x = view(np.array(counted("float32")))
    shared, copied = x.numpy(), x.asnumpy()
    x[...] = -1
    numpy.testing.assert_array_equal(shared, numpy.full(x.shape, -1))
    numpy.testing.assert_array_equal(copied, view(counted("float32")))
    assert copied.flags.writeable


def test_bfloat16_names_the_way_to_numpy():
    x = np.array([1.5, 2.5]).astype("bfloat16")
    for convert in (numpy.asarray, lambda x: x.numpy(), lambda x: x.asnumpy()):
        with pytest.raises(TypeError, match=r"astype\(np\.float32\)"):
            convert(x)
    assert numpy.asarray(x, dtype="float64").tolist() == [1.5, 2.5]
    assert np.from_dlpack(x).dtype is np.bfloat16


# ---- pickles and copies


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("dtype", ["bool", "int64", "float16", "bfloat16", "float32"])
def test_pickles_keep_dtype_shape_and_elements(dtype, view, protocol):
    x = view(np.array(counted("int64")).astype(dtype))
    other = pickle.loads(pickle.dumps(x, protocol))
    assert other.dtype == x.dtype
    assert other.shape == x.shape
    assert other.astype("float64").tolist() == x.astype("float64").tolist()


def test_protocol_5_carries_elements_outside_the_stream():
    x = np.ones(100_000)
    buffers = []
    stream = pickle.dumps(x, 5, buffer_callback=buffers.append)
    x[0] = 7  # after the pickle was taken
    assert len(stream) < 1000
    assert sum(buffer.raw().nbytes for buffer in buffers) == x.nbytes
    other = pickle.loads(stream, buffers=buffers)
    assert other[0].item() == 1
    other[1] = 3  # it is its own
    assert pickle.loads(stream, buffers=buffers)[1].item() == 1


def test_a_damaged_pickle_is_refused():
    rebuild, (dtype, shape, data) = np.ones(3).__reduce_ex__(2)
    with pytest.raises(ValueError, match=r"8 bytes, which do not fill .* \(3,\)"):
        rebuild(dtype, shape, data[:8])
    with pytest.raises(TypeError, match="float33"):
        rebuild("float33", shape, data)


def test_copies_are_deep_and_only_copy_has_a_history():
    x = np.ones(3)
    x.attach_grad()
    with autograd.record():
        shallow, deep = copy.copy(x), copy.deepcopy({"a": x})["a"]
        total = (shallow * 2 + deep * 5).sum()
    total.backward()
    assert x.grad.tolist() == [2, 2, 2]
    shallow[0] = 9
    deep[0] = 9
    assert x.tolist() == [1, 1, 1]


# ---- numbers, truth, membership, text


@pytest.mark.parametrize("value", [3, 0, 2.75, True, -1])
@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_arrays_of_one_are_numbers(value, shape):
    x = np.full(shape, value)
    for convert in (int, float, complex, bool):
        assert convert(x) == convert(value)
        assert type(convert(x)) is convert


@pytest.mark.parametrize("count", [0, 2])
def test_other_arrays_are_no_numbers(count):
    for convert in (int, float, complex):
        with pytest.raises(TypeError, match="only length-1 arrays can be converted to Python"):
            convert(np.zeros(count))


@pytest.mark.parametrize("count", [0, 2])
def test_truth_of_many_or_none_is_refused_with_numpys_text(count):
    with pytest.raises(ValueError) as theirs:
        bool(numpy.zeros(2))
    with pytest.raises(ValueError, match="The truth value of an") as ours:
        bool(np.zeros(count))
    if count:
        assert str(ours.value) == str(theirs.value)
    assert isinstance(ours.value, weft.Error)


def test_membership_looks_at_elements():
    x = np.array([[1.0, 2.0], [3.0, numpy.nan]])
    assert 3 in x
    assert 5 not in x
    assert numpy.nan not in x
    assert 1 not in np.zeros((0, 2))


def test_format_is_numpys():
    assert f"{np.array(2.5):.3f}" == "2.500"
    assert f"{np.array(7):>4}" == "   7"
    assert f"{np.array([1.0, 2.0])}" == str(numpy.array([1.0, 2.0], "float32"))
    with pytest.raises(TypeError, match="unsupported format string"):
        f"{np.zeros(2):.3f}"


def test_arrays_cannot_be_hashed():
    with pytest.raises(TypeError, match="unhashable type"):
        hash(np.zeros(1))


# ---- NumPy's functions and operands

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "@": operator.matmul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
IN_PLACE = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "@=": operator.imatmul,
}
OPERANDS = {
    "array": lambda x: x,
    "list": lambda x: x.tolist(),
    "view": lambda x: x.T.copy().T,
    "scalar": lambda x: x[0, 0],
    "number": lambda x: float(x[0, 0]),
}


@pytest.mark.parametrize("other", OPERANDS.values(), ids=OPERANDS)
@pytest.mark.parametrize("apply", OPERATORS.values(), ids=OPERATORS)
def test_mixed_operands_give_our_arrays_in_both_orders(apply, other):
    left = counted("float64", (3, 3)) + 1
    right = other(left[::-1] * 2)
    if apply is operator.matmul and not hasattr(right, "__len__"):
        pytest.skip("matrices only")
    for a, b, wanted in (
        (np.array(left), right, apply(left, right)),
        (right, np.array(left), apply(right, left)),
    ):
        found = apply(a, b)
        assert isinstance(found, np.ndarray)
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-12)


@pytest.mark.parametrize("other", [*OPERANDS, "ours"])
@pytest.mark.parametrize("apply", IN_PLACE.values(), ids=IN_PLACE)
def test_in_place_operators_write_into_the_left_side(apply, other):
    left = counted("float64", (3, 3)) + 1
    right = OPERANDS.get(other, np.array)(left[::-1] * 2)
    if apply is operator.imatmul and not hasattr(right, "__len__"):
        pytest.skip("matrices only")
    x = np.array(left)
    view = x[1:]
    same = apply(x, right)
    assert same is x
    wanted = apply(left.copy(), numpy.asarray(right))
    numpy.testing.assert_allclose(x.asnumpy(), wanted, rtol=1e-12)
    numpy.testing.assert_allclose(view.asnumpy(), wanted[1:], rtol=1e-12)


def test_numpy_arrays_on_the_left_of_an_in_place_operator_stay_numpys():
    outside = numpy.ones(2)
    same = outside
    outside += np.array([1.0, 2.0])
    assert outside is same
    assert outside.tolist() == [2, 3]


def test_numpy_functions_become_ours_and_are_recorded():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    x.attach_grad()
    with autograd.record():
        y = numpy.sum(numpy.square(x), axis=0, keepdims=True)
    y.backward()
    assert isinstance(y, np.ndarray)
    assert y.shape == (1, 2)
    numpy.testing.assert_array_equal(x.grad.asnumpy(), 2 * x.asnumpy())
    assert numpy.zeros_like(x).dtype == "float32"
    assert isinstance(numpy.zeros_like(x), np.ndarray)
    assert numpy.shape(x) == (2, 2)
    assert numpy.size(x) == 4


def test_numpy_functions_that_give_no_array_read_ours(tmp_path):
    x = np.array([1.0, 2.0])
    assert numpy.allclose(x, [1, 2])
    assert numpy.array_equal(x, x)
    assert numpy.array2string(x) == "[1. 2.]"
    assert not numpy.may_share_memory(x, numpy.zeros(2))
    numpy.save(tmp_path / "x.npy", x)
    assert numpy.load(tmp_path / "x.npy").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: numpy.is_busday(x), "numpy.is_busday"),
        (lambda x: numpy.isnat(x), "numpy.isnat"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_weft_lacks_is_refused_by_name(call, name):
    with pytest.raises(TypeError, match=rf"^{name}: no operator of Weft does this"):
        call(np.array([1.0, 2.0]))


# ---- the array API's names


def test_namespace_has_the_names_of_the_array_api():
    xp = np.zeros(1).__array_namespace__(api_version="2023.12")
    assert xp is np
    for name in (
        *("arange", "asarray", "empty", "empty_like", "eye", "from_dlpack", "full", "full_like"),
        *("linspace", "meshgrid", "ones", "ones_like", "zeros", "zeros_like", "astype"),
        *("can_cast", "finfo", "iinfo", "isdtype", "result_type", "permute_dims", "reshape"),
        *("matrix_transpose", "e", "inf", "nan", "newaxis", "pi", "broadcast_to", "matmul"),
    ):
        assert name in xp.__all__, name
        assert hasattr(xp, name), name
    assert (np.pi, np.e, np.inf, np.newaxis) == (math.pi, math.e, math.inf, None)
    assert np.nan != np.nan


@pytest.mark.parametrize(
    "make",
    [
        lambda xp: xp.linspace(0, 1, 7),
        lambda xp: xp.linspace(-3, 5, 4, endpoint=False),
        lambda xp: xp.linspace(2, 3, 1),
        lambda xp: xp.linspace(-1.5, 1.5, 4, dtype="int64"),
        lambda xp: xp.linspace(2, 3, 0),
        lambda xp: xp.eye(3),
        lambda xp: xp.eye(2, 4, 1),
        lambda xp: xp.eye(3, 2, -1),
        lambda xp: xp.eye(0),
        lambda xp: xp.meshgrid([1, 2, 3], [4, 5])[0],
        lambda xp: xp.meshgrid([1, 2, 3], [4, 5], [6, 7])[1],
        lambda xp: xp.meshgrid([1, 2, 3], [4, 5], indexing="ij")[1],
    ],
)
def test_made_arrays_equal_numpys(make):
    numpy.testing.assert_allclose(make(np).asnumpy(), make(numpy), rtol=1e-6)


def test_axes_are_permuted_as_views():
    x = np.array(counted("float32", (2, 3, 4)))
    wanted = x.asnumpy()
    numpy.testing.assert_array_equal(np.permute_dims(x, (2, 0, 1)), wanted.transpose(2, 0, 1))
    for found in (np.matrix_transpose(x), x.mT):
        numpy.testing.assert_array_equal(found, wanted.swapaxes(1, 2))
        assert np.may_share_memory(found, x)
    with pytest.raises(ValueError, match="at least two axes"):
        _ = np.ones(3).mT


def test_dtype_functions_agree_with_operators():
    for a in [*DTYPES, "bfloat16"]:
        for b in [*DTYPES, "bfloat16"]:
            wanted = (np.ones(1, a) + np.ones(1, b)).dtype
            assert np.result_type(a, np.ones(1, b)) == wanted
            assert np.can_cast(a, b) == (wanted == np.ones(1, b).dtype)
    assert np.result_type("int8", 3.0) == "float32"
    assert np.result_type("float16", 3.0, 4) == "float16"
    with pytest.raises(ValueError, match="at least one"):
        np.result_type()


def test_kinds_and_limits_of_dtypes():
    assert np.isdtype("int8", "signed integer")
    assert np.isdtype("uint8", ("bool", "unsigned integer"))
    assert np.isdtype(np.bfloat16, "real floating")
    assert np.isdtype(np.float32, np.float32)
    assert not np.isdtype("bool", "numeric")
    assert np.isdtype("bool", "bool")
    assert np.iinfo("int16").max == 2**15 - 1
    assert np.finfo(np.float64).eps == numpy.finfo("float64").eps
    assert np.finfo("bfloat16").eps == 2**-7
    assert np.array(np.finfo("bfloat16").max).astype("bfloat16").item() == np.finfo("bfloat16").max
    with pytest.raises(ValueError, match="finfo: `dtype` must be floating"):
        np.finfo("int8")
    with pytest.raises(ValueError, match="iinfo: `dtype` must be an integer's"):
        np.iinfo("float32")


def test_only_arrays_with_axes_can_be_gone_through():
    with pytest.raises(TypeError, match="an array of rank 0 cannot be iterated"):
        iter(np.array(1.0))
    assert not numpy.iterable(np.array(1.0))
    assert [float(x) for x in np.array([1.0, 2.0])] == [1, 2]
