"""Mixed precision: what is asked for by a mode, a block or a file gives float32's results within a
half dtype's rounding, leaves all dtypes as they are, and trains as float32 does."""

import re
from pathlib import Path

import numpy
import pytest
import weft
from weft import amp, autograd, gluon, np, npx, runtime
from weft.gluon import nn

halves = pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
TOLERANCE = {"float16": 0.004, "bfloat16": 0.03}
RANDOM = numpy.random.default_rng(11)
ROOT = Path(__file__).resolve().parents[2]


def drawn(*shape, scale=1.0):
    return np.array((RANDOM.normal(size=shape) * scale).astype("float32"))


def has(dtype, array):
    """Is every number one that the half dtype has?"""
    return bool((array == array.astype(dtype).astype("float32")).all().item())


def differ(found, wanted):
    """The largest difference over the largest magnitude."""
    found, wanted = found.asnumpy(), wanted.asnumpy()
    return numpy.abs(found - wanted).max() / max(numpy.abs(wanted).max(), 1e-9)


def part(found, wanted):
    """The norm of the difference over that of what is wanted: a relu at its edge may be either."""
    found, wanted = found.asnumpy(), wanted.asnumpy()
    return numpy.linalg.norm(found - wanted) / max(numpy.linalg.norm(wanted), 1e-9)


def perceptron(inputs=128, units=256, classes=10):
    np.random.seed(5)
    net = nn.HybridSequential(
        nn.Dense(units, activation="relu", in_units=inputs),
        nn.LayerNorm(in_channels=units),
        nn.Dense(units, activation="relu", in_units=units),
        nn.Dense(classes, in_units=units),
    )
    net.initialize()
    return net


@halves
def test_an_eager_product_rounds_its_operands_and_keeps_float32(dtype):
    a, b = drawn(64, 160), drawn(160, 64)
    with amp.autocast(dtype):
        found = np.matmul(a, b)
    assert found.dtype == np.float32
    rounded = np.matmul(a.astype(dtype), b.astype(dtype)).astype("float32")
    numpy.testing.assert_array_equal(found.asnumpy(), rounded.asnumpy())
    assert differ(found, np.matmul(a, b)) < TOLERANCE[dtype]


def test_products_of_other_dtypes_stay_as_they_are():
    whole = np.array(RANDOM.integers(-99, 99, (128, 128)).astype("int32"))
    for array in (whole, whole.astype("float64") / 7, whole.astype("float16") / 99):
        wanted = np.matmul(array, array)
        with amp.autocast("bfloat16"):
            found = np.matmul(array, array)
        assert found.dtype == wanted.dtype
        numpy.testing.assert_array_equal(found.asnumpy(), wanted.asnumpy())


@halves
def test_eager_gradients_have_the_dtype_of_their_leaf(dtype):
    a, b = drawn(128, 128), drawn(128, 128)
    gradients = []
    for mode in (None, dtype):
        for array in (a, b):
            array.attach_grad()
        with autograd.record(), amp.autocast(mode):
            loss = np.tanh(np.matmul(a, b)).sum()
        loss.backward()
        assert loss.dtype == a.grad.dtype == b.grad.dtype == np.float32
        gradients.append((a.grad, b.grad))
    for wanted, found in zip(*gradients, strict=True):
        assert 0 < differ(found, wanted) < 10 * TOLERANCE[dtype]


def test_the_mode_ends_with_its_block_and_can_be_switched_off_inside():
    a = drawn(128, 128)
    plain = np.matmul(a, a)
    with amp.autocast("bfloat16"):
        narrow = np.matmul(a, a)
        with amp.autocast(None):
            inner = np.matmul(a, a)
        with amp.autocast("float16", enabled=False):
            disabled = np.matmul(a, a)
        with amp.autocast("float16"):
            half = np.matmul(a, a)
        again = np.matmul(a, a)
    same = numpy.testing.assert_array_equal
    for array in (inner, disabled, np.matmul(a, a)):
        same(array.asnumpy(), plain.asnumpy())
    same(again.asnumpy(), narrow.asnumpy())
    assert has("bfloat16", narrow) and has("float16", half)
    assert not has("bfloat16", plain) and not has("bfloat16", half)


