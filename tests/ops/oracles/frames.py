"""Pieces of a signal that overlap, and their sum."""

import numpy


def frames(x, length, hop):
    return numpy.lib.stride_tricks.sliding_window_view(x, length, -1)[..., ::hop, :]


def overlap_add(frames, hop, start=0, length=None):
    *outer, count, width = frames.shape
    reach = (count - 1) * hop + width
    sums = numpy.zeros((*outer, reach + (length or 0)), frames.dtype)
    for t in range(count):
        sums[..., t * hop : t * hop + width] += frames[..., t, :]
    return sums[..., start : reach - start if length is None else start + length]


def window_sum(frames, window, hop, start=0, length=None):
    return overlap_add(numpy.broadcast_to(window, frames.shape[-2:]), hop, start, length)
