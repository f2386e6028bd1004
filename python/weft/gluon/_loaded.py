"""Which parameters of a block a file has, and in what shape: what loading does, and reports."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from weft._base.errors import InvalidValue, NotFound
from weft.gluon.parameter import Parameter

_MOST_NAMES = 5  # in one error, or in a line of a report


class Loaded(NamedTuple):
    """What `load_parameters` did: names of parameters.

    loaded: those that have the values of the file; missing: those that it lacks
    extra: names of the file that the block lacks; mismatched: those of another shape, with both
    """

    loaded: list[str]
    missing: list[str]
    extra: list[str]
    mismatched: dict[str, tuple[tuple[int, ...], tuple[int, ...]]]

    def __str__(self) -> str:
        lines = [f"{len(self.loaded)} parameters were loaded"]
        if self.missing:
            lines.append(f"{len(self.missing)} are not in the file: {named(self.missing)}")
        if self.extra:
            lines.append(f"{len(self.extra)} of the file are not used: {named(self.extra)}")
        lines += [
            f"`{name}` has shape {own}, and {other} in the file"
            for name, (own, other) in self.mismatched.items()
        ]
        return "\n".join(lines)

    def check(
        self, source: str, allow_missing: bool, ignore_extra: bool, skip_mismatch: bool
    ) -> None:
        """Raises LookupError for what is missing or extra, ValueError for another shape, where it
        may not be."""
        if self.missing and not allow_missing:
            beside = f", and has {named(self.extra)}" if self.extra else ""
            raise NotFound(
                f"load_parameters: {source} lacks {named(self.missing)}{beside}; "
                "use `allow_missing=True` to keep them as they are"
            )
        if self.extra and not ignore_extra:
            raise NotFound(
                f"load_parameters: {source} has {named(self.extra)}, which the block lacks; "
                "use `ignore_extra=True` to leave them out"
            )
        for name, (own, other) in self.mismatched.items():
            if not skip_mismatch:
                raise InvalidValue(
                    f"load_parameters: `{name}` must have shape {own}; got {other}; "
                    "use `skip_mismatch=True` to keep such parameters as they are"
                )


def matched(parameters: Mapping[str, Parameter], arrays: Mapping[str, Any]) -> Loaded:
    """Names of both, by whether they fit."""
    present = [name for name in parameters if name in arrays]
    missing = [name for name in parameters if name not in arrays]
    extra = [name for name in arrays if name not in parameters]
    wrong = {n for n in present if not _fits(parameters[n].shape, arrays[n].shape)}
    return Loaded(
        [name for name in present if name not in wrong],
        missing,
        extra,
        {n: (parameters[n].shape or (), tuple(arrays[n].shape)) for n in present if n in wrong},
    )


def _fits(wanted: Sequence[int] | None, shape: Sequence[int]) -> bool:
    return wanted is None or (
        len(wanted) == len(shape) and all(w in (-1, s) for w, s in zip(wanted, shape, strict=True))
    )


def check_shape(name: str, parameter: Parameter, shape: tuple[int, ...], operation: str) -> None:
    """Raises ValueError for another shape than the parameter's."""
    if not _fits(parameter.shape, shape):
        raise InvalidValue(f"{operation}: `{name}` must have shape {parameter.shape}; got {shape}")


def named(names: list[str]) -> str:
    """The names, or the first of them."""
    shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
    rest = len(names) - _MOST_NAMES
    return shown if rest <= 0 else f"{shown} and {rest} more"


__all__ = ["Loaded", "check_shape", "matched", "named"]
