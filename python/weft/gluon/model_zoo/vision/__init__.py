"""Networks for images, with the names and the structure that they have in Gluon.

Weft ships no trained parameters: initialize them, or load your own.

>>> from weft import gluon, np
>>> net = gluon.model_zoo.vision.resnet18_v1(classes=10, thumbnail=True)
>>> net.initialize()
>>> net(np.zeros((1, 3, 32, 32))).shape
(1, 10)
"""

from typing import Any

from weft._base import spelling as _spelling
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.vision.clip import CLIP, CLIPText, CLIPVision
from weft.gluon.model_zoo.vision.convnext import (
    ConvNeXt,
    convnext_base,
    convnext_large,
    convnext_small,
    convnext_tiny,
)
from weft.gluon.model_zoo.vision.densenet import (
    DenseNet,
    densenet121,
    densenet161,
    densenet169,
    densenet201,
)
from weft.gluon.model_zoo.vision.efficientnet import (
    EfficientNet,
    efficientnet_b0,
    efficientnet_b1,
    efficientnet_b2,
    efficientnet_b3,
    efficientnet_b4,
    efficientnet_b5,
    efficientnet_b6,
    efficientnet_b7,
    efficientnet_v2_l,
    efficientnet_v2_m,
    efficientnet_v2_s,
)
from weft.gluon.model_zoo.vision.inception import Inception3, inception_v3
from weft.gluon.model_zoo.vision.inverted_residuals import RoundedMobileNetV2, mobilenet_v2
from weft.gluon.model_zoo.vision.mobilenet import (
    MobileNet,
    MobileNetV2,
    mobilenet0_5,
    mobilenet0_25,
    mobilenet0_75,
    mobilenet1_0,
    mobilenet_v2_0_5,
    mobilenet_v2_0_25,
    mobilenet_v2_0_75,
    mobilenet_v2_1_0,
)
from weft.gluon.model_zoo.vision.mobilenet_v3 import (
    MobileNetV3,
    mobilenet_v3_large,
    mobilenet_v3_small,
)
from weft.gluon.model_zoo.vision.plain import (
    VGG,
    AlexNet,
    LeNet,
    SqueezeNet,
    alexnet,
    get_vgg,
    lenet,
    squeezenet1_0,
    squeezenet1_1,
    vgg11,
    vgg11_bn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg19,
    vgg19_bn,
)
from weft.gluon.model_zoo.vision.regnet import (
    RegNet,
    regnet_x_1_6gf,
    regnet_x_3_2gf,
    regnet_x_8gf,
    regnet_x_16gf,
    regnet_x_32gf,
    regnet_x_400mf,
    regnet_x_800mf,
    regnet_y_1_6gf,
    regnet_y_3_2gf,
    regnet_y_8gf,
    regnet_y_16gf,
    regnet_y_32gf,
    regnet_y_128gf,
    regnet_y_400mf,
    regnet_y_800mf,
)
from weft.gluon.model_zoo.vision.resnet import (
    BasicBlockV1,
    BasicBlockV2,
    BottleneckV1,
    BottleneckV2,
    ResNetV1,
    ResNetV2,
    get_resnet,
    resnet18_v1,
    resnet18_v2,
    resnet34_v1,
    resnet34_v2,
    resnet50_v1,
    resnet50_v2,
    resnet101_v1,
    resnet101_v2,
    resnet152_v1,
    resnet152_v2,
)
from weft.gluon.model_zoo.vision.resnext import (
    Bottleneck,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    resnext101_64x4d,
    wide_resnet50_2,
    wide_resnet101_2,
)
from weft.gluon.model_zoo.vision.swin import (
    Swin,
    swin_b,
    swin_s,
    swin_t,
    swin_v2_b,
    swin_v2_s,
    swin_v2_t,
)
from weft.gluon.model_zoo.vision.unets import UNet, unet
from weft.gluon.model_zoo.vision.vit import ViT, vit_b_16, vit_b_32, vit_h_14, vit_l_16, vit_l_32

