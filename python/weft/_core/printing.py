"""Text of arrays, as NumPy prints them, and as tables for notebooks."""

from html import escape
from typing import Any

import numpy

from weft._core import native
from weft._core.dtypes import ExtraDType

# Printed without their name: what the data policy gives Python's own numbers.
_DEFAULT_DTYPES = frozenset(("float32", "int64", "bool"))
_EDGE = 5  # rows and columns of a table, at each end of what is left out


def _elements(array: Any) -> numpy.ndarray:
    dtype = array.dtype
    if isinstance(dtype, ExtraDType):
        array = array.astype("float32" if dtype.kind == "f" else "int8")
    return array.asnumpy()


def _traced(array: Any) -> str:
    return f"<traced array {array.dtype.name}{array.shape}>"


def represent(array: Any) -> str:
    """What `repr(array)` gives: `array([1., 2.])`, with the dtype unless it is a default."""
    if native.is_traced(array):
        return _traced(array)
    name = array.dtype.name
    if array.size == 0:
        shape = f", shape={array.shape}" if array.shape != (0,) else ""
        text = f"[]{shape}"
    else:
        text = numpy.array2string(_elements(array), separator=", ", prefix="array(")
    return f"array({text})" if name in _DEFAULT_DTYPES else f"array({text}, dtype={name})"


def print_elements(array: Any) -> str:
    """What `str(array)` gives: the elements alone."""
    return _traced(array) if native.is_traced(array) else str(_elements(array))


def as_html(array: Any) -> str:
    """What a notebook shows of an array: its type, and of one or two axes a table of the elements,
    of which large arrays have the first and the last."""
    head = f"<b>array</b> {array.dtype.name} {escape(str(tuple(array.shape)))}"
    if native.is_traced(array):
        return f"<div>{escape(_traced(array))}</div>"
    if array.device.kind != "cpu":
        head += f" on {escape(str(array.device))}"
    if array.ndim not in (1, 2) or array.size == 0:
        return f"<div>{head}<pre>{escape(str(_elements(array)))}</pre></div>"
    elements = numpy.atleast_2d(_elements(array))
    rows, columns = (_shown(extent) for extent in elements.shape)
    if array.ndim == 1:
        body = "".join(_row("", elements[0], columns))
    else:
        body = "".join(
            _row(str(n), elements[n], columns) if n >= 0 else _gap(columns) for n in rows
        )
    names = "".join(f"<th>{n if n >= 0 else '…'}</th>" for n in columns)
    return (
        f"<div>{head}<table><thead><tr><th></th>{names}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def _shown(extent: int) -> list[int]:
    """The numbers of the rows, or columns, that are shown; -1 stands for those between."""
    if extent <= 2 * _EDGE + 1:
        return list(range(extent))
    return [*range(_EDGE), -1, *range(extent - _EDGE, extent)]


def _row(name: str, elements: numpy.ndarray, columns: list[int]) -> str:
    cells = "".join(f"<td>{_cell(elements[n]) if n >= 0 else '…'}</td>" for n in columns)
    return f"<tr><th>{name}</th>{cells}</tr>"


def _gap(columns: list[int]) -> str:
    return "<tr><th>…</th>" + "<td>…</td>" * len(columns) + "</tr>"


def _cell(element: Any) -> str:
    return f"{element:.4g}" if element.dtype.kind in "fc" else str(element)
