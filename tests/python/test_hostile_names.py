"""Names, lines and metadata that a file's writer chose: in generated C, on terminals and in
messages they are text that does nothing, and identifiers are made of them, never taken."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys

import numpy
import outside_operators
import pytest
import weft
from c_programs import WARNINGS, built, data, filled, run
from weft import gluon, np, npx, runtime
from weft.gluon import nn
from weft_files import changed, read

CODE = "\n#include <stdlib.h>\nint weft_pwned = 1;\n/*"
NAMES = [
    *("*/" + CODE, "*\\\n/" + CODE, "*??/\n/" + CODE, "*\\ \n/" + CODE, "*\\\r\n/" + CODE),
    *("\\", "a\\", "??/", "/*", "*", "/", "?", '"; int weft_pwned; "', "%s%n", "`$(touch x)`"),
    *("x\x1b]0;owned\x07\x1b[2J", "\x9b31m", "\u202e/*", "\u2028", "a\r", "\x7f", "\x01"),
    *("ünï/*", "重み", "a b", "a_b", "a-b", "0", "_", "__LINE__", "_Bool", " ", "\t"),
    *("while", "float", "class", "and", "NULL", "INT32_MAX", "uint8_t", "NAN", "linux", "errno"),
    *("forward_run", "FORWARD_H", "net_run", "NET_ARENA_BYTES", "net_arena", "memory", "state"),
    *("step0_tanh", "BUFFER_0", "weft_rows", "w_x", "run", "H", "arena", "count", "left"),
    *("n" * 5000, "../../etc/passwd", "<script>", "&amp;", "'", "[", "{}"),
]
# What compilers read: C99 has trigraphs, and joins lines before it looks for the end of a comment.
STRICT = [*WARNINGS, "-trigraphs", "-Wcomment", "-Wtrigraphs"]
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

needs_cc = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")


def renamed(path, to, *, entry=None, names=None, lines=None, metadata=None):
    """The file with other names of entry points, ports and tensors (`names`: from old to new), and
    another text for every source line."""
    header, rest = read(path)
    text = json.loads(header["__metadata__"].pop("weft"))
    new = names if callable(names) else lambda name: (names or {}).get(name, name)
    for number, one in enumerate(text["entries"]):
        if entry is not None:
            one["name"] = entry if number == 0 else f"{number}{entry}"
        for port in one["inputs"] + one["outputs"]:
            port["name"] = new(port["name"])
        one["captures"] = [new(name) for name in one["captures"]]
        one["constants"] = [new(name) for name in one["constants"]]
        if lines is not None:
            one["graph"]["lines"] = [lines]
            for node in one["graph"]["nodes"]:
                node["line"] = 0
    words = {**header.pop("__metadata__"), **(metadata or {})}
    tensors = {new(name): value for name, value in header.items()}
    header = {"__metadata__": {**words, "weft": json.dumps(text)}, **tensors}
    written = json.dumps(header).encode()
    written += b" " * (-(8 + len(written)) % 64)
    to.write_bytes(struct.pack("<Q", len(written)) + written + rest)
    return to


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two ports in, two out, weights, and lines."""
    folder = tmp_path_factory.mktemp("small")
    w = np.array(numpy.random.default_rng(1).normal(size=(3, 4)).astype("float32"))

    @weft.hybridize
    def forward(a, b):
        return np.tanh(np.matmul(a, w)) + b, np.exp(b)

    path = folder / "small.weft"
    weft.export(path, forward=(forward, data(2, 3), data(2, 4)))
    return path


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    path = tmp_path_factory.mktemp("training") / "training.weft"
    x, y = data(2, 5), np.array([0, 2])
    net = filled(nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(3)), x)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    weft.export(path, train=(trainer.compile(net, loss), x, y), forward=(net, x[:1]))
    return path


def check_text(files, folder):
    """The C is what the file's graph is, and no more: nothing of a name is code."""
    text = "".join(file.read_text("utf-8") for file in files)
    assert text.isascii()
    source = next(file for file in files if file.suffix == ".c")
    for file in files:
        kind = "c-header" if file.suffix == ".h" else "c"
        code = subprocess.run(
            ["cc", "-std=c99", "-E", "-P", "-x", kind, str(file)], capture_output=True, text=True
        )
        assert code.returncode == 0, code.stderr
        assert not re.search(r"\bweft_pwned\b", code.stdout)
        assert not re.search(r"\batoi\b", code.stdout)  # of stdlib.h
    program = built(files, folder / "program", [*STRICT, "-O1", "-ffp-contract=off"])
    symbols = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    assert not re.search(r"\bweft_pwned\b", symbols)
    assert source.stat().st_size < 1 << 20
    return run(program)


