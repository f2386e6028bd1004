"""Where pickles of earlier versions find what makes an error again."""

from weft._base.errors import _rebuilt

__all__ = ["_rebuilt"]
