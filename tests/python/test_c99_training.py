"""`weft compile --train`: steps in C train as the library does; what is trained, what memory they
take, and what is refused."""

import re
import shutil
import subprocess
import sys

import c_programs
import cffi
import numpy
import pytest
import weft
from c_programs import COMPILER, FLAGS, SANITIZED, data, filled
from weft import autograd, gluon, init, np, npx, optimizer, runtime
from weft.gluon import nn, rnn

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")

ENTROPY = gluon.loss.SoftmaxCrossEntropyLoss()


def small_net():
    return nn.HybridSequential(
        nn.Conv2D(4, 3, padding=1, use_bias=False),
        nn.BatchNorm(use_global_stats=True),
        nn.Activation("relu"),
        nn.Conv2D(4, 3, padding=1, groups=4),
        nn.MaxPool2D(2),
        nn.Conv2D(6, 1, activation="relu"),
        nn.GlobalAvgPool2D(),
        nn.Flatten(),
        nn.Dense(3),
    )


def ready(net, x):
    """With parameters from which it learns fast, the same whatever ran before."""
    weft.random.seed(4)
    filled(net, x)
    net.initialize(init.Xavier(magnitude=4), force_reinit=True)


def small_file(folder, net=None, **options):
    """A net and the path of its file, with a step for two samples."""
    weft.random.seed(4)
    net, x, y = net or small_net(), data(2, 1, 9, 8), np.array([0, 2])
    ready(net, x)
    return net, write(folder, net, ENTROPY, x, y, **options), x, y


def write(folder, net, loss, x, y, kind="sgd", trained=".*", **options):
    """The net and a step of it, which trains the parameters of the pattern."""
    for name, parameter in net.collect_params().items():
        if not re.fullmatch(trained, name):
            parameter.grad_req = "null"
    if isinstance(kind, str):
        kind = optimizer.create(kind, **(options or {"learning_rate": 0.1}))
    trainer = gluon.Trainer(net.collect_params(), kind)
    path = folder / "net.weft"
    weft.export(path, train=(trainer.compile(net, loss), x, y), forward=(net, x[:1]))
    return path


class Trained:
    """The C of a file as a library, and a state of it."""

    def __init__(self, path, folder, **options):
        model = runtime.Model(path)
        options = {"train": "*", "name": "net", **options}
        self.files = model.write_c(folder, **options)
        self.header = self.files[1].read_text()
        library = folder / f"net{len(list(folder.glob('*.so')))}.so"  # loaded ones must stay
        c_programs.built(self.files, library, [*FLAGS, "-shared", "-fPIC"])
        self.ffi = cffi.FFI()
        text = re.search(r"(struct net_state \{.*?^\};)", self.header, re.DOTALL | re.MULTILINE)[1]
        self.ffi.cdef(text + "".join(re.findall(r"^void .*?;", self.header, re.M)))
        self.library = self.ffi.dlopen(str(library))
        self.state = self.ffi.new("struct net_state *")
        self.library.net_reset(self.state)
        self.outputs = {
            entry: model.context(entry).outputs[0].shape for entry in ("train", "forward")
        }

    def _call(self, function, entry, *arrays):
        out = numpy.empty(self.outputs[entry], "float32")
        kinds = {"float32": "float *", "int64": "int64_t *", "int32": "int32_t *"}
        given = [numpy.ascontiguousarray(a) for a in arrays]
        pointers = [self.ffi.cast(kinds[str(a.dtype)], a.ctypes.data) for a in (*given, out)]
        function(self.state, *pointers)
        return out

    def train(self, x, y):
        return self._call(self.library.net_train, "train", x, y)

    def run(self, x):
        return self._call(self.library.net_run, "forward", x)

    def members(self):
        """Arrays of the state by name."""
        found = {}
        for name, field in self.ffi.typeof("struct net_state").fields:
            raw = self.ffi.buffer(self.ffi.addressof(self.state, name), self.ffi.sizeof(field.type))
            kind = field.type.item if field.type.kind == "array" else field.type
            found[name] = numpy.frombuffer(
                raw, {"float": "f4", "double": "f8"}.get(kind.cname, "i8")
            )
        return found


