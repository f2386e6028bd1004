"""Numbers that are none end no training: callbacks, metrics and pictures of a loss that bursts."""

import csv
import math
import warnings

import numpy
import pytest
import weft
from weft import callbacks, metric, np
from weft.gluon import nn

BAD = [math.nan, math.inf, -math.inf, 3e38]


def data_of(bad):
    x = numpy.random.default_rng(3).normal(size=(32, 3)).astype("float32")
    y = numpy.arange(32) % 2
    x[3, 1] = bad
    return x, y


def model_of(loss="softmax_cross_entropy", metrics=None):
    net = nn.Dense(1 if loss != "softmax_cross_entropy" else 2, in_units=3)
    return weft.Model(net, loss, "sgd", metrics)


def fitted(bad, model=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = model or model_of()
        return model.fit(*data_of(bad), epochs=3, validation_split=0.25, verbose=0, **options)


MAKE = {
    "csv": lambda d: callbacks.CSVLogger(d / "run.csv"),
    "plateau": lambda d: callbacks.ReduceLROnPlateau(patience=1, verbose=1),
    "early": lambda d: callbacks.EarlyStopping(patience=9, restore_best_weights=True, verbose=1),
    "checkpoint": lambda d: callbacks.Checkpoint(d / "run.ckpt", best=d / "best.ckpt"),
    "named": lambda d: callbacks.Checkpoint(d / "{epoch}-{val_loss:.3f}.ckpt"),
    "average": lambda d: callbacks.ExponentialMovingAverage(),
    "lines": lambda d: callbacks.EpochLines(),
    "bar": lambda d: callbacks.ProgressBar(),
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("name", MAKE)
def test_a_training_goes_on_to_its_end(tmp_path, name, bad):
    history = fitted(bad, callbacks=MAKE[name](tmp_path))
    assert history.epoch == [0, 1, 2]
    assert math.isfinite(bad) or not math.isfinite(history["loss"][-1])
    history.plot(tmp_path / "run.png")
    assert "<svg" in history._repr_html_() and "3 epochs" in repr(history)


@pytest.mark.parametrize("bad", BAD)
def test_a_finder_of_rates_draws_what_it_has(tmp_path, bad):
    finder = callbacks.LRFinder(steps=3)
    fitted(bad, callbacks=finder)
    finder.plot(tmp_path / "rates.png")
    assert (tmp_path / "rates.png").stat().st_size


@pytest.mark.parametrize("bad", BAD)
def test_histograms_have_what_is_finite_and_a_warning_names_the_rest(tmp_path, bad):
    pytest.importorskip("tensorboardX")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    options = {"hyper": {"rate": 0.1}, "images": {"bad": lambda m: np.full((1, 4, 4), bad)}}
    options["embeddings"] = {"rows": lambda m: m.net.weight.data()}
    board = callbacks.TensorBoard(tmp_path, histograms=1, gradients=True, **options)
    model = model_of()
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        model.fit(*data_of(bad), epochs=2, verbose=0, callbacks=board)
    texts = [str(w.message) for w in found if str(w.message).startswith("TensorBoard")]
    named = [f"elements of {of}/{n} " for of in ("parameters", "gradients") for n in ("weight",)]
    if not math.isfinite(bad):
        assert all(sum(name in text for text in texts) == 1 for name in named)
    events = EventAccumulator(str(tmp_path / "train"), {"histograms": 0}).Reload()
    for name in events.Tags()["histograms"]:
        for event in events.Histograms(name):
            assert math.isfinite(event.histogram_value.min + event.histogram_value.max)
            assert event.histogram_value.num > 0


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e25])
def test_histograms_count_every_finite_element(tmp_path, scale):
    pytest.importorskip("tensorboardX")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    weight = np.array([[1, -2, math.nan], [3, math.inf, -1]]) * scale
    model = model_of()
    change = callbacks.LambdaCallback(on_epoch_end=lambda *_: model.net.weight.set_data(weight))
    board = callbacks.TensorBoard(tmp_path, histograms=1)
    with pytest.warns(UserWarning, match="2 of the 6 elements of parameters/weight are NaN or inf"):
        model.fit(*data_of(0.0), verbose=0, callbacks=[change, board])
    events = EventAccumulator(str(tmp_path / "train"), {"histograms": 0}).Reload()
    (event,) = events.Histograms("parameters/weight")
    assert sum(event.histogram_value.bucket) == 4


class Told(callbacks.Callback):
    """Gives epochs the figures that a test wants."""

    def __init__(self, *figures):
        self.figures = figures

    def on_epoch_end(self, epoch, logs):
        logs["loss"] = self.figures[epoch]


def test_a_figure_behind_nan_is_the_best_one(tmp_path):
    told = Told(math.nan, 2.0, 1.0, 3.0)
    saving = callbacks.Checkpoint(None, best=tmp_path / "best.ckpt", monitor="loss")
    plateau = callbacks.ReduceLROnPlateau("loss", patience=2)
    stop = callbacks.EarlyStopping("loss", patience=3)
    model = model_of()
    x, y = data_of(0.0)
    model.fit(x, y, epochs=4, verbose=0, callbacks=[told, saving, plateau, stop])
    assert saving.best == plateau.best == stop.best == 1.0
    assert model.learning_rate == pytest.approx(0.01)
    assert (tmp_path / "best.ckpt").exists()


def test_a_table_has_all_columns_of_validations_that_are_not_after_every_epoch(tmp_path):
    path = tmp_path / "run.csv"
    x, y = data_of(0.0)
    model_of().fit(
        *(x, y, 8, 3),
        validation_data=(x, y),
        validation_freq=2,
        callbacks=callbacks.CSVLogger(path),
        verbose=0,
    )
    model_of().fit(x, y, verbose=0, callbacks=callbacks.CSVLogger(path, append=True))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "0"]
    assert [bool(row["val_loss"]) for row in rows] == [False, True, False, False]
    assert all(float(row["loss"]) > 0 and None not in row for row in rows)


CLASSES = "accuracy precision recall f1 mcc pcc kappa iou roc_auc pr_auc ece ce ppl table".split()  # noqa: SIM905
MADE = {"ppl": "perplexity", "table": "confusion_matrix"}
NUMBERS = ["mae", "mse", "rmse", "mape", "r2", "pearsonr", "cos_sim", "mpd"]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("loss", ["softmax_cross_entropy", "sigmoid_bce", "mse"])
def test_metrics_of_what_is_no_number_end_nothing(loss, bad):
    names = NUMBERS if loss == "mse" else CLASSES
    history = fitted(bad, model_of(loss, [MADE.get(n, n) for n in names]))
    assert history.epoch == [0, 1, 2]
    for name in ("mae", "ece", "roc_auc", "pr_auc", "cross-entropy"):
        found = history.history.get({"ece": "calibration_error"}.get(name, name), [math.nan])
        assert math.isfinite(bad) or not math.isfinite(found[-1])


def test_probabilities_beyond_one_are_still_refused():
    found = metric.CalibrationError()
    with pytest.raises(ValueError, match=r"must be probabilities; got .* to 1\.5"):
        found.update(np.array([1, 0]), np.array([0.5, 1.5]))
