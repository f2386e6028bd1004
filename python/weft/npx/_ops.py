"""Operators of weft.npx, made from the library's registry; see _ops.pyi."""

from weft._core import native

__all__: list[str] = []
for _function in native.operators():
    if _function.place == "npx" and _function.library is None:
        globals()[_function.__name__] = _function
        __all__.append(_function.__name__)