# Three at a time: each in every role, some as other roles have them.
@needs_cc
@pytest.mark.parametrize("first", range(0, len(NAMES), 2))
def test_names_and_lines_of_a_file_are_no_code(first, small, tmp_path):
    name, other, third = (NAMES[(first + n) % len(NAMES)] for n in range(3))
    header, _ = read(small)
    entry = json.loads(header["__metadata__"]["weft"])["entries"][0]
    ports = [port["name"] for port in entry["inputs"] + entry["outputs"]]
    # The last two could become the same identifier as the first.
    names = dict(zip(ports, (name, other + "1", name.upper() + "?", name + "!"), strict=True))
    names |= {tensor: f"{third}{n}" for n, tensor in enumerate(entry["captures"])}
    path = renamed(small, tmp_path / "x.weft", entry=other, names=names, lines=third)
    model = runtime.Model(path)
    assert model.entries == [other]
    options = {"main": True, "ports_in_arena": first % 4 == 0}
    assert "largest difference" in check_text(
        model.write_c(tmp_path, other, name="net", **options), tmp_path
    )


@needs_cc
@pytest.mark.parametrize("first", range(0, len(NAMES), 4))
def test_names_of_what_is_trained_are_no_code(first, training, tmp_path):
    new = {}

    def rename(old):
        return new.setdefault(old, old[:2] + NAMES[(first + len(new)) % len(NAMES)])

    path = renamed(training, tmp_path / "x.weft", names=rename)
    files = runtime.Model(path).write_c(tmp_path, name="net", train="*", main=True)
    assert "trains " in files[1].read_text()
    assert "largest difference" in check_text(files, tmp_path)


@needs_cc
def test_names_of_entry_points_become_names_of_files(small, tmp_path):
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    for number, name in enumerate(NAMES[::2]):
        path = renamed(small, tmp_path / "x.weft", entry=name)
        folder = tmp_path / str(number)
        folder.mkdir()
        model = runtime.Model(path)
        entry = ffi.new("char[]", name.encode())
        options = runtime._ffi.new(
            "weft_c_options*",
            {"struct_size": runtime._ffi.sizeof("weft_c_options"), "entry": entry},
        )
        library = runtime._library
        assert library.weft_model_write_c(model._handle, options, str(folder).encode()) == 0
        files = sorted(folder.iterdir())
        assert [file.suffix for file in files] == [".c", ".h"]
        assert all(re.fullmatch(r"\w{1,102}\.[ch]", file.name, re.ASCII) for file in files)
        command = ["cc", *STRICT, "-c", "-o", tmp_path / "x.o", files[0]]
        made = subprocess.run(command, capture_output=True, text=True)
        assert made.returncode == 0, (name, made.stderr[:2000])


def shown(command, *arguments):
    script = "import sys; from weft import cli; sys.exit(cli.main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", script, command, *arguments], capture_output=True, check=False
    )
    for text in (done.stdout.decode(), done.stderr.decode()):
        assert not CONTROLS.search(text), text
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_names_of_a_file_do_nothing_to_a_terminal(small, tmp_path):
    """All of them at once: a process for each would take long."""
    plain = shown("info", small)
    new = iter(NAMES)
    renames = {}

    def rename(old):
        return renames.setdefault(old, old + next(new))

    metadata = {f"{name}{n}": name for n, name in enumerate(NAMES)}
    for name in NAMES:
        path = renamed(small, tmp_path / "x.weft", entry=name, names={}, lines=name)
        for text in (runtime.Model(path).text, runtime.Model(path).figures()):
            assert not CONTROLS.search(text)
            assert len(text.splitlines()) < 20
    path = renamed(
        *(small, tmp_path / "x.weft"),
        entry=NAMES[0],
        names=rename,
        lines="\n".join(NAMES),
        metadata=metadata,
    )
    code, text, _ = shown("info", path)
    assert code == 0
    # A line of its own for each piece of metadata, and no line of theirs.
    assert text.count("\n") == plain[1].count("\n") + len(metadata)
    assert len([line for line in text.splitlines() if line.startswith("entry ")]) == 2
    code, _, text = shown("compile", path, "--entry", "\x1b[2Jnone\nweft: done", "-o", tmp_path)
    assert code == 1
    assert "there is no entry" in text
    assert text.startswith("weft: ")
    assert all(line.startswith("    ") for line in text.splitlines()[1:])
    assert shown("ops", path)[0] == 0


