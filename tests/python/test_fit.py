"""`weft.Model`: fit, evaluate and predict give what a loop by hand gives, for all kinds of data."""

import numpy
import pytest
import weft
from weft import autograd, callbacks, gluon, metric, np
from weft.gluon import nn

RNG = numpy.random.default_rng(3)
X = RNG.normal(size=(70, 6)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("int64")
TARGET = X @ RNG.normal(size=(6, 2)).astype("float32")


def network(outputs=2, seed=5):
    weft.random.seed(seed)
    net = nn.HybridSequential(
        nn.Dense(8, activation="relu", in_units=6), nn.Dense(outputs, in_units=8)
    )
    net.initialize()
    return net


def classifier(**options):
    return weft.Model(
        network(),
        "softmax_cross_entropy",
        "adam",
        ["accuracy"],
        optimizer_params={"learning_rate": 0.05},
        **options,
    )


def values(net):
    return {name: p.data().asnumpy() for name, p in net.collect_params().items()}


def assert_same(first, second, rtol=0.0):
    assert first.keys() == second.keys()
    for name, value in first.items():
        numpy.testing.assert_allclose(second[name], value, rtol=rtol, atol=rtol, err_msg=name)


def test_an_epoch_is_the_loop_by_hand():
    model = classifier()
    history = model.fit(X, Y, batch_size=16, epochs=2, shuffle=False, verbose=0)
    net = network()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})
    loss_of, right, means = gluon.loss.SoftmaxCrossEntropyLoss(), metric.Accuracy(), []
    for _ in range(2):
        right.reset()
        total = 0.0
        for begin in range(0, len(X), 16):
            x, y = np.array(X[begin : begin + 16]), np.array(Y[begin : begin + 16])
            with autograd.record():
                outs = net(x)
                loss = loss_of(outs, y)
            loss.backward()
            trainer.step(len(x))
            right.update(y, outs)
            total += float(loss.sum())
        means.append(total / len(X))
    numpy.testing.assert_allclose(history["loss"], means, rtol=1e-6)
    assert history["accuracy"][-1] == right.get()[1]
    assert_same(values(net), values(model.net), rtol=1e-6)


@pytest.mark.parametrize(
    "kind", ["numpy", "lists", "weft", "dataset", "loader", "generator", "list"]
)
def test_all_kinds_of_data_train_alike(kind):
    model = classifier()
    data = gluon.data.ArrayDataset(X, Y)
    batches = [(X[i : i + 32], Y[i : i + 32]) for i in range(0, 70, 32)]
    options = {"epochs": 2, "shuffle": False, "verbose": 0}
    history = {
        "numpy": lambda: model.fit(X.astype("float64"), Y, **options),
        "lists": lambda: model.fit(X.tolist(), Y.tolist(), **options),
        "weft": lambda: model.fit(np.array(X), np.array(Y), **options),
        "dataset": lambda: model.fit(data, **options),
        "loader": lambda: model.fit(gluon.data.DataLoader(data, 32), **options),
        "generator": lambda: model.fit((b for b in batches * 2), steps_per_epoch=3, **options),
        "list": lambda: model.fit(iter(batches * 2), steps_per_epoch=3, **options),
    }[kind]()
    expected = classifier().fit(X, Y, batch_size=32, **options)
    numpy.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-6)


def test_batches_are_drawn_by_the_seed():
    first, second = classifier(), classifier()
    weft.random.seed(9)
    first.fit(X, Y, epochs=2, verbose=0)
    weft.random.seed(9)
    second.fit(X, Y, epochs=2, verbose=0)
    assert_same(values(first.net), values(second.net))


@pytest.mark.parametrize("compiled", [True, False])
def test_gradients_that_add_up_are_those_of_a_larger_batch(compiled):
    many, one = classifier(compiled=compiled), classifier(compiled=compiled)
    many.fit(X[:64], Y[:64], batch_size=8, epochs=3, shuffle=False, accumulate=4, verbose=0)
    one.fit(X[:64], Y[:64], batch_size=32, epochs=3, shuffle=False, verbose=0)
    assert_same(values(one.net), values(many.net), rtol=1e-4)
    assert {p.grad_req for p in many.net.collect_params().values()} == {"write"}


