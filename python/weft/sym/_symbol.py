"""The symbol: results of a graph of operators on arrays that are not there yet."""

import math
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from weft import _interop, autograd
from weft._core import OPERATORS, native
from weft._errors import IndexOutOfRange, InvalidType, InvalidValue, NotFound
from weft._typing import ArrayLike, DeviceLike
from weft.device import current
from weft.sym._nodes import Call, Entry, Node, Variable, evaluate, in_order, variables_of
from weft.sym._operators import add_operators
from weft.sym._parameters import STATES

Arrays = Mapping[str, ArrayLike] | Sequence[ArrayLike]


class Symbol:
    """One or several results of operators on variables, to be computed when these are arrays.

    Everything that takes arrays takes symbols: `np.tanh(x)`, `x + 1`, `x.sum(axis=0)`, `x[0]`, and
    blocks. Of a symbol with several outputs, `s[1]`, `s["tanh0_output"]` and iteration give these.

    >>> from weft import np, sym
    >>> y = np.tanh(sym.var("x")) * 2
    >>> y.eval(x=np.zeros(2))[0]
    array([0., 0.])
    """

    __hash__ = None  # type: ignore[assignment] - == makes a symbol
    __array_ufunc__ = _interop.array_ufunc
    __array_function__ = _interop.array_function

    def __init__(self, heads: list[Entry]) -> None:
        self.heads = heads

    def __repr__(self) -> str:
        return f"<Symbol {', '.join(self.list_outputs())}>"

    def __reduce__(self) -> Any:
        return _files.load_json, (self.tojson(),)

    # ---- structure

    @property
    def name(self) -> str | None:
        """The name of the node that gives it; None where there are several."""
        nodes = {entry.node for entry in self.heads}
        return next(iter(nodes)).name if len(nodes) == 1 else None

    @property
    def _variables(self) -> dict[str, Variable]:
        return variables_of(self.heads, "symbol")

    def _states(self) -> set[Variable]:
        """Variables that operators write, or take for states."""
        found: set[Variable] = set()
        for node in in_order(self.heads):
            found.update(variable for _, variable in node.writes)
            if isinstance(node, Call) and node.operator in STATES:
                names = [argument["name"] for argument in node.function.schema["arguments"]]
                for name, entry in zip(names, node.arguments, strict=False):
                    if name in STATES[node.operator] and isinstance(entry.node, Variable):
                        found.add(entry.node)
        return found

    def list_inputs(self) -> list[str]:
        """Names of all variables, in the order in which the graph meets them."""
        return list(self._variables)

    def list_arguments(self) -> list[str]:
        """Names of the variables that are no states."""
        states = self._states()
        return [name for name, variable in self._variables.items() if variable not in states]

    def list_auxiliary_states(self) -> list[str]:
        """Names of the variables that a run may write, such as running statistics."""
        states = self._states()
        return [name for name, variable in self._variables.items() if variable in states]

    def list_outputs(self) -> list[str]:
        """Names of the outputs: `tanh0_output`, and of a variable its own."""
        return [entry.node.output_names()[entry.index] for entry in self.heads]

    def get_internals(self) -> "Symbol":
        """All results of all nodes as one symbol; pick one by its name."""
        nodes = in_order(self.heads)
        return Symbol([Entry(node, n) for node in nodes for n in range(node.outputs)])

    def get_children(self) -> "Symbol | None":
        """What the nodes of this symbol read directly, as one symbol; None for variables."""
        nodes = dict.fromkeys(entry.node for entry in self.heads)
        entries = [entry for node in nodes for entry in node.sources()]
        return Symbol(entries) if entries else None

    # ---- attributes

    def _node(self, operation: str) -> Node:
        nodes = {entry.node for entry in self.heads}
        if len(nodes) != 1:
            raise InvalidValue(f"{operation}: the symbol must come from one node; got {len(nodes)}")
        return nodes.pop()

    def attr(self, key: str) -> str | None:
        """One attribute of the node, None if it has none of that name."""
        return self._node("attr").attrs.get(key)

    def list_attr(self) -> dict[str, str]:
        """The attributes of the node."""
        return dict(self._node("list_attr").attrs)

    def attr_dict(self) -> dict[str, dict[str, str]]:
        """The attributes of all nodes that have some, by the names of these."""
        return {node.name: dict(node.attrs) for node in in_order(self.heads) if node.attrs}

    # ---- composing

    def __getattr__(self, name: str) -> Any:
        has_array = not name.startswith("__") and hasattr(native.ndarray, name)
        why = " before it runs: use `eval` or `bind`" if has_array else ""
        raise AttributeError(f"a symbol has no `{name}`{why}")

    def __getitem__(self, key: Any) -> "Symbol":
        if isinstance(key, str):
            return Symbol([self._output_named(key)])
        if len(self.heads) == 1:
            return _compose.indexed(self, key)
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

    def _output_named(self, name: str) -> Entry:
        found = {
            entry
            for entry, known in zip(self.heads, self.list_outputs(), strict=True)
            if name in (known, entry.node.name)
        }
        if len(found) != 1:
            what = "several outputs are" if found else "no output is"
            raise NotFound(
                f"getitem: {what} named {name!r}; outputs are {', '.join(self.list_outputs()[:9])}"
            )
        return found.pop()

    def __setitem__(self, key: Any, value: Any) -> None:
        _blocks.note_write(*_compose.written(self, key, value))

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

    def _by_name(
        self, operation: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is given for arguments, by position or by name, all by name."""
        names = self.list_arguments()
        if len(args) > len(names):
            raise InvalidType(f"{operation}: there are {len(names)} arguments; got {len(args)}")
        by = dict(zip(names, args, strict=False))
        if twice := by.keys() & kwargs.keys():
            raise InvalidType(f"{operation}: `{min(twice)}` is given twice")
        return {**by, **kwargs}

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
    ) -> "_infer.Inference":
        return _infer.Inference(self.heads, shapes, dtypes, operation)

    def _by_role(self, found: "_infer.Inference") -> tuple[list[Any], list[Any], list[Any]]:
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

    def _type(self, attribute: str) -> "_infer.Type":
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
        return _files.to_json(self.heads)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the JSON to a file, which replaces an old one in one step."""
        _files.save(path, self)

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
    ) -> "_executor.Executor":
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
    ) -> "_executor.Executor":
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

from weft.sym import _blocks, _compose, _executor, _files, _infer  # noqa: E402 - they make symbols
