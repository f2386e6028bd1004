"""Python's operators on symbols: each is the operator of the registry that arrays have."""

from weft._core import OPERATORS, native

_BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "matmul": "matmul",
    "pow": "power",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "lshift": "left_shift",
    "rshift": "right_shift",
}
_COMPARISONS = {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}
_UNARY = {"neg": "negative", "abs": "abs", "invert": "invert"}


def add_operators(symbol: type) -> None:
    """Gives the type Python's operators, and the methods of arrays that are operators of the
    registry."""
    for word, name in (_BINARY | _COMPARISONS).items():
        function = OPERATORS[name]
        setattr(symbol, f"__{word}__", lambda a, b, f=function: f(a, b))
        if word in _BINARY:
            setattr(symbol, f"__r{word}__", lambda a, b, f=function: f(b, a))
    for word, name in _UNARY.items():
        setattr(symbol, f"__{word}__", lambda a, f=OPERATORS[name]: f(a))
    for name, method in vars(native.ndarray).items():
        # Another package may have put a method of its own round the operator.
        own = getattr(method, "__wrapped__", method)
        if isinstance(own, native.Operator):
            setattr(symbol, name, own)
