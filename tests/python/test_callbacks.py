"""Callbacks of `weft.Model.fit`: what they stop, save, restore and write."""

import csv
import math

import numpy
import pytest
import weft
from weft import callbacks, gluon, np
from weft.gluon import nn

RNG = numpy.random.default_rng(4)
X = RNG.normal(size=(96, 5)).astype("float32")
Y = (X[:, 0] * X[:, 1] > 0).astype("int64")


def model_of(seed=1, dropout=0.2):
    weft.random.seed(seed)
    net = nn.HybridSequential(
        nn.Dense(16, activation="relu"), nn.Dropout(dropout), nn.BatchNorm(), nn.Dense(2)
    )
    return weft.Model(
        net, "softmax_cross_entropy", "adam", ["accuracy"], optimizer_params={"learning_rate": 0.02}
    )


def values(model):
    return {name: p.data().asnumpy() for name, p in model.net.collect_params().items()}


def assert_same(first, second):
    for name, value in first.items():
        numpy.testing.assert_array_equal(second[name], value, err_msg=name)


class Figures(callbacks.Callback):
    """Gives an epoch the figures that a test wants, before other callbacks see them."""

    def __init__(self, name, figures):
        self.name, self.figures = name, figures

    def on_epoch_end(self, epoch, logs):
        logs[self.name] = self.figures[epoch]


class Stop(callbacks.Callback):
    """Ends the training like somebody who kills it."""

    def __init__(self, epoch, batch):
        self.place, self.epoch = (epoch, batch), 0

    def on_epoch_begin(self, epoch):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs):
        if (self.epoch, batch) == self.place:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("figures", "options", "stopped", "best"),
    [
        ([3, 2, 1, 1.5, 1.2, 1.1, 1.0], {"patience": 3}, 5, 2),
        ([3, 2, 1, 1.5, 0.5, 2, 2, 2], {"patience": 2}, 6, 4),
        ([1, 2, 3, 3, 3], {"patience": 1, "mode": "max"}, 3, 2),
        ([1.0, 0.95, 0.94, 0.93], {"patience": 2, "min_delta": 0.1}, 2, 0),
        ([5, 5, 5, 5], {"patience": 2, "baseline": 1.0}, 1, None),
        ([1, 2, 2, 2, 2, 2], {"patience": 1, "start_from_epoch": 3}, 4, 3),
        ([math.nan, math.nan, 1], {"patience": 1}, 0, None),
    ],
)
def test_early_stopping_counts_epochs_that_are_not_better(figures, options, stopped, best):
    stop = callbacks.EarlyStopping("score", **options)
    model_of().fit(
        X, Y, epochs=len(figures), callbacks=[Figures("score", figures), stop], verbose=0
    )
    assert (stop.stopped_epoch, stop.best_epoch) == (stopped, best)


def test_the_best_parameters_come_back():
    kept = {}

    class Keep(callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            kept[epoch] = values(self.model)

    stop = callbacks.EarlyStopping("score", patience=2, restore_best_weights=True)
    model = model_of()
    model.fit(
        X, Y, epochs=6, verbose=0, callbacks=[Figures("score", [3, 1, 2, 2, 2, 2]), Keep(), stop]
    )
    assert stop.stopped_epoch == 3
    assert_same(kept[1], values(model))


def test_a_plateau_lowers_the_rate():
    plateau = callbacks.ReduceLROnPlateau("score", factor=0.5, patience=2, cooldown=1, min_lr=0.004)
    rates = []
    watch = callbacks.LambdaCallback(on_epoch_begin=lambda epoch: rates.append(model.learning_rate))
    model = model_of()
    figures = [3, 2, 2, 2, 2, 2, 2, 2, 2]
    model.fit(X, Y, epochs=9, verbose=0, callbacks=[Figures("score", figures), plateau, watch])
    assert rates == [0.02] * 4 + [0.01] * 2 + [0.005] * 2 + [0.004]


def test_a_schedule_sets_the_rate_of_each_epoch():
    schedule = callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch else rate)
    history = model_of().fit(X, Y, epochs=3, callbacks=schedule, verbose=0)
    assert history["learning_rate"] == [0.02, 0.01, 0.005]
    only_epoch = callbacks.LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch))
    assert model_of().fit(X, Y, epochs=2, callbacks=only_epoch, verbose=0)["learning_rate"] == [
        0.1,
        0.05,
    ]


