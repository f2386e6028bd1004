"""Makes the packages that users of other languages install: `make packages`.

    python bindings/packages.py [language ...] [--output dist/packages]

Each is built in a copy of the binding's folder, by the language's own tool. What cannot be made
here is named with what it needs. `maven` is a repository that Maven, Gradle and sbt read as it is,
`cran` one for R.
Weft's folder is the environment variable WEFT_PREFIX, else what `weft --prefix` prints.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VERSION = (ROOT / "VERSION").read_text("utf-8").strip()
LEFT_OUT = shutil.ignore_patterns("build", "target", "prebuilds", "node_modules")


# Folders of a binding that are packages of their own: each has the licence.
LICENSED = {"rust": ("weft", "weft-sys"), "r": ("weft/inst",)}


class Missing(Exception):  # noqa: N818
    """Why a package cannot be made here."""


@dataclass
class Place:
    """Where a package is made: `folder` is a copy of bindings/, `output` where packages go."""

    folder: Path
    output: Path

    def run(self, language: str, *command: str, **variables: str) -> str:
        """Runs a command in the binding's folder; its standard output. Raises SystemExit with what
        it printed where it fails."""
        done = subprocess.run(
            command,
            cwd=self.folder / language,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip()[-3000:]
            raise SystemExit(f"packages: {language}: {' '.join(command)} failed:\n{said}")
        return done.stdout

    def keep(self, made: Path) -> list[Path]:
        """Moves a file to the output; its new path."""
        self.output.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.move(made, self.output / made.name))]


def java(place: Place) -> list[Path]:
    """A repository of Maven with the jar, which has the native library inside, and its sources."""
    place.run("java", "./build.sh")
    place.run("java", "jar", "--update", "--file", "build/weft.jar", "LICENSE")
    folder = place.folder / "java"
    target = place.output / "maven" / "org" / "weft" / "weft" / VERSION
    target.mkdir(parents=True, exist_ok=True)
    stem = f"weft-{VERSION}"
    shutil.copy(folder / "build" / "weft.jar", target / f"{stem}.jar")
    shutil.copy(folder / "pom.xml", target / f"{stem}.pom")
    sources = ("-C", "src/main/java", ".", "LICENSE")
    place.run("java", "jar", "--create", "--file", str(target / f"{stem}-sources.jar"), *sources)
    return sorted(target.iterdir())


def scala(place: Place) -> list[Path]:
    """The jar for Scala 2.11, which needs that of Java, in the same repository."""
    place.run("scala", "./build.sh")
    place.run("scala", "jar", "--update", "--file", "build/weft-scala.jar", "LICENSE")
    name = "weft-scala_2.11"
    target = place.output / "maven" / "org" / "weft" / name / VERSION
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(
        place.folder / "scala" / "build" / "weft-scala.jar", target / f"{name}-{VERSION}.jar"
    )
    pom = (place.folder / "java" / "pom.xml").read_text("utf-8")
    needs = (
        "  <dependencies>\n    <dependency>\n      <groupId>org.weft</groupId>\n"
        f"      <artifactId>weft</artifactId>\n      <version>{VERSION}</version>\n"
        "    </dependency>\n  </dependencies>\n</project>"
    )
    pom = pom.replace("<artifactId>weft<", f"<artifactId>{name}<").replace("</project>", needs)
    (target / f"{name}-{VERSION}.pom").write_text(pom, "utf-8")
    return sorted(target.iterdir())


def csharp(place: Place) -> list[Path]:
    """The NuGet package, with the native library inside."""
    library = place.folder / "csharp" / "build" / "libweft.so"
    library.parent.mkdir()
    shutil.copy(prefix() / "lib" / "libweft.so", library)
    place.run("csharp", "dotnet", "pack", "Weft.csproj", "-c", "Release", "-o", str(library.parent))
    return place.keep(library.parent / f"Weft.{VERSION}.nupkg")


def javascript(place: Place) -> list[Path]:
    """The package for Node, with the compiled addon and the library inside."""
    place.run("javascript", "node", "build.js")
    return _npm(place, "javascript")


def wasm(place: Place) -> list[Path]:
    """The package for browsers."""
    wanted = ("weft.wasm", "weft-rest.wasm", "weft-fused.wasm", "weft-fused-rest.wasm")
    if not all((place.folder / "wasm" / "lib" / name).is_file() for name in wanted):
        raise Missing("the modules, which `make wasm` makes")
    return _npm(place, "wasm")


def _npm(place: Place, language: str) -> list[Path]:
    (packed,) = json.loads(place.run(language, "npm", "pack", "--json"))
    return place.keep(place.folder / language / packed["filename"])


def ruby(place: Place) -> list[Path]:
    """The gem; it finds the library where it runs."""
    place.run("ruby", "gem", "build", "weft.gemspec")
    return place.keep(place.folder / "ruby" / f"weft-{VERSION}.gem")


def rust(place: Place) -> list[Path]:
    """Both crates; they find the library where they are built."""
    made = []
    # The registry has no weft-sys before it is published.
    ours = 'patch.crates-io.weft-sys.path="weft-sys"'
    for crate in ("weft-sys", "weft"):
        command = ("cargo", "package", "--no-verify", "--offline", "--config", ours, "-p", crate)
        place.run("rust", *command)
        made += place.keep(
            place.folder / "rust" / "target" / "package" / f"{crate}-{VERSION}.crate"
        )
    return made


def r(place: Place) -> list[Path]:
    """The source package, in a repository such as CRAN's; it is compiled where it is installed."""
    target = place.output / "cran" / "src" / "contrib"
    target.mkdir(parents=True, exist_ok=True)
    place.run("r", "R", "CMD", "build", "--no-build-vignettes", "weft")
    shutil.copy(place.folder / "r" / f"weft_{VERSION}.tar.gz", target)
    place.run(
        "r", "Rscript", "-e", f"invisible(tools::write_PACKAGES('{target}', type = 'source'))"
    )
    return sorted(target.glob("*.tar.gz"))


