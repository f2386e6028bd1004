"""Checks of symbols and blocks: results against expected ones, gradients against differences."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet import autograd, symbol
from weft.mxnet import ndarray as nd
from weft.mxnet.test_utils._arrays import rand_ndarray
from weft.mxnet.test_utils._comparing import (
    OnHost,
    assert_almost_equal,
    compare_ndarray_tuple,
    default_numeric_eps,
    get_atol,
    get_rtol,
    host_values,
)
from weft.mxnet.test_utils._environment import default_device


def _array(value: Any, ctx: Any, dtype: Any) -> Any:
    """An argument as an array of its own: of `mx.nd` unless it is an array already.

    dtype: what it becomes; "asnumpy" keeps its own
    """
    if isinstance(value, OnHost):
        return value.copy()
    values = numpy.asarray(value)
    return nd.array(values, ctx=ctx, dtype=values.dtype if dtype == "asnumpy" else dtype)


def _stored(array: Any, name: str, stypes: Any) -> Any:
    """Where a gradient goes: the array, or a sparse one of its shape that stores nothing."""
    stype = (stypes or {}).get(name) or "default"
    if stype == "default":
        return array
    return nd.sparse.zeros(stype, array.shape, ctx=array.context, dtype=array.dtype)


def _named(
    sym: Any, given: Any, names: Sequence[str], what: str, ctx: Any, dtype: Any
) -> dict[str, Any]:
    """Values by name, as arrays."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        if set(given) - set(names):
            raise InvalidValue(
                f"{what}: names must be those of the symbol, {list(names)}; got {list(given)}"
            )
        pairs = list(given.items())
    else:
        pairs = list(zip(names, given, strict=False))
    return {name: _array(value, ctx, dtype) for name, value in pairs}


def _requests(grad_req: Any, names: Sequence[str]) -> dict[str, str]:
    if isinstance(grad_req, str):
        return dict.fromkeys(names, grad_req)
    if isinstance(grad_req, list | tuple):
        return dict(zip(names, grad_req, strict=True))
    return {name: grad_req.get(name, "null") for name in names}


def check_symbolic_forward(
    sym: Any,
    location: Any,
    expected: Any,
    rtol: Any = None,
    atol: Any = None,
    aux_states: Any = None,
    ctx: Any = None,
    equal_nan: bool = False,
    dtype: Any = numpy.float32,
) -> list[Any]:
    """Raises AssertionError unless a symbol's outputs are as expected; the outputs.

    location: arguments, as a list or by name; expected: outputs, as a list or by name
    """
    ctx = ctx or default_device()
    arguments = _named(sym, location, sym.list_arguments(), "location", ctx, dtype)
    states = _named(sym, aux_states, sym.list_auxiliary_states(), "aux_states", ctx, dtype)
    executor = sym._bind(ctx, args=arguments, args_grad=None, aux_states=states)
    executor.forward(is_train=False)
    if isinstance(expected, Mapping):
        expected = [expected[name] for name in sym.list_outputs()]
    found = [output.asnumpy() for output in executor.outputs]
    for name, wanted, value in zip(sym.list_outputs(), expected, found, strict=True):
        assert_almost_equal(
            wanted, value, rtol, atol, (f"EXPECTED_{name}", f"FORWARD_{name}"), equal_nan
        )
    return list(executor.outputs)


