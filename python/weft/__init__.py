"""Weft: deep learning with one engine, from Python to a microcontroller."""

from weft._version import __version__

__all__ = ["__version__"]
