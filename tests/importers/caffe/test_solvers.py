"""Solvers of Caffe: updates, policies, batches that add up, snapshots, lines."""

import math

import numpy
import pytest
import weft
from caffe_training import REGRESSION, Reference, regression_data, write_solver
from weft import np
from weft.caffe._messages import message
from weft.caffe._solver._policies import check_policy, rate_at

KINDS = {
    "SGD": ("momentum: 0.9", {"momentum": 0.9}),
    "Nesterov": ("momentum: 0.9", {"momentum": 0.9}),
    "AdaGrad": ("delta: 1e-6", {"delta": 1e-6}),
    "RMSProp": ("rms_decay: 0.95", {"rms_decay": 0.95}),
    "AdaDelta": ("momentum: 0.95 delta: 1e-4", {"momentum": 0.95, "delta": 1e-4}),
    "Adam": (
        "momentum: 0.9 momentum2: 0.99 delta: 1e-6",
        {"momentum": 0.9, "momentum2": 0.99, "delta": 1e-6},
    ),
}
NUMBERS = {"SGD": 0, "Nesterov": 1, "AdaGrad": 2, "RMSProp": 3, "AdaDelta": 4, "Adam": 5}


def made(folder, text, **options):
    lines = []
    solver = weft.caffe.Solver(
        write_solver(folder, REGRESSION, text),
        data={"made": regression_data()},
        log=lines.append,
        **options,
    )
    return solver, lines


def weights(solver):
    parameters = solver.net.collect_params()
    return [parameters[name].data().asnumpy() for name in ("ip.weight", "ip.bias")]


def batches():
    x, t = regression_data()
    place = 0
    while True:
        rows = numpy.arange(place, place + 4) % 12
        yield x[rows], t[rows]
        place += 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", ["", "regularization_type: 'L1'", "iter_size: 3"])