def test_init_is_a_mode_of_the_thread():
    a = drawn(128, 128)
    try:
        amp.init("bfloat16")
        assert has("bfloat16", np.matmul(a, a))
    finally:
        amp.init(None)
    assert not has("bfloat16", np.matmul(a, a))


@halves
def test_a_hybridized_network_agrees_with_the_eager_one_and_has_a_plan_for_each_mode(dtype):
    net, x = perceptron(), drawn(128, 128)
    wanted = net(x)
    with amp.autocast(dtype):
        eager = net(x)
    net.hybridize()
    with amp.autocast(dtype):
        found = net(x)
        assert f": {dtype}(" in net.plan_text("graph") or "@precision" in net.plan_text("graph")
    assert eager.dtype == found.dtype == np.float32
    assert 0 < differ(eager, wanted) < 2 * TOLERANCE[dtype]
    assert 0 < differ(found, wanted) < 2 * TOLERANCE[dtype]
    numpy.testing.assert_allclose(net(x).asnumpy(), wanted.asnumpy(), rtol=1e-5, atol=1e-5)


@halves
def test_gradients_of_a_hybridized_network(dtype):
    net, x, label = perceptron(), drawn(128, 128), np.array(RANDOM.integers(0, 10, 128))
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

    def gradients(mode):
        with autograd.record(), amp.autocast(mode):
            loss = loss_of(net(x), label)
        loss.backward()
        return [p.grad().copy() for p in net.collect_params().values()]

    wanted = gradients(None)
    net.hybridize()
    for found, like in zip(gradients(dtype), wanted, strict=True):
        assert found.dtype == np.float32
        assert 0 < part(found, like) < 10 * TOLERANCE[dtype]


def test_weights_are_cast_once_for_forward_and_backward():
    net, x = perceptron(), drawn(128, 128)
    label = np.array(RANDOM.integers(0, 10, 128))
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    with amp.autocast("bfloat16"):
        step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
        step(x, label)
    text = step.plan_text()
    assert text.count("bfloat16(256, 256)") >= 1
    with amp.autocast(None):
        step(x, label)
    assert "bfloat16" not in step.plan_text()


def test_a_plan_of_bfloat16_keeps_less_for_the_backward():
    net, x = perceptron(256, 1024), drawn(256, 256)
    net.hybridize()
    kept = []
    for mode in (None, "bfloat16"):
        with autograd.record(), amp.autocast(mode):
            net(x)
        kept.append(net.plan_memory()["residual"])
    assert kept[1] < 0.7 * kept[0]


def digits():
    """The example's digits: two pictures of 8 x 8 side by side, and the label of the first."""
    table = numpy.loadtxt(ROOT / "examples/digits/data/digits.csv.gz", delimiter=",", dtype="int32")
    pictures = (table[:, :-1] / 16).astype("float32")
    return numpy.concatenate([pictures, pictures[::-1]], 1)[:1536], table[:1536, -1]


def train(step, pictures, label, epochs=3, batch=128):
    losses = []
    for _ in range(epochs):
        for first in range(0, len(label), batch):
            part = slice(first, first + batch)
            value = step(np.array(pictures[part]), np.array(label[part]))
            losses.append(float(value.mean().item()))
    return losses


@halves
def test_training_keeps_beside_float32(dtype):
    pictures, label = digits()
    losses = {}
    for mode in (None, dtype):
        net = perceptron()
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 1e-3})
        if mode == "float16":
            amp.init_trainer(trainer, amp.LossScaler(128.0))
        step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
        with amp.autocast(mode):
            losses[mode] = train(step, pictures, label)
        assert all(p.data().dtype == np.float32 for p in net.collect_params().values())
    assert losses[None][-1] < 0.3 * losses[None][0]
    numpy.testing.assert_allclose(losses[dtype], losses[None], rtol=0.1, atol=0.02)
    assert losses[dtype] != losses[None]


# ---- images and attention


def half_steps(text, *operators):
    """How many steps of these operators a plan has, and how many of them give bfloat16."""
    names = "|".join(operators)
    steps = [line for line in text.splitlines() if re.search(rf"^ *\d+ kernel ({names}):", line)]
    return len(steps), sum("bfloat16" in line.split("->")[-1] for line in steps)


