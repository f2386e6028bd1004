"""What makes the book: its readers of docstrings and headers, its links, its navigation.

The whole site, with Sphinx and every link, is `make site`, a slice of `make test-full`.
"""

import argparse
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy
import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "site"
HEADERS = ROOT / "bindings_c" / "include" / "weft"


@pytest.fixture(autouse=True)
def readers(monkeypatch):
    monkeypatch.syspath_prepend(SITE)
    yield
    for name in (
        "c_reference",
        "command_reference",
        "navigation",
        "python_reference",
        "python_text",
        "staging",
        "chinese_search",
        "conf",
    ):
        sys.modules.pop(name, None)


def navigation() -> dict:
    return tomllib.loads((SITE / "navigation.toml").read_text("utf-8"))


def test_every_page_stands_once_in_the_navigation():
    table = navigation()
    listed = [page for section in table["section"] for page in section["pages"]]
    listed += [page for below in table["below"].values() for page in below]
    bare = [page.rpartition("<")[2].rstrip(">") for page in listed]
    assert len(bare) == len(set(bare))
    docs = ROOT / "docs"
    found = {str(path.relative_to(docs).with_suffix("")) for path in docs.rglob("*.md")}
    found = {page for page in found if not page.startswith(("site/", "zh/"))} - {"README", "index"}
    made = {page for page in bare if page.startswith("reference/")} | {"changes"}
    assert found == set(bare) - made


@pytest.mark.parametrize(
    ("docstring", "shown"),
    [
        ("A sum.", "A sum."),
        (
            "Sums a_b * c.\n\nx: of `a_b`\n    or of c_d",
            "Sums a\\_b \\* c.\n\n- `x`: of `a_b`\n  or of c\\_d",
        ),
        ("Losses: one a sample.", "Losses: one a sample."),
        ("One.\n\n>>> 1 + 1\n2", "One.\n\n```pycon\n>>> 1 + 1\n2\n```"),
        ("One.\n\n```c\nint a_b;\n\nint c;\n```", "One.\n\n```c\nint a_b;\n\nint c;\n```"),
        ("One.\n\n- a_b\n- c", "One.\n\n- a\\_b\n- c"),
    ],
)
def test_a_docstring_becomes_markdown(docstring, shown):
    from python_text import markdown

    assert markdown(docstring) == shown


@pytest.mark.parametrize("header", sorted(HEADERS.glob("*.h")), ids=lambda path: path.name)
def test_every_function_of_a_header_has_an_entry_with_words(header):
    import c_reference

    text = header.read_text("utf-8")
    declared = re.findall(r"^WEFT_API\s[^;]*?\b(weft_\w+)\s*\(", text, re.MULTILINE)
    page = c_reference.page(header)
    entries = re.findall(r"^````\{c:function\} .*?\b(weft_\w+)\(.*\)\n(.*)$", page, re.MULTILINE)
    assert [name for name, _ in entries] == declared
    words = [line for _, line in entries if line]
    assert len(words) >= 0.8 * len(declared)  # some share the words of the one above


# Sphinx takes a second entry of a name for a mistake.
@pytest.mark.parametrize("header", sorted(HEADERS.glob("*.h")), ids=lambda path: path.name)
def test_a_name_of_a_header_has_one_entry(header):
    import c_reference

    entries = re.findall(r"^````\{c:(?:macro|type)\} (\w+)", c_reference.page(header), re.MULTILINE)
    assert sorted(entries) == sorted(set(entries))


def test_a_module_page_has_an_entry_for_each_of_its_names():
    import python_reference
    from weft import callbacks

    page = python_reference.Page("weft.callbacks", dict(python_reference._public(callbacks)))
    text = python_reference.text(page)
    entries = re.findall(r"^`{6}\{py:(?!module)\w+\} (\w+)", text, re.MULTILINE)
    assert sorted(entries) == sorted(callbacks.__all__)
    assert "`patience`: how many epochs" in text


def test_an_example_of_an_operator_shows_what_it_gives():
    from operator_examples import example
    from weft import np
    from weft._core import OPERATORS

    lines = example(OPERATORS["logaddexp"])
    assert lines[0] == "```pycon"
    call = lines[1].removeprefix(">>> ")
    assert repr(eval(call, {"np": np})) == "\n".join(lines[2:-1])


def test_the_page_of_the_command_has_every_command_and_option():
    import command_reference
    from weft import cli

    parser = cli.parser()
    text = command_reference.text(parser)
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        assert f"## weft {name}" in text
        for action in command._actions:
            assert all(f"`{option}`" in text for option in action.option_strings)


def test_links_out_of_docs_lead_to_copies_of_the_files(tmp_path):
    from staging import Stage

    stage = Stage(tmp_path)
    stage.page("design/python-package")  # links to ../../python/README.md
    assert stage.follow() >= 1
    page = (tmp_path / "design" / "python-package.md").read_text("utf-8")
    assert "(../source/python/README.md)" in page
    assert (tmp_path / "source" / "python" / "README.md").is_file()


def test_a_translated_page_stands_in_the_place_of_the_english_one(tmp_path, monkeypatch):
    import staging

    docs = tmp_path / "docs"
    translation = "# 甲\n\n[乙](../b.md) [甲](a.md)"
    pages = [("a", "# A\n\n[b](b.md)"), ("b", "# B\n\n[甲](zh/a.md)"), ("zh/a", translation)]
    for name, text in pages:
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / f"{name}.md").write_text(text, "utf-8")
    monkeypatch.setattr(staging, "DOCS", docs)
    monkeypatch.setattr(staging, "ROOT", tmp_path)
    stage = staging.Stage(tmp_path / "site", "zh")
    for name in ("a", "b"):
        stage.page(name)
    assert (tmp_path / "site" / "a.md").read_text("utf-8") == "# 甲\n\n[乙](b.md) [甲](a.md)"
    assert (tmp_path / "site" / "b.md").read_text("utf-8") == "# B\n\n[甲](a.md)"


