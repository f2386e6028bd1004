"""`weft.Model` over several ranks: what one process gives for the same batches."""

import numpy
import pytest
import weft
from jobs import launched
from spawned import RankError, ranks
from weft import autograd, callbacks, gluon, np
from weft.gluon import nn

SAMPLES, FEATURES, CLASSES = 50, 6, 3


def data(samples=SAMPLES):
    drawn = numpy.random.default_rng(2)
    x = drawn.normal(size=(samples, FEATURES)).astype("float32")
    return x, (x[:, 0] + 0.5 * drawn.normal(size=samples) > 0).astype("int64") + (x[:, 1] > 1)


def place():
    from weft._core import collectives

    return collectives.place()


def network(dropout=0.0):
    layers = [nn.Dense(16, activation="relu", in_units=FEATURES), nn.Dense(CLASSES, in_units=16)]
    net = nn.HybridSequential(layers[0], nn.Dropout(dropout), layers[1])
    net.initialize()
    drawn = numpy.random.default_rng(3 + place()[0])  # only rank 0's first values count
    for parameter in net.collect_params().values():
        values = drawn.normal(size=parameter.shape) * 0.3
        parameter.set_data(np.array(values.astype("float32")))
    return net


def model_of(dropout=0.0, kind=weft.Model, **options):
    metrics = ["accuracy", weft.metric.F1(class_type="multiclass", average="macro")]
    optimizer = {"optimizer_params": {"learning_rate": 0.02}}
    return kind(network(dropout), "softmax_cross_entropy", "adam", metrics, **optimizer, **options)


def contents(model):
    return [p.data().asnumpy() for p in model.net.collect_params().values()]


def fitted(model_options, fit_options, kind="arrays"):
    """History and parameters."""
    np.random.seed(1)
    model = model_of(**model_options)
    options = {"batch_size": 12, "epochs": 3, "verbose": 0, **fit_options}
    x, y = data()
    if kind == "arrays":
        history = model.fit(x, y, **options)
    elif kind == "data set":
        history = model.fit(gluon.data.ArrayDataset(x, y), **options)
    else:
        size = options.pop("batch_size")
        rows = gluon.data.ArrayDataset(x, y)
        history = model.fit(gluon.data.DataLoader(rows, size, shuffle=True), **options)
    return dict(history.history), contents(model)


def check_same(found, right, rtol=1e-5):
    """All ranks have the same numbers in every bit, and those of one process nearly."""
    for history, values in found:
        assert list(history) == list(right[0])
        for name, numbers in history.items():
            assert len(numbers) == len(right[0][name])
            numpy.testing.assert_allclose(numbers, right[0][name], rtol=rtol, err_msg=name)
        for mine, theirs in zip(values, right[1], strict=True):
            numpy.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)
    for history, values in found[1:]:
        assert history == found[0][0]
        for mine, first in zip(values, found[0][1], strict=True):
            numpy.testing.assert_array_equal(mine, first)


@pytest.mark.parametrize("kind", ["arrays", "data set", "loader"])
@pytest.mark.parametrize("compiled", [True, False])
def test_ranks_fit_as_one_process_does(kind, compiled):
    given = {"compiled": compiled}, {}, kind
    check_same(ranks(2).run(fitted, *given), fitted(*given))


FIT_OPTIONS = {
    "validation": {"validation_split": 0.2},
    "classes": {"class_weight": {0: 2.0, 1: 0.5}},
    "steps": {"steps_per_epoch": 2},
    "in order": {"shuffle": False},
    "accumulate": {"accumulate": 2},
}


@pytest.mark.parametrize("options", FIT_OPTIONS.values(), ids=FIT_OPTIONS)
def test_options_of_fit_mean_the_same(options):
    check_same(ranks(2).run(fitted, {}, options), fitted({}, options))


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("compiled", [True, False])
def test_parts_of_different_sizes_clip_alike(accumulate, compiled):
    # Batches of 13 are parts of 6 and 7.
    given = (
        {"clip_global_norm": 0.05, "compiled": compiled},
        {"batch_size": 13, "accumulate": accumulate},
    )
    check_same(ranks(2).run(fitted, *given), fitted(*given))


