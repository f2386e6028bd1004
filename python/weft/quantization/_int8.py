"""The block that `quantize` gives."""

from collections.abc import Mapping
from typing import Any

from weft.gluon import SymbolBlock


class Int8Block(SymbolBlock):
    """A `SymbolBlock` that knows which of its values stand for what layers of the network gave.

    layers: by the layer's name in the network, its values in the int8 network as real numbers
    """

    def __init__(
        self, outputs: Any, inputs: Any, params: Mapping[str, Any], layers: Mapping[str, Any]
    ) -> None:
        super().__init__(outputs, inputs, params)
        self.__dict__["layers"] = dict(layers)
