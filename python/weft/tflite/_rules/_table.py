"""The table of TensorFlow Lite operators, which the modules of this folder fill."""

from weft._import.rules import Rules

RULES = Rules("TensorFlow Lite")