def residual_network():
    class Unit(nn.HybridBlock):
        def __init__(self, channels, before, stride):
            super().__init__()
            self.body = nn.HybridSequential(
                nn.Conv2D(
                    channels, 3, strides=stride, padding=1, use_bias=False, in_channels=before
                ),
                nn.BatchNorm(in_channels=channels),
                nn.Activation("relu"),
                nn.Conv2D(channels, 3, padding=1, use_bias=False, in_channels=channels),
                nn.BatchNorm(in_channels=channels),
            )
            self.short = nn.Conv2D(channels, 1, strides=stride, use_bias=False, in_channels=before)

        def forward(self, x):
            return npx.relu(self.body(x) + self.short(x))

    return nn.HybridSequential(
        nn.Conv2D(32, 5, padding=2, use_bias=False, in_channels=1),
        nn.BatchNorm(in_channels=32),
        nn.Activation("relu"),
        nn.MaxPool2D(2),
        Unit(64, 32, 1),
        Unit(64, 64, 2),
        nn.GlobalAvgPool2D(),
        nn.Flatten(),
        nn.Dense(10, in_units=64),
    )


def separable_network():
    """Expand, depthwise, project, with bounded activations, as MobileNet does."""

    def part(channels, before, kernel, groups=1, stride=1):
        return [
            nn.Conv2D(
                channels,
                kernel,
                strides=stride,
                padding=kernel // 2,
                groups=groups,
                use_bias=False,
                in_channels=before,
            ),
            nn.BatchNorm(in_channels=channels),
            nn.HybridLambda(lambda x: np.clip(x, 0, 6)),
        ]

    return nn.HybridSequential(
        *part(32, 1, 5),
        *part(192, 32, 1),
        *part(192, 192, 3, groups=192),
        *part(64, 192, 1),
        *part(256, 64, 1),
        *part(256, 256, 3, groups=256, stride=2),
        *part(64, 256, 1),
        nn.GlobalAvgPool2D(),
        nn.Flatten(),
        nn.Dense(10, in_units=64),
    )


