"""One node of Weft as the rules see it: operands as tensors, attributes, shapes."""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import Unsupported
from weft.onnx._export._extents import Extents, at
from weft.onnx._export._graph import Graph, Node, Number, Poly, Scalar, Type
from weft.onnx._export._scope import Scope

Rule = Callable[["Call"], Any]  # gives the name of the output, or a tuple of names


class Table:
    """The rules by operator, and reasons for operators that cannot have one."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.reasons: dict[str, str] = {}
        self.least: dict[str, int] = {}

    def __call__(self, *names: str, opset: int = 17) -> Callable[[Rule], Rule]:
        """Makes a function the rule of operators, from a version of ONNX on."""

        def add(rule: Rule) -> Rule:
            for name in names:
                self.rules[name] = rule
                self.least[name] = opset
            return rule

        return add

    def refuse(self, reason: str, *names: str) -> None:
        """Says why operators have no rule."""
        for name in names:
            self.reasons[name] = reason

    def lacks(self, op: str, opset: int) -> str | None:
        """Why an operator cannot be written; None if it can."""
        if op not in self.rules:
            return self.reasons.get(op, "there is no rule for it")
        least = self.least[op]
        return f"needs opset {least}" if opset < least else None


class Frame:
    """A graph while it is written: its scope, and the tensors that its values are."""

    def __init__(self, graph: Graph, scope: Scope, extents: Extents, sizes: "Sizes") -> None:
        self.graph, self.scope, self.extents, self.sizes = graph, scope, extents, sizes
        self.tensors: dict[int, str] = {}
        # Of arrays of which only one row is read: that row, as an array of one.
        self.single_rows: dict[int, str] = {}
        self.readers = graph.readers()
        self.producers = {out: node for node in graph.nodes for out in node.outputs}


class Sizes:
    """The sizes of a graph as scalars of int64 in the model, where a run has them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.frame: Frame | None = None

    def tensor(self, scope: Scope, number: int) -> str:
        """A size, of shape (1,)."""
        size = self.graph.sizes[number]
        assert self.frame is not None
        if size.value is not None:
            name = self.frame.tensors[size.value]
            return scope.once("Reshape", name, scope.ints(1))
        place, axis = size.axes[0]
        name = self.frame.tensors[self.graph.inputs[place]]
        return scope.once("Shape", name, start=axis, end=axis + 1)


