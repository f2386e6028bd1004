"""The table of ONNX operators, which the modules of this folder fill."""

from weft._import.rules import Rules

RULES = Rules("ONNX", __name__)
