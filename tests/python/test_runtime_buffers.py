"""`weft.runtime` takes what an input is, and refuses other dtypes and shapes of the same bytes."""

import array
import ctypes
import mmap

import numpy
import pytest
import weft
from weft import np, runtime

DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
DTYPES += ["float16", "float32", "float64"]


def context_of(tmp_path, dtype, shape=(2, 3), dynamic=None):
    @weft.hybridize
    def same(x):
        return x + np.zeros((), x.dtype) if dtype != "bool" else np.logical_or(x, x)

    path = tmp_path / f"{dtype}.weft"
    weft.export(path, dynamic=dynamic, forward=(same, np.zeros(shape, dtype)))
    return runtime.Model(path).context()


def values(dtype, shape=(2, 3)):
    count = int(numpy.prod(shape))
    return numpy.arange(count).reshape(shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_array_must_have_the_inputs_dtype(tmp_path, dtype):
    context = context_of(tmp_path, dtype)
    x = values(dtype)
    (out,) = context.run(x)
    assert numpy.asarray(out).tobytes() == x.tobytes()
    for other in DTYPES:
        if other != dtype:
            with pytest.raises(TypeError, match=rf"`x` must have elements of {dtype}; got {other}"):
                context.run(values(other))
    swapped = x.astype(x.dtype.newbyteorder(">")) if x.itemsize > 1 else None
    if swapped is not None:
        with pytest.raises(TypeError, match=f"must have elements of {dtype}; got >"):
            context.run(swapped)
    (again,) = context.run()  # what was refused is not bound
    assert numpy.asarray(again).tobytes() == x.tobytes()


@pytest.mark.parametrize("shape", [(3, 2), (6,), (1, 2, 3), (2, 3, 1)])
def test_an_array_must_have_the_inputs_shape(tmp_path, shape):
    context = context_of(tmp_path, "float32")
    with pytest.raises(ValueError, match=r"`x` must have shape \(2, 3\); got"):
        context.run(values("float32", shape))
    with pytest.raises(ValueError, match=r"must have shape"):
        context.run(memoryview(values("float32", shape)))
    with pytest.raises(ValueError, match=r"must have shape"):
        context.run(np.array(values("float32", shape)))


def test_buffers_that_say_less_are_taken_by_their_bytes(tmp_path):
    context = context_of(tmp_path, "float32")
    x = values("float32")
    memory = mmap.mmap(-1, x.nbytes)
    memory[:] = x.tobytes()
    flat = (ctypes.c_float * 6)(*x.ravel())
    nested = (ctypes.c_float * 3 * 2)(*map(tuple, x))
    for given in (
        x.tobytes(),
        bytearray(x.tobytes()),
        memoryview(x.tobytes()),
        memory,
        array.array("f", x.ravel()),
        array.array("B", x.tobytes()),
        flat,
        nested,
        memoryview(x),
        np.array(x),
        context.run(x)[0],
    ):
        (out,) = context.run(given)
        assert numpy.array_equal(out, x)
    for given in (array.array("i", range(6)), (ctypes.c_int * 6)(), x.view("uint8")):
        with pytest.raises(TypeError, match="must have elements of float32"):
            context.run(given)
    with pytest.raises(ValueError, match="must have 24 bytes"):
        context.run(array.array("f", range(5)))
    with pytest.raises(ValueError, match="must have 24 bytes"):
        context.run(x.tobytes()[:-1])
    with pytest.raises(TypeError, match="must be an array or another buffer; got str"):
        context.run("text")


def test_dynamic_inputs_are_checked_before_their_shape_is_taken(tmp_path):
    context = context_of(tmp_path, "float32", dynamic={"x": {0: "n"}})
    x = values("float32", (4, 3))
    assert numpy.array_equal(context.run(x)[0], x)
    with pytest.raises(TypeError, match="must have elements of float32; got int32"):
        context.run(values("int32", (5, 3)))
    assert context.inputs[0].shape == (4, 3)
    with pytest.raises(ValueError, match="must have shape"):
        context.run(values("float32", (5, 2)))
    with pytest.raises(ValueError, match="dynamic dimensions"):
        context.run(x.tobytes())
    assert numpy.array_equal(context.run(x[:1])[0], x[:1])


def test_bfloat16_comes_as_its_bits(tmp_path):
    context = context_of(tmp_path, "bfloat16")
    x = np.array(values("float32")).astype("bfloat16")
    bits = numpy.frombuffer(
        values("float32").astype("<f4").view("<u4").__rshift__(16).astype("<u2").tobytes(), "<u2"
    ).reshape(2, 3)
    (out,) = context.run(bits)
    assert bytes(out) == bits.tobytes()
    assert np.array(x).astype("float32").tolist() == values("float32").tolist()
    with pytest.raises(TypeError, match="must have elements of bfloat16; got float16"):
        context.run(values("float16"))


def test_states_are_checked_alike(tmp_path):
    total = np.zeros((2, 2))

    @weft.hybridize
    def add(x):
        total[...] = total + x
        return total * 1

    path = tmp_path / "sum.weft"
    weft.export(path, names={"total": total}, add=(add, np.zeros((2, 2))))
    context = runtime.Model(path).context("add")
    context.write_state("total", values("float32", (2, 2)))
    with pytest.raises(TypeError, match="write_state: `total` must have elements of float32"):
        context.write_state("total", values("int32", (2, 2)))
    with pytest.raises(ValueError, match=r"write_state: `total` must have shape \(2, 2\); got"):
        context.write_state("total", values("float32", (4,)))
    assert numpy.array_equal(context.read_state("total"), values("float32", (2, 2)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 0), (3, 0, 2), (0,)])
