"""Which arrays Gluon works with."""

from weft.mxnet import _modes


def is_np_array() -> bool:
    """Are arrays of 2.0 asked for?"""
    return _modes.read("array")


__all__ = ["is_np_array"]
