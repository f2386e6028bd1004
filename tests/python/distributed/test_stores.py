"""Stores of arrays over workers and servers, against the same sums made by NumPy."""

import json
import subprocess
import sys

import numpy
import pytest
from jobs import SECONDS, environment, launched

STORE = """
import json, os
from pathlib import Path
import weft
from weft import distributed, kv, np

@kv.updater("halved")
def halved(key, pushed, kept):
    kept[...] = kept + pushed / 2

distributed.init(timeout=30)
rank, size = distributed.rank(), distributed.size()
store = kv.create("{kind}")
assert (store.rank, store.num_workers, store.type) == (rank, size, "{kind}")
out = {{}}

def pulled(key, shape):
    found = np.zeros(shape)
    store.pull(key, out=found)
    return found.tolist()

store.init(["a", "b", 3], [np.full(2, 1.0 + rank), np.ones((4, 2)), np.zeros(3)])
out["first"] = pulled("a", 2)
store.push("a", [np.full(2, rank + 1.0), np.ones(2)])
out["sum"] = pulled("a", 2)
store.set_optimizer("adam", learning_rate=0.1)
for step in range(3):
    store.push(3, np.array([1.0, -2.0, 0.5]) * (rank + 1))
out["adam"] = pulled(3, 3)
store.save_optimizer_states("states")
store.barrier()
store.load_optimizer_states("states")
store.push(3, np.ones(3))
out["after"] = pulled(3, 3)
store.set_updater("halved")
store.push("b", weft.sparse.row_sparse_array((np.ones((1, 2)), [rank]), shape=(4, 2)))
rows = np.full((4, 2), 9.0)
store.pull("b", out=rows)
store.row_sparse_pull("b", out=rows, row_ids=np.array([1, 3]))
out["rows"] = rows.tolist()
try:
    store.push("none", np.ones(1))
except Exception as error:
    out["error"] = [type(error).__name__, str(error)]
Path(f"out-{{rank}}").write_text(json.dumps(out))
"""


def adam(weight, gradients, rate=0.1, beta1=0.9, beta2=0.999, epsilon=1e-8):
    mean = variance = numpy.zeros_like(weight)
    for step, gradient in enumerate(gradients, 1):
        mean = beta1 * mean + (1 - beta1) * gradient
        variance = beta2 * variance + (1 - beta2) * gradient**2
        scale = rate * numpy.sqrt(1 - beta2**step) / (1 - beta1**step)
        weight = weight - scale * mean / (numpy.sqrt(variance) + epsilon)
    return weight


@pytest.mark.parametrize(
    "kind, options",
    [
        ("dist_sync", "-n 2 -s 2"),
        ("dist_sync", "-n 2"),
        ("dist_device_sync", "-n 2"),
    ],
    ids=["servers", "no servers", "device"],
)
def test_a_store_adds_up_and_updates_what_workers_push(tmp_path, kind, options):
    result = launched(options, STORE.format(kind=kind), tmp_path)
    assert result.code == 0, result.err
    outs = [json.loads((tmp_path / f"out-{rank}").read_text()) for rank in range(2)]
    base = numpy.array([1.0, -2.0, 0.5])
    for out in outs:
        assert out["first"] == [1, 1]
        assert out["sum"] == [5, 5]
        numpy.testing.assert_allclose(out["adam"], adam(numpy.zeros(3), [3 * base] * 3), rtol=1e-4)
        expected = adam(numpy.zeros(3), [3 * base] * 3 + [numpy.full(3, 2.0)])
        numpy.testing.assert_allclose(out["after"], expected, rtol=1e-4)
        assert out["rows"] == [[1.5, 1.5], [1.5, 1.5], [1, 1], [1, 1]]
        assert "the key 'none' was not given to `init`" in out["error"][1]


ASYNC = """
import json
from pathlib import Path
from weft import distributed, kv, np

distributed.init(timeout=30)
rank = distributed.rank()
store = kv.create("dist_async", staleness=2)
store.init("w", np.zeros(1))
store.set_optimizer("sgd", learning_rate=1.0)
order = []
for step in range(20):
    store.push("w", np.full(1, -1.0))
    found = np.zeros(1)
    store.pull("w", out=found)
    order.append(float(found))
store.barrier()
found = np.zeros(1)
store.pull("w", out=found)
Path(f"out-{rank}").write_text(json.dumps([order, float(found)]))
"""


