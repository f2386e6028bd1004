"""The runtime-only library for other operating systems, by zig's C++ compiler (`ziglang` on PyPI).

    python tests/cross/systems.py [--build build] [--jobs 2] [windows macos linux-aarch64 …]

First a small program tries what core/runtime/os promises. What was built asks for no library that
its system lacks. Where something runs its programs here (wine, qemu-user), exported models give
what they give on this machine: on Windows to the bit, because both have the generic kernels. What
is not installed is said and left out; nothing here runs macOS.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from imports import imports
from run import ROOT, difference, run, runnable


class System(NamedTuple):
    """zig's target, what runs its programs, and what libraries every such system has."""

    target: str
    programs: str  # their ending
    library: str  # below the build folder: on Windows beside programs, which find it there
    system_libraries: tuple[str, ...]  # beginnings of names
    runner: tuple[str, ...] = ()
    loader: str = ""  # what the runner needs for programs that load a library


SYSTEMS = {
    "windows": System(
        "x86_64-windows-gnu",
        ".exe",
        "libweft.dll",
        ("kernel32.dll", "ntdll.dll", "advapi32.dll", "ucrtbase.dll", "api-ms-win-crt-"),
        ("wine",),
    ),
    "macos": System("aarch64-macos", "", "lib/libweft.0.dylib", ("/usr/lib/libSystem.B.dylib",)),
    "linux-aarch64": System(
        "aarch64-linux-musl",
        "",
        "lib/libweft.so.0",
        ("libc.so",),
        ("qemu-aarch64",),
        "/lib/ld-musl-aarch64.so.1",
    ),
}


def zig() -> Path | None:
    """zig of the path, or of the package beside this interpreter."""
    if found := shutil.which("zig"):
        return Path(found)
    try:
        import ziglang
    except ImportError:
        return None
    return Path(ziglang.__file__).parent / "zig"


def build(system: System, compiler: Path, folder: Path, jobs: int, shared: bool) -> None:
    """Configures and builds the library and the program `weft_outputs`."""
    cache = {"ZIG_GLOBAL_CACHE_DIR": str(folder.parent / "zig-cache")}
    if "ZIG_GLOBAL_CACHE_DIR" in os.environ:
        cache = {}
    run(
        *("cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DWEFT_RUNTIME_ONLY=ON"),
        *("-DWEFT_BUILD_TESTS=ON", "-DWEFT_TEST_FOLDERS=base", "-DWEFT_ISAS=generic"),
        f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/core/cmake/toolchains/zig.cmake",
        *(f"-DWEFT_ZIG_TARGET={system.target}", f"-DWEFT_ZIG={compiler}"),
        f"-DBUILD_SHARED_LIBS={'ON' if shared else 'OFF'}",
        "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG",
        **cache,
    )
    run(
        *("cmake", "--build", folder, "-j", str(jobs), "--target", "weft", "weft_outputs"),
        **cache,
    )


def try_system_calls(name: str, compiler: Path, folder: Path) -> list[str]:
    """Builds and runs the program of what core/runtime/os promises; gives what is broken."""
    system = SYSTEMS[name]
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"system_calls{system.programs}"
    own = ROOT / f"core/runtime/os/{'windows' if name == 'windows' else 'posix'}.cpp"
    run(
        *(compiler, "c++", "-target", system.target, "-std=c++20", "-O1", "-Wall", "-Wextra"),
        *("-Werror", f"-I{ROOT}/core", ROOT / "tests/cross/system_calls.cpp", own, "-o", program),
    )
    if unknown := foreign(program, system):
        return [f"{name}: {program.name} asks for {', '.join(sorted(unknown))}"]
    if not system.runner or shutil.which(system.runner[0]) is None:
        print(f"== {name}: system calls compiled, not run", flush=True)
        return []
    said = run(*system.runner, program, ".", WINEDEBUG="-all").strip()
    print(f"== {name}: system calls {said}", flush=True)
    return [] if said == "as promised" else [f"{name}: {said}"]


def foreign(path: Path, system: System) -> set[str]:
    """Libraries that a file asks for and that are neither the system's nor libweft."""
    own = (*system.system_libraries, Path(system.library).name, "@rpath/libweft.")
    return {name for name in imports(path) if not name.startswith(own)}


def test(
    name: str, files: list[Path], here: str, folder: Path, compiler: Path, jobs: int
) -> list[str]:
    """Builds for one system and runs what can be run; gives what failed."""
    system = SYSTEMS[name]
    failures = try_system_calls(name, compiler, folder)
    build(system, compiler, folder, jobs, shared=True)
    program = folder / f"weft_outputs{system.programs}"
    for path in (program, folder / system.library):
        if unknown := foreign(path, system):
            failures.append(f"{name}: {path.name} asks for {', '.join(sorted(unknown))}")
    asked = ", ".join(sorted(imports(folder / system.library)))
    print(f"== {name}: built, the library asks for {asked}", flush=True)
    if not system.runner or shutil.which(system.runner[0]) is None:
        what = f"{system.runner[0]} is not installed" if system.runner else "nothing here runs it"
        print(f"== {name}: not run, {what}")
        return failures
    if system.loader and not Path(system.loader).exists():
        print(f"== {name}: not run, {system.loader} is not installed")
        return failures
    there = run(
        *system.runner, program, *files, WINEDEBUG="-all", LD_LIBRARY_PATH=str(folder / "lib")
    )
    found = difference(here, there.replace("\r\n", "\n"), exactly=name == "windows")
    print(f"== {name}: {len(files)} models, {found or 'as here'}", flush=True)
    return failures + ([f"{name}: {found}"] if found else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("systems", nargs="*", default=list(SYSTEMS), metavar="system")
    arguments = parser.parse_args()
    compiler = zig()
    if compiler is None:
        print("== other systems: not run, zig is not installed (pip install ziglang)")
        return 0
    folder = Path(arguments.build).resolve()
    files = runnable(folder / "weft_outputs")
    here = run(folder / "weft_outputs", *files, WEFT_ISA="generic")
    failures = []
    for name in arguments.systems:
        failures += test(name, files, here, folder / f"zig-{name}", compiler, arguments.jobs)
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
