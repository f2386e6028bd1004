"""Symbols as blocks: composed in the program, or read from files."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft.gluon.symbol_block import SymbolBlock as _NativeBlock
from weft.mxnet._reading.block import SymbolBlock as _FileBlock
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon._symbols import is_symbol
from weft.mxnet.gluon.block import HybridBlock, adopted_block, register_counterpart


class SymbolBlock(HybridBlock, _NativeBlock):
    """A symbol as a block: its variables are parameters, but for those that are inputs.

    outputs: a symbol, or several in a list; inputs: variables, or several in a list
    params: first values, or the parameters themselves, by name
    """

    def __init__(self, outputs: Any, inputs: Any, params: Mapping[str, Any] | None = None) -> None:
        self._begin_names("")
        _NativeBlock.__init__(self, outputs, inputs, params)

    @staticmethod
    def imports(  # type: ignore[override]
        symbol_file: str | PathLike[str],
        input_names: str | Sequence[str],
        param_file: str | PathLike[str] | None = None,
        device: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        *,
        ctx: Any = None,
    ) -> Any:
        """The network of a symbol file, of MXNet 0.8 to 2.0, as a block that trains: see
        `weft.mxnet._reading.block.SymbolBlock.imports`.

        >>> from weft import mxnet as mx
        >>> net = mx.gluon.SymbolBlock.imports(
        ...     "model-symbol.json", ["data"], "model-0000.params")  # doctest: +SKIP
        """
        where = _devices.chosen(ctx, device, "SymbolBlock.imports")
        native = None if where is None else _devices.native(_devices.listed(where)[0])
        found = _FileBlock.imports(
            symbol_file, input_names, param_file, native, allow_missing, ignore_extra
        )
        return adopted_block(found)


class _Imported(HybridBlock, _FileBlock):
    """A block of a symbol file."""

    infer_shape = _FileBlock.infer_shape

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs; inputs may be given by name, as those of every file are."""
        if any(map(is_symbol, (*args, *kwargs.values()))):
            return HybridBlock.__call__(self, *self._arranged(args, kwargs))
        return _FileBlock.__call__(self, *args, **kwargs)


_Imported.__name__ = "SymbolBlock"  # what is shown; `pickle` finds it by its other name
register_counterpart(_FileBlock, _Imported)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.symbol_block", {}, ("gluon",))

__all__ = ["SymbolBlock"]
__dir__ = __all__.copy
