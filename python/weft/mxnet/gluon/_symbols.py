"""Blocks on symbols of `mx.sym`: what Weft composes of a block, in operators of MXNet.

A block of Weft's layers is composed of Weft's symbols, and each node of the result becomes the
operator of MXNet that means the same. So `net(mx.sym.var("data"))` is a symbol that binds, is
inspected, and is written to a `-symbol.json`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from weft import sym as _weft
from weft._base.errors import Unsupported
from weft._trace.state import outside_trace
from weft.mxnet._array_methods import give_symbols
from weft.mxnet.gluon._symbol_rules import RULES as _OF_NUMPY
from weft.mxnet.gluon._symbol_rules import constant_of, has_values, value_of, with_numbers
from weft.mxnet.name import Prefix

give_symbols(_weft.Symbol)

# What a layer is for, by the names of MXNet's functions; beside it there may be an activation.
_MAIN = frozenset(
    {
        *("convolution", "deconvolution", "fullyconnected", "pooling", "embedding", "dropout"),
        *("batchnorm", "layernorm", "instancenorm", "groupnorm", "leakyrelu", "activation"),
    }
)
_ACTIVATIONS = frozenset({"relu", "sigmoid", "tanh", "softsign"})


class LayerNames(Prefix):
    """Names of what a layer of this package is composed of, as MXNet has them: `dense0_fwd`, and
    `dense0_relu_fwd` for an activation behind it."""

    def __init__(self, prefix: str) -> None:
        super().__init__(prefix)
        self._has_main = False

    def get(self, name: str | None, hint: str) -> str:
        if not name and hint in _MAIN and not self._has_main:
            self._has_main, name = True, "fwd"
        elif not name and hint in _ACTIVATIONS:
            name = f"{hint}_fwd" if self._has_main else "fwd"
            self._has_main = True
        return super().get(name, hint)


Inputs = list[Any]
Shapes = list[Any]


def is_symbol(value: Any) -> bool:
    """Is it a symbol of `mx.sym`? Most programs have none, and shall not pay for the import."""
    if not type(value).__name__.endswith("Symbol"):  # those with NumPy's arithmetic are `_Symbol`
        return False
    from weft.mxnet.symbol import Symbol

    return isinstance(value, Symbol)


def composed(
    block: Any,
    symbols: list[Any],
    parameters: Mapping[str, Any],
    types: Any = (),
    constants: dict[str, Any] | None = None,
) -> Any:
    """The outputs of a block on symbols; `parameters` are its own by the names of their variables.

    types: dtype and shape of each symbol, where they are known, for code that asks for them
    constants: gets arrays that the block makes itself, by the names of variables for them

    Raises NotImplementedError for what MXNet has no operator for.
    """
    before = {name: parameter.name for name, parameter in parameters.items()}
    for name, parameter in parameters.items():
        parameter.name = name
    try:
        known = [{"dtype": dtype, "shape": shape} for dtype, shape in types]
        known += [{}] * (len(symbols) - len(known))
        placeholders = [_weft.var(f"__input{n}", **known[n]) for n in range(len(symbols))]
        with outside_trace():  # shapes may be looked for while a graph is traced
            out = type(block)._native_call(block, *placeholders)
        whole = out if isinstance(out, _weft.Symbol) else _weft.Group(list(_flat(out)))
        graph = json.loads(whole.tojson())
    finally:
        for name, parameter in parameters.items():
            parameter.name = before[name]
    title, inputs = type(block).__name__, dict(enumerate(symbols))
    found = _Translation(graph, inputs, parameters, title, constants).heads()
    return found[0] if isinstance(out, _weft.Symbol) and len(found) == 1 else found


def _flat(outputs: Any) -> Iterator[Any]:
    """The symbols of nested lists, such as what a `StochasticBlock` gives, without None."""
    for part in outputs:
        if isinstance(part, list | tuple):
            yield from _flat(part)
        elif part is not None:
            yield part


def translated(graph: Any, inputs: Mapping[int, Any], caller: str) -> list[Any]:
    """The outputs of a graph in the form of Weft's JSON whose variables are `__input0` and so on.

    inputs: the symbols of these, by their numbers

    Raises NotImplementedError for what MXNet has no operator for.
    """
    return _Translation(graph, inputs, {}, caller, None).heads()


class _Translation:
    """The nodes of a graph as symbols of MXNet, each made when it is asked for."""

    def __init__(
        self,
        graph: Any,
        inputs: Mapping[int, Any],
        parameters: Mapping[str, Any],
        title: str,
        constants: dict[str, Any] | None,
    ) -> None:
        self.nodes, self.ends = graph["nodes"], graph["heads"]
        self.constants = constants
        self.inputs, self.parameters, self.title = inputs, parameters, title
        self.made: dict[int, Any] = {}

    def heads(self) -> list[Any]:
        """The outputs."""
        for number in range(len(self.nodes)):  # in order, so that nothing is nested deeply
            if self.nodes[number]["op"] != "by_mode" and not self._is_skipped(number):
                self.made[number] = self._node(self.nodes[number])
        return [self.entry(head) for head in self.ends]

    def _is_skipped(self, number: int) -> bool:
        """The batch norm of training is that of prediction, which knows the mode itself; arrays
        without axes are numbers where they are read."""
        node = self.nodes[number]
        if node["op"] == "constant":
            return not node["value"]["shape"]
        return node["op"] == "batch_norm" and bool(node["attributes"].get("training"))

    def entry(self, place: list[int]) -> Any:
        """The symbol of one output of a node."""
        number, output = place
        node = self.nodes[number]
        if node["op"] == "by_mode":
            trained, predicted = (part["node"] for part in node["inputs"])
            keeps = self.nodes[trained[0]]["op"] == "dropout"
            return self.entry(trained if keeps else predicted)
        made = self.made[number]
        return made[output] if len(made.list_outputs()) > 1 else made

    def _node(self, node: Any) -> Any:
        from weft.mxnet import symbol

        if node["op"] == "variable":
            name = node["name"]
            if name.startswith("__input"):
                return self.inputs[int(name.removeprefix("__input"))]
            return variable(self.parameters[name], name)
        if node["op"] == "constant" and self.constants is not None:
            self.constants[node["name"]] = constant_of(node["value"])
            return symbol.var(node["name"])
        written = with_numbers(node.get("inputs", []), self.nodes)
        rule = None if has_values(written) else _RULES.get(node["op"])
        if rule is None and node["op"] in _OF_NUMPY:
            values = [value_of(part, self.entry) for part in written]
            found = _OF_NUMPY[node["op"]](symbol.np, values, node.get("attributes", {}))
            return found.as_nd_ndarray()
        if rule is None:
            raise Unsupported(
                f"{self.title}: `{node['op']}` has no operator of MXNet in this translation; "
                "`export('net.weft', x)` writes the network for C"
            )
        places = list(_places(written))
        inputs = [self.entry(place) for place in places]
        shapes = [self._shape(place) for place in places]
        return rule(symbol, inputs, node.get("attributes", {}), shapes)

    def _shape(self, place: list[int]) -> Any:
        node = self.nodes[place[0]]
        if node["op"] != "variable" or node["name"] not in self.parameters:
            return None
        return self.parameters[node["name"]].shape


def _places(inputs: Any) -> Iterator[list[int]]:
    """Where the inputs of a node come from, without those that are left out."""
    for part in inputs:
        if isinstance(part, list):
            yield from _places(part)
        elif part is not None:
            yield part["node"]


def variable(parameter: Any, name: str) -> Any:
    """A parameter as a variable of that name."""
    return parameter._as_symbol(name)


# ---- operators


def _convolution(name: str) -> Callable[..., Any]:
    def rule(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
        weight = shapes[1]
        own = {"num_filter": weight[0]}
        if name == "Deconvolution":
            own = {"num_filter": weight[1] * attrs.get("num_group", 1), "adj": attrs.get("adj", ())}
        given = {key: tuple(attrs[key]) for key in ("stride", "pad", "dilate") if key in attrs}
        return getattr(symbol, name)(
            *x,
            kernel=tuple(weight[2:]),
            num_group=attrs.get("num_group", 1),
            no_bias=len(x) < 3,
            **given,
            **own,
        )

    return rule


def _dense(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
    return symbol.FullyConnected(
        *x, num_hidden=shapes[1][0], flatten=attrs.get("flatten", True), no_bias=len(x) < 3
    )


def _pooling(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
    given = {k: tuple(v) if isinstance(v, list) else v for k, v in attrs.items()}
    return symbol.Pooling(*x, **given)


def _batch_norm(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
    return symbol.BatchNorm(
        *x,
        eps=attrs.get("eps", 1e-5),
        momentum=attrs.get("momentum", 0.9),
        axis=attrs.get("axis", 1),
        fix_gamma=False,
    )[0]


def _named(name: str, *keys: str, **renamed: str) -> Callable[..., Any]:
    """An operator with these attributes of the same name, or of another."""

    def rule(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
        given = {key: attrs[key] for key in keys if key in attrs}
        given |= {theirs: attrs[key] for key, theirs in renamed.items() if key in attrs}
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        return getattr(symbol, name)(*x, **given)

    return rule


def _activated(kind: str) -> Callable[..., Any]:
    return lambda symbol, x, attrs, shapes: symbol.LeakyReLU(
        *x, act_type=kind, **({"slope": attrs["slope"]} if "slope" in attrs else {})
    )


def _concatenated(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
    return symbol.Concat(*x, dim=attrs.get("axis", 0))


def _clipped(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
    low, high = attrs.get("min"), attrs.get("max")
    return symbol.clip(x[0], a_min=low, a_max=high)


def _embedded(symbol: Any, x: Inputs, attrs: Any, shapes: Shapes) -> Any:
    return symbol.Embedding(*x, input_dim=shapes[1][0], output_dim=shapes[1][1])


_RULES: dict[str, Callable[..., Any]] = {
    "convolution": _convolution("Convolution"),
    "deconvolution": _convolution("Deconvolution"),
    "fully_connected": _dense,
    "pooling": _pooling,
    "batch_norm": _batch_norm,
    "layer_norm": _named("LayerNorm", "axis", "eps"),
    "instance_norm": _named("InstanceNorm", "eps"),
    "group_norm": _named("GroupNorm", "num_groups", "eps"),
    "dropout": _named("Dropout", "p", "axes"),
    "batch_flatten": _named("Flatten"),
    "embedding": _embedded,
    "concatenate": _concatenated,
    "clip": _clipped,
    "leaky_relu": _activated("leaky"),
    "elu": _activated("elu"),
    "selu": _activated("selu"),
    "gelu": _activated("gelu"),
    "prelu": _activated("prelu"),
    "relu": _named("relu"),
    "sigmoid": _named("sigmoid"),
    "tanh": _named("tanh"),
    "softsign": _named("softsign"),
    "softmax": _named("softmax", "axis"),
    "log_softmax": _named("log_softmax", "axis"),
    "add": _named("broadcast_add"),
    "subtract": _named("broadcast_sub"),
    "multiply": _named("broadcast_mul"),
    "divide": _named("broadcast_div"),
    "exp": _named("exp"),
    "square": _named("square"),
    "sqrt": _named("sqrt"),
    "reshape": _named("reshape", newshape="shape"),
    "transpose": _named("transpose", "axes"),
}

__all__ = ["composed", "is_symbol", "translated", "variable"]