_MODELS = (
    *(alexnet, lenet, squeezenet1_0, squeezenet1_1, inception_v3, unet),
    *(vgg11, vgg13, vgg16, vgg19, vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn),
    *(resnet18_v1, resnet34_v1, resnet50_v1, resnet101_v1, resnet152_v1),
    *(resnet18_v2, resnet34_v2, resnet50_v2, resnet101_v2, resnet152_v2),
    *(resnet18, resnet34, resnet50, resnet101, resnet152),
    *(resnext50_32x4d, resnext101_32x8d, resnext101_64x4d, wide_resnet50_2, wide_resnet101_2),
    *(mobilenet1_0, mobilenet0_75, mobilenet0_5, mobilenet0_25),
    *(mobilenet_v2_1_0, mobilenet_v2_0_75, mobilenet_v2_0_5, mobilenet_v2_0_25),
    *(densenet121, densenet161, densenet169, densenet201),
    *(vit_b_16, vit_b_32, vit_l_16, vit_l_32, vit_h_14),
    *(swin_t, swin_s, swin_b, swin_v2_t, swin_v2_s, swin_v2_b),
    *(mobilenet_v2, mobilenet_v3_large, mobilenet_v3_small),
    *(efficientnet_b0, efficientnet_b1, efficientnet_b2, efficientnet_b3),
    *(efficientnet_b4, efficientnet_b5, efficientnet_b6, efficientnet_b7),
    *(efficientnet_v2_s, efficientnet_v2_m, efficientnet_v2_l),
    *(regnet_x_400mf, regnet_x_800mf, regnet_x_1_6gf, regnet_x_3_2gf),
    *(regnet_x_8gf, regnet_x_16gf, regnet_x_32gf),
    *(regnet_y_400mf, regnet_y_800mf, regnet_y_1_6gf, regnet_y_3_2gf),
    *(regnet_y_8gf, regnet_y_16gf, regnet_y_32gf, regnet_y_128gf),
    *(convnext_tiny, convnext_small, convnext_base, convnext_large),
)
_BY_NAME = {model.__name__: model for model in _MODELS}
_EXAMPLE = """

    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.{name}(classes=10)
    >>> list(net.collect_params("output.*").values())[-1].shape[0]
    10
    """


def _with_example(model: Any) -> None:
    """Networks differ by their sizes alone, so one example is enough for all of them."""
    if ">>>" not in model.__doc__:
        model.__doc__ = model.__doc__.rstrip() + _EXAMPLE.format(name=model.__name__)


for _model in _MODELS:
    _with_example(_model)


def get_model(name: str, **options: Any) -> HybridBlock:
    """The network of that name, such as "resnet50_v2", "mobilenetv2_1.0" or "inceptionv3", with
    `options` of its function.

    Raises LookupError for an unknown name.

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.vision.get_model("lenet", classes=10)
    >>> net.initialize()
    >>> net(np.zeros((1, 1, 28, 28))).shape
    (1, 10)
    """
    spelled = name.lower().replace(".", "_").replace("mobilenetv2", "mobilenet_v2")
    spelled = spelled.replace("inceptionv3", "inception_v3")
    if spelled not in _BY_NAME:
        raise _spelling.unknown("get_model", name, _BY_NAME)
    return _BY_NAME[spelled](**options)


__all__ = [
    "CLIP",
    "VGG",
    "AlexNet",
    "BasicBlockV1",
    "BasicBlockV2",
    "Bottleneck",
    "BottleneckV1",
    "BottleneckV2",
    "CLIPText",
    "CLIPVision",
    "ConvNeXt",
    "DenseNet",
    "EfficientNet",
    "Inception3",
    "LeNet",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3",
    "RegNet",
    "ResNetV1",
    "ResNetV2",
    "RoundedMobileNetV2",
    "SqueezeNet",
    "Swin",
    "UNet",
    "ViT",
    "alexnet",
    "convnext_base",
    "convnext_large",
    "convnext_small",
    "convnext_tiny",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
    "get_model",
    "get_resnet",
    "get_vgg",
    "inception_v3",
    "lenet",
    "mobilenet0_5",
    "mobilenet0_25",
    "mobilenet0_75",
    "mobilenet1_0",
    "mobilenet_v2",
    "mobilenet_v2_0_5",
    "mobilenet_v2_0_25",
    "mobilenet_v2_0_75",
    "mobilenet_v2_1_0",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "regnet_x_1_6gf",
    "regnet_x_3_2gf",
    "regnet_x_8gf",
    "regnet_x_16gf",
    "regnet_x_32gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_y_1_6gf",
    "regnet_y_3_2gf",
    "regnet_y_8gf",
    "regnet_y_16gf",
    "regnet_y_32gf",
    "regnet_y_128gf",
    "regnet_y_400mf",
    "regnet_y_800mf",
    "resnet18",
    "resnet18_v1",
    "resnet18_v2",
    "resnet34",
    "resnet34_v1",
    "resnet34_v2",
    "resnet50",
    "resnet50_v1",
    "resnet50_v2",
    "resnet101",
    "resnet101_v1",
    "resnet101_v2",
    "resnet152",
    "resnet152_v1",
    "resnet152_v2",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "squeezenet1_0",
    "squeezenet1_1",
    "swin_b",
    "swin_s",
    "swin_t",
    "swin_v2_b",
    "swin_v2_s",
    "swin_v2_t",
    "unet",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vit_b_16",
    "vit_b_32",
    "vit_h_14",
    "vit_l_16",
    "vit_l_32",
    "wide_resnet50_2",
    "wide_resnet101_2",
]
__dir__ = __all__.copy
