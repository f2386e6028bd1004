"""What Python reads around a trace: found while the trace runs, part of its signature afterwards.

While a function is traced, every Python function that runs in it is looked at as it is entered,
with what it is given: the globals that its code names, the variables of functions around it,
attributes that its code names of objects that it can reach so, also through containers, and what
classes have. Each is a *slot*, whose content may change between two calls; a later call compares
contents before it takes the plan. What a trace itself changes, it fills for somebody else to read:
such a slot is left out. Code is no content: of functions, classes and modules only which they are
is compared, and the code of Weft, NumPy and the standard library is not looked at.
"""

import functools
import gc
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy

from weft._core import native
from weft._trace.block_tree import BlockTree
from weft._trace.code import (
    SIMPLE,
    Names,
    has_attributes,
    is_for_user,
    is_library,
    is_library_file,
    is_ours,
    is_outside,
    methods_of,
    names_of,
    origin_of,
)
from weft._trace.frozen import Frozen

Slot = tuple[Any, str | None]  # as `native.slot_contents` wants it

_CALLS_OF_BLOCKS = frozenset(
    ("weft._trace.block_tree", "weft.gluon.block", "weft.gluon.hybrid_block")
)
_DEEPEST = 8  # containers and objects in one another


def _is_block(value: Any) -> bool:
    return issubclass(type(value), BlockTree)


def _changes_inside(value: Any) -> bool:
    """Can its content change without anybody setting an attribute?"""
    if isinstance(value, tuple):
        return any(_changes_inside(item) for item in value)
    return isinstance(value, list | dict | set | numpy.ndarray)


class _Elements:
    """The elements of an array of ours, for a slot."""

    __slots__ = ("array",)

    def __init__(self, array: Any) -> None:
        self.array = array

    def __call__(self) -> Hashable:
        array = self.array
        return native.contents(
            (array.astype("float32") if array.dtype.name == "bfloat16" else array).asnumpy()
        )


def _key_of(slot: Slot) -> tuple[int, str | None]:
    holder = slot[0].array if type(slot[0]) is _Elements else slot[0]
    return id(holder), slot[1]


