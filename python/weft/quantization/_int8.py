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

    >>> import weft
    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Conv2D(4, 3), nn.Flatten(), nn.Dense(2))
    >>> net.initialize()
    >>> small = weft.quantize(net, np.random.uniform(size=(8, 1, 8, 8)), integers=True)
    >>> step, zero = small.input_scale  # an integer q of the image stands for step * (q - zero)
    >>> float(step) < 0.01, int(zero)
    (True, -128)
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
