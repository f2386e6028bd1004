"""Devices: arrays elsewhere, computed behind the program by the tests' own device."""

import ast
import os
import pickle
import subprocess
import sys
import textwrap

import numpy
import pytest
import weft
from weft import Device, autograd, engine, gluon, np, npx
from weft.device import cpu, current, devices


@pytest.fixture
def fake(fakes):
    return fakes[0]


def run_elsewhere(program, **environment):
    """A program in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environment},
    )


# ---- names


def test_devices_are_found_by_kind_and_number(fakes):
    assert [str(device) for device in fakes] == ["fake:0", "fake:1"]
    assert Device("fake") == Device("fake", 0) == "fake:0" != Device("fake", 1)
    assert (fakes[1].kind, fakes[1].index) == ("fake", 1)
    assert set(devices()) == {cpu(), *fakes}
    assert pickle.loads(pickle.dumps(fakes[1])) == fakes[1]


def test_an_unknown_device_is_an_error_that_names_those_there_are(fakes):
    with pytest.raises(LookupError, match="no device `cuda:3`; there are cpu, fake:0, fake:1"):
        Device("cuda", 3)
    with pytest.raises(LookupError, match="no device `fake:2`"):
        np.zeros(3, device="fake:2")


def test_context_says_where_new_arrays_go(fakes):
    before = current()
    with fakes[0]:
        assert np.zeros(3).device == fakes[0]
        with fakes[1]:
            assert np.array([1, 2]).device == np.random.normal(size=2).device == fakes[1]
        assert np.arange(3).device == fakes[0]
    assert np.zeros(3).device == current() == before


CREATIONS = {
    "array": lambda device: np.array([1.0, 2.0], device=device),
    "asarray": lambda device: np.asarray(numpy.ones(3, "float32"), device=device),
    "asarray of an array": lambda device: np.asarray(np.ones(3, device="cpu"), device=device),
    "full": lambda device: np.full((2, 2), 300, device=device),
    "zeros": lambda device: np.zeros(3, device=device),
    "ones": lambda device: np.ones(3, device=device),
    "empty": lambda device: np.empty(3, device=device),
    "zeros_like": lambda device: np.zeros_like(np.ones(3), device=device),
    "full_like": lambda device: np.full_like(np.ones(3), 2, device=device),
    "arange": lambda device: np.arange(5, device=device),
    "linspace": lambda device: np.linspace(0, 1, 5, device=device),
    "eye": lambda device: np.eye(3, device=device),
}


@pytest.mark.parametrize("make", CREATIONS.values(), ids=CREATIONS)
def test_creation_on_a_device_equals_creation_here(make, fake):
    there, here = make(fake), make("cpu")
    assert (there.device, here.device) == (fake, cpu())
    numpy.testing.assert_array_equal(there.asnumpy(), here.asnumpy())


def test_what_is_like_an_array_is_where_it_is(fake):
    x = np.ones((2, 3), device=fake)
    for made in (np.zeros_like(x), np.ones_like(x), x * 2, x.copy(), x[0], x.T, x.astype("int32")):
        assert made.device == fake


# ---- moving


@pytest.mark.parametrize("view", [lambda x: x, lambda x: x[::-1, 1:].T, lambda x: x[:0]])
def test_arrays_keep_their_elements_on_the_way(view, fakes):
    here = np.arange(12.0, device="cpu").reshape(3, 4)
    there = view(here).to_device(fakes[0])
    beyond = view(here.to_device("fake:0")).to_device(fakes[1])
    for array in (there, beyond, beyond.to_device("cpu")):
        numpy.testing.assert_array_equal(array.asnumpy(), view(here).asnumpy())
    assert (there.device, beyond.device) == tuple(fakes)


def test_an_array_that_is_there_is_itself(fake):
    x = np.ones(3, device=fake)
    assert x.to_device(fake) is x
    assert x.to_device("fake") is x


def test_gradients_flow_back_over_devices(fakes):
    x = np.array([1.0, 2.0, 3.0], device="cpu")
    x.attach_grad()
    with autograd.record():
        y = (x * x).to_device(fakes[0])
        z = (y * x.to_device(fakes[0])).to_device(fakes[1]).sum()
    z.backward()
    assert x.grad.device == cpu()
    numpy.testing.assert_allclose(x.grad.asnumpy(), 3 * x.asnumpy() ** 2)


def test_a_second_gradient_flows_back_over_devices(fake):
    x = np.array([1.0, 2.0], device="cpu")
    x.attach_grad()
    with autograd.record():
        head = (x.to_device(fake) ** 3).sum()
        first = autograd.grad(head, [x], create_graph=True)[0]
        again = first.sum()
    numpy.testing.assert_allclose(autograd.grad(again, [x])[0].asnumpy(), 6 * x.asnumpy())


@pytest.mark.parametrize("hybridized", [False, True])
def test_checkpoints_run_again_there(fake, hybridized):
    def function(x):
        return npx.checkpoint(lambda x: np.tanh(x) * x, x * 2)

    function = weft.hybridize(function) if hybridized else function
    found = []
    for device in (cpu(), fake):
        x = np.array([1.0, -2.0, 3.0], device=device)
        x.attach_grad()
        with autograd.record():
            y = function(x)
        y.backward()
        assert x.grad.device == device
        found.append(x.grad.asnumpy())
    numpy.testing.assert_array_equal(*found)


# ---- what reads and writes


def test_everything_that_reads_finds_the_elements(fake):
    x = np.array([[1.5, 2.5], [3.5, 4.5]], device=fake)
    want = numpy.array([[1.5, 2.5], [3.5, 4.5]], "float32")
    assert x.tolist() == want.tolist()
    assert (float(x[1, 1]), x[0, 1].item(), bool(x[0, 0] > 1)) == (4.5, 2.5, True)
    assert repr(x) == repr(np.array(want, device="cpu"))
    numpy.testing.assert_array_equal(numpy.asarray(x), want)
    numpy.testing.assert_array_equal(pickle.loads(pickle.dumps(x)).asnumpy(), want)
    numpy.testing.assert_array_equal([row.tolist() for row in x], want)


def test_writes_reach_the_device_and_its_views(fakes):
    x = np.zeros((3, 4), device=fakes[0])
    row = x[1]
    x[:, 1] = 5
    x[2, ::2] = np.array([7, 8], dtype="int64", device=fakes[0])
    row[3] = np.array(9.0, device="cpu")
    x[0] = np.full(4, 2.0, device=fakes[1])
    want = [[2, 2, 2, 2], [0, 5, 0, 9], [7, 5, 8, 0]]
    assert x.tolist() == want
    assert row.tolist() == want[1]
    x[x > 6] = -1
    x[numpy.array([0, 1]), numpy.array([1, 1])] += 10
    assert x.tolist() == [[2, 12, 2, 2], [0, 15, 0, -1], [-1, 5, -1, 0]]


def test_a_write_while_the_tape_holds_the_content_copies_there(fake):
    x = np.array([1.0, 2.0, 3.0], device=fake)
    x.attach_grad()
    with autograd.record():
        y = (x * x).sum()
    x[0] = 100
    y.backward()
    assert x.grad.tolist() == [2, 4, 6]
    assert x.tolist() == [100, 2, 3]


def test_the_host_may_be_overwritten_after_a_move(fake):
    """The copy is made behind the program: writes wait for it."""
    for _ in range(20):
        here = np.ones(10_000, device="cpu")
        there = here.to_device(fake)
        here[:] = 7
        assert float(there.sum()) == 10_000


def test_results_are_ordered_with_what_the_program_does_here(fake):
    for number in range(20):
        x = np.full(5_000, number, "float32", device=fake)
        for _ in range(5):
            x = x + 1
        here = x.to_device("cpu")
        here += 1
        x[:] = 0
        assert here.tolist() == [number + 6.0] * 5_000


def test_files_take_arrays_from_devices(fake, tmp_path):
    x = np.arange(6.0, device=fake).reshape(2, 3)
    npx.save(tmp_path / "x.safetensors", {"x": x})
    assert npx.load(tmp_path / "x.safetensors")["x"].tolist() == x.tolist()


def test_memory_on_a_device_is_counted_and_given_back(fake):
    npx.waitall()
    before = fake.memory()["live"]
    x = np.zeros(1000, "float32", device=fake)
    assert fake.memory()["live"] == before + 4000
    assert fake.memory()["peak"] >= before + 4000
    del x
    npx.waitall()
    assert fake.memory()["live"] == before


# ---- errors


def test_arrays_on_two_devices_do_not_mix(fakes):
    with pytest.raises(
        ValueError, match=r"add: `x1` is on fake:0 and `x2` on fake:1; move one with to_device\(\)"
    ):
        np.ones(3, device=fakes[0]) + np.ones(3, device=fakes[1])
    with pytest.raises(ValueError, match="matmul: `x1` is on cpu and `x2` on fake:0"):
        np.ones((2, 2), device="cpu") @ np.ones((2, 2), device=fakes[0])


@pytest.mark.parametrize("make", [lambda f: f, weft.hybridize], ids=["eager", "hybridized"])
def test_gradients_on_another_device_are_refused(make, fake):
    square = make(lambda x: x * x)
    x = np.ones(3, device=fake)
    x.attach_grad()
    with autograd.record():
        y = square(x)
    with pytest.raises(ValueError, match="`head_grads` must be on the head's device fake:0"):
        y.backward(np.ones(3, device="cpu"))

    class Wrong(autograd.Function):
        def forward(self, x):
            return x * 2

        def backward(self, dy):
            return dy.to_device("cpu")

    with autograd.record():
        z = Wrong()(square(x))
    with pytest.raises(ValueError, match=r"fake:0.*cpu|cpu.*fake:0"):
        z.backward()


def test_single_elements_and_indices_follow(fake):
    x = np.arange(4.0, device=fake)
    assert (x * np.array(2.0, device="cpu")).tolist() == [0, 2, 4, 6]
    assert (np.array(2.0, device="cpu") * x).device == fake
    assert np.take(x, np.array([2, 0], device="cpu")).tolist() == [2, 0]


def test_memory_elsewhere_is_not_lent(fake):
    x = np.ones(3, device=fake)
    with pytest.raises(NotImplementedError, match=r'on fake:0; take a copy with to_device\("cpu"'):
        x.__dlpack__()
    with pytest.raises(NotImplementedError, match="on fake:0"):
        x.numpy()  # the same memory, by contract
    assert x.__dlpack_device__()[0] == 12  # kDLExtDev


def test_an_index_that_a_kernel_refuses_is_raised_where_it_is_read(fake):
    x = np.arange(4.0, device=fake)
    y = None
    with pytest.raises(IndexError, match=r"take.*9") as raised:
        y = np.take(x, np.array([9], device=fake), mode="raise") + 1
        y.asnumpy()
    assert y is not None or engine.policy() == "serial"  # which has each call wait for its work
    assert "test_devices.py" in str(raised.value)  # the line that asked for it
    assert x.tolist() == [0, 1, 2, 3]  # and the device goes on


# ---- what a device lacks

LACKING = """
    from weft import autograd, device, np, npx
    fake = device.load({plugin!r})[0]
    with fake:
        x = np.array([[1.0, 2.0], [3.0, 5.0]])
        x.attach_grad()
        with autograd.record():
            y = (npx.softmax(np.tanh(x)) * np.arange(4.0).reshape(2, 2)).sum()
        y.backward()
    print(y.item(), x.grad.tolist(), sep="|")
    print(fake.fallbacks())
