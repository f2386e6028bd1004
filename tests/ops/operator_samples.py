"""What the registry suite runs: every operator with every sample of its definition.

A sample is JSON: the shapes of the inputs (null where an optional one is left out; a list of arrays
takes all that are left), their dtypes where they are no floats, their ranges where the domain will
not do, the property of matrices that have to have one (`regular`, `positive`), and attributes by
name; a function gives back its arguments. Values are
drawn from the operator's domain by a generator that the operator's name seeds.
"""

import dataclasses
import json
import math
import os
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes  # noqa: F401 - NumPy knows its dtypes by name then
import numpy
import pytest
import weft
from weft import autograd, np
from weft._core import native
from weft.np.linalg import _factorizations

_factorizations.provider()  # some operators wait for a kernel

# WEFT_TEST_OPERATORS=add,sum runs the suite on these alone.
_wanted = os.environ.get("WEFT_TEST_OPERATORS", "").replace(",", " ").split()
FUNCTIONS = {
    function.__name__: function
    for function in native.operators()
    if not _wanted or function.__name__ in _wanted
}


@dataclass
class Case:
    """One operator with one sample."""

    function: Any
    number: int
    shapes: list[list[int] | None]
    dtypes: list[str | None]
    attributes: dict[str, Any]
    schema: dict[str, Any] = field(repr=False)
    ranges: list[list[float] | None] | None = None
    matrices: list[str | None] | None = None

    @property
    def name(self) -> str:
        return self.function.__name__

    def __str__(self) -> str:
        return f"{self.name}-{self.number}"

    def inputs(self, dtype: str = "float32") -> list[numpy.ndarray | None]:
        """NumPy arrays for the inputs, in `dtype` where the sample names none."""
        generator = numpy.random.default_rng(zlib.crc32(str(self).encode()))
        drawn = [
            None if shape is None else _drawn(generator, shape, kind or dtype, *self._range(number))
            for number, (shape, kind) in enumerate(zip(self.shapes, self.dtypes, strict=True))
        ]
        kinds = self.matrices or [None] * len(drawn)
        return [_with_property(x, kind) for x, kind in zip(drawn, kinds, strict=True)]

    def _range(self, number: int) -> tuple[float, float]:
        """The least and the greatest value of an input."""
        if self.ranges and self.ranges[number]:
            return tuple(self.ranges[number])
        if self.dtypes[number] is None:
            return self.schema["domain"]
        # An index counts along some axis of the data: its smallest extent is always valid.
        extents = [*(self.shapes[0] or ()), *self.attributes.get("data_shape", ())]
        bound = max(1, min(extents, default=1))
        if self.attributes.get("mode") == "clip":
            return -bound - 2, bound + 1
        counts_back = "negative ones count back" in self.argument(number)["doc"]
        return -bound if counts_back else 0, bound - 1

    def promoted(self) -> "Case":
        """The same with no dtype named for inputs that take part in promotion."""
        kinds = [None if self.takes_part(i) else kind for i, kind in enumerate(self.dtypes)]
        return dataclasses.replace(self, dtypes=kinds)

    def takes_part(self, number: int) -> bool:
        """Does this array take part in promotion?"""
        return not self.argument(number)["keeps_dtype"]

    def argument(self, index: int) -> dict[str, Any]:
        """What the schema says of the index-th array."""
        return self.schema["arguments"][min(index, self.schema["inputs"] - 1)]

    def is_float_input(self, index: int) -> bool:
        kind = self.dtypes[index]
        is_float = kind is None or ("float" in kind and "float8" not in kind)
        return self.shapes[index] is not None and is_float

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


def _drawn(generator: Any, shape: list[int], dtype: str, low: float, high: float) -> Any:
    """Random elements in [low, high]; NumPy lacks bfloat16, whose numbers come as float32."""
    if dtype == "bool":
        return generator.integers(0, 2, shape).astype(bool)
    if "int" in dtype:
        first = max(math.ceil(low), 0 if dtype.startswith("u") else -math.inf)
        return generator.integers(first, max(first, math.floor(high)) + 1, shape).astype(dtype)
    values = numpy.asarray(generator.uniform(low, high, shape))
    if dtype.startswith("complex"):
        values = values + 1j * generator.uniform(low, high, shape)
    if dtype != "bfloat16":
        return values.astype(dtype)
    return np.array(values.astype("float32")).astype(dtype).astype("float32").asnumpy()