@pytest.mark.parametrize("place", [(1, 3), (2, 0), (0, 3)])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_training_goes_on_from_a_checkpoint_with_the_same_bits(tmp_path, place, accumulate):
    options = {
        "batch_size": 16,
        "epochs": 4,
        "validation_split": 0.25,
        "accumulate": accumulate,
        "verbose": 0,
    }

    def extras():
        return [
            callbacks.EarlyStopping(patience=3, restore_best_weights=True),
            callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1),
            callbacks.ExponentialMovingAverage(0.9),
        ]

    whole = model_of()
    expected = whole.fit(X, Y, callbacks=extras(), **options)
    path = tmp_path / "run.ckpt"
    saves = callbacks.Checkpoint(path, every_batches=1)
    killed = model_of()
    with pytest.raises(KeyboardInterrupt):
        killed.fit(X, Y, callbacks=[*extras(), saves, Stop(*place)], **options)
    weft.random.seed(1234)
    resumed = model_of(seed=77)
    history = resumed.fit(X, Y, callbacks=extras(), resume=path, **options)
    assert history.history == expected.history
    assert_same(values(whole), values(resumed))


def test_resume_without_a_file_begins(tmp_path):
    history = model_of().fit(X, Y, epochs=2, resume=tmp_path / "none.ckpt", verbose=0)
    assert history.epoch == [0, 1]


def test_the_best_checkpoint_is_of_the_best_epoch(tmp_path):
    best = tmp_path / "best.ckpt"
    saves = callbacks.Checkpoint(None, best=best, monitor="score", mode="max")
    kept = {}
    keep = callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.update({epoch: values(model)})
    )
    model = model_of()
    model.fit(X, Y, epochs=4, callbacks=[saves, Figures("score", [1, 3, 2, 2]), keep], verbose=0)
    other = model_of(seed=8)
    other.load(best)
    assert_same(kept[1], values(other))
    assert other.history.epoch == [0, 1]
    whole = model_of()
    weights = callbacks.Checkpoint(tmp_path / "w.safetensors", weights_only=True)
    whole.fit(X, Y, epochs=1, callbacks=weights, verbose=0)
    loaded = model_of(seed=9)
    loaded.net.load_parameters(tmp_path / "w.safetensors")
    assert_same(values(whole), values(loaded))


def test_averages_are_those_of_the_formula():
    average = callbacks.ExponentialMovingAverage(0.8)
    seen = []
    watch = callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(values(model))
    )
    model = model_of()
    model.fit(X, Y, batch_size=32, epochs=2, callbacks=[watch, average], verbose=0)
    expected = seen[0]
    for count, found in enumerate(seen, 1):
        decay = min(0.8, (1 + count) / (10 + count))
        expected = {n: decay * v + (1 - decay) * found[n] for n, v in expected.items()}
    for name, value in values(model).items():
        numpy.testing.assert_allclose(value, expected[name], rtol=1e-5, atol=1e-6)


def test_validation_sees_the_averages_and_training_its_own_values():
    average = callbacks.ExponentialMovingAverage(0.9, keep=False)
    with_average = model_of()
    history = with_average.fit(X, Y, epochs=3, validation_split=0.25, callbacks=average, verbose=0)
    without = model_of()
    plain = without.fit(X, Y, epochs=3, validation_split=0.25, verbose=0)
    assert history["loss"] == plain["loss"]
    assert history["val_loss"] != plain["val_loss"]
    assert_same(values(without), values(with_average))


def test_nan_ends_the_training(capsys):
    model = weft.Model(nn.Dense(1), "mse", "sgd", optimizer_params={"learning_rate": 1e30})
    history = model.fit(
        X,
        Y.astype("float32").reshape(-1, 1),
        epochs=9,
        callbacks=callbacks.TerminateOnNaN(),
        verbose=0,
    )
    assert len(history.epoch) == 1
    assert "the loss is" in capsys.readouterr().out


