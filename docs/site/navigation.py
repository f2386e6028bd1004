"""Which page stands where in the book: what `navigation.toml` says, and what it leaves out."""

import tomllib
from pathlib import Path

import conf
from staging import DOCS


def navigation() -> dict:
    return tomllib.loads((Path(__file__).parent / "navigation.toml").read_text("utf-8"))


def pages_of(table: dict) -> list[str]:
    """All pages of the navigation that are files of docs/."""
    listed = [page for section in table["section"] for page in section["pages"]]
    listed += [page for below in table["below"].values() for page in below]
    bare = [page.rpartition("<")[2].rstrip(">") for page in listed]  # `a title <page>`
    return [page for page in bare if not page.startswith("reference/") and page != "changes"]


def missing_pages(table: dict) -> list[str]:
    """Pages of docs/ that the navigation leaves out."""
    known = {*pages_of(table), "README", "index"}
    skipped = {"site", *(code for code in conf.LANGUAGES if code != "en")}
    found = {
        str(path.relative_to(DOCS).with_suffix(""))
        for path in DOCS.rglob("*.md")
        if path.relative_to(DOCS).parts[0] not in skipped
    }
    return sorted(found - known)


def entry(page: str, table: dict, language: str) -> str:
    """A page as a table of contents names it. A translated page has the title of its heading: those
    beside pages are English, and [titles_zh] is for pages that are English."""
    bare = page.rpartition("<")[2].rstrip(">")
    title = table.get(f"titles_{language}", {}).get(bare)
    if title is not None:
        return f"{title} <{bare}>"
    return page if language == "en" else bare