def check_symbolic_backward(
    sym: Any,
    location: Any,
    out_grads: Any,
    expected: Any,
    rtol: Any = None,
    atol: Any = None,
    aux_states: Any = None,
    grad_req: Any = "write",
    ctx: Any = None,
    grad_stypes: Any = None,
    equal_nan: bool = False,
    dtype: Any = numpy.float32,
) -> Any:
    """Raises AssertionError unless a symbol's gradients are as expected; the gradients by name.

    out_grads: gradients of the outputs; expected: those of the arguments, by name or in order
    grad_req: 'write', 'add' or 'null', also by name: 'add' begins with random numbers
    grad_stypes: how gradients are stored, by name
    """
    ctx = ctx or default_device()
    names = sym.list_arguments()
    arguments = _named(sym, location, names, "location", ctx, dtype)
    states = _named(sym, aux_states, sym.list_auxiliary_states(), "aux_states", ctx, dtype)
    if not isinstance(expected, Mapping):
        expected = dict(zip(names, expected, strict=False))
    requests = _requests(grad_req, names)
    begins = {
        name: _array(numpy.random.normal(size=value.shape).astype(value.dtype), ctx, value.dtype)
        for name, value in arguments.items()
        if name in expected and requests.get(name) != "null"
    }
    before = {name: value.asnumpy().copy() for name, value in begins.items()}
    begins = {name: _stored(array, name, grad_stypes) for name, array in begins.items()}
    executor = sym._bind(
        ctx, args=arguments, args_grad=begins, aux_states=states, grad_req=requests
    )
    executor.forward(is_train=True)
    if isinstance(out_grads, Mapping):
        out_grads = [out_grads[name] for name in sym.list_outputs()]
    heads = None if out_grads is None else [_array(one, ctx, dtype) for one in out_grads]
    executor.backward(heads)
    for name, wanted in expected.items():
        if requests.get(name) == "null" or name not in executor.grad_dict:
            continue
        found = executor.grad_dict[name].asnumpy()
        if requests.get(name) == "add":
            found = found - before[name]
        pair = (f"EXPECTED_{name}", f"BACKWARD_{name}")
        assert_almost_equal(wanted, found, rtol, atol, pair, equal_nan)
    return dict(executor.grad_dict)


def numeric_grad(
    executor: Any,
    location: dict[str, Any],
    aux_states: Any = None,
    eps: float = 1e-4,
    use_forward_train: bool = True,
    dtype: Any = numpy.float32,
) -> dict[str, numpy.ndarray]:
    """The gradients of the first output's sum, by central differences of each element."""
    values = {name: host_values(value).astype("float64") for name, value in location.items()}
    kept = {} if aux_states is None else {n: host_values(v).copy() for n, v in aux_states.items()}

    def output(name: str, changed: numpy.ndarray) -> numpy.ndarray:
        executor.arg_dict[name][...] = changed.astype(dtype)
        for state, value in kept.items():
            executor.aux_dict[state][...] = value
        executor.forward(is_train=use_forward_train)
        found: numpy.ndarray = executor.outputs[0].asnumpy().astype("float64")
        return found

    found = {}
    for name, value in values.items():
        if value.dtype.kind != "f":
            continue
        slopes = numpy.zeros(value.shape)
        for place in numpy.ndindex(*value.shape):
            ends = []
            for step in (eps / 2, -eps / 2):
                changed = value.copy()
                changed[place] += step
                ends.append(output(name, changed))
            # Elements that stay as they are cancel before they are summed up.
            slopes[place] = (ends[0] - ends[1]).sum() / eps
        executor.arg_dict[name][...] = value.astype(dtype)
        found[name] = slopes
    return found


