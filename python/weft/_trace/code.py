"""Code that a trace meets: whose it is, and what it names."""

import dis
import functools
import os
import sys
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy

from weft._core import native

_LIBRARY = frozenset(sys.stdlib_module_names) | {"weft", "numpy"}
_FOLDERS = tuple(
    f"{os.path.dirname(os.path.abspath(path))}{os.sep}"
    for path in (os.path.dirname(__file__), numpy.__file__, os.__file__)
)
# Modules whose functions read clocks, generators, files and the environment.
_OUTSIDE = frozenset(
    ("time", "datetime", "random", "secrets", "uuid", "os", "posix", "io", "_io", "pathlib")
)
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
SIMPLE = (*_PLAIN, native.ndarray, numpy.ndarray)  # nothing is to be found in these
_CODE = (FunctionType, BuiltinFunctionType, MethodType, type, ModuleType)


LOADS_OF_ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR", "IMPORT_FROM")


class Names(NamedTuple):
    """What a function's code and the code within it name."""

    globals: frozenset[str]
    attributes: frozenset[str]
    asked: frozenset[str]  # attributes that need not be there: of getattr and hasattr
    imports: frozenset[str]  # modules

    @property
    def takes_all(self) -> bool:
        """Does it read attributes by way of the dict that they are in?"""
        return "__dict__" in self.attributes or "vars" in self.globals


@functools.lru_cache(maxsize=4096)
def names_of(code: CodeType) -> Names:
    names: tuple[set[str], ...] = set(), set(), set(), set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            names[0].add(instruction.argval)
        elif instruction.opname in LOADS_OF_ATTRIBUTES:
            names[1].add(instruction.argval)
        elif instruction.opname == "IMPORT_NAME":
            names[3].add(instruction.argval)
    if names[0] & {"getattr", "hasattr"}:
        names[2].update(c for c in code.co_consts if isinstance(c, str) and c.isidentifier())
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            for own, others in zip(names, names_of(inner), strict=True):
                own.update(others)
    return Names(*map(frozenset, names))


@functools.lru_cache(maxsize=4096)
def is_library_file(path: str) -> bool:
    """Of Weft, NumPy or the standard library, beside whose files others are installed."""
    if path.startswith("<"):
        return path.startswith("<frozen ") or path == "<__array_function__ internals>"
    folder = next((folder for folder in _FOLDERS if path.startswith(folder)), None)
    return folder is not None and "-packages" not in path[len(folder) :]


@functools.lru_cache(maxsize=4096)
def is_library(module: str) -> bool:
    if module.partition(".")[0] not in _LIBRARY:
        return False
    path = getattr(sys.modules.get(module), "__file__", None)
    return path is None or is_library_file(path)  # a file of the user may have such a name


def has_attributes(value: Any) -> bool:
    """May attributes of the value be read that somebody else sets?"""
    return not isinstance(value, (*_PLAIN, *_CODE, native.ndarray, numpy.ndarray, numpy.generic))


def methods_of(frame: FrameType, code: CodeType) -> list[Any]:
    """The function of this code, found without a walk through all objects, where it is a method."""
    if code.co_argcount == 0:
        return []
    first = frame.f_locals.get(code.co_varnames[0])
    cls = first if isinstance(first, type) else type(first)
    members = (vars(base).get(code.co_name) for base in cls.__mro__)
    found = [getattr(m, "fget", None) or getattr(m, "__func__", None) or m for m in members]
    return [f for f in found if type(f) is FunctionType and f.__code__ is code]


def is_ours(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in ("weft", "numpy")


def is_outside(module: Any) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in _OUTSIDE


def is_for_user(frame: FrameType) -> bool:
    """Was this code of the standard library called by code that is not a library's, perhaps by way
    of other code of the standard library?"""
    caller = frame.f_back
    while caller is not None and is_library_file(caller.f_code.co_filename):
        if caller.f_code.co_filename.startswith(_FOLDERS[:2]):
            return False
        caller = caller.f_back
    return caller is not None


def origin_of(function: Any) -> Any:
    """The module that a function in C is from, or that of what it is a method of."""
    owner = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        return getattr(function, "__module__", None)
    return (owner if isinstance(owner, type) else type(owner)).__module__
