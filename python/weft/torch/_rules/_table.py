"""The table of PyTorch's operators, which the modules of this folder fill.

Operators have ATen's names without the overload: one function takes the arguments of them all.
Domains are `aten`, `python` for arithmetic on extents, and `higher_order` for control flow.
"""

from collections.abc import Callable
from typing import Any

from weft._import.arguments import ArgumentRule
from weft._import.rules import Rules

RULES = Rules("PyTorch", __name__, kind=ArgumentRule)


def aten(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function for ATen operators."""
    return RULES(*names, domain="aten")


def wants(call: Any, number: int) -> bool:
    """Does a node take the member of this number of a call's tuple?"""
    used = call.node.notes
    return used is None or number in used


__all__ = ["RULES", "aten", "wants"]