class Transformer(nn.HybridBlock):
    """A layer on rows of 128 features, heads of 32, as on digits in pieces."""

    def __init__(self, features=128, heads=4):
        super().__init__()
        self.heads = heads
        self.read = nn.Dense(features, in_units=8, flatten=False)
        self.norm = nn.LayerNorm(in_channels=features)
        self.parts = nn.Dense(3 * features, in_units=features, flatten=False)
        self.joined = nn.Dense(features, in_units=features, flatten=False)
        self.after = nn.LayerNorm(in_channels=features)
        self.wide = nn.Dense(4 * features, in_units=features, activation="relu", flatten=False)
        self.back = nn.Dense(features, in_units=4 * features, flatten=False)
        self.head = nn.Dense(10, in_units=features)

    def forward(self, x):
        x = self.read(x)
        batch, steps, features = x.shape
        rows = self.parts(self.norm(x)).reshape(batch, steps, 3, self.heads, features // self.heads)
        q, k, v = (np.transpose(rows[:, :, i], (0, 2, 1, 3)) for i in range(3))
        found = npx.scaled_dot_product_attention(q, k, v)
        x = x + self.joined(np.transpose(found, (0, 2, 1, 3)).reshape(batch, steps, features))
        x = x + self.back(self.wide(self.after(x)))
        return self.head(x.mean(axis=1))


CONVOLUTIONS = ("convolution_blocked",)
FAMILIES = {
    "residual": (residual_network, (16, 1, 16, 16)),
    "separable": (separable_network, (16, 1, 16, 16)),
    "transformer": (Transformer, (16, 32, 8)),
}


def made(family):
    np.random.seed(8)
    make, shape = FAMILIES[family]
    net = make()
    net.initialize()
    return net, drawn(*shape)


@pytest.mark.parametrize(
    ("family", "operators", "wanted"),
    [
        ("residual", CONVOLUTIONS, (7, 7)),
        ("residual", ("pooling_blocked",), (2, 1)),  # the maximum; the mean is a sum
        ("separable", CONVOLUTIONS, (7, 7)),
        ("transformer", ("attention_blocks",), (1, 1)),
        ("transformer", ("matmul", "matmul_packed"), (6, 4)),  # but for 8 features and 10 classes
    ],
)
def test_operators_of_a_plan_in_bfloat16(family, operators, wanted, monkeypatch):
    monkeypatch.setenv("WEFT_PASSES", "-tile_rows")  # a loop over rows is one step
    net, x = made(family)
    net.hybridize()
    net(x)
    assert half_steps(net.plan_text(), *operators)[1] == 0
    with amp.autocast("bfloat16"):
        net(x)
    assert half_steps(net.plan_text(), *operators) == wanted


@pytest.mark.parametrize("family", ["residual", "separable"])
def test_images_are_cast_at_the_ends_only(family):
    """The network's input where it is read, and once more where its planes become numbers."""
    net, x = made(family)
    net.hybridize()
    with amp.autocast("bfloat16"):
        net(x)
    images = re.findall(r"\bcast\b.*\((?:16, \d+, \d+, \d+(?:, \d+)?)\)", net.plan_text())
    assert len(images) <= 2, net.plan_text()


@pytest.mark.parametrize("family", FAMILIES)
def test_values_of_networks_in_bfloat16(family):
    net, x = made(family)
    wanted = net(x)
    net.hybridize()
    with amp.autocast("bfloat16"):
        found = net(x)
    assert found.dtype == np.float32
    assert 0 < part(found, wanted) < 0.03


def test_float16_has_no_kernel_for_images():
    net, x = made("residual")
    net.hybridize()
    with amp.autocast("float16"):
        net(x)
    assert not re.search(r"\bfloat16", net.plan_text())


@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_of_networks_in_bfloat16(family):
    net, x = made(family)
    label = np.array(RANDOM.integers(0, 10, len(x)))
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    net.hybridize()
    found = []
    for mode in (None, "bfloat16"):
        with autograd.record(), amp.autocast(mode):
            loss = loss_of(net(x), label)
        loss.backward()
        kept = net.plan_memory()["residual"]
        trained = (p for p in net.collect_params().values() if p.grad_req != "null")
        found.append((kept, [p.grad().copy() for p in trained]))
    (kept, wanted), (kept_half, gradients) = found
    assert kept_half < 0.7 * kept
    norms = [numpy.linalg.norm(like.asnumpy()) for like in wanted]
    for gradient, like, norm in zip(gradients, wanted, norms, strict=True):
        assert gradient.dtype == np.float32
        if norm > 0.05 * max(norms):  # others are small differences of large sums
            assert 0 < part(gradient, like) < 0.3  # maxima and bounds may choose another way


@pytest.mark.parametrize("family", FAMILIES)
def test_training_networks_keeps_beside_float32(family):
    pictures, label = digits()
    shape = (8, 8) if family == "transformer" else (1, 8, 8)
    images, label = pictures[:512, :64].reshape(512, *shape), label[:512]
    losses = {}
    for mode in (None, "bfloat16"):
        net, _ = made(family)
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 2e-3})
        step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
        with amp.autocast(mode):
            losses[mode] = train(step, images, label, epochs=6, batch=64)
            assert ("bfloat16" in step.plan_text()) == (mode is not None)
    plain, half = numpy.array(losses[None]), numpy.array(losses["bfloat16"])
    assert plain[-4:].mean() < 0.5 * plain[0]
    assert abs(half[-4:].mean() - plain[-4:].mean()) < 0.15 * plain[0]


# ---- the scale of losses


def one_step(net, trainer, x, label, compiled):
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    if compiled:
        trainer.step_of_test = getattr(trainer, "step_of_test", None) or trainer.compile(
            net, loss_of
        )
        trainer.step_of_test(x, label)
        return
    with autograd.record():
        loss = loss_of(net(x), label)
        with amp.scale_loss(loss, trainer) as scaled:
            autograd.backward(scaled)
    trainer.step(len(x))


