"""Random numbers and clocks that a traced function reads: a plan keeps what they gave, which hardly
anybody means, so a warning names the line.

A generator tells nobody when it is asked, so its state is compared whenever a function of the
program ends that was traced: what has moved it was drawn there. Generators that the function makes
itself, from a seed, are not looked at: what these give is a constant by itself.
"""

import dis
import inspect
import random
import warnings
from collections.abc import Hashable
from types import BuiltinMethodType, FrameType, MethodType, ModuleType
from typing import Any

import numpy

from weft._core import native
from weft._trace.code import LOADS_OF_ATTRIBUTES, is_library_file

_GENERATORS = (numpy.random.Generator, numpy.random.RandomState, random.Random)
_CLOCKS = frozenset(
    f"{name}{suffix}"
    for name in ("time", "perf_counter", "monotonic", "process_time", "thread_time")
    for suffix in ("", "_ns")
)


class Frozen:
    """What one trace has drawn and read of clocks, by the line that did."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[Any, str, Hashable]] = {}  # generators, kept alive
        self._lines: dict[tuple[str, int], tuple[str, FrameType]] = {}

    def meet(self, value: Any) -> None:
        """Looks from now on at the generator that `value` is, or draws from."""
        found = _generator_of(value)
        if found is not None and id(found) not in self._states:
            self._states[id(found)] = found, _name_of(found), _state_of(found)

    def called(self, module: Any, name: str, frame: FrameType) -> None:
        """Notes a clock that code of the program reads. What is installed beside Weft reads clocks
        for itself, such as to time a collection of garbage that happens to come now."""
        if module == "time" and name in _CLOCKS:
            caller: FrameType | None = frame
            while caller is not None and is_library_file(caller.f_code.co_filename):
                caller = caller.f_back
            if caller is not None and "-packages" not in caller.f_code.co_filename:
                self._note(f"time.{name}", caller, caller.f_lineno)

    def returned(self, frame: FrameType) -> None:
        """A function of the program ends: notes what it has drawn."""
        for key, (generator, name, before) in self._states.items():
            now = _state_of(generator)
            if now != before:
                self._states[key] = generator, name, now
                self._note(name, frame, _line_of(frame))

    def _note(self, name: str, frame: FrameType, line: int) -> None:
        self._lines.setdefault((frame.f_code.co_filename, line), (name, frame))

    def warn(self, where: str) -> None:
        """Warns of each line, once in a program as Python does it."""
        for (path, line), (name, frame) in self._lines.items():
            instead = (
                "give the time as an argument"
                if name.startswith("time.")
                else "use `weft.np.random` inside `forward`"
            )
            warnings.warn_explicit(
                f"{where}: what `{name}` gave at line {line} is a constant of the plan, the same "
                f"in every call; {instead}, or a block with `hybridize(active=False)`",
                UserWarning,
                path,
                line,
                frame.f_globals.get("__name__"),
                frame.f_globals.setdefault("__warningregistry__", {}),
            )
        self._lines.clear()  # frames hold all that the function had


def _generator_of(value: Any) -> Any:
    if value is numpy.random:
        value = numpy.random.rand
    elif value is random:
        value = random.random  # a method of the generator that all share
    if isinstance(value, _GENERATORS):
        return value
    if isinstance(value, MethodType | BuiltinMethodType):
        return value.__self__ if isinstance(value.__self__, _GENERATORS) else None
    return None


def _name_of(generator: Any) -> str:
    if generator is _generator_of(numpy.random):
        return "numpy.random"
    if generator is _generator_of(random):
        return "random"
    module = "random" if isinstance(generator, random.Random) else "numpy.random"
    return f"{module}.{type(generator).__name__}"


def _state_of(generator: Any) -> Hashable:
    if isinstance(generator, random.SystemRandom):
        return None
    if isinstance(generator, random.Random):
        return generator.getstate()  # type: ignore[no-any-return]
    if isinstance(generator, numpy.random.RandomState):
        return native.contents(generator.get_state(legacy=False))
    return native.contents(generator.bit_generator.state)


def _line_of(frame: FrameType) -> int:
    """The first line of a function that reaches for a generator, else where the function begins."""
    value: Any = None
    for instruction in dis.get_instructions(frame.f_code):
        name = instruction.argval
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            value = frame.f_globals.get(name)
        elif instruction.opname.startswith(("LOAD_FAST", "LOAD_DEREF")):
            value = frame.f_locals.get(name[-1] if isinstance(name, tuple) else name)
        elif instruction.opname in LOADS_OF_ATTRIBUTES:
            value = _attribute(value, name)
        else:
            continue
        positions = instruction.positions
        if _generator_of(value) is not None and positions is not None and positions.lineno:
            return positions.lineno
    return frame.f_code.co_firstlineno


def _attribute(value: Any, name: str) -> Any:
    """An attribute without a call of what would make it."""
    if isinstance(value, _GENERATORS):
        return value
    if isinstance(value, ModuleType):
        return vars(value).get(name)
    return inspect.getattr_static(value, name, None)


__all__ = ["Frozen"]
