"""Pruning by whole channels: a network with fewer of them, in all layers that they go through."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft.compression._channels import ChannelGroups, Group
from weft.compression._graph.macs import macs_of
from weft.compression._graph.rebuilt import rebuilt
from weft.compression._graph.traced import Batches, inputs_of, traced
from weft.compression._pruning import _check_share
from weft.gluon import HybridBlock, SymbolBlock
from weft.sym._nodes import Call, Entry, Node, Variable

CALLER = "shrink"
HALVINGS = 20  # of the interval in which the share of channels is looked for
Kept = dict[Group, Any]


def shrink(
    net: HybridBlock,
    data: Any,
    amount: float | Mapping[str, float] | None = None,
    *,
    macs: float | None = None,
    scope: str = "layer",
) -> SymbolBlock:
    """The network with fewer channels, as a block of its own that is trained on and exported like
    any other: the graph shrinks, so it needs less time, memory and storage.

    net: a block, initialized; it stays as it is
    data: an array (N, ...), or batches of a `DataLoader`, whose first tells the shapes
    amount: the share of channels that goes; or shares by names of layers, of nodes or of blocks,
        where others stay whole. At least one channel of each layer stays
    macs: instead: the share of multiplications that goes, at least
    scope: is it the share in each layer, 'layer', or in all together, 'global', where layers whose
        channels differ more lose more?

    Channels that are added to each other go together. Those that reach the network's results, or
    an operator that does not treat channels alike, stay. The ones that go have the smallest norms
    of their filters, with batch norms folded, over the mean of the layer (Li et al. 2017).

    Raises ValueError for such a share, LookupError for a layer that the network lacks or whose
    channels must stay.

    >>> from weft import gluon, np
    >>> from weft.quantization import shrink
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(8, activation="relu"), gluon.nn.Dense(2))
    >>> net.initialize()
    >>> small = shrink(net, np.ones((1, 3)), 0.5)
    >>> [parameter.shape for parameter in small.collect_params().values()]
    [(4, 3), (4,), (2, 4), (2,)]
    """
    if (amount is None) == (macs is None):
        raise InvalidType(f"{CALLER}: takes either `amount` or `macs`")
    if scope not in ("layer", "global"):
        raise InvalidValue(f"{CALLER}: `scope` must be 'layer' or 'global'; got {scope!r}")
    batch = Batches(data, CALLER, "data", len(inputs_of(net, CALLER))).first
    found = traced(net, batch, CALLER)
    known = ChannelGroups(found, found.shapes(batch))
    scores = {group: _scores(known, group) for group in known.groups()}
    if macs is not None:
        _check_share(macs, CALLER, "macs")
        kept = _kept_for(known, scores, macs, batch, is_global=scope == "global")
    elif isinstance(amount, Mapping):
        kept = _kept_by_name(known, scores, amount)
    else:
        _check_share(amount, CALLER, "amount")
        kept = _kept(scores, amount, is_global=scope == "global")
    return _block(known, kept)


def _scores(known: ChannelGroups, group: Group) -> Any:
    """How much each channel counts: norms of the filters that make it, each over their mean."""
    total = numpy.zeros(group.size)
    for variable in group.sources:
        weight = known.net.parameters[variable].data().astype("float32").asnumpy()
        norms = numpy.linalg.norm(weight.reshape(len(weight), -1), axis=1)
        norm = known.norms.get(variable)
        if norm is not None:
            norms = norms * _gain(known, norm)
        total += norms / max(float(norms.mean()), 1e-20)
    return total / max(len(group.sources), 1)


def _gain(known: ChannelGroups, norm: Call) -> Any:
    arrays = {
        name: known.net.parameters[entry.node].data().asnumpy()
        for name, entry in zip(
            ("gamma", "var"), (norm.arguments[1], norm.arguments[4]), strict=True
        )
        if entry.node in known.net.parameters
    }
    if len(arrays) < 2:
        return 1.0
    return abs(arrays["gamma"]) / numpy.sqrt(arrays["var"] + norm.attributes.get("eps", 1e-5))


def _kept(scores: Kept, amount: float, *, is_global: bool) -> Kept:
    """Indices of the channels that stay."""
    if is_global and scores:
        every = numpy.sort(numpy.concatenate(list(scores.values())))
        least = every[min(round(amount * len(every)), len(every) - 1)]
        return {g: _best(score, int((score >= least).sum())) for g, score in scores.items()}
    return {g: _best(score, round(g.size * (1 - amount))) for g, score in scores.items()}


def _best(score: Any, count: int) -> Any:
    return numpy.sort(numpy.argsort(-score, kind="stable")[: max(count, 1)])


def _kept_by_name(known: ChannelGroups, scores: Kept, amounts: Mapping[str, float]) -> Kept:
    kept: Kept = {}
    for wanted, amount in amounts.items():
        _check_share(amount, CALLER, f"amount[{wanted!r}]")
        groups = [g for g in scores if any(_is_at(name, wanted) for name in g.layers)]
        if not groups:
            names = ", ".join(name for group in scores for name in group.layers) or "none"
            raise NotFound(
                f"{CALLER}: `amount` must name layers whose channels can be removed; got "
                f"`{wanted}`; these layers are {names}"
            )
        for group in groups:
            kept[group] = _best(scores[group], round(group.size * (1 - amount)))
    return kept


def _is_at(name: str, wanted: str) -> bool:
    return f"{name}.".startswith(f"{wanted}.")


def _kept_for(
    known: ChannelGroups, scores: Kept, share: float, batch: Any, *, is_global: bool
) -> Kept:
    """The fewest channels that go for this share of the multiplications."""
    whole = sum(macs_of(known.net.heads, known.shapes).values())

    def left(amount: float) -> float:
        heads, params = _shrunk(known, _kept(scores, amount, is_global=is_global))
        small = replace(known.net, heads=heads, parameters={})
        shapes = small.shapes_for(batch, {name: value.shape for name, value in params.items()})
        return sum(macs_of(heads, shapes).values()) / max(whole, 1)

    low, high = 0.0, 1.0
    if left(1.0) > 1 - share:
        raise InvalidValue(
            f"{CALLER}: `macs` must be at most {1 - left(1.0):.3f}, which leaves one channel of "
            f"each layer that can shrink; got {share}"
        )
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if left(middle) <= 1 - share else (middle, high)
    return _kept(scores, high, is_global=is_global)


def _block(known: ChannelGroups, kept: Kept) -> SymbolBlock:
    heads, params = _shrunk(known, kept)
    return known.net.block(heads, {name: np.array(value) for name, value in params.items()})


def _shrunk(known: ChannelGroups, kept: Kept) -> tuple[list[Entry], dict[str, Any]]:
    """The smaller graph, and NumPy's arrays for its variables."""
    params: dict[str, Any] = {}

    def make(node: Node, now: Any) -> list[Entry] | None:
        if isinstance(node, Variable) and node in known.net.parameters:
            value = known.net.parameters[node].data().asnumpy()
            for axis, (group, repeat) in known.cuts.get(node, {}).items():
                chosen = kept.get(group.root())
                if chosen is not None:
                    places = (chosen[:, None] * repeat + numpy.arange(repeat)).ravel()
                    value = numpy.take(value, places, axis)
            params[node.name] = value
            variable = Variable(node.name, node.attrs, value.shape, node.dtype)
            return [Entry(variable, 0)]
        if node in known.depthwise and known.depthwise[node].root() in kept:
            copy = node.copied([e if e is None else now(e) for e in node.arguments])
            groups = len(kept[known.depthwise[node].root()])
            copy.attributes = {**node.attributes, "num_group": groups}
            return [Entry(copy, 0)]
        return None

    return rebuilt(known.net.heads, make), params