def test_a_rest_with_too_few_samples_joins_the_batch_before():
    histories = [history for history, _ in ranks(3).run(fitted, {}, {"epochs": 1})]
    assert len(histories[0]["loss"]) == 1 and histories[0] == histories[1] == histories[2]


def stopped(plateau):
    model = model_of()
    x, y = data()
    stop = callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)
    lower = callbacks.ReduceLROnPlateau("val_loss", patience=1, factor=0.3)
    options = {"validation_split": 0.3, "callbacks": [stop, lower] if plateau else [stop]}
    history = model.fit(x, y, 12, 40, verbose=0, shuffle=False, **options)
    return len(history.epoch), stop.best_epoch, model.learning_rate, contents(model)


@pytest.mark.parametrize("plateau", [False, True])
def test_callbacks_decide_as_in_one_process(plateau):
    right = stopped(plateau)
    assert right[0] < 40
    for found in ranks(2).run(stopped, plateau):
        assert found[:2] == right[:2]
        assert found[2] == pytest.approx(right[2])


def judged(samples, batch_size):
    model = model_of()
    x, y = data(samples)
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), batch_size)
    return (
        model.evaluate(x, y, batch_size),
        model.evaluate(loader),
        model.predict(x, batch_size).asnumpy(),
    )


@pytest.mark.parametrize("samples, batch_size", [(50, 12), (50, 2), (7, 4), (2, 8)])
def test_evaluate_and_predict_have_all_samples_in_order(samples, batch_size):
    figures, of_loader, outputs = judged(samples, batch_size)
    for found in ranks(3).run(judged, samples, batch_size):
        assert found[0] == pytest.approx(figures, rel=1e-5)
        assert found[1] == pytest.approx(of_loader, rel=1e-5)
        numpy.testing.assert_allclose(found[2], outputs, rtol=1e-5, atol=1e-6)


class Seen(callbacks.Callback):
    """Notes the first feature of all samples that were trained on here."""

    def on_train_begin(self):
        self.samples = []

    def on_train_batch_end(self, batch, logs):
        self.samples += self.model.batch.inputs[:, 0].tolist()


def seen(kind):
    rank, count = place()
    x, y = data()
    x[:, 0] = numpy.arange(SAMPLES)
    note = Seen()
    model = model_of()
    rows = gluon.data.ArrayDataset(x, y)
    if kind == "shard":
        given = gluon.data.DataLoader(rows, 4, shuffle=True, shard=(rank, count))
    elif kind == "loader":
        given = gluon.data.DataLoader(rows, 12, shuffle=True)
    else:
        given = rows
    model.fit(given, epochs=1, callbacks=note, verbose=0)
    whole = [len(batch[0]) for batch in given] if kind == "loader" else []
    return note.samples, whole


@pytest.mark.parametrize("kind", ["data set", "loader", "shard"])
@pytest.mark.parametrize("count", [2, 3])
def test_every_sample_counts_once_an_epoch(kind, count):
    found = ranks(count).run(seen, kind)
    taken = [sample for samples, _ in found for sample in samples]
    assert sorted(taken) == list(range(SAMPLES))
    if kind == "loader":  # whole again behind the call
        assert found[0][1] == [12, 12, 12, 12, 2]


def own_batches(steps):
    rank, _ = place()

    def batches():
        drawn = numpy.random.default_rng(rank)
        for _ in range(2 + rank):
            x = drawn.normal(size=(4, FEATURES)).astype("float32")
            yield x, (x[:, 0] > 0).astype("int64")

    note = Seen()
    model = model_of()
    history = model.fit(batches(), epochs=1, callbacks=note, verbose=0, steps_per_epoch=steps)
    figures = model.evaluate(batches())
    return history["loss"], len(note.samples), figures, len(model.predict(batches()))


