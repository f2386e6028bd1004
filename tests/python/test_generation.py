"""Generation by the zoo's decoders: padded rows, beams beside a search of all texts, where texts
are over, penalties, and what is refused."""

import itertools

import numpy
import pytest
import scipy.special
import weft
from test_text_models import (
    FRAMES,
    KIN,
    TOKENS,
    VOCABULARY,
    N,
    T,
    bart,
    close,
    gpt,
    llama,
    made,
    whisper,
)
from weft import np, runtime
from weft.gluon.model_zoo import text
from weft.gluon.model_zoo.text import llama as llama_module
from weft.gluon.model_zoo.text import neox as neox_module
from weft.gluon.model_zoo.text import opt as opt_module
from weft.gluon.model_zoo.text import sampling
from weft.gluon.model_zoo.text._experts import Experts
from weft.gluon.published import Names, Split, translated

MASK = numpy.array([[0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]], "int32")


DECODERS = {"gpt": gpt, "llama": llama, **KIN}


@pytest.mark.parametrize("name", DECODERS)
def test_what_fills_up_a_row_changes_nothing(name):
    net = made(DECODERS[name])
    tokens, mask = np.array(TOKENS), np.array(MASK)
    alone = net(tokens[:1, 2:])
    close(net(tokens, None, mask)[:1, 2:], alone)
    want = net.generate(tokens[:1, 2:], 5, temperature=0).asnumpy()[0]
    for hybridize in (False, True):
        net.hybridize(hybridize)
        found = net.generate(tokens, 5, mask=mask, temperature=0).asnumpy()
        numpy.testing.assert_array_equal(found[0, 2:], want)
        streamed = net.stream(tokens, 5, mask=mask, temperature=0)
        numpy.testing.assert_array_equal(
            numpy.stack([t.asnumpy() for t in streamed], 1), found[:, T:]
        )


@pytest.mark.parametrize("name", ["gpt", "llama", "mixture"])
def test_a_file_continues_padded_rows(name, tmp_path):
    net = made(DECODERS[name])
    path = tmp_path / "net.weft"
    net.export_generator(path, batch=N, length=11, padded=True)
    model = runtime.Model(path)
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    for mask in (MASK, MASK[::-1]):
        wide = numpy.concatenate([mask, numpy.ones((N, 11 - T), "int32")], 1)
        found = [numpy.array(prompt.run(TOKENS, wide)[1])]
        while len(found) < 5:
            found.append(numpy.array(step.run(found[-1].reshape(N, 1))[1]))
        want = net.generate(np.array(TOKENS), 5, mask=np.array(mask.copy()), temperature=0)
        numpy.testing.assert_array_equal(numpy.stack(found, 1), want.asnumpy()[:, T:])
        prompt.reset()


@pytest.mark.parametrize("name", DECODERS)
def test_a_file_says_that_its_room_is_full(name, tmp_path):
    """A step behind the last place and a prompt that is too long; what was read before stays."""
    net = made(DECODERS[name])
    path = tmp_path / "net.weft"
    net.export_generator(path, batch=N, length=T + 2)
    model = runtime.Model(path)
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    tokens = [numpy.array(prompt.run(TOKENS)[1])]
    for _ in range(2):
        tokens.append(numpy.array(step.run(tokens[-1].reshape(N, 1))[1]))
    want = net.generate(np.array(TOKENS), 3, temperature=0).asnumpy()[:, T:]
    numpy.testing.assert_array_equal(numpy.stack(tokens, 1), want)
    kept = [bytes(prompt.read_state(port.name)) for port in prompt.states]
    full = f"it has room for {T + 2} tokens; their number must be in"
    for refused in (lambda: step.run(tokens[-1].reshape(N, 1)), lambda: prompt.run(TOKENS)):
        with pytest.raises(IndexError, match=full):
            refused()
        assert [bytes(prompt.read_state(port.name)) for port in prompt.states] == kept
    prompt.reset()
    numpy.testing.assert_array_equal(numpy.array(prompt.run(TOKENS)[1]), want[:, 0])


