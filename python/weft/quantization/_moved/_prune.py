"""Where pickles of earlier versions find a pruner."""

from weft.compression._pruning import Pruner

__all__ = ["Pruner"]
