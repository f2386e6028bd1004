"""A block called with other arrays in the place of its parameters' own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft._base.spelling import unknown
from weft._core import native
from weft._core.typing import ndarray
from weft._trace.state import running
from weft.gluon.block import Block
from weft.gluon.parameter import Parameter


def functional_call(
    net: Block,
    parameters: Mapping[str, ndarray],
    args: Any,
    kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """What a block gives where its parameters have other values: a function of these, as
    `autograd.grad`, `weft.vmap` and `autograd.jvp` need it. The block itself stays as it is.

    net: a block whose parameters have shapes; one that is hybridized runs as Python here
    parameters: arrays by the names of `net.collect_params()`, of the parameters' shapes. Those that
        are not named keep their own values
    args: the argument of the block, or a tuple of several; kwargs: those by name

    Running statistics that a call writes in training mode are written to the arrays that were given
    for them, or to the block's own.

    Raises LookupError for a name that the block lacks, ValueError for another shape, TypeError for
    what is no array, RuntimeError before parameters have values.

    >>> from weft import autograd, gluon, np, vmap
    >>> net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    >>> net.initialize()
    >>> def loss(weights, x):
    ...     return gluon.functional_call(net, weights, x).sum()
    >>> weights = {"weight": np.array([[1.0, 2.0]])}
    >>> autograd.grad(loss)(weights, np.array([[3.0, 4.0]]))
    {'weight': array([[3., 4.]])}
    >>> of_each_sample = vmap(autograd.grad(loss), in_axes=(None, 0))
    >>> of_each_sample(weights, np.ones((5, 1, 2)))["weight"].shape
    (5, 1, 2)
    """
    if not isinstance(net, Block):
        raise InvalidType(f"functional_call: `net` must be a block; got {type(net).__name__}")
    if not isinstance(parameters, Mapping):
        raise InvalidType(
            "functional_call: `parameters` must be a dict of arrays by name; got "
            f"{type(parameters).__name__}"
        )
    given = _checked(net, parameters)
    positional = args if isinstance(args, tuple) else (args,)
    with _in_place(given), _as_python():
        return net(*positional, **(kwargs or {}))


def _checked(net: Block, parameters: Mapping[str, Any]) -> list[tuple[Parameter, ndarray]]:
    known = net.collect_params()
    found = []
    for name, array in parameters.items():
        if name not in known:
            raise unknown("functional_call", name, known)
        parameter = known[name]
        if isinstance(array, Parameter) or not isinstance(array, native.ndarray):
            raise InvalidType(
                f"functional_call: `parameters[{name!r}]` must be an array; got "
                f"{type(array).__name__}"
            )
        if not parameter.is_initialized:
            raise InvalidState(
                f"functional_call: `{name}` has no values yet; call `initialize()` and the block "
                "once, so that shapes are known"
            )
        if parameter.sharing is not None or len(parameter.list_device()) != 1:
            raise InvalidState(
                f"functional_call: `{name}` must lie whole on one device; it is in parts or copies"
            )
        if array.shape != parameter.shape:
            raise InvalidValue(
                f"functional_call: `parameters[{name!r}]` must have shape {parameter.shape}; got "
                f"{array.shape}"
            )
        found.append((parameter, array))
    return found


@contextmanager
def _in_place(given: list[tuple[Parameter, ndarray]]) -> Iterator[None]:
    before = [(parameter, parameter.replace_array(array)) for parameter, array in given]
    try:
        yield
    finally:
        for parameter, own in reversed(before):
            parameter.replace_array(own)


@contextmanager
def _as_python() -> Iterator[None]:
    """Plans have the parameters' own arrays."""
    around, running.is_eager = running.is_eager, True
    try:
        yield
    finally:
        running.is_eager = around


__all__ = ["functional_call"]
