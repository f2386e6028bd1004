"""libweft.so shows the functions that its headers declare, all of them and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HEADERS = Path(__file__).resolve().parents[2] / "bindings_c" / "include" / "weft"


def declared_functions(header) -> set[str]:
    """Names of the functions that the preprocessed header declares."""
    result = subprocess.run(
        ["cc", "-std=c99", "-E", "-P", str(header)], capture_output=True, text=True, check=True
    )
    text = re.sub(r"__attribute__\s*\(\(.*?\)\)\)?", " ", result.stdout)
    statements = [piece for piece in re.split(r"[;{}]", text) if "typedef" not in piece]
    return {
        match.group(1)
        for piece in statements
        if (match := re.search(r"\b(weft_\w+)\s*\((?!\s*\*)", piece))
    }


def exported_symbols(library) -> set[str]:
    result = subprocess.run(
        ["nm", "-D", "--defined-only", str(library)], capture_output=True, text=True, check=True
    )
    return {line.split()[-1].partition("@")[0] for line in result.stdout.splitlines()}


@pytest.mark.skipif(not shutil.which("nm"), reason="not run: nm is not installed")
def test_library_exports_what_the_header_declares(prefix, public_header):
    sides = ("weft_device.h", "weft_collective.h")  # and weft.h by them
    declared = set().union(*(declared_functions(public_header.with_name(name)) for name in sides))
    assert declared, "no function found in the headers"
    exported = exported_symbols(prefix / "lib" / "libweft.so")
    assert exported == declared


C_VERSIONS = [("cc", "c99"), ("cc", "c11"), ("c++", "c++11"), ("c++", "c++20")]
CPP_VERSIONS = [("c++", "c++17"), ("c++", "c++20")]
CASES = [
    (path.name, *version)
    for path in sorted(HEADERS.iterdir())
    for version in (C_VERSIONS if path.suffix == ".h" else CPP_VERSIONS)
]


@pytest.mark.parametrize("name, compiler, language", CASES)
def test_header_compiles_alone(public_header, tmp_path, compiler, language, name):
    source = tmp_path / ("alone.cpp" if compiler == "c++" else "alone.c")
    source.write_text(f"#include <weft/{name}>\n" * 2 + "int unused;\n")
    result = subprocess.run(
        [
            *(compiler, f"-std={language}", "-pedantic", "-Wall", "-Wextra", "-Werror"),
            *("-fsyntax-only", "-I", str(public_header.parents[1]), str(source)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
