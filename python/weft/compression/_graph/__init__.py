"""A network as its graph: how it is composed, copied with other nodes, and read as layers. Pruning
and storage change it, and `weft.quantization` does."""