def everything(net, trainer):
    arrays, description = trainer.describe_states()
    del description["options"]["rescale_grad"]
    held = {n: a.asnumpy() for n, a in arrays.items()}
    held |= {n: p.data().asnumpy() for n, p in net.collect_params().items()}
    return held, description["counts"]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_step_with_a_scale_is_the_one_without(compiled, optimizer):
    x, label = drawn(32, 8), np.array(RANDOM.integers(0, 3, 32))
    found = []
    for scaled in (False, True):
        net = perceptron(8, 16, 3)
        trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.01})
        if scaled:
            amp.init_trainer(trainer)
        for _ in range(3):
            if scaled or compiled:
                one_step(net, trainer, x, label, compiled)
            else:
                with autograd.record():
                    loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(x), label)
                loss.backward()
                trainer.step(len(x))
        found.append(everything(net, trainer))
    (plain, counts), (scaled, scaled_counts) = found
    assert counts == scaled_counts and set(counts.values()) == {3}
    for name, value in plain.items():  # a power of two changes no bit
        numpy.testing.assert_allclose(scaled[name], value, rtol=1e-6, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_step_that_overflows_changes_nothing_but_the_scale(compiled, optimizer):
    good, bad = drawn(32, 8), drawn(32, 8)
    bad[3, 2] = numpy.inf
    label = np.array(RANDOM.integers(0, 3, 32))
    net = perceptron(8, 16, 3)
    options = {"learning_rate": 0.01} | ({"momentum": 0.9} if optimizer == "sgd" else {})
    trainer = gluon.Trainer(net.collect_params(), optimizer, options)
    amp.init_trainer(trainer, amp.LossScaler(1024.0, growth_interval=3))
    scaler = trainer.loss_scaler
    one_step(net, trainer, good, label, compiled)
    before, counts = everything(net, trainer)
    assert scaler.state_dict() == {"scale": 1024.0, "good_steps": 1}
    one_step(net, trainer, bad, label, compiled)
    after, counts_after = everything(net, trainer)
    assert counts_after == counts
    for name, value in before.items():
        numpy.testing.assert_array_equal(after[name], value, err_msg=name)
    assert scaler.state_dict() == {"scale": 512.0, "good_steps": 0}
    for _ in range(3):
        one_step(net, trainer, good, label, compiled)
    assert scaler.state_dict() == {"scale": 1024.0, "good_steps": 0}
    moved, counts_after = everything(net, trainer)
    assert set(counts_after.values()) == {4}
    assert any((moved[name] != value).any() for name, value in before.items())


def test_the_scale_stays_between_its_bounds():
    scaler = amp.LossScaler(2.0, growth_interval=1)
    for _ in range(3):
        scaler.update(np.array(False))
    assert scaler.state_dict() == {"scale": 1.0, "good_steps": 0}
    for _ in range(30):
        scaler.update(np.array(True))
    assert scaler.state_dict()["scale"] == 2.0**24


def test_clipping_sees_gradients_without_the_scale():
    x, label = drawn(32, 8), np.array(RANDOM.integers(0, 3, 32))
    norms = []
    for scaled in (False, True):
        net = perceptron(8, 16, 3)
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        if scaled:
            amp.init_trainer(trainer)
        step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss(), clip_global_norm=0.05)
        before = {n: p.data().asnumpy() for n, p in net.collect_params().items()}
        step(x, label)
        after = {n: p.data().asnumpy() for n, p in net.collect_params().items()}
        norms.append(sum(((after[n] - before[n]) ** 2).sum() for n in before) ** 0.5)
    assert norms[0] == pytest.approx(0.005, rel=1e-3)
    assert norms[1] == pytest.approx(norms[0], rel=1e-4)


def test_unscale_is_for_who_looks_at_gradients():
    x, label = drawn(32, 8), np.array(RANDOM.integers(0, 3, 32))
    net = perceptron(8, 16, 3)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    amp.init_trainer(trainer, amp.LossScaler(256.0))
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    with autograd.record():
        loss = loss_of(net(x), label)
    loss.backward(retain_graph=True)
    wanted = [g.asnumpy().copy() for g in trainer.gradients()]
    with amp.scale_loss([loss], trainer) as scaled:
        autograd.backward(scaled)
    for gradient, like in zip(trainer.gradients(), wanted, strict=True):
        numpy.testing.assert_allclose(gradient.asnumpy(), 256 * like, rtol=1e-5, atol=1e-9)
    amp.unscale(trainer)
    amp.unscale(trainer)  # once only
    for gradient, like in zip(trainer.gradients(), wanted, strict=True):
        numpy.testing.assert_allclose(gradient.asnumpy(), like, rtol=1e-5, atol=1e-9)


