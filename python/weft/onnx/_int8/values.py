"""What values of a program are in int8, and the new program while it is written.

The nodes of the old program are read one by one. For each of its values the `Editor` knows, as far
as there is something to know, an int8 value that stands for it. The value itself is still made
under its old name, from the int8 value or as before; what nobody reads in the end is dropped.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy

from weft import autograd, np, npx
from weft._import.program import Node, Program
from weft._import.values import has_dtype
from weft.onnx._rules.int8 import DOMAIN

VERSION = 13  # of operators that are put in: DequantizeLinear has an axis from here on


class Whole:
    """An int8 value, whose images may lie in memory in two orders.

    names: by whether channels are last: the name of the value in that order
    rank: how many axes it has, if that is known
    """

    def __init__(self, name: str, rank: int | None = None, is_last: bool = False) -> None:
        self.names, self.rank = {is_last: name}, rank

    @property
    def is_last(self) -> bool:
        """Does it lie in memory with channels last?"""
        return True in self.names

    @property
    def is_image(self) -> bool:
        """Has it one or two spatial axes, so that channels can be last?"""
        return self.rank in (3, 4)


@dataclass(frozen=True)
class Scale:
    """What integers stand for: step * (q - zero), for int8.

    name: of the constant of the step; dtype: of the integers in the file, int8 or uint8
    """

    step: float
    zero: int
    name: str = field(default="", compare=False)
    dtype: str = field(default="int8", compare=False)

    @property
    def numbers(self) -> numpy.ndarray:
        """The real numbers that -128 to 127 stand for, in float32 as DequantizeLinear has them."""
        whole = numpy.arange(-128, 128, dtype="int32") - self.zero
        return whole.astype("float32") * numpy.float32(self.step)

    def quantized(self, numbers: numpy.ndarray) -> numpy.ndarray:
        """Real numbers as int8, as QuantizeLinear has them: NaN becomes the file's integer 0."""
        moved = 128 if self.dtype == "uint8" else 0
        zero = np.array(numpy.array(self.zero + moved, self.dtype))
        step = np.array(numpy.float32(self.step))
        with autograd.pause():
            found = npx.quantize(np.array(numbers), step, zero, dtype=self.dtype).asnumpy()
        return (found.astype("int32") - moved).astype("int8")

    def bound(self, number: float, otherwise: int) -> int:
        """The integer of a bound; otherwise: of an infinite one."""
        if numpy.isinf(number):
            return otherwise
        return int(self.quantized(numpy.full(1, number, "float32"))[0])


@dataclass
class Integers:
    """A value of int8 or uint8; of uint8 the int8 value has 128 less.

    tables: by an int8 value of which each element is a function: the results for -128 to 127
    """

    whole: Whole
    dtype: str
    tables: dict[Whole, numpy.ndarray] = field(default_factory=dict)


@dataclass
class Real:
    """A float value that int8 values tell.

    tables: by an int8 value of which each element is a function: the results for -128 to 127
    whole, scale: the int8 value that it is itself, if it is one
    """

    tables: dict[Whole, numpy.ndarray]
    whole: Whole | None = None
    scale: Scale | None = None


@dataclass
class Weight:
    """A constant that DequantizeLinear reads.

    steps: of one element, or one for each of an axis
    name, step_name: of the constants in the file
    """

    name: str
    step_name: str
    numbers: numpy.ndarray
    zeros: numpy.ndarray
    steps: numpy.ndarray
    axis: int

    @property
    def real(self) -> numpy.ndarray:
        """The numbers that the integers stand for, in float64."""
        shape = [1] * self.numbers.ndim
        if self.steps.size > 1:
            shape[self.axis] = -1
        steps, zeros = (v.astype("float64").reshape(shape) for v in (self.steps, self.zeros))
        return (self.numbers.astype("float64") - zeros) * steps


class Pending(Protocol):
    """A float value that can be had in int8 as soon as its scale is known."""

    def limited(self, low: float, high: float) -> "Pending | None":
        """The same between bounds."""

    def quantized(self, editor: "Editor", name: str, scale: Scale) -> Whole | None:
        """The int8 value; None where it cannot be had."""


