"""Operators on elements, and what runs one example after the other."""

from typing import Any

from weft import npx
from weft._batching.table import Call, Value, op, rules
from weft._trace.state import is_tracing
from weft._transforms.running import operator_named


@rules("elementwise", "pair")
def elementwise(call: Call) -> list[Value]:
    """Operands broadcast: those of fewer axes get axes of extent 1 behind the batch."""
    rank = len(call.out[0].shape)
    return call.results(call.run([call.aligned(place, rank) for place in range(call.count)]))


@rules("cast", "copy", "stop_gradient", "bounded_integers", "real_part", "imaginary_part")
@rules("signal_square_root", "signal_log", "quantized_add")
@rules("gamma_slope", "wald_slope", "vonmises_slope", "narrow", "widen", "reinterpret")
def same_shapes(call: Call) -> list[Value]:
    """All operands have the result's shape."""
    return call.results(call.run(call.fulls()))


@rules("full", "arange")
def made(call: Call) -> list[Value]:
    """Without operands there is nothing to batch; as the operator runs once, so does this."""
    return [Value(array, False) for array in call.run([])]


def one_by_one(call: Call) -> list[Value]:
    """Runs the operator for each example and stacks the results: in a trace as a loop of the graph,
    else in Python."""
    places = [place for place in range(call.count) if call.is_batched(place)]

    def example(rows: list[Any]) -> list[Any]:
        given: list[Any] = [call.plain(place) for place in range(call.count)]
        for place, row in zip(places, rows, strict=True):
            given[place] = row
        return call.run(given)

    return call.results(each([call.plain(place) for place in places], example, call))


def each(batched: list[Any], example: Any, call: Call) -> list[Any]:
    """The results of `example` on the rows of some arrays, stacked."""
    if call.size == 0:
        return [
            op("full", shape=(0, *shape), fill_value=0, dtype=dtype) for dtype, shape in call.out
        ]
    has_effect = operator_named(call.op).schema["effect"]
    if is_tracing() and not has_effect and batched and call.size > 1:
        found, _ = npx.foreach(lambda rows, _: (example(list(rows)), []), batched, [])
        return list(found)
    steps = [example([array[i] for array in batched]) for i in range(call.size)]
    return [op("stack", *parts, axis=0) for parts in zip(*steps, strict=True)]


rules.rules["one by one"] = one_by_one
rules(
    # What passes make of plans, and integer arithmetic for devices: nobody differentiates these.
    *("batch_norm_training_blocked", "batch_norm_training_gradient_blocked", "convolution_blocked"),
    *("convolution_data_blocked", "convolution_weight_blocked", "pack_convolution", "pack_matmul"),
    *("matmul_packed", "pack_quantized", "pack_quantized_depthwise", "pack_quantized_filters"),
    *("pack_recurrent", "pack_weight_only", "pooling_average_gradient_blocked", "pooling_blocked"),
    *("pooling_scatter_blocked", "pooling_taps_blocked", "gru_steps_packed", "lstm_steps_packed"),
    *("rnn_steps_packed", "quantized_convolution16", "quantized_convolution_groups"),
    *("quantized_convolution_packed", "quantized_convolution_rows", "quantized_depthwise"),
    *("quantized_gru", "quantized_lookup", "quantized_lstm", "quantized_pooling"),
    *("quantized_product", "quantized_softmax", "requantize", "signal_auto_scale"),
    *("signal_filter_bank", "signal_gain", "signal_rfft", "weight_only_product"),
    # Regions name their image by its number.
    *("region_means", "region_means_adjoint", "region_peaks"),
)(one_by_one)


@rules("check")
def check(call: Call) -> list[Value]:
    """True for all examples."""
    call.run([call.plain(place) for place in range(call.count)])
    return []


@rules("print")
def print_each(call: Call) -> list[Value]:
    """A line for each example."""
    return one_by_one(call)


rules.refuse("it calls a function of the host on the arrays of one example", "callback")
rules.refuse(
    "it reaches other ranks, with the arrays of one example",
    *("all_reduce", "broadcast", "gather_blocks", "reduce_blocks", "exchange_blocks"),
    *("all_reduce_start", "broadcast_start", "gather_blocks_start", "reduce_blocks_start"),
    *("exchange_blocks_start", "collective_wait", "send", "receive", "barrier"),
    *("group_rank", "group_size", "all_gather", "reduce_scatter", "all_to_all"),
    *("gather_parts", "sum_parts", "copy_to_parts"),
)
rules.refuse("its result's extent follows from values; use np.where", "nonzero_rows")


# ---- random numbers


@rules("uniform", "normal", "exponential", "randint", "permutation")
def drawn(call: Call) -> list[Value]:
    """Numbers without operands: other ones for each example, or the same."""
    if call.randomness == "same":
        return [Value(array, False) for array in call.run([])]
    if call.op == "permutation":
        return call.results(each([], lambda rows: call.run([]), call))
    return call.results(call.run([], shape=(call.size, *call["shape"])))


@rules("poisson", "binomial", "hypergeometric", "logseries", "zipf")
@rules("standard_gamma", "log_standard_gamma", "wald", "vonmises")
def sampled(call: Call) -> list[Value]:
    """Random numbers by parameters that are arrays."""
    if not call.any_batched() and call.randomness == "same":
        plain = [call.plain(place) for place in range(call.count)]
        return [Value(array, False) for array in call.run(plain)]
    return call.results(call.run(call.fulls()))


__all__ = ["each", "elementwise", "one_by_one"]
