"""Operators on texts. Weft has no arrays of texts, so NumPy arrays of objects hold them and Python
computes on them; a graph can hold none of these but TfIdfVectorizer of numbers."""

import re
from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import array_of, host_of, is_array, is_tracing
from weft.onnx._rules._table import RULES as rules


def texts_of(value: Any) -> numpy.ndarray:
    """A tensor of texts."""
    if is_array(value) or value.dtype.kind not in "OUST":
        raise InvalidType(f"must be a tensor of texts; got {value.dtype}")
    return value.astype(object)


def known(value: Any) -> numpy.ndarray:
    """The host value of what becomes texts or a map."""
    if is_array(value) and is_tracing():
        raise Unsupported("a graph cannot hold texts and maps; do not hybridize")
    return host_of(value)


def objects(values: list[Any], shape: tuple[int, ...]) -> numpy.ndarray:
    """Python objects as a host value of a shape."""
    found = numpy.empty(len(values), object)
    found[:] = values
    return found.reshape(shape)


@rules("StringConcat")
def _string_concat(x: Any, y: Any) -> numpy.ndarray:
    return numpy.asarray(texts_of(x) + texts_of(y), object)


_CASES: dict[str, Callable[[str], str]] = {"NONE": str, "LOWER": str.lower, "UPPER": str.upper}


@rules("StringNormalizer")
def _string_normalizer(
    x: Any,
    *,
    case_change_action: str = "NONE",
    is_case_sensitive: int = 0,
    locale: str = "",
    stopwords: list[str] | None = None,
) -> numpy.ndarray:
    """Takes out stop words, then changes the case. Without a text left, one that is empty."""
    if case_change_action not in _CASES:
        raise InvalidValue(
            f"`case_change_action` must be one of {', '.join(_CASES)}; got {case_change_action!r}"
        )
    if x.ndim not in (1, 2) or (x.ndim == 2 and x.shape[0] != 1):
        raise InvalidValue(f"`X` must have shape (C,) or (1, C); got {x.shape}")
    fold: Callable[[str], str] = str if is_case_sensitive else str.lower
    stops = {fold(word) for word in stopwords or ()}
    kept = [text for text in texts_of(x).reshape(-1) if fold(text) not in stops]
    changed = list(map(_CASES[case_change_action], kept)) or [""]
    return objects(changed, (1,) * (x.ndim - 1) + (len(changed),))


@rules("StringSplit")
def _string_split(x: Any, *, delimiter: str | None = None, maxsplit: int = -1) -> Any:
    """The parts of texts along a new axis, and how many there are of each."""
    parts = [text.split(delimiter or None, maxsplit) for text in texts_of(x).reshape(-1)]
    longest = max(map(len, parts), default=0)
    filled = [part for row in parts for part in (*row, *[""] * (longest - len(row)))]
    counts = numpy.array(list(map(len, parts)), "int64").reshape(x.shape)
    return objects(filled, (*x.shape, longest)), counts


@rules("RegexFullMatch")
def _regex_full_match(x: Any, *, pattern: str) -> numpy.ndarray:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise InvalidValue(f"`pattern` is no regular expression: {error}") from None
    found = [compiled.fullmatch(text) is not None for text in texts_of(x).reshape(-1)]
    return numpy.array(found, "bool").reshape(x.shape)


# ---- counts of n-grams --------------------------------------------------------------------------


