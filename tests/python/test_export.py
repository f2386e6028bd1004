"""Files with several entry points: shared weights, states, names, source lines."""

import hashlib
import itertools
from pathlib import Path

import numpy
import pytest
import weft
from weft import autograd, gluon, init, np, npx, runtime
from weft.gluon import nn
from weft.gluon.model_zoo import text

LINE = "test_export.py"


def classifier():
    np.random.seed(5)
    net = nn.HybridSequential(
        nn.Dense(8, activation="relu"), nn.BatchNorm(), nn.Dropout(0.3), nn.Dense(3)
    )
    net.initialize(init.Xavier())
    x = np.array(numpy.random.default_rng(0).normal(size=(5, 4)).astype("float32"))
    net(x)
    return net, x, np.array([0, 1, 2, 1, 0])


def training_step(net):
    """A step of gradient descent with momentum, by operators alone."""
    loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()
    trained = {n: p for n, p in net.collect_params().items() if p.grad_req != "null"}
    momentum = {name: np.zeros(p.shape) for name, p in trained.items()}

    @weft.hybridize
    def train_step(x, label):
        with autograd.record():
            loss = loss_fn(net(x), label).mean()
        weights = [p.data() for p in trained.values()]
        gradients = autograd.grad(loss, weights)
        for weight, gradient, state in zip(weights, gradients, momentum.values(), strict=True):
            npx.sgd_mom_update(weight, gradient, state, lr=0.1, out=(weight, state))
        return {"loss": loss}

    return train_step, momentum


def test_a_training_step_runs_from_the_file_as_in_python(tmp_path):
    net, x, label = classifier()
    step, momentum = training_step(net)
    predict = weft.hybridize(lambda x: net(x))  # the same passes, which join the norm's scales
    path = tmp_path / "net.weft"
    weft.export(path, forward=(net, x), train_step=(step, x, label))
    model = runtime.Model(path)
    training = model.context("train_step")
    forward, apart = model.context("forward", sharing=training), model.context("forward")
    first = apart.run(x.asnumpy())[0].tobytes()
    assert [port.name for port in training.inputs] == ["x", "label"]
    assert [port.name for port in training.outputs] == ["loss"]
    names = [port.name for port in training.states]
    assert names == [*net.collect_params(), *(f"momentum.{n}" for n in momentum), "weft.random"]
    for _ in range(3):  # dropout draws the same numbers, and running statistics move
        (loss,) = training.run(x.asnumpy(), label.asnumpy())
        assert loss.tobytes() == step(x, label)["loss"].asnumpy().tobytes()
        (out,) = forward.run(x.asnumpy())
        assert out.tobytes() == predict(x).asnumpy().tobytes()
        numpy.testing.assert_allclose(out, net(x).asnumpy(), rtol=1e-5, atol=1e-6)
    assert apart.run(x.asnumpy())[0].tobytes() == first
    for name, parameter in net.collect_params().items():
        assert training.read_state(name).tobytes() == parameter.data().asnumpy().tobytes()

    training.save(path)  # over the file that is mapped
    block = gluon.SymbolBlock.imports(path, "forward")
    numpy.testing.assert_array_equal(block(x).asnumpy(), predict(x).asnumpy())
    training.reset()
    assert forward.run(x.asnumpy())[0].tobytes() == first
    resumed = runtime.Model(path).context("train_step")
    (loss,) = resumed.run(x.asnumpy(), label.asnumpy())
    assert loss.tobytes() == step(x, label)["loss"].asnumpy().tobytes()


