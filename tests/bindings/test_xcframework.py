"""The framework for Apple's systems: what Xcode reads of it, and what is refused. Objects are the
first bytes of Mach-O files, written here; `make test-full SLICE=systems` builds a real library.
"""

import importlib.util
import plistlib
import struct
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bindings/swift/xcframework.py"
SPEC = importlib.util.spec_from_file_location("xcframework", SCRIPT)
xcframework = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(xcframework)

ARM64, X86_64 = 0x0100000C, 0x01000007
MACOS, IOS, SIMULATOR = 1, 2, 7


def library(folder: Path, processor: int, platform: int) -> Path:
    """An archive with one object, its name in BSD's long form, behind a table of symbols."""
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, processor, 0, 1, 2, 40, 0, 0)
    commands = struct.pack("<IIII", 0x1B, 16, 0, 0) + struct.pack(
        "<IIIIII", 0x32, 24, platform, 0, 0, 0
    )
    archive = b"!<arch>\n"
    for name, content in ((b"__.SYMDEF", b"\0" * 7), (b"object.o", header + commands)):
        long = name + b"\0" * (-len(name) % 8)
        size = len(long) + len(content)
        archive += f"#1/{len(long):<13}{0:<12}{0:<6}{0:<6}{644:<8}{size:<10}`\n".encode()
        archive += long + content + b"\n" * (size % 2)
    path = folder / f"lib{processor}-{platform}.a"
    path.write_bytes(archive)
    return path


def test_xcode_finds_a_library_and_headers_for_each_system(tmp_path):
    out = tmp_path / "Weft.xcframework"
    libraries = {
        "macos-arm64": library(tmp_path, ARM64, MACOS),
        "ios-arm64": library(tmp_path, ARM64, IOS),
        "ios-arm64-simulator": library(tmp_path, ARM64, SIMULATOR),
    }
    xcframework.assemble(libraries, out)
    information = plistlib.loads((out / "Info.plist").read_bytes())
    assert information["CFBundlePackageType"] == "XFWK"
    assert information["XCFrameworkFormatVersion"] == "1.0"
    for described in information["AvailableLibraries"]:
        folder = out / described["LibraryIdentifier"]
        kept = libraries[described["LibraryIdentifier"]].read_bytes()
        assert (folder / described["LibraryPath"]).read_bytes() == kept
        headers = folder / described["HeadersPath"]
        module = (headers / "module.modulemap").read_text()
        assert 'header "weft/weft.h"' in module
        assert (headers / "weft/weft.h").is_file()
        assert described["SupportedArchitectures"] == ["arm64"]
    variants = [of.get("SupportedPlatformVariant") for of in information["AvailableLibraries"]]
    assert variants == [None, None, "simulator"]


@pytest.mark.parametrize(
    ("name", "processor", "platform", "said"),
    [
        ("macos-arm64", X86_64, MACOS, "is for macos on x86_64, not macos-arm64"),
        ("ios-arm64", ARM64, MACOS, "is for macos on arm64, not ios-arm64"),
        (
            "watchos-arm64",
            ARM64,
            MACOS,
            "there is no platform watchos-arm64; there are macos-arm64",
        ),
    ],
)
def test_a_library_for_another_system_is_refused(name, processor, platform, said, tmp_path, capsys):
    path = library(tmp_path, processor, platform)
    with pytest.raises(ValueError, match=said):
        xcframework.assemble({name: path}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_library_is_refused(tmp_path):
    path = tmp_path / "libweft.a"
    path.write_bytes(b"\x7fELF" + b"\0" * 64)
    with pytest.raises(ValueError, match="is no static library"):
        xcframework.assemble({"macos-arm64": path}, tmp_path / "out")
    path.write_bytes(b"!<arch>\n")
    with pytest.raises(ValueError, match="has no object for a system of Apple's"):
        xcframework.assemble({"macos-arm64": path}, tmp_path / "out")
