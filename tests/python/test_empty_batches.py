"""Batches of no rows, sequences of no steps, attention to no keys: results of no elements or of
zeros, gradients of zero, and nothing that is kept changes."""

import numpy
import pytest
import weft
from weft import autograd, gluon, metric, np, npx, runtime
from weft.gluon import nn, rnn

FORMS = ["eager", "hybridized"]
every_form = pytest.mark.parametrize("form", FORMS)

LAYERS = {
    "dense": (lambda: nn.Dense(3), (4,)),
    "dense, last axis": (lambda: nn.Dense(3, flatten=False), (2, 4)),
    "convolution": (lambda: nn.Conv2D(3, 3, padding=1), (2, 5, 5)),
    "strided": (lambda: nn.Conv1D(4, 3, strides=2, groups=2), (4, 9)),
    "transposed": (lambda: nn.Conv2DTranspose(3, 2, strides=2), (2, 3, 3)),
    "volume": (lambda: nn.Conv3D(2, 2), (1, 3, 3, 3)),
    "batch norm": (nn.BatchNorm, (3,)),
    "batch norm of images": (nn.BatchNorm, (3, 4, 4)),
    "batch norm, last axis": (lambda: nn.BatchNorm(axis=-1), (4, 3)),
    "layer norm": (nn.LayerNorm, (5,)),
    "layer norm, channels": (lambda: nn.LayerNorm(axis=1), (5, 2)),
    "rms norm": (nn.RMSNorm, (5,)),
    "group norm": (lambda: nn.GroupNorm(2), (4, 3)),
    "instance norm": (nn.InstanceNorm, (4, 3)),
    "max pool": (nn.MaxPool2D, (2, 4, 4)),
    "mean pool": (nn.AvgPool2D, (2, 4, 4)),
    "global": (nn.GlobalAvgPool2D, (2, 4, 4)),
    "prelu": (nn.PReLU, (3,)),
    "gelu": (nn.GELU, (3,)),
    "dropout": (lambda: nn.Dropout(0.5), (3,)),
    "upsample": (lambda: nn.Upsample(scale_factor=2, mode="linear"), (2, 3, 3)),
    "attention": (lambda: nn.MultiHeadAttention(4, 2), (3, 4)),
    "encoder": (lambda: nn.TransformerEncoderLayer(4, 8, 2), (3, 4)),
    "rnn": (lambda: rnn.RNN(3, layout="NTC"), (4, 2)),
    "lstm": (lambda: rnn.LSTM(3, 2, layout="NTC", bidirectional=True), (4, 2)),
    "gru": (lambda: rnn.GRU(3, layout="NTC"), (4, 2)),
}


def made(name, form):
    make, shape = LAYERS[name]
    layer = make()
    layer.initialize()
    layer(np.zeros((2, *shape)))
    layer.hybridize(form == "hybridized")
    return layer, np.zeros((0, *shape))


def contents(layer):
    return {n: p.data().asnumpy() for n, p in layer.collect_params().items()}


def same(layer, before):
    for name, array in contents(layer).items():
        numpy.testing.assert_array_equal(array, before[name], err_msg=name)


@every_form
@pytest.mark.parametrize("name", LAYERS)
def test_a_batch_of_no_rows_changes_nothing(name, form):
    layer, x = made(name, form)
    before = contents(layer)
    x.attach_grad()
    for _ in range(2):
        with autograd.record():
            out = layer(x)
            loss = out.sum()
        loss.backward()
    assert out.shape[0] == 0 and x.grad.shape == x.shape
    assert float(loss) == 0
    for path, parameter in layer.collect_params().items():
        if parameter.grad_req != "null":
            assert (parameter.grad().asnumpy() == 0).all(), path
    same(layer, before)
    if any(p.grad_req != "null" for p in layer.collect_params().values()):
        gluon.Trainer(layer.collect_params(), "adam").step(1)
        same(layer, before)


@pytest.mark.parametrize("name", LAYERS)
def test_a_compiled_step_on_no_rows_changes_nothing(name):
    layer, x = made(name, "hybridized")
    if not any(p.grad_req != "null" for p in layer.collect_params().values()):
        pytest.skip(f"{name}: has nothing to train")
    before = contents(layer)
    trainer = gluon.Trainer(layer.collect_params(), "adam")
    step = trainer.compile(
        layer,
        lambda out: (
            out.reshape(out.shape[0], -1).sum(axis=1) if out.shape[0] else out.sum().reshape(1)
        ),
    )
    step(x, batch_size=1)
    same(layer, before)


