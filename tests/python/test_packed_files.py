"""Packed .weft files: run as they are, left alone elsewhere, refused where they are damaged."""

import json
import os
import shutil
import subprocess
import sys

import numpy
import pytest
import weft
from weft import autograd, cli, gluon, np, npx, runtime
from weft.gluon import nn
from weft_files import changed, log_of, read


def convolutions():
    """Blocks, row tiles or none, a batch norm that folds, and an input that a state is not."""
    weft.random.seed(6)
    net = nn.HybridSequential(
        nn.Conv2D(16, 3, padding=1, use_bias=False, in_channels=3), nn.BatchNorm(in_channels=16),
        nn.Activation("relu"), nn.Conv2D(32, 3, strides=2, in_channels=16), nn.GlobalAvgPool2D(),
        nn.Flatten(), nn.Dense(70, in_units=32, activation="tanh"), nn.Dense(5, in_units=70),
    )  # fmt: skip
    net.initialize()
    return net, np.random.normal(size=(2, 3, 16, 16))


def products():
    """Packed matrices, a fused region, a folded constant."""
    weft.random.seed(7)
    net = nn.HybridSequential(
        nn.Dense(256, in_units=192, flatten=False), nn.LayerNorm(in_channels=256),
        nn.Activation("sigmoid"), nn.Dense(64, in_units=256, flatten=False),
    )  # fmt: skip
    net.initialize()
    return net, np.random.normal(size=(3, 7, 192))


@weft.hybridize
def loop(x):
    rows, _ = npx.foreach(lambda row, h: (npx.relu(row * 2 + h), row - h), x, x[0])
    return npx.cond(rows.sum() > 0, lambda: rows * 3, lambda: rows + np.random.uniform(size=(4,)))


CASES = {"convolutions": convolutions, "products": products}


def run(path, x):
    return numpy.asarray(runtime.Model(path).context("forward").run(x.asnumpy())[0])


