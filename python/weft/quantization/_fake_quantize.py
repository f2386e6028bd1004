"""Rounding as int8 rounds, with gradients as if nothing was rounded (straight-through estimators,
Bengio et al. 2013; Jacob et al. 2018): 1 within the range, 0 beyond it."""

from typing import Any, NamedTuple

from weft import autograd, np, npx
from weft.quantization._weight_scales import MOST_BIAS, SMALLEST_SCALE


class FakeScale(NamedTuple):
    """The real numbers that int8 stands for, as `Scale`, of arrays: step * (q - zero)."""

    step: Any
    zero: Any


def scale_of(bounds: Any) -> FakeScale:
    """Of a range; bounds: the least and the greatest, shape (2,)."""
    bounds = npx.stop_gradient(bounds)
    low, high = np.minimum(bounds[0], 0.0), np.maximum(bounds[1], 0.0)
    step = np.maximum((high - low) / 255, 1e-8)
    return FakeScale(step, np.clip(np.rint(-128 - low / step), -128, 127))


def straight_through(x: Any, found: Any) -> Any:
    """`found` as a value, `x` for gradients."""
    return x + npx.stop_gradient(found - x) if autograd.is_training() else found


def fake_quantize(x: Any, scale: FakeScale, grain: Any = None, *, is_average: bool = False) -> Any:
    """Real numbers that int8 of this scale has.

    grain: parts of a step that int8's first rounding leaves, which its second one then rounds, with
        halves away from zero; None where it rounds once, halves to the even number
    is_average: the second rounding is of numbers that have the zero point in them
    """
    step, zero = scale
    steps = npx.stop_gradient(x) / step
    if grain is None:
        whole = np.rint(steps) + zero
    else:
        first = np.floor((steps + zero if is_average else steps) * grain + 0.5)
        whole = np.sign(first) * np.floor(np.abs(first) / grain + 0.5)
        whole = whole if is_average else whole + zero
    found = (np.clip(whole, -128, 127) - zero) * step
    if not autograd.is_training():
        return found
    within = np.minimum(np.maximum(x, (-128 - zero) * step), (127 - zero) * step)
    return straight_through(within, found)


def fake_quantize_weight(weight: Any, bias: Any = None, step: Any = 1.0) -> tuple[Any, Any]:
    """Weights (units, ...) that int8 with a step for each unit has, and these steps, (units,); bias
    and step as for `weight_scales`."""
    fixed = npx.stop_gradient(weight)
    axes = tuple(range(1, len(weight.shape)))
    greatest = np.max(np.abs(fixed), axis=axes, keepdims=True)
    least = np.maximum(np.max(greatest) * SMALLEST_SCALE, 1e-20)
    steps = np.maximum(greatest, least) / 127
    if bias is not None:
        fitting = np.abs(npx.stop_gradient(bias)) / (MOST_BIAS * step)
        steps = np.maximum(steps, np.reshape(fitting, steps.shape))
    found = np.rint(fixed / steps) * steps
    return straight_through(weight, found), np.reshape(steps, (-1,))


def grain_of(ratio: Any) -> Any:
    """Of a requantization by this factor: 2^right, where the first rounding is of what has `right`
    more bits than the result (docs/quantization.md, "To the bit")."""
    right = -(np.floor(np.log2(ratio)) + 1)
    return np.exp2(np.maximum(right, 0.0))