@pytest.mark.parametrize("name", DECODERS)
def test_caches_and_the_whole_text_give_the_same(name):
    net = made(DECODERS[name])
    whole = net(np.array(TOKENS))
    caches = net.new_caches(N)
    parts = [net(np.array(TOKENS[:, :3]), caches)]
    parts += [net(np.array(TOKENS[:, t : t + 1]), caches) for t in range(3, T)]
    close(np.concatenate(parts, axis=1), whole)


def all_texts(net, tokens, steps):
    """Every continuation of a row and the logarithm of its probability."""
    found = list(itertools.product(range(VOCABULARY), repeat=steps))
    rows = numpy.array([[*tokens, *more] for more in found], "int32")
    scores = net(np.array(rows)).asnumpy().astype("float64")
    logs = scipy.special.log_softmax(scores, -1)
    first = len(tokens)
    picked = [
        logs[numpy.arange(len(rows)), first + s - 1, rows[:, first + s]] for s in range(steps)
    ]
    return rows, sum(picked)


@pytest.mark.parametrize("name", ["gpt", "llama", "mixture"])
def test_a_wide_search_finds_the_most_probable_texts(name):
    """With as many beams as there are texts of one step less, no text is missed."""
    net = made(DECODERS[name])
    found = net.generate(np.array(TOKENS), 2, beams=VOCABULARY, returned=3).asnumpy()
    for row in range(N):
        rows, logs = all_texts(net, TOKENS[row].tolist(), 2)
        best = numpy.argsort(-logs)[:3]
        numpy.testing.assert_array_equal(found[3 * row : 3 * row + 3], rows[best])


def test_a_search_ends_at_end_tokens_and_fills_up():
    net = made(gpt)
    tokens = np.array(TOKENS)
    free = net.generate(tokens, 5, beams=3).asnumpy()
    end = int(free[0, T + 1])
    found = net.generate(tokens, 5, beams=3, end=end, pad=VOCABULARY, length_penalty=-2.0).asnumpy()
    for row in found[:, T:].tolist():
        if end in row:
            assert set(row[row.index(end) + 1 :]) <= {VOCABULARY}
    assert (found[:, T:] == end).any()
    short = net.generate(tokens, 5, beams=3, end=end, early_stopping=True)
    assert short.shape[0] == N and short.shape[1] <= T + 5


@pytest.mark.parametrize("create", [bart, whisper])
def test_an_encoder_decoder_is_searched(create):
    net = made(create)
    inputs = np.array(FRAMES) if create is whisper else np.array(TOKENS)
    memory = net.encode(inputs)
    found = net.generate(inputs, 2, begin=3, end=(), beams=VOCABULARY).asnumpy()
    pairs = list(itertools.product(range(VOCABULARY), repeat=2))
    for row in range(N):
        rows = numpy.array([[3, *pair] for pair in pairs], "int32")
        scores = net.decode(np.array(rows), np.repeat(memory[row : row + 1], len(rows), axis=0))
        logs = scipy.special.log_softmax(scores.asnumpy().astype("float64"), -1)
        sums = sum(logs[numpy.arange(len(rows)), s, rows[:, s + 1]] for s in range(2))
        assert found[row].tolist() == rows[sums.argmax()].tolist()


def test_rows_are_over_behind_tokens_and_strings():
    net = made(gpt)
    tokens = np.array(TOKENS)
    free = net.generate(tokens, 6, temperature=0).asnumpy()[:, T:]

    def text_of(row):
        return "".join(f"{token:x}." for token in row)

    last = free[0, 2:4].tolist()
    for stop in ([last], text_of(last)[:-1]):  # the string ends within its last token
        found = net.generate(tokens, 6, temperature=0, stop=stop, text_of=text_of, pad=VOCABULARY)
        row = found.asnumpy()[0, T:].tolist()
        over = next(i for i in range(1, 6) if free[0, i - 1 : i + 1].tolist() == last)
        assert row[: over + 1] == free[0, : over + 1].tolist()
        assert set(row[over + 1 :]) <= {VOCABULARY}
    alone = net.generate(tokens[:1], 6, temperature=0, stop=[last])  # needs no filler
    assert alone.shape == (1, T + over + 1)


