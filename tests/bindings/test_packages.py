"""The packages of bindings/packages.py, installed as users install them: what the README of each
language shows first runs, and prints what it says."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINDINGS = ROOT / "bindings"
sys.path.insert(0, str(BINDINGS))
import packages  # noqa: E402

PROJECT = """[package]
name = "trial"
version = "0.0.0"
edition = "2021"
[dependencies]
weft = "{version}"
[patch.crates-io]
weft = {{ path = "weft-{version}" }}
weft-sys = {{ path = "weft-sys-{version}" }}
[workspace]
"""


def run(folder: Path, *command: object, **variables: str) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def java(made: list[Path], folder: Path, program: str) -> str:
    (jar,) = [
        path for path in made if path.stem == f"weft-{packages.VERSION}" and path.suffix == ".jar"
    ]
    (folder / "Program.java").write_text(program, "utf-8")
    return run(folder, "java", "-cp", jar, "Program.java")


def javascript(made: list[Path], folder: Path, program: str) -> str:
    (folder / "program.mjs").write_text(program, "utf-8")
    run(folder, "npm", "install", "--offline", "--no-audit", "--no-fund", *made)
    return run(folder, "node", "program.mjs")


def go(made: list[Path], folder: Path, program: str) -> str:
    prefix = packages.prefix()
    (folder / "main.go").write_text(program, "utf-8")
    run(folder, "go", "mod", "init", "trial")
    module = ("-require", f"weft@v{packages.VERSION}", "-replace", f"weft={BINDINGS / 'go'}")
    run(folder, "go", "mod", "edit", *module)
    linked = {"PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    return run(folder, "go", "run", ".", CGO_LDFLAGS=f"-Wl,-rpath,{prefix / 'lib'}", **linked)


def octave(made: list[Path], folder: Path, program: str) -> str:
    where = f"pkg prefix {folder / 'here'} {folder / 'there'}; pkg local_list {folder / 'list'};"
    run(folder, "octave-cli", "--quiet", "--eval", f"{where} pkg install {made[0]}")
    (folder / "program.m").write_text(f"{where} pkg load weft\n{program}", "utf-8")
    return run(folder, "octave-cli", "--quiet", "program.m")


def r(made: list[Path], folder: Path, program: str) -> str:
    (folder / "library").mkdir()
    repository = made[0].parents[2]
    asked = f"install.packages('weft', lib = 'library', repos = 'file://{repository}')"
    run(folder, "Rscript", "-e", asked)
    (folder / "program.R").write_text(program, "utf-8")
    return run(folder, "Rscript", "program.R", R_LIBS=str(folder / "library"))


def ruby(made: list[Path], folder: Path, program: str) -> str:
    gems = str(folder / "gems")
    run(folder, "gem", "install", "--local", "--no-document", "--install-dir", gems, *made)
    (folder / "program.rb").write_text(program, "utf-8")
    return run(folder, "ruby", "program.rb", GEM_PATH=gems)


def rust(made: list[Path], folder: Path, program: str) -> str:
    for crate in made:
        with tarfile.open(crate) as archive:
            archive.extractall(folder, filter="data")
    (folder / "Cargo.toml").write_text(PROJECT.format(version=packages.VERSION), "utf-8")
    (folder / "src").mkdir()
    (folder / "src" / "main.rs").write_text(program, "utf-8")
    return run(folder, "cargo", "run", "--quiet", "--offline")


def scala(made: list[Path], folder: Path, program: str) -> str:
    jars = [str(path) for path in made if path.suffix == ".jar"]
    java_jar = made[0].parents[2] / "weft" / packages.VERSION / f"weft-{packages.VERSION}.jar"
    (folder / "program.scala").write_text(program, "utf-8")
    return run(folder, "scala", "-nc", "-cp", ":".join([*jars, str(java_jar)]), "program.scala")


INSTALLED = {f.__name__: f for f in (go, java, javascript, octave, r, ruby, rust, scala)}


RUN_BY = {
    "go": "go",
    "java": "java",
    "javascript": "node",
    "octave": "mkoctfile",
    "r": "Rscript",
    "ruby": "ruby",
    "rust": "cargo",
    "scala": "scala",
}


def programs(language: str) -> list[tuple[str, str]]:
    """The whole programs that a README shows, and what it says that each prints."""
    text = (BINDINGS / language / "README.md").read_text("utf-8")
    block, said = r"```\w+\n((?:(?!```).)*)```", r"prints ((?:`[^`]*`(?: and |, )?)+)"
    found = re.findall(block + r"\n\n" + said, text, re.DOTALL)
    assert found, f"{language}: no program that prints"
    return [(program, " ".join(re.findall(r"`([^`]*)`", printed))) for program, printed in found]


@pytest.mark.full
@pytest.mark.parametrize("language", INSTALLED)
def test_an_installed_package_runs_the_programs_of_its_page(
    language, build_dir, tmp_path, monkeypatch
):
    monkeypatch.setenv("WEFT_PREFIX", str(build_dir / "python" / "weft"))
    tool = RUN_BY[language]
    if shutil.which(tool) is None:
        pytest.skip(f"{language}: needs {tool}")
    made: list[Path] = []
    if language in packages.PACKAGES:
        try:
            if language == "scala":
                packages.make("java", tmp_path / "packages")
            made = packages.make(language, tmp_path / "packages")
        except packages.Missing as why:
            pytest.skip(f"{language}: needs {why}")
    for number, (program, expected) in enumerate(programs(language)):
        folder = tmp_path / f"trial{number}"
        folder.mkdir()
        printed = INSTALLED[language](made, folder, program)
        assert printed.split() == expected.split()


def test_what_is_not_here_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    with pytest.raises(packages.Missing, match="javac, jar"):
        packages.make("java", tmp_path)


def test_every_binding_has_a_package_or_a_reason():
    folders = {path.name for path in BINDINGS.iterdir() if (path / "README.md").exists()}
    # Go takes a module's folder, Julia was never run, Swift has `make xcframework`.
    assert folders - {"conformance", "go", "julia", "swift"} == set(packages.PACKAGES)