@pytest.fixture(scope="module", params=CASES)
def files(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    net, x = CASES[request.param]()
    net.export(folder / "plain.weft", x)
    net.export(folder / "packed.weft", x, pack=True)
    return folder, x


def test_a_packed_file_gives_the_same_bits(files):
    folder, x = files
    packed = runtime.Model(folder / "packed.weft")
    assert "  packed: " in packed.text
    assert "packed" not in runtime.Model(folder / "plain.weft").text
    numpy.testing.assert_array_equal(run(folder / "packed.weft", x), run(folder / "plain.weft", x))


@pytest.mark.parametrize("threads", ["1", "3"])
def test_other_threads_run_it_with_its_plan_or_without(files, threads):
    folder, x = files
    log = log_of(folder / "packed.weft", x, WEFT_LOG="debug", WEFT_NUM_THREADS=threads)
    assert "pass " not in log
    assert "prepared values 0" in log
    assert "passes made another graph" not in log


def test_the_packers_threads_cost_others_no_memory(files, tmp_path):
    folder, _ = files
    told = {}
    for packer in ("1", "6"):
        path = tmp_path / f"{packer}.weft"
        shutil.copy(folder / "plain.weft", path)
        script = "import sys; from weft import runtime; runtime.pack(sys.argv[1])"
        environment = {**os.environ, "WEFT_NUM_THREADS": packer}
        subprocess.run([sys.executable, "-c", script, path], check=True, env=environment)
        script = (
            "import sys; from weft import runtime; print(runtime.Model(sys.argv[1]).arena_bytes())"
        )
        environment = {**os.environ, "WEFT_NUM_THREADS": "1"}
        command = [sys.executable, "-c", script, path]
        told[packer] = int(subprocess.check_output(command, env=environment, text=True))
    assert told["6"] <= told["1"]


def test_an_arena_of_the_caller_has_no_need_of_more(files):
    folder, x = files
    model = runtime.Model(folder / "packed.weft")
    arena = numpy.zeros(model.arena_bytes("forward") + 64, numpy.uint8)
    start = -arena.ctypes.data % 64
    arena = arena[start : start + model.arena_bytes("forward")]
    found = model.context("forward", arena).run(x.asnumpy())[0]
    numpy.testing.assert_array_equal(found, run(folder / "packed.weft", x))


def test_control_flow_and_random_numbers_are_packed(tmp_path):
    x = np.array(numpy.linspace(-1, 1, 12, dtype="float32").reshape(3, 4))
    weft.random.seed(8)
    weft.export(tmp_path / "plain.weft", forward=(loop, x))
    weft.random.seed(8)
    weft.export(tmp_path / "packed.weft", forward=(loop, x), pack=True)
    for sign in (1, -1):
        results = [run(tmp_path / name, x * sign) for name in ("plain.weft", "packed.weft")]
        numpy.testing.assert_array_equal(*results)


def test_a_packed_graph_takes_only_the_tensors_that_it_reads(files):
    folder, _ = files
    header, _ = read(folder / "packed.weft")
    packed = json.loads(header["__metadata__"]["weft"])["entries"][0]["packed"]
    taken = len(packed["captures"])
    operands = [value for node in packed["graph"]["nodes"] for value in node["in"]]
    assert taken > 0
    assert all(value in operands for value in range(1 + taken))  # 0 is the input


def test_a_state_behind_weights_that_are_no_longer_read_is_renewed(tmp_path):
    net, x = products()
    total = np.zeros((3, 7, 64))

    @weft.hybridize
    def add(x):
        total[:] = total + net(x)
        return total * 2

    for name, pack in (("plain", False), ("packed", True)):
        weft.export(tmp_path / f"{name}.weft", forward=(add, x), pack=pack)
    model = runtime.Model(tmp_path / "packed.weft")
    assert "  packed: " in model.text
    packed, plain = model.context(), runtime.Model(tmp_path / "plain.weft").context()
    for _ in range(3):
        numpy.testing.assert_array_equal(packed.run(x.asnumpy())[0], plain.run(x.asnumpy())[0])
    [name] = [port.name for port in packed.states]
    assert packed.read_state(name).tobytes() == plain.read_state(name).tobytes()


def test_under_a_budget_the_traced_graph_is_run(files):
    folder, x = files
    model = runtime.Model(folder / "packed.weft")
    model.set_budget("forward", 1 << 24)
    numpy.testing.assert_array_equal(
        model.context("forward").run(x.asnumpy())[0], run(folder / "plain.weft", x)
    )


def test_packing_again_gives_the_same_file(files, tmp_path):
    folder, _ = files
    again = tmp_path / "again.weft"
    assert cli.main(["pack", str(folder / "packed.weft"), "-o", str(again)]) == 0
    assert again.read_bytes() == (folder / "packed.weft").read_bytes()
    assert cli.main(["pack", str(folder / "plain.weft"), "-o", str(again)]) == 0
    assert again.read_bytes() == (folder / "packed.weft").read_bytes()


def test_packing_what_is_no_model_is_an_error(tmp_path, capsys):
    (tmp_path / "no.weft").write_bytes(b"nothing")
    assert cli.main(["pack", str(tmp_path / "no.weft")]) == 1
    assert "the file is damaged" in capsys.readouterr().err
    assert cli.main(["pack", str(tmp_path / "absent.weft")]) == 1


def test_what_another_entry_changes_is_not_packed(tmp_path):
    net, x = products()
    loss_of = gluon.loss.L2Loss()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})

    @weft.hybridize
    def step(x):
        with autograd.record():
            loss = loss_of(net(x), net(x) * 0)
        loss.backward()
        trainer.step(len(x))
        return loss

    weft.export(tmp_path / "step.weft", forward=(net, x), step=(step, x), pack=True)
    text = runtime.Model(tmp_path / "step.weft").text
    assert text.count("  packed: ") <= 1  # the step, which nobody else changes
    assert "entry forward" in text
    assert "  packed: " not in text.split("entry step")[0]


@pytest.mark.parametrize("passes", ["-fuse_elementwise", "-block_channels,-pack_products"])
def test_other_passes_leave_it_alone(files, passes):
    folder, x = files
    log = log_of(folder / "packed.weft", x, WEFT_PASSES=passes)
    assert "the packed graph is not used: it was made for weft" in log


def another_release(packed):
    packed["for"] = "weft 0.0.1"


def a_later_version(packed):
    packed.clear()
    packed["version"] = 99


@pytest.mark.parametrize("change", [another_release, a_later_version])
def test_one_of_another_release_is_left_alone(files, tmp_path, change):
    folder, x = files
    path = changed(
        folder / "packed.weft", tmp_path / "other.weft", lambda entry: change(entry["packed"])
    )
    assert "packed:" not in runtime.Model(path).text
    numpy.testing.assert_array_equal(run(path, x), run(folder / "plain.weft", x))


