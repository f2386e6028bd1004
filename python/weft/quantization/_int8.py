"""The block that `quantize` gives."""

from collections.abc import Mapping
from typing import Any

from weft.gluon import SymbolBlock
from weft.quantization._ranges import Scale


class Int8Block(SymbolBlock):
    """A `SymbolBlock` that knows which of its values stand for what layers of the network gave.

    layers: by the layer's name in the network, its values in the int8 network as real numbers
    input_scales, output_scales: what its integers stand for, of each input and output; None where
        it takes and gives real numbers, and for inputs that are integers in the network, too
    input_scale: the first of the inputs'
    """

    keep: list[str]  # of `quantize_mixed`: the layers that stay in float32
    input_scales: list[Scale | None] | None
    input_scale: Scale | None
    output_scales: list[Scale] | None

    _watched_elsewhere = SymbolBlock._watched_elsewhere | {
        "layers",
        "input_scales",
        "output_scales",
    }

    def __init__(
        self, outputs: Any, inputs: Any, params: Mapping[str, Any], layers: Mapping[str, Any]
    ) -> None:
        super().__init__(outputs, inputs, params)
        self.__dict__["layers"] = dict(layers)
        for name in ("input_scales", "input_scale", "output_scales"):
            self.__dict__[name] = None

    def _set_kept(self, names: list[str]) -> None:
        """Which layers stay in float32."""
        self.__dict__["keep"] = names

    def set_scales(self, input_scales: list[Scale | None], output_scales: list[Scale]) -> None:
        """What the integers stand for that it takes and gives."""
        self.__dict__["input_scales"] = input_scales
        self.__dict__["input_scale"] = input_scales[0]
        self.__dict__["output_scales"] = output_scales