def member(name):
    identifier = re.sub(r"\W", "_", name)
    return f"w_{identifier}" if identifier[0].isdigit() else identifier


def follow(path, folder, batches, tolerance=2e-4, **options):
    """Losses and arrays of steps in C and in the library, which stay near to each other."""
    trained, context = Trained(path, folder, **options), runtime.Model(path).context("train")
    losses = []
    for x, y in batches:
        wanted = numpy.array(context.run(x, y)[0])
        numpy.testing.assert_allclose(trained.train(x, y), wanted, rtol=tolerance, atol=tolerance)
        losses.append(wanted.mean())
    members = trained.members()
    for port in context.states:
        if member(port.name) not in members:
            continue
        wanted = numpy.array(context.read_state(port.name)).reshape(-1)
        found = members[member(port.name)]
        most = tolerance * max(float(abs(wanted).max()), 1e-3)
        numpy.testing.assert_allclose(found, wanted, rtol=tolerance, atol=most, err_msg=port.name)
    return trained, losses


def batches_of(count, shape, classes, kind="int64"):
    """Of classes that can be told apart, over and over."""
    generator = numpy.random.default_rng(5)
    centres = generator.normal(size=(classes, *shape[1:]))
    centres += 2 * numpy.arange(classes).reshape(-1, *[1] * (len(shape) - 1)) - classes + 1
    for _ in range(count):
        labels = generator.integers(0, classes, shape[0])
        noise = generator.normal(0, 0.3, shape)
        yield (centres[labels] + noise).astype("float32"), labels.astype(kind)


# ---- steps


