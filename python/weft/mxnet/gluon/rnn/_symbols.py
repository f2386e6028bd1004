"""Recurrent networks and cells on symbols: what they are in operators of MXNet.

What a step makes has the names that MXNet gives it, `rnn_t0_i2h` and `rnn_t0_out` for one: `rnn_`
is the prefix of the cell. `ops` is `mx.sym`.
"""

from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidState, InvalidType
from weft.gluon import rnn as _native
from weft.mxnet import name as _name
from weft.mxnet.gluon import _symbols

Step = tuple[Any, list[Any]]


# ---- networks


def all_steps(net: Any, ops: Any, inputs: Any, states: Any, sequence_length: Any) -> Any:
    """A network as the operator `RNN`: the outputs, and the last states if `states` are given."""
    own = {n: _symbols.variable(p, net._full_name(n, p)) for n, p in net._own_parameters.items()}
    if net._is_flat:
        vector = own["rnn_param"]
    else:
        parts = [ops.reshape(own[part], shape=(-1,)) for part in net._in_order()]
        vector = ops._internal._rnn_param_concat(*parts, dim=0)
    before = states
    if states is None:
        with _name.NameManager():  # the names have the prefix already
            before = net.begin_state(func=ops.zeros)
    before = [before] if _symbols.is_symbol(before) else list(before)
    if net.layout == "NTC":
        inputs = ops.swapaxes(inputs, dim1=0, dim2=1)
    lengths = [sequence_length] if net.use_sequence_length else []
    options = {"projection_size": net.projection_size} if net.projection_size else {}
    if net._clip is not None:
        options |= {"lstm_state_clip_min": net._clip[0], "lstm_state_clip_max": net._clip[1]}
    found = ops.RNN(
        inputs,
        vector,
        *before,
        *lengths,
        state_size=net.hidden_size,
        num_layers=net.num_layers,
        bidirectional=len(net._directions) == 2,
        p=net.dropout,
        state_outputs=True,
        mode=net._mode,
        use_sequence_length=net.use_sequence_length,
        **options,
    )
    outputs = found[0]
    if net.layout == "NTC":
        outputs = ops.swapaxes(outputs, dim1=0, dim2=1)
    return outputs if states is None else (outputs, list(found)[1:])


# ---- single steps


class _Activations:
    """What steps of `mx.rnn` ask a cell for."""

    @staticmethod
    def _get_activation(inputs: Any, activation: Any, **options: Any) -> Any:
        from weft.mxnet import symbol

        if isinstance(activation, str):
            return symbol.Activation(inputs, act_type=activation, **options)
        return activation(inputs)


def one_step(cell: Any, ops: Any, x: Any, states: Any) -> Step:
    """A step of a cell: the output and the next states."""
    for kind, step in _STEPS:
        if isinstance(cell, kind):
            count = cell._next_step()
            if isinstance(cell, _native.SequentialRNNCell):  # its cells name what they make
                return step(cell, ops, x, list(states))
            with _name.Prefix(f"{cell.prefix}t{count}_"):
                return step(cell, ops, x, list(states))
    raise InvalidType(
        f"{type(cell).__name__}: has no rule for symbols; write `hybrid_forward` for it"
    )


def _maps(cell: Any, ops: Any, x: Any, state: Any) -> tuple[Any, Any]:
    """The affine maps of input and state, for all gates together."""
    own = {n: _symbols.variable(p, cell._full_name(n, p)) for n, p in cell._own_parameters.items()}
    rows = cell._own_parameters["i2h_bias"].shape[0]
    if isinstance(cell, _native.convolution._ConvCell):
        operator, wide, options = ops.Convolution, {"num_filter": rows}, (cell.i2h, cell.h2h)
        shapes = [cell._own_parameters[f"{side}_weight"].shape[2:] for side in ("i2h", "h2h")]
        kernels = [{"kernel": tuple(shape)} for shape in shapes]
        given = [{**wide, **k, **o} for k, o in zip(kernels, options, strict=True)]
    else:
        operator, given = ops.FullyConnected, [{"num_hidden": rows}] * 2
    i2h = operator(x, own["i2h_weight"], own["i2h_bias"], name="i2h", **given[0])
    h2h = operator(state, own["h2h_weight"], own["h2h_bias"], name="h2h", **given[1])
    return i2h, h2h


def _activation_of(cell: Any) -> Any:
    """The activation of a cell, by its name where it has one."""
    found = getattr(cell, "activation_name", "a function")
    return found if found != "a function" else getattr(cell, "activation", "tanh")