@pytest.mark.parametrize("steps, batches", [(None, 2), (1, 1)])
def test_generators_are_of_each_rank_until_one_has_no_more(steps, batches):
    first, second = ranks(2).run(own_batches, steps)
    assert first[0] == second[0] and first[1] == second[1] == 4 * batches
    assert first[2] == second[2]
    assert (first[3], second[3]) == (8, 12)


class StopsThere(callbacks.Callback):
    def on_train_batch_end(self, batch, logs):
        if place()[0] == 1 and batch == 1:
            self.model.stop_training = True


def stopped_on_one_rank():
    model = model_of()
    note = Seen()
    model.fit(*data(), 10, 4, callbacks=[StopsThere(), note], verbose=0)
    return len(note.samples)


def test_a_callback_that_stops_one_rank_stops_all():
    assert ranks(2).run(stopped_on_one_rank) == [10, 10]


class Pictures(callbacks.Callback):
    """What rank 0 makes of the network by itself."""

    of_rank_0 = True

    def on_epoch_end(self, epoch, logs):
        x, y = data(7)
        self.found = self.model.predict(x).asnumpy(), self.model.evaluate(x, y)


def with_pictures():
    model, pictures = model_of(), Pictures()
    model.fit(*data(), 10, 1, callbacks=pictures, verbose=0)
    x, y = data(7)
    after = model.predict(x).asnumpy(), model.evaluate(x, y)
    return getattr(pictures, "found", None), after


def test_a_callback_of_rank_0_predicts_alone():
    (found, after), (nothing, _) = ranks(2).run(with_pictures)
    numpy.testing.assert_allclose(found[0], after[0], rtol=1e-5)
    assert found[1] == pytest.approx(after[1], rel=1e-5) and nothing is None


class Own(weft.Model):
    def train_step(self, x, y, sample_weight):
        with autograd.record():
            outputs = self.net(x)
            loss = gluon.loss.SoftmaxCrossEntropyLoss()(outputs, y)
        loss.backward()
        self.trainer.step(len(x))
        return {"loss": loss.mean(), "largest": outputs.max(axis=1).mean()}


def fitted_by_own_steps():
    np.random.seed(1)
    model = model_of(kind=Own)
    history = model.fit(*data(), 13, 2, verbose=0)
    return dict(history.history), contents(model)


def test_own_steps_have_the_figures_of_all_ranks():
    check_same(ranks(2).run(fitted_by_own_steps), fitted_by_own_steps())


def resumed(folder, epochs, options):
    """An uninterrupted training, and one that goes on from a file in the middle of an epoch."""
    given = {"batch_size": 12, "verbose": 0, **options}
    np.random.seed(1)
    model = model_of(0.5)
    saving = callbacks.Checkpoint(f"{folder}/whole.ckpt", every=10, every_batches=3)
    history = model.fit(*data(), epochs=epochs, callbacks=saving, **given)
    whole = history.history, contents(model)
    np.random.seed(1)
    model = model_of(0.5)
    path = f"{folder}/run.ckpt"
    saving = callbacks.Checkpoint(path, every=10, every_batches=3)
    stop = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: stop_at(model, batch))
    model.fit(*data(), epochs=epochs, callbacks=[saving, stop], **given)
    model = model_of(0.5)
    history = model.fit(*data(), epochs=epochs, resume=path, callbacks=saving, **given)
    return whole, (history.history, contents(model))


def stop_at(model, batch):
    if batch == 3 and model.history.epoch == [0]:
        model.stop_training = True


