"""Encoder–decoders of the model zoo: caches, generation, masks, files, sizes, messages."""

import json
import math

import numpy
import pytest
import weft
from test_text_models import (
    FRAMES,
    MODELS,
    PAIRS,
    TOKENS,
    VOCABULARY,
    N,
    T,
    bart,
    close,
    inputs_of,
    made,
    t5,
    whisper,
)
from weft import autograd, np, runtime
from weft.gluon.model_zoo import text
from weft.gluon.model_zoo.text import bart as bart_module
from weft.gluon.model_zoo.text import t5 as t5_module
from weft.gluon.model_zoo.text import whisper as whisper_module


def test_sizes_of_encoder_decoders_are_the_published_ones():
    def numbers(net):
        return sum(math.prod(p.shape) for p in net.collect_params().values())

    assert numbers(text.T5(32128)) == 60_506_624
    assert numbers(text.Whisper()) == 37_760_640
    bias = 50265  # of the scores, a buffer in Hugging Face
    assert numbers(text.BART(50265, 768, 3072, 6, 12)) == 139_420_416 + bias


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("hybridize", [False, True], ids=["eager", "hybridized"])
def test_steps_of_a_decoder_give_what_the_whole_text_gives(name, hybridize):
    net = made(MODELS[name])
    inputs, tokens = inputs_of(net)
    mask = None if name == "whisper" else np.array([[1] * T, [1] * 3 + [0] * 3])
    whole = net(inputs, tokens, mask)
    net.hybridize(hybridize)
    memory = net.encode(inputs, mask)
    close(net.decode(tokens, memory, mask=mask), whole)
    caches = net.new_caches(memory, T, mask)
    for _ in range(2):  # the second time in caches that were used
        parts = [net.decode(tokens[:, :3], caches=caches)]
        parts += [net.decode(tokens[:, t : t + 1], caches=caches) for t in range(3, T)]
        close(np.concatenate(parts, axis=1), whole)
        net.remember(caches, memory, mask)


@pytest.mark.parametrize("name", PAIRS)
def test_a_decoder_continues_with_the_best_token(name):
    net = made(MODELS[name])
    inputs, _ = inputs_of(net)
    tokens = numpy.full((N, 1), 3, "int32")
    for _ in range(5):
        best = net(inputs, np.array(tokens))[:, -1].asnumpy().argmax(-1)
        tokens = numpy.concatenate([tokens, best[:, None].astype("int32")], 1)
    found = net.generate(inputs, 5, begin=3, end=())
    numpy.testing.assert_array_equal(found.asnumpy(), tokens)
    ended = net.generate(inputs, 5, begin=3, end=int(tokens[0, 2]), pad=9).asnumpy()
    assert ended[0, 3:].tolist() == [9] * (ended.shape[1] - 3)
    forced = net.generate(inputs, 4, begin=[3, 4], end=(), forced={0: 5, -1: 6}).asnumpy()
    assert forced[:, :3].tolist() == [[3, 4, 5]] * N and forced[:, -1].tolist() == [6] * N
    unwanted = {"suppressed": [0, 1, 2, 3, 4], "suppressed_first": [5, 6, 7, 8, 9]}
    drawn = net.generate(inputs, 6, begin=3, end=(), temperature=5.0, **unwanted).asnumpy()[:, 1:]
    assert drawn.min() >= 5 and drawn[:, 0].tolist() == [10] * N


@pytest.mark.parametrize("name", ["t5", "bart"])
def test_an_exported_encoder_takes_texts_of_any_length(name, tmp_path):
    net = made(MODELS[name])
    inputs, _ = inputs_of(net)
    free = {0: weft.Dim("batch"), 1: weft.Dim("steps", max=12)}
    net.export(tmp_path / "n.weft", inputs, dynamic={"inputs": free})
    context = runtime.Model(tmp_path / "n.weft").context()
    for given in (inputs, inputs[:1, :4]):
        close(np.array(numpy.asarray(context.run(given.asnumpy())[0])), net.encode(given))


