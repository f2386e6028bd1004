"""Executors: a symbol on arrays. `forward` runs the graph as one plan, `backward` gives gradients.

>>> from weft import mxnet as mx
>>> x = mx.sym.Variable("x")
>>> run = mx.sym.sum(x * x).simple_bind(x=(2,))
>>> run.arg_dict["x"][:] = 3
>>> run.forward(is_train=True)[0].asnumpy()
array([18.], dtype=float32)
>>> run.backward()
>>> run.grad_dict["x"].asnumpy()
array([6., 6.], dtype=float32)
"""

import functools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from weft import autograd
from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft._base.spelling import hint
from weft._core import native
from weft.mxnet._reading.graph import GraphNode
from weft.mxnet.ndarray._array import Sparse, plain
from weft.mxnet.symbol import _storages
from weft.mxnet.symbol._arrays import array_of, wrapped, zeros
from weft.mxnet.symbol._inference import Inference
from weft.mxnet.symbol._inputs import output_names, parameters_of
from weft.mxnet.symbol._merging import merged_heads
from weft.mxnet.symbol._modes import given_shape, outward
from weft.mxnet.symbol._running import Function, with_known_shapes
from weft.mxnet.symbol._storages import shown, stype_of, whole

# What monitors call inputs of operators that have no names for them.
_UNNAMED = {"Activation": "input", "SoftmaxActivation": "input", "UpSampling": "arg"}

# Operators whose gradient is zero, so that MXNet does not look at that of their results.
_CONSTANT = frozenset({"argmax", "argmax_channel", "argmin", "argsort"})

_REQUESTS = ("write", "add", "inplace", "null")


