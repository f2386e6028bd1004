"""Gluon's estimator over several ranks: what one process gives for the same batches."""

import numpy
import pytest
from spawned import ranks
from weft import gluon, metric, np
from weft.gluon import nn
from weft.gluon.contrib.estimator import (
    BatchEnd,
    CheckpointHandler,
    EarlyStoppingHandler,
    Estimator,
)

SAMPLES = 44


def place():
    from weft._core import collectives

    return collectives.place()


def loader(samples=SAMPLES, batch_size=12, shuffle=True):
    drawn = numpy.random.default_rng(2)
    x = drawn.normal(size=(samples, 6)).astype("float32")
    y = (x[:, 0] + x[:, 1] > 0).astype("int64")
    return gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), batch_size, shuffle=shuffle)


def estimator_of(**options):
    net = nn.HybridSequential(nn.Dense(8, activation="relu", in_units=6), nn.Dense(2, in_units=8))
    net.initialize()
    drawn = numpy.random.default_rng(3 + place()[0])  # only rank 0's first values count
    for parameter in net.collect_params().values():
        parameter.set_data(np.array(drawn.normal(size=parameter.shape).astype("float32") * 0.3))
    options = {"kvstore": "dist_sync", **options}
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02}, **options)
    metrics = [metric.Accuracy(), metric.MCC()]
    found = Estimator(net, gluon.loss.SoftmaxCrossEntropyLoss(), metrics, trainer=trainer)
    found.logger.setLevel("WARNING")
    return found


def figures(metrics):
    return {name: value for m in metrics for name, value in m.get_name_value()}


def contents(estimator):
    return [p.data().asnumpy() for p in estimator.net.collect_params().values()]


def fitted(options, validates=True, **fit_options):
    np.random.seed(1)
    estimator = estimator_of(**options)
    valid = loader(30, 7, shuffle=False) if validates else None
    estimator.fit(loader(), valid, **({"epochs": 3} | fit_options))
    return figures([*estimator.train_metrics, *estimator.val_metrics]), contents(estimator)


@pytest.mark.parametrize("fit_options", [{"epochs": 3}, {"epochs": None, "batches": 6}])
def test_ranks_fit_as_one_process_does(fit_options):
    right = fitted({}, **fit_options)
    found = ranks(2).run(fitted_with, {}, fit_options)
    for numbers, values in found:
        assert numbers == pytest.approx(right[0], rel=1e-5)
        for mine, theirs in zip(values, right[1], strict=True):
            numpy.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)
    assert found[0][0] == found[1][0]


def fitted_with(options, fit_options):
    return fitted(options, **fit_options)


def test_shares_give_the_bits_of_one_process():
    right = fitted({"deterministic": 2}, False)
    for _, values in ranks(2).run(fitted, {"deterministic": 2}, False):
        for mine, theirs in zip(values, right[1], strict=True):
            numpy.testing.assert_array_equal(mine, theirs)


class StopsThere(BatchEnd):
    def batch_end(self, estimator, *args, **kwargs):
        return place()[0] == 1


def stopped(folder, kind):
    np.random.seed(1)
    estimator = estimator_of()
    loss = estimator.val_metrics[-1]
    if kind == "one rank":
        handler = StopsThere()
    elif kind == "early":
        handler = EarlyStoppingHandler(loss, patience=1, mode="max")
    else:
        handler = CheckpointHandler(f"{folder}/{place()[0]}")
    estimator.fit(loader(), loader(30, 7), epochs=4, event_handlers=[handler])
    return contents(estimator), getattr(handler, "stopped_epoch", None)


@pytest.mark.parametrize("kind", ["one rank", "early", "files"])
def test_ranks_stop_together_and_the_first_one_writes(tmp_path, kind):
    first, second = ranks(2).run(stopped, str(tmp_path), kind)
    assert first[1] == second[1]
    for mine, theirs in zip(first[0], second[0], strict=True):
        numpy.testing.assert_array_equal(mine, theirs)
    if kind == "files":
        assert any((tmp_path / "0").iterdir()) and not any((tmp_path / "1").iterdir())
