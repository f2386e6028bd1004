"""Makes wheels for several Pythons of one build of the library: `make dist`.

    python .ci/dist.py --pythons "python3.11 python3.12" [--output dist]

The library and its headers are the same in every wheel, the extension is built for each Python.
auditwheel looks at what both ask of the system and gives the wheel the oldest manylinux tag that it
may have. Then each is installed into an environment of its own, without a compiler on the path, and
has to train, export and run.

The environment variables that CMake reads (CC, CXX, …) choose the compiler.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TRIAL = """
import subprocess, sys, weft
from weft import np
from weft.gluon import nn
weft.seed(0)
x = np.random.normal(size=(64, 8))
model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam", ["accuracy"])
model.fit(x, (x[:, 0] > 0).astype("int64"), epochs=1, verbose=0)
model.export("net.weft")
outputs = weft.runtime.Model("net.weft").context().run(x[:32].asnumpy())
assert (np.array(outputs[0]) == np.array(model.predict(x[:32]))).all()
version = [sys.executable, "-m", "weft", "--version"]
print(subprocess.run(version, check=True, capture_output=True, text=True).stdout.strip())
"""


def run(*command: object, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in command], check=True, **options)


def version_of(python: str) -> str:
    """Such as "3.12". Raises SystemExit where it is older than what Weft takes."""
    text = "import sys; print('%d.%d' % sys.version_info[:2])"
    found = run(python, "-c", text, capture_output=True, text=True).stdout.strip()
    if tuple(map(int, found.split("."))) < (3, 11):
        raise SystemExit(f"dist: Weft needs Python 3.11 or later; {python} is {found}")
    return found


def build(folder: Path, pythons: dict[str, str], defines: list[str], jobs: str) -> Path:
    """Builds all and gives the folder where it is installed, as it lies in a wheel's weft/."""
    first, *others = pythons.values()
    executables = [shutil.which(python) or python for python in others]
    run(
        *("cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DSKBUILD=2"),
        *(f"-D{define}" for define in defines),
        *(
            "-DWEFT_BUILD_PYTHON=ON",
            "-DWEFT_BUILD_TESTS=OFF",
            f"-DWEFT_PYTHONS={';'.join(executables)}",
        ),
        *("-DCMAKE_INSTALL_LIBDIR=lib", "-DCMAKE_INSTALL_INCLUDEDIR=include"),
        *(
            f"-DPython_EXECUTABLE={shutil.which(first) or first}",
            "-DPython_FIND_VIRTUALENV=STANDARD",
        ),
        f"-Dpybind11_DIR={pybind11_folder()}",
    )
    run("cmake", "--build", folder, "-j", jobs)
    prefix = folder / "prefix"
    shutil.rmtree(prefix, ignore_errors=True)
    run("cmake", "--install", folder, "--prefix", prefix, "--strip", stdout=subprocess.DEVNULL)
    return prefix


def pybind11_folder() -> str:
    command = (sys.executable, "-m", "pybind11", "--cmakedir")
    return run(*command, capture_output=True, text=True).stdout.strip()


def metadata(folder: Path) -> Path:
    """The folder dist-info that pyproject.toml gives, without a tag."""
    from scikit_build_core.build import prepare_metadata_for_build_wheel

    here = Path.cwd()
    os.chdir(ROOT)
    try:
        return folder / prepare_metadata_for_build_wheel(str(folder))
    finally:
        os.chdir(here)


def assemble(folder: Path, prefix: Path, version: str, platform: str) -> Path:
    """A wheel for one Python, with the tag of this machine."""
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    info = metadata(tree)
    package = tree / "weft"
    shutil.copytree(ROOT / "python" / "weft", package, ignore=shutil.ignore_patterns("__pycache__"))
    tag = "cp" + version.replace(".", "")
    for path in prefix.iterdir():
        if path.is_dir():
            shutil.copytree(path, package / path.name, dirs_exist_ok=True)
        elif not path.name.startswith("_native") or f"-{tag[2:]}-" in path.name:
            shutil.copy(path, package / path.name)
    if not list(package.glob("_native.*.so")):
        raise SystemExit(f"dist: no extension was built for Python {version}")
    lines = ["Wheel-Version: 1.0", "Generator: weft", "Root-Is-Purelib: false"]
    lines.append(f"Tag: {tag}-{tag}-{platform}")
    (info / "WHEEL").write_text("\n".join([*lines, ""]), "utf-8")
    run(sys.executable, "-m", "wheel", "pack", tree, "-d", folder, stdout=subprocess.DEVNULL)
    return next(folder.glob(f"*-{tag}-{tag}-{platform}.whl"))


def repaired(wheel: Path, output: Path) -> Path:
    """The wheel with the manylinux tag that auditwheel finds; nothing may be missing in it."""
    with tempfile.TemporaryDirectory() as folder:
        run("auditwheel", "repair", wheel, "-w", folder, stdout=subprocess.DEVNULL)
        found = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(found) as archive:
            grafted = [name for name in archive.namelist() if name.startswith("weft.libs/")]
        if grafted:
            raise SystemExit(f"dist: the wheel asks for libraries: {', '.join(grafted)}")
        output.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(found, output / found.name))


def try_out(wheel: Path, python: str) -> None:
    """Installs the wheel where there is no compiler, and trains, exports and runs with it."""
    with tempfile.TemporaryDirectory() as folder:
        venv = Path(folder) / "venv"
        run(python, "-m", "venv", venv)
        environment = {"PATH": f"{venv / 'bin'}", "HOME": folder, "CC": "none", "CXX": "none"}
        environment |= {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_"))}
        here = {"cwd": folder, "env": environment}
        pip = (venv / "bin" / "python", "-m", "pip", "install", "-q")
        run(*pip, "numpy>=2.1,<3", "cffi>=1.16,<3", **here)
        begin = time.perf_counter()
        run(*pip, "--no-deps", wheel, **here)
        seconds = time.perf_counter() - begin
        said = run(venv / "bin" / "python", "-c", TRIAL, capture_output=True, text=True, **here)
        print(f"{wheel.name}: installed in {seconds:.1f} s")
        print(f"    {said.stdout.strip()} trains, exports and runs on Python {version_of(python)}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes wheels for several Pythons.")
    parser.add_argument("--pythons", required=True, help="interpreters, with spaces between")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "dist")
    parser.add_argument("--define", action="append", default=[], help="NAME=VALUE for CMake")
    parser.add_argument("--jobs", default=str(os.cpu_count() or 2))
    given = parser.parse_args()
    pythons = {version_of(python): python for python in given.pythons.split()}
    if not pythons:
        raise SystemExit("dist: no Python was given; name some with PYTHONS='python3.11 …'")
    prefix = build(given.build, pythons, given.define, given.jobs)
    platform = "linux_" + re.sub(r"\W", "_", os.uname().machine)
    for version, python in pythons.items():
        wheel = repaired(assemble(given.build / "wheels", prefix, version, platform), given.output)
        try_out(wheel, python)
    return 0


if __name__ == "__main__":
    sys.exit(main())