def check_numeric_gradient(
    sym: Any,
    location: Any,
    aux_states: Any = None,
    numeric_eps: float | None = None,
    rtol: Any = None,
    atol: Any = None,
    grad_nodes: Any = None,
    use_forward_train: bool = True,
    ctx: Any = None,
    grad_stype_dict: Any = None,
    dtype: Any = numpy.float32,
) -> None:
    """Raises AssertionError unless a symbol's gradients agree with central differences.

    The symbol's outputs get random factors, so that each counts.
    grad_nodes: names of arguments whose gradients are looked at, all by default; or what is done
        with the gradient of each, 'write', 'add' or 'null'
    grad_stype_dict: how gradients are stored, by name
    """
    if dtype not in (numpy.float16, numpy.float32, numpy.float64):
        raise InvalidType(f"check_numeric_gradient: `dtype` must be floating; got {dtype}")
    ctx = ctx or default_device()
    names = sym.list_arguments()
    arguments = _named(sym, location, names, "location", ctx, dtype)
    states = _named(sym, aux_states, sym.list_auxiliary_states(), "aux_states", ctx, dtype)
    eps = default_numeric_eps()[numpy.dtype(dtype)] if numeric_eps is None else numeric_eps
    if grad_nodes is None:
        grad_nodes = [name for name in names if host_values(arguments[name]).dtype.kind == "f"]
    asked = grad_nodes if isinstance(grad_nodes, Mapping) else dict.fromkeys(grad_nodes, "write")
    wanted = [name for name, request in asked.items() if request != "null"]
    inner = sym._bind(ctx, args=arguments, aux_states=states)
    shape = inner.forward(is_train=use_forward_train)[0].shape
    factors = (numpy.random.uniform(size=shape) + 0.1).astype(dtype)  # none is near 0
    weight = symbol.var("__random_factors")
    plain = sym.as_nd_ndarray()
    first = plain[0] if len(sym.list_outputs()) > 1 else plain
    whole = symbol.broadcast_mul(first, weight)
    every = {**arguments, "__random_factors": _array(factors, ctx, dtype)}
    requests = {name: asked.get(name, "null") for name in every}
    zeros = {name: _array(numpy.zeros(every[name].shape, dtype), ctx, dtype) for name in wanted}
    gradients = {name: _stored(array, name, grad_stype_dict) for name, array in zeros.items()}
    executor = whole._bind(
        ctx, args=every, args_grad=gradients, grad_req=requests, aux_states=states
    )
    executor.forward(is_train=True)
    executor.backward()
    exact = {name: executor.grad_dict[name].asnumpy() for name in wanted}
    slopes = numeric_grad(
        executor, {n: every[n] for n in wanted}, states, eps, use_forward_train, dtype
    )
    for name in wanted:
        pair = (f"NUMERICAL_{name}", f"BACKWARD_{name}")
        assert_almost_equal(
            slopes[name], exact[name], get_rtol(rtol, dtype), get_atol(atol, dtype), pair
        )


def _take_values(net: Any, data: Sequence[Any], first: dict[str, Any]) -> None:
    """Gives the parameters the values in `first`, or keeps theirs there if it is empty."""
    parameters = net.collect_params()
    if any(parameter.is_deferred for parameter in parameters.values()):
        net(*data)
    for name, parameter in parameters.items():
        parameter.set_data(first.setdefault(name, parameter.data().copy()))


def check_gluon_hybridize_consistency(
    net_builder: Callable[[], Any],
    data_l: Sequence[Any],
    numpy_func: Callable[..., Any] | None = None,
    test_grad: bool = True,
    rtol: float = 1e-4,
    atol: float = 1e-4,
) -> None:
    """Raises AssertionError unless a block gives the same, gradients included, when it is
    hybridized, and what a function of NumPy gives."""
    outputs, gradients = None, None
    first: dict[str, Any] = {}
    for is_hybrid in (False, True):
        net = net_builder()
        net.initialize()
        _take_values(net, data_l, first)
        if is_hybrid:
            net.hybridize()
        data = [one.copy() for one in data_l]
        for one in data:
            if one.dtype.kind == "f":
                one.attach_grad()
        with autograd.record(train_mode=test_grad):
            found = net(*data)
        if test_grad:
            found.backward()
        now = found.asnumpy()
        slopes = [one.grad.asnumpy() for one in data if test_grad and one.dtype.kind == "f"]
        if outputs is None:
            outputs, gradients = now, slopes
            continue
        assert_almost_equal(outputs, now, rtol, atol)
        for one, other in zip(gradients or [], slopes, strict=True):
            assert_almost_equal(one, other, rtol, atol)
    if numpy_func is not None:
        assert_almost_equal(numpy_func(*[one.asnumpy() for one in data_l]), outputs, rtol, atol)


