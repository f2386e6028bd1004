"""Symbols: graphs of operators that are composed before there are arrays.

There is no second set of operators: whatever `np`, `npx` and blocks do to arrays they do to
symbols. `sym.np` and `sym.npx` are the same functions; what they make of numbers alone (`zeros`,
`arange`, random numbers) is a symbol there.

>>> from weft import np, sym
>>> x = sym.var("x")
>>> y = np.tanh(x * 2).sum(axis=0, name="y")
>>> y.list_arguments(), y.list_outputs()
(['x'], ['y_output'])
>>> sym.load_json(y.tojson()).eval(x=np.zeros((3, 2)))[0]
array([0., 0.])
"""

from weft._core import composing
from weft._core import native as _native
from weft.sym._blocks import compose_block as _compose_block
from weft.sym._executor import Executor
from weft.sym._files import load, load_json
from weft.sym._names import AttrScope, NameManager, Prefix
from weft.sym._namespaces import np, npx
from weft.sym._symbol import Symbol, by_mode
from weft.sym._symbol import compose as _compose
from weft.sym._variables import Group, Variable, var

_native.set_symbol_type(Symbol, _compose)
composing.provide(composing.Symbols(Symbol, _compose_block))

__all__ = [
    "AttrScope",
    "Executor",
    "Group",
    "NameManager",
    "Prefix",
    "Symbol",
    "Variable",
    "by_mode",
    "load",
    "load_json",
    "np",
    "npx",
    "var",
]
__dir__ = __all__.copy
