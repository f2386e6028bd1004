"""The six tasks of examples/tasks: each reaches the figure that it states, in Weft and, where they
are installed, in PyTorch and Keras; the table of lines is current."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("lines", ROOT / "benchmarks" / "lines.py")
lines = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lines)
TASKS = lines.tasks()
PEERS = [
    (task.name, peer) for task in TASKS for peer in lines.PEERS if getattr(task, peer) is not None
]


def run(name, folder, **environment):
    done = subprocess.run(
        [sys.executable, str(lines.TASKS / f"{name}.py")],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_there_are_six_tasks():
    assert len(TASKS) == 6
    assert all(task.pytorch is not None for task in TASKS)


@pytest.mark.parametrize("task", [t for t in TASKS if t.name != "images"], ids=lambda t: t.name)
def test_a_task_reaches_its_figure(task, tmp_path):
    out = run(task.name, tmp_path)
    assert re.search(rf"^{task.figure.split()[0]} [0-9.]+$", out, re.MULTILINE)


def test_images_go_on_where_they_were_stopped(tmp_path):
    program = [sys.executable, "-u", str(lines.TASKS / "images.py")]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as first:
        for line in first.stdout:
            if line.startswith("epoch 3/"):
                break
        first.kill()
    assert (tmp_path / "images.ckpt").exists()
    out = run("images", tmp_path)
    epochs = [int(number) for number in re.findall(r"^epoch (\d+)/20", out, re.MULTILINE)]
    assert epochs[0] > 1 and epochs[-1] == 20
    assert re.search(r"^accuracy 0\.9", out, re.MULTILINE)


@pytest.mark.torch
@pytest.mark.parametrize(("name", "peer"), PEERS)
def test_programs_of_peers_reach_the_same_figure(name, peer, tmp_path):
    pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    if peer == "keras":
        pytest.importorskip("keras", reason="not run: Keras is not installed")
    run(f"{name}_{peer}", tmp_path, KERAS_BACKEND="torch")


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.name)
def test_weft_takes_no_more_lines(task):
    assert task.weft <= task.pytorch
    assert task.keras is None or task.weft <= task.keras


def test_the_table_of_lines_is_current():
    text = (ROOT / "examples" / "README.md").read_text("utf-8")
    assert "\n".join(lines.table()) in text, "run `python benchmarks/lines.py`"


def test_all_programs_of_a_task_state_the_same_figure():
    for task in TASKS:
        for path in lines.TASKS.glob(f"{task.name}_*.py"):
            assert lines.figure_of(path.read_text("utf-8")) == task.figure, path.name


def test_lines_without_code_do_not_count():
    docstring = '"""About.\n\nMore."""\n'
    program = (
        docstring + "\n# why\ndef f(x):\n    " + docstring + "    return [\n        x,\n    ]\n"
    )
    assert lines.lines_of(program) == 4
