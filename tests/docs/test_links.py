"""Pages point at what exists: every link of a page, and every page of the design.

Links into the web are left alone: a test needs no network.
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """Tracked pages and those not yet tracked; no build folder, no environment."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ +(.*)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {text.strip().replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    broken = []
    for target in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        missing_anchor = anchor and found.suffix == ".md" and anchor not in anchors(found)
        if not found.exists() or missing_anchor:
            broken.append(target)
    assert not broken


def test_every_folder_of_the_core_has_a_page_of_the_design():
    folders = {path.parent.name for path in (ROOT / "core").glob("*/README.md")}
    overview = (ROOT / "docs" / "design" / "README.md").read_text("utf-8")
    assert folders <= {Path(target).stem for target in LINK.findall(overview)}
