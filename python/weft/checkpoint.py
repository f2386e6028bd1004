"""Checkpoints: all that training depends on in one file, so that it goes on as if never stopped.

A checkpoint has the parameters, the trainer's states, the generators of random numbers and the
loader's place in the order of samples. Training that is continued from it gives the same numbers,
bit for bit, also from the middle of an epoch. Loading restores everything or changes nothing.

>>> import tempfile
>>> import weft
>>> from weft import autograd, gluon, np
>>> def setup():
...     net = gluon.nn.HybridSequential(gluon.nn.Dense(8), gluon.nn.Dropout(0.5), gluon.nn.Dense(1))
...     net.initialize()
...     net.hybridize()
...     trainer = gluon.Trainer(net.collect_params(), "adam")
...     rows = gluon.data.ArrayDataset(np.arange(24.0).reshape(8, 3))
...     return net, trainer, gluon.data.DataLoader(rows, 2, shuffle=True)
>>> def step(net, trainer, x):
...     with autograd.record():
...         loss = net(x).sum()
...     loss.backward()
...     trainer.step(len(x))
...     return float(loss)
>>> net, trainer, loader = setup()
>>> path = tempfile.mkdtemp() + "/checkpoint"
>>> losses = []
>>> for number, x in enumerate(loader):
...     losses.append(step(net, trainer, x))
...     if number == 1:
...         weft.save_checkpoint(path, net, trainer, loader, extra={"epoch": 0})
>>> net, trainer, loader = setup()  # in another process
>>> weft.load_checkpoint(path, net, trainer, loader)
{'epoch': 0}
>>> [step(net, trainer, x) for x in loader] == losses[2:]
True
"""

from collections.abc import Callable, Collection, Mapping
from os import PathLike, fsdecode
from types import NoneType
from typing import Any

from weft import autograd
from weft._base.errors import FileFailure, InvalidValue
from weft._core import native
from weft._core.files import BackgroundWrite, Described, check_form, save_arrays
from weft._core.typing import ndarray
from weft.gluon._saved_states import STATES_FORM, is_state
from weft.gluon._sharing import Pieces
from weft.gluon.block import Block
from weft.gluon.data import DataLoader, _generators
from weft.gluon.parameter import Parameter
from weft.gluon.trainer import Trainer

_FILE = Described(
    "weft.checkpoint",
    1,
    "weft.save_checkpoint",
    {
        "trainer": (dict, NoneType),
        "loader": (dict, NoneType),
        "random": dict,
        "beside": list,
        "extra": dict,
    },
)


def save_checkpoint(
    path: str | PathLike[str],
    net: Block,
    trainer: Trainer | None = None,
    loader: DataLoader | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    background: bool = False,
) -> BackgroundWrite | None:
    """Writes a checkpoint, a safetensors file that replaces an old one in one step.

    net: its parameters, running statistics included, and the gradients of those with
        `grad_req='add'`, which may be sums under way
    trainer: its states, options and scheduler, as in `save_states`
    loader: its place in the order of samples: call this in the loop over it, after `step`, or
        between epochs
    extra: what the program wants back from `load_checkpoint`, such as the number of the epoch:
        numbers, texts, arrays, lists and dicts
    background: as for `npx.save`: training may go on, the file gets the values of now

    States of `np.random`, `numpy.random` and `random` are always part of it. `load_parameters(path,
    ignore_extra=True)` reads the parameters alone.

    Raises RuntimeError for a parameter without values; OSError where the file cannot be written;
    the old one then stays whole, as it does if the process is killed meanwhile.

    >>> import weft
    >>> from weft import gluon
    >>> from weft.gluon import nn
    >>> net = nn.Dense(2, in_units=4)
    >>> net.initialize()
    >>> trainer = gluon.Trainer(net.collect_params(), "adam")
    >>> weft.save_checkpoint("run.ckpt", net, trainer, extra={"epoch": 3})
    >>> weft.load_checkpoint("run.ckpt", net, trainer)
    {'epoch': 3}
    """
    arrays, description = _described(net, trainer, loader, extra)
    return save_arrays(path, arrays, background, _FILE.metadata(description))


