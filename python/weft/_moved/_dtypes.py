"""Where pickles of earlier versions find bfloat16."""

from weft._core.dtypes import bfloat16

__all__ = ["bfloat16"]
