"""The symbol: results of a graph of operators on arrays that are not there yet."""

import math
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from weft import autograd
from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue, NotFound
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, DeviceLike
from weft.device import current
from weft.np import _protocols
from weft.sym import _compose, _executor, _infer, _writing
from weft.sym._nodes import Entry, evaluate
from weft.sym._operators import add_operators
from weft.sym._structure import Structure

Arrays = Mapping[str, ArrayLike] | Sequence[ArrayLike]


class Symbol(Structure):
    """One or several results of operators on variables, to be computed when these are arrays.

    Everything that takes arrays takes symbols: `np.tanh(x)`, `x + 1`, `x.sum(axis=0)`, `x[0]`, and
    blocks. Of a symbol with several outputs, `s[1]`, `s["tanh0_output"]` and iteration give these.

    >>> from weft import np, sym
    >>> y = np.tanh(sym.var("x")) * 2
    >>> y.eval(x=np.zeros(2))[0]
    array([0., 0.])
    """

    __hash__ = None  # type: ignore[assignment] - == makes a symbol
    __array_ufunc__ = _protocols.array_ufunc
    __array_function__ = _protocols.array_function

    # ---- composing

    def __getattr__(self, name: str) -> Any:
        has_array = not name.startswith("__") and hasattr(native.ndarray, name)
        why = " before it runs: use `eval` or `bind`" if has_array else ""
        raise AttributeError(f"a symbol has no `{name}`{why}")

    def __getitem__(self, key: Any) -> "Symbol":
        if isinstance(key, str):
            return Symbol([self._output_named(key)])
        if len(self.heads) == 1:
            return Symbol([_compose.index_entry(self, key)])
        if isinstance(key, slice):
            return Symbol(self.heads[key])
        if not isinstance(key, int):
            raise InvalidType(
                "getitem: a symbol with several outputs takes a number, a slice or a name; got "
                f"{type(key).__name__}"
            )
        if not -len(self.heads) <= key < len(self.heads):
            raise IndexOutOfRange(f"getitem: the symbol has {len(self.heads)} outputs; got {key}")
        return Symbol([self.heads[key]])

    def __setitem__(self, key: Any, value: Any) -> None:
        _compose.write(self, key, value)

    def __call__(self, *args: "Symbol", **kwargs: "Symbol") -> "Symbol":
        """The same graph with symbols in the place of its variables, by name or in the order of
        `list_arguments()`."""
        by = self._by_name("compose", args, kwargs)
        variables = self._variables
        for name in by:
            if name not in variables:
                raise NotFound(
                    f"compose: there is no variable `{name}`; there are {', '.join(variables)}"
                )
        entries = {variables[n]: _compose.entry_of(s, "compose", n) for n, s in by.items()}
        return Symbol(_compose.substituted(self.heads, entries))

    def __iter__(self) -> Iterator["Symbol"]:
        return (self[number] for number in range(len(self)))

    def __len__(self) -> int:
        """How many outputs, or of a single one how many rows."""
        if len(self.heads) != 1:
            return len(self.heads)
        if not self.shape:
            raise InvalidType("len: a symbol without axes has no length")
        return self.shape[0]

    def __bool__(self) -> bool:
        raise InvalidType(
            f"bool: {self!r} has no value before it runs, so no Python code can be decided by it; "
            "use np.where"
        )

    # ---- types

    def _inference(
        self, operation: str, shapes: Mapping[str, Any], dtypes: Mapping[str, Any]
    ) -> _infer.Inference:
        return _infer.Inference(self.heads, shapes, dtypes, operation)

    def _by_role(self, found: _infer.Inference) -> tuple[list[Any], list[Any], list[Any]]:
        variables = self._variables
        names = (self.list_arguments(), self.list_auxiliary_states())
        arguments, states = [[found.of(Entry(variables[n], 0)) for n in kind] for kind in names]
        return arguments, [found.of(entry) for entry in self.heads], states

    def infer_shape(self, *args: Any, **shapes: Any) -> tuple[list[Any], list[Any], list[Any]]:
        """Shapes of arguments, outputs and states, from those of some arguments.

        Shapes of parameters follow from those of data where the operator tells. Raises ValueError
        that names the variables whose shapes are missing.

        >>> from weft import npx, sym
        >>> y = npx.fully_connected(sym.var("x"), sym.var("w", shape=(3, -1)), sym.var("b"))
        >>> y.infer_shape(x=(5, 4))
        ([(5, 4), (3, 4), (3,)], [(5, 3)], [])
        """
        shapes = self._by_name("infer_shape", args, shapes)
        found = self._inference("infer_shape", shapes, {})
        found.require([*(Entry(v, 0) for v in found.variables.values()), *self.heads])
        arguments, outputs, states = self._by_role(found)
        return [t.shape for t in arguments], [t.shape for t in outputs], [t.shape for t in states]

    def infer_shape_partial(
        self, *args: Any, **shapes: Any
    ) -> tuple[list[Any], list[Any], list[Any]]:
        """The same as far as they follow: None for an unknown shape, -1 for an unknown extent."""
        shapes = self._by_name("infer_shape_partial", args, shapes)
        roles = self._by_role(self._inference("infer_shape_partial", shapes, {}))
        arguments, outputs, states = [[type_.shape for type_ in role] for role in roles]
        return arguments, outputs, states

    def infer_type(self, *args: Any, **dtypes: Any) -> tuple[list[Any], list[Any], list[Any]]:
        """Names of dtypes of arguments, outputs and states, from those of some arguments.

        A variable is float32 unless it says otherwise or its layer's data does. Shapes have to be
        known, by the variables; raises ValueError that names one that is not.
        """
        dtypes = self._by_name("infer_type", args, dtypes)
        found = self._inference("infer_type", {}, dtypes)
        found.require(self.heads)
        arguments, outputs, states = [
            [type_.dtype for type_ in role] for role in self._by_role(found)
        ]
        return arguments, outputs, states

    def _type(self, attribute: str) -> _infer.Type:
        if len(self.heads) != 1:
            raise InvalidValue(f"{attribute}: the symbol has {len(self.heads)} outputs; choose one")
        return _infer.Inference.by_variables(self.heads, attribute).require(self.heads)[0]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, if it follows from those of the variables; else ValueError names one."""
        return self._type("shape").shape or ()

    @property
    def dtype(self) -> Any:
        """The dtype, where shape and dtype follow from the variables."""
        return native.empty(0, self._type("dtype").dtype).dtype

    @property
    def ndim(self) -> int:
        """The number of axes, where the shape is known."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements, where the shape is known."""
        return math.prod(self.shape)

    @property
    def device(self) -> Any:
        """The current device: a symbol has none before it runs."""
        return current()

    # ---- files

    def tojson(self) -> str:
        """The graph as JSON, from which `load_json` makes an equal one: see `docs/symbols.md`."""
        return _writing.to_json(self.heads)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the JSON to a file, which replaces an old one in one step."""
        _writing.save(path, self.heads)

    # ---- running

    def eval(self, **arrays: ArrayLike) -> list[Any]:
        """The outputs for these arrays, one operator after another, in the mode of the moment.

        Raises LookupError for a name that is missing or unknown.
        """
        given = _executor.arrays_for(self._variables, arrays, "eval")
        return evaluate(self.heads, given, autograd.is_training())

    def bind(
        self,
        args: Arrays,
        args_grad: Arrays | None = None,
        grad_req: Any = "write",
        aux_states: Arrays | None = None,
    ) -> _executor.Executor:
        """The graph on these arrays, as a plan that can be run and differentiated.

        args, aux_states: arrays by name, or in the order of `list_arguments()` and
            `list_auxiliary_states()`; later writes to them are seen
        args_grad: arrays that gradients are written to as well
        grad_req: 'write', 'add' or 'null', for all arguments, or by name
        """
        return _executor.bind(self, args, args_grad, grad_req, aux_states)

    def simple_bind(
        self,
        grad_req: Any = "write",
        type_dict: Mapping[str, Any] | None = None,
        *,
        device: DeviceLike = None,
        **shapes: Any,
    ) -> _executor.Executor:
        """Like `bind`, on new arrays of zeros whose shapes follow from those that are given."""
        return _executor.simple_bind(self, grad_req, type_dict or {}, device, shapes)

    # ---- methods and operators of arrays

    def reshape(self, *shape: Any) -> "Symbol":
        """The same elements in another shape; one extent may be -1."""
        return OPERATORS["reshape"](self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> "Symbol":
        """The axes permuted; reversed without `axes`."""
        return OPERATORS["transpose"](self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self) -> "Symbol":
        """All elements along one axis."""
        return self.reshape(-1)

    def astype(self, dtype: Any, *, copy: bool = True) -> "Symbol":
        """The elements converted to another dtype."""
        return OPERATORS["cast"](self, dtype)

    def copy(self) -> "Symbol":
        """A new array with the same elements."""
        return OPERATORS["copy"](self)

    def detach(self) -> "Symbol":
        """The same content, through which no gradient flows."""
        return OPERATORS["stop_gradient"](self)

    def __pos__(self) -> "Symbol":
        return self

    def __round__(self, decimals: int | None = None) -> "Symbol":
        return OPERATORS["round"](self, decimals or 0)

    def __divmod__(self, other: Any) -> "tuple[Symbol, Symbol]":
        return OPERATORS["floor_divide"](self, other), OPERATORS["remainder"](self, other)

    def __rdivmod__(self, other: Any) -> "tuple[Symbol, Symbol]":
        return OPERATORS["floor_divide"](other, self), OPERATORS["remainder"](other, self)

    @property
    def T(self) -> "Symbol":  # noqa: N802
        """The axes reversed."""
        return self.transpose()

    @property
    def mT(self) -> "Symbol":  # noqa: N802
        """The last two axes exchanged."""
        return OPERATORS["swapaxes"](self, -1, -2)


add_operators(Symbol)


def as_symbol(value: Any) -> Symbol:
    """A symbol as it is, anything else as a constant."""
    return value if type(value) is Symbol else Symbol([_compose.entry_of(value, "symbol", "value")])


def by_mode(train: Any, predict: Any, name: str | None = None) -> Symbol:
    """`train` in train mode, `predict` in predict mode; the other one does not run.

    >>> from weft import autograd, np, npx, sym
    >>> x = sym.var("x")
    >>> y = sym.by_mode(npx.dropout(x, p=0.5), x)
    >>> y.eval(x=np.ones(2))[0]
    array([1., 1.])
    """
    return Symbol([_compose.mode_entry(train, predict, name)])


def compose(
    function: native.Operator, arguments: dict[str, Any], outputs: int, name: str | None
) -> Any:
    """The symbols that an operator gives, structured as it gives arrays.

    The call has checked names and kinds of arguments.
    """
    node, is_list = _compose.call_node(function, arguments, outputs, name)
    found = [Symbol([Entry(node, number)]) for number in range(outputs)]
    if is_list:
        return found
    return found[0] if outputs == 1 else tuple(found)
