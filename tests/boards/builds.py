"""What the build of each kind of package compiles, for its example: sources, folders, flags.

CMake files are run, by CMake and with stand-ins for the SDKs; descriptions are read as their
package managers read them.
"""

import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

STAND_INS = Path(__file__).resolve().parent / "stand_ins"

# An example's `main` becomes a function that the board's start calls.
RENAMED = ("-Dmain=example_main", "-include", str(STAND_INS / "example_main.h"))


@dataclass
class Build:
    """Files to compile, with what the build system adds to the compiler's command."""

    sources: list[Path] = field(default_factory=list)
    includes: list[Path] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @property
    def options(self) -> list[str]:
        return [*(f"-I{folder}" for folder in self.includes), *self.flags]


def arduino(package: Path, made: Path) -> Build:
    """The library's `src`, and the sketch with Arduino.h before it."""
    properties = dict(
        line.split("=", 1) for line in (package / "library.properties").read_text().splitlines()
    )
    (example,) = (package / "examples").iterdir()
    sketch = made / "sketch.cpp"
    sketch.write_text("#include <Arduino.h>\n" + (example / f"{example.name}.ino").read_text())
    assert (package / "src" / properties["includes"]).is_file()
    sources = [*sorted((package / "src").glob("*.c")), *sorted(example.glob("*.c")), sketch]
    start = STAND_INS / "start_sketch.c"
    return Build([*sources, start], [package / "src", example, STAND_INS / "arduino"])


def _recorded(project: Path, made: Path, *options: str, **environment: str) -> Build:
    record = made / "record"
    command = ["cmake", "-S", project, "-B", made / "cmake", f"-DRECORD={record}", *options]
    done = subprocess.run(
        [str(word) for word in command],
        env={"PATH": f"{Path(shutil.which('cmake')).parent}:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    build = Build()
    for line in record.read_text().splitlines():
        kind, value = line.split(" ", 1)
        if kind == "source":
            build.sources.append(Path(value))
        elif kind == "include":
            build.includes.append(Path(value))
        else:
            build.flags.append(f"-D{value}" if kind == "definition" else value)
    return build


def zephyr(package: Path, made: Path) -> Build:
    base = str(STAND_INS / "zephyr")
    build = _recorded(package / "samples/check", made, ZEPHYR_BASE=base)
    build.sources.append(STAND_INS / "start_main.c")
    build.flags += RENAMED
    return build


def esp_idf(package: Path, made: Path) -> Build:
    build = _recorded(package / "examples/check", made, IDF_PATH=str(STAND_INS / "esp_idf"))
    build.sources.append(STAND_INS / "start_app_main.c")
    return build


def cmsis_pack(package: Path, made: Path) -> Build:
    (description,) = package.glob("*.pdsc")
    build = Build([STAND_INS / "start_main.c"], [], [*RENAMED])
    for file in ElementTree.parse(description).iter("file"):
        path = package / file.get("name")
        assert path.exists(), path
        if file.get("category") == "sourceC":
            build.sources.append(path)
        elif file.get("category") == "include":
            build.includes.append(path)
        if file.get("attr") == "template" and path.parent not in build.includes:
            build.includes.append(path.parent)
    return build


def platformio(package: Path, made: Path) -> Build:
    library = json.loads((package / "library.json").read_text())
    (example,) = library["examples"]
    files = [package / example["base"] / name for name in example["files"]]
    assert (package / "include" / library["headers"]).is_file()
    sources = [*sorted((package / "src").glob("*.c")), *files, STAND_INS / "start_main.c"]
    return Build(
        [path for path in sources if path.suffix in (".c", ".cpp")],
        [package / "include", package / example["base"] / "src"],
        [*library["build"]["flags"], *RENAMED],
    )


BUILDS = {
    "arduino": arduino,
    "cmsis-pack": cmsis_pack,
    "esp-idf": esp_idf,
    "platformio": platformio,
    "zephyr": zephyr,
}
