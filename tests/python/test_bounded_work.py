"""Time and memory of what a file or a caller says are a small multiple of what there is.

Nothing here looks at a clock: what is not bounded takes longer than tests may, or more memory than
the process of a test is given.
"""

import gzip
import json
import os
import struct
import subprocess
import sys

import numpy
import pytest
import weft
from weft import np, npx, runtime
from weft._core import native
from weft.gluon.data.vision import read_idx
from weft_files import node, ports, written

F4 = "float32"


def in_process(code, *arguments, memory=None, **options):
    """Runs Python in a process of its own; `memory`: bytes of address space beyond what it has."""
    limit = (
        f"import resource; used = int(open('/proc/self/statm').read().split()[0]) * 4096; "
        f"resource.setrlimit(resource.RLIMIT_AS, (used + {memory},) * 2)\n"
        if memory
        else ""
    )
    start = "import sys; from weft import runtime\n"
    return subprocess.run(
        [sys.executable, "-c", start + limit + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        **options,
    )


# ---- arrays without elements -------------------------------------------------------------------

ROWS = 2**50

# Of an array (ROWS, 0): what NumPy says of a small one with the same extents but ROWS.
NOTHING = {
    "sum": lambda m, x: m.sum(x),
    "sum of columns": lambda m, x: m.sum(x, axis=0),
    "prod": lambda m, x: m.prod(x),
    "transpose": lambda m, x: m.transpose(x) * 2,
    "copy": lambda m, x: m.transpose(x).copy(),
    "add": lambda m, x: x + 1,
    "add a row": lambda m, x: x + m.zeros((1, 0), "float32"),
    "compare": lambda m, x: x > 1,
    "where": lambda m, x: m.where(x > 0, x, x + 1),
    "sort": lambda m, x: m.sort(x, axis=1),
    "argsort": lambda m, x: m.argsort(x, axis=1),
    "cumsum": lambda m, x: m.cumsum(x, axis=1),
    "cumsum of columns": lambda m, x: m.cumsum(x, axis=0),
    "flip": lambda m, x: m.flip(x, axis=0),
    "concatenate": lambda m, x: m.concatenate([x, x], axis=1),
    "stack": lambda m, x: m.stack([x, x], axis=2),
    "repeat": lambda m, x: m.repeat(x, 3, axis=1),
    "tile": lambda m, x: m.tile(x, (1, 3)),
    "astype": lambda m, x: x.astype("float64"),
    "clip": lambda m, x: m.clip(x, 0, 1),
    "every second row": lambda m, x: x[::2] * 2,
    "matmul": lambda m, x: m.matmul(x, m.zeros((0, 0), "float32")),
    "exp": lambda m, x: m.exp(m.transpose(x)),
}


def shape_of(result, rows):
    return tuple(extent if extent < 8 else extent / rows for extent in result.shape)


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
@pytest.mark.parametrize("name", NOTHING)
def test_without_elements_there_is_no_loop(name, mode):
    def call(x):
        return NOTHING[name](np, x)

    run = weft.hybridize(call) if mode == "hybridized" else call
    found = run(np.zeros((ROWS, 0)))
    expected = NOTHING[name](numpy, numpy.zeros((64, 0), "f4"))
    assert shape_of(found, ROWS) == shape_of(expected, 64)
    if expected.size:
        numpy.testing.assert_array_equal(found.asnumpy(), expected)


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
def test_results_without_room_are_refused_at_once(mode):
    """A sum over no columns has as many results as there are rows; a batch of as many images is
    not divided in parts that fit in a cache."""
    sums = weft.hybridize(lambda x: x.sum(axis=1)) if mode == "hybridized" else lambda x: x.sum(1)
    with pytest.raises(MemoryError):
        sums(np.zeros((ROWS, 0)))


def test_unique_slices_of_nothing():
    for shape, axis in [((ROWS, 0), -1), ((0, ROWS), 0)]:
        assert np.unique(np.zeros(shape), axis=axis).shape == shape


IMAGES = {
    "max pooling": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max"),
    "mean pooling": lambda x: npx.pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="avg"),
    "interpolate": lambda x: npx.interpolate(x, size=(2**40, 2), mode="nearest"),
    "softmax": lambda x: npx.softmax(x, axis=-1),
    "log_softmax": lambda x: npx.log_softmax(x, axis=1),
    "relu": lambda x: npx.relu(x),
    "transpose": lambda x: np.transpose(x, (3, 2, 1, 0)) + 1,
}


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
@pytest.mark.parametrize("name", IMAGES)
def test_no_images_of_any_height_take_no_time(name, mode):
    run = weft.hybridize(IMAGES[name]) if mode == "hybridized" else IMAGES[name]
    assert 0 in run(np.zeros((0, 1, 2**40, 4))).shape


