"""An example of each operator, made from a sample of its definition and run.

A sample names shapes, dtypes and attributes; values are small and written out where they are few, so
that a reader can follow the arithmetic. What cannot be shown in a few lines has no example.
"""

import json
import zlib
from typing import Any

import numpy
from weft import np, npx  # noqa: F401 - examples name both

_MOST = 24  # elements of all inputs together that are still written out


def example(function: Any) -> list[str]:
    """The example as a listing of Python, or nothing where no sample is small enough."""
    schema = function.schema
    for sample in map(json.loads, schema["samples"]):
        call = _call(function, schema, sample)
        if call:
            try:
                result = eval(call, {"np": np, "npx": npx})
            except Exception:  # noqa: S112 - a sample may be one that is refused
                continue
            shown = repr(result)
            if shown.count("\n") < 12 and len(shown) < 700:
                return ["```pycon", f">>> {call}", *shown.split("\n"), "```"]
    return []


def _call(function: Any, schema: dict[str, Any], sample: dict[str, Any]) -> str | None:
    shapes = sample.get("shapes", sample.get("inputs", []))
    dtypes = sample.get("dtypes") or [None] * len(shapes)
    if not shapes or sum(int(numpy.prod(shape)) for shape in shapes if shape is not None) > _MOST:
        return None
    generator = numpy.random.default_rng(zlib.crc32(schema["name"].encode()))
    inputs = [_array(s, d, schema, generator) for s, d in zip(shapes, dtypes, strict=False)]
    is_list = any(a["kind"] == "arrays" for a in schema["arguments"])
    given = f"[{', '.join(inputs)}]" if is_list else ", ".join(inputs)
    attributes = sample.get("attributes", {})
    options = "".join(f", {key}={value!r}" for key, value in attributes.items())
    return f"{schema['place']}.{schema['name']}({given}{options})"


def _array(shape: list[int] | None, dtype: str | None, schema: Any, generator: Any) -> str:
    if shape is None:
        return "None"
    low, high = schema["domain"]
    low, high = max(low, -2.0), min(high, 3.0)
    if dtype == "bool":
        values = generator.random(shape) < 0.5
    elif dtype and ("int" in dtype):
        values = generator.integers(0, 2, shape)
    else:
        values = numpy.round(low + (high - low) * generator.random(shape), 1)
        dtype = None if dtype in (None, "float32") else dtype
    listed = json.dumps(values.tolist()).replace("true", "True").replace("false", "False")
    return f"np.array({listed})" if dtype in (None, "bool") else f'np.array({listed}, "{dtype}")'
