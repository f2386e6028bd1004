"""The Julia package, as far as it can be checked without Julia: its files are Julia, its calls of
the library are those of weft.h, and the names that it uses exist.

The headers are read here anew, not through the generator that wrote the calls.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "julia"
HEADERS = ROOT / "bindings_c" / "include" / "weft"
SNAPSHOT = ROOT / "tests" / "abi" / "snapshot" / "interface.txt"

NUMBERS = {"int32_t": "Int32", "int64_t": "Int64", "uint32_t": "UInt32", "uint64_t": "UInt64",
           "size_t": "Csize_t", "double": "Cdouble", "void": "Cvoid", "weft_status": "Int32",
           "weft_dtype": "Int32", "weft_log_level": "Int32", "weft_profile_kind": "Int32",
           "weft_value": "Value", "weft_port": "Port", "weft_memory": "Memory",
           "weft_argument_info": "ArgumentInfo", "weft_op_info": "OpInfo"}  # fmt: skip
CALL = re.compile(r"^(weft_\w+)\((.*?)\) = @ccall libweft\.(\w+)\((.*?)\)::(\S+)$", re.M)
MIRROR = re.compile(r"^# (weft_\w+): (\d+) bytes\.\nstruct \w+\n(.*?)\nend", re.M | re.DOTALL)
FUNCTIONS = {"weft_host_call", "weft_segment_function", "weft_backward_function",
             "weft_history_function"}  # fmt: skip
SIZES = {"Int32": 4, "UInt32": 4, "Int64": 8, "UInt64": 8, "Csize_t": 8, "Cdouble": 8,
         "Cstring": 8, "Value": 16}  # fmt: skip


def header_text():
    texts = (path.read_text("utf-8") for path in sorted(HEADERS.glob("*.h")))
    return re.sub(r"/\*.*?\*/", " ", "\n".join(texts), flags=re.DOTALL)


def split(text, mark=","):
    """The parts between marks that no bracket encloses."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == mark and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def declarations(text):
    """The result and the parameters of each function that a header declares, as C writes them."""
    handles = set(re.findall(r"struct \w+_\*\s+(weft_\w+);", text))
    found = {}
    for result, name, parameters in re.findall(
        r"WEFT_API\s+([\w\s]+?[\s*]+)(weft_\w+)\((.*?)\);", text, re.DOTALL
    ):
        given = [] if parameters.strip() == "void" else split(" ".join(parameters.split()))
        found[name] = (result.strip(), given)
    return found, handles


def julia_type(declared, handles):
    """The type of Julia's ccall for a parameter or a result of C."""
    if "(*" in declared:
        return "Ptr{Cvoid}"
    words = re.sub(r"\bconst\b|\bstruct\b", " ", declared)
    stars = words.count("*")
    base = words.replace("*", " ").split()[0]
    if base == "char":
        inner, stars = ("Cstring", stars - 1) if "const" in declared else ("UInt8", stars)
    elif base in handles or base in FUNCTIONS:
        inner = "Ptr{Cvoid}"
    else:
        inner = NUMBERS.get(base, "Cvoid")
    return "Ptr{" * stars + inner + "}" * stars


def differences(interface, headers):
    """What the calls of interface.jl and the declarations of the headers do not agree on."""
    declared, handles = declarations(headers)
    called = CALL.findall(interface)
    out = [] if len(called) > 150 else [f"only {len(called)} calls were found"]
    for name, names, symbol, arguments, result in called:
        if symbol != name:
            out.append(f"{name} calls {symbol}")
        if name not in declared:
            out.append(f"{name} is not declared")
            continue
        returned, parameters = declared[name]
        given = [part.partition("::") for part in split(arguments)]
        if [part[0] for part in given] != split(names):
            out.append(f"{name}: other names are passed")
        wanted = [julia_type(one, handles) for one in parameters]
        if [part[2] for part in given] != wanted:
            out.append(f"{name}: {[part[2] for part in given]}, weft.h has {wanted}")
        if result != julia_type(returned, handles):
            out.append(f"{name}: gives {result}, weft.h {julia_type(returned, handles)}")
    return out


