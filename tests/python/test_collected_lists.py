"""The CMake scripts that collect operators and formulas: order, refusals, needless rewrites."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "core" / "cmake"


@pytest.fixture
def collect(tmp_path):
    """collect(script, {path: text}) -> {generated file: text}; a failing script raises."""
    beside_python = Path(sys.executable).with_name("cmake")
    cmake = str(beside_python) if beside_python.exists() else "cmake"

    def run(script: str, sources: dict[str, str]) -> dict[str, str]:
        for name, text in sources.items():
            path = tmp_path / "core" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        listing = tmp_path / "inputs"
        listing.write_text("".join(f"{tmp_path / 'core' / name}\n" for name in sources))
        out = tmp_path / "out"
        command = [
            *(cmake, f"-DINPUTS={listing}", f"-DROOT={tmp_path / 'core'}"),
            *(f"-DOUTPUT_DIR={out}", "-P", str(SCRIPTS / script)),
        ]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(" ".join(result.stderr.split()))
        return {path.name: path.read_text() for path in out.iterdir()}

    return run


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("//")]


def test_operators_are_sorted_by_name(collect):
    generated = collect(
        "collect_operators.cmake",
        {
            "ops/b.cpp": "namespace weft {\nWEFT_OP(tanh) {\n}\nWEFT_OP(add) {\n}\n}\n",
            "ops/a.cpp": "// WEFT_OP(ghost) is only mentioned\nWEFT_OP(exp) {\n}\n",
        },
    )
    assert lines_of(generated["weft_operators.inc"]) == [
        "WEFT_OPERATOR(add)",
        "WEFT_OPERATOR(exp)",
        "WEFT_OPERATOR(tanh)",
    ]


def test_no_operator_gives_an_empty_list(collect):
    assert lines_of(collect("collect_operators.cmake", {})["weft_operators.inc"]) == []


def test_operator_defined_twice_names_both_files(collect):
    twice = {"ops/a.cpp": "WEFT_OP(add) {\n}\n", "ops/b.cpp": "WEFT_OP(add) {\n}\n"}
    with pytest.raises(RuntimeError, match=r"b\.cpp: operator add is already defined in .*a\.cpp"):
        collect("collect_operators.cmake", twice)


def test_operator_that_is_no_identifier_is_refused(collect):
    with pytest.raises(RuntimeError, match="takes one identifier"):
        collect("collect_operators.cmake", {"ops/a.cpp": "WEFT_OP(linalg.norm) {\n}\n"})


def test_unchanged_list_keeps_its_time(collect, tmp_path):
    source = {"ops/a.cpp": "WEFT_OP(add) {\n}\n"}
    collect("collect_operators.cmake", source)
    generated = tmp_path / "out" / "weft_operators.inc"
    os.utime(generated, (1, 1))
    collect("collect_operators.cmake", {"ops/a.cpp": "WEFT_OP(add) {\n  // edited\n}\n"})
    assert generated.stat().st_mtime == 1
    collect("collect_operators.cmake", {"ops/a.cpp": "WEFT_OP(subtract) {\n}\n"})
    assert generated.stat().st_mtime > 1


def test_formulas_keep_their_arguments_and_name_their_header(collect):
    generated = collect(
        "collect_formulas.cmake",
        {
            "kernels/formulas/arithmetic.h": "struct Add {};\nWEFT_FORMULA(add, Add, kNumber, 1)\n",
            "kernels/formulas/exponential.h": "struct Exp {};\nWEFT_FORMULA(exp, Exp, kFloat, 6)\n",
        },
    )
    entries = "\n".join(lines_of(generated["weft_formulas.inc"]))
    for name, arguments, header in [
        ("add", "add, Add, kNumber, 1", "arithmetic"),
        ("exp", "exp, Exp, kFloat, 6", "exponential"),
    ]:
        assert arguments in entries, name
        assert f"kernels/formulas/{header}.h" in "".join(generated.values())


def test_formula_defined_twice_is_refused(collect):
    text = "WEFT_FORMULA(add, Add, kNumber, 1)\n"
    with pytest.raises(RuntimeError, match="formula add is already defined"):
        collect("collect_formulas.cmake", {"kernels/formulas/a.h": text + text})
