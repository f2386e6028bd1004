"""Updates that the ranks of a group share (ZeRO, Rajbhandari and others 2020).

Each rank keeps a part of the optimizer's states, gets that part of the summed gradients, updates
that part of the parameters, and gives it to the others; or keeps that part of the parameters alone
(`zero3`), and all bring the parts together where a layer needs them.

Parameters whose updates have the same options lie one behind the other in a *flat* array, which is
cut into as many equal parts as there are ranks. The part of a rank is its *shard*. To the trainer a
shard is a parameter like any other. What is done to a shard must not depend on what else is in the
array, so the optimizer has to treat each element by itself.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from weft import autograd, np, npx, optimizer
from weft._base.errors import InvalidValue, Unsupported
from weft._core import collectives, native
from weft._core.typing import ndarray
from weft._trace.state import is_tracing, outside_trace
from weft.gluon._sharing import Pieces, Placed, Slices
from weft.gluon.parameter import Parameter

LEVELS = ("zero1", "zero2", "zero3")
LARGEST = 25 << 20  # bytes of a flat array: what is exchanged at one time
SMALLEST = 1 << 18
FLATS = 8  # at least, if they are not too small: some are exchanged while others are made


class Piece(NamedTuple):
    """A parameter in a flat array: elements `begin` to `end`, of this shape, which is that of a
    slice where other ranks have the rest (`Parameter.split`)."""

    name: str
    parameter: Parameter
    shape: tuple[int, ...]
    begin: int
    end: int


class Shard:
    """This rank's part of a flat array, with what a trainer asks of a parameter.

    pieces: the parameters of the whole flat array
    part: this rank's number; ranks: how many parts there are
    """

    grad_req = "write"
    grad_stype = "default"
    mask = None

    def __init__(self, pieces: Sequence[Piece], part: int, ranks: int) -> None:
        first = pieces[0].parameter
        self.pieces = tuple(pieces)
        self.part, self.ranks = part, ranks
        self.lr_mult, self.wd_mult = first.lr_mult, first.wd_mult
        self.length = -(-pieces[-1].end // ranks)
        # In a trace, between their making and their use.
        self.weight: ndarray | None = None
        self.gradient: ndarray | None = None

    @property
    def group(self) -> str | None:
        """Of the ranks that have the rest of the parameters, where these are slices."""
        sharing = self.pieces[0].parameter.sharing
        return sharing.group if isinstance(sharing, Slices) else None

    @property
    def name(self) -> str:
        """That of the first parameter, which has the same options as all."""
        return self.pieces[0].name

    def flat(self, arrays: Sequence[ndarray]) -> ndarray:
        """Arrays of the parameters' shapes as one, with zeros up to a whole number of shards."""
        parts = [array.reshape(-1) for array in arrays]
        rest = self.length * self.ranks - self.pieces[-1].end
        if rest:
            parts.append(np.zeros((rest,), dtype=parts[0].dtype))
        return np.concatenate(parts) if len(parts) > 1 else parts[0]

    def own(self, arrays: Sequence[ndarray]) -> ndarray:
        """This rank's part of such arrays, as an array of its own."""
        with autograd.pause():
            begin = self.part * self.length
            return self.flat([a.detach() for a in arrays])[begin : begin + self.length].copy()

    def apart(self, flat: ndarray) -> Iterator[tuple[Piece, ndarray]]:
        """The parameters' parts of a flat array, in their shapes."""
        for piece in self.pieces:
            yield piece, flat[piece.begin : piece.end].reshape(piece.shape)

    def parameters(self) -> list[ndarray]:
        """The arrays of the parameters."""
        return [piece.parameter.list_own()[0] for piece in self.pieces]

    # What a trainer asks of a parameter.

    def list_data(self) -> list[ndarray]:
        if isinstance(self.pieces[0].parameter.sharing, Pieces):
            return self.parameters()
        if is_tracing():
            assert self.weight is not None
            return [self.weight]
        return [self.own(self.parameters())]

    def list_own(self) -> list[ndarray]:
        return self.list_data()

    def list_own_grad(self) -> list[ndarray]:
        return self.list_grad()

    def list_grad(self) -> list[ndarray]:
        assert self.gradient is not None
        return [self.gradient]

    def grad(self, device: Any = None) -> ndarray:
        return self.list_grad()[0]

    def list_device(self) -> list[Any]:
        return self.pieces[0].parameter.list_device()

    def keep_to_mask(self) -> None:
        """Shards have no masks: `_check_parameter` refuses them."""


