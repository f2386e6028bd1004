"""The pages of docs/how-to and docs/start.md do what they say, step by step in a copy of the tree.

Pages whose steps need no build of the core borrow the running one. The others share one build of
their own, and run by `make test-full SLICE=docs`.
"""

import os
import subprocess
import sys

import pytest
from pages import Block, Scratch, blocks, edited, says

CHEAP = ["layer", "device", "importer", "binding"]
COMPILED = ["start", "how-to/operator", "how-to/pass", "how-to/kernel"]


@pytest.fixture(scope="module")
def built(root, tmp_path_factory):
    """A copy of the tree with a build of its own, of the instruction sets that tests compare."""
    scratch = Scratch(root, tmp_path_factory.mktemp("built"))
    configure = ["cmake", "-G", "Ninja", "-S", ".", "-B", "build", "-DWEFT_BUILD_PYTHON=ON"]
    configure += ["-DWEFT_ISAS=generic;avx2", f"-DPython_EXECUTABLE={sys.executable}"]
    subprocess.run(configure, cwd=scratch.folder, env=scratch.environment, check=True)
    jobs = str(os.cpu_count() or 2)
    command = ["cmake", "--build", "build", "-j", jobs]
    subprocess.run(command, cwd=scratch.folder, env=scratch.environment, check=True)
    return scratch


@pytest.mark.parametrize("page", CHEAP)
def test_a_page_that_needs_no_build_does_what_it_says(page, root, tmp_path):
    scratch = Scratch(root, tmp_path)
    scratch.borrow_build()
    assert scratch.follow(f"docs/how-to/{page}.md") >= 1


@pytest.mark.full
@pytest.mark.pages
@pytest.mark.parametrize("page", COMPILED)
def test_a_page_that_builds_the_core_does_what_it_says(page, built):
    assert built.follow(f"docs/{page}.md") >= 2


def test_every_page_of_how_to_is_followed(root):
    pages = {path.stem for path in (root / "docs" / "how-to").glob("*.md")}
    followed = {*CHEAP, *(page.removeprefix("how-to/") for page in COMPILED)}
    assert pages - followed <= {"README"}


def test_fences_are_read_with_their_paths():
    page = "```cpp a/b.cpp\nint x;\n```\n\n```sh\nmake\n```\n"
    assert blocks(page) == [Block("cpp", "a/b.cpp", "int x;\n"), Block("sh", None, "make\n")]


def test_a_change_is_made_where_its_lines_stand():
    assert edited("a\nb\nc\n", " b\n+d\n") == "a\nb\nd\nc\n"
    assert edited("a\nb\nc\n", "-b\n+d\n c\n") == "a\nd\nc\n"
    with pytest.raises(AssertionError, match="found 0 times"):
        edited("a\n", " b\n+c\n")


def test_output_has_to_have_the_lines_in_order():
    assert says("one\ntwo\nthree 3 s\n", "one\nthree … s\n")
    assert not says("one\ntwo\n", "two\none\n")
