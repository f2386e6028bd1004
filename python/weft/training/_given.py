"""What a caller gave to `fit` or `evaluate`: data to train on, and batches of validation."""

from typing import Any

from weft._base.errors import InvalidValue
from weft._base.options import require
from weft.gluon.data import DataLoader, Dataset
from weft.training._batches import (
    ArrayData,
    Source,
    array_data,
    is_batches,
    is_source,
    source_of,
)


def data_of(
    where: str,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    share: float = 0.0,
    validation: Any = None,
    batch_size: int | None = None,
) -> tuple[Any, Source | None]:
    """What to train on, and the batches of validation."""
    if not is_source(x) or (y is not None and isinstance(x, list)):
        train: Any = array_data(where, x, y, sample_weight)
    else:
        for name, given in (("y", y), ("sample_weight", sample_weight)):
            if given is not None:
                raise InvalidValue(
                    f"{where}: `{name}` must not be given with {type(x).__name__}, whose "
                    "batches have it"
                )
        train = x
    if validation is not None and share:
        raise InvalidValue(
            f"{where}: `validation_split` and `validation_data` must not both be given"
        )
    if share:
        if not isinstance(train, ArrayData):
            raise InvalidValue(
                f"{where}: `validation_split` is for arrays; got {type(x).__name__}; give "
                "`validation_data`"
            )
        train, validation = train.split(where, share)
    return train, _validation(where, validation, batch_size)


def _validation(where: str, given: Any, batch_size: int | None) -> Source | None:
    if given is None:
        return None
    if isinstance(given, list) and len(given) in (2, 3) and not is_batches(given):
        raise InvalidValue(
            f"{where}: `validation_data` must be (x, y) in a tuple; a list is one of batches (x, y)"
        )
    if isinstance(given, tuple):
        require(
            len(given) in (2, 3),
            where,
            "validation_data",
            "(x, y) or (x, y, weights)",
            f"{len(given)} parts",
        )
        given = array_data(f"{where}: `validation_data`", *given, *(None,) * (3 - len(given)))
    size = batch_size if isinstance(given, ArrayData) or not _has_batches(given) else None
    return source_of(where, given, size, shuffle=False)


def _has_batches(given: Any) -> bool:
    """Does it give whole batches?"""
    return isinstance(given, DataLoader) or not isinstance(given, Dataset)


__all__ = ["data_of"]