def test_updates_are_those_of_caffe(kind, more, tmp_path):
    fields, options = KINDS[kind]
    text = (
        f'base_lr: 0.1 lr_policy: "step" gamma: 0.5 stepsize: 3 max_iter: 8 weight_decay: 0.05 '
        f'type: "{kind}" {fields} {more} random_seed: 1'
    )
    solver, _ = made(tmp_path, text)
    wanted = Reference(*weights(solver), **options, decay=0.05, kind="L1" if "L1" in more else "L2")
    size = 3 if "iter_size" in more else 1
    stream = batches()
    for iteration in range(8):
        solver.step()
        parts = [wanted.gradients(*next(stream)) for _ in range(size)]
        gradients = [sum(part) / size for part in zip(*parts, strict=True)]
        wanted.step(kind, 0.1 * 0.5 ** (iteration // 3), gradients)
    for found, value in zip(weights(solver), wanted.values, strict=True):
        numpy.testing.assert_allclose(found, value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("size", [1, 2])
def test_gradients_are_clipped_by_their_norm(size, tmp_path):
    text = (
        f'base_lr: 0.1 lr_policy: "fixed" max_iter: 4 clip_gradients: 0.3 iter_size: {size} '
        "random_seed: 1"
    )
    solver, _ = made(tmp_path, text)
    wanted = Reference(*weights(solver))
    stream = batches()
    for _ in range(4):
        solver.step()
        parts = [wanted.gradients(*next(stream)) for _ in range(size)]
        # The sum is clipped, then divided by the number of batches.
        sums = [sum(part) for part in zip(*parts, strict=True)]
        norm = math.sqrt(sum((g**2).sum() for g in sums))
        wanted.step("SGD", 0.1, [g * min(1, 0.3 / norm) / size for g in sums])
    for found, value in zip(weights(solver), wanted.values, strict=True):
        numpy.testing.assert_allclose(found, value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_old_solvers_name_their_type_by_a_number(kind, tmp_path):
    fields, _ = KINDS[kind]
    text = f'base_lr: 0.1 lr_policy: "fixed" {fields} solver_type: {kind.upper()}'
    solver, _ = made(tmp_path, text)
    assert type(solver._update).__name__ == kind


@pytest.mark.parametrize(
    "text, formula",
    [
        ('lr_policy: "fixed"', lambda n: 0.5),
        ('lr_policy: "step" gamma: 0.1 stepsize: 30', lambda n: 0.5 * 0.1 ** (n // 30)),
        ('lr_policy: "exp" gamma: 0.99', lambda n: 0.5 * 0.99**n),
        ('lr_policy: "inv" gamma: 0.01 power: 0.75', lambda n: 0.5 * (1 + 0.01 * n) ** -0.75),
        (
            'lr_policy: "multistep" gamma: 0.1 stepvalue: 20 stepvalue: 70',
            lambda n: 0.5 * 0.1 ** ((n >= 20) + (n >= 70)),
        ),
        ('lr_policy: "poly" power: 2 max_iter: 100', lambda n: 0.5 * (1 - n / 100) ** 2),
        (
            'lr_policy: "sigmoid" gamma: -0.1 stepsize: 50',
            lambda n: 0.5 / (1 + math.exp(0.1 * (n - 50))),
        ),
    ],
)
def test_policies_say_the_rate(text, formula):
    from google.protobuf import text_format

    solver = text_format.Parse(f"base_lr: 0.5 {text}", message("SolverParameter")())
    check_policy(solver, "test")
    for iteration in (0, 1, 19, 20, 30, 69, 70, 99):
        assert rate_at(solver, iteration, "test") == pytest.approx(formula(iteration), rel=1e-5)


# ---- snapshots ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_training_goes_on_from_a_snapshot(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fields, _ = KINDS[kind]
    text = (
        f'base_lr: 0.05 lr_policy: "inv" gamma: 0.1 power: 1 max_iter: 6 type: "{kind}" {fields} '
        'snapshot: 3 snapshot_prefix: "snap/net" random_seed: 1'
    )
    whole, lines = made(tmp_path, text)
    whole.solve()
    assert "Snapshotting to binary proto file snap/net_iter_3.caffemodel" in lines
    names = {path.name for path in (tmp_path / "snap").iterdir()}
    ends = ("caffemodel", "solverstate", "weft")
    assert names == {f"net_iter_{n}.{end}" for n in (3, 6) for end in ends}
    again, _ = made(tmp_path, text, snapshot="snap/net_iter_3.solverstate")
    assert again.iter == 3
    x, _ = regression_data()
    again._train.sources[0].place = 12  # the batches that were used already
    again.solve()
    for a, b in zip(weights(whole), weights(again), strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-6)
    net = weft.caffe.load(
        "net.prototxt", "snap/net_iter_6.caffemodel", shapes={"x": (4, 3, 1, 1), "t": (4, 1)}
    )
    assert (
        net.collect_params()["ip.weight"].data() == whole.net.collect_params()["ip.weight"].data()
    ).all()
    model = weft.runtime.Model("snap/net_iter_6.weft").context("forward")
    wanted = x[:5].reshape(5, 3) @ weights(whole)[0].T + weights(whole)[1]
    numpy.testing.assert_allclose(model.run(x[:5])[0], wanted, rtol=1e-5, atol=1e-6)


def test_snapshots_in_hdf5_go_on_too(tmp_path):
    h5py = pytest.importorskip("h5py")
    text = (
        'base_lr: 0.05 lr_policy: "fixed" momentum: 0.9 type: "Adam" snapshot_format: HDF5 '
        f'random_seed: 1 snapshot_prefix: "{tmp_path}/a"'
    )
    first, lines = made(tmp_path, text)
    first.step(2)
    names, state = first.snapshot()
    assert names.name == "a_iter_2.caffemodel.h5" and any("to HDF5 file" in line for line in lines)
    with h5py.File(names) as file:
        assert list(file["data"]) == ["ip", "loss", "made"]
        numpy.testing.assert_array_equal(file["data/ip/0"], weights(first)[0])
    second, _ = made(tmp_path, text, snapshot=state)
    assert second.iter == 2
    second._train.sources[0].place = 8
    for solver in (first, second):
        solver.step()
    for a, b in zip(weights(first), weights(second), strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-6)
    state.write_bytes(state.read_bytes()[:900])
    with pytest.raises(OSError, match="solverstate"):
        made(tmp_path, text, snapshot=state)


def test_snapshots_are_named_after_the_solver_where_no_prefix_is(tmp_path):
    text = 'base_lr: 0.05 lr_policy: "fixed" max_iter: 2'
    made(tmp_path, text)[0].solve()
    assert (tmp_path / "solver_iter_2.caffemodel").exists()
    (tmp_path / "kept").mkdir()
    solver, _ = made(tmp_path, f'{text} snapshot_prefix: "{tmp_path}/kept"')
    assert solver.snapshot()[0] == tmp_path / "kept" / "solver_iter_0.caffemodel"


def test_a_stopped_training_leaves_a_snapshot(tmp_path):
    text = 'base_lr: 0.05 lr_policy: "fixed" max_iter: 50'
    solver, lines = made(tmp_path, text)
    read = solver._train.batch

    def stopped():
        if solver.iter == 3:
            raise KeyboardInterrupt
        return read()

    solver._train.batch = stopped
    with pytest.raises(KeyboardInterrupt):
        solver.solve()
    assert "Optimization stopped early." in lines
    assert (tmp_path / "solver_iter_3.solverstate").exists()


RECURRENT = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 5 dim: 4 dim: 3 } } }
layer { name: "c" type: "Input" top: "c" input_param { shape { dim: 5 dim: 4 } } }
layer { name: "t" type: "Input" top: "t" input_param { shape { dim: 5 dim: 4 dim: 2 } } }
layer { name: "bn" type: "BatchNorm" bottom: "x" top: "b" }
layer { name: "lstm" type: "LSTM" bottom: "b" bottom: "c" top: "h" recurrent_param {
  num_output: 6 weight_filler { type: "uniform" min: -0.3 max: 0.3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "h" top: "y"
  inner_product_param { axis: 2 num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "y" bottom: "t" top: "loss" }
"""


def test_recurrent_nets_train_and_are_written(tmp_path):
    x = numpy.random.default_rng(0).normal(size=(5, 4, 3)).astype("float32")
    marks = numpy.ones((5, 4), "float32")
    marks[0] = 0
    data = {"x": x, "c": marks, "t": numpy.cumsum(x, 0)[..., :2]}
    text = 'base_lr: 0.05 lr_policy: "fixed" type: "Adam" momentum: 0.9 max_iter: 60 random_seed: 1'
    path = write_solver(tmp_path, RECURRENT, text)
    solver = weft.caffe.Solver(path, data=data, log=lambda _: None)
    first = solver.step()
    net = solver.solve()
    assert solver.step() < first / 4
    assert net.output_names == ["y"]
    model = weft.runtime.Model(tmp_path / "solver_iter_60.weft").context("forward")
    found = numpy.asarray(model.run(x, marks)[0]).reshape(5, 4, 2)
    numpy.testing.assert_allclose(found, net(np.array(x), np.array(marks)).asnumpy(), rtol=1e-4)


def test_a_file_that_cannot_be_written_is_said_before_training(tmp_path):
    path = write_solver(tmp_path, REGRESSION, 'base_lr: 0.1 lr_policy: "fixed" max_iter: 5')
    lines = []
    options = {"data": {"made": regression_data()}, "log": lines.append}
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        weft.caffe.train(path, output=tmp_path / "no" / "net.weft", **options)
    assert lines == []


def test_a_state_has_the_numbers_that_caffe_has(tmp_path):
    text = (
        'base_lr: 0.1 lr_policy: "multistep" gamma: 0.5 stepvalue: 1 momentum: 0.9 '
        f'snapshot_prefix: "{tmp_path}/a"'
    )
    solver, _ = made(tmp_path, text)
    before = weights(solver)
    solver.step(2)
    _, path = solver.snapshot()
    state = message("SolverState").FromString(path.read_bytes())
    assert (state.iter, state.current_step) == (2, 1)
    assert state.learned_net == f"{tmp_path}/a_iter_2.caffemodel"
    assert [list(blob.shape.dim) for blob in state.history] == [[1, 3], [1]]
    assert (weights(solver)[0] != before[0]).all()


def test_weights_to_begin_with_are_taken_by_name(tmp_path):
    text = f'base_lr: 0.1 lr_policy: "fixed" snapshot_prefix: "{tmp_path}/a"'
    first, _ = made(tmp_path, text)
    first.step(3)
    path, _ = first.snapshot()
    second, _ = made(tmp_path, text, weights=path)
    for a, b in zip(weights(first), weights(second), strict=True):
        numpy.testing.assert_array_equal(a, b)
    assert second.iter == 0


def test_the_same_seed_gives_the_same_weights(tmp_path):
    text = 'base_lr: 0.1 lr_policy: "fixed" random_seed: 7'
    found = [weights(made(tmp_path, text)[0])[0] for _ in range(2)]
    numpy.testing.assert_array_equal(*found)


def test_layers_with_a_rate_of_0_stay(tmp_path):
    net = REGRESSION.replace("lr_mult: 1 decay", "lr_mult: 0 decay")
    (tmp_path / "net.prototxt").write_text(net)
    path = tmp_path / "solver.prototxt"
    path.write_text('net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" weight_decay: 0.1')
    solver = weft.caffe.Solver(path, data={"made": regression_data()}, log=lambda _: None)
    before = weights(solver)
    solver.step(2)
    after = weights(solver)
    numpy.testing.assert_array_equal(before[0], after[0])
    assert (before[1] != after[1]).all()


# ---- lines --------------------------------------------------------------------------------------


def test_lines_are_those_that_tools_for_caffe_read(tmp_path):
    net = (
        REGRESSION
        + 'layer { name: "k" type: "Power" bottom: "ip" top: "out" include { phase: TEST } }'
    )
    path = write_solver(
        tmp_path,
        net,
        'base_lr: 0.1 lr_policy: "fixed" max_iter: 4 display: 2 average_loss: 2 test_iter: 3 '
        "test_interval: 2 test_compute_loss: true",
    )
    lines = []
    solver = weft.caffe.Solver(path, data={"made": regression_data()}, log=lines.append)
    net = solver.solve()
    assert net.output_names == ["out"]
    shown = [line for line in lines if line.startswith("Iteration")]
    assert shown[0] == "Iteration 0, Testing net (#0)"
    assert shown[1].startswith("Iteration 0 (") and ", loss = " in shown[1]
    assert shown[2] == "Iteration 0, lr = 0.1"
    assert shown[-1] == "Iteration 4, Testing net (#0)"
    assert lines[-1] == "Optimization Done."
    assert any(line.startswith("    Train net output #0: loss = ") for line in lines)
    assert any(line.startswith("Test loss: ") for line in lines)
    tested = [line for line in lines if line.startswith("    Test net output #0: loss = ")]
    assert len(tested) == 3 and all(line.endswith(" loss)") for line in tested)


def test_a_test_is_the_mean_over_its_batches(tmp_path):
    text = 'base_lr: 0.1 lr_policy: "fixed" test_iter: 3 test_interval: 10'
    solver, _ = made(tmp_path, text)
    x, t = regression_data()
    weight, bias = weights(solver)
    gap = x.reshape(12, 3) @ weight.T + bias - t
    (found,) = solver.test()
    assert found["loss"] == pytest.approx((gap**2).mean() / 2, rel=1e-5)
    solver.step(2)
    (parameter,) = (p for n, p in solver.test_nets[0].collect_params().items() if "weight" in n)
    assert (parameter.data() == solver.net.collect_params()["ip.weight"].data()).all()
    assert isinstance(solver.net(np.array(x), np.array(t)), np.ndarray)