def test_what_is_left_of_an_epoch_is_an_update_too():
    model = classifier()
    model.fit(X[:40], Y[:40], batch_size=8, epochs=1, shuffle=False, accumulate=4, verbose=0)
    other = classifier()
    other.fit(X[:32], Y[:32], batch_size=32, epochs=1, shuffle=False, verbose=0)
    other.fit(X[32:40], Y[32:40], batch_size=8, epochs=1, shuffle=False, verbose=0)
    assert_same(values(other.net), values(model.net), rtol=1e-4)


def test_weights_of_samples_and_of_classes_are_factors_of_losses():
    weights = numpy.where(Y == 1, 3.0, 1.0).astype("float32")
    by_class, by_sample = classifier(), classifier()
    options = {"epochs": 2, "shuffle": False, "verbose": 0}
    first = by_class.fit(X, Y, class_weight={1: 3.0}, **options)
    second = by_sample.fit(X, Y, sample_weight=weights, **options)
    assert first["loss"] == second["loss"]
    assert_same(values(by_class.net), values(by_sample.net))
    net = network()
    losses = gluon.loss.SoftmaxCrossEntropyLoss()(net(np.array(X)), np.array(Y)).asnumpy()
    fresh = weft.Model(net, "softmax_cross_entropy")
    found = fresh.evaluate(X, Y, sample_weight=weights)["loss"]
    assert found == pytest.approx(float((losses * weights).mean()), rel=1e-6)


class TwoHeads(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.body = nn.Dense(8, activation="relu")
        self.kind, self.place = nn.Dense(2), nn.Dense(2)

    def forward(self, left, right):
        shared = self.body(np.concatenate([left, right], axis=1))
        return {"kind": self.kind(shared), "place": self.place(shared)}


def test_several_inputs_outputs_and_losses():
    weft.random.seed(2)
    model = weft.Model(
        TwoHeads(),
        {"kind": "softmax_cross_entropy", "place": "mse"},
        metrics={"kind": ["accuracy"], "place": ["mae"]},
        loss_weights={"place": 0.5},
    )
    data = {"right": X[:, 3:], "left": X[:, :3]}
    labels = {"place": TARGET, "kind": Y}
    history = model.fit(data, labels, epochs=2, verbose=0)
    found = model.evaluate(data, labels)
    assert list(found) == ["loss", "kind_loss", "place_loss", "kind_accuracy", "place_mae"]
    assert found["loss"] == pytest.approx(found["kind_loss"] + 0.5 * found["place_loss"], rel=1e-6)
    assert list(history) == list(found)
    predicted = model.predict(data)
    assert predicted["kind"].shape == (70, 2)
    by_hand = model.net(np.array(X[:, :3]), np.array(X[:, 3:]))
    numpy.testing.assert_allclose(
        predicted["place"].asnumpy(), by_hand["place"].asnumpy(), rtol=1e-5
    )
    assert model.metrics_names == list(found)


def test_metrics_that_a_plan_cannot_have_are_updated_beside_it():
    model = weft.Model(
        network(), "softmax_cross_entropy", metrics=[metric.F1("multiclass"), "accuracy"]
    )
    model.fit(X, Y, epochs=3, verbose=0)
    found = model.evaluate(X, Y)
    predicted = model.predict(X).asnumpy().argmax(axis=1)
    assert found["accuracy"] == pytest.approx((predicted == Y).mean())
    assert found["f1"] == pytest.approx((predicted == Y).mean())  # micro, every class counted


def test_accuracy_of_a_logit_counts_by_its_sign():
    model = weft.Model(
        network(outputs=1),
        "sigmoid_bce",
        "adam",
        ["accuracy"],
        optimizer_params={"learning_rate": 0.1},
    )
    model.fit(X, Y.reshape(-1, 1), epochs=10, verbose=0)
    found = model.evaluate(X, Y.reshape(-1, 1))["accuracy"]
    assert found == pytest.approx(((model.predict(X).asnumpy() > 0)[:, 0] == Y).mean())


def test_a_function_may_be_a_loss_and_may_give_the_mean():
    by_sample = weft.Model(network(), lambda out, y: ((out - y) ** 2).mean(axis=1), "sgd")
    by_mean = weft.Model(network(), lambda out, y: ((out - y) ** 2).mean(), "sgd")
    named = weft.Model(network(), "mse", "sgd")
    options = {"epochs": 2, "shuffle": False, "verbose": 0}
    expected = named.fit(X, TARGET, **options)["loss"]
    for model in (by_sample, by_mean):
        numpy.testing.assert_allclose(model.fit(X, TARGET, **options)["loss"], expected, rtol=1e-5)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_mixed_precision_trains(precision):
    model = classifier(precision=precision)
    history = model.fit(X, Y, epochs=15, verbose=0)
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert (model.trainer.loss_scaler is not None) == (precision == "float16")
    model.fit(X, Y, batch_size=8, epochs=1, accumulate=2, verbose=0)


def test_a_network_that_reads_values_runs_as_python():
    class Reads(nn.Block):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(2)

        def forward(self, x):
            return self.dense(x) if float(x.sum()) > -1e9 else x

    model = weft.Model(Reads(), "softmax_cross_entropy", compiled=False)
    assert model.fit(X, Y, epochs=2, verbose=0)["loss"][1] > 0


def test_clipping_bounds_the_update():
    model = weft.Model(
        network(), "mse", "sgd", clip_global_norm=0.01, optimizer_params={"learning_rate": 1.0}
    )
    before = values(model.net)
    model.fit(X, 100 * TARGET, batch_size=70, epochs=1, verbose=0)
    squares = sum(((v - before[n]) ** 2).sum() for n, v in values(model.net).items())
    assert numpy.sqrt(squares) == pytest.approx(0.01, rel=1e-3)


def test_a_step_of_ones_own_gives_the_figures():
    class Own(weft.Model):
        def train_step(self, x, y, sample_weight):
            with autograd.record():
                loss = np.square(self.net(x) - y).mean(axis=1)
            loss.backward()
            self.trainer.step(len(x))
            return {"loss": loss.mean(), "largest": loss.max()}

    history = Own(network(), "mse", "sgd").fit(X, TARGET, epochs=2, shuffle=False, verbose=0)
    expected = weft.Model(network(), "mse", "sgd").fit(
        X, TARGET, epochs=2, shuffle=False, verbose=0
    )
    numpy.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-5)
    assert "largest" in history


