"""Operators of your own: libraries of them in C, and operators written in Python.

What is registered is an operator like those that are built in: it is a function of `npx`, it is
recorded, traced, planned and exported, and a file that uses it names what has to be loaded first.

>>> import numpy, weft
>>> from weft import npx
>>> def infer(x, *, limit):
...     return x
>>> def kernel(x, *, limit):  # on NumPy arrays
...     return limit * numpy.tanh(x / limit)
>>> def gradient(inputs, outputs, cotangents, *, limit):  # on arrays of Weft
...     share = outputs[0] / limit
...     return cotangents[0] * (1 - share * share)
>>> soft_clip = weft.register_op(
...     "soft_clip", inputs={"x": "any floats"}, attributes={"limit": 1.0}, promotion="float",
...     infer=infer, kernel=kernel, gradient=gradient, doc="x, softly kept within a limit.")
>>> npx.soft_clip(weft.np.array([0.0, 90.0]), limit=3.0)
array([0., 3.])
"""

import json
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any, NamedTuple

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.modes import tracing_a_rule


class ArrayType(NamedTuple):
    """What inference knows of an array, and says of a result.

    >>> import weft
    >>> from weft import np, npx
    >>> from weft.library import ArrayType
    >>> operator = weft.register_op(
    ...     "pairs_of_rows",
    ...     inputs=["x"],
    ...     infer=lambda x: ArrayType((x.shape[0] // 2, *x.shape[1:]), x.dtype),
    ...     kernel=lambda x: x[0::2] + x[1::2],
    ...     no_gradient="an example",
    ... )
    >>> operator(np.array([1.0, 2.0, 3.0, 4.0]))
    array([3., 7.])
    """

    shape: tuple[int, ...]
    dtype: Any


class Input(NamedTuple):
    """An input that is more than a name: it may be left out, keep its dtype (an index, a mask), or
    be a list of arrays, which only the last one can.

    >>> import weft
    >>> from weft import np
    >>> from weft.library import Input
    >>> operator = weft.register_op(
    ...     "scaled_by",
    ...     inputs={"x": "data", "scale": Input("1 if it is left out", optional=True)},
    ...     compose=lambda x, scale: x if scale is None else x * scale,
    ... )
    >>> operator(np.array([1.0, 2.0])), operator(np.array([1.0, 2.0]), np.array(3.0))
    (array([1., 2.]), array([3., 6.]))
    """

    doc: str = ""
    optional: bool = False
    keeps_dtype: bool = False
    many: bool = False


class Attribute(NamedTuple):
    """An attribute that has no default, or None as one.

    kind: "int", "float", "bool", "str", "ints" or "dtype"

    >>> import weft
    >>> from weft import np
    >>> from weft.library import Attribute
    >>> operator = weft.register_op(
    ...     "raised",
    ...     inputs=["x"],
    ...     attributes={"power": Attribute("int", required=True)},
    ...     compose=lambda x, power: x**power,
    ... )
    >>> operator(np.array([1.0, 2.0]), power=3)
    array([1., 8.])
    """

    kind: str
    default: Any = None
    doc: str = ""
    required: bool = False


_MOST_TRACES = 256  # of one operator: beyond, all are made again


def load(path: str | PathLike[str]) -> tuple[Any, ...]:
    """Loads a shared library of operators (`weft_library_init` in weft.h); loading it again does
    nothing. Returns its operators, which are functions of `npx` from now on.

    Raises FileNotFoundError where there is none, ValueError for a library that has no operators,
    NotImplementedError for one that was compiled for another version of Weft.

    >>> from weft import library
    >>> try:
    ...     library.load("./missing.so")
    ... except FileNotFoundError as error:
    ...     print("missing.so" in str(error))
    True
    """
    native.load_library(fsdecode(path))
    name = Path(fsdecode(path)).name
    return tuple(found for found in native.operators() if found.schema["library"] == name)


