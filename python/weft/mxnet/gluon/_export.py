"""A network as the files that MXNet reads: `path-symbol.json` and `path-0000.params`."""

from typing import Any

from weft._base.errors import InvalidState, InvalidValue
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
    types = block._types_of_inputs()
    count = max(1, len(types))
    names = ["data"] if count == 1 else [f"data{number}" for number in range(count)]
    inputs = [symbol.var(name) for name in names]
    constants: dict[str, Any] = {}
    if composes_itself:
        out = block(*inputs)
    else:
        out = _composed(block, inputs, parameters, types, constants)
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
    write_arrays(parameter_file, arrays | {f"arg:{n}": a for n, a in constants.items()})
    return symbol_file, parameter_file


def _composed(
    block: Any, inputs: list[Any], parameters: Any, types: Any, constants: dict[str, Any]
) -> Any:
    """The block on symbols. Code that asks for shapes gets those of the last call, and the file
    then is for these alone."""
    try:
        return _symbols.composed(block, inputs, parameters, (), constants)
    except InvalidValue:
        return _symbols.composed(block, inputs, parameters, types, constants)


__all__ = ["export"]
