"""Residual networks take the weights of torchvision and of Hugging Face, and give their results."""

import pytest
from weft.gluon.model_zoo import vision

torch = pytest.importorskip("torch")
from real_modules import check_same, loaded, randomized  # noqa: E402
from real_training import check_exactly, lively  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

pytestmark = pytest.mark.torch
LARGE = ("resnet101", "resnet152", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet101_2")
SMALL = ("resnet18", "resnet34", "resnet50", "resnext50_32x4d", "wide_resnet50_2")


def check_alike(net, module, folder):
    x = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    check_same(loaded(net, module, folder), module, x)
    check_exactly(loaded(net, lively(module, x), folder), module, x)


@pytest.mark.parametrize(
    "name", [*SMALL, *(pytest.param(name, marks=pytest.mark.full) for name in LARGE)]
)
def test_torchvision(name, tmp_path):
    module = randomized(torchvision_models().get_model(name, weights=None))
    check_alike(vision.get_model(name), module, tmp_path)


def test_version_1_of_the_small_networks_is_the_same(tmp_path):
    module = randomized(torchvision_models().resnet18(weights=None))
    check_alike(vision.resnet18_v1(), module, tmp_path)
