"""Deferred work: what it computes, how its errors are told, and that it really goes on beside."""

import os
import subprocess
import sys
import threading

import numpy
import pytest
import weft
from outside_operators import library_path
from weft import autograd, engine, np, npx


@pytest.fixture
def policy():
    before = engine.policy()
    yield engine.set_policy
    engine.set_policy(before)


def program(x, w):
    """Operators of every kind of call: elementwise, views, writes, reductions, products."""
    y = np.tanh(x @ w) + 1
    y[1:3] = y[0:2] * 2
    y[0] = 3
    z = y.T
    z += 1
    return (y / y.sum(axis=1, keepdims=True)).max(axis=0)


def values():
    random = numpy.random.default_rng(3)
    return (
        np.array(random.normal(size=(5, 4)).astype("float32")),
        np.array(random.normal(size=(4, 6)).astype("float32")),
    )


def test_deferred_work_equals_work_at_once():
    x, w = values()
    wanted = program(x, w).asnumpy()
    queued = engine.stats()["queued"]
    with engine.deferred():
        found = program(x, w)
    assert engine.policy() == "serial" or engine.stats()["queued"] >= queued + 5
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)


@pytest.mark.parametrize("name", ["inline", "async", "serial"])
def test_gradients_under_every_policy(policy, name):
    x, w = values()
    policy(name)
    assert engine.policy() == name
    w.attach_grad()
    with autograd.record():
        loss = np.tanh(x @ w).sum()
    loss.backward()
    t = numpy.tanh(x.asnumpy() @ w.asnumpy())
    numpy.testing.assert_allclose(w.grad.asnumpy(), x.asnumpy().T @ (1 - t * t), rtol=1e-5)


def test_scopes_nest_and_end():
    before = weft._core.native.modes()
    with engine.deferred():
        with engine.deferred(), autograd.record():
            pass
        assert weft._core.native.modes() & weft._core.native.DEFERRING
    again = engine.deferred()
    with again, again:
        pass
    assert weft._core.native.modes() == before


def test_an_error_names_operator_and_line(policy):
    policy("inline")
    a = np.ones((2, 3))
    bad = np.array([0, 9])
    with engine.deferred():
        picked = npx.pick(a, bad)
        line = sys._getframe().f_lineno - 1
        after = picked + 1
    for _ in range(2):  # the content stays what it is
        with pytest.raises(IndexError, match="pick: `index`") as error:
            after.asnumpy()
        assert str(error.value).endswith(f"pushed at {__file__}:{line}")
    # It has been seen, and an overwrite makes the array sound again.
    npx.waitall()
    picked[:] = 4
    assert picked.asnumpy().tolist() == [4, 4]


def test_waitall_raises_what_nobody_has_seen(policy):
    policy("inline")
    with engine.deferred():
        npx.pick(np.ones((2, 3)), np.array([0, 9]))
    with pytest.raises(IndexError, match="pick"):
        npx.waitall()
    npx.waitall()


def test_shapes_are_checked_at_the_call():
    with engine.deferred(), pytest.raises(ValueError, match="add"):
        np.ones((2,)) + np.ones((3,))


def test_python_goes_on_while_work_runs(policy):
    """The product is queued and returns; a thread of Python waits for it without the GIL."""
    policy("inline")
    a = np.ones((700, 700))
    with engine.deferred():
        chain = a
        for _ in range(20):
            chain = chain @ a / 700
    waited = threading.Event()
    reader = threading.Thread(target=lambda: (chain.wait_to_read(), waited.set()))
    reader.start()
    steps = 0
    while not waited.is_set():
        steps += 1
    reader.join()
    assert steps > 0
    numpy.testing.assert_allclose(chain.asnumpy(), 1, rtol=1e-5)


def run_python(text, **environment):
    return subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize("name", ["inline", "async", "serial"])
def test_a_fork_and_the_end_of_the_process_drain(name):
    text = """
import os
from weft import engine, np
a = np.ones((300, 300))
with engine.deferred():
    b = a @ a
child = os.fork()
with engine.deferred():
    c = b @ a
value = c.asnumpy()[0, 0]
if child == 0:
    os._exit(0 if value == 90000 else 1)
_, status = os.waitpid(child, 0)
with engine.deferred():
    d = c @ a  # pending at exit
print(value, os.waitstatus_to_exitcode(status), engine.policy())
"""
    done = run_python(text, WEFT_ENGINE=name)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["90000.0", "0", name]


def test_an_error_that_nobody_waited_for_is_told_at_exit():
    done = run_python(
        "from weft import engine, np, npx\n"
        "with engine.deferred():\n"
        "    npx.pick(np.ones((2, 3)), np.array([0, 9]))\n",
        WEFT_ENGINE="inline",
    )
    assert done.returncode == 0
    assert "nobody waited for" in done.stderr
    assert "pick: `index`" in done.stderr


def test_an_unknown_policy_is_refused(policy):
    with pytest.raises(ValueError, match="must be inline, serial or async; got later"):
        policy("later")
    done = run_python("from weft import engine; print(engine.policy())", WEFT_ENGINE="later")
    assert done.stdout.strip() == "inline"
    assert "WEFT_ENGINE: engine: `policy`" in done.stderr


# Whoever interrupts gets the interpreter's lock where the call lets go of it, so inside the call,
# and nowhere else: nobody is asked for the lock within an hour. Nothing here comes to an end
# unless it is interrupted.
INTERRUPTED = """
import _thread, os, signal, sys, threading
import weft
from weft import np, npx

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
sys.setswitchinterval(3600)
npx.set_num_threads({threads})
weft.library.load({library!r})
readable, writable = os.pipe()
a = np.ones((100, 100)) / 100


@weft.hybridize
def loop(x, count):
    return npx.while_loop(
        lambda i, x: i < count, lambda i, x: (None, (i + 1, x @ a)), (count * 0, x), 10**12
    )


def plan():
    loop(a, np.array(10**12))


def wait():
    with weft.engine.deferred():
        x = npx.outside_gate(a, descriptor=readable)
    x.wait_to_read()


def wait_inside():
    with weft.engine.deferred():
        x = npx.outside_gate(a, descriptor=readable)
    x @ a


def interrupt():
    begun.acquire()
    _thread.interrupt_main()


loop(a, np.array(2))  # trace and plan
begun = threading.Lock()
begun.acquire()
threading.Thread(target=interrupt).start()
begun.release()
try:
    {work}()
except KeyboardInterrupt:
    print("interrupted")
os.write(writable, b"x")
npx.waitall()
print(float((a @ np.ones(100)).mean()))
"""


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("work", ["plan", "wait", "wait_inside"])
def test_ctrl_c_ends_a_long_call(work, threads):
    library = str(library_path("libgate"))
    text = INTERRUPTED.format(work=work, threads=threads, library=library)
    done = run_python(text, WEFT_ENGINE="inline")
    assert done.returncode == 0, done.stderr
    told, mean = done.stdout.splitlines()
    assert told == "interrupted"
    assert float(mean) == pytest.approx(1, rel=1e-4)
