"""Which translated pages have fallen behind: `python docs/site/translations.py [--write]`.

A translation, such as docs/zh/plan.md of docs/plan.md, is words only: its blocks of code are those
of the English page, byte for byte, so the run of the English page covers both. It also has the same
headings, rows of tables, `names` and links. What differs is printed, and the status is 1;
`--write` copies changed blocks first. Words cannot be compared: printed as well, and no fault, are
the commits that changed an English page after its translation.
"""

import argparse
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import conf

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```.*?^```[ \t]*$", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"(?<!`)`([^`]+)`(?!`)")
ROLE = re.compile(r"\{\w+\}`[^`]*`")  # a role of MyST: its title is translated, its target is not
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def pages(docs: Path, language: str) -> list[str]:
    """Paths of the translated pages, without .md. The README of the folder is about all of them."""
    folder = docs / language
    found = (str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.md"))
    return sorted(name for name in found if name != "README")


def missing(docs: Path, language: str) -> list[str]:
    """Pages without a translation in folders that are translated, such as docs/tutorial."""
    done = pages(docs, language)
    folders = {os.path.dirname(name) for name in done} - {""}
    wanted = {
        str(path.relative_to(docs).with_suffix(""))
        for folder in folders
        for path in (docs / folder).glob("*.md")
    }
    return sorted(wanted - set(done))


def differences(docs: Path, language: str, name: str) -> list[str]:
    """What a translated page lacks, and what it has beyond its English page; one line each."""
    english, translated = docs / f"{name}.md", docs / language / f"{name}.md"
    if not english.is_file():
        return [f"there is no English page {name}.md any more"]
    here, there = (path.read_text("utf-8") for path in (translated, english))
    found = _blocks(here, there)
    here, there = FENCE.sub("", here), FENCE.sub("", there)
    if _headings(here) != _headings(there):
        found.append(f"headings have levels {_headings(here)}; in English {_headings(there)}")
    rows = [len(re.findall(r"^\|", text, re.MULTILINE)) for text in (here, there)]
    if rows[0] != rows[1]:
        found.append(f"tables have {rows[0]} lines; in English {rows[1]}")
    found += _compared("names", set(_names(here)), set(_names(there)))
    goals = [_goals(text, path, docs) for text, path in ((here, translated), (there, english))]
    own = Counter(_english(goal, language) for goal in goals[0])
    found += _compared("links", own, Counter(goals[1]))
    for goal in goals[0]:
        if not goal.startswith("..") and (docs / language / goal).is_file():
            found.append(f"a link leads to the English {goal}")
    return found


def copy_blocks(docs: Path, language: str, name: str) -> bool:
    """Puts the English page's blocks of code into its translation, if both have as many."""
    path = docs / language / f"{name}.md"
    text, blocks = path.read_text("utf-8"), FENCE.findall((docs / f"{name}.md").read_text("utf-8"))
    if len(FENCE.findall(text)) != len(blocks):
        return False
    following = iter(blocks)
    path.write_text(FENCE.sub(lambda _: next(following), text), "utf-8")
    return True


def later_commits(docs: Path, language: str, name: str) -> list[str]:
    """Commits that changed the English page after the last one of its translation."""
    last = _git(docs, "log", "-1", "--format=%H", "--", f"{language}/{name}.md")
    if not last:
        return []  # not committed yet
    return _git(docs, "log", "--format=%h %s", f"{last[0]}..HEAD", "--", f"{name}.md")


def _git(docs: Path, *words: str) -> list[str]:
    command = ["git", "-C", str(docs), *words]
    return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()


def _blocks(here: str, there: str) -> list[str]:
    ours, theirs = _blocks_by_line(here), _blocks_by_line(there)
    if len(ours) != len(theirs):
        return [f"{len(ours)} blocks of code; in English {len(theirs)}"]
    return [
        f"the block of code in line {line} is not that in line {other} of the English page"
        for (line, block), (other, wanted) in zip(ours, theirs, strict=True)
        if block != wanted
    ]


def _blocks_by_line(text: str) -> list[tuple[int, str]]:
    return [(text.count("\n", 0, block.start()) + 1, block[0]) for block in FENCE.finditer(text)]


def _headings(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]


def _names(text: str) -> list[str]:
    return [" ".join(name.split()) for name in NAME.findall(ROLE.sub("", text))]


def _goals(text: str, page: Path, docs: Path) -> list[str]:
    """Where links lead: addresses as they are, files as paths below docs/, without a heading; a
    link to a heading alone leads to its own page."""
    found = (target.partition("#")[0] or page.name for target in LINK.findall(text))
    return [
        target
        if re.match(r"[a-z]+:", target)
        else os.path.relpath(os.path.normpath(page.parent / target), docs)
        for target in found
    ]


def _english(goal: str, language: str) -> str:
    """The English page of a translated one."""
    return goal.removeprefix(f"{language}/")


def _compared(kind: str, ours, theirs) -> list[str]:
    found = []
    if theirs - ours:
        found.append(f"{kind} that are missing: {', '.join(sorted(theirs - ours))}")
    if ours - theirs:
        found.append(f"{kind} that English does not have: {', '.join(sorted(ours - theirs))}")
    return found


def main(docs: Path = ROOT / "docs") -> int:
    parser = argparse.ArgumentParser(description="Says which translated pages have fallen behind.")
    parser.add_argument("--write", action="store_true", help="copy changed blocks of code first")
    given = parser.parse_args()
    has_history = _git(docs, "rev-parse", "--is-inside-work-tree") == ["true"]
    if not has_history:
        print("no history of git: nothing is said of words that have changed")
    status = 0
    for language in conf.LANGUAGES:
        if language == "en" or not (docs / language).is_dir():
            continue
        found = {name: ["has no translation"] for name in missing(docs, language)}
        for name in pages(docs, language):
            if given.write and (docs / f"{name}.md").is_file():
                copy_blocks(docs, language, name)
            found[name] = differences(docs, language, name)
            for commit in later_commits(docs, language, name) if has_history else []:
                print(f"docs/{language}/{name}.md: English has changed since: {commit}")
        for name, lines in found.items():
            status |= bool(lines)
            for line in lines:
                print(f"docs/{language}/{name}.md: {line}")
    return status


if __name__ == "__main__":
    sys.exit(main())
