"""Networks of torchvision give PyTorch's results, and some train as they do there."""

import pytest

torch = pytest.importorskip("torch")
from torch_models import check_outputs, check_training, torchvision_models  # noqa: E402

try:
    models = torchvision_models()
except ImportError:
    pytest.skip("torchvision is not installed", allow_module_level=True)

pytestmark = pytest.mark.torch

# Networks with their options and the extent of their images.
NETWORKS = {
    "alexnet": ({}, 64),
    "vgg11_bn": ({}, 64),
    "resnet18": ({}, 64),
    "resnext50_32x4d": ({}, 64),
    "wide_resnet50_2": ({}, 64),
    "squeezenet1_0": ({}, 64),
    "densenet121": ({}, 64),
    "googlenet": ({"init_weights": False, "aux_logits": False}, 64),
    "inception_v3": ({"init_weights": False}, 128),
    "mobilenet_v2": ({}, 64),
    "mobilenet_v3_small": ({}, 64),
    "mnasnet0_5": ({}, 64),
    "shufflenet_v2_x0_5": ({}, 64),
    "efficientnet_b0": ({}, 64),
    "efficientnet_v2_s": ({}, 64),
    "regnet_x_400mf": ({}, 64),
    "regnet_y_400mf": ({}, 64),
    "convnext_tiny": ({}, 64),
    "vit_b_16": ({"image_size": 64}, 64),
    "swin_t": ({}, 64),
    "swin_v2_t": ({}, 64),
    "maxvit_t": ({}, 224),
    "segmentation.fcn_resnet50": ({"weights_backbone": None}, 64),
    "segmentation.deeplabv3_mobilenet_v3_large": ({"weights_backbone": None}, 64),
    "segmentation.lraspp_mobilenet_v3_large": ({"weights_backbone": None}, 64),
}
# Those that `make test-full` alone runs take most of the time.
FEW = {"resnet18", "mobilenet_v3_small", "vit_b_16"}


def network(name):
    options, extent = NETWORKS[name]
    torch.manual_seed(0)
    family, _, short = name.rpartition(".")
    make = getattr(getattr(models, family) if family else models, short)
    return make(weights=None, **options), (torch.randn(2, 3, extent, extent),)


@pytest.mark.parametrize(
    "name", [n if n in FEW else pytest.param(n, marks=pytest.mark.full) for n in NETWORKS]
)
def test_a_network_gives_the_results_of_pytorch(name):
    check_outputs(*network(name))


@pytest.mark.parametrize("name", ["resnet18"])
def test_a_network_trains_as_in_pytorch(name):
    check_training(*network(name), rate=0.01)
