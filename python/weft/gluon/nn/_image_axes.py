"""What a convolution or a pooling says of the axes of data that it refused: the axis of the batch
or of the channels may lack, or the channels may be last, as Keras has them.
"""

_MOST_LAST = 4  # channels of pictures, which tell that they are last where the layer knows none


def hint_of_axes(shape: tuple[int, ...], spatial: int, channels: int | None) -> str:
    """How data of this shape would fit; "" where that cannot be told.

    spatial: how many axes beside those of batch and channels
    channels: that the layer is made for; None: any number
    """
    if len(shape) == spatial + 1:
        return _hint_of_one_less(shape, channels)
    if len(shape) != spatial + 2 or not _are_channels_last(shape, channels):
        return ""
    order = (0, spatial + 1, *range(1, spatial + 1))
    return (
        f"has its channels last, it seems; layers have them behind the batch: `x.transpose{order}`"
    )


def _hint_of_one_less(shape: tuple[int, ...], channels: int | None) -> str:
    batch = "no axis for the batch: `x[None]` is a batch of one"
    if channels not in (None, 1):
        return f"has {batch}"
    one = "no axis for the channels: `x[:, None]` gives each sample one channel"
    if channels == 1 and shape[0] != 1:
        return f"has {one}"
    return f"has {batch}; or {one}"


def _are_channels_last(shape: tuple[int, ...], channels: int | None) -> bool:
    if channels is not None and channels != shape[1]:
        return shape[-1] == channels
    return shape[-1] <= _MOST_LAST < min(shape[1:-1])


__all__ = ["hint_of_axes"]
