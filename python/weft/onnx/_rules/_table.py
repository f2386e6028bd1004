"""The table of ONNX operators, which the modules of this folder fill."""

from weft._import.rules import Rules

# Of each domain the newest version of its operators that the rules know.
NEWEST = {
    "": 28,
    "ai.onnx.ml": 5,
    "ai.onnx.preview": 1,
    "ai.onnx.preview.training": 1,
    "com.microsoft": 1,
}

RULES = Rules("ONNX", __name__, newest=NEWEST)