def test_the_scale_is_saved_with_the_trainer(tmp_path):
    x, label = drawn(32, 8), np.array(RANDOM.integers(0, 3, 32))
    net = perceptron(8, 16, 3)
    trainer = gluon.Trainer(net.collect_params(), "adam")
    amp.init_trainer(trainer, amp.LossScaler(64.0))
    one_step(net, trainer, x, label, compiled=True)
    path = tmp_path / "trainer.safetensors"
    trainer.save_states(path)

    other = gluon.Trainer(net.collect_params(), "adam")
    with pytest.raises(ValueError, match=r"without a loss scale.*amp\.init_trainer"):
        other.load_states(path)
    amp.init_trainer(other)
    other.load_states(path)
    assert other.loss_scaler.state_dict() == {"scale": 64.0, "good_steps": 1}


# ---- blocks and files


def test_a_converted_block_computes_narrow_whatever_the_mode_is():
    net, x = perceptron(), drawn(128, 128)
    wanted = net(x)
    assert amp.convert_hybrid_block(net, "bfloat16") is net
    eager = net(x)
    net.hybridize()
    planned = net(x)
    for found in (eager, planned):
        assert found.dtype == np.float32
        assert 0 < differ(found, wanted) < 2 * TOLERANCE["bfloat16"]
    amp.convert_hybrid_block(net, "float32")
    with amp.autocast("bfloat16"):
        numpy.testing.assert_allclose(net(x).asnumpy(), wanted.asnumpy(), rtol=1e-5, atol=1e-5)
    amp.convert_hybrid_block(net, None)
    with amp.autocast("bfloat16"):
        assert differ(net(x), wanted) > 0


def test_excluded_blocks_stay_in_float32():
    one = nn.HybridSequential(nn.Dense(128, use_bias=False, in_units=128))
    one.initialize()
    x = drawn(128, 128)
    wanted = one(x)
    amp.convert_hybrid_block(one, "bfloat16", excluded=[one[0]])
    numpy.testing.assert_array_equal(one(x).asnumpy(), wanted.asnumpy())
    one.hybridize()
    assert not has("bfloat16", one(x))


def test_a_file_has_what_was_traced(tmp_path):
    net, x = perceptron(), drawn(128, 128)
    amp.convert_hybrid_block(net, "bfloat16")
    net.hybridize()
    wanted = net(x)
    path = tmp_path / "mixed.weft"
    net.export(path, x)
    (found,) = runtime.Model(path).context("forward").run(x.asnumpy())
    numpy.testing.assert_array_equal(numpy.asarray(found), wanted.asnumpy())
    block = gluon.SymbolBlock.imports(path)
    numpy.testing.assert_array_equal(block(x).asnumpy(), wanted.asnumpy())
    assert block.collect_params().keys() >= net.collect_params().keys()


def test_a_loop_in_a_trace_is_narrow_too():
    w = drawn(128, 128, scale=0.1)

    class Loop(gluon.HybridBlock):
        def forward(self, x):
            _, last = npx.foreach(
                lambda row, state: (row, np.tanh(np.matmul(state, w) + row)), x, np.ones((128, 128))
            )
            return last

    net, x = Loop(), drawn(3, 128, 128)
    wanted = net(x)
    net.hybridize()
    with amp.autocast("bfloat16"):
        found = net(x)
    assert found.dtype == np.float32
    assert 0 < differ(found, wanted) < 3 * TOLERANCE["bfloat16"]


def test_a_file_of_any_batch_is_mixed_too(tmp_path):
    net = perceptron()
    amp.convert_hybrid_block(net, "bfloat16")
    path = tmp_path / "any.weft"
    net.export(path, drawn(128, 128), dynamic={"x": {0: "batch"}})
    context = runtime.Model(path).context("forward")
    amp.convert_hybrid_block(net, "float32")
    for batch in (64, 200):
        x = drawn(batch, 128)
        context.set_shape(0, x.shape)
        (found,) = context.run(x.asnumpy())
        assert 0 < differ(np.array(numpy.asarray(found)), net(x)) < 2 * TOLERANCE["bfloat16"]


