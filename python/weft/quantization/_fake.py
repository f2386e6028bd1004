"""Rounding as int8 rounds, with gradients as if nothing was rounded (straight-through estimators,
Bengio et al. 2013; Jacob et al. 2018): 1 within the range, 0 beyond it."""

from typing import Any

from weft import autograd, np, npx
from weft.quantization._steps import SMALLEST_STEP


def fake_quantize(x: Any, bounds: Any) -> Any:
    """Real numbers that int8 of this range has; bounds: the least and the greatest, shape (2,)."""
    bounds = npx.stop_gradient(bounds)
    low, high = np.minimum(bounds[0], 0.0), np.maximum(bounds[1], 0.0)
    step = np.maximum((high - low) / 255, 1e-8)
    zero = np.clip(np.rint(-128 - low / step), -128, 127)
    whole = np.clip(np.rint(npx.stop_gradient(x) / step) + zero, -128, 127)
    found = (whole - zero) * step
    if not autograd.is_training():
        return found
    within = np.minimum(np.maximum(x, (-128 - zero) * step), (127 - zero) * step)
    return within + npx.stop_gradient(found - within)


def fake_quantize_weight(weight: Any) -> Any:
    """Weights (units, ...) that int8 with a step for each unit has."""
    fixed = npx.stop_gradient(weight)
    axes = tuple(range(1, len(weight.shape)))
    greatest = np.max(np.abs(fixed), axis=axes, keepdims=True)
    least = np.maximum(np.max(greatest) * SMALLEST_STEP, 1e-20)
    step = np.maximum(greatest, least) / 127
    found = np.rint(fixed / step) * step
    return weight + npx.stop_gradient(found - fixed) if autograd.is_training() else found
