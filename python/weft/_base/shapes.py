"""What shapes are to each other. Extents may be numbers, or what stands for one in a trace."""

from typing import Any


def broadcasts_to(shape: tuple[Any, ...], target: tuple[Any, ...]) -> bool:
    """Does an array of this shape broadcast to the other without enlarging it?"""
    if len(shape) > len(target):
        return False
    behind = target[len(target) - len(shape) :]
    return all(own == wanted or own == 1 for own, wanted in zip(shape, behind, strict=True))


__all__ = ["broadcasts_to"]
