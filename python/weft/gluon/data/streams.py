"""Data that comes one sample after another: streams, which are changed, mixed and batched on the
way, and files of tar that hold samples (the form of WebDataset).

>>> from weft.gluon.data import IterableDataset
>>> numbers = IterableDataset(lambda: iter(range(10)))
>>> even = numbers.filter(lambda n: n % 2 == 0).map(lambda n: n * n)
>>> [batch.tolist() for batch in even.batch(2)]
[[0, 4], [16, 36], [64]]
"""

import io
import itertools
import json
import queue
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike, fsdecode
from typing import Any

import numpy

from weft import np
from weft._base.errors import FileFailure, InvalidType, InvalidValue, MissingFile
from weft._base.options import require, require_whole
from weft._base.spelling import knows_words, named_arguments
from weft._base.words import STREAM
from weft.gluon.data.batchify import default_batchify_fn
from weft.gluon.data.dataset import Dataset
from weft.gluon.data.sampler import Sampler

Samples = Callable[[], Iterator[Any]]


@knows_words(STREAM)
class IterableDataset:
    """Samples one after another, again at each iteration.

    source: an iterable that can be gone through several times, or a function that gives an
        iterator. A subclass may write `__iter__` instead

    Methods give new streams; nothing runs before somebody iterates. Random orders follow
    `np.random.seed`.

    >>> from weft import gluon
    >>> numbers = gluon.data.IterableDataset(range(6))
    >>> list(numbers.filter(lambda n: n % 2 == 0).map(lambda n: n * n))
    [0, 4, 16]
    >>> [batch.tolist() for batch in numbers.batch(4)]
    [[0, 1, 2, 3], [4, 5]]
    """

    def __init__(self, source: Iterable[Any] | Samples | None = None) -> None:
        if source is not None and not callable(source) and iter(source) is source:
            raise InvalidType(
                "IterableDataset: `source` must be gone through several times; got "
                f"{type(source).__name__}; give a function that makes it"
            )
        self._source = source

    def __iter__(self) -> Iterator[Any]:
        if self._source is None:
            raise NotImplementedError(f"{type(self).__name__}: `__iter__` is not written")
        return iter(self._source() if callable(self._source) else self._source)

    def map(self, function: Callable[..., Any]) -> "IterableDataset":
        """Each sample changed; tuples are given as several arguments."""
        return _Changed(self, function)

    def parted(self) -> tuple["IterableDataset", list[Callable[..., Any]]]:
        """A stream, and what is done to each of its samples at last, which a loader has its workers
        do."""
        return self, []

    def filter(self, keeps: Callable[[Any], bool]) -> "IterableDataset":
        """The samples that `keeps` is true for."""
        return IterableDataset(lambda: (sample for sample in self if keeps(sample)))

    def take(self, count: int) -> "IterableDataset":
        """The first `count` samples."""
        require_whole("take", "count", count, 0)
        return IterableDataset(lambda: (s for s, _ in zip(self, range(count), strict=False)))

    def skip(self, count: int) -> "IterableDataset":
        """All but the first `count` samples."""
        require_whole("skip", "count", count, 0)
        return IterableDataset(lambda: (s for number, s in enumerate(self) if number >= count))

    def shard(self, num_shards: int, index: int) -> "IterableDataset":
        """Every `num_shards`-th sample, beginning with number `index`: one part for each of several
        processes."""
        require_whole("shard", "num_shards", num_shards, 1)
        require(0 <= index < num_shards, "shard", "index", f"in [0, {num_shards})", index)
        return IterableDataset(lambda: (s for n, s in enumerate(self) if n % num_shards == index))

    def repeat(self, times: int | None = None) -> "IterableDataset":
        """The samples again and again: `times`, or without end."""
        return IterableDataset(lambda: _repeated(self, times))

    def shuffle(self, size: int) -> "IterableDataset":
        """In random order within a buffer of `size` samples."""
        require_whole("shuffle", "size", size, 1)
        return IterableDataset(lambda: _shuffled(self, size))

    @named_arguments
    def batch(
        self,
        batch_size: int,
        last_batch: str = "keep",
        batchify_fn: Callable[[list[Any]], Any] | None = None,
    ) -> "IterableDataset":
        """Batches of samples; `last_batch`: "keep" or "discard" one that is not full."""
        require_whole("batch", "batch_size", batch_size, 1)
        known = ("keep", "discard")
        require(last_batch in known, "batch", "last_batch", "keep or discard", repr(last_batch))
        make = batchify_fn or default_batchify_fn
        return IterableDataset(lambda: _batched(self, batch_size, last_batch == "keep", make))

    def prefetch(self, count: int = 2) -> "IterableDataset":
        """The same, with up to `count` samples or batches made ahead by a thread."""
        require_whole("prefetch", "count", count, 1)
        return IterableDataset(lambda: _ahead(self, count))