@rules("TfIdfVectorizer")
def _tf_idf_vectorizer(
    x: Any,
    *,
    mode: str,
    min_gram_length: int,
    max_gram_length: int,
    max_skip_count: int,
    ngram_counts: list[int],
    ngram_indexes: list[int],
    pool_int64s: list[int] | None = None,
    pool_strings: list[str] | None = None,
    weights: list[float] | None = None,
) -> Any:
    """How often the n-grams of a pool are in each row, or whether, with weights."""
    if mode not in ("TF", "IDF", "TFIDF"):
        raise InvalidValue(f"`mode` must be TF, IDF or TFIDF; got {mode!r}")
    pool = _pool(pool_int64s or pool_strings or [], ngram_counts)
    if sum(map(len, pool)) != len(ngram_indexes):
        raise InvalidValue(
            f"`ngram_indexes` must be {sum(map(len, pool))}; got {len(ngram_indexes)}"
        )
    rows = x.reshape((1, -1)) if x.ndim < 2 else x
    if rows.ndim != 2:
        raise InvalidValue(f"`X` must have one axis or two; got shape {x.shape}")
    sizes = range(min_gram_length, max_gram_length + 1)
    counts = (_counted if is_array(x) else _counted_on_host)(rows, pool, sizes, max_skip_count)
    width = max(ngram_indexes, default=-1) + 1
    places = np.array(numpy.array([ngram_indexes], "int64"))
    columns = npx.index_add(np.zeros((width, rows.shape[0])), places, counts.T)
    found = columns.T
    if mode == "IDF":
        found = (found > 0).astype("float32")
    if weights and mode != "TF":
        found = found * _by_place(weights, ngram_indexes, width)
    return found if x.ndim == 2 else found.reshape((-1,))


def _by_place(weights: list[float], indexes: list[int], width: int) -> ndarray:
    """The weights of the result's columns. Other runtimes count them by column, not by n-gram."""
    if len(weights) != len(indexes):
        raise InvalidValue(f"`weights` must be {len(indexes)}; got {len(weights)}")
    found = numpy.zeros(width, "float32")
    found[: len(weights)] = weights[:width]
    return np.array(found)


def _pool(items: list[Any], starts: list[int]) -> list[list[tuple[Any, ...]]]:
    """The n-grams by their size; the first list is of single items."""
    ends = [*starts[1:], len(items)]
    found = []
    for size, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if not 0 <= start <= end <= len(items) or (end - start) % size:
            raise InvalidValue(f"`ngram_counts` does not fit a pool of {len(items)}: {starts}")
        found.append([tuple(items[i : i + size]) for i in range(start, end, size)])
    return found


def _windows(extent: int, size: int, skip: int) -> range:
    """Where n-grams of a size begin that leave `skip` items out between theirs."""
    return range(max(0, extent - (size - 1) * (skip + 1)))


def _counted_on_host(
    rows: numpy.ndarray, pool: list[list[tuple[Any, ...]]], sizes: range, skips: int
) -> ndarray:
    firsts = numpy.cumsum([0, *map(len, pool)])
    found = numpy.zeros((len(rows), firsts[-1]), "float32")
    for size in sizes:
        if size > len(pool):
            break
        places = {gram: firsts[size - 1] + i for i, gram in enumerate(pool[size - 1])}
        for skip in range(skips + 1 if size > 1 else 1):
            for row, items in zip(found, rows.tolist(), strict=True):
                for start in _windows(len(items), size, skip):
                    gram = tuple(items[start : start + (size - 1) * (skip + 1) + 1 : skip + 1])
                    if gram in places:
                        row[places[gram]] += 1
    return array_of(found)


def _counted(rows: ndarray, pool: list[list[tuple[Any, ...]]], sizes: range, skips: int) -> ndarray:
    """The same by comparing all n-grams of the rows with all of the pool."""
    parts = []
    for size, grams in enumerate(pool, 1):
        total = np.zeros((rows.shape[0], len(grams)))
        table = numpy.array(grams, "int64").reshape(len(grams), size)
        for skip in range(skips + 1 if size > 1 else 1):
            starts = len(_windows(rows.shape[1], size, skip))
            if size not in sizes or not starts or not grams:
                continue
            is_equal = None
            for place in range(size):
                first = place * (skip + 1)
                items = np.expand_dims(rows[:, first : first + starts], 2)
                same = items == np.array(table[:, place])
                is_equal = same if is_equal is None else np.logical_and(is_equal, same)
            total = total + np.sum(is_equal.astype("float32"), axis=1)
        parts.append(total)
    return np.concatenate(parts, 1)