def test_a_prompt_and_what_follows_share_a_cache(tmp_path):
    np.random.seed(1)
    net = text.GPT(vocab_size=17, units=8, num_layers=2, num_heads=2, max_length=12, dropout=0.0)
    net.initialize(init.Normal(0.3))
    caches = net.new_caches(1)
    net.hybridize()

    @weft.hybridize
    def step(tokens):
        return net(tokens, caches)[:, -1].argmax(axis=-1)

    @weft.hybridize
    def clear():
        for cache in caches:
            cache.position[...] = 0
        return caches[0].position * 1

    prompt, one = np.array([[3, 1, 4, 1, 5]]), np.array([[0]])
    path = tmp_path / "gpt.weft"
    weft.export(path, prefill=(step, prompt), decode=(step, one), clear=(clear,))
    model = runtime.Model(path)
    prefill = model.context("prefill")
    decode, cleared = (model.context(e, sharing=prefill) for e in ("decode", "clear"))
    assert "caches.1.keys" in [port.name for port in decode.states]

    def continued():
        found = [numpy.array(prefill.run(prompt.asnumpy())[0])]
        for _ in range(4):
            found.append(numpy.array(decode.run(found[-1].reshape(1, 1))[0]))
        return numpy.concatenate(found).tolist()

    tokens = prompt
    for _ in range(5):
        following = net(tokens)[:, -1].argmax(axis=-1).reshape(1, 1)
        tokens = np.concatenate([tokens, following], axis=1)
    wanted = tokens[0, 5:].tolist()
    assert continued() == wanted
    assert decode.read_state("caches.0.position").tolist() == 9
    cleared.run()
    assert continued() == wanted


def test_states_are_read_and_written_by_name(tmp_path):
    total = np.zeros((2,))

    @weft.hybridize
    def add(x):
        total[...] += x
        return total * 1

    weft.export(tmp_path / "sum.weft", add=(add, np.ones((2,))))
    context = runtime.Model(tmp_path / "sum.weft").context("add")
    context.write_state("total", numpy.float32([10, 20]))
    (out,) = context.run(numpy.float32([1, 2]))
    assert out.tolist() == context.read_state("total").tolist() == [11, 22]
    with pytest.raises(LookupError, match="read_state: there is no state `sum`; there are `total`"):
        context.read_state("sum")
    with pytest.raises(ValueError, match=r"`total` must have 8 bytes, float32\(2,\); got 4"):
        context.write_state("total", b"1234")
    other = runtime.Model(tmp_path / "sum.weft")
    with pytest.raises(ValueError, match="`sharing` must be a context of the same model"):
        other.context("add", sharing=context)


def test_names_follow_the_code(tmp_path):
    left, right = nn.Dense(2, in_units=3), nn.Dense(2, in_units=3)
    for net in (left, right):
        net.initialize()
    tables = {"a": np.ones((2,)), "b": [np.zeros((2,))]}

    @weft.hybridize
    def both(x, more, *, scale):
        y = left(x) + right(more["first"]) * more["rest"][0]
        return {"sum": y, "parts": [y * scale, y + tables["a"] * tables["b"][0]]}

    x = np.ones((1, 3))
    both(x, {"first": x, "rest": [np.ones((2,))]}, scale=2)
    weft.export(tmp_path / "both.weft", both=both)
    context = runtime.Model(tmp_path / "both.weft").context("both")
    assert [p.name for p in context.inputs] == ["x", "more.first", "more.rest.0"]
    assert [p.name for p in context.outputs] == ["sum", "parts.0", "parts.1"]
    text = runtime.Model(tmp_path / "both.weft").text
    for name in ("left.weight", "right.bias", "tables.a", "tables.b.0"):
        assert f"  {name}: " in text

    both_again = (both, x, {"first": x, "rest": [np.ones((2,))]})
    with pytest.raises(TypeError, match="required"):
        weft.export(tmp_path / "no.weft", both=both_again)
    weft.export(tmp_path / "named.weft", both=both, names={"scales": tables})
    assert "  scales.b.0: " in runtime.Model(tmp_path / "named.weft").text