def test_a_penalty_divides_what_is_above_0_and_multiplies_what_is_below():
    scores = numpy.random.default_rng(0).normal(size=(2, 9)).astype("float32")
    tokens = numpy.array([[1, 1, 4], [0, 8, 3]])
    want = scores.copy()
    for row, met in enumerate(tokens):
        for token in set(met.tolist()):
            want[row, token] *= 3.0 if want[row, token] < 0 else 1 / 3.0
    found = sampling.penalized(np.array(scores), np.array(tokens), 3.0)
    numpy.testing.assert_allclose(found.asnumpy(), want, rtol=1e-6)


@pytest.mark.parametrize("min_p", [0.05, 0.3, 1.0])
def test_tokens_are_drawn_from_those_near_the_best(min_p):
    np.random.seed(1)
    scores = numpy.array([1.0, 3.0, 2.0, 0.0], "float32")
    drawn = text.draw(np.array(numpy.tile(scores, (20000, 1))), min_p=min_p)
    want = scipy.special.softmax(scores)
    want[want < min_p * want.max()] = 0
    shares = numpy.bincount(drawn.asnumpy(), minlength=4) / 20000
    numpy.testing.assert_allclose(shares, want / want.sum(), atol=0.015)


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("chosen", [1, 2, 4])
def test_experts_are_mixed_by_the_shares_of_those_chosen(chosen, normalize):
    block = Experts(6, 5, 4, chosen, normalize=normalize)
    block.initialize(weft.init.Normal(0.5))
    x = numpy.random.default_rng(0).normal(size=(2, 3, 6)).astype("float32")
    shares = scipy.special.softmax(x @ block.router.weight.data().asnumpy().T, -1)
    kept = numpy.where(shares >= numpy.sort(shares, -1)[..., -chosen][..., None], shares, 0)
    kept = kept / kept.sum(-1, keepdims=True) if normalize else kept
    parts = numpy.stack([expert(np.array(x)).asnumpy() for expert in block.experts], -1)
    want = (parts * kept[..., None, :]).sum(-1)
    for hybridize in (False, True):
        block.hybridize(hybridize)
        numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), want, atol=1e-5)
        one = block(np.array(x[:1, :1]))  # a graph of one token leaves out experts
        numpy.testing.assert_allclose(one.asnumpy(), want[:1, :1], atol=1e-5)


def test_parts_that_take_turns_are_split():
    names = Names("another", {"qkv": Split(["q", "k", "v"], groups=2)})
    whole = numpy.arange(24.0).reshape(12, 2)  # two heads: q, k and v of two rows each
    found = translated(names, {"qkv.weight": np.array(whole)}, {}, "a file")
    for place, name in enumerate("qkv"):
        rows = [whole[6 * head + 2 * place : 6 * head + 2 * place + 2] for head in range(2)]
        want = numpy.concatenate(rows)
        numpy.testing.assert_array_equal(found[f"{name}.weight"].asnumpy(), want)
    with pytest.raises(ValueError, match="must have 2 groups of 3 equal parts"):
        translated(names, {"qkv.weight": np.array(whole[:9])}, {}, "a file")


