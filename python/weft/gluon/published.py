"""Names that weights have in files of other libraries, and the parameters that they are here.

A network of the model zoo has a table for each library whose files it takes (`published_names`). A
line of the table stands for all layers of a kind:

    "layer{i}.{j}.conv1": "features.{i+3}.{j}.body.0"

`{j}` is a number, `{part:query|key}` one of some words, a regular expression; on the right sums and
products of numbers may stand. A line holds for a name that begins with it: what follows is kept,
but for `.weight` and `.bias` of a norm, which are `gamma` and `beta`. The first line that holds
counts. What is stored in another form here is `Transposed` or `Split`. Names that mean one
parameter must have equal values, as tied weights have.
"""

import ast
import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from weft._base.errors import InvalidValue, NotFound
from weft._core.typing import ndarray

Arrays = dict[str, ndarray]


@dataclass(frozen=True)
class Transposed:
    """A matrix of which the rows are columns here.

    >>> from weft import np
    >>> from weft.gluon.published import Names, Transposed, translated
    >>> names = Names("this", {"layer": Transposed("0")})
    >>> found = translated(names, {"layer.weight": np.ones((4, 2))}, {"0.weight": (2, 4)}, "file")
    >>> found["0.weight"].shape
    (2, 4)
    """

    name: str


@dataclass(frozen=True)
class Split:
    """An array that is several here: equal parts of its first axis, of its last one where it is
    `transposed`; or, for unequal parts, as many places as each parameter has.

    groups: the first axis has so many groups, and each of them has a part of every parameter, as
        GPT-NeoX has the heads of queries, keys and values

    >>> from weft import np
    >>> from weft.gluon.published import Names, Split, translated
    >>> names = Names("this", {"joined": Split(["query", "key"])})
    >>> shapes = {"query.weight": (2, 2), "key.weight": (2, 2)}
    >>> found = translated(names, {"joined.weight": np.ones((4, 2))}, shapes, "file")
    >>> {name: array.shape for name, array in found.items()}
    {'query.weight': (2, 2), 'key.weight': (2, 2)}
    """

    names: Sequence[str]
    transposed: bool = False
    groups: int = 1


Target = str | Transposed | Split


@dataclass(frozen=True)
class Names:
    """A table of names.

    library: whose names they are, for messages
    table: published names, as the page above says, and what they are here
    prefixes: what may stand in front of all names, such as "bert."
    unused: published names of what the network here does not have or need, in the same spelling

    >>> names = Names("torchvision", {"layer{i}.conv": "features.{2*i+1}", "fc": "output"})
    >>> names.translate("layer3.conv.weight")
    'features.7.weight'
    """

    library: str
    table: Mapping[str, Target]
    prefixes: Sequence[str] = ()
    unused: Sequence[str] = ()

    @functools.cached_property
    def _lines(self) -> list[tuple[re.Pattern[str], Target | None]]:
        """Patterns of the lines, and what they are here; made when a file is first read."""
        unused = [(_pattern(name), None) for name in (*self.unused, *_COUNTERS)]
        return [*unused, *((_pattern(name), target) for name, target in self.table.items())]

    def translate(self, name: str) -> Target | None:
        """What a published name is here; None for what is not used. Raises LookupError for a name
        that the table does not have."""
        for pattern, target in self._lines:
            for spelled in self._without_prefix(name):
                if (found := pattern.fullmatch(spelled)) is not None:
                    return None if target is None else _filled(target, found)
        raise NotFound(f"load_parameters: there is no `{name}` among the names of {self.library}")

    def has(self, name: str) -> bool:
        """Whether the table has a line for a published name."""
        return any(
            pattern.fullmatch(spelled) is not None
            for pattern, _ in self._lines
            for spelled in self._without_prefix(name)
        )

    def inside(
        self, name: str, more: Mapping[str, Target] | None = None, **changes: Any
    ) -> "Names":
        """The table of a network that has this one's network as its child `name`.

        more: lines for what else it has; changes: of other fields
        """
        moved = {published: _moved(target, name) for published, target in self.table.items()}
        return replace(self, table={**(more or {}), **moved}, **changes)

    def _without_prefix(self, name: str) -> Iterator[str]:
        yield name
        for prefix in self.prefixes:
            if name.startswith(prefix):
                yield name[len(prefix) :]


# Batch norms of PyTorch count their steps.
_COUNTERS = ("{path:.*}num_batches_tracked",)

_PLACE = re.compile(r"\{(?P<name>\w+)(?::(?P<words>[^{}]*))?\}")


def _pattern(name: str) -> re.Pattern[str]:
    """The names that a line of a table holds for."""
    text, end = "", 0
    seen = set()
    for place in _PLACE.finditer(name):
        text += re.escape(name[end : place.start()])
        end = place.end()
        label = place["name"]
        if label in seen:
            text += f"(?P={label})"
        else:
            text += f"(?P<{label}>{place['words'] or '[0-9]+'})"
            seen.add(label)
    return re.compile(f"{text}{re.escape(name[end:])}(?P<rest>\\..*)?", re.DOTALL)


