"""The estimator against the same loop by hand, its events, its handlers, and what it refuses."""

import logging
import re
import subprocess
import sys
from contextlib import nullcontext

import pytest
import weft
from numpy.testing import assert_allclose
from weft import autograd, gluon, metric, np
from weft.gluon.contrib import estimator as est

CE = gluon.loss.SoftmaxCrossEntropyLoss


def loader(count=20, batch_size=8, classes=2):
    np.random.seed(3)
    data = np.random.normal(size=(count, 3))
    label = (data[:, 0] > 0).astype("int64") % classes
    return gluon.data.DataLoader(gluon.data.ArrayDataset(data, label), batch_size)


def network(hybrid=False):
    net = gluon.nn.HybridSequential(gluon.nn.Dense(4, activation="relu"), gluon.nn.Dense(2))
    np.random.seed(4)
    net.initialize(weft.init.Xavier())
    net(np.zeros((1, 3)))
    if hybrid:
        net.hybridize()
    return net


def made(net=None, rate=0.1, **options):
    net = network() if net is None else net
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": rate})
    options = {"loss": CE(), "trainer": trainer, **options}
    found = est.Estimator(net, **options)
    found.logger.handlers.clear()
    return found


def lines_of(estimator):
    lines = []

    class Keeps(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())

    estimator.logger.addHandler(Keeps())
    return lines


def values(net):
    return [p.data().asnumpy() for p in net.collect_params().values()]


EVENTS = ("train_begin", "epoch_begin", "batch_begin", "batch_end", "epoch_end", "train_end")


class Recorder(
    *(est.TrainBegin, est.EpochBegin, est.BatchBegin, est.BatchEnd, est.EpochEnd, est.TrainEnd)
):
    """Notes all events and what comes with them."""

    def __init__(self, stop_batch=None, stop_epoch=None):
        self.seen, self.stop_batch, self.stop_epoch = [], stop_batch, stop_epoch

    def _note(self, event, given):
        self.seen.append((event, sorted(given)))
        wanted = {"batch_end": self.stop_batch, "epoch_end": self.stop_epoch}.get(event)
        return wanted is not None and self.names.count(event) == wanted

    @property
    def names(self):
        return [event for event, _ in self.seen]


for name in EVENTS:

    def hear(self, estimator, *args, _event=name, **kwargs):
        return self._note(_event, kwargs)

    setattr(Recorder, name, hear)


# ---- fit


def test_fit_trains_as_the_loop_by_hand_does():
    net, other = network(), network()
    made(net).fit(loader(), epochs=3)
    trainer = gluon.Trainer(other.collect_params(), "sgd", {"learning_rate": 0.1})
    for _ in range(3):
        for data, label in loader():
            with autograd.record():
                loss = CE()(other(data), label)
            loss.backward()
            trainer.step(len(data))
    for ours, theirs in zip(values(net), values(other), strict=True):
        assert_allclose(ours, theirs, rtol=1e-6)


def test_events_come_in_order_with_what_they_need():
    recorder = Recorder()
    made().fit(loader(), epochs=2, event_handlers=recorder)
    epoch = ["epoch_begin", *(["batch_begin", "batch_end"] * 3), "epoch_end"]
    assert recorder.names == ["train_begin", *epoch, *epoch, "train_end"]
    given = dict(recorder.seen)
    assert given["batch_begin"] == ["batch"]
    assert given["batch_end"] == ["batch", "label", "loss", "pred"]


def test_batches_are_counted_over_epochs():
    recorder = Recorder()
    estimator = made()
    estimator.fit(loader(), batches=7, event_handlers=[recorder])
    assert recorder.names.count("batch_end") == 7
    assert recorder.names.count("epoch_end") == 3
    assert (estimator.max_batch, estimator.max_epoch) == (7, None)


def test_a_handler_ends_an_epoch_or_the_training():
    recorder = Recorder(stop_batch=2)
    made().fit(loader(), epochs=2, event_handlers=recorder)
    assert recorder.names.count("batch_end") == 2 + 3
    assert recorder.names.count("epoch_end") == 2
    recorder = Recorder(stop_epoch=2)
    made().fit(loader(), epochs=9, event_handlers=recorder)
    assert recorder.names.count("epoch_end") == 2
    assert recorder.names[-1] == "train_end"


