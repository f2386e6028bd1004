"""Files written in the background: contents of the call, order, errors, the end of the process."""

import os
import re
import resource
import signal
import subprocess
import sys

import numpy
import pytest
from weft import autograd, engine, gluon, np, npx
from weft.gluon import nn


@pytest.fixture
def policy():
    before = engine.policy()
    yield engine.set_policy
    engine.set_policy(before)


def trained(net, trainer, x):
    with autograd.record():
        loss = (net(x) ** 2).mean()
    loss.backward()
    trainer.step(1)


@pytest.mark.parametrize("name", ["inline", "async", "serial"])
@pytest.mark.parametrize("hybrid", [False, True])
def test_training_goes_on_while_files_have_the_values_of_the_call(tmp_path, policy, name, hybrid):
    policy(name)
    net = nn.HybridSequential(nn.Dense(64, activation="relu"), nn.BatchNorm(), nn.Dense(3))
    net.initialize()
    x = np.random.uniform(size=(8, 32))
    net(x)
    net.hybridize(hybrid)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5, "momentum": 0.9})
    writes, wanted = [], []
    for step in range(6):
        trained(net, trainer, x)
        writes.append(net.save_parameters(tmp_path / f"{step}", background=True))
        wanted.append({key: p.data().asnumpy() for key, p in net.collect_params().items()})
        with autograd.pause():
            for parameter in net.collect_params().values():
                parameter.data()[:] = parameter.data() * 0.5
    for step, write in enumerate(writes):
        write.wait()
        found = npx.load(tmp_path / f"{step}")
        assert set(found) == set(wanted[step])
        for key, array in found.items():
            numpy.testing.assert_array_equal(array.asnumpy(), wanted[step][key])


def test_states_of_the_trainer(tmp_path):
    net = nn.Dense(4)
    net.initialize()
    x = np.ones((2, 3))
    trainer = gluon.Trainer(net.collect_params(), "adam")
    trained(net, trainer, x)
    trainer.save_states(tmp_path / "plain")
    write = trainer.save_states(tmp_path / "background", background=True)
    trained(net, trainer, x)
    write.wait()
    assert (tmp_path / "background").read_bytes() == (tmp_path / "plain").read_bytes()


def test_views_shared_memory_and_pending_work(tmp_path):
    base = np.arange(12).reshape(3, 4)
    ours = numpy.arange(4.0)
    shared = np.from_dlpack(ours)
    with engine.deferred():
        product = np.ones((300, 300)) @ np.ones((300, 300))
    arrays = {"view": base.T[1:], "shared": shared, "pending": product, "empty": np.ones((0, 2))}
    write = npx.save(tmp_path / "x", arrays, background=True)
    base[:] = -1
    ours[:] = -1
    with engine.deferred():
        product += 1
    write.wait()
    found = npx.load(tmp_path / "x")
    assert found["view"].tolist() == numpy.arange(12).reshape(3, 4).T[1:].tolist()
    assert found["shared"].tolist() == [0, 1, 2, 3]
    assert (found["pending"].asnumpy() == 300).all()
    assert found["empty"].shape == (0, 2)
    assert (product.asnumpy() == 301).all()


def test_files_are_written_in_the_order_of_the_calls(tmp_path):
    path = tmp_path / "x"
    x = np.zeros(50_000)
    for number in range(20):
        x[:] = number
        npx.save(path, {"x": x}, background=True)
    assert float(npx.load(path)["x"][0]) == 19  # loading waits
    npx.save(path, {"x": x + 1}, background=True)
    npx.save(path, {"x": x + 2})  # and so does writing here
    npx.waitall()
    assert float(npx.load(path)["x"][0]) == 21
    assert os.listdir(tmp_path) == ["x"]


def test_what_does_not_depend_on_the_disk_is_refused_at_the_call(tmp_path):
    with pytest.raises(ValueError, match="__metadata__"):
        npx.save(tmp_path / "x", {"__metadata__": np.ones(1)}, background=True)
    with pytest.raises(TypeError, match="`x` must be an array; got int"):
        npx.save(tmp_path / "x", {"x": 1}, background=True)
    assert not os.listdir(tmp_path)


def test_a_failure_is_raised_by_wait_and_load_and_later_writes_are_sound(tmp_path, policy):
    policy("inline")
    write = npx.save(tmp_path / "none" / "x", {"x": np.ones(3)}, background=True)
    line = sys._getframe().f_lineno - 1
    for _ in range(2):
        with pytest.raises(OSError, match="cannot be written") as error:
            write.wait()
        assert str(error.value).endswith(f"; pushed at {__file__}:{line}")
    npx.waitall()  # it has been seen
    npx.save(tmp_path / "x", {"x": np.ones(3)}, background=True).wait()
    assert npx.load(tmp_path / "x")["x"].tolist() == [1, 1, 1]


def test_waitall_raises_a_failure_that_nobody_has_seen(tmp_path, policy):
    policy("inline")
    npx.save(tmp_path / "none" / "x", {"x": np.ones(3)}, background=True)
    with pytest.raises(OSError, match=re.escape(str(tmp_path))):
        npx.waitall()
    npx.waitall()


def test_under_the_serial_policy_the_call_raises(tmp_path, policy):
    policy("serial")
    with pytest.raises(OSError, match="cannot be written"):
        npx.save(tmp_path / "none" / "x", {"x": np.ones(3)}, background=True)
    npx.waitall()


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, policy):
    policy("inline")
    path = tmp_path / "x"
    npx.save(path, {"x": np.arange(5)})
    old = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, limits[1]))
    try:
        write = npx.save(path, {"x": np.ones(1 << 18)}, background=True)
        with pytest.raises(OSError, match="a file that was there before is unchanged"):
            write.wait()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["x"]


KILLED = """
import os, resource, signal, sys
from weft import np, npx

path, last = sys.argv[1], int(sys.argv[2])
npx.save(path, {"x": np.arange(50_000)})
for limit in range(0, last, 7919):
    child = os.fork()
    if child == 0:  # the kernel ends it when its file has so many bytes
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        npx.save(path, {"x": np.zeros(50_000)})
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGXFSZ
    assert (npx.load(path)["x"] == np.arange(50_000)).all(), limit
"""


def has_files_without_names(folder):
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        return False
    return True


def test_a_process_killed_at_any_byte_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x"
    npx.save(path, {"x": np.zeros(50_000)})
    last = str(path.stat().st_size)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), last], stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    if has_files_without_names(tmp_path):
        assert os.listdir(tmp_path) == ["x"]


@pytest.mark.parametrize("name", ["inline", "async", "serial"])
def test_pending_writes_are_finished_at_exit(tmp_path, name):
    text = """
import sys
from weft import np, npx
for i in range(8):
    npx.save(f"{sys.argv[1]}/{i}", {"x": np.full((300_000,), i)}, background=True)
"""
    done = subprocess.run(
        [sys.executable, "-c", text, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "WEFT_ENGINE": name},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(os.listdir(tmp_path)) == [str(i) for i in range(8)]
    for i in range(8):
        assert (npx.load(tmp_path / f"{i}")["x"].asnumpy() == i).all()
