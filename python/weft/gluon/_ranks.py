"""The ranks of a group that run one loop of training together, each on its part of every batch.

What the loop decides by must be the same on all of them: figures, flags, the order of samples. This
is what they tell each other beside gradients. All methods are called by all ranks, in one order.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import length_hint
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import numpy

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core import collectives
from weft._core.typing import ndarray
from weft.gluon.data import DataLoader, _generators
from weft.gluon.data._shards import Cut

_END = object()  # what comes behind the last batch


class Ranks:
    """What the ranks of a group tell each other: this is number `rank` of `size`."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.rank, self.size = collectives.place(group)

    # ---- numbers, texts and arrays

    def sums(self, values: Sequence[float]) -> list[float]:
        """The sums of the numbers of all ranks."""
        given = np.array(list(values), dtype="float64")
        return [float(v) for v in npx.all_reduce(given, group=self.group).tolist()]

    def any(self, flag: bool) -> bool:
        """Is it so on some rank?"""
        return self.sums([float(flag)])[0] > 0

    def all(self, flag: bool) -> bool:
        """Is it so on every rank?"""
        return not self.any(not flag)

    def gathered(self, values: Any) -> list[Any]:
        """What all ranks gave, by rank: numbers, texts, lists and dicts."""
        text = json.dumps(values).encode()
        whole = self.rows(np.array(numpy.frombuffer(text, "uint8")))
        ends = numpy.cumsum(self.counts(len(text))).tolist()
        found = whole.asnumpy().tobytes()
        return [json.loads(found[a:b]) for a, b in zip([0, *ends], ends, strict=False)]

    def from_first(self, value: Any) -> Any:
        """What rank 0 gave: numbers, texts, lists and dicts."""
        return json.loads(self.bytes_from_first(json.dumps(value).encode()))

    def bytes_from_first(self, value: bytes) -> bytes:
        """The bytes of rank 0; those that others give are not looked at."""
        length = np.array(len(value) if self.rank == 0 else 0, dtype="int64")
        count = int(npx.broadcast(length, root=0, group=self.group).item())
        given = numpy.frombuffer(value, "uint8") if self.rank == 0 else numpy.zeros(count, "uint8")
        found: bytes = npx.broadcast(np.array(given), root=0, group=self.group).asnumpy().tobytes()
        return found

    def counts(self, count: int) -> list[int]:
        """The number that each rank gave."""
        given = np.array([count], dtype="int64")
        found = npx.all_gather(given, axis=0, ranks=self.size, group=self.group)
        return [int(n) for n in found.tolist()]

    def rows(self, array: ndarray) -> ndarray:
        """The rows of all ranks, one rank's behind the other's. Ranks may have different numbers of
        them."""
        counts, dtype = self.counts(array.shape[0]), array.dtype
        given = array.astype("uint8") if dtype.name == "bool" else array
        missing = max(counts) - given.shape[0]
        if missing:
            zeros = np.zeros((missing, *given.shape[1:]), dtype=given.dtype)
            given = np.concatenate([given, zeros])
        everyone = npx.all_gather(given, axis=0, ranks=self.size, group=self.group)
        starts = range(0, self.size * max(counts), max(counts) or 1)
        parts = [everyone[a : a + n] for a, n in zip(starts, counts, strict=False)]
        return (np.concatenate(parts) if parts else everyone).astype(dtype)

    def all_rows(self, value: Any) -> Any:
        """The same of every array in lists, tuples and dicts."""
        if isinstance(value, dict):
            return {key: self.all_rows(part) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return tuple(self.all_rows(part) for part in value)
        return None if value is None else self.rows(value)

    def require_alike(self, where: str, what: str, value: Any, hint: str) -> None:
        """Raises ValueError on every rank where a value differs from that of rank 0."""
        for rank, theirs in enumerate(self.gathered(value)):
            if rank == 0:
                first = theirs
            elif theirs != first:
                raise InvalidValue(
                    f"{where}: {what} must be the same on all ranks, each of which takes its part; "
                    f"got others on rank {rank} than on rank 0; {hint}"
                )

    # ---- what a loop does

    @contextmanager
    def parts_of(self, where: str, loader: Any, *, fills: bool = False) -> Iterator[bool]:
        """A block in which a loader gives this rank's part of each of its batches; all take the
        order that rank 0 draws. False: its batches are this rank's own already.

        fills: smaller batches than there are ranks are joined, and no error
        """
        is_cut = isinstance(loader, DataLoader) and loader.gives_whole_batches
        if is_cut:
            loader.cut_for(Cut(self, where, fills))
        try:
            yield is_cut
        finally:
            if is_cut:
                loader.cut_for(None)

    def even(self, loader: Any, is_cut: bool) -> Iterable[Any]:
        """The batches of an epoch, as many on each rank."""
        if is_cut or not isinstance(loader, DataLoader) or length_hint(loader, -1) >= 0:
            return loader
        return self.while_all_have(loader)

    def while_all_have(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The batches, until some rank has no more."""
        left = iter(batches)
        while True:
            batch = next(left, _END)
            if not self.all(batch is not _END):
                return
            yield batch

    @contextmanager
    def own_random_numbers(self) -> Iterator[None]:
        """A block in which each rank draws random numbers of its own, as for dropout. Where they
        drew the same ones before it, they do so again behind it, those of rank 0."""
        before = _generators.state()
        first = self.from_first(before)
        were_alike = self.all(first == json.loads(json.dumps(before)))
        if were_alike and self.rank:
            self.draw_own(first)
        yield
        if were_alike:
            _generators.restore(self.from_first(_generators.state()))

    def draw_own(self, first: _generators.State) -> None:
        """Draws numbers that follow from rank 0's and this rank."""
        _generators.seed(crc32(json.dumps(first).encode()), self.rank)

    def average_statistics(self, net: Any) -> None:
        """Gives what is computed and not trained, such as running statistics of batch norms, the
        mean of all ranks."""
        with autograd.pause():
            for parameter in net.collect_params().values():
                if parameter.grad_req != "null" or not parameter.is_initialized:
                    continue
                for array in parameter.list_own():
                    if array.dtype.name.startswith(("float", "bfloat")):
                        array[...] = npx.all_reduce(array, reduction="mean", group=self.group)

    def average_gradients(self, net: Any) -> None:
        """Gives gradients that add up the mean of all ranks."""
        with autograd.pause():
            for gradient in _added_gradients(net):
                gradient[...] = npx.all_reduce(gradient, reduction="mean", group=self.group)


def scale_gradients(net: Any, factor: float) -> None:
    """Multiplies gradients that add up, where another number of ranks goes on with them."""
    with autograd.pause():
        for gradient in _added_gradients(net):
            gradient[...] = gradient * factor


def _added_gradients(net: Any) -> Iterator[ndarray]:
    for parameter in net.collect_params().values():
        if parameter.grad_req == "add" and parameter.grad_stype != "row_sparse":
            yield from parameter.list_own_grad()


@contextmanager
def found_by_first(ranks: Ranks | None, path: Any) -> Iterator[Any]:
    """A block with a path at which this rank finds the file that rank 0 has at `path`: the same
    one, or, where the ranks' files differ or some have none, a copy. No file there: none here."""
    if ranks is None:
        yield path
        return
    mine = _mark_of(path)
    if ranks.all(mine == ranks.from_first(mine)):
        yield path
        return
    exists = ranks.from_first(mine) is not None
    with TemporaryDirectory() as folder:
        copy = Path(folder, "checkpoint")
        if exists:
            content = Path(path).read_bytes() if ranks.rank == 0 else b""
            copy.write_bytes(ranks.bytes_from_first(content))
        yield path if ranks.rank == 0 else copy


def _mark_of(path: Any) -> list[int] | None:
    """Length and checksum of a file; None where there is none."""
    if not os.path.exists(path):
        return None
    length, checksum = 0, 0
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            length, checksum = length + len(block), crc32(block, checksum)
    return [length, checksum]


@contextmanager
def parts_with(
    where: str, ranks: Ranks | None, loader: Any, *, fills: bool = False
) -> Iterator[tuple[Ranks | None, bool]]:
    """A block in which a loader gives this rank's part of its batches, where there are others: see
    `Ranks.parts_of`. Gives the ranks that take part, and whether batches are cut; None for all of
    fewer samples than there are ranks, where `fills`: each then takes all samples."""
    count = loader.samples if isinstance(loader, DataLoader) else None
    if ranks is None or (fills and count is not None and count < ranks.size):
        yield None, False
        return
    with ranks.parts_of(where, loader, fills=fills) as is_cut:
        if is_cut:
            hint = "give batches of each rank's own as a generator, or a loader with `shard`"
            ranks.require_alike(where, "the number of samples", count, hint)
        yield ranks, is_cut


def ranks_of(trainer: Any) -> Ranks | None:
    """Those that a trainer works with; None where it is alone."""
    group = getattr(trainer, "group", None)
    if group is None or collectives.place(group)[1] == 1:
        return None
    return Ranks(group)


__all__ = ["Ranks", "found_by_first", "parts_with", "ranks_of", "scale_gradients"]
