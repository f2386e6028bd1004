"""Networks of folders write what transformers' `generate` writes by a generation_config.json: where
texts end, what may come, beams that are drawn, and rotary positions of long texts."""

import contextlib
import json
import warnings

import numpy
import pytest
import weft
from weft import cli, np, runtime
from weft.gluon.model_zoo.text import _beams

torch = pytest.importorskip("torch")
hf = pytest.importorskip("transformers")
from real_modules import randomized  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports

from writing_modules import MASK, MODULES, TOKENS  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module", params=MODULES)
def module(request):
    torch.manual_seed(3)
    return randomized(MODULES[request.param]())


def generated(module, folder, **options):
    """What both write by a file of these options, tokens of two rows."""
    module.generation_config = hf.GenerationConfig(**{"pad_token_id": 7, **options})
    if module.config.is_encoder_decoder:
        begin = module.config.decoder_start_token_id
        module.generation_config.decoder_start_token_id = begin
    module.save_pretrained(folder)
    net = weft.hub.load(folder)
    mask = MASK if module.config.is_encoder_decoder else torch.ones_like(TOKENS)
    want = module.generate(TOKENS, attention_mask=mask).numpy()
    masks = {"mask": np.array(mask.numpy())} if module.config.is_encoder_decoder else {}
    return net, masks, want


FILES = {
    "steps": {"max_new_tokens": 9},
    "a length": {"max_length": 15},
    "a penalty": {"max_new_tokens": 12, "repetition_penalty": 1.7},
    "no repeats": {"max_new_tokens": 12, "no_repeat_ngram_size": 2},
    "suppressed": {"max_new_tokens": 9, "suppress_tokens": [3, 9, 11, 12, 40]},
    "suppressed at first": {"max_new_tokens": 9, "begin_suppress_tokens": list(range(8, 50))},
    "forced": {"max_new_tokens": 9, "forced_eos_token_id": [5], "eos_token_id": [5]},
    "ends": {"max_new_tokens": 12, "eos_token_id": list(range(10, 40))},
    "late ends": {"max_length": 20, "min_length": 13, "eos_token_id": list(range(10, 40))},
    "later ends": {"max_length": 20, "min_new_tokens": 4, "eos_token_id": list(range(10, 40))},
    "beams": {"max_new_tokens": 8, "num_beams": 3, "num_return_sequences": 2},
    "beams without repeats": {
        **{"max_new_tokens": 12, "num_beams": 3, "no_repeat_ngram_size": 3},
        **{"min_length": 12, "eos_token_id": list(range(10, 40)), "length_penalty": 2.0},
    },
    "early": {"max_new_tokens": 9, "num_beams": 3, "early_stopping": True, "eos_token_id": [4]},
}


@pytest.mark.parametrize("name", FILES)
def test_a_folder_says_how_its_network_writes(name, module, tmp_path):
    net, masks, want = generated(module, tmp_path, **FILES[name])
    numpy.testing.assert_array_equal(net.generate(np.array(TOKENS.numpy()), **masks), want)


DRAWN = [{"top_k": 0}, {"top_k": 9, "temperature": 0.7}, {"top_p": 0.8}, {"min_p": 0.1, "top_k": 0}]


@pytest.mark.parametrize("options", DRAWN)
@pytest.mark.parametrize("ends", [[5], [5, 17, 30]])
def test_beams_are_drawn_from_what_transformers_draws_from(
    options, ends, module, tmp_path, monkeypatch
):
    # Without noise both take the best of what they may draw, of the same tempered probabilities.
    def best(shares, num_samples):
        return shares.topk(num_samples).indices

    monkeypatch.setattr(torch, "multinomial", best)
    monkeypatch.setattr(_beams, "noise", np.zeros)
    options = {"max_new_tokens": 8, "num_beams": 3, "do_sample": True, **options}
    net, masks, want = generated(module, tmp_path, eos_token_id=ends, **options)
    numpy.testing.assert_array_equal(net.generate(np.array(TOKENS.numpy()), **masks), want)


def test_beams_are_drawn_by_their_probabilities():
    scores = np.array([[0.0, 1.0, 2.0, -1.0]])
    np.random.seed(4)
    counts = numpy.zeros(4)
    for _ in range(400):
        keys = scores + _beams.noise((8, 4))
        counts += numpy.bincount(keys.asnumpy().argmax(1), minlength=4)
    shares = numpy.exp(scores.asnumpy()[0])
    numpy.testing.assert_allclose(counts / counts.sum(), shares / shares.sum(), atol=0.03)


def test_what_is_told_counts_before_the_file(tmp_path):
    torch.manual_seed(3)
    module = randomized(MODULES["llama"]())
    net, _, _ = generated(module, tmp_path, max_new_tokens=5, eos_token_id=[int(TOKENS[0, 0])])
    tokens = np.array(TOKENS.numpy())
    assert net.generate(tokens, 9, end=()).shape == (2, 16)
    net.generation = {}
    with pytest.raises(ValueError, match="`steps` must be a number where the network has no"):
        net.generate(tokens)
    net.generation = {"temprature": 1}
    with pytest.raises(ValueError, match="`temperature`"):
        net.generate(tokens, 3)


def llama_folder(tmp_path, config):
    module = randomized(MODULES["llama"]())
    module.save_pretrained(tmp_path)
    (tmp_path / "generation_config.json").write_text(json.dumps(config))
    return tmp_path