class Executor:
    """A symbol on arrays, made by `bind` and `simple_bind`.

    arg_dict, grad_dict, aux_dict: arrays by name; a gradient is None where `grad_req` is 'null'
    arg_arrays, grad_arrays, aux_arrays: the same, in the order of the symbol's lists
    outputs: what the last `forward` gave
    """

    def __init__(
        self,
        symbol: Any,
        ctx: Any,
        arrays: Mapping[str, Any],
        grad_req: Mapping[str, str],
        grads: Mapping[str, Any],
        function: Function,
    ) -> None:
        self._symbol, self._ctx, self._device = symbol, ctx, ctx
        self.arg_dict = {name: arrays[name] for name in symbol.list_arguments()}
        self.aux_dict = {name: arrays[name] for name in symbol.list_auxiliary_states()}
        self._grad_req = dict(grad_req)
        self._given = dict(grads)
        self._function = function
        by_name = {name: stype_of(array) for name, array in self.arg_dict.items()}
        self._stypes = _storages.of_outputs(symbol._heads, by_name)
        for name, stype in _storages.of_gradients(symbol._heads, by_name).items():
            # Programs keep what `grad_dict` gave them, so one array is written again and again.
            array = self.arg_dict[name]
            if self._grad_req[name] != "null" and name not in self._given:
                self._given[name] = _storages.zeros(array.shape, array.dtype, ctx, stype)
        self._results: list[Any] = []  # the outputs as whole arrays, with their history
        self._outputs: list[Any] | None = None
        self._has_history = False
        self._is_train = False
        self._monitor: Callable[[str, Any], None] | None = None
        self._monitors_all = False
        self._is_merged = os.getenv("MXNET_ELIMINATE_COMMON_EXPR", "1") != "0"
        self._trail: list[tuple[str, list[Any]]] = []  # nodes that a monitor saw, with their inputs
        # Arrays with a gradient of the program's own, which `backward` leaves as it is.
        self._lent: list[str] = []
        for name, array in self.arg_dict.items():
            request = self._grad_req[name]
            leaf = whole(array)
            given = whole(self._given[name]) if name in self._given else None
            has_own = leaf.grad is not None and given is not None
            if request != "null" and has_own and not native.shares_box(leaf.grad, given):
                self._lent.append(name)
                continue
            if request != "null" and (leaf.grad is None or leaf.grad_req != request):
                array.attach_grad("write" if name in self._given else request)
        for array in self.aux_dict.values():
            native.set_state(array, True)

    def __reduce__(self) -> Any:
        raise InvalidType(
            "Executor: is on arrays of the program, so it is not copied and not pickled; copy its "
            "symbol and its arrays, and bind these"
        )

    # ---- arrays ------------------------------------------------------------------------------

    @property
    def grad_dict(self) -> dict[str, Any]:
        """The gradients by argument."""
        return {
            name: None if self._grad_req[name] == "null" else self._given.get(name, array.grad)
            for name, array in self.arg_dict.items()
        }

    @property
    def arg_arrays(self) -> list[Any]:
        """The arrays of `list_arguments()`."""
        return list(self.arg_dict.values())

    @property
    def grad_arrays(self) -> list[Any]:
        """The gradients of `list_arguments()`."""
        return list(self.grad_dict.values())

    @property
    def aux_arrays(self) -> list[Any]:
        """The arrays of `list_auxiliary_states()`."""
        return list(self.aux_dict.values())

    @property
    def outputs(self) -> list[Any]:
        """What the last `forward` gave; before the first one, what it would give."""
        if self._outputs is None:
            self.forward()
        assert self._outputs is not None
        return self._outputs

    @property
    def output_dict(self) -> dict[str, Any]:
        """The outputs by name."""
        return dict(zip(self._symbol.list_outputs(), self.outputs, strict=True))

    # ---- running -----------------------------------------------------------------------------

    def forward(self, is_train: bool = False, **kwargs: Any) -> list[Any]:
        """Runs the graph: dropout and batch norms as in training where `is_train`.

        kwargs: new elements of arguments by name. Raises LookupError for an unknown name,
        ValueError for another shape.
        """
        for name, value in kwargs.items():
            _write("forward", self.arg_dict, name, value)
        self._is_train = bool(is_train)
        has_gradients = any(request != "null" for request in self._grad_req.values())
        self._run(is_recorded=bool(is_train) and has_gradients)
        return self.outputs

    def _run(self, is_recorded: bool) -> None:
        train = self._is_train
        mode = autograd.record(train) if is_recorded else autograd.pause(train)
        with mode:
            if self._monitor is None:
                found = self._function(train, self._inputs())
            else:
                self._trail = []
                found = self._function.watched(self._inputs(), self._watch)
        self._results = [wrapped(array) for array in found]
        pairs = zip(self._results, self._stypes, strict=True)
        if is_recorded:  # a program may write into what it gets; the history stays as it is
            pairs = zip([a.detach().copy() for a in self._results], self._stypes, strict=True)
        self._outputs = [shown(array, stype) for array, stype in pairs]
        self._has_history = is_recorded

    def _inputs(self) -> list[Any]:
        """The arrays as rules of operators take them; those without a gradient here keep one that
        they have elsewhere as it is."""
        found = []
        for name in self._function.names:
            array = self.arg_dict.get(name)
            if array is None:
                found.append(plain(self.aux_dict[name]))
            else:
                array = whole(array)
                is_leaf = self._grad_req[name] != "null" or array.grad is None
                found.append(plain(array if is_leaf else array.detach()))
        return found

    def backward(self, out_grads: Any = None, is_train: bool = True) -> None:
        """Writes or adds the gradients of the outputs to those of the arguments that have some.

        out_grads: one for each output; more are left aside. Ones by default, which output layers of
            1.x leave aside.
        """
        if all(request == "null" for request in self._grad_req.values()):
            return  # nothing is asked for
        if self._outputs is None or not self._has_history:
            self._run(is_recorded=True)  # of a `forward` that was not for training
        heads, grads = self._heads_of(out_grads)
        if heads and self._trail:
            self._watch_gradients(heads, grads)
        leaves = [
            whole(array)
            for name, array in self.arg_dict.items()
            if self._grad_req[name] == "write" or name in self._given
        ]
        kept = {name: whole(self.arg_dict[name]).grad.copy() for name in self._lent}
        for name in kept:
            native.zero_grad(whole(self.arg_dict[name]))  # its own request may be to add
        before = [native.grad_version(leaf) for leaf in leaves]
        if heads:
            autograd.backward(heads, grads)
        for leaf, version in zip(leaves, before, strict=True):
            if native.grad_version(leaf) == version:
                native.zero_grad(leaf)  # no output depends on it
        self._trail = []
        self._has_history = False
        for name, given in self._given.items():
            if self._grad_req[name] == "null":
                continue
            found = whole(self.arg_dict[name]).grad
            with autograd.pause():
                given[...] = given + found if self._grad_req[name] == "add" else found
                if name in kept:
                    found[...] = kept[name]

    def _heads_of(self, out_grads: Any) -> tuple[list[Any], list[Any] | None]:
        """The outputs that have a gradient, and what it is."""
        outputs = self._results
        if out_grads is None:
            return [array for array in outputs if native.is_recorded(array)], None
        listed = list(out_grads) if isinstance(out_grads, list | tuple) else [out_grads]
        if len(listed) < len(outputs):
            raise InvalidValue(
                f"backward: `out_grads` must have one array for each of the {len(outputs)} "
                f"outputs; got {len(listed)}"
            )
        pairs = [
            (array, array_of(whole(grad)))
            for array, grad, (node, _) in zip(outputs, listed, self._symbol._heads, strict=False)
            if grad is not None and native.is_recorded(array) and node.op not in _CONSTANT
        ]
        return [array for array, _ in pairs], [grad.reshape(a.shape) for a, grad in pairs]

    # ---- watching ----------------------------------------------------------------------------

    def set_monitor_callback(
        self, callback: Callable[[str, Any], None] | None, monitor_all: bool = False
    ) -> None:
        """Calls `callback(name, array)` with each result while the graph runs.

        monitor_all: also with the variables that nodes read
        """
        self._monitor, self._monitors_all = callback, monitor_all

    def _watch(self, op: str, name: str, read: list[Any], results: list[Any]) -> None:
        assert self._monitor is not None  # or nobody would watch
        node = self._nodes[name]
        if self._monitors_all:
            for label, array in self._read_by(node, read):
                self._monitor(label, array)
        names = output_names(op, name, node.attributes)
        for label, array in zip(names, results, strict=False):
            self._monitor(label, wrapped(array))
        self._trail.append((name, read))

    def _watch_gradients(self, heads: list[Any], grads: list[Any] | None) -> None:
        """Shows a monitor the gradient of what each node read, the last node first."""
        assert self._monitor is not None  # or there would be no trail
        arrays = {id(x): x for _, read in self._trail for x in read if x is not None}
        wanted = [x for x in arrays.values() if native.is_recorded(x)]
        found = autograd.grad(heads, wanted, grads, retain_graph=True)
        by_array = dict(zip(map(id, wanted), found, strict=True))
        for name, read in reversed(self._trail):
            for place, array in enumerate(read):
                if array is None:
                    continue
                grad = by_array.get(id(array))
                number = str(place) if len(read) > 1 else ""
                shown = zeros(array.shape, array.dtype, None) if grad is None else grad
                self._monitor(f"{name}_backward_output{number}", wrapped(shown))

    @functools.cached_property
    def _nodes(self) -> dict[str, GraphNode]:
        """By name, for monitors; variables are left out."""
        return {node.name: node for node in self._symbol._nodes() if not node.is_variable}

    def _read_by(self, node: GraphNode, read: Sequence[Any]) -> list[tuple[str, Any]]:
        """The variables that a node reads, and each of its inputs under its own name."""
        found = []
        parameters = parameters_of(node.op)
        words = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        is_fixed = node.op not in _UNNAMED and len(words) >= len(node.inputs)
        for place, (child, _) in enumerate(node.inputs):
            array = read[place] if place < len(read) else None
            if child.is_variable:
                array = self.arg_dict.get(child.name, self.aux_dict.get(child.name))
                found.append((child.name, array))
            word = words[place] if is_fixed else _UNNAMED.get(node.op, "arg") + str(place)
            if array is not None:
                found.append((f"{node.name}_{word}", wrapped(plain(array))))
        return found

    # ---- other arrays ------------------------------------------------------------------------

    def copy_params_from(
        self,
        arg_params: Mapping[str, Any],
        aux_params: Mapping[str, Any] | None = None,
        allow_extra_params: bool = False,
    ) -> None:
        """Writes arrays into those of arguments and states, by name.

        Raises ValueError for names that the symbol lacks, unless they are allowed.
        """
        for target, given in ((self.arg_dict, arg_params), (self.aux_dict, aux_params or {})):
            for name, value in given.items():
                if name in target:
                    _write("copy_params_from", target, name, value)
                elif not allow_extra_params:
                    raise InvalidValue(
                        f"copy_params_from: there is no `{name}`{hint(name, {}, target)}"
                    )

    def reshape(
        self, partial_shaping: bool = False, allow_up_sizing: bool = False, **kwargs: Any
    ) -> "Executor":
        """An executor for arguments of other shapes; arrays whose shape stays are shared, and so
        are those that `args_grad` gave.

        partial_shaping: may arguments that are not named change their shapes?
        allow_up_sizing: may arrays become larger? They get new memory, and are zeros
        """
        found = _known(self._symbol, dict(kwargs), _dtypes(self.arg_dict), "reshape")
        arrays: dict[str, Any] = {}
        grads: dict[str, Any] = {}
        for node in (*found.arguments, *found.states):
            old = self.arg_dict.get(node.name, self.aux_dict.get(node.name))
            shape = found.shape(node) or ()
            given = self._given.get(node.name)
            if tuple(old.shape) == shape:
                arrays[node.name] = old
                if given is not None:
                    grads[node.name] = given
                continue
            if not partial_shaping and node.name not in kwargs:
                raise InvalidValue(
                    f"reshape: `{node.name}` would change its shape from {tuple(old.shape)} to "
                    f"{shape}; allow it by `partial_shaping=True`"
                )
            is_larger = math.prod(shape) > math.prod(old.shape)
            if is_larger and not allow_up_sizing:
                raise InvalidValue(
                    f"reshape: `{node.name}` would become larger, {shape} instead of "
                    f"{tuple(old.shape)}; allow it by `allow_up_sizing=True`"
                )
            if isinstance(old, Sparse):
                arrays[node.name] = _storages.zeros(shape, old.dtype, self._ctx, old.stype)
                continue
            arrays[node.name] = (
                zeros(shape, old.dtype, self._ctx) if is_larger else part_of(old, shape)
            )
            if given is not None and not is_larger:
                grads[node.name] = part_of(given, shape)
        function = Function(with_known_shapes(self._symbol._heads, found), "Executor")
        return Executor(self._symbol, self._ctx, arrays, self._grad_req, grads, function)

    def get_optimized_symbol(self) -> Any:
        """The symbol with nodes that compute the same as one, unless the environment variable
        `MXNET_ELIMINATE_COMMON_EXPR` was 0 when it was bound."""
        if not self._is_merged:
            return self._symbol
        return self._symbol._of(merged_heads(self._symbol._heads))

    def debug_str(self) -> str:
        """The nodes in the order in which they run, and the memory of the last plan; the graph runs
        if it did not yet."""
        if self._function.last_plan() is None:
            self._is_train = any(request != "null" for request in self._grad_req.values())
            self._run(is_recorded=self._is_train)
        text = self._symbol.debug_str()
        last = self._function.last_plan()
        if last is not None:
            figures = last.function.memory()
            total = figures["arena"] + figures["residual"]
            text += f"Total {math.ceil(total / 2**20)} MB allocated\n"
        return text


