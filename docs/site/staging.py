"""Pages of the sources as pages of the site.

Sphinx reads one folder; pages link to files all over the tree. A page is copied with its path, and
a link that leaves docs/ is made to lead to a copy of that file under `source/`: Markdown as a page,
pictures as they are, everything else as a listing. So a link is checked like any other, and works
without a server of sources.
"""

import os
import re
import shutil
from collections import Counter
from pathlib import Path

from conf import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_LINK = re.compile(r"(!?\[[^\]]*\])\(([^)\s]+)\)")
_FENCE = re.compile(r"^(```.*?^```[ \t]*$)", re.DOTALL | re.MULTILINE)
_PICTURES = {".svg", ".png", ".jpg"}
# The lexer of a listing by the end of a file's name.
_LEXERS = {
    ".py": "python",
    ".pyi": "python",
    ".c": "c",
    ".h": "c",
    ".cpp": "cpp",
    ".hpp": "cpp",
    ".toml": "toml",
    ".json": "json",
    ".cmake": "cmake",
}
# Pages of the site that stand for files of the tree outside docs/.
_ELSEWHERE = {
    "CHANGELOG.md": "changes.md",
    "docs/README.md": "index.md",
    "README.md": "source/README.md",
}


def anchors(text: str) -> list[str]:
    """Those of a page's headings, in order, by GitHub's rule, which MyST follows."""
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", text), re.MULTILINE)
    found: list[str] = []
    seen: Counter[str] = Counter()
    for heading in headings:
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.append(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


class Stage:
    """A folder of sources for Sphinx that grows by what its pages link to.

    folder: where the pages go
    language: a folder of docs/ whose pages stand in the place of the English ones, or "en"
    """

    def __init__(self, folder: Path, language: str = "en") -> None:
        self.folder = folder
        self.language = language
        self._asked: list[Path] = []
        self._done: set[Path] = set()

    def page(self, name: str) -> None:
        """Copies the page docs/<name>.md, translated where there is a translation."""
        here = DOCS / f"{name}.md"
        translated = DOCS / self.language / f"{name}.md"
        is_there = self.language != "en" and translated.is_file()
        self._copy(translated if is_there else here, Path(f"{name}.md"), "")

    def as_page(self, file: Path, place: str) -> None:
        """Copies a file of the tree to another place of the site."""
        self._copy(file, Path(place), "")

    def follow(self) -> int:
        """Copies what pages link to, and what that links to; gives how many files."""
        count = 0
        while self._asked:
            file = self._asked.pop()
            if file in self._done:
                continue
            self._done.add(file)
            count += 1
            self._source(file)
        return count

    def _source(self, file: Path) -> None:
        place = Path("source") / file.relative_to(ROOT)
        if file.suffix in _PICTURES:
            target = self.folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target)
        elif file.is_dir():
            names = sorted(
                path.name + "/" * path.is_dir()
                for path in file.iterdir()
                if not path.name.startswith(("__pycache__", "."))
            )
            listing = "".join(f"- `{name}`\n" for name in names)
            self._write(place / "index.md", f"{_HEAD}# {file.relative_to(ROOT)}/\n\n{listing}")
        elif file.suffix == ".md":
            self._copy(file, place, _HEAD)
        else:
            try:
                text = file.read_text("utf-8")
            except UnicodeDecodeError:
                text = f"{file.stat().st_size} bytes, no text"
            ticks = "`" * max(4, max(map(len, re.findall("`+", text)), default=0) + 1)
            lexer = _LEXERS.get(file.suffix, "text")
            title = f"{_HEAD}# {file.relative_to(ROOT)}\n\n"
            self._write(
                place.with_name(f"{place.name}.md"), f"{title}{ticks}{lexer}\n{text}\n{ticks}\n"
            )

    def _copy(self, source: Path, place: Path, head: str) -> None:
        parts = _FENCE.split(source.read_text("utf-8"))
        for i in range(0, len(parts), 2):  # fences are at odd places
            parts[i] = _LINK.sub(lambda found: self._link(found, source, place), parts[i])
        self._write(place, head + "".join(parts))

    def _link(self, found: re.Match[str], source: Path, place: Path) -> str:
        text, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path, _, anchor = target.partition("#")
        file = Path(os.path.normpath(source.parent / path))
        if not file.exists():
            return found[0]  # Sphinx says so
        goal = self._place_of(file)
        anchor = self._anchor_of(anchor, file, goal)
        way = os.path.relpath(self.folder / goal, (self.folder / place).parent)
        return f"{text}({way}{'#' + anchor if anchor else ''})"

    def _anchor_of(self, anchor: str, linked: Path, goal: Path) -> str:
        """The anchor in the page of this language of a heading that a link has of another one: of
        the heading in the same place, since translations have the same headings."""
        shown = DOCS / self.language / goal
        shown = shown if self.language != "en" and shown.is_file() else DOCS / goal
        if not anchor or shown == linked or not shown.is_file() or not linked.is_file():
            return anchor
        known, here = anchors(linked.read_text("utf-8")), anchors(shown.read_text("utf-8"))
        is_known = anchor in known and len(known) == len(here)
        return here[known.index(anchor)] if is_known else anchor  # Sphinx tells of what is not

    def _place_of(self, file: Path) -> Path:
        name = str(file.relative_to(ROOT)) if file != ROOT else "README.md"
        if name in _ELSEWHERE and _ELSEWHERE[name] != "source/README.md":
            return Path(_ELSEWHERE[name])
        if file.is_relative_to(DOCS) and not file.is_relative_to(DOCS / "site"):
            if file.is_dir():
                file = file / "README.md"
            if file.suffix in _PICTURES:
                self._asked.append(file)
                return Path("source") / file.relative_to(ROOT)
            # A page may link to translated pages and to English ones: in each language's site both
            # are the page of that name.
            folders = (DOCS / code for code in LANGUAGES)
            own = next((each for each in folders if file.is_relative_to(each)), DOCS)
            place = file.relative_to(own)
            return Path("index.md") if place == Path("README.md") else place
        if file.is_dir() and (file / "README.md").is_file():
            file = file / "README.md"
        self._asked.append(file)
        place = Path("source") / file.relative_to(ROOT)
        if file.is_dir():
            return place / "index.md"
        if file.suffix in _PICTURES or file.suffix == ".md":
            return place
        return place.with_name(f"{place.name}.md")

    def _write(self, place: Path, text: str) -> None:
        target = self.folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


# Sources are neither in the navigation nor in the search.
_HEAD = "---\norphan: true\nnosearch: true\n---\n\n"
