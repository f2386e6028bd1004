"""Layers. Shape letters: N batch, C channels, D, H and W depth, height and width, U
units."""

from typing import TYPE_CHECKING

from weft._base import later as _later
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn._names import PLACES as _PLACES

if TYPE_CHECKING:  # what `_names` says
    from weft.gluon.nn.activations import *  # noqa: F403
    from weft.gluon.nn.attention import *  # noqa: F403
    from weft.gluon.nn.basic import *  # noqa: F403
    from weft.gluon.nn.branches import *  # noqa: F403
    from weft.gluon.nn.containers import *  # noqa: F403
    from weft.gluon.nn.convolution import *  # noqa: F403
    from weft.gluon.nn.deformable import *  # noqa: F403
    from weft.gluon.nn.normalization import *  # noqa: F403
    from weft.gluon.nn.reparametrized import *  # noqa: F403
    from weft.gluon.nn.resizing import *  # noqa: F403
else:  # a type checker shall still see a misspelt name
    __getattr__ = _later.names_of(
        "weft.gluon.nn",
        _PLACES,
        _spelling.finder(
            "weft.gluon.nn", _words.LAYERS | _words.LOSSES, ("gluon.loss", "gluon.rnn")
        ),
    )

__all__ = ["Block", "HybridBlock", *_PLACES]
__dir__ = __all__.copy
