"""Transposed convolutions as convolutions with a stride of 1: results that lie a stride apart are
sums over one window of the data, so a filter for each place between them, a *phase*, gives all of
them, as channels that then become places (sub-pixel convolution, Shi et al. 2016)."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy

from weft import np, npx


def turned(weight: Any, groups: int) -> Any:
    """Weights (channels, filters / groups, kernel...) of a transposed convolution as those of the
    convolution with the same filters, (filters, channels / groups, kernel...), and back."""
    first, second, *kernel = weight.shape
    parts = weight.reshape(groups, first // groups, second, *kernel)
    return parts.swapaxes(1, 2).reshape(groups * second, first // groups, *kernel)


class Phases:
    """weight: `turned`; attributes: of the operator.

    Along an axis result t, counted from before `pad` is cut off, takes weight k of the data at i
    where t = stride i + k. With t = stride q + phase that is k = phase + stride j of the data at
    q - j: a window of `taps` elements, ceil(kernel / stride).

    >>> import numpy
    >>> from weft import np, npx
    >>> x, w = np.random.normal(size=(1, 3, 5)), np.random.normal(size=(3, 2, 4))
    >>> phases = Phases({"stride": 2, "pad": 1}, turned(w.asnumpy(), 1), 1)
    >>> y = npx.convolution(x, np.array(phases.filters()), pad=phases.pad)
    >>> y = np.swapaxes(phases.joined(np.swapaxes(y, 1, 2)), 1, 2)
    >>> bool(abs(y - npx.deconvolution(x, w, stride=2, pad=1)).max() < 1e-5)
    True
    """

    def __init__(self, attributes: Mapping[str, Any], weight: Any, groups: int) -> None:
        self.weight, self.groups = weight, groups
        kernel = weight.shape[2:]

        def numbers(key: str, default: int) -> list[int]:
            return numpy.broadcast_to(attributes.get(key, default), (len(kernel),)).tolist()

        self.stride, self.dilate = numbers("stride", 1), numbers("dilate", 1)
        # In the result: what is cut off in front, and behind it.
        self.taps, self.pad, self.front, self.behind = [], [], [], []
        known = zip(
            kernel, self.stride, self.dilate, numbers("pad", 0), numbers("adj", 0), strict=True
        )
        for elements, stride, dilate, pad, adj in known:
            reach = dilate * (elements - 1) + 1
            taps = -(-max(reach, reach + adj - pad) // stride)
            # Results that are cut off as a whole, on both sides, need not be made.
            skipped = min(pad // stride, taps - 1, taps - -(-(reach + adj - pad) // stride))
            skipped = max(skipped, 0)
            self.taps.append(taps)
            self.pad.append(taps - 1 - skipped)
            self.front.append(pad - stride * skipped)
            made, wanted = stride * (taps - 2 * skipped), reach - 2 * pad + adj  # of one element
            self.behind.append(made - wanted - self.front[-1])

    def filters(self) -> Any:
        """The convolution's weight, (filters, channels / groups, taps...): of each group all
        phases, of each phase the group's filters."""
        units, channels, *kernel = self.weight.shape
        axes = range(len(kernel))
        whole = [t * s for t, s in zip(self.taps, self.stride, strict=True)]
        spread = numpy.zeros((units, channels, *whole), self.weight.dtype)
        places = [slice(0, d * n, d) for d, n in zip(self.dilate, kernel, strict=True)]
        spread[(..., *places)] = self.weight
        split = itertools.chain(*zip(self.taps, self.stride, strict=True))
        parts = spread.reshape(self.groups, units // self.groups, channels, *split)
        parts = numpy.flip(parts, [3 + 2 * axis for axis in axes])
        order = [0, *(4 + 2 * axis for axis in axes), 1, 2, *(3 + 2 * axis for axis in axes)]
        return parts.transpose(order).reshape(-1, channels, *self.taps)

    def of_filters(self, numbers: Any) -> Any:
        """Numbers of units as numbers of `filters`."""
        parts = numbers.reshape(self.groups, 1, -1)
        return numpy.repeat(parts, math.prod(self.stride), axis=1).reshape(-1)

    def joined(self, y: Any) -> Any:
        """The result, of what the convolution gives with channels last."""
        if self.groups > 1:  # one phase after the other
            count = len(self.weight) // self.groups
            order = numpy.arange(len(self.weight) * math.prod(self.stride))
            order = order.reshape(self.groups, -1, count).swapaxes(0, 1).ravel()
            y = np.take(y, np.array(order), axis=-1)
        y = npx.depth_to_space(y, self.stride, channels_last=True)
        if any(self.front) or any(self.behind):
            ends = [(a or None, -b or None) for a, b in zip(self.front, self.behind, strict=True)]
            y = y[(slice(None), *(slice(*end) for end in ends))]
        return y
