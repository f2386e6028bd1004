"""Custom operators of TensorFlow Lite Micro's signal library: speech features in fixed point.

What has a table or a loop of its own is an operator of Weft (`npx.signal_*`); the rest is
elementwise arithmetic. All of it has the bits of the library.
"""

from collections.abc import Iterator

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.program import Node, Program
from weft._import.values import Array
from weft.tflite._rules._table import RULES as rules

_INT16 = 7  # TensorType
_MOST = 1 << 20  # samples, frames or channels that a file may ask for


def _add_state(node: Node, program: Program, name: str, value: numpy.ndarray) -> None:
    """Adds what stays from call to call as a further input."""
    program.constants[f"{node.name}.{name}"] = value
    node.inputs.append(f"{node.name}.{name}")


# ---- frames -------------------------------------------------------------------------------------


def _prepare_delay(node: Node, program: Program) -> None:
    length = _positive(node, "delay_length")
    _add_state(
        node, program, "kept", numpy.zeros((*node.notes.inputs[0].shape[:-1], length), "int16")
    )


def _positive(node: Node, attribute: str) -> int:
    """An attribute that is a count of samples, frames or channels."""
    count = node.attributes.get(attribute, 0)
    if not 0 < count <= _MOST:
        raise InvalidValue(f"{node.title}: `{attribute}` must be in [1, {_MOST}]; got {count}")
    return count


@rules("CUSTOM SignalDelay", states=(1,), prepare=_prepare_delay)
def _delay(x: Array, kept: Array = None, *, delay_length: int) -> ndarray:
    row = np.concatenate([kept, x], -1)
    kept[...] = row[..., x.shape[-1] :]
    return row[..., : x.shape[-1]]


