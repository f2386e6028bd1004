"""What profiles know beside operators: waits for data, workers of loaders, spans, memory."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy
import pytest
import weft
from weft import np, profiler
from weft.gluon import nn
from weft.gluon.data import ArrayDataset, DataLoader, SimpleDataset

HERE = Path(__file__).name


def doubled(x):
    return (np.array([x]) * 2).asnumpy()


ROWS = ArrayDataset(numpy.arange(12.0, dtype="float32"))


def of_kind(profile, kind):
    return [event for event in profile.events if event.kind == kind]


def test_each_batch_is_waited_for_in_the_line_of_the_loop():
    loader = DataLoader(SimpleDataset(list(range(6))).transform(doubled), 2)
    with profiler.profile() as p:
        for batch in loader:
            batch + 1
    waits = of_kind(p, "wait")
    assert len(waits) == 3 + 1  # the last one finds the end
    assert {Path(event.line.rpartition(":")[0]).name for event in waits} == {HERE}
    inside = [e for e in p.events if e.name == "multiply"]
    assert len(inside) == 6
    assert all(event.own < event.duration for event in waits[:3])
    (row,) = [row for row in p.rows() if row.name == "(waiting for a batch)"]
    assert row.calls == 4 and row.time == pytest.approx(sum(event.own for event in waits))
    assert "(waiting for a batch)" in {row.name for row in p.rows(by="layer")}
    assert f"waited {profiler._table.duration(sum(e.duration for e in waits))} for data" in (
        p.summary()
    )


def test_workers_are_tracks_whose_time_goes_by_beside_the_programs(tmp_path):
    loader = DataLoader(SimpleDataset(list(range(8))).transform(doubled), 2, num_workers=2)
    next(iter(loader))  # they have started
    with profiler.profile() as p:
        assert sum(len(batch) for batch in loader) == 8
    work = of_kind(p, "work")
    assert {(event.thread, event.name) for event in work} == {
        (f"loader {n % 2}", f"batch {n}") for n in range(4)
    }
    assert all(event.begin >= 0 and event.begin + event.duration <= p.wall for event in work)
    threads = {row.name: row.calls for row in p.rows(by="thread")}
    assert threads["loader 0"] == threads["loader 1"] == 2
    assert not any(row.name.startswith("batch ") for row in p.rows(by="operator"))
    p.trace(tmp_path / "trace.json")
    trace = json.loads((tmp_path / "trace.json").read_text("utf-8"))["traceEvents"]
    tracks = {event["args"]["name"] for event in trace if event["ph"] == "M"}
    assert tracks >= {"Python thread 0", "loader worker 0", "loader worker 1"}


def test_threads_of_a_loader_have_their_operators_inside():
    data = SimpleDataset(list(range(4))).transform(doubled)
    loader = DataLoader(data, 2, num_workers=1, thread_pool=True)
    with profiler.profile() as p:
        list(loader)
    (thread,) = {event.thread for event in of_kind(p, "work")}
    assert thread != of_kind(p, "wait")[0].thread
    assert {event.thread for event in p.events if event.name == "multiply"} == {thread}


@pytest.mark.parametrize("kind", ["arrays", "generator"])
def test_fit_waits_for_its_batches(kind):
    x = np.ones((8, 3))
    model = weft.Model(nn.Dense(1), "mse", "sgd")
    batches = [(x[:4], x[:4, :1]), (x[4:], x[4:, :1])]
    given = (x, x[:, :1], 4) if kind == "arrays" else (iter(batches),)
    with profiler.profile() as p:
        model.fit(*given, verbose=0)
    assert len(of_kind(p, "wait")) == 3


def test_spans_hold_what_runs_inside():
    with profiler.profile() as p, profiler.span("outer"), profiler.span("inner"):
        np.ones(3) + 1
    outer, inner, *_ = p.events
    assert [(e.kind, e.name) for e in (outer, inner)] == [("work", "outer"), ("work", "inner")]
    assert outer.begin <= inner.begin
    assert inner.duration <= outer.duration
    assert outer.own == pytest.approx(outer.duration - inner.duration)
    assert {row.name for row in p.rows()} == {"outer", "inner", "full", "add"}
    with profiler.span("outside of a profile"):
        pass


def test_allocations_are_told_by_line_and_add_up():
    with profiler.profile() as p:
        kept = np.ones((256, 1024))
        np.zeros((512, 1024))  # freed at once
        again = kept + 1
    over_time = p.memory()
    assert all(a <= b for (a, _), (b, _) in pairwise(over_time))
    rows = p.allocations()
    assert sum(row.taken - row.freed for row in rows) == over_time[-1][1] - over_time[0][1]
    by_operator = {row.name: row for row in p.allocations(by="operator")}
    assert by_operator["full"].taken == pytest.approx(3 * again.nbytes, rel=0.01)
    assert by_operator["full"].events == 2
    lines = [int(row.name.rpartition(":")[2]) for row in rows]
    assert lines[0] == min(lines) + 1 and rows[0].taken == pytest.approx(2 * again.nbytes, rel=0.01)
    assert max(live for _, live in over_time) - over_time[0][1] >= 3 * again.nbytes
    with pytest.raises(ValueError, match="`by` must be one of line, operator, layer; got 'thread'"):
        p.allocations(by="thread")


def test_a_plan_takes_its_memory_as_a_whole():
    net = nn.HybridSequential(nn.Dense(256, activation="relu"), nn.Dense(64))
    net.initialize()
    net.hybridize()
    x = np.ones((128, 32))
    net(x)
    with profiler.profile() as p:
        out = net(x)
    (row,) = [row for row in p.allocations(by="operator") if row.name == "plan"]
    assert row.taken >= out.nbytes


def test_a_table_of_lines_shows_the_program(capsys):
    with profiler.profile() as p:
        np.matmul(np.ones((4, 4)), np.ones((4, 4)))  # the line that is shown
    p.table(by="line")
    assert "np.matmul(np.ones((4, 4)), np.ones((4, 4)))  # the line" in capsys.readouterr().out


def test_the_command_tells_threads_and_memory(tmp_path):
    (tmp_path / "program.py").write_text("from weft import np\nx = np.ones((256, 1024))\n")
    line = [sys.executable, "-m", "weft", "profile", "--by", "thread", "--memory", "program.py"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "caller 0" in done.stdout
    found = done.stdout.splitlines()
    head = next(n for n, text in enumerate(found) if "MiB taken" in text)
    assert found[head + 1].split()[1:] == ["1.00", "0.00", "1"]
