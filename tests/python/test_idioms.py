"""Attention, normalisations, softmax and cross entropy that are written out by hand become the
operators that have kernels, in inference, with gradients and in whole training steps: the same
values and gradients as without, and as NumPy's in float64. What only looks like it stays."""

import re
import types

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, np, npx

B, H, T, S, D = 2, 3, 5, 5, 4

# NumPy's side of what the spellings need.
SHIM = types.SimpleNamespace(
    softmax=lambda x, axis=-1: scipy.special.softmax(x, axis=axis),
    log_softmax=lambda x, axis=-1: scipy.special.log_softmax(x, axis=axis),
    logsumexp=lambda x, axis, keepdims: scipy.special.logsumexp(x, axis=axis, keepdims=keepdims),
    rsqrt=lambda x: 1 / numpy.sqrt(x),
    stop_gradient=lambda x: x,
    sigmoid=scipy.special.expit,
    pick=lambda x, i, axis=-1: numpy.take_along_axis(x, numpy.expand_dims(i, axis), axis).squeeze(
        axis
    ),
)


def draw(*shapes, seed=0):
    generator = numpy.random.default_rng(seed)
    return [generator.normal(size=shape) for shape in shapes]


def qkv():
    return draw((B, H, T, D), (B, H, S, D), (B, H, S, D))


def rows():
    return draw((B, T, 8))


def affine():
    return draw((B, T, 8), (8,), (8,))


LABELS = numpy.random.default_rng(1).integers(0, 8, (B, T))
LABELS_OF_CHANNELS = numpy.random.default_rng(2).integers(0, T, (B, 8))
MASK = numpy.tril(numpy.ones((T, S), bool)) | (numpy.random.default_rng(2).random((T, S)) < 0.5)


def transposed(k):
    return k.transpose(0, 1, 3, 2)


# ---- spellings: of (np, npx, arrays), the operator they become


def attention_plain(np, npx, q, k, v):
    return npx.softmax(q @ transposed(k) / D**0.5) @ v


def attention_scaled_before(np, npx, q, k, v):
    return np.matmul(npx.softmax(np.matmul(q * 0.5, np.swapaxes(k, -1, -2)), axis=-1), v)


def attention_by_einsum(np, npx, q, k, v):
    scores = np.einsum("bhqd,bhkd->bhqk", q, k) * 0.5
    return np.einsum("bhqk,bhkd->bhqd", npx.softmax(scores), v)


def attention_divided_by_array(np, npx, q, k, v):
    return npx.softmax(q @ np.swapaxes(k, 2, 3) / np.sqrt(q[0, 0, 0, 0] * 0 + D)) @ v


def attention_softmax_by_hand(np, npx, q, k, v):
    scores = q @ transposed(k) * 0.5
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    return (scores / scores.sum(-1, keepdims=True)) @ v


def attention_causal_where(np, npx, q, k, v):
    i = np.arange(T)
    scores = np.where(i[:, None] >= i, q @ transposed(k) * 0.5, -np.inf)
    return npx.softmax(scores) @ v


def attention_causal_tril(np, npx, q, k, v):
    scores = np.where(np.tril(np.ones((T, S))) == 0, -1e9, q @ transposed(k) * 0.5)
    return npx.softmax(scores) @ v


def attention_causal_added(np, npx, q, k, v):
    hidden = (1 - np.tril(np.ones((T, S)))) * -1e9
    return npx.softmax(q @ transposed(k) * 0.5 + hidden) @ v


def attention_causal_einsum(np, npx, q, k, v):
    scores = np.einsum("bhqd,bhkd->bhqk", q, k) * 0.5
    scores = np.where(np.tril(np.ones((T, S))) > 0, scores, -1e9)
    return np.einsum("bhqk,bhkd->bhqd", npx.softmax(scores), v)


def attention_shown(np, npx, q, k, v):
    return npx.softmax(np.where(np.array(MASK), q @ transposed(k) * 0.5, -np.inf)) @ v


def attention_hidden(np, npx, q, k, v):
    return npx.softmax(np.where(np.array(~MASK), -np.inf, q @ transposed(k) * 0.5)) @ v