OPTIMIZERS = {
    "sgd": {"learning_rate": 0.2},
    "momentum": {"learning_rate": 0.02, "momentum": 0.9, "wd": 1e-3},
    "nag": {"learning_rate": 0.02, "clip_gradient": 0.5},
    "adam": {"learning_rate": 0.01},
    "adamw": {"learning_rate": 0.01, "wd": 0.01},
    "rmsprop": {"learning_rate": 0.02},
    "adagrad": {"learning_rate": 0.05},
    "nadam": {"learning_rate": 0.01},
    "adadelta": {"learning_rate": 10.0},
    "ftml": {"learning_rate": 0.02},
    "lamb": {"learning_rate": 0.03},
    "signum": {"learning_rate": 0.01},
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_optimizers_follow_the_librarys(kind, tmp_path):
    name = "sgd" if kind == "momentum" else kind
    _, path, _, _ = small_file(tmp_path, kind=name, **OPTIMIZERS[kind])
    _, losses = follow(path, tmp_path, batches_of(40, (2, 1, 9, 8), 3))
    assert numpy.mean(losses[-8:]) < 0.8 * numpy.mean(losses[:8])


class Wide(gluon.HybridBlock):
    """What the small net has not: strides, dilation, groups, averages, sums, other activations."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(6, (4, 3), strides=(2, 1), padding=(1, 2))
        self.deep = nn.Conv2D(12, 3, padding=2, dilation=2, groups=3)
        self.side = nn.Conv2D(12, 1)
        self.average = nn.AvgPool2D(3, 2, padding=1, count_include_pad=False)
        self.most = nn.MaxPool2D(3, 2, padding=1, ceil_mode=True)
        self.hidden, self.out = nn.Dense(7, activation="tanh"), nn.Dense(4)

    def forward(self, x):
        x = npx.leaky_relu(self.first(x), slope=0.1)
        y = npx.relu6(self.deep(x)) + npx.sigmoid(self.side(x))
        y = np.concatenate([self.average(y), self.most(y)], axis=1)
        return self.out(npx.gelu(self.hidden(y)))


def test_layers_of_all_kinds(tmp_path):
    net, x = Wide(), data(3, 2, 11, 9)
    filled(net, x)
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 1, 3]), learning_rate=0.05, momentum=0.5)
    follow(path, tmp_path, batches_of(24, (3, 2, 11, 9), 4))


def test_norms_of_groups(tmp_path):
    net, x = (
        nn.HybridSequential(nn.Conv2D(6, 3), nn.GroupNorm(2), nn.InstanceNorm()),
        data(3, 2, 6, 5),
    )
    net.add(nn.Activation("relu"), nn.Dense(3))
    filled(net, x)
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 1, 2]), learning_rate=0.05)
    trained, _ = follow(path, tmp_path, batches_of(24, (3, 2, 6, 5), 3))
    assert "weft_group_norm_gradient_f32(" in trained.files[0].read_text()


@pytest.mark.parametrize("kind", ["int64", "int32"])
def test_ignored_labels_do_not_count_in_c(kind, tmp_path):
    """Half of them are padding; negative ones that are not are taken as class 0."""
    net, x = small_net(), data(4, 1, 9, 8)
    ready(net, x)
    loss = gluon.loss.SoftmaxCELoss(ignore_index=-1)
    path = write(tmp_path, net, loss, x, np.array([0, 1, -1, 2]).astype(kind))
    batches = list(batches_of(8, (4, 1, 9, 8), 3, kind))
    for _, labels in batches:
        labels[::2] = -1
    trained, losses = follow(path, tmp_path, batches)
    images, labels = batches[0]
    found = trained.train(images, labels)
    assert (found[::2] == 0).all() and (found[1::2] > 0).all()
    assert numpy.isfinite(losses).all()


def test_a_binary_loss_trains_from_zero_in_c(tmp_path):
    """Where scores are 0 their gradient is 0.5 - label: a net of zeros learns in the first step."""
    net, x = nn.HybridSequential(nn.Dense(1)), data(4, 3)
    net.initialize(init.Zero())
    net(x)
    path = write(tmp_path, net, gluon.loss.SigmoidBCELoss(), x, np.array([[0.0], [1], [0], [1]]))
    batch = data(4, 3, seed=2).asnumpy(), numpy.array([[0], [1], [0], [1]], "float32")
    trained, _ = follow(path, tmp_path, [batch])
    wanted = -0.1 * (0.5 - batch[1]).T @ batch[0] / 4
    numpy.testing.assert_allclose(
        trained.members()[member("0.weight")], wanted.ravel(), rtol=1e-4, atol=1e-6
    )


def test_volumes(tmp_path):
    net, x = nn.HybridSequential(nn.Conv3D(4, 3, padding=1, strides=(2, 1, 1))), data(2, 2, 4, 5, 3)
    net.add(nn.Activation("relu"), nn.MaxPool3D(2, 1), nn.Conv3DTranspose(3, 2, 2), nn.Dense(3))
    filled(net, x)
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 1]), learning_rate=0.05)
    trained, _ = follow(path, tmp_path, batches_of(24, (2, 2, 4, 5, 3), 3))
    assert "weft_fold_depth_f32(" in trained.files[0].read_text()


def test_classes_of_places(tmp_path):
    """Scores and labels of every place of an image, as in segmentation."""
    net, x = nn.HybridSequential(nn.Conv2D(6, 3, padding=1, activation="relu")), data(2, 2, 5, 4)
    net.add(nn.Conv2D(3, 1))
    filled(net, x)
    loss, places = gluon.loss.SoftmaxCrossEntropyLoss(axis=1), numpy.zeros((2, 5, 4), "int64")
    path = write(tmp_path, net, loss, x, np.array(places), "adam", learning_rate=0.02)
    images = [images for images, _ in batches_of(60, (2, 2, 5, 4), 3)]
    steps = [(image, (image[:, 0] > 0) + (image[:, 1] > 0).astype("int64")) for image in images]
    trained, losses = follow(path, tmp_path, steps)
    assert "weft_cross_entropy_gradient_f32(40, 3, 20," in trained.files[0].read_text()
    assert numpy.mean(losses[-10:]) < 0.7 * numpy.mean(losses[:10])


class Tokens(gluon.HybridBlock):
    """Embeddings, norms of rows, and shares of them."""

    def __init__(self):
        super().__init__()
        self.table, self.norm, self.out = nn.Embedding(11, 6), nn.LayerNorm(), nn.Dense(4)
        self.weigh = nn.Dense(1, use_bias=False, flatten=False)

    def forward(self, tokens):
        x = npx.rms_norm(np.tanh(self.norm(self.table(tokens))))
        return self.out((npx.softmax(self.weigh(x), axis=1) * x).sum(axis=1))


def test_rows_and_lookups(tmp_path):
    tokens = np.array([[1, 2, 10], [3, 1, 1]])
    net, loss = Tokens(), gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False)
    ready(net, tokens)
    shares = np.array([[0.7, 0.1, 0.1, 0.1], [0, 0, 1, 0]])
    path = write(tmp_path, net, loss, tokens, shares, "adam", learning_rate=0.02)
    generator = numpy.random.default_rng(6)
    labels = numpy.eye(4, dtype="float32")
    steps = [(words, labels[words[:, 0] % 4]) for words in generator.integers(0, 11, (60, 2, 3))]
    _, losses = follow(path, tmp_path, steps)
    assert numpy.mean(losses[-10:]) < 0.8 * numpy.mean(losses[:10])


class Encoder(gluon.HybridBlock):
    """A transformer's layer over embedded frames, a mean over them, a dense layer."""

    def __init__(self, is_causal, **options):
        super().__init__()
        self.is_causal = is_causal
        self.embed = nn.Dense(8, flatten=False)
        self.layer = nn.TransformerEncoderLayer(8, 16, 2, **options)
        self.out = nn.Dense(3)

    def forward(self, x):
        x = self.embed(x)
        if self.is_causal:
            mask = np.tril(np.ones((x.shape[1], x.shape[1]))) > 0
            x = self.layer(x, mask)
        else:
            x = self.layer(x)
        return self.out(x.mean(axis=1))


@pytest.mark.parametrize("is_causal", [False, True])
def test_a_transformers_layer(is_causal, tmp_path):
    np.random.seed(2)
    net, x = Encoder(is_causal, dropout=0.0), data(2, 5, 4)
    filled(net, x)
    # Softmax takes away what a bias of keys adds: its gradient is rounding, which Adam makes steps.
    net.layer.attention.key.bias.grad_req = "null"
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 2]), "adam", learning_rate=0.01)
    trained, losses = follow(path, tmp_path, batches_of(40, (2, 5, 4), 3), tolerance=1e-3)
    text = trained.files[0].read_text()
    assert "weft_attention_gradient_f32(" in text and "weft_normalize_gradient_f32(" in text
    assert numpy.mean(losses[-8:]) < 0.7 * numpy.mean(losses[:8])


