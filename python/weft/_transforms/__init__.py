"""What transformations of functions stand on: containers of arrays, graphs as Python sees them, and
their run node by node, in which batches (`weft._batching`) and the search for NaN take part."""