@pytest.mark.parametrize("name", ["packed", "in_parts"])
def test_mutations_start_from_what_this_release_packs(root, name):
    text = runtime.Model(root / "tests" / "fuzz" / "corpus" / f"{name}.weft").text
    assert "  packed: " in text, "write it anew: python tests/fuzz/make_corpus.py"


def without_graph(packed):
    del packed["graph"]


def other_graph(packed):
    packed["of"] = "0" * 16


def one_tensor_less(packed):
    packed["captures"].pop()


def other_order_of_tensors(packed):
    packed["captures"].reverse()


def no_such_tensor(packed):
    packed["captures"][0] = "nothing"


def other_result(packed):
    packed["graph"]["outputs"] = [0]


def other_types(packed):
    for node in packed["graph"]["nodes"]:
        node["out"][0][1] += 1


def a_state_of_weights(packed):
    packed["graph"]["states"] = [[len(packed["captures"]), 0]]


def a_plan_that_overlaps(packed):
    for plan in packed["plan"]["plans"]:
        plan["offsets"] = [0] * len(plan["offsets"])
        plan["arena"] = 1 << 22


def a_plan_of_another_graph(packed):
    packed["plan"]["graph"] = "0" * 16


def no_object(packed):
    packed["graph"] = 7


DAMAGES = [
    without_graph, other_graph, one_tensor_less, other_order_of_tensors, no_such_tensor,
    other_result, other_types, a_state_of_weights, a_plan_of_another_graph, no_object,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_is_refused_by_the_entrys_name(files, tmp_path, damage):
    folder, _ = files
    path = changed(
        folder / "packed.weft", tmp_path / "bad.weft", lambda entry: damage(entry["packed"])
    )
    with pytest.raises(OSError, match="load: entry `forward`"):
        runtime.Model(path)


def test_a_plan_that_overlaps_is_refused(tmp_path):
    net, x = convolutions()
    net.export(tmp_path / "packed.weft", x, pack=True)
    path = changed(
        tmp_path / "packed.weft", tmp_path / "bad.weft",
        lambda entry: a_plan_that_overlaps(entry["packed"]),
    )  # fmt: skip
    with pytest.raises(OSError, match="the saved plan does not fit its graph"):
        runtime.Model(path).context("forward")


def test_a_region_has_no_place_in_a_traced_graph(tmp_path):
    net, x = products()
    net.export(tmp_path / "packed.weft", x, pack=True)

    def move(entry):
        entry["graph"]["nodes"] += entry["packed"]["graph"]["nodes"]
        del entry["packed"]

    with pytest.raises((OSError, NotImplementedError), match="load: entry `forward`"):
        runtime.Model(changed(tmp_path / "packed.weft", tmp_path / "bad.weft", move))


def test_a_list_of_operators_is_that_of_the_packed_graph(files):
    folder, _ = files
    packed = runtime.operators(folder / "packed.weft").splitlines()
    plain = runtime.operators(folder / "plain.weft").splitlines()
    assert "part passes" in plain
    assert "part passes" not in packed
    assert set(packed[1:]) < set(plain[1:])


def made_in_loops(x):
    """Arrays that bodies make of nothing, in a loop, in a loop of it, and in both branches."""

    def inner(row, h):
        return row * np.arange(3), h + np.full((3,), 0.5)

    def outer(row, h):
        rows, last = npx.foreach(inner, np.full((2, 3), 0.25) + row, h)
        return rows.sum(0), npx.cond(
            last.sum() > 4, lambda: last * np.arange(3), lambda: np.ones(3) - last
        )

    rows, last = npx.foreach(outer, x, x[0])
    return rows, last


def test_loops_that_make_arrays_are_packed(tmp_path):
    loops = weft.hybridize(made_in_loops)
    x = np.array(numpy.random.default_rng(3).normal(size=(4, 3)).astype("float32"))
    path = tmp_path / "loops.weft"
    weft.export(path, forward=(loops, x))
    wanted = [numpy.array(y) for y in runtime.Model(path).context().run(x.asnumpy())]
    runtime.pack(path)
    model = runtime.Model(path)
    assert "packed: " in model.text
    for y, w, own in zip(model.context().run(x.asnumpy()), wanted, loops(x), strict=True):
        numpy.testing.assert_array_equal(numpy.array(y), w)
        numpy.testing.assert_array_equal(own.asnumpy(), w)
