"""A decoder that reads tokens, call by call, and has those before in its caches.

A network with `turning_length` has other rotary positions in longer texts, so caches of shorter
ones hold wrong keys: a text that outgrows it is read again, as transformers does.
"""

from typing import Any, Protocol

from weft import np, npx
from weft._core import native
from weft._core.typing import ndarray
from weft.gluon import nn
from weft.gluon.nn.attention import places_behind


class Reader(Protocol):
    """What a decoder is to those who read with it."""

    @property
    def turning_length(self) -> int | None: ...

    def new_caches(self, batch: int, length: int | None = None) -> list[nn.KeyValueCache]: ...

    def __call__(self, *args: Any) -> ndarray: ...


class Reading:
    """The texts (N, T) that a decoder has read.

    room: positions of the caches; mask: (N, room), as for the decoder, or None
    """

    def __init__(
        self,
        net: Reader,
        room: int,
        mask: ndarray | None,
        caches: list[nn.KeyValueCache],
        texts: ndarray | None = None,
    ) -> None:
        self.net, self.room, self.mask = net, room, mask
        self._caches, self._texts = caches, texts

    def __call__(self, last: ndarray) -> ndarray:
        """Scores (N, vocabulary) of the token behind these, (N, T), which come behind the texts."""
        limit = self.net.turning_length
        if limit is not None and limit < self.room:
            old = self._texts
            self._texts = last if old is None else np.concatenate([old, last], axis=1)
            if old is not None and old.shape[1] <= limit < self._texts.shape[1]:
                self._caches = self.net.new_caches(last.shape[0], self.room)
                last = self._texts
        given = (last, self._caches) if self.mask is None else (last, self._caches, self.mask)
        return self.net(*given)[:, -1]

    def repeated(self, count: int) -> "Reading":
        """Each text so many times."""
        mask, texts = (
            None if x is None else np.repeat(x, count, axis=0) for x in (self.mask, self._texts)
        )
        caches = [cache.repeated(count) for cache in self._caches]
        return Reading(self.net, self.room, mask, caches, texts)

    def reorder(self, rows: ndarray) -> None:
        """Goes on from other texts, by their numbers (N,)."""
        for cache in self._caches:
            cache.reorder(rows)
        if self._texts is not None:
            self._texts = np.take(self._texts, rows, axis=0)


class KeptTexts:
    """The texts (N, room) in the caches of a file, a state of it, for a decoder that reads them
    again when they outgrow `limit` < room.

    mask: (N, room), as for the decoder, or None
    """

    def __init__(
        self, net: Reader, limit: int, caches: list[nn.KeyValueCache], mask: ndarray | None
    ) -> None:
        batch, _, room, _ = caches[0].keys.shape
        self.net, self.limit, self.mask = net, limit, mask
        self.caches = caches
        self.tokens = np.zeros((batch, room), dtype="int32")
        native.set_state(self.tokens, True)

    def add(self, tokens: Any) -> None:
        """Tokens (N, T) that the decoder is about to read."""
        steps = tokens.shape[1]
        places, end = places_behind(self.caches[0].position, steps, self.tokens.shape[1])
        begin = end - steps  # checked before anything is read again
        is_short = np.logical_and(begin > 0, begin <= self.limit)
        outgrows = np.logical_and(is_short, begin + steps > self.limit)
        npx.cond(outgrows, self._read_again, lambda: begin + 0)
        self.tokens[:, places] = tokens

    def _read_again(self) -> Any:
        """Fills the caches anew. One place more than the limit is read, so that positions are those
        of a long text; what it writes behind the text, the next tokens write over."""
        filled = self.caches[0].position + 0
        for cache in self.caches:
            cache.position[...] = 0
        given = (self.tokens[:, : self.limit + 1], self.caches)
        self.net(*given) if self.mask is None else self.net(*given, self.mask)
        for cache in self.caches:
            cache.position[...] = filled
        return filled


__all__ = ["KeptTexts", "Reader", "Reading"]
__dir__ = __all__.copy
