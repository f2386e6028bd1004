"""Products: matrices, attention and convolutions. Where a weight differs between examples, a
convolution has a group of channels for each."""

from typing import Any

from weft._batching.indexing import in_one
from weft._batching.table import Call, Value, moved, op, reshaped, rules


@rules("matmul")
def matmul(call: Call) -> list[Value]:
    ranks = call.rank(0), call.rank(1)
    if ranks == (2, 1) and not call.is_batched(0):
        # One matrix and many vectors: one product of matrices.
        turned = op("transpose", call.plain(0))
        return call.results(call.run([call.plain(1), turned]))
    lead = max(ranks[0] - 2, ranks[1] - 2, 0)
    found = call.run([_as_matrices(call, 0, lead), _as_matrices(call, 1, lead)])
    return call.results(found)


def _as_matrices(call: Call, place: int, lead: int) -> Any:
    """The operand as matrices with `lead` axes between them and the batch; without a batch as it
    is, but that a vector is a row on the left and a column on the right."""
    array, shape = call.plain(place), call.shape(place)
    if len(shape) == 1:
        shape = (1, *shape) if place == 0 else (*shape, 1)
    if not call.is_batched(place):
        return reshaped(array, shape)
    return reshaped(array, (call.size, *[1] * (lead + 2 - len(shape)), *shape))


def _with_lead(call: Call, place: int, lead: int, last: int) -> Any:
    """The operand, with the batch, and with `lead` axes between that and the last ones."""
    if not call.given(place):
        return None
    shape = call.shape(place)
    missing = lead - (len(shape) - last)
    return reshaped(call.full(place), (call.size, *[1] * missing, *shape))


@rules("attention_blocks")
def attention(call: Call) -> list[Value]:
    lead = max(call.rank(place) for place in range(3)) - 2
    arrays = [_with_lead(call, place, lead, 2) for place in range(3)]
    if call.given(3):
        arrays.append(call.aligned(3, lead + 2))
    return call.results(call.run(arrays))


@rules("attention_gradient")
def attention_gradient(call: Call) -> list[Value]:
    lead = max(call.rank(place) for place in range(4, 7)) - 2
    lasts = (2, 1, 2, 1, 2, 2, 2)
    arrays = [_with_lead(call, place, lead, last) for place, last in enumerate(lasts)]
    if call.given(7):
        arrays.append(call.aligned(7, lead + 2))
    return call.results(call.run(arrays))


# Factorizations of matrices, which take any axes in front.
_SMALL = ("inv", "solve", "det", "cholesky", "eigh")
_LARGE = (*_SMALL, "triangular", "slogdet", "svd", "svd_whole", "eig", "qr", "qr_whole")


@rules(*[f"small_{name}" for name in _SMALL], *[f"lapack_{name}" for name in _LARGE])
def factorization(call: Call) -> list[Value]:
    lead = max(call.rank(place) for place in range(call.count)) - 2
    arrays = [_with_lead(call, place, lead, 2) for place in range(call.count)]
    return call.results(call.run(arrays))


# ---- convolutions


def channels_in_one(array: Any) -> Any:
    """(B, N, C, ...) as (N, B C, ...)."""
    turned = moved(array, 0, 1)
    n, size, channels, *rest = turned.shape
    return reshaped(turned, (n, size * channels, *rest))


def channels_apart(array: Any, size: int) -> Any:
    """(N, B C, ...) as (B, N, C, ...)."""
    n, channels, *rest = array.shape
    return moved(reshaped(array, (n, size, channels // size, *rest)), 1, 0)


@rules("convolution_image")
def convolution(call: Call) -> list[Value]:
    if not call.any_batched(1, 2):
        (found,) = call.run([in_one(call.full(0)), call.plain(1), call.plain(2)])
        return call.results([found])
    groups = call["num_group"] * call.size
    weight, bias = in_one(call.full(1)), in_one(call.full(2))
    (found,) = call.run([channels_in_one(call.full(0)), weight, bias], num_group=groups)
    return call.results([channels_apart(found, call.size)])


@rules("convolution_data")
def convolution_data(call: Call) -> list[Value]:
    count, channels, *rest = call["data_shape"]
    if not call.is_batched(1):
        shape = (call.size * count, channels, *rest)
        return call.results(call.run([in_one(call.full(0)), call.plain(1)], data_shape=shape))
    (found,) = call.run(
        [channels_in_one(call.full(0)), in_one(call.full(1))],
        num_group=call["num_group"] * call.size,
        data_shape=(count, call.size * channels, *rest),
    )
    return call.results([channels_apart(found, call.size)])


@rules("convolution_weight")
def convolution_weight(call: Call) -> list[Value]:
    filters, *rest = call["weight_shape"]
    return call.results(
        call.run(
            [channels_in_one(call.full(0)), channels_in_one(call.full(1))],
            num_group=call["num_group"] * call.size,
            weight_shape=(call.size * filters, *rest),
        )
    )


__all__ = ["channels_apart", "channels_in_one"]
