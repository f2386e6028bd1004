"""An example of each operator, made from a sample of its definition and run, and of each dtype.

A sample names shapes, dtypes and attributes. Where the inputs are few numbers they are written out,
so that a reader can follow the arithmetic; where they are many, the example shows the shapes.
"""

import json
import zlib
from typing import Any

import numpy
from weft import np, npx, runtime

_MOST = 24  # elements of all inputs together that are still written out
_CONCRETE = ("float32", "complex64", "int32", "uint8", "bool")
_NOT_ATTRIBUTES = ("shapes", "dtypes", "ranges", "matrices", "functions")


def example(function: Any) -> list[str]:
    """The example as a listing of Python, or nothing where the operator refuses plain numbers."""
    schema = function.schema
    found = list(map(json.loads, schema["samples"]))
    samples = [sample for sample in found if sample.get("shapes")] or found
    if any("matrices" in sample for sample in samples) and not _has_lapack():
        return []
    before = [">>> weft.runtime.load_linalg()"] if "matrices" in samples[0] else []
    for written_out in (True, False):
        for sample in samples:
            if written_out and _elements(sample) > _MOST:
                continue
            call = _call(schema, sample, written_out)
            try:
                result = eval(call, {"np": np, "npx": npx})
            except (ArithmeticError, NotImplementedError, TypeError, ValueError, LookupError):
                continue  # a sample with numbers of its own
            if written_out:
                shown = repr(result)
            else:
                call, shown = _shapes(call, result)
            if shown.count("\n") < 12 and len(shown) < 700:
                given = [] if shown == "[]" else shown.split("\n")
                return ["```pycon", *before, f">>> {call}", *given, "```"]
    return []


def _has_lapack() -> bool:
    """Loads the library of operators over LAPACK, if there is one."""
    try:
        runtime.load_linalg()
    except NotImplementedError:
        return False
    return True


def dtype_example(name: str, value: type[numpy.generic]) -> list[str]:
    """An array of the dtype; of a kind of dtypes, one that is of it."""
    call = f"np.array([1, 0], dtype=np.{name})"
    if len(value.__subclasses__()) and value not in (numpy.float64, numpy.complex128):
        concrete = next(n for n in _CONCRETE if issubclass(getattr(numpy, n), value))
        call = f"np.issubdtype(np.{concrete}, np.{name})"
    return ["```pycon", f">>> {call}", *repr(eval(call, {"np": np})).split("\n"), "```"]


def _shapes(call: str, result: Any) -> tuple[str, str]:
    if isinstance(result, (tuple, list)):
        return f"[part.shape for part in {call}]", repr([part.shape for part in result])
    return f"{call}.shape", repr(result.shape)


def _elements(sample: dict[str, Any]) -> int:
    return sum(int(numpy.prod(shape)) for shape in sample["shapes"] if shape is not None)


def _call(schema: dict[str, Any], sample: dict[str, Any], written_out: bool) -> str:
    shapes = sample["shapes"]
    dtypes = sample.get("dtypes") or [None] * len(shapes)
    generator = numpy.random.default_rng(zlib.crc32(schema["name"].encode()))
    inputs = [
        _array(shape, dtype, schema["domain"], generator if written_out else None)
        for shape, dtype in zip(shapes, dtypes, strict=False)
    ]
    arguments = schema["arguments"]
    plain = sum(argument["kind"] == "array" for argument in arguments)
    if any(argument["kind"] == "arrays" for argument in arguments):
        inputs = [*inputs[:plain], f"[{', '.join(inputs[plain:])}]"]
    while inputs and inputs[-1] == "None":
        inputs.pop()
    options = [f"{k}={_value(v)}" for k, v in sample.items() if k not in _NOT_ATTRIBUTES]
    return f"{schema['place']}.{schema['name']}({', '.join([*inputs, *options])})"


def _value(value: Any) -> str:
    return repr(tuple(value)) if isinstance(value, list) else repr(value)


def _array(shape: list[int] | None, dtype: str | None, domain: Any, generator: Any) -> str:
    if shape is None:
        return "None"
    is_plain = dtype in (None, "float32")
    suffix = "" if is_plain else f', "{dtype}"'
    if generator is None:
        return f"np.ones({tuple(shape)}{suffix})"
    low, high = max(domain[0], -2.0), min(domain[1], 3.0)
    if dtype == "bool":
        values, suffix = generator.random(shape) < 0.5, ""
    elif dtype and "int" in dtype:
        values = generator.integers(0, 2, shape)
    else:
        values = numpy.round(low + (high - low) * generator.random(shape), 1)
    return f"np.array({values.tolist()}{suffix})"
