"""Model files: entry points over shared weights, written by `weft.export`."""

import inspect
import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from os import PathLike, fspath
from typing import Any, Never

from weft import autograd
from weft._block_tree import BlockTree
from weft._containers import is_named_tuple
from weft._core import native
from weft._errors import Error, InvalidType, InvalidValue
from weft._extent import Dim
from weft._files import beside
from weft._planned import Planned, planned_of
from weft._trace import ArrayTypes, Dimensions, Traced, trace, unflatten

Named = list[tuple[str, native.ndarray]]


class NamedArrays:
    """A parameter or a trainer: it says itself what a file calls its arrays."""

    def _arrays_named(self, name: str) -> Iterator[tuple[str, native.ndarray]]:
        """Its arrays by their names in a file, where it is called `name` itself."""
        raise NotImplementedError


def export(
    path: str | PathLike[str],
    /,
    *unnamed: Never,
    names: Mapping[str, Any] | None = None,
    dynamic: Mapping[str, Mapping[int, str | Dim]] | None = None,
    metadata: Mapping[str, str] | None = None,
    source_lines: bool = False,
    plan: bool | Sequence[Mapping[str, int]] = False,
    pack: bool = False,
    **entries: Any,
) -> None:
    """Writes a .weft file with one or several entry points over shared weights.

    entries: by name, a HybridBlock or a function of `@weft.hybridize`, for the arguments of its
        last call; or a tuple of it and of example arguments. Blocks are in predict mode. What an
        entry point writes to (running statistics, a cache, parameters in a training step) is state:
        it lives in the context that runs it, and contexts may share it
    names: of arrays that belong to no parameter, by the name they get in the file: arrays, blocks,
        or lists and dicts of them. Without it they are named as in the functions that use them
    dynamic: axes of inputs that may have any extent, by name of the input and number of the axis:
        `{"x": {0: "batch", 1: weft.Dim("time", max=512)}}`; equal names mean equal extents
    metadata: texts for the file, such as the classes of a classifier
    source_lines: keep file and line of every operator, so that errors of the file's runs name them
    plan: keep the plans of inference, too, so that what loads the file searches no placement of
        values. It is for this release of Weft, this machine's instruction set and the present
        number of threads, and left alone elsewhere; `weft_model_save_plans` makes another. Entry
        points with `dynamic` inputs have plans for the extents that a list gives by name, as
        `plan=[{"batch": 1}, {"batch": 64}]`; runs with others search
    pack: keep graph and weights of inference also as they are run, with plans, so that what loads
        the file runs them where they are mapped. It is for this release of Weft and left alone
        elsewhere. The file gets about as large again. Entry points with `dynamic` inputs, and those
        that read what another one changes, stay as they are

    The file runs in C (`weft_model_load`), in `weft.runtime`, and comes back as a block with
    `SymbolBlock.imports`. The same network gives the same bytes.

    Raises RuntimeError for an entry point that was never called and has no examples, TypeError for
    what cannot be traced, OSError where the file cannot be written; an old file then stays whole.

    >>> import weft
    >>> net = weft.gluon.nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> @weft.hybridize
    ... def classify(x):
    ...     return net(x).argmax(axis=1)
    >>> x = weft.np.zeros((1, 3))
    >>> weft.export("net.weft", scores=(net, x), classify=(classify, x))
    >>> weft.runtime.Model("net.weft").entries
    ['scores', 'classify']
    """
    if unnamed:
        raise InvalidType(
            "export: entry points are given by name, such as `forward=net` or `forward=(net, x)`; "
            f"got {len(unnamed)} without one"
        )
    if not entries:
        raise InvalidValue("export: give at least one entry point, such as `forward=net`")
    functions = {name: _split(name, entry) for name, entry in entries.items()}
    _check_metadata(metadata or {})
    wanted = _Dynamic(dynamic or {})
    metadata = dict(metadata or {}) | _plan_for(plan)
    with autograd.pause():
        traced = {
            name: _traced(name, function, examples, wanted)
            for name, (function, examples) in functions.items()
        }
    wanted.check_all_used()
    named = list(_named("", names)) if names else []
    named += _names_in({name: function for name, (function, _) in functions.items()})
    unnamed: list[native.ndarray] = []
    gradients = [
        gradient
        for _, array in named
        if array.grad_req == "write" and (gradient := native.made_grad(array)) is not None
    ]
    written = [
        (
            name,
            found.function,
            _input_names(functions[name][0], found.call, found.function.inputs),
            _output_names(name, found.result, found.function.outputs),
            [_name_of(array, named, unnamed, gradients) for array in found.function.captures()],
        )
        for name, found in traced.items()
    ]
    if not (plan or pack):
        native.save_model(fspath(path), written, list(metadata.items()), source_lines)
        return
    with beside(path, "export") as unfinished:  # each step writes the whole file
        native.save_model(unfinished, written, list(metadata.items()), source_lines)
        if plan:
            native.save_plans(unfinished)
        if pack:
            native.pack_model(unfinished)


