"""What a parameter answers where a program takes it for its array: a TypeError that says `.data()`.

A parameter has no elements of its own: it may have no values yet, or arrays on several devices.
`==` and the truth of a parameter stay Python's own, for containers and for `if parameter:`.
"""

from typing import Any, Never

from weft._base.errors import InvalidType

_OF_TWO = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "divmod",
    "pow",
    "matmul",
    "and",
    "or",
)
_COMPARED = ("lt", "le", "gt", "ge")
_OTHERS = ("neg", "pos", "abs", "invert", "float", "int", "getitem", "setitem", "array")


class NotAnArray:
    """Mixed into parameters: operators of arrays, which are refused."""

    __array_ufunc__ = None  # NumPy's arrays leave operators to those of the parameter
    name: str


def _refuse(parameter: NotAnArray, *_: Any, **__: Any) -> Never:
    raise InvalidType(
        f"Parameter: `{parameter.name}` is a parameter, not an array; its array is what `.data()` "
        "gives: write `x * self.scale.data()`, not `x * self.scale`"
    )


for _name in [*_OF_TWO, *(f"r{name}" for name in _OF_TWO), *_COMPARED, *_OTHERS]:
    setattr(NotAnArray, f"__{_name}__", _refuse)

__all__ = ["NotAnArray"]