class ShardedUpdates:
    """The shards of one trainer's parameters.

    trained: parameters by name, all with values
    used: the optimizer; lags: by how many updates parameters are behind
    """

    def __init__(
        self,
        level: str,
        trained: Mapping[str, Parameter],
        used: "optimizer.Optimizer",
        lags: Mapping[str, int],
        group: str,
        ordered: bool,
    ) -> None:
        self.level, self._group, self._ordered = level, group, ordered
        part, self._ranks = collectives.place(group)
        self._signature = (part, self._ranks)
        _check_optimizer(level, used)
        self.keeps_parts = level == "zero3"
        if self.keeps_parts and ordered:
            raise Unsupported(
                "Trainer: `shard='zero3'` and `deterministic` exclude each other: gradients are "
                "added up where they are made"
            )
        flats = _flats(trained, used, lags, 0 if self.keeps_parts else LARGEST)
        self.shards = {flat[0].name: Shard(flat, part, self._ranks) for flat in flats}
        if self.keeps_parts:
            for name, parameter in trained.items():
                if not isinstance(parameter.sharing, Pieces | None):
                    raise Unsupported(
                        f"Trainer: `shard='zero3'` cannot keep parts of `{name}`, which is split "
                        "over other ranks already; use 'zero1'"
                    )
            for parameter in trained.values():
                parameter.share(group)

    @property
    def group(self) -> str:
        """The name of the group whose ranks share."""
        return self._group

    @property
    def is_current(self) -> bool:
        """Has the group the ranks that the shards were made for?"""
        return collectives.place(self._group) == self._signature

    def check(self) -> None:
        """Raises ValueError where the group has other ranks now than the shards were made for."""
        if not self.is_current:
            raise InvalidValue(
                f"Trainer: `shard` was made for {self._signature[1]} ranks; the group "
                f"`{self._group}` has {collectives.place(self._group)[1]} now; save the states, "
                "make a new trainer and load them"
            )

    def take_gradients(self) -> None:
        """In a trace: each rank gets its part of the sum of all ranks' gradients, and looks at the
        same part of the parameters."""
        if self.keeps_parts:
            for shard in self.shards.values():
                shard.gradient = shard.list_data()[0].grad
            return
        place = npx.group_rank(group=self._group)
        for shard in self.shards.values():
            parameters = shard.flat([array.detach() for array in shard.parameters()])
            shard.weight = parameters.reshape(self._ranks, shard.length).take(place, axis=0)
            flat = shard.flat([p.parameter.list_own_grad()[0] for p in shard.pieces])
            shard.gradient = npx.reduce_scatter(
                flat, axis=0, ranks=self._ranks, ordered=self._ordered, group=self._group
            )
            for array in shard.parameters():
                native.use_up_grad(array)

    def give_parameters(self) -> None:
        """In a trace: all ranks get the parameters that each has updated a part of."""
        for shard in self.shards.values():
            if self.keeps_parts:
                native.use_up_grad(shard.list_data()[0])
                shard.gradient = None
                continue
            flat = npx.all_gather(shard.weight, axis=0, ranks=self._ranks, group=self._group)
            for piece, array in shard.apart(flat):
                piece.parameter.list_own()[0][...] = array
            shard.weight = shard.gradient = None

    def sum_over_ranks(self, array: ndarray) -> ndarray:
        """The sum of what each rank computed of its shards."""
        return npx.all_reduce(array, ordered=self._ordered, group=self._group)

    # ---- states in files

    def whole(self, states: Mapping[str, tuple[ndarray, ...]]) -> dict[str, tuple[ndarray, ...]]:
        """States by parameter, from those of shards. All ranks must call it."""
        found: dict[str, list[ndarray]] = {}
        with outside_trace(), autograd.pause():
            for name, state in states.items():
                shard = self.shards[name]
                for array in state:
                    flat = npx.all_gather(array, axis=0, ranks=self._ranks, group=self._group)
                    for piece, part in shard.apart(flat):
                        slices = piece.parameter.sharing
                        is_slice = isinstance(slices, Slices)
                        whole = slices.whole(part.copy()) if is_slice else part.copy()
                        found.setdefault(piece.name, []).append(whole)
        return {name: tuple(arrays) for name, arrays in found.items()}

    def own(self, states: Mapping[str, tuple[ndarray, ...]]) -> dict[str, tuple[ndarray, ...]]:
        """States of shards, from those by parameter. Parameters without states have zeros."""
        found = {}
        for name, shard in self.shards.items():
            known = [states.get(piece.name) for piece in shard.pieces]
            filled = [state for state in known if state is not None]
            if not filled:
                continue
            arrays = []
            for kind, like in enumerate(filled[0]):
                parts = [
                    np.zeros(piece.shape, dtype=like.dtype)
                    if state is None
                    else _slice_of(piece, state[kind])
                    for piece, state in zip(shard.pieces, known, strict=True)
                ]
                arrays.append(shard.own(parts))
                native.set_state(arrays[-1], True)
            found[name] = tuple(arrays)
        return found