def test_what_generate_has_no_argument_for_is_told(tmp_path):
    config = {"bad_words_ids": [[3]], "typical_p": 0.7, "do_sample": True, "output_scores": True}
    with pytest.warns(UserWarning, match="no argument for: `bad_words_ids`, `typical_p`"):
        net = weft.hub.load(llama_folder(tmp_path, config))
    assert net.generation == {"temperature": 1.0, "top_k": 50}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weft.hub.load(llama_folder(tmp_path, {"typical_p": 1.0, "bad_words_ids": []}))


@pytest.mark.parametrize(
    ("config", "rule"),
    [
        ({"eos_token_id": "end"}, "`eos_token_id` .* a token or a list of tokens; got 'end'"),
        ({"max_length": -1}, "`max_length` .* a whole number"),
        ({"do_sample": 1}, "`do_sample` .* true or false"),
        ({"temperature": [1]}, "`temperature` .* a number"),
        ({"forced_decoder_ids": [[0, 3]]}, "`forced_decoder_ids`"),
    ],
)
def test_a_value_of_another_kind_is_refused(config, rule, tmp_path):
    with pytest.raises(TypeError, match=rule):
        weft.hub.load(llama_folder(tmp_path, config))


def test_a_file_that_generates_has_the_options(tmp_path):
    options = {"eos_token_id": [2, 5], "suppress_tokens": [9]}
    folder = llama_folder(tmp_path / "llama", options)
    target = tmp_path / "net.weft"
    assert cli.main(["convert", str(folder), "--generate", "16", "-o", str(target)]) == 0
    told = json.loads(runtime.Model(target).metadata["generation"])
    assert told == {"end": [2, 5], "suppressed": [9], "temperature": 0.0}


# ---- positions of long texts ---------------------------------------------------------------------

LIMIT = 12
ROPE = {
    "rope_type": "longrope",
    "short_factor": [1.0, 1.1, 1.3, 1.2],
    "long_factor": [1.5, 2.0, 3.0, 7.0],
}


def phi3(**rope):
    torch.manual_seed(5)
    config = hf.Phi3Config(
        vocab_size=61,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        original_max_position_embeddings=LIMIT,
        initializer_range=0.3,
        pad_token_id=0,
        rope_parameters={**ROPE, "rope_theta": 10000.0, **rope},
    )
    return randomized(hf.Phi3ForCausalLM(config))


@pytest.mark.parametrize("rope", [{}, {"attention_factor": 1.25}, {"factor": 3.0}])
@pytest.mark.parametrize("length", [5, LIMIT, LIMIT + 1, 40])
def test_positions_of_longrope_follow_the_length(length, rope, tmp_path):
    module = phi3(**rope)
    module.save_pretrained(tmp_path)
    net = weft.hub.load(tmp_path)
    tokens = torch.randint(1, 60, (2, length))
    with torch.no_grad():
        want = module(tokens).logits.numpy()
    for is_hybrid in (False, True):
        net.hybridize(is_hybrid)
        found = net(np.array(tokens.numpy())).asnumpy()
        numpy.testing.assert_allclose(found, want, atol=1e-4 * abs(want).max())


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("begun", [4, LIMIT, LIMIT + 3])
def test_texts_that_outgrow_the_first_training_are_those_of_transformers(begun, beams, tmp_path):
    module = phi3()
    module.save_pretrained(tmp_path)
    net = weft.hub.load(tmp_path)
    tokens = torch.randint(1, 60, (2, begun))
    options = {"num_beams": beams, "do_sample": False, "eos_token_id": None}
    mask = torch.ones_like(tokens)
    want = module.generate(tokens, max_new_tokens=14, attention_mask=mask, **options).numpy()
    found = net.generate(np.array(tokens.numpy()), 14, beams=beams, temperature=0, end=())
    numpy.testing.assert_array_equal(found, want)


@pytest.mark.parametrize(
    ("parts", "padding"), [((4,), 0), ((3, 1, 4), 2), ((4, 12), 0), ((LIMIT + 3,), 0)]
)
def test_a_file_reads_a_text_again_that_outgrows_the_first_training(parts, padding, tmp_path):
    """The prompt comes in parts; steps follow until the text is long."""
    phi3().save_pretrained(tmp_path)
    net = weft.hub.load(tmp_path)
    begun = sum(parts)
    tokens = torch.randint(1, 60, (1, begun)).numpy().astype("int32")
    tokens[:, :padding] = 0
    mask = numpy.ones_like(tokens)
    mask[:, :padding] = 0
    want = net.generate(np.array(tokens), 22 - begun, mask=np.array(mask), temperature=0, end=())
    path = tmp_path / "net.weft"
    net.export_generator(path, length=24, padded=padding > 0)
    wide = numpy.ones((1, 24), "int32")
    wide[:, :padding] = 0
    more = [wide] if padding else []
    model = runtime.Model(path)
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    for _ in range(2):
        prompt.reset()
        found = tokens[0].tolist()
        for part in numpy.split(tokens, numpy.cumsum(parts)[:-1], axis=1):
            best = prompt.run(part, *more)[1][0]
        while True:
            found.append(int(best))
            if len(found) == 22:
                break
            best = step.run(numpy.array([[best]], "int32"))[1][0]
        assert found == want.asnumpy()[0].tolist()
