"""No binding is long: what was written by hand is counted, and at most 1,500 lines.

A line counts that has code or a comment. What does not count: what bindings/generate wrote, tests,
examples, pages of help, and the files and scripts that describe, build or check a package.
"""

import re
import subprocess
from pathlib import Path

import pytest

BINDINGS = Path(__file__).resolve().parents[2] / "bindings"
MOST = 1500
LANGUAGES = [
    "csharp",
    "go",
    "java",
    "javascript",
    "julia",
    "octave",
    "r",
    "ruby",
    "rust",
    "scala",
    "wasm",
]

OTHERS = re.compile(
    r"(^|/)(tests?|examples|man)/|_test\.go$|README\.md$"
    r"|\.(toml|xml|json|csproj|gemspec|sbt|properties|mod)$|(^|/)(DESCRIPTION|NAMESPACE|Makevars)$"
    r"|(^|/)(build|aar|check)\.(sh|js|rs)$|(^|/)Makefile$"
    r"|^wasm/(binary|finish|fused|networks|sizes|split)\.py$|^wasm/profile\.mjs$"
)
GENERATED = re.compile(r"(Written|Code generated) by bindings/generate")


def written_by_hand(language: str) -> dict[str, int]:
    """The files of a binding's own code, with their lines."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", language],
        cwd=BINDINGS, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = {}
    for name in listed.stdout.split():
        path = BINDINGS / name
        if not path.exists() or OTHERS.search(name):
            continue
        text = path.read_text("utf-8")
        if not GENERATED.search("\n".join(text.splitlines()[:3])):
            lines[name] = sum(1 for line in text.splitlines() if line.strip())
    return lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_by_hand_is_short(language):
    lines = written_by_hand(language)
    assert lines, f"{language}: no file was found"
    longest = sorted(lines.items(), key=lambda one: -one[1])[:5]
    assert sum(lines.values()) <= MOST, f"{language}: {longest}"


def test_generated_files_are_not_counted():
    names = written_by_hand("rust")
    assert "rust/weft/src/tensor.rs" in names
    assert "rust/weft/src/ops.rs" not in names
    assert "rust/weft/tests/conformance.rs" not in names
