"""Tables of other packages as arrays of numbers: frames of pandas and polars, tables of Arrow.

A table becomes (rows, columns), in the dtype that all columns have in common. Nothing of these
packages is imported: a table is what has columns with names and dtypes, each of which NumPy takes.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidType
from weft._base.protocols import ArrowTable, Frame


def table_numbers(where: str, name: str, given: Any) -> Any:
    """The numbers of a table; what is no table is given back.

    Raises TypeError that names the column which holds no numbers.
    """
    if isinstance(given, ArrowTable):
        names = list(given.column_names)
    elif isinstance(given, Frame):
        names = list(given.columns)
    else:
        return given
    columns = []
    for column in names:
        part = given[column]
        numbers = numpy.asarray(part)
        if numbers.dtype.kind not in "biuf":
            kind = getattr(part, "dtype", None) or getattr(part, "type", numbers.dtype)
            raise InvalidType(
                f"{where}: column {column!r} of `{name}` must hold numbers; got {kind}; leave it "
                "out, or give it as numbers, such as those of categories or one column for each"
            )
        columns.append(numbers)
    return numpy.stack(columns, axis=1) if columns else numpy.zeros((len(given), 0))


__all__ = ["table_numbers"]
