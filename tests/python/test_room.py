"""Memory that a file, a caller or a run decides: as much is written as there is, and the rest is an
error. Blocks are compared with what lies behind them, so these tests need no sanitizer."""

import json

import numpy
import pytest
import weft
from test_abi_cffi import c, check, ffi
from weft import np, npx, runtime
from weft_files import changed, node, ports, written

F4 = "float32"


def masked(tmp_path, function, elements=64):
    path = tmp_path / "masked.weft"
    weft.export(path, forward=(weft.hybridize(function), np.ones((elements,))))
    return path


class Context:
    """A context of the C interface, whose outputs are bound to memory with a guard behind it."""

    GUARD = 1 << 12

    def __init__(self, path):
        model, context = ffi.new("weft_model*"), ffi.new("weft_context*")
        check(c.weft_model_load(str(path).encode(), model))
        self.model = ffi.gc(model[0], c.weft_model_release)
        check(c.weft_context_create(self.model, b"forward", ffi.NULL, 0, context))
        self.handle = ffi.gc(context[0], c.weft_context_release)
        self.kept = []

    def port(self, index=0):
        port = ffi.new("weft_port*", {"struct_size": ffi.sizeof("weft_port")})
        check(c.weft_context_get_output(self.handle, index, port))
        return list(ffi.unpack(port.shape, port.rank)), port.bytes

    def bind_input(self, x):
        self.kept.append(x)
        check(c.weft_context_bind_input(self.handle, 0, ffi.from_buffer(x), x.nbytes))

    def bind_output(self, nbytes):
        self.memory = numpy.full(nbytes + self.GUARD, 0xA5, "uint8")
        self.bytes = nbytes
        at = ffi.from_buffer(self.memory)
        check(c.weft_context_bind_output(self.handle, 0, at, nbytes))

    def run(self):
        try:
            check(c.weft_context_run(self.handle))
        finally:
            if hasattr(self, "memory"):
                assert (self.memory[self.bytes :] == 0xA5).all(), "written behind the end"

    def floats(self, count):
        return self.memory[: 4 * count].view("f4")


def signs(trues, elements=64):
    """That many positive elements at the start, then negative ones."""
    x = -numpy.arange(1, elements + 1, dtype="f4")
    x[:trues] *= -1
    return x


def test_room_is_that_of_the_largest_before_and_after_a_run(tmp_path):
    context = Context(masked(tmp_path, lambda x: x[x > 0] * 2))
    context.bind_input(signs(2))
    context.run()
    assert context.port() == ([2], 8)  # of the last run
    with pytest.raises(RuntimeError, match=r"`.*` float32\(64,\).* has 256 bytes; got 8"):
        context.bind_output(8)
    context.bind_output(256)
    for trues in (64, 0, 7):
        x = signs(trues)
        context.bind_input(x)
        context.run()
        numpy.testing.assert_array_equal(context.floats(trues), x[x > 0] * 2)
        assert context.port() == ([trues], 4 * trues)


