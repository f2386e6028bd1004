"""Operators of a program's own, as `mx.operator` has them: `CustomOp`, `CustomOpProp`, `register`.

>>> from weft import np
>>> from weft import mxnet as mx
>>> class Double(mx.operator.CustomOp):
...     def forward(self, is_train, req, in_data, out_data, aux):
...         self.assign(out_data[0], req[0], in_data[0] * 2)
...     def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
...         self.assign(in_grad[0], req[0], out_grad[0] * 2)
>>> @mx.operator.register("double")
... class DoubleProp(mx.operator.CustomOpProp):
...     def create_operator(self, ctx, in_shapes, in_dtypes):
...         return Double()
>>> mx.operator.Custom(np.ones(2), op_type="double")
array([2., 2.])

Called on arrays it runs at once, on these. In a hybridized block or a symbol it is an operator that
runs on copies in the machine's memory, by `weft.register_op`.
"""

import contextlib
import inspect
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from weft import autograd, library, np
from weft._base import spelling as _spelling
from weft._base.errors import Error, InvalidState, InvalidType, InvalidValue, Unsupported
from weft._base.spelling import unknown
from weft._core import composing, native
from weft._core.typing import ndarray
from weft.mxnet._made import dtype_name
from weft.mxnet._operators import RULES, rule_of
from weft.mxnet._operators.custom import PROPS, RUN
from weft.mxnet.gluon._modes import is_np_array
from weft.mxnet.ndarray._array import Sparse
from weft.mxnet.ndarray._functions import written
from weft.mxnet.ndarray._given import as_nd, shown
from weft.sym import Symbol, by_mode

_registered: dict[tuple[Any, ...], Any] = {}  # operators of Weft that were made for graphs
_numbers = itertools.count()  # of their names