def check_consistency(
    sym: Any,
    ctx_list: Sequence[dict[str, Any]],
    scale: float = 1.0,
    grad_req: str = "write",
    arg_params: Any = None,
    aux_params: Any = None,
    rtol: Any = None,
    atol: Any = None,
    raise_on_err: bool = True,
    ground_truth: Any = None,
    equal_nan: bool = False,
    use_uniform: bool = False,
    rand_type: Any = numpy.float64,
) -> Any:
    """Raises AssertionError unless a symbol gives the same under several settings.

    ctx_list: dicts with `ctx`, the shapes of the arguments and `type_dict`, their dtypes; the one
        of the finest dtype is the truth

    Returns outputs and gradients of that one.
    """
    if len(ctx_list) < 2:
        raise InvalidValue("check_consistency: `ctx_list` must have two settings or more")
    symbols = list(sym) if isinstance(sym, list | tuple) else [sym] * len(ctx_list)
    runs = []
    drawn: dict[str, numpy.ndarray] = dict(arg_params or {})
    for one, setting in zip(symbols, ctx_list, strict=True):
        setting = dict(setting)
        ctx, types = setting.pop("ctx"), setting.pop("type_dict", {})
        executor = one._simple_bind(ctx, grad_req=grad_req, type_dict=types, **setting)
        for name, array in executor.arg_dict.items():
            if name not in drawn:
                draw = numpy.random.uniform if use_uniform else numpy.random.normal
                low = -0.92 if use_uniform else 0.0
                drawn[name] = draw(low * scale, 0.92 * scale if use_uniform else scale, array.shape)
            array[...] = numpy.asarray(host_values(drawn[name])).astype(array.dtype)
        for name, array in executor.aux_dict.items():
            array[...] = 0 if aux_params is None else host_values(aux_params[name])
        executor.forward(is_train=grad_req != "null")
        if grad_req != "null":
            executor.backward(executor.outputs)
        runs.append((executor, min(_rank(o) for o in executor.outputs)))
    best = max(range(len(runs)), key=lambda place: runs[place][1])
    truth = ground_truth or _results(runs[best][0], grad_req)
    for executor, _ in runs:
        for name, value in _results(executor, grad_req).items():
            limits = [get_rtol(rtol, _finer(value.dtype)), get_atol(atol, _finer(value.dtype))]
            assert_almost_equal(value, truth[name], *limits, equal_nan=equal_nan)
    return truth


def _finer(dtype: Any) -> Any:
    return dtype if numpy.dtype(dtype) in default_numeric_eps() else numpy.float32


def _rank(array: Any) -> int:
    return numpy.dtype(array.dtype).itemsize


def _results(executor: Any, grad_req: str) -> dict[str, Any]:
    found = {f"output{n}": one.asnumpy() for n, one in enumerate(executor.outputs)}
    if grad_req != "null":
        found |= {name: g.asnumpy() for name, g in executor.grad_dict.items() if g is not None}
    return found


def check_speed(
    sym: Any,
    location: Any = None,
    ctx: Any = None,
    N: int = 20,  # noqa: N803
    grad_req: str | None = None,
    typ: str = "whole",
    **kwargs: Any,
) -> float:
    """Seconds of one run of a symbol, the mean of `N`; `typ` is 'whole' or 'forward'."""
    if typ not in ("whole", "forward"):
        raise InvalidValue(f"check_speed: `typ` must be 'whole' or 'forward'; got {typ!r}")
    executor = sym._simple_bind(ctx or default_device(), grad_req=grad_req or "write", **kwargs)
    for name, value in (location or {}).items():
        executor.arg_dict[name][...] = value
    begin = time.time()
    for _ in range(N):
        executor.forward(is_train=typ == "whole")
        if typ == "whole":
            executor.backward(executor.outputs)
    for output in executor.outputs:
        output.wait_to_read()
    return (time.time() - begin) / N


