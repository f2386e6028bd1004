"""Symbols as blocks: composed in the program, or read from files."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft.gluon.parameter import Parameter as _NativeParameter
from weft.gluon.symbol_block import SymbolBlock as _NativeBlock
from weft.mxnet._reading.block import SymbolBlock as _FileBlock
from weft.mxnet._reading.block import block_of
from weft.mxnet._reading.symbol_files import parse_graph
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon._symbols import is_symbol
from weft.mxnet.gluon.block import HybridBlock, adopted_block, register_counterpart
from weft.mxnet.gluon.parameter import adopted


class SymbolBlock(HybridBlock, _NativeBlock):
    """A symbol as a block: its variables are parameters, but for those that are inputs.

    outputs: a symbol, or several in a list; inputs: variables, or several in a list
    params: first values, or the parameters themselves, by name

    Symbols may be Weft's or those of `mx.sym`, such as an output inside of a network:

    >>> from weft import mxnet as mx
    >>> net = mx.gluon.nn.HybridSequential(prefix="net_")
    >>> net.add(mx.gluon.nn.Dense(4, prefix="a_"), mx.gluon.nn.Dense(2, prefix="b_"))
    >>> net.initialize()
    >>> inner = net(mx.sym.var("data")).get_internals()["a_fwd_output"]
    >>> part = mx.gluon.SymbolBlock(inner, mx.sym.var("data"), params=net.collect_params())
    >>> part(mx.np.ones((3, 5))).shape
    (3, 4)
    """

    def __new__(cls, outputs: Any = None, inputs: Any = None, params: Any = None) -> Any:
        first = outputs[0] if isinstance(outputs, list | tuple) and outputs else outputs
        if cls is SymbolBlock and is_symbol(first):
            return _of_symbols(outputs, inputs, params or {})
        return super().__new__(cls)

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


def _of_symbols(outputs: Any, inputs: Any, params: Mapping[str, Any]) -> Any:
    """The block of symbols of `mx.sym`; parameters that are given are shared, not copied."""
    from weft.mxnet import symbol

    whole = outputs if is_symbol(outputs) else symbol.Group(outputs)
    variables = inputs if isinstance(inputs, list | tuple) else [inputs]
    graph = parse_graph(whole.tojson(), "SymbolBlock")
    names = [variable.name for variable in variables]
    block = adopted_block(block_of(graph, "SymbolBlock", names, {}, True, False))
    for name in list(block._own_parameters):
        if name not in params:
            continue
        given = params[name]
        if isinstance(given, _NativeParameter):
            block._replace_parameter([name], adopted(given))
        else:
            block._own_parameters[name].set_data(given)
    return block


_Imported.__name__ = "SymbolBlock"  # what is shown; `pickle` finds it by its other name
register_counterpart(_FileBlock, _Imported)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.symbol_block", {}, ("gluon",))

__all__ = ["SymbolBlock"]
__dir__ = __all__.copy