class Editor:
    """The new program while it is written, and what is known of the old one's values.

    ints, reals, weights, pending: by name, of values of the old program; ranks: of float values
    quantized: the int8 values that float values became, in a scale, with their tables
    """

    def __init__(self, program: Program) -> None:
        self.program, self.constants = program, program.constants
        self.ports = {port.name: port for port in program.inputs}
        self.nodes: list[Node] = []
        self.ints: dict[str, Integers] = {}
        self.reals: dict[str, Real] = {}
        self.weights: dict[str, Weight] = {}
        self.pending: dict[str, Pending] = {}
        self.quantized: dict[tuple[str, Scale, str], tuple[Whole, dict[Whole, numpy.ndarray]]] = {}
        self.ranks = {p.name: len(p.shape) for p in program.inputs if p.shape is not None}
        self.origins: dict[str, str] = {}  # of a new constant: the one that it takes the place of
        self._used = {port.name for port in program.inputs} | set(self.constants)
        self._used.update(name for node in program.nodes for name in node.outputs)

    # ---- writing

    def name(self, wanted: str) -> str:
        """A name that nothing has."""
        found, number = wanted, 1
        while found in self._used:
            number += 1
            found = f"{wanted}_{number}"
        self._used.add(found)
        return found

    def constant(self, wanted: str, value: Any, origin: str = "") -> str:
        """The name of a new constant, an array of the network."""
        name = self.name(wanted)
        self.constants[name] = numpy.ascontiguousarray(value).reshape(numpy.shape(value))
        self.program.fixed.add(name)
        if self.constants[name].ndim and has_dtype(self.constants[name]):
            self.program.arrays.add(name)
        if origin:
            self.origins[name] = origin
        return name

    def emit(
        self,
        operator: str,
        inputs: list[str],
        outputs: list[str] | str,
        *,
        domain: str = "",
        **attributes: Any,
    ) -> list[str]:
        """Adds a node. A single output is made from the text: a name that nothing has."""
        if isinstance(outputs, str):
            outputs = [self.name(f"{outputs}.int8")]
        version = 1 if domain else VERSION
        name = outputs[0].removesuffix(".int8")
        self.nodes.append(Node(operator, domain, version, name, inputs, outputs, attributes))
        return outputs

    def emit_int8(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """Adds a node of one of Weft's int8 operators; returns the name of its result."""
        return self.emit(operator, inputs, output, domain=DOMAIN, **attributes)[0]

    def keep(self, node: Node) -> None:
        """Adds a node of the old program as it is."""
        self.nodes.append(node)

    def copy(self, node: Node, inputs: list[str]) -> list[str]:
        """Adds the same operator on other inputs; results get new names."""
        outputs = [self.name(f"{name}.int8") if name else "" for name in node.outputs]
        self.nodes.append(replace(node, inputs=inputs, outputs=outputs, rule=None))
        return outputs

    # ---- int8 values

    def form(self, whole: Whole, is_last: bool) -> str:
        """The name of the value in one of the orders of its axes."""
        if is_last not in whole.names:
            assert whole.rank is not None
            axes = list(range(whole.rank))
            axes = [0, *axes[2:], 1] if is_last else [0, axes[-1], *axes[1:-1]]
            known = whole.names[not is_last]
            made = self.emit("Transpose", [known], known.removesuffix(".int8"), perm=axes)
            whole.names[is_last] = made[0]
        return whole.names[is_last]

    def take_integers(self, name: str, found: Integers) -> None:
        """Says what an integer value of the old program is, and makes it for other readers."""
        self.ints[name] = found
        operator = "Unsigned" if found.dtype == "uint8" else "Identity"
        domain = DOMAIN if found.dtype == "uint8" else ""
        self.emit(operator, [self.form(found.whole, False)], [name], domain=domain)

    def take_real(
        self,
        name: str,
        whole: Whole,
        scale: Scale,
        tables: dict[Whole, numpy.ndarray] | None = None,
    ) -> None:
        """Says that a float value of the old program is an int8 value, and makes it for others."""
        self.reals[name] = Real({whole: scale.numbers, **(tables or {})}, whole, scale)
        if whole.rank is not None:
            self.ranks[name] = whole.rank
        zero = self.constant(f"{name}.zero", numpy.int8(scale.zero))
        self.emit("DequantizeLinear", [self.form(whole, False), scale.name, zero], [name])

    def integers_of(self, name: str, dtype: str) -> Integers:
        """An integer value of the old program as int8."""
        if name not in self.ints:
            port = self.ports.get(name)
            rank = len(port.shape) if port is not None and port.shape is not None else None
            is_int8 = dtype == "int8"
            made = name if is_int8 else self.emit_int8("Signed", [name], name)
            self.ints[name] = Integers(Whole(made, rank), dtype)
        return self.ints[name]

    def real_of(self, name: str) -> tuple[Whole, Scale] | None:
        """The int8 value that a float value is, also of a constant of one scale."""
        real = self.reals.get(name)
        if real is not None:
            return None if real.whole is None or real.scale is None else (real.whole, real.scale)
        weight = self.weights.get(name)
        if weight is None or weight.steps.size > 1 or weight.numbers.dtype != "int8":
            return None
        made = self.constant(f"{weight.name}.int8", weight.numbers, weight.name)
        whole = Whole(made, weight.numbers.ndim)
        scale = Scale(float(weight.steps.flat[0]), int(weight.zeros.flat[0]), weight.step_name)
        self.reals[name] = Real({}, whole, scale)
        return whole, scale

    def lookup(self, base: Whole, table: numpy.ndarray, name: str) -> Whole:
        """What a table has for each element of an int8 value."""
        is_last = base.is_last
        known = self.constant(f"{name}.table", table)
        made = self.emit_int8("Lookup", [self.form(base, is_last), known], name)
        return Whole(made, base.rank, is_last)

    # ---- the old program

    def number(self, name: str) -> float | None:
        """The value of a constant of one element."""
        value = self.constants.get(name)
        if value is None or value.size != 1 or value.dtype.kind not in "fiu":
            return None
        return float(value.reshape(-1)[0])

    def bounds_of(self, node: Node) -> tuple[float, float] | None:
        """The bounds of Relu and Clip, if they are constants that do not contradict each other."""
        low, high = -numpy.inf, numpy.inf
        if node.operator == "Relu":
            return 0.0, high
        low, high = node.attributes.get("min", low), node.attributes.get("max", high)
        found = [low, high]
        for place, name in enumerate(node.inputs[1:3]):
            number = self.number(name) if name else found[place]
            if number is None:
                return None
            found[place] = number
        return (found[0], found[1]) if found[0] <= found[1] else None


__all__ = ["VERSION", "Editor", "Integers", "Pending", "Real", "Scale", "Weight", "Whole"]