# What a run leaves, by the function that says how much that is of 64 elements.
SHAPES = {
    "grows with the mask": (lambda x: x[x > 0] * 2, lambda x: x[x > 0] * 2),
    "shrinks with the mask": (
        lambda x: x[x[x > 0].shape[0] :] * 2,
        lambda x: x[(x > 0).sum() :] * 2,
    ),
    "is longest in between": (
        lambda x: x[x[x > 0].shape[0] : 2 * x[x > 0].shape[0]] * 2,
        lambda x: x[(x > 0).sum() : 2 * (x > 0).sum()] * 2,
    ),
    "both": (
        lambda x: np.concatenate([x[x > 0], x[x[x > 0].shape[0] :]]) * 2,
        lambda x: numpy.concatenate([x[x > 0], x[(x > 0).sum() :]]) * 2,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_port_tells_room_for_every_run(name, tmp_path):
    function, oracle = SHAPES[name]
    context = Context(masked(tmp_path, function))
    largest = max(len(oracle(signs(trues))) for trues in range(65))
    assert context.port() == ([largest], 4 * largest)
    context.bind_output(4 * largest)
    for trues in range(65):
        x = signs(trues)
        context.bind_input(x)
        context.run()
        numpy.testing.assert_array_equal(context.floats(len(oracle(x))), oracle(x))


@pytest.mark.parametrize("name", SHAPES)
def test_one_call_asks_for_room_for_the_largest(name, tmp_path):
    function, oracle = SHAPES[name]
    context = Context(masked(tmp_path, function))
    largest = max(len(oracle(signs(trues))) for trues in range(65))
    for given in (1, largest):  # a context of the model is used again
        x, memory = signs(given), numpy.full(4096, 0xA5, "uint8")
        into = ffi.new("weft_buffer*", {"data": ffi.from_buffer(x), "bytes": x.nbytes})
        into.type.dtype, into.type.rank, into.type.shape[0] = 11, 1, 64
        dtype = ffi.new("weft_dtype*")
        check(c.weft_dtype_find(b"float32", dtype))
        into.type.dtype = dtype[0]
        out = ffi.new("weft_buffer*", {"data": ffi.from_buffer(memory), "bytes": 4 * largest - 4})
        with pytest.raises(RuntimeError, match=f"needs {4 * largest} bytes"):
            check(c.weft_model_run(context.model, b"forward", into, 1, out, 1))
        out.bytes = 4 * largest
        check(c.weft_model_run(context.model, b"forward", into, 1, out, 1))
        assert out.bytes == oracle(x).nbytes
        numpy.testing.assert_array_equal(memory[: out.bytes].view("f4"), oracle(x))
        assert (memory[4 * largest :] == 0xA5).all()


@pytest.mark.parametrize("bound", [2.0**61, 2.0**62, 2.0**63, 1e300, float(2**62 - 16)])
def test_a_bound_that_no_array_has_is_refused(bound, tmp_path):
    path = masked(tmp_path, lambda x: x[x > 0] * 2)

    def set_bound(entry):
        for size in entry["graph"]["sizes"]:
            size["bound"] = [[bound]]

    with pytest.raises((OSError, ValueError), match="elements"):
        runtime.Model(changed(path, tmp_path / "bound.weft", set_bound))


def test_a_bound_that_is_too_small_is_found_by_the_run(tmp_path):
    path = masked(tmp_path, lambda x: x[x > 0] * 2)

    def set_bound(entry):
        for size in entry["graph"]["sizes"]:
            size["bound"] = [[2.0]]

    context = Context(changed(path, tmp_path / "bound.weft", set_bound))
    context.bind_output(context.port()[1])
    context.bind_input(signs(64))
    with pytest.raises(
        RuntimeError, match=r"size 0 must be in \[0, 2\], as the graph says; got 64"
    ):
        context.run()


# ---- shapes of callers ---------------------------------------------------------------------------


def wraps_to(elements, itemsize=4):
    """Two extents whose product has as many bytes, modulo 2^64, as so few elements."""
    for first in range(2**29 + 1, 2**31, 2):
        second = elements * pow(first, -1, 2**62) % 2**62
        if 2**32 < second < 2**45:
            assert first * second * itemsize % 2**64 == elements * itemsize
            return first, second
    raise AssertionError("there are none")


@pytest.mark.parametrize("elements", [1, 60])
def test_extents_of_callers_are_multiplied_without_wrapping(elements, tmp_path):
    path = tmp_path / "open.weft"
    dynamic = {"x": {0: "rows", 1: "columns"}}
    double = weft.hybridize(lambda x: x * 2)
    weft.export(path, forward=(double, np.ones((3, 4))), dynamic=dynamic)
    context = runtime.Model(path).context()
    with pytest.raises(ValueError, match="elements"):
        context.set_shape(0, wraps_to(elements))
    context.set_shape(0, (2, 3))
    x = numpy.arange(6, dtype="f4").reshape(2, 3)
    numpy.testing.assert_array_equal(numpy.array(context.run(x)[0]), 2 * x)


# ---- states --------------------------------------------------------------------------------------


def with_state(path, to):
    """The file's only output becomes the new content of a tensor as long as the example is."""
    model = json.loads(weft_text(path))
    entry = model["entries"][0]
    graph = entry["graph"]
    first = len(entry["inputs"])

    def moved(value):
        return value + 1 if isinstance(value, int) and value >= first else value

    for each in graph["nodes"]:
        each["in"] = [moved(operand) for operand in each["in"]]
    for size in graph["sizes"]:
        if "value" in size:
            size["value"] = moved(size["value"])
    graph["outputs"] = [moved(graph["outputs"][0])]
    length = graph["nodes"][graph["outputs"][0] - first - 1]["out"][0][1]
    entry["outputs"] = []
    entry["captures"] = ["state"]
    graph["states"] = [[first, 0]]
    return written(to, entry, [("state", numpy.zeros(length, "f4"))])


def weft_text(path):
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return header["__metadata__"]["weft"]


def test_a_state_whose_new_content_follows_from_a_size_is_refused(tmp_path):
    path = with_state(masked(tmp_path, lambda x: x[x > 0] * 2), tmp_path / "state.weft")
    with pytest.raises((OSError, ValueError), match="must pair values of the same type"):
        context = runtime.Model(path).context()
        context.run(signs(64))


# ---- packed batches ------------------------------------------------------------------------------


def in_parts(to, parts, out, graph_out, **batch):
    """A packed file whose batch has so many parts; the graph of one adds a tensor to itself."""
    rows = [F4, parts, 4]
    entry = {
        "inputs": ports(x=rows),
        "outputs": ports(y=out),
        "captures": ["w"],
        "graph": {"nodes": [node("tanh", [0], rows)], "outputs": [2]},
    }
    of_part = {"nodes": [node("add", [1, 1], graph_out)], "outputs": [2]}
    packed = {
        "captures": ["w"],
        "constants": [],
        "graph": of_part | {"states": [], "ordinals": 0},
        "batch": {"parts": parts, "inputs": [0], "outputs": [0]} | batch,
    }
    return written(to, entry, [("w", numpy.ones(graph_out[1:], "f4"))], packed)


@pytest.mark.parametrize("parts", [2, 4, 64])
def test_a_batch_cuts_what_the_graph_of_a_part_gives(parts, tmp_path):
    whole = [F4, parts, 4]
    with pytest.raises(OSError, match="output `y` must be float32"):
        runtime.Model(in_parts(tmp_path / "whole.weft", parts, whole, whole))
    model = runtime.Model(in_parts(tmp_path / "part.weft", parts, whole, [F4, 1, 4]))
    (y,) = model.context().run(numpy.zeros((parts, 4), "f4"))
    numpy.testing.assert_array_equal(numpy.array(y), numpy.full((parts, 4), 2, "f4"))


def test_an_output_that_no_part_cuts_is_one_for_all(tmp_path):
    path = in_parts(tmp_path / "p.weft", 4, [F4, 4, 4], [F4, 4, 4], outputs=[])
    (y,) = runtime.Model(path).context().run(numpy.zeros((4, 4), "f4"))
    numpy.testing.assert_array_equal(numpy.array(y), numpy.full((4, 4), 2, "f4"))


# ---- tables and arrays without elements ----------------------------------------------------------


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "area", "linear"])
def test_a_table_of_rows_that_nobody_has_is_refused_or_not_made(mode):
    for size in ((2**62, 1), (2**60, 1), (2**50, 1)):
        try:
            out = npx.interpolate(np.zeros((0, 1, 4, 1)), size=size, mode=mode)
        except (ValueError, MemoryError):
            continue
        assert out.shape == (0, 1, *size)


@pytest.mark.parametrize("shape", [(2**62, 4), (0, 2**62, 4), (2**33, 0, 2**33), (2**57, 0)])
def test_an_array_without_elements_has_extents_that_can_be_multiplied(shape):
    with pytest.raises(ValueError, match="elements"):
        np.zeros(shape)