def register_op(
    name: str,
    *,
    inputs: Sequence[str] | Mapping[str, str | Input],
    attributes: Mapping[str, Any] | None = None,
    outputs: int = 1,
    infer: Callable[..., Any] | None = None,
    kernel: Callable[..., Any] | None = None,
    gradient: Callable[..., Any] | None = None,
    no_gradient: str = "",
    compose: Callable[..., Any] | None = None,
    promotion: str = "common",
    doc: str | None = None,
    like: str = "",
    domain: tuple[float, float] = (-2.0, 2.0),
    samples: Iterable[Mapping[str, Any]] = (),
) -> Any:
    """Adds the operator `name` for the rest of the process and returns its function.

    inputs: names, or names with their docs
    attributes: names with their defaults, whose types they keep, or with an `Attribute`
    infer: from one `ArrayType` per input and the attributes by name to that of the result, a tuple
        of them for several outputs
    kernel: from one NumPy array per input, a read-only view that is good during the call only, and
        the attributes to the result; it runs on the calling thread under every engine policy
    gradient: from tuples of the inputs, outputs and cotangents of the outputs, and the attributes,
        to a tuple with one gradient, or None, per input; written in functions of Weft, so that it
        is differentiated itself
    no_gradient: the reason for having none, in place of `gradient`
    compose: in place of all four: from inputs and attributes to the result, in functions of Weft
    promotion: "common" (dtypes as in NumPy), "float" (and integers become floats), "exact" (floats
        must agree) or "keep"
    like, domain, samples: for tests, as in the schemas of operators

    Rules in functions of Weft run once for each types and attributes: they see types, not values,
    and use no other arrays than theirs. Raises ValueError for an incomplete definition and for a
    name that is taken, TypeError for a default that does not fit.

    >>> import weft
    >>> from weft import np, npx
    >>> double = weft.register_op("doubled_once", inputs=["x"], compose=lambda x: x + x)
    >>> double(np.array([1.0, 2.0]))
    array([2., 4.])
    >>> npx.doubled_once(np.array([3.0]))
    array([6.])
    """
    _check_name(name)
    given = {"infer": infer, "kernel": kernel, "gradient": gradient, "compose": compose}
    rules = _Rules(name, list(attributes or {}), outputs, given)
    arguments = [_input(name, key, value) for key, value in _items(inputs)]
    arguments += [_attribute(name, key, value) for key, value in (attributes or {}).items()]
    module = sys._getframe(1).f_globals.get("__name__", "?")
    definition = {
        "name": name,
        "doc": doc or f"The operator {name} of the module {module}.",
        "library": f"{module} (Python)",
        "arguments": arguments,
        "inputs": len(inputs),
        "outputs": outputs,
        "promotion": promotion,
        "no_gradient": no_gradient,
        "like": like,
        "domain": domain,
        "samples": [json.dumps(sample) for sample in samples],
        "rules": [what for what, rule in given.items() if rule is not None],
    }
    return native.register_op(definition, rules)


def _check_name(name: str) -> None:
    npx = sys.modules.get("weft.npx")  # imported with `weft`, and nothing that this module needs
    if hasattr(npx, name) and native.operator(name) is None:
        raise InvalidValue(f"register_op: `name` must be free; npx has another `{name}`")


def _items(inputs: Sequence[str] | Mapping[str, str | Input]) -> list[tuple[str, str | Input]]:
    if isinstance(inputs, Mapping):
        return list(inputs.items())
    if isinstance(inputs, str):
        raise InvalidType("register_op: `inputs` must be a sequence of names; got one string")
    return [(key, "") for key in inputs]


def _argument(key: str, kind: str, doc: str, **facts: Any) -> dict[str, Any]:
    absent = {"required": False, "keeps_dtype": False, "takes_none": False, "default": None}
    return {"name": key, "kind": kind, "doc": doc or f"the {key}", **absent, **facts}


def _input(name: str, key: str, given: str | Input) -> dict[str, Any]:
    if not isinstance(given, str | Input):
        raise InvalidType(
            f"register_op: input `{key}` of `{name}` must be a text or a weft.library.Input; "
            f"got {type(given).__name__}"
        )
    found = given if isinstance(given, Input) else Input(given)
    kind = "arrays" if found.many else "array"
    required = not found.optional
    return _argument(key, kind, found.doc, required=required, keeps_dtype=found.keeps_dtype)


def _attribute(name: str, key: str, given: Any) -> dict[str, Any]:
    if isinstance(given, Attribute):
        none = given.default is None and not given.required
        facts = {"required": given.required, "takes_none": none, "default": given.default}
        return _argument(key, given.kind, given.doc, **facts)
    kinds = {bool: "bool", int: "int", float: "float", str: "str", tuple: "ints", list: "ints"}
    kind = "dtype" if isinstance(given, numpy.dtype) else kinds.get(type(given))
    if kind is None:
        raise InvalidType(
            f"register_op: attribute `{key}` of `{name}` must have a number, bool, text, tuple of "
            f"integers or dtype as its default, or be a weft.library.Attribute; "
            f"got {type(given).__name__}"
        )
    return _argument(key, kind, "", default=given)


# An operand of a rule: a number, a type, or None where it is absent.
_Operand = Any