def test_an_output_without_elements_has_its_shape_and_dtype(tmp_path, dtype, shape):
    context = context_of(tmp_path, dtype, shape)
    (out,) = context.run(numpy.zeros(shape, dtype))
    assert out.nbytes == 0 and out.readonly
    if dtype != "float16":  # of which memoryview has bytes alone
        assert out.shape == shape and numpy.asarray(out).dtype == numpy.dtype(dtype)


def test_what_nonzero_does_not_find_has_its_columns(tmp_path):
    found = weft.hybridize(lambda x: np.stack(np.nonzero(x > 0), 1))
    weft.export(tmp_path / "found.weft", forward=(found, np.ones((2, 3))))
    context = runtime.Model(tmp_path / "found.weft").context()
    (none,) = context.run(numpy.full((2, 3), -1, "float32"))
    assert none.shape == (0, 2) and none.format == "q"
    (all_,) = context.run(numpy.ones((2, 3), "float32"))
    assert numpy.array_equal(all_, numpy.argwhere(numpy.ones((2, 3))))


VIEWS = {
    "turned": lambda x: x.T.copy().T,
    "backwards": lambda x: x[::-1, ::-1][::-1, ::-1],
    "every second": lambda x: numpy.repeat(x, 2, axis=1)[:, ::2],
    "a column of more": lambda x: numpy.concatenate([x, x], 1)[:, :3],
    "repeated": lambda x: numpy.broadcast_to(x[:1], x.shape),
    "memoryview": lambda x: memoryview(numpy.repeat(x, 2, axis=0))[::2],
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("dynamic", [None, {"x": {0: "n"}}], ids=["fixed", "open"])
def test_strided_arrays_are_copied(tmp_path, view, dynamic):
    context = context_of(tmp_path, "float32", dynamic=dynamic)
    x = VIEWS[view](values("float32"))
    assert numpy.array_equal(context.run(x)[0], x)
    state = np.zeros((2, 3))

    @weft.hybridize
    def add(x):
        state[...] = state + x
        return state * 1

    weft.export(tmp_path / "state.weft", names={"state": state}, add=(add, np.zeros((2, 3))))
    adding = runtime.Model(tmp_path / "state.weft").context("add")
    adding.write_state("state", x)
    assert numpy.array_equal(adding.read_state("state"), x)