def part_of(array: Any, shape: Sequence[int]) -> Any:
    """The first elements of an array as one of another shape, in the same memory."""
    with autograd.pause():
        flat = array.detach().reshape((-1,))
        return wrapped(flat[: math.prod(shape)].reshape(tuple(shape)))


def _dtypes(arrays: Mapping[str, Any]) -> dict[str, str]:
    return {name: array.dtype.name for name, array in arrays.items()}


def _write(caller: str, target: Mapping[str, Any], name: str, value: Any) -> None:
    if name not in target:
        raise NotFound(f"{caller}: there is no argument `{name}`{hint(name, {}, target)}")
    array, own = array_of(whole(value)), target[name]
    if tuple(array.shape) != tuple(own.shape):
        raise InvalidValue(
            f"{caller}: `{name}` must have shape {tuple(own.shape)}; got {tuple(array.shape)}"
        )
    with autograd.pause():
        own[...] = array if array.dtype == own.dtype else array.astype(own.dtype)


# ---- making --------------------------------------------------------------------------------------


def bind(
    symbol: Any,
    ctx: Any,
    args: Any,
    args_grad: Any = None,
    grad_req: Any = "write",
    aux_states: Any = None,
    group2ctx: Any = None,
    shared_exec: Executor | None = None,
) -> Executor:
    """An executor on arrays that exist.

    args: arrays of the arguments, a list in their order or a dict by name
    args_grad: where gradients go, likewise; arguments without one get none
    grad_req: 'write', 'add' or 'null', for all or, in a list or a dict, for each
    aux_states: arrays of the auxiliary states
    group2ctx, shared_exec: say in MXNet where arrays are; here one plan decides

    Raises ValueError for arrays that are missing or do not fit each other.
    """
    names, states = symbol.list_arguments(), symbol.list_auxiliary_states()
    _refuse_twice("bind", names)
    arrays = _by_name("bind", "args", names, args, is_whole=True)
    found = _by_name("bind", "aux_states", states, aux_states, is_whole=True)
    arrays |= {name: whole(array) for name, array in found.items()}
    grads = _by_name("bind", "args_grad", names, args_grad, is_whole=False)
    requests = _requests("bind", names, grad_req)
    for name in names:
        if name not in grads:
            requests[name] = "null"
        elif grads[name].shape != arrays[name].shape:
            raise InvalidValue(
                f"bind: `args_grad` of `{name}` must have shape {tuple(arrays[name].shape)}; got "
                f"{tuple(grads[name].shape)}"
            )
    shapes = {name: tuple(array.shape) for name, array in arrays.items()}
    inferred = _inferred(symbol, shapes, _dtypes(arrays), "bind")
    function = Function(with_known_shapes(symbol._heads, inferred), "bind")
    return Executor(symbol, ctx, arrays, requests, grads, function)


