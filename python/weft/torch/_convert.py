"""Converts a PyTorch module: module or exported program to a block."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft._base.packages import installing
from weft._core.typing import DeviceLike
from weft._import.missing import require_all, resolve
from weft.device import Device, current
from weft.torch._block import TorchBlock

if TYPE_CHECKING:
    import torch
    from torch.export import ExportedProgram

    from weft.torch._read import Read


def convert(
    module: "torch.nn.Module | ExportedProgram | str | PathLike[str]",
    args: Sequence[Any] = (),
    *,
    kwargs: Mapping[str, Any] | None = None,
    dynamic_shapes: Any = None,
    device: DeviceLike = None,
) -> TorchBlock:
    """A PyTorch module as a block: call it, hybridize, train, quantize, export.

    module: a module, what `torch.export.export` made of one, or a .pt2 file
    args, kwargs: examples of the module's arguments, as `torch.export.export` takes them
    dynamic_shapes: which extents stay free, in the form of `torch.export.export`; the others are
        those of the examples
    device: where the block's arrays go; None: the current device

    Parameters and buffers have the names that `state_dict` gives them, and copies of their values.
    The block takes arrays by position and by the names of the module's arguments, and returns them
    nested as the module does; classes of results, such as those of transformers, become dicts.
    Dropout and batch norms follow `autograd.record()` as in Gluon, whichever mode the module was
    in; where a module writes into views, dropout stays as the module's mode has it.

    Raises NotImplementedError that lists everything that Weft lacks for the module, and what
    `torch.export` raises for a module that it cannot export.

    >>> import torch, weft  # doctest: +SKIP
    >>> encoder = torch.nn.TransformerEncoderLayer(8, 2, batch_first=True)  # doctest: +SKIP
    >>> net = weft.torch.convert(encoder, (torch.zeros(1, 5, 8),))  # doctest: +SKIP
    >>> net.export("encoder.weft", weft.np.zeros((1, 5, 8)))  # doctest: +SKIP
    """
    read = _read(module, args, kwargs, dynamic_shapes)
    from weft.torch._rules import RULES

    require_all(read.program.name, RULES.format, resolve(read.program, RULES))
    with current() if device is None else Device(device):
        return TorchBlock(read)


def missing(
    module: "torch.nn.Module | ExportedProgram | str | PathLike[str]",
    args: Sequence[Any] = (),
    *,
    kwargs: Mapping[str, Any] | None = None,
    dynamic_shapes: Any = None,
) -> list[str]:
    """What Weft lacks to convert a module, a sentence for each operator and reason; empty: nothing.

    The arguments are those of `convert`.

    >>> import torch, weft  # doctest: +SKIP
    >>> weft.torch.missing(torch.nn.Linear(3, 2), (torch.zeros(1, 3),))  # doctest: +SKIP
    []
    """
    from weft.torch._rules import RULES

    read = _read(module, args, kwargs, dynamic_shapes)
    return [str(gap) for gap in resolve(read.program, RULES)]


def _read(module: Any, args: Sequence[Any], kwargs: Any, dynamic_shapes: Any) -> "Read":
    try:
        import torch  # noqa: F401
    except ImportError:
        raise ImportError(f"weft.torch: it needs PyTorch: {installing('torch')}") from None
    from weft.torch._export import exported, read

    return read(*exported(module, args, kwargs, dynamic_shapes))


__all__ = ["convert", "missing"]
