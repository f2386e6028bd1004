"""What MXNet's arrays have beyond Weft's: added to the native type when `weft.mxnet` is used."""

__all__: list[str] = []
