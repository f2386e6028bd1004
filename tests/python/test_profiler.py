"""Profiles: operators, layers and lines are named, times fit into the block, traces nest."""

import json
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import weft
from weft import autograd, engine, np, npx, profiler
from weft.gluon import nn
from weft.profiler import Machine
from weft.profiler._events import nested
from weft.profiler._table import rest_of, rows_of, with_rest

HERE = Path(__file__).name


@pytest.fixture
def net():
    found = nn.HybridSequential(nn.Dense(16, activation="relu"), nn.Dense(4))
    found.initialize()
    found(np.ones((2, 8)))
    return found


def names_of(profile, *kinds):
    return [event.name for event in profile.events if event.kind in kinds]


def test_eager_calls_are_events_with_their_line_and_work():
    x = np.ones((8, 8), dtype="float32")
    with profiler.profile() as p:
        np.matmul(x, x)
        x + 1
    product, sum_ = p.events
    assert (product.name, product.kind, sum_.name) == ("matmul", "operator", "add")
    assert Path(product.line.rpartition(":")[0]).name == HERE
    lines = [int(event.line.rpartition(":")[2]) for event in p.events]
    assert lines[1] == lines[0] + 1
    assert (product.read, product.written, product.flops) == (2 * 256, 256, 2 * 8**3)
    assert (sum_.read, sum_.written, sum_.flops) == (256 + 4, 256, 64)
    assert product.live >= 3 * 256


def test_moving_elements_is_no_arithmetic():
    x = np.ones((8, 8))
    with profiler.profile() as p:
        np.concatenate([x, x])
    assert [(event.name, event.flops, event.read) for event in p.events] == [
        ("concatenate", 0, 512)
    ]


def test_eager_layers_are_named(net):
    x = np.ones((2, 8))
    with profiler.profile() as p:
        net(x)
    assert {event.layer for event in p.events} == {"0", "1"}
    assert {row.name for row in p.rows(by="layer")} == {"0", "1"}


@pytest.mark.parametrize("training", [False, True])
def test_steps_of_a_plan_name_operators_and_layers(net, training):
    x = np.ones((2, 8))
    net.hybridize()
    for _ in range(2):
        with profiler.profile() as p, autograd.record(training):
            loss = net(x).sum()
            if training:
                loss.backward()
    steps = [event for event in p.events if event.kind == "step" and not event.backward]
    assert {step.layer for step in steps} >= {"0", "1"}
    assert any("fully_connected" in step.name or "matmul" in step.name for step in steps)
    assert any(step.flops >= 2 * 2 * 8 * 16 for step in steps)
    plans = [event for event in p.events if event.kind == "plan"]
    assert plans
    assert all(Path(plan.line.rpartition(":")[0]).name == HERE for plan in plans)


def test_a_fused_region_is_named_by_its_operators():
    @weft.hybridize
    def f(x):
        return np.tanh(x * 2) + np.exp(x)

    x = np.ones((100, 100))
    f(x)
    with profiler.profile() as p:
        f(x)
    (name,) = names_of(p, "step")
    kind, *operators = name.split("+")
    assert kind == "fused"
    assert sorted(operators) == ["add", "exp", "multiply", "tanh"]


def test_a_loop_has_the_steps_of_its_body_inside():
    @weft.hybridize
    def f(x):
        return npx.foreach(lambda row, sum_: (sum_, np.tanh(sum_ + row)), x, x[0])[1]

    x = np.ones((5, 3))
    f(x)
    with profiler.profile() as p:
        f(x)
    (loop,) = [event for event in p.events if event.name == "loop"]
    bodies = [event for event in p.events if event.kind == "plan"][1:]
    assert len(bodies) == 5
    assert loop.own < loop.duration
    assert loop.flops == 0


def test_the_backward_pass_is_told_apart():
    x = np.ones((4, 4))
    x.attach_grad()
    with profiler.profile() as p:
        with autograd.record():
            y = np.sin(x).sum()
        y.backward()
    names = {event.name: event.backward for event in p.events if event.kind != "backward"}
    assert names["sin"] is False
    assert names["cos"] is True
    assert "backward" in names_of(p, "backward")


def test_the_backward_pass_of_a_plan_keeps_the_layers_of_the_forward(net):
    x = np.ones((2, 8))
    net.hybridize()
    for _ in range(2):
        with profiler.profile() as p:
            with autograd.record():
                loss = net(x).sum()
            loss.backward()
    assert {event.layer for event in p.events if event.kind == "step" and event.backward} >= {
        "0",
        "1",
    }


