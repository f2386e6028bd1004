"""Columns of tables as NumPy's arrays: of Arrow, of pandas, and of whatever speaks Arrow.

No copy is made where numbers lie one after another in one piece and none is missing; fixed-size
lists of numbers become rows of an array.
"""

from typing import Any

import numpy

from weft._base import spelling
from weft._base.errors import InvalidType, InvalidValue
from weft._base.packages import package


def arrow(where: str) -> Any:
    return package(where, "pyarrow", "arrow")


def as_table(where: str, table: Any) -> Any:
    """A table of Arrow."""
    library = arrow(where)
    if isinstance(table, library.Table):
        return table
    if hasattr(table, "__arrow_c_stream__") or isinstance(table, dict | library.RecordBatch):
        return library.table(table)
    raise InvalidType(
        f"{where}: `table` must be a table of Arrow, or one that can be made one, such as a "
        f"DataFrame or a dict of columns; got {type(table).__name__}"
    )


def chosen(where: str, names: list[str], columns: Any) -> list[str]:
    """Names of columns that are there; all for None."""
    if columns is None:
        return names
    wanted = [columns] if isinstance(columns, str) else list(columns)
    for name in wanted:
        if name not in names:
            near = spelling.hint(str(name), {}, names)
            raise InvalidValue(f"{where}: there is no column {name!r}{near}; there are {names}")
    return wanted


def array_of_column(where: str, name: str, column: Any) -> numpy.ndarray:
    """The column of a table. Missing floats are NaN; other missing values are refused."""
    library = arrow(where)
    if isinstance(column, library.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(column, library.ChunkedArray):  # one of no rows stays so
        column = library.array([], column.type)
    kind = column.type
    types = library.types
    if types.is_fixed_size_list(kind):
        flat = array_of_column(where, name, column.flatten())
        if column.null_count == 0:
            return flat.reshape(len(column), kind.list_size, *flat.shape[1:])
    if column.null_count and not types.is_floating(kind):
        raise InvalidValue(
            f"{where}: column {name!r} must have no missing values; got {column.null_count} of "
            f"{len(column)}"
        )
    if types.is_dictionary(kind):
        return array_of_column(where, name, column.indices)
    if isinstance(kind, library.FixedShapeTensorType):
        return column.to_numpy_ndarray()  # type: ignore[no-any-return]
    return column.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def table_arrays(table: Any, columns: Any = None) -> dict[str, numpy.ndarray]:
    """Columns of a table as NumPy's arrays, by their names.

    table: of Arrow, or a DataFrame, or a dict of columns
    columns: names of those that are wanted; None for all

    Numbers in one piece are not copied; fixed-size lists become arrays (rows, size), categories
    their numbers, texts arrays of objects. Missing floats are NaN. Needs
    `pip install '.[arrow]'`. Raises ValueError for a column that is not there, or that lacks
    values and has none that stands for them.

    >>> from weft.gluon import data
    >>> import pyarrow
    >>> table = pyarrow.table({"x": [1.5, 2.5], "y": [0, 1]})
    >>> data.table_arrays(table)["y"]
    array([0, 1])
    """
    found = as_table("table_arrays", table)
    names = chosen("table_arrays", found.column_names, columns)
    return {name: array_of_column("table_arrays", name, found[name]) for name in names}


__all__ = ["array_of_column", "arrow", "as_table", "chosen", "table_arrays"]
