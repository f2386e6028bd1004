"""QuantizeLinear and DequantizeLinear: where the program goes to integers and back."""

from typing import Any

import numpy

from weft._import.program import Node
from weft.onnx._int8.values import Editor, Integers, Scale, Weight, Whole

_UINT8, _INT8 = 2, 3  # numbers of element types
_DTYPES = {_UINT8: "uint8", _INT8: "int8"}
_DOMAINS = ("", "com.microsoft")


def _constant(editor: Editor, node: Node, place: int) -> numpy.ndarray | None:
    name = node.inputs[place] if place < len(node.inputs) else ""
    return editor.constants.get(name) if name else None


def _is_given(node: Node, place: int) -> bool:
    return place < len(node.inputs) and bool(node.inputs[place])


def _scale_of(editor: Editor, node: Node, dtype: str) -> Scale | None:
    """One constant scale of int8 or uint8; dtype: where no zero point says which."""
    step, zero = _constant(editor, node, 1), _constant(editor, node, 2)
    if step is None or step.size != 1 or step.dtype != "float32" or not 0 < step.flat[0] < 1e30:
        return None
    if _is_given(node, 2):
        if zero is None or zero.size != 1:
            return None
        dtype = zero.dtype.name
    if dtype not in ("int8", "uint8") or node.attributes.get("block_size"):
        return None
    moved = 128 if dtype == "uint8" else 0
    number = (0 if zero is None else int(zero.flat[0])) - moved
    return Scale(float(step.flat[0]), number, node.inputs[1], dtype)


# ---- to integers --------------------------------------------------------------------------------


def quantize(editor: Editor, node: Node) -> bool:
    """QuantizeLinear: whatever makes its data in int8, or the rounding itself."""
    if node.domain not in _DOMAINS or node.attributes.get("precision", 1) != 1:
        return False
    asked = node.attributes.get("output_dtype", 0)
    scale = _scale_of(editor, node, _DTYPES.get(asked, "") if asked else "uint8")
    if scale is None or node.inputs[0] in editor.constants:
        return False
    x, y = node.inputs[0], node.outputs[0]
    key = (x, scale, scale.dtype)
    if key not in editor.quantized:
        editor.quantized[key] = _quantized(editor, node, scale)
    whole, tables = editor.quantized[key]
    editor.take_integers(y, Integers(whole, scale.dtype, tables))
    return True


def _quantized(
    editor: Editor, node: Node, scale: Scale
) -> tuple[Whole, dict[Whole, numpy.ndarray]]:
    """The data in a scale; and where they come from a table, the table."""
    x, y = node.inputs[0], node.outputs[0]
    real = editor.reals.get(x)
    if real is not None:
        if real.whole is not None and real.scale == scale:
            return real.whole, {}
        for base, numbers in real.tables.items():
            table = scale.quantized(numbers)
            return editor.lookup(base, table, y), {base: table}
    pending = editor.pending.get(x)
    whole = pending.quantized(editor, y, scale) if pending is not None else None
    if whole is None:
        whole = Whole(_rounded(editor, node, scale), editor.ranks.get(x))
    return whole, {}


def _rounded(editor: Editor, node: Node, scale: Scale) -> str:
    """The rounding itself. That of uint8 stays one, because NaN becomes the integer 0."""
    y = node.outputs[0]
    moved = 128 if scale.dtype == "uint8" else 0
    zero = editor.constant(f"{y}.zero", numpy.array(scale.zero + moved, scale.dtype))
    made = editor.emit("QuantizeLinear", [node.inputs[0], scale.name, zero], y)[0]
    return editor.emit_int8("Signed", [made], y) if moved else made


# ---- and back -----------------------------------------------------------------------------------


def dequantize(editor: Editor, node: Node) -> bool:
    """DequantizeLinear: says what its result is in int8."""
    if node.domain not in _DOMAINS or node.attributes.get("output_dtype", 0) not in (0, 1):
        return False
    x, y = node.inputs[0], node.outputs[0]
    if x in editor.constants:
        _take_weight(editor, node, editor.constants[x])
        return False
    known = editor.ints.get(x)
    port = editor.ports.get(x)
    dtype = known.dtype if known is not None else port.dtype if port is not None else None
    scale = _scale_of(editor, node, dtype or "")
    if scale is None or (dtype is not None and dtype != scale.dtype):
        return False
    integers = editor.integers_of(x, scale.dtype)
    step = numpy.float32(scale.step)
    tables = {
        base: (table.astype("int32") - scale.zero).astype("float32") * step
        for base, table in integers.tables.items()
    }
    editor.take_real(y, integers.whole, scale, tables)
    return True


def _take_weight(editor: Editor, node: Node, numbers: numpy.ndarray) -> None:
    """Integers of the file that have a scale, or one for each element of an axis."""
    steps, zeros = _constant(editor, node, 1), _constant(editor, node, 2)
    if numbers.dtype.name not in ("int8", "uint8", "int32") or node.attributes.get("block_size"):
        return
    if steps is None or steps.ndim > 1 or (_is_given(node, 2) and zeros is None):
        return
    axis = node.attributes.get("axis", 1)
    axis = axis + numbers.ndim if axis < 0 else axis
    if steps.size > 1 and not (axis < numbers.ndim and steps.size == numbers.shape[axis]):
        return
    if zeros is None or zeros.size == 0:
        zeros = numpy.zeros(steps.shape, numbers.dtype)
    if zeros.size not in (1, steps.size):
        return
    editor.weights[node.outputs[0]] = Weight(
        node.inputs[0], node.inputs[1], *_signed(numbers, zeros), steps.reshape(-1), axis
    )


def _signed(numbers: numpy.ndarray, zeros: numpy.ndarray) -> tuple[Any, Any]:
    if numbers.dtype != "uint8":
        return numbers, zeros.astype("int32").reshape(-1)
    return (numbers ^ 128).view("int8"), zeros.astype("int32").reshape(-1) - 128


def quantize_weight(editor: Editor, node: Node) -> bool:
    """A float weight that QuantizeLinear reads, as training leaves it, becomes int8."""
    weight = editor.constants.get(node.inputs[0])
    steps, zeros = _constant(editor, node, 1), _constant(editor, node, 2)
    is_plain = not node.attributes.get("block_size") and "output_dtype" not in node.attributes
    if weight is None or weight.dtype != "float32" or steps is None or not is_plain:
        return False
    if zeros is None or zeros.dtype.name not in ("int8", "uint8") or zeros.shape != steps.shape:
        return False
    shape, axis = [1] * weight.ndim, node.attributes.get("axis", 1)
    if steps.size > 1:
        if not -weight.ndim <= axis < weight.ndim or steps.size != weight.shape[axis]:
            return False
        shape[axis] = -1
    limits = numpy.iinfo(zeros.dtype)
    numbers = numpy.rint(weight / steps.reshape(shape)) + zeros.astype("float32").reshape(shape)
    whole = numpy.clip(numpy.nan_to_num(numbers, nan=0.0), limits.min, limits.max)
    editor.constants[node.outputs[0]] = whole.astype(zeros.dtype)
    return True


def identity(editor: Editor, node: Node) -> bool:
    """Another name for the same value."""
    x, y = node.inputs[0], node.outputs[0]
    for known in (editor.ints, editor.reals, editor.weights, editor.pending, editor.ranks):
        if x in known:
            known[y] = known[x]  # type: ignore[attr-defined, index]
    return False


__all__ = ["dequantize", "identity", "quantize", "quantize_weight"]
