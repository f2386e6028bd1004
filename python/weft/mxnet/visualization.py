"""Networks as tables and as pictures: `mx.viz`.

>>> from weft import mxnet as mx
>>> net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
>>> mx.viz.print_summary(net, {"data": (1, 3)}, line_length=60)  # doctest: +ELLIPSIS
____...
Layer (type)...
"""

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet._operators import parse
from weft.mxnet._reading.graph import GraphNode
from weft.mxnet.symbol._inference import Inference
from weft.mxnet.symbol._modes import given_shape
from weft.mxnet.symbol._symbol import Symbol

_ENDINGS = ("weight", "bias", "gamma", "beta", "moving_mean", "moving_var", "running_mean")
_ENDINGS += ("running_var", "parameters", "state", "state_cell")


def _is_parameter(node: GraphNode) -> bool:
    """Is it a variable that belongs to a layer?"""
    return node.is_variable and node.name.endswith(_ENDINGS)


def _shapes(symbol: Symbol, shape: Mapping[str, Sequence[int]] | None, caller: str) -> Any:
    if shape is None:
        return None
    known = {name: given_shape(caller, name, given) for name, given in shape.items()}
    found = Inference(symbol._heads, symbol._states(), known, {}, caller)
    missing = [node.name for node in found.unknown() if not _is_label(node)]
    if missing:
        raise InvalidValue(
            f"{caller}: the shapes of {', '.join(missing[:5])} do not follow from `shape`; give "
            "those of all data"
        )
    return found


def _is_label(node: GraphNode) -> bool:
    return node.name.endswith("label")


def print_summary(
    symbol: Symbol,
    shape: Mapping[str, Sequence[int]] | None = None,
    line_length: int = 120,
    positions: Sequence[float] = (0.44, 0.64, 0.74, 1.0),
) -> None:
    """Prints a table of the layers: name and operator, output's shape, parameters, inputs.

    shape: of data by name; without it neither shapes nor parameters are known
    positions: where columns end, as parts of the line
    """
    if not isinstance(symbol, Symbol):
        raise InvalidType(f"print_summary: must be given a symbol; got {type(symbol).__name__}")
    found = _shapes(symbol, shape, "print_summary")
    ends = [int(line_length * p) if p <= 1 else int(p) for p in positions]

    def row(fields: Sequence[str]) -> None:
        line = ""
        for field, end in zip(fields, ends, strict=True):
            line = (line + field)[: end - 1].ljust(end)
        print(line.rstrip())

    print("_" * line_length)
    row(["Layer (type)", "Output Shape", "Param #", "Previous Layer"])
    print("=" * line_length)
    total, counted = 0, set[int]()
    shown = [n for n in symbol._nodes() if not _is_parameter(n) and not _is_label(n)]
    for number, node in enumerate(shown):
        count = _count(node, found, counted)
        total += count
        before = [child.name for child, _ in node.inputs if child in shown]
        out = "" if found is None else "x".join(map(str, (found.shape(node) or ())[1:]))
        row([f"{node.name}({node.op})", out, str(count), before[0] if before else ""])
        for name in before[1:]:
            row(["", "", "", name])
        print(("=" if number == len(shown) - 1 else "_") * line_length)
    print(f"Total params: {total}")
    print("_" * line_length)


def _count(node: GraphNode, found: Any, counted: set[int]) -> int:
    """How many elements the parameters of a node have that were not counted before."""
    count = 0
    for child, _ in node.inputs:
        if found is None or not _is_parameter(child) or id(child) in counted:
            continue
        if child.name.endswith(("moving_mean", "moving_var", "running_mean", "running_var")):
            continue
        counted.add(id(child))
        count += math.prod(found.shape(child) or (0,))
    return count


# ---- pictures ------------------------------------------------------------------------------------

_COLORS = ("#8dd3c7", "#fb8072", "#ffffb3", "#bebada", "#80b1d3", "#fdb462", "#b3de69", "#fccde5")
_BY_KIND = {
    "FullyConnected": 1,
    "Convolution": 1,
    "Deconvolution": 1,
    "Activation": 2,
    "LeakyReLU": 2,
    "BatchNorm": 3,
    "Pooling": 4,
    "Concat": 5,
    "Flatten": 5,
    "Reshape": 5,
    "Softmax": 6,
    "SoftmaxOutput": 6,
}


def plot_network(
    symbol: Symbol,
    title: str = "plot",
    save_format: str = "pdf",
    shape: Mapping[str, Sequence[int]] | None = None,
    dtype: Mapping[str, Any] | None = None,
    node_attrs: Mapping[str, str] | None = None,
    hide_weights: bool = True,
) -> Any:
    """The graph as a `graphviz.Digraph`, for which the package graphviz must be installed.

    shape: of data by name, for shapes at the edges
    node_attrs: of graphviz, for all nodes
    hide_weights: are parameters left out?

    Raises ImportError without graphviz.
    """
    try:
        from graphviz import Digraph
    except ImportError:
        raise ImportError(
            "plot_network: the package graphviz must be installed: pip install graphviz"
        ) from None
    if not isinstance(symbol, Symbol):
        raise InvalidType(f"plot_network: must be given a symbol; got {type(symbol).__name__}")
    _warn_of_twins(symbol)
    found = _shapes(symbol, shape, "plot_network")
    style = {"shape": "box", "fixedsize": "true", "width": "1.3", "height": "0.8034"}
    style |= {"style": "filled", **(node_attrs or {})}
    picture = Digraph(name=title, format=save_format)
    shown = [n for n in symbol._nodes() if not (hide_weights and _is_parameter(n))]
    for node in shown:
        color = _COLORS[0 if node.is_variable else _BY_KIND.get(node.op, 7)]
        more = {"shape": "oval"} if node.is_variable else {}
        picture.node(name=node.name, label=_label(node), fillcolor=color, **{**style, **more})
    for node in shown:
        for child, number in node.inputs:
            if child not in shown:
                continue
            extents = found.shape(child, number) if found is not None else None
            text = "x".join(map(str, (extents or ())[1:]))
            picture.edge(child.name, node.name, label=text, dir="forward")
    return picture


def _warn_of_twins(symbol: Symbol) -> None:
    names = Counter(node.name for node in symbol._nodes() if node.is_variable)
    twins = sorted(name for name, count in names.items() if count > 1)
    if twins:
        warnings.warn(
            "There are multiple variables with the same name in your graph, this may result in "
            f"cyclic graph. Repeated names: {','.join(twins)}",
            RuntimeWarning,
            stacklevel=3,
        )


def _label(node: GraphNode) -> str:
    """The operator with what it is known by."""
    given = {key: parse(value) for key, value in node.attributes.items()}
    if node.is_variable:
        return node.name
    if node.op in ("Convolution", "Deconvolution", "Pooling"):
        words = [given.get("pool_type"), given.get("kernel"), given.get("stride", "1")]
        words.append(given.get("num_filter"))
        return f"{node.op}\n{', '.join(str(word) for word in words if word)}"
    detail = given.get("num_hidden", given.get("act_type"))
    return f"{node.op}\n{detail}" if detail else node.op


__all__ = ["plot_network", "print_summary"]
__dir__ = __all__.copy