def _described(
    net: Block,
    trainer: Trainer | None,
    loader: DataLoader | None,
    extra: Mapping[str, Any] | None,
    *,
    without_pieces: bool = False,
) -> tuple[dict[str, ndarray], dict[str, Any]]:
    """All that training depends on: arrays by name, and the rest as plain values.

    without_pieces: leaves out what ranks share, which is each rank's own: the optimizer's states
        and pieces of parameters
    """
    arrays: dict[str, ndarray] = {}
    extra_keys: list[str] = []
    for name, parameter in net.collect_params().items():
        if without_pieces and isinstance(parameter.sharing, Pieces):
            continue
        arrays[name] = parameter.list_data()[0]
        kept = _extra_arrays(name, parameter)
        extra_keys += kept
        arrays.update(kept)
    states = None
    if trainer is not None:
        if without_pieces:
            states = trainer.describe_without_states()
        else:
            state_arrays, states = trainer.describe_states()
            arrays.update(state_arrays)
        states["fresh"] = trainer.fresh_gradients()
    extra_arrays: dict[str, ndarray] = {}
    plain = _without_arrays(dict(extra or {}), extra_arrays)
    arrays.update(extra_arrays)
    description = {
        "trainer": states,
        "loader": loader.state_dict() if loader is not None else None,
        "random": _generators.state(),
        "beside": [*extra_keys, *extra_arrays],
        "extra": plain,
    }
    return arrays, description


def load_checkpoint(
    path: str | PathLike[str],
    net: Block,
    trainer: Trainer | None = None,
    loader: DataLoader | None = None,
) -> dict[str, Any]:
    """Restores what `save_checkpoint` wrote; gives its `extra`.

    The next iteration of `loader` continues the epoch where it was, or begins the next one. Works
    before `net.initialize()` and before the first call. The generators of random numbers are set,
    too; the numbers of devices, threads and workers may differ.

    Raises LookupError for parameters that the file lacks or has beyond the net's, ValueError and
    TypeError for other shapes, dtypes, states, optimizers or orders of samples, and for a file
    that is no checkpoint or lacks what is asked for; OSError for a damaged one. Nothing is changed
    then.

    >>> import weft
    >>> from weft.gluon import nn
    >>> net = nn.Dense(2, in_units=4)
    >>> net.initialize()
    >>> weft.save_checkpoint("run.ckpt", net, extra={"epoch": 3})
    >>> other = nn.Dense(2)
    >>> weft.load_checkpoint("run.ckpt", other)
    {'epoch': 3}
    >>> bool((other.weight.data() == net.weight.data()).all())
    True
    """
    arrays, found = _FILE.load(path, "load_checkpoint")
    return _prepared(arrays, found, net, trainer, loader, f"`{fsdecode(path)}`")()


def _prepared(
    arrays: Mapping[str, ndarray],
    found: dict[str, Any],
    net: Block,
    trainer: Trainer | None,
    loader: DataLoader | None,
    name: str,
    elsewhere: Collection[str] = (),
) -> Callable[[], dict[str, Any]]:
    """Checks what `_described` gave without changing anything; the result sets it, and gives what
    the program keeps.

    name: what it comes from, for errors
    elsewhere: names of parameters whose values come in another way
    """
    source = f"load_checkpoint: {name}"
    states = _part(found["trainer"], trainer, "trainer", source)
    place = _part(found["loader"], loader, "loader", source)
    _generators.check(found["random"], f"{source} is damaged")
    parameters = {
        key: array
        for key, array in arrays.items()
        if key not in found["beside"] and not is_state(key)
    }
    steps = [
        net.prepare_dict(parameters, "load_checkpoint", name, elsewhere),
        _prepare_extra(net, arrays, found["beside"], source),
    ]
    if trainer is not None:
        check_form(states, {**STATES_FORM, "fresh": list}, f"{source} is damaged", "`trainer`")
        steps.append(trainer.prepare_states(arrays, states, source, parameters))
    if loader is not None:
        steps.append(loader.prepare_state(place))
    extra: dict[str, Any] = _with_arrays(found["extra"], arrays, source)

    def apply() -> dict[str, Any]:
        for step in steps:
            step()
        if trainer is not None:
            trainer.set_fresh_gradients(states["fresh"])
        _generators.restore(found["random"])
        return extra

    return apply


def _part(found: Any, wanted: Any, word: str, source: str) -> Any:
    if wanted is not None and found is None:
        raise InvalidValue(f"{source} must have the state of a {word}; it was saved without one")
    return found


# ---- arrays among what the program keeps

_EXTRA = "extra:"  # begins the names of these arrays


def _without_arrays(value: Any, arrays: dict[str, ndarray]) -> Any:
    """The value with the name of each array in its place; the arrays go into `arrays`."""
    if isinstance(value, ndarray):
        name = f"{_EXTRA}{len(arrays)}"
        arrays[name] = value
        return {"weft.array": name}
    if isinstance(value, Mapping):
        return {key: _without_arrays(part, arrays) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(part, arrays) for part in value]
    return value