class Call:
    """A node that is being written."""

    def __init__(self, frame: Frame, node: Node) -> None:
        self.frame, self.node = frame, node
        self.scope, self.op = frame.scope, node.op

    def __getitem__(self, name: str) -> Any:
        """An attribute; lists may have `Poly`s, numbers that follow from sizes."""
        return self.node.attributes[name]

    # ---- operands

    def given(self, place: int) -> bool:
        """Is there such an operand?"""
        return place < len(self.node.operands) and self.node.operands[place] is not None

    def is_scalar(self, place: int) -> bool:
        """Is the operand a number of Python?"""
        return isinstance(self.node.operands[place], Scalar)

    def scalar(self, place: int) -> Any:
        """The number; None where it follows from sizes, or where there is an array."""
        operand = self.node.operands[place]
        value = operand.value if isinstance(operand, Scalar) else None
        return None if isinstance(value, Poly) else value

    def type(self, place: int) -> Type:
        """Dtype and shape of an operand that is an array."""
        return self.frame.graph.types[self.node.operands[place]]

    def shape(self, place: int) -> tuple[int, ...]:
        """The example's shape of an operand."""
        return () if self.is_scalar(place) else self.type(place)[1]

    def rank(self, place: int) -> int:
        """The number of its axes."""
        return len(self.shape(place))

    def dtype(self, place: int) -> str:
        """Its dtype."""
        return self.type(place)[0]

    @property
    def out(self) -> Type:
        """Dtype and shape of the first result."""
        return self.frame.graph.types[self.node.outputs[0]]

    def input(self, place: int, dtype: str | None = None) -> str:
        """The tensor of an operand, in a dtype or its own; a scalar needs one."""
        operand = self.node.operands[place]
        if isinstance(operand, Scalar):
            assert dtype is not None
            if isinstance(operand.value, Poly):
                name = self.number(operand.value)
                return self.scope.cast(self.scope.once("Squeeze", name), "int64", dtype)
            return self.scope.constant(numpy.asarray(operand.value), dtype)
        name = self.frame.tensors[operand]
        return name if dtype is None else self.scope.cast(name, self.dtype(place), dtype)

    @property
    def count(self) -> int:
        """The number of operands."""
        return len(self.node.operands)

    def reads(self, output: int) -> bool:
        """Is this result used?"""
        value = self.node.outputs[output]
        return value in self.frame.readers or value in self.frame.graph.outputs

    # ---- extents

    def static_shape(self, place: int) -> tuple[int, ...]:
        """The shape of an operand that has the same one in all runs."""
        if not self.frame.extents.is_static(self.node.operands[place]):
            raise Unsupported(
                f"{self.op}: an operand of shape {self.shape(place)} must have the same extents in "
                "all runs to become ONNX"
            )
        return self.shape(place)

    def extent(self, place: int, axis: int) -> int | None:
        """An extent of an operand; None where runs differ."""
        return self._same(self.node.operands[place], axis)

    def out_extent(self, axis: int) -> int | None:
        """An extent of the first result; None where runs differ."""
        return self._same(self.node.outputs[0], axis)

    def _same(self, value: int, axis: int) -> int | None:
        found = set(self.frame.extents.of(value, axis))
        return found.pop() if len(found) == 1 else None

    def keeps_extent(self, axis: int, out_axis: int) -> bool:
        """Has the first result the extent of the first operand there, in all runs?"""
        extents = self.frame.extents
        return extents.of(self.node.operands[0], axis) == extents.of(self.node.outputs[0], out_axis)

    def keeps_value_shape(self) -> bool:
        """Is the second operand of an update as large as the part that it is written to?"""
        value = self.node.operands[1]
        if not isinstance(value, int):
            return False
        shapes = [list(shapes[value]) for shapes in self.frame.extents.shapes]
        return shapes == self.examples("shape")

    def extent_tensor(self, place: int, axis: int) -> str:
        """An extent of an operand as int64 of shape (1,)."""
        known = self.extent(place, axis)
        if known is not None:
            return self.scope.ints(known)
        axis %= self.rank(place)
        return self.scope.once("Shape", self.input(place), start=axis, end=axis + 1)

    def shape_tensor(self, place: int, axes: list[int] | None = None) -> str:
        """Some extents of an operand as a list."""
        axes = list(range(self.rank(place))) if axes is None else axes
        return self.joined([self.extent_tensor(place, axis) for axis in axes])

    def joined(self, parts: list[str]) -> str:
        """Lists of int64 behind each other."""
        constants = self.scope.model.constants
        if all(part in constants for part in parts):
            return self.scope.ints(*[n for part in parts for n in constants[part].tolist()])
        return parts[0] if len(parts) == 1 else self.scope.once("Concat", *parts, axis=0)

    def number(self, number: Number) -> str:
        """A whole number as int64 of shape (1,), computed where it follows from sizes."""
        if not isinstance(number, Poly):
            return self.scope.ints(number)
        total: str | None = None
        rest = 0
        for factor, sizes in number.terms:
            if not sizes:
                rest += round(factor)
                continue
            term = self._term(factor, sizes)
            total = term if total is None else self.scope.once("Add", total, term)
        if total is None:
            return self.scope.ints(rest)
        return self.scope.once("Add", total, self.scope.ints(rest)) if rest else total

    def _term(self, factor: float, sizes: tuple[int, ...]) -> str:
        names = [self.frame.sizes.tensor(self.scope, size) for size in sizes]
        term = names[0]
        for name in names[1:]:
            term = self.scope.once("Mul", term, name)
        whole, parts = factor, 1
        while whole != round(whole) and parts < 64:
            parts += 1
            whole = factor * parts
        if whole != round(whole):
            raise Unsupported(f"{self.op}: a size times {factor} has no form in ONNX")
        if round(whole) != 1:
            term = self.scope.once("Mul", term, self.scope.ints(round(whole)))
        return term if parts == 1 else self.scope.once("Div", term, self.scope.ints(parts))

    def numbers(self, numbers: list[Number]) -> str:
        """The same for a list."""
        return self.joined([self.number(n) for n in numbers]) if numbers else self.empty()

    def empty(self) -> str:
        """An empty list of int64."""
        return self.scope.constant(numpy.zeros(0), "int64")

    def static(self, name: str) -> Any:
        """An attribute that must be the same in all runs."""
        found = self.frame.extents.numbers(self[name])
        if any(item != found[0] for item in found):
            raise Unsupported(f"{self.op}: `{name}` must be the same in all runs to become ONNX")
        return found[0]

    def examples(self, name: str) -> list[Any]:
        """An attribute in each example of sizes."""
        return [at(self[name], sizes) for sizes in self.frame.extents.sizes]

    # ---- nodes that many rules write

    def emit(self, op: str, *inputs: str | None, outputs: int = 1, **attributes: Any) -> Any:
        """Adds a node to the scope."""
        return self.scope.emit(op, *inputs, outputs=outputs, **attributes)

    def full(self, value: Any, dtype: str) -> str:
        """A constant of rank 0."""
        return self.scope.constant(numpy.asarray(value), dtype)

    def reshaped(self, x: str, shape: list[Number] | tuple[Number, ...]) -> str:
        """The tensor under another shape; -1 stands for a single extent that is not known."""
        loose = [i for i, n in enumerate(shape) if isinstance(n, Poly)]
        if len(loose) == 1 and -1 not in shape and 0 not in shape:
            shape = [-1 if i == loose[0] else n for i, n in enumerate(shape)]
        allow = 1 if 0 in [n for n in shape if not isinstance(n, Poly)] else None
        return self.emit("Reshape", x, self.numbers(list(shape)), allowzero=allow)

    def transposed(self, x: str, axes: list[int]) -> str:
        """The tensor with its axes permuted."""
        return x if axes == list(range(len(axes))) else self.emit("Transpose", x, perm=axes)

    def unsqueezed(self, x: str, *axes: int) -> str:
        """The tensor with axes of extent 1."""
        return self.emit("Unsqueeze", x, self.scope.ints(*axes)) if axes else x
