"""Follows a page literally: writes the files that it shows and runs the commands that it gives.

What the fences of such a page say:

    ```cpp core/ops/x.cpp    the whole content of a file of that path
    ```diff CHANGELOG.md     lines to add (+), to remove (-) and to find ( ) in a file
    ```sh                    commands, run in the top folder, each line by itself
    ```text                  behind commands: lines that they print, … for any text

A command with `# fails` behind it has to end with an error. All other fences are only read.
"""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

import weft

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FAILS = re.compile(r"\s+# fails$")


@dataclass
class Block:
    """One fence: its language, the path behind it if there is one, and what it contains."""

    language: str
    path: str | None
    text: str


def blocks(page: str) -> list[Block]:
    """The fences of a page, in its order."""
    return [Block(*found.groups()) for found in FENCE.finditer(page)]


def edited(content: str, change: str) -> str:
    """A file with a change: the lines to find and to remove stand together in one place of it."""
    lines = change.splitlines(keepends=True)
    assert all(line[0] in " +-" or line == "\n" for line in lines), change
    before = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
    after = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
    assert content.count(before) == 1, f"found {content.count(before)} times:\n{before}"
    return content.replace(before, after)


def says(output: str, wanted: str) -> bool:
    """Does the output have these lines, in this order, possibly with others between them?"""
    position = 0
    for line in wanted.splitlines():
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        found = re.compile(pattern).search(output, position)
        if not found:
            return False
        position = found.end()
    return True


class Scratch:
    """A copy of the source tree, with an environment as `make` sets it up."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            source, target = root / name, folder / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
                target.chmod(source.stat().st_mode)
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)  # for commands that ask it
        self._create_environment()

    def _create_environment(self) -> None:
        """An environment that has what the running one has, and this tree's package before it."""
        home = self.folder / ".venv"
        venv.create(home, with_pip=False, symlinks=True)
        places = {"base": str(home), "platbase": str(home)}
        site = Path(sysconfig.get_path("purelib", "venv", places))
        above = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
        (site / "scratch.pth").write_text("\n".join([str(self.package.parent), *above]), "utf-8")
        (home / ".dependencies").touch()  # newer than pyproject.toml: `make` installs nothing
        for program in Path(sysconfig.get_path("scripts")).iterdir():  # ruff, cmake and others
            link = home / "bin" / program.name
            if not link.exists():
                link.symlink_to(program)
        self.environment = {
            **os.environ,
            "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.package.parent),
            "WEFT_BUILD_DIR": str(self.folder / "build"),
        }

    @property
    def package(self) -> Path:
        """Where the build puts the Python package together."""
        return self.folder / "build" / "python" / "weft"

    def borrow_build(self) -> None:
        """The library and the extension of the running build, with this tree's Python files."""
        self.package.mkdir(parents=True)
        for built in Path(weft.__file__).parent.iterdir():
            own = self.folder / "python" / "weft" / built.name
            if built.name != "__pycache__":
                (self.package / built.name).symlink_to(own if own.exists() else built.resolve())

    def follow(self, page: str) -> int:
        """Does what the page says; gives how many commands that were."""
        output, commands = "", 0
        for block in blocks((self.folder / page).read_text("utf-8")):
            if block.path and block.language == "diff":
                target = self.folder / block.path
                target.write_text(edited(target.read_text("utf-8"), block.text), "utf-8")
            elif block.path:
                target = self.folder / block.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, "utf-8")
            elif block.language == "sh":
                output = ""
                for line in block.text.replace("\\\n", "").splitlines():
                    output += self._run(line, page)
                    commands += 1
            elif block.language == "text":
                assert says(output, block.text), f"{page}: wanted\n{block.text}\ngot\n{output}"
        return commands

    def _run(self, line: str, page: str) -> str:
        fails = FAILS.search(line) is not None
        done = subprocess.run(
            ["bash", "-c", FAILS.sub("", line)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == fails, f"{page}: {line}\n{done.stdout}"
        return done.stdout