class Reads:
    """Slots that one trace read, with their contents before it; whose code is looked at."""

    def __init__(self, function: Callable[..., Any], owner: Any = None) -> None:
        self._owner = owner  # a block that is told of its own changes
        self._before: dict[tuple[int, str | None], Hashable] = {}
        self._slots: list[Slot] = []
        self._texts: list[str] = []
        self._followed: dict[tuple[int, Names], Any] = {}  # values, kept alive
        self._functions: dict[CodeType, list[Any]] = {}
        self._nested: set[CodeType] = set()  # code of functions that the trace itself makes
        self._blocks: dict[int, Any] = {}
        self._unseen: set[str] = set()  # what explain() tells of constants
        self._frozen = Frozen()  # random numbers and clocks
        self._is_endless = False
        self.asks_for_types = False  # does some code name `type`?
        self._note_function(function)

    # ---- while the trace runs

    def noting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, whose reads and those of what it calls are noted."""

        def noted(*args: Any, **kwargs: Any) -> Any:
            with self._watching():
                return function(*args, **kwargs)

        return noted

    @contextmanager
    def _watching(self) -> Iterator[None]:
        use, again = sys.setprofile, sys.getprofile()
        is_ours = getattr(again, "__func__", None) is Reads._event  # a trace within a trace
        if again is not None and not is_ours:  # a profiler is at work, whose place is not ours
            use, again = sys.settrace, sys.gettrace()
        if again is not None:
            use = lambda _: None  # noqa: E731 - and a debugger: only what the function itself names
            self._unseen.add("what helpers read (a profiler and a debugger are at work)")
        use(self._event)
        try:
            yield
        finally:
            use(again)

    def _event(self, frame: FrameType, event: str, value: Any) -> Any:
        try:
            if event == "call":
                self._entered(frame)
            elif event == "return":
                self._left(frame, value)
            elif event == "c_call" and not is_library_file(frame.f_code.co_filename):
                self._called(origin_of(value), value.__name__)
                self._frozen.called(origin_of(value), value.__name__, frame)
        except RecursionError:
            self._is_endless = True
        return self._event

    def _entered(self, frame: FrameType) -> None:
        code, module = frame.f_code, frame.f_globals.get("__name__")
        if is_library_file(code.co_filename):
            if is_outside(module) and is_for_user(frame):
                self._called(module, code.co_name)
            if module == "dataclasses":  # asdict and its kin
                self._read_fields(frame, code)
            elif module not in _CALLS_OF_BLOCKS:
                self._note_block(frame, code)
            return
        names = names_of(code)
        self.asks_for_types |= "type" in names.globals
        self._nested.update(c for c in code.co_consts if isinstance(c, CodeType))
        for name in names.globals:
            if name in frame.f_globals:
                self._add((frame.f_globals, name), frame.f_globals[name], name, names)
        for name in names.imports:  # within the function
            for full in (name, f"{frame.f_globals.get('__package__')}.{name}"):
                self._follow(sys.modules.get(full), names, full, 0)
        if code.co_freevars not in ((), ("__class__",)) and code not in self._nested:
            self._read_cells(frame, code, names)
        count = code.co_argcount + code.co_kwonlyargcount
        count += bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # *args, **kwargs
        local = frame.f_locals
        for name in code.co_varnames[:count]:
            self._follow(local.get(name), names, name, 0)

    def _called(self, module: Any, name: str) -> None:
        """Notes what comes from outside of Python's variables."""
        if is_outside(module):
            self._unseen.add(f"what `{module}.{name}` gave")

    def _note_block(self, frame: FrameType, code: CodeType) -> None:
        """Code of layers: what it reads of the block itself."""
        if code.co_argcount > 0 and code.co_varnames[0] == "self":
            block = frame.f_locals.get("self")
            if _is_block(block):
                self._follow(block, names_of(code), type(block).__name__, 0)

    def _read_fields(self, frame: FrameType, code: CodeType) -> None:
        for name in code.co_varnames[: code.co_argcount]:
            value = frame.f_locals.get(name)
            fields = getattr(type(value), "__dataclass_fields__", None)
            for field in fields or ():
                if hasattr(value, field):
                    self._note((value, field), f"{type(value).__name__}.{field}")

    def _left(self, frame: FrameType, value: Any) -> None:
        if not is_library_file(frame.f_code.co_filename):
            self._frozen.returned(frame)
        if frame.f_back is not None and has_attributes(value):
            self._returned(frame.f_back, value)

    def _returned(self, caller: FrameType, value: Any) -> None:
        if not is_library_file(caller.f_code.co_filename):
            self._follow(value, names_of(caller.f_code), type(value).__name__, 0)

    def _read_cells(self, frame: FrameType, code: CodeType, names: Names) -> None:
        functions = self._functions.get(code)
        if functions is None:
            functions = self._functions[code] = methods_of(frame, code) or [
                f for f in gc.get_referrers(code) if type(f) is FunctionType
            ]
        for function in functions:
            for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
                try:
                    value = cell.cell_contents
                except ValueError:  # it has no value yet
                    value = None
                self._add((cell, None), value, name, names)

    def _note_function(self, function: Any) -> None:
        while isinstance(function, MethodType | functools.partial):
            function = function.__func__ if isinstance(function, MethodType) else function.func
        if not isinstance(function, FunctionType):
            return
        known = self._functions.setdefault(function.__code__, [])
        if any(function is other for other in known):
            return
        known.append(function)
        names = names_of(function.__code__)
        for attribute in ("__defaults__", "__kwdefaults__"):
            values = getattr(function, attribute)
            if values:
                text = f"defaults of {function.__name__}"
                self._add((function, attribute), values, text, names)
        for cell in function.__closure__ or ():
            try:
                if isinstance(cell.cell_contents, FunctionType | MethodType | functools.partial):
                    self._note_function(cell.cell_contents)
            except ValueError:
                continue

    def note_elements(self, array: Any) -> None:
        """Elements of an array that exists became Python's: `float(a)`, `a.item()`, an index."""
        self._note((_Elements(array), None), f"elements of an array {list(array.shape)}")

    # ---- slots

    def _add(self, slot: Slot, value: Any, text: str, names: Names, depth: int = 0) -> None:
        """The slot, and what can be read through it."""
        if isinstance(value, FunctionType | MethodType | functools.partial):
            self._note_function(value)
        if not isinstance(value, ModuleType):
            self._note(slot, text)
        if isinstance(value, functools.partial):
            self._note((value, "args"), f"arguments of {text}")
            self._note((value, "keywords"), f"arguments of {text}")
        self._follow(value, names, text, depth)

    def _note(self, slot: Slot, text: str) -> None:
        key = _key_of(slot)
        if key not in self._before:
            self._before[key] = native.slot_contents((slot,))[0]
            self._slots.append(slot)
            self._texts.append(text)

    def _follow(self, value: Any, names: Names, text: str, depth: int) -> None:
        """Attributes that `names` has, of the value and of what is in it."""
        if isinstance(value, SIMPLE) or depth > _DEEPEST:
            return
        self._frozen.meet(value)
        key = (id(value), names)
        if key in self._followed:
            return
        self._followed[key] = value
        if isinstance(value, dict):
            for item_key, item in list(value.items()):
                if not isinstance(item, SIMPLE):
                    self._follow(item, names, f"{text}[{item_key!r}]", depth + 1)
        elif isinstance(value, list | tuple | set | frozenset):
            for number, item in enumerate(list(value)):
                if not isinstance(item, SIMPLE):
                    self._follow(item, names, f"{text}[{number}]", depth + 1)
        elif isinstance(value, functools.partial):
            self._follow((value.func, value.args, value.keywords), names, text, depth + 1)
        elif isinstance(value, MethodType):
            self._follow(value.__self__, names, text, depth + 1)
        elif isinstance(value, ModuleType):
            draws = value is numpy and "random" in names.attributes
            if draws or value is numpy.random:  # whose calls tell nobody
                self._unseen.add("what `numpy.random` gave")
                self._frozen.meet(numpy.random)
            if not is_library(value.__name__):
                self._read_dict(vars(value), names, text, depth)
        elif isinstance(value, type):
            if not is_library(value.__module__):
                self._read_class(value, value, names, text, depth)
        elif _is_block(value):
            self._blocks[id(value)] = value
            self._read_object(value, names, text, depth)
        elif has_attributes(value) and not is_ours(type(value)):
            self._read_object(value, names, text, depth)

    def _read_dict(self, values: dict[str, Any], names: Names, text: str, depth: int) -> None:
        for name in names.attributes | names.asked:
            if name in values:
                self._add((values, name), values[name], f"{text}.{name}", names, depth + 1)

    def _read_object(self, value: Any, names: Names, text: str, depth: int) -> None:
        own = getattr(value, "__dict__", None) or {}
        is_block = _is_block(value)
        if own and not is_block and names.takes_all:
            self._add((value, "__dict__"), own, f"attributes of {text}", names, depth + 1)
        for name in names.attributes | names.asked:
            if name in own and is_block and name in value._watched_elsewhere:
                continue
            if name in own:
                item = own[name]
                if is_block and not _changes_inside(item):  # a block tells what is set
                    self._follow(item, names, f"{text}.{name}", depth + 1)
                else:
                    self._add((value, name), item, f"{text}.{name}", names, depth + 1)
            elif name in names.asked and not hasattr(type(value), name):
                self._note((value, name), f"{text}.{name}")
        self._read_class(value, type(value), names, text, depth)

    def _read_class(self, holder: Any, cls: type, names: Names, text: str, depth: int) -> None:
        """What the class has where `holder`, an instance or the class, has nothing of its own."""
        own = {} if holder is cls else getattr(holder, "__dict__", None) or {}
        for name in names.attributes | names.asked:
            if name in own:
                continue
            base = next((base for base in cls.__mro__ if name in vars(base)), None)
            if base is None or is_library(base.__module__):
                continue
            item = vars(base)[name]
            if type(item).__name__ == "member_descriptor":  # of __slots__
                if holder is not cls and hasattr(holder, name):
                    item = getattr(holder, name)
                    self._add((holder, name), item, f"{text}.{name}", names, depth + 1)
            elif not hasattr(type(item), "__get__"):
                self._add((holder, name), item, f"{text}.{name}", names, depth + 1)

    # ---- afterwards

    def settle(self, watches: Iterable[Callable[[], Hashable]], where: str) -> "Around":
        """What of all this is part of the signature: what the trace has not changed itself, what
        blocks tell of themselves, and what the traced code asked to have watched. Warns of what
        was frozen, naming what is traced as `where`."""
        if self._is_endless:
            raise RecursionError
        self._frozen.warn(where)
        slots: list[Slot] = []
        texts, filled = [], []
        for slot, text in zip(self._slots, self._texts, strict=True):
            is_same = native.slot_contents((slot,))[0] == self._before[_key_of(slot)]
            (texts if is_same else filled).append(text)
            if is_same:
                slots.append(slot)
        slots += [(vars(block), "_changes") for block in self._outermost()]
        slots += [(watch, None) for watch in watches]
        kept: list[Any] = []
        contents = native.slot_contents(tuple(slots), kept)
        return Around(tuple(slots), contents, kept, texts, [*filled, *sorted(self._unseen)])

    def _outermost(self) -> list[Any]:
        """Blocks that no other one of these contains, nor the owner: a block tells of changes
        below it."""
        inside = dict(self._blocks)
        if self._owner is not None:
            inside[id(self._owner)] = self._owner

        def is_within(block: Any) -> bool:
            return any(id(parent) in inside or is_within(parent) for parent in block._parents)

        blocks = self._blocks.values()
        return [b for b in blocks if b is not self._owner and not is_within(b)]


class Around(NamedTuple):
    """What a trace depends on beside its arguments and modes."""

    slots: tuple[Slot, ...]
    contents: tuple[Hashable, ...]
    kept: list[Any]  # what contents tell by address
    signature: list[str]  # slots in words
    constants: list[str]  # what was read and is not compared


NOTHING_AROUND = Around((), (), [], [], [])
