"""A query that may attend to nothing: its result is 0, and its gradients, and nobody else notices.
However it is written and run."""

import re
import shutil

import numpy
import pytest
import scipy.special
import weft
from c_programs import built, data, filled, run
from weft import autograd, gluon, np, npx, runtime
from weft.gluon import nn

N, T, S, D = 2, 3, 5, 4
rng = numpy.random.default_rng(5)
QUERY, KEY, VALUE = (rng.normal(size=(N, n, D)).astype("float32") for n in (T, S, S))
SHOWN = rng.random((N, T, S)) < 0.6
SHOWN[0, 1] = SHOWN[1, 0] = SHOWN[1, 2] = False  # rows that see nothing
SHOWN[0, 0, 0] = SHOWN[1, 1, 3] = True
EMPTY = ~SHOWN.any(-1)
ADDED = numpy.where(SHOWN, rng.normal(size=SHOWN.shape), -numpy.inf).astype("float32")


def shares_of(scores):
    """Softmax, whose rows of -inf alone are 0."""
    most = scores.max(-1, keepdims=True)
    e = numpy.exp(scores - numpy.where(numpy.isinf(most), 0, most))
    total = e.sum(-1, keepdims=True)
    return e / numpy.where(total == 0, 1, total)


def oracle(query, key, value, mask, weights):
    """Result and gradients of (out * weights).sum(), in float64."""
    query, key, value, weights = (x.astype("float64") for x in (query, key, value, weights))
    scores = query @ key.swapaxes(-1, -2) / numpy.sqrt(D)
    scores = numpy.where(mask, scores, -numpy.inf) if mask.dtype == bool else scores + mask
    shares = shares_of(scores)
    dshares = weights @ value.swapaxes(-1, -2)
    dscores = shares * (dshares - (dshares * shares).sum(-1, keepdims=True)) / numpy.sqrt(D)
    return (
        shares @ value,
        dscores @ key,
        dscores.swapaxes(-1, -2) @ query,
        (shares.swapaxes(-1, -2) @ weights),
    )


def fused(q, k, v, mask):
    return npx.scaled_dot_product_attention(q, k, v, mask)


def masked(scores, mask):
    return np.where(mask, scores, -np.inf) if mask.dtype.name == "bool" else scores + mask


def by_softmax(q, k, v, mask):
    return npx.softmax(masked(q @ k.swapaxes(-1, -2) / D**0.5, mask)) @ v


def by_log_softmax(q, k, v, mask):
    return np.exp(npx.log_softmax(masked(q @ k.swapaxes(-1, -2) / D**0.5, mask))) @ v


def by_exponentials(q, k, v, mask):
    scores = masked(q @ k.swapaxes(-1, -2) / D**0.5, mask)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True) @ v


SPELLINGS = {"fused": fused, "softmax": by_softmax, "log_softmax": by_log_softmax}


def run_with_gradients(function, form, weights, *arrays):
    arrays = [np.array(a) for a in arrays]
    leaves = arrays[:3]
    for leaf in leaves:
        leaf.attach_grad()

    def forward(*inputs):
        return function(*inputs)

    if form == "hybridized":
        forward = weft.hybridize(forward)
    with autograd.record():
        out = forward(*arrays)
        loss = (out.astype("float32") * np.array(weights)).sum()
    loss.backward()
    return [x.astype("float64").asnumpy() for x in (out, *(leaf.grad for leaf in leaves))]


def agree(found, wanted, **limits):
    for have, want in zip(found, wanted, strict=True):
        numpy.testing.assert_allclose(have, want, **(limits or {"rtol": 1e-4, "atol": 1e-5}))


@pytest.mark.parametrize("form", ["eager", "hybridized"])
@pytest.mark.parametrize("mask", [SHOWN, ADDED], ids=["bool", "added"])
@pytest.mark.parametrize("name", SPELLINGS)
def test_an_empty_row_is_zero_and_has_no_gradients(name, mask, form):
    weights = rng.normal(size=(N, T, D)).astype("float32")
    found = run_with_gradients(SPELLINGS[name], form, weights, QUERY, KEY, VALUE, mask)
    agree(found, oracle(QUERY, KEY, VALUE, mask, weights))
    assert (found[0][EMPTY] == 0).all() and (found[1][EMPTY] == 0).all()


@pytest.mark.parametrize("mask", [SHOWN, ADDED], ids=["bool", "added"])
def test_a_softmax_that_is_recognised_gives_zero_where_its_arithmetic_gives_nan(mask):
    weights = rng.normal(size=(N, T, D)).astype("float32")
    found = run_with_gradients(by_exponentials, "hybridized", weights, QUERY, KEY, VALUE, mask)
    agree(found, oracle(QUERY, KEY, VALUE, mask, weights))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", SPELLINGS)
