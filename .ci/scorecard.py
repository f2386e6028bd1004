"""Prints how readable the tree is, in numbers: comments, long classes, contracts, bare errors.

    python .ci/scorecard.py

Counts are lexical: a comment line has nothing but a comment, a code line has code; a class is what
lies between `class X {` and its closing brace in the same column. Nothing is compiled.
"""

import re
import subprocess
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {".h", ".hpp", ".cpp"}


def sources(*folders: str) -> list[Path]:
    """All C++ sources below the folders."""
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in SOURCES and path.is_file()
    )


def count_lines(path: Path) -> tuple[int, int]:
    """Lines of code and lines of comments of a C++ source."""
    code = comments = 0
    in_block = False
    for line in map(str.strip, path.read_text("utf-8").splitlines()):
        if in_block or line.startswith(("//", "/*")):
            comments += 1
            in_block = (in_block or line.startswith("/*")) and "*/" not in line
        elif line:
            code += 1
    return code, comments


def long_classes(path: Path, limit: int) -> list[tuple[int, str]]:
    """(lines, name) of the classes with more than `limit` lines."""
    found = []
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"(\s*)(?:class|struct) (\w+)[^;]*\{$", line)
        if not match:
            continue
        closing = match[1] + "};"
        length = next((k for k, other in enumerate(lines[number:]) if other == closing), 0)
        if length > limit:
            found.append((length, match[2]))
    return found


def undocumented_functions(header: Path) -> tuple[int, int]:
    """Functions of a public C header, and how many of them have no comment directly above."""
    lines = header.read_text("utf-8").splitlines()
    total = bare = 0
    for number, line in enumerate(lines):
        if line.startswith("WEFT_API"):
            total += 1
            bare += not lines[number - 1].rstrip().endswith("*/")
    return total, bare


def error_sites() -> tuple[int, int]:
    """Places that make an error of a caller's value, and those that do not show what they got."""
    total = silent = 0
    call = re.compile(r"errors::invalid_(?:value|type)\((.*?)\);", re.DOTALL)
    for path in sources("core", "bindings_c"):
        for match in call.finditer(path.read_text("utf-8")):
            total += 1
            # A text alone shows nothing; a value stands between or behind texts.
            arguments = re.sub(r'"(?:\\.|[^"\\])*"', '""', match[1]).split(",")
            silent += all(part.strip() in {"", '""'} for part in arguments[1:])
    return total, silent


def main() -> None:
    """Prints the scorecard."""
    totals: Counter[str] = Counter()
    comments: Counter[str] = Counter()
    for path in sources("core", "bindings_c", "python/native"):
        room = "/".join(path.relative_to(ROOT).parent.parts[:2])
        code, own = count_lines(path)
        totals[room] += code
        comments[room] += own
    print("comment lines per 100 lines of code")
    for room, code in sorted(totals.items()):
        print(f"  {100 * comments[room] / code:5.1f}  {room} ({code} lines)")
    print(f"  {100 * sum(comments.values()) / sum(totals.values()):5.1f}  all")

    classes = [item for path in sources("core", "bindings_c") for item in long_classes(path, 200)]
    print(f"classes over 200 lines: {len(classes)}", sorted(classes, reverse=True))

    functions = [undocumented_functions(p) for p in sources("bindings_c/include")]
    total, bare = map(sum, zip(*functions, strict=True))
    print(f"C functions with the contract directly above: {total - bare} of {total}")

    total, silent = error_sites()
    print(f"error sites that show what they got: {total - silent} of {total}")

    log = subprocess.run(
        ["git", "log", "-200", "--no-merges", "--format=%H%x00%s"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    subjects = [line.partition("\0")[2] for line in log]
    print(f"subjects over 60 characters, of the last {len(subjects)}:", end=" ")
    print(sum(len(subject) > 60 for subject in subjects))


if __name__ == "__main__":
    main()
