"""Decoders take the weights of Hugging Face and generate what transformers generates: in Python,
from a file, and in C."""

import contextlib
import shlex
import shutil
import subprocess

import numpy
import pytest
from weft import autograd, cli, gluon, np, runtime
from weft.gluon.model_zoo.text import gpt, llama

torch = pytest.importorskip("torch")
hf = pytest.importorskip("transformers")
from real_modules import check_same, loaded, randomized  # noqa: E402
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
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
    "pad_token_id": None,
}
GPT2 = {
    "vocab_size": 61,
    "n_positions": 64,
    "n_embd": 32,
    "n_layer": 3,
    "n_head": 4,
    "initializer_range": 0.2,
    "resid_pdrop": 0.0,
    "embd_pdrop": 0.0,
    "attn_pdrop": 0.0,
}
SCALED = {
    "linear": {"rope_type": "linear", "factor": 2.0},
    "llama3": {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    },
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
}


def scaled(kind):
    rope = {"rope_theta": 10000.0, **SCALED[kind]}
    return hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES, rope_parameters=rope))


MODULES = {
    "gpt2": lambda: hf.GPT2LMHeadModel(hf.GPT2Config(**GPT2)),
    "llama": lambda: hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES)),
    "llama tied, with biases": lambda: hf.LlamaForCausalLM(
        hf.LlamaConfig(**SIZES, tie_word_embeddings=True, attention_bias=True, mlp_bias=True)
    ),
    "llama, wide heads": lambda: hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES, head_dim=16)),
    **{f"llama, {kind}": lambda kind=kind: scaled(kind) for kind in SCALED},
    "mistral": lambda: hf.MistralForCausalLM(hf.MistralConfig(**SIZES, sliding_window=5)),
    "qwen2": lambda: hf.Qwen2ForCausalLM(hf.Qwen2Config(**SIZES)),
    "qwen2, windows": lambda: hf.Qwen2ForCausalLM(
        hf.Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=4, max_window_layers=1)
    ),
    "qwen3": lambda: hf.Qwen3ForCausalLM(hf.Qwen3Config(**SIZES, head_dim=16)),
    "phi3": lambda: hf.Phi3ForCausalLM(hf.Phi3Config(**SIZES, resid_pdrop=0)),
    "gemma": lambda: hf.GemmaForCausalLM(hf.GemmaConfig(**SIZES, head_dim=16)),
}
TOKENS = torch.tensor([[5, 17, 3, 42, 8, 1, 30], [9, 9, 2, 60, 0, 11, 4]])


def made(name, tmp_path):
    torch.manual_seed(0)
    module = randomized(MODULES[name]())
    read = gpt.from_config if name == "gpt2" else llama.from_config
    return loaded(read(module.config.to_dict()), module, tmp_path), module


def greedy(module, tokens, steps, **options):
    module.generation_config.eos_token_id = options.pop("end", None)
    given = {"attention_mask": torch.ones_like(tokens), "do_sample": False, "pad_token_id": 7}
    return module.generate(tokens, max_new_tokens=steps, **given, **options).numpy()


@pytest.mark.parametrize("name", MODULES)
def test_scores_and_greedy_texts_are_those_of_transformers(name, tmp_path):
    net, module = made(name, tmp_path)
    check_same(net, module, TOKENS)
    found = net.generate(np.array(TOKENS.numpy()), 12, temperature=0)
    numpy.testing.assert_array_equal(found.asnumpy(), greedy(module, TOKENS, 12))


@pytest.mark.parametrize("name", MODULES)
def test_scores_of_long_texts_are_the_same(name, tmp_path):
    """As long as the network takes: far positions turn by large angles, and windows end."""
    net, module = made(name, tmp_path)
    check_same(net, module, torch.randint(0, 61, (1, 64)))