def test_defaults_are_added_in_the_order_of_priorities():
    estimator = made()
    early = est.EarlyStoppingHandler(estimator.val_metrics[1])
    handlers = estimator._prepare_default_handlers(None, [early])
    kinds = [type(h).__name__.removesuffix("Handler") for h in handlers]
    assert kinds == ["GradientUpdate", "Metric", "EarlyStopping", "Stopping", "Logging"]
    own = est.GradientUpdateHandler(priority=5)
    assert estimator._prepare_default_handlers(None, [own])[-2] is own


def test_metrics_are_named_and_copied_for_validation():
    estimator = made()
    names = [[m.name for m in some] for some in (estimator.train_metrics, estimator.val_metrics)]
    assert names == [
        ["training accuracy", "training SoftmaxCrossEntropyLoss"],
        ["validation accuracy", "validation SoftmaxCrossEntropyLoss"],
    ]
    mine = metric.RMSE()
    estimator = made(loss=gluon.loss.L2Loss(), train_metrics=mine, val_metrics=[metric.MAE()])
    assert estimator.train_metrics[0] is mine and mine.name == "training rmse"
    assert [m.name for m in estimator.val_metrics] == ["validation mae"]


def test_validation_leaves_parameters_alone_and_fills_its_metrics():
    net = network()
    estimator = made(net)
    before = values(net)
    estimator.evaluate(loader())
    assert all((a == b).all() for a, b in zip(before, values(net), strict=True))
    data, label = (np.concatenate(parts) for parts in zip(*loader(), strict=True))
    exact = float((net(data).argmax(axis=1) == label).mean())
    assert_allclose(estimator.val_metrics[0].get()[1], exact)
    assert_allclose(estimator.val_metrics[1].get()[1], CE()(net(data), label).mean().item(), 1e-5)


def test_validation_runs_in_predict_mode_on_its_own_network_and_loss():
    seen = []

    class Watched(gluon.nn.Dense):
        def forward(self, x):
            seen.append(autograd.is_training())
            return super().forward(x)

    net, other = Watched(2), Watched(2)
    net.initialize()
    other.share_parameters(net.collect_params())
    loss = gluon.loss.L1Loss()
    estimator = made(net, loss=CE(), val_net=other, val_loss=CE())
    assert estimator.val_net is other and loss is not estimator.val_loss
    estimator.fit(loader(), loader(), epochs=1)
    assert seen == [True] * 3 + [False] * 3


def test_parameters_that_wait_are_initialized():
    net = gluon.nn.Dense(2)
    made(net, initializer=weft.init.Zero()).fit(loader(), epochs=1)
    assert net.weight.data().shape == (2, 3)
    half = gluon.nn.Sequential(network(), gluon.nn.Dense(2))
    kept = values(half[0])[1]
    estimator = made(half, initializer=weft.init.One(), rate=0.0)
    estimator.fit(loader(), epochs=1)
    assert (values(half[0])[1] == kept).all()
    assert (half[1].weight.data().asnumpy() == 1).all()


def test_a_batch_axis_is_taken_from_fit_to_validation():
    class Shapes(est.BatchProcessor):
        def __init__(self):
            self.seen = []

        def fit_batch(self, estimator, batch, batch_axis=0):
            self.seen.append(("fit", batch_axis))
            return super().fit_batch(estimator, batch, batch_axis)

        def evaluate_batch(self, estimator, batch, batch_axis=0):
            self.seen.append(("evaluate", batch_axis))
            return super().evaluate_batch(estimator, batch, batch_axis)

    net = gluon.nn.Dense(1)
    net.initialize()
    loss = gluon.loss.L2Loss()
    data = gluon.data.DataLoader(gluon.data.ArrayDataset(np.ones((4, 2)), np.ones((4, 1))), 2)
    shapes = Shapes()
    made(net, loss=loss, batch_processor=shapes).fit(data, data, epochs=1, batch_axis=1)
    assert shapes.seen == [("fit", 1)] * 2 + [("evaluate", 1)] * 2


# ---- handlers


