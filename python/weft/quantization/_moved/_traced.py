"""Where pickles of earlier versions find the graph of a prepared network."""

from weft.compression._graph.traced import Traced

__all__ = ["Traced"]
