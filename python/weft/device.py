"""Devices: where arrays are and where operators on them run.

The CPU is always there; others are added by plug-ins (`load`), shared libraries as `weft_device.h`
describes them. Operators run where their arrays are, behind the program; reading a result waits for
it. What a device has no kernel for is computed on the CPU, on copies.

>>> from weft import Device, cpu, np
>>> x = np.ones(3)
>>> x.device
Device('cpu')
>>> with Device("cpu"):
...     y = np.zeros(3)
>>> y.to_device(cpu()) is y
True
"""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType, TracebackType
from typing import Any

from weft._base.errors import InvalidType
from weft._core import loaded_devices, native


class Device:
    """A device by its kind and number, such as `Device("cuda", 1)` or `Device("cuda:1")`.

    As a context it is where this thread's new arrays go. It equals its own text, so that
    `x.device == "cpu"` holds.

    Raises LookupError if there is no such device.

    >>> import weft
    >>> from weft import np
    >>> x = np.ones(2, device="cpu")
    >>> x.device
    Device('cpu')
    >>> with weft.Device("cpu"):
    ...     y = np.zeros(2)
    >>> y.device == "cpu"
    True
    """

    def __init__(self, kind: "str | Device", index: int | None = None) -> None:
        text = str(kind) if index is None else f"{kind}:{index}"
        self._name: str = native.find_device(text)
        self._before: list[str] = []

    @property
    def kind(self) -> str:
        """The name without the number: 'cpu', 'cuda'."""
        return self._name.partition(":")[0]

    @property
    def index(self) -> int:
        """The number among the devices of this kind."""
        return int(self._name.partition(":")[2] or 0)

    def memory(self) -> dict[str, int]:
        """Bytes that arrays have there: now (`live`), and at most (`peak`). Not for the CPU, whose
        figures are `weft.memory.stats()`."""
        found = native.device_info(self._name)
        return {name: found[name] for name in ("live", "peak")}

    def fallbacks(self) -> dict[str, int]:
        """Operators that were computed on the CPU because this device has no kernel for them, and
        how often: each costs copies of its operands there and back."""
        lines = native.device_info(self._name)["fallbacks"].splitlines()
        return {op: int(count) for op, _, count in (line.partition(" ") for line in lines)}

    def __enter__(self) -> "Device":
        self._before.append(native.set_device(self._name))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        native.set_device(self._before.pop())

    def __eq__(self, other: object) -> bool:
        return self._name == str(other) if isinstance(other, Device | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._name)

    def __str__(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"Device({self._name!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Device, (self._name,)


def cpu() -> Device:
    """The program's own memory and processor.

    >>> import weft
    >>> from weft import np
    >>> np.ones(2).device == weft.cpu()
    True
    """
    return Device("cpu")


def current() -> Device:
    """Where this thread's new arrays go.

    >>> import weft
    >>> weft.device.current()
    Device('cpu')
    """
    return Device(native.current_device())


def devices() -> list[Device]:
    """All devices, the CPU first.

    >>> import weft
    >>> weft.device.devices()[0]
    Device('cpu')
    """
    return [Device(name) for name in native.devices()]


def load(path: str | os.PathLike[str]) -> list[Device]:
    """Adds the devices of a plug-in and returns them.

    Raises LookupError if the library cannot be loaded, NotImplementedError if it is no plug-in or
    one for another version.

    >>> from weft import device
    >>> try:
    ...     device.load("missing.so")
    ... except LookupError as error:
    ...     print("missing.so" in str(error))
    True
    """
    native.load_device(os.fspath(path))
    new = [name for name in native.devices()[1:] if name not in loaded_devices]
    loaded_devices.extend(new)
    return [Device(name) for name in new]


def device_of(arguments: Any) -> AbstractContextManager[Any]:
    """A context in which new arrays go where the first array among `arguments` is: what a call
    makes on the way. The present place if there is none."""
    first = _first_array(arguments) if loaded_devices else None
    return nullcontext() if first is None else first.device


def _first_array(value: Any) -> native.ndarray | None:
    if isinstance(value, native.ndarray):
        return value
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return None
    return next((found for item in value if (found := _first_array(item)) is not None), None)


class _Module(ModuleType):
    """A call of the module, as of `torch.device`, is told what to write."""

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise InvalidType("weft.device is a module; write `weft.Device(name)`")


sys.modules[__name__].__class__ = _Module

__all__ = ["Device", "cpu", "current", "devices", "load"]
__dir__ = __all__.copy
