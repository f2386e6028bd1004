"""Gradients of functions, and products with their Jacobians from both sides.

A function is called once, recorded, on copies of its arguments, and swept as often as is needed:
once for a product with a vector from the left, twice for one from the right: that is the derivative
of the first sweep, which is linear in its cotangent. There is no forward mode below it. All of them
can be differentiated again, batched by `weft.vmap` and hybridized, in any order.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.modes import ModeScope
from weft._core.typing import ndarray
from weft._transforms import trees
from weft.autograd._inputs import ArgNums, Differentiated, check_argnums, outputs_of, vectors
from weft.autograd._recording import is_recording, is_training, listed, record, sweep


def grad(
    heads: Any,
    variables: Any = 0,
    head_grads: ndarray | Sequence[ndarray | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    argnums: ArgNums | None = None,
    has_aux: bool = False,
) -> Any:
    """The gradient of a function, as a function; or gradients of recorded arrays, as new arrays.

    `grad(fun, argnums=0, has_aux=False)` is the function `value_and_grad(fun, ...)` without the
    value: with `has_aux` it returns the pair (gradient, aux).

    `grad(heads, variables)`: one array for one variable, a list for a list. Works inside hybridized
    functions, too.

    heads: a function that gives one number; or arrays that were recorded
    variables: `argnums` of a function; or arrays
    create_graph: record the gradients too, so that they can be differentiated
    retain_graph: `create_graph` by default

    >>> from weft import np
    >>> grad(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    array([ 3., 12.])
    >>> x = np.array([2.0])
    >>> x.attach_grad()
    >>> with record():
    ...     first = grad(x * x * x, x, create_graph=True)
    >>> first.backward()
    >>> x.grad
    array([12.])
    """
    if callable(heads) and not isinstance(heads, native.ndarray):
        inner = value_and_grad(heads, variables if argnums is None else argnums, has_aux)
        return _without_value(heads, inner, has_aux)
    retain = create_graph if retain_graph is None else retain_graph
    out = native.grad(listed(heads), listed(variables), listed(head_grads), retain, create_graph)
    return out[0] if isinstance(variables, native.ndarray) else out


def _without_value(
    fun: Callable[..., Any], inner: Callable[..., Any], has_aux: bool
) -> Callable[..., Any]:
    @functools.wraps(fun, updated=())
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = inner(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(
    fun: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that gives what `fun` gives, one number, and its gradient.

    fun: takes arrays in tuples, lists, dicts, dataclasses and None
    argnums: which positional arguments are differentiated. The gradient is nested like that
        argument; for a tuple of numbers it is a tuple
    has_aux: `fun` returns a pair (number, aux), and so does the value

    Raises TypeError for arguments and results that have no floating dtype, ValueError for a result
    of more than one number.

    >>> from weft import np
    >>> def loss(p, x):
    ...     return ((p["w"] * x + p["b"]) ** 2).sum()
    >>> p = {"w": np.array(2.0), "b": np.array(1.0)}
    >>> value_and_grad(loss)(p, np.array([1.0, 2.0]))
    (array(34.), {'w': array(26.), 'b': array(16.)})
    """

    check_argnums("grad", argnums)

    @functools.wraps(fun, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        outer = is_recording()
        inputs = Differentiated("grad", args, argnums)
        with _recorded():
            variables = inputs.variables()
            result = fun(*inputs.args(variables), **kwargs)
        tree, (value, *more), aux = _one_number(result, has_aux)
        assert not more
        found = sweep([value], variables, create_graph=outer)
        plain = _plain(tree, [value], outer)
        return ((plain, _plain_aux(aux, outer)) if has_aux else plain), inputs.like(found)

    return call


def _one_number(result: Any, has_aux: bool, where: str = "grad") -> tuple[Any, list[Any], Any]:
    tree, arrays, aux = outputs_of(result, has_aux, where)
    if len(arrays) != 1 or arrays[0].size != 1:
        got = f"shape {arrays[0].shape}" if len(arrays) == 1 else f"{len(arrays)} arrays"
        raise InvalidValue(f"{where}: `fun` must give one number; got {got}")
    return tree, arrays, aux


def _recorded() -> ModeScope:
    return record(train_mode=is_training())


def _plain(tree: Any, arrays: Sequence[Any], outer: bool) -> Any:
    """The tree of results; without a history, where nobody around records."""
    return trees.like(tree, arrays if outer else [array.detach() for array in arrays])


def _plain_aux(aux: Any, outer: bool) -> Any:
    if outer:
        return aux
    return trees.mapped(lambda x: x.detach() if isinstance(x, native.ndarray) else x, aux)


# ---- products with Jacobians


def vjp(fun: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """`fun(*primals)`, and a function that multiplies its Jacobian by a vector from the left.

    That function takes a vector nested like the result, and returns a tuple nested like `primals`.
    It may be called several times. In a trace of its own, as in `vmap(pullback)`, it runs `fun`
    again there.

    primals: arrays in tuples, lists, dicts, dataclasses and None
    has_aux: `fun` returns a pair (result, aux), and aux comes third

    >>> from weft import np
    >>> value, pullback = vjp(lambda x, y: x * x * y, np.array([1.0, 2.0]), np.array(3.0))
    >>> value, pullback(np.array([1.0, 10.0]))
    (array([ 3., 12.]), (array([  6., 120.]), array(41.)))
    """
    outer = is_recording()
    inputs = Differentiated("vjp", primals, tuple(range(len(primals))))
    with _recorded():
        variables = inputs.variables()
        result = fun(*inputs.args(variables))
    tree, arrays, aux = outputs_of(result, has_aux, "vjp")
    home = _trace_of_now()

    def pullback(cotangents: Any) -> Any:
        if _trace_of_now() != home:
            return vjp(fun, *inputs.args(inputs.leaves), has_aux=has_aux)[1](cotangents)
        given = vectors(cotangents, tree, "vjp", "cotangents")
        found = sweep(arrays, variables, given, retain_graph=True, create_graph=is_recording())
        return inputs.like(found)

    found = _plain(tree, arrays, outer), pullback
    return (*found, _plain_aux(aux, outer)) if has_aux else found


def _trace_of_now() -> int:
    """Which trace, or body of one, this thread is in; 0 for none."""
    trace = native.trace_suspend()
    native.trace_resume(trace)
    return trace


def jvp(
    fun: Callable[..., Any], primals: Any, tangents: Any, *, has_aux: bool = False
) -> tuple[Any, ...]:
    """`fun(*primals)`, and the product of its Jacobian with a vector from the right: how the
    results change along `tangents`. Computed by two sweeps back.

    primals: a tuple or list of arguments, or one array
    tangents: nested like `primals`
    has_aux: `fun` returns a pair (result, aux), and aux comes third

    >>> from weft import np
    >>> x = np.array([1.0, 2.0])
    >>> jvp(lambda x: (x * x).sum(), (x,), (np.array([1.0, 10.0]),))
    (array(5.), array(42.))
    """
    outer = is_recording()
    args = _arguments("jvp", "primals", primals)
    inputs = Differentiated("jvp", args, tuple(range(len(args))))
    directions = vectors(_arguments("jvp", "tangents", tangents), args, "jvp", "tangents")
    with _recorded():
        variables = inputs.variables()
        result = fun(*inputs.args(variables))
        tree, arrays, aux = outputs_of(result, has_aux, "jvp")
        found = pushed(arrays, variables, directions, outer)
    products = trees.like(tree, found if outer else [array.detach() for array in found])
    value = _plain(tree, arrays, outer)
    return (value, products, _plain_aux(aux, outer)) if has_aux else (value, products)


def pushed(
    outputs: Sequence[Any], variables: Sequence[Any], directions: Sequence[Any], create: bool
) -> list[Any]:
    """The products of the outputs' Jacobian with the directions, while the thread records."""
    cotangents = [np.zeros_like(output) for output in outputs]
    for cotangent in cotangents:
        cotangent.attach_grad()
    swept = sweep(outputs, variables, cotangents, create_graph=True)
    return sweep(swept, cotangents, directions, create_graph=create)


def _arguments(where: str, name: str, given: Any) -> tuple[Any, ...]:
    if isinstance(given, native.ndarray):
        return (given,)
    if not isinstance(given, list | tuple):
        raise InvalidType(
            f"{where}: `{name}` must be a tuple of arguments, or an array; got "
            f"{type(given).__name__}"
        )
    return tuple(given)


def hvp(fun: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """The product of the second derivatives of `fun`, which gives one number, with a vector,
    without the matrix: it costs some gradients.

    primals: a tuple or list of arguments, or one array
    tangents: nested like `primals`

    Returns an array for an array, else a tuple nested like `primals`.

    >>> from weft import np
    >>> x = np.array([1.0, 2.0])
    >>> hvp(lambda x: (x**3).sum(), x, np.array([1.0, 10.0]))
    array([  6., 120.])
    """
    outer = is_recording()
    args = _arguments("hvp", "primals", primals)
    inputs = Differentiated("hvp", args, tuple(range(len(args))))
    directions = vectors(_arguments("hvp", "tangents", tangents), args, "hvp", "tangents")
    with _recorded():
        variables = inputs.variables()
        _, value, _ = _one_number(fun(*inputs.args(variables)), False, "hvp")
        first = sweep(value, variables, create_graph=True)
        found = sweep(first, variables, directions, create_graph=outer)
    products = inputs.like(found if outer else [array.detach() for array in found])
    return products[0] if isinstance(primals, native.ndarray) else products


__all__ = ["grad", "hvp", "jvp", "pushed", "value_and_grad", "vjp"]