def _prepare_framer(node: Node, program: Program) -> None:
    """Adds the samples of the frame before, and how many steps there were so far."""
    size, step = _positive(node, "frame_size"), _positive(node, "frame_step")
    *rows, samples = node.notes.inputs[0].shape
    if size < step or samples % step:
        raise InvalidValue(
            f"{node.title}: `frame_step` must be at most `frame_size`, {size}, and divide the "
            f"{samples} samples of a call; got {step}"
        )
    kept = size - step if node.attributes.get("prefill") else (-(-size // step) - 1) * step
    _add_state(node, program, "kept", numpy.zeros((*rows, kept), "int16"))
    _add_state(node, program, "steps", numpy.zeros((), "int32"))


@rules("CUSTOM SignalFramer", states=(1, 2), prepare=_prepare_framer)
def _framer(
    x: Array,
    kept: Array = None,
    steps: Array = None,
    *,
    frame_size: int,
    frame_step: int,
    prefill: bool = False,
) -> tuple[ndarray, ndarray]:
    """Frames that overlap. Without `prefill` the first calls, whose frames lack samples, are not
    valid: there the library leaves the result as it is, and here samples before the first are 0."""
    row, count = np.concatenate([kept, x], -1), x.shape[-1] // frame_step
    starts = [frame * frame_step for frame in range(count)]
    frames = np.stack([row[..., start : start + frame_size] for start in starts], -2)
    needed = 1 if prefill else -(-frame_size // frame_step)
    valid = steps + 1 >= needed
    kept[...] = row[..., x.shape[-1] :]
    steps[...] = np.minimum(steps + count, needed)
    return frames, valid


def _prepare_stacker(node: Node, program: Program) -> None:
    channels, _ = _positive(node, "num_channels"), _positive(node, "stacker_step")
    left, right = (node.attributes.get(f"stacker_{side}_context", 0) for side in ("left", "right"))
    if not (
        0 <= left <= _MOST and 0 <= right <= _MOST and node.notes.inputs[0].shape == (channels,)
    ):
        raise InvalidValue(
            f"{node.title}: contexts must be in [0, {_MOST}], and the input {channels} channels; "
            f"got {left}, {right} and shape {node.notes.inputs[0].shape}"
        )
    _add_state(node, program, "kept", numpy.zeros((left + right, channels), "int16"))
    _add_state(node, program, "calls", numpy.zeros((), "int32"))


@rules("CUSTOM SignalStacker", states=(1, 2), prepare=_prepare_stacker)
def _stacker(
    x: Array,
    kept: Array = None,
    calls: Array = None,
    *,
    num_channels: int,
    stacker_left_context: int = 0,
    stacker_right_context: int = 0,
    stacker_step: int,
) -> tuple[ndarray, ndarray]:
    """A frame beside those before and behind it; before the first one stands that one. Only each
    call of number `stacker_step` is valid, from the one on that has all frames behind it: in others
    the library leaves the result as it is."""
    row = x.reshape((1, num_channels))
    before = np.where(np.equal(calls, 0), row, kept)
    frames = np.concatenate([before, row], 0)
    kept[...] = frames[1:]
    since = calls - stacker_right_context
    valid = np.logical_and(since >= 0, np.equal(since % stacker_step, 0))
    # The number of a call counts on within a step's length.
    far = calls + 1 > stacker_right_context + stacker_step
    calls[...] = np.where(far, calls + 1 - stacker_step, calls + 1)
    return frames.reshape((-1,)), valid


def _prepare_overlap(node: Node, program: Program) -> None:
    step, shape = _positive(node, "frame_step"), node.notes.inputs[0].shape
    if len(shape) < 2 or shape[-1] < step:
        raise InvalidValue(
            f"{node.title}: `frame_step` must be at most the extent of a frame; "
            f"got {step} and shape {shape}"
        )
    zeros = numpy.zeros((*shape[:-2], shape[-1] - step), node.notes.inputs[0].dtype)
    _add_state(node, program, "kept", zeros)


@rules("CUSTOM SignalOverlapAdd", states=(1,), prepare=_prepare_overlap)
def _overlap_add(x: Array, kept: Array = None, *, frame_step: int, T: int = _INT16) -> ndarray:  # noqa: N803
    """Frames that overlap become one row: a sum at each step, which saturates in 16 bits."""
    size, found = x.shape[-1], []
    rest = kept
    for frame in range(x.shape[-2]):
        zeros = np.zeros((*rest.shape[:-1], frame_step), dtype=x.dtype)
        row = np.concatenate([rest, zeros], -1)
        if x.dtype == "int16":
            total = row.astype("int32") + x[..., frame, :].astype("int32")
            row = np.clip(total, -32768, 32767).astype("int16")
        else:
            row = row + x[..., frame, :]
        found.append(row[..., :frame_step])
        rest = row[..., frame_step:size]
    kept[...] = rest
    return np.concatenate(found, -1)


# ---- spectra ------------------------------------------------------------------------------------


@rules("CUSTOM SignalWindow")
def _window(x: Array, window: Array, *, shift: int) -> ndarray:
    rows = x.reshape((-1, window.shape[0])).astype("int32") * window.astype("int32")
    rows = np.clip(np.right_shift(rows, shift), -32768, 32767)
    return rows.astype("int16").reshape(x.shape)


@rules("CUSTOM SignalFftAutoScale")
def _auto_scale(x: Array) -> tuple[ndarray, ndarray]:
    return npx.signal_auto_scale(x)


def _check_transform(node: Node) -> Iterator[str]:
    length = node.attributes.get("fft_length", 4)
    if node.attributes.get("T", _INT16) != _INT16:
        yield f"only int16 is supported, `T` = {_INT16}; got {node.attributes['T']}"
    if not (4 <= length <= 1 << 16 and length & (length - 1) == 0):
        yield f"`fft_length` must be a power of two from 4 to 65536; got {length}"


@rules("CUSTOM SignalRfft", check=_check_transform)
def _rfft(x: Array, *, fft_length: int, T: int = _INT16) -> ndarray:  # noqa: N803
    return npx.signal_rfft(x, fft_length)


@rules("CUSTOM SignalEnergy")
def _energy(x: Array, *, start_index: int = 0, end_index: int) -> ndarray:
    """Squares of magnitudes of some numbers. The library leaves the others as they are: 0 here."""
    *rows, parts = x.shape
    if not 0 <= start_index <= end_index <= parts // 2:
        raise InvalidValue(
            f"`start_index` and `end_index` must be in [0, {parts // 2}], in order; "
            f"got {start_index} and {end_index}"
        )
    numbers = x.reshape((*rows, parts // 2, 2))[..., start_index:end_index, :]
    real, imaginary = numbers[..., 0].astype("int32"), numbers[..., 1].astype("int32")
    found = real * real + imaginary * imaginary
    margins = [*[(0, 0)] * len(rows), (start_index, parts // 2 - end_index)]
    return np.pad(found.astype("uint32"), margins)


# ---- bands --------------------------------------------------------------------------------------


@rules("CUSTOM SignalFilterBank")
def _filter_bank(
    x: Array,
    weights: Array,
    unweights: Array,
    starts: Array,
    weight_starts: Array,
    widths: Array,
    *,
    num_channels: int,
) -> ndarray:
    if starts.shape != (num_channels + 1,):
        raise InvalidValue(
            f"a filter bank of {num_channels} channels needs {num_channels + 1} starts; "
            f"got shape {starts.shape}"
        )
    return npx.signal_filter_bank(x, weights, unweights, starts, weight_starts, widths)


@rules("CUSTOM SignalFilterBankSquareRoot")
def _square_root(x: Array, bits: Array) -> ndarray:
    return np.right_shift(npx.signal_square_root(x), bits.astype("uint32"))


def _prepare_noise(node: Node, program: Program) -> None:
    """Adds the noise of the channels, which stays from call to call."""
    channels = node.attributes.get("num_channels", 0)
    if node.notes.inputs[0].shape != (channels,):
        raise InvalidValue(
            f"{node.title}: `num_channels` must be the extent of its input, "
            f"{node.notes.inputs[0].shape}; got {channels}"
        )
    _add_state(node, program, "noise", numpy.zeros(channels, "uint32"))


@rules("CUSTOM SignalFilterBankSpectralSubtraction", states=(1,), prepare=_prepare_noise)
def _spectral_subtraction(
    x: Array,
    noise: Array = None,  # added by `prepare`
    *,
    num_channels: int,
    smoothing: int,
    one_minus_smoothing: int,
    alternate_smoothing: int,
    alternate_one_minus_smoothing: int,
    min_signal_remaining: int,
    smoothing_bits: int,
    spectral_subtraction_bits: int,
    clamping: bool = False,
) -> tuple[ndarray, ndarray]:
    """What is left of the channels without their noise, which is a moving average of them; odd
    channels have factors of their own."""

    def by_channel(even: int, odd: int) -> ndarray:
        factors = numpy.array([even, odd], "int64").astype("uint32")
        return np.array(numpy.resize(factors, num_channels).astype("uint64"))

    def divided(product: ndarray) -> ndarray:
        return np.right_shift(product, spectral_subtraction_bits).astype("uint32")

    of_signal = by_channel(smoothing, alternate_smoothing)
    of_noise = by_channel(one_minus_smoothing, alternate_one_minus_smoothing)
    least = int(numpy.array(min_signal_remaining, "int64").astype("uint32"))
    signal = np.left_shift(x, smoothing_bits)
    moved = divided(signal.astype("uint64") * of_signal + noise.astype("uint64") * of_noise)
    estimate = np.minimum(moved, signal)
    floor = divided(x.astype("uint64") * least)
    rest = np.maximum(np.right_shift(signal - estimate, smoothing_bits), floor)
    new = estimate if clamping else moved
    noise[...] = new
    return rest, new


@rules("CUSTOM SignalPCAN")
def _gain(x: Array, noise: Array, table: Array, *, snr_shift: int) -> ndarray:
    return npx.signal_gain(x, noise, table, snr_shift)


@rules("CUSTOM SignalFilterBankLog")
def _log(x: Array, *, output_scale: int, input_correction_bits: int = 0) -> ndarray:
    return npx.signal_log(x, output_scale, input_correction_bits)