def simple_bind(
    symbol: Any,
    ctx: Any = None,
    grad_req: Any = "write",
    type_dict: Mapping[str, Any] | None = None,
    stype_dict: Mapping[str, str] | None = None,
    group2ctx: Any = None,
    shared_arg_names: Sequence[str] | None = None,
    shared_exec: Executor | None = None,
    shared_buffer: dict[str, Any] | None = None,
    **kwargs: Any,
) -> Executor:
    """An executor on new arrays of zeros.

    grad_req: 'write', 'add' or 'null', for all or, in a list or a dict, for each
    type_dict: dtypes of arguments by name
    stype_dict: how arguments are stored, of those that do not say it themselves
    shared_exec, shared_arg_names: arrays of these names come from another executor, with their
        gradients; all that fit, if no names are given
    shared_buffer: arrays by name whose memory is taken where it is large enough, for data and for
        what is not in `shared_arg_names`; new ones are added
    kwargs: shapes of arguments; those of the others must follow from them

    Raises ValueError that names the arguments whose shapes do not follow.
    """
    kwargs.pop("force_rebind", None)  # of modules; here each call makes new arrays
    inputs = set(symbol.list_inputs())
    kwargs = {
        name: shape
        for name, shape in kwargs.items()
        if name in inputs or isinstance(shape, list | tuple)
    }
    _refuse_twice("simple_bind", symbol.list_arguments())
    found = _known(symbol, dict(kwargs), dict(type_dict or {}), "simple_bind")
    requests = _requests("simple_bind", symbol.list_arguments(), grad_req)
    arrays: dict[str, Any] = {}
    for node in (*found.arguments, *found.states):
        shape, dtype = found.shape(node) or (), found.dtype(node) or "float32"
        array = _shared(node.name, shape, dtype, shared_exec, shared_arg_names, kwargs)
        is_own = node.name in kwargs or (
            shared_arg_names is not None and node.name not in shared_arg_names
        )
        is_argument = node.name in requests
        if array is None and shared_buffer is not None and is_own and is_argument:
            array = _buffered(shared_buffer, node.name, shape, dtype, ctx)
        stype = (stype_dict or {}).get(node.name) or _storages.declared(node)
        arrays[node.name] = _storages.zeros(shape, dtype, ctx, stype) if array is None else array
        if "float" not in dtype:
            requests[node.name] = "null"
    function = Function(with_known_shapes(symbol._heads, found), "simple_bind")
    requests = {name: requests[name] for name in symbol.list_arguments()}
    return Executor(symbol, ctx, arrays, requests, {}, function)