class _Changed(IterableDataset):
    def __init__(self, stream: IterableDataset, function: Callable[..., Any]) -> None:
        super().__init__(lambda: (_applied(function, sample) for sample in stream))
        self._stream, self._function = stream, function

    def parted(self) -> tuple[IterableDataset, list[Callable[..., Any]]]:
        stream, functions = self._stream.parted()
        return stream, [*functions, self._function]


def _applied(function: Callable[..., Any], sample: Any) -> Any:
    return function(*sample) if isinstance(sample, tuple) else function(sample)


def _repeated(samples: Iterable[Any], times: int | None) -> Iterator[Any]:
    done = 0
    while times is None or done < times:
        has_any = False
        for sample in samples:
            has_any = True
            yield sample
        if not has_any:
            return
        done += 1


def _own_bits() -> np.random.Philox:
    """Random numbers for what runs ahead of its taker: what it draws does not depend on how far."""
    return np.random.Philox(int(np.random.uniform(0, 2**31).item()))


def _shuffled(samples: Iterable[Any], size: int) -> Iterator[Any]:
    generator = numpy.random.default_rng(int(np.random.uniform(0, 2**31).item()))
    held: list[Any] = []
    for sample in samples:
        if len(held) < size:
            held.append(sample)
            continue
        place = int(generator.integers(size))
        yield held[place]
        held[place] = sample
    for place in generator.permutation(len(held)):
        yield held[place]


def _batched(
    samples: Iterable[Any], size: int, keeps_last: bool, make: Callable[[list[Any]], Any]
) -> Iterator[Any]:
    held: list[Any] = []
    for sample in samples:
        held.append(sample)
        if len(held) == size:
            yield make(held)
            held = []
    if held and keeps_last:
        yield make(held)


def _ahead(samples: Iterable[Any], count: int) -> Iterator[Any]:
    """Samples that a thread makes; it ends with the iteration, also when that is left early."""
    made: queue.Queue[tuple[str, Any]] = queue.Queue(count)
    bits = _own_bits()
    is_over = threading.Event()

    def give(item: tuple[str, Any]) -> bool:
        while not is_over.is_set():
            try:
                made.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        try:
            with bits:
                for sample in samples:
                    if not give(("sample", sample)):
                        return
            give(("end", None))
        except BaseException as error:  # raised again where the samples are taken
            give(("error", error))

    thread = threading.Thread(target=work, name="weft stream", daemon=True)
    thread.start()
    try:
        while True:
            kind, value = made.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        is_over.set()
        thread.join()


# ---- what a loader makes of a stream


class Numbered:
    """A sample of a stream, which is shown by its number."""

    __slots__ = ("number", "sample")

    def __init__(self, number: int, sample: Any) -> None:
        self.number, self.sample = number, sample

    def __repr__(self) -> str:
        return str(self.number)


class StreamSampler(Sampler):
    """Lists of samples of a stream, where other samplers give their numbers."""

    def __init__(self, stream: Iterable[Any], batch_size: int, last_batch: str) -> None:
        self._stream = stream
        self._batch_size = require_whole("DataLoader", "batch_size", batch_size, 1)
        known = ("keep", "discard")
        rule = "keep or discard with a stream"
        require(last_batch in known, "DataLoader", "last_batch", rule, repr(last_batch))
        self._keeps_last = last_batch == "keep"

    def __iter__(self) -> Iterator[list[Numbered]]:
        return _batched(self._numbered(), self._batch_size, self._keeps_last, list)

    def _numbered(self) -> Iterator[Numbered]:
        bits = _own_bits()
        with bits:
            samples = iter(self._stream)
        for number in itertools.count():
            with bits:
                sample = next(samples, self)
            if sample is self:
                return
            yield Numbered(number, sample)


class _Changes(Dataset):
    """Samples by themselves: what is done to each."""

    def __init__(self, functions: Sequence[Callable[..., Any]]) -> None:
        self._functions = functions

    def __getitem__(self, index: Any) -> Any:
        sample = index.sample
        for function in self._functions:
            sample = _applied(function, sample)
        return sample

    def __len__(self) -> int:
        return 0


def changed(functions: Sequence[Callable[..., Any]]) -> Dataset:
    """The data set whose sample is what functions make of a `Numbered`."""
    return _Changes(functions)


# ---- files of tar


