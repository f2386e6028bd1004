"""Files are replaced in one step: what fails leaves the old one whole, and modes and links stay."""

import ast
import os
import resource
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import weft
from weft import np, npx, sym
from weft._base.writing import replacing, write_text
from weft.gluon import nn

SOURCES = Path(weft.__file__).resolve().parent


def _net():
    net = nn.Dense(2, in_units=2)
    net.initialize()
    return net


def _trainer(path):
    net = _net()
    weft.gluon.Trainer(net.collect_params(), "adam").save_states(path)


def _mxnet_trainer(path):
    from weft import mxnet as mx

    net = mx.gluon.nn.Dense(2, in_units=2)
    net.initialize()
    mx.gluon.Trainer(net.collect_params(), "adam").save_states(path)


def _params(path):
    from weft import mxnet as mx

    mx.nd.save(str(path), {"x": mx.nd.ones(3)})


def _symbol_of_mxnet(path):
    from weft import mxnet as mx

    mx.sym.relu(mx.sym.Variable("x")).save(str(path))


def _vocabulary(path):
    from collections import Counter

    weft.gluon.data.text.Vocabulary(Counter("abc")).save(path)


def _onnx(path):
    pytest.importorskip("onnx")
    import weft.onnx

    weft.onnx.export(_net(), path, np.ones((1, 2)))


WRITERS = {
    "x.npy": lambda path: np.save(path, np.ones(3)),
    "x.npz": lambda path: np.savez(path, a=np.ones(3)),
    "packed.npz": lambda path: np.savez_compressed(path, a=np.ones(3)),
    "x.txt": lambda path: np.savetxt(path, np.ones(3)),
    "x.txt.gz": lambda path: np.savetxt(path, np.ones(3)),
    "x.raw": lambda path: np.ones(3).tofile(path),
    "x.safetensors": lambda path: npx.save(path, {"x": np.ones(3)}),
    "net.safetensors": lambda path: _net().save_parameters(path),
    "trainer.states": _trainer,
    "mxnet.states": _mxnet_trainer,
    "x.params": _params,
    "net.weft": lambda path: _net().export(path, np.ones((1, 2))),
    "planned.weft": lambda path: _net().export(path, np.ones((1, 2)), plan=True),
    "net.onnx": _onnx,
    "x.json": lambda path: (sym.var("x") * 2).save(path),
    "x-symbol.json": _symbol_of_mxnet,
    "vocabulary.json": _vocabulary,
    "net.html": lambda path: weft.viz.plot_network(_net(), np.ones((1, 2)), path=path),
    "net.svg": lambda path: weft.viz.plot_network(_net(), np.ones((1, 2)), path=path),
    "checkpoint": lambda path: weft.save_checkpoint(path, _net()),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_keeps_its_mode_when_it_is_written_again(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    path.chmod(0o600)
    WRITERS[name](path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path, name, is_there):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / name, tmp_path / name
    if is_there:
        WRITERS[name](target)
        target.write_bytes(b"old")
    link.symlink_to(Path("real") / name)
    WRITERS[name](link)
    assert link.is_symlink() and target.is_file() and target.read_bytes() != b"old"
    assert [entry.name for entry in (tmp_path / "real").iterdir()] == [name]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("is_close", [True, False])
def test_a_file_that_may_not_grow_leaves_the_old_one_whole(tmp_path, name, is_close):
    path = tmp_path / name
    WRITERS[name](path)
    before = path.read_bytes()
    most = len(before) - 1 if is_close else 4
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, old[1]))
    try:
        with pytest.raises(OSError, match=r"cannot be written|requested and") as caught:
            WRITERS[name](path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)
    assert isinstance(caught.value, weft.Error)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_what_a_killed_write_left_is_removed_by_the_next(tmp_path):
    code = """
        import os, signal, sys
        from weft._base.writing import replacing
        with replacing(sys.argv[1], "save") as inside:
            open(inside, "w").write("half")
            os.kill(os.getpid(), signal.SIGKILL)
    """
    path = tmp_path / "net.weft"
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(path)], check=False)
    assert [entry.name[:10] for entry in tmp_path.iterdir()] == [".net.weft-"]
    with replacing(path, "save") as inside:
        assert len(list(tmp_path.iterdir())) == 1  # the one of this write
        Path(inside).write_text("whole", "utf-8")
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.weft"]


def test_what_a_living_write_has_is_left_alone(tmp_path):
    path = tmp_path / "net.weft"
    with replacing(path, "save") as first:
        Path(first).write_text("first", "utf-8")
        os.utime(Path(first).parent, (0, 0))
        with replacing(path, "save") as second:
            Path(second).write_text("second", "utf-8")
        assert Path(first).read_text("utf-8") == "first"
    assert path.read_text("utf-8") == "first"


def test_a_device_is_written_as_it_stands(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "text", "save")
        assert os.read(reader, 10) == b"text" and stat.S_ISFIFO(pipe.stat().st_mode)
    finally:
        os.close(reader)


# What opens files to write and is no file of the user's that could be replaced.
ELSEWHERE = {
    "_base/writing.py": "the writers themselves",
    "_processes/secret.py": "a key of a run, written once",
    "_processes/rendezvous.py": "an address of a run, renamed",
    "_processes/logs.py": "the output of ranks, as it comes",
    "_stubgen.py": "a tool of developers",
    "_wasm.py": "a folder for the time of the call",
    "callbacks/_saving.py": "a log that grows by lines",
    "distributed/build.py": "a cache, renamed as a folder",
    "gluon/_ranks.py": "a folder for the time of the call",
    "gluon/data/_parcel.py": "a file without a name",
    "gluon/symbol_block.py": "a folder for the time of the call",
    "onnx/_export/_export.py": "parts of a write, in its folder",
    "mxnet/recordio.py": "records, which a reader may read while they are written",
    "mxnet/test_utils/_environment.py": "downloads of tests",
    "mxnet/gluon/utils.py": "downloads",
}


def _writes(call):
    """Does a call open a file to write, or replace one?"""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in ("write_text", "write_bytes"):
        return isinstance(call.func, ast.Attribute) and not _is_module(call.func.value)
    if name == "replace" and isinstance(call.func, ast.Attribute):
        return isinstance(call.func.value, ast.Name) and call.func.value.id == "os"
    modes = [a.value for a in [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
             if isinstance(a, ast.Constant) and isinstance(a.value, str)]  # fmt: skip
    is_writing = any(set(mode) <= set("wxab+t") and set(mode) & set("wxa+") for mode in modes)
    return name == "open" and is_writing


def _is_module(value):
    return isinstance(value, ast.Name) and value.id in ("_writing", "_files", "content")


def test_every_writer_goes_through_the_one_place():
    found = {}
    for path in sorted(SOURCES.rglob("*.py")):
        name = str(path.relative_to(SOURCES))
        tree = ast.parse(path.read_text("utf-8"))
        inside = {  # what is written into a file that `replacing` gave
            id(call)
            for part in ast.walk(tree)
            if isinstance(part, ast.With)
            and any("replacing" in ast.dump(item.context_expr) for item in part.items)
            for call in ast.walk(part)
        }
        lines = [
            call.lineno
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and _writes(call) and id(call) not in inside
        ]
        if lines and name not in ELSEWHERE:
            found[name] = lines
    assert not found, "write by `weft._base.writing`"
