"""Devices under MXNet's names: `cpu(0)`, `gpu(1)`, and `with` blocks that say where arrays go.

Every kind of host memory (`cpu`, `cpu_pinned`, `cpu_shared`, of any number) is Weft's `cpu`;
`gpu(1)` is its `cuda:1`. A device may be named that the machine lacks; to use it is an error.

>>> from weft import mxnet as mx
>>> mx.cpu()
cpu(0)
>>> with mx.cpu(1):
...     mx.current_device()
cpu(1)
"""

import contextlib
import threading
from types import TracebackType
from typing import Any, ClassVar

from weft import device as _native
from weft._base.errors import InvalidType, NotFound

_local = threading.local()


class Device:
    """A device by its type and number, or by another device.

    As a context it is where this thread's new arrays go.

    Raises LookupError for a type that there is not.
    """

    devtype2str: ClassVar[dict[int, str]] = {1: "cpu", 2: "gpu", 3: "cpu_pinned", 5: "cpu_shared"}
    devstr2type: ClassVar[dict[str, int]] = {name: number for number, name in devtype2str.items()}

    def __init__(self, device_type: Any, device_id: int = 0) -> None:
        if isinstance(device_type, Device):
            self.device_typeid, device_id = device_type.device_typeid, device_type.device_id
        elif isinstance(device_type, _native.Device):
            is_host = device_type.kind == "cpu"
            self.device_typeid, device_id = (1 if is_host else 2), device_type.index
        elif device_type in self.devstr2type:
            self.device_typeid = self.devstr2type[device_type]
        else:
            known = ", ".join(self.devstr2type)
            raise NotFound(f"Device: `device_type` must be one of {known}; got {device_type!r}")
        self.device_id = device_id
        self._scopes: list[contextlib.ExitStack] = []

    @property
    def device_type(self) -> str:
        """ "cpu", "gpu", "cpu_pinned" or "cpu_shared"."""
        return self.devtype2str[self.device_typeid]

    def native(self) -> _native.Device:
        """Weft's device. Raises LookupError if the machine lacks it."""
        if self.device_type != "gpu":
            return _native.cpu()
        if not num_gpus():
            raise NotFound(f"{self}: this machine has no GPU that Weft has loaded; use cpu()")
        return _native.Device("cuda", self.device_id)

    __weft_device__ = native  # what `array.to_device(mx.cpu())` asks for

    def empty_cache(self) -> None:
        """Nothing: memory that nobody uses goes back by itself."""

    def __enter__(self) -> "Device":
        scope = contextlib.ExitStack()
        before = getattr(_local, "current", None)
        scope.callback(setattr, _local, "current", before)
        _local.current = self
        # What the machine lacks may be named; arrays that are made there say that it lacks it.
        if self.device_type != "gpu" or num_gpus():
            scope.enter_context(self.native())
        self._scopes.append(scope)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scopes.pop().close()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _native.Device):
            other = Device(other)
        if not isinstance(other, Device):
            return NotImplemented
        return (self.device_typeid, self.device_id) == (other.device_typeid, other.device_id)

    def __hash__(self) -> int:
        return hash((self.device_typeid, self.device_id))

    def __str__(self) -> str:
        return f"{self.device_type}({self.device_id})"

    __repr__ = __str__

    def __reduce__(self) -> tuple[Any, ...]:
        return Device, (self.device_type, self.device_id)


Device.default_ctx = Device("cpu", 0)  # type: ignore[attr-defined] # 1.x's name for it


def cpu(device_id: int = 0) -> Device:
    """The program's own memory and processor; the number means nothing."""
    return Device("cpu", device_id)


def cpu_pinned(device_id: int = 0) -> Device:
    """The program's own memory, as `cpu()`."""
    return Device("cpu_pinned", device_id)


def cpu_shared(device_id: int = 0) -> Device:
    """The program's own memory, as `cpu()`."""
    return Device("cpu_shared", device_id)


def gpu(device_id: int = 0) -> Device:
    """A GPU by its number."""
    return Device("gpu", device_id)


def num_gpus() -> int:
    """How many GPUs there are: devices `cuda` that `weft.device.load` has added."""
    return sum(found.kind == "cuda" for found in _native.devices())


def gpu_memory_info(device_id: int = 0) -> tuple[int, int]:
    """Bytes of a GPU that arrays have now, and at most until now.

    MXNet gave the free and the whole memory of the card, which Weft does not ask for.
    """
    figures = gpu(device_id).native().memory()
    return figures["live"], figures["peak"]


def current_device() -> Device:
    """Where this thread's new arrays go."""
    found = getattr(_local, "current", None)
    return found if found is not None else Device(_native.current())


def set_current(device: Device) -> None:
    """Makes a device the one where this thread's new arrays go, without a `with` block."""
    _local.current = device


def native_of(device: Any, ctx: Any = None) -> _native.Device | None:
    """Weft's device for an argument `device` or `ctx` of a function; None where it has neither.

    Raises TypeError for what is no device, LookupError for one that the machine lacks.
    """
    given = ctx if device is None else device
    if given is None:
        given = getattr(_local, "current", None)
        return None if given is None else given.native()
    if isinstance(given, Device):
        return given.native()
    if isinstance(given, _native.Device | str):
        return _native.Device(given)
    raise InvalidType(f"`device` must be a device such as mx.cpu(); got {type(given).__name__}")


__all__ = [
    "Device",
    "cpu",
    "cpu_pinned",
    "cpu_shared",
    "current_device",
    "gpu",
    "gpu_memory_info",
    "num_gpus",
]
__dir__ = __all__.copy