def _shared(
    name: str,
    shape: tuple[int, ...],
    dtype: str,
    other: Executor | None,
    wanted: Sequence[str] | None,
    given: Mapping[str, Any],
) -> Any:
    """The array of another executor, where it is to be shared and fits.

    Raises ValueError for one of `wanted` that does not fit: it would be zeros.
    """
    if other is None:
        return None
    is_wanted = name not in given if wanted is None else name in wanted
    if not is_wanted and name not in other.aux_dict:
        return None
    found = other.arg_dict.get(name, other.aux_dict.get(name))
    if found is None or (tuple(found.shape) == shape and found.dtype.name == dtype):
        return found
    if wanted is None:
        return None
    raise InvalidValue(
        f"simple_bind: `{name}`, which is shared, has shape {tuple(found.shape)} and dtype "
        f"{found.dtype.name}; with the shapes that are given it would have {shape} and {dtype}"
    )


def _buffered(
    buffer: dict[str, Any], name: str, shape: tuple[int, ...], dtype: str, ctx: Any
) -> Any:
    found = buffer.get(name)
    is_enough = found is not None and math.prod(found.shape) >= math.prod(shape)
    if found is None or not is_enough or found.dtype.name != dtype:
        found = buffer[name] = zeros(shape, dtype, ctx)
    return found if tuple(found.shape) == shape else part_of(found, shape)


