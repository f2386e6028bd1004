"""Every reader of files gets hostile files: it ends in an error of its own, and runs nothing.

The table `READERS` has them all. A module that opens files and is in no row fails the test: a new
reader enters the table, or `NOT_OF_STRANGERS` with the reason.
"""

import ast
import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy
import pytest
import weft
from weft import audio, gluon, np, npx
from weft.gluon.data import text, vision

SOURCES = Path(weft.__file__).resolve().parent


class Runs:
    """Pickled, it makes a folder when it is loaded."""

    def __reduce__(self):
        return os.mkdir, ("made",)


def _objects():
    file = io.BytesIO()
    numpy.save(file, numpy.array([Runs()], object), allow_pickle=True)
    return file.getvalue()


def _archive(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("w.npy", "../made.npy", "archive/data.pkl", "data.pkl"):
            archive.writestr(name, content)
    return file.getvalue()


HOSTILE = {
    "a pickle": pickle.dumps(Runs()),
    "an array of objects": _objects(),
    "an archive of pickles": _archive(pickle.dumps(Runs())),
    "an archive of objects": _archive(_objects()),
    "code": b"__import__('os').mkdir('made')\n",
    "yaml": b"!!python/object/apply:os.mkdir ['made']\n",
    "entities": b'<!DOCTYPE a [<!ENTITY b SYSTEM "other">]><annotation>&b;</annotation>',
    "nothing": b"",
    "zeros": bytes(4096),
    "ones": b"\xff" * 4096,
    "brackets": b"[" * 200_000,
}


def _dense():
    net = gluon.nn.Dense(2, in_units=2)
    net.initialize()
    return net


def _mxnet(name, *arguments):
    def read(path):
        from weft import mxnet as mx

        found = mx
        for part in name.split("."):
            found = getattr(found, part)
        return found(*(path if argument is ... else argument for argument in arguments))

    return read


def _trainer(path):
    gluon.Trainer(_dense().collect_params(), "adam").load_states(path)


def _checkpoint(path):
    weft.load_checkpoint(path, _dense())


def _imports(path):
    gluon.SymbolBlock.imports(path, ["x"])


def _mxnet_trainer(path):
    from weft import mxnet as mx

    net = mx.gluon.nn.Dense(2, in_units=2)
    net.initialize()
    mx.gluon.Trainer(net.collect_params(), "adam").load_states(path)


def _import(module):
    def read(path):
        pytest.importorskip(module.rpartition(".")[2])
        __import__(module)
        getattr(weft, module.rpartition(".")[2]).load(path)

    return read


def _caffe(path):
    import weft.caffe

    weft.caffe.load(path)


def _caffe_weights(path):
    import weft.caffe

    Path("n.prototxt").write_text(
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 } } }'
    )
    weft.caffe.load("n.prototxt", path)


def _torch(path):
    pytest.importorskip("torch")
    import weft.torch

    weft.torch.convert(path)


# Ending of the file and the reader; the modules that open it.
READERS = {
    "load_parameters": (".safetensors", lambda p: _dense().load_parameters(p), "gluon/_ranks"),
    "list file": (".params", lambda p: _dense().load_parameters(p), "_mxnet_files/content"),
    "torch weights": (".pth", lambda p: _dense().load_parameters(p), "gluon/_weight_files"),
    "shards": (".index.json", lambda p: _dense().load_parameters(p), "gluon/_weight_files"),
    "npx.load": (".safetensors", npx.load, ""),
    "runtime": (".weft", weft.runtime.Model, ""),
    "checkpoint": (".ckpt", _checkpoint, "distributed/_checkpoints"),
    "trainer": (".states", _trainer, ""),
    "mxnet trainer": (".states", _mxnet_trainer, "_mxnet_files/content"),
    "np.load": (".npy", np.load, "np/_files"),
    "np.load of archives": (".npz", lambda p: np.load(p)["w"], "np/_files"),
    "mapped": (".npy", gluon.data.MappedArray, "gluon/data/mapped"),
    "symbol": (".json", weft.sym.load, "sym/_files"),
    "imports": ("-symbol.json", _imports, "gluon/symbol_block"),
    "mx.nd.load": (".nd", _mxnet("nd.load", ...), "_mxnet_files/content"),
    "mx.sym.load": (".json", _mxnet("sym.load", ...), ""),
    "onnx": (".onnx", _import("weft.onnx"), "onnx/_read onnx/_tensors _import/mapped"),
    "tflite": (".tflite", _import("weft.tflite"), "tflite/_load"),
    "prototxt": (".prototxt", _caffe, "caffe/_read"),
    "caffemodel": (".caffemodel", _caffe_weights, "caffe/_read"),
    "caffemodel.h5": (".caffemodel.h5", _caffe_weights, "caffe/_hdf5"),
    "pt2": (".pt2", _torch, "torch/_export torch/_archive"),
    "hub": ("/config.json", lambda p: weft.hub.load(p.parent), "hub/_folder"),
    "records": (".rec", lambda p: gluon.data.RecordFileDataset(p)[0], "gluon/data/_recordio"),
    "image list": (".lst", lambda p: vision.ImageListDataset(imglist=p)[0],
                   "gluon/data/vision/records"),
    "idx": ("-idx3-ubyte", vision.read_idx, "gluon/data/vision/idx"),
    "images": (".png", lambda p: vision.imread(p), "gluon/data/vision/_decoding"),
    "shards of samples": (".tar", lambda p: list(gluon.data.TarDataset(p)), "gluon/data/streams"),
    "vocabulary": (".json", text.Vocabulary.load, "gluon/data/text/vocabulary"),
    "sound": (".wav", audio.load, "audio/_files"),
}  # fmt: skip