def _plain(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    i2h, h2h = _maps(cell, ops, x, states[0])
    output = _Activations._get_activation(i2h + h2h, _activation_of(cell), name="out")
    return output, [output]


def _lstm(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    from weft.mxnet.rnn._plain import lstm_step

    i2h, h2h = _maps(cell, ops, x, states[0])
    helper: Any = _Activations
    activation, gate = cell.__dict__.get("_activations", (_activation_of(cell), "sigmoid"))
    return lstm_step(helper, i2h + h2h, states[1], "", activation, gate=gate)


def _projected(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    from weft.mxnet.rnn._plain import lstm_step

    i2h, h2h = _maps(cell, ops, x, states[0])
    helper: Any = _Activations
    hidden, (_, state) = lstm_step(helper, i2h + h2h, states[1], "hidden_", "tanh")
    parameter = cell._own_parameters["h2r_weight"]
    weight = _symbols.variable(parameter, cell._full_name("h2r_weight", parameter))
    size = cell.projection_size
    output = ops.FullyConnected(hidden, weight, num_hidden=size, no_bias=True, name="out")
    return output, [output, state]


def _gru(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    from weft.mxnet.rnn._plain import gru_step

    maps = _maps(cell, ops, x, states[0])
    helper: Any = _Activations
    activation, gate = cell.__dict__.get("_activations", (_activation_of(cell), "sigmoid"))
    return gru_step(helper, maps, states[0], "", activation, gate)


def _dropped(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    return _thinned(ops, x, cell.rate, cell.axes, "fwd"), []


def _thinned(ops: Any, x: Any, rate: float, axes: Any = (), name: str | None = None) -> Any:
    return ops.Dropout(x, p=rate, axes=tuple(axes), name=name) if rate else x


def _shortcut(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    output, after = cell.base_cell(x, states)
    return ops.elemwise_add(output, x, name="plus_fwd"), after


def _zoned(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    count = len(cell.base_cell.state_info())
    before = states[:count]
    output, after = cell.base_cell(x, before)
    if cell.zoneout_states:
        after = [
            _mixed(ops, new, old, cell.zoneout_states)
            for new, old in zip(after, before, strict=True)
        ]
    if cell.zoneout_outputs:
        output = _mixed(ops, output, states[count], cell.zoneout_outputs)
        after = [*after, output]
    return output, after


def _mixed(ops: Any, new: Any, old: Any, rate: float) -> Any:
    return ops.where(_thinned(ops, ops.ones_like(new), rate), new, old)


def _one_after_another(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    after: list[Any] = []
    for part, own in cell._parts(states):
        x, own = part(x, own)
        after += own
    return x, after


def _no_step(cell: Any, ops: Any, x: Any, states: list[Any]) -> Step:
    raise InvalidState(f"{type(cell).__name__}: there is no single step; call `unroll`")


_STEPS: tuple[tuple[type, Callable[..., Step]], ...] = (
    (_native.LSTMPCell, _projected),
    (_native.RNNCell, _plain),
    (_native.LSTMCell, _lstm),
    (_native.GRUCell, _gru),
    (_native.convolution._ConvRNN, _plain),
    (_native.convolution._ConvLSTM, _lstm),
    (_native.convolution._ConvGRU, _gru),
    (_native.DropoutCell, _dropped),
    (_native.ResidualCell, _shortcut),
    (_native.ZoneoutCell, _zoned),
    (_native.SequentialRNNCell, _one_after_another),
    (_native.BidirectionalCell, _no_step),
    (_native.VariationalDropoutCell, _no_step),
)

# ---- all steps of cells


def unrolled(
    cell: Any,
    length: int,
    inputs: Any,
    begin_state: Any = None,
    layout: str = "NTC",
    merge_outputs: bool | None = None,
    valid_length: Any = None,
) -> Step:
    """`RecurrentCell.unroll` of symbols."""
    from weft.mxnet import symbol

    cell.reset()
    states = cell.begin_state(func=symbol.zeros) if begin_state is None else list(begin_state)
    for kind, way in _WAYS:
        if isinstance(cell, kind):
            return way(cell, length, inputs, states, layout, merge_outputs, valid_length)
    return _step_by_step(cell, length, inputs, states, layout, merge_outputs, valid_length)


def _formatted(length: int | None, steps: Any, layout: str, merge: bool | None) -> Any:
    from weft.mxnet.rnn._base import normalized

    return normalized(length, steps, layout, merge)[0]


def _step_by_step(
    cell: Any, length: int, inputs: Any, states: Any, layout: str, merge: Any, lengths: Any
) -> Step:
    from weft.mxnet import symbol

    outputs, history = [], []
    for x in _formatted(length, inputs, layout, False):
        output, states = cell(x, states)
        outputs.append(output)
        history.append(states)
    if lengths is None:
        return _formatted(length, outputs, layout, merge), states
    given = {"sequence_length": lengths, "use_sequence_length": True}
    last = [
        symbol.SequenceLast(symbol.stack(*steps, axis=0), axis=0, **given)
        for steps in zip(*history, strict=True)
    ]
    whole = symbol.stack(*outputs, axis=layout.find("T"))
    masked = symbol.SequenceMask(whole, axis=layout.find("T"), **given)
    return _formatted(length, masked, layout, merge), last


def _through(
    cell: Any, length: int, inputs: Any, states: Any, layout: str, merge: Any, lengths: Any
) -> Step:
    after: list[Any] = []
    parts = list(cell._parts(states))
    for number, (part, own) in enumerate(parts):
        asked = merge if number == len(parts) - 1 else None
        inputs, own = part.unroll(length, inputs, own, layout, asked, lengths)
        after += own
    return inputs, after


def _both_ways(
    cell: Any, length: int, inputs: Any, states: Any, layout: str, merge: Any, lengths: Any
) -> Step:
    from weft.mxnet import symbol

    steps = _formatted(length, inputs, layout, False)
    count = len(cell.l_cell.state_info())
    forth, first = cell.l_cell.unroll(length, steps, states[:count], layout, False, lengths)
    back, last = cell.r_cell.unroll(
        length, _reversed(steps, lengths), states[count:], layout, False, lengths
    )
    prefix = cell.__dict__.get("_output_prefix", "bi_")
    outputs = [
        symbol.Concat(one, other, dim=1, name=f"{prefix}t{number}")
        for number, (one, other) in enumerate(zip(forth, _reversed(back, lengths), strict=True))
    ]
    return _formatted(length, outputs, layout, merge), [*first, *last]


def _reversed(steps: list[Any], lengths: Any) -> list[Any]:
    from weft.mxnet import symbol

    if lengths is None:
        return steps[::-1]
    whole = symbol.SequenceReverse(
        symbol.stack(*steps, axis=0), sequence_length=lengths, use_sequence_length=True
    )
    return list(symbol.split(whole, axis=0, num_outputs=len(steps), squeeze_axis=True))


def _with_shortcut(
    cell: Any, length: int, inputs: Any, states: Any, layout: str, merge: Any, lengths: Any
) -> Step:
    from weft.mxnet import symbol

    outputs, after = cell.base_cell.unroll(length, inputs, states, layout, merge, lengths)
    axis, is_one = layout.find("T"), _symbols.is_symbol(outputs)
    given = _formatted(length, inputs, layout, is_one)
    if lengths is not None:
        whole = _formatted(length, given, layout, True)
        masked = symbol.SequenceMask(
            whole, sequence_length=lengths, use_sequence_length=True, axis=axis
        )
        given = _formatted(length, masked, layout, is_one)
    if is_one:
        return symbol.elemwise_add(outputs, given), after
    return [symbol.elemwise_add(o, i) for o, i in zip(outputs, given, strict=True)], after


def _masked(
    cell: Any, length: int, inputs: Any, states: Any, layout: str, merge: Any, lengths: Any
) -> Step:
    """Variational dropout: the same elements are left out in all steps."""
    from weft.mxnet import symbol as ops

    steps = _formatted(length, inputs, layout, False)

    def thinned(parts: Any, rate: float) -> list[Any]:
        if not rate:
            return list(parts)
        mask = _thinned(ops, ops.ones_like(parts[0]), rate)
        return [ops.elemwise_mul(part, mask) for part in parts]

    steps = thinned(steps, cell.drop_inputs)
    if cell.drop_states:
        mask = _thinned(ops, ops.ones_like(states[0]), cell.drop_states)

        def step(x: Any, before: Any) -> Step:
            return cell.base_cell(x, [ops.elemwise_mul(before[0], mask), *before[1:]])  # type: ignore

        outputs, after = _step_by_step(step, length, steps, states, layout, False, lengths)
    else:
        outputs, after = cell.base_cell.unroll(length, steps, states, layout, False, lengths)
    return _formatted(length, thinned(outputs, cell.drop_outputs), layout, merge), after


_WAYS: tuple[tuple[type, Callable[..., Step]], ...] = (
    (_native.SequentialRNNCell, _through),
    (_native.BidirectionalCell, _both_ways),
    (_native.ResidualCell, _with_shortcut),
    (_native.VariationalDropoutCell, _masked),
)

__all__ = ["all_steps", "one_step", "unrolled"]
