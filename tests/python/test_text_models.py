"""The model zoo's networks for text: sizes, hybridized, exported and reloaded alike, sampling."""

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, gluon, np, runtime
from weft._core import native
from weft.gluon.model_zoo import text
from weft.gluon.model_zoo.text import gpt as gpt_module
from weft.gluon.model_zoo.text import llama as llama_module

VOCABULARY, N, T = 11, 2, 6
TOKENS = numpy.random.default_rng(0).integers(0, VOCABULARY, (N, T)).astype("int32")
FRAMES = numpy.random.default_rng(1).normal(size=(N, 3, 10)).astype("float32")


def bert():
    return text.BERT(VOCABULARY, units=8, hidden_size=16, num_layers=2, num_heads=2, max_length=9)


def gpt():
    return text.GPT(VOCABULARY, units=8, num_layers=2, num_heads=2, max_length=12)


def lstm():
    return text.RNNModel(VOCABULARY, 8, 8, tie_weights=True)


def gru():
    return text.RNNModel(VOCABULARY, 5, 7, mode="gru", dropout=0.2)


def llama():
    return text.Llama(
        VOCABULARY, 8, 12, 2, 4, 2, max_length=12, window=[None, 4], query_key_norm=True
    )


def neox():
    return text.NeoX(VOCABULARY, 16, 2, 2, max_length=12, query_key_norm=True)


def phi():
    return text.NeoX(VOCABULARY, 16, 2, 4, 24, 2, max_length=12, shared_norm=True, head_bias=True)


def opt():
    return text.OPT(VOCABULARY, 8, 2, 2, max_length=12, embed_units=4, dropout=0.0)


def mixture():
    return text.Llama(VOCABULARY, 8, 12, 2, 2, max_length=12, experts=4)


def capped():
    caps = {"attention_softcap": 0.5, "softcap": 1.0, "attention_scale": 0.4}
    return text.Llama(VOCABULARY, 8, 12, 2, 2, max_length=12, post_norms=True, **caps)


def t5(**options):
    return text.T5(VOCABULARY, 8, 16, 2, 2, head_units=3, num_buckets=8, max_distance=12, **options)


def t5_gated():
    return t5(gated=True, activation="gelu_tanh", tied_head=False)


def whisper():
    return text.Whisper(VOCABULARY, 8, 16, 2, 2, mel_bins=3, source_length=5, max_length=12)


def bart(**options):
    return text.BART(VOCABULARY, 8, 16, 2, 2, max_length=12, **options)


def marian():
    options = {"embed_norm": False, "sinusoidal": True, "position_offset": 0}
    return bart(pre_norm=True, embed_scale=2.0, num_decoder_layers=1, **options)


# Encoder–decoders, of which test_encode_decode.py has more.
PAIRS = {"t5": t5, "t5_gated": t5_gated, "whisper": whisper, "bart": bart, "marian": marian}
# Decoders beside GPT and Llama, of which test_generation.py has more.
KIN = {"neox": neox, "phi": phi, "opt": opt, "mixture": mixture, "capped": capped}
MODELS = {"bert": bert, "gpt": gpt, "llama": llama, "lstm": lstm, "gru": gru, **KIN, **PAIRS}


def made(create):
    np.random.seed(5)
    net = create()
    net.initialize(weft.init.Normal(0.3))
    net(*inputs_of(net))
    return net


def inputs_of(net):
    tokens = np.array(TOKENS)
    if isinstance(net, text.Whisper):
        return np.array(FRAMES), tokens
    if isinstance(net, text.T5 | text.BART):
        return tokens[:, ::-1], tokens
    return (tokens, net.begin_state(N)) if isinstance(net, text.RNNModel) else (tokens,)


def first(outputs):
    return outputs[0] if isinstance(outputs, list | tuple) else outputs


