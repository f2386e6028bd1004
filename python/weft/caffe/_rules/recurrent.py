"""Recurrent layers: LSTM and RNN over steps, whose second bottom says where a sequence goes on.

Bottoms: (T, N, ...), and (T, N) with 0 at the first step of a sequence, else 1; then, as the layer
is set, an input that is the same at each step, and first states. Without first states a layer
begins where its last call ended, as Caffe's does; a batch of another size begins at zeros.
"""

import math
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import Blob, layer


def _bottoms(shapes: Any, exposed: int) -> tuple[int, bool]:
    """Features of a step, and whether there is an input that is the same at each."""
    data = shapes[0]
    if len(shapes) - exposed not in (2, 3) or len(data) < 3 or shapes[1] != data[:2]:
        raise InvalidValue(
            "bottoms must be data (T, N, ...), continuation (T, N), then a static input and first "
            f"states where they are used; got shapes {', '.join(map(str, shapes))}"
        )
    return math.prod(data[2:]), len(shapes) - exposed == 3


def _matrix(name: str, rows: int, columns: int, fillers: Any) -> Blob:
    return Blob(name, (rows, columns), fillers.get("weight_filler"))


def _states(names: Any, shapes: Any, units: int, is_exposed: bool) -> list[Blob | None]:
    """What the layer keeps from call to call."""
    if is_exposed:
        return [None] * len(names)
    shape = (shapes[0][1], units)
    return [Blob(name, shape, is_state=True, is_saved=False) for name in names]


def _lstm_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    units, is_exposed = options["num_output"], options.get("expose_hidden", False)
    features, has_static = _bottoms(shapes, 2 if is_exposed else 0)
    static = math.prod(shapes[2][1:]) if has_static else 0
    return [
        *_states(("hidden", "cell"), shapes, units, is_exposed),
        _matrix("weight_x", 4 * units, features, fillers),
        Blob("bias", (4 * units,), fillers.get("bias_filler")),
        _matrix("weight_static", 4 * units, static, fillers) if has_static else None,
        _matrix("weight_h", 4 * units, units, fillers),
    ]


def _split(rest: Any, has_static: bool, count: int) -> tuple[Any, list[Any]]:
    static, states = (rest[0], rest[1:]) if has_static else (None, rest)
    return static, list(states) if len(states) == count else []


def _kept(state: ndarray | None, like: ndarray, units: int) -> ndarray:
    """What a layer begins with."""
    if state is not None and state.shape[0] == like.shape[1]:
        return npx.stop_gradient(state)
    return np.zeros((like.shape[1], units), dtype=like.dtype)


def _keep(pairs: Any) -> None:
    """Writes the last states where the next call finds them."""
    with autograd.pause(train_mode=autograd.is_training()):
        for state, value in pairs:
            if state is not None and state.shape == value.shape:
                state[...] = value


def _projected(x: ndarray, weight: ndarray, bias: ndarray, static: Any, other: Any) -> ndarray:
    """The inputs of all steps, times their weights."""
    rows = x.reshape((*x.shape[:2], -1))
    inner = npx.fully_connected(rows, weight, bias, flatten=False)
    return inner if static is None else inner + npx.fully_connected(static, other)


@layer("LSTM", "recurrent_param", blobs=_lstm_blobs, states=(0, 1))
def _lstm(
    hidden: Array,
    cell: Array,
    weight_x: Array,
    bias: Array,
    weight_static: Array,
    weight_h: Array,
    x: Array,
    goes_on: Array,
    *rest: Array,
    num_output: int,
    debug_info: bool = False,
    expose_hidden: bool = False,
    _: Any,
) -> Any:
    static, given = _split(rest, weight_static is not None, 2)
    h, c = (
        [state.reshape(state.shape[1:]) for state in given]
        if given
        else [_kept(hidden, x, num_output), _kept(cell, x, num_output)]
    )
    inner = _projected(x, weight_x, bias, static, weight_static)
    steps = []
    for step in range(x.shape[0]):
        mark = goes_on[step].reshape((-1, 1))
        gates = inner[step] + npx.fully_connected(h * mark, weight_h)
        i, f, o, g = np.split(gates, 4, axis=1)
        c = npx.sigmoid(f) * mark * c + npx.sigmoid(i) * np.tanh(g)
        h = npx.sigmoid(o) * np.tanh(c)
        steps.append(h)
    _keep(((hidden, h), (cell, c)))
    y = np.stack(steps)
    return (y, np.expand_dims(h, 0), np.expand_dims(c, 0)) if _.outputs > 1 else y


def _rnn_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    units, is_exposed = options["num_output"], options.get("expose_hidden", False)
    features, has_static = _bottoms(shapes, 1 if is_exposed else 0)
    static = math.prod(shapes[2][1:]) if has_static else 0
    return [
        *_states(("hidden",), shapes, units, is_exposed),
        _matrix("weight_x", units, features, fillers),
        Blob("bias", (units,), fillers.get("bias_filler")),
        _matrix("weight_static", units, static, fillers) if has_static else None,
        _matrix("weight_h", units, units, fillers),
        _matrix("weight_o", units, units, fillers),
        Blob("bias_o", (units,), fillers.get("bias_filler")),
    ]


@layer("RNN", "recurrent_param", blobs=_rnn_blobs, states=(0,))
def _rnn(
    hidden: Array,
    weight_x: Array,
    bias: Array,
    weight_static: Array,
    weight_h: Array,
    weight_o: Array,
    bias_o: Array,
    x: Array,
    goes_on: Array,
    *rest: Array,
    num_output: int,
    debug_info: bool = False,
    expose_hidden: bool = False,
    _: Any,
) -> Any:
    static, given = _split(rest, weight_static is not None, 1)
    h = given[0].reshape(given[0].shape[1:]) if given else _kept(hidden, x, num_output)
    inner = _projected(x, weight_x, bias, static, weight_static)
    steps = []
    for step in range(x.shape[0]):
        mark = goes_on[step].reshape((-1, 1))
        h = np.tanh(inner[step] + npx.fully_connected(h * mark, weight_h))
        steps.append(np.tanh(npx.fully_connected(h, weight_o, bias_o)))
    _keep(((hidden, h),))
    y = np.stack(steps)
    return (y, np.expand_dims(h, 0)) if _.outputs > 1 else y


__all__: list[str] = []
