"""What importing the package does, and what it does not."""

import importlib
import inspect
import os
import pkgutil
import subprocess
import sys

import pytest
import weft


def run(script, **environment):
    result = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_runtime_needs_neither_numpy_nor_the_extension():
    script = (
        "import sys, weft.runtime; print({'numpy', 'weft._native', 'weft.np'} & set(sys.modules))"
    )
    assert run(script).strip() == "set()"


def test_import_starts_no_thread_and_changes_no_environment():
    script = (
        "import os, threading; before = dict(os.environ)\n"
        "from weft import np, npx, gluon, autograd\n"
        "assert dict(os.environ) == before\n"
        "print(len(os.listdir('/proc/self/task')) - threading.active_count())"
    )
    # NumPy's own threads are not ours to count: none are started with one BLAS thread.
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    assert run(script, **single).strip() == "0"


def test_import_brings_what_every_program_needs_and_no_more():
    script = (
        "import sys, numpy; before = set(sys.modules)\n"
        "from weft import np, npx, autograd, gluon\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    found = run(script).split()
    own = [name for name in found if name.partition(".")[0] == "weft"]
    assert len(own) <= 30, own
    others = {"dataclasses", "difflib", "json", "pathlib", "random", "tempfile"}
    assert not others & set(found)


def test_names_are_listed_and_found():
    assert set(weft.__all__) <= set(dir(weft))
    for name in weft.__all__:
        assert getattr(weft, name) is not None
    with pytest.raises(AttributeError, match="module 'weft' has no attribute 'nd'"):
        weft.nd  # noqa: B018


@pytest.mark.parametrize(
    "name", ["np", "npx", "autograd", "gluon", "gluon.nn", "gluon.loss", "init"]
)
def test_public_names_exist_and_have_documentation(name):
    module = importlib.import_module(f"weft.{name}")
    for public in module.__all__:
        value = getattr(module, public)
        if inspect.isclass(value) or callable(value):
            assert inspect.getdoc(value), f"{name}.{public}"


def modules():
    return sorted(info.name for info in pkgutil.walk_packages(weft.__path__, "weft."))


@pytest.mark.parametrize("name", [name for name in modules() if "_native" not in name])
def test_every_module_says_what_it_is(name):
    if name.endswith("__main__"):
        pytest.skip("a program")
    if name.startswith("weft.torch._"):  # what converts PyTorch's programs imports it
        pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    assert importlib.import_module(name).__doc__


def test_fork_leaves_a_working_child():
    script = (
        "import os\nfrom weft import np, npx\n"
        "npx.set_num_threads(2)\nx = np.ones((512, 512))\n(x @ x).wait_to_read()\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    os._exit(0 if float((x @ x)[0, 0]) == 512 else 1)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), float((x @ x)[1, 1]))"
    )
    assert run(script).split() == ["0", "512.0"]


def test_threads_share_arrays():
    script = (
        "import threading\nfrom weft import np\n"
        "x = np.ones((64, 64)); out = []\n"
        "def work():\n"
        "    for _ in range(50): out.append(float((x @ x).sum()))\n"
        "ts = [threading.Thread(target=work) for _ in range(4)]\n"
        "[t.start() for t in ts]; [t.join() for t in ts]\n"
        "print(len(out), set(out))"
    )
    assert run(script).strip() == "200 {262144.0}"