def test_lines_tell_epochs_and_their_figures():
    estimator = made()
    lines = lines_of(estimator)
    estimator.fit(loader(), loader(), epochs=2)
    assert lines[0] == "Training begins with optimizer SGD, learning rate 0.1000"
    assert lines[1] == "Train for 2 epochs"
    assert lines[2] == "[Epoch 0] Begin, current learning rate: 0.1000"
    assert lines[3] == "Validation begins"
    figure = r"\d\.\d{4}"
    for line, name in zip(lines[4:6], ("validation", "training"), strict=True):
        assert re.fullmatch(
            rf"\[Epoch 0\] Finished in \d+\.\d{{3}}s, {name} accuracy: {figure}, "
            rf"{name} SoftmaxCrossEntropyLoss: {figure}",
            line,
        )
    assert lines[-1].startswith("Training ended after 0s and 2 epochs. training accuracy: ")


@pytest.mark.parametrize("interval, written", [(1, [0, 1, 2]), (2, [0, 2])])
def test_lines_tell_batches(interval, written):
    estimator = made()
    lines = lines_of(estimator)
    handler = est.LoggingHandler(interval, metrics=estimator.train_metrics)
    estimator.fit(loader(), epochs=1, event_handlers=handler)
    found = [line for line in lines if "[Batch" in line]
    samples = {0: 8, 1: 16, 2: 20}
    assert len(found) == len(written)
    for line, batch in zip(found, written, strict=True):
        start = f"[Epoch 0][Batch {batch}][Samples {samples[batch]}] time/interval: "
        assert line.startswith(start) and "training accuracy: " in line


def test_an_estimator_writes_to_the_standard_output(capsys):
    net = network()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    est.Estimator(net, CE(), trainer=trainer).fit(loader(), batches=1)
    assert "Train for 1 batches" in capsys.readouterr().out


def test_validation_comes_after_its_periods():
    recorder, estimator = Recorder(), made()
    handler = est.ValidationHandler(
        loader(), estimator.evaluate, epoch_period=2, batch_period=3, event_handlers=recorder
    )
    estimator.fit(loader(), epochs=4, event_handlers=handler)
    assert recorder.names.count("epoch_begin") == 4 + 2
    assert "train_begin" not in recorder.names


class Sets(est.EpochEnd):
    """Gives a metric one value after another."""

    priority = -1

    def __init__(self, watched, values):
        self.watched, self.values = watched, list(values)

    def epoch_end(self, estimator, *args, **kwargs):
        self.watched.total, self.watched.count = self.values.pop(0), 1


@pytest.mark.parametrize(
    "values, options, epochs",
    [
        ([1, 1, 1, 1], {"mode": "max"}, 2),
        ([1, 2, 2, 2, 2], {"mode": "max", "patience": 2}, 4),
        ([1, 1.05, 1.3, 1.35, 1], {"mode": "max", "min_delta": 0.1, "patience": 1}, 2),
        ([3, 2, 2.5, 1], {"mode": "min", "patience": 1}, 3),
        ([3, 2.95, 1, 1], {"mode": "min", "patience": 2, "min_delta": 0.1}, 5),
        ([3, 2, 1, 0], {"mode": "min", "patience": 1, "baseline": 2.5}, 1),
        ([0.1, 0.2, 0.3, 0.2], {}, 4),
    ],
)
def test_training_ends_when_a_value_is_not_better(values, options, epochs):
    estimator = made()
    watched = estimator.train_metrics[0]
    with pytest.warns(UserWarning) if not options else nullcontext():
        handler = est.EarlyStoppingHandler(watched, **options)
    sets = Sets(watched, values + [values[-1]] * 4)
    lines = lines_of(estimator)
    estimator.fit(loader(), epochs=6, event_handlers=[sets, handler])
    assert handler.current_epoch == epochs
    assert handler.stopped_epoch == epochs - 1
    assert any("training accuracy is not better any more" in line for line in lines)


def test_a_metric_without_value_does_not_end_the_training():
    estimator = made()
    handler = est.EarlyStoppingHandler(estimator.val_metrics[1], patience=0)
    with pytest.warns(RuntimeWarning, match="has no value yet"):
        estimator.fit(loader(), epochs=2, event_handlers=handler)
    assert handler.current_epoch == 2


