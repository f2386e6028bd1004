"""Executors for the parts of a batch, one for each context.

A batch is cut along the axis N of its layout, by the work load of each context.
"""

import logging
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from weft import autograd
from weft._base.errors import InvalidState, InvalidValue
from weft.mxnet.io import DataDesc
from weft.mxnet.module._parts import joined
from weft.mxnet.symbol._arrays import array_of, wrapped
from weft.mxnet.symbol._executor import simple_bind


def cut(batch_size: int, work_load: Sequence[float]) -> list[slice]:
    """The rows of each context. Raises ValueError where one would have none."""
    total, begin, found = sum(work_load), 0.0, []
    rows = [0]
    for load in work_load:
        begin += load
        rows.append(round(batch_size * begin / total))
    for first, last in pairwise(rows):
        if first >= last:
            raise InvalidValue(
                f"Module: a batch of {batch_size} has no rows for each of {len(work_load)} contexts"
            )
        found.append(slice(first, last))
    return found


class DataParallelExecutorGroup:
    """The executors of a symbol on several contexts, which share a batch.

    execs: the executors; param_arrays, grad_arrays, aux_arrays: for each name the arrays of all
        contexts; shared_data_arrays: for each context the arrays of data by name
    """

    def __init__(
        self,
        symbol: Any,
        contexts: Sequence[Any],
        workload: Sequence[float],
        data_shapes: Sequence[DataDesc],
        label_shapes: Sequence[DataDesc] | None,
        param_names: Sequence[str],
        for_training: bool,
        inputs_need_grad: bool,
        shared_group: "DataParallelExecutorGroup | None" = None,
        logger: Any = logging,
        fixed_param_names: Sequence[str] | None = None,
        grad_req: Any = "write",
        state_names: Sequence[str] | None = None,
        group2ctxs: Any = None,
    ) -> None:
        self.symbol, self.contexts, self.workload = symbol, list(contexts), list(workload)
        self.param_names, self.state_names = list(param_names), list(state_names or ())
        self._names_of_parameters = list(param_names)
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self.fixed_param_names = list(fixed_param_names or ())
        self.arg_names = symbol.list_arguments()
        self.aux_names = symbol.list_auxiliary_states()
        self.data_names = [shape[0] for shape in data_shapes]
        self.label_names = [shape[0] for shape in label_shapes or ()]
        self.grad_req = self._requests(grad_req)
        self.shared_data_arrays: list[dict[str, Any]] = (
            [{} for _ in self.contexts] if shared_group is None else shared_group.shared_data_arrays
        )
        self.execs: list[Any] = []
        self.bind_exec(data_shapes, label_shapes, shared_group)

    def _requests(self, grad_req: Any) -> dict[str, str]:
        found = dict.fromkeys(self.arg_names, "null")
        if not self.for_training:
            return found
        if not isinstance(grad_req, str):
            given = grad_req
            if not isinstance(grad_req, Mapping):
                given = dict(zip(self.arg_names, grad_req, strict=True))
            return found | {name: given[name] for name in self.arg_names if name in given}
        for name in self.arg_names:
            if name in self.param_names:
                found[name] = "null" if name in self.fixed_param_names else grad_req
            elif name in self.data_names and self.inputs_need_grad:
                found[name] = grad_req
        return found

    # ---- binding -----------------------------------------------------------------------------

    def bind_exec(
        self,
        data_shapes: Sequence[Any],
        label_shapes: Sequence[Any] | None,
        shared_group: "DataParallelExecutorGroup | None" = None,
        reshape: bool = False,
    ) -> None:
        """Executors for data of these shapes; parameters stay where they are."""
        described = [_description(shape) for shape in data_shapes]
        labels = [_description(shape) for shape in label_shapes or ()]
        self.data_shapes, self.label_shapes = described, labels
        axes = [_batch_axis(desc) for desc in (*described, *labels)]
        sizes = {
            desc.shape[axis]
            for desc, axis in zip((*described, *labels), axes, strict=True)
            if axis >= 0 and desc.shape
        }
        first = [d.shape[a] for d, a in zip(described, axes, strict=False) if a >= 0 and d.shape]
        self.batch_size = first[0] if first else 1
        if len(self.contexts) > 1 and len(sizes) > 1:
            raise InvalidValue(f"bind: data and labels must have one batch size; got {sizes}")
        self.slices = cut(self.batch_size, self.workload)
        before = self.execs if reshape else None
        self.execs = [self._bound(i, before, shared_group) for i in range(len(self.contexts))]
        self._layouts = [_batch_axis_of(s) for s in self.symbol]
        self._collect()

    def _bound(
        self, number: int, before: list[Any] | None, group: "DataParallelExecutorGroup | None"
    ) -> Any:
        shapes = {desc.name: self._part_of(desc, number) for desc in self.data_shapes}
        shapes |= {desc.name: self._part_of(desc, number) for desc in self.label_shapes}
        types = {desc.name: desc.dtype for desc in self.data_shapes}
        types |= {desc.name: desc.dtype for desc in self.label_shapes}
        arguments = {*self.arg_names, *self.aux_names}
        shapes = {name: shape for name, shape in shapes.items() if name in arguments}
        shared = before[number] if before else (group.execs[number] if group else None)
        buffer = self.shared_data_arrays[number]
        return simple_bind(
            self.symbol,
            self.contexts[number],
            self.grad_req,
            types,
            dict.fromkeys(arguments, "default"),  # trained whole, whatever variables say
            shared_arg_names=self._names_of_parameters,
            shared_exec=shared,
            shared_buffer=buffer,
            **shapes,
        )

    def _part_of(self, desc: DataDesc, number: int) -> tuple[int, ...]:
        axis = _batch_axis(desc)
        shape = list(desc.shape)
        if axis >= 0 and shape and len(self.contexts) > 1:
            rows = self.slices[number]
            shape[axis] = rows.stop - rows.start
        return tuple(shape)

    def _collect(self) -> None:
        names = [name for name in self.param_names if name in self.arg_names]
        self.param_names = names
        self.param_arrays = [[e.arg_dict[name] for e in self.execs] for name in names]
        self.aux_arrays = [[e.aux_dict[name] for e in self.execs] for name in self.aux_names]
        self.state_arrays = [[e.arg_dict[n] for e in self.execs] for n in self.state_names]

    @property
    def grad_arrays(self) -> list[list[Any]]:
        """For each parameter the gradients of all contexts; Nones where it has none."""
        grads = [e.grad_dict for e in self.execs]
        return [[grad[name] for grad in grads] for name in self.param_names]

    @property
    def input_grad_arrays(self) -> list[list[Any]]:
        """For each data name the gradients of all contexts."""
        grads = [e.grad_dict for e in self.execs]
        return [[grad[name] for grad in grads] for name in self.data_names]

    def reshape(self, data_shapes: Sequence[Any], label_shapes: Sequence[Any] | None) -> None:
        """Executors for other shapes, unless they are the same.

        Raises ValueError where data of these shapes needs parameters of other shapes.
        """
        described = [_description(shape) for shape in data_shapes]
        labels = [_description(shape) for shape in label_shapes or ()]
        if _same(described, self.data_shapes) and _same(labels, self.label_shapes):
            return
        self._refuse_other_parameters([*described, *labels])
        self.bind_exec(data_shapes, label_shapes, reshape=True)

    def _refuse_other_parameters(self, described: Sequence[DataDesc]) -> None:
        shapes = {d.name: tuple(d.shape) for d in described if d.name in self.arg_names}
        arguments, _, states = self.symbol.infer_shape_partial(**shapes)
        wanted = dict(zip(self.arg_names, arguments, strict=True))
        wanted |= zip(self.aux_names, states, strict=True)
        there = self.execs[0].arg_dict | self.execs[0].aux_dict
        for name in (*self.param_names, *self.aux_names):
            if tuple(there[name].shape) != wanted[name]:
                given = ", ".join(f"`{name}` {shape}" for name, shape in shapes.items())
                raise InvalidValue(
                    f"reshape: `{name}` must keep its shape, {tuple(there[name].shape)}; got "
                    f"{given}, which needs {wanted[name]}"
                )

    # ---- parameters --------------------------------------------------------------------------

    def set_params(
        self,
        arg_params: Mapping[str, Any],
        aux_params: Mapping[str, Any],
        allow_extra: bool = False,
    ) -> None:
        """Writes parameters and states into all executors."""
        for executor in self.execs:
            executor.copy_params_from(arg_params, aux_params, allow_extra_params=allow_extra)

    def get_params(self, arg_params: dict[str, Any], aux_params: dict[str, Any]) -> None:
        """Writes the means of the contexts' parameters and states into arrays by name."""
        for names, arrays, target in (
            (self.param_names, self.param_arrays, arg_params),
            (self.aux_names, self.aux_arrays, aux_params),
        ):
            for name, several in zip(names, arrays, strict=True):
                mean = several[0]
                for other in several[1:]:
                    mean = mean + other
                target[name][...] = (mean if len(several) == 1 else mean / len(several)).detach()

    # ---- running -----------------------------------------------------------------------------

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """The outputs for a batch, part by part."""
        train = self.for_training if is_train is None else is_train
        self._load(self.data_names, self.data_shapes, data_batch.data)
        label = getattr(data_batch, "label", None)
        if label:
            self._load(self.label_names, self.label_shapes, label)
        for executor in self.execs:
            executor.forward(is_train=train)

    def _load(
        self, names: Sequence[str], shapes: Sequence[DataDesc], arrays: Sequence[Any]
    ) -> None:
        for name, desc, given in zip(names, shapes, arrays, strict=False):
            axis = _batch_axis(desc)
            array = array_of(given)
            for number, executor in enumerate(self.execs):
                target = executor.arg_dict.get(name)
                if target is None:
                    continue  # a label of an output layer that the symbol lacks
                is_cut = len(self.execs) > 1 and axis >= 0
                part = array[_rows(axis, self.slices[number])] if is_cut else array
                if part.shape != target.shape:
                    part = part.reshape(target.shape)
                target[...] = part if part.dtype == target.dtype else part.astype(target.dtype)

    def backward(self, out_grads: Any = None) -> None:
        """The gradients of the last batch."""
        if not self.for_training:
            raise InvalidState("backward: bind with `for_training=True` to have gradients")
        if all(request == "null" for request in self.grad_req.values()):
            return  # a network without parameters
        listed = None if out_grads is None else _listed(out_grads)
        for number, executor in enumerate(self.execs):
            grads = None
            if listed is not None:
                grads = [
                    grad[_rows(axis, self.slices[number])]
                    if len(self.execs) > 1 and axis >= 0
                    else grad
                    for grad, axis in zip(map(array_of, listed), self._layouts, strict=True)
                ]
            executor.backward(out_grads=grads)

    def get_outputs(
        self, merge_multi_context: bool = True, begin: int = 0, end: int | None = None
    ) -> list[Any]:
        """The outputs, joined, or for each the parts of all contexts."""
        last = len(self._layouts) if end is None else end
        parts = [[e.outputs[i] for e in self.execs] for i in range(begin, last)]
        if not merge_multi_context:
            return parts
        axes = self._layouts[begin:last]
        return [joined(part, axis) for part, axis in zip(parts, axes, strict=True)]

    def get_output_shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        """Names and shapes of whole outputs."""
        shapes = {desc.name: desc.shape for desc in (*self.data_shapes, *self.label_shapes)}
        shapes = {name: shape for name, shape in shapes.items() if name in self.arg_names}
        _, found, _ = self.symbol.infer_shape(**shapes)
        return list(zip(self.symbol.list_outputs(), found, strict=True))

    def get_input_grads(self, merge_multi_context: bool = True) -> list[Any]:
        """The gradients of the data, joined, or the parts of all contexts."""
        if not self.inputs_need_grad:
            raise InvalidState("get_input_grads: bind with `inputs_need_grad=True`")
        if not merge_multi_context:
            return self.input_grad_arrays
        axes = [_batch_axis(desc) for desc in self.data_shapes]
        return [joined(p, axis) for p, axis in zip(self.input_grad_arrays, axes, strict=True)]

    def get_states(self, merge_multi_context: bool = True) -> list[Any]:
        """The arrays of `state_names`."""
        if not merge_multi_context:
            return self.state_arrays
        return [joined(part, 0) for part in self.state_arrays]

    def set_states(self, states: Any = None, value: Any = None) -> None:
        """Sets the arrays of `state_names`: to arrays of each context, or to a number."""
        if (states is None) == (value is None):
            raise InvalidValue("set_states: give either `states` or `value`")
        with autograd.pause():
            for number, arrays in enumerate(self.state_arrays):
                given = value if states is None else states[number]
                parts = given if isinstance(given, list | tuple) else [given] * len(arrays)
                for array, part in zip(arrays, parts, strict=True):
                    array[...] = part

    def update_metric(self, eval_metric: Any, labels: Any, pre_sliced: bool = False) -> None:
        """Adds the last batch to a metric, part by part."""
        for number, executor in enumerate(self.execs):
            if pre_sliced:
                mine = labels[number]
            elif len(self.execs) == 1:
                mine = labels or []
            else:
                axes = [_batch_axis(desc) for desc in self.label_shapes]
                mine = [
                    array_of(label)[_rows(axis, self.slices[number])] if axis >= 0 else label
                    for label, axis in zip(labels or (), axes, strict=False)
                ]
            _update(eval_metric, self.label_names, mine, executor.output_dict)

    def install_monitor(self, mon: Any) -> None:
        """Lets a monitor see what the executors compute."""
        for executor in self.execs:
            mon.install(executor)


def _update(metric: Any, names: Sequence[str], labels: Sequence[Any], outputs: Any) -> None:
    detached = {name: wrapped(array.detach()) for name, array in outputs.items()}
    by_name = getattr(metric, "update_dict", None)
    if by_name is not None:
        by_name(dict(zip(names, labels, strict=False)), detached)
    else:
        metric.update(list(labels), list(detached.values()))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _description(shape: Any) -> DataDesc:
    return shape if isinstance(shape, DataDesc) else DataDesc(*shape)


def _same(one: Sequence[DataDesc], other: Sequence[DataDesc]) -> bool:
    return [(d.name, tuple(d.shape)) for d in one] == [(d.name, tuple(d.shape)) for d in other]


def _batch_axis(desc: DataDesc) -> int:
    return DataDesc.get_batch_axis(desc.layout)


def _batch_axis_of(symbol: Any) -> int:
    """The axis of samples in an output, by the layout that its node was given."""
    return DataDesc.get_batch_axis(symbol.attr("__layout__"))


def _rows(axis: int, rows: slice) -> tuple[Any, ...]:
    return (*(slice(None),) * axis, rows)


__all__ = ["DataParallelExecutorGroup", "cut"]
__dir__ = __all__.copy