class _Rules:
    """What the extension calls: the user's functions, with arguments and results as they expect."""

    def __init__(
        self,
        name: str,
        attributes: list[str],
        outputs: int,
        rules: Mapping[str, Any],
    ) -> None:
        for what, rule in rules.items():
            if rule is not None and not callable(rule):
                raise InvalidType(f"register_op: `{what}` of `{name}` must be a function")
        self.name = name
        self._attributes = attributes
        self._outputs = outputs
        self._rules = rules
        self._traces: dict[Hashable, Any] = {}

    def infer(self, types: list[_Operand], attributes: list[Any]) -> list[tuple[Any, Any]]:
        """(dtype, shape) of each output."""
        given = [None if type_ is None else ArrayType(type_[1], type_[0]) for type_ in types]
        found = self._rules["infer"](*given, **self._named(attributes))
        results = [found] if isinstance(found, ArrayType) else found
        if not isinstance(results, list | tuple) or not all(map(_is_type, results)):
            raise InvalidType(
                f"{self.name}: infer must return an ArrayType, or a tuple of them; "
                f"got {type(found).__name__}"
            )
        self._check_count("infer", results)
        return [(_dtype(self.name, result), tuple(result.shape)) for result in results]

    def kernel(
        self, inputs: tuple[Any, ...], outputs: tuple[Any, ...], attributes: list[Any]
    ) -> None:
        """Fills the outputs in."""
        found = self._rules["kernel"](*inputs, **self._named(attributes))
        results = list(found) if isinstance(found, list | tuple) else [found]
        self._check_count("kernel", results)
        for output, result in zip(outputs, results, strict=True):
            array = numpy.asarray(result)
            if array.shape != output.shape or array.dtype != output.dtype:
                raise InvalidValue(
                    f"{self.name}: kernel must return {output.dtype}{output.shape}, as infer says; "
                    f"got {array.dtype}{array.shape}"
                )
            output[...] = array

    def composed(self, inputs: list[_Operand], attributes: list[Any]) -> Any:
        """The composition for operands of these types, as a traced function."""

        def run(given: list[list[Any]]) -> list[Any]:
            found = self._rules["compose"](*given[0], **self._named(attributes))
            results = list(found) if isinstance(found, list | tuple) else [found]
            self._check_count("compose", results)
            self._check_arrays("compose", results)
            return results

        return self._traced([inputs], (False,), attributes, lambda: _trace([inputs], run))

    def differentiated(
        self,
        inputs: list[_Operand],
        outputs: list[_Operand],
        cotangents: list[_Operand],
        needed: list[bool],
        attributes: list[Any],
    ) -> tuple[Any, list[int]]:
        """The gradients that are needed and there, as a traced function, and whose they are."""
        places: list[int] = []

        def run(given: list[list[Any]]) -> list[Any]:
            with tracing_a_rule():
                found = self._rules["gradient"](*map(tuple, given), **self._named(attributes))
            results = list(found) if isinstance(found, list | tuple) else [found]
            if len(results) != len(inputs):
                raise InvalidValue(
                    f"{self.name}: gradient must return one array or None per input, "
                    f"{len(inputs)}; got {len(results)}"
                )
            wanted = [i for i, x in enumerate(results) if needed[i] and x is not None]
            self._check_arrays("gradient", [results[i] for i in wanted])
            places.extend(wanted)
            return [results[i] for i in wanted]

        groups = [inputs, outputs, cotangents]

        def make() -> tuple[Any, list[int]]:
            return _trace(groups, run), places

        return self._traced(groups, tuple(needed), attributes, make)

    def _traced(
        self,
        groups: list[list[_Operand]],
        needed: tuple[bool, ...],
        attributes: list[Any],
        make: Callable[[], Any],
    ) -> Any:
        """What `make` gives for this signature: made once."""
        types = tuple([tuple([_key(operand) for operand in group]) for group in groups])
        key = (types, needed, tuple(map(repr, attributes)), native.modes() & native.TRAINING)
        if key not in self._traces:
            if len(self._traces) >= _MOST_TRACES:
                self._traces.clear()
            self._traces[key] = make()
        return self._traces[key]

    def _named(self, attributes: list[Any]) -> dict[str, Any]:
        return dict(zip(self._attributes, attributes, strict=True))

    def _check_count(self, what: str, results: Sequence[Any]) -> None:
        if len(results) != self._outputs:
            raise InvalidValue(
                f"{self.name}: {what} must give {self._outputs} results; got {len(results)}"
            )

    def _check_arrays(self, what: str, results: list[Any]) -> None:
        for result in results:
            if not isinstance(result, native.ndarray):
                raise InvalidType(
                    f"{self.name}: {what} must return arrays of Weft; got {type(result).__name__}"
                )


def _dtype(name: str, type_: ArrayType) -> Any:
    if isinstance(type_.dtype, numpy.dtype):
        return type_.dtype
    try:
        return native.array((), dtype=type_.dtype).dtype
    except TypeError as error:
        raise InvalidType(f"{name}: infer must give a dtype; {error}") from None


def _is_type(value: Any) -> bool:
    return isinstance(value, ArrayType)


def _key(operand: _Operand) -> Hashable:
    """Numbers with their type: 1 and True and 1.0 are equal."""
    return operand if isinstance(operand, tuple) else (type(operand), repr(operand))


def _trace(groups: list[list[_Operand]], run: Callable[[list[list[Any]]], list[Any]]) -> Any:
    """A traced function of the arrays among the operands, in their order."""
    types = [operand for group in groups for operand in group if isinstance(operand, tuple)]
    placeholders = iter(native.trace_begin_rule(types))
    try:
        given = [[next(placeholders) if isinstance(x, tuple) else x for x in g] for g in groups]
        results = run(given)
    except BaseException:
        native.trace_abort()
        raise
    return native.trace_end(results)


__all__ = ["ArrayType", "Attribute", "Input", "load", "register_op"]
__dir__ = __all__.copy
