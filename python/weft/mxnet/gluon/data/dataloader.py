"""The loader, with MXNet's arguments."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.containers import sequence_of
from weft.gluon.data import DataLoader as _Native
from weft.gluon.data.batchify import default_batchify_fn
from weft.mxnet.gluon._modes import is_np_array, shown

default_mp_batchify_fn = default_batchify_fn


class DataLoader(_Native):
    """Batches of a data set; iterating over it is one epoch: see `weft.gluon.DataLoader`.

    pin_device_id, auto_reload, try_nopython: accepted; they say how MXNet's own workers run
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = None,
        shuffle: bool = False,
        sampler: Any = None,
        last_batch: str | None = None,
        batch_sampler: Any = None,
        batchify_fn: Any = None,
        num_workers: int = 0,
        pin_memory: bool = False,
        pin_device_id: int = 0,
        prefetch: int | None = None,
        thread_pool: bool = False,
        timeout: float = 120,
        try_nopython: bool | None = None,
        auto_reload: bool = False,
    ) -> None:
        super().__init__(
            dataset,
            batch_size,
            bool(shuffle),
            sampler,
            last_batch,
            batch_sampler,
            batchify_fn,
            num_workers=max(num_workers, 0),
            pin_memory=pin_memory,
            prefetch=None if prefetch is None or prefetch < 0 else prefetch,
            thread_pool=thread_pool,
            timeout=timeout,
        )

    def __iter__(self) -> Iterator[Any]:
        batches = super().__iter__()
        return batches if is_np_array() else map(_in_mode, batches)


def _in_mode(batch: Any) -> Any:
    """A batch in arrays of 1.x, after `reset_np()`."""
    if isinstance(batch, list | tuple):
        return sequence_of(type(batch), map(_in_mode, batch))
    if isinstance(batch, dict):
        return {key: _in_mode(part) for key, part in batch.items()}
    return shown(batch)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder(
        "weft.mxnet.gluon.data.dataloader", _words.DATA, ("gluon.data",)
    )

__all__ = ["DataLoader", "default_batchify_fn", "default_mp_batchify_fn"]
__dir__ = __all__.copy
