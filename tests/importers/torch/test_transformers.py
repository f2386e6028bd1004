"""Small networks of transformers give PyTorch's results, and some train as they do there."""

import contextlib

import pytest

torch = pytest.importorskip("torch")
import weft  # noqa: E402
from torch_models import (  # noqa: E402
    arrays_of,
    check_outputs,
    check_training,
    error_of,
    leaves,
    torchvision_models,
)

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports
pytest.importorskip("transformers")
from transformer_models import NAMES, network  # noqa: E402

pytestmark = pytest.mark.torch

# Those that run in every run: an encoder, a decoder, one with experts, both, images, speech.
FEW = {"Bert", "Llama", "Mixtral", "T5", "ViT", "Wav2Vec2"}


@pytest.mark.parametrize(
    "name", [n if n in FEW else pytest.param(n, marks=pytest.mark.full) for n in NAMES]
)
def test_a_network_gives_the_results_of_pytorch(name):
    module, inputs = network(name)
    check_outputs(module, (), inputs)


TRAINED = [
    "Bert",
    "GPTNeoX",
    "Llama",
    "Mixtral",
    "Gemma",
    "Bloom",
    "T5",
    "ViT",
    "ResNet",
    "ConvNext",
]


@pytest.mark.parametrize(
    "name", [n if n in FEW else pytest.param(n, marks=pytest.mark.full) for n in TRAINED]
)
def test_a_network_trains_as_in_pytorch(name):
    module, inputs = network(name)
    for part in module.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    check_training(module, (), inputs)


def inputs_of(shape):
    tokens = torch.randint(3, 60, shape)
    return {"input_ids": tokens, "attention_mask": torch.ones(shape, dtype=torch.long)}


@pytest.mark.parametrize(
    "name", [pytest.param("GPT2", marks=pytest.mark.full), "Llama", "Bert", "Mixtral"]
)
def test_batch_and_steps_stay_free_in_an_exported_file(name, tmp_path):
    module, inputs = network(name)
    module = module.eval()
    batch, steps = (torch.export.Dim(n, min=2, max=60) for n in ("batch", "steps"))
    is_tensor = {key: isinstance(value, torch.Tensor) for key, value in inputs.items()}
    shapes = {key: {0: batch, 1: steps} if found else None for key, found in is_tensor.items()}
    block = weft.torch.convert(module, kwargs=inputs, dynamic_shapes=shapes)
    block.hybridize()
    for shape in ((2, 9), (3, 14)):
        given = {**inputs, **inputs_of(shape)}
        with torch.no_grad():
            wanted = module(**given)
        assert error_of(block(**arrays_of(given)), wanted) < 1e-4
    free = {0: weft.Dim("batch", min=2, max=60), 1: weft.Dim("steps", min=2, max=60)}
    names = block.input_names
    examples = [arrays_of(given[key]) for key in names]
    block.export(tmp_path / "n.weft", *examples, dynamic=dict.fromkeys(block.argument_names, free))
    given = {**inputs, **inputs_of((4, 7))}
    found = (
        weft.runtime.Model(tmp_path / "n.weft").context().run(*(given[k].numpy() for k in names))
    )
    with torch.no_grad():
        wanted = leaves(module(**given))[0].numpy()
    assert abs(found[0] - wanted).max() < 1e-4 * abs(wanted).max()