class CustomOp:
    """Base of operators. A subclass writes `forward` and `backward`, which write into arrays."""

    def forward(self, is_train: bool, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
        """Writes the outputs.

        req: for each output 'write', 'add' or 'null'; aux: auxiliary states, which may be written
        """
        raise NotImplementedError(f"{type(self).__name__}: `forward` is not written")

    def backward(
        self, req: Any, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any, aux: Any
    ) -> None:
        """Writes the gradients of the inputs."""
        raise NotImplementedError(f"{type(self).__name__}: `backward` is not written")

    def assign(self, dst: Any, req: str, src: Any) -> None:
        """Writes `src` into `dst` as `req` says."""
        if req in ("write", "inplace"):
            dst[...] = src
        elif req == "add":
            dst[...] += src
        elif req != "null":
            raise InvalidValue(
                f"assign: `req` must be 'write', 'inplace', 'add' or 'null'; got {req!r}"
            )


class CustomOpProp:
    """Base of what describes an operator: its arguments, shapes and dtypes.

    need_top_grad: does `backward` need the gradients of the outputs? A loss does not

    Options of a call come to the constructor as texts, as in MXNet.
    """

    def __init__(self, need_top_grad: bool = True) -> None:
        self.need_top_grad_ = need_top_grad

    def list_arguments(self) -> list[str]:
        """Names of the inputs."""
        return ["data"]

    def list_outputs(self) -> list[str]:
        """Names of the outputs."""
        return ["output"]

    def list_auxiliary_states(self) -> list[str]:
        """Names of the auxiliary states, which come behind the inputs in a call."""
        return []

    def infer_shape(self, in_shape: Any) -> Any:
        """Shapes of inputs, outputs, and auxiliary states: by default those of the first input."""
        return in_shape, [in_shape[0]] * len(self.list_outputs()), []

    def infer_type(self, in_type: Any) -> Any:
        """Dtypes of inputs, outputs, and auxiliary states: by default that of the first input."""
        first = in_type[0]
        states = [first] * len(self.list_auxiliary_states())
        return in_type, [first] * len(self.list_outputs()), states

    def infer_storage_type(self, in_stype: Any) -> Any:
        """Storage types; all are 'default' here."""
        outputs = ["default"] * len(self.list_outputs())
        return in_stype, outputs, ["default"] * len(self.list_auxiliary_states())

    def infer_storage_type_backward(self, *stypes: Any) -> Any:
        """Storage types of the backward; all are 'default' here."""
        return stypes

    def declare_backward_dependency(self, out_grad: Any, in_data: Any, out_data: Any) -> list[Any]:
        """What `backward` reads; it gets everything here."""
        return [*(out_grad if self.need_top_grad_ else ()), *in_data, *out_data]

    def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> CustomOp:
        """The operator for inputs of these shapes and dtypes."""
        return CustomOp()


def register(reg_name: str) -> Callable[[type], type]:
    """Decorator of a `CustomOpProp`: makes its operator known as `op_type=reg_name`."""

    def decorate(prop: type) -> type:
        if not issubclass(prop, CustomOpProp):
            raise InvalidType(f"register: `{reg_name}` must be a CustomOpProp; got {prop.__name__}")
        PROPS[reg_name.lower()] = prop
        for key in [key for key in _registered if key[0] == reg_name.lower()]:
            del _registered[key]  # the name means something else from now on
        return prop

    return decorate


def get_all_registered_operators() -> list[str]:
    """Names of all operators, those that programs registered included."""
    return sorted({*(name for _, name in RULES.names()), *PROPS})


class OperatorArguments(NamedTuple):
    """What `get_operator_arguments` gives: how many arguments, their names and kinds."""

    narg: int
    names: list[str]
    types: list[str]


def get_operator_arguments(op_name: str) -> OperatorArguments:
    """The inputs and attributes of an operator. Raises LookupError for an unknown one."""
    rule = rule_of(op_name)
    if rule is None:
        raise unknown(
            "operator", op_name, get_close_matches(op_name, get_all_registered_operators())
        )
    found = [p for p in inspect.signature(rule.function).parameters.values() if p.name != "_"]
    kinds = ["NDArray-or-Symbol" if _is_input(p) else _kind_of(p) for p in found]
    return OperatorArguments(len(found), [p.name for p in found], kinds)


def _is_input(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.VAR_POSITIONAL)


def _kind_of(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return "required"
    return f"optional, default={parameter.default!r}"


def Custom(
    *data: Any, op_type: str, name: str | None = None, out: Any = None, **options: Any
) -> Any:
    """Calls the operator that was registered as `op_type`.

    data: its inputs, and its auxiliary states behind them, by position, or by name among `options`
    options: of its `CustomOpProp`, to which they come as texts
    out: arrays to write the results into

    Raises LookupError for an unknown `op_type`, ValueError for shapes that its `infer_shape` does
    not accept.
    """
    arrays = (ndarray, Symbol, Sparse)
    given = {key: value for key, value in options.items() if isinstance(value, arrays)}
    texts = {key: str(value) for key, value in options.items() if key not in given}
    texts.pop("ctx", None)
    prop = PROPS.create(op_type, **texts)
    names = [*prop.list_arguments(), *prop.list_auxiliary_states()]
    inputs = [*data, *(given[key] for key in names[len(data) :] if key in given)]
    inputs = [x.todense() if isinstance(x, Sparse) else x for x in inputs]
    found = _run(op_type, prop, texts, inputs, name or "")
    return found if out is None else written(found, out)


def _run(
    title: str, prop: CustomOpProp, texts: dict[str, str], inputs: list[Any], name: str
) -> Any:
    """The results of an operator. name: of its node in a graph, which has an operator of its own"""
    names = [*prop.list_arguments(), *prop.list_auxiliary_states()]
    if len(inputs) != len(names):
        raise InvalidType(
            f"Custom: `{title}` takes {', '.join(names) or 'no arrays'}; got {len(inputs)} arrays"
        )
    traced = any(isinstance(x, Symbol) for x in inputs) or native.modes() & native.TRACING
    if traced:
        return _in_graph(title, prop, texts, inputs, name)
    return _at_once(title, prop, inputs)


RUN.append(_run)

# ---- on arrays


class _Call(autograd.Function):
    """One call of an operator on arrays."""

    def __init__(self, title: str, prop: CustomOpProp, states: list[Any], kind: type) -> None:
        self.title, self.prop, self.states, self.kind = title, prop, states, kind

    def shown(self, arrays: Sequence[Any]) -> list[Any]:
        """Arrays of the kind that the call was given."""
        return list(arrays) if self.kind is np.ndarray else [as_nd(array) for array in arrays]

    def forward(self, *inputs: Any) -> Any:
        shapes, dtypes = _types(self.title, self.prop, inputs)
        outputs = self.shown([np.zeros(s, dtype=d) for s, d in zip(shapes, dtypes, strict=True)])
        self.op = _operator(self.prop, inputs)
        given = self.shown(inputs)
        req = ["write"] * len(outputs)
        with _told(self.title, "forward"):
            self.op.forward(autograd.is_training(), req, given, outputs, self.states)
        self.save_for_backward(*inputs, *outputs)
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def backward(self, *gradients: Any) -> Any:
        count = len(self.prop.list_arguments())
        saved = self.shown(self.saved_tensors)
        inputs, outputs = saved[:count], saved[count:]
        found = self.shown([np.zeros(x.shape, dtype=x.dtype) for x in inputs])
        req = ["write"] * len(found)
        with _told(self.title, "backward"):
            self.op.backward(req, self.shown(gradients), inputs, outputs, found, self.states)
        return tuple(found)


@contextlib.contextmanager
def _told(title: str, method: str) -> Iterator[None]:
    """What a program's method raises is an error of the operator, as in MXNet; its own error is
    the cause."""
    try:
        yield
    except Error:
        raise
    except Exception as error:
        raise InvalidState(
            f"Custom: `{method}` of `{title}` raised {type(error).__name__}: {error}"
        ) from error


def _at_once(title: str, prop: CustomOpProp, inputs: list[Any]) -> Any:
    count = len(prop.list_arguments())
    kind = type(inputs[0]) if inputs else type(shown(np.zeros(1)))
    call = _Call(title, prop, inputs[count:], kind)
    if count:
        return call(*inputs[:count])
    found = call.forward()  # without inputs there is nothing to record
    return list(found) if isinstance(found, tuple) else found


def _operator(prop: CustomOpProp, inputs: Sequence[Any]) -> CustomOp:
    from weft.mxnet.device import current_device

    shapes = [tuple(x.shape) for x in inputs]
    return prop.create_operator(current_device(), shapes, [_dtype(x.dtype) for x in inputs])


def _dtype(dtype: Any) -> Any:
    """As MXNet gives it: a type of NumPy."""
    return numpy.dtype(dtype_name(dtype)).type


def _types(title: str, prop: CustomOpProp, inputs: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Shapes and dtypes of the outputs. Raises ValueError where they do not fit."""
    shapes = prop.infer_shape([list(x.shape) for x in inputs])
    if not isinstance(shapes, list | tuple) or len(shapes) not in (2, 3):
        raise InvalidValue(
            f"Custom: `infer_shape` of `{title}` must give shapes of inputs and outputs; "
            f"got {shapes!r}"
        )
    for x, shape in zip(inputs, shapes[0], strict=False):
        if tuple(x.shape) != tuple(shape):
            raise InvalidValue(
                f"Custom: `{title}` must get an input of shape {tuple(shape)}; got {x.shape}"
            )
    dtypes = prop.infer_type([_dtype(x.dtype) for x in inputs])
    found = [tuple(shape) for shape in shapes[1]]
    names = prop.list_outputs()
    if len(found) != len(names):
        raise InvalidValue(
            f"Custom: `{title}` has outputs {names}; `infer_shape` gives {len(found)} shapes"
        )
    return found, list(dtypes[1])


# ---- in graphs


def _in_graph(
    title: str, prop: CustomOpProp, texts: dict[str, str], inputs: list[Any], name: str
) -> Any:
    """Calls the operator of Weft that stands for this one, which is made on the first call. Its
    last results are the new auxiliary states, which are written back."""
    count = len(prop.list_arguments())
    states = inputs[count:]
    if any(isinstance(x, Symbol) for x in states):
        raise Unsupported(
            f"Custom: `{title}` has auxiliary states, which symbols of Weft lack; call it on arrays"
        )

    def called(is_train: bool) -> Any:
        is_np = is_np_array()
        key = (title.lower(), json.dumps(texts, sort_keys=True), name, is_np, is_train)
        if key not in _registered:
            own = f"mxnet_custom_{title}_{next(_numbers)}"
            _registered[key] = _ForGraphs(own, title, prop, is_np).forward(is_train)
        return _registered[key](*inputs)

    if not any(isinstance(x, Symbol) for x in inputs) or composing.current() is not None:
        found = called(autograd.is_training())
        return _without_states(found, states) if states else found
    train, predict = called(True), called(False)
    if isinstance(train, Symbol):
        return by_mode(train, predict)
    return [by_mode(*pair) for pair in zip(train, predict, strict=True)]


def _without_states(found: Any, states: list[Any]) -> Any:
    """Writes the states, which are behind the results, and gives the results."""
    results, new = list(found[: -len(states)]), found[-len(states) :]
    with autograd.pause():
        for state, value in zip(states, new, strict=True):
            state[...] = value
    return results[0] if len(results) == 1 else tuple(results)


class _ForGraphs:
    """An operator of a program as operators of Weft: one forward, one for the gradient. Both use
    the same `CustomOp` for inputs of the same shapes and dtypes, as what it keeps expects."""

    def __init__(self, name: str, title: str, prop: CustomOpProp, is_np: bool) -> None:
        self.name, self.title, self.prop, self.is_np = name, title, prop, is_np
        self.arguments, self.states = prop.list_arguments(), prop.list_auxiliary_states()
        self.outputs = prop.list_outputs()
        self._made: dict[Any, CustomOp] = {}

    def operator(self, inputs: Sequence[Any]) -> CustomOp:
        """The program's operator for inputs, made once."""
        key = tuple((tuple(x.shape), dtype_name(x.dtype)) for x in inputs)
        if key not in self._made:
            self._made[key] = _operator(self.prop, inputs)
        return self._made[key]

    def arrays(self, given: Sequence[Any]) -> list[Any]:
        """Copies that the program may write, of the kind that it computes with."""
        copies = [np.array(x) for x in given]
        return copies if self.is_np else [as_nd(x) for x in copies]

    def forward(self, is_train: bool) -> Any:
        """The operator of Weft; its results are the outputs, and the states behind them."""
        count = len(self.arguments)

        def infer(*types: library.ArrayType) -> Any:
            shapes, dtypes = _types(self.title, self.prop, types[:count])
            made = [library.ArrayType(s, d) for s, d in zip(shapes, dtypes, strict=True)]
            made += types[count:]
            return made[0] if len(made) == 1 else tuple(made)

        def kernel(*inputs: numpy.ndarray) -> Any:
            given, states = self.arrays(inputs[:count]), self.arrays(inputs[count:])
            shapes, dtypes = _types(self.title, self.prop, given)
            zeros = [numpy.zeros(s, d) for s, d in zip(shapes, dtypes, strict=True)]
            found = self.arrays(zeros)
            req = ["write"] * len(found)
            with autograd.pause(is_train), _told(self.title, "forward"):
                self.operator(given).forward(is_train, req, given, found, states)
            return _hosts([*found, *states])

        backward = self.backward()

        def gradient(inputs: Any, made: Any, cotangents: Any) -> Any:
            own = len(self.outputs)
            states = made[own:]
            found = backward(*inputs[:count], *made[:own], *cotangents[:own], *states)
            listed = found if isinstance(found, tuple | list) else (found,)
            return (*listed, *[None] * len(states))

        return library.register_op(
            self.name,
            inputs=[*self.arguments, *self.states],
            outputs=len(self.outputs) + len(self.states),
            promotion="keep",
            infer=infer,
            kernel=kernel,
            gradient=gradient,
            doc=f"The operator {self.title} of a program for MXNet.",
        )

    def backward(self) -> Any:
        """The operator of its gradient, on inputs, outputs, gradients of outputs, and states."""
        count, own = len(self.arguments), len(self.outputs)

        def infer(*types: library.ArrayType) -> Any:
            return types[0] if count == 1 else tuple(types[:count])

        def kernel(*arrays: numpy.ndarray) -> Any:
            given = self.arrays(arrays)
            inputs, made = given[:count], given[count : count + own]
            cotangents, states = given[count + own : count + 2 * own], given[count + 2 * own :]
            found = self.arrays([numpy.zeros(x.shape, x.dtype) for x in arrays[:count]])
            with autograd.pause(True), _told(self.title, "backward"):
                op = self.operator(inputs)
                op.backward(["write"] * count, cotangents, inputs, made, found, states)
            return _hosts(found)

        words = [*(f"made_{o}" for o in self.outputs), *(f"slope_{o}" for o in self.outputs)]
        return library.register_op(
            f"{self.name}_backward",
            inputs=[*self.arguments, *words, *self.states],
            outputs=count,
            promotion="keep",
            infer=infer,
            kernel=kernel,
            no_gradient="it is the gradient of an operator that a program wrote",
            doc=f"The gradient of the operator {self.title} of a program for MXNet.",
        )


def _hosts(arrays: Sequence[Any]) -> Any:
    """Arrays as those of NumPy: one, or several."""
    return arrays[0].asnumpy() if len(arrays) == 1 else tuple(x.asnumpy() for x in arrays)


_PYTHON = ("NDArrayOp", "NumpyOp", "PythonOp")  # of a module that is built on this one

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.operator", {}, ("library",))

    def __getattr__(name: str) -> Any:
        if name in _PYTHON:
            return getattr(_spelling.public_module("mxnet._python_operators"), name)
        return _find(name)


__all__ = [
    *_PYTHON,
    "Custom",
    "CustomOp",
    "CustomOpProp",
    "OperatorArguments",
    "get_all_registered_operators",
    "get_operator_arguments",
    "register",
]
__dir__ = __all__.copy