def test_a_link_to_a_heading_leads_to_that_of_the_translation(tmp_path, monkeypatch):
    import staging

    docs = tmp_path / "docs"
    pages = [
        ("a", "# A\n\n```sh\n# no\n```\n\n## Fed by rows, and `b`\n"),
        ("zh/a", "# 甲\n\n## 逐行送入\n"),
    ]
    pages.append(("b", "# B\n\n[a](a.md#fed-by-rows-and-b) [b](#b) [none](a.md#none)"))
    for name, text in pages:
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / f"{name}.md").write_text(text, "utf-8")
    monkeypatch.setattr(staging, "DOCS", docs)
    monkeypatch.setattr(staging, "ROOT", tmp_path)
    for language, anchor in (("zh", "逐行送入"), ("en", "fed-by-rows-and-b")):
        staging.Stage(tmp_path / language, language).page("b")
        text = (tmp_path / language / "b.md").read_text("utf-8")
        assert text == f"# B\n\n[a](a.md#{anchor}) [b](#b) [none](a.md#none)"


def test_pages_that_are_not_translated_have_a_chinese_title():
    from staging import DOCS

    table = navigation()
    listed = [page for section in table["section"] for page in section["pages"]]
    bare = {page.rpartition("<")[2].rstrip(">") for page in listed}
    english = {page for page in bare if not (DOCS / "zh" / f"{page}.md").is_file()}
    assert english == set(table["titles_zh"])


@pytest.mark.parametrize(
    ("language", "page", "shown"),
    [
        ("en", "MXNet in full <from-mxnet>", "MXNet in full <from-mxnet>"),
        ("zh", "MXNet in full <from-mxnet>", "from-mxnet"),
        ("en", "zoo", "zoo"),
        ("zh", "zoo", "模型库 <zoo>"),
        ("zh", "A title <zoo>", "模型库 <zoo>"),
    ],
)
def test_a_page_has_the_title_of_its_language(language, page, shown):
    from navigation import entry

    assert entry(page, {"titles_zh": {"zoo": "模型库"}}, language) == shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_links_to_headings_of_the_staged_book_lead_to_headings(tmp_path, language):
    from staging import DOCS, Stage, anchors

    stage = Stage(tmp_path, language)
    names = [path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")]
    for name in names:
        if name.parts[0] not in ("zh", "site", "README"):
            stage.page(str(name))
    stage.as_page(ROOT / "CHANGELOG.md", "changes.md")
    stage.follow()
    known = {path: set(anchors(path.read_text("utf-8"))) for path in tmp_path.rglob("*.md")}
    lost = []
    for path in known:
        text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target, anchor in re.findall(r"\]\(([^)\s:#]*)#([^)\s]+)\)", text):
            goal = Path(os.path.normpath(path.parent / target)) if target else path
            if anchor not in known.get(goal, {anchor}):
                lost.append(f"{path.relative_to(tmp_path)}: {target}#{anchor}")
    assert lost == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("什么是执行计划", ["什么", "么是", "是执", "执行", "行计", "计划"]),
        ("用 int8 做量化。", ["用", "int8", "做量", "量化"]),
        ("EarlyStopping、val_loss", ["EarlyStopping", "val_loss"]),
        ("层", ["层"]),
        ("，。", []),
    ],
)
def test_what_a_reader_asks_for_in_chinese_is_split_as_pages_are(text, asked):
    import chinese_search

    found = chinese_search.words(text)
    assert set(asked) <= set(found)
    assert all(len(word) == 1 for word in set(found) - set(asked))
    node = shutil.which("node")
    if node is None:
        pytest.skip("not run: Node.js is not installed, so nobody runs the script of the page")
    script = f"{chinese_search.SPLIT_QUERY}console.log(JSON.stringify(splitQuery(process.argv[1])))"
    run = subprocess.run([node, "-e", script, text], check=True, capture_output=True, text=True)
    assert json.loads(run.stdout) == asked


def test_every_function_and_class_of_the_reference_has_an_example():
    import python_reference as reference

    def entry(name, value):
        if not inspect.isclass(value):
            return "\n".join(reference._function(name, value))
        if issubclass(value, numpy.generic):
            return "\n".join(reference._class(name, value))
        return reference._doc(value)  # examples of its methods do not count

    named = [(f"{page.module}.{n}", v) for page in reference.pages() for n, v in page.names.items()]
    described = [(name, value) for name, value in named if callable(value)]
    assert len(described) > 1000
    assert [name for name, value in described if ">>>" not in entry(name, value)] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("int8", ">>> np.array([1, 0], dtype=np.int8)"),
        ("floating", ">>> np.issubdtype(np.float32, np.floating)"),
        ("float64", ">>> np.array([1, 0], dtype=np.float64)"),
    ],
)
def test_a_dtype_has_an_example_that_was_run(name, shown):
    import python_reference
    from weft import np

    text = python_reference.text(python_reference.Page("weft.np", {name: getattr(np, name)}))
    assert shown in text
    answer = text[text.index(shown) :].splitlines()[1]
    assert answer.startswith(("array(", "True"))
