"""Networks that others have published, as blocks with fresh parameters."""

from weft.gluon.model_zoo import text, vision

__all__ = ["text", "vision"]
__dir__ = __all__.copy