class Attended(gluon.HybridBlock):
    """Attention alone: grouped heads, summands as a mask that depends on no parameter."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.query, self.key = nn.Dense(16, flatten=False), nn.Dense(8, flatten=False)
        self.value, self.out = nn.Dense(8, flatten=False), nn.Dense(3)

    def forward(self, x):
        def heads(y, count):
            return np.swapaxes(np.reshape(y, (y.shape[0], y.shape[1], count, -1)), 1, 2)

        q, k, v = heads(self.query(x), 4), heads(self.key(x), 2), heads(self.value(x), 2)
        if self.kind == "summands":
            added = np.arange(5) * 0.3
            q = q[:, :2]
            y = npx.scaled_dot_product_attention(q, k, v, added, scale=0.4)
        else:
            y = npx.scaled_dot_product_attention(q, k, v, grouped=True, causal=True)
        return self.out(npx.gelu(y))


@pytest.mark.parametrize("kind", ["grouped", "summands"])
def test_heads_that_share_keys_and_summands(kind, tmp_path):
    net, x = Attended(kind), data(2, 5, 4)
    filled(net, x)
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 2]), learning_rate=0.05)
    follow(path, tmp_path, batches_of(20, (2, 5, 4), 3), tolerance=1e-3)


class Steps(gluon.HybridBlock):
    """Recurrent layers of a kind, and a dense layer on the mean of what they give."""

    def __init__(self, layer):
        super().__init__()
        self.steps, self.out = layer, nn.Dense(3)

    def forward(self, x):
        return self.out(self.steps(x).mean(axis=1))


RECURRENT = {
    "lstm": lambda: rnn.LSTM(6, layout="NTC"),
    "gru": lambda: rnn.GRU(6, layout="NTC"),
    "tanh": lambda: rnn.RNN(6, activation="tanh", layout="NTC"),
    "relu": lambda: rnn.RNN(6, activation="relu", layout="NTC"),
    "two lstm": lambda: rnn.LSTM(5, 2, layout="NTC"),
    "both ways": lambda: rnn.GRU(5, layout="NTC", bidirectional=True),
    "lstm both ways": lambda: rnn.LSTM(4, layout="NTC", bidirectional=True),
}


@pytest.mark.parametrize("kind", RECURRENT)
def test_recurrent_layers_learn_through_time(kind, tmp_path):
    weft.random.seed(4)
    net, x = Steps(RECURRENT[kind]()), data(2, 7, 4)
    filled(net, x)
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 2]), "adam", learning_rate=0.02)
    trained, losses = follow(path, tmp_path, batches_of(40, (2, 7, 4), 3), tolerance=2e-3)
    assert "steps_gradient" in trained.files[0].read_text()
    assert numpy.mean(losses[-8:]) < 0.8 * numpy.mean(losses[:8])


def test_gradients_through_time_are_clean_under_sanitizers(tmp_path):
    net, x = Steps(RECURRENT["lstm both ways"]()), data(2, 7, 4)
    filled(net, x)
    path = write(tmp_path, net, ENTROPY, x, np.array([0, 2]), "adam")
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True, train="*")
    c_programs.run(c_programs.built(files, tmp_path / "net", SANITIZED))


@pytest.mark.parametrize("average", [False, True])
def test_maxima_that_are_equal_and_windows_over_the_edge(average, tmp_path):
    """Behind a ReLU many are."""
    options = {"padding": 1, "ceil_mode": True}
    pool = nn.AvgPool2D(3, 2, **options) if average else nn.MaxPool2D(3, 2, **options)
    layers = [nn.Conv2D(5, 3, activation="relu"), pool, nn.Flatten()]
    net = nn.HybridSequential(*layers, nn.Dense(3))
    _, path, _, _ = small_file(tmp_path, net, learning_rate=0.05, momentum=0.9)
    follow(path, tmp_path, batches_of(24, (2, 1, 9, 8), 3))


def test_a_regression_of_dense_layers(tmp_path):
    net, x = nn.HybridSequential(nn.Dense(16, activation="tanh"), nn.Dense(5)), data(6, 12)
    filled(net, x)
    path = write(tmp_path, net, gluon.loss.L2Loss(), x, data(6, 5), "adam", learning_rate=0.01)
    generator = numpy.random.default_rng(2)
    steps = [generator.normal(size=(2, 6, 12)).astype("float32") for _ in range(40)]
    _, losses = follow(path, tmp_path, [(a, numpy.tanh(b[:, :5])) for a, b in steps])
    assert losses[-1] < losses[0]


def test_running_statistics_are_variables_of_both_functions(tmp_path):
    net = nn.HybridSequential(nn.Conv2D(4, 3), nn.BatchNorm(), nn.GlobalAvgPool2D(), nn.Dense(3))
    net, path, _, _ = small_file(tmp_path, net)
    steps = list(batches_of(20, (2, 1, 9, 8), 3))
    trained, _ = follow(path, tmp_path, steps)
    assert any(name.endswith("running_mean") for name in trained.members())
    model = runtime.Model(path)
    context = model.context("train")
    for x, y in steps:
        context.run(x, y)
    run = model.context("forward", sharing=context)
    wanted = numpy.array(run.run(steps[0][0][:1])[0])
    numpy.testing.assert_allclose(trained.run(steps[0][0][:1]), wanted, rtol=1e-3, atol=1e-4)


def test_rates_are_the_callers(tmp_path):
    _, path, _, _ = small_file(tmp_path, learning_rate=0.0)
    trained = Trained(path, tmp_path)
    (x, y), before = next(batches_of(1, (2, 1, 9, 8), 3)), trained.members()["w_8_weight"].copy()
    trained.train(x, y)
    assert (trained.members()["w_8_weight"] == before).all()
    trained.state.trainer_learning_rate = 0.1
    trained.train(x, y)
    assert (trained.members()["w_8_weight"] != before).any()


def test_a_saved_state_goes_on_where_it_was(tmp_path):
    _, path, _, _ = small_file(tmp_path, kind="adam", learning_rate=0.01)
    steps = list(batches_of(12, (2, 1, 9, 8), 3))
    trained = Trained(path, tmp_path)
    for x, y in steps[:6]:
        trained.train(x, y)
    saved = bytes(trained.ffi.buffer(trained.state))
    first = [trained.train(x, y).tolist() for x, y in steps[6:]]
    other = trained.ffi.new("struct net_state *")
    trained.ffi.memmove(other, saved, len(saved))
    trained.state = other
    assert [trained.train(x, y).tolist() for x, y in steps[6:]] == first
    trained.library.net_reset(other)
    assert trained.members()["trainer_num_update"] == 0


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_the_generated_main_is_clean_under_sanitizers(kind, tmp_path):
    _, path, _, _ = small_file(tmp_path, kind=kind)
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True, train="*")
    told = c_programs.run(c_programs.built(files, tmp_path / "net", SANITIZED))
    assert len(re.findall("largest difference", told)) == 5  # a run, three steps, a run
    first, last = re.findall(r"output ([04]), .* of (\S+)", told)
    assert first[1] != last[1], told


@pytest.mark.parametrize("trained", ["last:1", "*bias", "8.weight,1.*"])
@pytest.mark.parametrize("kind", ["momentum", "adam"])
def test_the_generated_main_checks_several_steps_of_a_part(kind, trained, tmp_path):
    name = "sgd" if kind == "momentum" else kind
    _, path, _, _ = small_file(tmp_path, kind=name, **OPTIMIZERS[kind])
    model = runtime.Model(path)
    files = model.write_c(tmp_path, name="net", main=True, train=trained)
    told = c_programs.run(c_programs.built(files, tmp_path / "net"))
    assert len(re.findall("largest difference", told)) == 5
    # Steps that do not see what the ones before have trained are found.
    main = files[2].read_text()
    assert main.count("  net_train(&state") == 3
    files[2].write_text(
        main.replace("  net_train(&state", "  net_reset(&state);\n  net_train(&state")
    )
    program = c_programs.built(files, tmp_path / "forgets")
    assert subprocess.run([program], capture_output=True).returncode == 1


@pytest.mark.skipif(not shutil.which("clang"), reason="not run: clang is not installed")
def test_clang_has_no_warning(tmp_path):
    _, path, _, _ = small_file(tmp_path)
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True, train="last:1")
    c_programs.run(c_programs.built(files, tmp_path / "net", FLAGS, "clang"))


# ---- what is trained


@pytest.mark.parametrize(
    "patterns, names",
    [
        ("last:1", "8.bias 8.weight"),
        ("last:2", "8.bias 8.weight 5.bias 5.weight"),
        ("*bias", "8.bias 5.bias 3.bias"),
        ("8.weight,1.*", "8.weight 1.beta 1.gamma"),
    ],
)
def test_a_part_is_trained_as_by_a_net_whose_rest_is_frozen(patterns, names, tmp_path):
    (tmp_path / "part").mkdir()
    options = {"learning_rate": 0.05, "momentum": 0.9}
    _, path, _, _ = small_file(tmp_path, **options)
    chosen = "|".join(re.escape(name) for name in names.split())
    _, part, _, _ = small_file(tmp_path / "part", trained=chosen, **options)
    trained = Trained(path, tmp_path, train=patterns)
    context = runtime.Model(part).context("train")
    for x, y in batches_of(30, (2, 1, 9, 8), 3):
        wanted = numpy.array(context.run(x, y)[0])
        numpy.testing.assert_allclose(trained.train(x, y), wanted, rtol=2e-4, atol=2e-4)
    weights = {name for name in trained.members() if name.startswith("w_")}
    assert weights == {member(name) for name in names.split()}
    assert f" *   trains  {', '.join(names.split())}\n" in trained.header
    moments = [name for name in trained.members() if name.endswith("_mom")]
    assert len(moments) == len(weights)


def test_no_gradient_is_computed_below_what_is_trained(tmp_path):
    _, path, _, _ = small_file(tmp_path)
    whole = Trained(path, tmp_path)
    head = Trained(path, tmp_path, train="last:1")
    text = head.files[0].read_text()
    assert "convolution_weight" not in text and "convolution_data" not in text
    assert "pool_indices" not in text and "sqrt" not in text[text.index("/* Offsets") :]
    arrays = re.findall(r"^static const float w_\w+\[", text, re.M)
    assert len(arrays) == len(set(arrays))
    assert arena_of(head) < arena_of(whole)
    run, step = work_of(head)
    # What is const is folded; a step runs the network once for both samples, and the last layer's
    # two sums beside it.
    assert step == 2 * run + 2 * 3 * 6
    assert work_of(whole)[1] > 2 * step


def arena_of(trained):
    return int(re.search(r"#define NET_ARENA_BYTES (\d+)", trained.header)[1])


def work_of(trained):
    found = re.findall(r"(\d+) multiply-adds a (?:run|training step)", trained.header)
    return [int(number) for number in found]


def test_a_head_learns_on_an_int8_network(tmp_path):
    net, x = small_net(), np.array(next(batches_of(1, (16, 1, 9, 8), 3))[0])
    ready(net, x)
    int8 = weft.quantize(net, x, keep=["8"])
    options = {"learning_rate": 0.2, "momentum": 0.9}
    path = write(tmp_path, int8, ENTROPY, x[:1], np.array([1], dtype="int32"), **options)
    steps = batches_of(60, (1, 1, 9, 8), 3, "int32")
    trained, losses = follow(path, tmp_path, steps)
    assert numpy.mean(losses[-10:]) < 0.7 * numpy.mean(losses[:10])
    assert "quantized" in trained.files[0].read_text()
    assert set(trained.members()) >= {"w_8_weight", "w_8_bias"}


# ---- memory


def test_a_budget_chooses_what_is_trained(tmp_path):
    _, path, _, _ = small_file(tmp_path, learning_rate=0.05, momentum=0.9)

    def taken(**options):
        trained = Trained(path, tmp_path, **options)
        state = trained.ffi.sizeof("struct net_state")
        assert f" *   state   {state} bytes" in trained.header
        return arena_of(trained) + state, trained

    whole, _ = taken()
    least, _ = taken(train="8.bias")
    number = []
    for memory in (whole, (2 * whole + least) // 3, (whole + least) // 2, least):
        bytes_taken, trained = taken(memory=memory)
        assert bytes_taken <= memory
        weights = [name for name in trained.members() if re.fullmatch(r"w_\d+_[a-z]+", name)]
        number.append(len(weights))
        x, y = next(batches_of(1, (2, 1, 9, 8), 3))
        before = trained.train(x, y)
        for _ in range(20):
            after = trained.train(x, y)
        assert after.mean() < before.mean()
    assert number[0] == 9 and number[-1] == 1 and number == sorted(number, reverse=True)
    assert 1 < number[1] < 9


def test_too_little_memory_says_the_least(tmp_path):
    _, path, _, _ = small_file(tmp_path)
    model = runtime.Model(path)
    with pytest.raises(
        ValueError, match=r"at least (\d+) bytes, .* training `8.bias` alone"
    ) as error:
        model.write_c(tmp_path, train="*", memory=64)
    least = int(re.search(r"at least (\d+) bytes", str(error.value))[1])
    model.write_c(tmp_path, train="*", memory=least)
    with pytest.raises(ValueError, match="`memory` must be at least"):
        model.write_c(tmp_path, train="*", memory=least - 1)
    with pytest.raises(ValueError, match="at least 0"):
        model.write_c(tmp_path, train="*", memory=-1)


# ---- the text


def test_functions_of_an_arena_of_the_callers(tmp_path):
    _, path, _, _ = small_file(tmp_path)
    files = runtime.Model(path).write_c(tmp_path, name="net", train="*")
    made = tmp_path / "net.o"
    flags = [*c_programs.WARNINGS, "-O2", "-DNET_NO_STATIC_ARENA"]
    subprocess.run([COMPILER, *flags, "-c", files[0], "-o", made], check=True)
    table = subprocess.run(["nm", made], check=True, capture_output=True, text=True).stdout
    assert re.findall(r" T (\w+)", table) == ["net_reset", "net_run_in", "net_train_in"]
    assert not re.findall(r" [bBdD] ", table)
    again = runtime.Model(path).write_c(tmp_path / "again", name="net", train="*")
    assert [f.read_bytes() for f in files] == [f.read_bytes() for f in again]


def test_inputs_may_have_any_names(tmp_path):
    net, x = nn.Dense(2), data(2, 3)
    filled(net, x)
    trainer = gluon.Trainer(net.collect_params(), "sgd")

    @weft.hybridize
    def train(state, train_step0):
        with autograd.record():
            memory = (net(state) - train_step0) ** 2
        memory.backward()
        trainer.step(2)
        return {"arena": memory.mean()}

    weft.export(tmp_path / "net.weft", learn=(train, x, data(2, 2)), forward=(net, x))
    options = {"train": "*", "train_entry": "learn", "main": True, "name": "net"}
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, **options)
    c_programs.run(c_programs.built(files, tmp_path / "net"))


# ---- what is refused


def test_names_that_no_parameter_has(tmp_path):
    _, path, _, _ = small_file(tmp_path)
    model = runtime.Model(path)
    for patterns in ("head*", "8.weight,", "last:0", "last:x", "trainer.*", "1.running_mean"):
        with pytest.raises(
            ValueError, match=r"must name parameters that the step updates; .* it updates 8.bias, "
        ):
            model.write_c(tmp_path, train=patterns)
    with pytest.raises(ValueError, match="`train` must name parameters"):
        model.write_c(tmp_path, train="")
    with pytest.raises(OSError, match="no entry `lesson`"):
        model.write_c(tmp_path, train="*", train_entry="lesson")
    with pytest.raises(
        NotImplementedError, match="`ports_in_arena` cannot be combined with `train`"
    ):
        model.write_c(tmp_path, train="*", ports_in_arena=True)
    assert not list(tmp_path.glob("*.c"))


def test_steps_that_train_nothing(tmp_path):
    net, x = nn.Dense(2), data(2, 3)
    filled(net, x)
    weft.export(tmp_path / "net.weft", train=(net, x), forward=(net, x))
    with pytest.raises(ValueError, match="trains no parameter"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, train="*")
    _, path, _, _ = small_file(tmp_path)
    with pytest.raises(NotImplementedError, match="only the training step may"):
        runtime.Model(path).write_c(tmp_path, "train", train="*")


class Sorting(optimizer.SGD):
    """An optimizer without C."""

    def step(self, count, weight, grad, state, common):
        weight -= common["lr"].astype("float32") * np.sort(grad.reshape(-1)).reshape(grad.shape)


def test_operators_without_c(tmp_path):
    net, x = nn.Dense(2), data(2, 3)
    filled(net, x)
    path = write(tmp_path, net, gluon.loss.L2Loss(), x, data(2, 2), Sorting(0.1))
    with pytest.raises(NotImplementedError, match=r"`sort\w*` has no C form"):
        runtime.Model(path).write_c(tmp_path, train="*")
    net = nn.HybridSequential(nn.Dense(4), nn.Dropout(0.5), nn.Dense(2))
    filled(net, x)
    path = write(tmp_path, net, gluon.loss.L2Loss(), x, data(2, 2))
    with pytest.raises(
        NotImplementedError, match=r"random numbers .* `record\(train_mode=False\)`"
    ):
        runtime.Model(path).write_c(tmp_path, train="*")


def test_the_command_trains(tmp_path):
    _, path, _, _ = small_file(tmp_path)
    command = [sys.executable, "-m", "weft.cli", "compile", str(path), "-o", str(tmp_path)]
    for options, trained in (([], 9), (["--train", "last:1"], 2), (["--train", "8.bias"], 1)):
        done = subprocess.run([*command, *(options or ["--train"])], check=False)
        assert done.returncode == 0
        assert f"{trained} of 9 parameters" in (tmp_path / "net.h").read_text()
    done = subprocess.run(
        [*command, "--train", "none"], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1 and done.stderr.startswith("weft: compile: entry `train`: ")
