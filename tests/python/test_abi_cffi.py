"""The C interface by cffi, from nothing but the text of its headers: what a binding for another
language does."""

import re
from pathlib import Path

import numpy
import pytest
import weft
from cffi import FFI
from weft import runtime

INCLUDE = Path(weft.__file__).parent / "include" / "weft"
LIBRARY = Path(weft.__file__).parent / "lib" / "libweft.so"


def header(name: str, seen: set[str]) -> str:
    """A header with those that it includes in their places, each once."""
    if name in seen:
        return ""
    seen.add(name)
    text = (INCLUDE / name).read_text("utf-8")
    return re.sub(r'^#include "(\w+\.h)".*$', lambda line: header(line[1], seen), text, flags=re.M)


def interface() -> str:
    """weft.h without comments and the preprocessor's lines, for cffi's parser."""
    text = re.sub(r"/\*.*?\*/", "", header("weft.h", set()), flags=re.S)
    numbers = re.findall(r"^#define (WEFT_\w+) \(?(-?\d+)\)?\s*$", text, re.M)
    text = re.sub(r"^#ifdef __cplusplus\n.*?#endif$", "", text, flags=re.M | re.S)
    text = re.sub(r"^#(.*\\\n)*.*$", "", text, flags=re.M).replace("WEFT_API ", "")
    return "".join(f"#define {name} {value}\n" for name, value in numbers) + text


ffi = FFI()
ffi.cdef(interface())
c = ffi.dlopen(str(LIBRARY))


def check(status: int) -> None:
    if status:
        raise RuntimeError(status, ffi.string(c.weft_last_error()).decode())


def tensor(array: numpy.ndarray):
    """A new array of this content."""
    array = numpy.asarray(array, order="C")
    dtype, out = ffi.new("weft_dtype*"), ffi.new("weft_tensor*")
    check(c.weft_dtype_find(array.dtype.name.encode(), dtype))
    data = ffi.from_buffer(array) if array.size else ffi.NULL
    check(c.weft_tensor_create(dtype[0], array.ndim, list(array.shape), data, out))
    return own(out[0])


def own(handle):
    return ffi.gc(handle, c.weft_tensor_release)


def read(handle) -> numpy.ndarray:
    name = ffi.string(c.weft_dtype_name(c.weft_tensor_dtype(handle))).decode()
    shape = ffi.unpack(c.weft_tensor_shape(handle), c.weft_tensor_rank(handle))
    out = numpy.empty(shape, name)
    check(c.weft_tensor_read(handle, ffi.from_buffer(out), out.nbytes))
    return out


def value(argument):
    """A weft_value, and what it lends."""
    out = ffi.new("weft_value*")
    kept = argument
    if isinstance(argument, float):
        out.tag, getattr(out, "as").real = c.WEFT_TAG_FLOAT, argument
    elif isinstance(argument, list):
        kept = ffi.new("int64_t[]", argument)
        out.tag, out.count, getattr(out, "as").ints = c.WEFT_TAG_INTS, len(argument), kept
    else:
        out.tag, getattr(out, "as").tensor = c.WEFT_TAG_TENSOR, argument
    return out, kept


def invoke(name: str, *arguments, outs: int = 1):
    """New outputs of an operator."""
    op, results = ffi.new("weft_op*"), ffi.new("weft_tensor[]", outs)
    check(c.weft_op_find(name.encode(), op))
    kept = [value(argument) for argument in arguments]
    args = ffi.new("weft_value[]", [pair[0][0] for pair in kept])
    check(c.weft_invoke(op[0], args, len(args), results, outs))
    return own(results[0]) if outs == 1 else [own(result) for result in results]


def handles(*tensors):
    return ffi.new("weft_tensor[]", list(tensors))


@pytest.fixture
def rng():
    return numpy.random.default_rng(3)


def test_the_header_and_the_library_have_one_version():
    major, minor = ffi.new("uint32_t*"), ffi.new("uint32_t*")
    c.weft_abi_version(major, minor)
    assert (major[0], minor[0]) == (c.WEFT_ABI_MAJOR, c.WEFT_ABI_MINOR)
    assert ffi.string(c.weft_version()).decode() == weft.__version__


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "int64", "float16", "float64"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 4)])
def test_arrays_come_back(rng, dtype, shape):
    array = (rng.normal(size=shape) * 10).astype(dtype)
    numpy.testing.assert_array_equal(read(tensor(array)), array, strict=True)


def test_operators_agree_with_numpy(rng):
    a, b = rng.normal(size=(2, 3)).astype("float32"), rng.normal(size=3).astype("float32")
    numpy.testing.assert_array_equal(read(invoke("add", tensor(a), tensor(b))), a + b)
    numpy.testing.assert_array_equal(read(invoke("multiply", tensor(a), 2.0)), a * 2)
    numpy.testing.assert_array_equal(read(invoke("transpose", tensor(a), [1, 0])), a.T)
    first, second = invoke("split", tensor(b), [1], outs=2)
    numpy.testing.assert_array_equal([*read(first), *read(second)], b)