@pytest.mark.parametrize("name", LAYERS)
def test_a_file_runs_on_no_rows(name, tmp_path):
    layer, x = made(name, "hybridized")
    wanted = layer(x)
    path = tmp_path / "net.weft"
    layer.export(path)
    context = runtime.Model(path).context()
    context.run(x.asnumpy())
    assert context.outputs[0].shape == wanted.shape


@every_form
@pytest.mark.parametrize("shape", [(0, 2), (0, 2, 3), (2, 2, 0)], ids=str)
def test_running_statistics_survive_batches_without_elements(shape, form):
    layer = nn.BatchNorm(in_channels=2)
    layer.initialize()
    layer.hybridize(form == "hybridized")
    full = np.array(numpy.random.default_rng(0).normal(size=(4, *shape[1:2])).astype("float32"))
    with autograd.record():
        layer(full)
    before = contents(layer)
    with autograd.record():
        layer(np.zeros(shape))
    same(layer, before)
    assert numpy.isfinite(layer(full).asnumpy()).all()


# ---- sequences of no steps


@every_form
@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("read", ["outputs", "states", "both"])
def test_a_sequence_of_no_steps_keeps_the_history_of_states_and_weights(kind, read, form):
    layer = {"rnn": rnn.RNN, "lstm": rnn.LSTM, "gru": rnn.GRU}[kind](3, num_layers=2, input_size=2)
    layer.initialize()
    layer.hybridize(form == "hybridized")
    states = [np.random.uniform(-1, 1, s.shape) for s in layer.begin_state(4)]
    for state in states:
        state.attach_grad()
    x = np.zeros((0, 4, 2))
    x.attach_grad()
    with autograd.record():
        output, last = layer(x, states)
        loss = 0
        if read != "states":
            loss = loss + output.sum()
        if read != "outputs":
            loss = loss + sum((state * state).sum() for state in last)
    loss.backward()
    for state, after in zip(states, last, strict=True):
        numpy.testing.assert_array_equal(after.asnumpy(), state.asnumpy())
        wanted = 0 * state.asnumpy() if read == "outputs" else 2 * state.asnumpy()
        numpy.testing.assert_array_equal(state.grad.asnumpy(), wanted)
    for path, parameter in layer.collect_params().items():
        assert (parameter.grad().asnumpy() == 0).all(), path
    gluon.Trainer(layer.collect_params(), "sgd").step(1)


@pytest.mark.parametrize("kind", [rnn.RNNCell, rnn.LSTMCell, rnn.GRUCell])
def test_a_cell_unrolls_over_no_steps(kind):
    cell = kind(3, input_size=2)
    cell.initialize()
    states = [np.random.uniform(-1, 1, s.shape) for s in cell.begin_state(4)]
    for state in states:
        state.attach_grad()
    with autograd.record():
        outputs, last = cell.unroll(np.zeros((4, 0, 2)), states)
        loss = outputs.sum() + sum((state * state).sum() for state in last)
    loss.backward()
    assert outputs.shape == (4, 0, 3)
    for state, after in zip(states, last, strict=True):
        numpy.testing.assert_array_equal(after.asnumpy(), state.asnumpy())
        numpy.testing.assert_array_equal(state.grad.asnumpy(), 2 * state.asnumpy())
    assert all((p.grad().asnumpy() == 0).all() for p in cell.collect_params().values())


# ---- attention to no keys


@every_form
@pytest.mark.parametrize("options", [{}, {"causal": True}, {"grouped": True}], ids=str)
def test_attention_to_no_keys_is_zero_with_its_history(options, form):
    heads = 2 if options.get("grouped") else 4
    q, k, v = np.ones((2, 4, 3, 5)), np.ones((2, heads, 0, 5)), np.ones((2, heads, 0, 6))
    leaves = [q, k, v]
    for leaf in leaves:
        leaf.attach_grad()

    def attend(q, k, v):
        return npx.scaled_dot_product_attention(q, k, v, **options)

    attend = weft.hybridize(attend) if form == "hybridized" else attend
    with autograd.record():
        out = attend(q, k, v)
        loss = (out + 1).sum()
    loss.backward()
    assert out.shape == (2, 4, 3, 6) and (out.asnumpy() == 0).all()
    for leaf in leaves:
        assert leaf.grad.shape == leaf.shape and (leaf.grad.asnumpy() == 0).all()


