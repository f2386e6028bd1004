"""The loader, with MXNet's arguments.

MXNet's workers were forks of the program, so they had all that it had. Weft's are processes of
their own that import the program. Where that cannot work, threads make the batches: in a program
whose main part is not under `if __name__ == "__main__":`, in an interactive session, and for data
sets with lambdas.
"""

import ast
import functools
import warnings
from collections.abc import Iterable, Iterator
from multiprocessing.reduction import ForkingPickler  # noqa: F401 - as above
from typing import TYPE_CHECKING, Any

from weft import np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidType
from weft.gluon.data import DataLoader as _Native
from weft.gluon.data._workers import WorkerPool
from weft.gluon.data.batchify import Stack
from weft.mxnet.gluon._modes import is_np_array
from weft.mxnet.gluon.data._pool_batches import (  # noqa: F401 - libraries build on them
    _as_in_context,
    _MultiWorkerIter,
)
from weft.mxnet.ndarray._given import all_shown


class _Stack(Stack):
    """Stacks as MXNet does: a tuple has parts, but a list in a sample is an array of numbers."""

    def of(self, samples: Iterable[Any], count: int) -> Any:
        return super().of(map(_without_lists, samples), count)


def _without_lists(sample: Any) -> Any:
    if isinstance(sample, tuple):
        return tuple(map(_without_lists, sample))
    return np.array(sample).asnumpy() if isinstance(sample, list) else sample


default_batchify_fn = default_mp_batchify_fn = _Stack()


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
        self._dataset = dataset  # programs read it, as `loader._dataset`
        if batchify_fn is None:  # set now, so that rows of arrays are still gathered at once
            self._make_batch._batchify = default_batchify_fn

    def __iter__(self) -> Iterator[Any]:
        batches = super().__iter__()
        return batches if is_np_array() else map(all_shown, batches)

    def _by_processes(self, place: Any) -> Iterator[Any]:
        if self._idle:
            return super()._by_processes(place)
        obstacle = _main_cannot_be_imported()
        if obstacle is None:
            try:
                self._idle.append(WorkerPool(self._make_batch, self._num_workers, self._timeout))
                return super()._by_processes(place)
            except InvalidType as error:  # it cannot be pickled
                obstacle = str(error)
        warnings.warn(
            f"DataLoader: threads make the batches, because worker processes cannot: {obstacle}",
            stacklevel=4,
        )
        self._thread_pool = True
        return self._by_threads(place)


def _main_cannot_be_imported() -> str | None:
    """Why worker processes cannot import the program's main module; None where they can."""
    import __main__  # now: `python -m weft.mxnet` puts the program in its own place

    path = getattr(__main__, "__file__", None)
    if path is None:
        return "what an interactive session defines is not in them"
    return _runs_when_imported(path)


@functools.lru_cache
def _runs_when_imported(path: str) -> str | None:
    """Has the file work at its outermost level, where no `if` asks for its `__name__`?"""
    try:
        with open(path, "rb") as file:
            statements = ast.parse(file.read()).body
    except (OSError, SyntaxError, ValueError):
        return None  # no source: nothing is known against it
    asks = (
        any(isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(each.test))
        for each in statements
        if isinstance(each, ast.If)
    )
    works = any(isinstance(each, ast.For | ast.While | ast.With | ast.Expr) for each in statements)
    if any(asks) or not works:
        return None
    return (
        f'the main part of {path} is not under `if __name__ == "__main__":`, so it would run again'
    )


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder(
        "weft.mxnet.gluon.data.dataloader", _words.DATA, ("gluon.data",)
    )

__all__ = ["DataLoader", "default_batchify_fn", "default_mp_batchify_fn"]
__dir__ = __all__.copy