def test_an_exported_training_step_is_mixed_and_scaled(tmp_path):
    pictures, label = digits()
    x, y = np.array(pictures[:128]), np.array(label[:128])
    net = perceptron()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 1e-3})
    amp.init_trainer(trainer, amp.LossScaler(64.0, growth_interval=2))
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    path = tmp_path / "step.weft"
    with amp.autocast("float16"):
        weft.export(path, step=(step, x, y))
    context = runtime.Model(path).context("step")
    found = [numpy.asarray(context.run(x.asnumpy(), y.asnumpy())[0]).copy() for _ in range(4)]
    with amp.autocast("float16"):
        wanted = [step(x, y).asnumpy() for _ in range(4)]
    numpy.testing.assert_array_equal(found, wanted)
    assert trainer.loss_scaler.state_dict() == {"scale": 256.0, "good_steps": 0}


def gradients_of(net, x, forward):
    with autograd.record(), amp.autocast("bfloat16"):
        loss = np.square(forward(x)).mean()
    loss.backward()
    return [p.grad().copy() for p in net.collect_params().values()]


@pytest.mark.parametrize("hybrid", [False, True])
def test_segments_are_computed_again_in_the_same_precision(hybrid):
    net, x = perceptron(), drawn(128, 128)
    segments = lambda x: gluon.checkpoint_sequential(net, 2, x)  # noqa: E731
    plain = net.forward
    if hybrid:
        segments, plain = weft.hybridize(segments), weft.hybridize(plain)
    wanted, found = gradients_of(net, x, plain), gradients_of(net, x, segments)
    for gradient, like in zip(found, wanted, strict=True):
        numpy.testing.assert_array_equal(gradient.asnumpy(), like.asnumpy())


def test_a_budget_holds_for_a_mixed_plan():
    layers = [nn.Dense(128, activation="tanh", in_units=128) for _ in range(12)]
    net, x = nn.HybridSequential(*layers), drawn(512, 128)
    net.initialize()

    def taken():
        plan = net.plan_memory()
        return plan["residual"] + max(plan["arena"], plan["backward"])

    net.hybridize()
    wanted = gradients_of(net, x, net)
    budget = int(0.95 * taken())
    net.hybridize(memory=budget)
    found = gradients_of(net, x, net)
    assert taken() <= budget
    for gradient, like in zip(found, wanted, strict=True):
        numpy.testing.assert_array_equal(gradient.asnumpy(), like.asnumpy())


# ---- bad input


@pytest.mark.parametrize("dtype", ["float17", 3, "half precision"])
def test_a_dtype_that_is_none_is_refused(dtype):
    with pytest.raises(TypeError, match=r"autocast: `dtype` must be 'float16'.*got"):
        amp.autocast(dtype)
    with pytest.raises(TypeError, match=r"init: `target_dtype` must be"):
        amp.init(dtype)
    with pytest.raises(TypeError, match=r"convert_hybrid_block: `target_dtype` must be"):
        amp.convert_hybrid_block(perceptron(), dtype)


@pytest.mark.parametrize("dtype", ["int8", "float64", "bool", np.int32])
def test_a_dtype_that_is_no_half_is_refused(dtype):
    with pytest.raises(ValueError, match=r"autocast: `dtype` must be 'float16', 'bfloat16'"):
        amp.autocast(dtype)


def test_trainers_and_blocks_are_checked():
    net = perceptron()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(TypeError, match=r"init_trainer: `trainer` must be a gluon.Trainer"):
        amp.init_trainer(net)
    with (
        pytest.raises(RuntimeError, match=r"scale_loss: the trainer has no scale"),
        amp.scale_loss(np.ones(3), trainer),
    ):
        pass
    with pytest.raises(TypeError, match=r"`block` and `excluded` must be blocks; got str"):
        amp.convert_hybrid_block(net, "bfloat16", excluded=["head"])
    for options in ({"init_scale": 0}, {"growth_factor": 1}, {"backoff_factor": 1}):
        with pytest.raises(ValueError, match=r"LossScaler: `"):
            amp.LossScaler(**options)
    with pytest.raises(ValueError, match=r"`growth_interval` must be at least 1"):
        amp.LossScaler(growth_interval=0)
