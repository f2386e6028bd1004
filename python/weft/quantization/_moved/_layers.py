"""Where pickles of earlier versions find the layers of a prepared network."""

from weft.compression._graph.layers import Graph, Layer

__all__ = ["Graph", "Layer"]
