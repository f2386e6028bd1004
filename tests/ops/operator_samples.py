"""What the registry suite runs: every operator with every sample of its definition.

A sample is JSON: the shapes of the inputs (a list of arrays takes all that are left), their dtypes
where they are no floats, and attributes by name. Values are drawn from the operator's domain by a
generator that the operator's name seeds.
"""

import json
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy
from weft import autograd, np
from weft._core import native

FUNCTIONS = {function.__name__: function for function in native.operators()}


@dataclass
class Case:
    """One operator with one sample."""

    function: Any
    number: int
    shapes: list[list[int]]
    dtypes: list[str | None]
    attributes: dict[str, Any]
    schema: dict[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return self.function.__name__

    def __str__(self) -> str:
        return f"{self.name}-{self.number}"

    def inputs(self, dtype: str = "float32") -> list[numpy.ndarray]:
        """NumPy arrays for the inputs, floats in `dtype`."""
        generator = numpy.random.default_rng(zlib.crc32(str(self).encode()))
        low, high = self.schema["domain"]
        # An index counts along some axis of the data: its smallest extent is always valid.
        extents = [*(self.shapes[0] if self.shapes else ()), *self.attributes.get("data_shape", ())]
        bound = max(1, min(extents, default=1))
        arrays = []
        for shape, kind in zip(self.shapes, self.dtypes, strict=True):
            if kind == "bool":
                arrays.append(generator.integers(0, 2, shape).astype(bool))
            elif kind and "int" in kind:
                arrays.append(generator.integers(0, bound, shape).astype(kind))
            else:
                values = numpy.asarray(generator.uniform(low, high, shape))
                arrays.append(values.astype(kind or dtype))
        return arrays

    def is_float_input(self, index: int) -> bool:
        return self.dtypes[index] is None or "float" in self.dtypes[index]

    def arguments(self, arrays: list[Any]) -> list[Any]:
        """The arrays as they are passed: those of a list in a list of their own."""
        single = self.schema["inputs"] - 1
        takes_list = single >= 0 and self.schema["arguments"][single]["kind"] == "arrays"
        return [*arrays[:single], arrays[single:]] if takes_list else arrays

    def call(self, arrays: list[Any], **options: Any) -> Any:
        return self.function(*self.arguments(arrays), **self.attributes, **options)

    def run(self, arrays: list[Any], **options: Any) -> list[Any]:
        """The outputs, always as a list."""
        out = self.call(arrays, **options)
        return list(out) if isinstance(out, tuple | list) else [out]


def _case(function: Any, number: int, text: str) -> Case:
    sample = json.loads(text)
    shapes = sample.pop("shapes")
    dtypes = sample.pop("dtypes", None) or [None] * len(shapes)
    attributes = {
        key: tuple(value) if isinstance(value, list) else value for key, value in sample.items()
    }
    names = [argument["name"] for argument in function.schema["arguments"]]
    unknown = set(attributes) - set(names)
    assert not unknown, f"{function.__name__}: its sample names unknown attributes {unknown}"
    return Case(function, number, shapes, dtypes, attributes, function.schema)


def cases() -> list[Case]:
    """Every operator × sample."""
    return [
        _case(function, number, text)
        for function in FUNCTIONS.values()
        for number, text in enumerate(function.schema["samples"])
    ]


def elementwise_functions() -> list[Any]:
    return [function for function in FUNCTIONS.values() if function.schema["elementwise"]]


def tolerance(dtype: Any, terms: int = 1) -> dict[str, float]:
    """Allowed difference for results of `terms` summed products."""
    eps = numpy.finfo(dtype).eps if numpy.issubdtype(dtype, numpy.floating) else 0
    return {"rtol": 8 * eps * max(1, terms) ** 0.5, "atol": 4 * eps * max(1, terms) ** 0.5}


def as_weft(arrays: list[numpy.ndarray]) -> list[Any]:
    return [np.array(array) for array in arrays]


def as_numpy(arrays: list[Any]) -> list[numpy.ndarray]:
    return [array.asnumpy() for array in arrays]


def strided(array: numpy.ndarray) -> Any:
    """The same elements as a view with unusual strides: reversed, spread, and transposed."""
    if array.ndim == 0:
        holder = np.array(numpy.stack([array, array]))
        return holder[1]
    wide = numpy.zeros([2 * extent + 1 for extent in reversed(array.shape)], array.dtype)
    extents = tuple(reversed(array.shape))
    steps = tuple(slice(2 * n - 1, None, -2) if n else slice(0, 0) for n in extents)
    wide[steps] = array.transpose()
    view = np.array(wide)[steps]
    return view.T if array.ndim > 1 else view


def weighted_sum(outputs: list[Any], seed: int = 3) -> Any:
    """A scalar that depends on every floating output element with a weight of its own."""
    generator = numpy.random.default_rng(seed)
    total = None
    for out in outputs:
        if "float" not in out.dtype.name:
            continue
        weights = np.array(numpy.asarray(generator.uniform(0.5, 1.5, out.shape), out.dtype))
        term = (out * weights).sum()
        total = term if total is None else total + term
    return total


def gradients(function: Any, arrays: list[Any], wanted: list[int], create_graph: bool = False):
    """Gradients of weighted_sum(function(*arrays)) with respect to the wanted arrays."""
    for index in wanted:
        arrays[index].attach_grad()
    with autograd.record():
        head = weighted_sum(function(*arrays))
        return autograd.grad(head, [arrays[i] for i in wanted], create_graph=create_graph)
