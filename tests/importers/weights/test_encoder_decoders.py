"""T5, Whisper, BART and their kin take the weights of Hugging Face, give its results, generate its
tokens, and train as they do there."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, runtime
from weft.gluon.model_zoo.text import bart, t5, whisper

torch = pytest.importorskip("torch")
from real_modules import loaded, randomized  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

torchvision_models()  # which transformers imports
transformers = pytest.importorskip("transformers")

pytestmark = pytest.mark.torch
N, S, T, STEPS = 4, 9, 5, 12
T5 = {
    "vocab_size": 67,
    "d_model": 32,
    "d_kv": 6,
    "d_ff": 48,
    "num_layers": 2,
    "num_heads": 4,
    "decoder_start_token_id": 0,
}
GATED = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}
BART = {
    "vocab_size": 67,
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 40,
    "max_position_embeddings": 64,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "forced_eos_token_id": None,
    "decoder_start_token_id": 3,
    "init_std": 0.2,
}
FRAMES = {"num_mel_bins": 8, "max_source_positions": S, "max_target_positions": 24}
WHISPER = {**BART, **FRAMES, "begin_suppress_tokens": None}

# Family, the configuration's class, the model's, and options.
SCORED = {
    "t5": (t5, "T5", "T5ForConditionalGeneration", T5),
    "t5-1.1": (t5, "T5", "T5ForConditionalGeneration", {**T5, **GATED}),
    "t5-silu": (t5, "T5", "T5ForConditionalGeneration", {**T5, "feed_forward_proj": "gated-silu"}),
    "mt5": (t5, "MT5", "MT5ForConditionalGeneration", T5),
    "whisper": (whisper, "Whisper", "WhisperForConditionalGeneration", WHISPER),
    "bart": (bart, "Bart", "BartForConditionalGeneration", BART),
    "mbart": (
        bart,
        "MBart",
        "MBartForConditionalGeneration",
        {**BART, "scale_embedding": True, "activation_function": "relu"},
    ),
    "marian": (bart, "Marian", "MarianMTModel", {**BART, "scale_embedding": True}),
    "pegasus": (bart, "Pegasus", "PegasusForConditionalGeneration", BART),
    "blenderbot": (bart, "Blenderbot", "BlenderbotForConditionalGeneration", BART),
}
BASES = {
    "t5": (
        t5,
        "T5",
        "T5Model",
        {**T5, "num_decoder_layers": 3, "relative_attention_num_buckets": 8},
    ),
    "mt5": (t5, "MT5", "MT5Model", T5),
    "whisper": (whisper, "Whisper", "WhisperModel", {**WHISPER, "decoder_layers": 3}),
    "bart": (bart, "Bart", "BartModel", BART),
    "mbart": (bart, "MBart", "MBartModel", BART),
    "marian": (bart, "Marian", "MarianModel", BART),
    "pegasus": (bart, "Pegasus", "PegasusModel", BART),
    "blenderbot": (bart, "Blenderbot", "BlenderbotModel", BART),
}


def real(case):
    """A module with random weights that differ enough for its tokens to vary."""
    torch.manual_seed(0)
    _, config, name, options = case
    module = getattr(transformers, name)(getattr(transformers, f"{config}Config")(**options))
    with torch.no_grad():
        for path, weight in module.named_parameters():
            if weight.ndim == 2 and "embed" not in path and "shared" not in path:
                weight.mul_(2.5)
    return randomized(module)


def config_of(module):
    return {**module.config.to_dict(), "architectures": [type(module).__name__]}


def inputs_of(module):
    """Arguments of the module: inputs, tokens, and a mask where there may be one."""
    torch.manual_seed(1)
    if "Whisper" in type(module).__name__:
        inputs = {"input_features": torch.randn(N, 8, 2 * S)}
    else:
        mask = torch.ones(N, S, dtype=torch.long)
        mask[1, 6:] = 0
        inputs = {"input_ids": torch.randint(3, 60, (N, S)), "attention_mask": mask}
    return {**inputs, "decoder_input_ids": torch.randint(3, 60, (N, T))}


def ours(inputs):
    """The same as arguments of the network: inputs, tokens, mask."""
    first, *mask, tokens = [np.array(value.numpy()) for value in inputs.values()]
    return (first, tokens, *mask)


def made(case, folder):
    module = real(case)
    return loaded(case[0].from_config(config_of(module)), module, folder), module


def error_of(found, want):
    return numpy.abs(found.asnumpy() - want.numpy()).max() / numpy.abs(want.numpy()).max()


def check(net, arguments, want):
    for _ in range(2):
        assert error_of(net(*arguments), want) < 1e-4
        net.hybridize()


@pytest.mark.parametrize("name", SCORED)
def test_scores_and_generated_tokens_are_the_same(name, tmp_path):
    net, module = made(SCORED[name], tmp_path)
    inputs = inputs_of(module)
    with torch.no_grad():
        want = module(**inputs).logits
    check(net, ours(inputs), want)
    tokens = generated(module, inputs)
    first, _, *mask = ours(inputs)
    found = net.generate(first, STEPS, mask=mask[0] if mask else None)
    numpy.testing.assert_array_equal(found.asnumpy(), tokens)
    assert len(numpy.unique(tokens)) > 2, "the weights should give several tokens"
    # Rows end apart where an end is a token that some of them have.
    end = int(tokens[0, 3])
    tokens = generated(module, inputs, eos_token_id=end)
    found = net.generate(first, STEPS, mask=mask[0] if mask else None, end=end)
    numpy.testing.assert_array_equal(found.asnumpy(), tokens)


def generated(module, inputs, **options):
    given = {k: v for k, v in inputs.items() if k != "decoder_input_ids"}
    options = {"do_sample": False, "num_beams": 1, "max_new_tokens": STEPS, **options}
    # Whisper's own way cuts long speech into parts; behind it is the one of all models.
    generate = transformers.GenerationMixin.generate
    return generate(module, **given, **options).numpy()


@pytest.mark.parametrize("name", BASES)
def test_vectors_without_a_head_are_the_same(name, tmp_path):
    net, module = made(BASES[name], tmp_path)
    inputs = inputs_of(module)
    with torch.no_grad():
        want = module(**inputs)
    check(net, ours(inputs), want.last_hidden_state)
    first, _, *mask = ours(inputs)
    assert error_of(net.encode(first, *mask), want.encoder_last_hidden_state) < 1e-4


@pytest.mark.parametrize("name", ["t5", "mt5"])
def test_distances_of_far_tokens_are_the_same(name, tmp_path):
    net, module = made(SCORED[name], tmp_path)
    with torch.no_grad():
        for table in (module.encoder, module.decoder):
            table.block[0].layer[0].SelfAttention.relative_attention_bias.weight.normal_(0, 3)
    loaded(net, module, tmp_path)
    tokens = torch.randint(3, 60, (1, 140))
    with torch.no_grad():
        want = module(input_ids=tokens, decoder_input_ids=tokens).logits
    check(net, (np.array(tokens.numpy()),) * 2, want)


def test_the_encoder_of_t5_reads_files_of_both(tmp_path):
    for name in ("T5EncoderModel", "T5ForConditionalGeneration"):
        module = real((t5, "T5", name, {**T5, **GATED}))
        config = {**module.config.to_dict(), "architectures": ["T5EncoderModel"]}
        net = loaded(t5.from_config(config), module, tmp_path)
        inputs = inputs_of(module)
        del inputs["decoder_input_ids"]
        with torch.no_grad():
            encoder = module if name == "T5EncoderModel" else module.encoder
            want = encoder(**inputs).last_hidden_state
        check(net, [np.array(value.numpy()) for value in inputs.values()], want)


def test_a_head_of_its_own(tmp_path):
    """Files of version 1.1 have one, whatever newer configurations say."""
    module = real(SCORED["t5-1.1"])
    module.lm_head.weight = torch.nn.Parameter(torch.randn(67, 32))
    net = loaded(t5.from_config(config_of(module)), module, tmp_path)
    inputs = inputs_of(module)
    with torch.no_grad():
        check(net, ours(inputs), module(**inputs).logits)
    tied = t5.from_config({**config_of(module), "scale_decoder_outputs": True})
    with pytest.raises(ValueError, match=r"other values in `lm_head\.weight` than in `"):
        loaded(tied, module, tmp_path)


def test_a_classifier_of_speech(tmp_path):
    options = {**WHISPER, "classifier_proj_size": 10, "num_labels": 7}
    net, module = made((whisper, "Whisper", "WhisperForAudioClassification", options), tmp_path)
    frames = torch.randn(N, 8, 2 * S)
    with torch.no_grad():
        want = module(frames).logits
    check(net, [np.array(frames.numpy())], want)


@pytest.mark.parametrize("name", SCORED)
def test_folders_that_transformers_writes_are_read(name, tmp_path):
    """They lack heads that are embeddings, and positions by formula."""
    net, module = made(SCORED[name], tmp_path)
    module.save_pretrained(tmp_path / "folder")
    again = weft.hub.load(tmp_path / "folder")
    for path, parameter in net.collect_params().items():
        found = again.collect_params()[path].data().asnumpy()
        numpy.testing.assert_allclose(found, parameter.data().asnumpy(), atol=1e-6, err_msg=path)
    net.save_parameters(tmp_path / "own.safetensors")
    again.load_parameters(tmp_path / "own.safetensors")


def test_positions_by_formula_are_those_of_transformers():
    for case, prefix in (("whisper", "front.positions"), ("pegasus", "encoder_positions")):
        module = real(SCORED[case]).model
        net = SCORED[case][0].from_config(config_of(real(SCORED[case])))
        net.initialize()
        found = net.collect_params()[prefix].data()
        assert error_of(found, module.encoder.embed_positions.weight.detach()) < 1e-6


@pytest.mark.parametrize("name", ["t5", "whisper", "bart"])
def test_weights_of_a_base_model_are_read(name, tmp_path):
    """By names without the prefix that models with a head have."""
    module = real(BASES[name])
    net = loaded(BASES[name][0].from_config(config_of(module)), module, tmp_path)
    folder = tmp_path / "prefixed.safetensors"
    prefix = "transformer." if name == "t5" else "model."
    weights = {prefix + k: np.array(v.numpy()) for k, v in module.state_dict().items()}
    weft.npx.save(folder, weights)
    again = BASES[name][0].from_config(config_of(module))
    again.load_parameters(folder)
    first, tokens, *_ = ours(inputs_of(module))
    numpy.testing.assert_array_equal(again(first, tokens).asnumpy(), net(first, tokens).asnumpy())


TRAINED = ["t5", "t5-silu", "whisper", "bart", "marian"]


@pytest.mark.parametrize("name", TRAINED)
def test_a_step_of_training_is_the_same(name, tmp_path):
    module_of, config, kind, options = SCORED[name]
    rate = {"dropout_rate": 0.0} if module_of is t5 else {"dropout": 0.0}
    net, module = made((module_of, config, kind, {**options, **rate}), tmp_path)
    inputs = inputs_of(module)
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.01)
    loss = (module.train()(**inputs).logits ** 2).mean()
    loss.backward()
    optimizer.step()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01})
    arguments = ours(inputs)
    with autograd.record():
        mine = (net(*arguments) ** 2).mean()
    mine.backward()
    trainer.step(1)
    assert abs(mine.item() - loss.item()) < 1e-4 * loss.item()
    want = loaded(module_of.from_config(config_of(module)), module, tmp_path).collect_params()
    before, _ = made((module_of, config, kind, {**options, **rate}), tmp_path)
    for path, parameter in net.collect_params().items():
        start = before.collect_params()[path].data().asnumpy()
        ours_, theirs = parameter.data().asnumpy() - start, want[path].data().asnumpy() - start
        # A key's bias changes no score: its gradient is the rounding of zero.
        bound = 1e-3 * numpy.abs(theirs).max() + 1e-6
        numpy.testing.assert_allclose(ours_, theirs, rtol=0, atol=bound, err_msg=path)


@pytest.mark.parametrize("name", ["t5-1.1", "whisper", "bart"])
def test_a_file_encodes_and_decodes_by_steps(name, tmp_path):
    """One entry point fills the caches, which are state; another one appends a token to them."""
    net, module = made(SCORED[name], tmp_path)
    first, _, *mask = ours(inputs_of(module))
    memory = net.encode(first, *mask)
    net.export_generator(tmp_path / "n.weft", first, *mask, length=STEPS + 1)
    model = runtime.Model(tmp_path / "n.weft")
    starting = model.context("encode")
    stepping = model.context("step", sharing=starting)
    for turned in (slice(None), slice(None, None, -1)):  # a second text after the first one
        given = [array[turned].asnumpy() for array in (first, *mask)]
        found = starting.run(*given)[0]
        numpy.testing.assert_allclose(found, memory[turned].asnumpy(), rtol=1e-4, atol=1e-5)
        tokens = [numpy.full((N, 1), net.begin_token, "int32")]
        for _ in range(STEPS):
            tokens.append(numpy.array(stepping.run(tokens[-1])[1]).reshape(N, 1))
        options = {"mask": mask[0][turned]} if mask else {}
        want = net.generate(first[turned], STEPS, end=(), **options)
        numpy.testing.assert_array_equal(numpy.concatenate(tokens, 1), want.asnumpy())


def test_forced_and_suppressed_tokens(tmp_path):
    net, module = made(SCORED["mbart"], tmp_path)
    inputs = inputs_of(module)
    first, _, *mask = ours(inputs)
    want = generated(module, inputs, forced_bos_token_id=8, forced_eos_token_id=2)
    found = net.generate(first, STEPS, mask=mask[0], forced={0: 8, -1: 2})
    numpy.testing.assert_array_equal(found.asnumpy(), want)
    often = [int(token) for token in numpy.unique(want[:, 2:-1])[-3:]]
    unwanted = {"suppress_tokens": often[:2], "begin_suppress_tokens": often[2:]}
    want = generated(module, inputs, **unwanted)
    names = dict(zip(("suppressed", "suppressed_first"), unwanted.values(), strict=True))
    found = net.generate(first, STEPS, mask=mask[0], **names)
    numpy.testing.assert_array_equal(found.asnumpy(), want)


def test_several_tokens_may_begin(tmp_path):
    net, module = made(SCORED["whisper"], tmp_path)
    inputs = inputs_of(module)
    begin = [3, 9, 10]
    options = {"decoder_input_ids": torch.tensor([begin] * N)}
    generate = transformers.GenerationMixin.generate
    want = generate(module, inputs["input_features"], do_sample=False, max_new_tokens=6, **options)
    found = net.generate(ours(inputs)[0], 6, begin=begin)
    numpy.testing.assert_array_equal(found.asnumpy(), want.numpy())