# Modules that open files of the program itself, or whose files have another test.
NOT_OF_STRANGERS = {
    "_base/regular_files": "opens for others",
    "_base/writing": "writes",
    "_base/packages": "the project's own file",
    "_boards/write": "what it has made itself",
    "_processes/logs": "writes",
    "_processes/rendezvous": "an address in a folder of the run",
    "_processes/secret": "the key of the run",
    "_stubgen": "a tool of developers",
    "_wasm": "what it has made itself",
    "caffe/_data/_records": "tests/importers/caffe/test_training_data.py",
    "caffe/_data/_sources": "tests/importers/caffe/test_training_data.py",
    "callbacks/_saving": "writes",
    "cli": "what it has made itself",
    "distributed/_kvstore/stores": "JSON of numbers; tests/python/distributed",
    "distributed/build": "a cache of its own",
    "gluon/data/_parcel": "memory between processes",
    "gluon/data/_workers": "memory between processes",
    "gluon/data/_blocks": "memory between processes",
    "gluon/data/text/datasets": "text, line by line",
    "gluon/data/vision/annotated": "tests/python/test_vision_data.py",
    "gluon/data/vision/small_images": "bytes of pixels",
    "mxnet/_report": "a program, which is parsed",
    "mxnet/contrib/text/embedding": "text, line by line",
    "mxnet/gluon/_files": "JSON of names",
    "mxnet/gluon/data/dataloader": "by the same readers",
    "mxnet/gluon/data/vision/datasets": "bytes of pixels",
    "mxnet/gluon/utils": "a sum of bytes",
    "mxnet/io/_files": "text, line by line",
    "mxnet/recordio": "tests/importers/mxnet/test_recordio.py",
    "mxnet/test_utils/_environment": "for tests",
    "mxnet/optimizer/_pickles": "tests/importers/mxnet/test_hostile_states.py",
    "onnx/_export/_export": "writes",
    "sym/_writing": "writes",
    "onnx/_export/_graph": "a .weft file that the library has checked",
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("name", READERS)
def test_a_hostile_file_ends_in_an_error_and_runs_nothing(name, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ending, read, _ = READERS[name]
    path = tmp_path / f"x{ending}"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(HOSTILE[what])
    try:
        read(path)
    except (weft.Error, ImportError) as error:
        assert str(error)
    except IndexError:  # of a set of no samples
        assert what == "nothing" and name in ("records", "image list")
    except Exception as error:  # NumPy's own reader says what its files lack
        is_numpy = type(error) in (ValueError, EOFError, zipfile.BadZipFile, KeyError)
        assert is_numpy and READERS[name][2] == "np/_files", repr(error)
    assert not (tmp_path / "made").exists() and not (tmp_path.parent / "made.npy").exists()


_OPENING = {"open", "read_bytes", "read_text", "fromfile", "memmap", "mmap", "File", "ZipFile"}
_OPENING |= {"SoundFile", "load"}
_OF_OTHERS = {
    "torch",
    "numpy",
    "pickle",
    "tarfile",
    "h5py",
    "wave",
    "lmdb",
    "io",
    "os",
    "soundfile",
}


def _opens(call):
    """Does a call open a file to read?"""
    if isinstance(call.func, ast.Name):
        return call.func.id == "open"
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _OPENING:
        return False
    owner = call.func.value
    is_of_path = call.func.attr in ("read_bytes", "read_text")
    return is_of_path or (isinstance(owner, ast.Name) and owner.id in _OF_OTHERS)


def test_every_module_that_opens_files_is_in_the_table():
    known = {name for _, _, names in READERS.values() for name in names.split()}
    known |= NOT_OF_STRANGERS.keys()
    found = {
        str(path.relative_to(SOURCES).with_suffix(""))
        for path in SOURCES.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and _opens(call)
    }
    assert found - known == set(), "give it a row in READERS"


def test_nothing_unpickles_what_a_file_has():
    """Only what comes from this program's own workers is unpickled, and what stands for it."""
    found = {
        str(path.relative_to(SOURCES).with_suffix(""))
        for path in SOURCES.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and (call.func.value.id, call.func.attr) in (("pickle", "loads"), ("pickle", "load"))
    }
    assert found == {
        "gluon/data/_blocks",
        "gluon/data/_parcel",
        "gluon/data/_workers",
        "mxnet/gluon/data/_pool_batches",
        "testing/_layers",
    }


def test_a_text_is_no_file_of_pytorch(tmp_path):
    (tmp_path / "x.pth").write_text("see the README")
    with pytest.raises(OSError, match=r"x.pth is no file of PyTorch.*begins with b'see the '"):
        _dense().load_parameters(tmp_path / "x.pth")
