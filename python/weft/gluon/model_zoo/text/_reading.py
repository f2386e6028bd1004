"""A decoder that reads tokens, call by call, and has those before in its caches."""

from typing import Any, Protocol

from weft import np
from weft._core.typing import ndarray
from weft.gluon import nn


class Reader(Protocol):
    """What a decoder is to those who read with it."""

    @property
    def turning_length(self) -> int | None: ...

    def new_caches(self, batch: int, length: int | None = None) -> list[nn.KeyValueCache]: ...

    def __call__(self, *args: Any) -> ndarray: ...


class Reading:
    """The texts (N, T) that a decoder has read.

    room: positions of the caches; mask: (N, room), as for the decoder, or None

    A network with `turning_length` has other rotary positions in longer texts, so caches of shorter
    ones hold wrong keys: a text that outgrows it is read again, as transformers does.
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


__all__ = ["Reader", "Reading"]
__dir__ = __all__.copy
