"""Plans in .weft files: used where they fit, refused where they are damaged."""

import json
import os

import numpy
import pytest
import weft
from weft import gluon, np, npx, runtime
from weft._core import native
from weft.gluon import nn
from weft_files import changed, log_of, read


def network():
    """Shortcuts and a concatenation, so that order and offsets are worth a search."""

    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.convs = nn.HybridSequential(*[nn.Conv2D(16, 3, padding=1) for _ in range(4)])
            self.head = nn.Dense(5)

        def forward(self, x):
            kept = []
            for conv in self.convs:
                x = npx.relu(conv(x))
                kept.append(x * 0.5)
            return self.head(np.concatenate(kept, axis=1).sum(axis=(2, 3)))

    weft.random.seed(6)
    net = Net()
    net.initialize()
    return net, np.random.normal(size=(2, 3, 16, 16))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    net, x = network()
    net.export(folder / "plain.weft", x)
    net.export(folder / "planned.weft", x, plan=True)
    return folder, x


def run(path, x):
    return runtime.Model(path).context("forward").run(x.asnumpy())[0]


def test_a_saved_plan_is_used_and_gives_the_same_bits(files):
    folder, x = files
    numpy.testing.assert_array_equal(run(folder / "planned.weft", x), run(folder / "plain.weft", x))
    log = log_of(folder / "planned.weft", x)
    assert "plan: placed as saved" in log
    assert "plan: made" not in log
    assert "plan: placed as saved" not in log_of(folder / "plain.weft", x)


def test_an_arena_of_the_caller_uses_it_too(files):
    folder, x = files
    found = []
    for name in ("plain.weft", "planned.weft"):
        model = runtime.Model(folder / name)
        arena = numpy.zeros(model.arena_bytes("forward") + 64, numpy.uint8)
        start = -arena.ctypes.data % 64
        arena = arena[start : start + model.arena_bytes("forward")]
        found.append((arena.size, model.context("forward", arena).run(x.asnumpy())[0]))
    assert found[0][0] == found[1][0]
    numpy.testing.assert_array_equal(found[0][1], found[1][1])


def test_a_plan_for_another_machine_is_left_alone(files):
    folder, x = files
    log = log_of(folder / "planned.weft", x, WEFT_NUM_THREADS="3", WEFT_PASSES="-fuse_elementwise")
    assert "the saved plan is not used: it was made for weft" in log
    assert "plan: placed as saved" not in log


@pytest.mark.parametrize("switch", ["-vnni", "-bf16", "+bf16"])
def test_a_plan_made_with_other_instructions_for_products_does_no_harm(tmp_path, switch):
    # Products of bytes by other instructions want scratch of another size.
    weft.random.seed(7)
    net = nn.HybridSequential(nn.Conv2D(64, 3, padding=1), nn.Conv2D(64, 3, padding=1))
    net.initialize()
    x = np.random.normal(size=(2, 3, 28, 28))
    block = weft.quantize(net, x)
    block.hybridize()
    block(x)
    block.export(tmp_path / "net.weft", x, plan=True)
    assert "plan: placed as saved" in log_of(tmp_path / "net.weft", x)
    isa = ",".join(filter(None, [os.environ.get("WEFT_ISA"), switch]))
    log = log_of(tmp_path / "net.weft", x, WEFT_ISA=isa)
    assert ("plan: placed as saved" in log) != ("the saved plan is not used" in log)


def test_a_plan_of_a_later_version_is_left_alone(files, tmp_path):
    folder, x = files

    def later(entry):
        entry["plan"] = {"version": 2}

    path = changed(folder / "planned.weft", tmp_path / "later.weft", later)
    numpy.testing.assert_array_equal(run(path, x), run(folder / "plain.weft", x))


def main_plan(entry):
    return max(entry["plan"]["plans"], key=lambda plan: len(plan["offsets"]))


def swap_order(entry):
    for plan in entry["plan"]["plans"]:
        count = len(plan["order"]) or 8
        plan["order"] = list(range(count))[::-1]


def other_graph(entry):
    entry["plan"]["graph"] = "0" * 16


def unaligned(entry):
    for plan in entry["plan"]["plans"]:
        plan["offsets"] = [offset + 1 for offset in plan["offsets"]]