def test_rows_end_at_their_end_tokens(tmp_path):
    net, module = made("llama", tmp_path)
    tokens = np.array(TOKENS.numpy())
    free = greedy(module, TOKENS, 12)
    ends = sorted({int(free[0, 9]), int(free[1, 11])})
    want = greedy(module, TOKENS, 12, end=ends)
    assert want.shape[1] < free.shape[1]
    found = net.generate(tokens, 12, temperature=0, end=ends, pad=7)
    numpy.testing.assert_array_equal(found.asnumpy(), want)
    streamed = [chosen.asnumpy() for chosen in net.stream(tokens, 12, temperature=0)]
    numpy.testing.assert_array_equal(numpy.stack(streamed, 1), free[:, 7:])


@pytest.mark.parametrize("name", ["gpt2", "llama", "qwen3"])
def test_gradients_are_those_of_pytorch(name, tmp_path):
    net, module = made(name, tmp_path)
    want = module(TOKENS, labels=TOKENS).loss
    want.backward()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    tokens = np.array(TOKENS.numpy())
    with autograd.record():
        scores = net(tokens)[:, :-1].reshape(-1, 61)
        loss = loss_of(scores, tokens[:, 1:].reshape(-1)).mean()
    loss.backward()
    assert abs(loss.item() - want.item()) < 1e-4 * abs(want.item())
    table = next(p for n, p in module.named_parameters() if "wte" in n or "embed_tokens" in n)
    found = net.embed.weight.grad().asnumpy()
    assert abs(found - table.grad.numpy()).max() < 1e-4 * abs(table.grad.numpy()).max()


C_PROGRAM = r"""
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <weft/weft.h>

static int fail(void) {
  fprintf(stderr, "%s\n", weft_last_error());
  return 1;
}

int main(int argc, char** argv) {
  const int32_t text[] = {5, 17, 3, 42, 8, 1, 30};
  const int64_t shape[] = {1, 7};
  int32_t token;
  const void* best;
  weft_model model;
  weft_context prompt, step;
  int i, round;
  if (weft_model_load(argv[argc - 1], &model) ||
      weft_context_create(model, "prompt", NULL, 0, &prompt) ||
      weft_context_create_sharing(prompt, "step", NULL, 0, &step) ||
      weft_context_bind_input(step, 0, &token, sizeof token) ||
      weft_context_set_input_shape(prompt, 0, shape, 2) ||
      weft_context_bind_input(prompt, 0, text, sizeof text))
    return fail();
  for (round = 0; round < 2; ++round) {
    if (weft_context_reset(prompt) || weft_context_run(prompt) ||
        weft_context_output_data(prompt, 1, &best))
      return fail();
    for (i = 0; i < 12; ++i) {
      memcpy(&token, best, sizeof token);
      printf("%d ", (int)token);
      if (i < 11 && (weft_context_run(step) || weft_context_output_data(step, 1, &best)))
        return fail();
    }
  }
  weft_context_release(step);
  weft_context_release(prompt);
  weft_model_release(model);
  return 0;
}
"""


@pytest.mark.parametrize("name", ["gpt2", "llama", "mistral", "qwen3"])
def test_a_file_generates_the_same_text_from_c_and_python(name, tmp_path):
    net, module = made(name, tmp_path)
    path = tmp_path / "net.weft"
    net.export_generator(path, length=32)
    want = greedy(module, TOKENS[:1], 12)[0, 7:].tolist()
    model = runtime.Model(path)
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    found = [int(prompt.run(TOKENS[:1].numpy().astype("int32"))[1][0])]
    while len(found) < 12:
        found.append(int(step.run(numpy.array([[found[-1]]], "int32"))[1][0]))
    assert found == want
    if not shutil.which("cc"):
        pytest.skip("cc is not installed")
    (tmp_path / "main.c").write_text(C_PROGRAM)
    program = tmp_path / "main"
    flags = shlex.split(f"{cli.cflags()} {cli.libs()}")
    command = ["cc", "-std=c99", "-Wall", tmp_path / "main.c", *flags, "-pthread", "-o", program]
    subprocess.run(command, check=True)
    told = subprocess.run([program, path], check=True, capture_output=True, text=True).stdout
    assert [int(token) for token in told.split()] == want * 2
