"""Normalisations and steps of recurrent networks."""

from typing import Any

from weft._batching.elementwise import one_by_one
from weft._batching.indexing import in_one
from weft._batching.products import channels_apart, channels_in_one
from weft._batching.table import Call, Value, moved, op, reshaped, rules

# ---- rows and groups, whose factors may differ between examples


def _factor(call: Call, place: int, rank: int, axis: int) -> Any:
    """A vector of factors, with the batch or not, along one axis of values of `rank` axes."""
    (extent,) = call.shape(place)
    shape = [extent if i == axis else 1 for i in range(rank)]
    lead = [call.size] if call.is_batched(place) else []
    return reshaped(call.plain(place), (*lead, *shape))


def _channel_axis(call: Call, rank: int) -> int:
    return rank - 1 if call.op.startswith("normalize_rows") else 1


def _run(call: Call, name: str, operands: list[Any], **options: Any) -> list[Any]:
    """The operator of that name on data with the batch: rows as they are, images in one."""
    data = operands[0]
    kept = ("eps", "centred", "num_groups")
    given = {key: value for key, value in call.attributes.items() if key in kept}
    if call.op.startswith("normalize_rows"):
        return [op(name, *operands, **given, **options)]
    flat = [
        in_one(operand) if operand is not None and operand.ndim > 1 else operand
        for operand in operands
    ]
    return [reshaped(op(name, *flat, **given, **options), data.shape)]


@rules("normalize_rows", "normalize_groups")
def normalize(call: Call) -> list[Value]:
    if not call.any_batched(1, 2):
        return call.results(_run(call, call.op, [call.full(0), call.plain(1), call.plain(2)]))
    rank = call.rank(0)
    axis = _channel_axis(call, rank)
    (found,) = _run(call, call.op, [call.full(0), None, None])
    if call.given(1):
        found = op("multiply", found, _factor(call, 1, rank, axis))
    if call.given(2):
        found = op("add", found, _factor(call, 2, rank, axis))
    return call.results([found])


@rules("normalize_rows_gradient", "normalize_groups_gradient")
def normalize_gradient(call: Call) -> list[Value]:
    """The operator sums the gradients of factors over all that it is given, so these sums are made
    here, for each example."""
    rank = call.rank(1)
    axis = _channel_axis(call, rank)
    dout, data = call.full(0), call.full(1)
    scaled = dout
    if call.given(2):
        scaled = op("multiply", dout, _factor(call, 2, rank, axis))
    found = _run(call, call.op, [scaled, data, None], affine=False)
    if call["affine"]:
        forward = call.op.removesuffix("_gradient")
        (normal,) = _run(call, forward, [data, None, None])
        others = tuple([i + 1 for i in range(rank) if i != axis])
        for product in (op("multiply", dout, normal), dout):
            found.append(op("sum", product, axis=others) if others else product)
    return call.results(found)


# ---- batch norms: a channel for each example's


@rules("batch_norm_training")
def batch_norm(call: Call) -> list[Value]:
    vectors = [in_one(call.full(place)) for place in (1, 2)]
    out, mean, variance = call.run([channels_in_one(call.full(0)), *vectors])
    return call.results([channels_apart(out, call.size), mean, variance])


@rules("batch_norm_training_gradient")
def batch_norm_gradient(call: Call) -> list[Value]:
    arrays = [
        channels_in_one(call.full(place)) if place in (0, 3) else in_one(call.full(place))
        for place in range(call.count)
    ]
    data, gamma, beta = call.run(arrays)
    return call.results([channels_apart(data, call.size), gamma, beta])


# ---- recurrent steps: more sequences, where all have the same weights

# By operator: of each operand the axis of the sequences, None for weights; and of each result.
_SEQUENCES: dict[str, tuple[list[int | None], list[int]]] = {
    "rnn_steps": ([1, 0, None], [1]),
    "rnn_steps_gradient": ([None, 1, 1], [1, 0]),
    "gru_steps": ([1, 0, None, None], [1, 1, 1]),
    "gru_steps_gradient": ([None, 0, 1, 1, 1, 1, 1, 1], [1, 1, 0]),
    "lstm_steps": ([1, 0, 0, None], [1, 1, 1]),
    "lstm_steps_gradient": ([None, 0, 1, 1, 1, 1, 1], [1, 0, 0]),
}


@rules(*_SEQUENCES)
def recurrent_steps(call: Call) -> list[Value]:
    places, results = _SEQUENCES[call.op]
    weights = [place for place, axis in enumerate(places) if axis is None]
    if call.any_batched(*weights):
        return one_by_one(call)
    arrays = [
        call.plain(place) if axis is None else _joined_at(call.full(place), axis)
        for place, axis in enumerate(places[: call.count])
    ]
    found = call.run(arrays)
    parted = [_parted_at(a, axis, call.size) for a, axis in zip(found, results, strict=True)]
    return call.results(parted)


def _joined_at(array: Any, axis: int) -> Any:
    """The batch, axis 0, joined with the axis that is `axis` in one example."""
    if array is None:
        return None
    turned = moved(array, 0, axis)
    shape = turned.shape
    return reshaped(turned, (*shape[:axis], shape[axis] * shape[axis + 1], *shape[axis + 2 :]))


def _parted_at(array: Any, axis: int, size: int) -> Any:
    shape = array.shape
    parted = reshaped(array, (*shape[:axis], size, shape[axis] // size, *shape[axis + 1 :]))
    return moved(parted, axis, 0)


__all__: list[str] = []