def test_the_same_network_gives_the_same_bytes(tmp_path):
    digests = set()
    for number in range(2):
        net, x, label = classifier()
        step, _ = training_step(net)
        path = tmp_path / f"{number}.weft"
        weft.export(path, forward=(net, x), step=(step, x, label), metadata={"b": "1", "a": "2"})
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1
    assert LINE.encode() not in path.read_bytes()
    assert runtime.Model(path).metadata == {"b": "1", "a": "2"}
    safetensors = pytest.importorskip("safetensors.numpy").load_file(path)
    assert set(net.collect_params()) < set(safetensors)


def test_errors_of_a_file_name_the_source_line(tmp_path):
    table = np.arange(3.0)

    @weft.hybridize
    def look_up(index):
        return np.take(table, index + 1, axis=0, mode="raise")

    line = f"({__file__}:{look_up.__wrapped__.__code__.co_firstlineno + 2})"
    index = np.array([1])
    for keep in (True, False):
        path = tmp_path / f"{keep}.weft"
        weft.export(path, look_up=(look_up, index), source_lines=keep)
        context = runtime.Model(path).context("look_up")
        assert context.run(numpy.int64([0]))[0].tolist() == [1]
        with pytest.raises(IndexError) as error:
            context.run(numpy.int64([5]))
        assert (line in str(error.value)) == keep
    with pytest.raises(IndexError) as error:
        look_up(np.array([5])).asnumpy()  # queued work fails when it is waited for
    assert line in str(error.value)


def untouched(path: Path):
    path.write_bytes(b"old")
    return path


def test_entry_points_need_names(tmp_path):
    path = untouched(tmp_path / "old.weft")
    with pytest.raises(TypeError, match=r"by name, such as `forward=net`.*got 2 without one"):
        weft.export(path, weft.hybridize(lambda x: x), np.ones(()))
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("entries", "error", "text"),
    [
        ({}, ValueError, "give at least one entry point"),
        ({"forward": len}, TypeError, "`forward` must be a HybridBlock or a function of"),
        ({"forward": ()}, TypeError, "`forward` must be a HybridBlock or a function of"),
        ({"f": weft.hybridize(lambda x: x)}, RuntimeError, "`f` has not been called"),
        ({"f": (weft.hybridize(lambda x: x.item()), np.ones(()))}, RuntimeError, "value"),
        ({"f": (weft.hybridize(lambda x: "text"), np.ones(()))}, TypeError, "text"),
    ],
)
def test_what_cannot_be_exported_leaves_the_old_file(tmp_path, entries, error, text):
    path = untouched(tmp_path / "old.weft")
    with pytest.raises(error, match=text):
        weft.export(path, **entries)
    assert path.read_bytes() == b"old"


def test_names_and_metadata_are_checked(tmp_path):
    net, x, _ = classifier()
    path = untouched(tmp_path / "old.weft")
    with pytest.raises(TypeError, match="`metadata` must map strings to strings; got 'classes': 3"):
        weft.export(path, forward=net, metadata={"classes": 3})
    with pytest.raises(ValueError, match=r"`weft` is reserved for Weft"):
        weft.export(path, forward=net, metadata={"weft": "x"})
    with pytest.raises(ValueError, match=r"`weft.random` is reserved for Weft"):
        noise = np.ones((5, 4))
        weft.export(
            path,
            f=(weft.hybridize(lambda x: net(x + noise)), x),
            names={"weft.random": noise},
        )
    assert path.read_bytes() == b"old"


def test_every_combination_of_threads_and_contexts_gives_the_same_bits(tmp_path):
    """One model, many threads, a context each, weights shared."""
    from concurrent.futures import ThreadPoolExecutor

    net, x, _ = classifier()
    path = tmp_path / "net.weft"
    net.export(path, x)
    model = runtime.Model(path)
    wanted = net(x).asnumpy().tobytes()

    def serve(_):
        context = model.context()
        return {context.run(x.asnumpy())[0].tobytes() for _ in range(50)}

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(serve, range(8)))
    assert set(itertools.chain(*found)) == {wanted}