def attention_shown_by_number(np, npx, q, k, v):
    return npx.softmax(np.where(np.array(MASK), q @ transposed(k) * 0.5, -1e9)) @ v


def attention_hidden_by_number(np, npx, q, k, v):
    return npx.softmax(np.where(np.array(~MASK), -1e9, q @ transposed(k) * 0.5)) @ v


def attention_with_bias(np, npx, q, k, v):
    bias = np.array(numpy.float32(numpy.where(MASK, 0.3, -2.0)))
    return npx.softmax(q @ transposed(k) * 0.5 + bias) @ v


def attention_of_heads(np, npx, x, w):
    q, k, v = (x @ w).reshape(B, T, 3, 2, 4).transpose(2, 0, 3, 1, 4)
    hidden = (1 - np.tril(np.ones((T, T)))) * -1e9
    out = npx.softmax(q @ k.swapaxes(-1, -2) / 2.0 + hidden) @ v
    return out.transpose(0, 2, 1, 3).reshape(B, T, 8)


def layer_norm_var(np, npx, x, g, b):
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) / np.sqrt(var + 1e-5) * g + b


def layer_norm_squares(np, npx, x, g, b):
    c = x - np.mean(x, axis=-1)[..., None]
    return b + g * (c * npx.rsqrt((c * c).mean(-1)[..., None] + 1e-5))


def layer_norm_power(np, npx, x):
    c = x - x.mean(-1, keepdims=True)
    return c * (np.expand_dims(np.mean(c**2, -1), -1) + 1e-5) ** -0.5


def layer_norm_inverse_root(np, npx, x, g, b):
    mean = x.sum(-1, keepdims=True) / 8
    inverse = 1 / np.sqrt(((x - mean) ** 2).mean(axis=2, keepdims=True) + 1e-5)
    return (x - mean) * inverse * g + b


def layer_norm_two_moments(np, npx, x, g):
    mean = x.mean(-1, keepdims=True)
    var = (x**2).mean(-1, keepdims=True) - mean**2
    return (x - mean) / np.sqrt(var + 1e-5) * g


def layer_norm_shift_only(np, npx, x, b):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) + b


def rms_norm_by_hand(np, npx, x, g):
    return x / np.sqrt(np.mean(np.square(x), -1, keepdims=True) + 1e-6) * g


def rms_norm_inverse(np, npx, x):
    return x * npx.rsqrt((x * x).mean(-1, keepdims=True) + 1e-6)


