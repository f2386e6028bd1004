"""What the library's memory pool holds.

>>> from weft import memory
>>> sorted(memory.stats())
['live', 'peak', 'pooled', 'system_calls']
"""

from weft._core import native


def stats() -> dict[str, int]:
    """Bytes in use (`live`), the most at one time (`peak`), kept for reuse (`pooled`), and how
    often memory was asked of the system (`system_calls`). All but the last count blocks of over
    16 KiB only."""
    return native.memory()


def reset_peak() -> None:
    """Counts the peak from now on."""
    native.memory(reset_peak=True)


__all__ = ["reset_peak", "stats"]
