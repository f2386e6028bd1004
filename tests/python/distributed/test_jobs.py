"""Programs of several processes: arrays from rank to rank, groups, checkpoints, traces, errors."""

import json
import re
import sys

import numpy
import pytest
from jobs import launched, run
from test_launch import MPI

EXCHANGE = """
import json
from pathlib import Path
from weft import distributed, np

distributed.init(timeout=30)
rank, size = distributed.rank(), distributed.size()
x = np.arange(6.0).reshape(3, 2) + 10 * rank
out = {
    "sum": distributed.all_reduce(x).tolist(),
    "mean": distributed.all_reduce(x, "mean").tolist(),
    "max": distributed.all_reduce(x, "max").tolist(),
    "gather": distributed.all_gather(x, axis=1).tolist(),
    "scatter": distributed.reduce_scatter(x).tolist(),
    "swap": distributed.all_to_all(x, 0, 1).tolist(),
    "root": distributed.broadcast(x, root=1).tolist(),
    "objects": distributed.all_gather_object({"rank": rank, "none": None}),
}
distributed.barrier()
if rank == 0:
    distributed.send(x, 2, tag=5)
if rank == 2:
    out["received"] = distributed.receive((3, 2), "float32", 0, tag=5).tolist()
pair = distributed.new_group([2, 0], "pair")
if rank in pair:
    out["pair"] = [pair.rank, distributed.all_reduce(x, group=pair).tolist()]
for number in range(5):  # more than the store keeps of them
    out["again"] = distributed.all_gather_object(number * 10 + rank)
Path(f"out-{rank}").write_text(json.dumps(out))
"""


def outputs(folder, count):
    return [json.loads((folder / f"out-{rank}").read_text()) for rank in range(count)]


def check_exchange(folder):
    xs = [numpy.arange(6.0).reshape(3, 2) + 10 * rank for rank in range(3)]
    total = sum(xs)
    for rank, out in enumerate(outputs(folder, 3)):
        expected = {
            "sum": total,
            "mean": total / 3,
            "max": xs[2],
            "gather": numpy.concatenate(xs, 1),
            "scatter": total[rank : rank + 1],
            "swap": numpy.concatenate([x[rank : rank + 1] for x in xs], 1),
            "root": xs[1],
        }
        for name, array in expected.items():
            assert out[name] == array.tolist(), name
        assert out["objects"] == [{"rank": n, "none": None} for n in range(3)]
        assert out["again"] == [40, 41, 42]
        if rank != 1:
            assert out["pair"] == [[1, None, 0][rank], (xs[0] + xs[2]).tolist()]
    assert outputs(folder, 3)[2]["received"] == xs[0].tolist()


def test_arrays_from_rank_to_rank(tmp_path):
    result = launched("-n 3", EXCHANGE, tmp_path)
    assert result.code == 0, result.err
    check_exchange(tmp_path)


@pytest.mark.parametrize("mpirun", MPI)
def test_arrays_from_rank_to_rank_by_mpirun(tmp_path, mpirun):
    (tmp_path / "program.py").write_text(EXCHANGE)
    result = run([*mpirun, "-n", "3", sys.executable, "program.py"], tmp_path)
    assert result.code == 0, result.err
    check_exchange(tmp_path)


MESH = """
import json
from pathlib import Path
from weft import distributed, np

distributed.init(timeout=30)
mesh = distributed.Mesh(data=-1, tensor=2)
mine = np.array([float(distributed.rank())])
out = {
    "place": mesh.place,
    **{name: distributed.all_gather(mine, group=mesh[name]).tolist() for name in mesh.axes},
}
Path(f"out-{distributed.rank()}").write_text(json.dumps(out))
"""


def test_groups_along_the_axes_of_a_mesh(tmp_path):
    result = launched("-n 4", MESH, tmp_path)
    assert result.code == 0, result.err
    block = numpy.arange(4.0).reshape(2, 2)
    for rank, out in enumerate(outputs(tmp_path, 4)):
        data, tensor = divmod(rank, 2)
        assert out == {
            "place": {"data": data, "tensor": tensor},
            "data": block[:, tensor].tolist(),
            "tensor": block[data].tolist(),
        }


# ---- checkpoints

CHECKPOINT = """
import json, sys
from pathlib import Path
from weft import autograd, distributed, gluon, np

distributed.init(timeout=30)
np.random.seed(1)
net = gluon.nn.HybridSequential(
    gluon.nn.Dense(7, in_units=5), gluon.nn.BatchNorm(in_channels=7), gluon.nn.Dense(3, in_units=7)
)
net.initialize()
trainer = gluon.Trainer(net.collect_params(), "adam")


def step():
    x = np.ones((4, 5)) * (distributed.rank() + 1) + np.arange(4.0).reshape(4, 1)
    with autograd.record():
        loss = (net(x) ** 2).sum()
    loss.backward()
    for gradient in trainer.gradients():
        gradient[...] = distributed.all_reduce(gradient)
    trainer.update(4)


if sys.argv[1] == "write":
    for _ in range(3):
        step()
    distributed.save_checkpoint("folder", net, trainer, extra={"epoch": 2}).wait()
else:
    assert distributed.load_checkpoint("folder", net, trainer) == {"epoch": 2}
arrays = {n: p.data().tolist() for n, p in net.collect_params().items()}
arrays |= {n: a.tolist() for n, a in trainer.state_arrays().items()}
Path(f"out-{distributed.rank()}").write_text(json.dumps(arrays))
"""