def _with_arrays(value: Any, arrays: Mapping[str, ndarray], source: str) -> Any:
    """The value with the arrays in their places."""
    if isinstance(value, list):
        return [_with_arrays(part, arrays, source) for part in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {"weft.array"}:
        return {key: _with_arrays(part, arrays, source) for key, part in value.items()}
    name = value["weft.array"]
    if name not in arrays:
        raise FileFailure(f"{source} is damaged: it lacks `{name}`")
    return arrays[name]


# ---- what a parameter has beside its values on the first device


def _extra_keys(name: str, parameter: Parameter) -> list[tuple[str, ...]]:
    """For each device: running statistics differ between devices, and gradients that add up may be
    under way."""
    numbers = range(max(len(parameter.list_device()), 1))
    if parameter.grad_req == "null":
        return [(f"copy:{name}:{number}",) if number else () for number in numbers]
    if parameter.grad_req != "add":
        return [() for _ in numbers]
    if parameter.grad_stype == "row_sparse":
        return [(f"grad:{name}:{number}", f"rows:{name}:{number}") for number in numbers]
    return [(f"grad:{name}:{number}",) for number in numbers]


def _extra_arrays(name: str, parameter: Parameter) -> dict[str, ndarray]:
    arrays: dict[str, ndarray] = {}
    all_keys = _extra_keys(name, parameter)
    if not any(all_keys):
        return arrays
    for keys, copy in zip(all_keys, parameter.list_data(), strict=True):
        if not keys:
            continue
        if parameter.grad_req == "null":
            values = (copy,)
        elif parameter.grad_stype == "row_sparse":
            values = (copy.grad.data, copy.grad.indices)
        else:
            values = (copy.grad,)
        arrays.update(zip(keys, values, strict=True))
    return arrays


def _prepare_extra(
    net: Block, arrays: Mapping[str, ndarray], found: list[str], source: str
) -> Callable[[], None]:
    """Checks these arrays without changing anything; the result, called when the parameters have
    their values, sets them."""
    parameters = net.collect_params()
    for key in found:
        if key not in arrays:
            raise FileFailure(f"{source} is damaged: it lacks `{key}`")
    wanted = {key for n, p in parameters.items() for keys in _extra_keys(n, p) for key in keys}
    sums = [key for key in found if not key.startswith(("copy:", _EXTRA)) and key not in wanted]
    if sums:
        raise InvalidValue(
            f"{source} has accumulated gradients, `{sums[0]}`, which the block does not have: "
            "`grad_req`, `grad_stype` and the number of devices must be as they were saved"
        )
    for name, parameter in parameters.items():
        for keys in _extra_keys(name, parameter):
            if not any(key in found for key in keys):
                continue
            if not _fits(arrays[name], [arrays.get(key) for key in keys]):
                raise FileFailure(f"{source} is damaged: `{keys[0]}` does not fit `{name}`")

    def apply() -> None:
        with autograd.pause():
            for name, parameter in parameters.items():
                all_keys = _extra_keys(name, parameter)
                if not any(all_keys):
                    continue
                for keys, copy in zip(all_keys, parameter.list_data(), strict=True):
                    _set_extra(parameter, copy, [arrays[key] for key in keys if key in found])

    return apply


def _fits(value: ndarray, given: list[ndarray | None]) -> bool:
    """Can these be a copy or the gradient of a parameter with this value?"""
    if any(array is None for array in given):
        return False
    first, shape = given[0], value.shape
    if len(given) == 2:
        indices = given[1]
        if indices.ndim != 1 or indices.dtype != "int64":
            return False
        shape = (len(indices), *shape[1:])
    return first.shape == shape and first.dtype == value.dtype


def _set_extra(parameter: Parameter, copy: ndarray, given: list[ndarray]) -> None:
    if parameter.grad_req == "null":
        if given:
            copy[...] = given[0]
    elif parameter.grad_req == "add" and parameter.grad_stype == "row_sparse":
        rows, indices = given or (None, None)
        if rows is not None:
            rows, indices = rows.to_device(copy.device), indices.to_device(copy.device)
        native.set_grad_rows(copy, indices, rows)
    elif parameter.grad_req == "add":
        copy.grad[...] = given[0] if given else 0


__all__ = ["load_checkpoint", "save_checkpoint"]
__dir__ = __all__.copy
