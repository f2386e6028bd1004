"""What array libraries are asked about themselves: `__array_namespace_info__` of the array API."""

from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.dtypes import BY_NUMBER, EXTRA
from weft.np._dtype_functions import isdtype

_KINDS = (
    *("bool", "signed integer", "unsigned integer", "real floating", "complex floating"),
    *("integral", "numeric"),
)


class NamespaceInfo:
    """Devices, dtypes and limits of `weft.np`, as the array API asks for them."""

    def capabilities(self) -> dict[str, Any]:
        """Whether shapes may depend on values, masks are indices, and the largest rank."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 16}

    def default_device(self) -> Any:
        """Where arrays are made."""
        return native.empty(0).device

    def devices(self) -> list[Any]:
        """The devices that arrays can be on."""
        return [self.default_device()]

    def default_dtypes(self, *, device: Any = None) -> dict[str, Any]:
        """The dtypes of arrays that are made without one, by kind."""
        return {
            "real floating": numpy.dtype("float32"),
            "complex floating": numpy.dtype("complex64"),
            "integral": numpy.dtype("int64"),
            "indexing": numpy.dtype("int64"),
        }

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, Any]:
        """All dtypes by name, or those of a kind such as 'integral', or of one of a tuple of them.

        Half types and storage dtypes are none of the standard's and are left out. Raises ValueError
        for a kind that the standard does not know.
        """
        kinds = kind if isinstance(kind, tuple) else (kind,)
        for one in kinds:
            if one is not None and one not in _KINDS:
                known = ", ".join(_KINDS)
                raise InvalidValue(f"dtypes: `kind` must be one of {known}; got {one!r}")
        others = ("float16", *EXTRA)
        return {
            dtype.name: dtype
            for dtype in BY_NUMBER
            if dtype.name not in others and any(one is None or isdtype(dtype, one) for one in kinds)
        }


def __array_namespace_info__() -> NamespaceInfo:  # noqa: N807 - the standard names it so
    """What the array API's programs ask a namespace about itself.

    >>> __array_namespace_info__().default_dtypes()["real floating"].name
    'float32'
    """
    return NamespaceInfo()


__all__ = ["__array_namespace_info__"]