class TarDataset(IterableDataset):
    """Samples of tar files, as WebDataset writes them: files of one name before the first dot are a
    sample, a dict by what stands behind it, with the name under "__key__".

    paths: one or several files; shards of one data set
    decode: images (`jpg`, `jpeg`, `png`, `webp`) become arrays (H, W, 3), `cls`, `index` integers,
        `txt` texts, `json` what it holds, `npy` arrays; everything else stays bytes. False leaves
        all of it bytes

    Raises OSError for a file that is no tar or damaged; FileNotFoundError for one that is missing.
    Nothing is unpacked to the disk, and nothing is unpickled.

    >>> import io, tarfile
    >>> from weft import gluon
    >>> with tarfile.open("shard.tar", "w") as tar:
    ...     for name, content in [("0.txt", b"a cat"), ("0.cls", b"3")]:
    ...         entry = tarfile.TarInfo(name)
    ...         entry.size = len(content)
    ...         tar.addfile(entry, io.BytesIO(content))
    >>> next(iter(gluon.data.TarDataset("shard.tar")))
    {'__key__': '0', 'txt': 'a cat', 'cls': 3}
    """

    def __init__(
        self, paths: str | PathLike[str] | Sequence[str | PathLike[str]], *, decode: bool = True
    ) -> None:
        super().__init__(self._samples)
        given = [paths] if isinstance(paths, str | PathLike) else list(paths)
        if not given:
            raise InvalidValue("TarDataset: `paths` must have a file; got none")
        self._paths = [fsdecode(path) for path in given]
        self._decodes = decode

    def shard(self, num_shards: int, index: int) -> IterableDataset:
        """Some of the files, where there are enough of them; else every `num_shards`-th sample."""
        require_whole("shard", "num_shards", num_shards, 1)
        require(0 <= index < num_shards, "shard", "index", f"in [0, {num_shards})", index)
        if len(self._paths) >= num_shards:
            return TarDataset(self._paths[index::num_shards], decode=self._decodes)
        return super().shard(num_shards, index)

    def parted(self) -> tuple[IterableDataset, list[Callable[..., Any]]]:
        return IterableDataset(self._packed), [_decoded_sample] if self._decodes else [_bytes_of]

    def _samples(self) -> Iterator[Any]:
        return map(_decoded_sample if self._decodes else _bytes_of, self._packed())

    def _packed(self) -> Iterator[Any]:
        """Samples as dicts of bytes, and their files."""
        for path in self._paths:
            for sample in self._of_file(path):
                yield [path, sample]

    def _of_file(self, path: str) -> Iterator[Any]:
        sample: dict[str, Any] = {}
        try:
            with tarfile.open(path, "r|*") as archive:
                for member in archive:
                    if not member.isfile():
                        continue
                    folder, _, name = member.name.rpartition("/")
                    stem, _, kind = name.partition(".")
                    key = f"{folder}/{stem}" if folder else stem
                    if sample and sample["__key__"] != key:
                        yield sample
                        sample = {}
                    sample["__key__"] = key
                    file = archive.extractfile(member)
                    sample[kind] = b"" if file is None else file.read()
        except FileNotFoundError:
            raise MissingFile(f"TarDataset: there is no file {path!r}") from None
        except tarfile.TarError as error:
            raise FileFailure(f"TarDataset: {path!r} is no tar file, or damaged: {error}") from None
        if sample:
            yield sample


def _bytes_of(packed: list[Any]) -> dict[str, Any]:
    return packed[1]  # type: ignore[no-any-return]


def _decoded_sample(packed: list[Any]) -> dict[str, Any]:
    path, sample = packed
    key = sample["__key__"]
    return {
        kind: content
        if kind == "__key__"
        else _decoded(kind.lower(), content, f"TarDataset: {path}, {key}.{kind}")
        for kind, content in sample.items()
    }


_IMAGES = ("jpg", "jpeg", "png", "webp", "bmp", "ppm")


def _decoded(kind: str, content: bytes, where: str) -> Any:
    ending = kind.rpartition(".")[2]
    try:
        if ending in _IMAGES:
            from weft.gluon.data.vision._decoding import decode

            return decode(content, True, where)
        if ending in ("cls", "cls2", "index"):
            return int(content)
        if ending in ("txt", "text"):
            return content.decode("utf-8")
        if ending == "json":
            return json.loads(content)
        if ending == "npy":
            return numpy.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, RecursionError) as error:  # of int, of texts, of JSON and of NumPy
        raise FileFailure(f"{where}: its content cannot be read: {error}") from None
    return content


__all__ = ["IterableDataset", "TarDataset"]
__dir__ = __all__.copy
