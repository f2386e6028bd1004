"""Where pickles of earlier versions find sizes of a batch that only a run knows."""

from weft.compression._graph.open_batch import Size, Sized, Spread

__all__ = ["Size", "Sized", "Spread"]