@pytest.mark.parametrize("readers", [1, 2, 3])
def test_a_checkpoint_of_two_ranks_is_read_by_others(tmp_path, readers):
    result = launched("-n 2", CHECKPOINT, tmp_path, "write")
    assert result.code == 0, result.err
    written = outputs(tmp_path, 2)
    assert len(list((tmp_path / "folder").glob("part-*-of-00002.safetensors"))) == 2
    if readers == 1:
        result = run([sys.executable, "program.py", "read"], tmp_path)
    else:
        result = launched(f"-n {readers}", CHECKPOINT, tmp_path, "read")
    assert result.code == 0, result.err
    for rank, found in enumerate(outputs(tmp_path, readers)):
        assert found == written[rank if rank < 2 else 0]


# ---- traces

TRACE = """
from weft import distributed, np, profiler
distributed.init(timeout=30)
with profiler.profile() as p:
    distributed.all_reduce(np.ones(4))
error = distributed.save_trace(p, "trace.json")
print(error < 0.5)
"""


def test_profiles_of_all_ranks_are_one_trace(tmp_path):
    result = launched("-n 2", TRACE, tmp_path)
    assert result.code == 0, result.err
    assert result.lines(1) == ["True"]
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    reduced = {e["pid"]: e for e in events if e["name"].startswith("all_reduce")}
    assert reduced.keys() == {0, 1}
    # Both ran at the same time, which only one clock shows.
    ends = [e["ts"] + e["dur"] for e in reduced.values()]
    assert max(e["ts"] for e in reduced.values()) < min(ends) + 1e5


# ---- programs


def test_the_example_trains_and_goes_on(tmp_path, root):
    program = str(root / "examples" / "distributed" / "train.py")
    weft = [sys.executable, "-m", "weft", "launch", "-n", "2"]
    result = run([*weft, program, "--epochs", "2"], tmp_path)
    assert result.code == 0, result.err
    found = [line.split(":")[0] for line in result.lines(0)[:2]]
    assert found == ["epoch 1", "epoch 2"]
    assert float(result.lines(0)[2].partition("%")[0]) > 80
    assert result.lines(1) == []


FIT = """
import weft
from weft import distributed, np, callbacks
from weft.gluon import nn
distributed.init(timeout=30)
net = nn.Dense(1, in_units=2)
model = weft.Model(net, loss="l2", optimizer="sgd")
table = callbacks.CSVLogger(f"table-{distributed.rank()}")
model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, callbacks=[table])
print(f"loss {model.evaluate(np.ones((8, 2)), np.ones((8, 1)))['loss'] >= 0}")
"""


def test_fit_shows_and_writes_on_rank_0_alone(tmp_path):
    result = launched("-n 2", FIT, tmp_path)
    assert result.code == 0, result.err
    shown = [[line.split(",")[0] for line in result.lines(rank)] for rank in range(2)]
    together = "fit: 2 ranks train together"
    assert shown == [[together, "epoch 1/2", "epoch 2/2", "loss True"], ["loss True"]]
    assert [path.name for path in tmp_path.glob("table-*")] == ["table-0"]


# ---- errors


@pytest.mark.parametrize(
    "failure, told",
    [
        ("raise ValueError('bad batch')", r"failed: ValueError: bad batch"),
        ("import os; os.kill(os.getpid(), 9)", "is lost"),
    ],
    ids=["raises", "killed"],
)
def test_who_waits_for_a_lost_rank_learns_why(tmp_path, failure, told):
    text = f"""
from weft import distributed, np
distributed.init(timeout=60)
distributed.all_reduce(np.ones(2))
if distributed.rank() == 1:
    {failure}
distributed.all_reduce(np.ones(2))
"""
    result = launched("-n 3", text, tmp_path)
    assert result.code in (1, 137)
    assert "weft launch: rank 1 " in result.err
    for rank in (0, 2):
        assert re.search(rf"\[{rank}\] weft.Disconnected: .*rank 1 .*{told}", result.err)


def test_different_programs_are_told_with_both_lines(tmp_path):
    text = """
from weft import distributed, np
distributed.init(timeout=20)
if distributed.rank() == 0:
    distributed.all_reduce(np.ones(2))
else:
    distributed.all_reduce(np.ones(3))
"""
    result = launched("-n 2", text, tmp_path)
    assert result.code == 1
    assert "program.py:5" in result.err and "program.py:7" in result.err
    assert "all_reduce of float32(2,)" in result.err and "all_reduce of float32(3,)" in result.err


@pytest.mark.parametrize(
    "call, kind, message",
    [
        ("distributed.new_group([0, 0], 'g')", "InvalidValue", "different numbers from 0 to 1"),
        ("distributed.new_group([2], 'g')", "InvalidValue", "different numbers from 0 to 1"),
        ("distributed.new_group([0], 'world')", "InvalidValue", "other than 'world'"),
        ("distributed.all_reduce(np.ones(1), group='wrld')", "NotFound", "did you mean `world`"),
        ("distributed.new_group([1 - distributed.rank()], 'g').rank", "InvalidState", "not in it"),
    ],
)
def test_bad_groups_are_refused(tmp_path, call, kind, message):
    text = f"""
from weft import distributed, np
from weft._base import errors
distributed.init(timeout=20)
try:
    {call}
except errors.{kind} as error:
    assert {message!r} in str(error), error
else:
    raise AssertionError("no error")
"""
    result = launched("-n 2", text, tmp_path)
    assert result.code == 0, result.err


def test_a_process_alone_needs_no_home(tmp_path):
    (tmp_path / "file").write_text("")
    program = "from weft import distributed; distributed.init(); print(distributed.size())"
    nowhere = {name: str(tmp_path / "file") for name in ("HOME", "XDG_CACHE_HOME")}
    done = run([sys.executable, "-c", program], tmp_path, **nowhere)
    assert (done.code, done.out) == (0, "1\n"), done.err
