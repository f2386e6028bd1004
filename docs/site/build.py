"""Builds the book: `python docs/site/build.py [--output build/site]`.

Needs the packages of requirements.txt and an importable `weft`, whose docstrings are the reference.
Stages pages, writes those of the reference, checks that the navigation has every page, and runs
Sphinx, where a warning is an error. A folder of docs/ with the code of a language in `conf.py`
becomes a site of its own beside the English one. Ends with Sphinx's status.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import c_reference
import command_reference
import conf
import python_reference
from navigation import entry, missing_pages, navigation, pages_of
from sphinx.cmd.build import main as sphinx
from staging import DOCS, ROOT, Stage
from weft import cli

HEADERS = ROOT / "bindings_c" / "include" / "weft"


def write_reference(folder: Path) -> None:
    """The pages of modules, headers and the command."""
    python = folder / "reference" / "python"
    python.mkdir(parents=True, exist_ok=True)
    made = python_reference.pages()
    for page in made:
        (python / page.file).write_text(python_reference.text(page), "utf-8")
    (python / "index.md").write_text(python_reference.index(made), "utf-8")
    c = folder / "reference" / "c"
    c.mkdir(parents=True, exist_ok=True)
    names = [f"{name}.h" for name in c_reference.C_PAGES]
    names += [f"{name}.hpp" for name in c_reference.CPP_PAGES]
    for name in names:
        (c / f"{name}.md").write_text(c_reference.page(HEADERS / name), "utf-8")
    (c / "index.md").write_text(c_reference.index(HEADERS, names), "utf-8")
    command = command_reference.text(cli.parser())
    (folder / "reference" / "command.md").write_text(command, "utf-8")


def write_index(folder: Path, table: dict, language: str) -> None:
    """The first page, docs/index.md, with the navigation of all pages."""
    lines = [(folder / "index.md").read_text("utf-8").rstrip(), ""]
    for section in table["section"]:
        title = section.get(f"title_{language}", section["title"])
        lines += [
            "```{toctree}",
            ":hidden:",
            f":caption: {title}",
            "",
            *(entry(page, table, language) for page in section["pages"]),
            "```",
            "",
        ]
    (folder / "index.md").write_text("\n".join(lines), "utf-8")
    for page, below in table["below"].items():
        path = folder / f"{page}.md"
        listed = "\n".join(f"/{each}" for each in below)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n")


def build(output: Path, language: str, table: dict, jobs: str) -> int:
    source = output / "source" / language
    shutil.rmtree(source, ignore_errors=True)
    stage = Stage(source, language)
    for page in ["index", *pages_of(table)]:
        stage.page(page)
    stage.as_page(ROOT / "CHANGELOG.md", "changes.md")
    write_reference(source)
    write_index(source, table, language)
    stage.follow()
    os.environ["WEFT_SITE_LANGUAGE"] = language
    target = output / "html" if language == "en" else output / "html" / language
    options = ["-W", "--keep-going", "-q", "-j", jobs, "-b", "html"]
    options += ["-c", str(Path(__file__).parent), "-d", str(output / "doctrees" / language)]
    return sphinx([*options, str(source), str(target)])


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds the book as a site of plain files.")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--jobs", default="2", help="processes of Sphinx")
    given = parser.parse_args()
    table = navigation()
    missing = missing_pages(table)
    if missing:
        print(f"navigation.toml has no place for: {', '.join(missing)}", file=sys.stderr)
        return 1
    languages = [code for code in conf.LANGUAGES if code == "en" or (DOCS / code).is_dir()]
    os.environ["WEFT_SITE_LANGUAGES"] = ",".join(languages)
    shutil.rmtree(given.output / "html", ignore_errors=True)
    for language in languages:
        status = build(given.output, language, table, given.jobs)
        if status:
            return status
    print(f"{given.output / 'html' / 'index.html'}: the book, in {', '.join(languages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