def _with_property(x: Any, kind: str | None) -> Any:
    """Square matrices with an inverse, or symmetric positive ones; others stay as they are."""
    if kind is None or x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        return x
    n = x.shape[-1]
    if x.dtype == bool:
        return numpy.broadcast_to(numpy.eye(n, dtype=bool), x.shape).copy()
    if kind == "positive":
        x = (x @ numpy.swapaxes(x, -1, -2)).astype(x.dtype)
    return x + (3 * n * numpy.eye(n)).astype(x.dtype)


def _identity(*arrays: Any) -> tuple[Any, ...]:
    return arrays


def _case(function: Any, number: int, text: str) -> Case:
    sample = json.loads(text)
    shapes = sample.pop("shapes")
    dtypes = sample.pop("dtypes", None) or [None] * len(shapes)
    ranges = sample.pop("ranges", None)
    matrices = sample.pop("matrices", None)
    attributes = {
        key: tuple(value) if isinstance(value, list) else value for key, value in sample.items()
    }
    kinds = {argument["name"]: argument["kind"] for argument in function.schema["arguments"]}
    attributes |= {name: _identity for name, kind in kinds.items() if kind == "function"}
    unknown = set(attributes) - set(kinds)
    assert not unknown, f"{function.__name__}: its sample names unknown attributes {unknown}"
    return Case(function, number, shapes, dtypes, attributes, function.schema, ranges, matrices)


def cases(only: Any = None) -> list[Case]:
    """Every operator × sample, or one operator's."""
    return [
        _case(function, number, text)
        for function in ([only] if only else FUNCTIONS.values())
        for number, text in enumerate(function.schema["samples"])
    ]


def elementwise_functions() -> list[Any]:
    return [function for function in FUNCTIONS.values() if function.schema["elementwise"]]


def tolerance(dtype: Any, terms: int = 1) -> dict[str, float]:
    """Allowed difference for results of `terms` summed products."""
    eps = numpy.finfo(dtype).eps if numpy.issubdtype(dtype, numpy.inexact) else 0
    return {"rtol": 8 * eps * max(1, terms) ** 0.5, "atol": 4 * eps * max(1, terms) ** 0.5}


def refusal(case: Case, arrays: list[Any], kind: Any = Exception, name: str | None = None) -> None:
    """The call fails, and the text names the operator and an argument: `name`, or any.

    What serves other operators alone speaks in the name of those. An index that points outside an
    axis is the fault of a value: its text gives the value and the place. What shows only in queued
    work names the operator that ran, and the line that queued it.
    """
    with pytest.raises(weft.Error) as raised:
        for result in case.run(arrays):
            result.wait_to_read()  # a device tells then what is wrong with values
    error, text = raised.value, str(raised.value)
    assert isinstance(error, kind), text
    if "; pushed at " in text:
        return
    speaker, _, rule = text.partition(": ")
    is_internal = case.schema["place"] == "internal"
    assert speaker == case.name or is_internal, text
    names = [name] if name else [argument["name"] for argument in case.schema["arguments"]]
    named = re.findall(r"`(\w+)", rule)
    is_value = isinstance(error, IndexError) and ("with extent" in rule or "of extent" in rule)
    assert set(named) & set(names) or is_internal or (is_value and not name), text


def as_weft(arrays: list[Any]) -> list[Any]:
    return [None if array is None else np.array(array) for array in arrays]


def most_elements(arrays: list[Any]) -> int:
    """Of one array: how many terms a sum may have."""
    return max([array.size for array in arrays if array is not None], default=1)


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
        if "complex" in out.dtype.name:
            parts = weighted_sum([out.real, out.imag], seed)
            total = parts if total is None else total + parts
            continue
        if "float" not in out.dtype.name or "float8" in out.dtype.name:
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
