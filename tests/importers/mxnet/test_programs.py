"""Programs of MXNet: run as they are by `python -m weft.mxnet`, and read by `mx.report`."""

import subprocess
import sys

import pytest
from weft import mxnet as mx


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "weft.mxnet", *arguments], cwd=cwd, capture_output=True, text=True
    )


def test_workers_of_a_loader_import_mxnet(tmp_path):
    (tmp_path / "train.py").write_text(
        "from mxnet import gluon\n"
        "class Squares(gluon.data.Dataset):\n"
        "    def __len__(self): return 4\n"
        "    def __getitem__(self, number): return float(number**2)\n"
        "if __name__ == '__main__':\n"
        "    batches = gluon.data.DataLoader(Squares(), 2, num_workers=2)\n"
        "    print([batch.tolist() for batch in batches])\n"
    )
    for arguments in (["train.py"], ["-m", "train"]):
        result = run(*arguments, cwd=tmp_path)
        assert result.stdout == "[[0.0, 1.0], [4.0, 9.0]]\n", result.stderr


def test_a_program_imports_mxnet(tmp_path):
    (tmp_path / "beside.py").write_text("import mxnet.recordio\nname = mxnet.recordio.__name__\n")
    (tmp_path / "program.py").write_text(
        "import sys\n"
        "import mxnet as mx\n"
        "from mxnet import nd, io\n"
        "import mxnet.ndarray as arrays\n"
        "from mxnet.io import NDArrayIter\n"
        "import beside\n"
        "import weft.mxnet\n"
        "assert mx is weft.mxnet and arrays is nd and NDArrayIter is io.NDArrayIter\n"
        "print(__name__, beside.name, sys.argv[1:])\n"
    )
    ran = run("program.py", "--epochs", "3", cwd=tmp_path)
    assert ran.stdout == "__main__ weft.mxnet.recordio ['--epochs', '3']\n", ran.stderr
    ran = run("-m", "program", "a", cwd=tmp_path)
    assert ran.stdout == "__main__ weft.mxnet.recordio ['a']\n", ran.stderr
    ran = run("-c", "import mxnet, sys; print(mxnet.__name__, sys.argv)", "b", cwd=tmp_path)
    assert ran.stdout == "weft.mxnet ['-c', 'b']\n", ran.stderr


LOADER = """
import multiprocessing

from mxnet.gluon import data
import mxnet as mx


class Rows(data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, number):
        import mxnet.ndarray as arrays

        return arrays.ones((2,)) * number


def name_of(module):
    return __import__(module).__name__


if __name__ == "__main__":
    print([batch.sum().asscalar().item() for batch in data.DataLoader(Rows(), 2, num_workers=2)])
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(name_of, ["mxnet"]))
"""


def test_processes_that_a_program_starts_import_mxnet(tmp_path):
    (tmp_path / "program.py").write_text(LOADER)
    for arguments in (["program.py"], ["-m", "program"]):
        ran = run(*arguments, cwd=tmp_path)
        assert ran.stdout == "[2.0, 10.0]\n['weft.mxnet']\n", ran.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "usage: python -m weft.mxnet"),
        (["absent.py"], "there is no file absent.py"),
        (["-m"], "-m needs one more argument"),
        (["--report"], "--report needs a program"),
        (["--report", "absent.py"], "absent.py"),
    ],
)
def test_wrong_arguments_are_told(arguments, text, tmp_path):
    ran = run(*arguments, cwd=tmp_path)
    assert ran.returncode == 2
    assert text in ran.stdout + ran.stderr


def test_what_mxnet_lacks_is_no_module(tmp_path):
    ran = run("-c", "import mxnet.absent", cwd=tmp_path)
    assert "No module named 'mxnet.absent'" in ran.stderr


PROGRAM = """
import mxnet as mx
from mxnet import gluon as g
from mxnet.io import NDArrayIter as Iter
import numpy as np

batches = Iter(np.ones(3), batch_size=1, bach=2)
other = mx.io.NDArrayIter(data=np.ones(3))
reader = mx.recordio.MXRecordIO("a", "r").read()
net = g.SymbolBlock.imports("s", ["data"])
mx.nothing.at_all(3)
mx.gluon.model_zoo.vision.resnet18_v1(pretrained=True)
mx.nothing.more
"""


def test_a_report_says_what_is_here(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    report = mx.report(path)
    uses = {use.name: use for use in report.uses}
    assert uses["mxnet.io.NDArrayIter"].state == "compatible"
    assert uses["mxnet.io.NDArrayIter"].lines == (4, 7, 8)
    assert uses["mxnet.io.NDArrayIter(bach=)"].state == "absent"
    assert uses["mxnet.recordio.MXRecordIO"].lines == (9,)
    assert uses["mxnet.gluon.SymbolBlock.imports"].state == "compatible"
    assert uses["mxnet.nothing"].state == "absent"
    assert uses["mxnet.nothing"].lines == (11, 13)
    assert "mxnet.gluon.model_zoo.vision.resnet18_v1(pretrained=)" not in uses
    assert "numpy.ones" not in uses
    assert str(report).splitlines()[1].split()[:2] == ["absent", "mxnet.nothing"]
    ran = run("--report", str(path), cwd=tmp_path)
    assert ran.returncode == 1 and "2 absent" in ran.stdout, ran.stderr


def test_a_report_reads_a_program_as_it_is_encoded(tmp_path):
    path = tmp_path / "program.py"
    path.write_bytes("# coding: latin-1\nimport mxnet as mx\nmx.cpu('é')\n".encode("latin-1"))
    assert [use.name for use in mx.report(path).uses] == ["mxnet.cpu"]


@pytest.mark.parametrize(
    "text", [b"print 'old'", b"x = '\xe9'", b"\0", b"x=" + b"+".join([b"1"] * 9999)]
)
def test_a_report_of_no_program_is_refused(text, tmp_path):
    path = tmp_path / "program.py"
    path.write_bytes(text)
    with pytest.raises(ValueError, match=r"report: .* is no program of Python 3"):
        mx.report(path)
