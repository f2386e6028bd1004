"""Assembles Weft.xcframework: the C interface and a static library for each of Apple's systems.

    python bindings/swift/xcframework.py macos-arm64=build/macos/lib/libweft.a [-o FOLDER]

The libraries, any of PLATFORMS, are those that CMake builds with `-DBUILD_SHARED_LIBS=OFF`: on a
Mac by its own compiler (`-DCMAKE_SYSTEM_NAME=iOS` for iOS), elsewhere for macOS by zig
(`core/cmake/toolchains/zig.cmake`; zig has no C library for iOS). A library for another processor
or system than its name says is refused.
"""

import argparse
import plistlib
import shutil
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ROOT / "bindings_c" / "include" / "weft"

# What `Info.plist` says of each, and LC_BUILD_VERSION's number of the system.
PLATFORMS = {
    "macos-arm64": ("macos", "", "arm64", 1),
    "macos-x86_64": ("macos", "", "x86_64", 1),
    "ios-arm64": ("ios", "", "arm64", 2),
    "ios-arm64-simulator": ("ios", "simulator", "arm64", 7),
}
PROCESSORS = {0x0100000C: "arm64", 0x01000007: "x86_64"}

MODULE = """\
module CWeft {
  header "weft/weft.h"
  link "weft"
  link "c++"
  export *
}
"""


def members(archive: bytes) -> Iterator[bytes]:
    """The files in an archive of `ar`; names of BSD's form stand before a file's bytes."""
    at = 8
    while at + 60 <= len(archive):
        name, size = archive[at : at + 16].decode(), int(archive[at + 48 : at + 58])
        skipped = int(name[3:]) if name.startswith("#1/") else 0
        yield archive[at + 60 + skipped : at + 60 + size]
        at += 60 + size + size % 2


def made_for(library: Path) -> tuple[str, int]:
    """Processor and system (a number of LC_BUILD_VERSION) of the first object in a library. Raises
    ValueError for what is no archive of Mach-O objects."""
    archive = library.read_bytes()
    if archive[:8] != b"!<arch>\n":
        raise ValueError(f"{library} is no static library")
    for member in members(archive):
        if member[:4] != b"\xcf\xfa\xed\xfe":
            continue
        processor, count = struct.unpack_from("<I8xI", member, 4)
        at = 32
        for _ in range(count):
            command, size, platform = struct.unpack_from("<III", member, at)
            if command == 0x32:  # LC_BUILD_VERSION
                return PROCESSORS.get(processor, "another processor"), platform
            at += size
    raise ValueError(f"{library} has no object for a system of Apple's")


def entry(name: str, library: Path) -> dict[str, object]:
    """What `Info.plist` says of one library. Raises ValueError where it is another one."""
    if name not in PLATFORMS:
        raise ValueError(f"there is no platform {name}; there are {', '.join(PLATFORMS)}")
    platform, variant, processor, number = PLATFORMS[name]
    found = made_for(library)
    if found != (processor, number):
        systems = {of[3]: of[0] for of in PLATFORMS.values()}
        raise ValueError(
            f"{library} is for {systems.get(found[1], 'another system')} on {found[0]}, not {name}"
        )
    described: dict[str, object] = {
        "LibraryIdentifier": name,
        "LibraryPath": "libweft.a",
        "HeadersPath": "Headers",
        "SupportedArchitectures": [processor],
        "SupportedPlatform": platform,
    }
    if variant:
        described["SupportedPlatformVariant"] = variant
    return described


def assemble(libraries: dict[str, Path], folder: Path) -> None:
    """Writes the framework anew. Raises ValueError for a library that does not fit its name."""
    entries = [entry(name, library) for name, library in libraries.items()]
    shutil.rmtree(folder, ignore_errors=True)
    for name, library in libraries.items():
        headers = folder / name / "Headers"
        (headers / "weft").mkdir(parents=True)
        shutil.copy(library, folder / name / "libweft.a")
        for header in HEADERS.glob("*.h"):
            shutil.copy(header, headers / "weft")
        (headers / "module.modulemap").write_text(MODULE, "utf-8")
    information = {
        "AvailableLibraries": entries,
        "CFBundlePackageType": "XFWK",
        "XCFrameworkFormatVersion": "1.0",
    }
    (folder / "Info.plist").write_bytes(plistlib.dumps(information))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("libraries", nargs="+", metavar="PLATFORM=LIBRARY")
    parser.add_argument("-o", "--output", type=Path, default=Path("Weft.xcframework"))
    given = parser.parse_args()
    try:
        pairs = [text.split("=", 1) for text in given.libraries]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError(f"PLATFORM=LIBRARY is expected; got {' '.join(given.libraries)}")
        assemble({name: Path(path) for name, path in pairs}, given.output)
    except (ValueError, OSError) as error:
        print(f"xcframework: {error}", file=sys.stderr)
        return 1
    print(given.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
