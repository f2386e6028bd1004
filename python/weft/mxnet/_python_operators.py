"""Operators of a program's own as the first programs of 1.x wrote them: `mx.operator.NumpyOp` and
`NDArrayOp`. Each object is registered as a `CustomOpProp` of its own, so one way runs them all.

>>> import numpy
>>> from weft import mxnet as mx
>>> class Double(mx.operator.NumpyOp):
...     def forward(self, in_data, out_data):
...         out_data[0][:] = 2 * in_data[0]
...     def backward(self, out_grad, in_data, out_data, in_grad):
...         in_grad[0][:] = 2 * out_grad[0]
>>> y = Double()(mx.sym.Variable("x"), name="twice")
>>> y.eval(x=mx.nd.ones((2,)))[0].asnumpy()
array([2., 2.], dtype=float32)
"""

import itertools
from typing import Any

from weft._base.errors import Unsupported
from weft.mxnet.operator import CustomOp, CustomOpProp, register

_numbers = itertools.count()  # of the names under which objects are registered


class PythonOp:
    """Base of both kinds. A subclass writes `forward` and `backward`, and where they differ
    `list_arguments`, `list_outputs` and `infer_shape`.

    need_top_grad: does `backward` need the gradients of the outputs? A loss does not
    """

    def __init__(self, need_top_grad: bool = True) -> None:
        self.need_top_grad_ = need_top_grad
        self._op_type: str | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.get_symbol(*args, **kwargs)

    def get_symbol(self, *args: Any, **kwargs: Any) -> Any:
        """The operator on symbols, given by position or by the names of arguments."""
        from weft.mxnet import symbol

        if self._op_type is None:
            self._op_type = f"_python_{next(_numbers)}"
            register(self._op_type)(_prop_of(self))
        return symbol.Custom(*args, op_type=self._op_type, **kwargs)

    def forward(self, in_data: Any, out_data: Any) -> None:
        """Writes the outputs: by default the first input."""
        out_data[0][:] = in_data[0]

    def backward(self, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any) -> None:
        """Writes the gradients of the inputs: by default ones."""
        in_grad[0][:] = 1.0

    def infer_shape(self, in_shape: Any) -> Any:
        """Shapes of inputs and outputs: by default the output has the shape of the first input."""
        return in_shape, [in_shape[0]]

    def list_arguments(self) -> list[str]:
        """Names of the inputs."""
        return ["data"]

    def list_outputs(self) -> list[str]:
        """Names of the outputs."""
        return ["output"]

    def need_top_grad(self) -> bool:
        """Does `backward` need the gradients of the outputs?"""
        return self.need_top_grad_

    def _run(self, method: str, *lists: Any) -> None:
        raise Unsupported("PythonOp: derive an operator from `NumpyOp` or `NDArrayOp`")


class NumpyOp(PythonOp):
    """Base of operators whose `forward` and `backward` get arrays of NumPy."""

    def _run(self, method: str, *lists: Any) -> None:
        hosts = [[array.asnumpy() for array in arrays] for arrays in lists]
        getattr(self, method)(*hosts)
        # What a method writes is in its last list.
        for array, host in zip(lists[-1], hosts[-1], strict=True):
            array[:] = host


class NDArrayOp(PythonOp):
    """Base of operators whose `forward` and `backward` get arrays of `mx.nd`."""

    def _run(self, method: str, *lists: Any) -> None:
        getattr(self, method)(*lists)

    def declare_backward_dependency(self, out_grad: Any, in_data: Any, out_data: Any) -> list[Any]:
        """What `backward` reads; it gets everything here."""
        return [*(out_grad if self.need_top_grad_ else ()), *in_data, *out_data]


class _Run(CustomOp):
    """What calls an object's methods."""

    def __init__(self, op: PythonOp) -> None:
        self._op = op

    def forward(self, is_train: bool, req: Any, in_data: Any, out_data: Any, aux: Any) -> None:
        self._op._run("forward", in_data, out_data)

    def backward(
        self, req: Any, out_grad: Any, in_data: Any, out_data: Any, in_grad: Any, aux: Any
    ) -> None:
        self._op._run("backward", out_grad, in_data, out_data, in_grad)


def _prop_of(op: PythonOp) -> type[CustomOpProp]:
    """The description of one object."""

    class Prop(CustomOpProp):
        def __init__(self) -> None:
            super().__init__(need_top_grad=op.need_top_grad())

        def list_arguments(self) -> list[str]:
            return op.list_arguments()

        def list_outputs(self) -> list[str]:
            return op.list_outputs()

        def infer_shape(self, in_shape: Any) -> Any:
            return (*op.infer_shape(in_shape), [])

        def create_operator(self, ctx: Any, in_shapes: Any, in_dtypes: Any) -> CustomOp:
            return _Run(op)

    return Prop


__all__ = ["NDArrayOp", "NumpyOp", "PythonOp"]
