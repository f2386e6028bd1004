"""`CachedOp`: a symbol as a function of arrays, one plan for each signature."""

from collections.abc import Sequence
from typing import Any

from weft import autograd
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.mxnet.ndarray._array import plain
from weft.mxnet.ndarray._functions import written
from weft.mxnet.symbol._arrays import array_of, wrapped
from weft.mxnet.symbol._inference import Inference
from weft.mxnet.symbol._running import Function, with_known_shapes
from weft.mxnet.symbol._symbol import Symbol


class CachedOp:
    """A symbol that is called with arrays, in the order of `list_inputs()`; what is recorded has
    gradients.

    flags: how MXNet runs it, which means nothing here

    >>> from weft import mxnet as mx
    >>> x = mx.sym.var("x")
    >>> mx.nd.CachedOp(x * x + 1)(mx.nd.ones((2,))).asnumpy()
    array([2., 2.], dtype=float32)
    """

    def __init__(self, sym: Symbol, flags: Sequence[Any] = (), thread_safe: bool = False) -> None:
        if not isinstance(sym, Symbol):
            raise InvalidType(f"CachedOp: `sym` must be a symbol; got {type(sym).__name__}")
        self._symbol, self._functions = sym, dict[Any, Function]()

    def __call__(self, *args: Any, out: Any = None, **kwargs: Any) -> Any:
        """The outputs, one array or a list of them.

        out: arrays to write into. Raises ValueError for another number of arrays.
        """
        names = self._symbol.list_inputs()
        if not names and args == (None,):  # of a function without inputs, which then has a device
            args = ()
        if len(args) != len(names):
            raise InvalidValue(
                f"CachedOp: takes {len(names)} arrays, {', '.join(names)}; got {len(args)}"
            )
        arrays = dict(
            zip(
                names,
                (self._array(name, x) for name, x in zip(names, args, strict=True)),
                strict=True,
            )
        )
        function = self._function({name: tuple(x.shape) for name, x in arrays.items()})
        inputs = [arrays[name] for name in function.names]
        found = [wrapped(x) for x in function(autograd.is_training(), inputs)]
        if out is not None:
            return written(found if len(found) > 1 else found[0], out)
        return found if len(found) > 1 else found[0]

    def _array(self, name: str, value: Any) -> ndarray:
        if not isinstance(value, ndarray):
            raise InvalidType(f"CachedOp: `{name}` must be an array; got {type(value).__name__}")
        array: ndarray = plain(array_of(value))
        return array

    def _function(self, shapes: dict[str, tuple[int, ...]]) -> Function:
        """The graph with what its new arrays take from these shapes."""
        key = tuple(shapes.items())
        if key not in self._functions:
            symbol = self._symbol
            known = Inference(symbol._heads, symbol._states(), shapes, {}, "CachedOp")
            self._functions[key] = Function(with_known_shapes(symbol._heads, known), "CachedOp")
        return self._functions[key]


__all__ = ["CachedOp"]
