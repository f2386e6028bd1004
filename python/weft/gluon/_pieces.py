"""What one rank alone has of a training state: its pieces of the optimizer's states, where ranks
share updates (`shard=`), and with "zero3" of the parameters.

Every piece is a part of a flat array, cut into as many equal parts as there are ranks, with zeros
at the end. So the pieces of all ranks, one behind the other, can be cut anew for other ranks.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from weft import autograd, np
from weft._base.errors import InvalidState
from weft._core import native
from weft._core.typing import ndarray
from weft._trace.state import outside_trace
from weft.gluon._sharing import Pieces
from weft.gluon.trainer import Trainer

BEGIN = "piece:"  # begins the names of pieces
_VALUE = f"{BEGIN}value:"
_STATE = f"{BEGIN}state:"


class Flat(NamedTuple):
    """The flat array that a piece is a part of: how many elements it has, and of which dtype."""

    size: int
    dtype: str

    def length(self, ranks: int) -> int:
        """The elements of a piece, of as many as there are ranks."""
        return -(-self.size // ranks)


def level_of(trainer: Trainer | None) -> str | None:
    """How the ranks of `world` share updates now, if they do and each has pieces alone; None also
    where parameters lie in slices or on one rank, whose states are taken whole."""
    if trainer is None or trainer.sharded is None or trainer.sharded.group != "world":
        return None
    all_sharing = [parameter.sharing for parameter in trainer._params.values()]
    if not all(isinstance(sharing, Pieces | None) for sharing in all_sharing):
        return None
    return trainer.sharded.level


def shared_values(trainer: Trainer | None) -> list[str]:
    """Names of parameters of which each rank has a piece."""
    if trainer is None:
        return []
    return [name for name, p in trainer._params.items() if isinstance(p.sharing, Pieces)]


def values_among(names: Iterable[str]) -> list[str]:
    """The parameters whose pieces are among those of these names."""
    return [name.removeprefix(_VALUE) for name in names if name.startswith(_VALUE)]


def pieces_of(trainer: Trainer) -> tuple[dict[str, ndarray], dict[str, Flat]]:
    """This rank's pieces by name, and the flat arrays that they are parts of."""
    assert trainer.sharded is not None
    arrays: dict[str, ndarray] = {}
    flats: dict[str, Flat] = {}

    def add(name: str, array: ndarray, size: int) -> None:
        arrays[name] = array
        flats[name] = Flat(size, array.dtype.name)

    for name in shared_values(trainer):
        parameter = trainer._params[name]
        assert parameter.sharing is not None
        add(_VALUE + name, parameter.list_own()[0], parameter.sharing.size)
    for name, state in trainer._states.items():
        for number, array in enumerate(state):
            add(f"{_STATE}{number}:{name}", array, trainer.sharded.shards[name].pieces[-1].end)
    return arrays, flats


def set_pieces(trainer: Trainer, level: str, arrays: Mapping[str, ndarray]) -> None:
    """Makes the trainer share updates with the present ranks, if it does not yet, and gives this
    rank its pieces.

    Raises RuntimeError where they do not fit the trainer's parameters.
    """
    _share(trainer, level)
    assert trainer.sharded is not None
    states: dict[str, dict[int, ndarray]] = {}
    with outside_trace(), autograd.pause():
        for key, array in arrays.items():
            if key.startswith(_VALUE):
                name = key.removeprefix(_VALUE)
                if name not in trainer._params:
                    raise _does_not_fit(name)
                _fill(trainer._params[name].list_own()[0], array, name)
            else:
                number, _, name = key.removeprefix(_STATE).partition(":")
                shard = trainer.sharded.shards.get(name)
                if shard is None or array.shape != (shard.length,):
                    raise _does_not_fit(name)
                states.setdefault(name, {})[int(number)] = array
        trainer._states = {
            name: _filled(trainer._states.get(name, ()), found) for name, found in states.items()
        }


def _share(trainer: Trainer, level: str) -> None:
    trainer.shard_updates(level)
    if trainer.sharded is not None and trainer.sharded.is_current:
        return
    group = "world" if trainer.sharded is None else trainer.sharded.group
    trainer.sharded = None
    trainer._states = {}
    for name in shared_values(trainer):
        trainer._params[name]._share_anew(group)
    trainer.begin_sharing()


def share_no_more(trainer: Trainer | None) -> None:
    """Parameters and states are whole again, for contents that come from elsewhere. The next step
    shares them anew."""
    if trainer is None or trainer.sharded is None:
        return
    trainer.sharded = None
    trainer._states = {}
    for name in shared_values(trainer):
        trainer._params[name]._become_whole()


def _filled(before: tuple[ndarray, ...], found: Mapping[int, ndarray]) -> tuple[ndarray, ...]:
    """States with these contents: the arrays that plans know, if there are some."""
    if len(before) == len(found):
        for number, array in enumerate(before):
            array[...] = found[number]
        return before
    made = tuple(found[number].copy() for number in sorted(found))
    for array in made:
        native.set_state(array, True)
    return made


def _fill(target: ndarray, array: ndarray, name: str) -> None:
    if target.shape != array.shape:
        raise _does_not_fit(name)
    target[...] = array


def _does_not_fit(name: str) -> InvalidState:
    return InvalidState(
        f"Elastic: the pieces that other ranks have kept do not fit `{name}` here: all ranks must "
        "train the same parameters with the same options"
    )


def joined(parts: list[ndarray], flat: Flat, place: tuple[int, int]) -> ndarray:
    """This rank's piece of the flat array that the pieces of earlier ranks make up.

    place: this rank, and how many there are now
    """
    rank, ranks = place
    whole = np.concatenate(parts)[: flat.size]
    length = flat.length(ranks)
    begin, end = min(rank * length, flat.size), min((rank + 1) * length, flat.size)
    piece = np.zeros((length,), dtype=whole.dtype)
    piece[: end - begin] = whole[begin:end]
    return piece


__all__ = [
    "BEGIN",
    "Flat",
    "joined",
    "level_of",
    "pieces_of",
    "set_pieces",
    "share_no_more",
    "shared_values",
    "values_among",
]
__dir__ = __all__.copy