def test_reflection_knows_what_is_called():
    infos = {}
    for index in range(c.weft_op_count()):
        info = ffi.new("weft_op_info*", {"struct_size": ffi.sizeof("weft_op_info")})
        check(c.weft_op_get_info(c.weft_op_at(index), info))
        infos[ffi.string(info.name).decode()] = info
    assert c.weft_op_at(len(infos)) == ffi.NULL
    info = infos["convolution"]
    names = [
        ffi.string(info.arguments[i].name).decode() for i in range(info.inputs + info.attributes)
    ]
    assert names[:3] == ["data", "weight", "bias"]
    assert {"kernel", "stride", "pad", "dilate"} <= set(names)


def test_errors_have_a_status_and_a_text():
    with pytest.raises(RuntimeError, match="broadcast") as caught:
        invoke("add", tensor(numpy.zeros(2)), tensor(numpy.zeros(3)))
    assert caught.value.args[0] == c.WEFT_INVALID_VALUE
    with pytest.raises(RuntimeError, match="no_such_thing") as caught:
        invoke("no_such_thing")
    assert caught.value.args[0] == c.WEFT_NOT_FOUND


def test_gradients_are_those_of_the_formula(rng):
    data = rng.normal(size=5)
    x = tensor(data)
    check(c.weft_tensor_attach_grad(x, c.WEFT_GRAD_WRITE))
    c.weft_set_modes(c.WEFT_MODE_RECORDING, 0)
    try:
        y = invoke("multiply", invoke("sin", x), x)
    finally:
        c.weft_set_modes(0, c.WEFT_MODE_RECORDING)
    check(c.weft_backward(handles(y), ffi.NULL, 1, 0))
    gradient = ffi.new("weft_tensor*")
    check(c.weft_tensor_grad(x, gradient))
    expected = numpy.sin(data) + data * numpy.cos(data)
    numpy.testing.assert_allclose(read(own(gradient[0])), expected, rtol=1e-13)


def traced(weight, example):
    """tanh(x) * weight as a function of x."""
    placeholder, function = ffi.new("weft_tensor*"), ffi.new("weft_function*")
    check(c.weft_trace_begin(handles(example), 1, placeholder))
    given = own(placeholder[0])
    result = invoke("multiply", invoke("tanh", given), weight)
    check(c.weft_trace_end(handles(result), 1, function))
    return ffi.gc(function[0], c.weft_function_release)


def test_a_traced_function_gives_the_eager_bits(rng):
    weight, x = (tensor(rng.normal(size=4).astype("float32")) for _ in range(2))
    function = traced(weight, x)
    assert c.weft_function_captures(function) == 1
    assert c.weft_tensor_shares_box(c.weft_function_capture_at(function, 0), weight)
    out = ffi.new("weft_tensor*")
    check(c.weft_function_call(function, handles(x), 1, out, 1))
    eager = invoke("multiply", invoke("tanh", x), weight)
    assert read(own(out[0])).tobytes() == read(eager).tobytes()


def test_a_written_model_runs_in_a_context_and_in_the_runtime(rng, tmp_path):
    path = str(tmp_path / "model.weft")
    data = rng.normal(size=4).astype("float32")
    weight, x = (tensor(rng.normal(size=4).astype("float32")), tensor(data))
    writer = ffi.new("weft_writer*")
    check(c.weft_writer_create(writer))
    texts = [ffi.new("char[]", text) for text in (b"x", b"y", b"weight")]
    lists = [ffi.new("const char*[]", [text]) for text in texts]
    check(c.weft_writer_add_entry(writer[0], b"forward", traced(weight, x), *lists))
    check(c.weft_writer_save(writer[0], path.encode()))
    c.weft_writer_release(writer[0])

    model, context = ffi.new("weft_model*"), ffi.new("weft_context*")
    check(c.weft_model_load(path.encode(), model))
    check(c.weft_context_create(model[0], b"forward", ffi.NULL, 0, context))
    c.weft_model_release(model[0])  # the context keeps what it needs
    port = ffi.new("weft_port*", {"struct_size": ffi.sizeof("weft_port")})
    check(c.weft_context_get_output(context[0], 0, port))
    assert ffi.string(port.name) == b"y"
    check(c.weft_context_bind_input(context[0], 0, ffi.from_buffer(data), data.nbytes))
    check(c.weft_context_run(context[0]))
    found = ffi.new("const void**")
    check(c.weft_context_output_data(context[0], 0, found))
    scores = bytes(ffi.buffer(found[0], port.bytes))
    c.weft_context_release(context[0])

    assert scores == read(invoke("multiply", invoke("tanh", x), weight)).tobytes()
    (again,) = runtime.Model(path).context("forward").run(data.tobytes())
    assert bytes(again) == scores
