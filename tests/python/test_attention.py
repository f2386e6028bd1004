"""Attention and transformer layers, by NumPy and by PyTorch."""

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, gluon, np, npx, runtime
from weft.gluon import nn

N, T, S, U, H = 2, 5, 3, 8, 4


def normal(*shape, seed=0):
    return numpy.random.default_rng(seed).normal(size=shape).astype("float32")


def made(block, *shapes):
    np.random.seed(4)
    block.initialize(weft.init.Normal(0.4))
    block(*[np.zeros(shape) for shape in shapes])
    return block


def linear(layer, x):
    bias = 0 if layer.bias is None else layer.bias.data().asnumpy()
    return x @ layer.weight.data().asnumpy().T + bias


def attention(layer, query, key=None, value=None, mask=None):
    """By the definition, head by head; `mask` is added to the scores."""
    key = query if key is None else key
    value = key if value is None else value
    q, k, v = linear(layer.query, query), linear(layer.key, key), linear(layer.value, value)
    size, groups = layer.units // layer.num_heads, layer.num_heads // layer.key_value_heads
    heads = []
    for head in range(layer.num_heads):
        own = slice(head * size, (head + 1) * size)
        shared = slice(head // groups * size, (head // groups + 1) * size)
        scores = q[..., own] @ k[..., shared].swapaxes(1, 2) / numpy.sqrt(size)
        if mask is not None:
            scores = (
                scores + numpy.broadcast_to(mask, (N, layer.num_heads, *scores.shape[1:]))[:, head]
            )
        heads.append(scipy.special.softmax(scores, -1) @ v[..., shared])
    return linear(layer.output, numpy.concatenate(heads, -1))


def close(found, want):
    found = found.asnumpy() if hasattr(found, "asnumpy") else found
    numpy.testing.assert_allclose(found, want, rtol=2e-4, atol=2e-5)


NEVER = numpy.where(numpy.tri(T, dtype=bool), 0, -numpy.inf)


@pytest.mark.parametrize("hybridize", [False, True], ids=["eager", "hybridized"])
@pytest.mark.parametrize("shared", [None, 2, 1])
def test_attention_follows_its_definition(shared, hybridize):
    layer = made(nn.MultiHeadAttention(U, H, key_value_heads=shared), (N, T, 6))
    layer.hybridize(hybridize)
    x = normal(N, T, 6)
    close(layer(np.array(x)), attention(layer, x))
    close(layer(np.array(x), causal=True), attention(layer, x, mask=NEVER))
    mask = numpy.random.default_rng(1).uniform(size=(N, 1, T, T)) < 0.6
    mask |= numpy.eye(T, dtype=bool)
    hidden = numpy.where(mask, 0, -numpy.inf)
    close(layer(np.array(x), mask=np.array(mask)), attention(layer, x, mask=hidden))
    found = layer(np.array(x), mask=np.array(mask), causal=True)
    close(found, attention(layer, x, mask=hidden + NEVER))
    summand = normal(T, T, seed=2)
    close(layer(np.array(x), mask=np.array(summand)), attention(layer, x, mask=summand))


def test_attention_to_something_else():
    layer = made(nn.MultiHeadAttention(U, H, use_bias=False), (N, T, U), (N, S, 6), (N, S, 7))
    query, key, value = normal(N, T, U), normal(N, S, 6, seed=1), normal(N, S, 7, seed=2)
    close(layer(*map(np.array, (query, key, value))), attention(layer, query, key, value))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("kind", [None, "bool", "float32"])
def test_dropping_nothing_changes_nothing(kind, causal):
    layer = made(nn.MultiHeadAttention(U, H, dropout=1e-30), (N, T, U))
    x = np.array(normal(N, T, U))
    mask = None if kind is None else np.array(numpy.tri(T)[::-1].copy() > 0).astype(kind)
    with autograd.train_mode():
        dropped = layer(x, mask=mask, causal=causal)
    close(dropped, layer(x, mask=mask, causal=causal).asnumpy())
    layer.dropout.rate = 0.5
    with autograd.train_mode():
        assert (layer(x) != layer(x)).asnumpy().any()


@pytest.mark.parametrize("hybridize", [False, True], ids=["eager", "hybridized"])
@pytest.mark.parametrize("shared", [None, 2])
def test_a_cache_gives_what_the_whole_sequence_gives(shared, hybridize):
    layer = made(nn.MultiHeadAttention(U, H, key_value_heads=shared), (N, T, U))
    x = np.array(normal(N, T, U))
    whole = layer(x, causal=True).asnumpy()
    layer.hybridize(hybridize)
    cache = layer.new_cache(N, T + 2)
    parts = [layer(x[:, :2], cache=cache)]
    parts += [layer(x[:, t : t + 1], cache=cache) for t in range(2, T)]
    close(np.concatenate(parts, axis=1), whole)
    assert cache.position.item() == T


def test_a_token_replaces_its_place_of_the_cache_and_copies_no_other():
    layer = made(nn.TransformerEncoderLayer(U, 4 * U, H), (N, T, U))
    layer.hybridize()
    layer(np.zeros((N, 1, U)), cache=layer.attention.new_cache(N, 100))
    plan = layer.plan_text()
    assert plan.count("kernel scatter") == 2
    assert "copy" not in plan


def test_a_full_cache_is_told():
    layer = made(nn.MultiHeadAttention(U, H), (N, T, U))
    cache = layer.new_cache(N, 4)
    layer(np.zeros((N, 3, U)), cache=cache)
    with pytest.raises(IndexError, match="it has room for 4 tokens, of which 3 are filled; got 2"):
        layer(np.zeros((N, 2, U)), cache=cache)
    assert cache.position.item() == 3


@pytest.mark.parametrize("where", ["call", "loop"])
def test_a_full_cache_is_told_by_a_graph(where):
    """Also where the steps are a loop of the graph; what was in the cache stays."""
    layer = made(nn.MultiHeadAttention(U, H), (N, T, U))
    cache = layer.new_cache(N, 4)
    x = np.random.normal(size=(N, 3, U))

    def step(x):
        return layer(x[:, :1], cache=cache)

    def steps(x):
        if where == "call":
            return layer(x, cache=cache)
        return npx.foreach(lambda row, y: (row, y + step(x)), np.arange(3), 0 * x[:, :1])[1]

    run = weft.hybridize(steps)
    run(x)
    assert cache.position.item() == 3
    before = [array.asnumpy() for array in cache]
    with pytest.raises(IndexError, match="KeyValueCache: it has room for 4 tokens; their number"):
        run(x)
    if where == "call":
        for array, kept in zip(cache, before, strict=True):
            numpy.testing.assert_array_equal(array.asnumpy(), kept)


class Decoder(gluon.HybridBlock):
    """One layer over a cache that it keeps as state."""

    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(U, 16, H, pre_norm=True)
        self.cache = None

    def forward(self, x):
        return self.layer(x, cache=self.cache)


def test_a_cache_lives_in_the_context_of_an_exported_decoder(tmp_path):
    net = made(Decoder(), (N, 1, U))
    x = normal(N, T, U)
    whole = net.layer(np.array(x), causal=True).asnumpy()
    net.cache = net.layer.attention.new_cache(N, T)
    net.hybridize()
    path = str(tmp_path / "decoder.weft")
    net.export(path, np.array(x[:, :1]))
    model = runtime.Model(path)
    for _ in range(2):  # each context begins with an empty one
        context = model.context()
        steps = [context.run(x[:, t : t + 1].copy())[0] for t in range(T)]
        close(numpy.concatenate([numpy.asarray(step) for step in steps], 1), whole)


def norm(layer, x):
    centered = x - x.mean(-1, keepdims=True)
    scaled = centered / numpy.sqrt((centered**2).mean(-1, keepdims=True) + layer.epsilon)
    return scaled * layer.gamma.data().asnumpy() + layer.beta.data().asnumpy()


def around(layer, number, x, part):
    if layer.pre_norm:
        return x + part(norm(layer.norms[number], x))
    return norm(layer.norms[number], x + part(x))


def ffn(layer, x):
    return linear(layer.ffn[3], numpy.maximum(linear(layer.ffn[0], x), 0))


@pytest.mark.parametrize("pre_norm", [False, True])
def test_transformer_layers_follow_their_definition(pre_norm):
    encoder = made(nn.TransformerEncoderLayer(U, 16, H, pre_norm=pre_norm), (N, T, U))
    decoder = made(nn.TransformerDecoderLayer(U, 16, H, pre_norm=pre_norm), (N, T, U), (N, S, U))
    x, memory = normal(N, T, U), normal(N, S, U, seed=1)
    want = around(encoder, 0, x, lambda y: attention(encoder.attention, y))
    close(encoder(np.array(x)), around(encoder, 1, want, lambda y: ffn(encoder, y)))
    want = around(decoder, 0, x, lambda y: attention(decoder.attention, y, mask=NEVER))
    want = around(decoder, 1, want, lambda y: attention(decoder.memory_attention, y, memory))
    close(
        decoder(np.array(x), np.array(memory)), around(decoder, 2, want, lambda y: ffn(decoder, y))
    )


def test_a_transformer_learns_to_copy_what_came_before():
    """Each token is the one before; loss falls below what is known without attention."""
    np.random.seed(0)
    net = nn.HybridSequential(
        nn.Embedding(6, U), nn.TransformerEncoderLayer(U, 16, 2, pre_norm=True, dropout=0.01)
    )
    head = nn.Dense(6, flatten=False)
    position = np.array(normal(8, U, seed=3))
    net.initialize(weft.init.Xavier())
    head.initialize(weft.init.Xavier())

    @weft.hybridize
    def loss_of(tokens):
        h = net[1](net[0](tokens) + position, causal=True)
        return gluon.loss.SoftmaxCELoss()(head(h[:, 1:]), tokens[:, :-1]).mean()

    parameters = {**net.collect_params(), **head.collect_params()}
    trainer = gluon.Trainer(parameters, "adam", {"learning_rate": 0.03})
    generator = numpy.random.default_rng(0)
    for _ in range(150):
        tokens = np.array(generator.integers(0, 6, (16, 8)))
        with autograd.record():
            loss = loss_of(tokens)
        loss.backward()
        trainer.step(1)
    assert loss.item() < 0.5 < numpy.log(6)


@pytest.mark.parametrize("axis", [-1, 1])
def test_rms_norm(axis):
    layer = nn.RMSNorm(axis=axis, epsilon=1e-3)
    layer.initialize()
    x = normal(2, 3, 4)
    want = x / numpy.sqrt((x**2).mean(axis, keepdims=True) + 1e-3)
    close(layer(np.array(x)), want)
    assert layer.gamma.shape == (x.shape[axis],)
    layer.gamma.data()[...] = 2
    close(layer(np.array(x)), want * 2)


BAD = {
    "heads": (lambda: nn.MultiHeadAttention(8, 3), "must be a divisor of `units`; got 3 and 8"),
    "shared": (
        lambda: nn.MultiHeadAttention(8, 4, key_value_heads=3),
        "divisor of `num_heads`; got 3 and 4",
    ),
    "axis": (lambda: made(nn.RMSNorm(axis=3), (2, 3)), r"RMSNorm: `axis` must be in \[-2, 2\)"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused(name):
    call, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        call()


# ---- PyTorch


def give(torch, theirs, ours):
    with torch.no_grad():
        theirs.copy_(torch.tensor(ours))


def give_dense(torch, theirs, layer):
    give(torch, theirs.weight, layer.weight.data().asnumpy())
    give(torch, theirs.bias, layer.bias.data().asnumpy())


def give_attention(torch, theirs, layer):
    projections = (layer.query, layer.key, layer.value)
    weights = [p.weight.data().asnumpy() for p in projections]
    give(torch, theirs.in_proj_weight, numpy.concatenate(weights))
    give(
        torch,
        theirs.in_proj_bias,
        numpy.concatenate([p.bias.data().asnumpy() for p in projections]),
    )
    give_dense(torch, theirs.out_proj, layer.output)


@pytest.mark.torch
@pytest.mark.parametrize("pre_norm", [False, True])
def test_layers_are_those_of_pytorch(pre_norm):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    options = {"dropout": 0.0, "batch_first": True, "norm_first": pre_norm}
    x, memory = normal(N, T, U), normal(N, S, U, seed=1)
    ours = made(nn.TransformerDecoderLayer(U, 16, H, pre_norm=pre_norm), (N, T, U), (N, S, U))
    theirs = torch.nn.TransformerDecoderLayer(U, H, 16, **options)
    give_attention(torch, theirs.self_attn, ours.attention)
    give_attention(torch, theirs.multihead_attn, ours.memory_attention)
    give_dense(torch, theirs.linear1, ours.ffn[0])
    give_dense(torch, theirs.linear2, ours.ffn[3])
    never = torch.nn.Transformer.generate_square_subsequent_mask(T)
    theirs_in = torch.tensor(x, requires_grad=True)
    want = theirs(theirs_in, torch.tensor(memory), tgt_mask=never)
    (want**2).sum().backward()
    a = np.array(x)
    a.attach_grad()
    with autograd.record():
        found = ours(a, np.array(memory))
        loss = (found**2).sum()
    loss.backward()
    close(found, want.detach().numpy())
    numpy.testing.assert_allclose(a.grad.asnumpy(), theirs_in.grad.numpy(), rtol=1e-3, atol=1e-3)


def test_cache_has_the_dtype_of_the_parameters():
    """Also where the block that is cast is one around the layer."""
    layer = gluon.nn.MultiHeadAttention(8, num_heads=2)
    net = gluon.nn.HybridSequential(layer)
    net.initialize()
    net(np.ones((1, 3, 8)))
    net.cast("float64")
    cache = layer.new_cache(1, 4)
    assert cache.keys.dtype == cache.values.dtype == np.float64
    assert layer(np.ones((1, 3, 8), dtype="float64"), cache=cache).dtype == np.float64


def attended(query, key, value, causal, groups):
    """By the definition, in float64."""
    key, value = (numpy.repeat(x, groups, axis=1) for x in (key, value))
    scores = query @ key.swapaxes(2, 3) / numpy.sqrt(query.shape[-1])
    if causal:
        scores = numpy.where(numpy.tri(*scores.shape[2:], dtype=bool), scores, -numpy.inf)
    return scipy.special.softmax(scores, -1) @ value


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("sizes", [(1, 700), (5, 40), (70, 300), (300, 70)], ids=str)
def test_grouped_heads_attend_like_repeated_ones(sizes, causal, dtype):
    """Few and many queries and keys, more of the one or of the other, forward and backward."""
    queries, keys = sizes
    given = [normal(2, 4, queries, 8), normal(2, 2, keys, 8, seed=1), normal(2, 2, keys, 6, seed=2)]
    arrays = [np.array(x).astype(dtype) for x in given]
    repeated = [array.copy() for array in arrays]
    for array in arrays + repeated:
        array.attach_grad()
    with autograd.record():
        out = npx.scaled_dot_product_attention(*arrays, causal=causal, grouped=True)
        (out * out).sum().backward()
    q, k, v = repeated
    with autograd.record():
        k2, v2 = (np.repeat(x, 2, axis=1) for x in (k, v))
        same = npx.scaled_dot_product_attention(q, k2, v2, causal=causal)
        (same * same).sum().backward()
    exact = attended(*(x.astype("float32").asnumpy().astype("float64") for x in arrays), causal, 2)
    tolerance = {"float16": 4e-3, "bfloat16": 3e-2, "float32": 2e-5}[dtype]
    assert out.dtype.name == dtype
    numpy.testing.assert_allclose(
        out.astype("float32").asnumpy(), exact, rtol=tolerance, atol=tolerance
    )
    for have, want in zip(arrays, repeated, strict=True):
        assert have.grad.shape == have.shape
        wanted = want.grad.astype("float32").asnumpy()
        limit = tolerance * max(1, abs(wanted).max())
        numpy.testing.assert_allclose(
            have.grad.astype("float32").asnumpy(), wanted, rtol=tolerance, atol=limit
        )


def test_heads_that_do_not_group_are_refused():
    query, key = np.ones((2, 4, 3, 8)), np.ones((2, 3, 5, 8))
    with pytest.raises(ValueError, match=r"`grouped`, heads \(axis -3\) of `query` must be a mult"):
        npx.scaled_dot_product_attention(query, key, key, grouped=True)
    key = np.ones((2, 2, 5, 8))
    with pytest.raises(ValueError, match=r"`mask` \(2, 2, 3, 5\)|mask"):
        npx.scaled_dot_product_attention(query, key, key, np.ones((2, 2, 3, 5)), grouped=True)


@pytest.mark.parametrize("shape", [(1, 1, 1500, 64), (1, 600, 300, 16)], ids=str)
def test_attention_of_one_head_does_not_depend_on_threads(shape):
    """Where keys are divided among threads, forward and backward."""
    batch, queries, keys, features = shape
    found = []
    threads = npx.num_threads()
    for count in (1, 2, 5):
        npx.set_num_threads(count)
        arrays = [np.array(normal(batch, n, features, seed=n)) for n in (queries, keys)]
        for array in arrays:
            array.attach_grad()
        with autograd.record():
            out = npx.scaled_dot_product_attention(arrays[0], arrays[1], arrays[1])
            (out * out).sum().backward()
        found.append([out.asnumpy(), *(array.grad.asnumpy() for array in arrays)])
    npx.set_num_threads(threads)
    for other in found[1:]:
        for have, want in zip(other, found[0], strict=True):
            numpy.testing.assert_array_equal(have, want)
