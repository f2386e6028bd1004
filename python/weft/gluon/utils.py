"""Batches over several devices."""

from collections.abc import Sequence

from weft import np
from weft._errors import InvalidValue
from weft._typing import ArrayLike, DeviceLike, ndarray


def split_data(
    data: ndarray, num_slice: int, batch_axis: int = 0, even_split: bool = True
) -> list[ndarray]:
    """Parts of `data` along an axis, as equal as can be.

    even_split: all parts must be equal: ValueError otherwise

    >>> [part.shape for part in split_data(np.zeros((5, 2)), 2, even_split=False)]
    [(3, 2), (2, 2)]
    """
    extent = data.shape[batch_axis]
    if not 0 < num_slice <= extent or (even_split and extent % num_slice):
        raise InvalidValue(
            f"split_data: axis {batch_axis} of shape {data.shape} does not split into {num_slice} "
            "parts" + (" of one size; use `even_split=False`" if num_slice <= extent else "")
        )
    return list(np.array_split(data, num_slice, batch_axis))


def split_and_load(
    data: ArrayLike,
    device_list: Sequence[DeviceLike],
    batch_axis: int = 0,
    even_split: bool = True,
) -> list[ndarray]:
    """Parts of a batch along an axis, each on its device: see `split_data`.

    >>> [part.shape for part in split_and_load(np.zeros((4, 2)), ["cpu"])]
    [(4, 2)]
    """
    parts = split_data(np.asarray(data), len(device_list), batch_axis, even_split)
    return [part.to_device(device) for part, device in zip(parts, device_list, strict=True)]


__all__ = ["split_and_load", "split_data"]
