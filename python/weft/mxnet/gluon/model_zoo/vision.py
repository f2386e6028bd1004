"""Networks for images, as `mx.gluon.model_zoo.vision` has them.

>>> from weft import np
>>> from weft import mxnet as mx
>>> net = mx.gluon.model_zoo.vision.squeezenet1_1(classes=10, ctx=mx.cpu())
>>> net.initialize()
>>> net(np.zeros((1, 3, 224, 224))).shape
(1, 10)

Weft opens no network connection: `pretrained=True` reads `<name>.params` or `<name>-<hash>.params`
from `root`, where MXNet kept them, and tells which file it lacks.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base.errors import NotFound
from weft.gluon.model_zoo import vision as _native
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon.block import adopted_block
from weft.mxnet.gluon.model_zoo.model_store import get_model_file

# By the name that `get_model` takes: the name of the function.
_MODELS = {
    **{f"resnet{n}_v{v}": f"resnet{n}_v{v}" for n in (18, 34, 50, 101, 152) for v in (1, 2)},
    **{f"vgg{n}{end}": f"vgg{n}{end}" for n in (11, 13, 16, 19) for end in ("", "_bn")},
    "alexnet": "alexnet",
    **{f"densenet{n}": f"densenet{n}" for n in (121, 161, 169, 201)},
    "squeezenet1.0": "squeezenet1_0",
    "squeezenet1.1": "squeezenet1_1",
    "inceptionv3": "inception_v3",
    **{f"mobilenet{n}": f"mobilenet{n.replace('.', '_')}" for n in ("1.0", "0.75", "0.5", "0.25")},
    **{
        f"mobilenetv2_{n}": f"mobilenet_v2_{n.replace('.', '_')}"
        for n in ("1.0", "0.75", "0.5", "0.25")
    },
}


def _made(native: Callable[..., Any], file: str, args: tuple[Any, ...], options: Any) -> Any:
    """A network of Weft as one of MXNet."""
    is_trained = options.pop("pretrained", False)
    where = _devices.chosen(options.pop("ctx", None), options.pop("device", None), native.__name__)
    root = options.pop("root", None)
    prefix, params = options.pop("prefix", None), options.pop("params", None)
    net = adopted_block(native(*args, **options))
    if prefix is not None or params is not None:
        net._begin_names(prefix, params)
    if is_trained:
        net.load_parameters(get_model_file(file, root), device=where)
    return net


def _network(title: str, file: str) -> Callable[..., Any]:
    native = getattr(_native, title)

    @functools.wraps(native)
    def build(pretrained: bool = False, ctx: Any = None, root: Any = None, **options: Any) -> Any:
        found = {"pretrained": pretrained, "ctx": ctx, "root": root, **options}
        return _made(native, file, (), found)

    return build


for _file, _title in _MODELS.items():
    globals()[_title] = _network(_title, _file)


def get_vgg(
    num_layers: int, pretrained: bool = False, ctx: Any = None, root: Any = None, **options: Any
) -> Any:
    """VGG with 11, 13, 16 or 19 layers; with `batch_norm=True` each convolution has one."""
    file = f"vgg{num_layers}{'_bn' if options.get('batch_norm') else ''}"
    found = {"pretrained": pretrained, "ctx": ctx, "root": root, **options}
    return _made(_native.get_vgg, file, (num_layers,), found)


def get_resnet(
    version: int,
    num_layers: int,
    pretrained: bool = False,
    ctx: Any = None,
    root: Any = None,
    **options: Any,
) -> Any:
    """A residual network: version 1 or 2, with 18, 34, 50, 101 or 152 layers."""
    file = f"resnet{num_layers}_v{version}"
    found = {"pretrained": pretrained, "ctx": ctx, "root": root, **options}
    return _made(_native.get_resnet, file, (version, num_layers), found)


def get_mobilenet(multiplier: float, **options: Any) -> Any:
    """MobileNet of 1.0, 0.75, 0.5 or 0.25 of the channels."""
    return get_model(f"mobilenet{float(multiplier)}", **options)


def get_mobilenet_v2(multiplier: float, **options: Any) -> Any:
    """MobileNetV2 of 1.0, 0.75, 0.5 or 0.25 of the channels."""
    return get_model(f"mobilenetv2_{float(multiplier)}", **options)


def get_model(name: str, **options: Any) -> Any:
    """The network of a name, such as 'resnet50_v1' or 'mobilenet1.0'.

    Raises ValueError for an unknown one.
    """
    found = _MODELS.get(name.lower())
    if found is None:
        raise UnknownModelError(str(_spelling.unknown("get_model", name, sorted(_MODELS))))
    return globals()[found](**options)


class UnknownModelError(NotFound, ValueError):
    """The name of no network."""

    __module__ = "weft.mxnet"


__path__: list[str] = []  # so that `import …vision.resnet` looks for a name here

if TYPE_CHECKING:
    from weft.gluon.model_zoo.vision import *  # noqa: F403
else:  # a type checker shall still see a misspelt name
    _find = _spelling.finder(
        "weft.mxnet.gluon.model_zoo.vision",
        {},
        ("gluon.model_zoo.vision",),
        ("alexnet", "densenet", "inception", "mobilenet", "resnet", "squeezenet", "vgg"),
    )

    def __getattr__(name: str) -> Any:
        return getattr(_native, name) if name in _native.__all__ else _find(name)


__all__ = ["get_mobilenet", "get_mobilenet_v2", "get_model", "get_resnet", "get_vgg"]
__all__ += sorted(_MODELS.values())
__dir__ = __all__.copy
