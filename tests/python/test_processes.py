"""Threads and processes beside busy threads: the end of the program, forks, sub-interpreters, and
files that a run which was killed has left."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy
import pytest
import weft
from weft import np, npx, sym

HANGS = 120  # seconds: far more than any of these takes


def run(code, *args, folder=None):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, args)],
        capture_output=True,
        text=True,
        timeout=HANGS,
        cwd=folder,
        check=False,
    )


BUSY = """
import sys, threading, weft
from weft import autograd, np

count, kind = int(sys.argv[1]), sys.argv[2]
x = np.ones((200, 200))
planned = weft.hybridize(lambda v: (v @ v).sum(axis=0))
started = threading.Barrier(count + 1)

def backward():
    w = np.ones((64, 64))
    w.attach_grad()
    with autograd.record():
        loss = (w @ w).sum()
    loss.backward()

once = {
    "operators": lambda: (x @ x).sum(),
    "plans": lambda: planned(x),
    "values": lambda: (x * 2).sum().item(),
    "backward": backward,
}[kind]

def work():
    once()
    started.wait()
    while True:
        once()

for _ in range(count):
    threading.Thread(target=work, daemon=True).start()
started.wait()
"""


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("kind", ["operators", "plans", "values", "backward"])
def test_a_program_ends_beside_computing_daemon_threads(kind, count):
    done = run(BUSY + "\nprint('end')", count, kind)
    assert (done.returncode, done.stdout, done.stderr) == (0, "end\n", "")


@pytest.mark.parametrize("kind", ["operators", "plans"])
def test_a_fork_beside_busy_threads_does_not_wait_for_them(kind):
    code = """
    import os
    child = os.fork()
    if child == 0:
        y = np.full((300, 300), 2.0) @ np.ones((300, 300))
        os._exit(0 if y.sum().item() == 2 * 300**3 else 3)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    done = run(BUSY + textwrap.dedent(code), 4, kind)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


def test_waiting_for_everything_is_not_held_up_by_what_comes_later():
    code = """
    from weft import engine, npx
    with engine.deferred():
        y = x @ x
    for _ in range(20):
        npx.waitall()
    print(y[0, 0].item())
    """
    done = run(BUSY + textwrap.dedent(code), 4, "operators")
    assert (done.returncode, done.stdout) == (0, "200.0\n"), done.stderr


def test_a_sub_interpreter_is_refused():
    code = """
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    script = '''
    import weft
    try:
        weft.np
    except ImportError as error:
        print(error, flush=True)
    '''
    import textwrap
    number = interpreters.create()
    failed = interpreters.run_string(number, textwrap.dedent(script))
    if failed is not None:
        print(failed)
    """
    done = run(code)
    if "numpy" in done.stdout + done.stderr and "sub-interpreter" not in done.stdout:
        pytest.skip("NumPy itself cannot be imported there")
    assert "cannot be imported in a sub-interpreter" in done.stdout, done.stderr


class DiesAtSeven(weft.gluon.data.Dataset):
    def __len__(self):
        return 30

    def __getitem__(self, index):
        if index == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return float(index)


def test_a_killed_worker_is_blamed_on_the_sample_that_it_was_at():
    """Batches that it had made before lie in the connection, so it is further than what is read."""
    batches = iter(weft.gluon.data.DataLoader(DiesAtSeven(), 3, num_workers=1, prefetch=4))
    assert next(batches).tolist() == [0, 1, 2]
    for worker in multiprocessing.active_children():
        worker.join(HANGS)
    text = r"asked for batch 2, was ended by SIGKILL at sample 7;"
    with pytest.raises(RuntimeError, match=text):
        list(batches)


# ---- files


def test_names_that_a_killed_run_has_left_are_passed_over(tmp_path):
    """Of a process with this one's number, as every run in a container has."""
    path = tmp_path / "a.safetensors"
    left = [Path(f"{path}.tmp-{os.getpid()}-{number}") for number in range(4000)]
    for name in left:
        name.write_text("left", "utf-8")
    for value in (1.0, 2.0):
        npx.save(path, {"x": np.full((2,), value)})
        assert npx.load(path)["x"].tolist() == [value] * 2
    assert all(name.read_text("utf-8") == "left" for name in left)