def octave(place: Place) -> list[Path]:
    """The package for `pkg install`; it is compiled where it is installed."""
    folder, stem = place.folder / "octave", f"weft-octave-{VERSION}"
    made = folder / f"{stem}.tar.gz"
    with tarfile.open(made, "w:gz") as archive:
        archive.add(folder / "DESCRIPTION", f"{stem}/DESCRIPTION")
        archive.add(ROOT / "LICENSE", f"{stem}/COPYING")
        archive.add(folder / "+weft", f"{stem}/inst/+weft")
        archive.add(folder / "src", f"{stem}/src")
    return place.keep(made)


# What makes a package, and the programs that it calls.
PACKAGES: dict[str, tuple[Callable[[Place], list[Path]], tuple[str, ...]]] = {
    "csharp": (csharp, ("dotnet",)),
    "java": (java, ("javac", "jar", "c++")),
    "javascript": (javascript, ("node", "npm", "c++")),
    "octave": (octave, ()),
    "r": (r, ("R", "Rscript")),
    "ruby": (ruby, ("gem",)),
    "rust": (rust, ("cargo",)),
    "scala": (scala, ("scalac", "javac", "jar", "c++")),
    "wasm": (wasm, ("npm",)),
}


def prefix() -> Path:
    """The folder of the library and its headers."""
    if given := os.environ.get("WEFT_PREFIX"):
        return Path(given)
    command = [shutil.which("weft") or "weft", "--prefix"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def make(language: str, output: Path) -> list[Path]:
    """The files of one language's package. Raises Missing where a tool is not here."""
    maker, tools = PACKAGES[language]
    if absent := [tool for tool in tools if shutil.which(tool) is None]:
        raise Missing(", ".join(absent))
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "bindings"
        names = {language, "java"} if language == "scala" else {language}
        for name in names:
            shutil.copytree(HERE / name, copied / name, ignore=LEFT_OUT)
            for folder in (".", *LICENSED.get(name, ())):
                shutil.copy(ROOT / "LICENSE", copied / name / folder)
        return maker(Place(copied, output.resolve()))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Packages of Weft for other languages.")
    parser.add_argument("languages", nargs="*", choices=[*PACKAGES, []], help="default: all")
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "packages")
    options = parser.parse_args(arguments)
    os.environ["WEFT_PREFIX"] = str(prefix())
    missing = []
    for language in options.languages or PACKAGES:
        try:
            made = make(language, options.output)
        except Missing as why:
            missing.append(language)
            print(f"{language}: not made, it needs {why}", flush=True)
            continue
        for path in made:
            print(f"{language}: {path} ({path.stat().st_size / 1e6:.2f} MB)", flush=True)
    return int(bool(options.languages and missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
