"""Small networks of transformers give PyTorch's results, and some train as they do there."""

import contextlib

import pytest

torch = pytest.importorskip("torch")
from torch_models import check_outputs, check_training, torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports
pytest.importorskip("transformers")
from transformer_models import NAMES, network  # noqa: E402

pytestmark = pytest.mark.torch

# Those that run in every run: an encoder, a decoder, both, images, speech.
FEW = {"Bert", "Llama", "T5", "ViT", "Wav2Vec2"}


@pytest.mark.parametrize(
    "name", [n if n in FEW else pytest.param(n, marks=pytest.mark.full) for n in NAMES]
)
def test_a_network_gives_the_results_of_pytorch(name):
    module, inputs = network(name)
    check_outputs(module, (), inputs)


TRAINED = ["Bert", "GPTNeoX", "Llama", "Gemma", "Bloom", "T5", "ViT", "ResNet", "ConvNext"]


@pytest.mark.parametrize(
    "name", [n if n in FEW else pytest.param(n, marks=pytest.mark.full) for n in TRAINED]
)
def test_a_network_trains_as_in_pytorch(name):
    module, inputs = network(name)
    for part in module.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.0
    check_training(module, (), inputs)