@every_form
def test_a_layer_attends_to_a_memory_of_no_keys(form):
    layer = nn.MultiHeadAttention(4, 2)
    layer.initialize()
    x = np.ones((2, 3, 4))
    layer(x)
    layer.hybridize(form == "hybridized")
    with autograd.record():
        out = layer(x, np.zeros((2, 0, 4)))
        loss = (out * out).sum()
    loss.backward()
    assert numpy.isfinite(out.asnumpy()).all()
    for path, parameter in layer.collect_params().items():
        assert numpy.isfinite(parameter.grad().asnumpy()).all(), path
    gluon.Trainer(layer.collect_params(), "sgd").step(2)


# ---- losses and metrics

LOSSES = {
    "squares": (gluon.loss.L2Loss, ["n", "n"]),
    "absolute": (gluon.loss.L1Loss, ["n", "n"]),
    "huber": (gluon.loss.HuberLoss, ["n", "n"]),
    "cross entropy": (gluon.loss.SoftmaxCELoss, ["n", "label"]),
    "ignoring": (lambda: gluon.loss.SoftmaxCELoss(ignore_index=-1), ["n", "label"]),
    "smoothed": (lambda: gluon.loss.SoftmaxCELoss(label_smoothing=0.1), ["n", "label"]),
    "focal": (gluon.loss.FocalLoss, ["n", "label"]),
    "metric learning": (gluon.loss.SDMLLoss, ["n", "n"]),
    "dense": (lambda: gluon.loss.SoftmaxCELoss(sparse_label=False), ["n", "n"]),
    "sigmoid": (gluon.loss.SigmoidBCELoss, ["n", "n"]),
    "logistic": (gluon.loss.LogisticLoss, ["n", "n"]),
    "hinge": (gluon.loss.HingeLoss, ["n", "n"]),
    "squared hinge": (gluon.loss.SquaredHingeLoss, ["n", "n"]),
    "divergence": (gluon.loss.KLDivLoss, ["n", "n"]),
    "poisson": (gluon.loss.PoissonNLLLoss, ["n", "n"]),
    "triplet": (gluon.loss.TripletLoss, ["n", "n", "n"]),
    "cosine": (gluon.loss.CosineEmbeddingLoss, ["n", "n", "one"]),
    "distillation": (gluon.loss.DistillationLoss, ["n", "n", "label"]),
}
SHAPES = {"n": (0, 3), "label": (0,), "one": (0,)}


@every_form
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_of_no_samples_is_no_losses(name, form):
    make, kinds = LOSSES[name]
    loss = make()
    loss.hybridize(form == "hybridized")
    arrays = [np.zeros(SHAPES[k], "int64" if k == "label" else "float32") for k in kinds]
    arrays[0].attach_grad()
    with autograd.record():
        value = loss(*arrays)
        total = value.sum()
    total.backward()
    assert value.shape == (0,) and float(total) == 0
    assert arrays[0].grad.shape == (0, 3)


@every_form
@pytest.mark.parametrize("make", [gluon.loss.L2Loss, gluon.loss.SigmoidBCELoss, gluon.loss.L1Loss])
def test_a_sample_of_no_elements_has_a_loss_of_zero(make, form):
    loss = make()
    loss.hybridize(form == "hybridized")
    assert loss(np.zeros((2, 0)), np.zeros((2, 0))).tolist() == [0, 0]


def test_ctc_of_no_samples_is_no_losses():
    loss = gluon.loss.CTCLoss()
    assert loss(np.zeros((0, 5, 4)), np.zeros((0, 2), "int64")).shape == (0,)
    assert loss(np.zeros((2, 5, 4)), np.zeros((2, 0), "int64")).shape == (2,)


