"""Pruning by magnitude: weights near 0 become 0 and stay so, by masks of their parameters."""

import re
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft.gluon import Block
from weft.gluon.parameter import Parameter

PATTERN = re.compile(r"(\d+):(\d+)")
SCOPES = ("global", "layer")


def prune(
    net: Block, amount: float | str, *, scope: str = "global", select: str | None = None
) -> dict[str, float]:
    """Sets the smallest weights of a network to 0; they stay 0 whatever a trainer does (they get
    masks: `Parameter.mask`). Gives the share of zeros in each of these parameters.

    net: initialized, with shapes that are known; changed in place
    amount: the share of weights that becomes 0, at least 0 and less than 1; or `"2:4"`: of four
        neighbours along a weight's axis 1 (features, or channels that are read) the two largest
        stay, as sparse tensor cores want it. Weights whose axis 1 four does not divide stay whole
    scope: is `amount` the share in all weights together, 'global', or in each, 'layer'?
    select: regular expression that names of parameters must match from their start; without it all
        that are trained and have at least two axes, as biases and norms' factors have not

    What was pruned before is smallest, so a growing `amount` keeps it.

    Raises ValueError for such an amount or scope, LookupError where no parameter is selected.

    >>> from weft import gluon
    >>> from weft.quantization import prune
    >>> layers = gluon.nn.Dense(8, in_units=4), gluon.nn.Dense(2, in_units=8)
    >>> net = gluon.nn.HybridSequential(*layers)
    >>> net.initialize()
    >>> prune(net, 0.5, scope="layer")
    {'0.weight': 0.5, '1.weight': 0.5}
    """
    chosen = _selected(net, select, "prune")
    if isinstance(amount, str):
        masks = _masks_by_pattern(chosen, amount)
    else:
        _check_share(amount, "prune", "amount")
        if scope not in SCOPES:
            raise InvalidValue(f"prune: `scope` must be 'global' or 'layer'; got {scope!r}")
        masks = _masks_by_share(chosen, amount, is_global=scope == "global")
    for name, mask in masks.items():
        chosen[name].mask = np.array(mask)
    return {name: 1 - float(mask.mean()) for name, mask in masks.items()}


def forget_masks(net: Block) -> None:
    """Takes the masks of all parameters away: what is 0 may be trained again.

    >>> from weft import compression
    >>> from weft.gluon import nn
    >>> net = nn.Dense(4, in_units=4)
    >>> net.initialize()
    >>> report = compression.prune(net, 0.5)
    >>> compression.forget_masks(net)
    """
    for parameter in net.collect_params().values():
        parameter.mask = None


class Pruner:
    """Prunes step by step while a network is trained: `step()` after each step of the trainer.

    amount: the share of weights that is 0 in the end; scope, select: as for `prune`
    steps: how many `step()`s it takes to get there, from `begin` on; every: at how many of them
    weights are pruned

    The share grows fast at first and slowly at last, s (1 - (1 - t)³) with t from 0 to 1 (Zhu and
    Gupta 2017).

    >>> from weft import gluon
    >>> from weft.quantization import Pruner
    >>> net = gluon.nn.Dense(10, in_units=10)
    >>> net.initialize()
    >>> pruner = Pruner(net, 0.8, steps=4)
    >>> [round(pruner.step(), 2) for _ in range(5)]
    [0.46, 0.7, 0.79, 0.8, 0.8]
    """

    def __init__(
        self,
        net: Block,
        amount: float,
        *,
        steps: int,
        begin: int = 0,
        every: int = 1,
        scope: str = "global",
        select: str | None = None,
    ) -> None:
        _check_share(amount, "Pruner", "amount")
        _selected(net, select, "Pruner")
        if scope not in SCOPES:
            raise InvalidValue(f"Pruner: `scope` must be 'global' or 'layer'; got {scope!r}")
        if steps < 1 or begin < 0 or every < 1:
            raise InvalidValue(
                "Pruner: `steps` and `every` must be at least 1 and `begin` at least 0; got "
                f"steps={steps}, begin={begin}, every={every}"
            )
        self._net, self._amount, self._steps = net, amount, steps
        self._begin, self._every = begin, every
        self._scope, self._select = scope, select
        self._count = 0

    def step(self) -> float:
        """Counts a step, prunes if it is time to, and gives the share that is due by now."""
        self._count += 1
        past = self._count - self._begin
        share = self.share(self._count)
        if 0 < past <= self._steps and (past % self._every == 0 or past == self._steps):
            prune(self._net, share, scope=self._scope, select=self._select)
        return share

    def share(self, count: int) -> float:
        """The share of zeros after so many steps."""
        done = min(max((count - self._begin) / self._steps, 0.0), 1.0)
        return self._amount * (1 - (1 - done) ** 3)


def _selected(net: Block, select: str | None, caller: str) -> dict[str, Parameter]:
    if not isinstance(net, Block):
        raise InvalidType(f"{caller}: `net` must be a Block; got {type(net).__name__}")
    found = {
        name: parameter
        for name, parameter in net.collect_params(select).items()
        if parameter.grad_req != "null" and len(parameter.list_data()[0].shape) > 1
    }
    if not found:
        what = "" if select is None else f" that matches {select!r}"
        raise NotFound(f"{caller}: `net` has no trained weight of two axes or more{what}")
    return found


def _check_share(amount: Any, caller: str, name: str) -> None:
    if not isinstance(amount, int | float) or not 0 <= amount < 1:
        raise InvalidValue(f"{caller}: `{name}` must be at least 0 and less than 1; got {amount}")


def _masks_by_share(chosen: dict[str, Parameter], amount: float, *, is_global: bool) -> Any:
    sizes = {name: abs(p.data().astype("float32").asnumpy()) for name, p in chosen.items()}
    if not is_global:
        return {
            name: _largest(size.ravel(), amount).reshape(size.shape) for name, size in sizes.items()
        }
    kept = _largest(numpy.concatenate([size.ravel() for size in sizes.values()]), amount)
    ends = numpy.cumsum([size.size for size in sizes.values()])[:-1]
    parts = numpy.split(kept, ends)
    return {
        name: part.reshape(size.shape)
        for (name, size), part in zip(sizes.items(), parts, strict=True)
    }


def _largest(sizes: Any, amount: float) -> Any:
    """True for all but the smallest ones, of which there are exactly that share."""
    count = round(amount * len(sizes))
    kept = numpy.ones(len(sizes), bool)
    kept[numpy.argsort(sizes, kind="stable")[:count]] = False
    return kept


def _masks_by_pattern(chosen: dict[str, Parameter], pattern: str) -> dict[str, Any]:
    found = PATTERN.fullmatch(pattern)
    kept, group = (int(text) for text in found.groups()) if found else (0, 0)
    if not 0 < kept < group:
        raise InvalidValue(
            "prune: `amount` as a text must be 'N:M', with N of M weights that stay, such as "
            f"'2:4'; got {pattern!r}"
        )
    masks = {}
    for name, parameter in chosen.items():
        size = numpy.moveaxis(abs(parameter.data().astype("float32").asnumpy()), 1, -1)
        if size.shape[-1] % group == 0:
            groups = size.reshape(-1, group)
            order = numpy.argsort(-groups, axis=1, kind="stable")
            mask = numpy.zeros(groups.shape, bool)
            numpy.put_along_axis(mask, order[:, :kept], True, axis=1)
            masks[name] = numpy.moveaxis(mask.reshape(size.shape), -1, 1)
    if not masks:
        raise InvalidValue(
            f"prune: no weight has an axis 1 that {group} divides, as `amount` {pattern!r} needs"
        )
    return masks
