"""Symbols read from JSON, as `_writing.py` writes it, and from pickles, which have the same text.

Reading makes every node by the same call that composed it, so what a file says is checked as what a
program says.
"""

import base64
import copyreg
import json
from collections.abc import Callable
from os import PathLike, fspath
from typing import Any

from weft._base.errors import Error, FileFailure, InvalidValue, MissingFile, NotFound
from weft._base.regular_files import regular
from weft._core import native
from weft.sym import _compose
from weft.sym._names import NameManager, check_texts
from weft.sym._nodes import ByMode, Constant, Entry, Node, Variable, plain_shape, variables_of
from weft.sym._symbol import Symbol
from weft.sym._writing import FORMAT, VERSION


def load(path: str | PathLike[str]) -> Symbol:
    """The symbol of a file that `Symbol.save` wrote.

    Raises OSError for a file that cannot be read, otherwise what `load_json` raises.

    >>> import weft
    >>> y = weft.sym.var("x") * 2
    >>> y.save("double.json")
    >>> weft.sym.load("double.json").list_arguments()
    ['x']
    """
    name = fspath(path)
    try:
        with open(name, encoding="utf-8", opener=regular) as file:
            text = file.read()
    except FileNotFoundError:
        raise MissingFile(f"load: {name} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailure(f"load: {name} cannot be read: {error}") from None
    return load_json(text)


def load_json(text: str) -> Symbol:
    """The symbol of a text of `tojson`.

    Raises ValueError for a text that is damaged or of a later version, LookupError for an operator
    that does not exist here, and for arguments of operators what a call raises.

    >>> import weft
    >>> y = weft.sym.var("x") * 2
    >>> weft.sym.load_json(y.tojson()).list_arguments()
    ['x']
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f"load_json: the text is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidValue(f'load_json: the text must be a symbol, with "format": "{FORMAT}"')
    if document.get("version") != VERSION:
        raise InvalidValue(
            f"load_json: version {document.get('version')!r} of the format is not known; this "
            f"library reads version {VERSION}"
        )
    reader = _Reader()
    before = native.set_composing(True)
    try:
        with NameManager():
            for number, data in enumerate(_checked(document.get("nodes"), list, "nodes")):
                reader.read(number, data)
        heads = [reader.entry(head) for head in _checked(document.get("heads"), list, "heads")]
    finally:
        native.set_composing(before)
    variables_of(heads, "load_json")
    return Symbol(heads)


def _checked(value: Any, kind: Any, what: str) -> Any:
    if not isinstance(value, kind):
        raise InvalidValue(f"load_json: {what} is damaged; got {str(value)[:60]}")
    return value


class _Reader:
    """Makes nodes from their data, in order."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._makers: dict[str, Callable[[dict[str, Any]], Node]] = {
            Variable.operator: self._variable,
            Constant.operator: self._constant,
            "getitem": self._index,
            ByMode.operator: self._by_mode,
        }

    def read(self, number: int, data: Any) -> None:
        """Makes the next node."""
        where = f"node {number}"
        _checked(data, dict, where)
        operator = _checked(data.get("op"), str, f"`op` of {where}")
        name = _checked(data.get("name"), str, f"`name` of {where}")
        attrs = _checked(data.get("attrs", {}), dict, f"`attrs` of {where}")
        check_texts(f"load_json: {where}", attrs)
        try:
            node = self._makers.get(operator, self._call)(data)
        except Error as error:
            if isinstance(error, NotFound) or str(error).startswith("load_json: "):
                raise
            raise InvalidValue(f"load_json: {where}, `{name}`: {error}") from None
        node.name, node.attrs = name, dict(attrs)
        for write in _checked(data.get("writes", []), list, f"`writes` of {where}"):
            self._add_write(node, write, where)
        self.nodes.append(node)

    def entry(self, pair: Any) -> Entry:
        """An entry of a node that is there already."""
        is_pair = isinstance(pair, list) and len(pair) == 2 and all(type(n) is int for n in pair)
        if not is_pair or not 0 <= pair[0] < len(self.nodes):
            raise InvalidValue(f"load_json: {str(pair)[:60]} is not a result of an earlier node")
        node = self.nodes[pair[0]]
        if not 0 <= pair[1] < node.outputs:
            raise InvalidValue(
                f"load_json: `{node.name}` has {node.outputs} results; got number {pair[1]}"
            )
        return Entry(node, pair[1])

    def _add_write(self, node: Node, write: Any, where: str) -> None:
        is_pair = isinstance(write, list) and len(write) == 2 and type(write[0]) is int
        target = self.entry([write[1], 0]).node if is_pair else None
        if not isinstance(target, Variable) or not 0 <= write[0] < node.outputs:
            raise InvalidValue(f"load_json: `writes` of {where} is damaged; got {str(write)[:60]}")
        node.writes.append((write[0], target))

    def _variable(self, data: dict[str, Any]) -> Node:
        shape = plain_shape("variable", data["name"], data.get("shape"))
        dtype = data.get("dtype")
        return Variable(
            data["name"], {}, shape, None if dtype is None else _compose.dtype_name(dtype)
        )

    def _constant(self, data: dict[str, Any]) -> Node:
        value = _checked(data.get("value"), dict, f"`value` of `{data['name']}`")
        try:
            content = base64.b64decode(value["data"], validate=True)
            array = native.tensor_from_bytes(value["dtype"], value["shape"], content)
        except (KeyError, TypeError, ValueError, LookupError) as error:
            raise InvalidValue(
                f"load_json: the constant `{data['name']}` is damaged: {error}"
            ) from None
        return Constant(data["name"], {}, array)

    def _arguments(self, data: dict[str, Any]) -> list[Any]:
        given = _checked(data.get("inputs"), list, f"`inputs` of `{data['name']}`")
        return [self._argument(value) for value in given]

    def _argument(self, value: Any) -> Any:
        match value:
            case {"node": pair, **rest} if not rest:
                return Symbol([self.entry(pair)])
            case {"slice": [start, stop, step], **rest} if not rest:
                return slice(start, stop, step)
            case {"ellipsis": True, **rest} if not rest:
                return Ellipsis
            case {"float": ("inf" | "-inf" | "nan") as text, **rest} if not rest:
                return float(text)
            case list():
                return [self._argument(item) for item in value]
            case bool() | int() | float() | None:
                return value
        raise InvalidValue(f"load_json: {str(value)[:60]} is not an argument of a node")

    def _index(self, data: dict[str, Any]) -> Node:
        arguments = self._arguments(data)
        if not arguments or type(arguments[0]) is not Symbol:
            raise InvalidValue(f"load_json: `inputs` of `{data['name']}` is damaged")
        return _compose.index_entry(arguments[0], tuple(arguments[1:])).node

    def _by_mode(self, data: dict[str, Any]) -> Node:
        arguments = self._arguments(data)
        if len(arguments) != 2:
            raise InvalidValue(f"load_json: `{data['name']}` must have two inputs")
        return _compose.mode_entry(*arguments).node

    def _call(self, data: dict[str, Any]) -> Node:
        function = native.operator(data["op"])
        if function is None:
            raise NotFound(
                f"load_json: `{data['name']}` is of the operator `{data['op']}`, which does not "
                "exist; load the library that has it first"
            )
        attributes = _checked(data.get("attributes", {}), dict, f"`attributes` of `{data['name']}`")
        plain = {key: self._attribute(value) for key, value in attributes.items()}
        composed = function(*self._arguments(data), **plain)
        first = composed[0] if isinstance(composed, list | tuple) else composed
        if type(first) is not Symbol:
            raise InvalidValue(f"load_json: `{data['name']}` reads no result of another node")
        return first.heads[0].node

    def _attribute(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._argument(value)
        return tuple(value) if isinstance(value, list) else value


def _reduced(symbol: Symbol) -> Any:
    return load_json, (symbol.tojson(),)


copyreg.pickle(Symbol, _reduced)  # the class itself cannot name `load_json`, which makes symbols