METRICS = {
    "accuracy": (metric.Accuracy, (5, 3)),
    "top_k": (lambda: metric.TopKAccuracy(2), (5, 3)),
    "f1": (lambda: metric.F1("multiclass"), (5, 3)),
    "pcc": (metric.PCC, (5, 3)),
    "cross entropy": (lambda: metric.CrossEntropy(from_logits=True), (5, 3)),
    "perplexity": (lambda: metric.Perplexity(from_logits=True), (5, 3)),
    "binary": (metric.BinaryAccuracy, (5,)),
    "mcc": (metric.MCC, (5,)),
    "mae": (metric.MAE, (5,)),
    "mse": (metric.MSE, (5,)),
    "rmse": (metric.RMSE, (5,)),
    "distance": (metric.MeanPairwiseDistance, (5, 3)),
    "cosine": (metric.MeanCosineSimilarity, (5, 3)),
    "correlation": (metric.PearsonCorrelation, (5,)),
    "own": (lambda: metric.CustomMetric(lambda a, b: abs(a - b).mean()), (5,)),
    "loss": (metric.Loss, (5,)),
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_of_no_samples_keeps_what_it_has(name):
    make, shape = METRICS[name]
    preds = numpy.random.default_rng(2).integers(0, 2, shape).astype("float32")
    same_labels = name in ("distance", "cosine")
    labels = preds + 1 if same_labels else numpy.array([0, 1, 1, 0, 1])
    found = make()
    found.update(np.array(labels[:0]), np.array(preds[:0]))
    assert numpy.isnan(found.get()[1])
    found.update(np.array(labels), np.array(preds))
    before = found.get()
    found.update(np.array(labels[:0]), np.array(preds[:0]))
    assert found.get() == before and numpy.isfinite(before[1])


# ---- optimizers

# LBFGS and SAM ask for the loss in several places: test_closures.py tests their steps.
CLASSES = {name.lower() for name in weft.optimizer.__all__ if name[0].isupper()}
OPTIMIZERS = CLASSES - {"optimizer", "lbfgs", "sam"}


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_an_optimizer_updates_a_parameter_of_no_elements(name):
    used = weft.optimizer.create(name, learning_rate=0.1)
    weight = np.zeros((0, 3))
    state = used.create_state_multi_precision(weight)
    used.update(0, weight, np.zeros((0, 3)), state)
    assert weight.shape == (0, 3)


def test_the_norm_of_no_elements_is_zero():
    assert gluon.utils.clip_global_norm([np.zeros((0, 3))], 1.0) == 0


# ---- rows that a mask chooses: how many there are only a run knows


class Chosen(gluon.HybridBlock):
    def __init__(self, shape):
        super().__init__()
        self.norm = nn.BatchNorm(in_channels=shape[0])
        self.out = nn.Dense(3)

    def forward(self, x, mask):
        return self.out(self.norm(x[mask]))


@every_form
@pytest.mark.parametrize("shape", [(2,), (4, 3, 3), (16, 4, 4)], ids=str)
def test_running_statistics_survive_a_mask_that_chooses_nothing(shape, form):
    net = Chosen(shape)
    net.initialize()
    x = np.array(numpy.random.default_rng(0).normal(size=(6, *shape)).astype("float32"))
    net(x, np.array([True] * 6))
    net.hybridize(form == "hybridized")
    moved = []
    for mask in ([1, 1, 0, 1, 0, 1], [1, 0, 0, 1, 1, 1], [0] * 6, [0, 1, 1, 0, 1, 0], [0] * 6):
        chosen = numpy.array(mask, bool)
        before = net.norm.running_mean.data().asnumpy(), net.norm.running_var.data().asnumpy()
        with autograd.record():
            out = net(x, np.array(chosen))
            loss = out.sum()
        loss.backward()
        assert out.shape == (chosen.sum(), 3)
        after = net.norm.running_mean.data().asnumpy(), net.norm.running_var.data().asnumpy()
        wanted = before
        if chosen.any():
            axes = (0, *range(2, x.ndim))
            part = x.asnumpy()[chosen].astype("float64")
            batch = part.mean(axes), part.var(axes)
            wanted = [0.9 * old + 0.1 * new for old, new in zip(before, batch, strict=True)]
        for have, want in zip(after, wanted, strict=True):
            numpy.testing.assert_allclose(have, want, rtol=1e-5, atol=1e-6)
        moved.append((after[0] != before[0]).any())
        for path, parameter in net.collect_params().items():
            if parameter.grad_req != "null":
                gradient = parameter.grad().asnumpy()
                assert numpy.isfinite(gradient).all(), path
                assert chosen.any() or (gradient == 0).all(), path
    assert moved == [True, True, False, True, False]