"""


def test_what_a_device_lacks_is_computed_here_and_noted(build_dir):
    program = LACKING.format(plugin=str(build_dir / "weft_fake_device.so"))
    whole = run_elsewhere(program)
    some = run_elsewhere(program, WEFT_FAKE_LACKS="tanh,multiply")
    assert (whole.returncode, some.returncode) == (0, 0), whole.stderr + some.stderr
    assert whole.stdout.splitlines()[0] == some.stdout.splitlines()[0]
    assert whole.stdout.splitlines()[1] == "{}"
    noted = ast.literal_eval(some.stdout.splitlines()[1])
    assert noted["tanh"] == 1
    assert noted["multiply"] >= 2
    assert set(noted) == {"tanh", "multiply"}


# ---- plug-ins that are no good


@pytest.mark.parametrize(
    ("lie", "error", "words"),
    [
        ("nothing", "NotImplementedError", "found no device, or does not support device ABI 1"),
        (
            "version",
            "NotImplementedError",
            "got ABI 2 .* build the plug-in with the header of this release",
        ),
        ("size", "NotImplementedError", "got ABI 1 and 8 bytes"),
        ("name", "ValueError", '`driver->name` must consist of lower-case letters.* got "cpu"'),
        ("count", "ValueError", "`driver->count` must be at least 1; got 0"),
        ("functions", "ValueError", 'got NULL for one of "liar"'),
        ("queue", "NotImplementedError", "create_queue: liar:0: the device is switched off"),
    ],
)
def test_a_plug_in_that_lies_is_refused_with_what_is_wrong(lie, error, words, build_dir):
    plugin = str(build_dir / "weft_liar_device.so")
    program = f"""
        import re
        from weft import device, np
        try:
            device.load({plugin!r})
        except {error} as caught:
            assert re.search({words!r}, str(caught)), caught
        else:
            raise SystemExit("it was taken")
        assert [str(d) for d in device.devices()] == ["cpu"]
        assert np.ones(2).sum() == 2
    """
    run = run_elsewhere(program, WEFT_LIAR=lie)
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_is_no_plug_in_is_refused(tmp_path, build_dir):
    with pytest.raises(LookupError, match=r"nowhere\.so"):
        weft.device.load(tmp_path / "nowhere.so")
    with pytest.raises(NotImplementedError, match="does not export weft_device_plugin"):
        weft.device.load(build_dir / "lib" / "libweft.so")


# ---- at the end of a process, in another, under other policies


@pytest.mark.parametrize("policy", ["inline", "async", "serial"])
def test_work_under_each_policy_and_at_exit(policy, build_dir):
    program = f"""
        import os
        from weft import device, np, npx
        fakes = device.load({str(build_dir / "weft_fake_device.so")!r})
        x = np.ones((100, 100), device=fakes[0])
        for _ in range(50):
            x = x @ np.ones((100, 100), device=fakes[0]) / 100
        y = x.to_device(fakes[1]) + 1
        assert y.to_device("cpu").sum() == 20000
        child = os.fork()
        if child == 0:
            try:
                x + 1
            except RuntimeError as error:
                os._exit(0 if "fake:0 belongs to the process that" in str(error) else 1)
            os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        z = [x + n for n in range(200)]  # still under way at exit
    """
    run = run_elsewhere(program, WEFT_ENGINE=policy)
    assert run.returncode == 0, run.stdout + run.stderr


# ---- networks


def small_net():
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(8, activation="relu"), gluon.nn.Dense(3))
    return net


def train(devices, steps=3, hybridize=False):
    """Losses and the first weight of a small network, its batch split over devices."""
    weft.random.seed(3)
    net = small_net()
    net.initialize("xavier", device=devices)
    if hybridize:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    generator = numpy.random.default_rng(0)
    losses = []
    for _ in range(steps):
        x = generator.normal(size=(8, 5)).astype("float32")
        y = generator.integers(0, 3, 8)
        parts = zip(
            gluon.utils.split_and_load(x, devices),
            gluon.utils.split_and_load(y, devices),
            strict=True,
        )
        with autograd.record():
            found = [loss(net(part), label) for part, label in parts]
        autograd.backward(found)
        trainer.step(8)
        losses.append(sum(float(value.sum()) for value in found))
    return losses, net


@pytest.mark.parametrize("hybridize", [False, True], ids=["eager", "hybridized"])
@pytest.mark.parametrize("count", [1, 2])
def test_training_on_devices_equals_training_here(count, hybridize, fakes):
    here, net = train(["cpu"], hybridize=hybridize)
    there, copy = train(fakes[:count], hybridize=hybridize)
    numpy.testing.assert_allclose(there, here, rtol=1e-5)
    for name, parameter in copy.collect_params().items():
        assert parameter.list_device() == fakes[:count]
        for data in parameter.list_data():
            want = net.collect_params()[name].data().asnumpy()
            numpy.testing.assert_allclose(data.asnumpy(), want, rtol=1e-4, atol=1e-6)


def test_a_file_runs_and_trains_on_a_device(fake, tmp_path):
    net = small_net()
    net.initialize("xavier", device=fake)
    net.hybridize()
    x = np.array([[1.0, 2.0, 3.0, 4.0, 5.0]], device=fake)
    before = net(x).asnumpy()
    net.export(tmp_path / "net.weft")
    there = gluon.SymbolBlock.imports(tmp_path / "net.weft", device=fake)
    with autograd.record():
        out = there(x)
    out.backward()
    here = gluon.SymbolBlock.imports(tmp_path / "net.weft", device="cpu")
    numpy.testing.assert_array_equal(out.asnumpy(), before)
    numpy.testing.assert_allclose(here(x.to_device("cpu")).asnumpy(), before, rtol=1e-6)
    assert there.collect_params()["0.weight"].grad().device == fake


def test_parameters_move_and_are_saved_from_where_they_are(fakes, tmp_path):
    net = small_net()
    net.initialize(device=fakes[0])
    x = np.ones((2, 5), device=fakes[0])
    before = net(x).asnumpy()
    net.save_parameters(tmp_path / "net.safetensors")
    net.reset_device("cpu")
    numpy.testing.assert_array_equal(net(x.to_device("cpu")).asnumpy(), before)
    net.reset_device([fakes[1], "cpu"])
    net.load_parameters(tmp_path / "net.safetensors")
    for device in (fakes[1], "cpu"):
        out = net(x.to_device(device))
        assert out.device == device
        numpy.testing.assert_array_equal(out.asnumpy(), before)
    with pytest.raises(RuntimeError, match="is on fake:1, cpu, not on fake:0: name all devices"):
        net(x)


def test_states_of_updates_follow_their_parameters(fakes, tmp_path):
    def steps(net, trainer, places):
        values = []
        for where in places:
            net.reset_device(where)
            for _ in range(2):
                parts = gluon.utils.split_and_load(numpy.ones((4, 5), "float32"), where)
                with autograd.record():
                    losses = [net(part) ** 2 for part in parts]
                autograd.backward(losses)
                trainer.step(4)
            values.append([copy.asnumpy() for copy in net[0].weight.list_data()])
        return values

    def begin():
        _, net = train(["cpu"], steps=1)
        return net, gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})

    stays, moves = begin(), begin()
    wanted = steps(*stays, [["cpu"]] * 4)
    for found, (want,) in zip(steps(*moves, [["cpu"], fakes, fakes[1:]]), wanted, strict=False):
        for copy in found:
            numpy.testing.assert_allclose(copy, want, rtol=1e-4, atol=1e-6)
    net, trainer = moves
    net.reset_device(fakes)
    net.save_parameters(tmp_path / "net")
    trainer.save_states(tmp_path / "states")
    net, trainer = begin()
    net.reset_device(fakes)
    net.load_parameters(tmp_path / "net")
    trainer.load_states(tmp_path / "states")
    arrays, _ = trainer.describe_states()
    assert {str(array.device) for array in arrays.values()} == {"fake:0"}
    for copy in steps(net, trainer, [fakes])[0]:
        numpy.testing.assert_allclose(copy, wanted[3][0], rtol=1e-4, atol=1e-6)


def test_effects_on_a_device(fake, capsys):
    seen = []

    def function(x):
        npx.print("x {}", x)
        y = npx.callback(lambda v: seen.append(v.asnumpy().tolist()) or v * 2, x, result=x)
        npx.check(y == x + x, "twice {}", x)
        return y + 1

    x = np.array([1.0, 2.0]).to_device(fake)
    for call in (function, (planned := weft.hybridize(function)), planned):
        seen.clear()
        y = call(x)
        assert y.device == fake
        assert y.asnumpy().tolist() == [3, 5]
        assert seen == [[1, 2]]
        assert capsys.readouterr().out == "x [1.0, 2.0]\n"
        with pytest.raises(AssertionError, match="not so"):
            npx.check(x > 1, "not so")


def test_a_compiled_step_runs_on_the_device(fakes):
    found = []
    for is_compiled in (False, True):
        np.random.seed(2)
        net = gluon.nn.HybridSequential(
            gluon.nn.Dense(8, activation="relu", in_units=5), gluon.nn.Dense(1)
        )
        net.initialize(device=fakes[0])
        net.hybridize()
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
        loss_of = gluon.loss.L2Loss()
        compiled = trainer.compile(net, loss_of)
        rng = numpy.random.default_rng(1)
        losses = []
        for _ in range(4):
            x, y = (
                np.array(rng.normal(size=shape).astype("float32")).to_device(fakes[0])
                for shape in ((4, 5), (4, 1))
            )
            if is_compiled:
                loss = compiled(x, y)
            else:
                with autograd.record():
                    loss = loss_of(net(x), y)
                loss.backward()
                trainer.step(4)
            assert loss.device == fakes[0]
            losses.append(loss.asnumpy().tolist())
        assert net[0].weight.data().device == fakes[0]
        found.append((losses, net[0].weight.data().asnumpy().tolist()))
    assert found[0] == found[1]