@pytest.mark.parametrize("name", PAIRS)
def test_a_file_generates(name, tmp_path):
    net = made(MODELS[name])
    inputs, _ = inputs_of(net)
    mask = () if name == "whisper" else (np.array([[1] * T, [1] * 3 + [0] * 3]),)
    net.export_generator(tmp_path / "n.weft", inputs, *mask, length=6)
    model = runtime.Model(tmp_path / "n.weft")
    encode = model.context("encode")
    step = model.context("step", sharing=encode)
    for order in ([0, 1], [1, 0]):  # a second text after the first one
        given = [array.asnumpy()[order] for array in (inputs, *mask)]
        memory = net.encode(*map(np.array, given))
        close(np.array(numpy.asarray(encode.run(*given)[0])), memory)
        tokens = [numpy.full((N, 1), 3, "int32")]
        for _ in range(5):
            tokens.append(numpy.array(step.run(tokens[-1])[1]).reshape(N, 1))
        options = {"mask": np.array(given[1])} if mask else {}
        want = net.generate(np.array(given[0]), 5, begin=3, end=(), **options)
        numpy.testing.assert_array_equal(numpy.concatenate(tokens, 1), want.asnumpy())


def test_half_precision_generates():
    net = made(bart)
    net.cast("float16")
    assert net.generate(np.array(TOKENS), 3, end=()).shape == (N, 4)


def test_padding_of_inputs_changes_nothing():
    for create in (t5, bart):
        net = made(create)
        inputs, tokens = inputs_of(net)
        mask = np.array([[1] * 4 + [0] * 2] * N)
        close(net(inputs, tokens, mask), net(inputs[:, :4], tokens))
    encoder = text.T5Encoder(VOCABULARY, 8, 16, 2, 2, head_units=3)
    encoder.initialize(weft.init.Normal(0.3))
    close(encoder(inputs, mask)[:, :4], encoder(inputs[:, :4]))


def test_dropout_is_for_training_alone():
    for create in (lambda: t5(dropout=0.5), lambda: bart(attention_dropout=0.5, dropout=0.0)):
        net = made(create)
        close(net(*inputs_of(net)), net(*inputs_of(net)))
        with autograd.record():
            drawn = [net(*inputs_of(net)).asnumpy() for _ in range(2)]
        assert (drawn[0] != drawn[1]).any()


@pytest.mark.parametrize(("buckets", "most"), [(32, 128), (16, 64), (64, 256), (32, 256)])
@pytest.mark.parametrize("both_sides", [True, False])
def test_a_bucket_begins_at_its_distance(buckets, most, both_sides):
    behind = buckets // 2 if both_sides else 0
    count = buckets - behind
    exact = count // 2

    def bucket(steps):
        """By whole numbers: the last one with exact · (most / exact)^(i / large) up to `steps`."""
        if steps < exact:
            return steps
        large = count - exact
        begun = (i for i in range(large) if most**i * exact ** (large - i) <= steps**large)
        return exact + max(begun)

    positions = t5_module.RelativePositions(1, buckets, most, both_sides)
    positions.weight.set_data(np.arange(buckets, dtype="float32").reshape(-1, 1))
    length = most + 9
    found = positions.summands(length, length).asnumpy()[0, 0]
    before = [bucket(steps) for steps in range(length)]
    assert found[-1, ::-1].tolist() == before
    after = [behind + number if number else 0 for number in before]
    assert found[0].tolist() == (after if both_sides else [0] * length)


def test_speech_is_classified():
    net = text.WhisperClassifier(4, 8, 16, 1, 2, mel_bins=3, source_length=5, projection=6)
    net.initialize()
    assert net(np.array(FRAMES)).shape == (N, 4)


def full_cache():
    net = made(bart)
    inputs, tokens = inputs_of(net)
    return net.decode(tokens, caches=net.new_caches(net.encode(inputs), T - 1))


def remembered(net):
    memory = net.encode(np.array(TOKENS))
    net.remember(net.new_caches(memory, T), memory, np.ones((N, T)))