def softmax_by_hand(np, npx, x):
    e = np.exp(x - np.max(x, -1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def softmax_new_axes(np, npx, x):
    e = np.exp(x - npx.stop_gradient(x.max(-1))[..., None])
    return e / np.sum(e, axis=-1)[..., None]


def softmax_without_maximum(np, npx, x):
    return np.exp(x) / np.exp(x).sum(axis=2, keepdims=True)


def softmax_over_channels(np, npx, x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def softmax_over_first(np, npx, x):
    return np.exp(x * 0.5) / np.exp(x * 0.5).sum(axis=-3, keepdims=True)


def log_softmax_by_hand(np, npx, x):
    z = x - x.max(-1, keepdims=True)
    return z - np.log(np.exp(z).sum(-1, keepdims=True))


def log_softmax_without_maximum(np, npx, x):
    return x - np.log(np.sum(np.exp(x), -1, keepdims=True))


def log_softmax_over_channels(np, npx, x):
    z = x - x.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


def log_softmax_logsumexp(np, npx, x):
    return x - npx.logsumexp(x, axis=-1, keepdims=True)


def log_softmax_maximum_added(np, npx, x):
    m = x.max(-1, keepdims=True)
    return x - (m + np.log(np.exp(x - m).sum(-1, keepdims=True)))


def log_of_softmax(np, npx, x):
    return np.log(npx.softmax(x))


def cross_entropy_pick(np, npx, x):
    return -npx.pick(npx.log_softmax(x), np.array(LABELS)).mean()


def cross_entropy_log_softmax_by_hand(np, npx, x):
    z = x - x.max(-1, keepdims=True)
    z = z - np.log(np.exp(z).sum(-1, keepdims=True))
    return -npx.pick(z, np.array(LABELS)).mean()


def cross_entropy_over_channels(np, npx, x):
    return -npx.pick(npx.log_softmax(x, axis=1), np.array(LABELS_OF_CHANNELS), axis=1).mean()


def cross_entropy_along_axis(np, npx, x):
    return -np.take_along_axis(npx.log_softmax(x), np.array(LABELS)[..., None], -1).mean()


def cross_entropy_indexed(np, npx, x):
    x = x.reshape(-1, 8)
    return -npx.log_softmax(x)[np.arange(B * T), np.array(LABELS.reshape(-1))].mean()


def cross_entropy_log_after(np, npx, x):
    x = x.reshape(-1, 8)
    return -np.log(npx.softmax(x)[np.arange(B * T), np.array(LABELS.reshape(-1))]).mean()


def sigmoid_by_hand(np, npx, x):
    return 1 / (1 + np.exp(-x))


def softplus_by_hand(np, npx, x):
    return np.log(1 + np.exp(x))


def heads():
    return draw((B, T, 8), (8, 24))


ATTENTION, NORM, SOFTMAX = "attention_blocks", "normalize_rows", "softmax_rows"
LOG_SOFTMAX, CROSS_ENTROPY = "log_softmax_rows", "cross_entropy_rows"
SPELLINGS = [
    *[
        (spelling, qkv, ATTENTION)
        for spelling in (
            *(attention_plain, attention_scaled_before, attention_by_einsum),
            *(attention_divided_by_array, attention_softmax_by_hand, attention_causal_where),
            *(attention_causal_tril, attention_causal_added, attention_causal_einsum),
            *(attention_shown, attention_hidden, attention_shown_by_number),
            *(attention_hidden_by_number, attention_with_bias),
        )
    ],
    (attention_of_heads, heads, ATTENTION),
    (layer_norm_var, affine, NORM),
    (layer_norm_squares, affine, NORM),
    (layer_norm_power, rows, NORM),
    (layer_norm_inverse_root, affine, NORM),
    (layer_norm_two_moments, lambda: affine()[:2], NORM),
    (layer_norm_shift_only, lambda: affine()[:2], NORM),
    (rms_norm_by_hand, lambda: affine()[:2], NORM),
    (rms_norm_inverse, rows, NORM),
    (softmax_by_hand, rows, SOFTMAX),
    (softmax_new_axes, rows, SOFTMAX),
    (softmax_without_maximum, rows, SOFTMAX),
    (softmax_over_channels, rows, SOFTMAX),
    (softmax_over_first, rows, SOFTMAX),
    (log_softmax_by_hand, rows, LOG_SOFTMAX),
    (log_softmax_without_maximum, rows, LOG_SOFTMAX),
    (log_softmax_over_channels, rows, LOG_SOFTMAX),
    (log_softmax_logsumexp, rows, LOG_SOFTMAX),
    (log_softmax_maximum_added, rows, LOG_SOFTMAX),
    (log_of_softmax, rows, LOG_SOFTMAX),
    (cross_entropy_pick, rows, CROSS_ENTROPY),
    (cross_entropy_log_softmax_by_hand, rows, CROSS_ENTROPY),
    (cross_entropy_over_channels, rows, CROSS_ENTROPY),
    (cross_entropy_along_axis, rows, CROSS_ENTROPY),
    (cross_entropy_indexed, rows, CROSS_ENTROPY),
    (cross_entropy_log_after, rows, CROSS_ENTROPY),
    (sigmoid_by_hand, rows, "sigmoid"),
    (softplus_by_hand, rows, "logaddexp"),
]
each_spelling = pytest.mark.parametrize(
    ("spelling", "arrays", "operator"), SPELLINGS, ids=[s[0].__name__ for s in SPELLINGS]
)


def traced(spelling):
    return weft.hybridize(lambda *arrays: spelling(np, npx, *arrays))


def plan(function):
    """The text of the plans that ran last."""
    return function.cache.last.function.text("plan")


def kernels(text):
    """The operators that a plan computes, in order; of fused ones all."""
    steps = re.findall(r"^ +\d+ \w+ ([\w+]+):", text, re.MULTILINE)
    return [name for step in steps for name in step.split("+")]


def arrays32(arrays):
    return [np.array(a.astype("float32")) for a in arrays]


def weights_of(result):
    return numpy.cos(numpy.arange(numpy.size(result))).reshape(numpy.shape(result))


def slopes(spelling, arrays):
    """Of Σ weights · result by each array, along one direction, in float64 by differences."""
    directions = draw(*[a.shape for a in arrays], seed=5)
    result = spelling(numpy, SHIM, *arrays)
    found = []
    for i, direction in enumerate(directions):
        step = 1e-6

        def at(shift, i=i, direction=direction):
            moved = [a + shift * direction if k == i else a for k, a in enumerate(arrays)]
            return (spelling(numpy, SHIM, *moved) * weights_of(result)).sum()

        found.append((at(step) - at(-step)) / (2 * step))
    return directions, found


def gradients(spelling, arrays):
    """Result and gradients of a hybridized function, and the text of its plans."""
    leaves = arrays32(arrays)
    for leaf in leaves:
        leaf.attach_grad()
    function = traced(spelling)
    for _ in range(2):
        with autograd.record():
            result = function(*leaves)
            loss = (result * np.array(weights_of(result.asnumpy()).astype("float32"))).sum()
        loss.backward()
    return result.asnumpy(), [leaf.grad.asnumpy() for leaf in leaves], plan(function)


def step_gradients(spelling, arrays):
    """The same in one plan: the function records and differentiates itself."""
    leaves = arrays32(arrays)
    weights = np.array(weights_of(spelling(numpy, SHIM, *arrays)).astype("float32"))

    @weft.hybridize
    def step(*leaves):
        for leaf in leaves:
            leaf.attach_grad()
        with autograd.record():
            result = spelling(np, npx, *leaves)
            loss = (result * weights).sum()
            found = autograd.grad(loss, list(leaves))
        return (result, *found)

    for _ in range(2):
        result, *found = step(*leaves)
    return result.asnumpy(), [g.asnumpy() for g in found], plan(step)


@each_spelling
def test_values_are_the_operators(spelling, arrays, operator, monkeypatch):
    given = arrays()
    function = traced(spelling)
    for _ in range(2):
        found = function(*arrays32(given)).asnumpy()
    assert operator in kernels(plan(function)), plan(function)
    numpy.testing.assert_allclose(found, spelling(numpy, SHIM, *given), rtol=2e-5, atol=2e-6)
    monkeypatch.setenv("WEFT_PASSES", "-recognise_idioms")
    plain = traced(spelling)
    for _ in range(2):
        numpy.testing.assert_allclose(
            found, plain(*arrays32(given)).asnumpy(), rtol=2e-5, atol=2e-6
        )
    spared = {ATTENTION: "matmul", NORM: "sum", SOFTMAX: "exp"}.get(operator)
    if spared and spelling is not attention_of_heads:
        assert spared not in kernels(plan(function))
        assert operator not in kernels(plan(plain)) or operator == SOFTMAX


@each_spelling
@pytest.mark.parametrize("take", [gradients, step_gradients])
def test_gradients_are_the_operators(spelling, arrays, operator, take, monkeypatch):
    given = arrays()
    value, found, text = take(spelling, given)
    names = kernels(text)
    assert operator in names, text
    assert names.count(operator) == 1, text  # the forward is not computed twice
    if operator == ATTENTION:
        assert "attention_gradient" in names
        assert "softmax_rows" not in names
    monkeypatch.setenv("WEFT_PASSES", "-recognise_idioms")
    plain_value, plain, _ = take(spelling, given)
    numpy.testing.assert_allclose(value, plain_value, rtol=2e-5, atol=2e-6)
    directions, wanted = slopes(spelling, given)
    for mine, other, direction, slope in zip(found, plain, directions, wanted, strict=True):
        numpy.testing.assert_allclose(mine, other, rtol=1e-4, atol=2e-5)
        numpy.testing.assert_allclose((mine * direction).sum(), slope, rtol=1e-4, atol=1e-4)


# ---- what only looks like it


def normalised(np, x, mean_axis=-1, var_axis=-1, ddof=0, of=None):
    mean = x.mean(mean_axis, keepdims=True)
    var = (x if of is None else of).var(var_axis, keepdims=True, ddof=ddof)
    return (x - mean) / np.sqrt(var + 1e-5)


def returns_shares(np, npx, q, k, v):
    shares = npx.softmax(q @ transposed(k))
    return np.concatenate([shares @ v, shares], axis=-1)


def shares_of_queries(np, npx, q, k, v):
    return npx.softmax(q @ transposed(k), axis=-2) @ v


def labels_of_another_axis(np, npx, x):
    return -npx.pick(npx.log_softmax(x, axis=1), np.array(LABELS), axis=-1)


def mask_scaled_too(np, npx, q, k, v):
    bias = np.array(numpy.float32(numpy.where(MASK, 0.3, -2.0)))
    return npx.softmax((q @ transposed(k) + bias) * 0.5) @ v


def hidden_by_little(np, npx, q, k, v):
    return npx.softmax(np.where(np.array(MASK), q @ transposed(k), -3.0)) @ v


def square_rows(np, npx, x):  # one number a column, broadcast over rows
    return x / np.sqrt((x**2).mean(-1) + 1e-5)


NEAR = [
    ("other axis", lambda np, npx, x: normalised(np, x, -2, -2), rows, NORM),
    ("all axes", lambda np, npx, x: normalised(np, x, (-1, -2), (-1, -2)), rows, NORM),
    ("two axes", lambda np, npx, x: normalised(np, x, -1, -2), rows, NORM),
    ("ddof", lambda np, npx, x: normalised(np, x, ddof=1), rows, NORM),
    ("another array", lambda np, npx, x: normalised(np, x, of=x * x), rows, NORM),
    ("column", square_rows, lambda: draw((8, 8)), NORM),
    (
        "softmax of a column",
        lambda np, npx, x: np.exp(x) / np.exp(x).sum(-1),
        lambda: draw((8, 8)),
        SOFTMAX,
    ),
    (
        "two softmaxes",
        lambda np, npx, x: np.exp(x) / np.exp(x * 2).sum(-1, keepdims=True),
        rows,
        SOFTMAX,
    ),
    ("shares leave", returns_shares, qkv, ATTENTION),
    ("shares of queries", shares_of_queries, qkv, ATTENTION),
    ("labels of another axis", labels_of_another_axis, rows, CROSS_ENTROPY),
    ("scale behind mask", mask_scaled_too, qkv, ATTENTION),
    ("hidden by little", hidden_by_little, qkv, ATTENTION),
    (
        "one_hot",
        lambda np, npx, x: (
            -np.log(npx.softmax(x)) * (np.arange(8) == np.array(LABELS)[..., None])
        ).sum(-1),
        rows,
        CROSS_ENTROPY,
    ),
]


@pytest.mark.parametrize(
    ("spelling", "arrays", "operator"), [n[1:] for n in NEAR], ids=[n[0] for n in NEAR]
)
def test_what_only_looks_like_it_stays(spelling, arrays, operator):
    given = arrays()
    function = traced(spelling)
    for _ in range(2):
        found = function(*arrays32(given)).asnumpy()
    assert operator not in kernels(plan(function))
    numpy.testing.assert_allclose(found, spelling(numpy, SHIM, *given), rtol=2e-5, atol=2e-6)


def test_what_is_read_elsewhere_is_computed():
    x = np.array(rows()[0].astype("float32"))

    @weft.hybridize
    def both(x):
        z = x - x.max(-1, keepdims=True)
        e = np.exp(z)
        return e / e.sum(-1, keepdims=True), z

    for _ in range(2):
        shares, z = both(x)
    numpy.testing.assert_allclose(z.asnumpy(), x.asnumpy() - x.asnumpy().max(-1, keepdims=True))
    numpy.testing.assert_allclose(shares.asnumpy(), npx.softmax(x).asnumpy(), rtol=1e-6)


def test_gradients_by_what_lies_between_pass():
    """A gradient with respect to scores needs them: the idiom stays as it is written."""
    q, k, v = arrays32(qkv())

    @weft.hybridize
    def step(q, k, v):
        with autograd.record():
            scores = q @ transposed(k)
            scores.attach_grad()
            loss = (npx.softmax(scores) @ v).sum()
            (found,) = autograd.grad(loss, [scores])
        return found

    for _ in range(2):
        found = step(q, k, v).asnumpy()
    assert found.shape == (B, H, T, S)
    shares = scipy.special.softmax(q.asnumpy() @ transposed(k.asnumpy()), -1)
    dout = numpy.broadcast_to(v.asnumpy().sum(-1)[:, :, None, :], shares.shape)
    wanted = shares * (dout - (shares * dout).sum(-1, keepdims=True))
    numpy.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_large_scores_stay_finite():
    x = np.array([[1000.0, 0.0], [-1000.0, 3.0]])
    function = traced(softmax_without_maximum_of_rows)
    for _ in range(2):
        found = function(x)
    numpy.testing.assert_allclose(
        found.asnumpy(), scipy.special.softmax(x.asnumpy(), -1), rtol=1e-6
    )


def softmax_without_maximum_of_rows(np, npx, x):
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(
    ("spelling", "arrays"),
    [
        (attention_causal_tril, qkv),
        (layer_norm_var, affine),
        (log_softmax_by_hand, rows),
        (cross_entropy_pick, rows),
    ],
)
def test_second_derivatives_are_those_of_the_spelling(spelling, arrays, monkeypatch):
    def found():
        leaves = [np.array(a) for a in arrays()]
        for leaf in leaves:
            leaf.attach_grad()
        function = traced(spelling)
        for _ in range(2):
            with autograd.record():
                first = autograd.grad((function(*leaves) ** 2).sum(), leaves, create_graph=True)
                total = sum((g * g).sum() for g in first)
            total.backward()
        return [leaf.grad.asnumpy() for leaf in leaves]

    mine = found()
    monkeypatch.setenv("WEFT_PASSES", "-recognise_idioms")
    for have, want in zip(mine, found(), strict=True):
        numpy.testing.assert_allclose(have, want, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize(
    ("spelling", "arrays"),
    [
        (attention_plain, qkv),
        (attention_causal_where, qkv),
        (attention_hidden, qkv),
        (attention_shown_by_number, qkv),
        (layer_norm_var, affine),
        (softmax_by_hand, rows),
    ],
)
def test_other_floats_give_what_they_gave(spelling, arrays, dtype, monkeypatch):
    given = [np.array(a.astype("float32")).astype(dtype) for a in arrays()]
    function = traced(spelling)
    found = [function(*given) for _ in range(2)][1]
    monkeypatch.setenv("WEFT_PASSES", "-recognise_idioms")
    plain = traced(spelling)
    wanted = [plain(*given) for _ in range(2)][1]
    assert found.dtype == wanted.dtype
    slack = {"float64": 1e-12, "float16": 1e-2, "bfloat16": 6e-2}[dtype]
    numpy.testing.assert_allclose(
        found.astype("float64").asnumpy(),
        wanted.astype("float64").asnumpy(),
        rtol=slack,
        atol=slack,
    )


def test_a_step_within_a_loop_recognises_its_body():
    """Bodies of control flow are graphs like others."""
    x = np.array(draw((4, 6, 8))[0].astype("float32"))

    @weft.hybridize
    def each(x):
        return npx.foreach(lambda row, state: (softmax_by_hand(np, npx, row), state), x, x[0])[0]

    for _ in range(2):
        found = each(x)
    assert "softmax_rows" in plan(each)
    numpy.testing.assert_allclose(found.asnumpy(), npx.softmax(x).asnumpy(), rtol=1e-6)
