"""Making variables, and symbols of several outputs."""

import inspect
import json
from collections.abc import Iterable
from typing import Any

from weft import init as _init
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import DTypeLike, Shape
from weft.sym._compose import dtype_name, entry_of
from weft.sym._names import attrs_for, check_texts
from weft.sym._nodes import Entry, plain_shape
from weft.sym._nodes import Variable as _Variable
from weft.sym._symbol import Symbol


def var(
    name: str,
    shape: Shape | None = None,
    dtype: DTypeLike = None,
    init: _init.Initializer | str | None = None,
    *,
    lr_mult: float | None = None,
    wd_mult: float | None = None,
    grad_req: str | None = None,
    attr: dict[str, str] | None = None,
    **attrs: str,
) -> Symbol:
    """A variable: an argument of the graph, which gets an array when that runs.

    shape: unknown extents are -1; parameters of layers find theirs by the data
    dtype: float32 unless the data of the layer that it is a parameter of says otherwise
    init, lr_mult, wd_mult, grad_req: what a block of the symbol gives the parameter; kept as the
        attributes `__init__`, `__lr_mult__`, `__wd_mult__` and `__grad_req__`
    attr, attrs: attributes, texts that mean nothing to Weft

    >>> from weft import sym
    >>> sym.var("weight", shape=(10, -1), lr_mult=2.0).attr("__lr_mult__")
    '2.0'
    """
    if not isinstance(name, str) or not name:
        raise InvalidType(f"var: `name` must be a string that is not empty; got {name!r}")
    own = {**(attr or {}), **attrs}
    check_texts("var", own)
    if grad_req not in (None, "write", "add", "null"):
        raise InvalidValue(
            f"var: `grad_req` of `{name}` must be 'write', 'add' or 'null'; got {grad_req!r}"
        )
    options = {"lr_mult": lr_mult, "wd_mult": wd_mult, "grad_req": grad_req}
    own |= {f"__{key}__": str(value) for key, value in options.items() if value is not None}
    if init is not None:
        own["__init__"] = init_text(init)
    plain = plain_shape("var", name, shape)
    node = _Variable(name, attrs_for(own), plain, None if dtype is None else dtype_name(dtype))
    return Symbol([Entry(node, 0)])


Variable = var


def Group(symbols: Iterable[Symbol]) -> Symbol:  # noqa: N802
    """All outputs of some symbols as those of one.

    >>> from weft import np, sym
    >>> x = sym.var("x")
    >>> sym.Group([np.sin(x, name="s"), np.cos(x, name="c")]).list_outputs()
    ['s_output', 'c_output']
    """
    listed = list(symbols)
    if not listed:
        raise InvalidValue("Group: `symbols` must have at least one symbol; got none")
    heads: list[Entry] = []
    for number, symbol in enumerate(listed):
        is_symbol = type(symbol) is Symbol
        heads += symbol.heads if is_symbol else [entry_of(symbol, "Group", f"symbols[{number}]")]
    return Symbol(heads)


def init_text(init: _init.Initializer | str) -> str:
    """An initializer as an attribute: its name, or JSON of its name and its options.

    Raises TypeError for one that cannot be made again from these.
    """
    if isinstance(init, str):
        return init
    if not _is_plain(init):
        raise InvalidType(
            "var: `init` must be an initializer of `weft.init` or its name, so that a file can "
            f"hold it; got {init!r}"
        )
    return json.dumps([type(init).__name__.lower(), _options(init)])


def _options(init: _init.Initializer) -> dict[str, Any]:
    return {key: getattr(init, key, None) for key in inspect.signature(type(init)).parameters}


def _is_plain(init: _init.Initializer | str) -> bool:
    """Can its name and its options make it again?"""
    if isinstance(init, str):
        return True
    plain = (bool, int, float, str, type(None))
    options = _options(init)
    is_known = getattr(_init, type(init).__name__, None) is type(init)
    return is_known and all(isinstance(value, plain) for value in options.values())


def init_of(text: str) -> _init.Initializer:
    """The initializer of such an attribute."""
    if not text.startswith("["):
        return _init.create(text)
    name, options = json.loads(text)
    return _init.create(name, **options)


def var_of(parameter: Any, present: Symbol | None) -> Symbol:
    """The variable of a block's parameter: the present one where that still describes it."""
    options: dict[str, Any] = {}
    if parameter.grad_req != "write":
        options["grad_req"] = parameter.grad_req
    options |= {
        key: factor for key in ("lr_mult", "wd_mult") if (factor := getattr(parameter, key)) != 1
    }
    if parameter.grad_stype != "default":
        options["attr"] = {"__grad_stype__": parameter.grad_stype}
    own_init = parameter.init
    if own_init is not None and _is_plain(own_init):  # else whoever loads the file says one
        options["init"] = own_init
    made = var(parameter.name, parameter.shape, parameter.dtype, **options)
    if present is None:
        return made
    old, new = (symbol.heads[0].node for symbol in (present, made))
    names = ("name", "shape", "dtype", "attrs")
    is_same = all(getattr(old, name) == getattr(new, name) for name in names)
    return present if is_same else made