def test_validation_takes_the_last_samples_and_leaves_the_network_alone():
    model = classifier()
    history = model.fit(X, Y, epochs=2, validation_split=0.3, verbose=0)
    first = round(70 * 0.7)
    assert model.evaluate(X[first:], Y[first:])["loss"] == pytest.approx(history["val_loss"][-1])
    other = classifier()
    other.fit(X[:first], Y[:first], epochs=2, validation_data=(X[first:], Y[first:]), verbose=0)
    assert other.history.keys() == history.keys()


def test_an_epoch_without_validation_has_no_figure():
    history = classifier().fit(
        X,
        Y,
        epochs=4,
        validation_split=0.3,
        validation_freq=2,
        verbose=0,
        callbacks=callbacks.EarlyStopping(patience=5),
    )
    assert [value == value for value in history["val_loss"]] == [False, True, False, True]


def test_the_exported_file_takes_any_number_of_samples(tmp_path):
    model = classifier()
    model.fit(X, Y, epochs=1, verbose=0)
    model.export(tmp_path / "net.weft")
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    (found,) = context.run(numpy.ascontiguousarray(X[:5]))
    numpy.testing.assert_allclose(numpy.asarray(found), model.predict(X[:5]).asnumpy(), rtol=1e-5)


class Bag(gluon.HybridBlock):
    """A mean over the tokens that count: any number of them."""

    def __init__(self, length=None):
        super().__init__()
        self.embed, self.out = nn.Embedding(11, 4), nn.Dense(3)
        self.length = length

    def forward(self, tokens, mask):
        x = self.embed(tokens) * mask.reshape(mask.shape[0], -1, 1)
        if self.length is not None:
            x = x.reshape(-1, self.length, 4)
        return self.out(x.sum(axis=1))


