"""A model file as a block again, without the class that it was made from."""

from os import PathLike, fspath
from typing import Any

from weft import autograd
from weft._core import native
from weft._errors import NotFound
from weft._typing import DeviceLike
from weft.device import Device, current
from weft.gluon.block import HybridBlock
from weft.gluon.parameter import Parameter


class SymbolBlock(HybridBlock):
    """One entry point of a .weft file, trainable; made by `imports`."""

    def __init__(self, function: Any, parameters: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__["_function"] = function
        for name, array in parameters.items():
            self._own_parameters[name] = _adopted(name, array)

    @staticmethod
    def imports(
        path: str | PathLike[str], entry: str | None = None, *, device: DeviceLike = None
    ) -> "SymbolBlock":
        """The entry point `entry` of the file, or its first, on a device or the current one.

        Its parameters have the names of the block that was exported. It takes inputs of the
        exported shapes. Raises OSError for a damaged file, LookupError for an unknown entry.
        """
        model = native.Model(fspath(path))
        entries = model.entries()
        if entry is None:
            entry = entries[0]
        if entry not in entries:
            raise NotFound(
                f"imports: {fspath(path)} has no entry `{entry}`; it has {', '.join(entries)}"
            )
        with current() if device is None else Device(device):
            function = model.function(entry)
        captures = zip(function.capture_names(), function.captures(), strict=True)
        return SymbolBlock(function, dict(captures))

    def forward(self, *args: Any) -> Any:
        outputs = self._function(*args)
        return outputs[0] if len(outputs) == 1 else outputs


def _adopted(name: str, array: Any) -> Parameter:
    """A parameter on the array that the function reads."""
    is_trained = array.dtype.kind == "f" and not name.startswith("constant")
    parameter = Parameter(
        name, grad_req="write" if is_trained else "null", shape=array.shape, dtype=array.dtype
    )
    with autograd.pause():
        parameter._adopt(array)
    return parameter