def test_times_add_up_to_at_most_the_wall_time(net):
    x = np.ones((2, 8))
    with profiler.profile() as p:
        for _ in range(20):
            with autograd.record():
                loss = (net(x) ** 2).sum()
            loss.backward()
    threads = {event.thread for event in p.events}
    for thread in threads:
        own = sum(event.own for event in p.events if event.thread == thread)
        assert 0 < own <= p.wall
    assert all(event.own >= 0 and event.begin >= 0 for event in p.events)
    rows = p.rows(by="operator")
    assert sum(row.share for row in rows) == pytest.approx(1)
    computing = [event for event in p.events if event.kind in ("operator", "step")]
    assert sum(row.calls for row in rows) == len(computing)
    for by in ("layer", "line"):
        assert sum(row.time for row in p.rows(by=by)) == pytest.approx(sum(r.time for r in rows))


def test_queued_work_is_on_the_engines_threads_with_the_callers_line():
    before = engine.policy()
    engine.set_policy("async")
    try:
        x = np.ones((64, 64))
        with profiler.profile() as p:
            np.matmul(x, x)
    finally:
        engine.set_policy(before)
    (product,) = [event for event in p.events if event.name == "matmul"]
    assert product.thread.startswith("engine ")
    assert Path(product.line.rpartition(":")[0]).name == HERE


def test_nothing_is_noted_outside_of_a_profile():
    with profiler.profile() as p:
        pass
    np.ones(3) + 1
    assert p.events == []
    with profiler.profile() as p:
        np.ones(3) + 2
    assert "add" in names_of(p, "operator")
    assert len(p.events) == len(names_of(p, "operator"))


def test_results_are_the_same_bits_while_a_profile_is_taken(net):
    x = np.array(numpy.random.default_rng(0).standard_normal((2, 8)).astype("float32"))
    wanted = net(x).asnumpy()
    with profiler.profile():
        numpy.testing.assert_array_equal(net(x).asnumpy(), wanted)
        net.hybridize()
        planned = net(x).asnumpy()
    numpy.testing.assert_array_equal(net(x).asnumpy(), planned)


def test_one_profile_is_taken_at_a_time():
    with profiler.profile(), pytest.raises(RuntimeError, match="taken already"):
        profiler.profile().start()
    with pytest.raises(RuntimeError, match="has not begun"):
        profiler.profile().stop()


def test_a_profile_ends_where_the_block_raises():
    with pytest.raises(ZeroDivisionError), profiler.profile() as p:
        np.ones(3) * 2
        raise ZeroDivisionError
    assert "multiply" in names_of(p, "operator")
    with profiler.profile():
        pass


def test_a_trace_is_json_whose_spans_nest(net, tmp_path):
    x = np.ones((2, 8))
    net.hybridize()
    with profiler.profile() as p:
        with autograd.record():
            loss = net(x).sum()
        loss.backward()
    p.trace(tmp_path / "trace.json")
    written = json.loads((tmp_path / "trace.json").read_text("utf-8"))["traceEvents"]
    spans = [event for event in written if event["ph"] == "X"]
    assert len(spans) == len(p.events)
    assert next(e["args"]["name"] for e in written if e["ph"] == "M").startswith("Python thread")
    assert any(event["ph"] == "C" and event["args"]["bytes"] > 0 for event in written)
    by_track = {}
    for span in spans:
        by_track.setdefault(span["tid"], []).append((span["ts"], span["ts"] + span["dur"]))
    rounding = 0.002  # µs
    for track in by_track.values():
        for i, (begin, end) in enumerate(track):
            for other, last in track[i + 1 :]:
                inside = begin - rounding <= other and last <= end + rounding
                assert inside or other >= end - rounding
    assert any(
        outer["cat"] == "plan" and step["cat"] == "step" and outer["ts"] <= step["ts"]
        for outer in spans
        for step in spans
    )


# kind, thread, name, origin, begin, end, read, written, flops, live
MADE = [
    (3, 0, "backward", "a.py:1", 0, 1000, 0, 0, 0, 7),
    (2, 0, "plan", "", 100, 900, 0, 0, 0, -1),
    (1, 0, "matmul", "", 100, 500, 60, 40, 200, -1),
    (1, 0, "add", "b.py:2 in layer `body.0` (Dense)", 500, 800, 10, 10, 10, -1),
    (0, 1, "add", "c.py:3 in Dense", 0, 200, 10, 10, 10, 9),
]


@pytest.fixture
def made():
    p = profiler.profile()
    p.events = nested(MADE, ["caller", "engine"], 0)
    p.wall = 2e-6
    return p


def test_what_is_inside_counts_once_and_inherits(made):
    found = {(event.name, event.thread): event for event in made.events}
    backward, plan = found["backward", "caller 0"], found["plan", "caller 0"]
    assert (backward.own, plan.own) == pytest.approx((200e-9, 100e-9))
    assert (found["matmul", "caller 0"].line, found["matmul", "caller 0"].layer) == ("a.py:1", "")
    step = found["add", "caller 0"]
    assert (step.line, step.layer, step.backward) == ("b.py:2", "body.0", True)
    queued = found["add", "engine 1"]
    assert (queued.layer, queued.backward, queued.live) == ("Dense", False, 9)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("time", ["add", "matmul"]),
        ("calls", ["add", "matmul"]),
        ("flops", ["matmul", "add"]),
        ("bytes", ["matmul", "add"]),
        ("name", ["add", "matmul"]),
    ],
)
def test_rows_are_sorted_and_cut(made, sort, names):
    assert [row.name for row in made.rows(sort=sort)] == names
    assert [row.name for row in made.rows(sort=sort, top=1)] == names[:1]