def test_indices_are_refused_also_where_they_choose_nothing():
    for index in (7, -8):
        with pytest.raises(IndexError):
            np.take(np.zeros((3, 0)), np.array([index]), axis=0).asnumpy()


# Operators of which one input has as many rows, and no element.
OPERATORS = {function.__name__: function for function in native.operators()}
ROWS_OF_NOTHING = {
    "pack_quantized_filters": ([((2, ROWS, 0), "int8")], {}),
    "ctc_loss": ([((ROWS, 0, 4), F4), ((0, 2), "int32")], {}),
    "take": ([((ROWS, 5, 0), F4), ((2,), "int64")], {"axis": 1}),
    "take_rows": ([((ROWS, 4, 0), F4), ((5,), "int64")], {"axis": -2, "mode": "clip"}),
}


@pytest.mark.parametrize("name", ROWS_OF_NOTHING)
def test_an_operator_visits_no_rows_without_elements(name):
    arrays, attributes = ROWS_OF_NOTHING[name]
    given = [np.array(numpy.zeros(shape, dtype)) for shape, dtype in arrays]
    result = OPERATORS[name](*given, **attributes).asnumpy()
    assert not result.any()


@pytest.mark.parametrize("name", ["inv", "cholesky", "eig", "eigh", "qr", "svd"])
def test_matrices_without_elements_are_not_visited(name):
    found = getattr(np.linalg, name)(np.zeros((2**40, 0, 0)))
    for result in found if isinstance(found, tuple) else [found]:
        assert result.size == 0


def test_an_array_without_elements_is_printed_by_its_edges():
    text = in_process("from weft import np, npx; npx.print('{}', np.zeros((2**40, 0)))", timeout=60)
    assert text.returncode == 0, text.stderr
    assert "..." in text.stdout


# ---- counts ------------------------------------------------------------------------------------

POLYNOMIAL = numpy.array([3.0, 2.0, 1.0], F4)
MANY = 2**62


@pytest.mark.parametrize(
    "call",
    [
        lambda m, n: m.polyder(m.array(POLYNOMIAL), n),
        lambda m, n: m.diff(m.array(POLYNOMIAL), n=n),
        lambda m, n: m.rot90(m.ones((2, 2), F4), n),
        lambda m, n: m.tril(m.ones((2, 2), F4), n),
    ],
)
def test_a_count_beyond_all_elements_gives_what_a_smaller_one_does(call):
    numpy.testing.assert_array_equal(call(np, MANY).asnumpy(), call(numpy, 12))


@pytest.mark.parametrize(
    "call",
    [
        lambda n: np.polyint(np.array(POLYNOMIAL), n),
        lambda n: np.vander(np.array(POLYNOMIAL), n),
        lambda n: np.vander(np.zeros((0,)), n),
        lambda n: np.repeat(np.array(POLYNOMIAL), n),
        lambda n: np.tile(np.array(POLYNOMIAL), n),
        lambda n: np.linspace(0, 1, n),
        lambda n: np.eye(n),
        lambda n: np.pad(np.array(POLYNOMIAL), n),
        lambda n: np.hamming(n),
        lambda n: np.bincount(np.array([1, 2]), minlength=n),
        lambda n: np.histogram(np.array(POLYNOMIAL), bins=n),
        lambda n: np.fft.fft(np.array(POLYNOMIAL), n),
    ],
)
def test_a_count_of_which_there_is_no_room_is_refused_at_once(call):
    with pytest.raises((weft.Error, MemoryError, ValueError)):
        call(MANY)


@pytest.mark.parametrize("increasing", [False, True])
@pytest.mark.parametrize("count", [None, 0, 1, 4])
@pytest.mark.parametrize("dtype", ["int32", "int64", "float32", "complex64"])
def test_powers_of_a_vector_are_numpys(dtype, count, increasing):
    x = numpy.array([3, 0, 2, -1]).astype(dtype)
    found = np.vander(np.array(x), count, increasing).asnumpy()
    numpy.testing.assert_allclose(found, numpy.vander(x, count, increasing), rtol=1e-6)


# ---- planning ----------------------------------------------------------------------------------


