"""The bindings of bindings/: what is generated is current, and each passes its own tests.

Tests of a language run where its tools are installed: `make test-full SLICE=bindings`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINDINGS = ROOT / "bindings"

# What a language's tests need, and the commands that run them, from the folder of the binding.
LANGUAGES = {
    "octave": ("mkoctfile", ["./build.sh test"]),
    "r": ("R", ["./check.sh"]),
    "ruby": ("ruby", ["ruby -Ilib test/conformance.rb"]),
    "rust": ("cargo", ["cargo test --quiet --offline --target-dir {build}/rust"]),
    "csharp": ("mcs", ["./build.sh test"]),
    "go": ("go", ["go test ."]),
    "java": ("javac", ["./build.sh test"]),
    "scala": ("scalac", ["./build.sh test"]),
    "javascript": ("node", ["node build.js --link", "node --test test/"]),
}


# Those with a file of the mistakes of their own; Scala's are Java's.
SUITES = ["csharp", "go", "java", "javascript", "julia", "octave", "r", "ruby", "rust"]
SOURCES = {".cs", ".go", ".java", ".jl", ".js", ".m", ".R", ".rb", ".rs"}


def run(command: list[str], folder: Path, **variables: str) -> None:
    """Runs a command; its output is the failure's text."""
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}\n{done.stderr[-4000:]}"


def test_generated_code_is_current():
    run([sys.executable, str(BINDINGS / "generate"), "--check"], ROOT)


@pytest.mark.full
def test_cases_are_current():
    run([sys.executable, str(BINDINGS / "conformance" / "make.py"), "--check"], ROOT)


def misuse_of(page: Path) -> list[str]:
    """The names of the table of mistakes that a page has."""
    table = page.read_text("utf-8").partition("`collector`")[2].partition("\n\n")[0]
    return ["collector", *re.findall(r"^\| `([a-z-]+)` \|", table, re.M)]


def test_each_binding_has_the_same_mistakes():
    names = misuse_of(BINDINGS / "conformance" / "README.md")
    assert len(names) > 10
    cases = (BINDINGS / "conformance" / "cases.txt").read_text("utf-8")
    assert re.findall(r"^case misuse (.*)$", cases, re.M) == names
    assert misuse_of(ROOT / "docs" / "languages.md") == names
    assert misuse_of(ROOT / "docs" / "zh" / "languages.md") == names
    for suite in SUITES:
        sources = (BINDINGS / suite).rglob("*isuse*")
        texts = [path.read_text("utf-8") for path in sources if path.suffix in SOURCES]
        assert texts, suite
        for name in names:
            assert re.search(f"{name}|{name.replace('-', '_')}", "\n".join(texts)), (suite, name)


def test_versions_are_those_of_the_library():
    version = (ROOT / "VERSION").read_text("utf-8").strip()
    cargo = (BINDINGS / "rust" / "Cargo.toml").read_text("utf-8")
    assert re.search(r'^version = "(.*)"', cargo, re.M)[1] == version
    pom = (BINDINGS / "java" / "pom.xml").read_text("utf-8")
    assert f"<version>{version}</version>" in pom
    project = (BINDINGS / "csharp" / "Weft.csproj").read_text("utf-8")
    assert f"<Version>{version}</Version>" in project
    description = (BINDINGS / "r" / "weft" / "DESCRIPTION").read_text("utf-8")
    assert f"Version: {version}\n" in description
    octave = (BINDINGS / "octave" / "DESCRIPTION").read_text("utf-8")
    assert f"Version: {version}\n" in octave
    gem = (BINDINGS / "ruby" / "weft.gemspec").read_text("utf-8")
    assert f'gem.version = "{version}"' in gem
    project = (BINDINGS / "julia" / "Project.toml").read_text("utf-8")
    assert f'version = "{version}"' in project
    build = (BINDINGS / "scala" / "build.sbt").read_text("utf-8")
    assert f'version := "{version}"' in build
    package = json.loads((BINDINGS / "javascript" / "package.json").read_text("utf-8"))
    assert package["version"] == version


@pytest.mark.full
def test_androids_archive_has_what_android_reads_and_its_classes_run(build_dir, tmp_path):
    if shutil.which("javac") is None:
        pytest.skip("aar: javac is not installed")
    java = BINDINGS / "java"
    where = {"WEFT_PREFIX": str(build_dir / "python" / "weft"), "BUILD": str(tmp_path)}
    run(["./aar.sh", "--trial"], java, **where)
    (archive,) = tmp_path.glob("weft-*.aar")
    with zipfile.ZipFile(archive) as files:
        files.extractall(tmp_path / "inside")
    inside = tmp_path / "inside"
    manifest = ElementTree.parse(inside / "AndroidManifest.xml").getroot()
    android = "{http://schemas.android.com/apk/res/android}"
    assert manifest.get("package") == "org.weft"
    assert manifest.find("uses-sdk").get(f"{android}minSdkVersion") == "33"
    assert (inside / "R.txt").is_file()
    assert "org.weft" in (inside / "proguard.txt").read_text("utf-8")
    (native,) = (inside / "jni").glob("*/libweft_jni.so")
    tests = [str(path) for path in (java / "src/test/java/org/weft").glob("*.java")]
    run(["javac", "-cp", "classes.jar", "-d", "tests", *tests], inside)
    command = ["java", f"-Dweft.native={native.parent}", "-cp", "classes.jar:tests"]
    run([*command, "org.weft.Conformance", str(BINDINGS / "conformance")], inside)


@pytest.mark.full
@pytest.mark.parametrize("language", LANGUAGES)
def test_language(language, build_dir):
    tool, commands = LANGUAGES[language]
    if shutil.which(tool) is None:
        pytest.skip(f"{language}: {tool} is not installed")
    place = build_dir / "bindings"
    place.mkdir(exist_ok=True)
    for command in commands:
        words = command.format(build=place).split()
        prefix = build_dir / "python" / "weft"
        where = {
            "WEFT_PREFIX": str(prefix),
            "BUILD": str(place / language),
            "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig"),
            "CGO_LDFLAGS": f"-Wl,-rpath,{prefix / 'lib'}",
        }
        run(words, BINDINGS / language, **where)
