"""Programs in C and C++ on pages and in weft.h are compiled and do what the page says.

A page's Python is run first, for the files that its programs read. A block of text behind a program
is its input, in lines that begin with `> `, and its output.
"""

import re
import shlex
import subprocess

import pytest
from weft import cli

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMPILERS = {
    "c": ["cc", "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wno-float-conversion"],
    "cpp": ["c++", "-std=c++17", "-Wall", "-Wextra"],
}


def blocks(text):
    return [(m.group(1), m.group(2)) for m in BLOCK.finditer(text)]


def pages(root):
    # embedded.md has programs over the C that it makes: test_c99.py runs that page.
    pages = [page for page in (root / "docs").glob("*.md") if page.name != "embedded.md"]
    paths = [*pages, root / "bindings_c/include/weft/weft.h"]
    for path in sorted(paths):
        text = path.read_text("utf-8")
        if path.suffix == ".h":  # examples stand in comments
            text = re.sub(r"^ \* ?", "", text, flags=re.MULTILINE)
        yield path.name, blocks(text)


def run(command, folder, text=""):
    done = subprocess.run(
        command, cwd=folder, input=text, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compiled(language, source, folder, name):
    path = folder / f"{name}.{language}"
    path.write_text(source, "utf-8")
    flags = shlex.split(f"{cli.cflags()} {cli.libs()}")
    command = [*COMPILERS[language], "-pedantic", "-Werror", path, *flags, "-pthread"]
    run([*command, "-o", folder / name], folder)
    return folder / name


def test_programs_on_pages_are_compiled_and_print_what_they_say(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    programs = 0
    for page, found in pages(root):
        if not any(language in COMPILERS for language, _ in found):
            continue
        for language, source in found:
            if language == "python":
                exec(compile(source, page, "exec"), {})
        for i, (language, source) in enumerate(found):
            if language not in COMPILERS:
                continue
            assert "int main(" in source, f"{page}: a program must be whole to be tested"
            program = compiled(language, source, tmp_path, f"program_{programs}")
            programs += 1
            shown = found[i + 1][1] if found[i + 1 :] and found[i + 1][0] == "text" else ""
            given = "".join(line[2:] + "\n" for line in shown.splitlines() if line[:2] == "> ")
            wanted = [line for line in shown.splitlines() if line[:2] != "> "]
            assert run([program], tmp_path, given).splitlines() == wanted, page
    assert programs >= 6


@pytest.mark.parametrize(
    ("text", "found"),
    [("```c\nint a;\n```\n", [("c", "int a;\n")]), ("```\nplain\n```\n", [])],
)
def test_blocks_are_found_by_their_language(text, found):
    assert blocks(text) == found