def test_checkpoints_are_written_after_their_periods(tmp_path):
    estimator = made(network(hybrid=True))
    handler = est.CheckpointHandler(tmp_path, "net", max_checkpoints=2)
    estimator.fit(loader(), epochs=3, event_handlers=handler)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        *("net-epoch1batch6.params", "net-epoch1batch6.states"),
        *("net-epoch2batch9.params", "net-epoch2batch9.states", "net.weft"),
    ]
    assert (handler.current_epoch, handler.current_batch) == (3, 9)


def test_checkpoints_are_written_after_batches(tmp_path):
    handler = est.CheckpointHandler(tmp_path, epoch_period=None, batch_period=2)
    made().fit(loader(), batches=5, event_handlers=handler)
    names = sorted(path.name for path in tmp_path.glob("*.params"))
    assert names == ["model-epoch0batch1.params", "model-epoch1batch3.params"]
    assert not (tmp_path / "model.weft").exists()


def test_the_best_checkpoint_is_kept(tmp_path):
    net = network()
    estimator = made(net)
    watched = estimator.train_metrics[0]
    handler = est.CheckpointHandler(tmp_path, monitor=watched, save_best=True, mode="max")
    sets = Sets(watched, [0.5, 0.75, 0.25])
    estimator.fit(loader(), epochs=3, event_handlers=[sets, handler])
    assert handler.best == 0.75
    best = (tmp_path / "model-best.params").read_bytes()
    assert best == (tmp_path / "model-epoch1batch6.params").read_bytes()
    assert (tmp_path / "model-best.states").exists()


def test_training_goes_on_from_a_checkpoint_as_if_never_stopped(tmp_path):
    def adam(net):
        return gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})

    whole, first, second = network(), network(), network()
    made(whole, trainer=adam(whole)).fit(loader(), epochs=5)
    saves = est.CheckpointHandler(tmp_path)
    made(first, trainer=adam(first)).fit(loader(), epochs=2, event_handlers=saves)
    estimator = made(second, trainer=adam(second))
    lines = lines_of(estimator)
    resumes = est.CheckpointHandler(tmp_path, resume_from_checkpoint=True)
    estimator.fit(loader(), epochs=5, event_handlers=resumes)
    assert estimator.max_epoch == 3
    assert "going on from model-epoch1batch6 for 3 more epochs" in lines[0]
    for ours, theirs in zip(values(second), values(whole), strict=True):
        assert (ours == theirs).all()
    assert (tmp_path / "model-epoch4batch15.params").exists()
    with pytest.raises(ValueError, match="has all 5 epochs already"):
        estimator.fit(loader(), epochs=5, event_handlers=resumes)


def test_training_goes_on_from_a_batch(tmp_path):
    options = {"epoch_period": None, "batch_period": 2}
    estimator = made()
    handler = est.CheckpointHandler(tmp_path, **options)
    estimator.fit(loader(), batches=5, event_handlers=handler)
    handler = est.CheckpointHandler(tmp_path, resume_from_checkpoint=True, **options)
    estimator.fit(loader(), batches=9, event_handlers=handler)
    assert estimator.max_batch == 9 - 4
    assert handler.current_batch == 9
    names = sorted(path.name for path in tmp_path.glob("*epoch[23]*.params"))
    assert names == ["model-epoch2batch5.params", "model-epoch3batch7.params"]
    with pytest.raises(ValueError, match="`epoch_period` must be given and `batch_period` must be"):
        estimator.fit(loader(), epochs=9, event_handlers=handler)


def test_without_a_checkpoint_training_begins_from_the_start(tmp_path):
    estimator = made()
    lines = lines_of(estimator)
    handler = est.CheckpointHandler(tmp_path / "new", resume_from_checkpoint=True)
    estimator.fit(loader(), epochs=1, event_handlers=handler)
    assert "no checkpoint in" in lines[0] and estimator.max_epoch == 1


def test_a_gradient_handler_of_ones_own_takes_the_place_of_the_default():
    class Every2(est.GradientUpdateHandler):
        count = 0

        def batch_end(self, estimator, *args, **kwargs):
            self.count += 1
            if self.count % 2 == 0:
                super().batch_end(estimator, *args, **kwargs)

    estimator = made()
    estimator.fit(loader(), epochs=2, event_handlers=Every2())
    assert estimator.trainer.optimizer.num_update == 3