def close(found, want):
    numpy.testing.assert_allclose(found.asnumpy(), want.asnumpy(), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", MODELS)
def test_model(name, tmp_path):
    net = made(MODELS[name])
    inputs = inputs_of(net)
    eager = first(net(*inputs))
    assert eager.shape == (N, T, 8 if name == "bert" else VOCABULARY)

    def gradient():
        with autograd.record(train_mode=False):
            loss = (first(net(*inputs)) ** 2).mean()
        loss.backward()
        weights = net.collect_params(".*embed.weight")
        return next(iter(weights.values())).grad().copy()

    before = gradient()
    net.hybridize()
    close(first(net(*inputs)), eager)
    close(gradient(), before)
    path = str(tmp_path / "net.weft")
    net.export(path, *inputs)
    given = [inputs[0], *(inputs[1] if isinstance(inputs[-1], list) else inputs[1:])]
    close(first(gluon.SymbolBlock.imports(path)(*given)), eager)
    found = runtime.Model(path).context().run(*[array.asnumpy() for array in given])
    close(np.array(numpy.asarray(found[0])), eager)


def parameters(net):
    return sum(p.data().size for p in net.collect_params().values())


def bert_numbers(vocabulary, units, hidden, layers, length):
    layer = 4 * (units * units + units) + 2 * units * hidden + hidden + units + 4 * units
    tables = (vocabulary + length + 2) * units + 2 * units
    return tables + layers * layer + units * units + units


def gpt_numbers(vocabulary, units, layers, length):
    layer = 4 * (units * units + units) + 8 * units * units + 5 * units + 4 * units
    return (vocabulary + length) * units + layers * layer + 2 * units


def test_sizes_are_the_published_ones():
    """By formulas, which hold for the small models and give the published sizes of the large."""
    assert bert_numbers(30522, 768, 3072, 12, 512) == 109_482_240
    assert parameters(made(bert)) == bert_numbers(VOCABULARY, 8, 16, 2, 9)
    assert gpt_numbers(50257, 768, 12, 1024) == 124_439_808
    assert parameters(made(gpt)) == gpt_numbers(VOCABULARY, 8, 2, 12)
    assert len(text.bert_base().layers) == len(text.gpt2_small().layers) == 12


def test_nothing_attends_behind_the_valid_length():
    net = made(bert)
    changed = TOKENS.copy()
    changed[0, 4:] = (changed[0, 4:] + 1) % VOCABULARY
    lengths = np.array([4, 6])
    whole, pooled = net(np.array(TOKENS), None, lengths)
    other, other_pooled = net(np.array(changed), None, lengths)
    numpy.testing.assert_array_equal(whole.asnumpy()[0, :4], other.asnumpy()[0, :4])
    numpy.testing.assert_array_equal(pooled, other_pooled)
    types = np.array((TOKENS > 5).astype("int32"))
    assert (net(np.array(TOKENS), types)[0] != net(np.array(TOKENS))[0]).asnumpy().any()


@pytest.mark.parametrize("name", ["gpt", "llama"])
@pytest.mark.parametrize("hybridize", [False, True], ids=["eager", "hybridized"])
def test_caches_give_what_the_whole_text_gives(hybridize, name):
    net = made(MODELS[name])
    whole = net(np.array(TOKENS))
    net.hybridize(hybridize)
    caches = net.new_caches(N)
    parts = [net(np.array(TOKENS[:, :3]), caches)]
    parts += [net(np.array(TOKENS[:, t : t + 1]), caches) for t in range(3, T)]
    close(np.concatenate(parts, axis=1), whole)


@pytest.mark.parametrize("name", ["gpt", "llama", "lstm"])
def test_the_best_continuation_is_found_token_by_token(name):
    net = made(MODELS[name])
    found = net.generate(np.array(TOKENS), 4, temperature=0).asnumpy()
    tokens = TOKENS
    for _ in range(4):
        inputs = (np.array(tokens), net.begin_state(N)) if name == "lstm" else (np.array(tokens),)
        best = first(net(*inputs))[:, -1].asnumpy().argmax(-1)
        tokens = numpy.concatenate([tokens, best[:, None].astype("int32")], 1)
    numpy.testing.assert_array_equal(found, tokens)
    assert found.dtype == TOKENS.dtype


def test_rates_of_dropout_are_those_of_a_config():
    sizes = {"vocab_size": 9, "n_embd": 8, "n_layer": 1, "n_head": 2}
    rates = {"resid_pdrop": 0.1, "embd_pdrop": 0.2, "attn_pdrop": 0.3}
    net = gpt_module.from_config({**sizes, **rates})
    layer = net.layers[0]
    assert (net.dropout.rate, layer.attention.dropout.rate) == (0.2, 0.3)
    assert (layer.dropout.rate, layer.ffn[2].rate) == (0.1, 0.0)
    sizes = {"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    rates = {"attention_dropout": 0.3, "resid_pdrop": 0.1}
    layer = llama_module.from_config({**sizes, **rates, "model_type": "phi3"}).layers[0]
    assert (layer.attention.dropout.rate, layer.dropout.rate) == (0.3, 0.1)


def test_dropout_of_attention_drops_in_train_mode_alone():
    net = made(lambda: text.Llama(VOCABULARY, 8, 12, 2, 4, 2, attention_dropout=0.5))
    tokens = np.array(TOKENS)
    close(net(tokens), net(tokens))
    with autograd.record():
        first_scores, second_scores = net(tokens), net(tokens)
    assert (first_scores != second_scores).asnumpy().any()


@pytest.mark.parametrize("name", ["gpt", "llama"])
def test_a_file_continues_texts(name, tmp_path):
    net = made(MODELS[name])
    want = net.generate(np.array(TOKENS), 5, temperature=0).asnumpy()
    net.export_generator(tmp_path / "net.weft", batch=N, metadata={"end": "0"})
    model = runtime.Model(tmp_path / "net.weft")
    assert model.entries == ["prompt", "step"] and model.metadata == {"end": "0"}
    tensors = set(native.Model(str(tmp_path / "net.weft")).tensors())
    assert set(net.collect_params()) <= tensors and "caches.0.keys" in tensors
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    for _ in range(2):
        found = [numpy.array(prompt.run(TOKENS)[1])]
        while len(found) < 5:
            found.append(numpy.array(step.run(found[-1].reshape(N, 1))[1]))
        numpy.testing.assert_array_equal(numpy.stack(found, 1), want[:, T:])
        prompt.reset()


def test_rows_are_over_at_their_end_tokens():
    net = made(gpt)
    free = net.generate(np.array(TOKENS), 6, temperature=0).asnumpy()[:, T:]
    ends = [int(free[0, 1]), int(free[1, 3])]
    found = net.generate(np.array(TOKENS), 6, temperature=0, end=ends, pad=VOCABULARY)
    for row, drawn in zip(found.asnumpy()[:, T:], free, strict=True):
        last = next(i for i, token in enumerate(drawn) if token in ends)
        assert row.tolist()[: last + 1] == drawn.tolist()[: last + 1]
        assert set(row.tolist()[last + 1 :]) <= {VOCABULARY}
    drawn = net.stream(np.array(TOKENS), 6, temperature=0)
    numpy.testing.assert_array_equal(numpy.stack([t.asnumpy() for t in drawn], 1), free)


def test_drawn_continuations_follow_the_seed():
    net = made(gpt)
    net.hybridize()
    drawn = []
    for seed in (1, 1, 2):
        np.random.seed(seed)
        drawn.append(net.generate(np.array(TOKENS), 6).tolist())
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize("top_k", [None, 2, 9])
def test_tokens_are_drawn_with_their_probabilities(top_k):
    np.random.seed(1)
    scores = numpy.array([1.0, 3.0, 2.0, 0.0], "float32")
    drawn = text.draw(np.array(numpy.tile(scores, (40000, 1))), temperature=2.0, top_k=top_k)
    kept = numpy.where(scores >= numpy.sort(scores)[-(top_k or 4) :][0], scores, -numpy.inf)
    want = scipy.special.softmax(kept / 2)
    shares = numpy.bincount(drawn.asnumpy(), minlength=4) / 40000
    numpy.testing.assert_allclose(shares, want, atol=0.012)


@pytest.mark.parametrize("top_p", [0.3, 0.6, 0.95, 1.0])
def test_tokens_are_drawn_from_the_best_that_sum_to_p(top_p):
    np.random.seed(1)
    scores = numpy.array([1.0, 3.0, 2.0, 0.0], "float32")
    drawn = text.draw(np.array(numpy.tile(scores, (40000, 1))), top_p=top_p)
    want = scipy.special.softmax(scores)
    order = numpy.argsort(-want)
    count = int((numpy.cumsum(want[order]) < top_p - 1e-6).sum()) + 1
    want[order[count:]] = 0
    shares = numpy.bincount(drawn.asnumpy(), minlength=4) / 40000
    numpy.testing.assert_allclose(shares, want / want.sum(), atol=0.012)


BAD = {
    "bert": (lambda: made(bert)(np.zeros((1, 10), dtype="int32")), "9 positions at most; got 10"),
    "gpt": (lambda: made(gpt)(np.zeros((1, 13), dtype="int32")), "12 positions at most; got 13"),
    "steps": (
        lambda: made(gpt).generate(np.array(TOKENS), 7),
        r"`steps` must be in \[0, 6\] after 6 tokens; got 7",
    ),
    "less": (lambda: made(lstm).generate(np.array(TOKENS), -1), "at least 0; got -1"),
    "temperature": (lambda: text.draw(np.ones((1, 2)), -1), "`temperature` must be at least 0"),
    "p": (lambda: text.draw(np.ones((1, 2)), 1, None, 1.5), "`top_p` must be above 0.*got 1.5"),
    "shared heads": (lambda: text.Llama(5, 8, 8, 1, 4, 3), "must be a divisor.*got 3 and 4"),
    "heads": (lambda: text.Llama(5, 9, 8, 1, 4), "without `head_size`; got 4 and 9"),
    "window": (lambda: text.Llama(5, 8, 8, 2, 4, window=[0, 1]), r"at least 1.*got \[0, 1\]"),
    "room": (
        lambda: made(gpt).export_generator("net.weft", length=13),
        r"`length` in \[2, 12\]; got 1 and 13",
    ),
    "k": (lambda: text.draw(np.ones((1, 2)), 1, 0), "`top_k` must be at least 1; got 0"),
    "mode": (lambda: text.RNNModel(5, mode="rnn"), "`mode` must be lstm or gru; got 'rnn'"),
    "tie": (lambda: text.RNNModel(5, 3, 4, tie_weights=True), "must be `hidden_size`.*3 and 4"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused(name):
    call, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        call()
