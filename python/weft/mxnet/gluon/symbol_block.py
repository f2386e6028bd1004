"""Symbols as blocks: composed in the program, or read from files."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft.gluon.parameter import Parameter as _NativeParameter
from weft.gluon.symbol_block import SymbolBlock as _NativeBlock
from weft.mxnet._reading.block import SymbolBlock as _FileBlock
from weft.mxnet._reading.block import block_of
from weft.mxnet._reading.graph import Graph
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon._symbols import composed, is_symbol
from weft.mxnet.gluon.block import HybridBlock, adopted_block, register_counterpart
from weft.mxnet.gluon.parameter import adopted


class SymbolBlock(HybridBlock, _FileBlock):
    """A symbol as a block: its variables are parameters, but for those that are inputs.

    outputs: a symbol of `mx.sym` or of `weft.sym`, or several in a list
    inputs: variables, or several in a list, or their names
    params: the parameters themselves, or first values, by name; others get theirs by `initialize`
        or `load_parameters`

    >>> from weft import mxnet as mx
    >>> net = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
    >>> features = mx.gluon.SymbolBlock(net, mx.sym.var("data"))
    >>> features.initialize()
    >>> features(mx.np.ones((2, 5))).shape
    (2, 3)
    """

    _takes_symbols = True  # of MXNet, which replace its inputs

    def __init__(self, outputs: Any, inputs: Any, params: Mapping[str, Any] | None = None) -> None:
        self._begin_names("")
        listed = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
        if listed and all(map(is_symbol, listed)):
            self._take_graph(listed, inputs, params)
        else:
            _NativeBlock.__init__(self, outputs, inputs, params)
            for parameter in self._own_parameters.values():
                adopted(parameter)

    def _take_graph(self, outputs: list[Any], inputs: Any, params: Any) -> None:
        """Becomes the block of symbols of `mx.sym`."""
        from weft.mxnet.symbol import Symbol
        from weft.mxnet.symbol._symbol import file_attributes

        heads = [head for symbol in outputs for head in symbol._heads]
        many = isinstance(inputs, list | tuple)
        named = list(inputs) if many or is_symbol(inputs) else [inputs]
        names = [part.name if isinstance(part, Symbol) else part for part in named]
        graph = Graph(heads, file_attributes())
        block_of(graph, "SymbolBlock", names, {}, True, True, self._become)
        for name in list(self._own_parameters):
            given = None if params is None or name not in params else params[name]
            if isinstance(given, _NativeParameter):
                self._own_parameters[name] = adopted(given)
            else:
                parameter = adopted(self._own_parameters[name])
                if given is not None:
                    parameter.set_data(given)

    def _become(self, program: Any, unset: Any) -> "SymbolBlock":
        _FileBlock.__init__(self, program, unset)
        return self

    @property
    def _side(self) -> type:
        """Which of Weft's blocks computes it: that of a graph of MXNet, or of Weft."""
        return _FileBlock if "_program" in self.__dict__ else _NativeBlock

    def forward(self, *args: Any) -> Any:
        return self._side.forward(self, *args)  # type: ignore[attr-defined]

    def infer_shape(self, *args: Any) -> None:
        self._side.infer_shape(self, *args)  # type: ignore[attr-defined]

    def describe(self) -> str:
        return self._side.describe(self)  # type: ignore[attr-defined, no-any-return]

    @property
    def _named_code(self) -> Any:
        return self._side._named_code.fget(self)  # type: ignore[attr-defined]

    @property
    def _named_outputs(self) -> Any:
        return self._side._named_outputs.fget(self)  # type: ignore[attr-defined]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs; inputs of MXNet's graphs may be given by name."""
        has_symbols = any(map(is_symbol, (*args, *kwargs.values())))
        if "_program" not in self.__dict__:
            if has_symbols:
                return composed(self, list(args), dict(self._full_names()))
            return HybridBlock.__call__(self, *args, **kwargs)
        if has_symbols:
            return self._on_other_symbols(self._arranged(args, kwargs))
        return _FileBlock.__call__(self, *args, **kwargs)

    def _on_other_symbols(self, inputs: tuple[Any, ...]) -> Any:
        """The graph with other symbols in the place of its inputs."""
        from weft.mxnet.symbol import Symbol

        own = Symbol(self._graph.heads)
        return own(**dict(zip(self._input_names, inputs, strict=True)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(\n  {self.describe()}\n)"

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


register_counterpart(_FileBlock, SymbolBlock)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.symbol_block", {}, ("gluon",))

__all__ = ["SymbolBlock"]
__dir__ = __all__.copy
