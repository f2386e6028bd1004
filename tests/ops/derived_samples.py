"""Further samples made from those of the definitions: no axes, no elements, other extents, one axis
more, another dtype. An operator may refuse what it is given here, as long as its oracle does too.
"""

import dataclasses
from collections.abc import Iterator

from operator_samples import Case


def _replaced(case: Case, number: int, by: int) -> Case:
    """The same with one extent in the place of another, wherever it stands for a shape."""

    def swap(extents):
        return [by if extent == number else extent for extent in extents]

    attributes = {
        name: tuple(swap(value)) if "shape" in name and isinstance(value, tuple) else value
        for name, value in case.attributes.items()
    }
    return dataclasses.replace(_reshaped(case, swap), attributes=attributes)


def _reshaped(case: Case, change) -> Case:
    shapes = [None if shape is None else change(shape) for shape in case.shapes]
    return dataclasses.replace(case, shapes=shapes)


def forms(case: Case) -> Iterator[tuple[str, Case]]:
    """Names and cases of other shapes that the operator may well take."""
    extents = sorted({extent for shape in case.shapes if shape for extent in shape if extent > 0})
    for extent in extents:
        yield f"no{extent}", _replaced(case, extent, 0)
        yield f"more{extent}", _replaced(case, extent, extent + 6)
    if extents:
        yield "scalar", _reshaped(case, lambda shape: [])
    if case.shapes:
        yield "batch", _reshaped(case, lambda shape: [2, *shape])


def misfits(case: Case) -> Iterator[tuple[str, Case]]:
    """Names and cases of shapes that differ in one input: most of them do not fit."""
    for i, shape in enumerate(case.shapes):
        if shape is None:
            continue
        others = {"deeper": [3, *shape]}
        if shape:
            others |= {"flatter": shape[1:], "wider": [*shape[:-1], shape[-1] + 2]}
            others["longer"] = [shape[0] + 2, *shape[1:]]
        for name, other in others.items():
            shapes = [other if k == i else own for k, own in enumerate(case.shapes)]
            yield f"{name}{i}", dataclasses.replace(case, shapes=shapes)