def same_symbol_structure(sym1: Any, sym2: Any) -> bool:
    """Have two symbols the same operators, connected in the same way?"""

    def shape_of(sym: Any) -> list[Any]:
        graph = json.loads(sym.tojson())
        return [[node["op"], [place[:2] for place in node["inputs"]]] for node in graph["nodes"]]

    return shape_of(sym1) == shape_of(sym2)


def np_symbol(handle: Any) -> Any:
    """A symbol with NumPy's functions as methods."""
    return handle.as_np_ndarray()


def compare_optimizer(
    opt1: Any,
    opt2: Any,
    shapes: Any,
    dtype: Any,
    w_stype: str = "default",
    g_stype: str = "default",
    rtol: float = 1e-4,
    atol: float = 1e-5,
    compare_states: bool = True,
    ntensors: int | None = None,
) -> None:
    """Raises AssertionError unless two optimizers update weights in the same way.

    The first one gets arrays that are stored as a whole, the second one those of `w_stype` and
    `g_stype`; each gets all of them in one call.
    """
    _compare_updates(
        opt1, opt2, shapes, dtype, w_stype, g_stype, rtol, atol, compare_states, lambda: None
    )


def _compare_updates(
    opt1: Any,
    opt2: Any,
    shapes: Any,
    dtype: Any,
    w_stype: str,
    g_stype: str,
    rtol: float,
    atol: float,
    compare_states: bool,
    prepare: Callable[[], None],
) -> None:
    """`compare_optimizer`, which calls `prepare` before each of the two updates."""
    weights, gradients = [], []
    for shape in [shapes] if isinstance(shapes, tuple) else list(shapes):
        weights.append(_positive(shape, w_stype, 1, dtype))
        gradients.append(_positive(shape, g_stype, 0.5, dtype))
    whole_weights = [one.copy().tostype("default") for one in weights]
    whole_gradients = [one.copy().tostype("default") for one in gradients]
    numbers = list(range(len(weights)))
    states1 = [opt1.create_state_multi_precision(n, whole_weights[n]) for n in numbers]
    states2 = [opt2.create_state_multi_precision(n, weights[n]) for n in numbers]
    prepare()
    opt1.update_multi_precision(numbers, whole_weights, whole_gradients, states1)
    prepare()
    opt2.update_multi_precision(numbers, weights, gradients, states2)
    if compare_states:
        compare_ndarray_tuple(tuple(states1), tuple(states2), rtol, atol)
    for wanted, weight in zip(whole_weights, weights, strict=True):
        assert_almost_equal(wanted, weight, rtol=rtol, atol=atol)


def _positive(shape: Any, stype: str, density: float, dtype: Any) -> Any:
    """A random array with numbers from 0 to 1."""
    if stype == "default":
        return nd.array(numpy.random.rand(*shape), ctx=default_device(), dtype=dtype)
    return rand_ndarray(shape, stype, density=density, dtype=dtype)


def compare_optimizer_noise_seeded(
    opt1: Any,
    opt2: Any,
    shapes: Any,
    dtype: Any,
    noise_seed: int,
    w_stype: str = "default",
    g_stype: str = "default",
    rtol: float = 1e-4,
    atol: float = 1e-5,
    compare_states: bool = True,
) -> None:
    """`compare_optimizer` for optimizers that draw noise, both from the same seed."""

    def prepare() -> None:
        np.random.seed(noise_seed)

    _compare_updates(
        opt1, opt2, shapes, dtype, w_stype, g_stype, rtol, atol, compare_states, prepare
    )


__all__ = [
    "check_consistency",
    "check_gluon_hybridize_consistency",
    "check_numeric_gradient",
    "check_speed",
    "check_symbolic_backward",
    "check_symbolic_forward",
    "compare_optimizer",
    "compare_optimizer_noise_seeded",
    "np_symbol",
    "numeric_grad",
    "same_symbol_structure",
]