def outside(entry):
    for plan in entry["plan"]["plans"]:
        plan["offsets"] = [offset + (1 << 40) for offset in plan["offsets"]]


def all_at_zero(entry):
    for plan in entry["plan"]["plans"]:
        plan["offsets"] = [0 for _ in plan["offsets"]]


def one_too_few(entry):
    for plan in entry["plan"]["plans"]:
        plan["offsets"] = plan["offsets"][:-1]


def too_large_an_arena(entry):
    for plan in entry["plan"]["plans"]:
        plan["arena"] += 64


def negative(entry):
    main_plan(entry)["offsets"][0] = -64


def no_plans(entry):
    del entry["plan"]["plans"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (swap_order, "the saved plan does not fit its graph"),
        (other_graph, "the saved plan was made for another graph"),
        (unaligned, "the value of step .* must lie in the arena"),
        (outside, "the value of step .* must lie in the arena"),
        (all_at_zero, "share bytes while both are in use|its arena must have"),
        (one_too_few, "it has offsets of"),
        (too_large_an_arena, "its arena must have"),
        (negative, "in its offsets; got -64"),
        (no_plans, "the saved plan is damaged"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_damaged_plan_is_refused(files, tmp_path, damage, says):
    folder, x = files
    path = changed(folder / "planned.weft", tmp_path / "damaged.weft", damage)
    with pytest.raises(OSError, match=rf"entry `forward`: .*({says})"):
        run(path, x)


def test_values_that_need_bytes_at_one_time_are_told(files, tmp_path):
    folder, x = files

    def overlap(entry):
        for plan in entry["plan"]["plans"]:
            top = max(plan["offsets"], default=0)
            plan["offsets"] = [top if offset else 0 for offset in plan["offsets"]]

    path = changed(folder / "planned.weft", tmp_path / "overlap.weft", overlap)
    with pytest.raises(
        OSError,
        match=r"share bytes while both are in use|must lie in the arena|its arena must have",
    ):
        run(path, x)


def test_a_step_with_loops_and_several_entries(tmp_path):
    w = np.array(numpy.eye(4, dtype="float32"))

    @weft.hybridize
    def scan(x):
        return npx.foreach(lambda row, h: (np.tanh(row + h @ w),) * 2, x, np.zeros((1, 4)))[0]

    @weft.hybridize
    def twice(x):
        return x * 2

    x = np.array(numpy.arange(12, dtype="float32").reshape(3, 1, 4))
    weft.export(tmp_path / "both.weft", scan=(scan, x), twice=(twice, x), plan=True)
    model = runtime.Model(tmp_path / "both.weft")
    for name, function in (("scan", scan), ("twice", twice)):
        found = model.context(name).run(x.asnumpy())[0]
        numpy.testing.assert_array_equal(found, function(x).asnumpy())


def test_entries_with_dimensions_have_no_plan(tmp_path):
    net = nn.Dense(2, in_units=3)
    net.initialize()
    path = tmp_path / "any.weft"
    net.export(path, np.zeros((1, 3)), dynamic={"x": {0: "batch"}}, plan=True)
    assert "plan" not in json.loads(read(path)[0]["__metadata__"]["weft"])["entries"][0]
    assert (
        runtime.Model(path).context("forward").run(numpy.ones((4, 3), "float32"))[0].shape[0] == 4
    )


# ---- dimensions: plans for the extents that are named


def any_batch(path, **options):
    net, x = network()
    net.export(path, x, dynamic={"x": {0: "batch"}}, **options)
    return x


@pytest.fixture(scope="module")
def dynamic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dynamic")
    x = any_batch(folder / "plain.weft")
    any_batch(folder / "planned.weft", plan=[{"batch": 2}, {"batch": 5}])
    return folder, x.asnumpy()


def test_plans_of_several_extents_are_used_and_give_the_same_bits(dynamic):
    folder, x = dynamic
    contexts = [
        runtime.Model(folder / f"{n}.weft").context("forward") for n in ("plain", "planned")
    ]
    for batch in (5, 1, 2, 3):
        given = numpy.resize(x, (batch, *x.shape[1:]))
        plain, planned = (numpy.array(context.run(given)[0]) for context in contexts)
        numpy.testing.assert_array_equal(planned, plain)
    for batch, is_saved in ((2, True), (5, True), (3, False)):
        given = np.array(numpy.resize(x, (batch, *x.shape[1:])))
        log = log_of(folder / "planned.weft", given)
        assert ("there is none of this graph" not in log) == is_saved


def test_plans_of_extents_are_made_anew_on_the_machine_that_runs_them(dynamic, tmp_path):
    """The file says which; `weft_model_save_plans` needs no list."""
    folder, x = dynamic

    def without(entry):
        del entry["plan"]

    path = changed(folder / "planned.weft", tmp_path / "without.weft", without)
    assert "plan: placed as saved" not in log_of(path, np.array(x))
    native.save_plans(str(path))
    assert "plan: placed as saved" in log_of(path, np.array(x))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (swap_order, "the saved plan does not fit its graph"),
        (all_at_zero, "share bytes while both are in use|its arena must have"),
        (one_too_few, "it has offsets of"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_damaged_plan_of_an_extent_is_refused(dynamic, tmp_path, damage, says):
    folder, x = dynamic

    def change(entry):  # not the plan that prepares weights, which all extents share
        plans = [plan for plan in entry["plan"]["plans"] if plan["offsets"]]
        damage({"plan": {"plans": plans}})

    path = changed(folder / "planned.weft", tmp_path / "damaged.weft", change)
    context = runtime.Model(path).context("forward")
    with pytest.raises(OSError, match=rf"entry `forward`: .*({says})"):
        context.run(x)
    context.run(numpy.resize(x, (3, *x.shape[1:])))  # has none, so nothing is damaged


def test_a_plan_of_another_graph_with_dimensions_is_refused(dynamic, tmp_path):
    folder, x = dynamic
    path = changed(folder / "planned.weft", tmp_path / "other.weft", other_graph)
    with pytest.raises(OSError, match="the saved plan was made for another graph"):
        run(path, np.array(x))


def test_extents_that_fit_no_entry_are_refused(tmp_path):
    path = tmp_path / "bad.weft"
    with pytest.raises(
        ValueError,
        match=r'`plan_for` has .*"time".* which does not match the dimensions of any entry',
    ):
        any_batch(path, plan=[{"time": 2}])
    with pytest.raises(ValueError, match=r"must be at least 1|batch"):
        any_batch(path, plan=[{"batch": 0}])
    for plan in ("batch", [2], [{"batch": 2.5}], [{"batch": True}]):
        with pytest.raises(TypeError, match=r"export: `plan` must"):
            any_batch(path, plan=plan)
    with pytest.raises(ValueError, match=r"`plan_for` must be a list of extents by name"):
        any_batch(path, plan=True, metadata={"plan_for": "batch"})


# ---- whole steps of training


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("steps")
    net, x = network()
    y = np.array([1, 3])
    trainer = gluon.Trainer(net.collect_params(), "adam")
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    weft.export(folder / "plain.weft", step=(step, x, y))
    weft.export(folder / "planned.weft", step=(step, x, y), plan=True)
    return folder, x.asnumpy(), y.asnumpy()


def losses(path, x, y):
    context = runtime.Model(path).context("step")
    return numpy.array([numpy.array(context.run(x, y)[0]) for _ in range(3)])


def test_a_training_step_has_a_saved_plan_and_the_same_bits(steps):
    folder, x, y = steps
    wanted = losses(folder / "plain.weft", x, y)
    assert (wanted[2] < wanted[0]).all()
    numpy.testing.assert_array_equal(losses(folder / "planned.weft", x, y), wanted)
    log = log_of(folder / "planned.weft", np.array(x), np.array(y), entry="step")
    assert "plan: placed as saved" in log
    assert "plan: made" not in log


@pytest.mark.parametrize("damage", [swap_order, other_graph, all_at_zero, one_too_few])
def test_a_damaged_plan_of_a_step_is_refused(steps, tmp_path, damage):
    folder, x, y = steps
    path = changed(folder / "planned.weft", tmp_path / "damaged.weft", damage)
    with pytest.raises(OSError, match=r"entry `step`: .*the saved plan"):
        losses(path, x, y)
