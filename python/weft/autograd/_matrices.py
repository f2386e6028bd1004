"""Matrices of first and second derivatives: products with unit vectors, all at once by `vmap`."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidState, Unsupported
from weft._transforms import trees
from weft.autograd._derivatives import grad, jvp, vjp
from weft.autograd._inputs import ArgNums, Differentiated, check_argnums


def jacrev(
    fun: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that gives all first derivatives of `fun`, by products from the left: one sweep
    for each number of the result. For functions of many numbers that give few.

    All sweeps run at once where `fun` can be traced, as `weft.vmap` does it; else one after the
    other.

    argnums: which positional arguments are differentiated
    has_aux: `fun` returns a pair (result, aux), and so does what is returned

    Returns, nested like the result, for each of its arrays what is nested like the argument (a
    tuple of that for several argnums), with arrays of shape `result.shape + argument.shape`.

    >>> from weft import np
    >>> jacrev(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    check_argnums("jacrev", argnums)

    @functools.wraps(fun, updated=())
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        inputs = Differentiated("jacrev", args, argnums)
        value, pullback, *aux = vjp(
            lambda *leaves: fun(*inputs.args(leaves), **kwargs), *inputs.leaves, has_aux=has_aux
        )
        outputs = [leaf.value for leaf in trees.leaves_of(value)]

        def row(number: int, vector: Any) -> list[Any]:
            """The gradients, with respect to all leaves, of one array of the result."""
            vectors = [np.zeros_like(output) for output in outputs]
            vectors[number] = vector
            return list(pullback(trees.like(value, vectors)))

        blocks = []
        for number, output in enumerate(outputs):
            rows = _along_units(functools.partial(row, number), output, inputs.leaves)
            shaped = [
                block.reshape(output.shape + leaf.shape)
                for block, leaf in zip(rows, inputs.leaves, strict=True)
            ]
            blocks.append(inputs.like(shaped))
        matrix = trees.joined(value, blocks)
        return (matrix, aux[0]) if has_aux else matrix

    return jacobian


def jacfwd(
    fun: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """What `jacrev` gives, by products from the right: one for each number of the arguments. For
    functions of few numbers that give many.

    Such a product is two sweeps back, since the core has no forward mode; the first one is the same
    for all.

    >>> from weft import np
    >>> jacfwd(lambda t: np.stack([np.cos(t), np.sin(t)]))(np.array(0.0))
    array([-0.,  1.])
    """

    check_argnums("jacfwd", argnums)

    @functools.wraps(fun, updated=())
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        inputs = Differentiated("jacfwd", args, argnums)
        found = fun(*args, **kwargs)
        value, aux = found if has_aux else (found, None)
        outputs = trees.arrays_of(value, "jacfwd", "fun(...)")

        def plain(*leaves: Any) -> list[Any]:
            result = fun(*inputs.args(leaves), **kwargs)
            result = result[0] if has_aux else result
            return trees.arrays_of(result, "jacfwd", "fun(...)")

        def column(number: int, vector: Any) -> list[Any]:
            """The change of all results along one array of the arguments."""
            vectors = [np.zeros_like(leaf) for leaf in inputs.leaves]
            vectors[number] = vector
            changes: list[Any] = jvp(plain, inputs.leaves, vectors)[1]
            return changes

        blocks: list[list[Any]] = [[] for _ in outputs]
        for number, leaf in enumerate(inputs.leaves):
            columns = _along_units(functools.partial(column, number), leaf, outputs)
            for block, output, change in zip(blocks, outputs, columns, strict=True):
                block.append(np.moveaxis(change, 0, -1).reshape(output.shape + leaf.shape))
        matrix = trees.joined(value, [inputs.like(block) for block in blocks])
        return (matrix, aux) if has_aux else matrix

    return jacobian


def hessian(
    fun: Callable[..., Any], argnums: ArgNums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that gives all second derivatives of `fun`, which gives one number: `jacfwd` of
    its gradient.

    Returns, nested like the argument, for each of its arrays what is nested like the argument, with
    arrays of shape `first.shape + second.shape`; tuples of tuples for several argnums.

    >>> from weft import np
    >>> hessian(lambda x: (x * x * x).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    check_argnums("hessian", argnums)
    return jacfwd(grad(fun, argnums, has_aux=has_aux), argnums, has_aux)


def _along_units(
    product: Callable[[Any], list[Any]], vector: Any, results: Sequence[Any]
) -> list[Any]:
    """The products with all unit vectors shaped like `vector`, stacked along a new axis 0."""
    from weft._batching.vmap import vmap

    if not vector.size:
        return [np.zeros((0, *result.shape), dtype=result.dtype) for result in results]
    units = np.eye(vector.size, dtype=vector.dtype).reshape((vector.size, *vector.shape))
    try:
        return list(vmap(product)(units))
    except (InvalidState, Unsupported):
        # The function looks at values, or draws random numbers: a trace of it is no use.
        products = [product(units[i]) for i in range(vector.size)]
        return [np.stack(parts) for parts in zip(*products, strict=True)]


jacobian = jacrev  # PyTorch's name

__all__ = ["hessian", "jacfwd", "jacobian", "jacrev"]
