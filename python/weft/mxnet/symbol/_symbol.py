"""`Symbol`: a graph of MXNet's operators, composed before there are arrays.

>>> from weft import mxnet as mx
>>> x = mx.sym.Variable("x")
>>> y = mx.sym.FullyConnected(x, num_hidden=3, name="fc")
>>> y.list_arguments()
['x', 'fc_weight', 'fc_bias']
>>> y.infer_shape(x=(2, 5))[1]
[(2, 3)]
"""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar

from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._base.spelling import hint
from weft._base.writing import write_text
from weft.mxnet._operators import state_places
from weft.mxnet._reading.graph import Entry, Graph, GraphNode, reachable
from weft.mxnet._reading.symbol_files import parse_graph, to_json
from weft.mxnet.base import NotImplementedForSymbol
from weft.mxnet.symbol import _executor
from weft.mxnet.symbol._arithmetic import Arithmetic
from weft.mxnet.symbol._compose import HIDDEN, annotation, composed, copied
from weft.mxnet.symbol._inference import Inference
from weft.mxnet.symbol._inputs import output_names, visible_outputs
from weft.mxnet.symbol._modes import given_shape, is_np_shape

_LEGACY, _PRESENT = 10901, 20000  # versions of MXNet, as files write them


class Symbol(Arithmetic):
    """One output or several of a graph.

    Made by `Variable`, by `Group` and by calling operators, such as `mx.sym.FullyConnected`.
    """

    __slots__ = ("_heads",)

    np_kind: ClassVar[Any] = None  # symbols with NumPy's arithmetic; `numpy.py` fills the place in

    def __init__(self, heads: Sequence[Entry]) -> None:
        self._heads = list(heads)

    # ---- what it is --------------------------------------------------------------------------

    @property
    def name(self) -> str | None:
        """The name of the node; None for a group."""
        nodes = {id(node) for node, _ in self._heads}
        return self._heads[0][0].name if len(nodes) == 1 else None

    def __repr__(self) -> str:
        if self.name is None:
            return f"<{type(self).__name__} group [{', '.join(str(s.name) for s in self)}]>"
        return f"<{type(self).__name__} {self.name}>"

    def __len__(self) -> int:
        return len(self._heads)

    def __iter__(self) -> Iterator["Symbol"]:
        return (self._of([head]) for head in self._heads)

    def __bool__(self) -> bool:
        raise NotImplementedForSymbol(type(self).__bool__, "bool")

    def __getitem__(self, index: int | str | slice) -> "Symbol":
        """An output by its number or its name, or some by a slice."""
        if isinstance(index, slice):
            return self._of(self._heads[index])
        if isinstance(index, str):
            names = self.list_outputs()
            found = [place for place, known in enumerate(names) if known == index]
            if len(found) != 1:
                problem = "has several outputs" if found else "has no output"
                raise InvalidValue(
                    f"Symbol: {problem} `{index}`{hint(index, {}, names)}; outputs are "
                    f"{', '.join(names)}"
                )
            index = found[0]
        if isinstance(index, bool) or not isinstance(index, int):
            raise InvalidType(f"Symbol: an index must be a number or a name; got {index!r}")
        if not -len(self) <= index < len(self):
            raise IndexError(f"Symbol: there is no output {index}; there are {len(self)}")
        return self._of([self._heads[index]])

    @classmethod
    def _of(cls, heads: Sequence[Entry]) -> "Symbol":
        return cls(heads)

    def _nodes(self) -> list[GraphNode]:
        return list(reachable(node for node, _ in self._heads))

    def _states(self) -> set[int]:
        """The variables, by their ids, that are auxiliary states."""
        found: set[int] = set()
        for node in self._nodes():
            for place in state_places(node.op, node.attributes) if node.inputs else ():
                if place < len(node.inputs) and node.inputs[place][0].is_variable:
                    found.add(id(node.inputs[place][0]))
        return found

    def list_arguments(self) -> list[str]:
        """The names of the variables, without auxiliary states, in the order of their use."""
        states = self._states()
        return [n.name for n in self._nodes() if n.is_variable and id(n) not in states]

    def list_auxiliary_states(self) -> list[str]:
        """The names of the states that training changes beside gradients, such as moving means."""
        states = self._states()
        return [node.name for node in self._nodes() if id(node) in states]

    def list_inputs(self) -> list[str]:
        """The names of all variables, auxiliary states included."""
        return [node.name for node in self._nodes() if node.is_variable]

    def list_outputs(self) -> list[str]:
        """The names of the outputs: those of nodes with `_output` behind them."""
        return [_output_name(node, number) for node, number in self._heads]

    @property
    def num_outputs(self) -> int:
        """How many outputs there are."""
        return len(self)

    # ---- attributes --------------------------------------------------------------------------

    def attr(self, key: str) -> str | None:
        """An attribute of the node, as a text; None where there is none."""
        if self.name is None:
            raise Unsupported("attr: a group of symbols has no attributes; take one by its number")
        attrs = self._heads[0][0].attrs
        return attrs.get(key, attrs.get(f"__{key}__"))

    def list_attr(self, recursive: bool = False) -> dict[str, str]:
        """All attributes of the node."""
        if recursive:
            raise Unsupported("list_attr: `recursive` must be False; `attr_dict()` has all nodes")
        return _shown(self._heads[0][0])

    def attr_dict(self) -> dict[str, dict[str, str]]:
        """The attributes of all nodes that have some, by the nodes' names."""
        return {node.name: _shown(node) for node in self._nodes() if node.attrs}

    def _set_attr(self, **kwargs: str) -> None:
        """Sets attributes of the node; `name` is its name."""
        node = self._heads[0][0]
        for key, value in kwargs.items():
            if not isinstance(value, str):
                raise InvalidType(f"_set_attr: `{key}` must be a string; got {value!r}")
            if key == "name":
                node.name = value
            else:
                node.attrs[annotation(key)] = value

    # ---- parts and wholes --------------------------------------------------------------------

    def get_internals(self) -> "Symbol":
        """All results on the way to the outputs, as one group.

        >>> from weft import mxnet as mx
        >>> y = mx.sym.relu(mx.sym.Variable("x"), name="act")
        >>> y.get_internals().list_outputs()
        ['x', 'act_output']
        """
        return self._of([(node, n) for node in self._nodes() for n in range(_result_count(node))])

    def get_children(self) -> "Symbol | None":
        """What the outputs' nodes read; None for variables."""
        nodes = list({id(node): node for node, _ in self._heads}.values())
        found = [entry for node in nodes for entry in node.inputs]
        return self._of(found) if found else None

    def get_inputs(self) -> "Symbol":
        """All variables, as one group."""
        return self._of([(node, 0) for node in self._nodes() if node.is_variable])

    def __call__(self, *args: "Symbol", **kwargs: Any) -> "Symbol":
        """The graph with other symbols in the place of its arguments; this one stays as it is.

        args, kwargs: symbols, by position or by the names of arguments; `name` names the result
        """
        own = kwargs.pop("name", None)
        for key, value in (*enumerate(args), *kwargs.items()):
            if not isinstance(value, Symbol):
                raise InvalidType(
                    f"compose: argument {key} must be a symbol; got {type(value).__name__}"
                )
        by_place = [value._heads for value in args]
        by_name = {key: value._heads for key, value in kwargs.items()}
        return self._of(composed(self._heads, self.list_inputs(), by_place, by_name, own))

    def _compose(self, *args: "Symbol", **kwargs: Any) -> None:
        self._heads = self(*args, **kwargs)._heads

    def __copy__(self) -> "Symbol":
        return self._of(copied(self._heads))

    def __deepcopy__(self, _: Any) -> "Symbol":
        return self._of(copied(self._heads))

    def _gen_atomic_symbol(self) -> "Symbol":
        """The node alone: its inputs are new variables."""
        node = self._heads[0][0]
        made = GraphNode(node.op, node.name, dict(node.attrs), [], list(node.subgraphs))
        made.inputs = [(GraphNode("null", child.name), 0) for child, _ in node.inputs]
        return self._of([(made, number) for number in range(_result_count(made))])

    # ---- files -------------------------------------------------------------------------------

    def tojson(self, remove_amp_cast: bool = True) -> str:
        """The text of a symbol file. remove_amp_cast: without conversions of mixed precision."""
        heads = _without_casts(self._heads) if remove_amp_cast else self._heads
        return to_json(Graph(heads, file_attributes()))

    def save(self, fname: str | PathLike[str], remove_amp_cast: bool = True) -> None:
        """Writes a symbol file, which `mx.sym.load` reads, as does MXNet."""
        write_text(fname, self.tojson(remove_amp_cast), "save")

    def __reduce__(self) -> Any:
        return _loaded, (type(self), self.tojson(remove_amp_cast=False))

    def debug_str(self) -> str:
        """The nodes in the order in which they run, for people."""
        lines = ["Symbol Outputs:"]
        lines += [f"\toutput[{i}]={n.name}({k})" for i, (n, k) in enumerate(self._heads)]
        for node in self._nodes():
            if node.is_variable:
                lines.append(f"Variable:{node.name}")
                continue
            lines += ["-" * 20, f"Op:{node.op}, Name={node.name}", "Inputs:"]
            lines += [f"\targ[{i}]={c.name}({k})" for i, (c, k) in enumerate(node.inputs)]
            if node.attrs:
                lines += ["Attrs:", *(f"\t{k}={v}" for k, v in sorted(node.attrs.items()))]
        return "\n".join(lines) + "\n"

    # ---- shapes and dtypes -------------------------------------------------------------------

    def infer_shape(self, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        """Shapes of arguments, outputs and auxiliary states, from those of some arguments.

        args, kwargs: shapes, in the order of `list_arguments()` or by name; 0 is an unknown extent

        Three Nones, and a warning, where they do not follow; ValueError where they contradict
        each other.
        """
        found = self._inferred("infer_shape", args, kwargs)
        return found.whole_shapes()

    def infer_shape_partial(self, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        """Like `infer_shape`, with `()` and 0 where shapes and extents are not known."""
        return self._inferred("infer_shape_partial", args, kwargs).shapes()

    def infer_type(self, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        """Types of NumPy of arguments, outputs and auxiliary states, from those of some arguments.

        Three Nones, and a warning, where they do not follow.
        """
        return self._inferred("infer_type", (), {}, args, kwargs).whole_types()

    def infer_type_partial(self, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        """Like `infer_type`, with None where a type is not known."""
        return self._inferred("infer_type_partial", (), {}, args, kwargs).types()

    def _inferred(
        self,
        caller: str,
        shapes: Sequence[Any],
        named_shapes: Mapping[str, Any],
        types: Sequence[Any] = (),
        named_types: Mapping[str, Any] | None = None,
    ) -> Inference:
        by_shape = _by_name(caller, self.list_arguments(), shapes, named_shapes)
        by_type = _by_name(caller, self.list_arguments(), types, named_types or {})
        known = {
            key: given_shape(caller, key, value)
            for key, value in by_shape.items()
            if value is not None
        }
        return Inference(self._heads, self._states(), known, by_type, caller)

    # ---- arrays ------------------------------------------------------------------------------

    def bind(self, ctx: Any = None, args: Any = None, *rest: Any, **options: Any) -> Any:
        """An executor on arrays that exist; see `symbol/_executor.py`."""
        return _executor.bind(self, ctx, args, *rest, **options)

    def simple_bind(self, ctx: Any = None, *rest: Any, **options: Any) -> Any:
        """An executor on new arrays; see `symbol/_executor.py`."""
        return _executor.simple_bind(self, ctx, *rest, **options)

    _bind = bind  # 2.0 has them under these names
    _simple_bind = simple_bind

    def eval(self, ctx: Any = None, **kwargs: Any) -> list[Any]:
        """The outputs for arrays by name.

        >>> from weft import mxnet as mx, np
        >>> x = mx.sym.Variable("x")
        >>> (x * 2).eval(x=np.ones(2))[0].asnumpy()
        array([2., 2.], dtype=float32)
        """
        return self.bind(ctx, kwargs, grad_req="null").forward()

    def gradient(self, wrt: Any) -> "Symbol":
        """MXNet has the name, and refuses it as well."""
        raise Unsupported("gradient: is not available; bind the symbol and use `backward`")

    def optimize_for(self, backend: str, *args: Any, **kwargs: Any) -> "Symbol":
        """The symbol itself: plans are made, and fused, when it runs."""
        return self

    get_backend_symbol = optimize_for

    def as_nd_ndarray(self) -> "Symbol":
        """The symbol with 1.x's arithmetic."""
        return Symbol(self._heads)

    def as_np_ndarray(self) -> "Symbol":
        """The symbol with NumPy's arithmetic."""
        assert Symbol.np_kind is not None  # `symbol.numpy` is imported with the package
        return Symbol.np_kind(self._heads)

    def _refuse(self, what: str) -> Any:
        raise NotImplementedForSymbol(what)

    def asnumpy(self) -> Any:
        """Refused: a symbol has no elements."""
        self._refuse("asnumpy")

    def asscalar(self) -> Any:
        """Refused: a symbol has no elements."""
        self._refuse("asscalar")

    def wait_to_read(self) -> None:
        """Refused: a symbol has no elements."""
        self._refuse("wait_to_read")

    def backward(self) -> None:
        """Refused: an executor has it."""
        self._refuse("backward")

    def detach(self) -> "Symbol":
        """Refused: `mx.sym.stop_gradient` has the meaning."""
        return self._refuse("detach")

    def copy(self) -> "Symbol":
        """Refused: `copy.copy` copies a graph."""
        return self._refuse("copy")

    def as_in_context(self, context: Any) -> "Symbol":
        """Refused: an executor is on a device."""
        return self._refuse("as_in_context")


def _result_count(node: GraphNode) -> int:
    return 1 if node.is_variable else visible_outputs(node.op, node.attributes)


def _output_name(node: GraphNode, number: int) -> str:
    if node.is_variable:
        return node.name
    return output_names(node.op, node.name, node.attributes)[number]


def _shown(node: GraphNode) -> dict[str, str]:
    """Attributes; those that may be spelled without underscores have both keys."""
    bare = {key: node.attrs[f"__{key}__"] for key in HIDDEN if f"__{key}__" in node.attrs}
    return {**node.attrs, **bare}


def file_attributes() -> dict[str, Any]:
    """What files say of the whole graph: the version, and the kind of shapes."""
    if is_np_shape():
        return {"is_np_shape": ["int", 1], "mxnet_version": ["int", _PRESENT]}
    return {"mxnet_version": ["int", _LEGACY]}


def _without_casts(heads: Sequence[Entry]) -> list[Entry]:
    """The graph without `amp_cast`: what reads one reads its input."""
    if not any(node.op.startswith("amp_") for node in reachable(n for n, _ in heads)):
        return list(heads)
    own = copied(heads)

    def behind(entry: Entry) -> Entry:
        node, number = entry
        while node.op in ("amp_cast", "amp_multicast"):
            node, number = node.inputs[number if node.op == "amp_multicast" else 0]
        return node, number

    for node in reachable(node for node, _ in own):
        node.inputs = [behind(entry) for entry in node.inputs]
    return [behind(head) for head in own]


def _by_name(
    caller: str, names: Sequence[str], given: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """Values by name, from a row in the order of the arguments or from keywords."""
    if given and named:
        raise InvalidValue(f"{caller}: give values by position or by name, not both")
    if len(given) > len(names):
        raise InvalidValue(
            f"{caller}: the symbol has {len(names)} arguments, {', '.join(names)}; got {len(given)}"
        )
    return {**dict(zip(names, given, strict=False)), **named}


def _loaded(kind: type[Symbol], text: str) -> Symbol:
    """A symbol that was pickled."""
    return kind(parse_graph(text, "Symbol").heads)


__all__ = ["Symbol", "file_attributes"]