def _refuse_twice(caller: str, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidValue(
            f"{caller}: several variables are called {', '.join(twice)}; give each its own name"
        )


def _known(
    symbol: Any, shapes: Mapping[str, Any], dtypes: Mapping[str, Any], caller: str
) -> Inference:
    """What is known of a symbol; raises ValueError unless it is all of the variables."""
    known = {name: given_shape(caller, name, shape) for name, shape in shapes.items()}
    found = _inferred(symbol, known, dtypes, caller)
    missing = found.unknown()
    if missing:
        listed = ", ".join(f"`{n.name}` {outward(found.shape(n))}" for n in missing[:5])
        raise InvalidValue(
            f"{caller}: the shapes of {listed} do not follow from those that are given; 0 is an "
            f"extent that is not known. Give them by name, `{missing[0].name}=(...)`"
        )
    return found


def _inferred(
    symbol: Any, shapes: Mapping[str, Any], dtypes: Mapping[str, Any], caller: str
) -> Inference:
    known = set(symbol.list_inputs())
    used = {name: dtype for name, dtype in dtypes.items() if name in known}
    return Inference(symbol._heads, symbol._states(), shapes, used, caller)


def _by_name(
    caller: str, argument: str, names: Sequence[str], given: Any, *, is_whole: bool
) -> dict[str, Any]:
    """Arrays by name, from a dict or from a list in the order of the names."""
    if given is None:
        given = {}
    if isinstance(given, Mapping):
        found = {name: given[name] for name in names if given.get(name) is not None}
    else:
        listed = list(given)
        if len(listed) != len(names):
            raise InvalidValue(
                f"{caller}: `{argument}` must have {len(names)} arrays, for {', '.join(names)}; "
                f"got {len(listed)}"
            )
        found = {n: array for n, array in zip(names, listed, strict=True) if array is not None}
    missing = [f"`{name}`" for name in names if name not in found]
    if is_whole and missing:
        raise InvalidValue(f"{caller}: `{argument}` lacks arrays for {', '.join(missing)}")
    # Sparse arrays stay the program's own, which it and backward write.
    return {
        name: array if isinstance(array, Sparse) else array_of(array)
        for name, array in found.items()
    }


def _requests(caller: str, names: Sequence[str], grad_req: Any) -> dict[str, str]:
    """'write', 'add' or 'null' for each argument."""
    if isinstance(grad_req, str):
        found = dict.fromkeys(names, grad_req)
    elif isinstance(grad_req, Mapping):
        found = {name: grad_req.get(name, "null") for name in names}
    else:
        listed = list(grad_req)
        if len(listed) != len(names):
            raise InvalidValue(
                f"{caller}: `grad_req` must have {len(names)} words, for {', '.join(names)}; got "
                f"{len(listed)}"
            )
        found = dict(zip(names, listed, strict=True))
    for name, request in found.items():
        if request not in _REQUESTS:
            raise InvalidValue(
                f"{caller}: `grad_req` of `{name}` must be 'write', 'add' or 'null'; got "
                f"{request!r}"
            )
    return {name: "write" if req == "inplace" else req for name, req in found.items()}


__all__ = ["Executor", "bind", "simple_bind"]
