"""Model files: entry points over shared weights, written by `weft.export`."""

from collections.abc import Mapping, Sequence
from os import PathLike, fsdecode
from typing import Any, Never

from weft import autograd
from weft._base.errors import Error, InvalidType, InvalidValue
from weft._base.writing import replacing
from weft._core import native
from weft._core.dimensions import Dim
from weft._export.dynamic import Dynamic
from weft._export.names import input_names, name_of, named_in, names_in, output_names
from weft._trace.block_tree import not_hybrid
from weft._trace.planned import Planned, planned_of
from weft._trace.tracing import Traced, trace


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
    wanted = Dynamic(dynamic or {})
    metadata = dict(metadata or {}) | _plan_for(plan)
    with autograd.pause():
        traced = {
            name: _traced(name, function, examples, wanted)
            for name, (function, examples) in functions.items()
        }
    wanted.check_all_used()
    named = list(named_in("", names)) if names else []
    named += names_in({name: function for name, (function, _) in functions.items()})
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
            input_names(functions[name][0], found.call, found.function.inputs),
            functions[name][0]._named_outputs
            or output_names(name, found.result, found.function.outputs),
            [name_of(array, named, unnamed, gradients) for array in found.function.captures()],
        )
        for name, found in traced.items()
    ]
    if not (plan or pack):
        native.save_model(fsdecode(path), written, list(metadata.items()), source_lines)
        return
    with replacing(path, "export") as unfinished:  # each step writes the whole file
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
            f"@weft.hybridize; got {not_hybrid(function)}"
        )
    return planned, examples


def _check_metadata(metadata: Mapping[str, str]) -> None:
    for key, text in metadata.items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise InvalidType(
                f"export: `metadata` must map strings to strings; got {key!r}: {text!r}"
            )


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
            raise InvalidType(
                f"export: `plan` must have integers as extents; got {name!r}: {extent!r}"
            )
    import json

    return {"plan_for": json.dumps([dict(part) for part in plan])}


def _traced(name: str, function: Planned, examples: Examples, dynamic: Dynamic) -> Traced:
    """A trace of its own: the file's graph depends on nothing that happened before."""
    code, call, types = function._trace_for_export(name, examples)
    names = input_names(function, call, len(types))
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