def text_batches(lengths):
    random = numpy.random.default_rng(0)
    for length in lengths:
        tokens = random.integers(0, 11, (5, length)).astype("int32")
        mask = (random.random((5, length)) < 0.8).astype("float32")
        yield (tokens, mask), random.integers(0, 3, 5)


@pytest.mark.parametrize("lengths", [(6, 9, 7), (8, 8)], ids=["other lengths", "one length"])
def test_the_exported_file_has_open_what_varied(tmp_path, lengths):
    net = Bag()
    net.initialize()
    model = weft.Model(net, "softmax_ce", "adam")
    model.fit(list(text_batches(lengths)), epochs=1, verbose=0)
    model.export(tmp_path / "net.weft")
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    time = -1 if len(set(lengths)) > 1 else lengths[0]
    assert [port.shape for port in context.inputs] == [(-1, time)] * 2
    for length in (3, 12) if time < 0 else lengths:
        ((tokens, mask), _) = next(text_batches([length]))
        (found,) = context.run(tokens[:2], mask[:2])
        want = net(np.array(tokens[:2]), np.array(mask[:2])).asnumpy()
        numpy.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)


def test_what_varied_but_does_not_hold_is_fixed_with_a_warning(tmp_path):
    net = Bag(length=6)  # longer texts are cut in parts, which are then samples
    net.initialize()
    model = weft.Model(net, "softmax_ce", "adam")
    batches = [((t, m), numpy.tile(y, t.shape[1] // 6)) for (t, m), y in text_batches((12, 6))]
    model.fit(batches, epochs=1, verbose=0)
    with pytest.warns(UserWarning, match=r"takes `tokens` \(5, 6\), `mask` \(5, 6\)"):
        model.export(tmp_path / "net.weft")
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    assert [port.shape for port in context.inputs] == [(-1, 6)] * 2


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda m: m.fit(X, Y[:9]), ValueError, "`y` must have 70 samples"),
        (lambda m: m.fit(X, Y, epochs=0), ValueError, "`epochs` must be at least 1"),
        (lambda m: m.fit(X, Y, epoch=2), TypeError, "did you mean `epochs`"),
        (lambda m: m.fit(X[:0], Y[:0]), ValueError, "`x` must have samples"),
        (lambda m: m.fit(X, Y, validation_split=1.5), ValueError, "`validation_split`"),
        (lambda m: m.fit(["a", "b"], [1, 2]), TypeError, "`x` must hold numbers"),
        (lambda m: m.fit(iter([])), ValueError, "`x` must have batches"),
        (lambda m: m.fit(gluon.data.ArrayDataset(X, Y), Y), ValueError, "`y` must not be given"),
        (lambda m: m.fit(X, Y, callbacks=[callbacks.EarlyStopping]), TypeError, "call the class"),
        (lambda m: m.fit(X, Y, callbacks=callbacks.EarlyStopping(), verbose=0), LookupError,
         "give `fit` data for validation"),
        (lambda m: m.fit(X, Y, callbacks=callbacks.EarlyStopping("acuracy")), LookupError,
         "did you mean `accuracy`"),
        (lambda m: m.fit(X, TARGET, class_weight={0: 1.0}), ValueError, "integer labels"),
        (lambda m: m.fit(iter([(X, Y)]), resume=__file__, verbose=0), ValueError, "`resume` needs"),
        (lambda m: weft.Model(network(), "softmax_cross_entrpy"), LookupError,
         "did you mean `softmax_cross_entropy`"),
        (lambda m: weft.Model(network(), "sparse_categorical_crossentropy"), LookupError,
         "softmax_cross_entropy"),
        (lambda m: weft.Model(network(), "mse", "adm"), LookupError, "did you mean `adam`"),
        (lambda m: weft.Model(network(), "mse", metrics=["accurcy"]).fit(X, TARGET), LookupError,
         "did you mean `accuracy`"),
        (lambda m: weft.Model(network(), "mse", optimizer_params={"lr": 1}), TypeError,
         "learning_rate"),
        (lambda m: weft.Model(lambda x: x, "mse"), TypeError, "`net` must be a gluon.Block"),
    ],
)  # fmt: skip
def test_mistakes_are_told(call, kind, text):
    with pytest.raises(kind, match=text):
        call(classifier())