def test_planted_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("mine", "utf-8")
    path = tmp_path / "net.json"
    for name in (f"{path}.{os.getpid()}.tmp", *(f"{path}.tmp-{os.getpid()}-{i}" for i in range(9))):
        os.symlink(secret, name)
    symbol = sym.var("x") * 2
    symbol.save(path)
    npx.save(tmp_path / "net.json.other", {"x": np.ones(1)})
    assert secret.read_text("utf-8") == "mine"
    assert sym.load(path).tojson() == symbol.tojson()
    assert not path.is_symlink()


@pytest.mark.parametrize("options", [{"plan": True}, {"pack": True}, {"plan": True, "pack": True}])
@pytest.mark.parametrize("failing", ["save_plans", "pack_model"])
def test_an_export_in_several_steps_replaces_the_file_in_one(
    tmp_path, monkeypatch, options, failing
):
    net = weft.gluon.nn.Dense(2, in_units=3)
    net.initialize()
    x = np.array(numpy.ones((1, 3), "float32"))
    path = tmp_path / "net.weft"
    path.write_bytes(b"before")
    if not options.get({"save_plans": "plan", "pack_model": "pack"}[failing]):
        net.export(path, x, **options)
        assert weft.runtime.Model(path).entries == ["forward"]
        assert os.listdir(tmp_path) == ["net.weft"]
        return

    def full(where):
        raise weft._base.errors.FileFailure(
            f"save: `{where}` cannot be written: No space left on device"
        )

    monkeypatch.setattr(weft._core.native, failing, full)
    with pytest.raises(OSError, match=rf"save: `{path}` cannot be written: No space"):
        net.export(path, x, **options)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["net.weft"]


def test_an_export_to_no_folder_says_so(tmp_path):
    net = weft.gluon.nn.Dense(2, in_units=3)
    net.initialize()
    path = tmp_path / "none" / "net.weft"
    for options in ({}, {"plan": True}):
        with pytest.raises(OSError, match=rf"`{path}` cannot be written: No such file"):
            net.export(path, np.ones((1, 3)), **options)


# ---- indices and long graphs


TAKERS = {
    "take": lambda x, i: np.take(x, i),
    "take rows": lambda x, i: np.take(x.reshape(4, 1), i, axis=0),
    "index": lambda x, i: x[i],
    "along": lambda x, i: np.take_along_axis(x, i, 0),
    "embedding": lambda x, i: npx.embedding(i, x.reshape(4, 1)),
    "pick": lambda x, i: npx.pick(np.stack([x] * i.size), i),
    "gather_nd": lambda x, i: npx.gather_nd(x, i.reshape(1, -1)),
}


@pytest.mark.parametrize("way", ["eager", "hybridized"])
@pytest.mark.parametrize("name", TAKERS)
def test_numbers_beyond_int64_are_outside_and_not_negative(name, way):
    x = np.array([1.0, 2.0, 3.0, 4.0])
    taker = TAKERS[name] if way == "eager" else weft.hybridize(TAKERS[name])
    inside = np.array(numpy.array([0, 3], "uint64"))
    assert taker(x, inside).reshape(-1).tolist() == [1, 4]
    for outside in (2**64 - 1, 2**63, 2**64 - 4):
        with pytest.raises(IndexError):
            taker(x, np.array(numpy.array([0, outside], "uint64")))


def test_one_hot_has_no_place_for_numbers_beyond_int64():
    numbers = np.array(numpy.array([1, 2**64 - 1, 2**63], "uint64"))
    assert npx.one_hot(numbers, 3).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_the_gradient_of_a_long_chain_is_planned_in_bounded_memory():
    """10,000 steps: with all pairs of arrays that are alive together it would take gigabytes."""
    steps = 10_000

    @weft.hybridize
    def chain(x):
        for _ in range(steps):
            x = np.tanh(x * 1.0001 + 0.1)
        return x.sum()

    start = numpy.linspace(-1, 1, 3).astype("float32")
    x = np.array(start)
    x.attach_grad()
    with weft.autograd.record():
        loss = chain(x)
    loss.backward()
    with weft.autograd.record():
        y = x
        for _ in range(steps):
            y = np.tanh(y * 1.0001 + 0.1)
        total = y.sum()
    wanted = weft.autograd.grad(total, [x])[0]
    assert loss.item() == total.item()
    numpy.testing.assert_array_equal(x.grad.asnumpy(), wanted.asnumpy())
