"""Decoders that keep keys and values in arrays of their own generate PyTorch's texts when they are
converted, and so do their files."""

import contextlib

import numpy
import pytest
import weft
from weft import np, runtime

torch = pytest.importorskip("torch")
from torch_models import torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports
hf = pytest.importorskip("transformers")
from transformers.integrations import executorch  # noqa: E402

pytestmark = pytest.mark.torch
SIZES = {
    "vocab_size": 61,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
    "pad_token_id": None,
}
CONFIGS = {
    "llama": lambda: hf.LlamaConfig(**SIZES),
    "qwen3": lambda: hf.Qwen3Config(**SIZES, head_dim=8),
    "gpt2": lambda: hf.GPT2Config(
        vocab_size=61, n_positions=64, n_embd=32, n_layer=2, n_head=4, initializer_range=0.2
    ),
}
TEXT, STEPS, ROOM = [5, 17, 3, 42, 8, 1, 30], 12, 32


def generated(score):
    """A text that goes on with the best token each time. score: of a token at a position"""
    tokens = list(TEXT)
    for place in range(len(TEXT) + STEPS - 1):
        scores = score(numpy.array([[tokens[place]]]), numpy.array([place]))
        if place >= len(TEXT) - 1:
            tokens.append(int(numpy.asarray(scores)[0, -1].argmax()))
    return tokens


@pytest.mark.parametrize("strict", [False, True], ids=["lifted", "buffers"])
@pytest.mark.parametrize("name", CONFIGS)
def test_a_cache_is_a_state_of_the_converted_block(name, strict, tmp_path):
    torch.manual_seed(0)
    module = hf.AutoModelForCausalLM.from_config(CONFIGS[name](), attn_implementation="sdpa").eval()
    settings = module.generation_config
    settings.eos_token_id = None
    text = torch.tensor([TEXT])
    want = module.generate(text, max_new_tokens=STEPS, do_sample=False, pad_token_id=7)[0].tolist()
    settings.use_cache, settings.cache_implementation = True, "static"
    settings.cache_config = {"batch_size": 1, "max_cache_len": ROOM}
    program = executorch.convert_and_export_with_cache(module, strict=strict)
    net = weft.torch.convert(program)
    net.hybridize()
    example = np.array([[0]], dtype="int64"), np.array([0], dtype="int64")
    net.export(tmp_path / "net.weft", *example)
    assert generated(lambda *inputs: net(*map(np.array, inputs)).asnumpy()) == want
    context = runtime.Model(tmp_path / "net.weft").context()
    assert len(context.states) >= 4
    assert generated(lambda *inputs: context.run(*inputs)[0]) == want


class Counter(torch.nn.Module):
    """Writes to views and copies of a buffer that no file has."""

    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(3), persistent=False)

    def forward(self, x):
        same = self.total.to(torch.float32)
        same += x
        copied = self.total.to(torch.float32, copy=True)
        copied.mul_(100)
        return self.total * 2 + copied


def test_buffers_that_no_file_has_are_written():
    module = Counter()
    x = torch.tensor([1.0, 2.0, 3.0])
    net = weft.torch.convert(module, (x,))
    for _ in range(3):
        want = module(x).numpy()
        numpy.testing.assert_array_equal(net(np.array(x.numpy())).asnumpy(), want)