Examples = tuple[Any, ...] | None  # None: the arguments of the last call


def _split(name: str, entry: Any) -> tuple[Planned, Examples]:
    is_call = isinstance(entry, tuple) and len(entry) > 0
    function, examples = (entry[0], entry[1:]) if is_call else (entry, None)
    planned = planned_of(function)
    if planned is None:
        raise InvalidType(
            f"export: entry point `{name}` must be a HybridBlock or a function of "
            f"@weft.hybridize; got {type(function).__name__}"
        )
    return planned, examples


def _check_metadata(metadata: Mapping[str, str]) -> None:
    for key, text in metadata.items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise InvalidType(f"export: `metadata` must have texts; got {key!r}: {text!r}")


def _plan_for(plan: bool | Sequence[Mapping[str, int]]) -> dict[str, str]:
    """What the file says of the extents that plans are made for."""
    if isinstance(plan, bool):
        return {}
    if not isinstance(plan, list | tuple) or not all(isinstance(part, Mapping) for part in plan):
        raise InvalidType(
            "export: `plan` must be a bool or a list of extents by name, such as "
            f'[{{"batch": 8}}]; got {plan!r}'
        )
    for name, extent in (item for part in plan for item in part.items()):
        if not isinstance(name, str) or isinstance(extent, bool) or not isinstance(extent, int):
            raise InvalidType(f"export: `plan` must have whole numbers; got {name!r}: {extent!r}")
    return {"plan_for": json.dumps([dict(part) for part in plan])}


class _Dynamic:
    """What is to be dynamic, by name of the input; knows what no entry point has used."""

    def __init__(self, dynamic: Mapping[str, Mapping[int, str | Dim]]) -> None:
        self._dynamic = {
            name: {axis: dim if isinstance(dim, Dim) else Dim(dim) for axis, dim in axes.items()}
            for name, axes in dynamic.items()
        }
        self._known: list[str] = []
        every = {dim for axes in self._dynamic.values() for dim in axes.values()}
        names = [dim.name for dim in every]
        for dim in every:
            if names.count(dim.name) > 1:
                raise InvalidValue(f"export: `dynamic` has two dimensions `{dim.name}`: {every}")

    def dimensions(self, names: list[str], types: ArrayTypes) -> Dimensions:
        """Those of an entry point with these inputs."""
        self._known += names
        found: dict[Dim, list[tuple[int, int]]] = {}
        for number, name in enumerate(names):
            for axis, dim in self._dynamic.get(name, {}).items():
                rank = len(types[number][1])
                if not -rank <= axis < rank:
                    raise InvalidValue(
                        f"export: `dynamic` has axis {axis} of `{name}`, an array of rank {rank}"
                    )
                found.setdefault(dim, []).append((number, axis % rank))
        return found

    def check_all_used(self) -> None:
        for name in self._dynamic:
            if name not in self._known:
                raise InvalidValue(
                    f"export: `dynamic` has `{name}`, which is no input; there are "
                    + ", ".join(f"`{known}`" for known in dict.fromkeys(self._known))
                )


def _traced(name: str, function: Planned, examples: Examples, dynamic: _Dynamic) -> Traced:
    """A trace of its own: the file's graph depends on nothing that happened before."""
    code, call, types = function._trace_for_export(name, examples)
    names = _input_names(function, call, len(types))
    dimensions = dynamic.dimensions(names, types)
    try:
        return trace(code, call, types, f"export: {name}", dimensions)
    except Error as error:
        if dimensions and len(error.args) == 1 and not isinstance(error, OSError):
            open_ = ", ".join(f"`{dim.name}`" for dim in dimensions)
            error.args = (
                f"export: {name}: `dynamic` makes {open_} any number, and with numbers put in for "
                f"it, this failed: {error.args[0]}; an axis that weights fix cannot be dynamic",
            )
        raise