def padded(path, pad):
    """A convolution whose padding makes rows, and poolings behind it."""
    height = 14 + 2 * pad
    convolution = {"stride": [1, 1], "pad": [pad, 1], "dilate": [1, 1], "num_group": 1}
    pooling = {"kernel": [2, 2], "stride": [2, 2], "pad": [0, 0]}
    nodes = [
        node(
            "convolution_image", [0, 1, None], [F4, 1, 16, height, 16], kernel=None, **convolution
        ),
        node("pooling_image", [2], [F4, 1, 16, height // 2, 8], pool_type="max", **pooling),
        node("pooling_image", [3], [F4, 1, 16, 1, 1], pool_type="avg", global_pool=True),
    ]
    entry = {
        "inputs": ports(x=[F4, 1, 3, 16, 16]),
        "outputs": ports(y=[F4, 1, 16, 1, 1]),
        "captures": ["w"],
        "graph": {"nodes": nodes, "outputs": [4]},
    }
    return written(path, entry, [("w", numpy.zeros((16, 3, 3, 3), "f4"))])


@pytest.mark.parametrize("log", [20, 24, 30])
def test_rows_of_padding_are_not_planned_one_by_one(log, tmp_path):
    path = padded(tmp_path / "padded.weft", 2**log)
    code = "print(runtime.Model(sys.argv[1]).arena_bytes())"
    done = in_process(code, path, memory=256 << 20)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 16 * 14 * 2**log


def test_many_entry_points_are_read_in_one_pass(tmp_path):
    """Names are looked up, not searched for: 20,000 of each would take minutes."""
    path = tmp_path / "many.weft"
    entry = {
        "inputs": [],
        "outputs": ports(y=[F4, 1]),
        "constants": [],
        "graph": {"nodes": [], "outputs": [0], "states": [], "ordinals": 0},
    }
    count = 20000
    entries = [entry | {"name": f"e{i}", "captures": [f"t{i}"]} for i in range(count)]
    header = {f"t{i}": {"dtype": "F32", "shape": [1], "data_offsets": [4 * i, 4 * i + 4]}
              for i in range(count)}  # fmt: skip
    header["__metadata__"] = {"weft": json.dumps({"format": 2, "entries": entries})}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(4 * count))
    assert len(runtime.Model(path).entries) == count


# ---- JSON --------------------------------------------------------------------------------------

# A field that nobody asks for, made of so many bytes.
JUNK = {
    "zeros": lambda size: "[" + "0," * (size // 2) + "0]",
    "empty lists": lambda size: "[" + "[]," * (size // 3) + "0]",
    "lists of one": lambda size: "[" + "[0]," * (size // 4) + "0]",
    "empty objects": lambda size: "[" + "{}," * (size // 3) + "0]",
    "empty texts": lambda size: "[" + '"",' * (size // 3) + "0]",
    "members": lambda size: "{" + ",".join(f'"{i:x}":0' for i in range(size // 9)) + "}",
    "one text": lambda size: '"' + "a" * size + '"',
    "escapes": lambda size: '"' + "\\u0041" * (size // 6) + '"',
}


@pytest.mark.parametrize("where", ["entry", "graph", "file"])
@pytest.mark.parametrize("kind", JUNK)
def test_reading_takes_a_small_multiple_of_the_text(kind, where, tmp_path):
    size = 2 << 20
    fields = '{"name":"forward","inputs":[{"name":"x","type":["float32",2]}],'
    fields += '"outputs":[{"name":"y","type":["float32",2]}],"captures":[],"constants":[],'
    graph = '"graph":{"nodes":[],"outputs":[0],"states":[],"ordinals":0'
    junk = ',"junk":' + JUNK[kind](size)
    entry = fields + graph + (junk if where == "graph" else "") + "}"
    entry += (junk if where == "entry" else "") + "}"
    model = '{"format":2,"entries":[' + entry + "]" + (junk if where == "file" else "") + "}"
    header = json.dumps({"__metadata__": {"weft": model}}).encode()
    path = tmp_path / "junk.weft"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    code = "runtime.Model(sys.argv[1])"
    done = in_process(code, path, memory=18 * len(header))
    assert done.returncode == 0, done.stderr[-300:]


# ---- Ctrl-C, pipes, files that shrink ----------------------------------------------------------


def endless(path):
    """A loop of 2^50 iterations."""
    body = {
        "nodes": [node("tanh", [0], [F4, 2])],
        "outputs": [1],
        "states": [],
        "ordinals": 0,
        "inputs": [[F4, 2]],
    }
    loop = node("control.loop", [0], [F4, 2])
    loop |= {"loop": {"sliced": 0, "carried": 1, "most": 2**50}, "bodies": [body]}
    entry = {
        "inputs": ports(x=[F4, 2]),
        "outputs": ports(y=[F4, 2]),
        "graph": {"nodes": [loop], "outputs": [1]},
    }
    return written(path, entry)


INTERRUPTED = """
import os, signal, threading

def handle(number, frame):
    while frame is not None:  # only a run is to be ended
        if frame.f_code.co_name == "run" and frame.f_code.co_filename.endswith("runtime.py"):
            raise KeyboardInterrupt
        frame = frame.f_back

def send():
    while not done.wait(0.02):
        os.kill(os.getpid(), signal.SIGINT)

context = runtime.Model(sys.argv[1]).context()
signal.signal(signal.SIGINT, handle)
done = threading.Event()
threading.Thread(target=send).start()
for _ in range(3):
    try:
        context.run(bytes(8))
    except KeyboardInterrupt:
        print("ended")
done.set()
"""


@pytest.mark.parametrize("imports", ["", "import weft; weft.np.ones(1)\n"])
def test_an_interrupt_ends_a_run(imports, tmp_path):
    """Also of a loop whose body is a single row; with the package's own hook and without."""
    done = in_process(imports + INTERRUPTED, endless(tmp_path / "endless.weft"))
    assert (done.stdout, done.returncode) == ("ended\n" * 3, 0), done.stderr


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for read in (
        runtime.Model,
        npx.load,
        weft.sym.load,
        read_idx,
        weft.library.load,
        runtime.load_library,
    ):
        with pytest.raises(OSError, match="not a regular file"):
            read(pipe)


@pytest.mark.parametrize("elements", [1 << 10, 1 << 20])
@pytest.mark.parametrize("length", [0, 100, -4096])
def test_a_file_that_was_shortened_is_an_error_or_does_not_matter(elements, length, tmp_path):
    path = tmp_path / "net.weft"
    entry = {
        "inputs": ports(x=[F4, elements]),
        "outputs": ports(y=[F4, elements]),
        "captures": ["w"],
        "graph": {"nodes": [node("add", [0, 1], [F4, elements])], "outputs": [2]},
    }
    written(path, entry, [("w", numpy.arange(elements, dtype="f4"))])
    code = (
        "import os, numpy\n"
        "context = runtime.Model(sys.argv[1]).context()\n"
        "length = int(sys.argv[2]); size = os.path.getsize(sys.argv[1])\n"
        "os.truncate(sys.argv[1], length if length >= 0 else size + length)\n"
        f"x = numpy.zeros({elements}, 'f4')\n"
        "try: y = numpy.array(context.run(x)[0])\n"
        "except OSError as error: print(error)\n"
        f"else: assert (y == numpy.arange({elements}, dtype='f4')).all()\n"
    )
    done = in_process(code, path, length)
    assert done.returncode == 0, done.stderr
    assert "was shortened to" in done.stdout or elements == 1 << 10


def test_a_file_that_is_replaced_stays_what_it_was(tmp_path):
    path = tmp_path / "net.weft"
    entry = {
        "inputs": ports(x=[F4, 1 << 16]),
        "outputs": ports(y=[F4, 1 << 16]),
        "captures": ["w"],
        "graph": {"nodes": [node("add", [0, 1], [F4, 1 << 16])], "outputs": [2]},
    }
    written(path, entry, [("w", numpy.ones(1 << 16, "f4"))])
    context = runtime.Model(path).context()
    shorter = tmp_path / "shorter"
    shorter.write_bytes(b"short")
    shorter.rename(path)
    (y,) = context.run(numpy.zeros(1 << 16, "f4"))
    assert (numpy.array(y) == 1).all()


# ---- compressed files --------------------------------------------------------------------------


def test_a_compressed_file_makes_a_bounded_multiple_of_itself(tmp_path):
    path = tmp_path / "bomb.idx.gz"
    size = 300 << 20  # of zeros: a thousandth of that when compressed
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(struct.pack(">HBBI", 0, 8, 1, size))
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    with pytest.raises(OSError, match="decompress it first"):
        read_idx(path)


def test_what_images_and_labels_make_is_read(tmp_path):
    path = tmp_path / "labels.idx.gz"
    labels = numpy.zeros(60000, "u1")
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(">HBBI", 0, 8, 1, labels.size) + labels.tobytes())
    numpy.testing.assert_array_equal(read_idx(path), labels)
