"""A network as the files that MXNet reads: `path-symbol.json` and `path-0000.params`."""

from typing import Any

from weft._base.errors import InvalidState
from weft.mxnet.gluon import _symbols
from weft.mxnet.gluon.parameter_dict import write_arrays


def export(block: Any, path: str, epoch: int) -> tuple[str, str]:
    """Writes both files, and gives their names.

    Raises RuntimeError before the first call, NotImplementedError for what MXNet has no operator
    for.
    """
    from weft.mxnet import symbol

    composes_itself = block._is_composed_by_hand()
    parameters = dict(block._full_names() if composes_itself else block.collect_params())
    waiting = [name for name, parameter in parameters.items() if not parameter.is_initialized]
    if waiting:
        raise InvalidState(
            f"export: `{waiting[0]}` has no values yet; initialize the block and call it once"
        )
    count = block._count_of_inputs()
    names = ["data"] if count == 1 else [f"data{number}" for number in range(count)]
    inputs = [symbol.var(name) for name in names]
    out = block(*inputs) if composes_itself else _symbols.composed(block, inputs, parameters)
    whole = symbol.Group(out) if isinstance(out, list | tuple) else out
    symbol_file, parameter_file = f"{path}-symbol.json", f"{path}-{epoch:04d}.params"
    whole.save(symbol_file)
    states = set(whole.list_auxiliary_states())
    used = {*whole.list_arguments(), *states}
    arrays = {
        f"{'aux' if name in states else 'arg'}:{name}": parameter._reduce()
        for name, parameter in parameters.items()
        if name in used
    }
    write_arrays(parameter_file, arrays)
    return symbol_file, parameter_file


__all__ = ["export"]