BAD = {
    "frames": (lambda: made(whisper).encode(np.zeros((1, 3, 9))), r"\(N, 3, 10\).*got \(1, 3, 9\)"),
    "masked frames": (
        lambda: made(whisper).encode(np.array(FRAMES), np.ones((N, 5))),
        "`mask` must be None",
    ),
    "bart": (lambda: made(bart).encode(np.zeros((1, 13), dtype="int32")), "12 positions at most"),
    "nothing": (lambda: made(t5).decode(np.array(TOKENS)), "give `memory` or `caches`; got none"),
    "too many": (
        lambda: made(bart).generate(np.array(TOKENS), 12),
        r"BART.generate: `steps` must be in \[0, 11\] after 1 tokens; got 12",
    ),
    "begin": (
        lambda: made(t5).generate(np.array(TOKENS), 2, begin=np.zeros((3, 1))),
        r"`begin` must be a token, several, or have shape \(2, B\); got shape \(3, 1\)",
    ),
    "room": (
        lambda: made(t5).export_generator("n.weft", np.array(TOKENS)),
        "T5.export_generator: `length` must be at least 1; got None",
    ),
    "rooms": (
        lambda: made(bart).export_generator("n.weft", np.array(TOKENS), length=13),
        "`length` must be at least 1 and at most 12; got 13",
    ),
    "mask of caches": (
        lambda: remembered(made(t5)),
        "remember: `mask` must be given where the caches have one, else not",
    ),
    "buckets": (lambda: text.T5(5, num_buckets=2), "T5: `num_buckets` must be at least 4; got 2"),
    "distance": (lambda: text.T5(5, max_distance=8), "`max_distance` must be above 8; got 8"),
    "heads": (lambda: text.BART(5, 8, num_heads=3), "`num_heads` must be a divisor of `units`"),
}


TINY = {"vocab_size": VOCABULARY, "d_model": 8, "num_layers": 1, "encoder_layers": 1}
TINY |= {"decoder_layers": 1, "num_heads": 2, "d_ff": 16, "d_kv": 4, "num_mel_bins": 3}
TINY |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_source_positions": 5}
TINY |= {"encoder_ffn_dim": 16, "decoder_ffn_dim": 16, "max_position_embeddings": 12}
ON_THE_HUB = {
    "t5": ("T5ForConditionalGeneration", text.T5),
    "mt5": ("MT5EncoderModel", text.T5Encoder),
    "whisper": ("WhisperForConditionalGeneration", text.Whisper),
    "bart": ("BartModel", text.BART),
    "marian": ("MarianMTModel", text.BART),
    "pegasus": ("PegasusForConditionalGeneration", text.BART),
}


@pytest.mark.parametrize("kind", ON_THE_HUB)
@pytest.mark.parametrize("dtype", [None, "bfloat16"])
def test_the_hub_builds_them_from_folders(kind, dtype, tmp_path):
    architecture, network = ON_THE_HUB[kind]
    config = {**TINY, "model_type": kind, "architectures": [architecture]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    net = weft.hub._families.find(config, "", None)[0].build(config, architecture)
    assert isinstance(net, network)
    net.initialize()
    net.save_parameters(tmp_path / "model.safetensors")
    found = weft.hub.load(tmp_path, dtype=dtype).collect_params()
    for name, parameter in net.collect_params().items():
        wanted = parameter.data().astype(dtype or "float32")
        assert (found[name].data() == wanted).all().item(), name


def test_inputs_must_be_an_array():
    with pytest.raises(TypeError, match=r"T5\.generate: `inputs` must be an array; got list"):
        made(t5).generate([[1, 2]], 3)


def test_a_full_cache_takes_no_more():
    with pytest.raises(IndexError, match="has room for 5 tokens, of which 0 are filled; got 6"):
        full_cache()


UNSUPPORTED = {
    "t5 activation": (
        t5_module,
        {"feed_forward_proj": "gated-hat"},
        "`feed_forward_proj` must be.*got 'gated-hat'",
    ),
    "t5 head": (
        t5_module,
        {"architectures": ["T5ForSpeech"]},
        "`architectures` must be.*got 'T5ForSpeech'",
    ),
    "t5 type": (t5_module, {"model_type": "umt5"}, "one of 't5', 'mt5'; got 'umt5'"),
    "whisper type": (
        whisper_module,
        {"model_type": "t5"},
        "`model_type` must be 'whisper'; got 't5'",
    ),
    "whisper drop": (
        whisper_module,
        {"encoder_layerdrop": 0.1},
        "`encoder_layerdrop` must be missing or false; got 0.1",
    ),
    "bart head": (
        bart_module,
        {"tie_word_embeddings": False},
        "`tie_word_embeddings` must be True; got False",
    ),
    "bart task": (
        bart_module,
        {"architectures": ["BartForQuestionAnswering"]},
        "one of 'BartModel', 'BartForConditionalGeneration';",
    ),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_configurations_that_a_network_lacks_are_refused(name):
    module, config, said = UNSUPPORTED[name]
    with pytest.raises(NotImplementedError, match=said):
        module.from_config(config)


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused(name):
    call, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        call()
