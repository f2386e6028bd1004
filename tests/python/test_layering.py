"""Who may include whom: the table of docs/design/README.md, checked on every `#include` line.

A folder includes itself and what its row names. Of another folder it sees the public headers only:
those with a guard whose names do not end in `_impl.h`. Files compiled once per instruction
set see no C++ standard header, because an inline function shared with the rest could be linked in
its AVX-512 form.
"""

import os
import re
import shlex
import subprocess
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "core"
DESIGN = ROOT / "docs" / "design" / "README.md"
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
GENERATED = {
    "weft_version.h",
    "weft_operators.inc",
    "weft_formulas.inc",
    "weft_formula_headers.inc",
    "weft_passes.inc",
    "weft_emitters.inc",
    "weft_keep.h",
    "weft_parts.h",
}


def allowed_folders() -> dict[str, set[str]]:
    """The rows `| core/<folder>/ | what it holds | what it may include |` of docs/design."""
    rows = re.findall(r"^\| `core/(\w+)/` \|[^|]*\| ([^|]*) \|$", DESIGN.read_text("utf-8"), re.M)
    return {folder: set(re.findall(r"\w+", cell)) - {"nothing"} for folder, cell in rows}


ALLOWED = allowed_folders()


def sources_below(*folders: Path) -> list[Path]:
    suffixes = {".h", ".hpp", ".cpp", ".c", ".inc"}
    return sorted(
        path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes
    )


def includes_of(path: Path) -> list[tuple[str, bool]]:
    """Pairs (name, is_quoted)."""
    text = path.read_text("utf-8")
    return [(quoted or angled, bool(quoted)) for quoted, angled in INCLUDE.findall(text)]


def is_guarded(path: Path) -> bool:
    """Fragments without a guard are included inside the namespace of an instruction set."""
    return "#pragma once" in path.read_text("utf-8")


def violation(folder: str, include: str) -> str | None:
    """Why a file of core/<folder> may not include `include`; None if it may."""
    if include in GENERATED:
        return None
    target = include.partition("/")[0]
    if target == "weft":
        return None if folder == "bindings_c" else "weft.h is for users of the core"
    if target not in ALLOWED:
        return "a path from core/ that starts with a folder of the table is expected"
    if target == folder:
        return None
    if folder != "bindings_c" and target not in ALLOWED[folder]:
        return f"{folder} may include {', '.join(sorted(ALLOWED[folder])) or 'nothing'}"
    header = CORE / include
    if include.endswith("_impl.h") or (header.is_file() and not is_guarded(header)):
        return f"it is private to {target}"
    return None


def test_the_table_names_every_folder():
    present = {
        folder.name
        for folder in CORE.iterdir()
        if folder.is_dir() and folder.name != "cmake" and sources_below(folder)
    }
    assert present <= ALLOWED.keys()


# What a reader takes in at a glance. A folder that grows beyond gets inner folders by subject.
FILES_OF_A_FOLDER = 36


@pytest.mark.parametrize("root", ["core", "bindings_c", "python/weft"])
def test_no_folder_has_too_many_files(root):
    counts = {
        str(folder.relative_to(ROOT)): sum(
            path.is_file() and path.suffix in {".h", ".cpp", ".py"} for path in folder.iterdir()
        )
        for folder in [ROOT / root, *(ROOT / root).rglob("*")]
        if folder.is_dir()
    }
    assert {name: n for name, n in counts.items() if n > FILES_OF_A_FOLDER} == {}


@pytest.mark.parametrize("root", ["core", "bindings_c", "python/native", "python/weft"])
def test_every_file_opens_with_what_it_is_for(root):
    opening = {".py": '"""', ".h": "/", ".hpp": "/", ".cpp": "/"}
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / root).rglob("*"))
        if path.suffix in opening
        and not path.read_text("utf-8").removeprefix("r").startswith(opening[path.suffix])
    ]
    assert not found, "\n".join(found)