_OPERATORS: dict[type[ast.AST], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


def _value(node: ast.AST, places: Mapping[str, str]) -> int:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        return int(places[node.id])
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        operate = _OPERATORS[type(node.op)]
        return operate(_value(node.left, places), _value(node.right, places))
    raise InvalidValue(f"Names: `{ast.unparse(node)}` must be a sum or product of numbers")


def _filled(target: Target, found: re.Match[str]) -> Target:
    """A target with what its places stand for, and with what follows the published name."""
    places = found.groupdict()
    rest = places.pop("rest") or ""

    def of(place: re.Match[str]) -> str:
        text = place[0][1:-1]
        return (
            places[text]
            if text in places
            else str(_value(ast.parse(text, mode="eval").body, places))
        )

    def fill(name: str) -> str:
        return re.sub(r"\{[^{}]*\}", of, name) + rest

    return _changed(target, fill)


def _changed(target: Target, change: Callable[[str], str]) -> Target:
    if isinstance(target, str):
        return change(target)
    if isinstance(target, Transposed):
        return Transposed(change(target.name))
    return replace(target, names=[change(name) for name in target.names])


def _moved(target: Target, inside: str) -> Target:
    return _changed(target, lambda name: f"{inside}.{name}")


# ---- arrays -------------------------------------------------------------------------------------


def fitting(
    tables: Sequence[Names], arrays: Mapping[str, Any], own: Mapping[str, Any]
) -> Names | None:
    """The table that has most of the names of a file; None where more of them are the network's
    own, or where no table has any.

    >>> from weft import np
    >>> from weft.gluon.published import Names, fitting
    >>> tables = [Names("this", {"layer{i}": "{i}"}), Names("that", {"block{i}": "{i}"})]
    >>> fitting(tables, {"block0.weight": np.ones(2)}, ["0.weight"]).library
    'that'
    """
    counts = [(sum(map(names.has, arrays)), -place) for place, names in enumerate(tables)]
    best, place = max(counts, default=(0, 0))
    # A published name may be one of ours by chance, so the own ones count where they are as many.
    return tables[-place] if best > sum(name in own for name in arrays) else None


def translated(names: Names, arrays: Arrays, shapes: Mapping[str, Any], source: str) -> Arrays:
    """The arrays of a file by the names of the parameters here.

    shapes: of the parameters by name, with -1 or None for what is not known yet
    source: the file, for messages. Names that the table lacks stay as they are.

    >>> from weft import np
    >>> from weft.gluon.published import Names, translated
    >>> names = Names("this", {"layer{i}": "features.{i+1}"})
    >>> found = translated(names, {"layer0.bias": np.ones(4)}, {"features.1.bias": (4,)}, "file")
    >>> list(found)
    ['features.1.bias']
    """
    found: Arrays = {}
    origin: dict[str, str] = {}
    for published, array in arrays.items():
        target = names.translate(published) if names.has(published) else published
        if target is None:
            continue
        for name, part in _parts(target, array, shapes, published):
            here = _spelled(name, shapes)
            value = _with_shape_of(part, shapes.get(here))
            if here in found and not _equal(found[here], value):
                raise InvalidValue(
                    f"load_parameters: {source} has other values in `{published}` than in "
                    f"`{origin[here]}`; both are `{here}` here, so the network shares it where "
                    "the file does not"
                )
            found[here], origin[here] = value, published
    return found


def _parts(
    target: Target, array: ndarray, shapes: Mapping[str, Any], published: str
) -> Iterator[tuple[str, ndarray]]:
    if isinstance(target, str):
        yield target, array
    elif isinstance(target, Transposed):
        yield target.name, array.T if array.ndim == 2 else array
    else:
        whole = array.T if target.transposed and array.ndim == 2 else array
        rows = whole.shape[0] if whole.ndim else 0
        extents = [_rows(shapes.get(_spelled(name, shapes))) for name in target.names]
        if None in extents:
            extents = [rows // len(extents)] * len(extents)
        if not whole.ndim or sum(map(int, extents)) != rows:
            raise InvalidValue(
                f"load_parameters: `{published}` of shape {array.shape} must be "
                f"{', '.join(f'`{name}`' for name in target.names)} with {extents} rows"
            )
        if target.groups > 1:
            yield from _grouped(target, whole, published)
            return
        begin = 0
        for name, extent in zip(target.names, extents, strict=True):
            yield name, whole[begin : begin + extent]
            begin += extent


def _grouped(target: Split, whole: ndarray, published: str) -> Iterator[tuple[str, ndarray]]:
    """Equal parts, each from all groups of the first axis."""
    rows, count = whole.shape[0], len(target.names)
    if rows % (target.groups * count):
        raise InvalidValue(
            f"load_parameters: `{published}` of shape {whole.shape} must have {target.groups} "
            f"groups of {count} equal parts"
        )
    parts = whole.reshape(target.groups, count, -1, *whole.shape[1:])
    for place, name in enumerate(target.names):
        yield name, parts[:, place].reshape(rows // count, *whole.shape[1:])


def _rows(shape: Any) -> int | None:
    return shape[0] if shape and shape[0] > 0 else None


def _spelled(name: str, known: Mapping[str, Any]) -> str:
    """The weight of a norm is its gamma, the bias its beta."""
    if name in known:
        return name
    path, _, last = name.rpartition(".")
    other = {"weight": "gamma", "bias": "beta"}.get(last)
    renamed = f"{path}.{other}"
    return renamed if renamed in known else name


def _with_shape_of(array: ndarray, wanted: Any) -> ndarray:
    """Axes of one element more or fewer, as a dense layer and a 1×1 convolution have them."""
    if wanted is None or len(wanted) == array.ndim:
        return array
    if [n for n in wanted if n != 1] == [n for n in array.shape if n != 1]:
        return array.reshape(wanted)
    if len(wanted) > array.ndim and set(wanted[array.ndim :]) == {1}:
        return array.reshape((*array.shape, *wanted[array.ndim :]))
    return array


def _equal(a: ndarray, b: ndarray) -> bool:
    return a.shape == b.shape and bool((a == b).all())


__all__ = ["Names", "Split", "Transposed", "fitting", "translated"]
__dir__ = __all__.copy