@pytest.mark.parametrize("options", [{}, {"accumulate": 2}], ids=["each", "accumulate"])
def test_resuming_gives_the_same_bits(tmp_path, options):
    for whole, again in ranks(2).run(resumed, str(tmp_path), 3, options):
        assert again[0]["loss"] == pytest.approx(whole[0]["loss"], rel=1e-12)
        for mine, theirs in zip(again[1], whole[1], strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


def saved_and_resumed(folder, write, accumulate):
    np.random.seed(1)
    model = model_of()
    path = f"{folder}/run.ckpt"
    options = {"batch_size": 12, "verbose": 0, "accumulate": accumulate}
    if write:
        saving = callbacks.Checkpoint(path, every=10, every_batches=3)
        model.fit(*data(), epochs=1, callbacks=saving, **options)
    else:
        model.fit(*data(), epochs=2, resume=path, **options)
    return {"loss": model.history["loss"]}, contents(model)


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("first, then", [(2, 1), (1, 2), (2, 3)])
def test_another_number_of_ranks_goes_on(tmp_path, first, then, accumulate):
    right = fitted({}, {"epochs": 2, "accumulate": accumulate})
    runs = [saved_and_resumed if n == 1 else ranks(n).run for n in (first, then)]
    for write, count, run in zip((True, False), (first, then), runs, strict=True):
        arguments = (str(tmp_path), write, accumulate)
        found = run(*arguments) if count == 1 else run(saved_and_resumed, *arguments)
    if then != 3:  # whose last batch is another one
        check_same([found] if then == 1 else found, ({"loss": right[0]["loss"]}, right[1]))


def with_other_arrays():
    x, y = data()
    model_of().fit(x + place()[0], y, verbose=0)


def with_small_batches():
    model_of().fit(*data(), 1, verbose=0)


@pytest.mark.parametrize(
    "function, text",
    [(with_other_arrays, "must be the same on all ranks"), (with_small_batches, "at least 2")],
)
def test_what_ranks_cannot_share_is_an_error_on_all(function, text):
    for found in ranks(2).tell(function):
        assert isinstance(found, RankError) and found.kind == "InvalidValue"
        assert text in found.text


@pytest.mark.parametrize("count", [2, 4])
def test_deterministic_training_has_the_bits_of_one_process(count):
    given = {"deterministic": 4}, {"steps_per_epoch": 3}
    right = fitted(*given)
    for _, values in ranks(count).run(fitted, *given):
        for mine, theirs in zip(values, right[1], strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


def statistics():
    np.random.seed(1)
    net = nn.HybridSequential(nn.Dense(4, in_units=FEATURES), nn.BatchNorm(in_channels=4))
    net.initialize("ones")
    x, y = data()
    weft.Model(net, "softmax_cross_entropy").fit(x, y, 10, 2, verbose=0, shuffle=False)
    return net[1].running_mean.data().asnumpy(), net[1].running_var.data().asnumpy()


def test_running_statistics_are_the_mean_of_all_ranks():
    mean, _ = statistics()
    first, second = ranks(2).run(statistics)
    numpy.testing.assert_array_equal(first[0], second[0])
    numpy.testing.assert_array_equal(first[1], second[1])
    numpy.testing.assert_allclose(first[0], mean, rtol=1e-3, atol=1e-3)


PROGRAM = """
import sys
import weft
from weft import callbacks, distributed, gluon, np
from weft.gluon import nn

if "init" in sys.argv:
    distributed.init()
np.random.seed(1)
x = np.random.normal(size=(40, 3))
y = (x[:, 0] > 0).astype("int64")
model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam", ["accuracy"])
saved = [callbacks.Checkpoint("run.ckpt"), callbacks.CSVLogger("run.csv")]
history = model.fit(x, y, 10, 2, verbose=2, callbacks=saved)
print("figures", history["loss"], model.evaluate(x, y))
"""


def test_a_launched_program_shows_and_writes_once(tmp_path):
    result = launched("-n 2", PROGRAM, tmp_path, "init")
    assert result.code == 0, result.err
    first, second = result.lines(0), result.lines(1)
    assert first[0] == "fit: 2 ranks train together, each on its part of every batch"
    assert [line.partition(",")[0] for line in first[1:3]] == ["epoch 1/2", "epoch 2/2"]
    assert second == first[3:] and second[0].startswith("figures")
    assert len((tmp_path / "run.csv").read_text().splitlines()) == 3
    assert (tmp_path / "run.ckpt").exists()


def test_a_launched_program_without_init_is_told(tmp_path):
    result = launched("-n 2", PROGRAM, tmp_path)
    assert result.code == 0, result.err
    assert "a launcher started 2 processes, but `weft.distributed.init()` was" in result.err
