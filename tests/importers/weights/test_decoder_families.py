"""Folders of decoders that transformers writes: scores, greedy texts, beams and padded rows are
those of transformers, in Python and from the file that `weft convert` makes."""

import contextlib
import json

import numpy
import pytest
import weft
from weft import autograd, cli, gluon, np, runtime

torch = pytest.importorskip("torch")
hf = pytest.importorskip("transformers")
from real_modules import check_same, randomized  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports

pytestmark = pytest.mark.torch
SIZES = {
    "vocab_size": 61,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
    "pad_token_id": None,
}
SHARED = SIZES | {"num_key_value_heads": 2}
OPT = {
    "vocab_size": 61,
    "hidden_size": 32,
    "ffn_dim": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "init_std": 0.2,
    "dropout": 0.0,
    "pad_token_id": None,
}
GPT2 = {"vocab_size": 61, "n_positions": 64, "n_embd": 32, "n_layer": 3, "n_head": 4}
GPT2 |= {"initializer_range": 0.2, "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
GEMMA2 = SHARED | {"head_dim": 16, "sliding_window": 5, "query_pre_attn_scalar": 24}
MIXED = {"num_experts": 5, "num_experts_per_tok": 3, "moe_intermediate_size": 24, "head_dim": 16}
CASES = {
    "gpt2": ("GPT2", GPT2),
    "llama": ("Llama", SHARED),
    "gpt_neox": ("GPTNeoX", SIZES),
    "gpt_neox, whole heads turn": (
        "GPTNeoX",
        SIZES | {"rope_parameters": {"rope_theta": 100.0, "partial_rotary_factor": 1.0}},
    ),
    "gpt_neox, one after the other": ("GPTNeoX", SIZES | {"use_parallel_residual": False}),
    "gpt_neox, no bias, tied": (
        "GPTNeoX",
        SIZES | {"attention_bias": False, "tie_word_embeddings": True, "hidden_act": "relu"},
    ),
    "phi": ("Phi", SIZES),
    "phi, shared heads with norms": ("Phi", SHARED | {"qk_layernorm": True}),
    "opt": ("OPT", OPT),
    "opt, norms behind, narrow": (
        "OPT",
        OPT | {"do_layer_norm_before": False, "word_embed_proj_dim": 16},
    ),
    "opt, no last norm": ("OPT", OPT | {"_remove_final_layer_norm": True}),
    "gemma2": ("Gemma2", GEMMA2),
    "gemma2, no caps": (
        "Gemma2",
        GEMMA2 | {"attn_logit_softcapping": None, "final_logit_softcapping": None},
    ),
    "gemma2, low caps": (
        "Gemma2",
        GEMMA2 | {"attn_logit_softcapping": 0.7, "final_logit_softcapping": 1.5},
    ),
    "gemma2, all layers see all": ("Gemma2", GEMMA2 | {"layer_types": ["full_attention"] * 3}),
    "mixtral": ("Mixtral", SHARED | {"num_local_experts": 5, "num_experts_per_tok": 2}),
    "mixtral, windows": (
        "Mixtral",
        SHARED | {"num_local_experts": 3, "num_experts_per_tok": 1, "sliding_window": 4},
    ),
    "qwen3_moe": ("Qwen3Moe", SHARED | MIXED),
    "qwen3_moe, shares that sum to 1": ("Qwen3Moe", SHARED | MIXED | {"norm_topk_prob": True}),
    "mistral without a window": ("Mistral", SHARED | {"sliding_window": None}),
}
TOKENS = torch.tensor([[5, 17, 3, 42, 8, 1, 30], [9, 9, 2, 60, 0, 11, 4]])
MASK = torch.tensor([[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1, 1]])
PAD = 7


@pytest.fixture(scope="module", params=CASES)
def made(request, tmp_path_factory):
    """A network, the module of transformers, and the folder between them."""
    name, config = CASES[request.param]
    torch.manual_seed(0)
    head = "LMHeadModel" if name == "GPT2" else "ForCausalLM"
    module = getattr(hf, f"{name}{head}")(getattr(hf, f"{name}Config")(**config))
    module = randomized(module)
    folder = tmp_path_factory.mktemp("folder") / "net"
    module.save_pretrained(folder)
    return weft.hub.load(folder), module, folder


def generated(module, tokens, steps, mask=None, **options):
    module.generation_config.eos_token_id = options.pop("end", None)
    given = {"attention_mask": torch.ones_like(tokens) if mask is None else mask}
    given |= {"do_sample": False, "pad_token_id": PAD}
    return module.generate(tokens, max_new_tokens=steps, **given, **options).numpy()


def same(found, want):
    numpy.testing.assert_array_equal(found.asnumpy(), want)


def test_scores_and_greedy_texts_are_those_of_transformers(made):
    net, module, _ = made
    check_same(net, module, TOKENS)
    check_same(net, module, torch.randint(0, 61, (1, 64), generator=torch.manual_seed(1)))
    tokens = np.array(TOKENS.numpy())
    same(net.generate(tokens, 12, temperature=0), generated(module, TOKENS, 12))


def test_padded_rows_are_continued_as_transformers_does(made):
    net, module, _ = made
    want = generated(module, TOKENS, 10, MASK)
    tokens, mask = np.array(TOKENS.numpy()), np.array(MASK.numpy())
    same(net.generate(tokens, 10, mask=mask, temperature=0), want)
    # And as each row alone, without what fills it up.
    for row, length in enumerate((4, 6)):
        alone = net.generate(tokens[row : row + 1, -length:], 10, temperature=0).asnumpy()
        numpy.testing.assert_array_equal(alone[0], want[row, -length - 10 :])


def test_beams_are_those_of_transformers(made):
    net, module, _ = made
    tokens, mask = np.array(TOKENS.numpy()), np.array(MASK.numpy())
    want = generated(module, TOKENS, 10, MASK, num_beams=3, num_return_sequences=2)
    same(net.generate(tokens, 10, mask=mask, beams=3, returned=2), want)
    ends = [int(want[0, 9]), int(want[2, 12])]
    want = generated(module, TOKENS, 10, num_beams=3, end=ends)
    same(net.generate(tokens, 10, beams=3, end=ends, pad=PAD), want)


def test_gradients_are_those_of_pytorch(made):
    net, module, _ = made
    want = module(TOKENS, labels=TOKENS).loss
    want.backward()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    tokens = np.array(TOKENS.numpy())
    with autograd.record():
        scores = net(tokens)[:, :-1].reshape(-1, 61)
        loss = loss_of(scores, tokens[:, 1:].reshape(-1)).mean()
    loss.backward()
    assert abs(loss.item() - want.item()) < 1e-4 * abs(want.item())
    theirs = module.get_input_embeddings().weight.grad.numpy()
    module.zero_grad()
    assert abs(net.embed.weight.grad().asnumpy() - theirs).max() < 2e-4 * abs(theirs).max()


def test_a_folder_becomes_files_that_score_and_generate(made, tmp_path):
    _, module, folder = made
    scores, texts = tmp_path / "scores.weft", tmp_path / "texts.weft"
    assert cli.main(["convert", str(folder), "-o", str(scores)]) == 0
    assert cli.main(["convert", str(folder), "--generate", "32", "-o", str(texts)]) == 0
    tokens = TOKENS.numpy().astype("int32")
    found = runtime.Model(scores).context().run(tokens)[0]
    with torch.no_grad():
        want = module(TOKENS).logits.numpy()
    assert abs(numpy.asarray(found) - want).max() <= 1e-4 * abs(want).max()
    model = runtime.Model(texts)
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    text = [int(prompt.run(tokens[:1])[1][0])]
    while len(text) < 12:
        text.append(int(step.run(numpy.array([[text[-1]]], "int32"))[1][0]))
    assert text == generated(module, TOKENS[:1], 12)[0, 7:].tolist()


def test_older_names_and_numbers_of_gpt_neox_are_read(tmp_path):
    """As the published folders of Pythia have them."""
    torch.manual_seed(0)
    rope = {"rope_theta": 500.0, "partial_rotary_factor": 0.5}
    module = randomized(hf.GPTNeoXForCausalLM(hf.GPTNeoXConfig(**SIZES, rope_parameters=rope)))
    module.save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text())
    del config["rope_parameters"]
    path.write_text(json.dumps(config | {"rotary_pct": 0.5, "rotary_emb_base": 500}))
    check_same(weft.hub.load(tmp_path), module, TOKENS)
