"""What newcomers from other frameworks write first with `weft.Model`: it works, or the answer says
what to write.
"""

import numpy
import pytest
import weft
from weft import callbacks, gluon, lr_scheduler, np, optimizer
from weft.gluon import nn
from weft.gluon.data.vision import transforms

DRAWN = numpy.random.default_rng(0)
X = DRAWN.normal(size=(60, 4))
Y = (X[:, 0] > 0).astype("int64")


def model(**options):
    weft.seed(0)
    net = nn.Dense(2, weight_initializer=weft.init.Constant(0.1))
    return weft.Model(net, "softmax_cross_entropy", "sgd", ["accuracy"], **options)


def test_a_list_of_batches_is_data():
    batches = [(X[i : i + 20], Y[i : i + 20]) for i in (0, 20, 40)]
    found = model().fit(batches, epochs=2, validation_data=batches, verbose=0)
    whole = model().fit(X, Y, 20, 2, shuffle=False, validation_data=(X, Y), verbose=0)
    for name in whole:
        numpy.testing.assert_allclose(found[name], whole[name], rtol=1e-6)


def test_several_inputs_are_still_a_list():
    net = nn.HybridLambda(lambda a, b: a + b)
    two = weft.Model(net, "l2").evaluate([X, X], 2 * X)
    assert two["loss"] < 1e-9


@pytest.mark.parametrize("given", [[X, Y], [X, Y, Y]])
def test_validation_data_is_a_tuple(given):
    with pytest.raises(ValueError, match=r"`validation_data` must be \(x, y\) in a tuple"):
        model().fit(X, Y, validation_data=given, verbose=0)


def test_a_loss_that_broadcasts_is_refused():
    regression = weft.Model(nn.Dense(1), lambda pred, label: (pred - label) ** 2)
    with pytest.raises(ValueError, match=r"gave \(32, 32\) for predictions \(32, 1\) and labels"):
        regression.fit(X, X[:, 0], verbose=0)
    regression.fit(X, X[:, :1], verbose=0)
    columns = weft.Model(nn.Dense(3), lambda pred, label: (pred - label) ** 2)
    columns.fit(X, X[:, :1], verbose=0)  # a label for each of three predictions


@pytest.mark.parametrize("make", [lambda s: {"learning_rate": s}, lambda s: {"lr_scheduler": s}])
def test_a_schedule_as_the_learning_rate_is_answered(make):
    schedule = lr_scheduler.CosineScheduler(max_update=4)
    options = make(schedule)
    if "lr_scheduler" in options:
        rates = model(optimizer_params=options).fit(X, Y, 30, 2, verbose=0)["learning_rate"]
        expected = optimizer.SGD(**options)
        assert len(rates) == 2 and rates[0] > rates[1] >= 0
        assert rates[0] <= expected.learning_rate
    else:
        with pytest.raises(TypeError, match="CosineScheduler; give it as `lr_scheduler`"):
            model(optimizer_params=options)


def test_a_schedule_is_no_callback():
    schedule = lr_scheduler.CosineScheduler(max_update=4)
    with pytest.raises(TypeError, match=r'optimizer_params=\{"lr_scheduler": scheduler\}'):
        model().fit(X, Y, callbacks=schedule, verbose=0)
    with pytest.raises(TypeError, match=r"write a class of `callbacks.Callback`"):
        model().fit(X, Y, callbacks=[print], verbose=0)


@pytest.mark.parametrize(
    "second",
    [
        callbacks.ReduceLROnPlateau("loss"),
        callbacks.LearningRateScheduler(lambda epoch: 0.1),
        callbacks.LRFinder(),
    ],
)
def test_two_masters_of_the_rate_are_refused_before_the_training(second):
    schedule = lr_scheduler.CosineScheduler(max_update=4)
    started = []
    hears = callbacks.LambdaCallback(on_epoch_begin=started.append)
    with pytest.raises(RuntimeError, match="so does the optimizer's `lr_scheduler`"):
        model(optimizer_params={"lr_scheduler": schedule}).fit(
            X, Y, callbacks=[hears, second], verbose=0
        )
    assert not started


def test_workers_are_the_loaders():
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(X.astype("float32"), Y), 20)
    with pytest.raises(
        ValueError, match=r"`workers` must not be given with DataLoader.*num_worker"
    ):
        model().fit(loader, workers=2, verbose=0)