def sources():
    return {
        path.relative_to(PACKAGE): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.jl"))
    }


def calls(text, start):
    """The arguments of each call in a text that begins with a pattern: name, then parts."""
    for found in re.finditer(start + r"\(", text):
        depth, at = 1, found.end()
        while depth:
            depth += (text[at] in "([{") - (text[at] in ")]}")
            at += 1
        yield found[1], split(text[found.end() : at - 1])


def test_calls_of_the_library_are_those_of_the_headers():
    interface = (PACKAGE / "src" / "interface.jl").read_text("utf-8")
    assert differences(interface, header_text()) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("weft_tensor_rank(a0::Ptr{Cvoid})", "weft_tensor_rank(a0::Int32)", "weft_tensor_rank: "),
        (
            "weft_random_seed(a0::UInt64)::Int32",
            "weft_random_seed(a0::UInt64)::Int64",
            "gives Int64",
        ),
        ("libweft.weft_version(", "libweft.weft_info(", "weft_version calls weft_info"),
    ],
)
def test_a_call_that_differs_is_found(before, after, said):
    interface = (PACKAGE / "src" / "interface.jl").read_text("utf-8")
    assert before in interface
    (found,) = differences(interface.replace(before, after), header_text())
    assert said in found


def test_structs_have_the_layout_of_the_library():
    interface = (PACKAGE / "src" / "interface.jl").read_text("utf-8")
    snapshot = SNAPSHOT.read_text("utf-8")
    mirrored = MIRROR.findall(interface)
    assert len(mirrored) == 4
    for name, size, body in mirrored:
        at = 0
        for line in body.splitlines():
            field, _, what = line.strip().partition("::")
            bytes_of = SIZES.get(what, 8)
            alignment = min(bytes_of, 8)
            at = -(-at // alignment) * alignment
            placed = re.search(rf"^field {name}\.{field}: .* at (\d+)$", snapshot, re.M)
            assert placed and int(placed[1]) == at, (name, field)
            at += bytes_of
        assert -(-at // 8) * 8 == int(size)


def test_functions_of_the_library_get_as_many_arguments_as_they_have():
    interface = (PACKAGE / "src" / "interface.jl").read_text("utf-8")
    known = {name: len(names) for name, names in calls(interface, r"(?m)^(weft_\w+)")}
    seen = 0
    for path, text in sources().items():
        assert set(re.findall(r"\bC\.(weft_\w+)", text)) <= known.keys(), path
        for name, given in calls(text, r"\bC\.(weft_\w+)"):
            assert len(given) == known[name], f"{path}: {name}({', '.join(given)})"
            seen += 1
    assert seen > 40


def test_operators_that_the_package_uses_exist_with_their_keywords():
    library = (PACKAGE / "src" / "ops.jl").read_text("utf-8")
    known = {}
    for name, given in calls(library, r"(?m)^(\w+)"):
        known[name] = {re.split(r" = ", part)[0] for part in re.split(r", |; ", ", ".join(given))}
    seen = 0
    for path, text in sources().items():
        for name, given in calls(text, r"\bOps\.(\w+)"):
            assert name in known, f"{path}: {name}"
            named = re.findall(r"(?:; |, )(\w+) = ", "; " + ", ".join(given))
            assert set(named) <= known[name], f"{path}: {name}({', '.join(given)})"
            seen += 1
        if path.name != "ops.jl":
            used = re.findall(r"\b(?:call|invoke)\(:(\w+)", text)
            assert set(used) <= known.keys(), path
    assert seen > 15


def test_all_files_are_julia():
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_julia")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    assert parser.parse(b"f(x = (1, 2)\nend").root_node.has_error
    for path, text in sources().items():
        assert not parser.parse(text.encode()).root_node.has_error, path