SMALL = {"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2}
SMALL |= {"intermediate_size": 12, "max_position_embeddings": 12}


def test_null_means_none_where_transformers_has_it_so():
    mistral = SMALL | {"model_type": "mistral"}
    assert llama_module.from_config(mistral).windows == [4096, 4096]
    assert llama_module.from_config(mistral | {"sliding_window": None}).windows == [None, None]
    gemma = SMALL | {"model_type": "gemma2", "head_dim": 4}
    net = llama_module.from_config(gemma)
    assert net.windows == [4096, None] and net.softcap == 30.0
    assert llama_module.from_config(gemma | {"final_logit_softcapping": None}).softcap is None


BAD_CONFIGS = {
    "layer types": (llama_module, {"model_type": "gemma2", "layer_types": ["other"] * 2}),
    "use_bidirectional_attention": (
        llama_module,
        {"model_type": "gemma2", "use_bidirectional_attention": True},
    ),
    "router_jitter_noise": (llama_module, {"model_type": "mixtral", "router_jitter_noise": 0.1}),
    "mlp_only_layers": (llama_module, {"model_type": "qwen3_moe", "mlp_only_layers": [1]}),
    "decoder_sparse_step": (llama_module, {"model_type": "qwen3_moe", "decoder_sparse_step": 2}),
    "rope_type": (neox_module, {"model_type": "phi", "rope_parameters": {"rope_type": "dynamic"}}),
    "hidden_act": (neox_module, {"model_type": "gpt_neox", "hidden_act": "gelu_10"}),
    "enable_bias": (opt_module, {"model_type": "opt", "enable_bias": False}),
    "layerdrop": (opt_module, {"model_type": "opt", "layerdrop": 0.1}),
    "tie_word_embeddings": (opt_module, {"model_type": "opt", "tie_word_embeddings": False}),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_what_a_network_cannot_honour_is_refused_by_name(name):
    module, config = BAD_CONFIGS[name]
    with pytest.raises(NotImplementedError, match=f"from_config: `{name.replace(' ', '_')}` must"):
        module.from_config(SMALL | config)


def written(**options):
    return lambda: made(gpt).generate(np.array(TOKENS), 3, **options)


BAD = {
    "mask": (written(mask=np.ones((2, 5))), r"shape of `tokens`, \(2, 6\); got \(2, 5\)"),
    "end of a mask": (written(mask=np.array(MASK[:, ::-1].copy())), "no 0 at the end of a row"),
    "beams": (written(beams=0), r"`beams` must be at least 1.*got 0 and 1"),
    "returned": (written(beams=2, returned=3), r"in \[1, beams\]; got 2 and 3"),
    "early": (written(beams=2, early_stopping="no"), "or 'never'; got 'no'"),
    "no_repeat": (
        written(no_repeat=-1),
        "`no_repeat` and `least` must be at least 0; got -1 and 0",
    ),
    "top_k of beams": (written(beams=2, top_k=3), "`min_p` must be None"),
    "min_p": (written(min_p=2.0), r"`min_p` must be in \[0, 1\]; got 2.0"),
    "penalty": (written(repetition_penalty=0.0), "`repetition_penalty` must be above 0; got 0.0"),
    "text_of": (written(stop="end"), "`text_of` must be the function"),
    "pad": (written(stop=[[1, 2]]), "`pad` must be a token"),
    "mask of a call": (
        lambda: made(gpt)(np.array(TOKENS), None, np.ones((2, 4))),
        r"`mask` must have shape \(2, 6\)",
    ),
    "norms": (lambda: text.NeoX(5, 8, 1, 2, parallel=False, shared_norm=True), "needs `parallel`"),
    "heads": (lambda: text.NeoX(5, 9, 1, 2), "must be a divisor of `units`"),
    "experts": (
        lambda: text.Llama(5, 8, 8, 1, 2, experts=2, experts_per_token=3),
        r"`experts_per_token` must be in \[1, 2\].*got 3",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused(name):
    call, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        call()


def test_empty_stops_are_refused():
    for stop in ([""], [[]], [3]):
        with pytest.raises(TypeError, match="`stop` must have strings, or sequences of tokens"):
            written(stop=stop)()
