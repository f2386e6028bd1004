"""A symbol file and its parameters as a block, for the command `weft convert`."""

from pathlib import Path

from weft._base.errors import InvalidValue, MissingFile
from weft.mxnet._reading.block import SymbolBlock, block_of, read_parameters
from weft.mxnet._reading.program import input_variables
from weft.mxnet._reading.symbol_files import read_graph

_CALLER = "convert"


def read(symbol: Path, params: Path | None = None) -> SymbolBlock:
    """The block of a -symbol.json; its inputs are the variables that have no values.

    params: by default the only file of parameters of the symbol's name beside it
    """
    graph = read_graph(symbol, _CALLER)
    records = read_parameters(params or beside(symbol), _CALLER)
    inputs = input_variables(graph, records)
    return block_of(graph, str(symbol), inputs, records, allow_missing=False, ignore_extra=True)


def beside(symbol: Path) -> Path:
    """The file of parameters beside `prefix-symbol.json`: `prefix-0000.params`, by any number."""
    prefix = symbol.stem.removesuffix("-symbol")
    found = sorted(
        path
        for path in symbol.parent.glob("*.params")
        if path.stem.startswith(f"{prefix}-") and path.stem[len(prefix) + 1 :].isdigit()
    )
    if not found:
        raise MissingFile(
            f"convert: there is no {prefix}-0000.params beside {symbol}; name the file of its "
            "parameters behind it"
        )
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InvalidValue(
            f"convert: {symbol} has several files of parameters beside it: {names}; name one of "
            "them behind it"
        )
    return found[0]


__all__ = ["beside", "read"]
