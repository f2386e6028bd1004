"""Positions of tokens in texts that are padded, and who may attend to whom.

N: batch, T: tokens of a call, S: places that may be attended to, T or those of a cache.
"""

from typing import Any, NamedTuple

from weft import np
from weft._base.errors import InvalidValue


class Places(NamedTuple):
    """Where the tokens of a call are.

    columns: int64 (T,), as places of the call or of a cache count; positions: as the network counts
        them, the same, or (N, T) where a mask leaves out some
    allowed: bools (N, 1, T, S), where a mask allows to attend; None for everywhere
    """

    columns: Any
    positions: Any
    allowed: Any

    def rows_of(self, table: Any, offset: int = 0) -> Any:
        """Rows of a table of positions, (T, U) or (N, T, U), which begin behind `offset` others."""
        positions = self.positions + offset if offset else self.positions
        return np.take(table, positions, axis=0, mode="clip")


def places_of(owner: str, tokens: Any, caches: Any = None, mask: Any = None) -> Places:
    """The places of tokens (N, T) behind those in caches.

    mask: (N, S), not 0 where tokens count. The first of a row that counts has position 0, and a
        position grows by one with each that counts. What does not count is seen by itself alone, so
        that softmax always has a number.
    """
    steps = tokens.shape[1]
    columns = np.arange(0, steps, 1, dtype="int64")
    room = steps
    if caches is not None:
        columns = caches[0].position + columns
        room = caches[0].keys.shape[2]
    if mask is None:
        return Places(columns, columns, None)
    if len(mask.shape) != 2 or mask.shape[0] != tokens.shape[0] or mask.shape[1] != room:
        raise InvalidValue(
            f"{owner}: `mask` must have shape {(tokens.shape[0], room)}, a number for each token"
            f"{'' if caches is None else ' that the caches have room for'}; got {mask.shape}"
        )
    counts = mask != 0
    positions = np.maximum(np.cumsum(counts.astype("int64"), axis=1) - 1, 0)
    if caches is not None:
        positions = np.take(positions, columns, axis=1, mode="clip")
    own = columns.reshape(-1, 1) == np.arange(0, room, 1, dtype="int64")
    allowed = np.logical_or(np.expand_dims(counts, (1, 2)), own)
    return Places(columns, positions, allowed)


__all__ = ["Places", "places_of"]
__dir__ = __all__.copy