def _slice_of(piece: Piece, array: ndarray) -> ndarray:
    slices = piece.parameter.sharing
    return slices.own(array) if isinstance(slices, Slices) else array


def check_level(where: str, level: str | None) -> None:
    """Raises ValueError for a word that is no level."""
    if level is not None and level not in LEVELS:
        raise InvalidValue(
            f"{where}: `shard` must be None, 'zero1', 'zero2' or 'zero3'; got {level!r}"
        )


def _check_optimizer(level: str, used: "optimizer.Optimizer") -> None:
    probe = np.zeros((2, 2))
    if not used.is_elementwise or any(s.shape != probe.shape for s in used.create_state(probe)):
        raise Unsupported(
            f"Trainer: `shard={level!r}` needs an optimizer that treats each element by itself, "
            f"such as 'adamw'; {type(used).__name__} looks at whole parameters"
        )


def _flats(
    trained: Mapping[str, Parameter],
    used: "optimizer.Optimizer",
    lags: Mapping[str, int],
    largest: int,
) -> list[list[Piece]]:
    """Parameters joined by what their updates depend on, the last ones first: their gradients are
    there first."""
    flats: dict[Any, list[list[Piece]]] = {}
    total = sum(_size_of(p) * p.list_own()[0].dtype.itemsize for p in trained.values())
    largest = min(largest, max(SMALLEST, total // FLATS))
    for name, parameter in reversed(trained.items()):
        _check_parameter(name, parameter)
        options = tuple(sorted(used._of_group(name).items())) + tuple(
            sorted(used.of_parameter(name).items())
        )
        size, dtype = _size_of(parameter), parameter.list_own()[0].dtype
        is_split = isinstance(parameter.sharing, Slices)
        group = parameter.sharing.group if is_split else None
        key = (dtype, group, parameter.lr_mult, parameter.wd_mult, options, lags.get(name, 0))
        alike = flats.setdefault(key, [[]])
        begin = alike[-1][-1].end if alike[-1] else 0
        if begin and (begin + size) * dtype.itemsize > largest:
            alike.append([])
            begin = 0
        alike[-1].append(Piece(name, parameter, _shape_of(parameter), begin, begin + size))
    return [flat for alike in flats.values() for flat in alike]


def _shape_of(parameter: Parameter) -> tuple[int, ...]:
    """Of what the ranks share: the whole parameter, or this rank's slice."""
    sharing = parameter.sharing
    return sharing.shape if isinstance(sharing, Pieces) else parameter.list_own()[0].shape


def _size_of(parameter: Parameter) -> int:
    return math.prod(_shape_of(parameter))


def _check_parameter(name: str, parameter: Parameter) -> None:
    if parameter.grad_stype == "row_sparse":
        raise Unsupported(f"Trainer: `shard` needs dense gradients; that of `{name}` is row-sparse")
    if isinstance(parameter.sharing, Placed):
        raise Unsupported(
            f"Trainer: `shard` needs parameters that all ranks have; `{name}` lies on one rank"
        )
    if parameter.mask is not None:
        raise Unsupported(f"Trainer: `shard` cannot keep the zeros of `{name}`, which is pruned")
    if parameter.grad_req == "add":
        raise Unsupported(
            f"Trainer: `shard` uses gradients up; `{name}` adds them up (`grad_req='add'`)"
        )


__all__ = ["LEVELS", "Shard", "ShardedUpdates", "check_level"]