def test_a_checkpoint_for_each_epoch(tmp_path):
    saving = callbacks.Checkpoint(
        tmp_path / "run-{epoch:02}-{accuracy:.1f}.ckpt",
        best=tmp_path / "{epoch}" / "best.ckpt",
        monitor="loss",
    )
    history = model().fit(X, Y, epochs=2, callbacks=saving, verbose=0)
    names = [f"run-{n + 1:02}-{value:.1f}.ckpt" for n, value in enumerate(history["accuracy"])]
    assert sorted(p.name for p in tmp_path.glob("*.ckpt")) == names
    assert [p.parent.name for p in sorted(tmp_path.glob("*/best.ckpt"))] == ["1", "2"]
    resumed = model().fit(X, Y, epochs=3, resume=tmp_path / names[1], verbose=0)
    assert resumed.epoch == [0, 1, 2]
    wrong = callbacks.Checkpoint(tmp_path / "{epochs}.ckpt")
    with pytest.raises(ValueError, match=r"must be of .*epoch.*KeyError: 'epochs'"):
        model().fit(X, Y, callbacks=wrong, verbose=0)


def test_going_on_is_told(tmp_path, capsys):
    path = tmp_path / "run.ckpt"
    options = {"callbacks": callbacks.Checkpoint(path), "resume": path, "verbose": 2}
    model().fit(X, Y, epochs=2, **options)
    assert "goes on" not in capsys.readouterr().out
    model().fit(X, Y, epochs=3, **options)
    assert f"fit: goes on from {path}, in epoch 3 of 3" in capsys.readouterr().out
    model().fit(X, Y, epochs=3, **options)
    assert "has 3 epochs already, and `epochs` is 3: nothing is left" in capsys.readouterr().out


def test_numbers_that_are_none_are_told_once():
    x = X.copy()
    x[3] = numpy.nan
    with pytest.warns(UserWarning, match=r"the loss is NaN since epoch 1.*TerminateOnNaN") as told:
        history = model().fit(x, Y, epochs=3, verbose=0)
    assert len(told) == 1
    with pytest.raises(ValueError, match="`loss` must have a number in some epoch"):
        history.best("loss")


def test_shapes_of_a_failed_prediction_are_forgotten(tmp_path, capsys):
    trained = model()
    trained.fit(X, Y, verbose=0)
    with pytest.raises(ValueError):
        trained.predict(X[:, :3])
    trained.summary()
    trained.export(tmp_path / "net.weft")
    assert "float32(batch, 4)" in weft.runtime.Model(tmp_path / "net.weft").text


def test_doubles_are_examples_of_an_export(tmp_path):
    trained = model()
    trained.net.initialize()
    trained.export(tmp_path / "net.weft", X[:1])
    (scores,) = weft.runtime.Model(tmp_path / "net.weft").context().run(X[:1].astype("float32"))
    numpy.testing.assert_allclose(scores, trained.net(np.array(X[:1], dtype="float32")).asnumpy())


def test_a_plain_sequential_is_told_what_to_be(tmp_path):
    plain = weft.Model(nn.Sequential(nn.Dense(2)), "softmax_cross_entropy")
    plain.fit(X, Y, verbose=0)
    with pytest.raises(TypeError, match=r"got Sequential; write `nn.HybridSequential\(...\)`"):
        plain.export(tmp_path / "net.weft")


@pytest.mark.parametrize(
    "transform",
    [transforms.RandomCrop(8, pad=1), transforms.RandomAffine(0, translate=(0.1, 0.1)),
     transforms.Resize(4), transforms.RandomFlipLeftRight(), transforms.ToTensor()],
)  # fmt: skip
def test_pictures_with_channels_in_front_are_refused(transform):
    digit = numpy.zeros((1, 8, 8), "uint8")
    with pytest.raises(ValueError, match=r"channels last, \(H, W, C\); got shape \(1, 8, 8\)"):
        transform(digit)
    assert transform(digit.transpose(1, 2, 0)).size


def test_names_may_have_underscores():
    assert weft.metric.create("binary_accuracy").name == weft.metric.BinaryAccuracy().name
    assert isinstance(optimizer.create("r_m_s_prop"), optimizer.RMSProp)
