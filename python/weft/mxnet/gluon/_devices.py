"""Contexts of MXNet as devices of Weft.

`mx.cpu(0)` and `mx.cpu(1)` are one device here, the machine's memory. Programs name several of them
to try what they do with several GPUs; they see as many contexts as they named.
"""

from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft.device import Device
from weft.mxnet.device import cpu, gpu, native_of


def chosen(ctx: Any, device: Any, caller: str) -> Any:
    """What one of the two words names, or None; 1.x says `ctx`, 2.0 `device`."""
    if ctx is not None and device is not None and ctx != device:
        raise InvalidValue(
            f"{caller}: `ctx` and `device` mean the same; got {ctx} and {device}; give one of them"
        )
    return device if device is not None else ctx


def native(context: Any) -> Device:
    """The device that a context means; the machine's memory for none.

    Raises LookupError for one that the machine lacks, TypeError for what is no device.
    """
    found = native_of(context)
    return Device("cpu") if found is None else found


def listed(contexts: Any) -> list[Any]:
    """One or several contexts as a list; an empty one, for the current device, where none is."""
    if contexts is None:
        return []
    several = isinstance(contexts, Sequence) and not isinstance(contexts, str)
    return list(contexts) if several else [contexts]


def as_context(found: Device) -> Any:
    """A device in MXNet's words."""
    return cpu(found.index) if found.kind == "cpu" else gpu(found.index)


__all__ = ["as_context", "chosen", "listed", "native"]