def test_asynchronous_pushes_count_at_once_and_stay_close(tmp_path):
    result = launched("-n 2 -s 1", ASYNC, tmp_path)
    assert result.code == 0, result.err
    for rank in range(2):
        order, last = json.loads((tmp_path / f"out-{rank}").read_text())
        assert last == 40
        assert order == sorted(order)
        for step, seen in enumerate(order):
            # Its own pushes, and of the other one's at most two more and at least two fewer.
            assert step + 1 + max(0, step - 1 - 2) <= seen <= 2 * (step + 1) + 2 + 1


MXNET = """
import json
from pathlib import Path
import mxnet as mx

store = mx.kv.create("dist_sync")
store.init(0, mx.nd.zeros((2,)))
store.set_optimizer(mx.optimizer.SGD(learning_rate=0.5, momentum=0.9, rescale_grad=1.0))
out = mx.nd.zeros((2,))
for step in range(3):
    store.push(0, mx.nd.ones((2,)) * (store.rank + 1))
    store.pull(0, out=out)
table = mx.nd.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
store.init(1, table.tostype("row_sparse"))
outs = [mx.nd.sparse.zeros("row_sparse", (3, 2)) for _ in range(2)]
ids = [mx.nd.array([2, 0, 2]), mx.nd.array([1])]
store.row_sparse_pull(1, out=outs, row_ids=ids)
rows = [[o.indices.asnumpy().tolist(), o.asnumpy().tolist()] for o in outs]
store.row_sparse_pull([1], out=[outs], row_ids=mx.nd.array([0]))
rows += [[o.indices.asnumpy().tolist(), o.asnumpy().tolist()] for o in outs]
told = [store.num_workers, out.asnumpy().tolist(), rows]
Path(f"out-{store.rank}").write_text(json.dumps(told))
"""


ROWS = [
    [[0, 2], [[1, 2], [0, 0], [5, 6]]],
    [[1], [[0, 0], [3, 4], [0, 0]]],
    *[[[0], [[1, 2], [0, 0], [0, 0]]]] * 2,
]


def check_mxnet(folder):
    weight, momentum = numpy.zeros(2), numpy.zeros(2)
    for _ in range(3):
        momentum = 0.9 * momentum - 0.5 * 3
        weight = weight + momentum
    for rank in range(2):
        count, found, rows = json.loads((folder / f"out-{rank}").read_text())
        assert count == 2
        numpy.testing.assert_allclose(found, weight, rtol=1e-6)
        assert rows == ROWS


@pytest.mark.parametrize("options", ["-n 2 -s 1", "-n 2"], ids=["servers", "no servers"])
def test_a_program_of_mxnet(tmp_path, options):
    text = "from weft.mxnet import _alias; _alias.install()\n" + MXNET
    result = launched(options, text, tmp_path)
    assert result.code == 0, result.err
    check_mxnet(tmp_path)


@pytest.mark.parametrize("is_local", [True, False], ids=["one host", "ssh"])
def test_the_processes_of_mxnets_launcher(tmp_path, free_port, is_local):
    """What `tools/launch.py -n 2 -s 1` starts, in its order: scheduler, workers, server."""
    script = tmp_path / "program.py"
    script.write_text("from weft.mxnet import _alias; _alias.install()\n" + MXNET)
    given = {"DMLC_NUM_WORKER": "2", "DMLC_NUM_SERVER": "1", "DMLC_PS_ROOT_URI": "127.0.0.1"}
    given["DMLC_PS_ROOT_PORT"] = str(free_port)
    processes = []
    for task, role in enumerate(["scheduler", "worker", "worker", "server"], -1):
        mine = {"DMLC_TASK_ID": str(task), "DMLC_JOB_CLUSTER": "local"} if is_local else {}
        variables = environment(tmp_path, DMLC_ROLE=role, **given, **mine)
        command = [sys.executable, str(script)]
        processes.append(subprocess.Popen(command, cwd=tmp_path, env=variables))
    try:
        assert [process.wait(SECONDS) for process in processes] == [0] * 4
    finally:
        for process in processes:
            process.kill()
    check_mxnet(tmp_path)


def test_the_loss_of_a_server_ends_the_job(tmp_path):
    text = """
import os, signal
from weft import distributed, kv, np
@kv.updater("dies")
def dies(key, pushed, kept):
    os.kill(os.getpid(), signal.SIGKILL)
distributed.init(timeout=30)
store = kv.create("dist_sync")
store.init("w", np.zeros(1))
store.set_updater("dies")
store.pushpull("w", np.ones(1))
"""
    result = launched("-n 2 -s 1", text, tmp_path)
    assert result.code == 137, result.err
    assert "server 0" in result.err
