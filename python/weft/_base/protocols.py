"""What objects of others may have, for `isinstance`: arrays of any library, and state to keep."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HasDtype(Protocol):
    """An array of any library."""

    dtype: Any


@runtime_checkable
class SharesMemory(Protocol):
    """An array of any library whose memory others may use, by DLPack."""

    def __dlpack__(self, **options: Any) -> Any: ...


@runtime_checkable
class HasState(Protocol):
    """A scheduler or sampler that says what it keeps from step to step."""

    def state_dict(self) -> dict[str, Any]: ...


@runtime_checkable
class TakesState(Protocol):
    """A scheduler or sampler that continues from what `state_dict` gave."""

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@runtime_checkable
class HasMaxLength(Protocol):
    """A network for texts of at most so many tokens."""

    max_length: int | None


@runtime_checkable
class HasRows(Protocol):
    """A sparse matrix of SciPy, which can say its elements row by row."""

    def tocsr(self) -> Any: ...


@runtime_checkable
class AsNumPy(Protocol):
    """An array that gives its elements as an array of NumPy."""

    def asnumpy(self) -> Any: ...


@runtime_checkable
class Frame(Protocol):
    """A table of pandas or polars: columns by their names."""

    columns: Any
    dtypes: Any

    def __getitem__(self, name: Any) -> Any: ...


@runtime_checkable
class ArrowTable(Protocol):
    """A table of Arrow: columns by their names."""

    column_names: Any
    schema: Any

    def __getitem__(self, name: Any) -> Any: ...


__all__ = [
    "ArrowTable",
    "AsNumPy",
    "Frame",
    "HasDtype",
    "HasMaxLength",
    "HasRows",
    "HasState",
    "SharesMemory",
    "TakesState",
]
