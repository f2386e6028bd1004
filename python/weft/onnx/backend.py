"""Weft as a backend of the `onnx` package, for its test suite and for programs written against it.

>>> import onnx  # doctest: +SKIP
>>> from weft.onnx.backend import WeftBackend  # doctest: +SKIP
>>> y = WeftBackend.prepare(onnx.load("model.onnx")).run([x])  # doctest: +SKIP
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from onnx.backend.base import Backend, BackendRep

from weft._base.errors import InvalidValue
from weft._import.block import ImportedBlock
from weft._import.values import array_of, has_dtype, host_of, is_array
from weft.device import Device
from weft.onnx._load import load, missing


class WeftRep(BackendRep):
    """A model that is ready to run.

    >>> import numpy
    >>> from onnx.parser import parse_model
    >>> from weft.onnx import backend
    >>> graph = "g (float[2] x) => (float[2] y) { y = Relu(x) }"
    >>> model = parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}')
    >>> backend.prepare(model).run({"x": numpy.array([3, -4], "float32")})
    (array([3., 0.], dtype=float32),)
    """

    def __init__(self, block: ImportedBlock) -> None:
        self.block = block

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The outputs as NumPy arrays, lists for sequences; inputs by position or by name."""
        if isinstance(inputs, Mapping):
            inputs = [inputs[name] for name in self.block.input_names]
        elif not isinstance(inputs, Sequence) or isinstance(inputs, str):
            inputs = [inputs]
        outputs = self.block(*map(_given, inputs))
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        return tuple(map(_returned, listed))


class WeftBackend(Backend):
    """The interface of ONNX's backends. The device is 'CPU', or one that Weft knows.

    >>> import numpy
    >>> from onnx.parser import parse_model
    >>> from weft.onnx.backend import WeftBackend
    >>> graph = "g (float[2] x) => (float[2] y) { y = Relu(x) }"
    >>> model = parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}')
    >>> WeftBackend.is_compatible(model), WeftBackend.supports_device("CPU")
    (True, True)
    >>> WeftBackend.run_model(model, [numpy.array([-1, 2], "float32")])
    (array([0., 2.], dtype=float32),)
    """

    @classmethod
    def prepare(cls, model: Any, device: str = "CPU", **kwargs: Any) -> WeftRep:
        """A model that is ready to run. Raises as `weft.onnx.load`.

        >>> import numpy
        >>> from onnx.parser import parse_model
        >>> from weft.onnx import backend
        >>> graph = "g (float[2] x) => (float[2] y) { y = Relu(x) }"
        >>> model = parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}')
        >>> backend.prepare(model).run([numpy.array([-1, 2], "float32")])
        (array([0., 2.], dtype=float32),)
        """
        super().prepare(model, device, **kwargs)
        return WeftRep(load(model, device=device.lower()))

    @classmethod
    def run_model(cls, model: Any, inputs: Any, device: str = "CPU", **kwargs: Any) -> Any:
        """Prepares a model and runs it once.

        >>> import numpy
        >>> from onnx.parser import parse_model
        >>> from weft.onnx import backend
        >>> graph = "g (float[2] x) => (float[2] y) { y = Abs(x) }"
        >>> model = parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}')
        >>> backend.run_model(model, [numpy.array([-1, 2], "float32")])
        (array([1., 2.], dtype=float32),)
        """
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def is_compatible(cls, model: Any, device: str = "CPU", **kwargs: Any) -> bool:
        """Can it be loaded?

        >>> from onnx.parser import parse_model
        >>> from weft.onnx import backend
        >>> graph = "g (float[2] x) => (float[2] y) { y = Abs(x) }"
        >>> model = parse_model(f'<ir_version: 8, opset_import: ["": 17]> {graph}')
        >>> backend.is_compatible(model)
        True
        """
        return not missing(model)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Is there such a device?

        >>> from weft.onnx import backend
        >>> backend.supports_device("CPU"), backend.supports_device("TPU")
        (True, False)
        """
        try:
            Device(device.lower())
        except (InvalidValue, LookupError):
            return False
        return True


def _given(value: Any) -> Any:
    """An input as the block takes it: arrays where Weft has the dtype."""
    if isinstance(value, list | tuple):
        return [_given(item) for item in value]
    if value is None or is_array(value):
        return value
    host = numpy.asarray(value)
    return array_of(host) if has_dtype(host) else host


def _returned(value: Any) -> Any:
    if isinstance(value, list):
        return [_returned(item) for item in value]
    return None if value is None else host_of(value)


prepare = WeftBackend.prepare
run_model = WeftBackend.run_model
supports_device = WeftBackend.supports_device
is_compatible = WeftBackend.is_compatible

__all__ = ["WeftBackend", "WeftRep", "is_compatible", "prepare", "run_model", "supports_device"]
__dir__ = __all__.copy
