"""Folders that transformers writes come in by `weft.hub`, one network of each family, and give the
same results; `weft convert` makes files of them."""

import contextlib

import numpy
import pytest
import weft
from weft import cli, np, runtime
from weft.hub._families import FAMILIES

torch = pytest.importorskip("torch")
from torch_models import torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports
hf = pytest.importorskip("transformers")
from real_modules import randomized  # noqa: E402

pytestmark = pytest.mark.torch

# Names that configurations have for the same things; each takes those that it knows.
SMALL = {
    "vocab_size": 67,
    "hidden_size": 32,
    "embedding_size": 32,
    "dim": 32,
    "n_embd": 32,
    "num_hidden_layers": 2,
    "n_layers": 2,
    "n_layer": 2,
    "num_attention_heads": 4,
    "n_heads": 4,
    "n_head": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "intermediate_size": 48,
    "hidden_dim": 48,
    "max_position_embeddings": 40,
    "n_positions": 40,
    "image_size": 32,
    "patch_size": 8,
    "pad_token_id": 1,
    "initializer_range": 0.1,
}
OWN = {
    "swin": {
        "patch_size": 4,
        "embed_dim": 16,
        "depths": [1, 1],
        "num_heads": [2, 4],
        "window_size": 4,
    },
    "resnet": {"embedding_size": 16, "hidden_sizes": [16, 32], "depths": [1, 1]},
    "mobilenet_v2": {"depth_multiplier": 0.25, "image_size": 32},
    "convnextv2": {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1], "patch_size": 4},
    "convnext": {"hidden_sizes": [8, 16, 24, 32], "depths": [1, 1, 1, 1], "patch_size": 4},
    "regnet": {"embedding_size": 16, "hidden_sizes": [16, 32], "depths": [1, 1], "groups_width": 8},
}


LAYERS = "num_hidden_layers"


def small_config(kind):
    made = hf.CONFIG_MAPPING[kind]()
    own = OWN.get(kind, {})
    given = {key: value for key, value in SMALL.items() if hasattr(made, key)} | own
    if "depths" in own:  # other names for the same numbers
        given = {k: v for k, v in given.items() if k not in ("num_attention_heads", LAYERS)}
    if kind == "clip":
        parts = {
            f"{part}_config": small_config(f"clip_{part}_model") for part in ("text", "vision")
        }
        return hf.CONFIG_MAPPING[kind](**{k: v.to_dict() for k, v in parts.items()})
    return hf.CONFIG_MAPPING[kind](**given)


def inputs_of(takes):
    tokens = torch.randint(2, 60, (2, 9))
    images = torch.randn(2, 3, 32, 32)
    return {"tokens": (tokens,), "images": (images,), "tokens and images": (tokens, images)}[takes]


CASES = [
    pytest.param(
        family,
        name,
        marks=[] if place == 0 or name.endswith("EncoderModel") else [pytest.mark.full],
        id=name,
    )
    for family in FAMILIES
    for place, name in enumerate(family.architectures)
    if family.takes_of(name) in ("tokens", "images", "tokens and images")
]


@pytest.mark.parametrize(("family", "name"), CASES)
def test_a_folder_of_transformers_is_loaded(family, name, tmp_path):
    torch.manual_seed(0)
    module = randomized(getattr(hf, name)(small_config(family.model_type)))
    module.save_pretrained(tmp_path)
    net = weft.hub.load(tmp_path)
    takes = family.takes_of(name)
    inputs = inputs_of(takes)
    names = ["input_ids"] * ("tokens" in takes) + ["pixel_values"] * ("images" in takes)
    with torch.no_grad():
        want = module(**dict(zip(names, inputs, strict=True)))
    found = net(*(np.array(value.numpy()) for value in inputs))
    while isinstance(found, list | tuple):
        found = found[0]
    errors = [
        abs(found.asnumpy().ravel() - value.numpy().ravel()).max() / abs(value.numpy()).max()
        for value in want.values()
        if isinstance(value, torch.Tensor) and value.numel() == found.size
    ]
    assert min(errors) <= 1e-4


def test_a_folder_becomes_a_file(tmp_path):
    module = randomized(hf.GPT2LMHeadModel(small_config("gpt2")))
    module.save_pretrained(tmp_path / "gpt2")
    assert cli.main(["convert", str(tmp_path / "gpt2"), "-o", str(tmp_path / "net.weft")]) == 0
    tokens = torch.randint(2, 60, (3, 7))
    found = runtime.Model(tmp_path / "net.weft").context().run(tokens.numpy().astype("int32"))[0]
    with torch.no_grad():
        want = module(tokens).logits.numpy()
    numpy.testing.assert_allclose(numpy.asarray(found), want, atol=1e-4)