def test_an_empty_row_is_zero_in_every_dtype(name, dtype):
    weights = rng.normal(size=(N, T, D)).astype("float32")
    arrays = [np.array(a).astype(dtype) for a in (QUERY, KEY, VALUE)]
    found = run_with_gradients(SPELLINGS[name], "eager", weights, *arrays, SHOWN)
    limits = {"rtol": 0.1, "atol": 0.05} if dtype != "float64" else {"rtol": 1e-5, "atol": 1e-6}
    agree(found, oracle(QUERY, KEY, VALUE, SHOWN, weights), **limits)
    assert (found[0][EMPTY] == 0).all() and (found[1][EMPTY] == 0).all()


@pytest.mark.parametrize("sizes", [(1, 700, 8), (40, 1500, 16), (300, 90, 8)], ids=str)
@pytest.mark.parametrize("kind", ["bool", "added"])
def test_an_empty_row_is_zero_in_blocks_and_parts_of_keys(sizes, kind):
    """Few queries divide the keys, many go in blocks; a whole block or part may be hidden."""
    queries, keys, features = sizes
    q, k, v = (rng.normal(size=(2, n, features)).astype("float32") for n in (queries, keys, keys))
    shown = rng.random((2, queries, keys)) < 0.5
    shown[0, ::2] = False
    shown[1, :, : keys // 2] = False
    mask = shown if kind == "bool" else numpy.where(shown, 0, -numpy.inf).astype("float32")
    weights = rng.normal(size=(2, queries, features)).astype("float32")

    def attend(q, k, v, mask):
        return npx.scaled_dot_product_attention(q, k, v, mask, scale=0.5)

    found = run_with_gradients(attend, "eager", weights, q, k, v, mask)
    scores = q.astype("float64") @ k.swapaxes(-1, -2) * 0.5
    shares = shares_of(numpy.where(shown, scores, -numpy.inf))
    numpy.testing.assert_allclose(found[0], shares @ v, rtol=1e-3, atol=1e-4)
    numpy.testing.assert_allclose(found[3], shares.swapaxes(-1, -2) @ weights, rtol=1e-3, atol=1e-3)
    empty = ~shown.any(-1)
    assert (found[0][empty] == 0).all() and (found[1][empty] == 0).all()
    assert all(numpy.isfinite(x).all() for x in found)


@pytest.mark.parametrize("form", ["eager", "hybridized"])
def test_causal_attention_with_fewer_queries_than_keys_and_padding_in_front(form):
    """A query sees keys up to its own position, of which a mask may leave none."""
    padding = numpy.ones((N, 1, S), bool)
    padding[0, 0, :2] = False  # queries 0 and 1 see padding alone
    weights = rng.normal(size=(N, T, D)).astype("float32")

    def attend(q, k, v, mask):
        return npx.scaled_dot_product_attention(q, k, v, mask, causal=True)

    found = run_with_gradients(attend, form, weights, QUERY, KEY, VALUE, padding)
    shown = padding & (numpy.arange(S) <= numpy.arange(T)[:, None])
    agree(found, oracle(QUERY, KEY, VALUE, shown, weights))
    assert (found[0][0, :2] == 0).all()


def test_gradients_of_gradients_of_an_empty_row_are_numbers():
    q, k, v = (np.array(x) for x in (QUERY, KEY, VALUE))
    for x in (q, k, v):
        x.attach_grad()
    with autograd.record():
        out = npx.scaled_dot_product_attention(q, k, v, np.array(SHOWN))
        first = autograd.grad((out * out).sum(), [q, k, v], create_graph=True)
        total = sum((g * g).sum() for g in first)
    total.backward()
    assert all(numpy.isfinite(x.grad.asnumpy()).all() for x in (q, k, v))
    assert (q.grad.asnumpy()[EMPTY] == 0).all()


def test_a_learned_mask_gets_gradients_beside_an_empty_row():
    bias = np.array(ADDED)
    bias.attach_grad()
    with autograd.record():
        out = npx.scaled_dot_product_attention(*map(np.array, (QUERY, KEY, VALUE)), bias)
        loss = (out * out).sum()
    loss.backward()
    found = bias.grad.asnumpy()
    assert numpy.isfinite(found).all() and (found[EMPTY] == 0).all() and (found != 0).any()


@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("kind", ["bool", "added"])
@pytest.mark.parametrize("form", ["eager", "hybridized", "step"])
def test_a_layer_trains_beside_a_sequence_of_padding_alone(form, kind, dropout):
    layer = nn.MultiHeadAttention(D, num_heads=2, dropout=dropout)
    layer.initialize()
    x = np.array(rng.normal(size=(2, T, D)).astype("float32"))
    layer(x)
    if form != "eager":
        layer.hybridize()
    shown = numpy.array([[True, True, False], [False] * T]).reshape(2, 1, 1, T)
    added = numpy.where(shown, 0, -numpy.inf).astype("float32")
    mask = np.array(shown if kind == "bool" else added)
    before = {n: p.data().asnumpy() for n, p in layer.collect_params().items()}
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.1})
    if form == "step":

        class Masked(gluon.HybridBlock):
            def __init__(self):
                super().__init__()
                self.attention = layer

            def forward(self, x, mask):
                return self.attention(x, mask=mask)

        step = trainer.compile(Masked(), lambda out: (out[:1] ** 2).sum((1, 2)))
        step([x, mask], batch_size=2)
    else:
        with autograd.record():
            out = layer(x, mask=mask)
            loss = (out[0] ** 2).sum()
        loss.backward()
        assert all(
            numpy.isfinite(p.grad().asnumpy()).all() for p in layer.collect_params().values()
        )
        trainer.step(2)
    for name, parameter in layer.collect_params().items():
        assert numpy.isfinite(parameter.data().asnumpy()).all(), name
    assert any((layer.collect_params()[n].data().asnumpy() != before[n]).any() for n in before)


