"""The table of TensorFlow Lite operators, which the modules of this folder fill."""

from functools import partial

from weft._import.rules import Rules
from weft.tflite._rules._kinds import of_floats, of_integers

# A rule takes quantized integers if its check says so.
RULES = Rules("TensorFlow Lite", __name__, check=of_floats)
# For operators that move elements, whatever these stand for.
MOVES = partial(RULES, check=of_integers("int8", "uint8", "int16"))
