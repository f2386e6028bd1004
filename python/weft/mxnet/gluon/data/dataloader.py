"""The loader, with MXNet's arguments."""

from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import DataLoader as _Native
from weft.gluon.data.batchify import default_batchify_fn

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


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder(
        "weft.mxnet.gluon.data.dataloader", _words.DATA, ("gluon.data",)
    )

__all__ = ["DataLoader", "default_batchify_fn", "default_mp_batchify_fn"]
__dir__ = __all__.copy