def test_a_row_has_rates_and_a_share_of_the_machine(made):
    add, matmul = made.rows(machine=Machine(flops=1e9, bandwidth=1e9))
    assert (add.calls, matmul.calls) == (2, 1)
    assert add.time == pytest.approx(500e-9)
    assert matmul.bandwidth == pytest.approx(100 / 400e-9)
    assert matmul.speed == pytest.approx(200 / 400e-9)
    assert matmul.ceiling == pytest.approx(200 / 400)  # 200 operations take longer than 100 bytes
    assert add.ceiling == pytest.approx(2 * 20 / 500)


@pytest.mark.parametrize("by", ["operator", "layer", "line"])
@pytest.mark.parametrize("top", [None, 2])
def test_the_rows_of_a_table_are_all_of_the_time(by, top):
    net = nn.HybridSequential(nn.Dense(64, activation="relu"), nn.Dense(4))
    net.initialize()
    net.hybridize()
    x = np.ones((32, 16))
    net(x).wait_to_read()
    with profiler.profile() as p:
        for _ in range(5):
            with autograd.record():
                loss = net(x).sum()
            loss.backward()
            with profiler.span("of its own"):
                sum(range(10_000))
    rows = rows_of(p.events, by, "time", None, None)
    every = with_rest(rows, rest_of(p.events, p.wall), top)
    shown = p.text(by, top=top).splitlines()[1:]
    assert [line.split("  ")[0] for line in shown][-2:] == ["(between steps)", "(the program)"]
    if top is None:
        assert sum(row.share for row in every) == pytest.approx(1)
        assert sum(row.time for row in every) == pytest.approx(p.wall, rel=1e-6)


def test_a_table_prints_rows_and_what_they_are_of_the_whole(made, capsys):
    made.table(by="layer", machine=Machine(flops=1e9, bandwidth=1e9))
    head, *rows, last = capsys.readouterr().out.splitlines()
    assert head.split() == ["layer", "time", "share", "calls", "GB/s", "GFLOP/s", "of", "machine"]
    assert [row.split("  ")[0] for row in rows] == [
        *("(no layer)", "body.0", "Dense", "(between steps)", "(the program)")
    ]
    assert last == "2.000 µs in all; operators took 0.900 µs (45%); at most 0.0 MiB in use"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"by": "module"}, "`by` must be one of operator, layer, line, thread; got 'module'"),
        ({"sort": "size"}, "`sort` must be one of time, calls, bytes, flops, name; got 'size'"),
        ({"top": 0}, "`top` must be at least 1; got 0"),
    ],
)
def test_unknown_options_of_a_table_are_refused(made, options, text):
    with pytest.raises(ValueError, match=text):
        made.rows(**options)


# ---- the commands --------------------------------------------------------------------------------


def command(*args, cwd):
    line = [sys.executable, "-m", "weft", *map(str, args)]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_command_profiles_a_program_and_ends_as_it_does(tmp_path):
    (tmp_path / "mine.py").write_text("def double(x):\n    return x * 2\n")
    (tmp_path / "program.py").write_text(
        "import sys\nfrom mine import double\nfrom weft import np\n"
        "double(np.ones(10))\nprint(sys.argv[1:])\nsys.exit(3)\n"
    )
    done = command("profile", "--by", "line", "--trace", "t.json", "program.py", "-x", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("['-x']\n")
    assert "mine.py:2" in done.stdout
    assert "of machine" in done.stdout
    trace = json.loads((tmp_path / "t.json").read_text())
    assert any(event["name"] == "multiply" for event in trace["traceEvents"])


def test_the_command_tells_what_the_program_raised(tmp_path):
    (tmp_path / "program.py").write_text("from weft import np\nnp.ones(3) + 1\n1 / 0\n")
    done = command("profile", "program.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "add" in done.stdout
    missing = command("profile", "other.py", cwd=tmp_path)
    assert missing.returncode == 1
    assert missing.stderr == "weft: profile: there is no program `other.py`\n"


def test_the_command_times_a_file_with_a_table_of_its_operators(net, tmp_path):
    weft.export(tmp_path / "net.weft", forward=(net, np.ones((2, 8))))
    done = command("benchmark", "net.weft", "--runs", 20, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, head, *rows = done.stdout.splitlines()
    assert first.startswith("forward: minimum ")
    assert "of 20 runs" in first
    assert head.startswith("operator")
    assert rows
    shape = command("benchmark", "net.weft", "--shape", "nobody=1,2", cwd=tmp_path)
    assert shape.returncode == 1
    assert "`--shape` names no input; got nobody" in shape.stderr