# ---- softmax by itself

ROWS = [(3, 7), (4, 70), (2, 200), (2, 3000)]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", ROWS, ids=str)
def test_a_softmax_of_minus_infinity_alone_is_zero(shape, dtype, axis):
    x = rng.normal(size=shape).astype("float32")
    x[0, :2] = -numpy.inf
    x[(slice(None), 0) if axis == 0 else 0] = -numpy.inf
    if axis == 0:
        x[1:, 1] = -numpy.inf if len(x) < 3 else x[1:, 1]
    array = np.array(x).astype(dtype)
    wanted = numpy.moveaxis(
        shares_of(numpy.moveaxis(array.astype("float64").asnumpy(), axis, -1)), -1, axis
    )
    limits = {"rtol": 1e-2, "atol": 1e-3} if "16" in dtype else {"rtol": 1e-5, "atol": 1e-7}
    found = npx.softmax(array, axis=axis).astype("float64").asnumpy()
    numpy.testing.assert_allclose(found, wanted, **limits)
    logs = npx.log_softmax(array, axis=axis).astype("float64").asnumpy()
    with numpy.errstate(divide="ignore"):
        numpy.testing.assert_allclose(numpy.exp(logs), wanted, **limits)
    array.attach_grad()
    with autograd.record():
        y = (
            npx.softmax(array, axis=axis)
            * np.array(rng.normal(size=shape).astype("float32")).astype(dtype)
        ).sum()
    y.backward()
    slope = array.grad.astype("float32").asnumpy()
    assert numpy.isfinite(slope).all() and (slope[numpy.isinf(x)] == 0).all()


def test_a_row_with_nan_among_minus_infinity_stays_nan():
    x = numpy.full((3, 9), -numpy.inf, "float32")
    x[1, 4] = numpy.nan
    found = npx.softmax(np.array(x)).asnumpy()
    assert (found[[0, 2]] == 0).all() and numpy.isnan(found[1]).all()


def test_cross_entropy_of_a_hidden_row_is_infinite_with_a_finite_gradient():
    x = np.array(numpy.array([[-numpy.inf] * 3, [1.0, 2.0, 3.0]], "float32"))
    x.attach_grad()
    with autograd.record():
        loss = npx.softmax_cross_entropy(x, np.array([1, 2]))
        kept = (loss[1:]).sum()
    kept.backward()
    assert loss[0] == numpy.inf
    wanted = scipy.special.softmax([1.0, 2.0, 3.0]) - [0, 0, 1]
    numpy.testing.assert_allclose(x.grad.asnumpy(), [[0] * 3, wanted], rtol=1e-5, atol=1e-6)


# ---- a file, and C without the library


class Attending(gluon.HybridBlock):
    def __init__(self, spelling, mask):
        super().__init__()
        self.out = nn.Dense(3, flatten=False)
        self.spelling, self.mask = spelling, np.array(mask)

    def forward(self, x):
        return self.out(self.spelling(x, x, x, self.mask))


@pytest.mark.parametrize("kind", ["bool", "added"])
@pytest.mark.parametrize("name", ["fused", "softmax"])
def test_a_file_and_its_c_give_zero(name, kind, tmp_path):
    shown = numpy.array([[[True, False, True], [False] * 3, [True] * 3]])
    added = numpy.where(shown, 0, -numpy.inf).astype("float32")
    x = data(1, T, D)
    net = filled(Attending(SPELLINGS[name], shown if kind == "bool" else added), x)
    net.hybridize()
    wanted = net(x).asnumpy()
    assert numpy.isfinite(wanted).all()
    numpy.testing.assert_allclose(wanted[0, 1], net.out.bias.data().asnumpy(), atol=1e-7)
    path = tmp_path / "net.weft"
    net.export(path)
    model = runtime.Model(path)
    numpy.testing.assert_array_equal(model.context().run(x.asnumpy())[0], wanted)
    if not shutil.which("cc"):
        pytest.skip("not run: cc is not installed")
    told = run(built(model.write_c(tmp_path, name="net", main=True), tmp_path / "net"))
    ((difference, scale),) = re.findall(r"largest difference (\S+) of (\S+)", told)
    assert float(difference) <= 1e-5 * float(scale), told
