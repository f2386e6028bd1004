"""Where pickles of earlier versions find dimensions of inputs."""

from weft._core.dimensions import Dim

__all__ = ["Dim"]
