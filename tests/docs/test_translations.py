"""Translated pages keep up with the English ones: same code, headings, names, tables, links.

The blocks of code of a translation are those of the English page, which the tests run; so nothing
of a translation needs to be run. `docs/site/translations.py` does the comparing.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
LANGUAGES = ["zh"]
PAGES = [
    (language, str(path.relative_to(DOCS / language).with_suffix("")))
    for language in LANGUAGES
    for path in sorted((DOCS / language).rglob("*.md"))
    if path != DOCS / language / "README.md"
]
ENGLISH = """# A plan

It needs `x` and `y`: [more](b.md#part), [training](training.md).

```python
print(1)  # 1
```

## Part

| a | b |
| --- | --- |
| `x` | one |
"""
CHINESE = """# 执行计划

它需要 `y` 和 `x`：[训练](../training.md)、[更多](b.md#部分)。

```python
print(1)  # 1
```

## 部分

| 甲 | 乙 |
| --- | --- |
| `x` | 一 |
"""


@pytest.fixture(autouse=True)
def translations(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "site")
    import translations

    yield translations
    for name in ("translations", "conf"):
        sys.modules.pop(name, None)


@pytest.fixture
def docs(tmp_path):
    """Three English pages and two translations, which are current."""
    pages = {
        "a": ENGLISH,
        "b": "# B\n\n## Part\n",
        "training": "# T\n",
        "zh/a": CHINESE,
        "zh/b": "# 乙\n\n## 部分\n",
    }
    for name, text in pages.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.md").write_text(text, "utf-8")
    return tmp_path


def edit(page: Path, old: str, new: str) -> None:
    text = page.read_text("utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(("language", "name"), PAGES, ids=[page for _, page in PAGES])
def test_a_translation_has_not_fallen_behind(language, name, translations):
    assert translations.differences(DOCS, language, name) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translated_folder_is_translated_whole(language, translations):
    assert translations.missing(DOCS, language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_the_navigation_are_those_of_english_pages(language, translations):
    table = tomllib.loads((DOCS / "site" / "navigation.toml").read_text("utf-8"))
    listed = [page for section in table["section"] for page in section["pages"]]
    bare = {page.rpartition("<")[2].rstrip(">") for page in listed}
    translated = set(translations.pages(DOCS, language))
    assert set(table[f"titles_{language}"]) <= bare - translated


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("print(1)", "print(2)", "the block of code in line 5 is not that in line 5 of the"),
        ("print(1)", "print(1)\n```\n\n```text", "1 blocks of code; in English 2"),
        ("## Part", "## Part\n\n### More", "headings have levels [1, 2]; in English [1, 2, 3]"),
        ("`x` and `y`", "`x` and `z`", "names that are missing: z"),
        ("`x` and `y`", "`x`", "names that English does not have: y"),
        ("| one |", "| one |\n| `y` | two |", "tables have 3 lines; in English 4"),
        ("(b.md#part)", "(https://b.c)", "links that are missing: https://b.c"),
        ("(b.md#part)", "(new/c.md)", "links that are missing: new/c.md"),
        (", [training](training.md)", "", "links that English does not have: "),
    ],
)
def test_what_changed_in_english_is_said(old, new, said, docs, translations):
    assert translations.differences(docs, "zh", "a") == []
    edit(docs / "a.md", old, new)
    found = translations.differences(docs, "zh", "a")
    assert any(line.startswith(said) for line in found)


def test_a_link_leads_to_the_translation_where_there_is_one(docs, translations):
    edit(docs / "zh/a.md", "b.md#部分", "../b.md#part")
    (line,) = translations.differences(docs, "zh", "a")
    assert line == "a link leads to the English b.md"


def test_a_link_to_a_heading_of_the_page_itself_is_one_in_both(docs, translations):
    edit(docs / "a.md", "## Part", "[Here](#part)\n\n## Part")
    (line,) = translations.differences(docs, "zh", "a")
    assert line == "links that are missing: a.md"
    edit(docs / "zh/a.md", "## 部分", "[这里](#部分)\n\n## 部分")
    assert translations.differences(docs, "zh", "a") == []


def test_a_translation_without_an_english_page_and_a_page_without_translation(docs, translations):
    (docs / "b.md").unlink()
    (line,) = translations.differences(docs, "zh", "b")
    assert "no English page b.md" in line
    for name in ("tutorial/one.md", "tutorial/two.md", "zh/tutorial/one.md"):
        (docs / name).parent.mkdir(exist_ok=True)
        (docs / name).write_text("# One\n", "utf-8")
    assert translations.missing(docs, "zh") == ["tutorial/two"]


def test_write_copies_blocks_and_the_status_says_what_is_left(
    docs, translations, monkeypatch, capsys
):
    git = ["git", "-C", str(docs), "-c", "user.name=a", "-c", "user.email=a@b.c"]

    def commit(words):
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "-qm", words], check=True)

    subprocess.run([*git, "init", "-q"], check=True)
    commit("translate")
    edit(docs / "a.md", "print(1)  # 1", "print(2)  # 2")
    edit(docs / "a.md", "It needs", "It takes")
    commit("change what it takes")
    monkeypatch.setattr(sys, "argv", ["translations.py"])
    assert translations.main(docs) == 1
    told = capsys.readouterr().out
    assert "docs/zh/a.md: the block of code in line 5" in told
    monkeypatch.setattr(sys, "argv", ["translations.py", "--write"])
    assert translations.main(docs) == 0
    assert (docs / "zh/a.md").read_text("utf-8") == CHINESE.replace(
        "print(1)  # 1", "print(2)  # 2"
    )
    assert "docs/zh/a.md: English has changed since: " in capsys.readouterr().out
    commit("copy blocks")
    assert translations.main(docs) == 0
    assert capsys.readouterr().out == ""