# ---- what is refused


def test_what_an_estimator_is_made_of_is_checked():
    net = network()
    for options, text in (
        ({"loss": "mse"}, "`loss` must be a loss of gluon.loss; got 'mse'"),
        ({"val_loss": 3}, "`val_loss` must be a loss"),
        ({"val_net": abs}, "`val_net` must be a gluon.Block; got <built-in function abs>"),
        ({"train_metrics": "acc"}, "`train_metrics` must be metrics"),
        ({"val_metrics": [metric.MAE(), 3]}, "`val_metrics` must be metrics"),
        ({"trainer": "sgd"}, "`trainer` must be a gluon.Trainer; got 'sgd'"),
        ({"device": 3}, "`device` must be a device or several; got 3"),
        ({"batch_processor": 3}, "must have `fit_batch` and `evaluate_batch`; got 3"),
    ):
        with pytest.raises(ValueError, match=text):
            made(net, **options)
    with pytest.raises(ValueError, match=r"`net` must be a gluon.Block; got None"):
        est.Estimator(None, CE())


def test_defaults_that_may_surprise_are_told():
    net = network()
    with pytest.warns(UserWarning, match="No trainer specified"):
        estimator = est.Estimator(net, CE())
    assert estimator.trainer.learning_rate == 0.001
    with pytest.warns(UserWarning, match="Network already fully initialized"):
        made(net, initializer=weft.init.Zero())


def test_what_is_fitted_is_checked():
    estimator, rows = made(), [np.ones((4, 3))]
    stranger = est.LoggingHandler(metrics=[metric.RMSE()])
    for given, text in (
        (((rows,), {"epochs": 1}), "fit: `train_data` must be a gluon.data.DataLoader; got list"),
        (((loader(), rows), {"epochs": 1}), "fit: `val_data` must be a gluon.data.DataLoader"),
        (((loader(),), {}), "exactly one of `epochs` and `batches` must be given; got none"),
        (((loader(),), {"epochs": 0}), "fit: `epochs` must be at least 1; got 0"),
        (((loader(),), {"batches": -1}), "fit: `batches` must be at least 1; got -1"),
        (((loader(0),), {"batches": 1}), "fit: `train_data` must have batches; got none"),
        (((loader(),), {"epochs": 1, "batches": 1}), "must be given; got both"),
        (((loader(),), {"epochs": 1, "event_handlers": 3}), "must be event handlers; got 3"),
        (((loader(),), {"epochs": 1, "event_handlers": stranger}), "metric `rmse`, which is none"),
    ):
        with pytest.raises(ValueError, match=text):
            estimator.fit(*given[0], **given[1])
    with pytest.raises(ValueError, match=r"evaluate: `val_data` must be a gluon.data.DataLoader"):
        estimator.evaluate(rows)


def test_options_of_handlers_are_checked(tmp_path):
    accuracy = metric.Accuracy()
    for make, text in (
        (lambda: est.LoggingHandler("often"), "`log_interval` must be 'epoch' or a number"),
        (lambda: est.LoggingHandler(metrics=3), "`metrics` must be metrics"),
        (lambda: est.MetricHandler("acc"), "`metrics` must be metrics"),
        (lambda: est.EarlyStoppingHandler(3), "`monitor` must be one of"),
        (lambda: est.CheckpointHandler(tmp_path, save_best=True), "`monitor` must be one of"),
    ):
        with pytest.raises(ValueError, match=text):
            make()
    with (
        pytest.warns(UserWarning, match="more is taken as better of accuracy"),
        pytest.warns(RuntimeWarning, match="`mode` must be 'auto', 'min' or 'max'; got 'up'"),
    ):
        est.EarlyStoppingHandler(accuracy, mode="up")
    with pytest.warns(UserWarning, match="more is taken as better of accuracy"):
        est.EarlyStoppingHandler(accuracy)


def test_importing_gluon_imports_neither_of_these():
    code = (
        "import sys; from weft import gluon; "
        "assert not [m for m in sys.modules if 'probability' in m or 'contrib' in m]; "
        "gluon.probability; gluon.contrib.estimator"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
