"""Frames of a signal, and the signal of frames: for short-time Fourier transforms.

Both work on blocks of as many elements as frames are apart, so that a frame is some blocks side by
side. That takes a copy for each block of a frame, and no table of places. Signals whose length only
a run knows are taken apart by such a table.
"""

from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft._import.extents import count_of_frames, is_open


def framed(x: ndarray, size: int, step: int) -> ndarray:
    """Frames (..., frames, size) of signals (..., T), one every `step` elements."""
    count, blocks = count_of_frames(x.shape[-1], size, step), -(-size // step)
    if is_open(x.shape[-1]):
        starts = np.arange(0, count, 1, dtype="int64") * step
        return np.take(x, starts.reshape((-1, 1)) + np.arange(size, dtype="int64"), axis=-1)
    wide = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, blocks * step)])
    lines = wide[..., : (count + blocks - 1) * step]
    lines = lines.reshape((*lines.shape[:-1], count + blocks - 1, step))
    parts = [lines[..., block : block + count, :] for block in range(blocks)]
    return (parts[0] if blocks == 1 else np.concatenate(parts, -1))[..., :size]


def overlapped(frames: ndarray, step: int) -> ndarray:
    """The sums (..., (frames - 1) step + size) of frames (..., frames, size), each of them `step`
    elements behind the one before."""
    *lead, count, size = frames.shape
    blocks = -(-size // step)
    margin: list[Any] = [(0, 0)] * len(lead)
    wide = np.pad(frames, [*margin, (0, 0), (0, blocks * step - size)])
    lines = wide.reshape((*lead, count, blocks, step))
    total = None
    for block in range(blocks):
        part = np.pad(lines[..., block, :], [*margin, (block, blocks - 1 - block), (0, 0)])
        total = part if total is None else total + part
    found = total.reshape((*lead, (count + blocks - 1) * step))
    return found[..., : (count - 1) * step + size]


__all__ = ["framed", "overlapped"]