def test_the_operator_of_the_first_nan_is_named(capsys):
    class Roots(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(1)

        def forward(self, x):
            return np.log(self.dense(x) - 5)  # here

    model = weft.Model(Roots(), "mse", "sgd")
    stop = callbacks.TerminateOnNaN(explain=True)
    model.fit(X, Y.astype("float32").reshape(-1, 1), epochs=9, callbacks=stop, verbose=0)
    assert "`log`" in stop.message and "test_callbacks.py" in stop.message
    assert stop.message in capsys.readouterr().out
    assert all(numpy.isfinite(v).all() for v in values(model).values())


def test_the_rate_finder_leaves_everything_as_it_was():
    model = model_of()
    model.fit(X, Y, epochs=1, verbose=0)
    before, rate = values(model), model.learning_rate
    moments = {n: a.asnumpy() for n, a in model.trainer.describe_states()[0].items()}
    finder = callbacks.LRFinder(1e-5, 10.0, steps=40)
    model.fit(X, Y, batch_size=8, epochs=9, callbacks=finder, verbose=0)
    assert_same(before, values(model))
    assert_same(moments, {n: a.asnumpy() for n, a in model.trainer.describe_states()[0].items()})
    assert model.learning_rate == rate
    assert 1e-5 < finder.suggestion < 10.0
    assert finder.rates[0] == pytest.approx(1e-5)
    assert finder.rates == sorted(finder.rates)


def test_the_table_has_a_line_for_each_epoch(tmp_path):
    path = tmp_path / "log.csv"
    history = model_of().fit(X, Y, epochs=3, callbacks=callbacks.CSVLogger(path), verbose=0)
    rows = list(csv.DictReader(path.open()))
    assert [float(row["loss"]) for row in rows] == history["loss"]
    more = model_of()
    more.fit(X, Y, epochs=1, callbacks=callbacks.CSVLogger(path, append=True), verbose=0)
    assert len(list(csv.DictReader(path.open()))) == 4


def test_callbacks_hear_events_in_order():
    heard = []

    def hears(name):
        return lambda *args: heard.append(name)

    names = [n for n in dir(callbacks.Callback) if n.startswith("on_")]
    every = callbacks.LambdaCallback(**{name: hears(name[3:]) for name in names})
    model_of().fit(
        X, Y, batch_size=48, epochs=1, validation_data=(X, Y), callbacks=every, verbose=0
    )
    batch = ["train_batch_begin", "train_batch_end"]
    test_batch = ["test_batch_begin", "test_batch_end"]
    assert heard == [
        "train_begin", "epoch_begin", *batch * 2, "test_begin", *test_batch * 2, "test_end",
        "epoch_end", "train_end", "close",
    ]  # fmt: skip


def test_an_unknown_event_is_refused():
    with pytest.raises(TypeError, match="did you mean `on_epoch_end`"):
        callbacks.LambdaCallback(on_epoch_ends=print)


@pytest.mark.parametrize("verbose", [0, 1, 2, None])
def test_progress_is_shown_as_asked(verbose, capsys):
    model_of().fit(X, Y, epochs=2, verbose=verbose)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert len(lines) == (2 if verbose in (2, None) else 0)  # no terminal here
    assert [line[:9] for line in err.splitlines()] == (
        ["epoch 1/2", "epoch 2/2"] if verbose == 1 else []
    )
    assert all(line.startswith("epoch ") and "accuracy" in line for line in lines)


def test_a_history_shows_itself(tmp_path):
    history = model_of().fit(X, Y, epochs=3, validation_split=0.25, verbose=0)
    assert history._repr_html_().count("<tr>") == 4
    assert repr(history).startswith("History(3 epochs; loss=")
    assert history.best("loss") == int(numpy.argmin(history["loss"]))
    with pytest.raises(LookupError, match="did you mean `accuracy`"):
        history["acuracy"]


def test_extra_of_a_checkpoint_may_have_arrays(tmp_path):
    net = nn.Dense(2, in_units=3)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    kept = {"mean": np.arange(3.0), "deep": [{"x": np.ones((2, 2), dtype="int8")}, 5, "text"]}
    weft.save_checkpoint(tmp_path / "c", net, trainer, extra=kept)
    found = weft.load_checkpoint(tmp_path / "c", net, trainer)
    assert found["mean"].tolist() == [0.0, 1.0, 2.0]
    assert found["deep"][0]["x"].dtype == "int8"
    assert found["deep"][1:] == [5, "text"]
    net.load_parameters(tmp_path / "c", ignore_extra=True)
