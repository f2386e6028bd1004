"""Texts that networks of the zoo write are those of transformers' `generate`: beam search with its
options, penalties, stop strings, and what tokens are drawn from."""

import contextlib
import itertools
import string

import numpy
import pytest
import weft
from weft import np, npx
from weft.gluon.model_zoo.text import sampling

torch = pytest.importorskip("torch")
hf = pytest.importorskip("transformers")
from real_modules import randomized  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports

from writing_modules import MASK, MODULES, TOKENS  # noqa: E402

pytestmark = pytest.mark.torch
PAD = 7


@pytest.fixture(scope="module", params=MODULES)
def made(request, tmp_path_factory):
    """A network and the module of transformers."""
    torch.manual_seed(3)
    module = randomized(MODULES[request.param]())
    for name in ("forced_eos_token_id", "forced_bos_token_id", "bad_words_ids"):
        setattr(module.generation_config, name, None)
    folder = tmp_path_factory.mktemp("folder")
    module.save_pretrained(folder)
    return weft.hub.load(folder), module


def generated(module, steps, end=None, **options):
    module.generation_config.eos_token_id = end
    given = {"do_sample": False, "pad_token_id": PAD, "num_beams": 1, **options}
    return module.generate(TOKENS, max_new_tokens=steps, **given).numpy()


def check(made, steps=12, end=(), ours=None, **theirs):
    net, module = made
    is_pair = module.config.is_encoder_decoder
    mask = MASK if is_pair else torch.ones_like(TOKENS)
    want = generated(module, steps, list(end) or None, attention_mask=mask, **theirs)
    options = {"temperature": 0.0, "pad": PAD, **(ours or {})}
    if is_pair:
        options["mask"] = np.array(mask.numpy())
    found = net.generate(np.array(TOKENS.numpy()), steps, end=end or (), **options)
    numpy.testing.assert_array_equal(found.asnumpy(), want)
    return want


SEARCHES = {
    "plain": ({}, {}),
    "returned": ({"returned": 4}, {"num_return_sequences": 4}),
    "long ones": ({"length_penalty": 2.0}, {"length_penalty": 2.0}),
    "short ones": ({"length_penalty": -1.0}, {"length_penalty": -1.0}),
    "early": ({"early_stopping": True}, {"early_stopping": True}),
    "never early": ({"early_stopping": "never"}, {"early_stopping": "never"}),
    "penalty": ({"repetition_penalty": 1.7}, {"repetition_penalty": 1.7}),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_beam_search_finds_what_transformers_finds(name, made):
    ours, theirs = SEARCHES[name]
    ours, theirs = {"beams": 4, **ours}, {"num_beams": 4, **theirs}
    free = check(made, ours=ours, **theirs)
    # With ends that texts do reach: tokens of what is found without any.
    begun = free.shape[1] - 12
    for ends in ([int(free[0, begun + 3])], [int(free[0, begun + 2]), int(free[-1, begun + 5])]):
        check(made, end=ends, ours=ours, **theirs)


@pytest.mark.parametrize("penalty", [0.6, 1.3, 3.0])
def test_repeated_tokens_are_penalized(penalty, made):
    check(made, ours={"repetition_penalty": penalty}, repetition_penalty=penalty)


def test_first_and_last_tokens_are_forced_in_a_beam_search(made):
    module = made[1]
    if not module.config.is_encoder_decoder:
        pytest.skip("decoders have their prompt instead")
    forced = {"forced_bos_token_id": 9, "forced_eos_token_id": 13, "num_beams": 3}
    check(made, end=[13], ours={"beams": 3, "forced": {0: 9, -1: 13}}, **forced)
    check(made, ours={"beams": 3, "suppressed": [4, 11]}, num_beams=3, suppress_tokens=[4, 11])


@pytest.fixture(scope="module")
def tokenizer():
    """Tokens of one to three letters."""
    tokenizers = pytest.importorskip("tokenizers")
    letters = string.ascii_lowercase
    words = [*letters, *(a + b for a, b in zip(letters, letters[3:], strict=False))]
    words += [letters[i : i + 3] for i in range(61 - len(words))]
    vocabulary = {word: i for i, word in enumerate(words)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="a"))
    one = tokenizers.Regex(".")
    made.pre_tokenizer = tokenizers.pre_tokenizers.Split(one, "isolated")
    made.decoder = tokenizers.decoders.Fuse()
    return hf.PreTrainedTokenizerFast(tokenizer_object=made)


def test_a_text_is_over_behind_a_string(made, tokenizer):
    free = check(made)
    begun = free.shape[1] - 12
    texts = [tokenizer.decode(row[begun:].tolist()) for row in free]
    # transformers fills up rows only where there is an end token: here one that never comes.
    end = [next(token for token in range(61) if token not in free)]
    several = [[texts[0][2:5]], [texts[0][5:8], texts[1][3:6]], [texts[1][1:3], "qqqq"]]
    for beams, strings in itertools.product((1, 3), several):
        theirs = {"stop_strings": strings, "tokenizer": tokenizer, "num_beams": beams}
        ours = {"stop": strings, "text_of": tokenizer.decode, "beams": beams}
        want = check(made, end=end, ours=ours, **theirs)
        assert beams > 1 or PAD in want or want.shape[1] < free.shape[1]


@pytest.mark.parametrize("top_k", [None, 1, 5, 200])
@pytest.mark.parametrize("top_p", [None, 0.2, 0.8])
@pytest.mark.parametrize("min_p", [None, 0.05, 0.5])
def test_tokens_are_drawn_from_what_transformers_draws_from(top_k, top_p, min_p):
    scores = torch.randn(4, 61, generator=torch.manual_seed(0)) * 2
    processors = [hf.TemperatureLogitsWarper(1.3)]
    processors += [hf.TopKLogitsWarper(top_k)] if top_k else []
    processors += [hf.TopPLogitsWarper(top_p)] if top_p else []
    processors += [hf.MinPLogitsWarper(min_p)] if min_p else []
    want = hf.LogitsProcessorList(processors)(TOKENS, scores.clone()).softmax(-1).numpy()
    best, places = npx.topk(np.array(scores.numpy()), min(top_k or 61, 61))
    shares = sampling.kept(best / 1.3, top_p, min_p).asnumpy()
    found = numpy.zeros_like(want)
    numpy.put_along_axis(found, places.asnumpy(), shares, axis=1)
    numpy.testing.assert_allclose(found, want, atol=1e-5)