def test_messages_show_what_does_not_print(small, tmp_path):
    name = "x\x1b[2J\x9b\u202e"
    path = renamed(small, tmp_path / "x.weft", entry=name)
    with pytest.raises(LookupError) as failure:
        runtime.Model(path).context("other")
    assert "x\\x1b[2J" in str(failure.value)
    assert not CONTROLS.search(str(failure.value))
    path = renamed(small, tmp_path / "y.weft", names={"a": name, "b": "b"})
    context = runtime.Model(path).context()
    with pytest.raises(RuntimeError) as failure:
        context.run()
    assert not CONTROLS.search(str(failure.value))
    assert context.inputs[0].name in (name, "a")  # as the file has it


def test_what_a_model_prints_moves_no_cursor(tmp_path):
    @weft.hybridize
    def forward(x):
        npx.print("\x1b[2Jvalue\n\t{}", x)
        npx.check(x > 0, "\x1b[31mwrong\x9b")
        return x + 1

    path = tmp_path / "prints.weft"
    weft.export(path, forward=(forward, np.ones(1)))
    script = (
        "import sys, numpy; from weft import runtime; "
        "runtime.Model(sys.argv[1]).context().run(numpy.full(1, float(sys.argv[2]), 'float32'))"
    )
    for value in ("1", "-1"):
        command = [sys.executable, "-c", script, path, value]
        done = subprocess.run(command, capture_output=True, check=False)
        text = (done.stdout + done.stderr).decode().replace("\t", " ")
        assert "\\x1b[2Jvalue\n" in text
        assert not CONTROLS.search(text)
        assert ("\\x1b[31mwrong\\xc2\\x9b" in text) == (value == "-1")


def test_names_survive_packing_and_saving(small, tmp_path):
    """They are quoted where they leave, not changed: as keys they are the file's."""
    for name in NAMES[::4]:
        path = renamed(small, tmp_path / "x.weft", entry=name, metadata={"note": name})
        runtime.pack(path)
        model = runtime.Model(path)
        assert model.entries == [name]
        assert model.metadata["note"] == name
        header, _ = read(path)
        assert json.loads(header["__metadata__"]["weft"])["entries"][0]["name"] == name


def test_random_numbers_have_no_place_of_another_size(small, tmp_path):
    """The tensor `weft.random` is one of 16 bytes: a larger one is saved as it is, not as what lies
    behind the numbers in memory."""
    header, rest = read(small)
    large = numpy.arange(1000, dtype="uint64").tobytes()
    offsets = [len(rest), len(rest) + len(large)]
    header["weft.random"] = {"dtype": "U64", "shape": [1000], "data_offsets": offsets}
    written = json.dumps(header).encode()
    written += b" " * (-(8 + len(written)) % 64)
    path, saved = tmp_path / "x.weft", tmp_path / "saved.weft"
    path.write_bytes(struct.pack("<Q", len(written)) + written + rest + large)
    runtime.Model(path).context().save(saved)
    assert large in saved.read_bytes()


def test_no_library_that_a_file_names_is_opened(small, tmp_path):
    """A file says what it needs; only the caller has it opened."""
    library = tmp_path / "liboperators.so"
    shutil.copyfile(outside_operators.library_path("liboperators"), library)
    for named in (str(library), library.name, "./" + library.name):

        def change(entry, named=named):
            entry["graph"]["nodes"][0]["op"] = "outside_of_nobody"
            entry["graph"]["libraries"] = {"outside_of_nobody": named}

        path = changed(small, tmp_path / "x.weft", change)
        command = [sys.executable, "-c", SHOW_MAPS, path]
        environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
        )
        assert "which is not loaded" in done.stdout
        assert str(library) not in done.stdout.partition("maps:")[2]


SHOW_MAPS = """
import sys, pathlib
from weft import runtime
try:
    runtime.Model(sys.argv[1])
except NotImplementedError as error:
    print(error)
print("maps:", pathlib.Path("/proc/self/maps").read_text())
"""
