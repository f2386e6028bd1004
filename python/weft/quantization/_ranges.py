"""What lies between which bounds, and the scale of int8 that follows."""

from typing import Any, NamedTuple

import numpy


class Scale(NamedTuple):
    """The real numbers that int8 stands for: step * (q - zero)."""

    step: float
    zero: int

    @property
    def numbers(self) -> Any:
        """What -128 to 127 stand for, float32 (256,)."""
        return ((numpy.arange(-128, 128) - self.zero) * self.step).astype("float32")

    def quantized(self, x: float) -> int:
        """The integer next to `x`, within int8."""
        return int(numpy.clip(numpy.rint(x / self.step) + self.zero, -128, 127))


HIDDEN = Scale(2.0**-7, 0)  # of recurrent layers' states, which lie between -1 and 1
SHARE = Scale(2.0**-8, -128)  # of softmax, as TensorFlow Lite has it


class Range(NamedTuple):
    """Of an activation: least and greatest."""

    low: float
    high: float

    @property
    def scale(self) -> Scale:
        """Of 255 steps between the bounds, zero included, which has an integer of its own."""
        low, high = min(self.low, 0.0), max(self.high, 0.0)
        step = max((high - low) / 255, 1e-8)
        return Scale(step, int(numpy.clip(numpy.rint(-128 - low / step), -128, 127)))
