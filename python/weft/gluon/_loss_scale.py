"""The factor by which losses are multiplied so that gradients in float16 do not vanish."""

from collections.abc import Sequence
from typing import Any

from weft import autograd, np
from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.halves import scale
from weft._core.typing import ndarray
from weft._trace.state import is_tracing, outside_trace
from weft.sparse import RowSparseArray

_MOST = 2.0**24  # as in MXNet: above it nothing is gained


class LossScaler:
    """A scale of losses that follows the gradients: a step whose gradients are not all finite is
    left out and the scale is smaller from then on; after many good steps it is larger.

    init_scale: the first scale
    growth_factor, backoff_factor: what the scale is multiplied by
    growth_interval: good steps in a row after which it grows

    `scale`, float32, and `good_steps`, int32, are arrays without axes, which plans of training
    steps read and write.

    >>> from weft import amp, np
    >>> scaler = amp.LossScaler(1024.0)
    >>> finite = scaler.all_finite([np.array([1.0]), np.array([float("inf")])])
    >>> scaler.update(finite)
    >>> bool(finite), scaler.state_dict()
    (False, {'scale': 512.0, 'good_steps': 0})
    """

    def __init__(
        self,
        init_scale: float = 2.0**16,
        *,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
    ) -> None:
        if not 0 < init_scale <= _MOST:
            raise InvalidValue(
                f"LossScaler: `init_scale` must be in (0, {_MOST:g}]; got {init_scale}"
            )
        if not growth_factor > 1 or not 0 < backoff_factor < 1:
            raise InvalidValue(
                "LossScaler: `growth_factor` must be above 1 and `backoff_factor` in (0, 1); got "
                f"{growth_factor} and {backoff_factor}"
            )
        if growth_interval < 1:
            raise InvalidValue(
                f"LossScaler: `growth_interval` must be at least 1; got {growth_interval}"
            )
        self.settings = (float(growth_factor), float(backoff_factor), int(growth_interval))
        self.is_scaled = False  # are the present gradients those of scaled losses?
        with outside_trace():
            self.scale = np.array(init_scale, dtype="float32")
            self.good_steps = np.array(0, dtype="int32")
        for array in (self.scale, self.good_steps):
            native.set_state(array, True)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for array in (self.scale, self.good_steps):
            native.set_state(array, True)

    def scaled(self, loss: ndarray) -> ndarray:
        """The loss times the scale."""
        with autograd.record(train_mode=autograd.is_training()):
            return loss * self.scale.astype(loss.dtype)

    def unscale(self, gradients: Sequence[ndarray | RowSparseArray]) -> None:
        """Divides gradients by the scale, in place, if they are those of scaled losses."""
        if not self.is_scaled:
            return
        self.is_scaled = False
        with autograd.pause():
            factor = np.reciprocal(self.scale)
            for part in _arrays(gradients):
                scale(part, factor)

    def all_finite(self, gradients: Sequence[ndarray | RowSparseArray]) -> ndarray:
        """Are all elements of all gradients finite? A bool without axes."""
        with autograd.pause():
            parts = [np.isfinite(part).all() for part in _arrays(gradients)]
            if not parts:
                return np.array(True)
            return np.stack([_on_device_of(parts[0], part) for part in parts]).all()

    def update(self, finite: ndarray) -> None:
        """The scale of the next step, after one whose gradients were finite or not."""
        growth, backoff, interval = self.settings
        finite = _on_device_of(self.scale, finite)
        with autograd.pause():
            good = np.where(finite, self.good_steps + 1, np.zeros_like(self.good_steps))
            grows = good >= interval
            larger = np.minimum(self.scale * growth, _MOST)
            smaller = np.maximum(self.scale * backoff, 1.0)
            self.scale[...] = np.where(finite, np.where(grows, larger, self.scale), smaller)
            self.good_steps[...] = np.where(grows, np.zeros_like(good), good)

    def state_dict(self) -> dict[str, Any]:
        """The scale and the number of good steps in a row, as plain values."""
        return {"scale": float(self.scale.item()), "good_steps": int(self.good_steps.item())}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Sets what `state_dict` gave."""
        self.scale[...] = state["scale"]
        self.good_steps[...] = state["good_steps"]


def _on_device_of(array: ndarray, other: ndarray) -> ndarray:
    """The other array on this one's device; a trace has one device."""
    return other if is_tracing() else other.to_device(array.device)


def _arrays(gradients: Sequence[ndarray | RowSparseArray]) -> list[ndarray]:
    return [g.data if isinstance(g, RowSparseArray) else g for g in gradients]


__all__ = ["LossScaler"]
