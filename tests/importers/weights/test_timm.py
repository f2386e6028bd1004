"""Networks of timm whose names are regular give their weights, and their results; where timm is
installed."""

import pytest
from weft.gluon.model_zoo import vision
from weft.gluon.model_zoo.vision import convnext

torch = pytest.importorskip("torch")
from real_modules import loaded, randomized  # noqa: E402
from real_training import check_exactly, lively  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

torchvision_models()  # timm imports torchvision
timm = pytest.importorskip("timm")
pytestmark = pytest.mark.torch

# The size that torchvision lacks, with timm's epsilon of the last norm.
NANO = {
    "depths": [2, 2, 8, 2],
    "hidden_sizes": [80, 160, 320, 640],
    "layer_norm_eps": 1e-6,
    "num_labels": 1000,
}
NETWORKS = {
    "resnet18": vision.resnet18,
    "resnext50_32x4d": vision.resnext50_32x4d,
    "densenet121": vision.densenet121,
    "convnext_tiny": vision.convnext_tiny,
    "convnextv2_nano": lambda: convnext.from_config({"model_type": "convnextv2", **NANO}),
    "regnetx_004_tv": vision.regnet_x_400mf,
    "regnety_004": vision.regnet_y_400mf,
    "efficientnet_b0": vision.efficientnet_b0,
    "efficientnet_b1": vision.efficientnet_b1,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_timm(name, tmp_path):
    torch.manual_seed(0)
    module = randomized(timm.create_model(name))
    images = torch.randn(2, 3, 64, 64)
    lively(module, images)
    check_exactly(loaded(NETWORKS[name](), module, tmp_path), module, images)
