"""Operators of `mx.nd.contrib`, and control flow: `foreach`, `while_loop`, `cond`.

>>> from weft import mxnet as mx
>>> totals, last = mx.nd.contrib.foreach(
...     lambda row, total: (row + total, row + total), mx.nd.ones((3, 2)), mx.nd.zeros(2))
>>> totals.shape, last.asnumpy()
((3, 2), array([3., 3.], dtype=float32))
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.mxnet._operators._arguments import by_name
from weft.mxnet.ndarray._array import NDArray, plain, shaped
from weft.mxnet.ndarray._creation import array
from weft.mxnet.ndarray._functions import finder, function_of, names_behind
from weft.mxnet.ndarray._graphs import dgl_adjacency, edge_id  # noqa: F401 - public here
from weft.mxnet.ndarray._sparse import CSRNDArray


def foreach(
    body: Callable[..., Any], data: Any, init_states: Any, name: str = "foreach"
) -> tuple[Any, Any]:
    """Runs `body(row, states)` for each row of arrays, handing states from one to the next.

    Returns the outputs, stacked, and the last states. Raises TypeError for what are no arrays.
    """
    for name, value in (("data", data), ("init_states", init_states)):
        _require_arrays("foreach", name, value)
    return npx.foreach(body, data, init_states)


def _require_arrays(where: str, name: str, value: Any) -> None:
    if isinstance(value, list | tuple):
        for item in value:
            _require_arrays(where, name, item)
    elif not isinstance(value, ndarray):
        raise InvalidType(
            f"{where}: `{name}` must be an array or lists of arrays; got {type(value).__name__}"
        )


def while_loop(
    cond: Callable[..., Any],
    func: Callable[..., Any],
    loop_vars: Any,
    max_iterations: int | None = None,
    name: str = "while_loop",
) -> tuple[Any, Any]:
    """Runs `func(*loop_vars)` while `cond(*loop_vars)` is not 0, `max_iterations` times at most.

    func: gives outputs of the step and the new variables

    Returns the outputs, stacked to `max_iterations` rows of which those of steps that were not made
    are zero, and the last variables. No step at all gives no outputs: []. Raises ValueError without
    `max_iterations` and without variables.
    """
    if max_iterations is None:
        raise InvalidValue("while_loop: `max_iterations` must be given; got None")
    if isinstance(loop_vars, list | tuple) and not loop_vars:
        raise InvalidValue("while_loop: `loop_vars` must have at least one array; got none")
    try:
        count = int(max_iterations)
    except (TypeError, ValueError):
        raise InvalidValue(
            f"while_loop: `max_iterations` must be an integer; got {max_iterations!r}"
        ) from None
    steps = 0

    def step(*given: Any) -> Any:
        nonlocal steps
        steps += 1
        found = func(*given)
        if not isinstance(found, list | tuple) or len(found) != 2:
            return found
        return (() if found[0] is None else found[0]), found[1]

    outputs, last = npx.while_loop(cond, step, loop_vars, count)
    if not steps or outputs is None or (isinstance(outputs, tuple) and not outputs):
        return [], last
    return _listed(outputs), last


def _listed(value: Any) -> Any:
    return list(map(_listed, value)) if isinstance(value, tuple) else value


def cond(
    pred: Any, then_func: Callable[[], Any], else_func: Callable[[], Any], name: str = "cond"
) -> Any:
    """What `then_func()` gives if the only element of `pred` is not 0, else what `else_func()`
    gives."""
    return npx.cond(pred, then_func, else_func)


def _asked(name: str, function: Callable[[Any], Any], what: str) -> Callable[[NDArray], NDArray]:
    def call(data: NDArray) -> NDArray:
        x = plain(data)
        return shaped(function(x).astype(x.dtype))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"1 where an element is {what}, 0 elsewhere, in the dtype of the array."
    return call


isfinite = _asked("isfinite", np.isfinite, "finite")
isinf = _asked("isinf", np.isinf, "infinite")
isnan = _asked("isnan", np.isnan, "no number")


def getnnz(data: Any, axis: int | None = None, out: Any = None, name: Any = None) -> NDArray:
    """How many elements a csr matrix stores, int64: of all, of each column (axis 0) or row (1).

    Raises TypeError for an array of another kind, ValueError for another axis.
    """
    if not isinstance(data, CSRNDArray):
        raise InvalidType(f"getnnz: `data` must be a CSRNDArray; got {type(data).__name__}")
    if axis is None:
        found = numpy.array([data.indices.size])
    elif axis == 0:
        found = numpy.bincount(data.indices.asnumpy(), minlength=data.shape[1])
    elif axis == 1:
        found = numpy.diff(data.indptr.asnumpy())
    else:
        raise InvalidValue(f"getnnz: `axis` must be None, 0 or 1; got {axis!r}")
    return array(found, dtype="int64")


def rand_zipfian(
    true_classes: NDArray, num_sampled: int, range_max: int, ctx: Any = None
) -> tuple[NDArray, NDArray, NDArray]:
    """Classes drawn with the chance log((c + 2) / (c + 1)) / log(range_max + 1) of class c.

    Returns the classes, int64; and how often the true classes, and the drawn ones, are expected.
    """
    scale = math.log(range_max + 1)
    drawn = np.random.uniform(0.0, scale, (num_sampled,), "float64")
    classes = (np.floor(np.exp(drawn)).astype("int64") - 1) % range_max

    def expected(numbers: Any) -> NDArray:
        found = numpy.asarray(numbers.asnumpy(), "float64")
        return array(numpy.log((found + 2) / (found + 1)) / scale * num_sampled, dtype="float64")

    return shaped(classes), expected(true_classes), expected(classes)


def _rescaled(rescale_grad: Any) -> Any:
    """A factor of gradients as an array."""
    if isinstance(rescale_grad, ndarray):
        return rescale_grad
    return array([float(rescale_grad)])


def _of_one(op: str, name: str) -> Callable[..., Any]:
    """An update of one weight. What it changes besides is changed in place."""
    states = ("weight32",) if op.startswith("_mp") else ()
    names = ("weight", "grad", "mean", "var", *states, "rescale_grad", "lr", "eta", "beta1")
    names = (*names, "beta2", "epsilon", "wd", "clip_gradient", "out", "name")
    count = 5 + len(states)

    def call(*args: Any, **kwargs: Any) -> Any:
        given = by_name(name, names, args, kwargs)
        given["rescale_grad"] = _rescaled(given.get("rescale_grad", 1.0))
        inputs = [given.pop(key, None) for key in names[:count]]
        return function_of(op, name)(*inputs, **given)

    return _named(call, name, op)


def _of_many(op: str, name: str, has_factor: bool) -> Callable[..., Any]:
    """An update of many weights, whose arrays come as lists. With a factor of gradients, or with
    counts of steps."""
    parts = ("weights", "grads", "mean", "var", *(("weights32",) if "_mp_" in op else ()))
    rest = ("rescale_grad", "lrs", "wds", "etas", "out", "name", "size")
    if not has_factor:
        rest = ("step_count", "lrs", "wds", "out", "num_tensors", "beta1", "beta2", "epsilon")
        rest = (*rest, "rescale_grad", "lower_bound", "upper_bound", "bias_correction")
    rest = (*rest, "clip_gradient", *(("beta1", "beta2", "epsilon") if has_factor else ()))

    def call(*args: Any, **kwargs: Any) -> Any:
        given = by_name(name, (*parts, *rest), args, kwargs)
        lists = [given.pop(key) for key in parts]
        data = [x for row in zip(*lists, strict=True) for x in row]
        given.pop("size" if has_factor else "num_tensors", None)
        if has_factor:
            data.append(_rescaled(given.pop("rescale_grad", 1.0)))
            given["num_weights"] = len(lists[0])
        else:
            given["num_tensors"] = len(lists[0])
            given["learning_rates"] = given.pop("lrs")
        return function_of(op, name)(*data, **given)

    return _named(call, name, op)


def _named(function: Callable[..., Any], name: str, op: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"MXNet's update `{op}` on arrays; running means change in place."
    return function


_UPDATES: dict[str, Callable[..., Any]] = {}
for _kind in ("adamw", "adabelief"):
    for _mixed in ("", "mp_"):
        _word = f"{_mixed}{_kind}_update"
        _UPDATES[_word] = _of_one(f"_{_word}", _word)
        _UPDATES[f"multi_{_word}"] = _of_many(f"_multi_{_word}", f"multi_{_word}", True)
for _kind in ("lamb", "lans"):
    for _mixed in ("", "mp_"):
        _word = f"multi_{_mixed}{_kind}_update"
        _UPDATES[_word] = _of_many(f"_{_word}", _word, False)
globals().update(_UPDATES)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.contrib", ("_contrib_",), globals())

_OWN = ("cond", "foreach", "getnnz", "isfinite", "isinf", "isnan", "rand_zipfian", "while_loop")
_OWN = (*_OWN, "dgl_adjacency", "edge_id")
__all__: Any = sorted({*_OWN, *_UPDATES, *names_behind(("_contrib_",))})
__dir__ = __all__.copy