def test_the_glossary_names_files_that_are_there():
    rows = re.findall(
        r"^\| [^|]+ \| [^|]+ \| (`.*) \|$", (ROOT / "docs/words.md").read_text(), re.M
    )
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row)]
    assert len(paths) > 60
    assert [path for path in paths if not ((CORE / path).exists() or (ROOT / path).exists())] == []


def test_the_table_points_down_only():
    above: set[str] = set()
    for folder, may_include in ALLOWED.items():
        assert may_include <= above, f"{folder} includes {sorted(may_include - above)} above it"
        above.add(folder)


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_includes_only_what_the_table_allows(folder):
    found = [
        f'{path.relative_to(ROOT)}: "{name}": {reason}'
        for path in sources_below(CORE / folder)
        for name, quoted in includes_of(path)
        if quoted and (reason := violation(folder, name))
    ]
    assert not found, "\n".join(found)


def test_the_c_binding_sees_public_headers_only():
    implementation = [
        path for path in sources_below(ROOT / "bindings_c") if "include" not in path.parts
    ]
    found = [
        f'{path.relative_to(ROOT)}: "{name}": {reason}'
        for path in implementation
        for name, quoted in includes_of(path)
        if quoted and "/" in name and (reason := violation("bindings_c", name))
    ]
    assert not found, "\n".join(found)


def test_the_python_extension_uses_the_c_abi_only():
    found = [
        f'{path.relative_to(ROOT)}: "{name}"'
        for path in sources_below(ROOT / "python" / "native")
        for name, quoted in includes_of(path)
        if quoted and name.partition("/")[0] in {*ALLOWED, "core"}
    ]
    assert not found, "\n".join(found)


def reachable_from(path: Path) -> set[Path]:
    """The file and all project headers that it includes, directly or not."""
    reached, pending = set(), [path]
    while pending:
        current = pending.pop()
        if current in reached:
            continue
        reached.add(current)
        for name, quoted in includes_of(current):
            if quoted and (CORE / name).is_file():
                pending.append(CORE / name)
    return reached


def test_files_of_an_instruction_set_see_no_standard_cpp_header():
    found = [
        f"{path.relative_to(CORE)} through {through.relative_to(CORE)}: <{name}>"
        for path in sorted(CORE.glob("kernels/**/*.isa.cpp"))
        for through in sorted(reachable_from(path))
        for name, quoted in includes_of(through)
        if not quoted and not name.endswith(".h")
    ]
    assert not found, "\n".join(found)


def headers_that_compile_alone() -> list[Path]:
    return [path for path in sources_below(CORE) if path.suffix == ".h" and is_guarded(path)]


def test_only_kernels_have_headers_without_a_guard():
    found = [
        str(path.relative_to(CORE))
        for path in sources_below(CORE)
        if path.suffix == ".h" and not is_guarded(path) and CORE / "kernels" not in path.parents
    ]
    assert not found, "\n".join(found)


def compile_alone(header: Path, build_dir: Path) -> str:
    """What the compiler says of a file that has nothing but this header."""
    command = [
        *shlex.split(os.environ.get("CXX", "c++")),
        *("-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-ffp-contract=off"),
        *("-I", str(CORE), "-I", str(ROOT / "bindings_c" / "include")),
        *("-I", str(build_dir / "generated"), "-x", "c++", "-"),
    ]
    text = f'#include "{header.relative_to(CORE)}"\n'
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return result.stderr if result.returncode else ""


def test_a_sample_of_headers_compiles_alone(build_dir):
    # By content, so that a header that changed has its turn sooner or later.
    headers = sorted(headers_that_compile_alone(), key=lambda path: zlib.crc32(path.read_bytes()))
    found = [text for header in headers[:6] if (text := compile_alone(header, build_dir))]
    assert not found, "\n".join(found)


@pytest.mark.full
@pytest.mark.parametrize(
    "header", headers_that_compile_alone(), ids=lambda path: str(path.relative_to(CORE))
)
def test_every_header_compiles_alone(header, build_dir):
    assert not compile_alone(header, build_dir)
