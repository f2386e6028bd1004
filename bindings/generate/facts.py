"""The C interface as data: functions, numbers, types and structs of weft.h.

They are read from `tests/abi/snapshot/interface.txt`, which a test compares with the headers. A
type of C becomes a small tree, which each language writes in its own way.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INTERFACE = ROOT / "tests" / "abi" / "snapshot" / "interface.txt"


@dataclass(frozen=True)
class Name:
    """A type by its name: `void`, `size_t`, `weft_tensor`, `struct weft_tensor_`."""

    name: str


@dataclass(frozen=True)
class Pointer:
    """A pointer; `const` says that what it points at is not written."""

    to: "CType"
    const: bool


@dataclass(frozen=True)
class Function:
    """A pointer to a function."""

    result: "CType"
    arguments: tuple["CType", ...]


@dataclass(frozen=True)
class Array:
    """`length` elements in place."""

    of: "CType"
    length: int


@dataclass(frozen=True)
class Union:
    """One of several types at one place."""

    members: tuple["CType", ...]


CType = Name | Pointer | Function | Array | Union


def parse(text: str) -> CType:
    """The tree of a type as interface.txt writes it: `const char * const *`, `void (*)(void *)`."""
    text = text.strip()
    if text.startswith("union {"):
        inner = text[len("union {") : text.rindex("}")]
        return Union(tuple(parse(part) for part in _split(inner, ";") if part.strip()))
    if at := _function(text):
        result, arguments = text[: at[0]], text[at[1] : text.rindex(")")]
        parts = () if arguments.strip() == "void" else tuple(map(parse, _split(arguments, ",")))
        return Function(parse(result), parts)
    if found := re.fullmatch(r"(.*) \[(\d+)\]", text):
        return Array(parse(found[1]), int(found[2]))
    if text.endswith("*"):
        inner = text[:-1].strip()
        const = inner.startswith("const ") and "*" not in inner
        if inner.endswith("const"):
            const, inner = True, inner[: -len("const")].strip()
        elif const:
            inner = inner[len("const ") :]
        return Pointer(parse(inner), const)
    return Name(text)


def _function(text: str) -> tuple[int, int] | None:
    """Where `(*)(` begins and ends, for the outermost function of a type."""
    found = re.search(r"\(\*\)\(", text)
    return (found.start(), found.end()) if found else None


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that no parenthesis encloses."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "({") - (letter in ")}")
        if letter == mark and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


@dataclass
class Struct:
    """A struct and its fields in their order."""

    name: str
    size: int
    grows: bool
    fields: dict[str, CType] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)  # of the fields, in bytes


@dataclass
class Interface:
    """All that interface.txt says."""

    functions: dict[str, Function] = field(default_factory=dict)
    types: dict[str, CType] = field(default_factory=dict)
    constants: dict[str, int] = field(default_factory=dict)
    structs: dict[str, Struct] = field(default_factory=dict)


def load(path: Path = INTERFACE) -> Interface:
    """Reads the interface. Raises ValueError for a line that is of no known kind."""
    out = Interface()
    for line in path.read_text("utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        name, _, what = rest.partition(": ")
        match kind:
            case "function":
                result, _, arguments = what.partition("(")
                parsed = parse(f"{result} (*)({arguments}")
                assert isinstance(parsed, Function)
                out.functions[name] = parsed
            case "type":
                out.types[name] = parse(what)
            case "constant":
                out.constants[name] = int(what)
            case "struct":
                size = int(what.split()[0])
                out.structs[name] = Struct(name, size, "may grow" in what)
            case "field":
                struct, _, member = name.partition(".")
                of, _, place = what.rpartition(" at ")
                out.structs[struct].fields[member] = parse(of)
                out.structs[struct].places[member] = int(place)
            case _:
                raise ValueError(f"{path.name}: there is no kind `{kind}`: {line}")
    return out