# ---- names of inputs and outputs ----------------------------------------------------------------


class _Place(int):
    """The number of an array among the arguments."""


def _input_names(function: Planned, call: Hashable, count: int) -> list[str]:
    """Inputs are called as the function calls them; within lists and dicts, with their place."""
    args, kwargs = unflatten(call, [_Place(i) for i in range(count)])
    bound = inspect.signature(function._named_code).bind(*args, **kwargs).arguments
    found = dict(sorted((place, name) for name, place in _places("", bound)))
    return list(found.values())


def _output_names(entry: str, result: Hashable, count: int) -> list[str]:
    """Members of a dict or named tuple have its names; others are numbered."""
    value = unflatten(result, [_Place(i) for i in range(count)])
    for leaf in _leaves(value):
        if leaf is not None and not isinstance(leaf, _Place):
            raise InvalidType(
                f"export: `{entry}` returns {leaf!r}, which files cannot hold; return arrays"
            )
    if isinstance(value, _Place):
        return ["output"]
    if isinstance(value, dict) or is_named_tuple(type(value)):
        return [name for name, _ in _places("", value)]
    return ["output"] if count == 1 else [f"output{number}" for number in range(count)]


def _places(name: str, value: Any) -> Iterator[tuple[str, _Place]]:
    if isinstance(value, _Place):
        yield name, value
        return
    for key, member in _members(value):
        yield from _places(f"{name}.{key}" if name else str(key), member)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | Mapping):
        for _, member in _members(value):
            yield from _leaves(member)
    else:
        yield value


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    if is_named_tuple(type(value)):
        yield from zip(value._fields, value, strict=True)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


# ---- names of captures --------------------------------------------------------------------------


def _names_in(functions: dict[str, Any]) -> Named:
    """The arrays that entry points use, by name: parameters by their paths in the one block that
    has them all, or, if there is none, by the name of a block and the path in it."""
    used: list[tuple[str, Any]] = []
    for name, function in functions.items():
        is_block = isinstance(function, BlockTree)
        found = [(name, function)] if is_block else _variables(function.__wrapped__)
        used += [(n, v) for n, v in found if all(v is not known for _, known in used)]
    blocks = [(n, v) for n, v in used if isinstance(v, BlockTree) and v.collect_params()]
    others = [(name, value) for name, value in used if not isinstance(value, BlockTree)]
    roots = [(name, block) for name, block in blocks if not _is_within(block, blocks)]
    named: Named = []
    for name, block in roots:
        named += _named("" if len(roots) == 1 else name, block)
    for name, value in others:
        named += _named(name, value)
    return named


def _is_within(block: Any, blocks: list[tuple[str, Any]]) -> bool:
    """Does one of the other blocks contain it?"""
    around = (other for _, other in blocks if other is not block)
    return any(part is block for other in around for part in _parts(other))


def _parts(block: Any) -> list[Any]:
    parts: list[Any] = []
    block.apply(parts.append)
    return parts


def _variables(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """What a function uses from around it, by name."""
    found = inspect.getclosurevars(function)
    return [*found.nonlocals.items(), *found.globals.items()]


def _named(name: str, value: Any) -> Iterator[tuple[str, native.ndarray]]:
    """The arrays in a value, by their paths."""
    if isinstance(value, native.ndarray):
        yield name, value
    elif isinstance(value, BlockTree):
        for path, parameter in value.collect_params().items():
            yield from _named(f"{name}.{path}" if name else path, parameter)
    elif isinstance(value, NamedArrays):
        yield from value._arrays_named(name)
    else:
        for key, member in _members(value):
            yield from _named(f"{name}.{key}" if name else str(key), member)


def _name_of(
    array: native.ndarray,
    named: Named,
    unnamed: list[native.ndarray],
    gradients: list[native.ndarray],
) -> str | None:
    """None for a gradient that each run of `backward` overwrites: it is of no use to a file."""
    if any(native.shares_box(array, gradient) for gradient in gradients):
        return None
    for name, known in named:
        if native.shares_box(array, known):
            return name
    for number, known in enumerate(unnamed):
        if native.shares_box(array, known):
            return f"constant{number}"
    unnamed.append(array)
    return f"constant{len(unnamed) - 1}"
